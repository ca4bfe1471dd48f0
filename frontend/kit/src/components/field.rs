//! A labelled input with its hint and its error, as GOV.UK has them.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::language::use_language;
use crate::words::common;

/// What may be typed beyond the digits that are wanted: how many are too many is then said, and nothing is cut off.
const TOO_MANY: usize = 8;

#[derive(Properties, PartialEq)]
pub struct FieldProps {
    pub id: AttrValue,
    /// `data-test` of the input.
    pub test: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub oninput: Callback<String>,
    #[prop_or(AttrValue::Static("text"))]
    pub kind: AttrValue,
    /// Only digits, this many wanted; shown by the numeric keyboard.
    #[prop_or_default]
    pub digits: Option<usize>,
    #[prop_or(AttrValue::Static("off"))]
    pub autocomplete: AttrValue,
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub maxlength: Option<AttrValue>,
    #[prop_or_default]
    pub autofocus: bool,
}

#[function_component]
pub fn Field(props: &FieldProps) -> Html {
    let language = use_language();
    let place = use_node_ref();
    {
        let place = place.clone();
        let autofocus = props.autofocus;
        use_effect_with((), move |()| {
            if autofocus && let Some(input) = place.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        });
    }
    let oninput = {
        let (oninput, digits) = (props.oninput.clone(), props.digits);
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let typed = input.value();
            let Some(wanted) = digits else { return oninput.emit(typed) };
            let caret = input.selection_start().ok().flatten();
            let (kept, caret) = digits_of(&typed, caret, wanted + TOO_MANY);
            if kept != typed {
                input.set_value(&kept);
                // Setting the value moves it to the end.
                let _ = input.set_selection_range(caret, caret);
            }
            oninput.emit(kept);
        })
    };
    let (hint, error) = (format!("{}-hint", props.id), format!("{}-error", props.id));
    let described: Vec<&str> =
        [props.hint.as_ref().map(|_| hint.as_str()), props.error.as_ref().map(|_| error.as_str())]
            .into_iter()
            .flatten()
            .collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let wrong = props.error.is_some();
    html! {
        <div class={classes!("field", wrong.then_some("field-wrong"))}>
            <label for={props.id.clone()}>{ props.label.clone() }</label>
            if let Some(text) = &props.hint {
                <p id={hint.clone()} class="field-note">{ text.clone() }</p>
            }
            if let Some(text) = &props.error {
                <p id={error.clone()} class="field-error" data-test={format!("{}-error", props.test)}>
                    <span class="visually-hidden">{ common::ERROR.say(language) }{ ": " }</span>
                    { text.clone() }
                </p>
            }
            <input
                ref={place}
                id={props.id.clone()}
                data-test={props.test.clone()}
                type={props.kind.clone()}
                class={classes!(props.digits.map(|it| if it > 6 { "digits" } else { "digits digits-wide" }))}
                inputmode={props.digits.map(|_| "numeric")}
                autocomplete={props.autocomplete.clone()}
                autocapitalize="none"
                spellcheck="false"
                maxlength={props.maxlength.clone()}
                value={props.value.clone()}
                aria-invalid={wrong.then_some("true")}
                aria-describedby={described}
                {oninput}
            />
        </div>
    }
}

/// The digits of what was typed, at most so many, and where the caret is among them. Browsers count in UTF-16.
fn digits_of(typed: &str, caret: Option<u32>, most: usize) -> (String, u32) {
    let kept: String = typed.chars().filter(char::is_ascii_digit).take(most).collect();
    let before = match caret {
        Some(caret) => {
            let units = typed.encode_utf16().take(usize::try_from(caret).unwrap_or(usize::MAX));
            units.filter(|it| (0x30..0x3a).contains(it)).count()
        }
        None => kept.len(),
    };
    let before = before.min(kept.len());
    (kept, u32::try_from(before).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::digits_of;

    #[test]
    fn the_caret_stays_behind_the_digit_that_was_typed() {
        for (typed, caret, kept, after) in [
            ("9001x01", Some(5), "900101", 4),
            ("900 101 300 017", Some(15), "900101300017", 12),
            ("😀90", Some(3), "90", 1),
            ("9001", None, "9001", 4),
            ("x", Some(1), "", 0),
            ("123456789012345678901", Some(21), "12345678901234567890", 20),
        ] {
            assert_eq!(digits_of(typed, caret, 20), (kept.to_owned(), after), "{typed}");
        }
    }
}
