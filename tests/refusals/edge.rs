//! The edge: which tokens, certificates, accounts and providers get nothing.

use anyhow::{Context as _, Result};
use senim_client::{Key, Request};
use senim_core::consent::change::{Left, texts};
use senim_core::consent::view::ConsentDetailsView;
use senim_core::id::Bin;
use serde_json::json;

use super::Table;
use crate::client::browser::Browser;
use crate::client::jws::{self, Signing};
use crate::client::oauth::{OAuthClient, Tokens, details};
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
    unattended(table, &client, access).await;
    certificates(table, &client, access).await?;
    reach(table, &client, access, &accounts.body).await?;
    ended(table, &client).await
}

/// Reading without the client (OAPI-25): the token's consent does not cover it.
async fn unattended(table: &mut Table<'_>, client: &OAuthClient<'_>, access: &str) {
    let alone = || client.unattended(access, "/accounts");
    table
        .row("a read without the client", "403 consent.unattended-not-covered", async || {
            client.send(&alone()).await
        })
        .await;
    for (name, header, value) in [
        ("an address of a client without a sign-in", "x-fapi-customer-ip-address", "192.0.2.7"),
        ("a sign-in without an address", "x-fapi-auth-date", "Fri, 15 Jan 2027 08:00:00 GMT"),
    ] {
        table
            .row(name, "400 request.malformed", async || {
                client.send(&alone().with_header(header, value)).await
            })
            .await;
    }
    for (name, header, value) in [
        ("an address that is none", "x-fapi-customer-ip-address", "the client's"),
        ("a sign-in years ago", "x-fapi-auth-date", "Tue, 15 Jan 2019 08:00:00 GMT"),
    ] {
        table
            .row(name, "400 request.malformed", async || {
                client.send(&client.reading(access, "/accounts").with_header(header, value)).await
            })
            .await;
    }
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
    for (name, nonce) in [
        ("a DPoP proof without the node's nonce", serde_json::Value::Null),
        ("a DPoP proof with another node's nonce", json!("another")),
    ] {
        table
            .row(name, "401 dpop.nonce-needed", async || {
                let key = client.dpop.as_ref().context("a DPoP key")?;
                let request = good();
                let proof = request.header("dpop").context("a proof")?;
                let made = |claims: &mut serde_json::Value| claims["nonce"] = nonce;
                let spoilt = jws::resigned(proof, key, Signing::Es256, made);
                client.send(&request.with_header("dpop", &spoilt)).await
            })
            .await;
    }
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
    table
        .row("another purpose than the consent's", "403 consent.purpose-not-covered", async || {
            let request = client.reading(access, "/accounts");
            client.send(&request.with_header("senim-purpose", "credit-decision")).await
        })
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

/// The client takes one of two banks out of the consent, then withdraws what is left: from the edge's next poll on nothing of it
/// is read any more. How long that took stands in the row.
async fn ended(table: &mut Table<'_>, client: &OAuthClient<'_>) -> Result<()> {
    let platform = table.platform;
    let person = platform.person()?;
    let (stays, goes) = (&platform.material.provider_bin, &platform.material.second_provider_bin);
    let mut asked = details(&person, &[stays, goes]);
    asked[0]["unattended"] = json!({ "reads_a_day": 2 });
    let request = client.request(&asked);
    let link = client.link(&request).await?;
    let mut browser = Browser::new(platform)?;
    let back = browser.walk(&link, &person, true).await?;
    let code = client.code(&request, &back)?;
    let tokens = Tokens::read(&client.trade(&code, &request.verifier).await?.ok()?)?;
    let from = async |tokens: &Tokens, bank: &str| {
        let request = client.reading(&tokens.access, "/accounts");
        client.send(&request.with_header("senim-provider", bank)).await
    };
    for bank in [stays, goes] {
        from(&tokens, bank).await?.ok()?;
    }
    let again =
        || client.unattended(&tokens.access, "/accounts").with_header("senim-provider", stays);
    for _ in 0..2 {
        client.send(&again()).await?.ok()?;
    }
    table
        .row(
            "a third read of two a day without the client",
            "429 consent.frequency-exceeded",
            async || client.send(&again()).await,
        )
        .await;

    let left: Bin = stays.parse()?;
    let tokens = narrowed(table, client, (&mut browser, tokens), left).await?;
    table
        .row("the bank that stays in a consent changed", "200", async || from(&tokens, stays).await)
        .await;
    table
        .row("the bank that the client took out", "403 consent.provider-not-covered", async || {
            from(&tokens, goes).await
        })
        .await;
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

/// The client leaves one bank of the consent; the tokens for what is left.
async fn narrowed(
    table: &mut Table<'_>,
    client: &OAuthClient<'_>,
    (browser, tokens): (&mut Browser<'_>, Tokens),
    bank: Bin,
) -> Result<Tokens> {
    let platform = table.platform;
    let path = format!("/api/cabinet/consents/{}", tokens.consent);
    let view: ConsentDetailsView = serde_json::from_value(browser.get(&path).await?.ok()?.body)?;
    let left = Left {
        data: view.consent.data.clone(),
        providers: [bank].into(),
        term_days: None,
        attended_only: false,
    };
    let change =
        |left: &Left| json!({ "left": left, "text_hash": texts(&view.consent, left).hash() });
    let path = format!("{path}/change");
    let longer = Left { term_days: Some(3650), ..left.clone() };
    for (name, expected, body) in [
        ("a change to more of a consent", "422 consent.not-narrower", change(&longer)),
        (
            "a change whose text nobody read",
            "409 consent.text-changed",
            json!({ "left": left, "text_hash": "x" }),
        ),
    ] {
        table.row(name, expected, async || browser.post(&path, &body).await).await;
    }
    browser.post(&path, &change(&left)).await?.ok()?;
    table
        .row("an access token of a consent changed", "401 consent.changed", async || {
            platform.until_problem(client, &tokens, "consent.changed").await
        })
        .await;
    let refreshed = client.refresh(&tokens.refresh).await?.ok()?;
    let consent = refreshed.body["authorization_details"][0]["consent_id"].as_str();
    Ok(Tokens {
        access: refreshed.body["access_token"].as_str().context("no access_token")?.to_owned(),
        refresh: tokens.refresh,
        consent: consent.context("no consent_id")?.to_owned(),
    })
}
