//! Participants with their standing; suspending with a reason, resuming; what each may ask for.

use senim_core::participant::Standing;
use senim_core::participant::view::{ParticipantView, SuspendParticipant};
use senim_core::routing::{ALLOWANCE_MAX, Allowance, SetAllowance};
use senim_core::text::Language;
use senim_kit::action::use_action;
use senim_kit::api::{self, Nothing, Trouble};
use senim_kit::components::{
    Badge, Button, ButtonKind, Card, Dialog, Field, Notice, Spinner, Tone,
};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::words::{Word, common};
use yew::prelude::*;

use crate::words;

const REFRESH_MS: u32 = 3_000;

#[function_component]
pub(crate) fn Participants() -> Html {
    let language = use_language();
    let participants =
        use_resource::<Vec<ParticipantView>>("/api/console/participants", Some(REFRESH_MS));
    let asked = use_state(|| None::<ParticipantView>);
    let limited = use_state(|| None::<ParticipantView>);
    let saved = use_state(|| None::<String>);
    let done = use_state(|| None::<ParticipantView>);
    let change = {
        let (asked, done, saved) = (asked.setter(), done.setter(), saved.setter());
        let reload = participants.reload.clone();
        use_action(Change::send, move |answer: &Result<ParticipantView, Trouble>| {
            asked.set(None);
            saved.set(None);
            done.set(answer.as_ref().ok().cloned());
            reload.emit(());
        })
    };
    let ask = {
        let asked = asked.clone();
        Callback::from(move |it| asked.set(Some(it)))
    };
    let close = {
        let (asked, busy) = (asked.clone(), change.busy);
        Callback::from(move |()| {
            if !busy {
                asked.set(None);
            }
        })
    };
    let limit = {
        let limited = limited.clone();
        Callback::from(move |it| limited.set(Some(it)))
    };
    let close_limits = {
        let (limited, saved) = (limited.clone(), saved.setter());
        Callback::from(move |name: Option<String>| {
            limited.set(None);
            if name.is_some() {
                saved.set(name);
            }
        })
    };
    let list = match (&participants.value, &participants.trouble) {
        (Some(list), _) => html! { { table(list, language, &ask, &limit) } },
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <Card>
            <h2>{ words::PARTICIPANTS.say(language) }</h2>
            if let Some(trouble) = &change.trouble {
                <Notice tone={Tone::Bad} test="outcome">{ trouble.sentence(language) }</Notice>
            } else if let Some(name) = &*saved {
                <Notice tone={Tone::Good} test="outcome">{ words::ALLOWANCE_DONE.fill(language, &[("bank", name)]) }</Notice>
            } else if let Some(done) = &*done {
                <Notice tone={Tone::Good} test="outcome">{ changed(done, language) }</Notice>
            }
            { list }
            <p class="soft">{ common::BIN_WHOLE.say(language) }</p>
            <ChangeDialog
                participant={(*asked).clone()}
                busy={change.busy}
                onclose={close}
                onchange={change.run}
            />
            if let Some(it) = &*limited {
                <AllowanceDialog participant={it.clone()} onclose={close_limits} />
            }
        </Card>
    }
}

fn changed(it: &ParticipantView, language: Language) -> String {
    let word = match it.participant.standing {
        Standing::Active => words::RESUME_DONE,
        Standing::Suspended { .. } => words::SUSPEND_DONE,
    };
    word.fill(language, &[("bank", &it.participant.name)])
}

/// Another standing for a participant.
enum Change {
    Suspend { bin: String, reason: String },
    Resume { bin: String },
}

impl Change {
    async fn send(self) -> Result<ParticipantView, Trouble> {
        match self {
            Self::Suspend { bin, reason } => {
                let path = format!("/api/console/participants/{bin}/suspend");
                api::post(&path, &SuspendParticipant { reason }).await
            }
            Self::Resume { bin } => {
                api::post(&format!("/api/console/participants/{bin}/resume"), &Nothing {}).await
            }
        }
    }
}

fn table(
    list: &[ParticipantView],
    language: Language,
    ask: &Callback<ParticipantView>,
    limit: &Callback<ParticipantView>,
) -> Html {
    html! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">{ words::PARTICIPANT.say(language) }</th>
                    <th scope="col">{ words::STANDING.say(language) }</th>
                    <th scope="col" class="number">{ words::APPLICATIONS.say(language) }</th>
                    <th scope="col" class="number">{ words::CONSENTS.say(language) }</th>
                    <th scope="col" class="number">{ words::REQUESTS_HOUR.say(language) }</th>
                    <th scope="col"><span class="visually-hidden">{ words::ACTION.say(language) }</span></th>
                </tr>
            </thead>
            <tbody>
                for it in list.iter() {
                    { row(it, language, ask, limit) }
                }
            </tbody>
        </table>
    }
}

