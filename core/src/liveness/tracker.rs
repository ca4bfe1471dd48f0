//! Follows an action from beginning to end: at rest, full, and at rest again if the action returns.
//!
//! ```text
//! Unready ──at rest──▶ Resting ──full──▶ Full ──full again───▶ Done     turn, smile, come closer
//!    ▲                    ▲                └──at rest again──▶ Done     nod, blink
//!    └─full too early─────┴──too slow, for a blink──┘
//! ```
//!
//! An action already present at the prompt does not count: the client must first be seen at rest. The
//! widget follows every camera frame, the judge the kept ones; what the widget considers
//! done is done for the judge, because it keeps the frames that changed this machine's state.

use super::challenge::Action;
use super::stance::{EYES_OPEN_MIN, EYES_SHUT_MAX, Stance};

/// Nobody reacts sooner: the fastest known reactions to a light take 150–200 ms.
pub const REACTION_MS: u32 = 120;

/// A blink lasts 100–400 ms; half as much again for a deliberate one and a slow camera.
pub const BLINK_MAX_MS: u32 = 1_000;

/// Required sines of turn and nod: 15° and 9°. A nod is smaller, and the marks that do not
/// move with the chin show less of it.
const TURN_MIN: f32 = 0.26;
const NOD_MIN: f32 = 0.16;
/// The required pose angles as well, because the relief alone is one number from noisy marks.
const TURN_MIN_DEGREES: f32 = 12.0;
const NOD_MIN_DEGREES: f32 = 7.0;
/// Within this share of the action a head is at rest.
const REST_SHARE: f32 = 0.5;

/// The required growth of the eyes' distance when the client comes closer.
pub const CLOSER_MIN: f32 = 1.25;
/// Of 1/distance, in 1/eye distances, for each share of the frame's width by which the eyes' distance grew.
///
/// A camera that sees 60–75° gives 1.15–1.5 for true marks, but the marks net knows faces and draws most of it back:
/// seven frames of two people, warped as a head that comes from 7 to 5 eye distances looks, measure 0.0–0.6 (mean 0.3),
/// the same frames merely enlarged −0.3 to 0.1 (mean −0.05). So it is a weak test, set to refuse few live people.
pub const BULGE_MIN: f32 = 0.05;

/// If it falls this far below its start, in shares of the action, mouth or distance was not at rest there.
const RELAXED: f32 = 0.2;

/// How many frames must show an action that does not return.
const FULL_FRAMES: u8 = 2;

/// How far one stance is into the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Rest,
    Between,
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Unready,
    Resting,
    Full,
    Done,
}

/// Follows one action.
#[derive(Clone, Debug)]
pub struct Tracker {
    action: Action,
    shown_at_ms: u32,
    /// The client's own front, from the look straight into the camera.
    front: Stance,
    /// The stance to which a smile or a step nearer is compared: the one at the prompt, until the client is
    /// clearly more at rest than that.
    rest: Option<Stance>,
    renewed: bool,
    /// How much more is required than by the judge.
    margin: f32,
    rested_at_ms: u32,
    full: u8,
    state: State,
}

impl Tracker {
    /// With the judge's requirements.
    pub fn new(action: Action, front: Stance, shown_at_ms: u32) -> Self {
        Self {
            action,
            shown_at_ms,
            front,
            rest: None,
            renewed: false,
            margin: 1.0,
            rested_at_ms: 0,
            full: 0,
            state: State::Unready,
        }
    }

    /// With the widget's requirements: stricter, as the judge measures the frame after JPEG, which moves marks by a
    /// hundredth of the eyes' distance, and a mouth is small.
    #[must_use]
    pub fn with_margin(self) -> Self {
        const MARGIN: f32 = 1.15;
        Self { margin: MARGIN, ..self }
    }

    /// Whether the last frame became the reference of the action: the judge needs it too.
    pub fn renewed(&self) -> bool {
        self.renewed
    }

    pub fn state(&self) -> State {
        self.state
    }

