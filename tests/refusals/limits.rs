//! Bodies and headers over the limit, and what is not JSON, at every listener.

use anyhow::Result;
use senim_client::Request;
use serde_json::json;

use super::Table;
use crate::client::browser::Browser;
use crate::client::oauth::details;
use crate::client::{self, send};

/// Just over the 64 KB that any of these addresses takes: what is much longer is cut off before it is answered.
const HUGE: usize = 80 * 1024;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let person = platform.person()?;
    let asked = details(&person, &[&platform.material.provider_bin]);
    let mut browser = Browser::new(platform)?;
    browser.open(&client.link(&client.request(&asked)).await?).await?;

    for (name, body) in [
        ("malformed JSON", b"{\"accept\":".to_vec()),
        (
            "JSON with an unknown member",
            br#"{"accept":true,"edition":1,"language":"en","admin":true}"#.to_vec(),
        ),
        ("JSON with a wrong type", br#"{"accept":"yes","edition":1,"language":"en"}"#.to_vec()),
        ("a body that is not UTF-8", vec![0xff, 0xfe, 0x00]),
        ("nested a hundred thousand deep", b"[".repeat(60_000)),
    ] {
        table
            .row(name, "400 body.malformed", async || {
                browser.post_raw("/api/identity/agreement", "application/json", body).await
            })
            .await;
    }
    for (path, media_type) in
        [("/api/identity/agreement", "text/plain"), ("/api/identity/liveness", "application/json")]
    {
        table
            .row(&format!("{media_type} at {path}"), "415 body.media-type", async || {
                browser.post_raw(path, media_type, b"{}".to_vec()).await
            })
            .await;
    }
    table
        .row("an unknown member where nothing is said", "400 body.malformed", async || {
            browser.post("/api/identity/code/send", &json!({ "again": true })).await
        })
        .await;
    table
        .row("a body over the limit at the pages", "413 body.too-large", async || {
            browser.post_raw("/api/identity/agreement", "application/json", vec![b' '; HUGE]).await
        })
        .await;
    table
        .row("a body over the limit at PAR", "413 invalid_request body.too-large", async || {
            let request = client.request(&asked).request;
            client.send(&request.with_parameter("state", &"a".repeat(HUGE))).await
        })
        .await;
    table
        .row("a body over the limit at the edge", "413 body.too-large", async || {
            let http = platform.http_as(&platform.material.consumer)?;
            send(http.get(client.edge("/accounts")).body(vec![b' '; HUGE])).await
        })
        .await;
    // By HTTP/1.1: headers that HTTP/2's own limit stops never reach whoever could say what is wrong.
    let http = client::http_1(&platform.material.ca, Some(&platform.material.consumer.pem))?;
    for (name, url) in [
        ("headers over the limit at the pages", format!("{}/api/identity", platform.pages_url)),
        ("headers over the limit at the servers' listener", client.at("/jwks")),
        ("headers over the limit at the edge", client.edge("/accounts")),
    ] {
        table
            .row(name, "431 headers.too-large", async || {
                send(http.get(&url).header("x-many", "a".repeat(40_000))).await
            })
            .await;
    }
    table
        .row("an address that is not there", "404 not-found", async || {
            browser.get("/api/nothing").await
        })
        .await;
    table
        .row("the edges' feed without a node's certificate", "403 forbidden", async || {
            client.send(&Request::get(client.at("/edge/feed?nonce=n"))).await
        })
        .await;
    table
        .row("the edges' feed without any certificate", "403 forbidden", async || {
            send(platform.http()?.post(client.at("/edge/uses")).json(&json!({ "uses": [] }))).await
        })
        .await;
    table
        .row("and after all that, the pages' API", "200", async || {
            browser.get("/api/identity").await
        })
        .await;
    Ok(())
}
