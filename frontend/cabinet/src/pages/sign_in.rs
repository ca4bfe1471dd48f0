//! The ways into the cabinet: an identity session that ends there, or a passkey.

use senim_core::identity::cabinet::CabinetSessionView;
use senim_core::identity::view::IdentityView;
use senim_core::passkey::view::ShowPasskeyView;
use senim_kit::action::use_action;
use senim_kit::api::{self, Trouble};
use senim_kit::components::{Button, ButtonKind, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::route;
use yew::prelude::*;

use crate::passkey;
use crate::words::{cabinet, passkey as words};

/// With the camera, and where the browser can, with a passkey.
#[function_component]
pub(crate) fn SignInButton() -> Html {
    let language = use_language();
    let sign_in = use_action(
        |()| api::post::<IdentityView>("/api/cabinet/sign-in", &api::Nothing {}),
        |answer| {
            if answer.is_ok() {
                route::go("/identity");
            }
        },
    );
    let open = use_action(
        |()| show(),
        |answer| {
            if answer.is_ok() {
                // A page that was signed out reads nothing more by itself.
                route::leave("/cabinet");
            }
        },
    );
    html! {
        <>
            <Button test="cabinet-sign-in" busy={sign_in.busy} onclick={sign_in.run}>
                { cabinet::HOME_SIGN_IN.say(language) }
            </Button>
            if passkey::supported() {
                <Button kind={ButtonKind::Secondary} test="passkey-sign-in" busy={open.busy} onclick={open.run}>
                    { words::SIGN_IN.say(language) }
                </Button>
            }
            for trouble in sign_in.trouble.iter().chain(open.trouble.iter()) {
                <Notice tone={Tone::Bad} test="sign-in-trouble">{ trouble.sentence(language) }</Notice>
            }
        </>
    }
}

async fn show() -> Result<CabinetSessionView, Trouble> {
    let asked: ShowPasskeyView =
        api::post("/api/cabinet/sign-in/passkey/challenge", &api::Nothing {}).await?;
    api::post("/api/cabinet/sign-in/passkey", &passkey::show(&asked).await?).await
}
