//! A provider bank: the account-information standard over mutual TLS, with sample data.

use std::collections::BTreeMap;
use std::future::pending;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use senim_channel::{
    ClientCertificates, ListenerLimits, Peer, ServeLimits, TlsListener, serve_router, server_config,
};
use senim_core::exchange::{Route, RouteError};
use senim_core::id::{Bin, Iin};
use serde_json::json;
use tokio::net::TcpListener;

use crate::clock;
use crate::settings::Provider;

mod answers;
mod faults;
mod listener;
mod sample;

pub use faults::{Fault, Faults};
use listener::Breakable;
use sample::Sample;

/// How long a provider in the fault mode `slow` thinks.
const SLOW: Duration = Duration::from_secs(30);
const CLIENTS_MAX: usize = 1000;

struct Bank {
    bin: Bin,
    readers: Vec<String>,
    faults: Faults,
    /// Samples made within the same minute.
    made: Mutex<BTreeMap<Iin, Made>>,
}

struct Made {
    minute: i64,
    samples: Arc<Vec<Sample>>,
}

impl Bank {
    fn accounts(&self, client: &Iin, now: DateTime<Utc>) -> Arc<Vec<Sample>> {
        let minute = now.timestamp() / 60;
        let kept = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = kept().get(client)
            && made.minute == minute
        {
            return Arc::clone(&made.samples);
        }
        let samples = Arc::new(sample::accounts(self.bin, client, now));
        let mut kept = kept();
        if kept.len() >= CLIENTS_MAX {
            kept.pop_first();
        }
        kept.insert(client.clone(), Made { minute, samples: Arc::clone(&samples) });
        samples
    }
}

/// Binds, and returns the future that answers.
pub async fn serve(
    settings: &Provider,
    ca: &Path,
    faults: Faults,
) -> Result<(SocketAddr, impl Future<Output = std::io::Result<()>> + use<>)> {
    let tls =
        server_config(&settings.certificate, &settings.key, ClientCertificates::Required(ca))?;
    let tcp = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("{} can't be listened on", settings.listen))?;
    let listener = TlsListener::new(tcp, tls, ListenerLimits::default())?;
    let address = listener.address();
    let bank = Bank {
        bin: settings.bin,
        readers: settings.readers.clone(),
        faults: faults.clone(),
        made: Mutex::default(),
    };
    let app = Router::new().fallback(answer).with_state(Arc::new(bank));
    let listener = Breakable::new(listener, settings.bin, faults);
    let answering = serve_router(listener, ServeLimits::default(), pending(), app);
    Ok((address, async move {
        answering.await;
        Ok(())
    }))
}

async fn answer(
    State(bank): State<Arc<Bank>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let (request, _) = request.into_parts();
    let interaction = request.headers.get("x-fapi-interaction-id").cloned();
    let reader = peer.certificate.map(|it| it.thumbprint);
    let mut response = if reader.is_some_and(|it| bank.readers.contains(&it)) {
        judged(&bank, &request).await
    } else {
        refusal(StatusCode::FORBIDDEN, "only the platform's node may read here")
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    headers.insert("senim-sample", header::HeaderValue::from_static("a sample bank"));
    if let Some(interaction) = interaction {
        headers.insert("x-fapi-interaction-id", interaction);
    }
    response
}

async fn judged(bank: &Bank, request: &Parts) -> Response {
    let fault = bank.faults.of(bank.bin);
    if fault == Fault::Slow {
        tokio::time::sleep(SLOW).await;
    }
    let query = request.uri.query().unwrap_or_default();
    let route = match Route::parse(request.method.as_str(), request.uri.path(), query) {
        Ok(route) => route,
        Err(error) => return refusal(status(error), &error.to_string()),
    };
    let Some(client) = client(&request.headers) else {
        return refusal(StatusCode::BAD_REQUEST, "Senim-Client must be an IIN");
    };
    let accounts = bank.accounts(&client, clock::now());
    let shown: Vec<_> =
        accounts.iter().filter(|it| is_shown(&request.headers, &it.account)).collect();
    match fault {
        Fault::None | Fault::Slow | Fault::Down => answers::answer(&route, &shown),
        Fault::Error => refusal(StatusCode::INTERNAL_SERVER_ERROR, "a failure, as was asked for"),
        Fault::Malformed | Fault::BeyondStandard | Fault::WrongAccount | Fault::Huge => {
            faults::spoilt(fault, &route, answers::answer(&route, &shown)).await
        }
    }
}

fn client(headers: &HeaderMap) -> Option<Iin> {
    headers.get("senim-client")?.to_str().ok()?.parse().ok()
}

/// The consent may be limited to some accounts; the node says to which.
fn is_shown(headers: &HeaderMap, account: &senim_core::exchange::Account) -> bool {
    let Some(named) = headers.get("senim-accounts") else { return true };
    let named = named.to_str().unwrap_or_default();
    named.split(',').any(|it| it.trim() == account.account_id.as_str())
}

fn status(error: RouteError) -> StatusCode {
    StatusCode::from_u16(error.problem().status()).unwrap_or(StatusCode::BAD_REQUEST)
}

/// RFC 9457, in the words of this bank: the node never hands it on.
fn refusal(status: StatusCode, title: &str) -> Response {
    let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16() });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests;