fn row(
    it: &ParticipantView,
    language: Language,
    ask: &Callback<ParticipantView>,
    limit: &Callback<ParticipantView>,
) -> Html {
    let bin = it.participant.bin.to_string();
    let roles: Vec<_> = [
        (it.participant.roles.provider, words::ROLE_PROVIDER),
        (it.participant.roles.consumer, words::ROLE_CONSUMER),
    ]
    .into_iter()
    .filter(|&(has, _)| has)
    .map(|(_, word)| word.say(language))
    .collect();
    let (standing, kind, test, word) = match &it.participant.standing {
        Standing::Active => (
            html! { <Badge tone={Tone::Good}>{ words::ACTIVE.say(language) }</Badge> },
            ButtonKind::Danger,
            "participant-suspend",
            words::SUSPEND,
        ),
        Standing::Suspended { since, reason } => {
            let since = moment::since_day_of(*since, language);
            let why = words::SUSPENDED_WHY.fill(language, &[("since", &since), ("reason", reason)]);
            (
                html! {
                    <>
                        <Badge tone={Tone::Bad}>{ words::SUSPENDED.say(language) }</Badge>
                        <small>{ why }</small>
                    </>
                },
                ButtonKind::Secondary,
                "participant-resume",
                words::RESUME,
            )
        }
    };
    let onclick = {
        let (ask, it) = (ask.clone(), it.clone());
        Callback::from(move |()| ask.emit(it.clone()))
    };
    let onlimit = {
        let (limit, it) = (limit.clone(), it.clone());
        Callback::from(move |()| limit.emit(it.clone()))
    };
    html! {
        <tr key={bin.clone()} data-test="participant-row" data-bin={bin.clone()}>
            <th scope="row">
                { &it.participant.name }
                <small>{ format!("{} {bin} · {}", common::BIN.say(language), roles.join(", ")) }</small>
            </th>
            <td data-test="participant-standing">{ standing }</td>
            <td class="number" data-name={words::APPLICATIONS.say(language)}>{ it.applications }</td>
            <td class="number" data-name={words::CONSENTS.say(language)}>{ it.consents_active }</td>
            <td class="number" data-name={words::REQUESTS_HOUR.say(language)}>{ it.requests_last_hour }</td>
            <td class="number">
                if it.participant.roles.consumer {
                    <Button kind={ButtonKind::Quiet} test="participant-allowance" onclick={onlimit}>
                        { words::ALLOWANCE.say(language) }
                    </Button>
                }
                <Button {kind} {test} {onclick}>{ word.say(language) }</Button>
            </td>
        </tr>
    }
}

#[derive(Properties, PartialEq)]
struct ChangeDialogProps {
    /// Whose standing is asked about: an active one is to be suspended, a suspended one to be resumed.
    participant: Option<ParticipantView>,
    busy: bool,
    onclose: Callback<()>,
    onchange: Callback<Change>,
}

