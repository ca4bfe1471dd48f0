//! The verdict on one check: from the facts of its frames to live or not, with every reason for the journal.

use serde::{Deserialize, Serialize};

use super::challenge::{Action, Ask, Challenge};
use super::facts::FrameFacts;
use super::pack::{About, Kind};
use super::stance::Stance;
use super::tracker::{BULGE_MIN, Extent, State, Tracker};
use super::{colours, course, follow, signals, surface};
use crate::problem::Problem;

/// One frame of the pack with its facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// From the pack: the challenge's step, the widget's label of the frame, the camera's clock.
    pub step: u8,
    pub kind: Kind,
    pub at_ms: u32,
    pub facts: FrameFacts,
}

/// What only the platform knows about a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Known {
    /// Frames that also came in an earlier check of any person: the platform sees all participants' checks.
    pub repeated: usize,
    /// From the response with the challenge to the last byte of the pack; `None` if not measured.
    pub took_ms: Option<u32>,
}

/// The verdict. Its numbers stay on the server: an attacker must not learn how close an attempt was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub live: bool,
    /// Why not, each once and in the order of [`Reason`]; empty when live.
    pub reasons: Vec<Reason>,
    /// Indexes of the frames to match with the reference photo, the best first, at most [`PORTRAITS_MAX`].
    pub portraits: Vec<usize>,
    /// Signals of a forged camera or page; journalled whatever the verdict is.
    pub signals: Vec<Signal>,
}

/// Why a person was not judged live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A step lacks required frames, or they are out of order.
    Incomplete,
    /// Impossible times: before the prompt, after the deadline, or longer than by the server's clock.
    Mistimed,
    NoFace,
    SeveralFaces,
    /// A different person in one frame, or a jump between two neighbouring frames.
    AnotherFace,
    /// No frames good enough to match: frontal, eyes open, apart in time.
    NoPortrait,
    /// A requested action was not seen.
    NotDone,
    /// An action was present before its prompt.
    DoneBefore,
    /// An action was performed that was not requested.
    DoneUnasked,
    /// The face moves as a plane does, not as a head.
    Flat,
    /// The passive net takes it for an image of an image.
    Reproduced,
    /// A screen's or a print's pattern, or the edge of one, is in the picture.
    Patterned,
    /// The screen's colours are not seen on the face.
    NoReflection,
    /// They are seen in another order, or where no face would show them.
    WrongReflection,
    /// Frames that were sent before, in this check or in another.
    Repeated,
    /// Too many signals of a forged camera for an accident.
    Injected,
}

impl Reason {
    /// The client's problem; only the journal says which test failed.
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
            | Self::Reproduced
            | Self::Patterned
            | Self::NoReflection
            | Self::WrongReflection
            | Self::Repeated
            | Self::Injected => Problem::IdentityNotLive,
        }
    }
}

/// Signals of a forged camera or page. None is trusted alone: each can happen to an honest client, or be
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
    /// The camera did not react to a change of size.
    UnmovedByChange,
    /// Frames come more evenly than from any camera.
    TooEven,
    /// Many frames are identical to the previous one: a still image or a slowed film.
    StillFrames,
    /// The report on the camera contradicts itself or the frames.
    Contradiction,
    /// The track has no device behind it.
    NoDevice,
    /// The page was hidden meanwhile.
    Hidden,
    /// The page is framed by another.
    Framed,
}

pub const PORTRAITS_MAX: usize = 5;
/// docs/trial tells how often three pictures of a person and the register's one are not matched; of fewer it is more.
const PORTRAITS_MIN: usize = 3;
const PORTRAITS_APART_MS: u32 = 300;

/// Judges one check. `seen` is in the pack's order.
///
/// NaN passes no test, and omitting a frame never helps: a missing one is a reason to refuse.
pub fn judge(challenge: &Challenge, about: &About, seen: &[Seen], known: &Known) -> Verdict {
    let portraits = portraits(seen);
    let signals = signals::signals(about, seen, known);
    let mut reasons = course::reasons(challenge, about, seen, known);
    reasons.extend((portraits.len() < PORTRAITS_MIN).then_some(Reason::NoPortrait));
    reasons.extend(acts(challenge, about, seen, &portraits));
    reasons.extend(surface::reasons(seen));
    reasons.extend((known.repeated > 0).then_some(Reason::Repeated));
    reasons.extend(signals::injected(&signals).then_some(Reason::Injected));
    reasons.sort();
    reasons.dedup();
    Verdict { live: reasons.is_empty(), reasons, portraits, signals }
}

