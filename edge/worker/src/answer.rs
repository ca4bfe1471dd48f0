//! What the caller hears: the node's answers, as the runtime sends them.

use senim_core::problem::ProblemDocument;
use senim_core::routing::{Left, Refusal, challenges, headers};
use worker::Response;

/// Headers of one name may be several.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, media_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", media_type.to_owned())], body }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// The provider's answer, which the gate has passed.
    pub(crate) fn passed_on(body: Vec<u8>) -> Self {
        Self::new(200, "application/json", body)
    }

    /// RFC 9457.
    ///
    /// `retry_after_s`: where it is known, for nothing else is told.
    pub(crate) fn refused(refusal: &Refusal, dpop: bool, retry_after_s: Option<u64>) -> Self {
        let document = ProblemDocument::of(refusal.problem)
            .detail(refusal.detail.as_deref())
            .retry_after_s(retry_after_s);
        let body = document.body().into_bytes();
        let mut answer = Self::new(document.status(), ProblemDocument::MEDIA_TYPE, body);
        if let Some(seconds) = document.retry_after() {
            answer.put("retry-after", seconds.to_string());
        }
        for it in challenges(refusal.problem, dpop) {
            answer.put("www-authenticate", it);
        }
        if answer.status == 405 {
            answer.put("allow", "GET".to_owned());
        }
        answer
    }

    pub(crate) fn put(&mut self, name: &'static str, value: String) {
        self.headers.push((name, value));
    }

    /// What is left of the allowances that the request was counted under (draft-ietf-httpapi-ratelimit-headers).
    pub(crate) fn tell_left(&mut self, left: &[Left]) {
        if let Some((policy, rest)) = headers(left) {
            self.put("ratelimit-policy", policy);
            self.put("ratelimit", rest);
        }
    }

    /// What every answer about a client's data carries.
    pub(crate) fn finished(mut self, interaction: String) -> Self {
        self.put("cache-control", "no-store".to_owned());
        self.put("x-fapi-interaction-id", interaction);
        self
    }

    pub(crate) fn response(self) -> worker::Result<Response> {
        let told = worker::Headers::new();
        for (name, value) in &self.headers {
            told.append(name, value)?;
        }
        told.set("x-content-type-options", "nosniff")?;
        let builder = Response::builder().with_status(self.status).with_headers(told);
        Ok(if self.body.is_empty() { builder.empty() } else { builder.fixed(self.body) })
    }
}
