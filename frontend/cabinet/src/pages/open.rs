//! Where a bank's link leads: opens the session of the request, once this page runs. Whatever only reads the link, as
//! scanners and previews do, opens nothing.

use senim_core::identity::view::{IdentityView, OpenSession};
use senim_core::problem::Problem;
use senim_kit::api::{self, Trouble};
use senim_kit::components::{Button, ButtonKind, Card, Frame, Notice, Spinner, Tone};
use senim_kit::language::use_language;
use senim_kit::route;
use senim_kit::words::common;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::words::identity;

#[function_component]
pub(crate) fn OpenPage() -> Html {
    let language = use_language();
    let trouble = use_state(|| None::<Trouble>);
    let open = {
        let trouble = trouble.setter();
        Callback::from(move |take_over: bool| {
            let trouble = trouble.clone();
            trouble.set(None);
            spawn_local(async move {
                let [client_id, request_uri] = ["client_id", "request_uri"].map(route::parameter);
                let asked = OpenSession { client_id, request_uri, take_over };
                match api::post::<IdentityView>("/api/identity/open", &asked).await {
                    Ok(_) => route::replace("/identity"),
                    Err(error) => trouble.set(Some(error)),
                }
            });
        })
    };
    {
        let open = open.clone();
        use_effect_with((), move |()| open.emit(false));
    }
    let again = |take_over: bool| {
        let open = open.clone();
        Callback::from(move |()| open.emit(take_over))
    };
    let page = match &*trouble {
        None => html! { <Card><Spinner /></Card> },
        Some(Trouble::Refused(refused))
            if refused.code == Problem::IdentityOpenElsewhere.code() =>
        {
            html! {
                <Card>
                    <h1 data-test="open-elsewhere">{ identity::ELSEWHERE_TITLE.say(language) }</h1>
                    <p>{ identity::ELSEWHERE_TEXT.say(language) }</p>
                    <div class="actions">
                        <Button test="take-over" onclick={again(true)}>
                            { identity::ELSEWHERE_TAKE.say(language) }
                        </Button>
                    </div>
                </Card>
            }
        }
        Some(trouble) => html! {
            <Notice tone={Tone::Bad} test="trouble">
                <p>{ trouble.sentence(language) }</p>
                <Button kind={ButtonKind::Quiet} test="retry" onclick={again(false)}>
                    { common::TRY_AGAIN.say(language) }
                </Button>
            </Notice>
        },
    };
    html! { <Frame title={identity::PAGE.say(language)} home="/">{ page }</Frame> }
}
