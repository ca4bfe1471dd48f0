//! A check by another vendor's solution (BIO-5): its front part runs in a frame of its own origin, without a way out of it.
//!
//! ```text
//! frame ─{senim: ready}─▶ page ─{senim: open, language, session, challenge}─▶ frame ─{senim: sent}─▶ page
//! ```
//!
//! That is all that the two say to each other; the origin of each message is checked on both sides. What came of the check the
//! host asks the solution itself.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::{Object, Reflect};
use senim_core::id::SessionId;
use senim_core::identity::view::{EndFront, FrontSaid, FrontView, IdentityView, OpenFrontView};
use senim_core::liveness::challenge::Wishes;
use senim_core::text::Language;
use senim_kit::api::{self, Trouble};
use senim_kit::browser::window;
use senim_kit::components::{Button, Spinner};
use senim_kit::language::use_language;
use senim_kit::words::common;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Window};
use yew::prelude::*;

use crate::words::front;

/// The frame must have said that it runs by then.
const READY_WITHIN_S: u32 = 15;

#[derive(Clone, Properties, PartialEq)]
pub(crate) struct FrontProps {
    pub session: SessionId,
    pub front: FrontView,
    pub onview: Callback<IdentityView>,
    pub ontrouble: Callback<Trouble>,
    /// The check's time is over.
    pub onstale: Callback<()>,
}

