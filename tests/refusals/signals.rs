//! Security events and the grant endpoint: what they give to whom.

use anyhow::{Context as _, Result};
use http::Method;
use senim_client::{Credential, Key, Request};
use senim_core::id::{ConsentId, NoticeId};
use serde_json::{Value, json};

use super::Table;
use crate::client::oauth::OAuthClient;
use crate::clock;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    events(table).await?;
    grants(table).await
}

async fn events(table: &mut Table<'_>) -> Result<()> {
    let client = table.platform.consumer()?;
    let own = client.client.client_id.clone();
    let poll = |client_id: &str, body: Value| {
        Request::post_json(client.at(&format!("/signals/{client_id}/poll")), body)
    };
    let ids: Vec<String> = (0..1001).map(|it| NoticeId(it).to_string()).collect();
    for (name, expected, request) in [
        ("a poll as it should be", "200", poll(&own, json!({ "maxEvents": 0 }))),
        ("events of an application that is not one's own", "404 not-found", poll("x", json!({}))),
        ("a poll that is no object", "400 body.malformed", poll(&own, json!([]))),
        (
            "a thousand and one acknowledgements",
            "400 body.malformed",
            poll(&own, json!({ "ack": ids })),
        ),
    ] {
        table.row(name, expected, async || client.send(&request).await).await;
    }

    let attested = |key: &Key, word: &Value| {
        let header = json!({ "typ": "deletion-attestation+jwt" });
        let body = json!({ "attestation": key.sign(header, word) });
        Request::post_json(client.at(&format!("/signals/{own}/deletions")), body)
    };
    let now = clock::now_s();
    let word = json!({
        "iss": own, "aud": table.platform.issuer, "iat": now, "set": NoticeId(7),
        "consent_id": ConsentId(7), "deleted_at": now,
    });
    let Credential::PrivateKeyJwt(key) = &client.client.credential else {
        anyhow::bail!("the application signs nothing")
    };
    let no_jws = Request::post_json(
        client.at(&format!("/signals/{own}/deletions")),
        json!({ "attestation": "deleted" }),
    );
    for (name, expected, request) in [
        ("an attestation that is no JWS", "422 deletion.attestation-invalid", no_jws),
        (
            "an attestation signed by a stranger",
            "422 deletion.attestation-invalid",
            attested(&Key::generate(), &word),
        ),
        ("an attestation of an event that never was", "404 not-found", attested(key, &word)),
    ] {
        table.row(name, expected, async || client.send(&request).await).await;
    }
    Ok(())
}

async fn grants(table: &mut Table<'_>) -> Result<()> {
    let client = table.platform.consumer()?;
    for (name, scope) in [
        ("a token of the application's own for accounts", "accounts"),
        ("a token of the application's own without a scope", ""),
    ] {
        table
            .row(name, "400 invalid_scope request.malformed", async || {
                client.send(&client.client.own_token(scope, client.dpop.as_ref())).await
            })
            .await;
    }
    let token = own_token(&client, "grant_management_query").await?;
    let nobodys = ConsentId(7).to_string();
    let ask = |method: Method| client.client.grant(method, &nobodys, &token, client.dpop.as_ref());
    for (name, expected, request) in [
        ("a grant that is not one's own", "404 not-found", ask(Method::GET)),
        (
            "a grant given back with a token that only queries",
            "403 grant.scope",
            ask(Method::DELETE),
        ),
        (
            "the grant endpoint without a proof",
            "401 dpop.missing",
            ask(Method::GET).without_header("dpop"),
        ),
        (
            "a search for no IIN",
            "400 body.malformed",
            client.client.find_grants("900101300018", &token, client.dpop.as_ref()),
        ),
        (
            "the application's own token at an edge",
            "401 token.malformed",
            client.reading(&token, "/accounts"),
        ),
    ] {
        table.row(name, expected, async || client.send(&request).await).await;
    }
    Ok(())
}

async fn own_token(client: &OAuthClient<'_>, scope: &str) -> Result<String> {
    let request = client.client.own_token(scope, client.dpop.as_ref());
    let answer = client.send(&request).await?.ok()?;
    Ok(answer.body["access_token"].as_str().context("no access_token")?.to_owned())
}
