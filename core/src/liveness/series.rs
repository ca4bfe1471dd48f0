//! Judges a series of portraits without a challenge: how checks were made before challenges came.
//!
//! Kept until the host's engine and session have moved to [`super::judge`].

use serde::{Deserialize, Serialize};

use crate::photo::Guidance;
use crate::problem::Problem;

pub const FRAMES_MIN: usize = 3;
pub const FRAMES_MAX: usize = 12;

/// The median frame must be at least so surely live. Genuine portraits and the genuine clip measure
/// 0.85–1.00 in 95 of 100 frames (never below 0.51), the two attack pictures we have 0.000 and 0.007.
const LIVE_MIN: f32 = 0.5;

/// Cosine to the first frame's face from which it is the same person: SFace at FMR 1e-4, as in degree.rs.
const SAME_MIN: f32 = 0.430;

/// What was found in one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameFacts {
    /// Faces that count.
    pub faces: usize,
    pub guidance: Guidance,
    /// 0–1, to choose the best frame by.
    pub quality: f32,
    /// The passive net's share for "live", 0–1.
    pub live: f32,
    /// Cosine between this face and the first frame's.
    pub likeness: f32,
}

/// The verdict. The numbers behind it stay here: an attacker must not learn how near they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub live: bool,
    /// Why not, for the journal; empty when live.
    pub reasons: Vec<Reason>,
    /// The frame to match with the reference photo.
    pub best: usize,
}

/// Why a person was not taken for live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    TooFewFrames,
    TooManyFrames,
    NoFace,
    SeveralFaces,
    /// Another person in a later frame than in the first.
    AnotherFace,
    /// The passive net takes it for a picture of a picture.
    Reproduced,
}

impl Reason {
    pub fn problem(self) -> Problem {
        match self {
            Self::TooFewFrames => Problem::PhotoTooFew,
            Self::TooManyFrames => Problem::PhotoTooMany,
            Self::NoFace => Problem::PhotoNoFace,
            Self::SeveralFaces => Problem::PhotoTooManyFaces,
            Self::AnotherFace | Self::Reproduced => Problem::IdentityNotLive,
        }
    }
}

/// Judges a series of frames in the order in which they were taken.
pub fn judge(frames: &[FrameFacts]) -> Verdict {
    let mut reasons = Vec::new();
    let mut unless = |holds: bool, reason: Reason| {
        if !holds {
            reasons.push(reason);
        }
    };
    unless(frames.len() >= FRAMES_MIN, Reason::TooFewFrames);
    unless(frames.len() <= FRAMES_MAX, Reason::TooManyFrames);
    unless(frames.iter().all(|it| it.faces > 0), Reason::NoFace);
    unless(frames.iter().all(|it| it.faces < 2), Reason::SeveralFaces);
    if reasons.is_empty() {
        // NaN passes no `>=`: a broken net makes nobody live.
        let same = frames.iter().all(|it| it.likeness >= SAME_MIN);
        let live = median(frames) >= LIVE_MIN;
        reasons.extend((!same).then_some(Reason::AnotherFace));
        reasons.extend((!live).then_some(Reason::Reproduced));
    }
    Verdict { live: reasons.is_empty(), reasons, best: best(frames) }
}

/// A good frame before any other, then the one of the best quality.
fn best(frames: &[FrameFacts]) -> usize {
    let worth = |it: &FrameFacts| (it.guidance == Guidance::Good, it.quality);
    let order = |a: &FrameFacts, b: &FrameFacts| {
        let ((a_good, a_quality), (b_good, b_quality)) = (worth(a), worth(b));
        a_good.cmp(&b_good).then(a_quality.total_cmp(&b_quality))
    };
    frames.iter().enumerate().max_by(|a, b| order(a.1, b.1)).map_or(0, |(index, _)| index)
}

/// The lower one of the two in the middle: in doubt the stricter.
fn median(frames: &[FrameFacts]) -> f32 {
    let mut shares: Vec<f32> = frames.iter().map(|it| it.live).collect();
    shares.sort_by(f32::total_cmp);
    shares.get(shares.len().saturating_sub(1) / 2).copied().unwrap_or(f32::NAN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GENUINE: FrameFacts =
        FrameFacts { faces: 1, guidance: Guidance::Good, quality: 0.5, live: 0.98, likeness: 0.95 };

    #[test]
    fn one_live_person_in_every_frame_is_live() {
        assert_eq!(judge(&[GENUINE; 3]), Verdict { live: true, reasons: vec![], best: 2 });
        assert!(judge(&[GENUINE; 12]).live);
    }

    #[test]
    fn each_fault_is_a_reason_and_each_reason_a_problem() {
        let empty = FrameFacts { faces: 0, ..GENUINE };
        let crowded = FrameFacts { faces: 2, ..GENUINE };
        let other = FrameFacts { likeness: 0.2, ..GENUINE };
        let screen = FrameFacts { live: 0.01, ..GENUINE };
        let rows: [(&[FrameFacts], Reason, &str); 8] = [
            (&[], Reason::TooFewFrames, "photo.too-few"),
            (&[GENUINE; 2], Reason::TooFewFrames, "photo.too-few"),
            (&[GENUINE; 13], Reason::TooManyFrames, "photo.too-many"),
            (&[GENUINE, empty, GENUINE], Reason::NoFace, "photo.no-face"),
            (&[GENUINE, GENUINE, crowded], Reason::SeveralFaces, "photo.several-faces"),
            (&[GENUINE, GENUINE, other], Reason::AnotherFace, "identity.not-live"),
            (&[screen, screen, GENUINE], Reason::Reproduced, "identity.not-live"),
            (&[screen, screen, GENUINE, GENUINE], Reason::Reproduced, "identity.not-live"),
        ];
        for (frames, reason, code) in rows {
            let verdict = judge(frames);
            assert!(!verdict.live);
            assert_eq!(verdict.reasons, [reason]);
            assert_eq!(reason.problem().code(), code);
        }
    }

    #[test]
    fn a_single_poor_frame_does_not_end_it() {
        assert!(judge(&[GENUINE, FrameFacts { live: 0.1, ..GENUINE }, GENUINE]).live);
        assert!(
            judge(&[GENUINE, FrameFacts { guidance: Guidance::HoldStill, ..GENUINE }, GENUINE])
                .live
        );
    }

    #[test]
    fn the_best_frame_is_a_good_one() {
        let blurred = FrameFacts { guidance: Guidance::HoldStill, quality: 0.9, ..GENUINE };
        let sharp = FrameFacts { quality: 0.7, ..GENUINE };
        assert_eq!(judge(&[GENUINE, blurred, sharp, GENUINE]).best, 2);
    }

    proptest! {
        #[test]
        fn numbers_that_are_none_make_nobody_live(live in any::<f32>(), likeness in any::<f32>()) {
            let verdict = judge(&[FrameFacts { live, likeness, ..GENUINE }; 3]);
            prop_assert_eq!(verdict.live, live >= LIVE_MIN && likeness >= SAME_MIN);
        }
    }
}
