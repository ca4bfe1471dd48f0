//! How far along the reader is.

use yew::prelude::*;

use crate::language::use_language;
use crate::words::common;

#[derive(Properties, PartialEq)]
pub struct StepsProps {
    pub names: Vec<&'static str>,
    /// From 0; equal to the number of names when all are behind.
    pub current: usize,
}

#[function_component]
pub fn Steps(props: &StepsProps) -> Html {
    let language = use_language();
    let total = props.names.len();
    let count = (props.current + 1).min(total);
    let said = common::STEP_OF
        .fill(language, &[("count", &count.to_string()), ("total", &total.to_string())]);
    html! {
        <nav class="steps" aria-label={common::STEPS.say(language)} data-test="steps">
            <p class="steps-said">
                { said }
                if let Some(name) = props.names.get(props.current) {
                    <strong>{ *name }</strong>
                }
            </p>
            <ol>
                for (index, name) in props.names.iter().enumerate() {
                    <li
                        key={index}
                        class={match index.cmp(&props.current) {
                            std::cmp::Ordering::Less => "step-done",
                            std::cmp::Ordering::Equal => "step-now",
                            std::cmp::Ordering::Greater => "step-ahead",
                        }}
                        aria-current={(index == props.current).then_some("step")}
                    >
                        <span>{ *name }</span>
                    </li>
                }
            </ol>
        </nav>
    }
}
