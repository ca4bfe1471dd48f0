//! The host is killed in mid-session: the client goes on after the restart, and nothing is lost.

use anyhow::{Context as _, Result};

use super::Table;
use crate::client::browser::Browser;
use crate::client::oauth::{Tokens, details};

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let person = platform.person()?;
    let asked = details(&person, &[&platform.material.provider_bin]);
    let before = client.tokens(&person, &asked).await?;
    let request = client.request(&other_purpose(&asked));
    let link = client.link(&request).await?;
    let mut browser = Browser::new(platform)?;

    browser.to_camera(&link, &person).await?;
    platform.kill_host().await?;
    table
        .fact("killed at the camera: the session stands there", "liveness", async || {
            step(&browser).await
        })
        .await;
    let messages = platform.world()?.codes(&person.phone).await?.len();
    browser.show_face().await?;
    let code = platform.world()?.code_after(&person.phone, messages).await?;
    platform.kill_host().await?;
    table
        .fact("killed after the message: the code still fits", "consent", async || {
            let answer = browser.enter_code(&code).await?.ok()?;
            answer.body["step"].as_str().map(str::to_owned).context("no step")
        })
        .await;
    platform.kill_host().await?;
    let answer = browser.answer_consent(true).await?.ok()?;
    let back = answer.body["redirect"].as_str().context("no redirect")?.to_owned();
    platform.kill_host().await?;
    let code = client.code(&request, &back)?;
    let traded = client.trade(&code, &request.verifier).await?;
    table
        .row("killed before the code is traded: it still is", "200", async || Ok(traded.clone()))
        .await;
    let after = Tokens::read(&traded.ok()?)?;
    table
        .row("and the new token reads", "200", async || {
            platform.until_answered(&client, &after).await
        })
        .await;
    table
        .row("as does one from before", "200", async || {
            platform.until_answered(&client, &before).await
        })
        .await;
    Ok(())
}

async fn step(browser: &Browser<'_>) -> Result<String> {
    let view = browser.get("/api/identity").await?.ok()?;
    view.body["step"].as_str().map(str::to_owned).context("no step")
}

/// A consent for the same purpose would take the older one's place.
fn other_purpose(asked: &serde_json::Value) -> serde_json::Value {
    let mut other = asked.clone();
    other[0]["purpose"]["code"] = "budget-advice".into();
    other
}
