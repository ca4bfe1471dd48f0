use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::jose::{sha256_base64, to_base64};
use crate::routing::Counters;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://senim:8443";
const AUDIENCE: &str = "https://edge:9443";
const LIST: &str = "https://senim:8443/edge/status-list";
const PATH: &str = "/account-information/v1/accounts";
const CONSUMER: &str = "960440000151";
const PROVIDER: &str = "981040000133";
const OTHER: &str = "050540000105";

/// Introduces one error.
type Spoil = fn(&mut World);

#[test]
fn a_request_that_is_right_goes_to_its_provider() {
    let mut world = World::new();
    world.details()["accounts"] = json!(["a-1", "b-2"]);
    let decision = world.decide();
    let forward = decision.outcome.unwrap();
    assert_eq!(forward.base_url, "https://bank");
    assert_eq!(forward.path_and_query, PATH);
    let headers: Vec<_> =
        forward.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        headers,
        [
            "senim-client: 900101300017".to_owned(),
            format!("senim-consumer: {CONSUMER}"),
            "senim-consent: cns_000000000000000000000000000000ab".to_owned(),
            "senim-purpose: budget-advice".to_owned(),
            "senim-accounts: a-1,b-2".to_owned(),
        ]
    );
    assert_eq!(decision.about.route, "/accounts");
    assert_eq!(decision.about.consent, Some(ConsentId(0xab)));
    assert_eq!(decision.about.provider.map(|it| it.to_string()).as_deref(), Some(PROVIDER));
    assert_eq!(decision.about.data, Some(Data::Accounts));
}

/// OAPI-25.
#[test]
fn without_the_client_a_consent_has_its_requests_a_day_and_only_what_is_forwarded_counts() {
    let mut world = World::new();
    world.leave();
    world.details()["unattended"] = json!({"reads_a_day": 2});
    world.target_active = false;
    assert_eq!(world.problem(), Some(Problem::ProviderNotStanding));
    world.target_active = true;
    for _ in 0..2 {
        let decision = world.decide();
        assert_eq!(decision.about.attended, Some(false));
        assert!(decision.outcome.is_ok());
    }
    assert_eq!(world.problem(), Some(Problem::ConsentFrequency));
    let there = World::new();
    (world.auth_date, world.ip_address) = (there.auth_date, there.ip_address);
    assert_eq!(world.decide().about.attended, Some(true));
    assert_eq!(world.problem(), None);
}

/// OAPI-18: a refused request spends nothing, an allowed one spends one of each, and the answer says what is left.
#[test]
fn participant_application_and_consent_have_their_requests() {
    for (problem, policy, change) in [
        (Problem::RateLimited, Policy::Participant, (2, 9, 9, 9)),
        (Problem::RateLimited, Policy::Application, (9, 2, 9, 9)),
        (Problem::RateQuota, Policy::ApplicationDay, (9, 9, 2, 9)),
        (Problem::RateLimited, Policy::Consent, (9, 9, 9, 2)),
    ] {
        let mut world = World::new();
        let (requests_a_minute, application_requests_a_minute, application_requests_a_day, consent) =
            change;
        world.allowance = Allowance {
            requests_a_minute,
            application_requests_a_minute,
            application_requests_a_day,
            consent_requests_a_minute: consent,
        };
        world.target_active = false;
        assert!(world.decide().left.is_empty());
        world.target_active = true;
        for remaining in [1, 0] {
            let decision = world.decide();
            assert!(decision.outcome.is_ok());
            assert_eq!(decision.left.len(), 4);
            let left = decision.left.iter().find(|it| it.policy == policy).unwrap();
            assert_eq!((left.limit, left.remaining), (2, remaining));
        }
        let refused = world.decide();
        assert_eq!(exhausted(&refused.left).map(|it| it.policy), Some(policy));
        assert_eq!(refused.outcome.err().map(|it| it.problem), Some(problem), "{policy:?}");
    }
}

