//! The gate, the Worker and core natively: the same requests get the same decisions, to the byte.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PSS_SHA256, RsaKeyPair};
use bytes::Bytes;
use senim_core::Timestamp;
use senim_core::consent::{Data, Limits};
use senim_core::feed::content::Content;
use senim_core::jose::{Jwk, sha256_base64, to_base64};
use senim_core::routing::{AnswerAbout, Decision, Request, check_answer, decide};
use senim_core::status::StatusList;
use senim_node::{
    Gate, GateEngine, NodeFacts, Nonces, ProofMemory, Snapshot, SpentMemory, TokenMemory,
};
use serde_json::{Value, json};

use crate::tokens::{
    AUDIENCE, CONSUMER, ISSUER, Key, LIST, OTHER, PATH, PROVIDER, claims, header, proof,
};
use crate::worker::{Batch, Worker};
use crate::world::{gate, instant};

const NOW: i64 = 1_800_000_000;

#[tokio::test]
async fn gate_and_worker_decide_as_core_does() {
    let (gate, worker) = (opened(), Worker::start("parity"));
    let content = content();
    let beginning = Batch::new(NONCES, &content);
    let snapshot = Arc::new(Snapshot::new(content, None));
    let mut forwarded = 0;
    let cases = cases();
    for case in &cases {
        // Each side has its own memory, so that both see every proof for the first time.
        let native = facts(&snapshot, case.fresh);
        let component = facts(&snapshot, case.fresh);
        let (mut batch, mut decisions) = (beginning.clone(), Vec::new());
        // Twice: with the token's signature unknown and known, and the proof new and seen.
        for turn in 0..2 {
            let request = case.request();
            let expected: Decision = decide(&request, &native);
            let decided = gate.decide(&request, component.clone()).await.unwrap();
            assert_eq!(decided, expected, "{} turn {turn}", case.name);
            forwarded += usize::from(expected.outcome.is_ok());
            batch.ask(&request);
            decisions.push(expected);
        }
        assert_eq!(worker.decide(batch).await, decisions, "{} in the Worker", case.name);
    }
    assert!(
        forwarded > 10 && cases.len() * 2 - forwarded > 50,
        "{forwarded} of {}",
        cases.len() * 2
    );
}

