//! What is wrong with a form, said above it and once, with links to the fields: GOV.UK's error summary.

use yew::prelude::*;

use crate::browser::focus;
use crate::language::use_language;
use crate::words::common;

/// How a page's frame learns that its title has to say so.
#[derive(Clone, PartialEq)]
pub struct Flawed(pub Callback<bool>);

#[derive(Clone, PartialEq)]
pub struct Flaw {
    /// The field's.
    pub id: AttrValue,
    pub sentence: AttrValue,
}

#[derive(Properties, PartialEq)]
pub struct ErrorSummaryProps {
    pub flaw: Flaw,
    /// Another one each time the form was sent: then it takes the focus again.
    pub turn: u32,
}

#[function_component]
pub fn ErrorSummary(props: &ErrorSummaryProps) -> Html {
    let language = use_language();
    let flawed = use_context::<Flawed>();
    use_effect_with((), move |()| {
        if let Some(Flawed(tell)) = &flawed {
            tell.emit(true);
        }
        move || {
            if let Some(Flawed(tell)) = flawed {
                tell.emit(false);
            }
        }
    });
    use_effect_with((props.turn, props.flaw.sentence.clone()), |_| focus("#error-summary"));
    let onclick = {
        let field = format!("#{}", props.flaw.id);
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            focus(&field);
        })
    };
    html! {
        <div
            id="error-summary"
            class="error-summary"
            role="alert"
            tabindex="-1"
            aria-labelledby="error-summary-title"
            data-test="error-summary"
        >
            <h2 id="error-summary-title">{ common::ERROR_SUMMARY.say(language) }</h2>
            <p><a href={format!("#{}", props.flaw.id)} {onclick}>{ props.flaw.sentence.clone() }</a></p>
        </div>
    }
}
