//! Who is signed in, and which page the address means.

use senim_core::operator::view::OperatorView;
use senim_core::text::Language;
use senim_kit::api::{self, Trouble};
use senim_kit::components::{Button, ButtonKind, Frame, NotFound, Notice, Spinner, Tone};
use senim_kit::language::{LanguageProvider, use_language};
use senim_kit::resource::use_resource;
use senim_kit::route::{self, Link, use_path};
use senim_kit::words::{Word, common};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::pages::journal::JournalPage;
use crate::pages::notices::NoticesPage;
use crate::pages::overview::OverviewPage;
use crate::pages::sign_in::SignInPage;
use crate::words;

#[function_component]
pub(crate) fn App() -> Html {
    html! { <LanguageProvider><Console /></LanguageProvider> }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Overview,
    Journal,
    Notices,
    NotFound,
}

impl Page {
    fn of(path: &str) -> Self {
        let parts: Vec<_> = path.split('/').filter(|it| !it.is_empty()).collect();
        match parts.as_slice() {
            ["console"] => Self::Overview,
            ["console", "journal"] => Self::Journal,
            ["console", "notices"] => Self::Notices,
            [..] => Self::NotFound,
        }
    }

    /// As the browser's tab tells it.
    fn title(self) -> Word {
        match self {
            Self::Overview => words::PAGE,
            Self::Journal => words::JOURNAL,
            Self::Notices => words::NOTICES,
            Self::NotFound => common::NOT_FOUND_TITLE,
        }
    }

    fn show(self, onsignedout: Callback<()>) -> Html {
        match self {
            Self::Overview => html! { <OverviewPage {onsignedout} /> },
            Self::Journal => html! { <JournalPage {onsignedout} /> },
            Self::Notices => html! { <NoticesPage {onsignedout} /> },
            Self::NotFound => html! { <NotFound home="/console" /> },
        }
    }
}

/// Pages say `onsignedout` when an answer shows that the session is over.
#[function_component]
fn Console() -> Html {
    let language = use_language();
    let me = use_resource::<OperatorView>("/api/console/me", None);
    let page = Page::of(&use_path());
    let onsignedout = {
        let reload = me.reload.clone();
        Callback::from(move |()| reload.emit(()))
    };
    let (shown, operator) = match (&me.value, &me.trouble) {
        (_, Some(trouble)) if trouble.signed_out() => {
            (html! { <SignInPage onsignedin={me.replace.clone()} /> }, None)
        }
        (Some(operator), _) => (page.show(onsignedout), Some(operator.clone())),
        (None, Some(trouble)) => (troubled(trouble, &me.reload, language), None),
        (None, None) => (html! { <Spinner /> }, None),
    };
    let title = page.title();
    // Until it is known who is there the head keeps its height.
    let waits = me.value.is_none() && me.trouble.is_none();
    let shows = waits || operator.is_some();
    let navigation =
        if shows { navigation(operator.as_deref(), page, language) } else { Html::default() };
    html! {
        <Frame title={title.say(language)} home="/console" wide=true {navigation}>{ shown }</Frame>
    }
}

fn troubled(trouble: &Trouble, reload: &Callback<()>, language: Language) -> Html {
    html! {
        <Notice tone={Tone::Bad}>
            <p>{ trouble.sentence(language) }</p>
            <Button kind={ButtonKind::Quiet} test="retry" onclick={reload.clone()}>
                { common::TRY_AGAIN.say(language) }
            </Button>
        </Notice>
    }
}

fn navigation(operator: Option<&OperatorView>, page: Page, language: Language) -> Html {
    let sign_out = Callback::from(|_| {
        spawn_local(async {
            // Whatever came of it, the page loaded anew tells how things stand.
            let _ = api::tell("/api/console/sign-out").await;
            route::leave("/console");
        });
    });
    html! {
        <nav class="navigation">
            <Link to="/console" test="nav-overview" current={page == Page::Overview}>{ words::OVERVIEW.say(language) }</Link>
            <Link to="/console/journal" test="nav-journal" current={page == Page::Journal}>{ words::JOURNAL.say(language) }</Link>
            <Link to="/console/notices" test="nav-notices" current={page == Page::Notices}>{ words::NOTICES.say(language) }</Link>
            if let Some(operator) = operator {
                <button type="button" data-test="sign-out" onclick={sign_out}>
                    { common::SIGN_OUT.say(language) }{ " · " }{ &operator.name }
                </button>
            }
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_page() {
        assert_eq!(Page::of("/console"), Page::Overview);
        assert_eq!(Page::of("/console/journal"), Page::Journal);
        assert_eq!(Page::of("/console/notices"), Page::Notices);
        assert_eq!(Page::of("/console/journals"), Page::NotFound);
        assert_eq!(Page::of("/console/journal/7"), Page::NotFound);
    }
}
