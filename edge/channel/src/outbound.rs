//! HTTP requests that native processes make: pooled connections, and for every answer a time and a bound on its length.

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use crate::client::{Identity, client_config, client_config_without_roots};
use crate::error::ChannelError;

/// Idle connections are closed before most servers would, so that few requests meet a closed one.
const IDLE: Duration = Duration::from_secs(25);

type Connector = HttpsConnector<HttpConnector>;

/// Follows no redirect, uses no proxy, and trusts one CA. Clones share their connections.
#[derive(Clone)]
pub struct Outbound(Arc<Clients>);

struct Clients {
    pooled: Client<Connector, Full<Bytes>>,
    /// Keeps no connection: for a second try, after the other side has closed a kept one.
    fresh: Client<Connector, Full<Bytes>>,
}

/// An answer whose body has not been read yet.
pub struct Answer {
    response: Response<Incoming>,
    ends_at: Instant,
}

/// A body as it arrives.
pub struct Pieces(Incoming);

#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("the request can't be made: {0}")]
    Request(#[from] http::Error),
    #[error("the request's body can't be written: {0}")]
    Body(#[from] serde_json::Error),
    #[error("no answer in time")]
    Slow,
    #[error("can't be reached: {}", with_causes(.0))]
    Unreachable(#[from] hyper_util::client::legacy::Error),
    #[error("the answer is too large")]
    TooLarge,
    #[error("the answer broke off: {0}")]
    Broken(Box<dyn Error + Send + Sync>),
}

impl OutboundError {
    /// Whether time ran out, be it while connecting.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Slow => true,
            Self::Unreachable(error) => causes(error).any(|it| {
                let io = it.downcast_ref::<io::Error>();
                io.is_some_and(|it| it.kind() == io::ErrorKind::TimedOut)
            }),
            Self::Request(_) | Self::Body(_) | Self::TooLarge | Self::Broken(_) => false,
        }
    }
}

/// hyper's own sentence says only at which step it was; why stands below.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |it| (*it).source())
}

impl Outbound {
    /// For `https` addresses whose certificate the CA in this file has signed.
    pub fn https(
        ca: &Path,
        identity: Option<Identity<'_>>,
        connect_within: Duration,
    ) -> Result<Self, ChannelError> {
        let tls = client_config(ca, identity)?;
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(without_protocols(tls)).https_only();
        Ok(Self::over(connector.enable_all_versions().wrap_connector(tcp(connect_within))))
    }

    /// For `http` addresses as well: services that an operator runs beside the platform. Without a CA, no `https` address
    /// is trusted.
    pub fn http_or_https(
        ca: Option<&Path>,
        connect_within: Duration,
    ) -> Result<Self, ChannelError> {
        let tls = match ca {
            Some(ca) => client_config(ca, None)?,
            None => client_config_without_roots()?,
        };
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(without_protocols(tls)).https_or_http();
        Ok(Self::over(connector.enable_all_versions().wrap_connector(tcp(connect_within))))
    }

    fn over(connector: Connector) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        let pooled = builder.build(connector.clone());
        let fresh = builder.pool_max_idle_per_host(0).build(connector);
        Self(Arc::new(Clients { pooled, fresh }))
    }

    /// `within` is the time for the whole answer, its body included.
    pub async fn send(
        &self,
        request: Request<Bytes>,
        within: Duration,
    ) -> Result<Answer, OutboundError> {
        let ends_at = Instant::now() + within;
        let request = request.map(Full::new);
        let again = request.method().is_safe().then(|| request.clone());
        let asking = async {
            match (self.0.pooled.request(request).await, again) {
                // The other side may close a kept connection while a request is on its way (RFC 9112 §9.3.1). A safe one
                // is sent once more, on a connection of its own.
                (Err(error), Some(again)) if !error.is_connect() => {
                    tracing::debug!(error = with_causes(&error), "asked once more");
                    self.0.fresh.request(again).await
                }
                (answered, _) => answered,
            }
        };
        let response = timeout_at(ends_at, asking).await.map_err(|_| OutboundError::Slow)??;
        Ok(Answer { response, ends_at })
    }
}

/// A `POST` of JSON.
pub fn post_json(url: &str, body: &impl Serialize) -> Result<Request<Bytes>, OutboundError> {
    let body = serde_json::to_vec(body)?;
    let json = HeaderValue::from_static("application/json");
    Ok(Request::post(url).header(CONTENT_TYPE, json).body(body.into())?)
}

