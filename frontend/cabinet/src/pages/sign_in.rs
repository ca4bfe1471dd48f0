//! The way into the cabinet: opens an identity session that ends there.

use senim_core::identity::view::IdentityView;
use senim_kit::api::{self, Trouble};
use senim_kit::components::{Button, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::route;
use senim_kit::words::cabinet;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[function_component]
pub(crate) fn SignInButton() -> Html {
    let language = use_language();
    let busy = use_state(|| false);
    let trouble = use_state(|| None::<Trouble>);
    let onclick = {
        let (busy, trouble) = (busy.clone(), trouble.clone());
        Callback::from(move |()| {
            let (busy, trouble) = (busy.clone(), trouble.clone());
            busy.set(true);
            trouble.set(None);
            spawn_local(async move {
                match api::post::<IdentityView>("/api/cabinet/sign-in", &api::Nothing {}).await {
                    Ok(_) => route::go("/identity"),
                    Err(error) => {
                        trouble.set(Some(error));
                        busy.set(false);
                    }
                }
            });
        })
    };
    html! {
        <>
            <Button test="cabinet-sign-in" busy={*busy} {onclick}>
                { cabinet::HOME_SIGN_IN.say(language) }
            </Button>
            if let Some(trouble) = &*trouble {
                <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
            }
        </>
    }
}
