//! The client types their IIN; a slip of the finger is told on Continue, before anything is sent.

use senim_core::id::{Iin, NumberError};
use senim_core::identity::view::ConfirmIin;
use senim_core::problem::Problem;
use senim_core::text::Language;
use senim_kit::components::{Button, ErrorSummary, Field, Flaw};
use senim_kit::language::use_language;
use senim_kit::words::{common, problems};
use yew::prelude::*;

use super::action::Action;
use crate::words::identity;

const DIGITS: usize = 12;

#[derive(Properties, PartialEq)]
pub(crate) struct IinEntryProps {
    pub iin_masked: Option<String>,
    pub tries_left: u8,
    /// Why the last one was refused: a problem's code.
    pub refused: Option<String>,
    pub busy: Option<&'static str>,
    pub act: Callback<Action>,
}

/// What is wrong with what was typed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Slip {
    Empty,
    Short { missing: usize },
    Long { over: usize },
    Invalid,
}

impl Slip {
    fn of(typed: &str) -> Option<Self> {
        match typed.len() {
            0 => Some(Self::Empty),
            it if it < DIGITS => Some(Self::Short { missing: DIGITS - it }),
            it if it > DIGITS => Some(Self::Long { over: it - DIGITS }),
            _ => match typed.parse::<Iin>() {
                Ok(_) => None,
                Err(
                    NumberError::CheckDigit
                    | NumberError::NotAnIin
                    | NumberError::NotABin
                    | NumberError::NotAPhone
                    | NumberError::NotTwelveDigits,
                ) => Some(Self::Invalid),
            },
        }
    }

    fn sentence(self, language: Language) -> String {
        let count = |word: senim_kit::words::Word, count: usize| {
            word.fill(language, &[("count", &count.to_string())])
        };
        match self {
            Self::Empty => identity::IIN_EMPTY.say(language).to_owned(),
            Self::Short { missing } => count(identity::IIN_SHORT, missing),
            Self::Long { over } => count(identity::IIN_LONG, over),
            Self::Invalid => problems::IIN_INVALID.say(language).to_owned(),
        }
    }
}

/// Refusals that are about what stands in the field.
pub(crate) fn is_about_the_field(code: &str) -> bool {
    [Problem::IinInvalid, Problem::IdentityIinMismatch, Problem::IdentityUnknown]
        .iter()
        .any(|it| it.code() == code)
}

#[function_component]
pub(crate) fn IinEntry(props: &IinEntryProps) -> Html {
    let language = use_language();
    let typed = use_state(String::new);
    let slip = use_state(|| None::<Slip>);
    let turn = use_state(|| 0_u32);
    let onsubmit = {
        let (act, typed) = (props.act.clone(), typed.clone());
        let (slip, turn) = (slip.clone(), turn.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let found = Slip::of(&typed);
            slip.set(found);
            turn.set(turn.wrapping_add(1));
            if found.is_none() {
                act.emit(Action::Iin(ConfirmIin { iin: (*typed).clone() }));
            }
        })
    };
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |text| typed.set(text))
    };
    let error = match (*slip, &props.refused) {
        (Some(slip), _) => Some(slip.sentence(language)),
        (None, Some(code)) if props.busy.is_none() => {
            let said = problems::sentence(code, language).unwrap_or_default();
            let left =
                identity::TRIES_LEFT.fill(language, &[("count", &props.tries_left.to_string())]);
            Some(format!("{said} {left}"))
        }
        (None, _) => None,
    };
    let error = error.map(AttrValue::from);
    html! {
        <form class="stack" novalidate=true {onsubmit}>
            if let Some(sentence) = &error {
                <ErrorSummary flaw={Flaw { id: "iin".into(), sentence: sentence.clone() }} turn={*turn} />
            }
            <h1 tabindex="-1">{ identity::IIN_TITLE.say(language) }</h1>
            <p class="lead">
                { identity::IIN_LEAD.say(language) }
                if let Some(iin) = &props.iin_masked {
                    { " " }{ identity::IIN_KNOWN.fill(language, &[("iin", last(iin))]) }
                }
            </p>
            <Field
                id="iin"
                test="iin-input"
                label={identity::IIN_LABEL.say(language)}
                value={(*typed).clone()}
                digits={DIGITS}
                autofocus={error.is_none()}
                {error}
                {oninput}
            />
            <div class="actions">
                <Button test="iin-submit" submit=true busy={props.busy == Some("iin")}>
                    { common::CONTINUE.say(language) }
                </Button>
            </div>
        </form>
    }
}

/// What a masked number shows: `•••••••• 9841`.
fn last(masked: &str) -> &str {
    masked.rsplit(' ').next().unwrap_or(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_of_the_finger_has_a_sentence_of_its_own() {
        assert_eq!(Slip::of("900101300017"), None);
        let mut said = Vec::new();
        for (typed, slip) in [
            ("", Slip::Empty),
            ("9001013000", Slip::Short { missing: 2 }),
            ("9001013000170", Slip::Long { over: 1 }),
            ("900101300018", Slip::Invalid),
            ("960440000151", Slip::Invalid),
        ] {
            assert_eq!(Slip::of(typed), Some(slip), "{typed}");
            said.push(slip.sentence(Language::Kk));
        }
        assert!(said[1].contains('2') && said[2].contains('1'), "{said:?}");
        said.dedup();
        assert_eq!(said.len(), 4, "{said:?}");
    }
}
