//! The client types their IIN; a slip of the finger is told before anything is sent.

use senim_core::id::{Iin, NumberError};
use senim_core::identity::view::ConfirmIin;
use senim_kit::components::{Button, Field};
use senim_kit::language::use_language;
use senim_kit::words::{common, problems};
use yew::prelude::*;

use super::action::Action;
use crate::words::identity;

const DIGITS: usize = 12;

#[derive(Properties, PartialEq)]
pub(crate) struct IinEntryProps {
    pub iin_masked: Option<String>,
    pub busy: Option<&'static str>,
    pub act: Callback<Action>,
}

#[function_component]
pub(crate) fn IinEntry(props: &IinEntryProps) -> Html {
    let language = use_language();
    let typed = use_state(String::new);
    let tried = use_state(|| false);
    let judged = typed.parse::<Iin>();
    let hint = match &judged {
        Ok(_) | Err(NumberError::CheckDigit | NumberError::NotAnIin | NumberError::NotABin) => {
            String::new()
        }
        Err(NumberError::NotTwelveDigits | NumberError::NotAPhone) => {
            identity::IIN_HINT.fill(language, &[("count", &(DIGITS - typed.len()).to_string())])
        }
    };
    let error = match &judged {
        Err(NumberError::CheckDigit | NumberError::NotAnIin | NumberError::NotABin) => {
            Some(problems::IIN_INVALID.say(language).into())
        }
        Err(NumberError::NotTwelveDigits | NumberError::NotAPhone) if *tried => {
            Some(AttrValue::from(hint.clone()))
        }
        Err(NumberError::NotTwelveDigits | NumberError::NotAPhone) | Ok(_) => None,
    };
    let good = judged.is_ok();
    let onsubmit = {
        let (act, typed, tried) = (props.act.clone(), typed.clone(), tried.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            tried.set(true);
            if good {
                act.emit(Action::Iin(ConfirmIin { iin: (*typed).clone() }));
            }
        })
    };
    let oninput = {
        let (typed, tried) = (typed.clone(), tried.clone());
        Callback::from(move |text| {
            typed.set(text);
            tried.set(false);
        })
    };
    html! {
        <form class="stack" novalidate=true {onsubmit}>
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
                hint={AttrValue::from(hint)}
                {error}
                autofocus=true
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
