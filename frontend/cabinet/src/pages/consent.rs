//! One consent in full, with each use of it, and the way to take it back.

use senim_core::activity::Disowned;
use senim_core::activity::view::DisownedView;
use senim_core::agreement::RuleText;
use senim_core::consent::document::because;
use senim_core::consent::view::{
    ConsentDetailsView, ConsentStatus, ConsentTextView, ConsentView, DeletionView, DisclosureView,
    UseView,
};
use senim_core::consent::words::{Paragraph, identity as identity_words, purpose};
use senim_core::consent::{Data, Purpose};
use senim_core::exchange::Day;
use senim_core::feed::reach::ReachView;
use senim_core::id::{ConsentId, UseId};
use senim_core::text::Language;
use senim_kit::api::Trouble;
use senim_kit::browser::window;
use senim_kit::components::{
    Badge, Button, ButtonKind, Card, Frame, Notice, Reached, Spinner, Tone,
};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::route::Link;
use senim_kit::words::{Word, common, problems};
use yew::prelude::*;

use super::agreement::read_in;
use super::asked::AskedOnce;
use super::change::{Change, mode};
use super::consents::{badge, names};
use super::disown::{Disowning, next_steps};
use super::own::{SignOut, SignedOut};
use super::proved::{Proved, beyond, disagreement};
use super::rules::edition_line;
use crate::proof::{Proving, use_proof};
use crate::words::{activity, cabinet, change, identity, proof, rules};

