//! The cabinet: every consent, given and ended.

use senim_core::consent::document::because;
use senim_core::consent::view::{CabinetView, ConsentStatus, ConsentView};
use senim_core::consent::words::purpose;
use senim_core::text::Language;
use senim_kit::components::{Badge, Button, ButtonKind, Frame, Notice, Spinner, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::route::Link;
use senim_kit::words::common;
use yew::prelude::*;

use super::own::{SignOut, SignedOut};
use super::passkeys::HowOpened;
use crate::words::{cabinet, change};

/// A use or a withdrawal elsewhere shows within this time.
const REFRESH_MS: u32 = 5_000;

#[function_component]
pub(crate) fn ConsentsPage() -> Html {
    let language = use_language();
    let cabinet = use_resource::<CabinetView>("/api/cabinet", Some(REFRESH_MS));
    let signed_out = cabinet.trouble.as_ref().is_some_and(senim_kit::api::Trouble::signed_out);
    let page = match (&cabinet.value, &cabinet.trouble) {
        (_, Some(_)) if signed_out => html! { <SignedOut /> },
        (Some(view), trouble) => html! {
            <>
                if let Some(trouble) = trouble {
                    <Notice tone={Tone::Warn}>{ trouble.sentence(language) }</Notice>
                }
                { listed(view, language) }
            </>
        },
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>
                <p>{ trouble.sentence(language) }</p>
                <Button kind={ButtonKind::Quiet} test="retry" onclick={cabinet.reload.clone()}>
                    { common::TRY_AGAIN.say(language) }
                </Button>
            </Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    let navigation = if signed_out {
        Html::default()
    } else {
        html! { <SignOut /> }
    };
    html! {
        <Frame title={cabinet::CONSENTS_TITLE.say(language)} home="/" {navigation}>{ page }</Frame>
    }
}

fn listed(view: &CabinetView, language: Language) -> Html {
    let (active, over): (Vec<_>, Vec<_>) =
        view.consents.iter().partition(|it| it.status == ConsentStatus::Active);
    let greeting = cabinet::GREETING.fill(language, &[("name", &view.client_name)]);
    html! {
        <>
            <div>
                <h1>{ cabinet::CONSENTS_TITLE.say(language) }</h1>
                <p class="soft">{ greeting }{ " · " }{ &view.iin_masked }</p>
            </div>
            <HowOpened offers=true />
            if view.consents.is_empty() {
                <div class="empty" data-test="consents-empty">
                    <h2>{ cabinet::NONE_TITLE.say(language) }</h2>
                    <p>{ cabinet::NONE_TEXT.say(language) }</p>
                </div>
            } else {
                <section class="stack" aria-labelledby="active">
                    <h2 id="active">{ cabinet::ACTIVE.say(language) }</h2>
                    if active.is_empty() {
                        <p class="soft">{ cabinet::NONE_ACTIVE.say(language) }</p>
                    }
                    { rows(&active, language) }
                </section>
            }
            if !over.is_empty() {
                <section class="stack" aria-labelledby="ended">
                    <h2 id="ended">{ cabinet::ENDED.say(language) }</h2>
                    { rows(&over, language) }
                </section>
            }
        </>
    }
}

fn rows(consents: &[&ConsentView], language: Language) -> Html {
    html! {
        <ul class="consents">
            for consent in consents.iter() {
                <li key={consent.id.to_string()}>{ row(consent, language) }</li>
            }
        </ul>
    }
}

fn row(consent: &ConsentView, language: Language) -> Html {
    let over = consent.status != ConsentStatus::Active;
    let what = match &consent.identity {
        None => {
            let word = if over { cabinet::READ_FROM } else { cabinet::READS_FROM };
            word.fill(language, &[("banks", &names(consent))])
        }
        Some(it) if it.fields.is_empty() => cabinet::SIGNED_IN.say(language).to_owned(),
        Some(_) => {
            let word = if over { cabinet::HAD_PERSONAL } else { cabinet::READS_PERSONAL };
            word.say(language).to_owned()
        }
    };
    let until = match consent.status {
        ConsentStatus::Active => consent.expires_at.map_or_else(
            || cabinet::UNTIL_WITHDRAWN.say(language).to_owned(),
            |it| cabinet::VALID.fill(language, &[("until", &moment::until(it, language))]),
        ),
        ConsentStatus::Expired => {
            let at = consent.expires_at.map(|it| moment::date_time(it, language));
            cabinet::EXPIRED_ON.fill(language, &[("at", &at.unwrap_or_default())])
        }
        ConsentStatus::Ended { ended_at, by } => cabinet::ENDED_ON.fill(
            language,
            &[("at", &moment::date_time(ended_at, language)), ("why", because(language, by))],
        ),
    };
    let used = consent.last_used_at.map_or_else(
        || cabinet::NEVER.say(language).to_owned(),
        |it| {
            let last = moment::date_time(it, language);
            format!("{}: {} · {last}", cabinet::USES.say(language), consent.uses)
        },
    );
    html! {
        <Link
            to={format!("/cabinet/consents/{}", consent.id)}
            class={classes!("consent-row", over.then_some("consent-over"))}
            test="consent-row"
        >
            <span class="row row-spread">
                <strong>{ &consent.consumer.name }</strong>
                { badge(consent.status, language) }
            </span>
            <span>{ what }{ " · " }{ purpose(language, consent.purpose.code) }</span>
            <span class="soft">
                { until }{ " · " }{ used }
            </span>
        </Link>
    }
}

pub(crate) fn names(consent: &ConsentView) -> String {
    consent.providers.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ")
}

pub(crate) fn badge(status: ConsentStatus, language: Language) -> Html {
    use senim_core::consent::EndedBy;
    let (tone, word) = match status {
        ConsentStatus::Active => (Tone::Good, cabinet::STATUS_ACTIVE),
        ConsentStatus::Expired => (Tone::Quiet, cabinet::STATUS_EXPIRED),
        ConsentStatus::Ended { by, .. } => match by {
            EndedBy::Client => (Tone::Quiet, cabinet::BY_CLIENT),
            EndedBy::Operator => (Tone::Warn, cabinet::BY_OPERATOR),
            EndedBy::Platform => (Tone::Warn, cabinet::BY_PLATFORM),
            EndedBy::Consumer => (Tone::Quiet, cabinet::BY_CONSUMER),
            EndedBy::Superseded => (Tone::Quiet, cabinet::BY_NEWER),
            EndedBy::Changed => (Tone::Quiet, change::CHANGED),
        },
    };
    html! { <Badge {tone}>{ word.say(language) }</Badge> }
}