    /// The next frame since the prompt, in order.
    pub fn see(&mut self, stance: &Stance, at_ms: u32) -> (Extent, State) {
        self.renewed = false;
        let extent = self.extent(stance);
        let early = at_ms < self.shown_at_ms.saturating_add(REACTION_MS);
        self.state = match (self.state, extent) {
            (State::Done, _) => State::Done,
            (_, Extent::Full) if early => State::Unready,
            (State::Unready | State::Resting, Extent::Rest) => {
                self.rested_at_ms = at_ms;
                self.full = 0;
                State::Resting
            }
            (State::Resting | State::Full, Extent::Full) => {
                self.full = self.full.saturating_add(1);
                let slow = self.action == Action::Blink && self.since_rest(at_ms) > BLINK_MAX_MS;
                match (slow, returns(self.action), self.full >= FULL_FRAMES) {
                    (true, ..) => State::Unready,
                    (false, false, true) => State::Done,
                    (false, true, _) | (false, false, false) => State::Full,
                }
            }
            (State::Full, Extent::Rest) => {
                let slow = self.action == Action::Blink && self.since_rest(at_ms) > BLINK_MAX_MS;
                self.rested_at_ms = at_ms;
                self.full = 0;
                if returns(self.action) && !slow { State::Done } else { State::Resting }
            }
            (State::Unready, Extent::Between | Extent::Full) => State::Unready,
            (state @ (State::Resting | State::Full), Extent::Between) => state,
        };
        (extent, self.state)
    }

    fn since_rest(&self, at_ms: u32) -> u32 {
        at_ms.saturating_sub(self.rested_at_ms)
    }

    fn extent(&mut self, stance: &Stance) -> Extent {
        let (full, rest) = match self.action {
            Action::TurnLeft => both(self.turned(stance, 1.0)),
            Action::TurnRight => both(self.turned(stance, -1.0)),
            Action::Nod => both(self.nodded(stance)),
            Action::Blink => shut(stance),
            Action::Smile => both(self.smiled(stance)),
            Action::ComeCloser => both(self.came_closer(stance)),
        };
        if full >= self.margin {
            Extent::Full
        } else if rest < REST_SHARE / self.margin {
            Extent::Rest
        } else {
            Extent::Between
        }
    }

    fn turned(&self, stance: &Stance, sign: f32) -> f32 {
        let degrees = sign * (stance.yaw - self.front.yaw) / TURN_MIN_DEGREES;
        let relief = stance.relief(&self.front).map_or(0.0, |it| sign * it.across / TURN_MIN);
        degrees.min(relief)
    }

    fn nodded(&self, stance: &Stance) -> f32 {
        let degrees = (self.front.pitch - stance.pitch) / NOD_MIN_DEGREES;
        let relief = stance.relief(&self.front).map_or(0.0, |it| -it.up / NOD_MIN);
        degrees.min(relief)
    }

    fn smiled(&mut self, stance: &Stance) -> f32 {
        // A head turned or put down since changes the mouth's looks.
        let smile = self.rest.as_ref().filter(|rest| {
            (rest.yaw - stance.yaw).abs() <= TURN_MIN_DEGREES
                && (rest.pitch - stance.pitch).abs() <= TURN_MIN_DEGREES
        });
        let smile = smile.map(|rest| stance.smile(rest)).filter(|it| *it >= -RELAXED);
        smile.unwrap_or_else(|| self.renew(stance))
    }

    fn came_closer(&mut self, stance: &Stance) -> f32 {
        let growth = self.rest.as_ref().map(|rest| stance.eye_distance / rest.eye_distance);
        let share = growth.map(|it| (it - 1.0) / (CLOSER_MIN - 1.0));
        share.filter(|it| *it >= -RELAXED).unwrap_or_else(|| self.renew(stance))
    }

    /// From here the action is measured.
    fn renew(&mut self, stance: &Stance) -> f32 {
        self.rest = Some(stance.clone());
        self.renewed = true;
        0.0
    }
}

fn both(share: f32) -> (f32, f32) {
    (share, share)
}

/// Shut means both eyes shut, open means both open.
fn shut(stance: &Stance) -> (f32, f32) {
    let [left, right] = stance.eyes_open;
    let share = |open: f32| {
        1.0 + (EYES_SHUT_MAX - open) * (1.0 - REST_SHARE) / (EYES_OPEN_MIN - EYES_SHUT_MAX)
    };
    (share(left.max(right)), share(left.min(right)))
}

