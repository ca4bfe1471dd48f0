//! The address bar: which page is shown, and going to another without loading anew.

use gloo::events::EventListener;
use web_sys::{Event, MouseEvent, UrlSearchParams};
use yew::prelude::*;

use crate::browser::window;

pub fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// Shows another page of the same app.
pub fn go(to: &str) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(to));
    }
    if let Ok(event) = Event::new("popstate") {
        let _ = window().dispatch_event(&event);
    }
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Shows another page of the same app in place of this one, to which there is no way back.
pub fn replace(to: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(to));
    }
    if let Ok(event) = Event::new("popstate") {
        let _ = window().dispatch_event(&event);
    }
}

/// Of the address's query; empty where it is not there.
pub fn parameter(name: &str) -> String {
    let search = window().location().search().unwrap_or_default();
    let parameters = UrlSearchParams::new_with_str(&search).ok();
    parameters.and_then(|it| it.get(name)).unwrap_or_default()
}

/// Leaves for another site, without a way back into what has ended.
pub fn leave(to: &str) {
    let _ = window().location().replace(to);
}

/// The path, kept current.
#[hook]
pub fn use_path() -> String {
    let current = use_state(path);
    {
        let current = current.clone();
        use_effect_with((), move |()| {
            let listener = EventListener::new(&window(), "popstate", move |_| current.set(path()));
            move || drop(listener)
        });
    }
    (*current).clone()
}

#[derive(Properties, PartialEq)]
pub struct LinkProps {
    pub to: AttrValue,
    #[prop_or_default]
    pub class: Classes,
    /// `data-test`.
    #[prop_or_default]
    pub test: Option<AttrValue>,
    /// Whether it leads to where the reader is.
    #[prop_or_default]
    pub current: bool,
    pub children: Html,
}

/// A link within the app; opening it in a new tab stays the browser's business.
#[function_component]
pub fn Link(props: &LinkProps) -> Html {
    let onclick = {
        let to = props.to.clone();
        Callback::from(move |event: MouseEvent| {
            if event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                go(&to);
            }
        })
    };
    html! {
        <a
            href={props.to.clone()}
            class={props.class.clone()}
            aria-current={props.current.then_some("page")}
            data-test={props.test.clone()}
            {onclick}
        >
            { props.children.clone() }
        </a>
    }
}
