//! Participants, their roles and their standing (OAPI-5, OAPI-20).
//!
//! ```text
//! active ──suspend──▶ suspended ──resume──▶ active
//! ```

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::Bin;
use crate::problem::Problem;
use crate::text::ShownText;

pub mod application;
pub mod view;

/// The most characters in the name of a participant or an application.
pub const NAME_MAX: usize = 200;
/// The most characters in the reason of a suspension.
pub const REASON_MAX: usize = 1_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Participant {
    pub bin: Bin,
    pub name: String,
    pub roles: Roles,
    pub standing: Standing,
}

/// What a participant is accredited as (OAPI-8); one may be both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Roles {
    pub provider: bool,
    pub consumer: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum Standing {
    Active,
    Suspended { since: Timestamp, reason: String },
}

/// The kind of participant, as far as it affects what it may get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    #[default]
    Ordinary,
    /// Of the international finance centre.
    FinanceCentre,
    ECommerce,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Ordinary, Self::FinanceCentre, Self::ECommerce];

    /// Its spelling in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::FinanceCentre => "finance-centre",
            Self::ECommerce => "e-commerce",
        }
    }

    /// Whether it gets personal data from photo matching (IDX-6).
    pub fn may_have_personal_data(self) -> bool {
        match self {
            Self::Ordinary => true,
            Self::FinanceCentre | Self::ECommerce => false,
        }
    }
}

impl Participant {
    /// Suspends the participant: no token, no data (OAPI-5). It stays a participant (OAPI-20).
    pub fn suspend(self, reason: &str, now: Timestamp) -> Result<Self, ParticipantError> {
        match self.standing {
            Standing::Active if reason.trim().is_empty() => Err(ParticipantError::ReasonMissing),
            Standing::Active => {
                let reason = reason.trim().parse::<ShownText<REASON_MAX>>();
                let reason = reason.map_err(|_| ParticipantError::ReasonUnreadable)?.into();
                let standing = Standing::Suspended { since: now, reason };
                Ok(Self { standing, ..self })
            }
            Standing::Suspended { .. } => Err(ParticipantError::AlreadyThere),
        }
    }

    pub fn resume(self) -> Result<Self, ParticipantError> {
        match self.standing {
            Standing::Suspended { .. } => Ok(Self { standing: Standing::Active, ..self }),
            Standing::Active => Err(ParticipantError::AlreadyThere),
        }
    }

    /// Whether it may ask for a client's data now.
    pub fn check_consumer(&self) -> Result<(), Problem> {
        match &self.standing {
            Standing::Suspended { .. } => Err(Problem::ParticipantSuspended),
            Standing::Active if !self.roles.consumer => Err(Problem::ParticipantNotConsumer),
            Standing::Active => Ok(()),
        }
    }

    /// Whether requests may be sent to it now.
    pub fn check_provider(&self) -> Result<(), Problem> {
        match &self.standing {
            Standing::Active if self.roles.provider => Ok(()),
            Standing::Active | Standing::Suspended { .. } => Err(Problem::ProviderNotStanding),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParticipantError {
    #[error("a reason is required; the participant receives it")]
    ReasonMissing,
    #[error("the reason is too long or has invisible characters")]
    ReasonUnreadable,
    #[error("the participant already has this standing")]
    AlreadyThere,
}

impl ParticipantError {
    pub fn problem(self) -> Problem {
        match self {
            Self::ReasonMissing | Self::ReasonUnreadable => Problem::BodyMalformed,
            Self::AlreadyThere => Problem::ParticipantStanding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_written_as_it_is_named() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn a_suspended_participant_neither_asks_nor_answers_until_resumed() {
        let bank = Participant {
            bin: "960440000151".parse().unwrap(),
            name: "Bank".to_owned(),
            roles: Roles { provider: true, consumer: true },
            standing: Standing::Active,
        };
        let now = Timestamp::from_timestamp(1_700_000_000, 0).unwrap();
        assert_eq!(bank.clone().suspend("  ", now), Err(ParticipantError::ReasonMissing));
        let hidden = bank.clone().suspend("licence\u{202E} withdrawn", now);
        assert_eq!(hidden, Err(ParticipantError::ReasonUnreadable));
        let bank = bank.suspend("licence withdrawn", now).unwrap();
        assert_eq!(bank.check_consumer(), Err(Problem::ParticipantSuspended));
        assert_eq!(bank.check_provider(), Err(Problem::ProviderNotStanding));
        assert_eq!(bank.clone().suspend("again", now), Err(ParticipantError::AlreadyThere));
        let bank = bank.resume().unwrap();
        assert_eq!((bank.check_consumer(), bank.check_provider()), (Ok(()), Ok(())));
        assert_eq!(bank.resume(), Err(ParticipantError::AlreadyThere));
    }
}