#[function_component]
pub(crate) fn Front(props: &FrontProps) -> Html {
    let language = use_language();
    let wishes = use_state(Wishes::default);
    let busy = use_state(|| false);
    if let Some(open) = &props.front.open {
        return html! { <Framed key={open.session.clone()} front={props.clone()} open={open.clone()} /> };
    }
    let start = {
        let (props, wishes, busy) = (props.clone(), *wishes, busy.setter());
        Callback::from(move |()| {
            busy.set(true);
            let (props, busy) = (props.clone(), busy.clone());
            spawn_local(async move {
                let path = format!("/api/identity/{}/liveness/front", props.session);
                let answer = api::post(&path, &wishes).await;
                busy.set(false);
                told(&props, answer);
            });
        })
    };
    let choice = |test: &'static str, name: &'static str, checked: bool, chosen: Wishes| {
        let wishes = wishes.setter();
        let onclick = Callback::from(move |_: MouseEvent| wishes.set(chosen));
        html! {
            <label class="choice">
                <input type="checkbox" data-test={test} {checked} {onclick} />
                <span>{ name }</span>
            </label>
        }
    };
    let Wishes { no_movement, no_flashing } = *wishes;
    html! {
        <>
            <p data-test="front-vendor" data-solution={props.front.solution.clone()}>{ by(&props.front, language) }</p>
            <fieldset class="choices">
                <legend>{ front::WISHES.say(language) }</legend>
                { choice(
                    "front-no-movement",
                    front::NO_MOVEMENT.say(language),
                    no_movement,
                    Wishes { no_movement: !no_movement, ..*wishes },
                ) }
                { choice(
                    "front-no-flashing",
                    front::NO_FLASHING.say(language),
                    no_flashing,
                    Wishes { no_flashing: !no_flashing, ..*wishes },
                ) }
            </fieldset>
            <div class="actions">
                <Button test="front-start" busy={*busy} onclick={start}>{ front::START.say(language) }</Button>
            </div>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct FramedProps {
    front: FrontProps,
    open: OpenFrontView,
}

/// Where the frame stands, as far as the page knows.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Loading,
    Running,
    /// The host asks the solution.
    Ended,
    /// It could not be asked yet: the check is still open.
    Again(FrontSaid),
}

#[function_component]
fn Framed(props: &FramedProps) -> Html {
    let language = use_language();
    let frame = use_node_ref();
    let stage = use_state(|| Stage::Loading);
    let ask = {
        let (front, stage) = (props.front.clone(), stage.setter());
        Callback::from(move |said| {
            stage.set(Stage::Ended);
            let (front, stage) = (front.clone(), stage.clone());
            spawn_local(async move {
                let path = format!("/api/identity/{}/liveness/front/verdict", front.session);
                let answer = api::post(&path, &EndFront { said }).await;
                if answer.as_ref().is_err_and(may_be_asked_again) {
                    stage.set(Stage::Again(said));
                }
                told(&front, answer);
            });
        })
    };
    {
        let (front, open, frame) = (props.front.clone(), props.open.clone(), frame.clone());
        let (stage, ask) = (stage.setter(), ask.clone());
        use_effect_with((), move |()| {
            // Once: the host asks once as well.
            let over = Rc::new(Cell::new(false));
            let ready = Rc::new(Cell::new(false));
            let end = {
                let (ask, over) = (ask.clone(), Rc::clone(&over));
                Rc::new(move |said| {
                    if !over.replace(true) {
                        ask.emit(said);
                    }
                })
            };
            let late = {
                let (end, ready) = (Rc::clone(&end), Rc::clone(&ready));
                Timeout::new(READY_WITHIN_S * 1_000, move || {
                    if !ready.get() {
                        end(FrontSaid::NotReady);
                    }
                })
            };
            let expired = {
                let (onstale, over) = (front.onstale.clone(), Rc::clone(&over));
                Timeout::new(open.expires_in_ms, move || {
                    if !over.replace(true) {
                        onstale.emit(());
                    }
                })
            };
            let origin = front.front.origin.clone();
            let listener = EventListener::new(&window(), "message", move |event| {
                let Some(target) = frame.cast::<Element>().and_then(|it| inside(&it)) else {
                    return;
                };
                match said(event, &origin, &target).as_deref() {
                    Some("ready") => {
                        ready.set(true);
                        stage.set(Stage::Running);
                        let _ = target.post_message(&given(&open, language), &origin);
                    }
                    Some("sent") => end(FrontSaid::Sent),
                    Some(_) | None => {}
                }
            });
            move || drop((late, expired, listener))
        });
    }
    let FrontView { vendor, page, origin, solution, .. } = &props.front.front;
    let seconds = READY_WITHIN_S.to_string();
    let values = [("vendor", vendor.as_str()), ("seconds", seconds.as_str())];
    html! {
        <>
            <p data-test="front-vendor" data-solution={solution.clone()}>{ by(&props.front.front, language) }</p>
            if *stage == Stage::Loading {
                <p role="status" data-test="front-loading">{ front::LOADING.fill(language, &values) }</p>
            }
            if let Stage::Again(said) = *stage {
                <div class="actions">
                    <Button test="front-again" onclick={ask.reform(move |()| said)}>
                        { common::TRY_AGAIN.say(language) }
                    </Button>
                </div>
            } else if *stage == Stage::Ended {
                <Spinner text={front::JUDGING.fill(language, &values)} />
            } else {
                <iframe
                    ref={frame}
                    class="front"
                    data-test="front-frame"
                    title={front::FRAME.fill(language, &values)}
                    src={page.clone()}
                    sandbox="allow-scripts allow-same-origin"
                    allow={format!("camera {origin}")}
                    referrerpolicy="no-referrer"
                />
            }
        </>
    }
}

fn by(view: &FrontView, language: Language) -> String {
    front::BY.fill(language, &[("vendor", &view.vendor)])
}

fn told(props: &FrontProps, answer: Result<IdentityView, Trouble>) {
    match answer {
        Ok(view) => props.onview.emit(view),
        Err(trouble) => props.ontrouble.emit(trouble),
    }
}

/// Nothing came of it by the way, or the platform was busy: the check has not been used up.
fn may_be_asked_again(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Offline => true,
        Trouble::Refused(refused) => matches!(refused.status, 429 | 503),
        Trouble::Unreadable => false,
    }
}

fn inside(frame: &Element) -> Option<Window> {
    let window = part(frame, "contentWindow");
    // Of another origin: nothing can be asked of it but to take a message.
    (!window.is_null() && !window.is_undefined()).then(|| window.unchecked_into())
}

/// What the frame says; nothing where the message is of another origin or another window.
fn said(event: &Event, origin: &str, target: &Window) -> Option<String> {
    let from_it = part(event, "origin").as_string().as_deref() == Some(origin)
        && Object::is(&part(event, "source"), target);
    if from_it { part(&part(event, "data"), "senim").as_string() } else { None }
}

/// All that the frame is given.
fn given(open: &OpenFrontView, language: Language) -> JsValue {
    let message = Object::new();
    for (name, value) in [
        ("senim", "open"),
        ("language", language.code()),
        ("session", open.session.as_str()),
        ("challenge", open.challenge.as_str()),
    ] {
        let _ = Reflect::set(&message, &name.into(), &value.into());
    }
    message.into()
}

fn part(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
