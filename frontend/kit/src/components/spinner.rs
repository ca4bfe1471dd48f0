//! Says that something is under way, to the eye and to the ear.

use yew::prelude::*;

use crate::language::use_language;
use crate::words::common;

#[derive(Properties, PartialEq)]
pub struct SpinnerProps {
    #[prop_or_default]
    pub text: Option<AttrValue>,
}

#[function_component]
pub fn Spinner(props: &SpinnerProps) -> Html {
    let language = use_language();
    let text = props.text.clone().unwrap_or_else(|| common::LOADING.say(language).into());
    html! {
        <div class="spinner" role="status" aria-live="polite">
            <span class="spinner-wheel" aria-hidden="true" />
            <span>{ text }</span>
        </div>
    }
}
