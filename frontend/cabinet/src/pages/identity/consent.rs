//! The consent, in short and in full: who gets what from whom, why, for how long (CNS-5).

use senim_core::consent::view::ConsentRequestView;
use senim_core::consent::words::purpose;
use senim_core::identity::view::AnswerConsent;
use senim_core::text::Language;
use senim_kit::components::{Button, ButtonKind, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use yew::prelude::*;

use super::action::Action;
use crate::pages::change::mode;
use crate::pages::consent::{data_list, fact, field_list, own_words, said};
use crate::pages::rules::bilingual;
use crate::words::{cabinet, change, identity};

#[derive(Properties, PartialEq)]
pub(crate) struct ConsentAnswerProps {
    pub consent: ConsentRequestView,
    /// What the text is written in.
    pub text_language: Language,
    pub busy: Option<&'static str>,
    pub act: Callback<Action>,
}

#[function_component]
pub(crate) fn ConsentAnswer(props: &ConsentAnswerProps) -> Html {
    let language = use_language();
    let consent = &props.consent;
    let answer = |approve: bool| {
        let act = props.act.clone();
        // Of what stands on this page.
        let text_hash = consent.agreed.hash();
        Callback::from(move |()| {
            let text_hash = text_hash.clone();
            act.emit(Action::Consent(AnswerConsent { approve, text_hash }));
        })
    };
    let term = match (consent.term_days, &consent.identity) {
        (Some(days), _) => moment::days(days, language),
        (None, Some(it)) if it.fields.is_empty() => {
            identity::CONSENT_THIS_TIME.say(language).to_owned()
        }
        (None, _) => cabinet::UNTIL_WITHDRAWN.say(language).to_owned(),
    };
    let (lead, cannot) = match &consent.identity {
        None => (identity::CONSENT_LEAD, identity::CONSENT_CANNOT),
        Some(it) if it.fields.is_empty() => {
            (identity::AUTHENTICATION_LEAD, identity::AUTHENTICATION_CANNOT)
        }
        Some(_) => (identity::PERSONAL_LEAD, identity::PERSONAL_CANNOT),
    };
    let accounts = consent.accounts.as_ref().map_or_else(
        || cabinet::ACCOUNTS_ALL.say(language).to_owned(),
        |it| it.iter().cloned().collect::<Vec<_>>().join(", "),
    );
    html! {
        <>
            <h1 tabindex="-1">{ identity::CONSENT_TITLE.say(language) }</h1>
            <p class="lead">{ lead.fill(language, &[("bank", &consent.consumer.name)]) }</p>
            <dl class="facts" data-test="consent-summary">
                { fact(identity::CONSENT_WHO, language, html! { { &consent.consumer.name } }) }
                if let Some(disclosure) = &consent.identity {
                    { fact(identity::CONSENT_GETS, language, field_list(disclosure, language)) }
                } else {
                    { fact(identity::CONSENT_FROM, language, html! {
                        <ul>
                            for it in consent.providers.iter() {
                                <li>{ &it.name }</li>
                            }
                        </ul>
                    }) }
                    { fact(identity::CONSENT_WHAT, language, html! {
                        <>
                            { data_list(consent.data.iter().copied(), consent.transactions_from, language) }
                            <small>{ accounts }</small>
                        </>
                    }) }
                }
                { fact(identity::CONSENT_WHY, language, html! {
                    <>
                        { purpose(language, consent.purpose.code) }
                        { own_words(&consent.purpose, language) }
                    </>
                }) }
                if consent.identity.is_none() {
                    { fact(change::PRESENCE, language, html! { { mode(consent.unattended, language) } }) }
                }
                { fact(identity::CONSENT_HOW_LONG, language, html! { { term } }) }
            </dl>
            <div class="stack" data-test="consent-text">
                <h2>{ identity::CONSENT_TEXT.say(props.text_language) }</h2>
                { bilingual(
                    props.text_language,
                    said(&consent.text),
                    said(&consent.agreed.kk),
                    said(&consent.agreed.ru),
                ) }
            </div>
            <Notice tone={Tone::Quiet}>{ cannot.say(language) }</Notice>
            <div class="actions">
                <Button test="consent-approve" busy={props.busy == Some("approve")} onclick={answer(true)}>
                    { identity::APPROVE.say(language) }
                </Button>
                <Button
                    kind={ButtonKind::Secondary}
                    test="consent-refuse"
                    busy={props.busy == Some("withhold")}
                    onclick={answer(false)}
                >
                    { identity::CONSENT_NO.say(language) }
                </Button>
            </div>
        </>
    }
}
