//! Pushed authorization requests and the links made of them (RFC 9126, FAPI 2.0 §5.3.2).

use anyhow::{Context as _, Result};
use futures::future::join;
use senim_client::{Credential, Request};
use serde_json::json;

use super::Table;
use crate::client::browser::Browser;
use crate::client::jws::{Signing, random_text};
use crate::client::oauth::{OAuthClient, details, parameter};
use crate::clock;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let person = platform.person()?;
    let asked = details(&person, &[&platform.material.provider_bin]);
    let request = || client.request(&asked).request;

    table.row("a request as it should be", "201", async || client.send(&request()).await).await;
    table
        .row("an unknown client id", "401 invalid_client client.unknown", async || {
            let mut stranger = platform.consumer()?;
            "nobody".clone_into(&mut stranger.client.client_id);
            stranger.send(&stranger.request(&asked).request).await
        })
        .await;
    for (name, change) in [("without PKCE", None), ("with PKCE's plain", Some("plain"))] {
        table
            .row(name, "400 invalid_request request.malformed", async || {
                let pushed = request().without_parameter("code_challenge_method");
                client
                    .send(&match change {
                        None => pushed.without_parameter("code_challenge"),
                        Some(method) => pushed.with_parameter("code_challenge_method", method),
                    })
                    .await
            })
            .await;
    }
    table
        .row("without a certificate", "401 invalid_client client.certificate-invalid", async || {
            platform.consumer()?.over(None)?.send(&request()).await
        })
        .await;
    table
        .row("by client_id alone", "401 invalid_client client.assertion-invalid", async || {
            let mut silent = platform.consumer()?;
            silent.client.credential = Credential::TlsClientAuth;
            silent.send(&silent.request(&asked).request).await
        })
        .await;
    assertions(table, &client, &asked).await;
    table
        .row(
            "with a redirect_uri that is not registered",
            "400 invalid_request request.malformed",
            async || {
                client
                    .send(&request().with_parameter("redirect_uri", "https://example.org/back"))
                    .await
            },
        )
        .await;
    table
        .row(
            "with details that name a wrong IIN",
            "400 invalid_authorization_details iin.invalid",
            async || {
                let wrong = asked.to_string().replace(&person.iin, &wrong_check_digit(&person.iin));
                client.send(&request().with_parameter("authorization_details", &wrong)).await
            },
        )
        .await;
    table
        .row(
            "with details that name a member twice",
            "400 invalid_authorization_details request.malformed",
            async || {
                let twice = asked.to_string().replacen("\"data\"", "\"term_days\":1,\"data\"", 1);
                client.send(&request().with_parameter("authorization_details", &twice)).await
            },
        )
        .await;
    table
        .row(
            "with details that are not JSON",
            "400 invalid_authorization_details request.malformed",
            async || client.send(&request().with_parameter("authorization_details", "[{")).await,
        )
        .await;
    table
        .row("by GET", "405 method.not-allowed", async || {
            client.send(&Request::get(client.at("/par"))).await
        })
        .await;

    links(table, &client, &asked).await
}

