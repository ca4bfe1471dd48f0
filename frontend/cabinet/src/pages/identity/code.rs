//! The one-time code from the text message (IDX-3).

use senim_core::Timestamp;
use senim_core::identity::view::EnterCode;
use senim_core::problem::Problem;
use senim_core::text::Language;
use senim_kit::browser::focus;
use senim_kit::components::{Button, ButtonKind, ErrorSummary, Field, Flaw, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::words::{common, problems};
use senim_kit::{moment, one_time_code};
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
    /// Why the last code was refused: a problem's code.
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
}

impl Slip {
    fn of(typed: &str) -> Option<Self> {
        match typed.len() {
            DIGITS => None,
            0 => Some(Self::Empty),
            it if it < DIGITS => Some(Self::Short { missing: DIGITS - it }),
            it => Some(Self::Long { over: it - DIGITS }),
        }
    }

    fn sentence(self, language: Language) -> String {
        let count = |word: senim_kit::words::Word, count: usize| {
            word.fill(language, &[("count", &count.to_string())])
        };
        match self {
            Self::Empty => identity::CODE_EMPTY.say(language).to_owned(),
            Self::Short { missing } => count(identity::CODE_SHORT, missing),
            Self::Long { over } => count(identity::CODE_LONG, over),
        }
    }
}

/// Refusals that are about what stands in the field.
pub(crate) fn is_about_the_field(code: &str) -> bool {
    [Problem::IdentityCodeWrong, Problem::IdentityCodeExpired].iter().any(|it| it.code() == code)
}

#[function_component]
pub(crate) fn CodeEntry(props: &CodeEntryProps) -> Html {
    let language = use_language();
    let typed = use_state(String::new);
    let slip = use_state(|| None::<Slip>);
    let turn = use_state(|| 0_u32);
    let left = use_countdown(Some(props.expires_at), props.offset_ms);
    // A code was refused, or another sent: the digits typed so far are of no use.
    {
        let (typed, slip) = (typed.clone(), slip.clone());
        use_effect_with((props.tries_left, props.sms_left), move |_| {
            typed.set(String::new());
            slip.set(None);
        });
    }
    use_effect_with(props.sms_left, |_| focus("#code"));
    {
        let typed = typed.setter();
        use_effect_with(props.sms_left, move |_| {
            let listening = one_time_code::listen(Callback::from(move |code| typed.set(code)));
            move || drop(listening)
        });
    }
    let sms_at_first = use_state(|| props.sms_left);
    let resent = props.sms_left < *sms_at_first;
    let onsubmit = {
        let (act, typed) = (props.act.clone(), typed.clone());
        let (slip, turn) = (slip.clone(), turn.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let found = Slip::of(&typed);
            slip.set(found);
            turn.set(turn.wrapping_add(1));
            if found.is_none() {
                act.emit(Action::Code(EnterCode { code: (*typed).clone() }));
            }
        })
    };
    let error = match (*slip, &props.refused) {
        (Some(slip), _) => Some(slip.sentence(language)),
        (None, Some(code)) if props.busy.is_none() => {
            problems::sentence(code, language).map(str::to_owned)
        }
        (None, _) => None,
    };
    let error = error.map(AttrValue::from);
    let resend = {
        let act = props.act.clone();
        Callback::from(move |()| act.emit(Action::SendCode))
    };
    let value = AttrValue::from((*typed).clone());
    let oninput = Callback::from(move |text| typed.set(text));
    let tries = identity::TRIES_LEFT.fill(language, &[("count", &props.tries_left.to_string())]);
    html! {
        <form class="stack" novalidate=true {onsubmit}>
            if let Some(sentence) = &error {
                <ErrorSummary flaw={Flaw { id: "code".into(), sentence: sentence.clone() }} turn={*turn} />
            }
            <h1 tabindex="-1">{ identity::CODE_TITLE.say(language) }</h1>
            <p class="lead">{ identity::CODE_LEAD.fill(language, &[("phone", &props.phone_masked)]) }</p>
            if resent && error.is_none() {
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
                {error}
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_too_much_is_counted() {
        assert_eq!(Slip::of("123456"), None);
        for (typed, slip) in [
            ("", Slip::Empty),
            ("12", Slip::Short { missing: 4 }),
            ("12345678", Slip::Long { over: 2 }),
        ] {
            assert_eq!(Slip::of(typed), Some(slip), "{typed}");
            assert!(!slip.sentence(Language::Ru).contains('{'));
        }
    }
}
