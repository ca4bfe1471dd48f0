//! Whether a check's frames and times are those of one client who followed the challenge.

use super::challenge::{Ask, Challenge};
use super::follow::PORTRAITS_LOOK;
use super::pack::{About, Kind};
use super::stance::Stance;
use super::tracker::REACTION_MS;
use super::verdict::{Known, Reason, Seen};

/// Clocks of camera and page differ by a frame or two.
const SLACK_MS: u32 = 150;

/// The longest gap between frames: the widget keeps one every [`super::follow::FILLER_MS`] while it sees a face, and
/// gives up after [`super::follow::LOST_MS`] without one.
const GAP_MAX_MS: u32 = 3_200;

/// Cosine to the first frame's face: `SFace` at FMR 1e-4, as in degree.rs.
pub(super) const SAME_MIN: f32 = 0.430;
/// The same at FMR 1e-3 (MODELS' table), for a head that is turned, bent or very near, which is less similar.
const SAME_TURNED_MIN: f32 = 0.34;
const TURNED_DEGREES: f32 = 12.0;

/// The fastest a head moves, in eye distances (63 mm) a second, so 0.9 m/s; and nearer or
/// farther, as a share of its distance a second (natural logarithm).
const SPEED_MAX: f32 = 14.0;
const APPROACH_MAX: f32 = 2.0;
/// The fastest a head turns, in degrees a second: heads reach 400 when they follow a sound.
const TURN_SPEED_MAX: f32 = 400.0;
/// The noise of marks, whatever the time between two frames.
const STRAY: f32 = 0.6;
const STRAY_DEGREES: f32 = 15.0;

pub(super) fn reasons(
    challenge: &Challenge,
    about: &About,
    seen: &[Seen],
    known: &Known,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut unless = |holds: bool, reason: Reason| {
        if !holds {
            reasons.push(reason);
        }
    };
    unless(ordered(seen) && complete(challenge, seen), Reason::Incomplete);
    unless(in_time(challenge, about, seen, known), Reason::Mistimed);
    unless(!seen.is_empty() && seen.iter().all(|it| it.facts.face.is_some()), Reason::NoFace);
    unless(seen.iter().all(|it| it.facts.faces < 2), Reason::SeveralFaces);
    unless(same(seen) && continuous(seen), Reason::AnotherFace);
    reasons
}

fn ordered(seen: &[Seen]) -> bool {
    seen.windows(2).all(|it| {
        let [before, after] = it else { return false };
        let gap = after.at_ms.checked_sub(before.at_ms);
        before.step <= after.step && gap.is_some_and(|it| it > 0 && it <= GAP_MAX_MS)
    })
}

/// Each step has the frames needed to judge it.
fn complete(challenge: &Challenge, seen: &[Seen]) -> bool {
    let steps = challenge.steps.len();
    let known = seen.iter().all(|it| usize::from(it.step) < steps);
    known
        && challenge.steps.iter().enumerate().all(|(index, step)| {
            let count = |kind: Kind| of_step(seen, index).filter(|it| it.kind == kind).count();
            match &step.ask {
                Ask::Look => count(Kind::Portrait) >= PORTRAITS_LOOK,
                Ask::Do(_) => {
                    count(Kind::Passing) + count(Kind::Portrait) > 0 && count(Kind::Peak) > 0
                }
                Ask::Colours(colours) | Ask::Fades(colours) => (0..colours.len())
                    .all(|it| u8::try_from(it).is_ok_and(|it| count(Kind::Colour(it)) > 0)),
            }
        })
}

fn in_time(challenge: &Challenge, about: &About, seen: &[Seen], known: &Known) -> bool {
    let (shown, done) = (&about.shown_at_ms, &about.done_at_ms);
    let steps = challenge.steps.len();
    if shown.len() != steps || done.len() != steps {
        return false;
    }
    let each = challenge.steps.iter().enumerate().all(|(index, step)| {
        let (shown_at, done_at) = (shown[index], done[index]);
        let begins = if index == 0 { 0 } else { done[index - 1] };
        let waited = index == 0
            || shown_at.saturating_add(SLACK_MS) >= begins.saturating_add(step.after_ms.into());
        let took = done_at.checked_sub(shown_at);
        let in_its_time = took.is_some_and(|it| it <= u32::from(step.within_ms) + SLACK_MS);
        let frames = of_step(seen, index).all(|it| {
            let since = i64::from(it.at_ms) - i64::from(shown_at);
            let in_step = it.at_ms.saturating_add(SLACK_MS) >= begins
                && it.at_ms <= done_at.saturating_add(SLACK_MS);
            in_step
                && match it.kind {
                    Kind::Passing | Kind::Portrait => true,
                    Kind::Peak => since >= i64::from(REACTION_MS),
                    Kind::Colour(colour) => step.ask.colours().is_some_and(|(_, pace)| {
                        let comes = i64::from(colour) * i64::from(pace.each_ms());
                        let stands = comes + i64::from(pace.stands_from_ms());
                        let ends = comes + i64::from(pace.each_ms() + SLACK_MS);
                        (stands..=ends).contains(&since)
                    }),
                }
        });
        waited && in_its_time && frames
    });
    let length = done.last().zip(shown.first()).and_then(|(end, start)| end.checked_sub(*start));
    each && length.is_some_and(|it| known.took_ms.is_none_or(|took| it <= took))
}

fn of_step(seen: &[Seen], index: usize) -> impl Iterator<Item = &Seen> {
    seen.iter().filter(move |it| usize::from(it.step) == index)
}

/// NaN passes no `>=`: a broken net never confirms the same person.
fn same(seen: &[Seen]) -> bool {
    seen.iter().filter_map(|it| it.facts.face.as_ref()).all(|it| {
        let turned = it.yaw.abs() > TURNED_DEGREES || it.pitch.abs() > TURNED_DEGREES;
        it.likeness >= if turned { SAME_TURNED_MIN } else { SAME_MIN }
    })
}

/// From frame to frame the face moves no farther than a head can.
fn continuous(seen: &[Seen]) -> bool {
    let stances: Vec<(u32, Option<Stance>)> = seen
        .iter()
        .map(|it| (it.at_ms, it.facts.face.as_ref().and_then(Stance::of_facts)))
        .collect();
    stances.windows(2).all(|it| {
        let [(from_ms, Some(from)), (to_ms, Some(to))] = it else { return false };
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a check")]
        let seconds = to_ms.saturating_sub(*from_ms) as f32 / 1_000.0;
        let (x, y) = (to.middle[0] - from.middle[0], to.middle[1] - from.middle[1]);
        let way = x.hypot(y) / from.eye_distance.max(to.eye_distance);
        let nearer = (to.eye_distance / from.eye_distance).ln().abs();
        let turned = (to.yaw - from.yaw).abs().max((to.pitch - from.pitch).abs());
        way <= STRAY + SPEED_MAX * seconds
            && nearer <= STRAY / 3.0 + APPROACH_MAX * seconds
            && turned <= STRAY_DEGREES + TURN_SPEED_MAX * seconds
    })
}
