//! A button that says when it is at work.

use yew::prelude::*;

use crate::language::use_language;
use crate::words::common;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    #[default]
    Primary,
    Secondary,
    Quiet,
    Danger,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button-primary",
            Self::Secondary => "button-secondary",
            Self::Quiet => "button-quiet",
            Self::Danger => "button-danger",
        }
    }
}

#[derive(Properties, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one attribute of the element")]
pub struct ButtonProps {
    #[prop_or_default]
    pub kind: ButtonKind,
    /// `data-test`.
    pub test: AttrValue,
    /// Submits the form it stands in.
    #[prop_or_default]
    pub submit: bool,
    #[prop_or_default]
    pub busy: bool,
    #[prop_or_default]
    pub disabled: bool,
    /// Takes the keyboard when a dialog that holds it opens.
    #[prop_or_default]
    pub autofocus: bool,
    #[prop_or_default]
    pub onclick: Callback<()>,
    pub children: Html,
}

/// While busy it keeps the focus and the place, and does nothing.
#[function_component]
pub fn Button(props: &ButtonProps) -> Html {
    let language = use_language();
    let onclick = {
        let (onclick, busy, submit) = (props.onclick.clone(), props.busy, props.submit);
        Callback::from(move |event: MouseEvent| {
            if busy {
                event.prevent_default();
            } else if !submit {
                onclick.emit(());
            }
        })
    };
    html! {
        <button
            type={if props.submit { "submit" } else { "button" }}
            class={classes!("button", props.kind.class())}
            data-test={props.test.clone()}
            aria-busy={props.busy.then_some("true")}
            disabled={props.disabled}
            autofocus={props.autofocus}
            {onclick}
        >
            if props.busy {
                <span class="button-wheel" aria-hidden="true" />
                <span class="visually-hidden">{ common::WORKING.say(language) }</span>
            }
            <span>{ props.children.clone() }</span>
        </button>
    }
}
