//! `/cabinet/agreement`: what the client accepted, and the way to take the consent to processing back (IDX-12, IDX-13).

use senim_core::agreement::KeptFor;
use senim_core::agreement::view::{AcceptanceView, AgreementView, PicturesView};
use senim_core::text::Language;
use senim_kit::action::use_action;
use senim_kit::api::{self, Trouble};
use senim_kit::browser::focus;
use senim_kit::components::{Button, ButtonKind, Card, Dialog, Frame, Notice, Spinner, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::route::Link;
use yew::prelude::*;

use super::consents::{SignOut, SignedOut};
use super::rules::edition_line;
use crate::words::{cabinet, rules};

#[function_component]
pub(crate) fn AgreementPage() -> Html {
    let language = use_language();
    let agreement = use_resource::<AgreementView>("/api/cabinet/agreement", None);
    let signed_out = agreement.trouble.as_ref().is_some_and(Trouble::signed_out);
    let page = match (&agreement.value, &agreement.trouble) {
        (_, Some(_)) if signed_out => html! { <SignedOut /> },
        (Some(view), _) => html! {
            <>
                { standing(view, language) }
                <Withdrawal view={(**view).clone()} onwithdrawn={agreement.replace.clone()} />
                { accepted(&view.accepted, language) }
            </>
        },
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    let navigation = if signed_out {
        Html::default()
    } else {
        html! { <SignOut /> }
    };
    html! {
        <Frame title={rules::OWN_TITLE.say(language)} home="/" {navigation}>
            <p><Link to="/cabinet" test="consents-back">{ "← " }{ cabinet::BACK_TO_LIST.say(language) }</Link></p>
            <h1 tabindex="-1">{ rules::OWN_TITLE.say(language) }</h1>
            { page }
        </Frame>
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

fn kept_word(why: KeptFor) -> senim_kit::words::Word {
    match why {
        KeptFor::Consent => rules::KEPT_FOR_CONSENT,
        KeptFor::Dispute => rules::KEPT_FOR_DISPUTE,
        KeptFor::Law => rules::KEPT_FOR_LAW,
    }
}

fn accepted(accepted: &[AcceptanceView], language: Language) -> Html {
    html! {
        <section class="stack" aria-labelledby="accepted">
            <h2 id="accepted">{ rules::ACCEPTED.say(language) }</h2>
            <ul data-test="accepted">
                for it in accepted.iter() {
                    <li key={it.accepted_at.to_rfc3339()}>
                        { moment::date_time(it.accepted_at, language) }{ " · " }
                        <Link to={format!("/agreement/user-agreement/{}", it.edition)} test="accepted-edition">
                            { edition_line(it.edition, it.holds_from, language) }
                        </Link>
                        { " · " }{ read_in(it.language).say(language) }
                        <small class="mono">{ &it.hashes.kk }{ " " }{ &it.hashes.ru }</small>
                    </li>
                }
            </ul>
        </section>
    }
}

fn read_in(read: Language) -> senim_kit::words::Word {
    match read {
        Language::Kk => rules::READ_KK,
        Language::Ru => rules::READ_RU,
        Language::En => rules::READ_EN,
    }
}

#[derive(Properties, PartialEq)]
struct WithdrawalProps {
    view: AgreementView,
    onwithdrawn: Callback<AgreementView>,
}

#[function_component]
fn Withdrawal(props: &WithdrawalProps) -> Html {
    let language = use_language();
    let asked = use_state(|| false);
    let done = use_state(|| false);
    let withdraw = {
        let onwithdrawn = props.onwithdrawn.clone();
        let (asked, done) = (asked.setter(), done.setter());
        use_action(
            move |()| async {
                let path = "/api/cabinet/agreement/withdraw";
                api::post::<AgreementView>(path, &api::Nothing {}).await
            },
            move |answer| {
                asked.set(false);
                if let Ok(view) = answer {
                    done.set(true);
                    onwithdrawn.emit(view.clone());
                }
            },
        )
    };
    use_effect_with(*done, |&done| {
        if done {
            focus("main h1");
        }
    });
    let ask = {
        let asked = asked.clone();
        Callback::from(move |()| asked.set(true))
    };
    let close = {
        let (asked, busy) = (asked.clone(), withdraw.busy);
        Callback::from(move |()| asked.set(busy))
    };
    let free = props.view.pictures.free.to_string();
    html! {
        <>
            if let Some(trouble) = &withdraw.trouble {
                <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
            }
            if props.view.withdrawn.is_none() {
                <div class="actions">
                    <Button kind={ButtonKind::Danger} test="agreement-withdraw" onclick={ask}>
                        { rules::WITHDRAW.say(language) }
                    </Button>
                </div>
            }
            <Dialog open={*asked} title={rules::WITHDRAW_TITLE.say(language)} onclose={close.clone()}>
                <p>{ rules::WITHDRAW_TEXT.say(language) }</p>
                <p>{ rules::WILL_DESTROY.fill(language, &[("count", &free)]) }</p>
                { kept(&props.view.pictures, language) }
                <p>{ rules::CONSENTS_STAY.say(language) }</p>
                <div class="actions">
                    <Button kind={ButtonKind::Secondary} test="agreement-keep" autofocus=true disabled={withdraw.busy} onclick={close}>
                        { cabinet::WITHDRAW_NO.say(language) }
                    </Button>
                    <Button kind={ButtonKind::Danger} test="agreement-withdraw-confirm" busy={withdraw.busy} onclick={withdraw.run}>
                        { cabinet::WITHDRAW_YES.say(language) }
                    </Button>
                </div>
            </Dialog>
        </>
    }
}
