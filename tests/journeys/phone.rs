//! A client at a desk without a camera, with a phone beside it: slips of the finger, the code to scan, and the way back.

use std::time::Duration;

use anyhow::{Context as _, Result};
use senim_core::problem::Problem;
use senim_world::cast;

use crate::people::Walk;
use crate::report::Report;

/// The first device looks every two seconds.
const FOLLOWED_MAX: Duration = Duration::from_secs(20);

pub(crate) async fn continues(
    report: &mut Report,
    desk: &Walk<'_>,
    phone: &Walk<'_>,
    person: &cast::Person,
) -> Option<()> {
    let (at_desk, in_hand) = (&desk.browser, &phone.browser);
    desk.step(report, "a client at a desk forgets digits of the IIN, and is told", async || {
        desk.enters_the_app(person).await?;
        desk.asks_for_accounts().await?;
        at_desk.click("agreement-accept").await?;
        at_desk.fill("iin-input", &person.iin[..9]).await?;
        at_desk.click("iin-submit").await?;
        let summary = at_desk.text("error-summary").await?;
        anyhow::ensure!(summary.contains("3 are missing"), "the summary says {summary:?}");
        let title = at_desk.run("return document.title").await?;
        let title = title.as_str().unwrap_or_default().to_owned();
        anyhow::ensure!(title.starts_with("Error: "), "the title is {title:?}");
        let focused = at_desk.run("return document.activeElement.id").await?;
        anyhow::ensure!(focused == "error-summary", "the focus is at {focused}");
        desk.picture("error").await?;
        at_desk.fill("iin-input", person.iin).await?;
        at_desk.click("iin-submit").await
    })
    .await?;
    let address = desk
        .step(report, "asks for the camera step on a phone", async || {
            at_desk.click("phone-offer").await?;
            at_desk.see("phone-code").await?;
            desk.picture("phone-code").await?;
            linked(desk).await
        })
        .await?;
    phone
        .step(report, "the phone opens the link, and both show one number", async || {
            in_hand.goto(&address).await?;
            in_hand.see("phone-open").await?;
            phone.picture("phone-open").await?;
            in_hand.click("phone-open").await?;
            let here = in_hand.text("phone-number").await?;
            phone.picture("phone-waits").await?;
            at_desk.see_within("phone-number", FOLLOWED_MAX).await?;
            let there = at_desk.text("phone-number").await?;
            anyhow::ensure!(here == there, "the phone shows {here}, the desk {there}");
            desk.picture("phone-number").await?;
            at_desk.click("phone-same").await
        })
        .await?;
    phone
        .step(report, "the face is shown to the phone's camera", async || {
            in_hand.see_within("camera-start", FOLLOWED_MAX).await?;
            at_desk.see("phone-take-back").await?;
            phone.sits_down().await?;
            match phone.is_checked("").await? {
                "phone-done" => phone.picture("phone-done").await,
                other => anyhow::bail!("{other}: {}", in_hand.text(other).await?),
            }
        })
        .await?;
    desk.step(report, "and the desk goes on by itself with the code", async || {
        at_desk.see_within("code-input", FOLLOWED_MAX).await?;
        at_desk.click("code-submit").await?;
        let summary = at_desk.text("error-summary").await?;
        anyhow::ensure!(summary.contains("Enter the code"), "the summary says {summary:?}");
        at_desk.click("abandon").await?;
        at_desk.click("abandon-confirm").await?;
        at_desk.click("failed-back").await?;
        let code = at_desk.attribute("problem", "data-code").await?;
        let expected = Problem::IdentityAbandoned.code();
        anyhow::ensure!(code.as_deref() == Some(expected), "the app was told {code:?}");
        Ok(())
    })
    .await
}

/// The link behind the code; it stands as text for who can't scan, folded away.
async fn linked(desk: &Walk<'_>) -> Result<String> {
    let text = "return document.querySelector('[data-test=phone-address]').textContent";
    let address = desk.browser.run(text).await?;
    let address = address.as_str().context("no link beside the code")?.to_owned();
    let (_, secret) = address.split_once('#').context("a secret in the fragment")?;
    desk.platform.secrets.add("link to a phone", secret);
    Ok(address)
}
