//! The userinfo endpoint (OpenID Connect Core §5.3): its access token, what must hold of a request, and what it answers.
//!
//! The checks, in this order; the caller gets the problem of the first that fails:
//!
//! 1. there is one token, of our type and an accepted algorithm, signed by the platform (RFC 9068 §4)
//! 2. the token is for this endpoint and valid now
//! 3. the token is bound to the connection's certificate (RFC 8705 §3), or the `DPoP` proof is valid and signed by the token's key
//!    (RFC 9449 §7)
//!
//! The host then checks the proof's signature and that it is new, whose certificate it is, and the consent.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::openid::{OPENID_SCOPE, TRUST_FRAMEWORK};
use crate::Timestamp;
use crate::consent::Disclosure;
use crate::id::{Bin, ConsentId};
use crate::jose::{JoseError, Jws};
use crate::personal::{Field, PersonalData};
use crate::problem::Problem;
use crate::routing::dpop::{self, Expected, Proof};
use crate::routing::{Confirmation, Scheme, TokenClaims, presented};

/// How far a token's `iat` may lie ahead of the clock (FAPI 2.0 §5.3.2.1).
const AHEAD_MAX_S: i64 = 60;

/// The record types of the evidence (OpenID Connect for Identity Assurance §5.1.1.2).
pub const RECORDS: [&str; 2] = ["population_register", "telephone_number"];

/// The claims of an access token for userinfo, a JWS of [`TokenClaims::TYPE`]. It names no person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserinfoToken {
    /// The issuer, which is its audience too.
    pub iss: String,
    pub sub: String,
    pub aud: String,
    pub client_id: String,
    /// Epoch seconds.
    pub exp: i64,
    /// Epoch seconds.
    pub iat: i64,
    pub jti: String,
    pub scope: String,
    pub cnf: Confirmation,
    /// Exactly one.
    pub authorization_details: Vec<GrantedIdentity>,
}

/// The token's consent, as the client granted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedIdentity {
    /// [`crate::consent::IDENTITY_DETAILS_TYPE`].
    #[serde(rename = "type")]
    pub kind: String,
    pub consent_id: ConsentId,
    pub consumer: Bin,
    pub claims: BTreeSet<Field>,
    /// The consent's end in epoch seconds; absent: until withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub now: Timestamp,
    pub issuer: &'a str,
    pub method: &'a str,
    /// The endpoint's, for the proof.
    pub url: &'a str,
    /// Thumbprint of the caller's certificate.
    pub certificate: Option<&'a str>,
    /// Every header of this name: two are as invalid as none.
    pub authorization: Vec<&'a str>,
    pub dpop: Vec<&'a str>,
}

/// A valid token. `proof`, where the token is bound to a key: its signature is to be verified, and that it is new.
#[derive(Debug)]
pub struct Checked<'a> {
    pub token: UserinfoToken,
    pub consent: ConsentId,
    pub proof: Option<Proof<'a>>,
}

/// `verify`: whether a key of the platform signed it.
pub fn check<'a>(
    request: &Request<'a>,
    verify: impl FnOnce(&Jws<'_>) -> bool,
) -> Result<Checked<'a>, Problem> {
    let (scheme, text) = presented(&request.authorization)?;
    let jws = Jws::parse(text).map_err(|error| match error {
        JoseError::Algorithm => Problem::TokenAlgorithm,
        JoseError::Malformed | JoseError::Key => Problem::TokenMalformed,
    })?;
    if !jws.is_type(TokenClaims::TYPE) {
        return Err(Problem::TokenMalformed);
    }
    if !verify(&jws) {
        return Err(Problem::TokenSignature);
    }
    let claims: Value = jws.claims().map_err(|_| Problem::TokenMalformed)?;
    // A token for accounts is for the edge.
    if claims["aud"] != request.issuer {
        return Err(Problem::TokenAudience);
    }
    let token = UserinfoToken::deserialize(claims).map_err(|_| Problem::TokenMalformed)?;
    let now_s = request.now.timestamp();
    if token.iss != request.issuer {
        return Err(Problem::TokenSignature);
    }
    if token.exp <= now_s {
        return Err(Problem::TokenExpired);
    }
    if token.iat > now_s.saturating_add(AHEAD_MAX_S) {
        return Err(Problem::TokenEarly);
    }
    let details = match token.authorization_details.as_slice() {
        [one] if token.scope.split(' ').any(|it| it == OPENID_SCOPE) => one,
        _ => return Err(Problem::TokenMalformed),
    };
    let consent = details.consent_id;
    let proof = possession(scheme, text, &token.cnf, request)?;
    Ok(Checked { token, consent, proof })
}