#[tokio::test]
async fn the_gate_judges_answers_as_core_does() {
    let gate = opened();
    let account = r#"{"accountId":"a-1","currency":"KZT","kind":"card","status":"open"}"#;
    let large = format!(r#"{{"data":[{}],"links":{{}}}}"#, vec![account; 400].join(","));
    let bodies = [
        r#"{"data":[],"links":{}}"#.to_owned(),
        format!(r#"{{"data":[{account}],"links":{{}}}}"#),
        format!(r#"{{"data":{account},"links":{{}}}}"#),
        r#"{"data":{"accountId":"a-1","transactions":[]},"links":{}}"#.to_owned(),
        "{".to_owned(),
        String::new(),
        "\u{0}".repeat(1000),
        large,
        " ".repeat(3 * 1024 * 1024),
    ];
    let paths = [
        "",
        "/a-1",
        "/a-1/balances",
        "/a-1/transactions?from=2026-01-01",
        "/a-1/transactions?cursor=x",
    ];
    for path in paths {
        for body in &bodies {
            for (status, content_type) in [
                (200, Some("application/json")),
                (200, None),
                (404, Some("text/html")),
                (400, None),
                (500, None),
                (99, None),
            ] {
                let path_and_query = format!("{PATH}{path}");
                let limits = limits();
                let about =
                    AnswerAbout { path_and_query: &path_and_query, limits, status, content_type };
                let expected = check_answer(&about, body.as_bytes());
                assert_eq!(
                    gate.check_large_answer(&about, &Bytes::from(body.clone())).await.unwrap(),
                    expected,
                    "{path} {status}"
                );
            }
        }
    }
}

/// What `cargo xtask bench edge` prints of the gate alone: a decision and the check of an answer of 1 KB, natively, in an
/// instance that has served its participant before, and in a fresh one.
#[tokio::test]
#[ignore = "a measurement: cargo xtask bench edge"]
async fn measured() {
    let (gate, snapshot) = (opened(), Arc::new(Snapshot::new(content(), None)));
    let case = right();
    let request = case.request();
    let consumer = CONSUMER.parse().unwrap();
    let facts = facts(&snapshot, true);
    let warm = |participant| NodeFacts {
        participant,
        spent: Arc::new(SpentMemory::new(100)),
        ..facts.clone()
    };
    let account = r#"{"accountId":"a-1","currency":"KZT","kind":"card","status":"open"}"#;
    let body = format!(r#"{{"data":[{}],"links":{{}}}}"#, vec![account; 14].join(","));
    let about = AnswerAbout {
        path_and_query: PATH,
        limits: limits(),
        status: 200,
        content_type: Some("application/json"),
    };
    let body = Bytes::from(body);
    let mut took: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
    // In turn, so that the machine's noise falls on all.
    for _ in 0..2_000 {
        for (way, participant) in [("native", None), ("kept", Some(consumer)), ("fresh", None)] {
            let facts = warm(participant);
            let start = instant();
            let decision = match way {
                "native" => decide(&request, &facts),
                _ => gate.decide(&request, facts).await.unwrap(),
            };
            took.entry(("decision", way)).or_default().push(start.elapsed().as_secs_f64() * 1e6);
            assert!(decision.outcome.is_ok());
            let start = instant();
            let verdict = match way {
                "native" => check_answer(&about, &body),
                _ => gate.check_answer(participant, &about, &body).await.unwrap(),
            };
            took.entry(("answer", way)).or_default().push(start.elapsed().as_secs_f64() * 1e6);
            // One account only is in the consent's limits: the same answer each time.
            assert_eq!(verdict, check_answer(&about, &body));
        }
    }
    for ((what, way), mut took) in took {
        took.sort_by(f64::total_cmp);
        let p50 = (took[took.len() / 2] * 10.0).round() / 10.0;
        println!(
            "{}",
            json!({"bench": "edge", "gate": what, "way": way, "p50_us": p50, "bytes": body.len()})
        );
    }
}

fn opened() -> Gate {
    GateEngine::new().unwrap().open(&gate(), None, None).unwrap()
}

struct Case {
    name: String,
    fresh: bool,
    method: &'static str,
    path: String,
    query: String,
    certificate: Option<&'static str>,
    authorization: Vec<String>,
    dpop: Vec<String>,
    provider: Vec<&'static str>,
    purpose: Vec<&'static str>,
    auth_date: Vec<&'static str>,
    ip_address: Vec<&'static str>,
}

impl Case {
    fn request(&self) -> Request<'_> {
        Request {
            now: Timestamp::from_timestamp(NOW, 0).unwrap(),
            fresh: self.fresh,
            issuer: ISSUER,
            audience: AUDIENCE,
            method: self.method,
            path: &self.path,
            query: &self.query,
            certificate: self.certificate,
            authorization: self.authorization.iter().map(String::as_str).collect(),
            dpop: self.dpop.iter().map(String::as_str).collect(),
            provider: self.provider.clone(),
            purpose: self.purpose.clone(),
            auth_date: self.auth_date.clone(),
            ip_address: self.ip_address.clone(),
        }
    }
}

type Spoil = fn(&mut Case);

/// Every token with every address, then what is wrong outside of the token.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let addresses = [
        ("", ""),
        ("/a-1", ""),
        ("/b-2/balances", ""),
        ("/a-1/transactions", "from=2026-01-01&limit=10"),
        ("/a-1/transactions", "limit=0"),
        ("/a-1/loans", ""),
    ];
    for (name, token) in tokens() {
        for (path, query) in addresses {
            let mut case = right();
            case.name = format!("{name} {path}");
            case.path.push_str(path);
            query.clone_into(&mut case.query);
            case.authorization = vec![format!("Bearer {token}")];
            cases.push(case);
        }
    }
    let spoils: [(&str, Spoil); 19] = [
        ("stale", |it| it.fresh = false),
        ("post", |it| it.method = "POST"),
        ("no certificate", |it| it.certificate = None),
        ("nobody's certificate", |it| it.certificate = Some("x")),
        ("suspended", |it| it.certificate = Some("suspended")),
        ("another's certificate", |it| it.certificate = Some("other")),
        ("no token", |it| it.authorization = vec![]),
        ("two tokens", |it| it.authorization.push("Bearer x".to_owned())),
        ("basic", |it| it.authorization = vec!["Basic x".to_owned()]),
        ("long", |it| it.authorization = vec![format!("Bearer {}", "a".repeat(17_000))]),
        ("provider of another", |it| it.provider = vec![CONSUMER]),
        ("without the client", |it| (it.auth_date, it.ip_address) = (vec![], vec![])),
        ("once a day without the client", |it| {
            (it.auth_date, it.ip_address) = (vec![], vec![]);
            let once = |it: &mut Value| {
                it["authorization_details"][0]["unattended"] = json!({"reads_a_day": 1});
            };
            it.authorization = vec![format!("Bearer {}", token(once))];
        }),
        ("its purpose", |it| it.purpose = vec!["budget-advice"]),
        ("two purposes", |it| it.purpose = vec!["budget-advice"; 2]),
        ("half there", |it| it.auth_date = vec![]),
        ("no address", |it| it.ip_address = vec!["x"]),
        ("no date", |it| it.auth_date = vec!["yesterday"]),
        ("strange letters", |it| it.provider = vec!["\u{fffd}қ"]),
    ];
    for (name, spoil) in spoils {
        let mut case = right();
        name.clone_into(&mut case.name);
        spoil(&mut case);
        cases.push(case);
    }
    cases.extend(with_proofs());
    cases.extend(of_each_algorithm());
    cases
}

fn right() -> Case {
    Case {
        name: "right".to_owned(),
        fresh: true,
        method: "GET",
        path: PATH.to_owned(),
        query: String::new(),
        certificate: Some("thumb"),
        authorization: vec![format!("Bearer {}", token(|_| {}))],
        dpop: vec![],
        provider: vec![],
        purpose: vec![],
        auth_date: vec!["Fri, 15 Jan 2027 08:00:00 GMT"],
        ip_address: vec!["192.0.2.7"],
    }
}

fn tokens() -> Vec<(&'static str, String)> {
    let claims = claims("thumb", NOW);
    let key = Key::of(1);
    let details = |change: fn(&mut Value)| token(|it| change(&mut it["authorization_details"][0]));
    let mut altered = token(|_| {});
    altered.replace_range(60..61, "_");
    vec![
        ("right", token(|_| {})),
        ("altered", altered),
        ("forged", Key::of(2).sign(&header("at+jwt"), &claims)),
        ("none", key.sign(&json!({"typ": "at+jwt", "alg": "none"}), &claims)),
        ("hs256", key.sign(&json!({"typ": "at+jwt", "alg": "HS256"}), &claims)),
        ("without kid", key.sign(&json!({"typ": "application/at+jwt", "alg": "ES256"}), &claims)),
        ("id token", key.sign(&header("jwt"), &claims)),
        ("expired", token(|it| it["exp"] = json!(NOW))),
        ("early", token(|it| it["iat"] = json!(NOW + 61))),
        ("just in time", token(|it| it["iat"] = json!(NOW + 60))),
        ("audience", token(|it| it["aud"] = json!("https://x"))),
        ("unbound", token(|it| it["cnf"] = json!({}))),
        ("application", token(|it| it["client_id"] = json!("x"))),
        ("scope", token(|it| it["scope"] = json!("openid"))),
        ("withdrawn", token(|it| it["status"]["status_list"]["idx"] = json!(8))),
        ("changed", token(|it| it["status"]["status_list"]["idx"] = json!(9))),
        ("unlisted", token(|it| it["status"]["status_list"]["idx"] = json!(1u64 << 40))),
        ("ended", details(|it| it["expires_at"] = json!(NOW))),
        ("not ended", details(|it| it["expires_at"] = json!(NOW + 1))),
        ("two providers", details(|it| it["providers"] = json!([PROVIDER, OTHER]))),
        ("other provider", details(|it| it["providers"] = json!([OTHER]))),
        ("one account", details(|it| it["accounts"] = json!(["a-1"]))),
        ("only balances", details(|it| it["data"] = json!(["balances"]))),
        ("from March", details(|it| it["transactions_from"] = json!("2026-03-01"))),
        ("not JSON", "a.b.c".to_owned()),
    ]
}

fn with_proofs() -> Vec<Case> {
    let key = Key::of(5);
    let bound = token(|it| it["cnf"] = json!({"jkt": key.thumbprint()}));
    let nonce = nonces().now(Timestamp::from_timestamp(NOW, 0).unwrap());
    let proof = |key: &Key, jti, now| proof(key, PATH, &bound, jti, now, &nonce);
    let good = proof(&key, "j", NOW);
    [
        ("proven", "DPoP", vec![good.clone()]),
        ("unproven", "DPoP", vec![]),
        ("bearer", "Bearer", vec![good.clone()]),
        ("twice", "DPoP", vec![good.clone(), good.clone()]),
        ("old", "DPoP", vec![proof(&key, "k", NOW - 61)]),
        ("another's", "DPoP", vec![proof(&Key::of(6), "l", NOW)]),
        ("altered", "DPoP", vec![format!("{}A", &good[..good.len() - 1])]),
    ]
    .into_iter()
    .map(|(name, scheme, dpop)| Case {
        name: name.to_owned(),
        authorization: vec![format!("{scheme} {bound}")],
        dpop,
        ..right()
    })
    .collect()
}

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// Proofs by keys of the other algorithms: good, and with a bent signature.
fn of_each_algorithm() -> Vec<Case> {
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let modulus = rsa.public_key().modulus().big_endian_without_leading_zero().to_vec();
    let by_rsa = move |signed: &[u8]| {
        let mut signature = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed, &mut signature).unwrap();
        signature
    };
    let edwards = Ed25519KeyPair::generate().unwrap();
    let point = edwards.public_key().as_ref().to_vec();
    let by_edwards = move |signed: &[u8]| edwards.sign(signed).as_ref().to_vec();
    let keys: [(&str, Value, Sign); 2] = [
        ("PS256", json!({"kty": "RSA", "n": to_base64(&modulus), "e": "AQAB"}), Box::new(by_rsa)),
        (
            "EdDSA",
            json!({"kty": "OKP", "crv": "Ed25519", "x": to_base64(&point)}),
            Box::new(by_edwards),
        ),
    ];
    let nonce = nonces().now(Timestamp::from_timestamp(NOW, 0).unwrap());
    let mut cases = Vec::new();
    for (algorithm, jwk, sign) in keys {
        let thumbprint = serde_json::from_value::<Jwk>(jwk.clone()).unwrap().thumbprint();
        let bound = token(|it| it["cnf"] = json!({"jkt": thumbprint}));
        for bent in [false, true] {
            let header = json!({"typ": "dpop+jwt", "alg": algorithm, "jwk": jwk});
            let claims = json!({
                "jti": "each", "htm": "GET", "htu": format!("{AUDIENCE}{PATH}"), "iat": NOW,
                "ath": sha256_base64(bound.as_bytes()), "nonce": nonce,
            });
            let part = |it: &Value| to_base64(it.to_string().as_bytes());
            let signed = format!("{}.{}", part(&header), part(&claims));
            let mut signature = sign(signed.as_bytes());
            signature[9] ^= u8::from(bent);
            cases.push(Case {
                name: format!("{algorithm}, bent: {bent}"),
                authorization: vec![format!("DPoP {bound}")],
                dpop: vec![format!("{signed}.{}", to_base64(&signature))],
                ..right()
            });
        }
    }
    cases
}

