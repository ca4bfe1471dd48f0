//! The pilot's acceptance tests (OAPI-24), as far as they exist: the five that clients, consumers and providers see.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::Table;
use crate::client::browser::Browser;
use crate::client::oauth::{Tokens, details, parameter};

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let person = platform.person()?;
    let mut asked = details(&person, &[&platform.material.provider_bin]);
    asked[0]["data"] = json!(["accounts", "balances", "transactions"]);

    // No authentication, no consent: nothing is given.
    table
        .fact("7 without authentication nothing is given", "access_denied", async || {
            let mut browser = Browser::new(platform)?;
            browser.open(&client.link(&client.request(&asked)).await?).await?.ok()?;
            browser.accept_agreement().await?.ok()?;
            let left = browser.post("/api/identity/abandon", &json!({})).await?.ok()?;
            let redirect = left.body["redirect"].as_str().context("no way back")?;
            parameter(redirect, "error").context("no error came back")
        })
        .await;
    table
        .fact("7 without the client's consent nothing is given", "access_denied", async || {
            let link = client.link(&client.request(&asked)).await?;
            let back = Browser::new(platform)?.walk(&link, &person, false).await?;
            parameter(&back, "error").context("no error came back")
        })
        .await;
    table
        .row(
            "6 a participant without standing is refused by the authorization server",
            "401 invalid_client client.unknown",
            async || {
                let mut stranger = platform.consumer()?.over(Some(&platform.material.stranger))?;
                "stranger".clone_into(&mut stranger.client.client_id);
                stranger.send(&stranger.request(&asked).request).await
            },
        )
        .await;

    let request = client.request(&asked);
    let link = client.link(&request).await?;
    let mut browser = Browser::new(platform)?;
    let back = browser.walk(&link, &person, true).await?;
    let code = client.code(&request, &back)?;
    let tokens = Tokens::read(&client.trade(&code, &request.verifier).await?.ok()?)?;
    let accounts = client.read(&tokens, "/accounts").await?;
    table.row("4 the client's accounts are listed", "200", async || Ok(accounts.clone())).await;
    let id = accounts.body["data"][0]["accountId"].as_str().context("no account")?;
    table
        .row("5 the account's balance is read", "200", async || {
            client.read(&tokens, &format!("/accounts/{id}/balances")).await
        })
        .await;
    table
        .row("5 the account's transactions are read", "200", async || {
            let path = format!("/accounts/{id}/transactions?from=2026-10-01&to=2026-10-31");
            client.read(&tokens, &path).await
        })
        .await;

    let withdraw = format!("/api/cabinet/consents/{}/withdraw", tokens.consent);
    browser.post(&withdraw, &json!({})).await?.ok()?;
    table
        .row("8 after the withdrawal nothing is given", "401 consent.withdrawn", async || {
            platform.until_refused(&client, &tokens).await
        })
        .await;
    let again = client.tokens(&person, &asked).await?;
    table
        .row("8 after a new authentication and consent it is again", "200", async || {
            client.read(&again, "/accounts").await
        })
        .await;
    Ok(())
}
