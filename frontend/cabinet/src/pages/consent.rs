//! One consent in full, with each use of it, and the way to take it back.

use senim_core::consent::view::{
    ConsentDetailsView, ConsentStatus, ConsentView, DeletionView, DisclosureView, UseView,
};
use senim_core::consent::words::{identity as identity_words, purpose};
use senim_core::consent::{Data, Purpose};
use senim_core::exchange::Day;
use senim_core::id::ConsentId;
use senim_core::text::Language;
use senim_kit::action::use_action;
use senim_kit::api::{self, Trouble};
use senim_kit::browser::focus;
use senim_kit::components::{
    Badge, Button, ButtonKind, Card, Dialog, Frame, Notice, Spinner, Tone,
};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::route::Link;
use senim_kit::words::{Word, common, problems};
use yew::prelude::*;

use super::change::{Change, mode};
use super::consents::{SignOut, SignedOut, badge, names};
use crate::words::{cabinet, change, identity};

const REFRESH_MS: u32 = 5_000;
/// As many uses as one answer tells.
const USES_MAX: usize = 500;

#[derive(Properties, PartialEq)]
pub(crate) struct ConsentPageProps {
    pub id: ConsentId,
}

#[function_component]
pub(crate) fn ConsentPage(props: &ConsentPageProps) -> Html {
    let language = use_language();
    let path = format!("/api/cabinet/consents/{}", props.id);
    let details = use_resource::<ConsentDetailsView>(&path, Some(REFRESH_MS));
    let signed_out = details.trouble.as_ref().is_some_and(Trouble::signed_out);
    let page = match (&details.value, &details.trouble) {
        (_, Some(_)) if signed_out => html! { <SignedOut /> },
        (Some(view), trouble) => html! {
            <>
                if let Some(trouble) = trouble {
                    <Notice tone={Tone::Warn}>{ trouble.sentence(language) }</Notice>
                }
                { terms(&view.consent, language) }
                if view.consent.status == ConsentStatus::Active && view.consent.identity.is_none() {
                    <Change key={view.consent.id.to_string()} consent={view.consent.clone()} />
                }
                <Withdrawal
                    consent={view.consent.clone()}
                    onwithdrawn={details.replace.clone()}
                />
                if let Some(it) = &view.deletion {
                    { deletion(it, &view.consent, language) }
                }
                { uses(&view.uses, language) }
            </>
        },
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    let title = details.value.as_ref().map_or_else(
        || cabinet::PAGE.say(language).to_owned(),
        |it| cabinet::CONSENT_TITLE.fill(language, &[("bank", &it.consent.consumer.name)]),
    );
    let navigation = if signed_out {
        Html::default()
    } else {
        html! { <SignOut /> }
    };
    html! {
        <Frame {title} home="/" {navigation}>
            <p><Link to="/cabinet" test="consents-back">{ "← " }{ cabinet::BACK_TO_LIST.say(language) }</Link></p>
            { page }
        </Frame>
    }
}

fn terms(consent: &ConsentView, language: Language) -> Html {
    let title = cabinet::CONSENT_TITLE.fill(language, &[("bank", &consent.consumer.name)]);
    let accounts = consent.accounts.as_ref().map_or_else(
        || cabinet::ACCOUNTS_ALL.say(language).to_owned(),
        |it| it.iter().cloned().collect::<Vec<_>>().join(", "),
    );
    let until = consent.expires_at.map_or_else(
        || cabinet::UNTIL_WITHDRAWN.say(language).to_owned(),
        |it| moment::date_time(it, language),
    );
    let ended = match consent.status {
        ConsentStatus::Ended { ended_at, .. } => Some(moment::date_time(ended_at, language)),
        ConsentStatus::Active | ConsentStatus::Expired => None,
    };
    html! {
        <Card>
            <div class="row row-spread">
                <h1 tabindex="-1">{ title }</h1>
                <span data-test="consent-status">{ badge(consent.status, language) }</span>
            </div>
            <dl class="facts">
                { fact(identity::CONSENT_WHO, language, html! {
                    <>{ &consent.consumer.name }<small>{ common::BIN_WHOLE.say(language) }{ " " }{ consent.consumer.bin.to_string() }</small></>
                }) }
                if let Some(disclosure) = &consent.identity {
                    { fact(identity::CONSENT_GETS, language, field_list(disclosure, language)) }
                } else {
                    { fact(identity::CONSENT_FROM, language, html! { { names(consent) } }) }
                    { fact(identity::CONSENT_WHAT, language, data_list(
                        consent.data.iter().copied(),
                        consent.transactions_from,
                        language,
                    )) }
                    { fact(cabinet::ACCOUNTS, language, html! { { accounts } }) }
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
                { fact(cabinet::GIVEN, language, html! { { moment::date_time(consent.granted_at, language) } }) }
                { fact(cabinet::UNTIL, language, html! { { until } }) }
                if let Some(ended) = ended {
                    { fact(cabinet::ENDED_AT, language, html! { { ended } }) }
                }
                { fact(cabinet::NUMBER, language, html! { <span class="mono">{ consent.id.to_string() }</span> }) }
                { fact(change::HASH, language, html! { <span class="mono">{ &consent.text_hash }</span> }) }
                { other(change::REPLACES, consent.replaces, "consent-replaces", language) }
                { other(change::REPLACED_BY, consent.replaced_by, "consent-replaced-by", language) }
            </dl>
        </Card>
    }
}

/// The consent before or after this one (CNS-7).
fn other(name: Word, id: Option<ConsentId>, test: &'static str, language: Language) -> Html {
    let Some(id) = id else { return Html::default() };
    let link = html! {
        <Link to={format!("/cabinet/consents/{id}")} {test}><span class="mono">{ id.to_string() }</span></Link>
    };
    fact(name, language, link)
}

pub(crate) fn fact(name: Word, language: Language, value: Html) -> Html {
    html! { <div><dt>{ name.say(language) }</dt><dd>{ value }</dd></div> }
}

/// The purpose in the consumer's own words, in a block of their own.
pub(crate) fn own_words(purpose: &Purpose, language: Language) -> Html {
    let Some(text) = &purpose.text else { return Html::default() };
    html! {
        <>
            <small>{ identity::CONSENT_OWN_WORDS.say(language) }</small>
            <blockquote><p><bdi>{ text.to_string() }</bdi></p></blockquote>
        </>
    }
}

pub(crate) fn data_list(
    data: impl Iterator<Item = Data>,
    since: Option<Day>,
    language: Language,
) -> Html {
    html! {
        <ul>
            for it in data {
                <li>
                    { data_word(it).say(language) }
                    if let (Data::Transactions, Some(since)) = (it, since) {
                        <small>{ moment::since(since.0, language) }</small>
                    }
                </li>
            }
        </ul>
    }
}

/// The personal data of a consent to authentication, and whether they are passed on only once.
pub(crate) fn field_list(disclosure: &DisclosureView, language: Language) -> Html {
    if disclosure.fields.is_empty() {
        return html! { { cabinet::DATA_NONE.say(language) } };
    }
    html! {
        <>
            <ul>
                for it in disclosure.fields.iter() {
                    <li>{ identity_words::field(language, *it) }</li>
                }
            </ul>
            if disclosure.once {
                <small>{ cabinet::ONCE.say(language) }</small>
            }
        </>
    }
}

pub(crate) fn data_word(data: Data) -> Word {
    match data {
        Data::Accounts => cabinet::DATA_ACCOUNTS,
        Data::Balances => cabinet::DATA_BALANCES,
        Data::Transactions => cabinet::DATA_TRANSACTIONS,
    }
}

#[derive(Properties, PartialEq)]
struct WithdrawalProps {
    consent: ConsentView,
    onwithdrawn: Callback<ConsentDetailsView>,
}

#[function_component]
fn Withdrawal(props: &WithdrawalProps) -> Html {
    let language = use_language();
    let asked = use_state(|| false);
    let done = use_state(|| false);
    let withdraw = {
        let path = format!("/api/cabinet/consents/{}/withdraw", props.consent.id);
        let onwithdrawn = props.onwithdrawn.clone();
        let (asked, done) = (asked.setter(), done.setter());
        use_action(
            move |()| {
                let path = path.clone();
                async move { api::post::<ConsentDetailsView>(&path, &api::Nothing {}).await }
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
    // The button that had the keyboard is gone with the consent.
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
    let text = cabinet::WITHDRAW_TEXT.fill(language, &[("bank", &props.consent.consumer.name)]);
    html! {
        <>
            if *done {
                <Notice tone={Tone::Good} test="withdrawn">{ cabinet::WITHDRAWN.say(language) }</Notice>
            }
            if let Some(trouble) = &withdraw.trouble {
                <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
            }
            if props.consent.status == ConsentStatus::Active {
                <div class="actions">
                    <Button kind={ButtonKind::Danger} test="consent-withdraw" onclick={ask}>
                        { cabinet::WITHDRAW.say(language) }
                    </Button>
                </div>
            }
            <Dialog open={*asked} title={cabinet::WITHDRAW_TITLE.say(language)} onclose={close.clone()}>
                <p>{ text }</p>
                <div class="actions">
                    <Button kind={ButtonKind::Secondary} test="withdraw-cancel" autofocus=true disabled={withdraw.busy} onclick={close}>
                        { cabinet::WITHDRAW_NO.say(language) }
                    </Button>
                    <Button kind={ButtonKind::Danger} test="withdraw-confirm" busy={withdraw.busy} onclick={withdraw.run}>
                        { cabinet::WITHDRAW_YES.say(language) }
                    </Button>
                </div>
            </Dialog>
        </>
    }
}

/// What has become of the data that the organisation received (OAPI-5).
fn deletion(it: &DeletionView, consent: &ConsentView, language: Language) -> Html {
    let at = |moment| moment::date_time(moment, language);
    let (tone, said) = match (it.deleted_at, it.acknowledged_at) {
        (Some(deleted), _) => (Tone::Good, change::DELETED.fill(language, &[("at", &at(deleted))])),
        _ if it.overdue => {
            (Tone::Bad, change::OVERDUE.fill(language, &[("by", &at(it.delete_by))]))
        }
        (None, Some(known)) => {
            let words = [("at", at(known)), ("by", at(it.delete_by))];
            let words = words.each_ref().map(|(name, value)| (*name, value.as_str()));
            (Tone::Quiet, change::ACKNOWLEDGED.fill(language, &words))
        }
        (None, None) => {
            let words = [("at", at(it.asked_at)), ("by", at(it.delete_by))];
            let words = words.each_ref().map(|(name, value)| (*name, value.as_str()));
            (Tone::Quiet, change::ASKED.fill(language, &words))
        }
    };
    let stage = match (it.deleted_at, it.acknowledged_at) {
        (Some(_), _) => "deleted",
        _ if it.overdue => "overdue",
        (None, Some(_)) => "acknowledged",
        (None, None) => "asked",
    };
    html! {
        <section class="stack" aria-labelledby="deletion">
            <h2 id="deletion">{ change::DELETION.fill(language, &[("bank", &consent.consumer.name)]) }</h2>
            <div data-test="deletion" data-stage={stage}><Notice {tone}>{ said }</Notice></div>
        </section>
    }
}

fn uses(uses: &[UseView], language: Language) -> Html {
    html! {
        <section class="stack" aria-labelledby="uses">
            <h2 id="uses">{ cabinet::USES_TITLE.say(language) }</h2>
            if uses.is_empty() {
                <p class="soft" data-test="uses-empty">{ cabinet::USES_NONE.say(language) }</p>
            } else {
                <table class="table">
                    <thead>
                        <tr>
                            for name in [
                                cabinet::USE_WHEN,
                                cabinet::USE_WHAT,
                                cabinet::USE_FROM,
                                change::USE_PRESENCE,
                                cabinet::USE_OUTCOME,
                            ] {
                                <th scope="col">{ name.say(language) }</th>
                            }
                        </tr>
                    </thead>
                    <tbody>
                        for it in uses.iter() {
                            <tr data-test="use-row">
                                <td data-name={cabinet::USE_WHEN.say(language)}>{ moment::date_time(it.at, language) }</td>
                                <td data-name={cabinet::USE_WHAT.say(language)}>{ it.data.map_or(cabinet::DATA_PERSONAL, data_word).say(language) }</td>
                                <td data-name={cabinet::USE_FROM.say(language)}>{ it.provider.as_ref().map_or(cabinet::FROM_REGISTER.say(language), |it| &it.name) }</td>
                                <td data-name={change::USE_PRESENCE.say(language)} data-test="use-presence">
                                    { presence(it.attended).say(language) }
                                </td>
                                <td data-name={cabinet::USE_OUTCOME.say(language)}>{ outcome(it, language) }</td>
                            </tr>
                        }
                    </tbody>
                </table>
                if uses.len() >= USES_MAX {
                    <p class="soft">{ cabinet::USES_CAPPED.say(language) }</p>
                }
            }
        </section>
    }
}

fn presence(attended: Option<bool>) -> Word {
    match attended {
        Some(true) => change::USE_ATTENDED,
        Some(false) => change::USE_UNATTENDED,
        None => change::USE_UNKNOWN,
    }
}

fn outcome(it: &UseView, language: Language) -> Html {
    if it.status < 400 && it.problem.is_none() {
        return html! { <Badge tone={Tone::Good}>{ cabinet::USE_READ.say(language) }</Badge> };
    }
    let why = it.problem.as_deref();
    html! {
        <>
            <Badge tone={Tone::Bad}>{ cabinet::USE_REFUSED.say(language) }</Badge>
            if let Some(code) = why {
                <small>{ problems::sentence(code, language).unwrap_or(code) }</small>
            }
        </>
    }
}
