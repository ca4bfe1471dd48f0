//! The identity session, step by step as the server leads; loading the page again goes on where it was.

mod action;
mod agreement;
mod code;
mod consent;
pub(crate) mod countdown;
mod ended;
mod expiry;
mod front;
mod iin;
mod liveness;
mod looks;
mod phone;
mod running;

use senim_core::identity::view::{ChooseLanguage, IdentityView, PhoneView, StepView};
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

use crate::words::{cabinet, camera, identity, phone as phone_words};
use action::Action;
use looks::use_looks;
use running::{Running, RunningAction, is_over_here};

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
    use_looks(&running);
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
    let spoken = running.view.as_ref().filter(|it| listens(it)).map(|it| it.language);
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
        // Its buttons could do nothing.
        _ if running.trouble.as_ref().is_some_and(has_moved) => html! { <Moved /> },
        Some(_) if running.trouble.as_ref().is_some_and(Trouble::signed_out) => {
            html! { <NoSession /> }
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
    let title = match running.view.as_ref().map(|it| heading(&it.step).say(language)) {
        Some(step) => format!("{step} · {}", identity::PAGE.say(language)),
        None => identity::PAGE.say(language).to_owned(),
    };
    html! { <Frame {title} home="/">{ page }</Frame> }
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
        Err(trouble) if is_over_here(&trouble) => RunningAction::Troubled(trouble, None),
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

fn has_moved(trouble: &Trouble) -> bool {
    let code = Problem::IdentityMoved.code();
    matches!(trouble, Trouble::Refused(refused) if refused.code == code)
}

fn shown(
    view: &IdentityView,
    running: &Running,
    language: Language,
    act: &Callback<Action>,
    heard: &Heard,
) -> Html {
    let busy = running.busy;
    let step = step(view, running, language, act, heard);
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
                if at_camera(view) {
                    <phone::PhonePart
                        session={view.session}
                        phone={view.phone.clone()}
                        links_left={view.links_left}
                        offset_ms={running.offset_ms}
                        {busy}
                        act={act.clone()}
                        load={heard.load.clone()}
                    />
                    <phone::WithoutCamera consumer={view.consumer.clone()} />
                }
            </Card>
            if open.is_some() && view.phone != Some(PhoneView::This)
                && !matches!(view.step, StepView::Agreement { .. } | StepView::Consent { .. })
            {
                <GiveUp {busy} act={act.clone()} />
            }
            if let Some(ends_at) = view.ends_at {
                <expiry::Expiry
                    {ends_at}
                    told_at={view.now}
                    extensions_left={view.extensions_left}
                    offset_ms={running.offset_ms}
                    {busy}
                    act={act.clone()}
                    load={heard.load.clone()}
                />
            }
        </>
    }
}

