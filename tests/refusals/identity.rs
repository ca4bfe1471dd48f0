//! The identity session: whose number, whose face, how many tries (IDX-1..3).

use anyhow::{Context as _, Result};
use futures::future::{join, join_all};
use futures::join;
use senim_core::id::SessionId;
use senim_core::liveness::challenge::Challenge;
use senim_world::cast;
use serde_json::json;

use super::authorization::wrong_check_digit;
use super::{Table, passkey, phone};
use crate::client::browser::{Browser, Person};
use crate::client::oauth::details;
use crate::client::world::World;
use crate::client::{Answer, send};
use crate::clock::Stopwatch;
use crate::frames;
use crate::pictures;
use crate::platform::Platform;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    numbers(table).await?;
    phone::run(table).await?;
    // Each person takes fifteen seconds before the camera: all at once.
    let [mut of_photographs, mut of_transport, mut of_messages, mut of_codes] =
        [(); 4].map(|()| table.part());
    let done = join!(
        photographs(&mut of_photographs),
        transport(&mut of_transport),
        messages(&mut of_messages),
        codes(&mut of_codes),
    );
    table.append([of_photographs, of_transport, of_messages, of_codes]);
    done.0.and(done.1).and(done.2).and(done.3)?;
    // This one kills the host.
    checks(table).await
}

