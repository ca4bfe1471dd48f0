//! `/cabinet/agreement`: what the client accepted, and the way to take the consent to processing back (IDX-12, IDX-13).

use senim_core::agreement::KeptFor;
use senim_core::agreement::view::{AcceptanceView, AgreementView, PicturesView};
use senim_core::text::Language;
use senim_kit::api::Trouble;
use senim_kit::components::{Card, Notice, Spinner, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::route::Link;
use senim_kit::words::Word;
use yew::prelude::*;

use super::asked::AskedOnce;
use super::own::OwnPage;
use super::passkeys::HowOpened;
use super::rules::edition_line;
use crate::words::rules;

#[function_component]
pub(crate) fn AgreementPage() -> Html {
    let language = use_language();
    let agreement = use_resource::<AgreementView>("/api/cabinet/agreement", None);
    let signed_out = agreement.trouble.as_ref().is_some_and(Trouble::signed_out);
    let page = match (&agreement.value, &agreement.trouble) {
        (_, Some(_)) if signed_out => Html::default(),
        (Some(view), _) => html! {
            <>
                <HowOpened />
                { standing(view, language) }
                { withdrawal(view, agreement.replace.clone(), language) }
                { accepted(&view.accepted, rules::ACCEPTED, language) }
            </>
        },
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <OwnPage title={rules::OWN_TITLE} {signed_out}>
            { page }
        </OwnPage>
    }
}

fn standing(view: &AgreementView, language: Language) -> Html {
    let Some(withdrawn) = &view.withdrawn else {
        return html! { <p>{ rules::STANDS.say(language) }</p> };
    };
    let when = moment::date_time(withdrawn.withdrawn_at, language);
    let count = withdrawn.destroyed.to_string();
    html! {
        <Card>
            <Notice tone={Tone::Good} test="agreement-withdrawn">
                { rules::WITHDRAWN.fill(language, &[("when", &when)]) }
            </Notice>
            <p data-test="destroyed">{ rules::DESTROYED.fill(language, &[("count", &count)]) }</p>
            { kept(&view.pictures, language) }
            <p>{ rules::RECORDS_STAY.fill(language, &[("years", &view.terms.records_years.to_string())]) }</p>
        </Card>
    }
}

/// Which pictures stay, and why.
fn kept(pictures: &PicturesView, language: Language) -> Html {
    if pictures.kept.is_empty() {
        return html! { <p data-test="kept-none">{ rules::KEPT_NONE.say(language) }</p> };
    }
    html! {
        <ul data-test="kept">
            for it in pictures.kept.iter() {
                <li>{
                    kept_word(it.why).fill(language, &[
                        ("count", &it.checks.to_string()),
                        ("until", &moment::until(it.until, language)),
                    ])
                }</li>
            }
        </ul>
    }
}

fn kept_word(why: KeptFor) -> Word {
    match why {
        KeptFor::Consent => rules::KEPT_FOR_CONSENT,
        KeptFor::Dispute => rules::KEPT_FOR_DISPUTE,
        KeptFor::Law => rules::KEPT_FOR_LAW,
    }
}

fn withdrawal(view: &AgreementView, onanswer: Callback<AgreementView>, language: Language) -> Html {
    let free = view.pictures.free.to_string();
    html! {
        <AskedOnce<AgreementView>
            path="/api/cabinet/agreement/withdraw"
            offered={view.withdrawn.is_none()}
            ask={rules::WITHDRAW.say(language)}
            title={rules::WITHDRAW_TITLE.say(language)}
            tests={["agreement-withdraw", "agreement-keep", "agreement-withdraw-confirm", "withdrawn"]}
            {onanswer}
        >
            <p>{ rules::WITHDRAW_TEXT.say(language) }</p>
            <p>{ rules::WILL_DESTROY.fill(language, &[("count", &free)]) }</p>
            { kept(&view.pictures, language) }
            <p>{ rules::CONSENTS_STAY.say(language) }</p>
        </AskedOnce<AgreementView>>
    }
}

pub(crate) fn accepted(accepted: &[AcceptanceView], title: Word, language: Language) -> Html {
    html! {
        <section class="stack" aria-labelledby="accepted">
            <h2 id="accepted">{ title.say(language) }</h2>
            <ul data-test="accepted">
                for it in accepted.iter() {
                    <li key={it.accepted_at.to_rfc3339()}>
                        { moment::date_time(it.accepted_at, language) }{ " · " }
                        <Link to={format!("/agreement/user-agreement/{}", it.edition)} test="accepted-edition">
                            { edition_line(it.edition, it.holds_from, language) }
                        </Link>
                        { " · " }{ read_in(it.language).say(language) }{ " " }
                        <small class="mono">{ &it.hashes.kk }{ " " }{ &it.hashes.ru }</small>
                    </li>
                }
            </ul>
        </section>
    }
}

pub(crate) fn read_in(read: Language) -> Word {
    match read {
        Language::Kk => rules::READ_KK,
        Language::Ru => rules::READ_RU,
        Language::En => rules::READ_EN,
    }
}