#[function_component]
fn ChangeDialog(props: &ChangeDialogProps) -> Html {
    let language = use_language();
    let reason = use_state(String::new);
    let tried = use_state(|| false);
    {
        let (reason, tried) = (reason.setter(), tried.setter());
        use_effect_with(props.participant.is_some(), move |_| {
            reason.set(String::new());
            tried.set(false);
        });
    }
    let participant = props.participant.as_ref().map(|it| &it.participant);
    let name = participant.map(|it| it.name.clone()).unwrap_or_default();
    let bin = participant.map(|it| it.bin.to_string()).unwrap_or_default();
    let resumes = participant.is_some_and(|it| it.standing != Standing::Active);
    let missing = reason.trim().is_empty();
    let onsubmit = {
        let (reason, tried, onchange) = (reason.clone(), tried.clone(), props.onchange.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            tried.set(true);
            let (bin, reason) = (bin.clone(), reason.trim().to_owned());
            if resumes {
                onchange.emit(Change::Resume { bin });
            } else if !reason.is_empty() {
                onchange.emit(Change::Suspend { bin, reason });
            }
        })
    };
    let error = (*tried && missing).then(|| AttrValue::from(words::REASON_MISSING.say(language)));
    let value = AttrValue::from((*reason).clone());
    let oninput = Callback::from(move |text| reason.set(text));
    let (title, text, yes, test) = if resumes {
        (words::RESUME_TITLE, words::RESUME_TEXT, words::RESUME_YES, "resume")
    } else {
        (words::SUSPEND_TITLE, words::SUSPEND_TEXT, words::SUSPEND_YES, "suspend")
    };
    html! {
        <Dialog
            open={props.participant.is_some()}
            title={title.fill(language, &[("bank", &name)])}
            onclose={props.onclose.clone()}
        >
            <p>{ text.say(language) }</p>
            <form class="stack" novalidate=true {onsubmit}>
                if !resumes {
                    <Field
                        id="reason"
                        test="suspend-reason"
                        label={words::REASON.say(language)}
                        {value}
                        hint={words::REASON_HINT.say(language)}
                        maxlength="300"
                        autofocus=true
                        {error}
                        {oninput}
                    />
                }
                <div class="actions">
                    <Button
                        kind={ButtonKind::Secondary}
                        test={format!("{test}-cancel")}
                        autofocus={resumes}
                        disabled={props.busy}
                        onclick={props.onclose.clone()}
                    >
                        { common::CANCEL.say(language) }
                    </Button>
                    <Button
                        kind={if resumes { ButtonKind::Primary } else { ButtonKind::Danger }}
                        test={format!("{test}-confirm")}
                        submit=true
                        busy={props.busy}
                    >
                        { yes.say(language) }
                    </Button>
                </div>
            </form>
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
struct AllowanceDialogProps {
    participant: ParticipantView,
    /// With the participant's name once its allowance is saved.
    onclose: Callback<Option<String>>,
}

/// The four numbers, as typed: a line for what counts together, a line for each application.
type Typed = [String; 4];

#[function_component]
fn AllowanceDialog(props: &AllowanceDialogProps) -> Html {
    let language = use_language();
    let participant = &props.participant.participant;
    let (name, path) = (
        participant.name.clone(),
        format!("/api/console/participants/{}/allowance", participant.bin),
    );
    let now = use_resource::<Allowance>(&path, None);
    let typed = use_state(|| None::<Typed>);
    let tried = use_state(|| false);
    let save = {
        let (onclose, name) = (props.onclose.clone(), name.clone());
        use_action(
            move |asked: SetAllowance| {
                let path = path.clone();
                async move { api::post::<Allowance>(&path, &asked).await }
            },
            move |answer: &Result<Allowance, Trouble>| {
                if answer.is_ok() {
                    onclose.emit(Some(name.clone()));
                }
            },
        )
    };
    let shown: Option<Typed> =
        (*typed).clone().or_else(|| now.value.as_deref().map(|it| numbers(*it)));
    let onsubmit = {
        let (shown, tried, run) = (shown.clone(), tried.clone(), save.run.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            tried.set(true);
            if let Some(asked) = shown.as_ref().and_then(read) {
                run.emit(asked);
            }
        })
    };
    let close = {
        let (onclose, busy) = (props.onclose.clone(), save.busy);
        Callback::from(move |()| {
            if !busy {
                onclose.emit(None);
            }
        })
    };
    let field = |at: usize, test: &'static str, word: Word| -> Html {
        let Some(shown) = &shown else { return Html::default() };
        let wrong = *tried && number(&shown[at]).is_none();
        let error = wrong.then(|| AttrValue::from(words::ALLOWANCE_WRONG.say(language)));
        let oninput = {
            let (typed, shown) = (typed.setter(), shown.clone());
            Callback::from(move |text: String| {
                let mut all = shown.clone();
                all[at] = text;
                typed.set(Some(all));
            })
        };
        html! {
            <Field id={test} {test} label={word.say(language)} value={shown[at].clone()} digits={9} {error} {oninput} />
        }
    };
    html! {
        <Dialog
            open=true
            title={words::ALLOWANCE_TITLE.fill(language, &[("bank", &name)])}
            onclose={close.clone()}
        >
            <p>{ words::ALLOWANCE_TEXT.say(language) }</p>
            if let Some(trouble) = save.trouble.as_ref().or(now.trouble.as_ref()) {
                <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
            }
            if shown.is_none() && now.trouble.is_none() {
                <Spinner />
            }
            <form class="stack" novalidate=true {onsubmit}>
                <div class="actions">
                    { field(0, "allowance-participant", words::ALLOWANCE_PARTICIPANT) }
                    { field(1, "allowance-consent", words::ALLOWANCE_CONSENT) }
                </div>
                <div class="actions">
                    { field(2, "allowance-application", words::ALLOWANCE_APPLICATION) }
                    { field(3, "allowance-day", words::ALLOWANCE_DAY) }
                </div>
                <div class="actions">
                    <Button
                        kind={ButtonKind::Secondary}
                        test="allowance-cancel"
                        disabled={save.busy}
                        onclick={close}
                    >
                        { common::CANCEL.say(language) }
                    </Button>
                    <Button
                        kind={ButtonKind::Primary}
                        test="allowance-save"
                        submit=true
                        busy={save.busy}
                        disabled={shown.is_none()}
                    >
                        { words::ALLOWANCE_YES.say(language) }
                    </Button>
                </div>
            </form>
        </Dialog>
    }
}

fn numbers(it: Allowance) -> Typed {
    [
        it.requests_a_minute,
        it.consent_requests_a_minute,
        it.application_requests_a_minute,
        it.application_requests_a_day,
    ]
    .map(|it| it.to_string())
}

fn number(typed: &str) -> Option<u32> {
    typed.parse().ok().filter(|it| (1..=ALLOWANCE_MAX).contains(it))
}

fn read(typed: &Typed) -> Option<SetAllowance> {
    let [participant, consent, application, day] = typed;
    Some(SetAllowance {
        requests_a_minute: number(participant)?,
        consent_requests_a_minute: number(consent)?,
        application_requests_a_minute: number(application)?,
        application_requests_a_day: number(day)?,
    })
}
