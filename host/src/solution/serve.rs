//! `senim solution serve`: serves the built-in engine by the contract of biometric solutions.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use senim_channel::budget::{Caller, Registry};
use senim_channel::{ListenerLimits, Places, PlainListener, ServeLimits, serve_router, stop_asked};
use senim_core::liveness::pack::Pack;
use senim_core::problem::{Problem, ProblemDocument};
use senim_core::solution::{
    Fault, JudgeLiveness, LivenessSessionView, LivenessVerdictView, MatchFaces, MatchView,
    OpenLivenessSession, PROBES_MAX, VersionView,
};
use tokio::net::TcpListener;

use super::builtin::WhoseTurn;
use super::{Answer, Builtin, Solution as _};
use crate::http::body::{BodyMax, JsonBody};
use crate::http::problem::{Refusal, respond};
use crate::inference::Inference;
use senim_channel::clock::{SystemClock, SystemRng};
use senim_faces::{BYTES_MAX, Faces};

/// Bytes: the images of one request in base64, and the reference.
const BODY_MAX: usize = 16 * 1024 * 1024;

/// Runs until SIGTERM or Ctrl-C.
pub async fn serve(
    listen: SocketAddr,
    models_dir: PathBuf,
    onnxruntime: Option<&Path>,
) -> anyhow::Result<()> {
    let faces = Faces::open(&models_dir, onnxruntime)?;
    let engine = Builtin {
        faces: Arc::new(faces),
        models_dir,
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        turn: WhoseTurn::Waits(Inference::open(&Registry::default())),
    };
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("can't listen on {listen}"))?;
    tracing::info!(address = %listener.local_addr()?, runtime = engine.faces.runtime(), "serving");
    let places = Places::open(
        &Registry::default(),
        "solution",
        ListenerLimits { behind_proxies: true, ..ListenerLimits::default() },
        |_| Caller::Participant,
    );
    let (listener, limits) = (PlainListener::new(listener, places), ServeLimits::default());
    serve_router(listener, limits, stop_asked(), routes(engine)).await;
    Ok(())
}

pub fn routes(engine: Builtin) -> Router {
    Router::new()
        .route("/v1/match", post(match_faces))
        .route("/v1/liveness/session", post(open_liveness))
        .route("/v1/liveness/verdict", post(judge_liveness))
        .layer(Extension(BodyMax(BODY_MAX)))
        .route("/healthz", get(async || "ok"))
        .route("/version", get(version))
        .fallback(async || Refusal::from(Problem::NotFound))
        .method_not_allowed_fallback(async || Refusal::from(Problem::MethodNotAllowed))
        .with_state(engine)
}

async fn match_faces(
    State(engine): State<Builtin>,
    JsonBody(asked): JsonBody<MatchFaces>,
) -> Result<Response, Refusal> {
    if !(1..=PROBES_MAX).contains(&asked.probes.len()) {
        return Err(Refusal::detailed(Problem::BodyMalformed, "probes are 1 to 5 pictures"));
    }
    if asked.probes.iter().map(|it| it.0.len()).sum::<usize>() > BYTES_MAX {
        return Ok(refusal(Problem::PhotoTooLarge));
    }
    let request = asked.request_id.to_string();
    Ok(match engine.match_faces(asked).await.map_err(failed)? {
        Answer::Refused(problem) => refusal(problem),
        Answer::Found(found) => Json(MatchView {
            request_id: request,
            similarity: found.similarity,
            threshold: found.threshold,
            degree: found.degree,
        })
        .into_response(),
    })
}

async fn open_liveness(
    State(engine): State<Builtin>,
    JsonBody(asked): JsonBody<OpenLivenessSession>,
) -> Result<Json<LivenessSessionView>, Refusal> {
    engine.open_liveness(asked).await.map(Json).map_err(failed)
}

async fn judge_liveness(
    State(engine): State<Builtin>,
    JsonBody(asked): JsonBody<JudgeLiveness>,
) -> Result<Response, Refusal> {
    if let Err(error) = Pack::read(&asked.pack.0, &asked.challenge.nonce) {
        return Err(Refusal::detailed(Problem::BodyMalformed, error.to_string()));
    }
    Ok(match engine.judge_liveness(asked).await.map_err(failed)? {
        Answer::Refused(problem) => refusal(problem),
        Answer::Found(verdict) => Json::<LivenessVerdictView>(verdict).into_response(),
    })
}

async fn version(State(engine): State<Builtin>) -> Result<Json<VersionView>, Refusal> {
    engine.version().await.map(Json).map_err(failed)
}

fn failed(fault: Fault) -> Refusal {
    Refusal::internal(fault)
}

/// Defects of an image are 422 in this contract, whatever status the catalogue gives them.
fn refusal(problem: Problem) -> Response {
    respond(&ProblemDocument::of(problem).with_status(StatusCode::UNPROCESSABLE_ENTITY.as_u16()))
}