fn possession<'a>(
    scheme: Scheme,
    token: &str,
    cnf: &Confirmation,
    request: &Request<'a>,
) -> Result<Option<Proof<'a>>, Problem> {
    let Some(thumbprint) = cnf.jkt.as_deref() else {
        let bound = cnf.certificate.is_some() && cnf.certificate.as_deref() == request.certificate;
        // The scheme DPoP needs a token bound to a key (RFC 9449 §7.1).
        let right = bound && scheme == Scheme::Bearer;
        return if right { Ok(None) } else { Err(Problem::TokenBinding) };
    };
    let proof = match (scheme, request.dpop.as_slice()) {
        // A bound token can't be used as a bearer token (RFC 9449 §7.2).
        (Scheme::Bearer, _) | (Scheme::Dpop, []) => return Err(Problem::DpopMissing),
        (Scheme::Dpop, [one]) => *one,
        (Scheme::Dpop, [_, _, ..]) => return Err(Problem::DpopInvalid),
    };
    let expected = Expected {
        method: request.method,
        url: request.url,
        access_token: Some(token),
        thumbprint: Some(thumbprint),
    };
    dpop::check(proof, expected, request.now).map(Some)
}

/// How a refusal of this problem is told in `WWW-Authenticate` (RFC 6750 §3.1, RFC 9449 §7.1). `None`: it is not about the token.
pub fn challenge(problem: Problem) -> Option<&'static str> {
    let proof = [Problem::DpopInvalid, Problem::DpopMissing, Problem::DpopReplayed];
    match problem.status() {
        401 if problem == Problem::TokenMissing => Some(""),
        401 if proof.contains(&problem) => Some("invalid_dpop_proof"),
        401 => Some("invalid_token"),
        403 => Some("insufficient_scope"),
        _ => None,
    }
}

/// What userinfo answers: `sub`, and the data of the consent as verified claims, each with how it was verified (OpenID Connect
/// for Identity Assurance §5). `looked_up_at`: when the register was asked.
pub fn answer(
    sub: &str,
    data: Option<&PersonalData>,
    disclosure: &Disclosure,
    looked_up_at: Timestamp,
) -> Value {
    let mut answer = json!({ "sub": sub });
    let Some(data) = data.filter(|_| !disclosure.fields.is_empty()) else { return answer };
    let (from_register, phone): (BTreeSet<_>, BTreeSet<_>) =
        disclosure.fields.iter().partition(|it| **it != Field::Phone);
    let session = disclosure.session;
    let (authenticated_at, looked_up_at) = (time(disclosure.authenticated_at), time(looked_up_at));
    let register = json!({
        "type": "electronic_record",
        "check_details": [
            { "check_method": "data", "organization": "Senim", "time": looked_up_at },
            // A live face before the camera, matched with the record's photo.
            { "check_method": "bvr", "organization": "Senim", "txn": session, "time": authenticated_at },
        ],
        "record": {
            "type": RECORDS[0],
            "source": { "name": "State register of natural persons", "country_code": "KAZ" },
        },
    });
    let sms = json!({
        "type": "electronic_record",
        "check_details": [
            // A one-time code sent to the number by SMS.
            { "check_method": "sms", "organization": "Senim", "txn": session, "time": authenticated_at },
        ],
        "record": { "type": RECORDS[1], "source": { "name": "The participant's own record of its client" } },
    });
    let mut parts = Vec::new();
    for (fields, evidence) in [(from_register, vec![register, sms.clone()]), (phone, vec![sms])] {
        let claims = data.claims(&fields);
        if !claims.is_empty() {
            parts.push(json!({
                "verification": {
                    "trust_framework": TRUST_FRAMEWORK,
                    "time": authenticated_at,
                    "verification_process": session,
                    "evidence": evidence,
                },
                "claims": claims,
            }));
        }
    }
    // One element stands for itself (§5).
    if let Some(only) = parts.pop() {
        parts.push(only);
        answer["verified_claims"] =
            if parts.len() == 1 { parts.remove(0) } else { Value::Array(parts) };
    }
    answer
}

