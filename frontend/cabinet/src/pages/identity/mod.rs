//! The identity session, step by step as the server leads; loading the page again goes on where it was.

mod action;
mod agreement;
mod code;
mod consent;
mod countdown;
mod ended;
mod iin;
mod liveness;
mod running;

use senim_core::identity::view::{ChooseLanguage, IdentityView, StepView};
use senim_core::problem::Problem;
use senim_core::text::Language;
use senim_kit::api::{self, Trouble};
use senim_kit::browser::focus;
use senim_kit::components::{
    Button, ButtonKind, Card, Dialog, Frame, Notice, Spinner, Steps, Tone,
};
use senim_kit::language::use_language;
use senim_kit::words::common;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::words::{cabinet, identity};
use action::Action;
use running::{Running, RunningAction};

#[function_component]
pub(crate) fn IdentityPage() -> Html {
    let language = use_language();
    let running = use_reducer(Running::default);
    let act = {
        let session = running.view.as_ref().map(|it| it.session);
        let running = running.dispatcher();
        Callback::from(move |action: Action| {
            let Some(session) = session else { return };
            let running = running.clone();
            running.dispatch(RunningAction::Started(action.name()));
            spawn_local(async move { running.dispatch(after(action.send(session).await).await) });
        })
    };
    let load = {
        let running = running.dispatcher();
        Callback::from(move |()| {
            let running = running.clone();
            spawn_local(async move {
                running.dispatch(match api::get("/api/identity").await {
                    Ok(view) => RunningAction::Told(view),
                    Err(trouble) => RunningAction::Troubled(trouble, None),
                });
            });
        })
    };
    {
        let load = load.clone();
        use_effect_with((), move |()| load.emit(()));
    }
    let step = running.view.as_ref().map(|it| name(&it.step));
    // A screen reader starts at the new step's heading; fields take the focus themselves.
    use_effect_with(step, |step| {
        if let Some(step) = step
            && !matches!(*step, "iin" | "code")
        {
            focus("main h1");
        }
    });
    // The consent's text is the server's: it must be in the language that the page is read in.
    let spoken = running.view.as_ref().filter(|it| listens(&it.step)).map(|it| it.language);
    {
        let act = act.clone();
        use_effect_with((spoken, language), move |&(spoken, language)| {
            if spoken.is_some_and(|it| it != language) {
                act.emit(Action::Language(ChooseLanguage { language }));
            }
        });
    }
    let onview = {
        let running = running.dispatcher();
        Callback::from(move |view| running.dispatch(RunningAction::Told(view)))
    };
    let ontrouble = {
        let running = running.dispatcher();
        Callback::from(move |trouble| {
            let running = running.clone();
            spawn_local(async move { running.dispatch(after(Err(trouble)).await) });
        })
    };
    let page = match &running.view {
        Some(_) if running.trouble.as_ref().is_some_and(of_another_session) => {
            html! { <OtherSession onload={load} /> }
        }
        Some(view) => shown(view, &running, language, &act, &Heard { onview, ontrouble, load }),
        None => match &running.trouble {
            Some(trouble) if trouble.signed_out() => html! { <NoSession /> },
            Some(trouble) => html! {
                <Notice tone={Tone::Bad}>
                    <p>{ trouble.sentence(language) }</p>
                    <Button kind={ButtonKind::Quiet} test="retry" onclick={load}>
                        { common::TRY_AGAIN.say(language) }
                    </Button>
                </Notice>
            },
            None => html! { <Card><Spinner /></Card> },
        },
    };
    html! { <Frame title={identity::PAGE.say(language)} home="/">{ page }</Frame> }
}

/// What a step tells of what it fetched by itself.
struct Heard {
    onview: Callback<IdentityView>,
    ontrouble: Callback<Trouble>,
    /// The session is to be read anew.
    load: Callback<()>,
}

