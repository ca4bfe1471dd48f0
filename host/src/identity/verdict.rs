//! Judges one check: frames become facts, facts a verdict, portraits a degree of match.

use std::sync::Arc;

use bytes::Bytes;
use senim_channel::clock::instant;
use senim_core::Timestamp;
use senim_core::agreement::Acceptance;
use senim_core::id::{Bin, SessionId};
use senim_core::identity::eligibility::Ineligible;
use senim_core::identity::session::Judgement;
use senim_core::liveness::challenge::Challenge;
use senim_core::liveness::pack::{About, Frame, Kind};
use senim_core::liveness::{DEGREE_MIN, Known, Question, Seen, Verdict};
use senim_core::problem::Problem;
use senim_core::solution::{Asker, Purpose};

use crate::app::App;
use crate::evidence::judge::Judge;
use crate::http::problem::Refusal;
use crate::inference::{LOOK_WITHIN, Turn};
use crate::solution::{self, Matched};
use senim_core::evidence::bundle::{self, Bundle, Code, Matching, Packed, Solution};
use senim_core::jose::sha256;
use senim_core::journal::Event;
use senim_faces::{Faces, Looked};
use senim_store as store;

/// A check whose frames have come.
pub(super) struct Judging {
    pub(super) faces: Arc<Faces>,
    pub(super) judge: Arc<Judge>,
    pub(super) challenge: Challenge,
    /// As the client accepted it in this session.
    pub(super) agreement: Option<Acceptance>,
    pub(super) packed: Packed,
    pub(super) about: About,
    pub(super) frames: Vec<Arrived>,
    /// The pack that they came in.
    pub(super) bytes: Bytes,
    /// The register's photo; `None` if the register does not have the person.
    pub(super) photo: Option<Bytes>,
    /// Whether the person may be a client (IDX-11); `None` with the photo.
    pub(super) eligible: Option<Result<(), Ineligible>>,
    pub(super) arrived_at: Timestamp,
}

#[expect(clippy::struct_field_names, reason = "the evidence bundle has the same word")]
pub(super) struct Outcome {
    pub(super) judgement: Judgement,
    /// As JSON.
    pub(super) bundle: Vec<u8>,
    /// SHA-256 of it.
    pub(super) digest: String,
    /// Whether the pack's images could be decoded.
    pub(super) has_verdict: bool,
    /// What the built-in engine is counted for; a front part is counted by whoever asks it.
    pub(super) counted: Option<store::solution::Outcome>,
    /// The solution whose front part failed the check.
    pub(super) failed: Option<String>,
    /// `passed`, or a problem's code.
    pub(super) outcome: String,
    /// Reasons and signals, never an image.
    pub(super) event: Event,
}

/// A frame of the pack; its image is a slice of the pack's bytes.
pub(super) struct Arrived {
    step: u8,
    kind: Kind,
    at_ms: u32,
    jpeg: Bytes,
}

impl Arrived {
    /// `bytes`: the whole pack's.
    pub(super) fn of(frame: &Frame<'_>, bytes: &Bytes) -> Self {
        let Frame { step, kind, at_ms, jpeg } = *frame;
        Self { step, kind, at_ms, jpeg: bytes.slice_ref(jpeg) }
    }

    fn frame(&self) -> Frame<'_> {
        Frame { step: self.step, kind: self.kind, at_ms: self.at_ms, jpeg: &self.jpeg }
    }
}

impl Outcome {
    pub(super) fn is_passed(&self) -> bool {
        matches!(self.judgement, Judgement::Live { degree } if degree >= DEGREE_MIN)
    }
}

