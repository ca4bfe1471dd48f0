//! Participants with their standing; suspending with a reason, resuming.

use senim_core::participant::Standing;
use senim_core::participant::view::{ParticipantView, SuspendParticipant};
use senim_core::text::Language;
use senim_kit::api::{self, Nothing, Trouble};
use senim_kit::components::{
    Badge, Button, ButtonKind, Card, Dialog, Field, Notice, Spinner, Tone,
};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::words::{common, console};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

const REFRESH_MS: u32 = 3_000;

#[function_component]
pub(crate) fn Participants() -> Html {
    let language = use_language();
    let participants =
        use_resource::<Vec<ParticipantView>>("/api/console/participants", Some(REFRESH_MS));
    let asked = use_state(|| None::<ParticipantView>);
    let outcome = use_state(|| None::<Result<String, Trouble>>);
    let busy = use_state(|| None::<String>);
    let ondone = {
        let (asked, busy, outcome) = (asked.clone(), busy.clone(), outcome.clone());
        let reload = participants.reload.clone();
        Callback::from(move |answer: Result<ParticipantView, Trouble>| {
            asked.set(None);
            busy.set(None);
            outcome.set(Some(answer.map(|it| {
                let word = match it.participant.standing {
                    Standing::Active => console::RESUME_DONE,
                    Standing::Suspended { .. } => console::SUSPEND_DONE,
                };
                word.fill(language, &[("bank", &it.participant.name)])
            })));
            reload.emit(());
        })
    };
    let resume = {
        let (busy, ondone) = (busy.clone(), ondone.clone());
        Callback::from(move |bin: String| {
            let ondone = ondone.clone();
            busy.set(Some(bin.clone()));
            spawn_local(async move {
                let path = format!("/api/console/participants/{bin}/resume");
                ondone.emit(api::post(&path, &Nothing {}).await);
            });
        })
    };
    let ask = {
        let asked = asked.clone();
        Callback::from(move |it| asked.set(Some(it)))
    };
    let close = {
        let asked = asked.clone();
        Callback::from(move |()| asked.set(None))
    };
    let list = match (&participants.value, &participants.trouble) {
        (Some(list), _) => html! { { table(list, busy.as_deref(), language, &ask, &resume) } },
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <Card>
            <h2>{ console::PARTICIPANTS.say(language) }</h2>
            if let Some(outcome) = &*outcome {
                { told(outcome, language) }
            }
            { list }
            <SuspendDialog participant={(*asked).clone()} onclose={close} {ondone} />
        </Card>
    }
}

fn told(outcome: &Result<String, Trouble>, language: Language) -> Html {
    match outcome {
        Ok(text) => html! { <Notice tone={Tone::Good} test="outcome">{ text }</Notice> },
        Err(trouble) => html! {
            <Notice tone={Tone::Bad} test="outcome">{ trouble.sentence(language) }</Notice>
        },
    }
}

fn table(
    list: &[ParticipantView],
    busy: Option<&str>,
    language: Language,
    ask: &Callback<ParticipantView>,
    resume: &Callback<String>,
) -> Html {
    html! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">{ console::PARTICIPANT.say(language) }</th>
                    <th scope="col">{ console::STANDING.say(language) }</th>
                    <th scope="col" class="number">{ console::APPLICATIONS.say(language) }</th>
                    <th scope="col" class="number">{ console::CONSENTS.say(language) }</th>
                    <th scope="col" class="number">{ console::REQUESTS_HOUR.say(language) }</th>
                    <th scope="col"><span class="visually-hidden">{ console::DEED.say(language) }</span></th>
                </tr>
            </thead>
            <tbody>
                for it in list.iter() {
                    { row(it, busy, language, ask, resume) }
                }
            </tbody>
        </table>
    }
}

