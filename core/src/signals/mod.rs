//! What a consumer is told when a consent has ended or was changed, and the deletion that it owes then (OAPI-5, CNS-7).
//!
//! A Security Event Token (RFC 8417) in the form of the Shared Signals Framework, pushed (RFC 8935) or polled (RFC 8936):
//!
//! ```text
//! asked ──tried──▶ asked, after a longer pause
//!   ├────acknowledge──▶ acknowledged
//!   └────attest───────────┴──attest──▶ deleted
//! ```
//!
//! Overdue is not a stage: it is what `asked` and `acknowledged` become when read too late.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;
use crate::consent::{Consent, ConsentError, EndedBy};
use crate::id::{Bin, ConsentId, NoticeId};
use crate::jose::Jws;
use crate::json::NumericDate;
use crate::problem::Problem;

pub mod view;

/// The `typ` of a SET (RFC 8417 §2.3) and its media type (RFC 8935 §2.1).
pub const SET_TYPE: &str = "secevent+jwt";
pub const SET_MEDIA_TYPE: &str = "application/secevent+jwt";
/// The `typ` of a consumer's signed word that it has deleted the data.
pub const ATTESTATION_TYPE: &str = "deletion-attestation+jwt";

/// The consent has ended: nothing of it may be kept.
pub const CONSENT_ENDED: &str = "https://senim.kz/secevent/event-type/consent-ended";
/// Another consent has taken its place: what that one does not cover may not be kept.
pub const CONSENT_CHANGED: &str = "https://senim.kz/secevent/event-type/consent-changed";

/// The most SETs of one answer to a poll.
pub const POLL_MAX: u16 = 100;
/// The most acknowledgements and errors in one poll.
pub const ACKNOWLEDGED_MAX: usize = 1000;

const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// How old an attestation may be, and how far ahead its clock.
const ATTESTATION_AGE_MAX_S: i64 = 600;
const AHEAD_MAX_S: i64 = 10;

/// A consumer is told of one consent's end.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Also the SET's `jti`.
    pub id: NoticeId,
    pub consent: ConsentId,
    pub grant: ConsentId,
    pub consumer: Bin,
    pub application: String,
    /// `None`: the consent's term.
    pub by: Option<EndedBy>,
    /// The consent that took its place.
    pub replaced_by: Option<ConsentId>,
    pub ended_at: Timestamp,
    /// The data must be deleted and that attested by then.
    pub delete_by: Timestamp,
    pub stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Told so many times; `next_try_at` is when it is pushed again.
    Asked {
        tries: u32,
        next_try_at: Timestamp,
        fault: Option<String>,
    },
    Acknowledged {
        at: Timestamp,
    },
    Deleted {
        acknowledged_at: Timestamp,
        at: Timestamp,
    },
}

impl Notice {
    /// Of a consent that has just ended; `within`: the term of deletion.
    pub fn of(
        id: NoticeId,
        consent: &Consent,
        (by, replaced_by): (Option<EndedBy>, Option<ConsentId>),
        ended_at: Timestamp,
        within: TimeDelta,
    ) -> Self {
        Self {
            id,
            consent: consent.id,
            grant: consent.grant,
            consumer: consent.consumer,
            application: consent.application.clone(),
            by,
            replaced_by,
            ended_at,
            delete_by: ended_at + within,
            stage: Stage::Asked { tries: 0, next_try_at: ended_at, fault: None },
        }
    }

    /// It is being told once more; if no acknowledgement comes, again after a pause that doubles.
    #[must_use]
    pub fn tried(self, fault: Option<String>, now: Timestamp) -> Self {
        let Stage::Asked { tries, .. } = self.stage else { return self };
        let tries = tries.saturating_add(1);
        let stage = Stage::Asked { tries, next_try_at: now + pause(tries), fault };
        Self { stage, ..self }
    }

    /// Once is enough: a repeated acknowledgement changes nothing.
    #[must_use]
    pub fn acknowledge(self, now: Timestamp) -> Self {
        let Stage::Asked { .. } = self.stage else { return self };
        Self { stage: Stage::Acknowledged { at: now }, ..self }
    }

