//! `/cabinet/activity`: sessions, messages and accepted editions, and the way to say "it wasn't me".

use senim_core::activity::Disowned;
use senim_core::activity::view::{
    ActivityView, Delivery, DisownedView, MessageView, SessionOutcome, SessionPurpose,
    SessionSummaryView,
};
use senim_core::alert::{AlertKind, MessageKind};
use senim_core::identity::cabinet::OpenedWith;
use senim_core::identity::device::Device;
use senim_core::text::Language;
use senim_kit::api::Trouble;
use senim_kit::browser::focus;
use senim_kit::components::{Badge, Notice, Spinner, Table, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::words::{Word, problems};
use yew::prelude::*;

use super::agreement::accepted;
use super::disown::{Disowning, next_steps};
use super::own::OwnPage;
use super::passkeys::listed;
use super::proved::{disagreement, of_session};
use crate::proof::{Proof, use_proof};
use crate::words::{activity, passkey, proof as words};

const REFRESH_MS: u32 = 10_000;

#[function_component]
pub(crate) fn ActivityPage() -> Html {
    let language = use_language();
    let view = use_resource::<ActivityView>("/api/cabinet/activity", Some(REFRESH_MS));
    let proving = use_proof(Some(Vec::new()));
    let disowned = use_state(|| None::<DisownedView>);
    let ondisowned = {
        let (disowned, reload) = (disowned.setter(), view.reload.clone());
        Callback::from(move |it: DisownedView| {
            disowned.set(Some(it));
            reload.emit(());
            // What to do next stands on top.
            focus("main h1");
        })
    };
    let signed_out = view.trouble.as_ref().is_some_and(Trouble::signed_out);
    let page = match (&view.value, &view.trouble) {
        (_, Some(_)) if signed_out => Html::default(),
        (Some(it), _) => shown(it, &proving.proof, &ondisowned, language),
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <OwnPage title={activity::TITLE} {signed_out}>
            if let Some(it) = &*disowned {
                { next_steps(it, language) }
            }
            { page }
        </OwnPage>
    }
}

fn shown(
    view: &ActivityView,
    proof: &Proof,
    ondisowned: &Callback<DisownedView>,
    language: Language,
) -> Html {
    let locked = view.locked_until.map(|until| moment::date_time(until, language));
    html! {
        <>
            <p class="soft">{ activity::LEAD.say(language) }</p>
            { disagreement(proof, language) }
            if let Some(until) = locked {
                <Notice tone={Tone::Warn} test="locked">{ activity::LOCKED.fill(language, &[("until", &until)]) }</Notice>
            }
            <section class="stack" aria-labelledby="sessions">
                <h2 id="sessions">{ activity::SESSIONS.say(language) }</h2>
                { sessions(&view.sessions, proof, view.lock_hours, ondisowned, language) }
            </section>
            <section class="stack" aria-labelledby="attempts">
                <h2 id="attempts">{ activity::ATTEMPTS.say(language) }</h2>
                if view.attempts.is_empty() {
                    <p class="soft" data-test="attempts-empty">{ activity::ATTEMPTS_NONE.say(language) }</p>
                } else {
                    <p class="soft">{ activity::ATTEMPTS_LEAD.say(language) }</p>
                    { sessions(&view.attempts, proof, view.lock_hours, ondisowned, language) }
                }
            </section>
            <section class="stack" aria-labelledby="messages">
                <h2 id="messages">{ activity::MESSAGES.say(language) }</h2>
                { alerts(view, language) }
                if view.messages.is_empty() {
                    <p class="soft" data-test="messages-empty">{ activity::MESSAGES_NONE.say(language) }</p>
                } else {
                    { messages(&view.messages, language) }
                }
            </section>
            if !view.passkeys.is_empty() {
                <section class="stack" aria-labelledby="passkeys">
                    <h2 id="passkeys">{ passkey::ACTED.say(language) }</h2>
                    { listed(&view.passkeys, language, |_| Html::default()) }
                </section>
            }
            { accepted(&view.agreements, activity::AGREEMENTS, language) }
        </>
    }
}

fn sessions(
    list: &[SessionSummaryView],
    proof: &Proof,
    lock_hours: u16,
    ondisowned: &Callback<DisownedView>,
    language: Language,
) -> Html {
    let heads = vec![
        activity::WHEN,
        activity::WHAT_FOR,
        activity::DEVICE,
        activity::OUTCOME,
        words::USE_PROOF,
    ];
    html! {
        <Table {heads}>
            for it in list.iter() {
                { session(it, proof, lock_hours, ondisowned, language) }
            }
        </Table>
    }
}

fn session(
    it: &SessionSummaryView,
    proof: &Proof,
    lock_hours: u16,
    ondisowned: &Callback<DisownedView>,
    language: Language,
) -> Html {
    let cell = |name: Word, value: Html| {
        html! { <td data-name={name.say(language)}>{ value }</td> }
    };
    let bank = it.consumer.as_ref().map(|it| it.name.clone()).unwrap_or_default();
    let what = match it.purpose {
        SessionPurpose::Cabinet if it.opened_with == OpenedWith::Passkey => {
            activity::FOR_CABINET_PASSKEY
        }
        SessionPurpose::Cabinet => activity::FOR_CABINET,
        SessionPurpose::Accounts => activity::FOR_ACCOUNTS,
        SessionPurpose::Authentication => activity::FOR_AUTHENTICATION,
    };
    let (tone, word) = match &it.outcome {
        SessionOutcome::Open => (Tone::Quiet, activity::OPEN),
        SessionOutcome::Passed => (Tone::Good, activity::PASSED),
        SessionOutcome::Failed { .. } => (Tone::Bad, activity::FAILED),
    };
    let why = match &it.outcome {
        SessionOutcome::Failed { problem } => problems::sentence(problem, language),
        SessionOutcome::Open | SessionOutcome::Passed => None,
    };
    let case = it.case.as_ref().map(|case| {
        let word =
            if case.closed_at.is_some() { activity::CASE_CLOSED } else { activity::CASE_OPEN };
        word.fill(language, &[("case", &case.id.to_string())])
    });
    html! {
        <tr key={it.id.to_string()} data-test="session-row" data-session={it.id.to_string()}>
            { cell(activity::WHEN, html! { { moment::date_time(it.started_at, language) } }) }
            { cell(activity::WHAT_FOR, html! { { what.fill(language, &[("bank", &bank)]) } }) }
            { cell(activity::DEVICE, html! { { device(it.device, language) } }) }
            { cell(activity::OUTCOME, html! {
                <>
                    <Badge {tone}>{ word.say(language) }</Badge>
                    if it.own {
                        <small data-test="session-own">{ activity::OWN.say(language) }</small>
                    } else if it.signed_in {
                        <small>{ activity::SIGNED_IN.say(language) }</small>
                    }
                    if let Some(why) = why {
                        <small>{ why }</small>
                    }
                    if let Some(case) = case {
                        <small data-test="session-case">{ case }</small>
                    } else if !it.own {
                        <Disowning
                            what={Disowned::Session(it.id)}
                            withdraws={it.in_force > 0}
                            {lock_hours}
                            ondone={ondisowned.clone()}
                        />
                    }
                </>
            }) }
            { cell(words::USE_PROOF, of_session(proof, it.id, language)) }
        </tr>
    }
}

/// `Chrome, Android`.
pub(crate) fn device(device: Option<Device>, language: Language) -> String {
    let Some(Device { browser, system }) = device else {
        return activity::DEVICE_UNKNOWN.say(language).to_owned();
    };
    let browser = browser.name().unwrap_or(activity::BROWSER_OTHER.say(language));
    let system = system.name().unwrap_or(activity::SYSTEM_OTHER.say(language));
    format!("{browser}, {system}")
}

/// What the configuration sends messages about, and nothing else.
fn alerts(view: &ActivityView, language: Language) -> Html {
    if view.alerts.is_empty() {
        return html! { <p class="soft" data-test="alerts-none">{ activity::ALERTS_NONE.say(language) }</p> };
    }
    html! {
        <>
            <p>{ activity::ALERTS_LEAD.say(language) }</p>
            <ul data-test="alerts">
                for it in view.alerts.iter() {
                    <li>{ kind(MessageKind::Alert(*it)).say(language) }</li>
                }
            </ul>
        </>
    }
}

fn messages(list: &[MessageView], language: Language) -> Html {
    let heads = vec![activity::WHEN, activity::MESSAGE, activity::PHONE, activity::DELIVERY];
    html! {
        <Table {heads}>
            for it in list.iter() {
                <tr data-test="message-row" data-kind={it.kind.code()}>
                    <td data-name={activity::WHEN.say(language)}>{ moment::date_time(it.made_at, language) }</td>
                    <td data-name={activity::MESSAGE.say(language)}>{ kind(it.kind).say(language) }</td>
                    <td data-name={activity::PHONE.say(language)}>{ &it.phone_masked }</td>
                    <td data-name={activity::DELIVERY.say(language)}>{ delivery(it, language) }</td>
                </tr>
            }
        </Table>
    }
}

fn delivery(it: &MessageView, language: Language) -> Html {
    let (tone, word) = match it.delivery {
        Delivery::Waiting => (Tone::Quiet, activity::WAITING),
        Delivery::Sent => (Tone::Good, activity::SENT),
        Delivery::GivenUp => (Tone::Warn, activity::GIVEN_UP),
    };
    html! {
        <>
            <Badge {tone}>{ word.say(language) }</Badge>
            if let Some(at) = it.finished_at {
                <small>{ moment::date_time(at, language) }</small>
            }
        </>
    }
}

fn kind(kind: MessageKind) -> Word {
    match kind {
        MessageKind::Code => activity::KIND_CODE,
        MessageKind::Alert(AlertKind::ConsentGiven) => activity::KIND_GIVEN,
        MessageKind::Alert(AlertKind::ConsentUsed) => activity::KIND_USED,
        MessageKind::Alert(AlertKind::ConsentChanged) => activity::KIND_CHANGED,
        MessageKind::Alert(AlertKind::ConsentWithdrawn) => activity::KIND_WITHDRAWN,
        MessageKind::Alert(AlertKind::PasskeyAdded) => activity::KIND_PASSKEY,
        MessageKind::Alert(AlertKind::SignedIn) => activity::KIND_SIGNED_IN,
    }
}

#[cfg(test)]
mod tests {
    use senim_core::identity::device::{Browser, System};

    use super::*;

    #[test]
    fn a_device_is_named_as_far_as_it_is_known() {
        let known = Device { browser: Browser::Firefox, system: System::Linux };
        assert_eq!(device(Some(known), Language::En), "Firefox, Linux");
        let other = Device { browser: Browser::Other, system: System::Android };
        assert_eq!(device(Some(other), Language::Ru), "другой браузер, Android");
        assert_eq!(device(None, Language::En), "not recorded");
    }
}