fn time(moment: Timestamp) -> String {
    moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::{sha256_base64, to_base64};

    const ISSUER: &str = "https://senim";
    const URL: &str = "https://senim/userinfo";
    const NOW: i64 = 1_800_000_000;

    #[test]
    fn a_token_bound_to_the_certificate_is_taken_from_it_alone() {
        let token = token(&claims());
        let told = |authorization: &str, certificate: Option<&str>| {
            let request = request(&[authorization], &[], certificate);
            check(&request, |_| true).map(|it| it.consent).map_err(Problem::code)
        };
        let bearer = format!("Bearer {token}");
        assert_eq!(told(&bearer, Some("thumb")), Ok(ConsentId(0xab)));
        assert_eq!(told(&bearer, Some("other")), Err("token.binding"));
        assert_eq!(told(&bearer, None), Err("token.binding"));
        assert_eq!(told(&format!("DPoP {token}"), Some("thumb")), Err("token.binding"));
        assert_eq!(told("Basic x", Some("thumb")), Err("token.missing"));
        assert_eq!(told("Bearer x.y", Some("thumb")), Err("token.malformed"));
    }

    #[test]
    fn a_token_that_does_not_fit_is_refused() {
        type Change = fn(&mut Value);
        let rows: [(&str, Change); 8] = [
            ("token.audience", |it| it["aud"] = "https://edge".into()),
            ("token.signature", |it| it["iss"] = "https://other".into()),
            ("token.expired", |it| it["exp"] = NOW.into()),
            ("token.early", |it| it["iat"] = (NOW + 61).into()),
            ("token.malformed", |it| it["scope"] = "accounts".into()),
            ("token.malformed", |it| it["authorization_details"] = json!([])),
            ("token.binding", |it| it["cnf"] = json!({})),
            ("dpop.missing", |it| it["cnf"] = json!({ "jkt": "key" })),
        ];
        for (code, change) in rows {
            let mut claims = claims();
            change(&mut claims);
            let text = format!("Bearer {}", token(&claims));
            let request = request(&[&text], &[], Some("thumb"));
            assert_eq!(check(&request, |_| true).unwrap_err().code(), code, "{claims}");
        }
        let text = format!("Bearer {}", token(&claims()));
        let request = request(&[&text], &[], Some("thumb"));
        assert_eq!(check(&request, |_| false).unwrap_err(), Problem::TokenSignature);
        let two = self::request(&[&text, &text], &[], Some("thumb"));
        assert_eq!(check(&two, |_| true).unwrap_err(), Problem::TokenMalformed);
    }

    #[test]
    fn a_token_bound_to_a_key_needs_its_proof() {
        let key = json!({ "kty": "EC", "crv": "P-256", "x": to_base64(&[1; 32]), "y": to_base64(&[2; 32]) });
        let jwk: crate::jose::Jwk = serde_json::from_value(key.clone()).unwrap();
        let mut claims = claims();
        claims["cnf"] = json!({ "jkt": jwk.thumbprint() });
        let text = token(&claims);
        let proof = |url: &str, ath: &str| {
            let claims = json!({ "jti": "j", "htm": "GET", "htu": url, "iat": NOW, "ath": sha256_base64(ath.as_bytes()) });
            jws(&json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": key }), &claims)
        };
        let told = |proofs: &[&str]| {
            let authorization = format!("DPoP {text}");
            let request = request(&[&authorization], proofs, Some("any"));
            check(&request, |_| true).map(|it| it.proof.is_some()).map_err(Problem::code)
        };
        assert_eq!(told(&[&proof(URL, &text)]), Ok(true));
        assert_eq!(told(&[]), Err("dpop.missing"));
        assert_eq!(told(&[&proof("https://senim/token", &text)]), Err("dpop.invalid"));
        assert_eq!(told(&[&proof(URL, "other")]), Err("dpop.invalid"));
        assert_eq!(told(&[&proof(URL, &text), &proof(URL, &text)]), Err("dpop.invalid"));
    }

    #[test]
    fn the_answer_holds_what_was_consented_to_and_how_it_was_verified() {
        let person = person();
        let told = |fields: &[Field]| answer("p", Some(&person), &disclosure(fields), at(90));
        assert_eq!(told(&[]), json!({ "sub": "p" }));
        let one = told(&[Field::Name]);
        assert_eq!(one["verified_claims"]["claims"], json!({ "given_name": "Айгүл" }));
        let verification = &one["verified_claims"]["verification"];
        assert_eq!(verification["trust_framework"], TRUST_FRAMEWORK);
        assert_eq!(verification["time"], "2027-01-15T08:00:00Z");
        let methods: Vec<_> = verification["evidence"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|it| it["check_details"].as_array().unwrap())
            .map(|it| (it["check_method"].as_str().unwrap(), it["time"].as_str().unwrap()))
            .collect();
        let (then, now) = ("2027-01-15T08:00:00Z", "2027-01-15T08:01:30Z");
        assert_eq!(methods, [("data", now), ("bvr", then), ("sms", then)]);
        let both = told(&[Field::Name, Field::Phone]);
        assert_eq!(both["verified_claims"][1]["claims"], json!({ "phone_number": "+77010000001" }));
        assert_eq!(
            both["verified_claims"][1]["verification"]["evidence"].as_array().unwrap().len(),
            1
        );
        // What the register does not know is not claimed.
        assert_eq!(told(&[Field::Ethnicity]), json!({ "sub": "p" }));
        assert!(!told(Field::ALL).to_string().contains("photo"));
    }

    #[test]
    fn a_challenge_names_the_error_of_the_scheme() {
        let told = [
            Problem::TokenMissing,
            Problem::TokenExpired,
            Problem::DpopReplayed,
            Problem::ConsentUsedUp,
            Problem::IdentitySourceDown,
        ]
        .map(challenge);
        let expected = [
            Some(""),
            Some("invalid_token"),
            Some("invalid_dpop_proof"),
            Some("insufficient_scope"),
            None,
        ];
        assert_eq!(told, expected);
    }

    fn request<'a>(
        authorization: &[&'a str],
        dpop: &[&'a str],
        certificate: Option<&'a str>,
    ) -> Request<'a> {
        Request {
            now: at(0),
            issuer: ISSUER,
            method: "GET",
            url: URL,
            certificate,
            authorization: authorization.to_vec(),
            dpop: dpop.to_vec(),
        }
    }

    fn claims() -> Value {
        json!({
            "iss": ISSUER, "sub": "p", "aud": ISSUER, "client_id": "app", "exp": NOW + 300, "iat": NOW,
            "jti": "j", "scope": "openid", "cnf": { "x5t#S256": "thumb" },
            "authorization_details": [{
                "type": "identity", "consent_id": ConsentId(0xab), "consumer": "960440000151", "claims": ["iin"],
            }],
        })
    }

    fn token(claims: &Value) -> String {
        jws(&json!({ "alg": "ES256", "typ": "at+jwt" }), claims)
    }

    fn jws(header: &Value, claims: &Value) -> String {
        let part = |it: &Value| to_base64(it.to_string().as_bytes());
        format!("{}.{}.{}", part(header), part(claims), to_base64(&[0; 64]))
    }

    fn disclosure(fields: &[Field]) -> Disclosure {
        Disclosure {
            fields: fields.iter().copied().collect(),
            once: true,
            phone: "+77010000001".parse().unwrap(),
            session: crate::id::SessionId(1),
            authenticated_at: at(0),
        }
    }

    fn person() -> PersonalData {
        PersonalData {
            iin: "900101300017".parse().unwrap(),
            surname: "Сейтқали".to_owned(),
            name: "Айгүл".to_owned(),
            patronymic: None,
            birth_date: "1990-01-01".parse().unwrap(),
            sex: crate::personal::Sex::Female,
            ethnicity: None,
            citizenship: None,
            document: None,
            place_of_birth: None,
            address: None,
            phone: Some("+77010000001".parse().unwrap()),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(NOW + second, 0).unwrap()
    }
}
