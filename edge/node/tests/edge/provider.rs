//! A provider of one test, which answers as it is told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Response};
use senim_channel::{ClientCertificates, Peer, TlsListener, server_config};

use crate::certificates::Certificates;

#[derive(Clone)]
pub(crate) struct Provider(Arc<Mutex<Manner>>);

pub(crate) struct Manner {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
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
    let (status, content_type, body, delay) = provider.manner(|manner| {
        manner.seen.push(Seen {
            address: request.uri().path_and_query().unwrap().to_string(),
            headers: request.headers().clone(),
            by: peer.certificate.and_then(|it| it.common_name),
        });
        (manner.status, manner.content_type, manner.body.clone(), manner.delay)
    });
    tokio::time::sleep(delay).await;
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(body.into())
        .unwrap()
}
