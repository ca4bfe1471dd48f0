//! What pages show of a proof: a notice where the log and the platform disagree, and a mark at each use.

use senim_core::id::{ConsentId, SessionId, UseId};
use senim_core::receipts::{Failure, Fault, Findings, Uncovered};
use senim_core::text::Language;
use senim_kit::components::{Badge, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::route::Link;
use senim_kit::words::Word;
use yew::prelude::*;

use crate::proof::{Found, Proof};
use crate::words::proof;

#[derive(Properties, PartialEq)]
pub(crate) struct ProvedProps {
    pub(crate) proof: Proof,
    /// Whether the log may still get what it does not have yet.
    pub(crate) waits: bool,
    pub(crate) id: UseId,
}

/// A use's mark: verified, with number and receipt; or what is wrong with it.
#[function_component]
pub(crate) fn Proved(props: &ProvedProps) -> Html {
    let language = use_language();
    let Proof::Found(found) = &props.proof else {
        return match props.proof {
            Proof::Working => mark(Tone::Quiet, proof::CHECKING_SHORT, "working", language),
            Proof::NoLog | Proof::Trouble(_) | Proof::Unable | Proof::Found(_) => {
                mark(Tone::Quiet, proof::NOT_CHECKED, "unchecked", language)
            }
        };
    };
    if found.proven().is_none() {
        return mark(Tone::Bad, proof::NOT_VERIFIED, "refuted", language);
    }
    match found.of_use(props.id) {
        Some(it) => html! {
            <>
                if let Some(why) = it.uncovered {
                    { mark(Tone::Bad, uncovered(why), "uncovered", language) }
                } else if it.unjudged {
                    { mark(Tone::Quiet, proof::UNJUDGED, "unjudged", language) }
                } else {
                    { mark(Tone::Good, proof::VERIFIED, "verified", language) }
                }
                { receipt(it.number, language) }
            </>
        },
        None if props.waits => mark(Tone::Quiet, proof::PENDING, "pending", language),
        None => mark(Tone::Bad, proof::NOT_IN_LOG, "absent", language),
    }
}

/// A session's mark: the last of its records.
pub(crate) fn of_session(found: &Proof, id: SessionId, language: Language) -> Html {
    let Proof::Found(found) = found else { return Html::default() };
    let Some(proven) = found.proven() else {
        return mark(Tone::Bad, proof::NOT_VERIFIED, "refuted", language);
    };
    match proven.records.iter().rfind(|it| it.session == Some(id)) {
        Some(it) => html! {
            <>
                { mark(Tone::Good, proof::VERIFIED, "verified", language) }
                { receipt(it.number, language) }
            </>
        },
        None => Html::default(),
    }
}

/// Above a list: nothing where all is well.
pub(crate) fn disagreement(found: &Proof, language: Language) -> Html {
    let Proof::Found(found) = found else { return Html::default() };
    let Findings::Fails(failure) = &found.examined.findings else { return Html::default() };
    html! {
        <Notice tone={Tone::Bad} test="proof-fault">
            { fault(failure, language) }
            <p><Link to="/cabinet/proof" test="proof-more">{ proof::MORE.say(language) }</Link></p>
        </Notice>
    }
}

/// Uses that the log has and the list does not: the list keeps the newest ones, and not for ever.
pub(crate) fn beyond(
    found: &Proof,
    consent: ConsentId,
    shown: &[UseId],
    language: Language,
) -> Html {
    let Proof::Found(found) = found else { return Html::default() };
    let is_read = |event: &str| matches!(event, "data.read" | "personal-data.given");
    let beyond = found.proven().map_or(0, |proven| {
        let of_consent =
            proven.records.iter().filter(|it| it.consent == Some(consent) && is_read(&it.event));
        of_consent.filter(|it| it.interaction.is_some_and(|it| !shown.contains(&it))).count()
    });
    if beyond == 0 {
        return Html::default();
    }
    html! {
        <p class="soft" data-test="uses-beyond">
            { proof::BEYOND.fill(language, &[("count", &beyond.to_string())]) }{ " " }
            <Link to="/cabinet/proof">{ proof::TITLE.say(language) }</Link>
        </p>
    }
}

/// What is wrong, in words that need no knowledge of logs.
pub(crate) fn fault(failure: &Failure, language: Language) -> Html {
    let (title, text) = match failure.fault {
        Fault::Altered => (proof::ALTERED, proof::ALTERED_TEXT),
        Fault::Missing => (proof::MISSING, proof::MISSING_TEXT),
        Fault::Rewritten => (proof::REWRITTEN, proof::REWRITTEN_TEXT),
        Fault::Unwitnessed => (proof::UNWITNESSED, proof::UNWITNESSED_TEXT),
        Fault::Stranger => (proof::STRANGER, proof::STRANGER_TEXT),
        Fault::Restarted => {
            let vouched = failure.restarted.as_ref().is_some_and(|it| !it.witnessed.is_empty());
            (proof::RESTARTED, if vouched { proof::RESTARTED_TEXT } else { proof::RESTARTED_ALONE })
        }
        Fault::Unreadable => (proof::UNREADABLE, proof::UNREADABLE_TEXT),
    };
    html! {
        <div data-test="fault" data-fault={code(failure.fault)}>
            <p><strong>{ title.say(language) }</strong></p>
            <p>{ text.say(language) }</p>
            if let Some(it) = &failure.restarted {
                <p data-test="restarted">
                    { proof::RESTARTED_FACTS.fill(language, &[
                        ("at", &moment::date_time(it.at, language)),
                        ("reason", &it.reason),
                        ("size", &it.size.to_string()),
                    ]) }
                    if it.lost > 0 {
                        { " " }
                        { proof::RESTARTED_LOST.fill(language, &[("lost", &it.lost.to_string())]) }
                    }
                </p>
            }
        </div>
    }
}

/// A link to the file for `senim verify`.
pub(crate) fn receipt(number: u64, language: Language) -> Html {
    let href = format!("/api/cabinet/journal/{number}/receipt");
    html! {
        <small>
            { proof::RECORD.fill(language, &[("number", &number.to_string())]) }{ " · " }
            <a {href} download={format!("senim-{number}.tlog-proof")} data-test="receipt">
                { proof::RECEIPT.say(language) }
            </a>
        </small>
    }
}

pub(crate) fn uncovered(why: Uncovered) -> Word {
    match why {
        Uncovered::NoConsent => proof::NO_CONSENT,
        Uncovered::OtherConsumer => proof::OTHER_CONSUMER,
        Uncovered::OtherProvider => proof::OTHER_PROVIDER,
        Uncovered::WithoutClient => proof::WITHOUT_CLIENT,
        Uncovered::Early => proof::EARLY,
        Uncovered::Late => proof::LATE,
    }
}

/// How many uses had no consent.
pub(crate) fn without_consent(found: &Found) -> usize {
    found.proven().map_or(0, |it| it.records.iter().filter(|it| it.uncovered.is_some()).count())
}

pub(crate) fn mark(tone: Tone, word: Word, state: &'static str, language: Language) -> Html {
    html! { <span data-test="use-proof" data-proof={state}><Badge {tone}>{ word.say(language) }</Badge></span> }
}

fn code(fault: Fault) -> &'static str {
    match fault {
        Fault::Altered => "altered",
        Fault::Missing => "missing",
        Fault::Rewritten => "rewritten",
        Fault::Unwitnessed => "unwitnessed",
        Fault::Stranger => "stranger",
        Fault::Restarted => "restarted",
        Fault::Unreadable => "unreadable",
    }
}
