//! What a node promises with its answer: that the use will stand in the platform's log.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::Use;
use crate::Timestamp;
use crate::id::{Bin, ConsentId, UseId};
use crate::journal::{Event, Record, Subject};

/// The header with the use's id, by which its receipt is asked for.
pub const USE: &str = "senim-use";
/// The header with the promise: a compact JWS, signed with the key of the node's own certificate.
pub const PROMISE: &str = "senim-use-promise";
/// The JWS's `typ`.
pub const TYPE: &str = "senim-use+jwt";

/// A node that can't reach the platform keeps uses on its disk. Longer than this is a broken promise.
const WITHIN: TimeDelta = TimeDelta::hours(24);

/// The claims. A use of which the log has no such record after `by` is misbehaviour of node or platform, and the signature
/// proves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// The node's name, as in its certificate.
    pub iss: String,
    #[serde(rename = "use")]
    pub id: UseId,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<Bin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Bin>,
    pub route: String,
    pub status: u16,
    /// When the record is in the log at the latest.
    pub by: Timestamp,
}

impl Promise {
    /// `node` is its name.
    pub fn of(node: &str, kept: &Use) -> Self {
        // As a record has it: to the millisecond.
        let at = Timestamp::from_timestamp_millis(kept.at.timestamp_millis()).unwrap_or(kept.at);
        Self {
            iss: node.to_owned(),
            id: kept.id,
            at,
            consent: kept.consent,
            consumer: kept.consumer,
            provider: kept.provider,
            route: kept.route.clone(),
            status: kept.status,
            by: at + WITHIN,
        }
    }

    /// Whether this is the record that was promised.
    pub fn is_kept_by(&self, record: &Record) -> bool {
        let subject = self.consent.map_or(Subject::Use(self.id), Subject::Consent);
        if record.subject != subject {
            return false;
        }
        let (Event::DataRead { interaction, at, consumer, provider, route, status, .. }
        | Event::DataRefused { interaction, at, consumer, provider, route, status, .. }) =
            &record.event
        else {
            return false;
        };
        *interaction == self.id
            && at.timestamp_millis() == self.at.timestamp_millis()
            && (*consumer, *provider, *status) == (self.consumer, self.provider, self.status)
            && *route == self.route
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Actor;

    fn kept() -> Use {
        Use {
            id: UseId(1),
            at: Timestamp::from_timestamp_micros(1_800_000_000_123_456).unwrap(),
            consent: Some(ConsentId(2)),
            consumer: Some("190340012744".parse().unwrap()),
            provider: Some("040740003185".parse().unwrap()),
            data: None,
            attended: Some(true),
            route: "/accounts".to_owned(),
            status: 200,
            problem: None,
            request_bytes: 1,
            answer_bytes: 2,
            total_ms: 3,
            upstream_ms: None,
            gate: None,
        }
    }

    fn record(of: &Use) -> Record {
        let event = Event::DataRead {
            interaction: of.id,
            at: of.at,
            consumer: of.consumer,
            provider: of.provider,
            attended: of.attended,
            route: of.route.clone(),
            status: of.status,
            answer_bytes: of.answer_bytes,
            total_ms: of.total_ms,
            upstream_ms: of.upstream_ms,
            gate: None,
        };
        let subject = of.consent.map_or(Subject::Use(of.id), Subject::Consent);
        Record::new([1; 16], Actor::Edge("edge-1".to_owned()), subject, event, of.at)
    }

    #[test]
    fn a_promise_is_kept_by_the_record_of_its_use_and_by_no_other() {
        let promise = Promise::of("edge-1", &kept());
        let text = serde_json::to_string(&promise).unwrap();
        assert_eq!(serde_json::from_str::<Promise>(&text).unwrap(), promise);
        assert_eq!(promise.by - promise.at, TimeDelta::hours(24));
        assert!(promise.is_kept_by(&record(&kept())));
        for other in [
            Use { id: UseId(9), ..kept() },
            Use { at: kept().at + TimeDelta::seconds(1), ..kept() },
            Use { consent: Some(ConsentId(9)), ..kept() },
            Use { consumer: kept().provider, ..kept() },
            Use { provider: None, ..kept() },
            Use { route: "/balances".to_owned(), ..kept() },
            Use { status: 404, ..kept() },
        ] {
            assert!(!promise.is_kept_by(&record(&other)), "{other:?}");
        }
        let unknown = Use { consent: None, ..kept() };
        assert!(Promise::of("edge-1", &unknown).is_kept_by(&record(&unknown)));
    }
}
