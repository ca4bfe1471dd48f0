//! How long a client stays signed in to the cabinet, and what a session may do by what it was opened with.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::session::WARNING;
use crate::Timestamp;
use crate::problem::Problem;

pub const SIGNED_IN: TimeDelta = TimeDelta::minutes(30);
/// What one answer to the warning adds: ten times (WCAG 2.2 §2.2.1).
pub const EXTENSION: TimeDelta = TimeDelta::minutes(15);
/// From the proof of identity on, whoever is there.
pub const SIGNED_IN_MAX: TimeDelta = TimeDelta::minutes(180);

/// A passkey is added soon after the camera saw its owner: an open cabinet that was left alone gives nobody a key to it.
pub const ADDING: TimeDelta = TimeDelta::minutes(15);

/// What a session of the cabinet was opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OpenedWith {
    /// Face and phone.
    Camera,
    /// Whoever can unlock one of the client's devices.
    Passkey,
}

/// What is done in the cabinet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Reading anything that the cabinet shows, and staying signed in.
    Look,
    /// Ending or narrowing a consent, and removing a passkey.
    Withdraw,
    /// "It wasn't me".
    Report,
    AddPasskey,
    /// Taking back the consent to processing: pictures are destroyed, which nothing undoes, and they may be the proof of who
    /// it was.
    WithdrawProcessing,
}

impl Act {
    pub const ALL: [Self; 5] =
        [Self::Look, Self::Withdraw, Self::Report, Self::AddPasskey, Self::WithdrawProcessing];
}

impl OpenedWith {
    /// Whether such a session, proved then, may do this now: a passkey is for looking and withdrawing.
    pub fn check(self, act: Act, passed_at: Timestamp, now: Timestamp) -> Result<(), Problem> {
        let may = match (self, act) {
            (Self::Camera | Self::Passkey, Act::Look | Act::Withdraw | Act::Report)
            | (Self::Camera, Act::WithdrawProcessing) => true,
            (Self::Camera, Act::AddPasskey) => now < passed_at + ADDING,
            (Self::Passkey, Act::AddPasskey | Act::WithdrawProcessing) => false,
        };
        if may { Ok(()) } else { Err(Problem::PasskeyCamera) }
    }
}

/// `GET /api/cabinet/session`; `POST /api/cabinet/stay` with `{}` answers the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CabinetSessionView {
    /// When the client is signed out unless they stay.
    pub until: Timestamp,
    pub can_stay: bool,
    pub opened_with: OpenedWith,
    /// The server's time.
    pub now: Timestamp,
}

/// Until when a client stays who answers now. Before the warning, and after the last extension, it is as it was.
pub fn stay(passed_at: Timestamp, until: Timestamp, now: Timestamp) -> Timestamp {
    if until - now > WARNING {
        return until;
    }
    (until + EXTENSION).min(passed_at + SIGNED_IN_MAX)
}

pub fn can_stay(passed_at: Timestamp, until: Timestamp) -> bool {
    until < passed_at + SIGNED_IN_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_is_for_looking_and_withdrawing_and_a_new_one_takes_the_camera() {
        let passed_at = Timestamp::from_timestamp(1_700_000_000, 0).unwrap();
        let may = |with: OpenedWith, now| {
            Act::ALL
                .into_iter()
                .filter(|it| with.check(*it, passed_at, now).is_ok())
                .collect::<Vec<_>>()
        };
        let taking_back = [Act::Look, Act::Withdraw, Act::Report];
        for now in [passed_at, passed_at + ADDING] {
            assert_eq!(may(OpenedWith::Passkey, now), taking_back);
        }
        assert_eq!(may(OpenedWith::Camera, passed_at), Act::ALL);
        let later = [taking_back.as_slice(), &[Act::WithdrawProcessing]].concat();
        assert_eq!(may(OpenedWith::Camera, passed_at + ADDING), later);
    }

    #[test]
    fn a_client_who_stays_is_signed_out_after_three_hours() {
        let passed_at = Timestamp::from_timestamp(1_700_000_000, 0).unwrap();
        let mut until = passed_at + SIGNED_IN;
        assert_eq!(stay(passed_at, until, until - WARNING - WARNING), until);
        let mut stays = 0;
        while can_stay(passed_at, until) {
            let longer = stay(passed_at, until, until - WARNING);
            assert!(longer > until);
            (until, stays) = (longer, stays + 1);
        }
        assert_eq!((until, stays), (passed_at + SIGNED_IN_MAX, 10));
        assert_eq!(stay(passed_at, until, until - WARNING), until);
    }
}