/// The reasons against actions and colours, step by step.
fn acts(challenge: &Challenge, about: &About, seen: &[Seen], portraits: &[usize]) -> Vec<Reason> {
    // The widget compares with the same stance: the first portrait of the look.
    let front = portraits.iter().min().and_then(|it| stance(&seen[*it]));
    let steps = challenge.steps.iter().zip(&about.shown_at_ms).enumerate();
    steps
        .filter_map(|(index, (step, &shown_at))| {
            let frames: Vec<&Seen> =
                seen.iter().filter(|it| usize::from(it.step) == index).collect();
            match (&step.ask, &front) {
                (Ask::Look, _) => None,
                (Ask::Do(_), None) => Some(Reason::NotDone),
                (Ask::Do(action), Some(front)) => act(*action, front, shown_at, &frames),
                (Ask::Colours(shown) | Ask::Fades(shown), _) => colours::reason(shown, &frames),
            }
        })
        .collect()
}

fn act(action: Action, front: &Stance, shown_at: u32, frames: &[&Seen]) -> Option<Reason> {
    let frames: Vec<(u32, Stance)> = frames
        .iter()
        .filter(|it| it.at_ms >= shown_at)
        .filter_map(|it| stance(it).map(|stance| (it.at_ms, stance)))
        .collect();
    let run = |action: Action| {
        let mut tracker = Tracker::new(action, front.clone(), shown_at);
        let seen: Vec<(Extent, State)> =
            frames.iter().map(|(at, stance)| tracker.see(stance, *at)).collect();
        seen
    };
    let asked = run(action);
    let done = asked.last().is_some_and(|it| it.1 == State::Done);
    // Turning one way and then the other on one prompt is a film's order or a guess.
    let unasked = match action {
        Action::TurnLeft => Some(Action::TurnRight),
        Action::TurnRight => Some(Action::TurnLeft),
        Action::Nod | Action::Blink | Action::Smile | Action::ComeCloser => None,
    };
    if asked.first().is_some_and(|it| it.0 == Extent::Full) {
        Some(Reason::DoneBefore)
    } else if !done {
        Some(Reason::NotDone)
    } else if unasked.is_some_and(|it| run(it).last().is_some_and(|it| it.1 == State::Done)) {
        Some(Reason::DoneUnasked)
    } else if action == Action::ComeCloser && !grew_as_a_solid(&frames, &asked) {
        Some(Reason::Flat)
    } else {
        None
    }
}

/// Whether the near parts of the face grew more than the far ones, as [`BULGE_MIN`] says: in the mean of all pairs
/// of a frame at rest and one that is near, for one pair alone is drowned by the marks' noise.
fn grew_as_a_solid(frames: &[(u32, Stance)], extents: &[(Extent, State)]) -> bool {
    let with = |extent: Extent| {
        frames.iter().zip(extents).filter(move |it| it.1.0 == extent).map(|it| &it.0.1)
    };
    let (mut bulge, mut growth) = (0.0, 0.0);
    for rest in with(Extent::Rest) {
        for near in with(Extent::Full) {
            bulge += near.relief(rest).map_or(0.0, |it| it.bulge);
            growth += near.eye_distance - rest.eye_distance;
        }
    }
    growth > 0.0 && bulge >= BULGE_MIN * growth
}

fn stance(seen: &Seen) -> Option<Stance> {
    seen.facts.face.as_ref().and_then(Stance::of_facts)
}

