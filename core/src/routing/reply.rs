//! What every edge says in the same words, whatever carries it: challenges, interaction ids, when to ask again.

use chrono::DateTime;

use super::allowance::{Left, exhausted};
use crate::Timestamp;
use crate::id::{UseId, uuid};
use crate::problem::Problem;

const ALGORITHMS: &str = r#"algs="ES256 EdDSA PS256""#;
/// A provider that says it will be away longer is asked again all the same.
const RETRY_AFTER_MAX_S: u64 = 24 * 3600;

/// The values of `WWW-Authenticate` (RFC 6750 §3, RFC 9449 §7.1): how to ask better, under the scheme that was tried, or under
/// each. Empty for a problem whose status is not 401.
pub fn challenges(problem: Problem, dpop: bool) -> Vec<String> {
    if problem.status() != 401 {
        return Vec::new();
    }
    let of_the_proof = [Problem::DpopMissing, Problem::DpopInvalid, Problem::DpopReplayed];
    if problem == Problem::TokenMissing {
        vec!["Bearer".to_owned(), format!("DPoP {ALGORITHMS}")]
    } else if problem == Problem::DpopNonce {
        // RFC 9449 §9.
        vec![format!(r#"DPoP error="use_dpop_nonce", {ALGORITHMS}"#)]
    } else if of_the_proof.contains(&problem) {
        vec![format!(r#"DPoP error="invalid_dpop_proof", {ALGORITHMS}"#)]
    } else if dpop {
        vec![format!(r#"DPoP error="invalid_token", {ALGORITHMS}"#)]
    } else {
        vec![r#"Bearer error="invalid_token""#.to_owned()]
    }
}

/// Whether the provider itself is in trouble, and further requests would be as well.
pub fn is_outage(problem: Problem) -> bool {
    matches!(
        problem,
        Problem::ProviderFailed | Problem::ProviderSlow | Problem::ProviderUnreachable
    )
}

/// The caller's `x-fapi-interaction-id` if it is one UUID, else one derived from our id.
pub fn interaction_name(told: &[&str], id: UseId) -> String {
    match told {
        [one] if is_uuid(one) => (*one).to_owned(),
        [] | [_] | [_, _, ..] => uuid(id.0),
    }
}

/// Seconds until the gate would no longer refuse for this. Two refusals end at a time that is known: when the interval ends in
/// which an allowance was used up, and when the participant's next proof is forgotten, which is what `room_at` says.
pub fn refused_for_s(
    problem: Problem,
    left: &[Left],
    room_at: impl FnOnce() -> Option<Timestamp>,
    now: Timestamp,
) -> Option<u64> {
    if let Some(used_up) = exhausted(left) {
        return Some(used_up.reset_s.into());
    }
    let until = (problem == Problem::RateLimited).then(room_at)??;
    let milliseconds = u64::try_from((until - now).num_milliseconds()).unwrap_or_default();
    Some(milliseconds.div_ceil(1000).max(1))
}

/// Seconds until the sender of this `Retry-After` wants to be asked again (RFC 9110 §10.2.3). `None`: it can't be read.
pub fn retry_after_s(told: &str, now: Timestamp) -> Option<u64> {
    let told = told.trim();
    let seconds = if let Ok(seconds) = told.parse::<u64>() {
        seconds
    } else {
        let at = DateTime::parse_from_rfc2822(told).ok()?;
        u64::try_from((at.to_utc() - now).num_seconds()).unwrap_or_default()
    };
    Some(seconds.clamp(1, RETRY_AFTER_MAX_S))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::super::allowance::Policy;
    use super::*;

    #[test]
    fn two_refusals_end_at_a_time_that_is_known() {
        let now = Timestamp::from_timestamp_millis(1_800_000_000_000).unwrap();
        let room_at = || Timestamp::from_timestamp_millis(1_800_000_001_200);
        let used_up = Left { policy: Policy::Consent, limit: 5, remaining: 0, reset_s: 9 };
        let left = Left { remaining: 1, ..used_up };
        for (problem, left, expected) in [
            (Problem::RateLimited, vec![used_up], Some(9)),
            (Problem::RateLimited, vec![left], Some(2)),
            (Problem::TokenExpired, vec![left], None),
        ] {
            assert_eq!(refused_for_s(problem, &left, room_at, now), expected, "{}", problem.code());
        }
        assert_eq!(refused_for_s(Problem::RateLimited, &[], || None, now), None);
    }

    #[test]
    fn a_refusal_tells_how_to_ask_better() {
        for (problem, dpop, expected) in [
            (Problem::TokenMissing, false, vec!["Bearer", r#"DPoP algs="ES256 EdDSA PS256""#]),
            (Problem::TokenExpired, false, vec![r#"Bearer error="invalid_token""#]),
            (
                Problem::TokenExpired,
                true,
                vec![r#"DPoP error="invalid_token", algs="ES256 EdDSA PS256""#],
            ),
            (
                Problem::DpopNonce,
                true,
                vec![r#"DPoP error="use_dpop_nonce", algs="ES256 EdDSA PS256""#],
            ),
            (
                Problem::DpopReplayed,
                true,
                vec![r#"DPoP error="invalid_dpop_proof", algs="ES256 EdDSA PS256""#],
            ),
            (Problem::ConsentAccount, false, vec![]),
            (Problem::EdgeStale, true, vec![]),
        ] {
            assert_eq!(challenges(problem, dpop), expected, "{}", problem.code());
        }
    }

    #[test]
    fn a_uuid_is_repeated_and_anything_else_replaced() {
        let id = UseId(u128::MAX);
        let made = "ffffffff-ffff-4fff-bfff-ffffffffffff";
        assert!(is_uuid(made));
        let theirs = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
        for (values, name) in [
            (vec![theirs], theirs),
            (vec![], made),
            (vec!["mine"], made),
            (vec![theirs, "6ba7b810-9dad-11d1-80b4-00c04fd430c9"], made),
            (vec!["6ba7b810-9dad-11d1-80b4-00c04fd430cg"], made),
        ] {
            assert_eq!(interaction_name(&values, id), name);
        }
    }

    #[test]
    fn how_long_to_wait_is_told_in_seconds_or_as_a_date() {
        let now = Timestamp::from_timestamp(784_111_777, 0).unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            ("0", Some(1)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(1)),
            ("999999999", Some(RETRY_AFTER_MAX_S)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(retry_after_s(text, now), seconds, "{text:?}");
        }
    }
}
