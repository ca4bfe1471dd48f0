//! `/cabinet/proof`: what this browser has verified of the client's records, and the files to do it elsewhere.

use js_sys::Array;
use senim_core::Timestamp;
use senim_core::jose::sha256;
use senim_core::receipts::{Findings, Proven, ProvenRecord};
use senim_core::text::Language;
use senim_kit::components::{
    Badge, Button, ButtonKind, Card, Notice, Spinner, Support, Table, Tone,
};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::route::Link;
use senim_kit::words::common;
use wasm_bindgen::JsValue;
use web_sys::{Blob, Url};
use yew::prelude::*;

use super::consent::fact;
use super::own::OwnPage;
use super::proved::{fault, receipt, uncovered, without_consent};
use crate::proof::{Found, Proof, keep_other_log, keep_policy, use_proof};
use crate::words::{activity, proof};

/// Rows shown at once; the file has all of them.
const SHOWN: usize = 200;

#[function_component]
pub(crate) fn ProofPage() -> Html {
    let language = use_language();
    let proving = use_proof(Some(Vec::new()));
    let signed_out = matches!(&proving.proof, Proof::Trouble(trouble) if trouble.signed_out());
    let retry = |tone: Tone, said: String| {
        html! {
            <Notice {tone}>
                <p data-test="trouble">{ said }</p>
                <Button kind={ButtonKind::Quiet} test="retry" onclick={proving.again.clone()}>
                    { common::TRY_AGAIN.say(language) }
                </Button>
            </Notice>
        }
    };
    let page = match &proving.proof {
        Proof::Trouble(_) if signed_out => Html::default(),
        Proof::Working => html! { <Spinner text={proof::CHECKING.say(language)} /> },
        Proof::NoLog => retry(Tone::Quiet, proof::NO_LOG.say(language).to_owned()),
        Proof::Unable => retry(Tone::Warn, proof::UNABLE.say(language).to_owned()),
        Proof::Trouble(trouble) => retry(Tone::Bad, trouble.sentence(language)),
        Proof::Found(found) => shown(found, &proving.again, language),
    };
    html! {
        <OwnPage title={proof::TITLE} {signed_out}>
            <p class="soft">{ proof::LEAD.say(language) }</p>
            { page }
        </OwnPage>
    }
}

fn shown(found: &Found, again: &Callback<()>, language: Language) -> Html {
    html! {
        <>
            { outcome(found, language) }
            { keys(found, again, language) }
            if let Some(proven) = found.proven() {
                { records(found, proven, language) }
            }
        </>
    }
}

