//! A participant without standing gets no token and no data (OAPI-5), until it is resumed.

use anyhow::Result;

use super::Table;
use crate::client::console::Console;
use crate::client::oauth::details;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let person = platform.person()?;
    let asked = details(&person, &[&platform.material.provider_bin]);
    let tokens = client.tokens(&person, &asked).await?;
    let console = Console::sign_in(platform).await?;
    let consumer = platform.material.consumer_bin.as_str();

    console.suspend(consumer).await?.ok()?;
    table
        .row(
            "a suspended participant at PAR",
            "403 unauthorized_client participant.suspended",
            async || client.send(&client.request(&asked).request).await,
        )
        .await;
    table
        .row(
            "a suspended participant at the token endpoint",
            "403 unauthorized_client participant.suspended",
            async || client.refresh(&tokens.refresh).await,
        )
        .await;
    table
        .row("a suspended participant at the edge", "403 participant.suspended", async || {
            platform.until_refused(&client, &tokens).await
        })
        .await;
    table
        .row("suspended a second time", "409 participant.standing", async || {
            console.suspend(consumer).await
        })
        .await;
    console.resume(consumer).await?.ok()?;
    table
        .row("resumed: the same token", "200", async || {
            platform.until_answered(&client, &tokens).await
        })
        .await;

    let provider = platform.material.provider_bin.as_str();
    console.suspend(provider).await?.ok()?;
    table
        .row("a suspended provider", "403 provider.not-standing", async || {
            platform.until_refused(&client, &tokens).await
        })
        .await;
    console.resume(provider).await?.ok()?;
    table
        .row("resumed: its accounts", "200", async || {
            platform.until_answered(&client, &tokens).await
        })
        .await;
    table
        .row("the console without signing in", "401 signed-out", async || {
            crate::client::send(
                platform.http()?.get(format!("{}/api/console/participants", platform.pages_url)),
            )
            .await
        })
        .await;
    table
        .row("the console's code used twice", "401 operator.sign-in", async || {
            Console::replay(platform).await
        })
        .await;
    Ok(())
}