/// The gated portraits, the best first and each apart from the better ones in time.
fn portraits(seen: &[Seen]) -> Vec<usize> {
    let quality = |it: usize| seen[it].facts.face.as_ref().map_or(0.0, |face| face.quality);
    let mut fit: Vec<usize> = (0..seen.len())
        .filter(|it| {
            let stance = stance(&seen[*it]).filter(follow::portrait);
            seen[*it].kind == Kind::Portrait
                && stance.is_some()
                && seen[*it].facts.faces == 1
                && quality(*it) > 0.0
        })
        .collect();
    fit.sort_by(|a, b| quality(*b).total_cmp(&quality(*a)));
    let mut kept: Vec<usize> = Vec::new();
    for index in fit {
        let apart = |it: &usize| seen[*it].at_ms.abs_diff(seen[index].at_ms) >= PORTRAITS_APART_MS;
        if kept.len() < PORTRAITS_MAX && kept.iter().all(apart) {
            kept.push(index);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::challenge::{Colour, Wishes};
    use super::super::follow::Phase;
    use super::super::performance::{Check, Person, challenge, check};
    use super::super::synthetic::Head;
    use super::*;
    use crate::Timestamp;

    const COLOURS: [Colour; 4] = [Colour::Red, Colour::Cyan, Colour::Green, Colour::Magenta];

    #[test]
    fn a_person_who_follows_any_challenge_is_live() {
        let all = [false, true];
        for seed in 0..8 {
            for (no_movement, no_flashing) in all.iter().flat_map(|a| all.map(|b| (*a, b))) {
                let wishes = Wishes { no_movement, no_flashing };
                let challenge = Challenge::draw([seed; 32], wishes, Timestamp::UNIX_EPOCH);
                let check = check(&challenge, Person::GENUINE);
                assert_eq!(check.phase, Phase::Done);
                let verdict = verdict(&check);
                assert_eq!(verdict.reasons, [], "{seed} {wishes:?} {:?}", challenge.steps);
                assert!(verdict.live && verdict.portraits.len() >= 3);
                assert!(check.seen.len() <= follow::KEPT_MAX, "{}", check.seen.len());
            }
        }
    }

    /// ISO/IEC 29794-5 §7: from the lightest to the darkest tone of the Monk scale, with what a sensor's noise leaves in
    /// the mean of a cheek (a quarter of a grey step).
    #[test]
    fn the_screens_light_is_seen_on_every_skin() {
        const TONES: [[f32; 3]; 4] =
            [[246.0, 237.0, 228.0], [215.0, 189.0, 150.0], [96.0, 65.0, 52.0], [41.0, 36.0, 32.0]];
        let challenge = Challenge::draw([3; 32], Wishes::default(), Timestamp::UNIX_EPOCH);
        for tone in TONES {
            let mut check = check(&challenge, Person::GENUINE);
            let mut noise = 7_u32;
            for seen in &mut check.seen {
                let face = seen.facts.face.as_mut().unwrap();
                for colour in face.regions.iter_mut().chain([&mut face.skin]) {
                    for (part, (tone, plain)) in
                        colour.iter_mut().zip(tone.into_iter().zip([150.0, 120.0, 100.0]))
                    {
                        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        let stray = f32::from(u16::try_from(noise >> 16).unwrap()) / 131_072.0;
                        *part = *part * tone / plain + stray - 0.25;
                    }
                }
            }
            assert_eq!(verdict(&check).reasons, [], "{tone:?}");
        }
    }

    #[test]
    fn each_fault_is_a_reason() {
        type Fault = fn(&mut Check);
        let rows: [(Reason, Fault); 24] = [
            (Reason::Incomplete, |it| it.seen.clear()),
            (Reason::Incomplete, |it| it.seen.retain(|it| it.kind != Kind::Peak)),
            (Reason::Incomplete, |it| it.seen.retain(|it| it.kind != Kind::Colour(2))),
            (Reason::Incomplete, |it| it.seen.swap(3, 4)),
            (Reason::Incomplete, |it| it.seen[5].at_ms = it.seen[4].at_ms),
            (Reason::Mistimed, |it| it.about.shown_at_ms[1] -= 400),
            (Reason::Mistimed, |it| it.about.done_at_ms[1] += 9_000),
            (Reason::Mistimed, |it| it.about.done_at_ms = Vec::new()),
            (Reason::Mistimed, |it| it.known.took_ms = Some(1_000)),
            (Reason::Mistimed, |it| colours_later(it, 700)),
            (Reason::NoFace, |it| it.seen[4].facts.face = None),
            (Reason::SeveralFaces, |it| it.seen[4].facts.faces = 2),
            (Reason::AnotherFace, |it| face(it, 4).likeness = 0.2),
            (Reason::AnotherFace, |it| shift(face(it, 4), 0.4)),
            (Reason::NoPortrait, |it| each(it, |face| face.yaw = 30.0)),
            (Reason::NotDone, |it| each(it, |face| face.eyes_open = [0.98; 2])),
            (Reason::Reproduced, |it| each(it, |face| face.live = vec![0.97, 0.1])),
            (Reason::Reproduced, |it| each(it, |face| face.live = Vec::new())),
            (Reason::Patterned, |it| each(it, |face| face.texture.pattern = 2.4)),
            (Reason::Patterned, |it| each(it, |face| face.texture.edges = [1.0, 1.0, 0.9, 0.0])),
            (Reason::Patterned, |it| each(it, |face| face.texture.bezel = [0.9, 0.1, 0.9, 0.9])),
            (Reason::Repeated, |it| it.known.repeated = 1),
            (Reason::Repeated, |it| it.seen[9].facts = it.seen[5].facts.clone()),
            (Reason::Injected, |it| {
                it.about.camera.repeated = it.about.camera.frames;
                it.about.camera.native = false;
                it.about.change = None;
            }),
        ];
        let asks =
            [Ask::Do(Action::Blink), Ask::Do(Action::TurnLeft), Ask::Colours(COLOURS.to_vec())];
        let genuine = check(&challenge(&asks), Person::GENUINE);
        assert!(verdict(&genuine).live);
        for (row, (reason, fault)) in rows.into_iter().enumerate() {
            let mut check = genuine.clone();
            fault(&mut check);
            let verdict = verdict(&check);
            assert!(!verdict.live && verdict.reasons.contains(&reason), "row {row}: {verdict:?}");
        }
    }

    /// Found in Chromium on 2026-11-27: in the last frame of a blink an eye was open for the widget and 0.19 for the
    /// judge, in the first frames of a smile it was one for the widget alone.
    #[test]
    fn one_frame_changed_by_jpeg_refuses_nobody() {
        let asks = [Ask::Do(Action::Blink), Ask::Do(Action::Smile)];
        let mut check = check(&challenge(&asks), Person::GENUINE);
        let peak = |check: &Check, step: u8| {
            check.seen.iter().position(|it| it.step == step && it.kind == Kind::Peak).unwrap()
        };
        let (shut, smile) = (peak(&check, 1), peak(&check, 2));
        face(&mut check, shut + 1).eyes_open = [1.0, 0.19];
        let rest = face(&mut check, smile - 1).marks.clone();
        for (mark, rest) in face(&mut check, smile).marks.iter_mut().zip(rest) {
            *mark = [mark[0].midpoint(rest[0]), mark[1].midpoint(rest[1])];
        }
        assert_eq!(verdict(&check).reasons, []);
    }

    #[test]
    fn bars_on_two_sides_refuse_nobody() {
        let mut check = check(&challenge(&[Ask::Do(Action::Smile)]), Person::GENUINE);
        each(&mut check, |face| face.texture.bezel = [1.0, 1.0, 0.2, 0.2]);
        assert_eq!(verdict(&check).reasons, []);
    }

    #[test]
    fn doing_something_else_is_not_live() {
        for asked in Action::ALL {
            for done in Action::ALL.into_iter().filter(|it| *it != asked) {
                let person = Person { instead: Some(done), ..Person::GENUINE };
                let check = check(&challenge(&[Ask::Do(asked)]), person);
                assert_eq!(check.phase, Phase::TimedOut, "{asked:?} by {done:?}");
                assert!(!verdict(&check).live);
            }
        }
    }

    #[test]
    fn a_picture_of_a_head_neither_turns_nor_comes_closer() {
        for action in [Action::TurnLeft, Action::TurnRight, Action::Nod, Action::ComeCloser] {
            let check =
                check(&challenge(&[Ask::Do(action)]), Person { flat: true, ..Person::GENUINE });
            let reasons = verdict(&check).reasons;
            let told = [Reason::Flat, Reason::NotDone].iter().any(|it| reasons.contains(it));
            assert!(told, "{action:?} {reasons:?}");
        }
    }

    #[test]
    fn colours_must_be_seen_in_their_order_and_on_a_solid_face() {
        for ask in [Ask::Colours(COLOURS.to_vec()), Ask::Fades(COLOURS.to_vec())] {
            let reasons = |reflects: f32, other_colours: bool, evenly: bool| {
                let person = Person { reflects, other_colours, evenly, ..Person::GENUINE };
                verdict(&check(&challenge(std::slice::from_ref(&ask)), person)).reasons
            };
            assert_eq!(reasons(0.08, false, false), []);
            assert_eq!(reasons(0.015, false, false), [], "a bright room");
            assert_eq!(reasons(0.0, false, false), [Reason::NoReflection]);
            assert_eq!(reasons(0.08, true, false), [Reason::WrongReflection]);
            assert_eq!(reasons(0.08, false, true), [Reason::WrongReflection]);
        }
    }

    #[test]
    fn a_colour_is_looked_for_when_it_stands() {
        let mut check = check(&challenge(&[Ask::Fades(COLOURS.to_vec())]), Person::GENUINE);
        assert!(verdict(&check).live);
        let first = check.seen.iter_mut().find(|it| it.kind == Kind::Colour(0)).unwrap();
        first.at_ms -= 400;
        assert!(verdict(&check).reasons.contains(&Reason::Mistimed));
    }

    #[test]
    fn a_deed_before_its_prompt_is_no_answer() {
        let mut check = check(&challenge(&[Ask::Do(Action::Smile)]), Person::GENUINE);
        let smiling = Head { smile: 1.0, ..Head::default() }.facts();
        for seen in &mut check.seen {
            seen.facts = FrameFacts { face: smiling.face.clone(), ..seen.facts.clone() };
        }
        assert!(verdict(&check).reasons.contains(&Reason::NotDone));
    }

    proptest! {
        /// NaN passes no test, wherever it is.
        #[test]
        fn nan_makes_nobody_live(field in 0..10_usize) {
            let asks = [Ask::Do(Action::Smile), Ask::Colours(COLOURS.to_vec())];
            let mut check = check(&challenge(&asks), Person::GENUINE);
            each(&mut check, |face| match field {
                0 => face.yaw = f32::NAN,
                1 => face.pitch = f32::NAN,
                2 => face.eyes_open = [f32::NAN; 2],
                3 => face.marks[30] = [f32::NAN; 2],
                4 => face.live = vec![f32::NAN; 2],
                5 => face.likeness = f32::NAN,
                6 => face.skin = [f32::NAN; 3],
                7 => face.texture.pattern = f32::NAN,
                8 => face.texture.edges = [f32::NAN; 4],
                _ => face.texture.bezel = [f32::NAN; 4],
            });
            prop_assert!(!verdict(&check).live, "{}", field);
        }

        /// Omitting frames never makes a failed check live.
        #[test]
        fn omitting_frames_helps_nobody(
            asked in 0..6_usize, done in 0..6_usize, mask in any::<u64>(), flat in any::<bool>(),
        ) {
            prop_assume!(asked != done || (flat && asked < 3));
            let person = Person { instead: Some(Action::ALL[done]), flat, ..Person::GENUINE };
            let mut check = check(&challenge(&[Ask::Do(Action::ALL[asked])]), person);
            // A forged report says that it was done.
            check.about.done_at_ms.resize(2, check.seen.last().unwrap().at_ms);
            let mut at = 0;
            check.seen.retain(|_| {
                at += 1;
                mask >> (at % 64) & 1 == 1
            });
            prop_assert!(!verdict(&check).live);
        }

        /// A better frame never makes a verdict worse.
        #[test]
        fn surer_frames_are_never_less_live(live in 0.0_f32..1.0, likeness in 0.0_f32..1.0, more in 0.0_f32..0.5) {
            let mut check = check(&challenge(&[Ask::Do(Action::Blink)]), Person::GENUINE);
            each(&mut check, |face| (face.live, face.likeness) = (vec![live; 2], likeness));
            let before = verdict(&check).live;
            each(&mut check, |face| (face.live, face.likeness) = (vec![live + more; 2], likeness + more));
            prop_assert!(verdict(&check).live >= before);
        }
    }

    fn verdict(check: &Check) -> Verdict {
        judge(&check.challenge, &check.about, &check.seen, &check.known)
    }

    fn face(check: &mut Check, at: usize) -> &mut super::super::FaceFacts {
        check.seen[at].facts.face.as_mut().unwrap()
    }

    fn each(check: &mut Check, change: impl Fn(&mut super::super::FaceFacts)) {
        check.seen.iter_mut().filter_map(|it| it.facts.face.as_mut()).for_each(change);
    }

    fn shift(face: &mut super::super::FaceFacts, by: f32) {
        for mark in &mut face.marks {
            mark[0] += by;
        }
    }

    fn colours_later(check: &mut Check, by: u32) {
        for seen in &mut check.seen {
            if matches!(seen.kind, Kind::Colour(_)) {
                seen.at_ms += by;
            }
        }
    }
}
