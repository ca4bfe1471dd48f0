//! The edge: which tokens, certificates, accounts and providers get nothing.

use anyhow::{Context as _, Result};
use senim_client::{Key, Request};
use serde_json::json;

use super::Table;
use crate::client::browser::Browser;
use crate::client::jws::{self, Signing};
use crate::client::oauth::{OAuthClient, details};
use crate::clock;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let person = platform.person()?;
    let first = platform.material.provider_bin.as_str();
    let asked = details(&person, &[first]);
    let tokens = client.tokens(&person, &asked).await?;
    let access = tokens.access.as_str();

    let accounts = client.read(&tokens, "/accounts").await?;
    table.row("a read as it should be", "200", async || Ok(accounts.clone())).await;
    table
        .row("without a token", "401 token.missing", async || {
            client.send(&Request::get(client.edge("/accounts"))).await
        })
        .await;
    table
        .row("a token that is no token", "401 token.malformed", async || {
            client.read_by("abc", "/accounts").await
        })
        .await;
    table
        .row("a token altered", "401 token.signature", async || {
            let altered =
                jws::altered(access, |claims| claims["scope"] = "accounts payments".into());
            client.read_by(&altered, "/accounts").await
        })
        .await;
    for (name, signing, expected) in [
        ("a token with alg none", Signing::Unsigned, "401 token.algorithm"),
        ("a token signed HS256", Signing::Hs256, "401 token.algorithm"),
        ("a token signed RS256", Signing::Rs256, "401 token.algorithm"),
        ("a token signed by a stranger", Signing::Stranger, "401 token.signature"),
    ] {
        table
            .row(name, expected, async || {
                let forged = jws::resigned(access, &Key::generate(), signing, |_| {});
                client.read_by(&forged, "/accounts").await
            })
            .await;
    }
    // The platform's own key signs these: nobody waits five minutes for a token to expire.
    let issuer = platform.issuer_key().await?;
    let minted = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut claims = jws::claims(access);
        change(&mut claims);
        issuer.sign(&claims)
    };
    let past = clock::now_s() - 120;
    let same = minted(&|_| {})?;
    table
        .row("a token that the test minted with the platform's key", "200", async || {
            client.read_by(&same, "/accounts").await
        })
        .await;
    for (name, expected, token) in [
        ("a token expired", "401 token.expired", minted(&|it| it["exp"] = past.into())?),
        (
            "a token of another audience",
            "401 token.audience",
            minted(&|it| it["aud"] = "https://localhost:1".into())?,
        ),
        (
            "a token of a consent expired",
            "401 consent.expired",
            minted(&|it| it["authorization_details"][0]["expires_at"] = past.into())?,
        ),
    ] {
        table.row(name, expected, async || client.read_by(&token, "/accounts").await).await;
    }

    proofs(table, &client, access).await;
    certificates(table, &client, access).await?;
    reach(table, &client, access, &accounts.body).await?;
    withdrawn(table, &client).await
}

/// DPoP (RFC 9449 §4.3).
async fn proofs(table: &mut Table<'_>, client: &OAuthClient<'_>, access: &str) {
    let good = || client.reading(access, "/accounts");

    table
        .row("a bound token without a DPoP proof", "401 dpop.missing", async || {
            client.send(&good().without_header("dpop")).await
        })
        .await;
    table
        .row("a DPoP proof used twice", "401 dpop.replayed", async || {
            let request = good();
            client.send(&request).await?.ok()?;
            client.send(&request).await
        })
        .await;
    table
        .row("a DPoP proof of another key", "401 dpop.invalid", async || {
            let url = client.edge("/accounts");
            client.send(&client.client.read(&url, access, Some(&Key::generate()))).await
        })
        .await;
    for (name, member, value) in [
        ("a DPoP proof for another method", "htm", json!("POST")),
        ("a DPoP proof for another address", "htu", json!(client.edge("/accounts/1"))),
        ("a DPoP proof for another token", "ath", json!("x")),
        ("a DPoP proof two minutes old", "iat", json!(clock::now_s() - 120)),
    ] {
        table
            .row(name, "401 dpop.invalid", async || {
                let key = client.dpop.as_ref().context("a DPoP key")?;
                let request = good();
                let proof = request.header("dpop").context("a proof")?;
                let spoilt =
                    jws::resigned(proof, key, Signing::Es256, |claims| claims[member] = value);
                client.send(&request.with_header("dpop", &spoilt)).await
            })
            .await;
    }
}

