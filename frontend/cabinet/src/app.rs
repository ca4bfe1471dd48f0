//! Which page the address means.

use senim_core::agreement::RuleText;
use senim_core::id::ConsentId;
use senim_core::problem::Problem;
use senim_kit::browser::document;
use senim_kit::language::LanguageProvider;
use senim_kit::route::use_path;
use yew::prelude::*;

use crate::pages::activity::ActivityPage;
use crate::pages::agreement::AgreementPage;
use crate::pages::cabinet_time::EndedPage;
use crate::pages::consent::ConsentPage;
use crate::pages::consents::ConsentsPage;
use crate::pages::help::{AccessibilityPage, HelpPage};
use crate::pages::home::HomePage;
use crate::pages::identity::IdentityPage;
use crate::pages::open::OpenPage;
use crate::pages::passkeys::PasskeysPage;
use crate::pages::phone::PhonePage;
use crate::pages::problem::ProblemPage;
use crate::pages::proof::ProofPage;
use crate::pages::rules::{EditionPage, PrivacyPage, RulesPage};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Home,
    Identity,
    Open,
    Consents,
    Consent(ConsentId),
    /// The client was signed out.
    Ended,
    /// The client's own, as the next one.
    Agreement,
    Activity,
    Passkeys,
    Proof,
    Rules,
    Edition(RuleText, u32),
    Privacy,
    Help,
    Accessibility,
    /// A phone that does the camera step.
    Phone,
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
            ["cabinet", "ended"] => Self::Ended,
            ["cabinet", "activity"] => Self::Activity,
            ["cabinet", "passkeys"] => Self::Passkeys,
            ["cabinet", "proof"] => Self::Proof,
            ["agreement"] => Self::Rules,
            ["agreement", rule, edition] => match (RuleText::by_code(rule), edition.parse()) {
                (Some(rule), Ok(edition)) => Self::Edition(rule, edition),
                _ => Self::NotFound,
            },
            ["privacy"] => Self::Privacy,
            ["help"] => Self::Help,
            ["accessibility"] => Self::Accessibility,
            ["phone"] => Self::Phone,
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
        Page::Ended => html! { <EndedPage /> },
        Page::Activity => html! { <ActivityPage /> },
        Page::Passkeys => html! { <PasskeysPage /> },
        Page::Proof => html! { <ProofPage /> },
        Page::Rules => html! { <RulesPage /> },
        Page::Edition(rule, edition) => html! { <EditionPage key={path} {rule} {edition} /> },
        Page::Privacy => html! { <PrivacyPage /> },
        Page::Help => html! { <HelpPage /> },
        Page::Accessibility => html! { <AccessibilityPage /> },
        Page::Phone => html! { <PhonePage /> },
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
        assert_eq!(Page::of("/cabinet/ended"), Page::Ended);
        assert_eq!(Page::of("/cabinet/activity"), Page::Activity);
        assert_eq!(Page::of("/cabinet/passkeys"), Page::Passkeys);
        assert_eq!(Page::of("/cabinet/proof"), Page::Proof);
        assert_eq!(Page::of("/agreement"), Page::Rules);
        assert_eq!(Page::of("/agreement/consent/2"), Page::Edition(RuleText::Consent, 2));
        assert_eq!(Page::of("/agreement/other/2"), Page::NotFound);
        assert_eq!(Page::of("/privacy"), Page::Privacy);
        assert_eq!(Page::of("/help"), Page::Help);
        assert_eq!(Page::of("/accessibility"), Page::Accessibility);
        assert_eq!(Page::of("/phone"), Page::Phone);
        assert_eq!(Page::of("/elsewhere"), Page::NotFound);
    }
}