impl Answer {
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The value of a header, where it is text.
    pub fn header(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// The body piece by piece, for an answer that never ends. No time is set: the reader knows when to give up.
    pub fn pieces(self) -> Pieces {
        Pieces(self.response.into_body())
    }

    /// The whole body, if it is not longer.
    pub async fn body(self, bytes_max: usize) -> Result<Bytes, OutboundError> {
        let whole = Limited::new(self.response.into_body(), bytes_max).collect();
        let whole = timeout_at(self.ends_at, whole).await.map_err(|_| OutboundError::Slow)?;
        match whole {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(OutboundError::TooLarge),
            Err(error) => Err(OutboundError::Broken(error)),
        }
    }
}

impl Pieces {
    /// `None`: the answer has ended.
    pub async fn next(&mut self) -> Result<Option<Bytes>, OutboundError> {
        while let Some(frame) = self.0.frame().await {
            let frame = frame.map_err(|error| OutboundError::Broken(error.into()))?;
            if let Ok(piece) = frame.into_data() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }
}

fn tcp(connect_within: Duration) -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect_within));
    tcp
}

/// The connector's builder names the protocols itself and wants them unnamed before.
fn without_protocols(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols.clear();
    config
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    const WITHIN: Duration = Duration::from_secs(10);
    const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    #[tokio::test]
    async fn a_safe_request_is_sent_once_more_on_a_connection_of_its_own() {
        let (url, listener) = listener().await;
        let server = tokio::spawn(async move {
            let mut taken = 0;
            // One request is answered, the next one on the same connection is not; its repetition is.
            let mut first = accepted(&listener).await;
            taken += heard(&mut first).await;
            first.write_all(OK).await.unwrap();
            taken += heard(&mut first).await;
            drop(first);
            let mut second = accepted(&listener).await;
            taken += heard(&mut second).await;
            second.write_all(OK).await.unwrap();
            taken
        });
        let outbound = Outbound::http_or_https(None, WITHIN).unwrap();
        for _ in 0..2 {
            let answer = outbound.send(get(&url), WITHIN).await.unwrap();
            assert_eq!(answer.body(2).await.unwrap(), "ok");
        }
        assert_eq!(server.await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_post_is_not_sent_twice() {
        let (url, listener) = listener().await;
        let server = tokio::spawn(async move {
            let mut first = accepted(&listener).await;
            heard(&mut first).await;
            drop(first);
            tokio::time::timeout(Duration::from_millis(300), listener.accept()).await.is_ok()
        });
        let outbound = Outbound::http_or_https(None, WITHIN).unwrap();
        let request = post_json(&url, &"asked").unwrap();
        let failed = outbound.send(request, WITHIN).await.err().unwrap();
        assert!(matches!(failed, OutboundError::Unreachable(_)) && !failed.is_timeout());
        assert!(!server.await.unwrap(), "a second connection came");
    }

    #[tokio::test]
    async fn an_answer_is_read_within_its_bound_and_its_time() {
        for (body, expected) in [
            ("content-length: 2\r\n\r\nok", None),
            ("content-length: 9\r\n\r\nmuch more", Some("the answer is too large")),
            ("content-length: 2\r\n\r\no", Some("no answer in time")),
        ] {
            let (url, listener) = listener().await;
            let server = tokio::spawn(async move {
                let mut stream = accepted(&listener).await;
                heard(&mut stream).await;
                let answer = format!("HTTP/1.1 200 OK\r\n{body}");
                stream.write_all(answer.as_bytes()).await.unwrap();
                std::future::pending::<()>().await;
            });
            let outbound = Outbound::http_or_https(None, WITHIN).unwrap();
            let answer = outbound.send(get(&url), Duration::from_millis(500)).await.unwrap();
            let read = answer.body(2).await;
            assert_eq!(read.err().map(|it| it.to_string()).as_deref(), expected);
            server.abort();
        }
    }

    async fn listener() -> (String, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        (format!("http://{}/", listener.local_addr().unwrap()), listener)
    }

    async fn accepted(listener: &TcpListener) -> TcpStream {
        listener.accept().await.unwrap().0
    }

    /// 1 for a request that came.
    async fn heard(stream: &mut TcpStream) -> u32 {
        u32::from(stream.read(&mut [0; 4096]).await.unwrap() > 0)
    }

    fn get(url: &str) -> Request<Bytes> {
        Request::get(url).body(Bytes::new()).unwrap()
    }
}
