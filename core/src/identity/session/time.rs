//! How long a session lasts, and how a client who is still there makes it last longer (WCAG 2.2 §2.2.1).

use chrono::TimeDelta;

use super::Session;
use super::exchange::{Effect, SessionError};
use crate::Timestamp;

/// From the first page to the end, unless the client stays.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// So long before the end the page asks whether the client stays.
pub const WARNING: TimeDelta = TimeDelta::minutes(2);
/// What one answer adds.
pub const EXTENSION: TimeDelta = TimeDelta::minutes(5);
/// After these the session ends, whoever is there: at most 65 minutes after its start.
pub const EXTENSIONS_MAX: u8 = 10;

impl Session {
    /// When the session ends unless it is extended; absent once it has ended.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.ended_at().is_none().then_some(self.ends_at)
    }

    pub fn extensions(&self) -> u8 {
        self.extensions
    }

    pub fn extensions_left(&self) -> u8 {
        EXTENSIONS_MAX.saturating_sub(self.extensions)
    }

    /// An answer before the warning changes nothing, so that a click too many costs no extension.
    pub(super) fn stay(self, now: Timestamp) -> Result<(Self, Vec<Effect>), SessionError> {
        if self.ends_at - now > WARNING {
            return Ok((self, Vec::new()));
        }
        if self.extensions_left() == 0 {
            return Err(SessionError::NoMoreTime);
        }
        Ok((self.extended(), Vec::new()))
    }

    /// A check that begins is not cut off by the session's end, nor disturbed by the warning, while extensions are left.
    pub(super) fn lasting_until(self, until: Timestamp) -> Self {
        if self.ends_at < until + WARNING && self.extensions_left() > 0 {
            return self.extended();
        }
        self
    }

    fn extended(mut self) -> Self {
        self.extensions += 1;
        self.ends_at += EXTENSION;
        self
    }
}