/// What the page knows after an answer. A refusal may have moved the session, so it is read anew.
async fn after(answer: Result<IdentityView, Trouble>) -> RunningAction {
    match answer {
        Ok(view) => RunningAction::Told(view),
        // What this page shows must not become another session's under the reader's finger.
        Err(trouble) if of_another_session(&trouble) => RunningAction::Troubled(trouble, None),
        Err(trouble @ Trouble::Refused(_)) => {
            let view = api::get("/api/identity").await.ok();
            RunningAction::Troubled(trouble, view)
        }
        Err(trouble @ (Trouble::Offline | Trouble::Unreadable)) => {
            RunningAction::Troubled(trouble, None)
        }
    }
}

fn of_another_session(trouble: &Trouble) -> bool {
    let code = Problem::IdentityOtherSession.code();
    matches!(trouble, Trouble::Refused(refused) if refused.code == code)
}

fn shown(
    view: &IdentityView,
    running: &Running,
    language: Language,
    act: &Callback<Action>,
    Heard { onview, ontrouble, load }: &Heard,
) -> Html {
    let busy = running.busy;
    let step = match &view.step {
        StepView::Agreement { agreement } => html! {
            <agreement::Agreement agreement={agreement.clone()} {busy} act={act.clone()} />
        },
        StepView::Iin { iin_masked } => html! {
            <iin::IinEntry iin_masked={iin_masked.clone()} {busy} act={act.clone()} />
        },
        StepView::Liveness { checks_left, last_problem, .. } => html! {
            <liveness::Liveness
                session={view.session}
                checks_left={*checks_left}
                last_problem={last_problem.clone()}
                onview={onview.clone()}
                ontrouble={ontrouble.clone()}
                onstale={load.clone()}
            />
        },
        StepView::Code { phone_masked, expires_at, tries_left, sms_left } => html! {
            <code::CodeEntry
                phone_masked={phone_masked.clone()}
                expires_at={*expires_at}
                tries_left={*tries_left}
                sms_left={*sms_left}
                offset_ms={running.offset_ms}
                {busy}
                act={act.clone()}
            />
        },
        StepView::Consent { consent } => html! {
            <consent::ConsentAnswer
                consent={consent.clone()}
                text_language={view.language}
                {busy}
                act={act.clone()}
            />
        },
        StepView::Passed { redirect } => html! {
            <ended::Passed consumer={view.consumer.clone()} redirect={redirect.clone()} />
        },
        StepView::Failed { problem, redirect, blocked_until } => html! {
            <ended::Failed
                consumer={view.consumer.clone()}
                problem={problem.clone()}
                redirect={redirect.clone()}
                blocked_until={*blocked_until}
                offset_ms={running.offset_ms}
            />
        },
    };
    let open = position(&view.step);
    let trouble = running.trouble.as_ref().filter(|it| !said_by_step(it, &view.step));
    html! {
        <>
            if let Some(current) = open {
                <Steps names={step_names(view, language)} {current} />
            }
            if let Some(trouble) = trouble {
                <Notice tone={Tone::Bad} test="trouble">{ trouble.sentence(language) }</Notice>
            }
            <Card>
                if let (Some(consumer), true) = (&view.consumer, open.is_some()) {
                    <p class="soft">{ identity::ASKED_BY.fill(language, &[("bank", &consumer.name)]) }</p>
                }
                { step }
            </Card>
            if open.is_some() && !matches!(view.step, StepView::Agreement { .. } | StepView::Consent { .. }) {
                <GiveUp {busy} act={act.clone()} />
            }
        </>
    }
}

/// What a check came to, and why a session is over, the step itself says.
fn said_by_step(trouble: &Trouble, step: &StepView) -> bool {
    match (step, trouble) {
        // Frames sent twice meet no open check the second time: what the first came to is the reason.
        (StepView::Liveness { last_problem: Some(code), .. }, Trouble::Refused(refused)) => {
            *code == refused.code || refused.code == Problem::ChallengeNone.code()
        }
        (StepView::Failed { .. } | StepView::Passed { .. }, _) => true,
        (
            StepView::Agreement { .. }
            | StepView::Iin { .. }
            | StepView::Liveness { .. }
            | StepView::Code { .. }
            | StepView::Consent { .. },
            _,
        ) => false,
    }
}

