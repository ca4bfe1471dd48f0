//! A provider that fails: the answer says whose fault it is, and nothing of ours breaks.

use anyhow::Result;

use super::Table;
use crate::client::oauth::details;
use crate::client::world::Fault;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let person = platform.person()?;
    let tokens =
        client.tokens(&person, &details(&person, &[&platform.material.provider_bin])).await?;
    let world = platform.world()?;
    for (name, fault, expected) in [
        ("a provider that is down", Fault::Down, "502 provider.unreachable"),
        ("a provider that takes 30 s", Fault::Slow, "504 provider.too-slow"),
        ("a provider that answers 500", Fault::Error, "502 provider.failed"),
        ("a provider whose answer is no JSON", Fault::Malformed, "502 provider.answer-invalid"),
        (
            "a provider whose answer the standard does not allow",
            Fault::BeyondStandard,
            "502 provider.answer-invalid",
        ),
        ("a provider that answers 8 MB", Fault::Huge, "502 provider.answer-invalid"),
    ] {
        world.fault(fault).await?;
        table
            .row(name, expected, async || {
                let answer = client.read(&tokens, "/accounts").await?;
                anyhow::ensure!(
                    answer.body["fault"] == "provider",
                    "the problem does not say whose fault it is"
                );
                Ok(answer)
            })
            .await;
        world.fault(Fault::None).await?;
    }
    table
        .row("and when it has recovered", "200", async || client.read(&tokens, "/accounts").await)
        .await;
    Ok(())
}