    /// The consumer attests that the data is deleted; who attests has understood. A second attestation changes nothing.
    #[must_use]
    pub fn attest(self, deleted_at: Timestamp, now: Timestamp) -> Self {
        let acknowledged_at = match self.stage {
            Stage::Asked { .. } => now,
            Stage::Acknowledged { at } => at,
            Stage::Deleted { .. } => return self,
        };
        Self { stage: Stage::Deleted { acknowledged_at, at: deleted_at }, ..self }
    }

    pub fn overdue(&self, now: Timestamp) -> bool {
        !matches!(self.stage, Stage::Deleted { .. }) && now >= self.delete_by
    }

    /// The claims of its SET (RFC 8417 §2.2).
    pub fn claims(&self, issuer: &str, now: Timestamp) -> SetClaims {
        let kind = if self.replaced_by.is_some() { CONSENT_CHANGED } else { CONSENT_ENDED };
        let event = EventClaims {
            event_timestamp: self.ended_at.timestamp(),
            initiating_entity: initiator(self.by).to_owned(),
            reason: reason(self.by).code().to_owned(),
            grant_id: self.grant,
            replaced_by: self.replaced_by,
            delete_by: self.delete_by.timestamp(),
        };
        SetClaims {
            iss: issuer.to_owned(),
            aud: self.application.clone(),
            iat: now.timestamp(),
            jti: self.id,
            sub_id: SubjectId { format: "opaque".to_owned(), id: self.consent },
            events: BTreeMap::from([(kind.to_owned(), event)]),
        }
    }

    /// Whether an attestation is this application's word on this notice. Its signature is checked by the caller, with the
    /// application's key or its connection's. When the data was deleted.
    pub fn check_attestation(
        &self,
        jws: &Jws<'_>,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Timestamp, Problem> {
        let invalid = Problem::DeletionAttestation;
        if !jws.is_type(ATTESTATION_TYPE) {
            return Err(invalid);
        }
        let claims: Attestation = jws.claims().map_err(|_| invalid)?;
        let now_s = now.timestamp();
        let fresh = |at: i64| (now_s - ATTESTATION_AGE_MAX_S..=now_s + AHEAD_MAX_S).contains(&at);
        let (from, to) = (self.ended_at.timestamp() - AHEAD_MAX_S, now_s + AHEAD_MAX_S);
        let fits = claims.iss == self.application
            && claims.aud == issuer
            && claims.set == self.id
            && claims.consent_id == self.consent
            && fresh(claims.iat.0)
            && (from..=to).contains(&claims.deleted_at.0);
        if !fits {
            return Err(invalid);
        }
        // Clocks differ by seconds; nothing is deleted before the end or after now.
        let at = Timestamp::from_timestamp(claims.deleted_at.0, 0).ok_or(invalid)?;
        Ok(at.clamp(self.ended_at, now.max(self.ended_at)))
    }
}

/// 5, 10, 20 … seconds up to an hour.
fn pause(tries: u32) -> TimeDelta {
    let doubled = 1_i32.checked_shl(tries.saturating_sub(1)).filter(|it| *it > 0);
    doubled
        .and_then(|it| FIRST_PAUSE.checked_mul(it))
        .map_or(LONGEST_PAUSE, |it| it.min(LONGEST_PAUSE))
}

/// CAEP §2: who brought it about.
fn initiator(by: Option<EndedBy>) -> &'static str {
    match by {
        Some(EndedBy::Client | EndedBy::Changed | EndedBy::Superseded) => "user",
        Some(EndedBy::Operator) => "admin",
        Some(EndedBy::Consumer | EndedBy::Platform) => "system",
        None => "policy",
    }
}

fn reason(by: Option<EndedBy>) -> Problem {
    by.map_or(ConsentError::Expired, ConsentError::Ended).problem()
}

/// A Security Event Token (RFC 8417 §2.2) with one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetClaims {
    pub iss: String,
    /// The application.
    pub aud: String,
    /// Epoch seconds: when this copy was signed.
    pub iat: i64,
    /// The same in every copy.
    pub jti: NoticeId,
    pub sub_id: SubjectId,
    pub events: BTreeMap<String, EventClaims>,
}

