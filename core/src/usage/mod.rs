//! Uses: each request through an edge, answered or refused (OAPI-15).

pub mod promise;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::consent::{Consent, ConsentState, Data};
use crate::id::{Bin, ConsentId, UseId};
use crate::jose::is_sha256;
use crate::release::GateName;

/// The most uses in one report of an edge.
pub const USES_MAX: usize = 500;
/// The largest report, in bytes.
pub const REPORT_MAX: usize = 1024 * 1024;
pub const ROUTE_LENGTH_MAX: usize = 100;

/// `POST /edge/uses`: uses from an edge's spool. 204 acknowledges all of them.
///
/// Platform and edges are updated at different times, so unknown members are ignored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportUses<U = Use> {
    /// At most [`USES_MAX`].
    pub uses: Vec<U>,
}

/// How far an edge's clock may be ahead of the platform's.
pub const AHEAD_MAX: TimeDelta = TimeDelta::seconds(60);

/// One request through an edge, answered or refused. Reported twice, it counts once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Use {
    pub id: UseId,
    pub at: Timestamp,
    /// Absent if the request was refused before its consent was known; so are the next three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<Bin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Bin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// Whether the request said that the client was there; absent if it was refused before that was looked at (OAPI-25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attended: Option<bool>,
    /// The route's pattern, such as `/accounts/{accountId}`; never the address itself.
    pub route: String,
    pub status: u16,
    /// The problem's code if it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    pub request_bytes: u64,
    pub answer_bytes: u64,
    pub total_ms: u32,
    /// The provider's part of it; absent if the request was not forwarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_ms: Option<u32>,
    /// The gate that decided; absent where none was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateName>,
}

impl Use {
    /// Checks its consistency: an edge may be faulty or compromised.
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
        if self.gate.as_ref().is_some_and(|it| !is_sha256(&it.digest)) {
            return Err("a gate is named by its SHA-256 in hexadecimal");
        }
        Ok(())
    }

    /// Checks that the consent allows the use, so that the client never sees a false one.
    pub fn check_consent(&self, consent: &Consent, now: Timestamp) -> Result<(), &'static str> {
        let granted = match &consent.state {
            ConsentState::Granted(granted) | ConsentState::Ended { granted, .. } => granted,
            ConsentState::Requested
            | ConsentState::Refused { .. }
            | ConsentState::Abandoned { .. } => return Err("the consent was never given"),
        };
        if self.consumer != Some(consent.consumer) {
            return Err("the consent is another consumer's");
        }
        if self.provider.is_some_and(|it| !consent.providers.contains(&it)) {
            return Err("the consent does not cover the provider");
        }
        if self.at < granted.granted_at - AHEAD_MAX || self.at > now + AHEAD_MAX {
            return Err("the moment is not one of the consent's");
        }
        let covered = |data: Data| consent.limits.data.contains(&data);
        if self.answered() && !(self.provider.is_some() && self.data.is_some_and(covered)) {
            return Err("the consent does not cover what was answered");
        }
        let by_mode = self.attended == Some(true) || consent.limits.unattended.is_some();
        if self.answered() && !by_mode {
            return Err("the consent does not cover reading without the client");
        }
        Ok(())
    }

    pub fn answered(&self) -> bool {
        self.problem.is_none() && self.status < 400
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::{Granted, Limits, Purpose, PurposeCode};

    #[test]
    fn a_use_reads_with_what_was_not_known_left_out() {
        let text = r#"{"id":"use_000000000000000000000000000000ab","at":"2026-11-23T09:00:00Z",
            "route":"/accounts","status":401,"problem":"token.expired","request_bytes":0,"answer_bytes":210,"total_ms":1}"#;
        let told: Use = serde_json::from_str(text).unwrap();
        assert_eq!((told.check(), told.answered()), (Ok(()), false));
        assert!(serde_json::from_str::<Use>(&text.replace("\"route\"", "\"road\"")).is_err());
        let newer =
            text.replace("\"status\"", "\"carrier\":{\"of\":\"a later version\"},\"status\"");
        assert_eq!(serde_json::from_str::<Use>(&newer).unwrap(), told);
        assert!(Use { route: "r".repeat(101), ..told.clone() }.check().is_err());
        assert!(Use { status: 42, ..told.clone() }.check().is_err());
        let gate = |digest: &str| Some(GateName { version: None, digest: digest.to_owned() });
        assert!(Use { gate: gate(&"a".repeat(64)), ..told.clone() }.check().is_ok());
        assert!(Use { gate: gate("a"), ..told }.check().is_err());
    }
    #[test]
    fn a_use_counts_only_where_its_consent_allows_it() {
        let (consumer, provider): (Bin, Bin) =
            ("190340012744".parse().unwrap(), "040740003185".parse().unwrap());
        let at = |second: i64| Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap();
        let granted =
            Granted { granted_at: at(0), expires_at: None, index: 0, text_hash: String::new() };
        let consent = Consent {
            id: ConsentId(1),
            grant: ConsentId(1),
            replaces: None,
            application: "app".to_owned(),
            consumer,
            iin: "850614300420".parse().unwrap(),
            providers: [provider].into(),
            limits: Limits {
                data: [Data::Accounts].into(),
                accounts: None,
                transactions_from: None,
                unattended: None,
            },
            identity: None,
            purpose: Purpose { code: PurposeCode::BudgetAdvice, text: None },
            term_days: None,
            requested_at: at(0),
            state: ConsentState::Granted(granted),
        };
        let good = Use {
            id: UseId(1),
            at: at(10),
            consent: Some(consent.id),
            consumer: Some(consumer),
            provider: Some(provider),
            data: Some(Data::Accounts),
            attended: Some(true),
            route: "/accounts".to_owned(),
            status: 200,
            problem: None,
            request_bytes: 0,
            answer_bytes: 1,
            total_ms: 1,
            upstream_ms: Some(1),
            gate: None,
        };
        let checked = |told: Use| told.check_consent(&consent, at(20)).is_ok();
        assert!(checked(good.clone()));
        let refused = Use {
            status: 403,
            problem: Some("consent.data-not-covered".to_owned()),
            data: Some(Data::Balances),
            provider: None,
            ..good.clone()
        };
        assert!(checked(refused));
        for bad in [
            Use { consumer: Some(provider), ..good.clone() },
            Use { consumer: None, ..good.clone() },
            Use { provider: Some(consumer), ..good.clone() },
            Use { provider: None, ..good.clone() },
            Use { data: Some(Data::Balances), ..good.clone() },
            Use { data: None, ..good.clone() },
            Use { attended: Some(false), ..good.clone() },
            Use { attended: None, ..good.clone() },
            Use { at: at(-61), ..good.clone() },
            Use { at: at(81), ..good.clone() },
        ] {
            assert!(!checked(bad.clone()), "{bad:?}");
        }
        let refused = ConsentState::Refused { refused_at: at(0) };
        let never = Consent { state: refused, ..consent.clone() };
        assert!(good.check_consent(&never, at(20)).is_err());
    }
}
