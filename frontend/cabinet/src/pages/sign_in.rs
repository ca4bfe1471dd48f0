//! The way into the cabinet: opens an identity session that ends there.

use senim_core::identity::view::IdentityView;
use senim_kit::action::use_action;
use senim_kit::api;
use senim_kit::components::{Button, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::route;
use yew::prelude::*;

use crate::words::cabinet;

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
    html! {
        <>
            <Button test="cabinet-sign-in" busy={sign_in.busy} onclick={sign_in.run}>
                { cabinet::HOME_SIGN_IN.say(language) }
            </Button>
            if let Some(trouble) = &sign_in.trouble {
                <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
            }
        </>
    }
}