/// RFC 9493 §3.2.5: the consent by its own name, never the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectId {
    pub format: String,
    pub id: ConsentId,
}

/// CAEP §2, and what is ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventClaims {
    /// Epoch seconds.
    pub event_timestamp: i64,
    pub initiating_entity: String,
    /// The code that requests under the consent get.
    pub reason: String,
    pub grant_id: ConsentId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<ConsentId>,
    /// Epoch seconds: deletion must be attested by then.
    pub delete_by: i64,
}

/// The claims of a consumer's attestation, a JWS of [`ATTESTATION_TYPE`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attestation {
    /// The application.
    pub iss: String,
    /// The platform's issuer.
    pub aud: String,
    pub iat: NumericDate,
    /// The SET that asked for it.
    pub set: NoticeId,
    pub consent_id: ConsentId,
    pub deleted_at: NumericDate,
}

/// RFC 8936 §2.2. Unknown members are ignored.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct PollSets {
    /// Identifiers of SETs that have arrived.
    #[cfg_attr(test, schemars(length(max = ACKNOWLEDGED_MAX)))]
    pub ack: Vec<String>,
    /// What was wrong with others, by their identifiers (RFC 8935 §2.4).
    pub set_errs: BTreeMap<String, SetError>,
    /// 0: only acknowledges.
    pub max_events: Option<u16>,
    /// Every answer comes at once.
    pub return_immediately: bool,
}

/// RFC 8935 §2.3.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SetError {
    pub err: String,
    #[serde(default)]
    pub description: String,
}

/// RFC 8936 §2.3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PolledSets {
    /// SETs by their identifiers.
    pub sets: BTreeMap<String, String>,
    pub more_available: bool,
}

/// `POST /signals/{client_id}/deletions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AttestDeletion {
    /// A JWS of type `deletion-attestation+jwt` with `iss` (the application), `aud` (the issuer), `iat`, `set` (the SET's
    /// `jti`), `consent_id` and `deleted_at` (epoch seconds), signed with the application's key, or with that of its
    /// certificate.
    pub attestation: String,
}

/// What a receiver says of a SET that it can't use, without anything that could not be shown.
pub fn fault(err: &str) -> String {
    let plain = |it: &char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
    let word: String = err.chars().filter(plain).take(60).collect();
    if word.is_empty() { "error".to_owned() } else { word }
}

