//! The identity session: whose number, whose face, how many tries (IDX-1..3).

use anyhow::{Context as _, Result};
use serde_json::json;

use super::Table;
use super::authorization::wrong_check_digit;
use crate::client::browser::{Browser, Person};
use crate::client::oauth::details;
use crate::client::{Answer, send};
use crate::pictures;
use crate::platform::Platform;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    numbers(table).await?;
    photographs(table).await?;
    checks(table).await?;
    messages(table).await?;
    codes(table).await
}

async fn numbers(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let person = platform.person()?;
    table
        .row("the agreement refused", "403 identity.agreement-refused", async || {
            let mut browser = opened(platform, &person).await?;
            browser
                .post("/api/identity/agreement", &json!({ "accept": false, "language": "en" }))
                .await
        })
        .await;
    table
        .row("an IIN with a wrong check digit", "422 iin.invalid", async || {
            let mut browser = agreed(platform, &person).await?;
            browser.confirm_iin(&wrong_check_digit(&person.iin)).await
        })
        .await;
    table
        .row("another person's IIN", "422 identity.iin-mismatch", async || {
            let mut browser = agreed(platform, &person).await?;
            browser.confirm_iin(&platform.second_person()?.iin).await
        })
        .await;
    table
        .row("an IIN that is not in the Source", "404 identity.unknown-person", async || {
            let nobody = Person { iin: platform.free_iin(), ..person.clone() };
            agreed(platform, &nobody).await?.confirm_iin(&nobody.iin).await
        })
        .await;
    table
        .row("without a session", "401 identity.no-session", async || {
            Browser::new(platform)?.get("/api/identity").await
        })
        .await;
    table
        .row("a step out of order", "409 identity.out-of-order", async || {
            opened(platform, &person).await?.enter_code("000000").await
        })
        .await;
    table
        .row("from another site, without our header", "403 forbidden", async || {
            let url = format!("{}/api/identity/agreement", platform.pages_url);
            send(platform.http()?.post(url).json(&json!({ "accept": true, "language": "en" })))
                .await
        })
        .await;
    Ok(())
}

async fn photographs(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let people = &platform.people;
    // The face of whoever registers for a test.
    let portrait = platform.second_person()?.portrait;
    let impostor = platform.material.impostor_portrait.as_str();
    let true_frames = people.frames(&portrait, 5)?;
    let mixed: Vec<_> =
        people.frames(&portrait, 2)?.into_iter().chain(people.frames(impostor, 2)?).collect();
    for (name, expected, frames) in [
        ("a photo without a face", "422 photo.no-face", pictures::nobody(5)?),
        (
            "a photo with two faces",
            "422 photo.several-faces",
            people.two_together(&portrait, impostor, 5)?,
        ),
        ("a photo of another person", "422 identity.no-match", people.frames(impostor, 5)?),
        ("another person in some of the frames", "422 identity.not-live", mixed),
        (
            "a file that is no picture",
            "422 photo.not-an-image",
            vec![b"GIF? no, just words. ".repeat(400); 3],
        ),
        (
            "a picture of 50 megapixels",
            "422 photo.too-many-pixels",
            vec![pictures::fifty_megapixels()?; 3],
        ),
        (
            "pictures of 6 MB",
            "413 photo.too-large",
            people.frames(&portrait, 3)?.into_iter().map(pictures::heavy).collect(),
        ),
        ("a single picture", "422 photo.too-few", true_frames[..1].to_vec()),
    ] {
        table
            .row(name, expected, async || {
                let person = platform.world()?.register().await?;
                at_camera(platform, &person).await?.liveness(frames).await
            })
            .await;
    }
    Ok(())
}

