//! The built-in engine as a solution among others.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use senim_core::liveness::challenge::Challenge;
use senim_core::liveness::pack::Pack;
use senim_core::liveness::{self, DEGREE_MIN, Known};
use senim_core::problem::Problem;
use senim_core::solution::{
    Fault, FrontOutcome, FrontSessionView, JudgeFront, JudgeLiveness, LivenessSessionView,
    LivenessVerdictView, Match, MatchFaces, MatchView, ModelView, OpenFront, OpenLivenessSession,
    PROBES_MAX, VersionView,
};
use sha2::{Digest as _, Sha256};

use super::{Answer, Solution};
use crate::inference::{Inference, LOOK_WITHIN, Turn};
use senim_channel::clock::{Clock, Rng};
use senim_faces::Faces;

#[derive(Clone)]
pub struct Builtin {
    pub faces: Arc<Faces>,
    pub models_dir: PathBuf,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub turn: WhoseTurn,
}

/// A liveness check uses a core for about a second: at most one per core at once.
#[derive(Clone)]
pub enum WhoseTurn {
    /// The caller already holds a turn, so that queueing does not count as the solution's time.
    Come(Turn),
    /// Each request waits for a turn.
    Waits(Inference),
}

impl Builtin {
    /// Runs CPU-bound work on a blocking thread, once a turn is free.
    async fn judged<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Faces) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let turn = match &self.turn {
            WhoseTurn::Come(turn) => turn.clone(),
            WhoseTurn::Waits(inference) => {
                inference.again().await.map_err(|_| Fault::Unavailable)?
            }
        };
        let faces = Arc::clone(&self.faces);
        let done = tokio::task::spawn_blocking(move || {
            // Held by the work itself: the caller may disconnect.
            let _turn = turn;
            work(&faces)
        });
        done.await.map_err(|_| Fault::Status)
    }
}

impl Solution for Builtin {
    fn match_faces(&self, asked: MatchFaces) -> BoxFuture<'_, Result<Answer<Match>, Fault>> {
        async move {
            let request = asked.request_id;
            let compared = self.judged(move |faces| {
                let probes: Vec<&[u8]> = asked.probes.iter().map(|it| it.0.as_slice()).collect();
                faces.compare(&probes, &asked.reference.0)
            });
            match compared.await? {
                Err(problem) => refused(problem),
                // The calibrated scale keeps its threshold when models are replaced.
                Ok(found) => MatchView {
                    request_id: request.to_string(),
                    similarity: found.degree / 100.0,
                    threshold: DEGREE_MIN / 100.0,
                    degree: found.degree,
                }
                .check(request)
                .map(Answer::Found),
            }
        }
        .boxed()
    }

    fn open_liveness(
        &self,
        asked: OpenLivenessSession,
    ) -> BoxFuture<'_, Result<LivenessSessionView, Fault>> {
        async move {
            let mut seed = [0; 32];
            self.rng.fill(&mut seed);
            Ok(LivenessSessionView {
                request_id: asked.request_id.to_string(),
                challenge: Challenge::draw(seed, asked.wishes, self.clock.now()),
            })
        }
        .boxed()
    }

    fn judge_liveness(
        &self,
        asked: JudgeLiveness,
    ) -> BoxFuture<'_, Result<Answer<LivenessVerdictView>, Fault>> {
        async move {
            let took = self.clock.now() - asked.challenge.issued_at;
            let known = Known { took_ms: took.num_milliseconds().try_into().ok(), repeated: 0 };
            let clock = Arc::clone(&self.clock);
            let judged = self.judged(move |faces| {
                let until = clock.now() + LOOK_WITHIN;
                let JudgeLiveness { request_id, challenge, pack } = asked;
                // The platform has decoded it before it calls.
                let pack = Pack::read(&pack.0, &challenge.nonce).map_err(|_| Fault::Status)?;
                let seen = match faces.look(&pack.frames, || clock.now() >= until) {
                    Err(problem) => return refused(problem),
                    Ok(looked) => looked.seen,
                };
                let verdict = liveness::judge(&challenge, &pack.about, &seen, &known);
                let view = LivenessVerdictView {
                    request_id: request_id.to_string(),
                    live: verdict.live,
                    reasons: verdict.reasons.into_iter().filter_map(word).collect(),
                    portraits: verdict
                        .portraits
                        .iter()
                        .take(PROBES_MAX)
                        .filter_map(|&it| it.try_into().ok())
                        .collect(),
                };
                view.check(request_id, pack.frames.len())?;
                Ok(Answer::Found(view))
            });
            judged.await?
        }
        .boxed()
    }

    /// Its widget is the pages' own.
    fn open_front(&self, _: OpenFront) -> BoxFuture<'_, Result<FrontSessionView, Fault>> {
        async { Err(Fault::NotOffered) }.boxed()
    }

    fn judge_front(&self, _: JudgeFront) -> BoxFuture<'_, Result<FrontOutcome, Fault>> {
        async { Err(Fault::NotOffered) }.boxed()
    }

    fn version(&self) -> BoxFuture<'_, Result<VersionView, Fault>> {
        async move {
            let dir = self.models_dir.clone();
            let models = tokio::task::spawn_blocking(move || models(&dir));
            let models = models.await.map_err(|_| Fault::Status)?.map_err(|_| Fault::Status)?;
            Ok(VersionView {
                name: format!("senim-{}", self.faces.runtime()),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                models,
            })
        }
        .boxed()
    }

    fn well(&self) -> BoxFuture<'_, Result<(), Fault>> {
        async { Ok(()) }.boxed()
    }
}

fn refused<T>(problem: Problem) -> Result<Answer<T>, Fault> {
    Fault::refusal(problem.code()).map(Answer::Refused).ok_or(Fault::Status)
}

/// A reason in the contract's spelling.
fn word(reason: liveness::Reason) -> Option<String> {
    serde_json::to_value(reason).ok()?.as_str().map(str::to_owned)
}

/// Every `.onnx` of the folder with its digest, by name.
fn models(dir: &Path) -> io::Result<Vec<ModelView>> {
    let mut models = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_none_or(|it| it != "onnx") {
            continue;
        }
        let mut hash = Sha256::new();
        io::copy(&mut File::open(&path)?, &mut hash)?;
        let name = path.file_stem().map(|it| it.to_string_lossy().into_owned());
        models.push(ModelView {
            name: name.unwrap_or_default(),
            sha256: format!("{:x}", hash.finalize()),
        });
    }
    models.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(models)
}
