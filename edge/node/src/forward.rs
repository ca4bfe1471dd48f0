//! Requests that the node makes: to providers and to the platform, over pooled mutual TLS.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use senim_channel::{ChannelError, Connector, Identity, client_config, connector};

use crate::config::Config;

/// Idle connections are closed before most servers would, so that few requests meet a closed one.
const IDLE: Duration = Duration::from_secs(25);
const CONNECT: Duration = Duration::from_secs(3);

pub(crate) struct Outbound(Client<Connector, Full<Bytes>>);

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Bytes,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ForwardError {
    #[error("the address can't be used: {0}")]
    Address(#[from] http::Error),
    #[error("no answer in time")]
    Slow,
    #[error("can't be reached: {}", with_causes(.0))]
    Unreachable(#[from] hyper_util::client::legacy::Error),
    #[error("the answer is too large")]
    TooLarge,
    #[error("the answer broke off: {0}")]
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

/// hyper's own sentence says only at which step it was; why stands below.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |it| it.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Outbound {
    pub(crate) fn new(config: &Config) -> Result<Self, ChannelError> {
        let identity = Identity { certificate: &config.tls_certificate, key: &config.tls_key };
        let tls = client_config(&config.client_ca, Some(identity))?;
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector(tls, CONNECT));
        Ok(Self(client))
    }

    pub(crate) async fn get(
        &self,
        url: &str,
        headers: HeaderMap,
        bytes_max: usize,
        within: Duration,
    ) -> Result<Answer, ForwardError> {
        let mut request = Request::builder().method(Method::GET).uri(url).body(Full::default())?;
        *request.headers_mut() = headers;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        self.send(request, bytes_max, within).await
    }

    pub(crate) async fn post_json(
        &self,
        url: &str,
        body: Vec<u8>,
        within: Duration,
    ) -> Result<Answer, ForwardError> {
        let uri: Uri = url.parse().map_err(http::Error::from)?;
        let request =
            Request::post(uri).header(CONTENT_TYPE, "application/json").body(Full::from(body))?;
        self.send(request, 64 * 1024, within).await
    }

    async fn send(
        &self,
        request: Request<Full<Bytes>>,
        bytes_max: usize,
        within: Duration,
    ) -> Result<Answer, ForwardError> {
        let whole = async {
            let (head, body) = self.0.request(request).await?.into_parts();
            let body = Limited::new(body, bytes_max).collect().await.map_err(|error| {
                if error.is::<LengthLimitError>() {
                    ForwardError::TooLarge
                } else {
                    ForwardError::Broken(error)
                }
            })?;
            let content_type =
                head.headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).map(str::to_owned);
            Ok(Answer { status: head.status, content_type, body: body.to_bytes() })
        };
        tokio::time::timeout(within, whole).await.map_err(|_| ForwardError::Slow)?
    }
}