async fn numbers(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let person = platform.person()?;
    table
        .row("a photo without a face, by the sample register", "422 face", async || {
            let photo = pictures::nobody(1)?.remove(0);
            World::new(platform)?.registering("+77050000000", &photo).await
        })
        .await;
    table
        .row("the agreement refused", "403 identity.agreement-refused", async || {
            let mut browser = opened(platform, &person).await?;
            browser
                .post(
                    "/api/identity/agreement",
                    &json!({ "accept": false, "edition": 1, "language": "en" }),
                )
                .await
        })
        .await;
    table
        .row("an edition that is not in force", "409 agreement.edition-changed", async || {
            let mut browser = opened(platform, &person).await?;
            browser
                .post(
                    "/api/identity/agreement",
                    &json!({ "accept": true, "edition": 4_000_000_000_u32, "language": "en" }),
                )
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
        .row("a front part before the camera", "409 identity.out-of-order", async || {
            let mut browser = opened(platform, &person).await?;
            browser.post("/api/identity/liveness/front", &json!({})).await
        })
        .await;
    table
        .row(
            "the verdict of a front part that nobody opened",
            "409 challenge.none-open",
            async || {
                let mut browser = at_camera(platform, &person).await?;
                browser
                    .post("/api/identity/liveness/front/verdict", &json!({ "said": "sent" }))
                    .await
            },
        )
        .await;
    table
        .row("another end of a front part than there is", "400 body.malformed", async || {
            let mut browser = at_camera(platform, &person).await?;
            browser.post("/api/identity/liveness/front/verdict", &json!({ "said": "passed" })).await
        })
        .await;
    table
        .row("from another site, without our header", "403 forbidden", async || {
            let url = format!("{}/api/identity/{}/agreement", platform.pages_url, SessionId(1));
            let body = json!({ "accept": true, "edition": 1, "language": "en" });
            send(platform.http()?.post(url).json(&body)).await
        })
        .await;
    Ok(())
}

/// What comes instead of a live person, or instead of frames: each ends its check.
async fn photographs(table: &mut Table<'_>) -> Result<()> {
    type Forger = fn(&Platform, &Challenge) -> Result<Vec<u8>>;
    let platform = table.platform;
    let rows: [(&str, &str, Forger); 11] = [
        ("stills of the right person", "422 identity.not-live", |platform, challenge| {
            // The register's own photo, as somebody who stole it would show it.
            let stills = platform.people.frames(cast::AINUR.photo, 9)?;
            Ok(frames::stills(challenge, &stills))
        }),
        ("stills of another person", "422 identity.not-live", |platform, challenge| {
            let stills = platform.people.frames(&platform.material.impostor_portrait, 9)?;
            Ok(frames::stills(challenge, &stills))
        }),
        ("frames without a face", "422 photo.no-face", |_, challenge| {
            Ok(frames::stills(challenge, &pictures::nobody(9)?))
        }),
        ("frames with two faces", "422 photo.several-faces", |platform, challenge| {
            let impostor = &platform.material.impostor_portrait;
            let two = platform.people.two_together(cast::AIGERIM.camera, impostor, 9)?;
            Ok(frames::stills(challenge, &two))
        }),
        ("files that are no pictures", "422 photo.not-an-image", |_, challenge| {
            Ok(frames::stills(challenge, &[b"GIF? no, just words. ".repeat(400)]))
        }),
        ("pictures of 50 megapixels", "422 photo.too-many-pixels", |_, challenge| {
            Ok(frames::single(challenge, &pictures::fifty_megapixels()?))
        }),
        ("no frames at all", "422 photo.too-few", |_, challenge| Ok(frames::empty(challenge))),
        ("ten thousand frames", "422 photo.too-many", |_, challenge| {
            Ok(frames::ten_thousand(challenge))
        }),
        ("frames out of order", "422 frames.out-of-order", |platform, challenge| {
            frames::out_of_order(&frames::genuine(&platform.people.0, challenge, 1)?)
        }),
        ("a frame exchanged on the way", "422 frames.chain-broken", |platform, challenge| {
            frames::altered(&frames::genuine(&platform.people.0, challenge, 2)?)
        }),
        ("another session's frames", "422 frames.another-session", |platform, challenge| {
            let other = Challenge::draw([9; 32], frames::WISHES, challenge.issued_at);
            frames::genuine(&platform.people.0, &other, 3)
        }),
    ];
    let asked = rows.map(|(name, expected, forged)| async move {
        let watch = Stopwatch::start();
        let asking = async {
            let person = platform.world()?.register().await?;
            let mut browser = at_camera(platform, &person).await?;
            let challenge = browser.challenge().await?;
            browser.perform(forged(platform, &challenge)?).await
        };
        let got = asking.await.map_or_else(|error| format!("{error:#}"), |it| it.told());
        (name, expected, got, watch.elapsed())
    });
    let mut living = table.part();
    let alive =
        living.row("the genuine person with another's IIN", "422 identity.no-match", async || {
            let mut browser = at_camera(platform, &platform.second_person()?).await?;
            Ok(browser.checked().await?.0)
        });
    let (asked, ()) = join(join_all(asked), alive).await;
    for (name, expected, got, took) in asked {
        table.add(name, expected, got, took);
    }
    table.append([living]);
    Ok(())
}

/// What does not arrive whole costs no check, and the same frames may come again.
async fn transport(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let person = platform.world()?.register().await?;
    let mut browser = at_camera(platform, &person).await?;
    table
        .row("frames before anything was asked", "409 challenge.none-open", async || {
            browser.send_frames(b"early".to_vec()).await
        })
        .await;
    let challenge = browser.challenge().await?;
    let mut own = browser.genuine(&challenge)?;
    for (name, expected, body) in [
        ("a body that is no pack", "400 frames.malformed", b"no pack".to_vec()),
        ("a pack cut off on the way", "400 frames.cut-off", frames::cut(&own)),
        ("a pack of 6 MB", "413 photo.too-large", frames::heavy(&own)),
    ] {
        table.row(name, expected, async || browser.send_frames(body).await).await;
    }
    table
        .row("and the whole pack after them", "200", async || {
            let answer = browser.perform(own.clone()).await?;
            if answer.told() != "422 identity.not-live" {
                return Ok(answer);
            }
            let (answer, pack) = browser.checked().await?;
            own = pack;
            Ok(answer)
        })
        .await;
    table
        .row("the same pack twice", "409 identity.out-of-order", async || {
            browser.send_frames(own).await
        })
        .await;
    Ok(())
}

/// IDX-2: four checks, then fifteen minutes of nothing for this person, wherever and whenever.
async fn checks(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let person = platform.world()?.register().await?;
    let mut browser = at_camera(platform, &person).await?;
    let nobody = pictures::nobody(3)?;
    for check in 1..=3 {
        let challenge = browser.challenge().await?;
        let answer = browser.send_frames(frames::stills(&challenge, &nobody)).await?;
        anyhow::ensure!(answer.told() == "422 photo.no-face", "check {check}: {}", answer.told());
    }
    let challenge = browser.challenge().await?;
    table
        .row("the fourth failed check ends the session", "429 identity.blocked", async || {
            browser.send_frames(frames::stills(&challenge, &nobody)).await
        })
        .await;
    table
        .row("a fifth challenge", "410 identity.ended", async || {
            let wishes = serde_json::to_value(frames::WISHES)?;
            browser.post("/api/identity/liveness/challenge", &wishes).await
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
            let mut browser = at_camera(platform, &other).await?;
            Ok(browser.checked().await?.0)
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
            Ok(platform.world()?.codes(&person.phone).await?.len().to_string())
        })
        .await;
    table
        .row("the code of the second message", "200", async || browser.enter_code(&code).await)
        .await;
    browser.answer_consent(true).await?.ok()?;
    let mut device = passkey::run(table, &mut browser).await?;
    for (name, expected) in [
        ("the consent to processing withdrawn", "200"),
        ("and withdrawn once more", "409 agreement.withdrawn"),
    ] {
        table
            .row(name, expected, async || {
                browser.post("/api/cabinet/agreement/withdraw", &json!({})).await
            })
            .await;
    }
    table
        .row("and its passkey opens nothing", "403 passkey.unknown", async || {
            passkey::shown(&mut Browser::new(platform)?, &mut device).await
        })
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
    anyhow::ensure!(answer.status == 200, "the link answered {}", answer.told());
    Ok(browser)
}

pub(super) async fn agreed<'a>(platform: &'a Platform, person: &Person) -> Result<Browser<'a>> {
    let mut browser = opened(platform, person).await?;
    browser.accept_agreement().await?.ok()?;
    Ok(browser)
}

pub(super) async fn at_camera<'a>(platform: &'a Platform, person: &Person) -> Result<Browser<'a>> {
    let mut browser = agreed(platform, person).await?;
    browser.confirm_iin(&person.iin).await?.ok()?;
    Ok(browser)
}

async fn at_code<'a>(platform: &'a Platform, person: &Person) -> Result<Browser<'a>> {
    let mut browser = at_camera(platform, person).await?;
    browser.show_face().await?;
    Ok(browser)
}

/// Whichever step says so first.
async fn blocked(platform: &Platform, person: &Person) -> Result<Answer> {
    let mut browser = agreed(platform, person).await?;
    let answer = browser.confirm_iin(&person.iin).await?;
    if answer.status >= 400 {
        return Ok(answer);
    }
    let wishes = serde_json::to_value(frames::WISHES)?;
    browser.post("/api/identity/liveness/challenge", &wishes).await
}