#[test]
fn a_proof_of_the_tokens_key_is_taken_once() {
    let mut world = World::new();
    world.bind_to_key();
    assert_eq!(world.problem(), None);
    assert_eq!(world.problem(), Some(Problem::DpopReplayed));
}

/// One error at a time: each has its own problem.
#[expect(clippy::too_many_lines, reason = "a row an error")]
#[test]
fn each_error_has_its_own_problem() {
    let rows: &[(&str, Problem, Spoil)] = &[
        ("no token", Problem::TokenMissing, |it| it.authorization = Some(vec![])),
        ("another scheme", Problem::TokenMissing, |it| {
            it.authorization = Some(vec!["Basic eDp5".into()]);
        }),
        ("two tokens", Problem::TokenMalformed, |it| {
            it.authorization = Some(vec!["Bearer a".into(), "Bearer b".into()]);
        }),
        ("no token after the scheme", Problem::TokenMalformed, |it| {
            it.authorization = Some(vec!["Bearer ".into()]);
        }),
        ("not a JWS", Problem::TokenMalformed, |it| {
            it.authorization = Some(vec!["Bearer opaque".into()]);
        }),
        ("a very long token", Problem::TokenMalformed, |it| {
            it.authorization = Some(vec![format!("Bearer {}", "a".repeat(20_000))]);
        }),
        ("alg none", Problem::TokenAlgorithm, |it| it.header["alg"] = json!("none")),
        ("alg HS256", Problem::TokenAlgorithm, |it| it.header["alg"] = json!("HS256")),
        ("alg RS256", Problem::TokenAlgorithm, |it| it.header["alg"] = json!("RS256")),
        ("an ID token", Problem::TokenMalformed, |it| it.header["typ"] = json!("JWT")),
        ("no type", Problem::TokenMalformed, |it| it.header["typ"] = Value::Null),
        ("altered", Problem::TokenSignature, |it| it.signed = false),
        ("claims missing", Problem::TokenMalformed, |it| it.claims["cnf"] = Value::Null),
        ("another issuer", Problem::TokenSignature, |it| it.claims["iss"] = json!("https://other")),
        ("another audience", Problem::TokenAudience, |it| {
            it.claims["aud"] = json!("https://other");
        }),
        ("expired", Problem::TokenExpired, |it| it.claims["exp"] = json!(NOW)),
        ("iat ahead", Problem::TokenEarly, |it| it.claims["iat"] = json!(NOW + 61)),
        ("nbf ahead", Problem::TokenEarly, |it| it.claims["nbf"] = json!(NOW + 61)),
        ("another certificate", Problem::TokenBinding, |it| {
            it.claims["cnf"] = json!({"x5t#S256": "other"});
        }),
        ("not bound at all", Problem::TokenBinding, |it| it.claims["cnf"] = json!({})),
        ("another's application", Problem::TokenBinding, |it| {
            it.claims["client_id"] = json!("theirs");
        }),
        ("another consumer's consent", Problem::TokenBinding, |it| {
            it.details()["consumer"] = json!(OTHER);
        }),
        ("DPoP without a key", Problem::TokenBinding, |it| it.scheme = "DPoP"),
        ("another scope", Problem::ConsentData, |it| {
            it.claims["scope"] = json!("accountsx payments");
        }),
        ("no details", Problem::TokenMalformed, |it| {
            it.claims["authorization_details"] = json!([]);
        }),
        ("two details", Problem::TokenMalformed, |it| {
            let one = it.details().clone();
            it.claims["authorization_details"] = json!([one, one]);
        }),
        ("details of another type", Problem::TokenMalformed, |it| {
            it.details()["type"] = json!("payment");
        }),
        ("consent expired", Problem::ConsentExpired, |it| it.details()["expires_at"] = json!(NOW)),
        ("consent withdrawn", Problem::ConsentWithdrawn, |it| it.standing = Standing::Ended),
        ("consent changed", Problem::ConsentChanged, |it| it.standing = Standing::Changed),
        ("list without the consent", Problem::EdgeStale, |it| it.standing = Standing::Unknown),
        ("another list", Problem::EdgeStale, |it| {
            it.claims["status"]["status_list"]["uri"] = json!("https://x");
        }),
        ("nobody's certificate", Problem::ParticipantUnknown, |it| it.certificate = Some("other")),
        ("no certificate", Problem::ParticipantUnknown, |it| it.certificate = None),
        ("suspended", Problem::ParticipantSuspended, |it| it.asker_active = false),
        ("not a consumer", Problem::ParticipantNotConsumer, |it| it.asker_consumer = false),
        ("several providers", Problem::ProviderAmbiguous, |it| {
            it.details()["providers"] = json!([PROVIDER, OTHER]);
        }),
        ("another provider", Problem::ConsentProvider, |it| it.provider = vec![OTHER]),
        ("another purpose", Problem::ConsentPurpose, |it| it.purpose = vec!["credit-decision"]),
        ("no purpose that there is", Problem::ConsentPurpose, |it| it.purpose = vec!["x"]),
        ("two purposes", Problem::RequestMalformed, |it| it.purpose = vec!["budget-advice"; 2]),
        ("not a BIN", Problem::RequestMalformed, |it| it.provider = vec!["960440000152"]),
        ("two providers", Problem::RequestMalformed, |it| it.provider = vec![PROVIDER, PROVIDER]),
        ("other accounts", Problem::ConsentAccount, |it| {
            it.details()["accounts"] = json!(["a-1"]);
            it.path = "/account-information/v1/accounts/b-2";
        }),
        ("other data", Problem::ConsentData, |it| {
            it.path = "/account-information/v1/accounts/a-1/balances";
        }),
        ("days too early", Problem::ConsentData, |it| {
            it.details()["data"] = json!(["transactions"]);
            it.details()["transactions_from"] = json!("2026-03-01");
            it.path = "/account-information/v1/accounts/a-1/transactions";
            it.query = "from=2026-02-28";
        }),
        ("provider not in standing", Problem::ProviderNotStanding, |it| it.target_active = false),
        ("provider not accredited", Problem::ProviderNotStanding, |it| it.target_provider = false),
        ("provider without an address", Problem::ProviderNotStanding, |it| it.base_url = None),
        ("stale", Problem::EdgeStale, |it| it.fresh = false),
        ("unknown address", Problem::NotFound, |it| it.path = "/account-information/v1/loans"),
        ("another method", Problem::MethodNotAllowed, |it| it.method = "POST"),
        ("bad parameter", Problem::RequestMalformed, |it| it.query = "limit=1"),
    ];
    for (name, problem, spoil) in rows {
        let mut world = World::new();
        assert_eq!(world.problem(), None);
        spoil(&mut world);
        assert_eq!(world.problem(), Some(*problem), "{name}");
    }
}