/// IDX-2: four checks, then fifteen minutes of nothing for this person, wherever and whenever.
async fn checks(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    // The face of whoever registers for a test.
    let portrait = platform.second_person()?.portrait;
    let person = platform.world()?.register().await?;
    let browser = at_camera(platform, &person).await?;
    let nobody = pictures::nobody(3)?;
    for check in 1..=3 {
        let answer = browser.liveness(nobody.clone()).await?;
        anyhow::ensure!(answer.told() == "422 photo.no-face", "check {check}: {}", answer.told());
    }
    table
        .row("the fourth failed check ends the session", "429 identity.blocked", async || {
            browser.liveness(nobody.clone()).await
        })
        .await;
    table
        .row("a fifth check", "410 identity.ended", async || {
            browser.liveness(platform.people.frames(&portrait, 5)?).await
        })
        .await;
    table
        .row("a check in another session of the same person", "429 identity.blocked", async || {
            blocked(platform, &person).await
        })
        .await;
    platform.kill_host().await?;
    table
        .row(
            "and after the host was killed and started again",
            "429 identity.blocked",
            async || blocked(platform, &person).await,
        )
        .await;
    let other = platform.world()?.register().await?;
    table
        .row("while another person goes on", "200", async || {
            let browser = at_camera(platform, &other).await?;
            browser.liveness(platform.people.frames(&portrait, 5)?).await
        })
        .await;
    Ok(())
}

/// IDX-3.
async fn messages(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let person = platform.world()?.register().await?;
    let mut browser = at_code(platform, &person).await?;
    table
        .row("a second message", "200", async || {
            browser.post("/api/identity/code/send", &json!({})).await
        })
        .await;
    table
        .row("a third message", "429 identity.sms-exhausted", async || {
            browser.post("/api/identity/code/send", &json!({})).await
        })
        .await;
    // The newest message comes after the answer that announced it.
    let code = platform.world()?.code_after(&person.phone, 1).await?;
    table
        .fact("and two came, not three", "2", async || {
            Ok(platform.world()?.messages(&person.phone).await?.len().to_string())
        })
        .await;
    table
        .row("the code of the second message", "200", async || browser.enter_code(&code).await)
        .await;
    Ok(())
}

async fn codes(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let person = platform.world()?.register().await?;
    let mut browser = at_code(platform, &person).await?;
    let right = platform.world()?.code_for(&person.phone).await?;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for name in ["a wrong code", "a wrong code again"] {
        table.row(name, "422 identity.code-wrong", async || browser.enter_code(wrong).await).await;
    }
    table
        .row("a third wrong code ends the session", "403 identity.too-many-codes", async || {
            browser.enter_code(wrong).await
        })
        .await;
    table
        .row("then the right one", "410 identity.ended", async || browser.enter_code(&right).await)
        .await;
    table
        .fact("and the consumer hears of it", "access_denied", async || {
            let view = browser.get("/api/identity").await?;
            let back = view.body["redirect"].as_str().context("no redirect")?;
            crate::client::oauth::parameter(back, "error").context("no error in the redirect")
        })
        .await;
    Ok(())
}

async fn opened<'a>(platform: &'a Platform, person: &Person) -> Result<Browser<'a>> {
    let client = platform.consumer()?;
    let link =
        client.link(&client.request(&details(person, &[&platform.material.provider_bin]))).await?;
    let mut browser = Browser::new(platform)?;
    let answer = browser.open(&link).await?;
    anyhow::ensure!(answer.status == 303, "/authorize answered {}", answer.told());
    Ok(browser)
}

async fn agreed<'a>(platform: &'a Platform, person: &Person) -> Result<Browser<'a>> {
    let mut browser = opened(platform, person).await?;
    browser.accept_agreement().await?.ok()?;
    Ok(browser)
}

async fn at_camera<'a>(platform: &'a Platform, person: &Person) -> Result<Browser<'a>> {
    let mut browser = agreed(platform, person).await?;
    browser.confirm_iin(&person.iin).await?.ok()?;
    Ok(browser)
}

async fn at_code<'a>(platform: &'a Platform, person: &Person) -> Result<Browser<'a>> {
    let mut browser = at_camera(platform, person).await?;
    browser.show_face(person).await?;
    Ok(browser)
}

/// Whichever step says so first.
async fn blocked(platform: &Platform, person: &Person) -> Result<Answer> {
    let mut browser = agreed(platform, person).await?;
    let answer = browser.confirm_iin(&person.iin).await?;
    if answer.status >= 400 {
        return Ok(answer);
    }
    browser.liveness(platform.people.frames(&person.portrait, 5)?).await
}
