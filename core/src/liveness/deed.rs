//! A deed seen from beginning to end: at rest, full, and at rest again where the deed returns.
//!
//! ```text
//! Unready ──at rest──▶ Resting ──full──▶ Full ──full again───▶ Done     turn, smile, come closer
//!    ▲                    ▲                └──at rest again──▶ Done     nod, blink
//!    └─full too early─────┴──too slow, for a blink──┘
//! ```
//!
//! A deed that is there already when it is asked for does not count: the client must first be seen at rest. The
//! widget follows with every frame of the camera, the judge with the frames that were kept; what the widget takes
//! for done is done for the judge, because it keeps the frames that moved this machine.

use super::challenge::Action;
use super::stance::Stance;

/// Nobody reacts sooner to what they see: the fastest answer to a light is known to take 150–200 ms.
pub const REACTION_MS: u32 = 120;

/// A blink lasts 100–400 ms; half as much again for those who do it on purpose, and for a slow camera.
pub const BLINK_MAX_MS: u32 = 1_000;

/// Sines of the turn and of the nod that are asked for: 15° and 9°. A nod is smaller, and the marks that do not
/// move with the chin tell less of it.
const TURN_MIN: f32 = 0.26;
const NOD_MIN: f32 = 0.16;
/// The pose's angles beside them, for the relief alone is one number of noisy marks.
const TURN_MIN_DEGREES: f32 = 12.0;
const NOD_MIN_DEGREES: f32 = 7.0;
/// Within this share of the deed a head is at rest.
const REST_SHARE: f32 = 0.5;

/// The eyes' distance grows so much when the client comes closer.
pub const CLOSER_MIN: f32 = 1.25;
/// Of 1/distance, in 1/eye distances, for each share of the frame's width by which the eyes' distance grew. A
/// camera that sees 60–75° gives 1.15–1.5, a narrow one of 45° 0.8; a plane gives nought.
pub const BULGE_MIN: f32 = 0.4;

const SMILE_MIN: f32 = 1.0;

/// Frames that must show a deed that does not return.
const FULL_FRAMES: u8 = 2;

/// How far one stance is into the deed.
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

/// Follows one deed.
#[derive(Clone, Debug)]
pub struct Deed {
    action: Action,
    shown_at_ms: u32,
    /// The client's own front, from the look straight into the camera.
    front: Stance,
    /// The stance to which a smile or a step nearer is compared: the least so far in this step.
    rest: Option<Stance>,
    rested_at_ms: u32,
    full: u8,
    state: State,
}

impl Deed {
    pub fn new(action: Action, front: Stance, shown_at_ms: u32) -> Self {
        Self {
            action,
            shown_at_ms,
            front,
            rest: None,
            rested_at_ms: 0,
            full: 0,
            state: State::Unready,
        }
    }

    pub fn state(&self) -> State {
        self.state
    }

    /// The next frame since the prompt, in order.
    pub fn see(&mut self, stance: &Stance, at_ms: u32) -> (Extent, State) {
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
        match self.action {
            Action::TurnLeft => self.turned(stance, 1.0),
            Action::TurnRight => self.turned(stance, -1.0),
            Action::Nod => self.nodded(stance),
            Action::Blink if stance.shut() => Extent::Full,
            Action::Blink if stance.open() => Extent::Rest,
            Action::Blink => Extent::Between,
            Action::Smile => self.smiled(stance),
            Action::ComeCloser => self.came_closer(stance),
        }
    }

    fn turned(&self, stance: &Stance, sign: f32) -> Extent {
        let degrees = sign * (stance.yaw - self.front.yaw) / TURN_MIN_DEGREES;
        let relief = stance.relief(&self.front).map_or(0.0, |it| sign * it.across / TURN_MIN);
        of_both(degrees, relief)
    }

    fn nodded(&self, stance: &Stance) -> Extent {
        let degrees = (self.front.pitch - stance.pitch) / NOD_MIN_DEGREES;
        let relief = stance.relief(&self.front).map_or(0.0, |it| -it.up / NOD_MIN);
        of_both(degrees, relief)
    }

    fn smiled(&mut self, stance: &Stance) -> Extent {
        // A head turned or put down since changes the mouth's looks.
        let comparable = |it: &Stance| {
            (it.yaw - stance.yaw).abs() <= TURN_MIN_DEGREES
                && (it.pitch - stance.pitch).abs() <= TURN_MIN_DEGREES
        };
        match self.rest.as_ref().filter(|it| comparable(it)).map(|it| stance.smile(it)) {
            Some(smile) if smile >= SMILE_MIN => Extent::Full,
            Some(smile) if smile >= SMILE_MIN * REST_SHARE => Extent::Between,
            Some(smile) if smile >= 0.0 => Extent::Rest,
            Some(_) | None => {
                self.rest = Some(stance.clone());
                Extent::Rest
            }
        }
    }

    fn came_closer(&mut self, stance: &Stance) -> Extent {
        let Some(rest) = self.rest.as_ref().filter(|it| it.eye_distance <= stance.eye_distance)
        else {
            self.rest = Some(stance.clone());
            return Extent::Rest;
        };
        let growth = stance.eye_distance / rest.eye_distance;
        if growth >= CLOSER_MIN {
            Extent::Full
        } else if growth >= 1.0 + (CLOSER_MIN - 1.0) * REST_SHARE {
            Extent::Between
        } else {
            Extent::Rest
        }
    }
}

/// Both in shares of what is asked for; at rest where either is.
fn of_both(degrees: f32, relief: f32) -> Extent {
    if degrees >= 1.0 && relief >= 1.0 {
        Extent::Full
    } else if degrees < REST_SHARE || relief < REST_SHARE {
        Extent::Rest
    } else {
        Extent::Between
    }
}

/// Whether the deed is only done when the client is at rest again.
fn returns(action: Action) -> bool {
    match action {
        Action::Nod | Action::Blink => true,
        Action::TurnLeft | Action::TurnRight | Action::Smile | Action::ComeCloser => false,
    }
}
