//! The part of the contract for solutions with a front part of their own (BIO-2, BIO-5): the front part films, gives its
//! pack to its own back part, and the platform asks the back part for the verdict. Whatever does not fit is a [`Fault`].
//!
//! ```text
//! platform ──open──▶ back part            a session and a challenge, opaque to the platform
//! page ──session, challenge, language──▶ front part ──pack──▶ back part
//! platform ──verdict──▶ back part         nothing arrived, or live or not, with portraits
//! ```

use serde::{Deserialize, Serialize};

use super::wire::{Base64, PROBES_MAX};
use super::{Fault, ModelView, VersionView};
use crate::id::SolutionRequestId;
use crate::jose::is_sha256;
use crate::liveness::challenge::Wishes;
use crate::liveness::pack::{FRAME_PIXELS_MAX, LONGER_SIDE_MIN, PACK_MAX, SHORTER_SIDE_MIN};
use crate::photo::jpeg;
use crate::text::Language;

/// Characters of the name of a vendor's session.
pub const FRONT_SESSION_MAX: usize = 200;
/// Characters of a vendor's challenge.
pub const FRONT_CHALLENGE_MAX: usize = 4_000;
/// Bytes of all portraits of one verdict.
pub const PORTRAITS_BYTES_MAX: usize = 2 * 1024 * 1024;
const REASONS_MAX: usize = 20;
const REASON_MAX: usize = 60;
const MODELS_MAX: usize = 50;
const NAME_MAX: usize = 100;

/// `POST /v1/front/session`: opens one check at the back part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenFront {
    pub request_id: SolutionRequestId,
    pub language: Language,
    #[serde(default)]
    pub wishes: Wishes,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontSessionView {
    pub request_id: String,
    /// Unpredictable; names the session between front part, back part and platform, and nothing else.
    pub session: String,
    /// What the front part is given; only the solution understands it.
    pub challenge: String,
}

/// `POST /v1/front/verdict`: what came of a session. Asked once for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeFront {
    /// Of the request that opened it.
    pub request_id: SolutionRequestId,
    pub session: String,
    pub challenge: String,
}

/// How far a session has come at the back part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrontStage {
    /// Its front part has not been heard of.
    Opened,
    /// Its front part has said that it runs.
    Started,
    /// A pack has arrived whole, and was judged.
    Arrived,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrontVerdictView {
    pub request_id: String,
    pub session: String,
    pub challenge: String,
    pub stage: FrontStage,
    /// What follows is there exactly when a pack has arrived.
    pub pack: Option<FrontPackView>,
    pub live: Option<bool>,
    /// Why not; for journal and evidence, never for the client.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// JPEGs for matching, best first, at most [`PROBES_MAX`].
    #[serde(default)]
    pub portraits: Vec<Base64>,
}

/// The pack that the solution keeps no longer than its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontPackView {
    /// 64 hexadecimal digits.
    pub sha256: String,
    pub bytes: u64,
}

/// A consistent answer about a session.
#[derive(Clone, Debug, PartialEq)]
pub enum FrontOutcome {
    /// No pack has arrived.
    Nothing {
        started: bool,
    },
    Judged(FrontVerdict),
}

#[derive(Clone, Debug, PartialEq)]
pub struct FrontVerdict {
    pub live: bool,
    pub reasons: Vec<String>,
    pub portraits: Vec<Vec<u8>>,
    /// SHA-256 in hexadecimal, as the solution says.
    pub pack_sha256: String,
    pub pack_bytes: u64,
}

impl FrontSessionView {
    pub fn check(&self, asked: SolutionRequestId) -> Result<(), Fault> {
        if self.request_id != asked.to_string() {
            return Err(Fault::AnotherRequest);
        }
        let opaque = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_graphic())
        };
        if !opaque(&self.session, FRONT_SESSION_MAX)
            || !opaque(&self.challenge, FRONT_CHALLENGE_MAX)
        {
            return Err(Fault::OutOfRange);
        }
        Ok(())
    }
}

impl FrontVerdictView {
    pub fn check(self, asked: &JudgeFront) -> Result<FrontOutcome, Fault> {
        let own = self.request_id == asked.request_id.to_string()
            && self.session == asked.session
            && self.challenge == asked.challenge;
        if !own {
            return Err(Fault::AnotherRequest);
        }
        let (pack, live) = match (self.stage, self.pack, self.live) {
            (FrontStage::Arrived, Some(pack), Some(live)) => (pack, live),
            (FrontStage::Opened | FrontStage::Started, None, None)
                if self.reasons.is_empty() && self.portraits.is_empty() =>
            {
                return Ok(FrontOutcome::Nothing { started: self.stage == FrontStage::Started });
            }
            _ => return Err(Fault::Contradiction),
        };
        let fits = is_sha256(&pack.sha256)
            && (1..=PACK_MAX as u64).contains(&pack.bytes)
            && self.reasons.len() <= REASONS_MAX
            && self.reasons.iter().all(|it| is_reason(it))
            && self.portraits.len() <= PROBES_MAX
            && self.portraits.iter().map(|it| it.0.len()).sum::<usize>() <= PORTRAITS_BYTES_MAX
            && self.portraits.iter().all(|it| is_portrait(&it.0));
        if !fits {
            return Err(Fault::OutOfRange);
        }
        // Live with reasons against it, or live without anything to match, is inconsistent.
        if live && (!self.reasons.is_empty() || self.portraits.is_empty()) {
            return Err(Fault::Contradiction);
        }
        Ok(FrontOutcome::Judged(FrontVerdict {
            live,
            reasons: self.reasons,
            portraits: self.portraits.into_iter().map(|it| it.0).collect(),
            pack_sha256: pack.sha256,
            pack_bytes: pack.bytes,
        }))
    }
}

