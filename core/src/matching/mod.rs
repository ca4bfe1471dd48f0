//! The photo matching service: a participant's requests and answers, and when it gets a person's data (PHM-1..6).

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::{Iin, PhotoRequestId};
use crate::json::NumericDate;
use crate::liveness::DEGREE_MIN;
use crate::participant::Kind;
use crate::personal::PersonalData;
use crate::solution::Base64;

/// After this many failures the person must be checked offline (PHM-6).
pub const FAILURES_MAX: u64 = 2;
/// How long a match can be accepted.
pub const ACCEPT_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// The allowed clock skew of a confirmation.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(60);
/// `typ` of the confirmation's header.
pub const CONFIRMATION_TYPE: &str = "consent-confirmation+jwt";

/// `POST /photo/match` (PHM-1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MatchPhoto {
    /// The system name in the certificate, its common name (PHM-4).
    pub username: String,
    pub iin: Iin,
    /// JPEG or PNG.
    pub photo: Base64,
    /// The solution that matches, by its name.
    pub solution: String,
    /// Whether the participant requests the person's data once it accepts the match (PHM-3).
    #[serde(default)]
    pub personal_data: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PhotoMatchView {
    pub request: PhotoRequestId,
    pub solution: String,
    /// 0–100, truncated to whole per cent (PHM-2): a finer degree would help an attacker to optimise an image.
    pub degree: u8,
    /// From 85 on.
    pub matched: bool,
    /// Until when the match can be accepted; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_until: Option<Timestamp>,
    /// Failed matches of this person by this participant since the last success.
    pub failures: u64,
    /// Check this person offline (PHM-6).
    pub check_offline: bool,
}

/// `POST /photo/offline-checks`: the person was checked offline, as required after three failures (PHM-6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportOfflineCheck {
    pub username: String,
    pub iin: Iin,
}

/// `POST /photo/match/{request}/accept`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptMatch {
    pub username: String,
    /// A compact JWS of [`Confirmation`], signed with the key of the connection's certificate; without it no
    /// personal data are returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<String>,
}

/// The participant's confirmation that the client consents (PHM-3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    pub request: PhotoRequestId,
    pub consent: bool,
    /// Seconds since the epoch.
    pub iat: NumericDate,
}

impl Confirmation {
    /// Whether it confirms this request: signed between the request and now.
    pub fn fits(&self, request: PhotoRequestId, asked_at: Timestamp, now: Timestamp) -> bool {
        let signed_at = Timestamp::from_timestamp(self.iat.0, 0);
        self.request == request
            && self.consent
            && signed_at.is_some_and(|it| asked_at - CLOCK_SKEW <= it && it <= now + CLOCK_SKEW)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AcceptedView {
    pub request: PhotoRequestId,
    pub accepted_at: Timestamp,
    /// Absent unless every condition holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_data: Option<PersonalData>,
}

/// `GET /photo/requests?from=…&until=…`: the participant's processed requests (IDX-10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PhotoRequestsView {
    pub from: Timestamp,
    pub until: Timestamp,
    /// All with an answer about the photo: matched, unmatched and refused.
    pub processed: u64,
    pub matched: u64,
    pub unmatched: u64,
    /// The photo, the person or the request was invalid.
    pub refused: u64,
    /// No answer, not because of the participant.
    pub failed: u64,
}

/// The conditions for a person's data (PHM-3, IDX-6).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    pub degree: f32,
    pub asked: bool,
    /// The confirmation of the client's consent is valid.
    pub confirmed: bool,
    pub accepted: bool,
    pub kind: Kind,
}

impl Conditions {
    pub fn give_personal_data(self) -> bool {
        self.degree >= DEGREE_MIN
            && self.asked
            && self.confirmed
            && self.accepted
            && self.kind.may_have_personal_data()
    }
}

/// Whether the person must be checked offline before further matches.
pub fn check_offline(failures: u64) -> bool {
    failures > FAILURES_MAX
}

/// A degree for participants: whole per cent, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a degree is 0 to 100; NaN becomes nought"
)]
pub fn whole_percents(degree: f32) -> u8 {
    degree.clamp(0.0, 100.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_data_are_given_only_when_all_holds() {
        let truths = [false, true];
        let mut given = 0;
        for degree in [0.0, 84.999, 85.0, 100.0, f32::NAN] {
            for (asked, confirmed) in truths.iter().flat_map(|&a| truths.map(|b| (a, b))) {
                for accepted in truths {
                    for kind in Kind::ALL {
                        let conditions = Conditions { degree, asked, confirmed, accepted, kind };
                        let all = asked && confirmed && accepted && degree >= 85.0;
                        let expected = all && kind == Kind::Ordinary;
                        assert_eq!(conditions.give_personal_data(), expected, "{conditions:?}");
                        given += usize::from(expected);
                    }
                }
            }
        }
        assert_eq!(given, 2);
    }

    #[test]
    fn a_confirmation_is_of_this_request_and_of_its_time() {
        let at = |seconds| Timestamp::from_timestamp(seconds, 0).unwrap();
        let request = PhotoRequestId(7);
        let good = Confirmation { request, consent: true, iat: NumericDate(1_000) };
        let fits = |it: &Confirmation| it.fits(request, at(1_000), at(1_300));
        assert!(fits(&good) && fits(&Confirmation { iat: NumericDate(940), ..good.clone() }));
        assert!(fits(&Confirmation { iat: NumericDate(1_360), ..good.clone() }));
        for bad in [
            Confirmation { request: PhotoRequestId(8), ..good.clone() },
            Confirmation { consent: false, ..good.clone() },
            Confirmation { iat: NumericDate(939), ..good.clone() },
            Confirmation { iat: NumericDate(1_361), ..good.clone() },
            Confirmation { iat: NumericDate(i64::MAX), ..good },
        ] {
            assert!(!fits(&bad), "{bad:?}");
        }
    }

    #[test]
    fn a_degree_is_in_whole_percents_and_never_rounded_up_to_a_match() {
        let told = [0.0, 41.236_156, 84.999, 85.0, 99.9, 100.0, f32::NAN].map(whole_percents);
        assert_eq!(told, [0, 41, 84, 85, 99, 100, 0]);
    }

    #[test]
    fn the_third_failure_sends_the_person_offline() {
        assert_eq!([0, 1, 2, 3, 4].map(check_offline), [false, false, false, true, true]);
    }
}
