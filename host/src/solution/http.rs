//! A vendor's solution over HTTP. Whatever it does instead of answering is a [`Fault`], within its time.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use senim_channel::outbound::{Answer as Answered, post_json};
use senim_channel::{ChannelError, Outbound, OutboundError};
use senim_core::json;
use senim_core::liveness::pack::Pack;
use senim_core::solution::{
    Fault, FrontOutcome, FrontSessionView, FrontVerdictView, JudgeFront, JudgeLiveness,
    LivenessSessionView, LivenessVerdictView, Match, MatchFaces, MatchView, OpenFront,
    OpenLivenessSession, PORTRAITS_BYTES_MAX, VersionView,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Answer, Solution};

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const WELL_WITHIN: Duration = Duration::from_secs(2);
const ANSWER_MAX: usize = 64 * 1024;
/// Of a verdict with portraits, in base64.
const FRONT_ANSWER_MAX: usize = PORTRAITS_BYTES_MAX / 3 * 4 + ANSWER_MAX;

pub struct HttpSolution {
    outbound: Outbound,
    url: String,
    within: Duration,
}

impl HttpSolution {
    /// `url` without a slash at the end; `ca` signs the certificate of an https address; `within` is the whole
    /// answer's time.
    pub fn open(url: &str, ca: Option<&Path>, within: Duration) -> Result<Self, ChannelError> {
        let outbound = Outbound::http_or_https(ca, CONNECT_WITHIN)?;
        Ok(Self { outbound, url: url.to_owned(), within })
    }

    async fn get(&self, path: &str, within: Duration) -> Result<Answered, Fault> {
        let request = Request::get(format!("{}{path}", self.url)).body(Bytes::new());
        let request = request.map_err(|_| Fault::Unreachable)?;
        self.outbound.send(request, within).await.map_err(|error| broken(&error))
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, Fault> {
        self.post_for(path, body, ANSWER_MAX).await
    }

    /// With another bound on the answer's length.
    async fn post_for<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        answer_max: usize,
    ) -> Result<Answer<T>, Fault> {
        let request = post_json(&format!("{}{path}", self.url), body);
        let request = request.map_err(|error| broken(&error))?;
        let sent = self.outbound.send(request, self.within).await;
        let answer = sent.map_err(|error| broken(&error))?;
        match answer.status() {
            StatusCode::OK => {
                let bytes = read(answer, "application/json", answer_max).await?;
                json::read(&bytes).map(Answer::Found).map_err(|_| Fault::Malformed)
            }
            StatusCode::UNPROCESSABLE_ENTITY => {
                let bytes = read(answer, "application/problem+json", ANSWER_MAX).await?;
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
                Answer::Found(view) => view.check(asked.request_id).map(Answer::Found),
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
                Answer::Found(view) if view.request_id != asked.request_id.to_string() => {
                    Err(Fault::AnotherRequest)
                }
                Answer::Found(view) => Ok(view),
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
                Answer::Found(view) => {
                    view.check(asked.request_id, frames)?;
                    Ok(Answer::Found(view))
                }
                Answer::Refused(problem) => Ok(Answer::Refused(problem)),
            }
        }
        .boxed()
    }

    fn open_front(&self, asked: OpenFront) -> BoxFuture<'_, Result<FrontSessionView, Fault>> {
        async move {
            match self.post::<FrontSessionView>("/v1/front/session", &asked).await? {
                Answer::Refused(_) => Err(Fault::Status),
                Answer::Found(view) => view.check(asked.request_id).map(|()| view),
            }
        }
        .boxed()
    }

    fn judge_front(&self, asked: JudgeFront) -> BoxFuture<'_, Result<FrontOutcome, Fault>> {
        async move {
            let path = "/v1/front/verdict";
            match self.post_for::<FrontVerdictView>(path, &asked, FRONT_ANSWER_MAX).await? {
                Answer::Refused(_) => Err(Fault::Status),
                Answer::Found(view) => view.check(&asked),
            }
        }
        .boxed()
    }

    fn version(&self) -> BoxFuture<'_, Result<VersionView, Fault>> {
        async move {
            let answer = self.get("/version", self.within).await?;
            if answer.status() != StatusCode::OK {
                return Err(Fault::Status);
            }
            let bytes = read(answer, "application/json", ANSWER_MAX).await?;
            json::read::<VersionView>(&bytes).map_err(|_| Fault::Malformed)?.check()
        }
        .boxed()
    }

    fn well(&self) -> BoxFuture<'_, Result<(), Fault>> {
        async move {
            let status = self.get("/healthz", WELL_WITHIN).await?.status();
            if status == StatusCode::OK { Ok(()) } else { Err(Fault::Status) }
        }
        .boxed()
    }
}

/// The whole answer, never more of it than the contract allows.
async fn read(answer: Answered, media_type: &str, most: usize) -> Result<Bytes, Fault> {
    let told = answer.header(CONTENT_TYPE).and_then(|it| it.split(';').next()).unwrap_or_default();
    if !told.trim().eq_ignore_ascii_case(media_type) {
        return Err(Fault::ContentType);
    }
    answer.body(most).await.map_err(|error| broken(&error))
}

fn broken(error: &OutboundError) -> Fault {
    match error {
        OutboundError::TooLarge => Fault::TooLong,
        error if error.is_timeout() => Fault::Slow,
        OutboundError::Request(_)
        | OutboundError::Body(_)
        | OutboundError::Slow
        | OutboundError::Unreachable(_)
        | OutboundError::Broken(_) => Fault::Unreachable,
    }
}
