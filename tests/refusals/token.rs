//! The token endpoint: codes are for one client, once, for a minute; refresh tokens for one key.

use anyhow::{Context as _, Result, anyhow};
use futures::future::{join, try_join_all};
use serde_json::json;

use super::Table;
use crate::client::browser::{Browser, Person};
use crate::client::jws::{Key, Signing, random_text};
use crate::client::oauth::{Assertion, OAuthClient, Tokens, details};
use crate::client::send;
use crate::clock;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let person = platform.person()?;
    let asked = details(&person, &[&platform.material.provider_bin]);

    let request = client.request(&asked);
    let link = client.link(&request).await?;
    let own = async {
        let back = Browser::new(platform)?.walk(&link, &person, true).await?;
        client.code(&request, &back)
    };
    // Each takes fifteen seconds before the camera: all at once.
    let (code, fresh) = join(own, try_join_all((0..4).map(|_| fresh(&client)))).await;
    let (code, fresh) = (code?, fresh?);
    let [to_verify, unverified, unproven, late] =
        fresh.try_into().map_err(|_| anyhow!("four codes"))?;

    table
        .row("a code nobody gave", "400 invalid_grant code.unknown", async || {
            client.trade(&random_text(), &request.verifier).await
        })
        .await;
    table
        .row("a code by another client", "400 invalid_grant code.unknown", async || {
            platform.consumer_by_certificate()?.trade(&code, &request.verifier).await
        })
        .await;

    // Whether the code outlives the attempts above is the host's to choose: a fresh one for each row below.
    table
        .row("a code with a wrong verifier", "400 invalid_grant code.verifier-wrong", async || {
            client.trade(&to_verify.0, &random_text().repeat(2)).await
        })
        .await;
    table
        .row("a code without a verifier", "400 invalid_request request.malformed", async || {
            let form = [
                ("grant_type", "authorization_code"),
                ("code", &unverified.0),
                ("redirect_uri", &client.redirect_uri),
            ];
            client.token(&form).await
        })
        .await;
    table
        .row(
            "an unsigned assertion at the token endpoint",
            "401 invalid_client client.assertion-invalid",
            async || {
                let mut wrong = platform.consumer()?;
                wrong.assertion_key = Some(Key::new());
                wrong.trade(&random_text(), &request.verifier).await
            },
        )
        .await;
    table
        .row(
            "without a DPoP proof where the tokens need one",
            "400 invalid_dpop_proof dpop.missing",
            async || {
                let bare =
                    OAuthClient { dpop: None, http: platform.http()?, ..platform.consumer()? };
                bare.trade(&unproven.0, &unproven.1).await
            },
        )
        .await;
    table
        .row("a code after its minute", "400 invalid_grant code.expired", async || {
            platform.age_authorization(&late.0).await?;
            client.trade(&late.0, &late.1).await
        })
        .await;
    twice(table, &client, &asked).await
}

/// What a code's first use gave, and what is left of it after the second.
async fn twice(
    table: &mut Table<'_>,
    client: &OAuthClient<'_>,
    asked: &serde_json::Value,
) -> Result<()> {
    let platform = table.platform;
    let (code, verifier) = code_of(client, &platform.person()?, asked).await?;
    let first = Tokens::read(&client.trade(&code, &verifier).await?.ok()?)?;
    table
        .row("the tokens of a code's first use", "200", async || {
            client.read(&first, "/accounts").await
        })
        .await;
    table
        .row(
            "a refresh token with another DPoP key",
            "400 invalid_grant refresh-token.invalid",
            async || {
                let other = OAuthClient { dpop: Some(Key::new()), ..platform.consumer()? };
                other.refresh(&first.refresh).await
            },
        )
        .await;
    table
        .row(
            "a refresh token by another client",
            "400 invalid_grant refresh-token.invalid",
            async || platform.consumer_by_certificate()?.refresh(&first.refresh).await,
        )
        .await;
    table
        .row("a refresh token as it should be", "200", async || {
            client.refresh(&first.refresh).await
        })
        .await;
    table
        .row("a code used twice", "400 invalid_grant code.replayed", async || {
            client.trade(&code, &verifier).await
        })
        .await;
    table
        .row("then the access token of its first use", "401 consent.withdrawn", async || {
            platform.until_refused(client, &first).await
        })
        .await;
    table
        .row(
            "then the refresh token of its first use",
            "400 invalid_grant consent.ended-by-platform",
            async || client.refresh(&first.refresh).await,
        )
        .await;
    table
        .row(
            "a grant type that we don't have",
            "400 unsupported_grant_type request.malformed",
            async || client.token(&[("grant_type", "client_credentials")]).await,
        )
        .await;
    table
        .row(
            "an assertion without a subject",
            "401 invalid_client client.assertion-invalid",
            async || {
                let now = clock::now_s();
                let key = client.assertion_key.clone().context("the consumer signs")?;
                let claims = json!({ "iss": client.client_id, "aud": platform.issuer, "iat": now,
                "exp": now + 60, "jti": random_text() });
                let assertion = Assertion { claims, signing: Signing::Es256, key };
                let form = assertion
                    .form(&[("grant_type", "refresh_token"), ("refresh_token", &first.refresh)]);
                send(client.http.post(client.at("/token")).form(&form)).await
            },
        )
        .await;
    Ok(())
}

/// A code of somebody new that nobody has traded yet, with its verifier.
async fn fresh(client: &OAuthClient<'_>) -> Result<(String, String)> {
    let platform = client.platform;
    let person = platform.world()?.register().await?;
    code_of(client, &person, &details(&person, &[&platform.material.provider_bin])).await
}

async fn code_of(
    client: &OAuthClient<'_>,
    person: &Person,
    asked: &serde_json::Value,
) -> Result<(String, String)> {
    let request = client.request(asked);
    let link = client.link(&request).await?;
    let back = Browser::new(client.platform)?.walk(&link, person, true).await?;
    Ok((client.code(&request, &back)?, request.verifier))
}
