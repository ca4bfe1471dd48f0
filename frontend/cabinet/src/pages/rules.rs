//! The texts that clients agree to, with every edition, and what is kept: open to anyone (IDX-12, OPS-8, OPS-9).

use senim_core::agreement::view::{EditionSummaryView, EditionView, RulesView};
use senim_core::agreement::{Hashes, RuleText, Texts};
use senim_core::retention::Terms;
use senim_core::retention::words as retention;
use senim_core::text::Language;
use senim_kit::browser::{focus, window};
use senim_kit::components::{Card, Frame, Notice, Spinner, Table, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::route::Link;
use yew::prelude::*;

use super::consent::fact;
use crate::words::rules;

/// `/agreement`: the user agreement in force, and all editions.
#[function_component]
pub(crate) fn RulesPage() -> Html {
    let language = use_language();
    let rules = use_resource::<RulesView>("/api/rules", None);
    // The footer's link leads to the list, which is there once it has been read.
    use_effect_with(rules.value.is_some(), |&read| {
        if read && window().location().hash().is_ok_and(|it| it == "#editions") {
            focus("#editions");
        }
    });
    let page = match (&rules.value, &rules.trouble) {
        (Some(view), _) => {
            let current = view.editions.iter().find(|it| it.rule == RuleText::UserAgreement);
            html! {
                <>
                    if let Some(current) = current {
                        <EditionPaper rule={current.rule} edition={current.edition} />
                    }
                    { editions(&view.editions, language) }
                </>
            }
        }
        (None, Some(trouble)) => {
            html! { <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice> }
        }
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <Frame title={rules::AGREEMENT.say(language)} home="/">
            <h1>{ rules::AGREEMENT.say(language) }</h1>
            { page }
        </Frame>
    }
}

#[derive(Clone, Copy, Properties, PartialEq)]
pub(crate) struct EditionProps {
    pub rule: RuleText,
    pub edition: u32,
}

/// `/agreement/{rule}/{edition}`.
#[function_component]
pub(crate) fn EditionPage(props: &EditionProps) -> Html {
    let language = use_language();
    let title = name(props.rule).say(language);
    html! {
        <Frame {title} home="/">
            <p><Link to="/agreement" test="editions-back">{ "← " }{ rules::EDITIONS.say(language) }</Link></p>
            <h1>{ title }</h1>
            <EditionPaper rule={props.rule} edition={props.edition} />
        </Frame>
    }
}

#[function_component]
fn EditionPaper(props: &EditionProps) -> Html {
    let language = use_language();
    let path = format!("/api/rules/{}/{}", props.rule.code(), props.edition);
    let edition = use_resource::<EditionView>(&path, None);
    match (&edition.value, &edition.trouble) {
        (Some(view), _) => html! {
            <Card>
                <p class="soft" data-test="edition">{ edition_line(view.edition, view.holds_from, language) }</p>
                if view.rule != RuleText::UserAgreement {
                    <p>{ rules::FORM.say(language) }</p>
                }
                { paper(&view.texts, language) }
                { hashes(&view.hashes, language) }
            </Card>
        },
        (None, Some(trouble)) => {
            html! { <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice> }
        }
        (None, None) => html! { <Spinner /> },
    }
}

/// `/privacy`: the table of what is kept.
#[function_component]
pub(crate) fn PrivacyPage() -> Html {
    let language = use_language();
    let rules = use_resource::<RulesView>("/api/rules", None);
    let page = match (&rules.value, &rules.trouble) {
        (Some(view), _) => html! { <>{ kept(view.terms, language) }</> },
        (None, Some(trouble)) => {
            html! { <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice> }
        }
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <Frame title={rules::PRIVACY.say(language)} home="/">
            <h1>{ rules::PRIVACY.say(language) }</h1>
            <p class="lead">{ rules::PRIVACY_LEAD.say(language) }</p>
            { page }
            <p>{ retention::hold(language) }</p>
            <p>{ rules::PRIVACY_BACK.say(language) }</p>
            <p><Link to="/agreement" test="to-agreement">{ rules::AGREEMENT.say(language) }</Link></p>
        </Frame>
    }
}

/// Every line of core's table, in the reader's language.
fn kept(terms: Terms, language: Language) -> Html {
    let columns =
        vec![rules::KEPT_WHAT, rules::KEPT_TERM, rules::KEPT_WHY, rules::KEPT_WHO, rules::KEPT_END];
    html! {
        <Table heads={columns} test="kept">
            for line in terms.table() {
                <tr data-test="kept-row">
                    <td data-name={rules::KEPT_WHAT.say(language)}>{ retention::kind(language, line.kind) }</td>
                    <td data-name={rules::KEPT_TERM.say(language)}>{ retention::term(language, line.term) }</td>
                    <td data-name={rules::KEPT_WHY.say(language)}>{ retention::reason(language, line.reason) }</td>
                    <td data-name={rules::KEPT_WHO.say(language)}>{ retention::seen_by(language, line.seen_by) }</td>
                    <td data-name={rules::KEPT_END.say(language)}>{ retention::end(language, line.end) }</td>
                </tr>
            }
        </Table>
    }
}

fn editions(editions: &[EditionSummaryView], language: Language) -> Html {
    html! {
        <section class="stack" aria-labelledby="editions">
            <h2 id="editions" tabindex="-1">{ rules::EDITIONS.say(language) }</h2>
            <ul data-test="editions">
                for it in editions.iter() {
                    <li key={format!("{}-{}", it.rule.code(), it.edition)}>
                        <Link to={format!("/agreement/{}/{}", it.rule.code(), it.edition)} test="edition-link">
                            { name(it.rule).say(language) }{ ": " }{ edition_line(it.edition, it.holds_from, language) }
                        </Link>
                    </li>
                }
            </ul>
        </section>
    }
}

fn name(rule: RuleText) -> senim_kit::words::Word {
    match rule {
        RuleText::UserAgreement => rules::AGREEMENT,
        RuleText::Consent => rules::CONSENT_FORM,
        RuleText::ConsentChange => rules::CHANGE_FORM,
    }
}

/// Such as `Edition 2, from 1 March 2027`.
pub(crate) fn edition_line(
    edition: u32,
    holds_from: senim_core::Timestamp,
    language: Language,
) -> String {
    let since = moment::since_day_of(holds_from, language);
    rules::EDITION.fill(language, &[("number", &edition.to_string()), ("since", &since)])
}

/// The text in the reader's language. Kazakh and Russian are agreed to, so the other one of both can be opened; English
/// says that it is a help, and both stand below it (OPS-8).
pub(crate) fn paper(texts: &Texts, language: Language) -> Html {
    let say = |it: &[String]| it.iter().map(|it| html! { <p>{ it }</p> }).collect::<Html>();
    bilingual(language, say(texts.language(language)), say(&texts.kk), say(&texts.ru))
}

/// `own`: in the reader's language.
pub(crate) fn bilingual(language: Language, own: Html, kk: Html, ru: Html) -> Html {
    let folded = |of: Language, text: Html| {
        let name = match of {
            Language::Kk => rules::IN_KAZAKH,
            Language::Ru | Language::En => rules::IN_RUSSIAN,
        };
        html! {
            <details data-test={format!("text-{}", of.code())}>
                <summary>{ name.say(language) }</summary>
                <div class="paper" lang={of.code()}>{ text }</div>
            </details>
        }
    };
    let others = match language {
        Language::Kk => html! { { folded(Language::Ru, ru) } },
        Language::Ru => html! { { folded(Language::Kk, kk) } },
        Language::En => html! { <>{ folded(Language::Kk, kk) }{ folded(Language::Ru, ru) }</> },
    };
    html! {
        <>
            if language == Language::En {
                <Notice tone={Tone::Quiet} test="help-text">{ rules::HELP.say(language) }</Notice>
            }
            <div class="paper" lang={language.code()} data-test="text">{ own }</div>
            { others }
        </>
    }
}

pub(crate) fn hashes(hashes: &Hashes, language: Language) -> Html {
    html! {
        <dl class="facts">
            { fact(rules::HASH_KK, language, html! { <span class="mono">{ &hashes.kk }</span> }) }
            { fact(rules::HASH_RU, language, html! { <span class="mono">{ &hashes.ru }</span> }) }
        </dl>
    }
}
