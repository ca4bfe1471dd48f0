//! What the pages of a client who has signed in share: their navigation, and what stands there once nobody is signed in.

use senim_kit::components::{Card, Frame};
use senim_kit::language::use_language;
use senim_kit::route::Link;
use senim_kit::words::{Word, common};
use yew::prelude::*;

use super::cabinet_time::CabinetTime;
use super::sign_in::SignInButton;
use crate::words::{activity, cabinet, passkey, proof, rules};

#[derive(Properties, PartialEq)]
pub(crate) struct OwnPageProps {
    pub(crate) title: Word,
    pub(crate) signed_out: bool,
    pub(crate) children: Html,
}

/// A page below the list of consents. Where nobody is signed in any more it offers signing in, whatever `children` are.
#[function_component]
pub(crate) fn OwnPage(props: &OwnPageProps) -> Html {
    let OwnPageProps { title, signed_out, children } = props;
    let language = use_language();
    let navigation = if *signed_out {
        Html::default()
    } else {
        html! { <SignOut /> }
    };
    html! {
        <Frame title={title.say(language)} home="/" {navigation}>
            <p><Link to="/cabinet" test="consents-back">{ "← " }{ cabinet::BACK_TO_LIST.say(language) }</Link></p>
            <h1 tabindex="-1">{ title.say(language) }</h1>
            if *signed_out {
                <SignedOut />
            } else {
                { children.clone() }
            }
        </Frame>
    }
}

#[function_component]
pub(crate) fn SignedOut() -> Html {
    let language = use_language();
    html! {
        <Card>
            <h1>{ cabinet::PAGE.say(language) }</h1>
            <p>{ cabinet::HOME_LEAD.say(language) }</p>
            <div class="actions"><SignInButton /></div>
            <p class="soft">{ cabinet::HOME_HOW.say(language) }</p>
        </Card>
    }
}

#[function_component]
pub(crate) fn SignOut() -> Html {
    let language = use_language();
    let onclick = Callback::from(|_| {
        wasm_bindgen_futures::spawn_local(async {
            // Whatever came of it, the start page tells how things stand.
            let _ = senim_kit::api::tell("/api/cabinet/sign-out").await;
            senim_kit::route::leave("/");
        });
    });
    html! {
        <nav class="navigation">
            <CabinetTime />
            <Link to="/cabinet" test="nav-cabinet">{ cabinet::PAGE.say(language) }</Link>
            <Link to="/cabinet/activity" test="nav-activity">{ activity::TITLE.say(language) }</Link>
            <Link to="/cabinet/proof" test="nav-proof">{ proof::TITLE.say(language) }</Link>
            <Link to="/cabinet/passkeys" test="nav-passkeys">{ passkey::TITLE.say(language) }</Link>
            <Link to="/cabinet/agreement" test="nav-agreement">{ rules::AGREEMENT.say(language) }</Link>
            <button type="button" data-test="sign-out" {onclick}>{ common::SIGN_OUT.say(language) }</button>
        </nav>
    }
}
