//! Narrowing a consent: what stays is chosen, its text is read, then it is confirmed (CNS-7).

use std::collections::BTreeSet;

use senim_core::consent::change::{ChangeConsent, Left, Texts, texts};
use senim_core::consent::view::{ConsentDetailsView, ConsentView};
use senim_core::consent::words::Paragraph;
use senim_core::consent::{Data, Unattended};
use senim_core::text::Language;
use senim_kit::action::use_action;
use senim_kit::api;
use senim_kit::browser::now_ms;
use senim_kit::components::{Button, ButtonKind, Card, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::route;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::consent::data_word;
use crate::words::change;

/// Terms to choose from, in days; those that would be longer than the consent's own are not offered.
const TERMS: [u32; 4] = [7, 30, 90, 365];
const DAY_MS: f64 = 86_400_000.0;

#[derive(Properties, PartialEq)]
pub(crate) struct ChangeProps {
    pub consent: ConsentView,
}

#[function_component]
pub(crate) fn Change(props: &ChangeProps) -> Html {
    let language = use_language();
    let consent = &props.consent;
    let left = use_state(|| None::<Left>);
    let shown = use_state(|| false);
    let action = {
        let path = format!("/api/cabinet/consents/{}/change", consent.id);
        use_action(
            move |change: ChangeConsent| {
                let path = path.clone();
                async move { api::post::<ConsentDetailsView>(&path, &change).await }
            },
            |answer| {
                if let Ok(view) = answer {
                    route::go(&format!("/cabinet/consents/{}", view.consent.id));
                }
            },
        )
    };
    let Some(wish) = (*left).clone() else {
        let begin = {
            let (left, whole) = (left.clone(), whole(consent));
            Callback::from(move |()| left.set(Some(whole.clone())))
        };
        return html! {
            <div class="actions">
                <Button kind={ButtonKind::Secondary} test="consent-change" onclick={begin}>
                    { change::CHANGE.say(language) }
                </Button>
            </div>
        };
    };
    let cancel = {
        let (left, shown) = (left.clone(), shown.clone());
        Callback::from(move |()| {
            left.set(None);
            shown.set(false);
        })
    };
    let next = {
        let shown = shown.clone();
        Callback::from(move |()| shown.set(true))
    };
    let alter = {
        let (left, shown) = (left.clone(), shown.clone());
        Callback::from(move |wish: Left| {
            left.set(Some(wish));
            shown.set(false);
        })
    };
    let narrower = is_narrower(consent, &wish);
    let texts = texts(consent, &wish);
    let confirm = {
        let (run, wish, text_hash) = (action.run.clone(), wish.clone(), texts.hash());
        Callback::from(move |()| {
            let text_hash = text_hash.clone();
            run.emit(ChangeConsent { left: wish.clone(), text_hash, language: Some(language) });
        })
    };
    html! {
        <Card>
            <section class="stack" aria-labelledby="change" data-test="change">
                <h2 id="change">{ change::TITLE.say(language) }</h2>
                <p class="soft">{ change::LEAD.say(language) }</p>
                { banks(consent, &wish, &alter, language) }
                { data(consent, &wish, &alter, language) }
                { term(consent, &wish, &alter, language) }
                { presence(consent, &wish, &alter, language) }
                if !narrower {
                    <p class="soft" data-test="change-nothing">{ change::NOTHING.say(language) }</p>
                }
                if *shown && narrower {
                    { paper(&texts, language) }
                }
                if let Some(trouble) = &action.trouble {
                    <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
                }
                <div class="actions">
                    if *shown && narrower {
                        <Button test="change-confirm" busy={action.busy} onclick={confirm}>
                            { change::CONFIRM.say(language) }
                        </Button>
                    } else {
                        <Button test="change-next" disabled={!narrower} onclick={next}>
                            { change::NEXT.say(language) }
                        </Button>
                    }
                    <Button kind={ButtonKind::Secondary} test="change-cancel" disabled={action.busy} onclick={cancel}>
                        { change::CANCEL.say(language) }
                    </Button>
                </div>
            </section>
        </Card>
    }
}

/// Everything stays.
fn whole(consent: &ConsentView) -> Left {
    Left {
        data: consent.data.clone(),
        providers: consent.providers.iter().map(|it| it.bin).collect(),
        term_days: None,
        attended_only: false,
    }
}

/// The host decides; this only tells early that a choice changes nothing or leaves nothing.
fn is_narrower(consent: &ConsentView, left: &Left) -> bool {
    let same = Left { attended_only: false, ..left.clone() } == whole(consent);
    let alone = consent.unattended.is_some() && left.attended_only;
    !left.data.is_empty() && !left.providers.is_empty() && (!same || alone)
}

fn banks(consent: &ConsentView, left: &Left, alter: &Callback<Left>, language: Language) -> Html {
    if consent.providers.len() < 2 {
        return Html::default();
    }
    html! {
        <fieldset class="choices">
            <legend>{ change::BANKS.say(language) }</legend>
            for it in consent.providers.iter() {
                { choice(
                    &format!("change-bank-{}", it.bin),
                    &it.name,
                    left.providers.contains(&it.bin),
                    {
                        let (left, bin, alter) = (left.clone(), it.bin, alter.clone());
                        move |stays| alter.emit(Left {
                            providers: with(&left.providers, bin, stays),
                            ..left.clone()
                        })
                    },
                ) }
            }
        </fieldset>
    }
}

fn data(consent: &ConsentView, left: &Left, alter: &Callback<Left>, language: Language) -> Html {
    // The list of accounts is part of everything else.
    let some: Vec<Data> = consent.data.iter().copied().filter(|it| *it != Data::Accounts).collect();
    if some.is_empty() || consent.data.len() < 2 {
        return Html::default();
    }
    html! {
        <fieldset class="choices">
            <legend>{ change::DATA.say(language) }</legend>
            for it in some.into_iter() {
                { choice(
                    &format!("change-data-{}", data_name(it)),
                    data_word(it).say(language),
                    left.data.contains(&it),
                    {
                        let (left, alter) = (left.clone(), alter.clone());
                        move |stays| alter.emit(Left {
                            data: with(&left.data, it, stays),
                            ..left.clone()
                        })
                    },
                ) }
            }
        </fieldset>
    }
}

fn term(consent: &ConsentView, left: &Left, alter: &Callback<Left>, language: Language) -> Html {
    let shorter: Vec<u32> = TERMS.into_iter().filter(|it| fits(consent, *it)).collect();
    let onchange = {
        let (left, alter) = (left.clone(), alter.clone());
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let term_days = select.value().parse().ok();
            alter.emit(Left { term_days, ..left.clone() });
        })
    };
    html! {
        <div class="field">
            <label for="change-term">{ change::TERM.say(language) }</label>
            <select id="change-term" data-test="change-term" {onchange}>
                <option value="" selected={left.term_days.is_none()}>{ change::TERM_AS_IT_IS.say(language) }</option>
                for it in shorter.into_iter() {
                    <option value={it.to_string()} selected={left.term_days == Some(it)}>
                        { moment::days(it, language) }
                    </option>
                }
            </select>
        </div>
    }
}

