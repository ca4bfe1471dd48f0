//! Requests for authentication and the userinfo endpoint (OpenID Connect Core §3.1.2, §5.3).

use anyhow::{Context as _, Result};
use futures::future::join;
use senim_client::{Key, Request};
use serde_json::json;

use super::Table;
use crate::client::browser::Browser;
use crate::client::jws;
use crate::client::oauth::{OAuthClient, Tokens, details, identity_details, parameter};

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let person = platform.person()?;
    let asked = identity_details(&person, &["iin", "given_name"]);
    let request = || client.authentication(&asked).request;

    table
        .row("authentication as it should be asked for", "201", async || {
            client.send(&request()).await
        })
        .await;
    let accounts = details(&person, &[&platform.material.provider_bin]).to_string();
    let portrait = identity_details(&person, &["portrait"]).to_string();
    let purpose = asked.to_string().replace("identification", "account-aggregation");
    let essential =
        json!({ "id_token": { "acr": { "essential": true, "value": "urn:other" } } }).to_string();
    let stranger = json!({ "id_token": { "sub": { "value": "somebody" } } }).to_string();
    let constrained = json!({ "userinfo": { "verified_claims": {
        "verification": { "trust_framework": { "value": "de_aml" } }, "claims": { "iin": null } } } })
    .to_string();
    let malformed = "400 invalid_request request.malformed";
    let details_malformed = "400 invalid_authorization_details request.malformed";
    for (name, parameter, value, expected) in [
        ("without openid", "scope", "accounts", "400 invalid_scope request.malformed"),
        (
            "for accounts with openid alone",
            "authorization_details",
            accounts.as_str(),
            "400 invalid_scope request.malformed",
        ),
        ("for a face", "authorization_details", &portrait, details_malformed),
        ("for a purpose of accounts", "authorization_details", &purpose, details_malformed),
        ("with prompt=none", "prompt", "none", "400 login_required request.malformed"),
        ("with an unknown prompt", "prompt", "create", malformed),
        ("with a max_age that is no number", "max_age", "soon", malformed),
        ("with an id_token_hint", "id_token_hint", "e30.e30.e30", malformed),
        (
            "with a registration",
            "registration",
            "{}",
            "400 registration_not_supported request.malformed",
        ),
        ("with claims that are not JSON", "claims", "{", malformed),
        (
            "with an essential acr that is not ours",
            "claims",
            &essential,
            "400 unmet_authentication_requirements request.malformed",
        ),
        (
            "for another sub than the client's",
            "claims",
            &stranger,
            "400 login_required request.malformed",
        ),
        ("verified by another framework", "claims", &constrained, malformed),
    ] {
        table
            .row(&format!("authentication {name}"), expected, async || {
                client.send(&request().with_parameter(parameter, value)).await
            })
            .await;
    }

    // Each takes fifteen seconds before the camera: both at once.
    let somebody = platform.world()?.register().await?;
    let no = async {
        let pushed = client.authentication(&identity_details(&somebody, &["iin"]));
        let link = client.link(&pushed).await?;
        Browser::new(platform)?.walk(&link, &somebody, false).await
    };
    let pushed = client.authentication(&asked);
    let yes = async {
        let link = client.link(&pushed).await?;
        Browser::new(platform)?.walk(&link, &person, true).await
    };
    let (refused, back) = join(no, yes).await;
    table
        .fact("authentication refused by the client", "access_denied consent.refused", async || {
            let refused = refused?;
            let marks = ["error", "error_description"].map(|it| parameter(&refused, it));
            Ok(marks.into_iter().flatten().collect::<Vec<_>>().join(" "))
        })
        .await;
    let code = client.code(&pushed, &back?)?;
    let answer = client.trade(&code, &pushed.verifier).await?.ok()?;
    let token = answer.body["access_token"].as_str().context("no access token")?;
    userinfo(table, &client, token).await
}

async fn userinfo(table: &mut Table<'_>, client: &OAuthClient<'_>, token: &str) -> Result<()> {
    let platform = table.platform;
    let url = client.at("/userinfo");
    let reading = || client.userinfo(token);
    table
        .row("userinfo without a token", "401 token.missing", async || {
            client.send(&Request::get(url.clone())).await
        })
        .await;
    table
        .row("userinfo with a token that is none", "401 token.malformed", async || {
            client.send(&client.userinfo("token")?).await
        })
        .await;
    table
        .row("userinfo with an altered token", "401 token.signature", async || {
            let altered = jws::altered(token, |claims| claims["scope"] = "openid accounts".into());
            client.send(&client.userinfo(&altered)?).await
        })
        .await;
    table
        .row("userinfo without the token's proof", "401 dpop.missing", async || {
            client.send(&reading()?.without_header("dpop")).await
        })
        .await;
    table
        .row("userinfo by Bearer with a token of a key", "401 dpop.missing", async || {
            client.send(&reading()?.with_header("authorization", &format!("Bearer {token}"))).await
        })
        .await;
    table
        .row("userinfo with another key's proof", "401 dpop.invalid", async || {
            let other = OAuthClient { dpop: Some(Key::generate()), ..platform.consumer()? };
            other.send(&other.userinfo(token)?).await
        })
        .await;
    table
        .row("userinfo without a certificate", "401 token.binding", async || {
            let bare =
                OAuthClient { dpop: client.dpop.clone(), ..platform.consumer()? }.over(None)?;
            bare.send(&bare.userinfo(token)?).await
        })
        .await;
    table
        .row(
            "userinfo over a certificate that is nobody's",
            "403 participant.unknown",
            async || {
                let bare = OAuthClient { dpop: client.dpop.clone(), ..platform.consumer()? };
                let bare = bare.over(Some(&platform.material.stranger))?;
                bare.send(&bare.userinfo(token)?).await
            },
        )
        .await;
    table
        .row("the edge with a token for userinfo", "401 token.malformed", async || {
            client.read_by(token, "/accounts").await
        })
        .await;
    let once = reading()?;
    table.row("userinfo as it should be asked", "200", async || client.send(&once).await).await;
    table
        .row("userinfo with a proof used twice", "401 dpop.replayed", async || {
            client.send(&once).await
        })
        .await;
    table
        .row("userinfo a second time, where it was for once", "403 consent.used-up", async || {
            client.send(&reading()?).await
        })
        .await;
    let person = platform.person()?;
    let asked = details(&person, &[&platform.material.provider_bin]);
    let Tokens { access, .. } = client.tokens(&person, &asked).await?;
    table
        .row("userinfo with a token for accounts", "401 token.audience", async || {
            client.send(&client.userinfo(&access)?).await
        })
        .await;
    Ok(())
}