impl VersionView {
    /// What is kept with evidence has bounds as well.
    pub fn check(self) -> Result<Self, Fault> {
        let shown = |text: &str| {
            (1..=NAME_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        };
        let fits = shown(&self.name)
            && shown(&self.version)
            && self.models.len() <= MODELS_MAX
            && self
                .models
                .iter()
                .all(|ModelView { name, sha256 }| shown(name) && is_sha256(sha256));
        if fits { Ok(self) } else { Err(Fault::OutOfRange) }
    }
}

fn is_reason(text: &str) -> bool {
    let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    (1..=REASON_MAX).contains(&text.len()) && text.bytes().all(plain)
}

/// A whole JPEG as large as a frame of a check may be (PHM-5).
fn is_portrait(bytes: &[u8]) -> bool {
    let Ok((width, height)) = jpeg::sides(bytes) else { return false };
    width.max(height) >= LONGER_SIDE_MIN
        && width.min(height) >= SHORTER_SIDE_MIN
        && u64::from(width) * u64::from(height) <= FRAME_PIXELS_MAX
        && jpeg::whole(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: SolutionRequestId = SolutionRequestId(7);

    fn asked() -> JudgeFront {
        let (session, challenge) = ("s".to_owned(), "c".to_owned());
        JudgeFront { request_id: ASKED, session, challenge }
    }

    fn not_live() -> FrontVerdictView {
        FrontVerdictView {
            request_id: ASKED.to_string(),
            session: "s".to_owned(),
            challenge: "c".to_owned(),
            stage: FrontStage::Arrived,
            pack: Some(FrontPackView { sha256: "0".repeat(64), bytes: 9 }),
            live: Some(false),
            reasons: vec!["still".to_owned()],
            portraits: vec![],
        }
    }

    #[test]
    fn an_honest_answer_is_believed_and_each_lie_is_a_fault() {
        assert!(matches!(
            not_live().check(&asked()),
            Ok(FrontOutcome::Judged(FrontVerdict { live: false, .. }))
        ));
        let lie = |change: fn(&mut FrontVerdictView)| {
            let mut view = not_live();
            change(&mut view);
            view.check(&asked()).unwrap_err()
        };
        for (told, fault) in [
            (lie(|it| it.request_id = SolutionRequestId(8).to_string()), Fault::AnotherRequest),
            (lie(|it| it.session = "t".to_owned()), Fault::AnotherRequest),
            (lie(|it| it.challenge.clear()), Fault::AnotherRequest),
            (lie(|it| it.stage = FrontStage::Started), Fault::Contradiction),
            (lie(|it| it.pack = None), Fault::Contradiction),
            (lie(|it| it.live = None), Fault::Contradiction),
            (lie(|it| it.live = Some(true)), Fault::Contradiction),
            (lie(|it| (it.live, it.reasons) = (Some(true), vec![])), Fault::Contradiction),
            (lie(|it| it.pack.as_mut().unwrap().bytes = 0), Fault::OutOfRange),
            (lie(|it| it.pack.as_mut().unwrap().bytes = PACK_MAX as u64 + 1), Fault::OutOfRange),
            (lie(|it| it.pack.as_mut().unwrap().sha256.clear()), Fault::OutOfRange),
            (lie(|it| it.reasons = vec!["Bad word".to_owned()]), Fault::OutOfRange),
            (lie(|it| it.reasons = vec!["a".to_owned(); 21]), Fault::OutOfRange),
            (lie(|it| it.portraits = vec![Base64(b"GIF89a".to_vec())]), Fault::OutOfRange),
        ] {
            assert_eq!(told, fault);
        }
    }

    #[test]
    fn nothing_has_arrived_only_where_nothing_is_told() {
        let nothing = FrontVerdictView {
            stage: FrontStage::Opened,
            pack: None,
            live: None,
            reasons: vec![],
            ..not_live()
        };
        let outcome = nothing.clone().check(&asked());
        assert_eq!(outcome, Ok(FrontOutcome::Nothing { started: false }));
        let started = FrontVerdictView { stage: FrontStage::Started, ..nothing.clone() };
        assert_eq!(started.check(&asked()), Ok(FrontOutcome::Nothing { started: true }));
        let odd = FrontVerdictView { stage: FrontStage::Arrived, ..nothing };
        assert_eq!(odd.check(&asked()), Err(Fault::Contradiction));
    }

    #[test]
    fn a_session_has_a_name_and_a_challenge_of_visible_ascii() {
        let view = |session: &str, challenge: &str| FrontSessionView {
            request_id: ASKED.to_string(),
            session: session.to_owned(),
            challenge: challenge.to_owned(),
        };
        assert_eq!(view("a", "b").check(ASKED), Ok(()));
        assert_eq!(view("a", "b").check(SolutionRequestId(8)), Err(Fault::AnotherRequest));
        let long = "x".repeat(FRONT_CHALLENGE_MAX + 1);
        for (session, challenge) in [("", "b"), ("a", ""), ("a b", "c"), ("ә", "b"), ("a", &long)]
        {
            assert_eq!(view(session, challenge).check(ASKED), Err(Fault::OutOfRange));
        }
    }
}
