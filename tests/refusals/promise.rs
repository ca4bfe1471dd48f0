//! What a node promises with its answer: kept by the log, shown to the consumer it was made to, and to nobody else.

use std::time::Duration;

use anyhow::{Context as _, Result};
use senim_channel::{PeerCertificate, verify};
use senim_client::Request;
use senim_core::id::UseId;
use senim_core::jose::Jws;
use senim_core::journal::Record;
use senim_core::log::policy::Policy;
use senim_core::log::receipt;
use senim_core::usage::promise::{PROMISE, Promise, TYPE, USE};

use super::Table;
use crate::client::Answer;
use crate::client::oauth::details;
use crate::clock;

/// From the answer to the published log.
const KEPT_MAX: Duration = Duration::from_secs(20);

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let asked = details(&platform.person()?, &[&platform.material.provider_bin]);
    let tokens = client.tokens(&platform.person()?, &asked).await?;
    let node = PeerCertificate::from_file(&platform.material.node.certificate)?;
    let node_key = node.key.context("a key")?;

    // An answer and a refusal under the same consent: both are uses.
    for (name, path, status) in [
        ("a read's promise is kept by the log", "/accounts", 200),
        ("a refusal's promise as well", "/accounts/strange/balances", 404),
    ] {
        let asking = async || {
            let sent = client.client.send(&client.reading(&tokens.access, path)).await?;
            let (id, promise) = (sent.header(USE).context(USE)?, sent.header(PROMISE));
            let promise = promise.context(PROMISE)?;
            let jws = Jws::parse(promise)?;
            anyhow::ensure!(jws.is_type(TYPE) && jws.header.kid.as_ref() == Some(&node.thumbprint));
            let genuine = verify(&node_key, jws.header.algorithm, jws.signed, &jws.signature);
            anyhow::ensure!(genuine, "the node did not sign it");
            let promise: Promise = jws.claims()?;
            anyhow::ensure!(promise.id.to_string() == id && promise.status == sent.status.as_u16());
            let policy = reqwest::get(format!("{}/log/policy", platform.pages_url)).await?;
            let policy: Policy = policy.text().await?.parse()?;
            let shown = clock::until("the receipt", KEPT_MAX, async || {
                let answer = client.send(&receipt_of(&client.at(""), id)).await?.ok()?;
                Ok(receipt::verify(&answer.text, &policy)?)
            })
            .await?;
            anyhow::ensure!(!shown.trusted.witnessed.is_empty(), "no witness has seen it");
            let record = Record::decode(&shown.record)?;
            anyhow::ensure!(promise.is_kept_by(&record), "the log has {}", shown.record);
            Ok(format!("{}", promise.status))
        };
        table.fact(name, &status.to_string(), asking).await;
    }

    let sent = client.client.send(&client.reading(&tokens.access, "/accounts")).await?;
    let id = sent.header(USE).context(USE)?.to_owned();
    let base = client.at("");
    clock::until("the receipt", KEPT_MAX, async || {
        client.send(&receipt_of(&base, &id)).await?.ok()
    })
    .await?;
    let another = platform.consumer()?.over(Some(&platform.material.another))?;
    table
        .row("another participant asks for the receipt", "404 not-found", async || {
            another.send(&receipt_of(&base, &id)).await
        })
        .await;
    for (name, unknown) in
        [("a use that never was", UseId(7).to_string()), ("no use at all", "use_7".to_owned())]
    {
        table
            .row(name, "404 not-found", async || client.send(&receipt_of(&base, &unknown)).await)
            .await;
    }
    table
        .row("without a certificate", "401 client.certificate-invalid", async || {
            let nobody = platform.consumer()?.over(None)?;
            nobody.send(&receipt_of(&base, &id)).await
        })
        .await;
    // A refusal before anybody is known leaves no use, and promises nothing.
    let refused = client.client.send(&Request::get(client.edge("/accounts"))).await?;
    let promised = refused.header(PROMISE).is_some();
    let known = Answer::from(refused).told();
    table
        .fact(
            "a known consumer without a token is a use as well",
            "401 token.missing true",
            async || Ok(format!("{known} {promised}")),
        )
        .await;
    Ok(())
}

fn receipt_of(base: &str, id: &str) -> Request {
    Request::get(format!("{base}/uses/{id}/receipt"))
}
