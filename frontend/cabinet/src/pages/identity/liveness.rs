//! The camera step: the liveness widget, as any bank's page has it, or another vendor's front part, and what came of the last check.

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{JSON, Reflect};
use senim_core::id::SessionId;
use senim_core::identity::view::{FrontView, IdentityView};
use senim_kit::api::{self, Trouble};
use senim_kit::browser::document;
use senim_kit::components::{Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::words::problems;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, Element};
use yew::prelude::*;

use super::front::Front;
use crate::words::camera;

const WIDGET: &str = "/liveness/senim-liveness.js";

#[derive(Properties, PartialEq)]
pub(crate) struct LivenessProps {
    pub session: SessionId,
    pub checks_left: u8,
    pub last_problem: Option<String>,
    /// Another vendor's solution makes the next check.
    pub front: Option<FrontView>,
    pub onview: Callback<IdentityView>,
    pub ontrouble: Callback<Trouble>,
    /// The widget ended without an answer; a check may have been counted.
    pub onstale: Callback<()>,
}

#[function_component]
pub(crate) fn Liveness(props: &LivenessProps) -> Html {
    let language = use_language();
    let widget = use_node_ref();
    // What was said of the last check goes when the next one begins.
    let running = use_state(|| false);
    {
        let (onview, ontrouble) = (props.onview.clone(), props.ontrouble.clone());
        let onstale = props.onstale.clone();
        let running = running.setter();
        let ours = props.front.is_none();
        use_effect_with((widget.clone(), ours), move |(widget, ours)| {
            if *ours {
                load();
            }
            let listeners = widget.cast::<Element>().map(|element| {
                let runs = running.clone();
                let start = EventListener::new(&element, "senim-start", move |_| runs.set(true));
                let runs = running.clone();
                let heard = EventListenerOptions::enable_prevent_default();
                let said = move |event: &Event| {
                    // The page says what came of it.
                    event.prevent_default();
                    runs.set(false);
                    match answer(event) {
                        Ok(view) => onview.emit(view),
                        Err(trouble) => ontrouble.emit(trouble),
                    }
                };
                let result = EventListener::new_with_options(&element, "senim-result", heard, said);
                let error = EventListener::new(&element, "senim-error", move |_| {
                    running.set(false);
                    onstale.emit(());
                });
                [start, result, error]
            });
            move || drop(listeners)
        });
    }
    let filming = props.front.as_ref().is_some_and(|it| it.open.is_some());
    let left = camera::CHECKS_LEFT.fill(language, &[("count", &props.checks_left.to_string())]);
    html! {
        <>
            <h1 tabindex="-1">{ camera::TITLE.say(language) }</h1>
            if let Some(code) = props.last_problem.as_ref().filter(|_| !*running && !filming) {
                <div data-test="last-check" data-code={code.clone()}>
                    <Notice tone={Tone::Warn} test="last-problem">
                        { problems::sentence(code, language).unwrap_or(problems::NOT_LIVE.say(language)) }
                    </Notice>
                </div>
            }
            if let Some(front) = &props.front {
                <Front
                    session={props.session}
                    front={front.clone()}
                    onview={props.onview.clone()}
                    ontrouble={props.ontrouble.clone()}
                    onstale={props.onstale.clone()}
                />
            } else {
                <senim-liveness ref={widget} endpoint={format!("/api/identity/{}/liveness", props.session)} lang={language.code()} />
            }
            <p class="soft" data-test="checks-left">{ left }</p>
        </>
    }
}

/// Fetches the widget's script; only who comes to this step needs it, and only once.
fn load() {
    let document = document();
    let present = document.query_selector(&format!("script[src='{WIDGET}']"));
    if present.is_ok_and(|it| it.is_some()) {
        return;
    }
    if let (Ok(script), Some(head)) = (document.create_element("script"), document.head()) {
        let _ = script.set_attribute("type", "module");
        let _ = script.set_attribute("src", WIDGET);
        let _ = head.append_child(&script);
    }
}

/// What the server said of the check.
fn answer(event: &Event) -> Result<IdentityView, Trouble> {
    let detail = event.dyn_ref::<CustomEvent>().map_or(JsValue::UNDEFINED, CustomEvent::detail);
    let part = |name: &str| Reflect::get(&detail, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let body = JSON::stringify(&part("body")).map(String::from).unwrap_or_default();
    let status = part("status").as_f64().unwrap_or_default();
    api::answered(status, &body)
}
