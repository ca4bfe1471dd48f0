//! A consumer's side of security events: fetching them, checking them, attesting deletion.

use chrono::{DateTime, Utc};
use senim_channel::{clock, verify_jws};
use senim_core::jose::{JwkSet, Jws};
use senim_core::signals::{ATTESTATION_TYPE, PolledSets, SET_TYPE, SetClaims};
use serde_json::json;

use crate::answer::Answer;
use crate::client::{Client, ClientError, Credential};
use crate::request::Request;

impl Client {
    /// Acknowledges what was handled and asks for what is new (RFC 8936 §2.2).
    pub fn poll_events(&self, acknowledged: &[String]) -> Request {
        let url = format!("{}/signals/{}/poll", self.server.issuer, self.client_id);
        Request::post_json(url, json!({ "ack": acknowledged, "returnImmediately": true }))
    }

    /// The platform's keys, for [`Client::events`].
    pub fn keys(&self) -> Request {
        Request::get(format!("{}/jwks", self.server.issuer))
    }

    /// What a poll brought, each checked: signed by the platform, of the right type, for this application (RFC 8417 §4).
    pub fn events(&self, polled: &Answer, keys: &Answer) -> Result<Vec<SetClaims>, ClientError> {
        let polled: PolledSets = polled.json()?;
        let keys: JwkSet = keys.json()?;
        polled.sets.values().map(|set| self.event(set, &keys)).collect()
    }

    fn event(&self, set: &str, keys: &JwkSet) -> Result<SetClaims, ClientError> {
        let jws = Jws::parse(set).map_err(|_| ClientError::Event)?;
        let claims: SetClaims = jws.claims().map_err(|_| ClientError::Event)?;
        let ours = claims.iss == self.server.issuer && claims.aud == self.client_id;
        if ours && jws.is_type(SET_TYPE) && verify_jws(&jws, keys) {
            return Ok(claims);
        }
        Err(ClientError::Event)
    }

    /// Says, signed, that what was received under the event's consent is deleted. `None`: the application has no key of its
    /// own to sign with; its certificate's key does then, which this client does not hold.
    pub fn attest_deletion(&self, event: &SetClaims, deleted_at: DateTime<Utc>) -> Option<Request> {
        let Credential::PrivateKeyJwt(key) = &self.credential else { return None };
        let claims = json!({
            "iss": self.client_id,
            "aud": self.server.issuer,
            "iat": clock::now().timestamp(),
            "set": event.jti,
            "consent_id": event.sub_id.id,
            "deleted_at": deleted_at.timestamp(),
        });
        let header = json!({ "typ": ATTESTATION_TYPE, "kid": key.thumbprint() });
        let url = format!("{}/signals/{}/deletions", self.server.issuer, self.client_id);
        Some(Request::post_json(url, json!({ "attestation": key.sign(header, &claims) })))
    }
}