async fn certificates(table: &mut Table<'_>, client: &OAuthClient<'_>, access: &str) -> Result<()> {
    let platform = table.platform;
    table
        .fact("no certificate at all", "the handshake fails", async || {
            match platform.http()?.get(client.edge("/accounts")).send().await {
                Ok(response) => Ok(format!("answered {}", response.status())),
                Err(_) => Ok("the handshake fails".to_owned()),
            }
        })
        .await;
    table
        .row("a certificate of nobody's", "403 participant.unknown", async || {
            let stranger = OAuthClient { dpop: client.dpop.clone(), ..platform.consumer()? };
            let stranger = stranger.over(Some(&platform.material.stranger))?;
            stranger.read_by(access, "/accounts").await
        })
        .await;
    let by_certificate = platform.consumer_by_certificate()?;
    let person = platform.person()?;
    let asked = details(&person, &[&platform.material.provider_bin]);
    let bound = by_certificate.tokens(&person, &asked).await?;
    table
        .row("a token bound to a certificate, with it", "200", async || {
            by_certificate.read(&bound, "/accounts").await
        })
        .await;
    table
        .row("a token of another certificate", "401 token.binding", async || {
            let other = platform.consumer_by_certificate()?;
            let other = other.over(Some(&platform.material.consumer))?;
            other.read(&bound, "/accounts").await
        })
        .await;
    Ok(())
}

/// Within a good token: other accounts, other providers, other data.
async fn reach(
    table: &mut Table<'_>,
    client: &OAuthClient<'_>,
    access: &str,
    accounts: &serde_json::Value,
) -> Result<()> {
    let platform = table.platform;
    let person = platform.person()?;
    let second = platform.material.second_provider_bin.as_str();
    table
        .row(
            "another provider than the consent's",
            "403 consent.provider-not-covered",
            async || {
                let request = client.reading(access, "/accounts");
                client.send(&request.with_header("senim-provider", second)).await
            },
        )
        .await;
    let ids: Vec<&str> = accounts["data"]
        .as_array()
        .map(|list| list.iter().filter_map(|it| it["accountId"].as_str()).collect())
        .unwrap_or_default();
    anyhow::ensure!(ids.len() >= 2, "the first person needs two accounts at the first provider");
    let mut limited = details(&person, &[&platform.material.provider_bin]);
    limited[0]["accounts"] = json!([ids[0]]);
    limited[0]["data"] = json!(["accounts", "balances"]);
    let tokens = client.tokens(&person, &limited).await?;
    table
        .row("an account that the consent names", "200", async || {
            client.read(&tokens, &format!("/accounts/{}", ids[0])).await
        })
        .await;
    table
        .row("another account than the consent's", "403 consent.account-not-covered", async || {
            client.read(&tokens, &format!("/accounts/{}", ids[1])).await
        })
        .await;
    table
        .row(
            "another kind of data than the consent's",
            "403 consent.data-not-covered",
            async || {
                client
                    .read(
                        &tokens,
                        &format!("/accounts/{}/transactions?from=2026-10-01&to=2026-10-31", ids[0]),
                    )
                    .await
            },
        )
        .await;
    table
        .row("a parameter that the standard does not have", "400 request.malformed", async || {
            client.read_by(access, "/accounts?admin=1").await
        })
        .await;
    table
        .row("an address that the standard does not have", "404 not-found", async || {
            client.read_by(access, "/payments").await
        })
        .await;
    let both = client
        .tokens(&person, &details(&person, &[&platform.material.provider_bin, second]))
        .await?;
    table
        .row("several providers and none named", "400 provider.ambiguous", async || {
            client.read(&both, "/accounts").await
        })
        .await;
    Ok(())
}

/// The client withdraws in the cabinet: from the edge's next poll on nothing is read any more. How long that took stands in the row.
async fn withdrawn(table: &mut Table<'_>, client: &OAuthClient<'_>) -> Result<()> {
    let platform = table.platform;
    let person = platform.person()?;
    let request = client.request(&details(&person, &[&platform.material.provider_bin]));
    let link = client.link(&request).await?;
    let mut browser = Browser::new(platform)?;
    let back = browser.walk(&link, &person, true).await?;
    let code = client.code(&request, &back)?;
    let tokens =
        crate::client::oauth::Tokens::read(&client.trade(&code, &request.verifier).await?.ok()?)?;
    client.read(&tokens, "/accounts").await?.ok()?;
    browser
        .post(&format!("/api/cabinet/consents/{}/withdraw", tokens.consent), &json!({}))
        .await?
        .ok()?;
    table
        .row("a consent withdrawn", "401 consent.withdrawn", async || {
            platform.until_refused(client, &tokens).await
        })
        .await;
    table
        .row(
            "a refresh token of a consent withdrawn",
            "400 invalid_grant consent.withdrawn",
            async || client.refresh(&tokens.refresh).await,
        )
        .await;
    Ok(())
}