/// What the step shows.
fn step(
    view: &IdentityView,
    running: &Running,
    language: Language,
    act: &Callback<Action>,
    Heard { onview, ontrouble, load }: &Heard,
) -> Html {
    let busy = running.busy;
    let refused = running.trouble.as_ref().and_then(|it| match it {
        Trouble::Refused(refused) => Some(refused.code.clone()),
        Trouble::Offline | Trouble::Unreadable => None,
    });
    match &view.step {
        StepView::Agreement { agreement } => html! {
            <agreement::Agreement agreement={agreement.clone()} {busy} act={act.clone()} />
        },
        StepView::Iin { iin_masked, tries_left, last_problem } => {
            let refused = refused.clone().filter(|it| iin::is_about_the_field(it));
            html! {
                <iin::IinEntry
                    iin_masked={iin_masked.clone()}
                    tries_left={*tries_left}
                    refused={refused.or_else(|| last_problem.clone())}
                    {busy}
                    act={act.clone()}
                />
            }
        }
        // The camera is the phone's, or may be in a moment.
        StepView::Liveness { .. } if elsewhere(view) => html! {
            <h1 tabindex="-1">{ camera::TITLE.say(language) }</h1>
        },
        StepView::Liveness { checks_left, last_problem, front } => html! {
            <liveness::Liveness
                session={view.session}
                checks_left={*checks_left}
                last_problem={last_problem.clone()}
                front={front.clone()}
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
                refused={refused.clone().filter(|it| code::is_about_the_field(it))}
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
        StepView::PhoneWaits { number } => html! {
            <phone::Waits consumer={view.consumer.clone()} number={*number} />
        },
        StepView::PhoneDone { problem } => html! { <phone::Done problem={problem.clone()} /> },
        StepView::Failed { problem, redirect, blocked_until, reason } => html! {
            <ended::Failed
                consumer={view.consumer.clone()}
                problem={problem.clone()}
                redirect={redirect.clone()}
                blocked_until={*blocked_until}
                reason={reason.clone()}
                offset_ms={running.offset_ms}
            />
        },
    }
}

/// What a check came to, and why a session is over, the step itself says.
fn said_by_step(trouble: &Trouble, step: &StepView) -> bool {
    match (step, trouble) {
        // Frames sent twice meet no open check the second time: what the first came to is the reason.
        (StepView::Liveness { last_problem: Some(code), .. }, Trouble::Refused(refused)) => {
            *code == refused.code || refused.code == Problem::ChallengeNone.code()
        }
        (StepView::Iin { .. }, Trouble::Refused(it)) => iin::is_about_the_field(&it.code),
        (StepView::Code { .. }, Trouble::Refused(it)) => code::is_about_the_field(&it.code),
        (
            StepView::Failed { .. }
            | StepView::Passed { .. }
            | StepView::PhoneWaits { .. }
            | StepView::PhoneDone { .. },
            _,
        ) => true,
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
        StepView::PhoneWaits { .. } => "phone-waits",
        StepView::PhoneDone { .. } => "phone-done",
    }
}

/// As the browser's tab tells it.
fn heading(step: &StepView) -> senim_kit::words::Word {
    match step {
        StepView::Agreement { .. } => identity::AGREEMENT_TITLE,
        StepView::Iin { .. } => identity::IIN_TITLE,
        StepView::Liveness { .. } => camera::TITLE,
        StepView::Code { .. } => identity::CODE_TITLE,
        StepView::Consent { .. } => identity::CONSENT_TITLE,
        StepView::Passed { .. } => identity::PASSED_TITLE,
        StepView::Failed { problem, blocked_until, .. } => {
            ended::title(problem, blocked_until.is_some())
        }
        StepView::PhoneWaits { .. } => phone_words::WAITS_TITLE,
        StepView::PhoneDone { .. } => phone_words::DONE_TITLE,
    }
}

/// The camera step, on the first device.
fn at_camera(view: &IdentityView) -> bool {
    matches!(view.step, StepView::Liveness { .. }) && view.phone != Some(PhoneView::This)
}

/// A phone has opened the link: this device's camera has nothing to do.
fn elsewhere(view: &IdentityView) -> bool {
    matches!(view.phone, Some(PhoneView::Opened { .. } | PhoneView::Acting))
}

/// Its place among the steps; none when the session is over.
fn position(step: &StepView) -> Option<usize> {
    match step {
        StepView::Agreement { .. } => Some(0),
        StepView::Iin { .. } => Some(1),
        StepView::Liveness { .. } | StepView::PhoneWaits { .. } => Some(2),
        StepView::Code { .. } => Some(3),
        StepView::Consent { .. } => Some(4),
        StepView::Passed { .. } | StepView::Failed { .. } | StepView::PhoneDone { .. } => None,
    }
}

fn is_open(step: &StepView) -> bool {
    position(step).is_some()
}

/// The agreement's answer brings the language along; an ended session has no more to say, and a phone no say in it.
fn listens(view: &IdentityView) -> bool {
    view.phone != Some(PhoneView::This) && position(&view.step).is_some_and(|it| it > 0)
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

/// Another browser has taken the session over: what stood here is of no use.
#[function_component]
fn Moved() -> Html {
    let language = use_language();
    html! {
        <Card>
            <h1 data-test="moved">{ identity::MOVED_TITLE.say(language) }</h1>
            <p role="alert">{ senim_kit::words::problems::MOVED.say(language) }</p>
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
