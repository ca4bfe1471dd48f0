//! What the caller hears.

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use senim_channel::budget::Exhausted;
use senim_core::id::UseId;
use senim_core::problem::{Problem, ProblemDocument};
use senim_core::routing::Refusal;

use crate::request::{INTERACTION, interaction_name};

pub(crate) type Answer = Response<Full<Bytes>>;

const ALGORITHMS: &str = r#"algs="ES256 EdDSA PS256""#;

/// The provider's answer, which the gate has passed.
pub(crate) fn passed_on(body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// RFC 9457.
///
/// `retry_after_s`: where it is known, for nothing else is told.
pub(crate) fn refused(refusal: &Refusal, dpop: bool, retry_after_s: Option<u64>) -> Answer {
    let problem = refusal.problem;
    let document =
        ProblemDocument::of(problem).detail(refusal.detail.as_deref()).retry_after_s(retry_after_s);
    let mut answer = Response::new(Full::from(document.body()));
    *answer.status_mut() =
        StatusCode::from_u16(document.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(ProblemDocument::MEDIA_TYPE));
    if let Some(seconds) = document.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    match answer.status() {
        StatusCode::UNAUTHORIZED => challenge(answer.headers_mut(), problem, dpop),
        StatusCode::METHOD_NOT_ALLOWED => {
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        }
        _ => {}
    }
    answer
}

/// Before the request was looked at.
pub(crate) fn exhausted<B>(exhausted: &Exhausted, request: &Request<B>) -> Answer {
    let (problem, retry_after_s) = match exhausted.retry_after {
        Some(_) => (Problem::RateLimited, Some(exhausted.retry_after_s())),
        None => (Problem::Busy, None),
    };
    let answer = refused(&problem.into(), false, retry_after_s);
    finished(answer, &interaction_name(request.headers(), UseId(rand::random())))
}

/// RFC 6750 §3, RFC 9449 §7.1: how to ask better, under the scheme that was tried, or under each.
fn challenge(headers: &mut HeaderMap, problem: Problem, dpop: bool) {
    let mut add = |text: String| {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(WWW_AUTHENTICATE, value);
        }
    };
    let of_the_proof = [Problem::DpopMissing, Problem::DpopInvalid, Problem::DpopReplayed];
    if problem == Problem::TokenMissing {
        add("Bearer".to_owned());
        add(format!("DPoP {ALGORITHMS}"));
    } else if of_the_proof.contains(&problem) {
        add(format!(r#"DPoP error="invalid_dpop_proof", {ALGORITHMS}"#));
    } else if dpop {
        add(format!(r#"DPoP error="invalid_token", {ALGORITHMS}"#));
    } else {
        add(r#"Bearer error="invalid_token""#.to_owned());
    }
}

/// What every answer carries.
pub(crate) fn finished(mut answer: Answer, interaction: &str) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    if let Ok(name) = HeaderValue::from_str(interaction) {
        headers.insert(INTERACTION, name);
    }
    answer
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_refusal_tells_how_to_ask_better() {
        for (problem, dpop, challenges) in [
            (Problem::TokenMissing, false, vec!["Bearer", r#"DPoP algs="ES256 EdDSA PS256""#]),
            (Problem::TokenExpired, false, vec![r#"Bearer error="invalid_token""#]),
            (
                Problem::TokenExpired,
                true,
                vec![r#"DPoP error="invalid_token", algs="ES256 EdDSA PS256""#],
            ),
            (
                Problem::DpopReplayed,
                true,
                vec![r#"DPoP error="invalid_dpop_proof", algs="ES256 EdDSA PS256""#],
            ),
            (Problem::ConsentAccount, false, vec![]),
        ] {
            let answer = refused(&problem.into(), dpop, None);
            let told: Vec<_> = answer.headers().get_all(WWW_AUTHENTICATE).iter().collect();
            assert_eq!(told, challenges, "{}", problem.code());
            assert_eq!(answer.status().as_u16(), problem.status());
        }
        assert!(
            refused(&Problem::MethodNotAllowed.into(), false, None).headers().contains_key(ALLOW)
        );
    }

    #[test]
    fn when_to_ask_again_is_told_only_where_it_is_known() {
        let told = |answer: &Answer| {
            let seconds =
                answer.headers().get(RETRY_AFTER).and_then(|it| it.to_str().ok()?.parse().ok());
            (answer.status().as_u16(), seconds)
        };
        for (problem, seconds, expected) in [
            (Problem::EdgeStale, None, (503, None)),
            (Problem::ProviderUnavailable, None, (503, None)),
            (Problem::ProviderUnavailable, Some(120), (503, Some(120))),
            (Problem::RateLimited, Some(42), (429, Some(42))),
            (Problem::ProviderSlow, Some(42), (504, None)),
        ] {
            assert_eq!(told(&refused(&problem.into(), false, seconds)), expected);
        }
        let request = Request::new(());
        for (retry_after, expected) in
            [(None, (503, None)), (Some(TimeDelta::milliseconds(1200)), (429, Some(2)))]
        {
            let budget = Exhausted { budget: "requests".into(), retry_after };
            assert_eq!(told(&exhausted(&budget, &request)), expected);
        }
    }
}