/// `err` of RFC 8935 §2.3 in a receiver's answer.
pub fn fault_of(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body["err"].as_str().map(fault)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::to_base64;

    const ISSUER: &str = "https://senim";

    /// Every sequence of five moves: what is deleted stays so, what is acknowledged is not asked again.
    #[test]
    fn no_stage_is_ever_taken_back() {
        type Move = fn(Notice, Timestamp) -> Notice;
        let moves: [Move; 3] =
            [|it, now| it.tried(None, now), Notice::acknowledge, |it, now| it.attest(now, now)];
        let rank = |it: &Notice| match it.stage {
            Stage::Asked { .. } => 0,
            Stage::Acknowledged { .. } => 1,
            Stage::Deleted { .. } => 2,
        };
        for sequence in 0..moves.len().pow(5) {
            let mut it = notice();
            for turn in 0..5_u32 {
                let now = at(i64::from(turn) + 1);
                let choice = sequence / moves.len().pow(turn) % moves.len();
                let next = moves[choice](it.clone(), now);
                assert!(rank(&next) >= rank(&it), "sequence {sequence}");
                assert!(rank(&it) == 0 || choice != 0 || next == it, "sequence {sequence}");
                assert_eq!(next.overdue(at(1000)), rank(&next) < 2);
                assert!(!next.overdue(at(999)));
                it = next;
            }
        }
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        let pauses = [1, 2, 3, 10, 11, 31, 32, 33, u32::MAX].map(|it| pause(it).num_seconds());
        assert_eq!(pauses, [5, 10, 20, 2560, 3600, 3600, 3600, 3600, 3600]);
        let Stage::Asked { tries, next_try_at, fault } =
            notice().tried(None, at(1)).tried(Some("x".to_owned()), at(7)).stage
        else {
            panic!("it was not acknowledged");
        };
        assert_eq!((tries, next_try_at, fault.as_deref()), (2, at(17), Some("x")));
    }

    #[test]
    fn a_set_says_which_consent_and_what_follows_and_names_no_person() {
        let claims = serde_json::to_value(notice().claims(ISSUER, at(5))).unwrap();
        assert_eq!(
            claims,
            json!({
                "iss": ISSUER, "aud": "app", "iat": at(5).timestamp(),
                "jti": "set_00000000000000000000000000000007",
                "sub_id": { "format": "opaque", "id": "cns_00000000000000000000000000000002" },
                "events": { CONSENT_ENDED: {
                    "event_timestamp": at(0).timestamp(), "initiating_entity": "user",
                    "reason": "consent.withdrawn", "grant_id": "cns_00000000000000000000000000000001",
                    "delete_by": at(1000).timestamp(),
                } },
            })
        );
        let changed =
            Notice { by: Some(EndedBy::Changed), replaced_by: Some(ConsentId(3)), ..notice() };
        let event = &changed.claims(ISSUER, at(5)).events[CONSENT_CHANGED];
        assert_eq!(
            (event.replaced_by, event.reason.as_str()),
            (Some(ConsentId(3)), "consent.changed")
        );
        let over = Notice { by: None, ..notice() };
        assert_eq!(over.claims(ISSUER, at(5)).events[CONSENT_ENDED].reason, "consent.expired");
    }

    #[test]
    fn only_the_applications_own_fresh_word_on_this_set_attests() {
        let now = at(100);
        let good = json!({
            "iss": "app", "aud": ISSUER, "iat": now.timestamp(), "set": NoticeId(7),
            "consent_id": ConsentId(2), "deleted_at": at(50).timestamp(),
        });
        let judged = |typ: &str, claims: &Value| {
            let part = |it: &Value| to_base64(it.to_string().as_bytes());
            let text =
                format!("{}.{}.AA", part(&json!({"typ": typ, "alg": "ES256"})), part(claims));
            notice().check_attestation(&Jws::parse(&text).unwrap(), ISSUER, now)
        };
        assert_eq!(judged(ATTESTATION_TYPE, &good), Ok(at(50)));
        let early = json!({"deleted_at": at(-5).timestamp()});
        let mut claims = good.clone();
        claims["deleted_at"] = early["deleted_at"].clone();
        assert_eq!(judged(ATTESTATION_TYPE, &claims), Ok(at(0)), "not before the end");
        assert!(judged("JWT", &good).is_err());
        for (member, value) in [
            ("iss", json!("other")),
            ("aud", json!("https://other")),
            ("iat", json!(now.timestamp() - 601)),
            ("iat", json!(now.timestamp() + 11)),
            ("set", json!(NoticeId(8))),
            ("consent_id", json!(ConsentId(3))),
            ("deleted_at", json!(at(-11).timestamp())),
            ("deleted_at", json!(at(111).timestamp())),
            ("deleted_at", Value::Null),
        ] {
            let mut claims = good.clone();
            claims[member] = value.clone();
            let judged = judged(ATTESTATION_TYPE, &claims);
            assert_eq!(judged, Err(Problem::DeletionAttestation), "{member} {value}");
        }
    }

    #[test]
    fn a_receivers_fault_is_a_plain_word() {
        assert_eq!(fault_of(br#"{"err":"invalid_key","description":"x"}"#).unwrap(), "invalid_key");
        assert_eq!(fault_of(br#"{"err":"<b>\u202e"}"#).unwrap(), "b");
        assert_eq!(fault("\u{202e}"), "error");
        assert_eq!(fault(&"a".repeat(99)).len(), 60);
        assert_eq!(fault_of(b"<html>"), None);
    }

    fn notice() -> Notice {
        Notice {
            id: NoticeId(7),
            consent: ConsentId(2),
            grant: ConsentId(1),
            consumer: "960440000151".parse().unwrap(),
            application: "app".to_owned(),
            by: Some(EndedBy::Client),
            replaced_by: None,
            ended_at: at(0),
            delete_by: at(1000),
            stage: Stage::Asked { tries: 0, next_try_at: at(0), fault: None },
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
