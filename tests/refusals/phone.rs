//! The camera step on a phone: what a link, a number and a phone's cookie are good for.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::Table;
use super::identity::{agreed, at_camera};
use crate::client::browser::Browser;
use crate::frames;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let person = platform.person()?;
    let wishes = serde_json::to_value(frames::WISHES)?;
    table
        .row("a link to a phone that nobody made", "410 identity.phone-link", async || {
            let secret = json!({ "secret": "x" });
            Browser::new(platform)?.post("/api/identity/phone/open", &secret).await
        })
        .await;
    table
        .row("a link to a phone before the camera step", "409 identity.out-of-order", async || {
            let mut browser = agreed(platform, &person).await?;
            browser.post("/api/identity/phone", &json!({})).await
        })
        .await;
    let mut first = at_camera(platform, &person).await?;
    let link = first.post("/api/identity/phone", &json!({})).await?.ok()?;
    let secret = link.body["address"].as_str().and_then(|it| it.split_once('#'));
    let (_, secret) = secret.context("a link with its secret in the fragment")?;
    platform.secrets.add("link to a phone", secret);
    let secret = json!({ "secret": secret });
    let mut phone = Browser::new(platform)?;
    let opened = phone.post("/api/identity/phone/open", &secret).await?.ok()?;
    table
        .row("the same link a second time", "410 identity.phone-link", async || {
            Browser::new(platform)?.post("/api/identity/phone/open", &secret).await
        })
        .await;
    table
        .row(
            "a phone whose number is not confirmed",
            "403 identity.phone-camera-only",
            async || phone.post("/api/identity/liveness/challenge", &wishes).await,
        )
        .await;
    table
        .row("a number that no phone shows", "409 identity.phone-number", async || {
            let compared = json!({ "number": 1, "same": true });
            first.post("/api/identity/phone/confirm", &compared).await
        })
        .await;
    let compared = json!({ "number": opened.body["number"], "same": true });
    first.post("/api/identity/phone/confirm", &compared).await?.ok()?;
    table
        .row("a phone that does more than its step", "403 identity.phone-camera-only", async || {
            phone.post("/api/identity/abandon", &json!({})).await
        })
        .await;
    table
        .row(
            "the camera of the first device meanwhile",
            "409 identity.phone-has-camera",
            async || first.post("/api/identity/liveness/challenge", &wishes).await,
        )
        .await;
    table
        .row("the camera step taken back", "200", async || {
            first.post("/api/identity/phone/take-back", &json!({})).await
        })
        .await;
    for _ in 0..4 {
        first.post("/api/identity/phone", &json!({})).await?.ok()?;
    }
    table
        .row("a sixth link", "429 identity.phone-links-exhausted", async || {
            first.post("/api/identity/phone", &json!({})).await
        })
        .await;
    first.post("/api/identity/abandon", &json!({})).await?.ok()?;
    table
        .row("staying in a session that has ended", "410 identity.ended", async || {
            first.post("/api/identity/stay", &json!({})).await
        })
        .await;
    Ok(())
}
