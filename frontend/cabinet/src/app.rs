//! Which page the address means.

use senim_core::agreement::RuleText;
use senim_core::id::ConsentId;
use senim_core::problem::Problem;
use senim_kit::browser::document;
use senim_kit::language::LanguageProvider;
use senim_kit::route::use_path;
use yew::prelude::*;

use crate::pages::agreement::AgreementPage;
use crate::pages::consent::ConsentPage;
use crate::pages::consents::ConsentsPage;
use crate::pages::home::HomePage;
use crate::pages::identity::IdentityPage;
use crate::pages::open::OpenPage;
use crate::pages::problem::ProblemPage;
use crate::pages::rules::{EditionPage, PrivacyPage, RulesPage};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Home,
    Identity,
    Open,
    Consents,
    Consent(ConsentId),
    /// The client's own.
    Agreement,
    Rules,
    Edition(RuleText, u32),
    Privacy,
    NotFound,
}

impl Page {
    fn of(path: &str) -> Self {
        let parts: Vec<_> = path.split('/').filter(|it| !it.is_empty()).collect();
        match parts.as_slice() {
            [] => Self::Home,
            ["authorize"] => Self::Open,
            ["identity"] => Self::Identity,
            ["cabinet"] | ["cabinet", "consents"] => Self::Consents,
            ["cabinet", "agreement"] => Self::Agreement,
            ["agreement"] => Self::Rules,
            ["agreement", rule, edition] => match (RuleText::by_code(rule), edition.parse()) {
                (Some(rule), Ok(edition)) => Self::Edition(rule, edition),
                _ => Self::NotFound,
            },
            ["privacy"] => Self::Privacy,
            ["cabinet", "consents", id] => id.parse().map_or(Self::NotFound, Self::Consent),
            [..] => Self::NotFound,
        }
    }
}

#[function_component]
pub(crate) fn App() -> Html {
    let path = use_path();
    // Of the address that the browser opened; other pages of the app have none.
    let refused = use_state(|| refusal().map(|code| (path.clone(), code)));
    if let Some((_, code)) = refused.as_ref().filter(|(it, _)| *it == path) {
        let code = code.clone();
        return html! { <LanguageProvider><ProblemPage {code} /></LanguageProvider> };
    }
    let page = match Page::of(&path) {
        Page::Home => html! { <HomePage /> },
        Page::Identity => html! { <IdentityPage /> },
        Page::Open => html! { <OpenPage /> },
        Page::Consents => html! { <ConsentsPage /> },
        Page::Consent(id) => html! { <ConsentPage key={path} {id} /> },
        Page::Agreement => html! { <AgreementPage /> },
        Page::Rules => html! { <RulesPage /> },
        Page::Edition(rule, edition) => html! { <EditionPage key={path} {rule} {edition} /> },
        Page::Privacy => html! { <PrivacyPage /> },
        Page::NotFound => html! { <ProblemPage code={Problem::NotFound.code()} /> },
    };
    html! { <LanguageProvider>{ page }</LanguageProvider> }
}

/// The problem's code that the server put into the shell in place of a page.
fn refusal() -> Option<AttrValue> {
    let app = document().get_element_by_id("app")?;
    app.get_attribute("data-problem").map(AttrValue::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_page() {
        let id = "cns_000000000000000000000000000000ab";
        assert_eq!(Page::of("/"), Page::Home);
        assert_eq!(Page::of("/authorize"), Page::Open);
        assert_eq!(Page::of("/identity"), Page::Identity);
        assert_eq!(Page::of("/cabinet/"), Page::Consents);
        assert_eq!(Page::of(&format!("/cabinet/consents/{id}")), Page::Consent(ConsentId(0xab)));
        assert_eq!(Page::of("/cabinet/consents/ids_ab"), Page::NotFound);
        assert_eq!(Page::of("/cabinet/agreement"), Page::Agreement);
        assert_eq!(Page::of("/agreement"), Page::Rules);
        assert_eq!(Page::of("/agreement/consent/2"), Page::Edition(RuleText::Consent, 2));
        assert_eq!(Page::of("/agreement/other/2"), Page::NotFound);
        assert_eq!(Page::of("/privacy"), Page::Privacy);
        assert_eq!(Page::of("/elsewhere"), Page::NotFound);
    }
}
