//! The gate and core natively: the same requests get the same decisions, to the byte.

use std::sync::Arc;

use bytes::Bytes;
use senim_core::Timestamp;
use senim_core::consent::{Data, Limits};
use senim_core::routing::{AnswerAbout, Decision, Request, check_answer, decide};
use senim_core::status::StatusList;
use senim_node::{Gate, Heard, NodeFacts, ProofMemory, ReadMemory, Snapshot, TokenMemory};
use serde_json::{Value, json};

use crate::tokens::{
    AUDIENCE, CONSUMER, ISSUER, Key, LIST, OTHER, PATH, PROVIDER, claims, header, proof,
};
use crate::world::{gate, instant};

const NOW: i64 = 1_800_000_000;

#[test]
fn the_gate_decides_as_core_does() {
    let gate = Gate::open(&gate(), None).unwrap();
    let snapshot = Arc::new(snapshot());
    let mut forwarded = 0;
    let cases = cases();
    for case in &cases {
        // Each side has its own memory, so that both see every proof for the first time.
        let native = facts(&snapshot, case.fresh);
        let component = facts(&snapshot, case.fresh);
        // Twice: with the token's signature unknown and known, and the proof new and seen.
        for turn in 0..2 {
            let request = case.request();
            let expected: Decision = decide(&request, &native);
            let decided = gate.decide(&request, component.clone()).unwrap();
            assert_eq!(decided, expected, "{} turn {turn}", case.name);
            forwarded += usize::from(expected.outcome.is_ok());
        }
    }
    assert!(
        forwarded > 10 && cases.len() * 2 - forwarded > 50,
        "{forwarded} of {}",
        cases.len() * 2
    );
}

#[test]
fn the_gate_judges_answers_as_core_does() {
    let gate = Gate::open(&gate(), None).unwrap();
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
                let limits = Limits {
                    data: [Data::Accounts, Data::Transactions].into(),
                    accounts: Some(["a-1".to_owned()].into()),
                    transactions_from: None,
                    unattended: None,
                };
                let about =
                    AnswerAbout { path_and_query: &path_and_query, limits, status, content_type };
                let expected = check_answer(&about, body.as_bytes());
                assert_eq!(
                    gate.check_answer(&about, body.as_bytes()).unwrap(),
                    expected,
                    "{path} {status}"
                );
            }
        }
    }
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
    let spoils: [(&str, Spoil); 17] = [
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
    let good = proof(&key, PATH, &bound, "j", NOW);
    [
        ("proven", "DPoP", vec![good.clone()]),
        ("unproven", "DPoP", vec![]),
        ("bearer", "Bearer", vec![good.clone()]),
        ("twice", "DPoP", vec![good.clone(), good.clone()]),
        ("old", "DPoP", vec![proof(&key, PATH, &bound, "k", NOW - 61)]),
        ("another's", "DPoP", vec![proof(&Key::of(6), PATH, &bound, "l", NOW)]),
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
        reads: Arc::new(ReadMemory::new(100)),
        now: Timestamp::from_timestamp(NOW, 0).unwrap(),
    }
}

fn snapshot() -> Snapshot {
    let participant = |bin: &str, certificate: &str, active: bool, application: &str| {
        json!({
            "bin": bin, "name": "Bank", "provider": bin != CONSUMER, "consumer": true, "active": active,
            "certificates": [certificate], "base_url": "https://bank", "applications": [application],
        })
    };
    let registry = json!({
        "iss": ISSUER, "iat": NOW, "exp": NOW + 60, "version": 1,
        "participants": [
            participant(CONSUMER, "thumb", true, "jetisu-app"),
            participant(PROVIDER, "other", true, "x"),
            participant(OTHER, "suspended", false, "y"),
        ],
    });
    let list = json!({
        "iss": ISSUER, "sub": LIST, "iat": NOW, "exp": NOW + 60, "ttl": 5,
        "status_list": StatusList::new(100, [8]).with_changed([9]).pack(),
    });
    let heard = Heard {
        asked_at: instant(),
        keys: Bytes::from(json!({"keys": [Key::of(1).public("p1")]}).to_string()),
        register: Bytes::from(Key::of(1).sign(&header("registry+jwt"), &registry)),
        consents: Bytes::from(Key::of(1).sign(&header("statuslist+jwt"), &list)),
    };
    Snapshot::read(heard, ISSUER, None, Timestamp::from_timestamp(NOW, 0).unwrap()).unwrap()
}
