//! A vendor's solution over HTTP. Whatever it does instead of answering is a [`Fault`], within its time.

use std::path::Path;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response, StatusCode};
use senim_core::json;
use senim_core::liveness::pack::Pack;
use senim_core::solution::{
    Fault, JudgeLiveness, LivenessSessionView, LivenessVerdictView, Match, MatchFaces, MatchView,
    OpenLivenessSession, VersionView,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Answer, Solution};

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const WELL_WITHIN: Duration = Duration::from_secs(2);
const ANSWER_MAX: usize = 64 * 1024;

pub struct HttpSolution {
    client: reqwest::Client,
    url: String,
}

#[derive(Debug, thiserror::Error)]
pub enum HttpSolutionError {
    #[error("`ca` can't be read: {0}")]
    Unreadable(#[from] std::io::Error),
    #[error("{0}")]
    Client(#[from] reqwest::Error),
}

impl HttpSolution {
    /// `url` without a slash at the end; `ca` signs the certificate of an https address; `within` is the whole
    /// answer's time.
    pub fn open(url: &str, ca: Option<&Path>, within: Duration) -> Result<Self, HttpSolutionError> {
        // The client wants a provider even where it speaks plain HTTP; a second install changes nothing.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_WITHIN)
            .timeout(within);
        if let Some(ca) = ca {
            for certificate in reqwest::Certificate::from_pem_bundle(&std::fs::read(ca)?)? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        Ok(Self { client: builder.build()?, url: url.to_owned() })
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, Fault> {
        let request = self.client.post(format!("{}{path}", self.url)).json(body);
        let response = sent(request).await?;
        match response.status() {
            StatusCode::OK => {
                let bytes = read(response, "application/json").await?;
                json::read(&bytes).map(Answer::Told).map_err(|_| Fault::Malformed)
            }
            StatusCode::UNPROCESSABLE_ENTITY => {
                let bytes = read(response, "application/problem+json").await?;
                let told: Refusal = json::read(&bytes).map_err(|_| Fault::Malformed)?;
                Fault::refusal(&told.code).map(Answer::Refused).ok_or(Fault::Status)
            }
            StatusCode::NOT_IMPLEMENTED => Err(Fault::NotOffered),
            _ => Err(Fault::Status),
        }
    }
}

#[derive(serde::Deserialize)]
struct Refusal {
    code: String,
}

impl Solution for HttpSolution {
    fn match_faces(&self, asked: MatchFaces) -> BoxFuture<'_, Result<Answer<Match>, Fault>> {
        async move {
            match self.post::<MatchView>("/v1/match", &asked).await? {
                Answer::Told(view) => view.check(asked.request_id).map(Answer::Told),
                Answer::Refused(problem) => Ok(Answer::Refused(problem)),
            }
        }
        .boxed()
    }

    fn open_liveness(
        &self,
        asked: OpenLivenessSession,
    ) -> BoxFuture<'_, Result<LivenessSessionView, Fault>> {
        async move {
            match self.post::<LivenessSessionView>("/v1/liveness/session", &asked).await? {
                Answer::Refused(_) => Err(Fault::Status),
                Answer::Told(view) if view.request_id != asked.request_id.to_string() => {
                    Err(Fault::AnotherRequest)
                }
                Answer::Told(view) => Ok(view),
            }
        }
        .boxed()
    }

    fn judge_liveness(
        &self,
        asked: JudgeLiveness,
    ) -> BoxFuture<'_, Result<Answer<LivenessVerdictView>, Fault>> {
        async move {
            let frames = Pack::read_any(&asked.pack.0).map_or(0, |it| it.frames.len());
            match self.post::<LivenessVerdictView>("/v1/liveness/verdict", &asked).await? {
                Answer::Told(view) => {
                    view.check(asked.request_id, frames)?;
                    Ok(Answer::Told(view))
                }
                Answer::Refused(problem) => Ok(Answer::Refused(problem)),
            }
        }
        .boxed()
    }

    fn version(&self) -> BoxFuture<'_, Result<VersionView, Fault>> {
        async move {
            let response = sent(self.client.get(format!("{}/version", self.url))).await?;
            if response.status() != StatusCode::OK {
                return Err(Fault::Status);
            }
            let bytes = read(response, "application/json").await?;
            json::read(&bytes).map_err(|_| Fault::Malformed)
        }
        .boxed()
    }

    fn well(&self) -> BoxFuture<'_, Result<(), Fault>> {
        async move {
            let asked = self.client.get(format!("{}/healthz", self.url)).timeout(WELL_WITHIN);
            let status = sent(asked).await?.status();
            if status == StatusCode::OK { Ok(()) } else { Err(Fault::Status) }
        }
        .boxed()
    }
}

async fn sent(request: RequestBuilder) -> Result<Response, Fault> {
    request.send().await.map_err(|error| broken(&error))
}

/// The whole answer, never more of it than the contract allows.
async fn read(mut response: Response, media_type: &str) -> Result<Vec<u8>, Fault> {
    let told = response.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let told = told.and_then(|it| it.split(';').next()).unwrap_or_default();
    if !told.trim().eq_ignore_ascii_case(media_type) {
        return Err(Fault::ContentType);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + chunk.len() > ANSWER_MAX {
            return Err(Fault::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn broken(error: &reqwest::Error) -> Fault {
    if error.is_timeout() { Fault::Slow } else { Fault::Unreachable }
}
