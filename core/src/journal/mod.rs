//! What was done: each request through an edge, and the names of events (OAPI-15).

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::consent::Data;
use crate::id::{Bin, ConsentId, UseId};

/// The most uses in one report of an edge.
pub const USES_MAX: usize = 500;
/// The largest report, in bytes.
pub const REPORT_MAX: usize = 1024 * 1024;
pub const ROUTE_LENGTH_MAX: usize = 100;

/// `POST /edge/uses`: what an edge has on its own disk and now hands over. 204 acknowledges all of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportUses {
    /// At most [`USES_MAX`].
    pub uses: Vec<Use>,
}

/// One request through an edge, answered or refused. Told twice, it counts once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    pub id: UseId,
    pub at: Timestamp,
    /// Absent where the request was refused before its consent was known; so are the next three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<Bin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Bin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// The route's pattern, such as `/accounts/{accountId}`; never the address itself.
    pub route: String,
    pub status: u16,
    /// The problem's code, where it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    pub request_bytes: u64,
    pub answer_bytes: u64,
    pub total_ms: u32,
    /// The provider's share of it; absent where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_ms: Option<u32>,
}

impl Use {
    /// Whether it can be kept: an edge may be broken, or not what it says.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.route.is_empty() || self.route.len() > ROUTE_LENGTH_MAX {
            return Err("a route is 1 to 100 bytes");
        }
        if !(100..600).contains(&self.status) {
            return Err("a status is 100 to 599");
        }
        if self.problem.as_ref().is_some_and(|it| it.len() > ROUTE_LENGTH_MAX) {
            return Err("a problem's code is at most 100 bytes");
        }
        Ok(())
    }

    pub fn answered(&self) -> bool {
        self.problem.is_none() && self.status < 400
    }
}

/// What is written as a journal record's event.
pub mod event {
    pub const AUTHORIZATION_PUSHED: &str = "authorization.pushed";
    pub const AUTHORIZATION_REFUSED: &str = "authorization.refused";
    pub const CODE_ISSUED: &str = "code.issued";
    pub const CODE_REPLAYED: &str = "code.replayed";
    pub const CONSENT_ENDED: &str = "consent.ended";
    pub const CONSENT_GRANTED: &str = "consent.granted";
    pub const CONSENT_REFUSED: &str = "consent.refused";
    pub const DATA_READ: &str = "data.read";
    pub const DATA_REFUSED: &str = "data.refused";
    pub const KEY_ROTATED: &str = "key.rotated";
    pub const OPERATOR_ADDED: &str = "operator.added";
    pub const OPERATOR_LOCKED: &str = "operator.locked";
    pub const OPERATOR_SIGNED_IN: &str = "operator.signed-in";
    pub const PARTICIPANT_REGISTERED: &str = "participant.registered";
    pub const PARTICIPANT_RESUMED: &str = "participant.resumed";
    pub const PARTICIPANT_SUSPENDED: &str = "participant.suspended";
    pub const PHOTO_ACCEPTED: &str = "photo.accepted";
    pub const PHOTO_CHECKED_OFFLINE: &str = "photo.checked-offline";
    pub const PHOTO_DATA_GIVEN: &str = "photo.data-given";
    pub const PHOTO_FAILED: &str = "photo.failed";
    pub const PHOTO_MATCHED: &str = "photo.matched";
    pub const PHOTO_REFUSED: &str = "photo.refused";
    pub const PHOTO_UNMATCHED: &str = "photo.unmatched";
    pub const TOKEN_ISSUED: &str = "token.issued";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_reads_with_what_was_not_known_left_out() {
        let text = r#"{"id":"int_000000000000000000000000000000ab","at":"2026-11-23T09:00:00Z",
            "route":"/accounts","status":401,"problem":"token.expired","request_bytes":0,"answer_bytes":210,"total_ms":1}"#;
        let told: Use = serde_json::from_str(text).unwrap();
        assert_eq!((told.check(), told.answered()), (Ok(()), false));
        assert!(serde_json::from_str::<Use>(&text.replace("\"route\"", "\"road\"")).is_err());
        assert!(Use { route: "r".repeat(101), ..told.clone() }.check().is_err());
        assert!(Use { status: 42, ..told }.check().is_err());
    }
}
