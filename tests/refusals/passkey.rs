//! Passkeys: what adds none, what opens nothing, and what a session that one opened may not do.

use anyhow::Result;
use serde_json::json;

use super::Table;
use crate::client::Answer;
use crate::client::browser::Browser;
use crate::client::passkey::{Authenticator, altered};

const ASK: &str = "/api/cabinet/passkeys/challenge";
const ASK_TO_SIGN_IN: &str = "/api/cabinet/sign-in/passkey/challenge";
const SIGN_IN: &str = "/api/cabinet/sign-in/passkey";

/// `camera`: signed in to the cabinet a moment ago. Returns what opens it.
pub(super) async fn run(table: &mut Table<'_>, camera: &mut Browser<'_>) -> Result<Authenticator> {
    let origin = &table.platform.pages_url;
    let id = rand::random::<[u8; 20]>().to_vec();
    let mut device = Authenticator { id, ..Authenticator::new(origin, 1) };
    let asked = camera.post(ASK, &json!({})).await?.ok()?.body;
    let elsewhere = Authenticator { origin: "https://senim.evil.kz".to_owned(), ..device.clone() };
    let unlocked = Authenticator { flags: 0x01, ..device.clone() };
    for (name, mut wrong) in [
        ("a passkey made for a page of another site", elsewhere),
        ("a passkey made without the device's own lock", unlocked),
    ] {
        let body = wrong.add(&asked);
        table
            .row(name, "422 passkey.invalid", async || {
                camera.post("/api/cabinet/passkeys", &body).await
            })
            .await;
    }
    let body = device.add(&asked);
    for (name, expected) in [
        ("a passkey added after the camera", "200"),
        ("the same answer once more", "410 passkey.too-late"),
    ] {
        table.row(name, expected, async || camera.post("/api/cabinet/passkeys", &body).await).await;
    }
    let platform = table.platform;
    for (name, expected, mut wrong) in [
        ("a passkey that nobody added", "403 passkey.unknown", Authenticator::new(origin, 9)),
        ("another key in its place", "422 passkey.invalid", device.with_key_of(9)),
    ] {
        table
            .row(name, expected, async || shown(&mut Browser::new(platform)?, &mut wrong).await)
            .await;
    }
    let mut browser = Browser::new(platform)?;
    let asked = browser.post(ASK_TO_SIGN_IN, &json!({})).await?.ok()?.body;
    let answer = device.show(&asked);
    for (name, expected, body) in [
        ("a signature with one bit changed", "422 passkey.invalid", &altered(&answer, "signature")),
        ("the passkey's answer", "200", &answer),
        ("the same answer a second time", "410 passkey.too-late", &answer),
    ] {
        table.row(name, expected, async || browser.post(SIGN_IN, body).await).await;
    }
    for (name, path) in [
        ("a passkey's session asks for another passkey", ASK),
        ("and withdraws the consent to processing", "/api/cabinet/agreement/withdraw"),
    ] {
        table
            .row(name, "403 passkey.camera-needed", async || browser.post(path, &json!({})).await)
            .await;
    }
    table
        .row("while it reads the cabinet", "200", async || browser.get("/api/cabinet").await)
        .await;
    Ok(device)
}

/// A browser in which nobody is signed in.
pub(super) async fn shown(browser: &mut Browser<'_>, device: &mut Authenticator) -> Result<Answer> {
    let asked = browser.post(ASK_TO_SIGN_IN, &json!({})).await?.ok()?.body;
    browser.post(SIGN_IN, &device.show(&asked)).await
}
