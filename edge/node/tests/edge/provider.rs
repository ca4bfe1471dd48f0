//! A provider for one test, with configurable answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Response};
use senim_channel::{ClientCertificates, Connection, Peer, TlsListener, server_config};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::certificates::Certificates;

#[derive(Clone)]
pub(crate) struct Provider(Arc<Mutex<Manner>>);

pub(crate) struct Manner {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) header: Option<(&'static str, &'static str)>,
    pub(crate) delay: Duration,
    pub(crate) seen: Vec<Seen>,
}

pub(crate) struct Seen {
    pub(crate) address: String,
    pub(crate) headers: HeaderMap,
    pub(crate) by: Option<String>,
}

impl Manner {
    /// No accounts.
    pub(crate) fn good() -> Self {
        Self {
            status: 200,
            content_type: "application/json",
            body: br#"{"data":[],"links":{}}"#.to_vec(),
            header: None,
            delay: Duration::ZERO,
            seen: vec![],
        }
    }
}

impl Provider {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Manner::good())))
    }

    pub(crate) fn manner<T>(&self, change: impl FnOnce(&mut Manner) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    pub(crate) async fn serve(&self, certificates: &Certificates) -> u16 {
        certificates.issue("provider");
        let config = server_config(
            &certificates.path("provider", "pem"),
            &certificates.path("provider", "key"),
            ClientCertificates::Required(&certificates.path("ca", "pem")),
        );
        let listener = TlsListener::bind("127.0.0.1:0", config.unwrap()).await.unwrap();
        let port = listener.address().port();
        let app = Router::new()
            .fallback(answer)
            .with_state(self.clone())
            .into_make_service_with_connect_info::<Peer>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        port
    }
}

async fn answer(
    State(provider): State<Provider>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response<Body> {
    let (status, content_type, body, header, delay) = provider.manner(|manner| {
        manner.seen.push(Seen {
            address: request.uri().path_and_query().unwrap().to_string(),
            headers: request.headers().clone(),
            by: peer.certificate.and_then(|it| it.common_name),
        });
        (manner.status, manner.content_type, manner.body.clone(), manner.header, manner.delay)
    });
    tokio::time::sleep(delay).await;
    let answer = Response::builder().status(status).header("content-type", content_type);
    let answer = header.into_iter().fold(answer, |it, (name, value)| it.header(name, value));
    answer.body(body.into()).unwrap()
}

/// A provider of HTTP/1.1 that answers one request on a connection, says that it keeps it, and closes it when the next
/// one comes. Returns its port.
pub(crate) async fn serve_once_a_connection(certificates: &Certificates) -> u16 {
    certificates.issue("closing");
    let config = server_config(
        &certificates.path("closing", "pem"),
        &certificates.path("closing", "key"),
        ClientCertificates::Required(&certificates.path("ca", "pem")),
    );
    let mut config = (*config.unwrap()).clone();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let mut listener = TlsListener::bind("127.0.0.1:0", Arc::new(config)).await.unwrap();
    let port = listener.address().port();
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await;
            tokio::spawn(async move {
                if head(&mut connection).await {
                    let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n\
                                   {\"data\":[],\"links\":{}}";
                    connection.write_all(answer).await.unwrap();
                    connection.flush().await.unwrap();
                    head(&mut connection).await;
                }
            });
        }
    });
    port
}

/// Whether a request's head came.
async fn head(connection: &mut Connection) -> bool {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        match connection.read_u8().await {
            Ok(byte) => read.push(byte),
            Err(_) => return false,
        }
    }
    true
}