/// Who asks is proven by an assertion that is fresh, signed as FAPI wants, and for us alone.
async fn assertions(table: &mut Table<'_>, client: &OAuthClient<'_>, asked: &serde_json::Value) {
    let platform = table.platform;
    let altered = |signing, change: &dyn Fn(&mut serde_json::Value)| {
        client.asserting(&client.request(asked).request, signing, change)
    };
    for (name, signing) in [
        ("with an unsigned assertion", Signing::Unsigned),
        ("with an assertion signed HS256", Signing::Hs256),
        ("with an assertion signed RS256", Signing::Rs256),
        ("with an assertion of another key", Signing::Stranger),
    ] {
        table
            .row(name, "401 invalid_client client.assertion-invalid", async || {
                client.send(&altered(signing, &|_| {})?).await
            })
            .await;
    }
    table
        .row(
            "with an expired assertion",
            "401 invalid_client client.assertion-invalid",
            async || {
                let past = clock::now_s() - 300;
                let expired = altered(Signing::Es256, &|it| {
                    it["iat"] = (past - 60).into();
                    it["exp"] = past.into();
                })?;
                client.send(&expired).await
            },
        )
        .await;
    table
        .row(
            "with an assertion from over 60 s ahead",
            "401 invalid_client client.assertion-invalid",
            async || {
                let ahead = clock::now_s() + 70;
                let early = altered(Signing::Es256, &|it| {
                    it["iat"] = ahead.into();
                    it["nbf"] = ahead.into();
                    it["exp"] = (ahead + 60).into();
                })?;
                client.send(&early).await
            },
        )
        .await;
    for (name, audience) in [
        ("with an assertion for the token endpoint", json!(client.at("/token"))),
        ("with an assertion for the PAR endpoint", json!(client.at("/par"))),
        ("with an assertion for the issuer as an array", json!([platform.issuer])),
        ("with an assertion for somebody else", json!("https://example.org")),
    ] {
        table
            .row(name, "401 invalid_client client.assertion-invalid", async || {
                client.send(&altered(Signing::Es256, &|it| it["aud"] = audience.clone())?).await
            })
            .await;
    }
    table
        .row(
            "with an assertion used twice",
            "401 invalid_client client.assertion-invalid",
            async || {
                let request = client.request(asked).request;
                client.send(&request).await?.ok()?;
                client.send(&request).await
            },
        )
        .await;
}

/// A link is the client's own, once, for five minutes.
async fn links(
    table: &mut Table<'_>,
    client: &OAuthClient<'_>,
    asked: &serde_json::Value,
) -> Result<()> {
    let platform = table.platform;
    let person = platform.person()?;
    table
        .row("a request_uri that nobody pushed", "400 authorization.unknown", async || {
            let uri = format!("urn:ietf:params:oauth:request_uri:{}", random_text());
            Browser::new(platform)?.open(&client.client.authorize_url(&uri)).await
        })
        .await;
    table
        .row("a request_uri of another client", "400 authorization.unknown", async || {
            let link = client.link(&client.request(asked)).await?;
            let uri = parameter(&link, "request_uri").context("no request_uri")?;
            Browser::new(platform)?
                .open(&platform.consumer_by_certificate()?.client.authorize_url(&uri))
                .await
        })
        .await;
    table
        .row("a request_uri after its time", "400 authorization.expired", async || {
            let link = client.link(&client.request(asked)).await?;
            let uri = parameter(&link, "request_uri").context("no request_uri")?;
            platform.age_authorization(&uri).await?;
            Browser::new(platform)?.open(&link).await
        })
        .await;
    // Each takes fifteen seconds before the camera: both at once.
    let [mut used, mut refused] = [(); 2].map(|()| table.part());
    let twice = used.row("a request_uri used twice", "400 authorization.used", async || {
        let link = client.link(&client.request(asked)).await?;
        Browser::new(platform)?.walk(&link, &person, true).await?;
        Browser::new(platform)?.open(&link).await
    });
    let no = refused.fact("a consent refused by the client", "access_denied", async || {
        let person = platform.world()?.register().await?;
        let request = client.request(&details(&person, &[&platform.material.provider_bin]));
        let link = client.link(&request).await?;
        let back = Browser::new(platform)?.walk(&link, &person, false).await?;
        anyhow::ensure!(
            parameter(&back, "state").as_deref() == Some(&request.state),
            "another state"
        );
        parameter(&back, "error").context("no error came back")
    });
    join(twice, no).await;
    table.append([used, refused]);
    Ok(())
}

/// The same number with its last digit off by one.
pub(super) fn wrong_check_digit(iin: &str) -> String {
    let (start, last) = iin.split_at(iin.len() - 1);
    let digit = last.parse::<u8>().unwrap_or_default();
    format!("{start}{}", (digit + 1) % 10)
}