const REFRESH_MS: u32 = 5_000;
/// Nodes know within a second, and who withdraws waits for it.
const REACH_MS: u32 = 1_000;
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
    let disowned = use_state(|| None::<DisownedView>);
    let ondisowned = {
        let (disowned, reload) = (disowned.setter(), details.reload.clone());
        Callback::from(move |it: DisownedView| {
            disowned.set(Some(it));
            reload.emit(());
        })
    };
    let wanted = details.value.as_ref().map(|it| it.uses.iter().map(|it| it.id).collect());
    let proving = use_proof(wanted);
    let signed_out = details.trouble.as_ref().is_some_and(Trouble::signed_out);
    let page = match (&details.value, &details.trouble) {
        (_, Some(_)) if signed_out => html! { <SignedOut /> },
        (Some(view), trouble) => html! {
            <>
                if let Some(trouble) = trouble {
                    <Notice tone={Tone::Warn}>{ trouble.sentence(language) }</Notice>
                }
                { terms(&view.consent, language) }
                { keep(&view.consent, language) }
                if view.consent.status == ConsentStatus::Active && view.consent.identity.is_none() {
                    <Change key={view.consent.id.to_string()} consent={view.consent.clone()} />
                }
                <AskedOnce<ConsentDetailsView>
                    path={format!("/api/cabinet/consents/{}/withdraw", view.consent.id)}
                    offered={view.consent.status == ConsentStatus::Active}
                    ask={cabinet::WITHDRAW.say(language)}
                    title={cabinet::WITHDRAW_TITLE.say(language)}
                    done={cabinet::WITHDRAWN.say(language)}
                    tests={["consent-withdraw", "withdraw-cancel", "withdraw-confirm", "withdrawn"]}
                    onanswer={details.replace.clone()}
                >
                    <p>{ cabinet::WITHDRAW_TEXT.fill(language, &[("bank", &view.consent.consumer.name)]) }</p>
                </AskedOnce<ConsentDetailsView>>
                if matches!(view.consent.status, ConsentStatus::Ended { .. }) && view.consent.identity.is_none() {
                    <ReachedNodes key={view.consent.id.to_string()} id={view.consent.id} />
                }
                if let Some(it) = &*disowned {
                    { next_steps(it, language) }
                } else if view.reported {
                    <Notice tone={Tone::Warn} test="consent-reported">
                        <p>{ activity::REPORTED.say(language) }{ " " }
                            <Link to="/cabinet/activity" test="reported-activity">{ activity::TITLE.say(language) }</Link>
                        </p>
                    </Notice>
                } else if !view.own_session {
                    <Disowning
                        what={Disowned::Consent(view.consent.id)}
                        withdraws={view.consent.status == ConsentStatus::Active}
                        lock_hours={view.lock_hours}
                        ondone={ondisowned.clone()}
                    />
                }
                if let Some(it) = &view.deletion {
                    { deletion(it, &view.consent, language) }
                }
                { disagreement(&proving.proof, language) }
                { uses(view, &proving, language) }
                { agreed(&view.consent, &view.text, language) }
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

#[derive(Properties, PartialEq)]
struct ReachedNodesProps {
    id: ConsentId,
}

/// Which nodes know that the consent has ended.
#[function_component]
fn ReachedNodes(props: &ReachedNodesProps) -> Html {
    let language = use_language();
    let path = format!("/api/cabinet/consents/{}/reach", props.id);
    let reach = use_resource::<ReachView>(&path, Some(REACH_MS));
    let Some(view) = reach.value.as_deref().filter(|it| !it.nodes.is_empty()) else {
        return Html::default();
    };
    html! {
        <section class="stack" aria-labelledby="reach">
            <h2 id="reach">{ cabinet::REACH_TITLE.say(language) }</h2>
            <Reached view={view.clone()} done={cabinet::REACH_DONE} />
        </section>
    }
}

fn terms(consent: &ConsentView, language: Language) -> Html {
    let title = cabinet::CONSENT_TITLE.fill(language, &[("bank", &consent.consumer.name)]);
    let accounts = consent.accounts.as_ref().map_or_else(
        || cabinet::ACCOUNTS_ALL.say(language).to_owned(),
        |it| it.iter().cloned().collect::<Vec<_>>().join(", "),
    );
    let over = consent.status != ConsentStatus::Active;
    let (who, gets, what) = if over {
        (cabinet::HAD_WHO, cabinet::HAD_GETS, cabinet::HAD_WHAT)
    } else {
        (identity::CONSENT_WHO, identity::CONSENT_GETS, identity::CONSENT_WHAT)
    };
    html! {
        <Card>
            <div class="row row-spread">
                <h1 tabindex="-1">{ title }</h1>
                <span data-test="consent-status">{ badge(consent.status, language) }</span>
            </div>
            <dl class="facts">
                { fact(who, language, html! {
                    <>{ &consent.consumer.name }<small>{ common::BIN_WHOLE.say(language) }{ " " }{ consent.consumer.bin.to_string() }</small></>
                }) }
                if let Some(disclosure) = &consent.identity {
                    { fact(gets, language, field_list(disclosure, language)) }
                } else {
                    { fact(identity::CONSENT_FROM, language, html! { { names(consent) } }) }
                    { fact(what, language, data_list(
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
                { validity(consent, language) }
                { fact(cabinet::NUMBER, language, html! { <span class="mono">{ consent.id.to_string() }</span> }) }
                { fact(change::HASH, language, html! { <span class="mono">{ &consent.text_hash }</span> }) }
                { other(change::REPLACES, consent.replaces, "consent-replaces", language) }
                { other(change::REPLACED_BY, consent.replaced_by, "consent-replaced-by", language) }
            </dl>
        </Card>
    }
}

/// Until when it is valid; of one that is over, until when it was, and why it ended before its term.
fn validity(consent: &ConsentView, language: Language) -> Html {
    let at = |moment| html! { { moment::date_time(moment, language) } };
    let term =
        consent.expires_at.map_or_else(|| html! { { cabinet::UNTIL_WITHDRAWN.say(language) } }, at);
    match consent.status {
        ConsentStatus::Active => fact(cabinet::UNTIL, language, term),
        ConsentStatus::Expired => fact(cabinet::WAS_UNTIL, language, term),
        ConsentStatus::Ended { ended_at, by } => html! {
            <>
                { fact(cabinet::WAS_UNTIL, language, at(ended_at)) }
                { fact(cabinet::ENDED_BECAUSE, language, html! {
                    <span data-test="ended-because">{ because(language, by) }</span>
                }) }
            </>
        },
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

/// The texts as they were agreed to, whole, with what proves that they are the very ones (CNS-3, OPS-8, OPS-9).
fn agreed(consent: &ConsentView, text: &ConsentTextView, language: Language) -> Html {
    let hashes = text.agreed.hashes();
    let paper = |of: Language, heading: Word, paragraphs: &[Paragraph], hash: Option<&str>| {
        html! {
            <div class="stack agreed" data-test={format!("agreed-{}", of.code())}>
                <h3>{ heading.say(language) }</h3>
                <div class="paper" lang={of.code()}>{ said(paragraphs) }</div>
                if let Some(hash) = hash {
                    <p class="soft checksum">{ cabinet::CHECKSUM.say(language) }{" "}<span class="mono">{ hash }</span></p>
                }
            </div>
        }
    };
    let kk = paper(Language::Kk, rules::IN_KAZAKH, &text.agreed.kk, Some(&hashes.kk));
    let ru = paper(Language::Ru, rules::IN_RUSSIAN, &text.agreed.ru, Some(&hashes.ru));
    let both = if language == Language::Ru {
        html! { <>{ ru }{ kk }</> }
    } else {
        html! { <>{ kk }{ ru }</> }
    };
    let form = text.edition.as_ref().map(|it| {
        let to = format!("/agreement/{}/{}", text.rule.code(), it.edition);
        let name = match text.rule {
            RuleText::ConsentChange => rules::CHANGE_FORM,
            RuleText::Consent | RuleText::UserAgreement => rules::CONSENT_FORM,
        };
        html! {
            <p data-test="agreed-edition">
                { name.say(language) }{ ": " }
                <Link {to} test="consent-edition">{ edition_line(it.edition, it.holds_from, language) }</Link>
            </p>
        }
    });
    html! {
        <section class="stack" aria-labelledby="agreed" data-test="agreed">
            <h2 id="agreed">{ cabinet::AGREED_TITLE.say(language) }</h2>
            { form }
            if let Some(read) = text.language {
                <p class="soft">{ read_in(read).say(language) }</p>
            }
            if text.is_of(consent) {
                <p class="soft" data-test="agreed-genuine">{ cabinet::AGREED_GENUINE.say(language) }</p>
            } else {
                <Notice tone={Tone::Bad} test="agreed-other">{ cabinet::AGREED_OTHER.say(language) }</Notice>
            }
            if language == Language::En {
                <Notice tone={Tone::Quiet} test="agreed-help">{ cabinet::AGREED_HELP.say(language) }</Notice>
                if !text.english.is_empty() {
                    { paper(Language::En, cabinet::IN_ENGLISH, &text.english, None) }
                }
            }
            { both }
        </section>
    }
}

/// Paragraphs; a consumer's own words in a block that no text can leave.
pub(crate) fn said(text: &[Paragraph]) -> Html {
    text.iter()
        .map(|it| match it {
            Paragraph::Platform(text) => html! { <p>{ text }</p> },
            Paragraph::Consumer(text) => {
                html! { <blockquote data-test="consent-own-words"><p><bdi>{ text }</bdi></p></blockquote> }
            }
        })
        .collect()
}

/// The ways to keep it: a file, or paper.
fn keep(consent: &ConsentView, language: Language) -> Html {
    let href =
        format!("/api/cabinet/consents/{}/document?language={}", consent.id, language.code());
    let print = Callback::from(|()| {
        let _ = window().print();
    });
    html! {
        <div class="actions">
            <a class="button button-secondary" {href} download={format!("{}.pdf", consent.id)} data-test="consent-document">
                { cabinet::DOWNLOAD.say(language) }
            </a>
            <Button kind={ButtonKind::Secondary} test="consent-print" onclick={print}>
                { cabinet::PRINT.say(language) }
            </Button>
        </div>
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

fn uses(view: &ConsentDetailsView, proving: &Proving, language: Language) -> Html {
    let uses = &view.uses;
    let shown: Vec<UseId> = uses.iter().map(|it| it.id).collect();
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
                                proof::USE_PROOF,
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
                                <td data-name={proof::USE_PROOF.say(language)}>
                                    <Proved proof={proving.proof.clone()} waits={proving.waits} id={it.id} />
                                </td>
                            </tr>
                        }
                    </tbody>
                </table>
                if uses.len() >= USES_MAX {
                    <p class="soft">{ cabinet::USES_CAPPED.say(language) }</p>
                }
            }
            { beyond(&proving.proof, view.consent.id, &shown, language) }
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
