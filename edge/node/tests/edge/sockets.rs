//! What a client library would never send: bytes over a bare TLS connection of HTTP/1.1.

use std::sync::Arc;

use senim_channel::{Identity, client_config};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::tokens::{AUDIENCE, PATH};
use crate::world::{World, presence};

/// RFC 9112 §2.2, §5.1, §5.2, §6.1, §6.3 and §11.2.
#[tokio::test]
async fn a_request_that_two_servers_could_read_in_two_ways_is_refused() {
    let world = World::start("smuggling").await;
    let length = |it: &str| format!("Content-Length: {it}\r\n");
    for (name, headers) in [
        ("two lengths", length("5") + &length("6")),
        ("a list of lengths", length("5, 6")),
        ("a signed length", length("+5")),
        ("a length that is none", length("five")),
        ("a coding that is not the last", "Transfer-Encoding: chunked, gzip\r\n".to_owned()),
        ("a coding that is unknown", "Transfer-Encoding: xchunked\r\n".to_owned()),
        ("a folded header", "X-Folded: a\r\n b\r\n".to_owned()),
        ("a space before the colon", "Content-Length : 5\r\n".to_owned()),
        ("a control character", "X-Control: a\0b\r\n".to_owned()),
    ] {
        let answer = world.exchange(&world.head(PATH, &headers), b"hello").await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{name}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{name}: {answer}");
    }
    assert!(world.provider.manner(|manner| manner.seen.is_empty()));
}

/// RFC 9112 §6.3 item 3: the coding counts, never the length beside it, and what follows the last chunk is a request of its own.
#[tokio::test]
async fn of_length_and_coding_only_the_coding_counts() {
    let world = World::start("length-and-coding").await;
    for headers in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    ] {
        let hidden = "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n";
        let answer = world.exchange(&world.head(PATH, headers), hidden.as_bytes()).await;
        let statuses: Vec<_> = answer.lines().filter(|it| it.starts_with("HTTP/1.1 ")).collect();
        assert_eq!(statuses[0], "HTTP/1.1 200 OK", "{answer}");
        // The provider was asked once, and the rest reached nobody but the node itself.
        assert!(statuses.len() <= 2, "{answer}");
    }
    world.provider.manner(|manner| {
        assert_eq!(manner.seen.len(), 2);
        assert!(manner.seen.iter().all(|it| it.address == PATH));
    });
}

/// RFC 9110 §7.6.1: nothing of a connection, and nothing else of the caller's, goes further.
#[tokio::test]
async fn only_the_edge_s_own_headers_reach_the_provider() {
    let world = World::start("hop-by-hop").await;
    let headers = "Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nTE: trailers\r\n\
                   Proxy-Authorization: Basic eDp5\r\nUpgrade: h2c\r\nX-Forwarded-For: 192.0.2.7\r\n\
                   Senim-Client: 900101300017\r\nForwarded: for=192.0.2.7\r\n";
    world.provider.manner(|manner| manner.header = Some(("x-internal", "secret")));
    let answer = world.exchange(&world.head(PATH, headers), b"").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(!answer.to_lowercase().contains("x-internal"), "{answer}");
    world.provider.manner(|manner| {
        let allowed = [
            "accept",
            "accept-encoding",
            "host",
            "senim-client",
            "senim-consumer",
            "senim-consent",
            "x-fapi-interaction-id",
        ];
        for name in manner.seen[0].headers.keys() {
            assert!(allowed.contains(&name.as_str()), "{name}");
        }
    });
}

/// A head that does not end within what is read, and one that comes too slowly, take nothing from others.
#[tokio::test]
async fn half_a_head_costs_nobody_else_an_answer() {
    let world = World::start("half-a-head").await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut connection = world.connect().await;
        connection.write_all(b"GET / HTTP/1.1\r\nHost: ed").await.unwrap();
        connection.flush().await.unwrap();
        slow.push(connection);
    }
    assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
    let endless = format!("GET / HTTP/1.1\r\nHost: edge\r\nX-Long: {}\r\n", "a".repeat(300_000));
    let answer = world.exchange(&endless, b"").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
}

impl World {
    /// The head of a request of the consumer's, with these headers.
    fn head(&self, path: &str, headers: &str) -> String {
        let mut head =
            format!("GET {path} HTTP/1.1\r\nHost: {}\r\n", &AUDIENCE["https://".len()..]);
        head = format!("{head}Authorization: Bearer {}\r\n", self.token(|_| {}));
        for (name, value) in &presence() {
            head = format!("{head}{name}: {}\r\n", value.to_str().unwrap());
        }
        format!("{head}{headers}\r\n")
    }

    async fn connect(&self) -> tokio_rustls::client::TlsStream<TcpStream> {
        let path = |kind| self.certificates.path("consumer", kind);
        let (certificate, key) = (path("pem"), path("key"));
        let identity = Identity { certificate: &certificate, key: &key };
        let mut tls = client_config(&self.config.client_ca, Some(identity)).unwrap();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let tcp = TcpStream::connect(self.node().address()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(tls)).connect(name, tcp).await.unwrap()
    }

    /// Sends it and reads until the node closes, or has nothing more to say.
    async fn exchange(&self, head: &str, body: &[u8]) -> String {
        let mut connection = self.connect().await;
        // What is refused early may not be read to its end.
        let _ = connection.write_all(head.as_bytes()).await;
        let _ = connection.write_all(body).await;
        let _ = connection.flush().await;
        let mut answer = Vec::new();
        let mut part = [0; 4096];
        let quiet = std::time::Duration::from_secs(3);
        while let Ok(Ok(count @ 1..)) =
            tokio::time::timeout(quiet, connection.read(&mut part)).await
        {
            answer.extend(&part[..count]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    }
}