#[expect(clippy::cast_precision_loss, reason = "epoch milliseconds fit")]
fn fits(consent: &ConsentView, days: u32) -> bool {
    consent
        .expires_at
        .is_none_or(|end| now_ms() + f64::from(days) * DAY_MS < end.timestamp_millis() as f64)
}

fn presence(
    consent: &ConsentView,
    left: &Left,
    alter: &Callback<Left>,
    language: Language,
) -> Html {
    if consent.unattended.is_none() {
        return Html::default();
    }
    html! {
        <fieldset class="choices">
            <legend>{ change::PRESENCE.say(language) }</legend>
            { choice(
                "change-unattended",
                change::PRESENCE_STAY.say(language),
                !left.attended_only,
                {
                    let (left, alter) = (left.clone(), alter.clone());
                    move |stays: bool| alter.emit(Left { attended_only: !stays, ..left.clone() })
                },
            ) }
        </fieldset>
    }
}

fn choice(test: &str, name: &str, checked: bool, choose: impl Fn(bool) + 'static) -> Html {
    let onclick = Callback::from(move |_: MouseEvent| choose(!checked));
    html! {
        <label class="choice">
            <input type="checkbox" data-test={test.to_owned()} {checked} {onclick} />
            <span>{ name }</span>
        </label>
    }
}

fn paper(texts: &Texts, language: Language) -> Html {
    let (own, others) = match language {
        Language::Kk => (&texts.kazakh, vec![(Language::Ru, &texts.russian)]),
        Language::Ru => (&texts.russian, vec![(Language::Kk, &texts.kazakh)]),
        Language::En => {
            let both = vec![(Language::Kk, &texts.kazakh), (Language::Ru, &texts.russian)];
            (&texts.english, both)
        }
    };
    html! {
        <div class="paper" lang={language.code()} data-test="change-text">
            <h3>{ change::TEXT.say(language) }</h3>
            { paragraphs(own) }
            <details>
                <summary>{ change::OTHER_LANGUAGES.say(language) }</summary>
                for (language, text) in others.into_iter() {
                    <div lang={language.code()}>{ paragraphs(text) }</div>
                }
            </details>
        </div>
    }
}

fn paragraphs(text: &[Paragraph]) -> Html {
    html! {
        <>
            for it in text.iter() {
                <p>{ match it { Paragraph::Platform(text) | Paragraph::Consumer(text) => text } }</p>
            }
        </>
    }
}

/// Whether it is read without the client, in a few words.
pub(crate) fn mode(unattended: Option<Unattended>, language: Language) -> String {
    unattended.map_or_else(
        || change::ATTENDED_ONLY.say(language).to_owned(),
        |it| change::UNATTENDED.fill(language, &[("count", &it.reads_a_day.to_string())]),
    )
}

fn with<T: Copy + Ord>(all: &BTreeSet<T>, one: T, stays: bool) -> BTreeSet<T> {
    let mut all = all.clone();
    if stays {
        all.insert(one);
    } else {
        all.remove(&one);
    }
    all
}

fn data_name(data: Data) -> &'static str {
    match data {
        Data::Accounts => "accounts",
        Data::Balances => "balances",
        Data::Transactions => "transactions",
    }
}