/// OAPI-25.
#[test]
fn each_wrong_thing_about_the_client_s_presence_is_refused() {
    let rows: &[(&str, Problem, Spoil)] = &[
        ("without the client", Problem::ConsentUnattended, World::leave),
        ("too often without the client", Problem::ConsentFrequency, |it| {
            it.leave();
            it.details()["unattended"] = json!({"reads_a_day": 4});
            (0..4).for_each(|_| assert_eq!(it.problem(), None));
        }),
        ("half there", Problem::RequestMalformed, |it| it.auth_date = vec![]),
        ("from nowhere", Problem::RequestMalformed, |it| it.ip_address = vec!["here"]),
    ];
    for (name, problem, spoil) in rows {
        let mut world = World::new();
        spoil(&mut world);
        assert_eq!(world.problem(), Some(*problem), "{name}");
    }
}

#[test]
fn each_wrong_thing_about_a_proof_is_refused() {
    let rows: &[(&str, Problem, Spoil)] = &[
        ("none", Problem::DpopMissing, |it| it.proofs = 0),
        ("two", Problem::DpopInvalid, |it| it.proofs = 2),
        ("as a bearer", Problem::DpopMissing, |it| it.scheme = "Bearer"),
        ("another key's", Problem::DpopInvalid, |it| it.claims["cnf"] = json!({"jkt": "other"})),
        ("without a nonce", Problem::DpopNonce, |it| it.proof["nonce"] = Value::Null),
        ("with another node's nonce", Problem::DpopNonce, |it| it.proof["nonce"] = json!("other")),
        ("badly signed", Problem::DpopInvalid, |it| it.proof_signed = false),
        ("for another method", Problem::DpopInvalid, |it| it.proof["htm"] = json!("POST")),
        ("for another address", Problem::DpopInvalid, |it| {
            it.proof["htu"] = json!("https://other/");
        }),
        ("for another token", Problem::DpopInvalid, |it| it.proof["ath"] = json!("other")),
        ("old", Problem::DpopInvalid, |it| it.proof["iat"] = json!(NOW - 61)),
        ("ahead", Problem::DpopInvalid, |it| it.proof["iat"] = json!(NOW + 11)),
        ("of the certificate's, too", Problem::TokenBinding, |it| {
            it.claims["cnf"]["x5t#S256"] = json!("other");
        }),
        ("memory full", Problem::RateLimited, |it| it.full = true),
    ];
    for (name, problem, spoil) in rows {
        let mut world = World::new();
        world.bind_to_key();
        spoil(&mut world);
        assert_eq!(world.problem(), Some(*problem), "{name}");
    }
}