fn outcome(found: &Found, language: Language) -> Html {
    let proven = match &found.examined.findings {
        Findings::Holds(proven) => proven,
        Findings::Fails(failure) => {
            let restarted = failure.restarted.is_some();
            return html! {
                <Notice tone={if restarted { Tone::Warn } else { Tone::Bad }} test="proof-fault">
                    { fault(failure, language) }
                    <p>{ if restarted { proof::RESTARTED_WHAT_TO_DO } else { proof::WHAT_TO_DO }.say(language) }</p>
                    <div class="actions">
                        <Download name="senim-history.json" content={found.history.clone()} test="proof-history">
                            { proof::SAVE_HISTORY.say(language) }
                        </Download>
                    </div>
                    <Support />
                </Notice>
            };
        }
    };
    let count = proven.records.len().to_string();
    let wrong = without_consent(found);
    let names: Vec<&str> = proven.witnessed.iter().map(|(name, _)| name.as_str()).collect();
    let at = proven.witnessed.iter().map(|(_, at)| *at).max();
    html! {
        <>
            <Notice tone={Tone::Good} test="proof-holds">
                <p><strong>{ proof::HOLDS.fill(language, &[("count", &count)]) }</strong></p>
                <p>{ proof::UNTIL.fill(language, &[("until", &seconds(proven.until, language))]) }</p>
                if proven.pruned {
                    <p data-test="proof-pruned">
                        { proof::PRUNED.fill(language, &[("from", &proven.from)]) }{ " " }
                        <a href="/log/retention">{ proof::RULE.say(language) }</a>
                    </p>
                }
            </Notice>
            if wrong > 0 {
                <Notice tone={Tone::Bad} test="proof-uncovered">
                    <p>{ proof::UNCOVERED.fill(language, &[("count", &wrong.to_string())]) }</p>
                    <Support />
                </Notice>
            }
            <Card>
                <dl class="facts">
                    { fact(proof::COMPLETE, language, html! { { proof::COMPLETE_TEXT.say(language) } }) }
                    { fact(proof::CONTINUES, language, html! {
                        <span data-test="proof-continues">
                            { match proven.older {
                                Some(older) if older == proven.size => {
                                    proof::SAME.fill(language, &[("size", &older.to_string())])
                                }
                                Some(older) => {
                                    proof::GROWN.fill(language, &[("older", &older.to_string()), ("size", &proven.size.to_string())])
                                }
                                None => proof::FIRST.say(language).to_owned(),
                            } }
                        </span>
                    }) }
                    { fact(proof::WITNESSES, language, html! {
                        <span data-test="proof-witnesses">
                            { match at {
                                Some(at) => proof::WITNESSED.fill(language, &[("names", &names.join(", ")), ("at", &seconds(at, language))]),
                                None => proof::NO_WITNESS.say(language).to_owned(),
                            } }
                        </span>
                    }) }
                    { fact(proof::ALLOWED, language, html! { {
                        if wrong == 0 { proof::ALLOWED_TEXT } else { proof::NOT_ALLOWED_TEXT }.say(language)
                    } }) }
                    { fact(proof::TOOK, language, html! {
                        <span data-test="proof-took" data-ms={format!("{:.1}", found.milliseconds)}>
                            { proof::TOOK_TEXT.fill(language, &[("ms", &format!("{:.0}", found.milliseconds))]) }
                        </span>
                    }) }
                </dl>
            </Card>
        </>
    }
}

/// What the check rests on, and the files for one without this page.
fn keys(found: &Found, again: &Callback<()>, language: Language) -> Html {
    html! {
        <section class="stack" aria-labelledby="keys">
            <h2 id="keys">{ proof::KEYS.say(language) }</h2>
            <p>{ if found.first { proof::KEYS_FIRST } else { proof::KEYS_KEPT }.say(language) }</p>
            <p class="checksum">
                { proof::FINGERPRINT.say(language) }{ " " }
                <span class="mono" data-test="proof-fingerprint">{ sha256(found.policy.as_bytes()) }</span>
            </p>
            if let Some(offered) = &found.offered {
                { changed(found, offered, again, language) }
            }
            <p>{ proof::OFFLINE.say(language) }</p>
            <p class="mono" lang="en">{ "senim verify senim-history.json --policy senim.policy" }</p>
            <div class="actions">
                <Download name="senim.policy" content={found.policy.clone()} test="proof-policy">
                    { proof::SAVE_POLICY.say(language) }
                </Download>
                if let Some(proven) = found.proven() {
                    <Download name="senim-history.json" content={found.history.clone()} test="proof-history">
                        { proof::SAVE_HISTORY.say(language) }
                    </Download>
                    <Download name="senim.checkpoint" content={proven.checkpoint.clone()} test="proof-checkpoint">
                        { proof::SAVE_CHECKPOINT.say(language) }
                    </Download>
                }
            </div>
            <p class="soft">{ proof::HISTORY_SECRET.say(language) }</p>
        </section>
    }
}

