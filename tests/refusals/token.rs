//! The token endpoint: codes are for one client, once, for a minute; refresh tokens for one client.

use anyhow::{Result, anyhow};
use futures::future::{join, try_join_all};
use senim_client::{Credential, Key};

use super::Table;
use crate::client::browser::{Browser, Person};
use crate::client::jws::{Signing, random_text};
use crate::client::oauth::{OAuthClient, Tokens, details};

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
            let dpop = client.dpop.as_ref();
            let request = client.client.exchange(&unverified.0, &unverified.1, dpop);
            client.send(&request.without_parameter("code_verifier")).await
        })
        .await;
    table
        .row(
            "an unsigned assertion at the token endpoint",
            "401 invalid_client client.assertion-invalid",
            async || {
                let mut wrong = platform.consumer()?;
                wrong.client.credential = Credential::PrivateKeyJwt(Key::generate());
                wrong.trade(&random_text(), &request.verifier).await
            },
        )
        .await;
    table
        .row(
            "without a certificate at the token endpoint",
            "401 invalid_client client.certificate-invalid",
            async || {
                let bare = platform.consumer()?.over(None)?;
                bare.trade(&unproven.0, &unproven.1).await
            },
        )
        .await;
    table
        .row(
            "with a certificate that is registered for nobody",
            "401 invalid_client client.certificate-invalid",
            async || {
                let stranger = OAuthClient { dpop: None, ..platform.consumer()? };
                let stranger = stranger.over(Some(&platform.material.stranger))?;
                stranger.trade(&unproven.0, &unproven.1).await
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
        .row("a refresh token with another DPoP key of the same client", "200", async || {
            let other = OAuthClient { dpop: Some(Key::generate()), ..platform.consumer()? };
            other.refresh(&first.refresh).await
        })
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
            async || {
                let form = [("grant_type", "password")];
                client.send(&client.client.token(&form, client.dpop.as_ref())).await
            },
        )
        .await;
    table
        .row(
            "an assertion without a subject",
            "401 invalid_client client.assertion-invalid",
            async || {
                let request = client.client.refresh(&first.refresh, None);
                let without = |claims: &mut serde_json::Value| {
                    if let Some(claims) = claims.as_object_mut() {
                        claims.remove("sub");
                    }
                };
                client.send(&client.asserting(&request, Signing::Es256, without)?).await
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