#[test]
fn sixty_seconds_ahead_are_forgiven_and_schemes_have_no_case() {
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let mut world = World::new();
        world.scheme = scheme;
        world.claims["iat"] = json!(NOW + 60);
        world.claims["nbf"] = json!(NOW + 60);
        assert_eq!(world.problem(), None, "{scheme}");
    }
}

/// RFC 9449 §7.1 takes its scheme's name from RFC 9110 §11.1, which ignores case.
#[test]
fn the_dpop_scheme_has_no_case() {
    for scheme in ["DPoP", "dpop", "DPOP"] {
        let mut world = World::new();
        world.bind_to_key();
        world.scheme = scheme;
        assert_eq!(world.problem(), None, "{scheme}");
    }
}

#[test]
fn the_consent_s_purpose_may_be_named_and_a_token_without_one_takes_any() {
    let mut world = World::new();
    world.purpose = vec!["budget-advice"];
    assert_eq!(world.problem(), None);
    world.details()["purpose"] = Value::Null;
    world.purpose = vec!["income-proof"];
    assert_eq!(world.problem(), None);
}

#[test]
fn one_of_several_providers_is_named_in_the_header() {
    let mut world = World::new();
    world.details()["providers"] = json!([PROVIDER, OTHER]);
    world.provider = vec![OTHER];
    assert_eq!(world.decide().about.provider.map(|it| it.to_string()).as_deref(), Some(OTHER));
}

