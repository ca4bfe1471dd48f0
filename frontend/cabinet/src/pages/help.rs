//! Help and accessibility: what holds, made from the numbers that decide it.

use senim_core::identity::session::{
    BLOCK, CHECKS_MAX, CODE_LIFETIME, CODE_TRIES_MAX, EXTENSION, EXTENSIONS_MAX, LIFETIME,
    LINK_LIFETIME, SMS_MAX, WARNING,
};
use senim_core::text::Language;
use senim_kit::components::{Card, Frame, Support};
use senim_kit::language::use_language;
use senim_kit::words::{Word, common};
use yew::prelude::*;

use crate::words::help;

#[function_component]
pub(crate) fn HelpPage() -> Html {
    let language = use_language();
    let facts = facts();
    page(
        common::HELP,
        language,
        html! {
            <>
                <p class="lead">{ help::LEAD.say(language) }</p>
                <Support />
                { for [
                    (help::WHAT_TITLE, help::WHAT),
                    (help::NEED_TITLE, help::NEED),
                    (help::TIME_TITLE, help::TIME),
                    (help::CAMERA_TITLE, help::CAMERA),
                    (help::PHONE_TITLE, help::PHONE),
                    (help::CODE_TITLE, help::CODE),
                    (help::BLOCK_TITLE, help::BLOCK),
                    (help::WITHOUT_TITLE, help::WITHOUT),
                    (help::SAFE_TITLE, help::SAFE),
                ].into_iter().map(|(title, text)| part(title, text, &facts, language)) }
            </>
        },
    )
}

#[function_component]
pub(crate) fn AccessibilityPage() -> Html {
    let language = use_language();
    let facts = facts();
    page(
        common::ACCESSIBILITY,
        language,
        html! {
            <>
                <p class="lead">{ help::ACCESS_LEAD.say(language) }</p>
                { for [
                    (help::ACCESS_PAGES_TITLE, help::ACCESS_PAGES),
                    (help::ACCESS_TIME_TITLE, help::ACCESS_TIME),
                    (help::ACCESS_CAMERA_TITLE, help::ACCESS_CAMERA),
                    (help::ACCESS_LIMITS_TITLE, help::ACCESS_LIMITS),
                ].into_iter().map(|(title, text)| part(title, text, &facts, language)) }
                <Support />
            </>
        },
    )
}

fn page(title: Word, language: Language, text: Html) -> Html {
    html! {
        <Frame title={title.say(language)} home="/">
            <h1>{ title.say(language) }</h1>
            { text }
        </Frame>
    }
}

fn part(title: Word, text: Word, facts: &[(&str, String)], language: Language) -> Html {
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html! {
        <Card>
            <h2>{ title.say(language) }</h2>
            <p>{ text.fill(language, &facts) }</p>
        </Card>
    }
}

/// Of core's rules.
fn facts() -> [(&'static str, String); 10] {
    [
        ("lifetime", LIFETIME.num_minutes().to_string()),
        ("warning", WARNING.num_minutes().to_string()),
        ("extension", EXTENSION.num_minutes().to_string()),
        ("extensions", EXTENSIONS_MAX.to_string()),
        ("checks", CHECKS_MAX.to_string()),
        ("block", BLOCK.num_minutes().to_string()),
        ("messages", SMS_MAX.to_string()),
        ("code", CODE_LIFETIME.num_minutes().to_string()),
        ("tries", CODE_TRIES_MAX.to_string()),
        ("link", LINK_LIFETIME.num_minutes().to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_on_the_page_is_filled_by_the_rules() {
        let facts = facts();
        let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for (name, word) in help::ALL {
            for language in Language::ALL {
                assert!(!word.fill(language, &facts).contains('{'), "{name}");
            }
        }
    }
}