fn row(
    it: &ParticipantView,
    busy: Option<&str>,
    language: Language,
    ask: &Callback<ParticipantView>,
    resume: &Callback<String>,
) -> Html {
    let bin = it.participant.bin.to_string();
    let roles: Vec<_> = [
        (it.participant.roles.provider, console::ROLE_PROVIDER),
        (it.participant.roles.consumer, console::ROLE_CONSUMER),
    ]
    .into_iter()
    .filter(|&(has, _)| has)
    .map(|(_, word)| word.say(language))
    .collect();
    let (standing, event) = match &it.participant.standing {
        Standing::Active => {
            let (ask, it) = (ask.clone(), it.clone());
            (
                html! { <Badge tone={Tone::Good}>{ console::ACTIVE.say(language) }</Badge> },
                html! {
                    <Button
                        kind={ButtonKind::Danger}
                        test="participant-suspend"
                        onclick={move |()| ask.emit(it.clone())}
                    >
                        { console::SUSPEND.say(language) }
                    </Button>
                },
            )
        }
        Standing::Suspended { since, reason } => {
            let date = moment::date_time(*since, language);
            let why =
                console::SUSPENDED_SINCE.fill(language, &[("date", &date), ("reason", reason)]);
            let (resume, own) = (resume.clone(), bin.clone());
            (
                html! {
                    <>
                        <Badge tone={Tone::Bad}>{ console::SUSPENDED.say(language) }</Badge>
                        <small>{ why }</small>
                    </>
                },
                html! {
                    <Button
                        kind={ButtonKind::Secondary}
                        test="participant-resume"
                        busy={busy == Some(bin.as_str())}
                        onclick={move |()| resume.emit(own.clone())}
                    >
                        { console::RESUME.say(language) }
                    </Button>
                },
            )
        }
    };
    html! {
        <tr key={bin.clone()} data-test="participant-row" data-bin={bin.clone()}>
            <th scope="row">
                { &it.participant.name }
                <small>{ format!("{} {bin} · {}", common::BIN.say(language), roles.join(", ")) }</small>
            </th>
            <td data-test="participant-standing">{ standing }</td>
            <td class="number" data-name={console::APPLICATIONS.say(language)}>{ it.applications }</td>
            <td class="number" data-name={console::CONSENTS.say(language)}>{ it.consents_active }</td>
            <td class="number" data-name={console::REQUESTS_HOUR.say(language)}>{ it.requests_last_hour }</td>
            <td class="number">{ event }</td>
        </tr>
    }
}

#[derive(Properties, PartialEq)]
struct SuspendDialogProps {
    participant: Option<ParticipantView>,
    onclose: Callback<()>,
    ondone: Callback<Result<ParticipantView, Trouble>>,
}

#[function_component]
fn SuspendDialog(props: &SuspendDialogProps) -> Html {
    let language = use_language();
    let reason = use_state(String::new);
    let tried = use_state(|| false);
    let busy = use_state(|| false);
    {
        let (reason, tried, busy) = (reason.clone(), tried.clone(), busy.clone());
        use_effect_with(props.participant.is_some(), move |_| {
            reason.set(String::new());
            tried.set(false);
            busy.set(false);
        });
    }
    let participant = props.participant.as_ref().map(|it| &it.participant);
    let name = participant.map(|it| it.name.clone()).unwrap_or_default();
    let onsubmit = {
        let bin = participant.map(|it| it.bin.to_string()).unwrap_or_default();
        let (reason, tried, busy) = (reason.clone(), tried.clone(), busy.clone());
        let ondone = props.ondone.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            tried.set(true);
            if reason.trim().is_empty() || *busy {
                return;
            }
            busy.set(true);
            let path = format!("/api/console/participants/{bin}/suspend");
            let body = SuspendParticipant { reason: reason.trim().to_owned() };
            let ondone = ondone.clone();
            spawn_local(async move { ondone.emit(api::post(&path, &body).await) });
        })
    };
    let missing = *tried && reason.trim().is_empty();
    let error = missing.then(|| AttrValue::from(console::REASON_MISSING.say(language)));
    let oninput = {
        let reason = reason.clone();
        Callback::from(move |text| reason.set(text))
    };
    html! {
        <Dialog
            open={props.participant.is_some()}
            title={console::SUSPEND_TITLE.fill(language, &[("bank", &name)])}
            onclose={props.onclose.clone()}
        >
            <p>{ console::SUSPEND_TEXT.say(language) }</p>
            <form class="stack" novalidate=true {onsubmit}>
                <Field
                    id="reason"
                    test="suspend-reason"
                    label={console::REASON.say(language)}
                    value={(*reason).clone()}
                    hint={console::REASON_HINT.say(language)}
                    maxlength="300"
                    autofocus=true
                    {error}
                    {oninput}
                />
                <div class="actions">
                    <Button kind={ButtonKind::Danger} test="suspend-confirm" submit=true busy={*busy}>
                        { console::SUSPEND_YES.say(language) }
                    </Button>
                    <Button kind={ButtonKind::Secondary} test="suspend-cancel" onclick={props.onclose.clone()}>
                        { common::CANCEL.say(language) }
                    </Button>
                </div>
            </form>
        </Dialog>
    }
}