/// Every set of errors at once: the caller gets the first in the documented order,
/// and a request with any of them is never forwarded.
#[test]
fn of_several_errors_the_first_in_order_is_reported() {
    let order: &[(Problem, Spoil)] = &[
        (Problem::EdgeStale, |it| it.fresh = false),
        (Problem::NotFound, |it| it.path = "/account-information/v1/loans"),
        (Problem::ParticipantSuspended, |it| it.asker_active = false),
        (Problem::ParticipantNotConsumer, |it| it.asker_consumer = false),
        (Problem::TokenAlgorithm, |it| it.header["alg"] = json!("none")),
        (Problem::TokenSignature, |it| it.signed = false),
        (Problem::TokenAudience, |it| it.claims["aud"] = json!("https://other")),
        (Problem::TokenExpired, |it| it.claims["exp"] = json!(NOW - 1)),
        (Problem::TokenBinding, |it| it.claims["client_id"] = json!("theirs")),
        (Problem::DpopInvalid, |it| it.proof_signed = false),
        (Problem::ConsentExpired, |it| it.details()["expires_at"] = json!(NOW)),
        (Problem::ConsentWithdrawn, |it| it.standing = Standing::Ended),
        (Problem::ConsentProvider, |it| it.provider = vec![OTHER]),
        (Problem::ConsentPurpose, |it| it.purpose = vec!["sign-in"]),
        (Problem::ConsentData, |it| it.details()["data"] = json!([])),
        (Problem::ConsentUnattended, World::leave),
        (Problem::ProviderNotStanding, |it| it.target_active = false),
    ];
    for set in 0u32..1 << order.len() {
        let mut world = World::new();
        world.bind_to_key();
        let mut first = None;
        for (place, (problem, spoil)) in order.iter().enumerate() {
            if set & 1 << place != 0 {
                spoil(&mut world);
                first = first.or(Some(*problem));
            }
        }
        assert_eq!(world.problem(), first, "set {set:b}");
    }
}

/// A valid request and its facts; each test breaks some of it.
#[expect(clippy::struct_excessive_bools, reason = "one for each thing that can be wrong")]
struct World {
    fresh: bool,
    method: &'static str,
    path: &'static str,
    query: &'static str,
    certificate: Option<&'static str>,
    scheme: &'static str,
    authorization: Option<Vec<String>>,
    header: Value,
    claims: Value,
    proof: Value,
    proofs: usize,
    provider: Vec<&'static str>,
    auth_date: Vec<&'static str>,
    ip_address: Vec<&'static str>,
    purpose: Vec<&'static str>,
    allowance: Allowance,
    counters: RefCell<Counters>,
    signed: bool,
    proof_signed: bool,
    standing: Standing,
    asker_active: bool,
    asker_consumer: bool,
    target_active: bool,
    target_provider: bool,
    base_url: Option<String>,
    full: bool,
    seen: RefCell<BTreeSet<String>>,
}

impl World {
    fn new() -> Self {
        Self {
            fresh: true,
            method: "GET",
            path: PATH,
            query: "",
            certificate: Some("thumb"),
            scheme: "Bearer",
            authorization: None,
            header: json!({"typ": "at+jwt", "alg": "ES256", "kid": "k"}),
            claims: json!({
                "iss": ISSUER, "sub": "p", "aud": AUDIENCE, "client_id": "app", "exp": NOW + 300, "iat": NOW,
                "jti": "j", "scope": "accounts", "cnf": {"x5t#S256": "thumb"},
                "authorization_details": [{
                    "type": "account_information", "consent_id": "cns_000000000000000000000000000000ab",
                    "consumer": CONSUMER, "client": {"iin": "900101300017"}, "providers": [PROVIDER],
                    "data": ["accounts"], "purpose": "budget-advice",
                }],
                "status": {"status_list": {"idx": 7, "uri": LIST}},
            }),
            proof: json!({"jti": "j", "htm": "GET", "iat": NOW, "nonce": "ours"}),
            proofs: 0,
            provider: vec![],
            auth_date: vec!["Fri, 15 Jan 2027 08:00:00 GMT"],
            ip_address: vec!["192.0.2.7"],
            purpose: vec![],
            allowance: Allowance::default(),
            counters: RefCell::new(Counters::new(9)),
            signed: true,
            proof_signed: true,
            standing: Standing::Good,
            asker_active: true,
            asker_consumer: true,
            target_active: true,
            target_provider: true,
            base_url: Some("https://bank/".to_owned()),
            full: false,
            seen: RefCell::default(),
        }
    }

    /// The client is not there.
    fn leave(&mut self) {
        (self.auth_date, self.ip_address) = (vec![], vec![]);
    }

