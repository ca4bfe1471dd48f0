//! The user agreement: accept, or the session ends (IDX-1).

use senim_core::agreement::view::EditionView;
use senim_core::identity::view::AnswerAgreement;
use senim_kit::components::{Button, ButtonKind};
use senim_kit::language::use_language;
use yew::prelude::*;

use super::action::Action;
use crate::pages::rules::{edition_line, paper};
use crate::words::identity;

#[derive(Properties, PartialEq)]
pub(crate) struct AgreementProps {
    /// The edition in force.
    pub agreement: EditionView,
    pub busy: Option<&'static str>,
    pub act: Callback<Action>,
}

#[function_component]
pub(crate) fn Agreement(props: &AgreementProps) -> Html {
    let language = use_language();
    let agreement = &props.agreement;
    let answer = |accept: bool| {
        let (act, edition) = (props.act.clone(), agreement.edition);
        Callback::from(move |()| {
            act.emit(Action::Agreement(AnswerAgreement { accept, edition, language }));
        })
    };
    html! {
        <>
            <h1 tabindex="-1">{ identity::AGREEMENT_TITLE.say(language) }</h1>
            <p class="lead">{ identity::AGREEMENT_LEAD.say(language) }</p>
            <p class="soft" data-test="edition">
                { edition_line(agreement.edition, agreement.holds_from, language) }
            </p>
            { paper(&agreement.texts, language) }
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