fn token(change: impl FnOnce(&mut Value)) -> String {
    let mut claims = claims("thumb", NOW);
    change(&mut claims);
    Key::of(1).sign(&header("at+jwt"), &claims)
}

fn facts(snapshot: &Arc<Snapshot>, fresh: bool) -> NodeFacts {
    NodeFacts {
        snapshot: fresh.then(|| Arc::clone(snapshot)),
        tokens: Arc::new(TokenMemory::new(100)),
        participant: None,
        proofs: Arc::new(ProofMemory::new(100, 100)),
        nonces: Arc::new(nonces()),
        spent: Arc::new(SpentMemory::new(100)),
        now: Timestamp::from_timestamp(NOW, 0).unwrap(),
    }
}

/// A request of nobody's, with this query.
pub(crate) fn plain_request(query: &str) -> Request<'_> {
    Request {
        now: Timestamp::from_timestamp(NOW, 0).unwrap(),
        fresh: true,
        issuer: ISSUER,
        audience: AUDIENCE,
        method: "GET",
        path: PATH,
        query,
        certificate: None,
        authorization: vec![],
        dpop: vec![],
        provider: vec![],
        purpose: vec![],
        auth_date: vec![],
        ip_address: vec![],
    }
}

/// The facts of a node that has heard nothing.
pub(crate) fn nothing_known() -> NodeFacts {
    NodeFacts {
        snapshot: None,
        participant: None,
        tokens: Arc::new(TokenMemory::new(1)),
        proofs: Arc::new(ProofMemory::new(1, 1)),
        nonces: Arc::new(nonces()),
        spent: Arc::new(SpentMemory::new(1)),
        now: Timestamp::from_timestamp(NOW, 0).unwrap(),
    }
}

pub(crate) fn limits() -> Limits {
    Limits {
        data: [Data::Accounts, Data::Transactions].into(),
        accounts: Some(["a-1".to_owned()].into()),
        transactions_from: None,
        unattended: None,
    }
}

/// The key of nonces.
const NONCES: [u8; 32] = [7; 32];

fn nonces() -> Nonces {
    Nonces::new(NONCES)
}

fn content() -> Content {
    let participant = |bin: &str, certificate: &str, active: bool, application: &str| {
        json!({
            "bin": bin, "name": "Bank", "provider": bin != CONSUMER, "consumer": true, "active": active,
            "certificates": [certificate], "base_url": "https://bank", "applications": [application],
        })
    };
    let participants = json!([
        participant(CONSUMER, "thumb", true, "jetisu-app"),
        participant(PROVIDER, "other", true, "x"),
        participant(OTHER, "suspended", false, "y"),
    ]);
    let keys = json!({"keys": [Key::of(1).public("p1")]});
    Content {
        participants: Arc::new(serde_json::from_value(participants).unwrap()),
        keys: Arc::new(serde_json::from_value(keys).unwrap()),
        list: Arc::new(StatusList::new(100, [8]).with_changed([9])),
        list_address: LIST.into(),
    }
}
