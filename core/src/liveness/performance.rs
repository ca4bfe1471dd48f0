//! Whole checks for tests: a head of [`super::synthetic`] that follows a challenge through the [`Follower`].

use super::challenge::{Action, Ask, Challenge, Colour, Step, Wishes};
use super::follow::{Follower, Phase, Sight};
use super::pack::{About, Camera, Change, Kind};
use super::synthetic::{ARMS_LENGTH, Head, random};
use super::verdict::{Known, Seen};
use crate::Timestamp;
use crate::photo::Guidance;

pub(super) const FRAME_MS: u32 = 40;
/// From the prompt to the first sign of the action, and from there to its height.
const REACTION_MS: u32 = 400;
const RISE_MS: u32 = 240;

/// The person or forgery before the camera.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Person {
    pub(super) flat: bool,
    /// Does this instead of the requested action.
    pub(super) instead: Option<Action>,
    /// The screen's share of the light on the face.
    pub(super) reflects: f32,
    /// Shows the reflections of another order.
    pub(super) other_colours: bool,
    /// Reflects like a sheet: the same everywhere.
    pub(super) evenly: bool,
}

impl Person {
    pub(super) const GENUINE: Self =
        Self { flat: false, instead: None, reflects: 0.08, other_colours: false, evenly: false };
}

/// A check as the judge receives it.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) challenge: Challenge,
    pub(super) about: About,
    pub(super) seen: Vec<Seen>,
    pub(super) known: Known,
    pub(super) phase: Phase,
}

pub(super) fn challenge(asks: &[Ask]) -> Challenge {
    let now = Timestamp::UNIX_EPOCH;
    let drawn = Challenge::draw([7; 32], Wishes::default(), now);
    let look = drawn.steps[0].clone();
    let rest = asks.iter().map(|ask| {
        let within_ms = if matches!(ask, Ask::Fades(_)) { 9_000 } else { 6_000 };
        Step { ask: ask.clone(), after_ms: 700, within_ms }
    });
    Challenge { steps: std::iter::once(look).chain(rest).collect(), ..drawn }
}

pub(super) fn check(challenge: &Challenge, person: Person) -> Check {
    let mut follower = Follower::new(challenge.steps.clone());
    let mut seen: Vec<Seen> = Vec::new();
    let mut past: Vec<(u32, Head, Phase)> = Vec::new();
    let mut rng = 99;
    let mut phase = Phase::LiningUp(Guidance::NoFace);
    for frame in 0..1_500_u32 {
        let at_ms = frame * FRAME_MS;
        let shown = follower.shown_at_ms().last().copied().unwrap_or(0);
        let head = person.head(phase, at_ms.saturating_sub(shown), frame, &mut rng);
        let look = head.look();
        let progress = follower.see(&Sight {
            frame,
            at_ms,
            look: &look,
            guidance: Guidance::Good,
            quality: 0.6,
            width: 1280.0,
        });
        phase = progress.phase;
        past.push((frame, head, phase));
        for keep in progress.keep {
            let (_, head, _) = past.iter().find(|it| it.0 == keep.frame).unwrap();
            let mut facts = head.facts();
            let face = facts.face.as_mut().unwrap();
            face.quality = 0.5 + 0.2 * random(&mut rng);
            if let (Kind::Colour(index), Some((colours, _))) =
                (keep.kind, challenge.steps[usize::from(keep.step)].ask.colours())
            {
                person.light(colours, usize::from(index), face);
            }
            seen.push(Seen { step: keep.step, kind: keep.kind, at_ms: keep.at_ms, facts });
        }
        if phase.ended() {
            break;
        }
    }
    let frames = u32::try_from(past.len()).unwrap();
    let about = About {
        widget: "test".to_owned(),
        shown_at_ms: follower.shown_at_ms().to_vec(),
        done_at_ms: follower.done_at_ms().to_vec(),
        camera: Camera {
            label: "Integrated Camera".to_owned(),
            width: 1280,
            height: 720,
            frame_rate: 25.0,
            facing: "user".to_owned(),
            has_device: true,
            frames,
            gap_mean_ms: 40.0,
            gap_deviation_ms: 4.0,
            repeated: 0,
            native: true,
        },
        change: Some(Change {
            asked_width: 640,
            asked_height: 480,
            width: 640,
            height: 480,
            within_ms: 120,
            refused: None,
        }),
        ..About::default()
    };
    let known = Known { repeated: 0, took_ms: Some(frames * FRAME_MS + 2_000) };
    Check { challenge: challenge.clone(), about, seen, known, phase }
}

impl Person {
    fn head(self, phase: Phase, since_ms: u32, frame: u32, rng: &mut u32) -> Head {
        // Nobody stands quite still.
        #[expect(clippy::cast_precision_loss, reason = "frames of a test")]
        let sway = (frame as f32 * 0.05).sin();
        *rng = rng.wrapping_add(1);
        let mut head =
            Head { flat: self.flat, noise: (*rng, 0.012), ..Head::turned(sway, sway / 2.0) };
        let Phase::Asking(asked) = phase else { return head };
        let action = self.instead.unwrap_or(asked);
        // Up, for a while full, and back.
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a step")]
        let share = {
            let since = since_ms.saturating_sub(REACTION_MS) as f32 / RISE_MS as f32;
            since.min((3.0 - since).max(0.0)).min(1.0)
        };
        match action {
            Action::TurnLeft => head.pose.yaw += 26.0 * share,
            Action::TurnRight => head.pose.yaw -= 26.0 * share,
            Action::Nod => head.pose.pitch -= 18.0 * share,
            Action::Blink => head.eyes_open = 0.98 - 0.96 * share,
            Action::Smile => head.smile = share,
            Action::ComeCloser => head.distance = ARMS_LENGTH / (1.0 + 0.4 * share),
        }
        head
    }

    fn light(self, colours: &[Colour], index: usize, face: &mut super::FaceFacts) {
        let shown =
            if self.other_colours { colours[colours.len() - 1 - index] } else { colours[index] };
        let add = |skin: [f32; 3], share: f32| -> [f32; 3] {
            let rgb = shown.rgb();
            [0, 1, 2].map(|it| skin[it] * (1.0 + share * f32::from(rgb[it]) / 255.0))
        };
        face.skin = add(face.skin, self.reflects);
        // Forehead, nose and cheeks look at the screen, the sides past it.
        let shares = [0.9, 1.0, 0.85, 0.85, 0.5, 0.5, 0.8];
        for (region, share) in face.regions.iter_mut().zip(shares) {
            *region = add(*region, self.reflects * if self.evenly { 1.0 } else { share });
        }
    }
}