impl Judging {
    /// `known`: for each frame, whether an identical one came in an earlier check.
    pub(super) async fn run(
        self,
        app: &App,
        (session, check): (SessionId, u8),
        participant: Option<Bin>,
        known: Vec<bool>,
        turn: Turn,
    ) -> Result<Outcome, Refusal> {
        let judging = Arc::new(self);
        let looked = {
            let (judging, clock, turn) =
                (Arc::clone(&judging), Arc::clone(&app.clock), turn.clone());
            let until = app.now() + LOOK_WITHIN;
            let looking = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                judging.look(|| clock.now() >= until)
            });
            looking.await.map_err(Refusal::internal)?
        };
        let (looked, unreadable) = match looked {
            Ok(looked) => (looked, None),
            Err(problem) => (Looked::default(), Some(problem)),
        };
        let now = app.now();
        let again = app
            .store
            .transact("identity.liveness.known", async |tx| {
                store::evidence::remember_prints(tx, session, &looked.prints, now).await
            })
            .await?;
        let took = (judging.arrived_at - judging.challenge.issued_at).num_milliseconds();
        let known = Known {
            repeated: known.into_iter().filter(|it| *it).count(),
            took_ms: Some(u32::try_from(took).unwrap_or(u32::MAX)),
        };
        let alike = again.into_iter().filter(|it| *it).count();
        let (question, verdict) = {
            let (judging, measures) = (Arc::clone(&judging), Arc::clone(&app.measures));
            let judged = move || {
                let started = instant();
                let decided = judging.decide(looked.seen, known, unreadable.is_none());
                let end = if decided.is_ok() { "judged" } else { "failed" };
                measures.judge.add("verdict", end, started.elapsed());
                decided
            };
            tokio::task::spawn_blocking(judged).await.map_err(Refusal::internal)??
        };
        let matched = match (unreadable, &verdict) {
            (Some(problem), _) => Err(problem),
            (None, Some(verdict)) => judging.matched(app, participant, verdict, turn).await?,
            (None, None) => Err(Problem::Internal),
        };
        judging.outcome((session, check), Made { question, verdict, matched, alike }, now)
    }

    /// CPU-bound; blocks.
    fn look(&self, over: impl Fn() -> bool) -> Result<Looked, Problem> {
        if self.frames.is_empty() {
            return Err(Problem::PhotoTooFew);
        }
        let frames: Vec<Frame<'_>> = self.frames.iter().map(Arrived::frame).collect();
        self.faces.look(&frames, over)
    }

    /// CPU-bound; blocks. `None` if the images could not be decoded.
    fn decide(
        &self,
        seen: Vec<Seen>,
        known: Known,
        readable: bool,
    ) -> Result<(Question, Option<Verdict>), Refusal> {
        let about = self.about.clone();
        let question = Question { challenge: self.challenge.clone(), about, seen, known };
        let verdict = readable.then(|| self.judge.verdict(&question)).transpose();
        Ok((question, verdict.map_err(Refusal::internal)?))
    }

    /// Matches the portraits of a live person with the register's photo, by the first solution that answers (BIO-5).
    async fn matched(
        &self,
        app: &App,
        participant: Option<Bin>,
        verdict: &Verdict,
        turn: Turn,
    ) -> Result<Result<Matching, Problem>, Refusal> {
        if !verdict.live {
            // "No face" is reported as such: an honest client can fix it, and an attacker learns nothing.
            let problems = verdict.reasons.iter().map(|it| it.problem());
            let specific = problems.into_iter().find(|it| *it != Problem::IdentityNotLive);
            return Ok(Err(specific.unwrap_or(Problem::IdentityNotLive)));
        }
        let portraits = verdict.portraits.iter().filter_map(|at| self.frames.get(*at));
        let portraits: Vec<Bytes> = portraits.map(|it| it.jpeg.clone()).collect();
        // The judge decides how many portraits are usable; more of them make the match more certain.
        if portraits.is_empty() {
            return Ok(Err(Problem::PhotoTooFew));
        }
        let Some(photo) = &self.photo else { return Ok(Err(Problem::IdentityUnknown)) };
        let asker = Asker { purpose: Purpose::Session, participant };
        match solution::match_faces(app, asker, turn, &portraits, photo).await {
            Ok(Matched { found, solution, request }) => Ok(Ok(Matching {
                reference_sha256: sha256(photo),
                similarity: found.similarity,
                degree: found.degree,
                solution,
                request: request.to_string(),
            })),
            Err(refusal) if refusal.problem() == Problem::Internal => Err(refusal),
            Err(refusal) => Ok(Err(refusal.problem())),
        }
    }

    fn outcome(
        &self,
        (session, check): (SessionId, u8),
        made: Made,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        let Made { question, verdict, matched, alike } = made;
        let (judgement, matching) = match matched {
            Ok(matching) => {
                let degree = matching.degree;
                let judgement = match self.eligible {
                    Some(Err(why)) if degree >= DEGREE_MIN => Judgement::Ineligible(why),
                    Some(_) | None => Judgement::Live { degree },
                };
                (judgement, Some(matching))
            }
            Err(problem) => (Judgement::Refused(problem), None),
        };
        let matcher = matching.as_ref().map(|it| it.solution.clone());
        let outcome = match judgement {
            Judgement::Live { degree } if degree >= DEGREE_MIN => "passed",
            Judgement::Live { .. } => Problem::IdentityNoMatch.code(),
            Judgement::Refused(problem) => problem.code(),
            Judgement::Ineligible(why) => why.problem().code(),
        };
        let (reasons, signals) = verdict
            .as_ref()
            .map_or_else(Default::default, |it| (it.reasons.clone(), it.signals.clone()));
        let has_verdict = verdict.is_some();
        let counted = match (&verdict, judgement) {
            (Some(verdict), _) if verdict.live => store::solution::Outcome::Live,
            (None, Judgement::Refused(problem)) => store::solution::Outcome::Refused(problem),
            (Some(_) | None, _) => store::solution::Outcome::NotLive,
        };
        let repeated = question.known.repeated;
        let bundle = Bundle {
            version: bundle::VERSION,
            session,
            check,
            agreement: self.agreement.clone(),
            arrived_at: self.arrived_at,
            judged_at: now,
            packed: self.packed.clone(),
            question,
            alike,
            verdict,
            matching,
            outcome: outcome.to_owned(),
            solution: Solution::built_in(self.faces.runtime()),
            code: Code {
                judge: self.judge.digest().to_owned(),
                nets: self.faces.digests().clone(),
                embeddings: self.faces.embedding_digests(),
            },
        };
        let bundle = serde_json::to_vec(&bundle).map_err(Refusal::internal)?;
        let digest = sha256(&bundle);
        let outcome = outcome.to_owned();
        let event = Event::IdentityChecked {
            check,
            outcome: outcome.clone(),
            reasons,
            signals,
            repeated,
            alike,
            solution: "Senim built-in".to_owned(),
            matched_by: matcher,
            runtime: self.faces.runtime().to_owned(),
            evidence: digest.clone(),
        };
        let counted = Some(counted);
        Ok(Outcome {
            judgement,
            bundle,
            digest,
            has_verdict,
            counted,
            failed: None,
            outcome,
            event,
        })
    }
}

struct Made {
    question: Question,
    verdict: Option<Verdict>,
    /// Or why there is no match.
    matched: Result<Matching, Problem>,
    /// Portraits that look like one of another session. A signal only: how often an honest person who returns
    /// to the same place looks like that could not be measured on freely available data.
    alike: usize,
}
