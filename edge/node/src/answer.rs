//! What the caller hears.

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use senim_channel::budget::Exhausted;
use senim_core::id::UseId;
use senim_core::problem::{Problem, ProblemDocument};
use senim_core::routing::{Left, Refusal, challenges, headers};

use crate::request::{INTERACTION, interaction_name};

pub(crate) type Answer = Response<Full<Bytes>>;

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
    for it in challenges(problem, dpop) {
        if let Ok(value) = HeaderValue::from_str(&it) {
            headers.append(WWW_AUTHENTICATE, value);
        }
    }
    if answer.status() == StatusCode::METHOD_NOT_ALLOWED {
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
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

/// What is left of the allowances that the request was counted under (draft-ietf-httpapi-ratelimit-headers).
pub(crate) fn tell_left(answer: &mut Answer, left: &[Left]) {
    let Some((policy, rest)) = headers(left) else { return };
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", rest)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().insert(name, value);
        }
    }
}

/// For the caller's next proof (RFC 9449 §8.2).
pub(crate) fn give_nonce(answer: &mut Answer, nonce: &str) {
    if let Ok(value) = HeaderValue::from_str(nonce) {
        answer.headers_mut().insert("dpop-nonce", value);
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
    fn a_refusal_has_its_status_and_says_how_to_ask_better() {
        let told = |problem: Problem| {
            let answer = refused(&problem.into(), true, None);
            assert_eq!(answer.status().as_u16(), problem.status());
            let challenges = answer.headers().get_all(WWW_AUTHENTICATE).iter().count();
            (challenges, answer.headers().contains_key(ALLOW))
        };
        assert_eq!(told(Problem::TokenMissing), (2, false));
        assert_eq!(told(Problem::ConsentAccount), (0, false));
        assert_eq!(told(Problem::MethodNotAllowed), (0, true));
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
