//! Access tokens and proofs as the platform and its clients make them, and as they don't.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use senim_core::jose::{sha256_base64, to_base64};
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://senim.test:8443";
pub(crate) const AUDIENCE: &str = "https://edge.test:9443";
pub(crate) const LIST: &str = "https://senim.test:8443/edge/status-list";
pub(crate) const CONSUMER: &str = "960440000151";
pub(crate) const PROVIDER: &str = "981040000133";
pub(crate) const OTHER: &str = "050540000105";
pub(crate) const CLIENT: &str = "900101300017";
pub(crate) const PATH: &str = "/account-information/v1/accounts";

/// The platform's key is 1; others are anyone's.
pub(crate) struct Key(SigningKey);

impl Key {
    pub(crate) fn of(number: u8) -> Self {
        Self(SigningKey::from_slice(&[number; 32]).unwrap())
    }

    pub(crate) fn jwk(&self) -> Value {
        let point = self.0.verifying_key().to_encoded_point(false);
        let (x, y) = (point.x().unwrap(), point.y().unwrap());
        json!({"kty": "EC", "crv": "P-256", "x": to_base64(x), "y": to_base64(y)})
    }

    pub(crate) fn public(&self, kid: &str) -> Value {
        let mut jwk = self.jwk();
        jwk["kid"] = kid.into();
        jwk
    }

    pub(crate) fn thumbprint(&self) -> String {
        let jwk: senim_core::jose::Jwk = serde_json::from_value(self.jwk()).unwrap();
        jwk.thumbprint()
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |it: &Value| to_base64(it.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature: Signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", to_base64(&signature.to_bytes()))
    }
}

pub(crate) fn header(typ: &str) -> Value {
    json!({"typ": typ, "alg": "ES256", "kid": "p1"})
}

/// A token's claims, bound to the consumer's certificate.
pub(crate) fn claims(certificate: &str, now: i64) -> Value {
    json!({
        "iss": ISSUER, "sub": "pseudonym", "aud": AUDIENCE, "client_id": "jetisu-app",
        "exp": now + 300, "iat": now, "jti": "j1", "scope": "accounts", "cnf": {"x5t#S256": certificate},
        "authorization_details": [{
            "type": "account_information", "consent_id": "cns_000000000000000000000000000000ab",
            "consumer": CONSUMER, "client": {"iin": CLIENT}, "providers": [PROVIDER],
            "data": ["accounts", "balances", "transactions"],
        }],
        "status": {"status_list": {"idx": 7, "uri": LIST}},
    })
}

/// A proof of `key` for this token and path, with the nonce that its node gave.
pub(crate) fn proof(
    key: &Key,
    path: &str,
    token: &str,
    jti: &str,
    now: i64,
    nonce: &str,
) -> String {
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk()});
    let claims = json!({
        "jti": jti, "htm": "GET", "htu": format!("{AUDIENCE}{path}"), "iat": now,
        "ath": sha256_base64(token.as_bytes()), "nonce": nonce,
    });
    key.sign(&header, &claims)
}
