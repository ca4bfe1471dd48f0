//! A phone opens the link, once: it gets a cookie of its own, and a number that the first device must confirm.

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use senim_core::identity::session::{Input, NUMBERS, PhoneInput};
use senim_core::identity::view::OpenOnPhone;
use senim_core::journal::Event;
use senim_core::problem::Problem;

use crate::app::App;
use crate::caller::browser::{Browser, hash};
use crate::http::body::JsonBody;
use crate::http::cookie;
use crate::http::problem::Refusal;
use crate::identity::dialogue::{self, Device};
use crate::identity::view;
use senim_store as store;

/// `POST /api/identity/phone/open`.
#[tracing::instrument(name = "identity.phone.open", skip_all)]
pub async fn open(
    app: App,
    headers: HeaderMap,
    JsonBody(opened): JsonBody<OpenOnPhone>,
) -> Result<Response, Refusal> {
    let now = app.now();
    let browser = Browser::of(&app.config, &headers);
    let secret = app.rng.token();
    let span = u32::from(NUMBERS.end - NUMBERS.start);
    let number = NUMBERS.start + u8::try_from(app.rng.below(span)).unwrap_or_default();
    // Read first: a made-up secret costs no more than a made-up cookie.
    let link = hash(&opened.secret);
    let known = app
        .store
        .read("identity.phone.link", async |tx| {
            Ok::<_, Refusal>(store::devices::by_link(tx, &link).await?.is_some())
        })
        .await?;
    if !known {
        return Err(Problem::IdentityPhoneLink.into());
    }
    let (advanced, device) = app
        .store
        .transact("identity.phone.open", async |tx| {
            let found = store::devices::by_link(tx, &link).await?;
            let dialogue = found.ok_or(Problem::IdentityPhoneLink)?;
            let id = dialogue.id;
            // In the browser that shows it, the link is not used up.
            if let Some(browser) = &browser
                && let Some(own) = store::identity::by_secret(tx, &browser.0).await?
                && own.id == id
            {
                let same = dialogue::advance(tx, &app, own, Input::TimePassed, None, now).await?;
                return Ok((same, Device::First));
            }
            let input = Input::Phone(PhoneInput::LinkOpened { number });
            let taken = dialogue::advance(tx, &app, dialogue, input, None, now).await?;
            if taken.refused.is_none() {
                store::devices::opened(tx, id, &hash(&secret)).await?;
                dialogue::record(tx, id, Event::IdentityPhoneOpened {}, now).await?;
            }
            Ok::<_, Refusal>((taken, Device::Phone))
        })
        .await?;
    let dialogue = dialogue::settle(&app, advanced)?;
    let view = Json(view::on(&app, device, &dialogue, now));
    if device == Device::First {
        return Ok(view.into_response());
    }
    let cookie = cookie::SESSION.set(&app.config, &secret);
    Ok(([(header::SET_COOKIE, cookie)], view).into_response())
}