fn name(step: &StepView) -> &'static str {
    match step {
        StepView::Agreement { .. } => "agreement",
        StepView::Iin { .. } => "iin",
        StepView::Liveness { .. } => "liveness",
        StepView::Code { .. } => "code",
        StepView::Consent { .. } => "consent",
        StepView::Passed { .. } => "passed",
        StepView::Failed { .. } => "failed",
    }
}

/// Its place among the steps; none when the session is over.
fn position(step: &StepView) -> Option<usize> {
    match step {
        StepView::Agreement { .. } => Some(0),
        StepView::Iin { .. } => Some(1),
        StepView::Liveness { .. } => Some(2),
        StepView::Code { .. } => Some(3),
        StepView::Consent { .. } => Some(4),
        StepView::Passed { .. } | StepView::Failed { .. } => None,
    }
}

/// The agreement's answer brings the language along; an ended session has no more to say.
fn listens(step: &StepView) -> bool {
    position(step).is_some_and(|it| it > 0)
}

fn step_names(view: &IdentityView, language: Language) -> Vec<&'static str> {
    let mut names = vec![
        identity::STEP_AGREEMENT,
        identity::STEP_IIN,
        identity::STEP_FACE,
        identity::STEP_CODE,
    ];
    if view.consumer.is_some() {
        names.push(identity::STEP_CONSENT);
    }
    names.into_iter().map(|it| it.say(language)).collect()
}

#[function_component]
fn NoSession() -> Html {
    let language = use_language();
    html! {
        <Card>
            <h1 data-test="no-session">{ identity::NO_SESSION_TITLE.say(language) }</h1>
            <p>{ senim_kit::words::problems::NO_SESSION.say(language) }</p>
            <div class="actions">
                <a class="button button-secondary" href="/">{ cabinet::HOME_SIGN_IN.say(language) }</a>
            </div>
        </Card>
    }
}

#[derive(Properties, PartialEq)]
struct OtherSessionProps {
    onload: Callback<()>,
}

/// Another tab has opened another session, and this browser can act in one alone.
#[function_component]
fn OtherSession(props: &OtherSessionProps) -> Html {
    let language = use_language();
    html! {
        <Card>
            <h1 data-test="other-session">{ identity::OTHER_SESSION_TITLE.say(language) }</h1>
            <p role="alert">{ senim_kit::words::problems::OTHER_SESSION.say(language) }</p>
            <div class="actions">
                <Button kind={ButtonKind::Secondary} test="other-session-show" onclick={props.onload.clone()}>
                    { identity::OTHER_SESSION_SHOW.say(language) }
                </Button>
            </div>
        </Card>
    }
}

#[derive(Properties, PartialEq)]
struct GiveUpProps {
    busy: Option<&'static str>,
    act: Callback<Action>,
}

#[function_component]
fn GiveUp(props: &GiveUpProps) -> Html {
    let language = use_language();
    let asked = use_state(|| false);
    let ask = {
        let asked = asked.clone();
        Callback::from(move |()| asked.set(true))
    };
    let close = {
        let asked = asked.clone();
        Callback::from(move |()| asked.set(false))
    };
    let stop = {
        let (act, asked) = (props.act.clone(), asked.clone());
        Callback::from(move |()| {
            asked.set(false);
            act.emit(Action::Abandon);
        })
    };
    html! {
        <>
            <div class="actions">
                <Button kind={ButtonKind::Quiet} test="abandon" onclick={ask}>
                    { identity::GIVE_UP.say(language) }
                </Button>
            </div>
            <Dialog open={*asked} title={identity::GIVE_UP_TITLE.say(language)} onclose={close.clone()}>
                <p>{ identity::GIVE_UP_TEXT.say(language) }</p>
                <div class="actions">
                    <Button kind={ButtonKind::Secondary} test="abandon-cancel" autofocus=true onclick={close}>
                        { common::CONTINUE.say(language) }
                    </Button>
                    <Button kind={ButtonKind::Danger} test="abandon-confirm" onclick={stop}>
                        { identity::GIVE_UP.say(language) }
                    </Button>
                </div>
            </Dialog>
        </>
    }
}
