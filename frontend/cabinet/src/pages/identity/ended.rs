//! The session's end: on to where it was meant to lead, or back with the reason.

use senim_core::Timestamp;
use senim_core::participant::view::ParticipantName;
use senim_core::problem::Problem;
use senim_kit::browser::sleep;
use senim_kit::components::Tone;
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::route::leave;
use senim_kit::words::{Word, problems};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::countdown::use_countdown;
use crate::words::{cabinet, identity};

/// Long enough to read that it worked.
const PAUSE_MS: u32 = 1_200;

#[derive(Properties, PartialEq)]
pub(crate) struct PassedProps {
    pub consumer: Option<ParticipantName>,
    pub redirect: String,
}

#[function_component]
pub(crate) fn Passed(props: &PassedProps) -> Html {
    let language = use_language();
    use_effect_with(props.redirect.clone(), |redirect| {
        let redirect = redirect.clone();
        spawn_local(async move {
            sleep(PAUSE_MS).await;
            leave(&redirect);
        });
    });
    let text = match &props.consumer {
        Some(consumer) => identity::PASSED_TEXT.fill(language, &[("bank", &consumer.name)]),
        None => identity::PASSED_CABINET.say(language).to_owned(),
    };
    html! {
        <div class="stack" data-test="passed">
            { sign(Tone::Good, "M22 37l9 9 20-21") }
            <h1 tabindex="-1">{ identity::PASSED_TITLE.say(language) }</h1>
            <p class="lead" role="status">{ text }</p>
            <p><a href={props.redirect.clone()} data-test="passed-link">{ identity::PASSED_LINK.say(language) }</a></p>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct FailedProps {
    pub consumer: Option<ParticipantName>,
    /// Its code.
    pub problem: String,
    pub redirect: Option<String>,
    pub blocked_until: Option<Timestamp>,
    /// What the last check failed by, where that led to the block: a problem's code.
    pub reason: Option<String>,
    pub offset_ms: f64,
}

/// Chosen by the client themselves.
fn is_chosen(problem: &str) -> bool {
    matches!(
        Problem::by_code(problem),
        Some(
            Problem::IdentityAgreement
                | Problem::IdentityAgreementWithdrawn
                | Problem::IdentityAbandoned
                | Problem::ConsentRefused
        )
    )
}

pub(crate) fn title(problem: &str, blocked: bool) -> Word {
    match problem {
        _ if blocked => identity::BLOCKED_TITLE,
        _ if is_chosen(problem) => identity::REFUSED_TITLE,
        _ if problem == Problem::IdentityExpired.code() => identity::EXPIRED_TITLE,
        _ => identity::FAILED_TITLE,
    }
}

#[function_component]
pub(crate) fn Failed(props: &FailedProps) -> Html {
    let language = use_language();
    let left = use_countdown(props.blocked_until, props.offset_ms);
    let problem = Problem::by_code(&props.problem);
    let chosen = is_chosen(&props.problem);
    let title = title(&props.problem, props.blocked_until.is_some());
    let tone = match (props.blocked_until, chosen) {
        (Some(_), _) => Tone::Warn,
        (None, true) => Tone::Quiet,
        (None, false) => Tone::Bad,
    };
    let last = props.reason.as_ref().and_then(|it| problems::sentence(it, language));
    let reason = problems::sentence(&props.problem, language)
        .or(problem.map(Problem::title))
        .unwrap_or(problems::PLATFORM.say(language));
    let back = props.consumer.as_ref().map_or_else(
        || identity::BACK_TO_BANK.say(language).to_owned(),
        |it| identity::BACK_TO.fill(language, &[("bank", &it.name)]),
    );
    html! {
        <div class="stack" data-test="failed" data-problem={props.problem.clone()}>
            { sign(tone, if chosen { "M24 36h24" } else { "M36 22v18M36 49v.5" }) }
            <h1 tabindex="-1">{ title.say(language) }</h1>
            <p class="lead" role="alert">{ reason }</p>
            if let Some(last) = last {
                <p data-test="failed-reason">{ identity::LAST_CHECK.fill(language, &[("why", last)]) }</p>
            }
            if props.blocked_until.is_some() {
                if left > 0 {
                    <p class="clock" data-test="blocked-left">
                        { identity::BLOCKED_LEFT.fill(language, &[("time", &moment::countdown(left))]) }
                    </p>
                } else {
                    <p role="status">{ identity::BLOCKED_OVER.say(language) }</p>
                }
            } else if !chosen && props.consumer.is_some() {
                <p>{ identity::FAILED_HELP.say(language) }</p>
            } else if !chosen {
                <p>{ identity::FAILED_CABINET.say(language) }</p>
            }
            <div class="actions">
                if let Some(redirect) = &props.redirect {
                    <a class="button button-primary" href={redirect.clone()} data-test="failed-back">{ back }</a>
                } else {
                    <a class="button button-secondary" href="/" data-test="failed-back">
                        { cabinet::PAGE.say(language) }
                    </a>
                }
            </div>
        </div>
    }
}

fn sign(tone: Tone, path: &'static str) -> Html {
    html! {
        <svg class={classes!("big-sign", tone.class())} viewBox="0 0 72 72" aria-hidden="true" focusable="false">
            <circle cx="36" cy="36" r="36" />
            <path d={path} />
        </svg>
    }
}
