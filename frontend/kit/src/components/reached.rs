//! Whether something that was done has taken effect at every node, and what each node knows.

use senim_core::feed::reach::{Reach, ReachView};
use senim_core::text::Language;
use yew::prelude::*;

use super::{Badge, Tone};
use crate::language::use_language;
use crate::moment;
use crate::words::{Word, reach};

#[derive(Properties, PartialEq)]
pub struct ReachedProps {
    pub view: ReachView,
    /// Said when no node is left that may not know.
    pub done: Word,
}

#[function_component]
pub fn Reached(props: &ReachedProps) -> Html {
    let language = use_language();
    let view = &props.view;
    let last = view.nodes.iter().filter_map(|it| it.until).max();
    let said = match last {
        Some(until) => reach::WAITING.fill(language, &[("time", &moment::time(until))]),
        None => props.done.say(language).to_owned(),
    };
    html! {
        <div class="stack" data-test="reach" data-done={view.done.to_string()}>
            <p role="status">{ said }</p>
            <ul class="edges">
                for node in view.nodes.iter() {
                    <li key={node.name.clone()} data-test="reach-node">
                        <strong>{ &node.name }</strong>
                        { state(node.state, language) }
                    </li>
                }
            </ul>
        </div>
    }
}

fn state(state: Reach, language: Language) -> Html {
    let (tone, word) = match state {
        Reach::Confirmed => (Tone::Good, reach::NODE_CONFIRMED),
        Reach::Waiting => (Tone::Warn, reach::NODE_WAITING),
        Reach::Silent => (Tone::Quiet, reach::NODE_SILENT),
    };
    html! { <Badge {tone}>{ word.say(language) }</Badge> }
}
