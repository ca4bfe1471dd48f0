//! Something the reader should know now.

use yew::prelude::*;

use super::Tone;

#[derive(Properties, PartialEq)]
pub struct NoticeProps {
    pub tone: Tone,
    /// `data-test`.
    #[prop_or(AttrValue::Static("notice"))]
    pub test: AttrValue,
    pub children: Html,
}

/// Troubles interrupt a screen reader; the rest waits its turn.
#[function_component]
pub fn Notice(props: &NoticeProps) -> Html {
    let role = match props.tone {
        Tone::Bad => "alert",
        Tone::Quiet | Tone::Good | Tone::Warn => "status",
    };
    let sign = match props.tone {
        Tone::Good => "M5 10.5l3.5 3.5L15 7",
        Tone::Quiet => "M10 9.2v5M10 5.8v.4",
        Tone::Warn | Tone::Bad => "M10 5v6M10 14v.4",
    };
    html! {
        <div class={classes!("notice", props.tone.class())} {role} data-test={props.test.clone()}>
            <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d={sign} /></svg>
            <div>{ props.children.clone() }</div>
        </div>
    }
}
