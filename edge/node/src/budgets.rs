//! Every budget of this node with its limit.

use chrono::TimeDelta;
use senim_channel::budget::{Exhausted, KeyShare, PerKey, Rate, Registry};
use senim_core::Timestamp;
use senim_core::id::Bin;

use crate::config::Config;

/// Open requests of one participant.
const PARTICIPANT_PLACES: u32 = 256;
/// Open requests of a certificate that no participant has registered.
const UNREGISTERED_PLACES: u32 = 8;
const UNREGISTERED_PER_SECOND: u32 = 20;
/// The number of callers whose recent requests are remembered.
const CALLERS_MAX: usize = 10_000;

pub(crate) struct Budgets {
    /// Lists all of them, for metrics.
    pub(crate) registry: Registry,
    participants: Rate<Bin>,
    participant_places: PerKey<Bin>,
    unregistered: Rate<String>,
    unregistered_places: PerKey<String>,
}

/// The caller that a request counts against.
pub(crate) enum Payer<'a> {
    Participant(Bin),
    /// By thumbprint.
    Unregistered(&'a str),
}

/// A request's place until its response has been sent.
#[must_use = "what is dropped is given back"]
pub(crate) enum Place {
    Participant { _held: KeyShare<Bin> },
    Unregistered { _held: KeyShare<String> },
}

impl Budgets {
    pub(crate) fn open(config: &Config) -> Self {
        let registry = Registry::default();
        let second = TimeDelta::seconds(1);
        let limit = config.participant_requests_per_s;
        Self {
            participants: registry.rate("requests.participant", limit, second, CALLERS_MAX),
            participant_places: registry.per_key("places.participant", PARTICIPANT_PLACES),
            unregistered: registry.rate(
                "requests.unregistered",
                UNREGISTERED_PER_SECOND,
                second,
                CALLERS_MAX,
            ),
            unregistered_places: registry.per_key("places.unregistered", UNREGISTERED_PLACES),
            registry,
        }
    }

    /// Called before any work on the request.
    pub(crate) fn admit(&self, payer: &Payer<'_>, now: Timestamp) -> Result<Place, Exhausted> {
        match payer {
            Payer::Participant(bin) => {
                self.participants.take(*bin, 1, now)?;
                Ok(Place::Participant { _held: self.participant_places.take(bin, 1)? })
            }
            Payer::Unregistered(thumbprint) => {
                let thumbprint = (*thumbprint).to_owned();
                self.unregistered.take(thumbprint.clone(), 1, now)?;
                Ok(Place::Unregistered { _held: self.unregistered_places.take(&thumbprint, 1)? })
            }
        }
    }
}
