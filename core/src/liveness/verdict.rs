//! The verdict on one check: facts of its frames in, live or not out, with every reason for the journal.

use serde::{Deserialize, Serialize};

use super::challenge::{Ask, Challenge};
use super::facts::{FaceFacts, FrameFacts};
use super::pack::{About, Kind};
use crate::problem::Problem;

/// One frame of the pack, as the engine saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// As the pack tells it: the challenge's step, what the widget took the frame for, the camera's clock.
    pub step: u8,
    pub kind: Kind,
    pub at_ms: u32,
    pub facts: FrameFacts,
}

/// What only the platform can know of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Known {
    /// Frames that came in an earlier check as well, of whomever: the platform sees all participants' checks.
    pub repeated: usize,
    /// From the challenge's hand-out to the last byte of the pack; nothing where it was not measured.
    pub took_ms: Option<u32>,
}

/// The verdict. The numbers behind it stay on the server: an attacker must not learn how near they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub live: bool,
    /// Why not, each once and in the order of [`Reason`]; empty when live.
    pub reasons: Vec<Reason>,
    /// Indexes of the frames to match with the reference photo, the best first, at most [`PORTRAITS_MAX`].
    pub portraits: Vec<usize>,
    /// What speaks of a forged camera or page; journalled whatever the verdict is.
    pub signals: Vec<Signal>,
}

/// Why a person was not taken for live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A step is without the frames that it needs, or they are out of order.
    Incomplete,
    /// The times can't be: before the prompt, after the time was up, longer than the server's own clock says.
    Mistimed,
    NoFace,
    SeveralFaces,
    /// Another person in one frame than in the others, or a jump between two neighbouring frames.
    AnotherFace,
    /// No frames good enough to match: frontal, eyes open, apart in time.
    NoPortrait,
    /// What was asked for was not seen.
    NotDone,
    /// It was there before it was asked for.
    DoneBefore,
    /// Something was done that was not asked for.
    DoneUnasked,
    /// The face moves as a plane does, not as a head.
    Flat,
    /// Parts of the face that live do not move at all.
    Rigid,
    /// The passive net takes it for a picture of a picture.
    Reproduced,
    /// A screen's or a print's pattern, or the edge of one, is in the picture.
    Patterned,
    /// The screen's colours are not seen on the face.
    NoReflection,
    /// They are seen in another order, or where no face would show them.
    WrongReflection,
    /// Frames that were sent before, in this check or in another.
    Repeated,
    /// Signals of a forged camera that together are no accident.
    Injected,
}

impl Reason {
    /// What the client is told; which of several tests failed is nobody's business but the journal's.
    pub fn problem(self) -> Problem {
        match self {
            Self::NoFace => Problem::PhotoNoFace,
            Self::SeveralFaces => Problem::PhotoTooManyFaces,
            Self::Incomplete
            | Self::Mistimed
            | Self::AnotherFace
            | Self::NoPortrait
            | Self::NotDone
            | Self::DoneBefore
            | Self::DoneUnasked
            | Self::Flat
            | Self::Rigid
            | Self::Reproduced
            | Self::Patterned
            | Self::NoReflection
            | Self::WrongReflection
            | Self::Repeated
            | Self::Injected => Problem::IdentityNotLive,
        }
    }
}

/// What speaks of a forged camera or page. None is trusted alone: each can happen to an honest client, or be
/// hidden by a thorough forger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// Frames known from an earlier check.
    KnownFrames,
    /// `getUserMedia` is not the browser's own.
    ForeignCameraFunction,
    /// The camera's label is that of a known virtual camera.
    VirtualCamera,
    /// The page is driven by `WebDriver`.
    Automated,
    /// The camera did not answer when it was asked for another size.
    UnmovedByChange,
    /// Frames come more evenly than any camera's.
    TooEven,
    /// Many frames are exactly as the one before: a still picture or a slowed film.
    StillFrames,
    /// What is told of the camera contradicts itself or the frames.
    Contradiction,
    /// The track has no device behind it.
    NoDevice,
    /// The page was hidden meanwhile.
    Hidden,
    /// The page is framed by another.
    Framed,
}

