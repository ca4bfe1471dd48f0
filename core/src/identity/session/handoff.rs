//! The camera step handed over to a phone, for a client whose own device has no camera (BIO-2).
//!
//! ```text
//! none ─link asked─▶ offered ─opened on a phone─▶ opened ─number confirmed─▶ acting
//!  ▲                    │                            │                          │
//!  └────────────────────┴────────────────────────────┴──────────────────────────┘
//!    2 minutes            2 minutes, another number    taken back, the camera step is over
//! ```
//!
//! The phone shows a number, and acts only after the first device has confirmed that it is the same. Then it may do the
//! camera step and nothing else: agreement, IIN, code and consent stay with the first device.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::exchange::{Effect, PhoneInput, SessionError};
use super::{Session, Step};
use crate::Timestamp;

/// Links in one session.
pub const LINKS_MAX: u8 = 5;
/// From its display until a phone opens it, and from there until the number is confirmed.
pub const LINK_LIFETIME: TimeDelta = TimeDelta::minutes(2);
/// The numbers that a phone may show: two digits.
pub const NUMBERS: std::ops::Range<u8> = 10..100;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Handoff {
    links: u8,
    state: HandoffState,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum HandoffState {
    /// The first device has the camera step.
    #[default]
    None,
    Offered {
        until: Timestamp,
    },
    /// Both devices show the number.
    Opened {
        number: u8,
        until: Timestamp,
    },
    /// The phone has the camera step.
    Acting,
}

type Moved = Result<(Session, Vec<Effect>), SessionError>;

impl Session {
    /// Who has the camera step now.
    pub fn handoff(&self, now: Timestamp) -> HandoffState {
        if !matches!(self.step, Step::Liveness { .. }) {
            return HandoffState::None;
        }
        match self.handoff.state {
            HandoffState::Offered { until } | HandoffState::Opened { until, .. }
                if now >= until =>
            {
                HandoffState::None
            }
            state @ (HandoffState::None
            | HandoffState::Offered { .. }
            | HandoffState::Opened { .. }
            | HandoffState::Acting) => state,
        }
    }

    pub fn links_left(&self) -> u8 {
        LINKS_MAX.saturating_sub(self.handoff.links)
    }

    pub(super) fn hand_over(self, input: PhoneInput, now: Timestamp) -> Moved {
        match input {
            PhoneInput::LinkAsked => self.offer(now),
            PhoneInput::LinkOpened { number } => self.open_on_phone(number, now),
            PhoneInput::NumberCompared { number, same } => self.compare_numbers(number, same, now),
            PhoneInput::TakenBack => Ok(self.take_back()),
        }
    }

    /// An earlier link, and a phone that came by it, are over.
    fn offer(mut self, now: Timestamp) -> Moved {
        if self.links_left() == 0 {
            return Err(SessionError::LinksExhausted);
        }
        self.handoff.links += 1;
        Ok(self.handed(HandoffState::Offered { until: now + LINK_LIFETIME }))
    }

    fn open_on_phone(self, number: u8, now: Timestamp) -> Moved {
        match self.handoff(now) {
            HandoffState::Offered { .. } => {
                Ok(self.handed(HandoffState::Opened { number, until: now + LINK_LIFETIME }))
            }
            HandoffState::None | HandoffState::Opened { .. } | HandoffState::Acting => {
                Err(SessionError::LinkOver)
            }
        }
    }

    /// `number`: as the first device showed it.
    fn compare_numbers(self, number: u8, same: bool, now: Timestamp) -> Moved {
        match self.handoff(now) {
            HandoffState::Opened { number: shown, .. } if shown == number => {
                Ok(self.handed(if same { HandoffState::Acting } else { HandoffState::None }))
            }
            HandoffState::None
            | HandoffState::Offered { .. }
            | HandoffState::Opened { .. }
            | HandoffState::Acting => Err(SessionError::OtherNumber),
        }
    }

    pub(super) fn take_back(self) -> (Self, Vec<Effect>) {
        self.handed(HandoffState::None)
    }

    fn handed(mut self, state: HandoffState) -> (Self, Vec<Effect>) {
        self.handoff.state = state;
        (self, Vec::new())
    }
}
