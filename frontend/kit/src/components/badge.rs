//! A word on a coloured ground, and the tones that badges and notices share.

use yew::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Quiet,
    Good,
    Warn,
    Bad,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Self::Quiet => "tone-quiet",
            Self::Good => "tone-good",
            Self::Warn => "tone-warn",
            Self::Bad => "tone-bad",
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct BadgeProps {
    pub tone: Tone,
    pub children: Html,
}

#[function_component]
pub fn Badge(props: &BadgeProps) -> Html {
    html! { <span class={classes!("badge", props.tone.class())}>{ props.children.clone() }</span> }
}
