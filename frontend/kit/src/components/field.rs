//! A labelled input with its hint and its complaint.

use web_sys::HtmlInputElement;
use yew::prelude::*;

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
    /// Only digits, at most this many; shown by the numeric keyboard.
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
            let Some(most) = digits else { return oninput.emit(typed) };
            let kept: String = typed.chars().filter(char::is_ascii_digit).take(most).collect();
            if kept != typed {
                input.set_value(&kept);
            }
            oninput.emit(kept);
        })
    };
    let note = format!("{}-note", props.id);
    let wrong = props.error.is_some();
    html! {
        <div class={classes!("field", wrong.then_some("field-wrong"))}>
            <label for={props.id.clone()}>{ props.label.clone() }</label>
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
                aria-describedby={note.clone()}
                {oninput}
            />
            <p id={note} class="field-note" aria-live="polite">
                { props.error.clone().or_else(|| props.hint.clone()).unwrap_or_default() }
            </p>
        </div>
    }
}
