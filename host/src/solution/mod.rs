//! Biometric solutions: the built-in engine and other vendors' over HTTP, behind one trait (BIO-5).

mod ask;
mod builtin;
mod config;
mod front;
mod http;
mod report;
mod serve;
mod solutions;

pub use ask::{Matched, match_faces, match_with};
pub use builtin::{Builtin, WhoseTurn};
pub use config::{LivenessConfig, SolutionConfig};
pub(crate) use config::{builtin_alone, check, check_origins};
pub(crate) use front::{
    Checker, Judged, checked, count_builtin, count_front, judge_front, next_checker, open_front,
};
pub use http::HttpSolution;
pub use report::report;
pub use serve::{routes, serve};
pub use solutions::{Solutions, probe};

use futures::future::BoxFuture;
use senim_core::problem::Problem;
use senim_core::solution::{
    Fault, FrontOutcome, FrontSessionView, JudgeFront, JudgeLiveness, LivenessSessionView,
    LivenessVerdictView, Match, MatchFaces, OpenFront, OpenLivenessSession, VersionView,
};

/// A solution's result: an answer, or what is wrong with the images.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<T> {
    Found(T),
    /// Of [`Fault::refusal`].
    Refused(Problem),
}

/// A biometric solution: the operations of core/openapi/biometric-solution-v1.yaml.
///
/// Results are validated: they belong to this request, and their numbers are consistent.
pub trait Solution: Send + Sync {
    fn match_faces(&self, asked: MatchFaces) -> BoxFuture<'_, Result<Answer<Match>, Fault>>;

    fn open_liveness(
        &self,
        asked: OpenLivenessSession,
    ) -> BoxFuture<'_, Result<LivenessSessionView, Fault>>;

    fn judge_liveness(
        &self,
        asked: JudgeLiveness,
    ) -> BoxFuture<'_, Result<Answer<LivenessVerdictView>, Fault>>;

    /// A check at the solution's own front part.
    fn open_front(&self, asked: OpenFront) -> BoxFuture<'_, Result<FrontSessionView, Fault>>;

    /// What came of it.
    fn judge_front(&self, asked: JudgeFront) -> BoxFuture<'_, Result<FrontOutcome, Fault>>;

    fn version(&self) -> BoxFuture<'_, Result<VersionView, Fault>>;

    /// Whether it can answer now.
    fn well(&self) -> BoxFuture<'_, Result<(), Fault>>;
}

/// The test suite that every solution passes. `same`: a camera's frame
/// and a portrait of one person; `other`: a portrait of another.
pub async fn suite(solution: &dyn Solution, same: [&[u8]; 2], other: &[u8]) {
    use senim_core::id::SolutionRequestId;
    use senim_core::liveness::challenge::{Ask, Wishes};
    use senim_core::liveness::pack::{About, Frame, Kind, Writer};
    use senim_core::solution::Base64;

    let bytes = |it: &[u8]| Base64(it.to_vec());
    let asked = |request, probes: &[&[u8]], reference: &[u8]| MatchFaces {
        request_id: SolutionRequestId(request),
        probes: probes.iter().map(|it| bytes(it)).collect(),
        reference: bytes(reference),
    };
    assert_eq!(solution.well().await, Ok(()));
    let version = solution.version().await.expect("a version");
    assert!(!version.name.is_empty() && !version.version.is_empty() && !version.models.is_empty());
    let digest = |it: &str| it.len() == 64 && it.bytes().all(|it| it.is_ascii_hexdigit());
    assert!(version.models.iter().all(|it| digest(&it.sha256)), "{version:?}");

    let answer = solution.match_faces(asked(1, &[same[0]], same[1])).await;
    assert!(matches!(answer, Ok(Answer::Found(it)) if it.is_same_person()), "{answer:?}");
    let answer = solution.match_faces(asked(2, &[same[0], same[0], same[0]], same[1])).await;
    assert!(matches!(answer, Ok(Answer::Found(it)) if it.is_same_person()), "{answer:?}");
    let answer = solution.match_faces(asked(3, &[other], same[1])).await;
    assert!(matches!(answer, Ok(Answer::Found(it)) if !it.is_same_person()), "{answer:?}");
    let refused = solution.match_faces(asked(4, &[b"no picture"], same[1])).await;
    assert_eq!(refused, Ok(Answer::Refused(Problem::PhotoNotAnImage)));
    let refused = solution.match_faces(asked(5, &[same[0]], b"no picture")).await;
    assert_eq!(refused, Ok(Answer::Refused(Problem::IdentitySourcePhoto)));

    let open = |request, wishes| OpenLivenessSession { request_id: request, wishes };
    let request = SolutionRequestId(6);
    let still = Wishes { no_movement: true, no_flashing: true };
    let session = solution.open_liveness(open(request, still)).await.expect("a challenge");
    let other = solution.open_liveness(open(request, still)).await.expect("another one");
    assert_ne!(session.challenge.nonce, other.challenge.nonce, "nobody can foresee one");
    assert_eq!(session.challenge.steps.first().map(|it| &it.ask), Some(&Ask::Look));
    assert!(matches!(session.challenge.steps.last().map(|it| &it.ask), Some(Ask::Fades(_))));
    // Three copies of a still portrait can't blink.
    let mut pack = Writer::new(&session.challenge.nonce, &About::default());
    for at_ms in [0, 300, 600] {
        pack.push(&Frame { step: 0, at_ms, kind: Kind::Portrait, jpeg: same[0] });
    }
    let judge = |challenge, pack: Vec<u8>| JudgeLiveness {
        request_id: request,
        challenge,
        pack: Base64(pack),
    };
    let pack = pack.finish();
    let answer = solution.judge_liveness(judge(session.challenge, pack.clone())).await;
    let Ok(Answer::Found(verdict)) = answer else { panic!("{answer:?}") };
    assert!(!verdict.live && !verdict.reasons.is_empty(), "{verdict:?}");
    let answer = solution.judge_liveness(judge(other.challenge, pack)).await;
    assert!(!matches!(answer, Ok(Answer::Found(_))), "frames of another challenge: {answer:?}");
}
