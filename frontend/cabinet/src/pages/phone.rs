//! Where the code on another device leads: this browser does the camera step of that session, once both show one number.

use senim_core::identity::view::{IdentityView, OpenOnPhone};
use senim_kit::action::use_action;
use senim_kit::api;
use senim_kit::browser::window;
use senim_kit::components::{Button, Card, Frame, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::route;
use yew::prelude::*;

use crate::words::{identity, phone};

/// Opened by a press alone: whatever only looks at the link, as previews do, does not use it up.
#[function_component]
pub(crate) fn PhonePage() -> Html {
    let language = use_language();
    let open = use_action(
        |secret: String| async move {
            api::post::<IdentityView>("/api/identity/phone/open", &OpenOnPhone { secret }).await
        },
        |opened| {
            if opened.is_ok() {
                // The secret leaves the address with it.
                route::replace("/identity");
            }
        },
    );
    let onclick = {
        let run = open.run.clone();
        Callback::from(move |()| {
            let secret = window().location().hash().unwrap_or_default();
            run.emit(secret.trim_start_matches('#').to_owned());
        })
    };
    let title = phone::OPEN_TITLE.say(language);
    html! {
        <Frame title={format!("{title} · {}", identity::PAGE.say(language))} home="/">
            <Card>
                <h1>{ title }</h1>
                <p class="lead">{ phone::OPEN_TEXT.say(language) }</p>
                <p>{ phone::OPEN_WARN.say(language) }</p>
                if let Some(trouble) = &open.trouble {
                    <Notice tone={Tone::Bad} test="trouble">{ trouble.sentence(language) }</Notice>
                }
                <div class="actions">
                    <Button test="phone-open" busy={open.busy} {onclick}>{ phone::OPEN_GO.say(language) }</Button>
                </div>
            </Card>
        </Frame>
    }
}