    fn details(&mut self) -> &mut Value {
        &mut self.claims["authorization_details"][0]
    }

    fn bind_to_key(&mut self) {
        self.scheme = "DPoP";
        self.proofs = 1;
        let key: Jwk = serde_json::from_value(key()).unwrap();
        self.claims["cnf"] = json!({"jkt": key.thumbprint()});
    }

    fn problem(&self) -> Option<Problem> {
        self.decide().outcome.err().map(|it| it.problem)
    }

    fn decide(&self) -> Decision {
        let token = compact(&self.header, &self.claims);
        let presented = format!("{} {token}", self.scheme);
        let mut proof = self.proof.clone();
        for (name, value) in
            [("htu", format!("{AUDIENCE}{}", self.path)), ("ath", sha256_base64(token.as_bytes()))]
        {
            if proof[name].is_null() {
                proof[name] = json!(value);
            }
        }
        let proof = compact(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key()}), &proof);
        let given: Vec<&str> = match &self.authorization {
            Some(given) => given.iter().map(String::as_str).collect(),
            None => vec![&presented],
        };
        let request = Request {
            now: Timestamp::from_timestamp(NOW, 0).unwrap(),
            fresh: self.fresh,
            issuer: ISSUER,
            audience: AUDIENCE,
            method: self.method,
            path: self.path,
            query: self.query,
            certificate: self.certificate,
            authorization: given,
            dpop: vec![proof.as_str(); self.proofs],
            provider: self.provider.clone(),
            purpose: self.purpose.clone(),
            auth_date: self.auth_date.clone(),
            ip_address: self.ip_address.clone(),
        };
        // The serialised form must say the same.
        let buffer = request.encode();
        let decision = decide(&Request::decode(&buffer).unwrap(), self);
        assert_eq!(Decision::decode(&decision.encode()), Ok(decision.clone()));
        decision
    }
}

impl Facts for World {
    fn asker(&self, thumbprint: &str) -> Option<Asker> {
        let asker = Asker {
            bin: CONSUMER.parse().unwrap(),
            active: self.asker_active,
            consumer: self.asker_consumer,
            allowance: self.allowance,
        };
        (thumbprint == "thumb").then_some(asker)
    }

    fn owns(&self, consumer: Bin, client_id: &str) -> bool {
        consumer.to_string() == CONSUMER && client_id == "app"
    }

    fn target(&self, _: Bin) -> Option<Target> {
        let (active, provider) = (self.target_active, self.target_provider);
        Some(Target { active, provider, base_url: self.base_url.clone() })
    }

    fn verify_token(&self, _: &Jws<'_>) -> bool {
        self.signed
    }

    fn verify_proof(&self, _: &Jwk, _: &Jws<'_>) -> bool {
        self.proof_signed
    }

    fn gave_nonce(&self, nonce: &str) -> bool {
        nonce == "ours"
    }

    fn standing(&self, list: &str, index: u64) -> Standing {
        if list == LIST && index == 7 { self.standing } else { Standing::Unknown }
    }

    fn remember(&self, seen_as: &str, _: Timestamp) -> Memory {
        if self.full {
            Memory::Full
        } else if self.seen.borrow_mut().insert(seen_as.to_owned()) {
            Memory::New
        } else {
            Memory::Seen
        }
    }

    fn spend(&self, quotas: &[Quota]) -> Spent {
        self.counters.borrow_mut().spend(quotas, Timestamp::from_timestamp(NOW, 0).unwrap())
    }
}

fn key() -> Value {
    json!({"kty": "EC", "crv": "P-256", "x": to_base64(&[1; 32]), "y": to_base64(&[2; 32])})
}

fn compact(header: &Value, claims: &Value) -> String {
    let part = |it: &Value| to_base64(it.to_string().as_bytes());
    format!("{}.{}.{}", part(header), part(claims), to_base64(&[0; 64]))
}
