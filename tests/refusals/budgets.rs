//! A stranger uses up each budget that there is for strangers, while a bank, a client and an edge go on.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use futures::stream::{self, FuturesUnordered};
use futures::{StreamExt as _, TryStreamExt as _};
use reqwest::Body;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpSocket, TcpStream};
use url::Url;

use super::Table;
use crate::client::browser::Browser;
use crate::client::oauth::{OAuthClient, Tokens, details};
use crate::client::send;

/// Where the stranger comes from: an address of this machine that nobody else here has.
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// Connections, and requests on each.
const CONNECTIONS: usize = 6;
const STREAMS: usize = 100;
/// Places for small bodies of one caller: host/src/budgets.rs.
const BODIES_MAX: usize = 64;
/// Places of one address that has shown no certificate: edge/channel/src/places.rs.
const SILENT_MAX: usize = 128;
const SILENT: usize = 200;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let client = platform.consumer()?;
    let person = platform.person()?;
    let tokens =
        client.tokens(&person, &details(&person, &[&platform.material.provider_bin])).await?;
    bodies(table, &client, &tokens).await?;
    connections(table, &client, &tokens).await?;
    unregistered(table, &client, &tokens).await
}

/// Bodies of one byte that never end.
async fn bodies(table: &mut Table<'_>, client: &OAuthClient<'_>, tokens: &Tokens) -> Result<()> {
    let url = client.at("/par");
    let mut asked = FuturesUnordered::new();
    for _ in 0..CONNECTIONS {
        let stranger = table.platform.http()?;
        // One connection that all share: a client without one would open one for each request.
        send(stranger.get(client.at("/jwks"))).await?;
        for _ in 0..STREAMS {
            let byte = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"a"))]);
            let body = Body::wrap_stream(byte.chain(stream::pending()));
            let request = stranger
                .post(&url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body);
            asked.push(tokio::spawn(send(request)));
        }
    }
    for _ in 0..CONNECTIONS * STREAMS - BODIES_MAX {
        let answer = asked.next().await.context("fewer were refused")???;
        if answer.told() != "503 busy" {
            table.row("a body without a place", "503 busy", async || Ok(answer)).await;
        }
    }
    goes_on(table, "six connections of endless bodies", client, tokens).await;
    asked.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

/// Connections that say nothing.
async fn connections(
    table: &mut Table<'_>,
    client: &OAuthClient<'_>,
    tokens: &Tokens,
) -> Result<()> {
    for (name, url) in [("the servers' listener", client.at("/")), ("the edge", client.edge("/"))] {
        let mut silent: Vec<TcpStream> =
            stream::iter(0..SILENT).then(|_| connect(&url)).try_collect().await?;
        let what = format!("silent connections to {name}, past an address's places");
        table
            .fact(&what, "closed at once", async || {
                for stream in &mut silent[SILENT_MAX..] {
                    let read = stream.read(&mut [0; 8]).await;
                    anyhow::ensure!(read.unwrap_or(0) == 0, "something is said");
                }
                // Those with a place are still within their handshake's time.
                let first = silent[0].try_read(&mut [0; 8]);
                let open = first.is_err_and(|it| it.kind() == std::io::ErrorKind::WouldBlock);
                anyhow::ensure!(open, "the first is closed as well");
                Ok("closed at once".to_owned())
            })
            .await;
        goes_on(table, &format!("silent connections to {name}"), client, tokens).await;
    }
    Ok(())
}

async fn connect(url: &str) -> Result<TcpStream> {
    let port = Url::parse(url)?.port_or_known_default().context("a port")?;
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(STRANGER, 0))?;
    Ok(socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?)
}

/// A certificate of the CA that nobody has registered.
async fn unregistered(
    table: &mut Table<'_>,
    client: &OAuthClient<'_>,
    tokens: &Tokens,
) -> Result<()> {
    let stranger = table.platform.http_as(&table.platform.material.stranger)?;
    let url = client.edge("/accounts");
    table
        .row("an unregistered certificate, again and again", "429 rate.limited", async || {
            loop {
                let answer = send(stranger.get(&url)).await?;
                if answer.told() != "403 participant.unknown" {
                    return Ok(answer);
                }
            }
        })
        .await;
    goes_on(table, "an unregistered certificate again and again", client, tokens).await;
    Ok(())
}

/// On new connections of their own: a client's page, a bank's pushed request, a read through the edge, the edge's feed.
async fn goes_on(table: &mut Table<'_>, while_: &str, client: &OAuthClient<'_>, tokens: &Tokens) {
    let platform = table.platform;
    let name = |what: &str| format!("{what} beside {while_}");
    table
        .row(&name("the pages' API"), "401 identity.no-session", async || {
            Browser::new(platform)?.get("/api/identity").await
        })
        .await;
    table
        .row(&name("the keys"), "200", async || {
            send(platform.http()?.get(client.at("/jwks"))).await
        })
        .await;
    table
        .row(&name("a bank's pushed request"), "201", async || {
            let bank = platform.consumer()?;
            let person = platform.person()?;
            let asked = details(&person, &[&platform.material.provider_bin]);
            bank.send(&bank.request(&asked).request).await
        })
        .await;
    table
        .row(&name("a node's report"), "204", async || {
            let node = platform.http_as(&platform.material.node)?;
            send(node.post(client.at("/edge/uses")).json(&json!({ "uses": [] }))).await
        })
        .await;
    table
        .row(&name("a read through the edge"), "200", async || {
            let reader = OAuthClient { dpop: client.dpop.clone(), ..platform.consumer()? };
            reader.read(tokens, "/accounts").await
        })
        .await;
}