pub const PORTRAITS_MAX: usize = 5;

/// Cosine to the first frame's face from which it is the same person: `SFace` at FMR 1e-4, as in degree.rs.
const SAME_MIN: f32 = 0.430;

/// The median frame must be at least so surely live, as passive.rs measured.
const LIVE_MIN: f32 = 0.5;

/// Judges one check. `seen` is in the pack's order.
pub fn judge(challenge: &Challenge, about: &About, seen: &[Seen], known: &Known) -> Verdict {
    let mut reasons = Vec::new();
    let mut unless = |holds: bool, reason: Reason| {
        if !holds {
            reasons.push(reason);
        }
    };
    let faces: Vec<&FaceFacts> = seen.iter().filter_map(|it| it.facts.face.as_ref()).collect();
    let portraits = portraits(seen);
    unless(complete(challenge, seen), Reason::Incomplete);
    unless(in_time(challenge, about, known), Reason::Mistimed);
    unless(seen.iter().all(|it| it.facts.faces > 0 && it.facts.face.is_some()), Reason::NoFace);
    unless(seen.iter().all(|it| it.facts.faces < 2), Reason::SeveralFaces);
    // NaN passes no `>=`: a broken net makes nobody live.
    unless(faces.iter().all(|it| it.likeness >= SAME_MIN), Reason::AnotherFace);
    unless(!portraits.is_empty(), Reason::NoPortrait);
    unless(median(faces.iter().flat_map(|it| &it.live)) >= LIVE_MIN, Reason::Reproduced);
    unless(known.repeated == 0, Reason::Repeated);
    reasons.sort();
    let signals = if known.repeated > 0 { vec![Signal::KnownFrames] } else { Vec::new() };
    Verdict { live: reasons.is_empty(), reasons, portraits, signals }
}

/// Each step has the frames that it can't be judged without.
fn complete(challenge: &Challenge, seen: &[Seen]) -> bool {
    challenge.steps.iter().enumerate().all(|(index, step)| {
        let has =
            |kind: Kind| seen.iter().any(|it| usize::from(it.step) == index && it.kind == kind);
        match &step.ask {
            Ask::Look => has(Kind::Portrait),
            Ask::Do(_) => has(Kind::Passing) && has(Kind::Peak),
            Ask::Colours(colours) => {
                (0..colours.len()).all(|it| u8::try_from(it).is_ok_and(|it| has(Kind::Colour(it))))
            }
        }
    })
}

fn in_time(challenge: &Challenge, about: &About, known: &Known) -> bool {
    let (shown, done) = (&about.shown_at_ms, &about.done_at_ms);
    let told = shown.len() == challenge.steps.len() && done.len() == shown.len();
    let length = done.last().zip(shown.first()).and_then(|(end, start)| end.checked_sub(*start));
    told && length.is_some_and(|it| known.took_ms.is_none_or(|took| it <= took))
}

fn portraits(seen: &[Seen]) -> Vec<usize> {
    let quality = |it: &usize| seen[*it].facts.face.as_ref().map_or(0.0, |face| face.quality);
    let mut portraits: Vec<usize> =
        (0..seen.len()).filter(|it| seen[*it].kind == Kind::Portrait).collect();
    portraits.sort_by(|a, b| quality(b).total_cmp(&quality(a)));
    portraits.truncate(PORTRAITS_MAX);
    portraits
}

/// The lower one of the two in the middle: in doubt the stricter.
fn median<'a>(numbers: impl Iterator<Item = &'a f32>) -> f32 {
    let mut numbers: Vec<f32> = numbers.copied().collect();
    numbers.sort_by(f32::total_cmp);
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or(f32::NAN)
}
