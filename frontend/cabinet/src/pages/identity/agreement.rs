//! The user agreement: accept, or the session ends (IDX-1).

use senim_core::consent::words::agreement;
use senim_core::identity::view::AnswerAgreement;
use senim_kit::components::{Button, ButtonKind};
use senim_kit::language::use_language;
use yew::prelude::*;

use super::action::Action;
use crate::words::identity;

#[derive(Properties, PartialEq)]
pub(crate) struct AgreementProps {
    /// For how long pictures are kept.
    pub pictures_days: u16,
    pub busy: Option<&'static str>,
    pub act: Callback<Action>,
}

#[function_component]
pub(crate) fn Agreement(props: &AgreementProps) -> Html {
    let language = use_language();
    let answer = |accept: bool| {
        let act = props.act.clone();
        Callback::from(move |()| act.emit(Action::Agreement(AnswerAgreement { accept, language })))
    };
    html! {
        <>
            <h1 tabindex="-1">{ identity::AGREEMENT_TITLE.say(language) }</h1>
            <p class="lead">{ identity::AGREEMENT_LEAD.say(language) }</p>
            <div class="paper">
                for text in agreement(language, props.pictures_days) {
                    <p>{ text }</p>
                }
            </div>
            <p class="soft">{ identity::AGREEMENT_TAP.say(language) }</p>
            <div class="actions">
                <Button test="agreement-accept" busy={props.busy == Some("accept")} onclick={answer(true)}>
                    { identity::ACCEPT.say(language) }
                </Button>
                <Button
                    kind={ButtonKind::Secondary}
                    test="agreement-refuse"
                    busy={props.busy == Some("refuse")}
                    onclick={answer(false)}
                >
                    { identity::REFUSE.say(language) }
                </Button>
            </div>
        </>
    }
}
