//! Who is signed in, and which page the address means.

use std::rc::Rc;

use senim_core::operator::view::OperatorView;
use senim_core::text::Language;
use senim_kit::api::{self, Trouble};
use senim_kit::components::{Button, ButtonKind, Frame, Notice, Spinner, Tone};
use senim_kit::language::{LanguageProvider, use_language};
use senim_kit::resource::use_resource;
use senim_kit::route::{self, Link, use_path};
use senim_kit::words::{common, console};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::pages::journal::JournalPage;
use crate::pages::overview::OverviewPage;
use crate::pages::sign_in::SignInPage;

#[function_component]
pub(crate) fn App() -> Html {
    html! { <LanguageProvider><Console /></LanguageProvider> }
}

/// Pages say `onsignedout` when an answer shows that the session is over.
#[function_component]
fn Console() -> Html {
    let language = use_language();
    let me = use_resource::<OperatorView>("/api/console/me", None);
    let path = use_path();
    let journal = path.starts_with("/console/journal");
    let onsignedout = {
        let reload = me.reload.clone();
        Callback::from(move |()| reload.emit(()))
    };
    let (page, operator) = match (&me.value, &me.trouble) {
        (_, Some(trouble)) if trouble.signed_out() => {
            (html! { <SignInPage onsignedin={me.replace.clone()} /> }, None)
        }
        (Some(operator), _) if journal => {
            (html! { <JournalPage {onsignedout} /> }, Some(operator.clone()))
        }
        (Some(operator), _) => (html! { <OverviewPage {onsignedout} /> }, Some(operator.clone())),
        (None, Some(trouble)) => (troubled(trouble, &me.reload, language), None),
        (None, None) => (html! { <Spinner /> }, None),
    };
    let title = if journal { console::JOURNAL } else { console::PAGE };
    let navigation = operator.map(|it| navigation(&it, journal, language)).unwrap_or_default();
    html! {
        <Frame title={title.say(language)} home="/console" wide=true {navigation}>{ page }</Frame>
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

fn navigation(operator: &Rc<OperatorView>, journal: bool, language: Language) -> Html {
    let sign_out = Callback::from(|_| {
        spawn_local(async {
            // Whatever came of it, the page loaded anew tells how things stand.
            let _ = api::tell("/api/console/sign-out").await;
            route::leave("/console");
        });
    });
    html! {
        <nav class="navigation">
            <Link to="/console" test="nav-overview" current={!journal}>{ console::OVERVIEW.say(language) }</Link>
            <Link to="/console/journal" test="nav-journal" current={journal}>{ console::JOURNAL.say(language) }</Link>
            <button type="button" data-test="sign-out" onclick={sign_out}>
                { common::SIGN_OUT.say(language) }{ " · " }{ &operator.name }
            </button>
        </nav>
    }
}