/// Whether the action is only done when the client is at rest again.
pub(super) fn returns(action: Action) -> bool {
    match action {
        Action::Nod | Action::Blink => true,
        Action::TurnLeft | Action::TurnRight | Action::Smile | Action::ComeCloser => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{ARMS_LENGTH, Head};
    use super::*;

    #[test]
    fn each_deed_is_done_by_a_head_that_does_it() {
        for action in Action::ALL {
            assert_eq!(run(action, &performed(action)), State::Done, "{action:?}");
        }
    }

    #[test]
    fn no_deed_is_done_by_a_head_that_does_another() {
        for asked in Action::ALL {
            for done in Action::ALL.into_iter().filter(|it| *it != asked) {
                assert_ne!(run(asked, &performed(done)), State::Done, "{asked:?} by {done:?}");
            }
        }
    }

    #[test]
    fn a_picture_that_is_turned_or_tilted_does_nothing() {
        for action in [Action::TurnLeft, Action::TurnRight, Action::Nod] {
            let flat: Vec<Head> =
                performed(action).into_iter().map(|it| Head { flat: true, ..it }).collect();
            assert_ne!(run(action, &flat), State::Done, "{action:?}");
        }
    }

    #[test]
    fn an_action_before_the_prompt_does_not_count() {
        for action in Action::ALL {
            let full = performed(action)[2];
            assert_ne!(run(action, &[full; 6]), State::Done, "{action:?}");
        }
        // Nor an action sooner than anybody can react.
        let mut tracker = Tracker::new(Action::Smile, Head::default().stance(), 1_000);
        tracker.see(&Head::default().stance(), 1_000);
        let smiling = Head { smile: 1.0, ..Head::default() }.stance();
        assert_eq!(tracker.see(&smiling, 1_060).1, State::Unready);
    }

    #[test]
    fn eyes_that_stay_shut_have_not_blinked() {
        let (open, shut) =
            (Head::default().stance(), Head { eyes_open: 0.02, ..Head::default() }.stance());
        let mut tracker = Tracker::new(Action::Blink, open.clone(), 0);
        tracker.see(&open, 200);
        assert_eq!(tracker.see(&shut, 300).1, State::Full);
        assert_eq!(tracker.see(&open, 300 + BLINK_MAX_MS).1, State::Resting);
        assert_eq!(tracker.see(&shut, 1_400).1, State::Full);
        assert_eq!(tracker.see(&open, 1_600).1, State::Done);
    }

    /// Every sequence of up to seven extents: never done without rest before it, and once done, always done.
    #[test]
    fn every_short_sequence_is_honest() {
        let shades = [
            Head::default(),
            Head { eyes_open: 0.5, ..Head::default() },
            Head { eyes_open: 0.02, ..Head::default() },
        ]
        .map(|it| it.stance());
        for length in 1..=7_u32 {
            for code in 0..3_usize.pow(length) {
                let mut tracker = Tracker::new(Action::Blink, shades[0].clone(), 0);
                let (mut code, mut seen, mut done) = (code, Vec::new(), false);
                for at in 0..length {
                    let shade = code % 3;
                    code /= 3;
                    let state = tracker.see(&shades[shade], 500 + at * 80).1;
                    seen.push(shade);
                    assert!(!done || state == State::Done);
                    if state == State::Done && !done {
                        done = true;
                        assert_eq!(seen.last(), Some(&0));
                        let shut = seen.iter().rposition(|it| *it == 2).unwrap();
                        assert!(seen[..shut].contains(&0), "{seen:?}");
                    }
                }
            }
        }
    }

    /// At rest, half-way, full, full, half-way, at rest.
    fn performed(action: Action) -> Vec<Head> {
        let at = |share: f32| match action {
            Action::TurnLeft => Head::turned(24.0 * share, 0.0),
            Action::TurnRight => Head::turned(-24.0 * share, 0.0),
            Action::Nod => Head::turned(0.0, -16.0 * share),
            Action::Blink => Head { eyes_open: 0.98 - 0.96 * share, ..Head::default() },
            Action::Smile => Head { smile: share, ..Head::default() },
            Action::ComeCloser => {
                Head { distance: ARMS_LENGTH / (1.0 + 0.35 * share), ..Head::default() }
            }
        };
        [0.0, 0.55, 1.0, 1.0, 0.5, 0.0].map(at).to_vec()
    }

    fn run(action: Action, heads: &[Head]) -> State {
        let mut tracker = Tracker::new(action, Head::default().stance(), 1_000);
        for (at, head) in (0..).zip(heads) {
            tracker.see(&head.stance(), 1_200 + 100 * at);
        }
        tracker.state()
    }
}
