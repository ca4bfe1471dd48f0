//! A consumer's side of Grant Management for OAuth 2.0: tokens of its own, querying and giving back grants.

use http::Method;
use serde_json::json;

use crate::client::Client;
use crate::key::Key;
use crate::proof::proved;
use crate::request::Request;

impl Client {
    /// An access token of the application itself for the grant endpoint (RFC 6749 §4.4).
    pub fn own_token(&self, scope: &str, binding: Option<&Key>) -> Request {
        self.token(&[("grant_type", "client_credentials"), ("scope", scope)], binding)
    }

    /// `GET` tells what stands of a grant, `DELETE` gives it back.
    pub fn grant(
        &self,
        method: Method,
        grant_id: &str,
        own_token: &str,
        binding: Option<&Key>,
    ) -> Request {
        let url = format!("{}/grants/{grant_id}", self.server.issuer);
        self.with_token(Request { method, ..Request::get(url) }, own_token, binding)
    }

    /// Whether a consent of this client stands with the application (CNS-9).
    pub fn find_grants(&self, iin: &str, own_token: &str, binding: Option<&Key>) -> Request {
        let url = format!("{}/grants/search", self.server.issuer);
        self.with_token(Request::post_json(url, json!({ "iin": iin })), own_token, binding)
    }

    fn with_token(&self, request: Request, token: &str, binding: Option<&Key>) -> Request {
        let scheme = if binding.is_some() { "DPoP" } else { "Bearer" };
        let request = request.with_header("authorization", &format!("{scheme} {token}"));
        proved(request, binding, Some(token), &self.nonces)
    }
}
