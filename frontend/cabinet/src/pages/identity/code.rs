//! The one-time code from the text message (IDX-3).

use senim_core::Timestamp;
use senim_core::identity::view::EnterCode;
use senim_kit::browser::focus;
use senim_kit::components::{Button, ButtonKind, Field, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::words::common;
use yew::prelude::*;

use super::action::Action;
use super::countdown::use_countdown;
use crate::words::identity;

const DIGITS: usize = 6;

#[derive(Properties, PartialEq)]
pub(crate) struct CodeEntryProps {
    pub phone_masked: String,
    pub expires_at: Timestamp,
    pub tries_left: u8,
    pub sms_left: u8,
    pub offset_ms: f64,
    pub busy: Option<&'static str>,
    pub act: Callback<Action>,
}

#[function_component]
pub(crate) fn CodeEntry(props: &CodeEntryProps) -> Html {
    let language = use_language();
    let typed = use_state(String::new);
    let left = use_countdown(Some(props.expires_at), props.offset_ms);
    // A code was refused, or another sent: the digits typed so far are of no use.
    {
        let typed = typed.clone();
        use_effect_with((props.tries_left, props.sms_left), move |_| {
            typed.set(String::new());
            focus("#code");
        });
    }
    let sms_at_first = use_state(|| props.sms_left);
    let resent = props.sms_left < *sms_at_first;
    let complete = typed.len() == DIGITS;
    let onsubmit = {
        let (act, typed) = (props.act.clone(), typed.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if complete {
                act.emit(Action::Code(EnterCode { code: (*typed).clone() }));
            }
        })
    };
    let resend = {
        let act = props.act.clone();
        Callback::from(move |()| act.emit(Action::SendCode))
    };
    let value = AttrValue::from((*typed).clone());
    let oninput = Callback::from(move |text| typed.set(text));
    let tries = identity::CODE_TRIES.fill(language, &[("count", &props.tries_left.to_string())]);
    html! {
        <form class="stack" novalidate=true {onsubmit}>
            <h1 tabindex="-1">{ identity::CODE_TITLE.say(language) }</h1>
            <p class="lead">{ identity::CODE_LEAD.fill(language, &[("phone", &props.phone_masked)]) }</p>
            if resent {
                <Notice tone={Tone::Good} test="code-resent">{ identity::CODE_RESENT.say(language) }</Notice>
            }
            <Field
                id="code"
                test="code-input"
                label={identity::CODE_LABEL.say(language)}
                {value}
                digits={DIGITS}
                autocomplete="one-time-code"
                hint={AttrValue::from(tries)}
                {oninput}
            />
            <p class="code-row" data-test="code-left">
                if left > 0 {
                    { identity::CODE_LEFT.fill(language, &[("time", &moment::countdown(left))]) }
                } else {
                    <span role="status">{ identity::CODE_GONE.say(language) }</span>
                }
            </p>
            <div class="actions">
                <Button test="code-submit" submit=true busy={props.busy == Some("code")}>
                    { common::CONTINUE.say(language) }
                </Button>
                if props.sms_left > 0 {
                    <Button
                        kind={ButtonKind::Secondary}
                        test="code-resend"
                        busy={props.busy == Some("send-code")}
                        onclick={resend}
                    >
                        { identity::CODE_RESEND.say(language) }
                    </Button>
                } else {
                    <p class="soft">{ identity::CODE_NO_MORE.say(language) }</p>
                }
            </div>
            <p class="soft">{ identity::CODE_WARN.say(language) }</p>
        </form>
    }
}