/// The platform names another list than this browser keeps. It is taken over by the person alone, and with another log only
/// where the witnesses vouch for it that the former one was lost.
fn changed(found: &Found, offered: &str, again: &Callback<()>, language: Language) -> Html {
    let log = |policy: &str| policy.lines().find(|it| it.starts_with("log ")).map(str::to_owned);
    let restarted = matches!(
        &found.examined.findings,
        Findings::Fails(failure) if failure.restarted.is_some()
    );
    if log(&found.policy) != log(offered) && !restarted {
        return html! { <Notice tone={Tone::Bad} test="proof-other-log"><p>{ proof::OTHER_LOG.say(language) }</p></Notice> };
    }
    let onclick = {
        let (again, offered) = (again.clone(), offered.to_owned());
        Callback::from(move |()| {
            if restarted {
                keep_other_log(&offered);
            } else {
                keep_policy(&offered);
            }
            again.emit(());
        })
    };
    html! {
        <Notice tone={Tone::Warn} test="proof-changed">
            <p>{ if restarted { proof::OTHER_LOG_OFFERED } else { proof::CHANGED }.say(language) }</p>
            <p class="checksum">{ proof::FINGERPRINT.say(language) }{ " " }<span class="mono">{ sha256(offered.as_bytes()) }</span></p>
            <div class="actions">
                <Download name="senim-new.policy" content={offered.to_owned()} test="proof-offered">
                    { proof::SAVE_POLICY.say(language) }
                </Download>
                <Button kind={ButtonKind::Secondary} test="proof-take-over" {onclick}>{ proof::TAKE_OVER.say(language) }</Button>
            </div>
        </Notice>
    }
}

fn records(found: &Found, proven: &Proven, language: Language) -> Html {
    let heads = vec![activity::WHEN, proof::WHAT, proof::RECORD_HEAD];
    let said = |it: &ProvenRecord| {
        let at = match language {
            Language::Kk => 0,
            Language::Ru => 1,
            Language::En => 2,
        };
        let texts = found.examined.said.get(&it.event);
        texts.map_or_else(|| it.event.clone(), |texts| texts[at].clone())
    };
    html! {
        <section class="stack" aria-labelledby="records">
            <h2 id="records">{ proof::RECORDS.say(language) }</h2>
            <Table {heads}>
                for it in proven.records.iter().rev().take(SHOWN) {
                    <tr key={it.number} data-test="record-row" data-event={it.event.clone()}>
                        <td data-name={activity::WHEN.say(language)}>
                            { it.at.map(|it| moment::date_time(it, language)).unwrap_or_default() }
                        </td>
                        <td data-name={proof::WHAT.say(language)}>
                            if let Some(consent) = it.consent {
                                <Link to={format!("/cabinet/consents/{consent}")}>{ said(it) }</Link>
                            } else {
                                { said(it) }
                            }
                            if let Some(why) = it.uncovered {
                                { " " }<Badge tone={Tone::Bad}>{ uncovered(why).say(language) }</Badge>
                            }
                            if it.unjudged {
                                { " " }<Badge tone={Tone::Quiet}>{ proof::UNJUDGED.say(language) }</Badge>
                            }
                        </td>
                        <td data-name={proof::RECORD_HEAD.say(language)}>{ receipt(it.number, language) }</td>
                    </tr>
                }
            </Table>
            if proven.records.len() > SHOWN {
                <p class="soft">{ proof::CAPPED.fill(language, &[("count", &SHOWN.to_string())]) }</p>
            }
        </section>
    }
}

fn seconds(seconds: u64, language: Language) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|it| Timestamp::from_timestamp(it, 0));
    moment.map(|it| moment::date_time(it, language)).unwrap_or_default()
}

#[derive(Properties, PartialEq)]
struct DownloadProps {
    name: &'static str,
    content: AttrValue,
    test: &'static str,
    children: Html,
}

/// The very bytes that were verified, as a file.
#[function_component]
fn Download(props: &DownloadProps) -> Html {
    let href = use_state(String::new);
    {
        let href = href.setter();
        use_effect_with(props.content.clone(), move |content| {
            let parts = Array::of1(&JsValue::from_str(content));
            let blob = Blob::new_with_str_sequence(&parts).ok();
            let url = blob.and_then(|it| Url::create_object_url_with_blob(&it).ok());
            href.set(url.clone().unwrap_or_default());
            move || {
                if let Some(url) = url {
                    let _ = Url::revoke_object_url(&url);
                }
            }
        });
    }
    html! {
        <a class="button button-secondary" href={(*href).clone()} download={props.name} data-test={props.test}>
            { props.children.clone() }
        </a>
    }
}
