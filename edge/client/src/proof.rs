//! DPoP proofs, and the nonces that servers ask them to name (RFC 9449 §4.2, §8, §9).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use senim_channel::clock::{self, Rng as _, SystemRng};
use senim_core::jose::sha256_base64;
use serde_json::json;

use crate::answer::Answer;
use crate::key::Key;
use crate::request::Request;

/// How the proof of a request was made, so that it can be made anew with another nonce.
#[derive(Clone)]
pub(crate) struct Proving {
    key: Key,
    access_token: Option<String>,
    /// As made: who replaced it in the request since wants it to stay.
    proof: String,
}

/// The latest nonce of each server. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Nonces(Arc<Mutex<BTreeMap<String, String>>>);

impl Nonces {
    fn of(&self, url: &str) -> Option<String> {
        let nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        nonces.get(&origin(url)).cloned()
    }

    /// Keeps what an answer gives for the next proof (RFC 9449 §8.2).
    pub(crate) fn keep(&self, url: &str, answer: &Answer) {
        let Some(nonce) = answer.header("dpop-nonce") else { return };
        let mut nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        nonces.insert(origin(url), nonce.to_owned());
    }
}

/// With a proof of the key, where there is one.
pub(crate) fn proved(
    request: Request,
    binding: Option<&Key>,
    access_token: Option<&str>,
    nonces: &Nonces,
) -> Request {
    let Some(key) = binding else { return request };
    // Without query and fragment.
    let target = request.url.split(['?', '#']).next().unwrap_or_default();
    let mut claims = json!({
        "jti": SystemRng.token(),
        "htm": request.method.as_str(),
        "htu": target,
        "iat": clock::now().timestamp(),
    });
    if let Some(token) = access_token {
        claims["ath"] = sha256_base64(token.as_bytes()).into();
    }
    if let Some(nonce) = nonces.of(target) {
        claims["nonce"] = nonce.into();
    }
    let proof = key.sign(json!({ "typ": "dpop+jwt", "jwk": key.public() }), &claims);
    let request = request.with_header("dpop", &proof);
    let access_token = access_token.map(str::to_owned);
    Request { proving: Some(Proving { key: key.clone(), access_token, proof }), ..request }
}

/// The request once more, with the nonce that the server has just asked for.
pub(crate) fn proved_again(request: &Request, answer: &Answer, nonces: &Nonces) -> Option<Request> {
    let challenges = answer.headers.get_all("www-authenticate").iter();
    let asked =
        challenges.filter_map(|it| it.to_str().ok()).any(|it| it.contains("use_dpop_nonce"));
    let proving = request.proving.as_ref()?;
    if !asked || request.header("dpop") != Some(proving.proof.as_str()) {
        return None;
    }
    let access_token = proving.access_token.as_deref();
    Some(proved(request.clone(), Some(&proving.key), access_token, nonces))
}

/// Scheme, host and port.
fn origin(url: &str) -> String {
    let host = url.find("://").map_or(0, |it| it + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |it| host + it);
    url[..end].to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};
    use senim_core::jose::Jws;
    use serde_json::Value;

    use super::*;

    const URL: &str = "https://edge:9443/accounts?limit=1";

    #[test]
    fn a_proof_is_made_again_with_the_nonce_that_is_asked_for() {
        let (nonces, key) = (Nonces::default(), Key::generate());
        let first = proved(Request::get(URL.to_owned()), Some(&key), Some("t"), &nonces);
        assert_eq!(nonce_of(&first), None);
        let answer = answer("DPoP error=\"use_dpop_nonce\", algs=\"ES256\"");
        nonces.keep(URL, &answer);
        let again = proved_again(&first, &answer, &nonces).unwrap();
        assert_eq!((nonce_of(&again).as_deref(), again.headers.len()), (Some("n"), 1));
        let next =
            proved(Request::get("https://edge:9443/x".to_owned()), Some(&key), None, &nonces);
        assert_eq!(nonce_of(&next).as_deref(), Some("n"));
        let other =
            proved(Request::get("https://edge:9444/x".to_owned()), Some(&key), None, &nonces);
        assert_eq!(nonce_of(&other), None);
    }

    #[test]
    fn a_proof_of_somebody_s_own_and_another_refusal_stay() {
        let (nonces, key) = (Nonces::default(), Key::generate());
        let first = proved(Request::get(URL.to_owned()), Some(&key), Some("t"), &nonces);
        let asked = answer("DPoP error=\"use_dpop_nonce\"");
        assert!(
            proved_again(&first, &answer("DPoP error=\"invalid_dpop_proof\""), &nonces).is_none()
        );
        assert!(proved_again(&first.clone().with_header("dpop", "own"), &asked, &nonces).is_none());
        assert!(proved_again(&first.without_header("dpop"), &asked, &nonces).is_none());
    }

    fn answer(challenge: &str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("www-authenticate", challenge.parse().unwrap());
        headers.insert("dpop-nonce", "n".parse().unwrap());
        Answer { status: StatusCode::UNAUTHORIZED, headers, body: bytes::Bytes::new() }
    }

    fn nonce_of(request: &Request) -> Option<String> {
        let claims: Value = Jws::parse(request.header("dpop").unwrap()).unwrap().claims().unwrap();
        claims["nonce"].as_str().map(str::to_owned)
    }
}
