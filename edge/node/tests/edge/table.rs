//! The rules of an edge as a plain table, in the order of core/src/routing/decide.rs and slow, against the decisions of core
//! natively, in the component and in the Worker under Cloudflare's runtime: generated requests, each with a few things about
//! it out of the ordinary.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use senim_core::Timestamp;
use senim_core::feed::content::Content;
use senim_core::routing::{Decision, Request, decide};
use senim_core::status::StatusList;
use senim_node::{GateEngine, NodeFacts, Nonces, ProofMemory, Snapshot, SpentMemory, TokenMemory};
use serde_json::{Value, json};

use crate::tokens::{AUDIENCE, CONSUMER, ISSUER, Key, LIST, OTHER, PATH, PROVIDER, claims, header};
use crate::worker::{Batch, Worker};
use crate::world::gate;

const REQUESTS: usize = 100_000;
/// Requests that share memories: tokens seen, proofs seen, allowances spent.
const TOGETHER: usize = 250;
const NOW: i64 = 1_800_000_000;
const PARTICIPANT_A_MINUTE: u32 = 90;
const APPLICATION_A_DAY: u32 = 75;
const CONSENT_A_MINUTE: u32 = 22;
const UNATTENDED_A_DAY: u32 = 5;

#[test]
fn native_component_worker_and_a_plain_table_decide_alike() {
    let engine = GateEngine::new().unwrap();
    let gate = engine.open(&gate(), None, None).unwrap();
    let worker = Worker::start("table");
    let content = content();
    let beginning = Batch::new(NONCES, &content);
    let snapshot = Arc::new(Snapshot::new(content, None));
    let runs: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|half| {
                let (gate, snapshot, worker) = (&gate, &snapshot, &worker);
                let beginning = beginning.clone();
                scope.spawn(move || {
                    let runtime =
                        tokio::runtime::Builder::new_current_thread().enable_all().build();
                    let texts = Texts::default();
                    let mut sides = Sides { gate, snapshot, worker, beginning, texts };
                    runtime.unwrap().block_on(sides.run(half))
                })
            })
            .collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (outcome, count) in runs.into_iter().flatten() {
        *seen.entry(outcome).or_default() += count;
    }
    assert_eq!(seen.values().sum::<usize>(), REQUESTS);
    // Every rule was reached, and often enough that a wrong order would show.
    let outcomes = [
        "allowed",
        "edge.stale",
        "not-found",
        "method.not-allowed",
        "request.malformed",
        "participant.unknown",
        "participant.suspended",
        "participant.not-consumer",
        "token.missing",
        "token.malformed",
        "token.algorithm",
        "token.signature",
        "token.audience",
        "token.expired",
        "token.early",
        "token.binding",
        "dpop.missing",
        "dpop.invalid",
        "dpop.nonce-needed",
        "dpop.replayed",
        "consent.data-not-covered",
        "consent.expired",
        "consent.withdrawn",
        "consent.changed",
        "provider.ambiguous",
        "consent.provider-not-covered",
        "consent.purpose-not-covered",
        "consent.account-not-covered",
        "consent.unattended-not-covered",
        "provider.not-standing",
        "rate.limited",
        "rate.quota",
        "consent.frequency-exceeded",
    ];
    for outcome in outcomes {
        assert!(seen.get(outcome).is_some_and(|it| *it >= 20), "{outcome}: {seen:?}");
    }
    assert_eq!(seen.len(), outcomes.len(), "{seen:?}");
}

/// Everybody who decides.
struct Sides<'a> {
    gate: &'a senim_node::Gate,
    snapshot: &'a Arc<Snapshot>,
    worker: &'a Worker,
    beginning: Batch,
    texts: Texts,
}

impl Sides<'_> {
    async fn run(&mut self, half: u64) -> BTreeMap<String, usize> {
        let mut chance = Chance(0x5e41_u64.wrapping_add(half));
        let mut seen = BTreeMap::new();
        for _ in 0..REQUESTS / 2 / TOGETHER {
            let together: Vec<_> = (0..TOGETHER).map(|_| Drawn::new(&mut chance)).collect();
            let Ok(outcomes) = self.decide(&together).await else {
                panic!("{}", self.smallest(together).await);
            };
            for it in outcomes {
                *seen.entry(it).or_default() += 1;
            }
        }
        seen
    }

    /// Requests that share memories; how each ended, or who differs about which.
    async fn decide(&mut self, together: &[Drawn]) -> Result<Vec<String>, String> {
        let (native, component) = (facts(self.snapshot), facts(self.snapshot));
        let mut table = Table::default();
        let mut batch = self.beginning.clone();
        let (mut outcomes, mut decisions) = (Vec::new(), Vec::new());
        for (place, drawn) in together.iter().enumerate() {
            let request = drawn.request(&mut self.texts);
            let request = request.borrowed();
            let at = |facts: &NodeFacts| NodeFacts {
                snapshot: facts.snapshot.clone().filter(|_| request.fresh),
                ..facts.clone()
            };
            let natively: Decision = decide(&request, &at(&native));
            let in_component = self.gate.decide(&request, at(&component)).await.unwrap();
            same(place, "the component", &in_component, &natively)?;
            let outcome = match &natively.outcome {
                Ok(forward) => Ok(forward.path_and_query.as_str()),
                Err(refusal) => Err(refusal.problem.code()),
            };
            let expected = table.outcome(drawn);
            let expected = expected.as_ref().map(String::as_str).map_err(|it| *it);
            same(place, "the table", &expected, &outcome)?;
            outcomes.push(outcome.err().unwrap_or("allowed").to_owned());
            batch.ask(&request);
            decisions.push(natively);
        }
        let in_worker = self.worker.decide(batch).await;
        assert_eq!(in_worker.len(), decisions.len());
        for (place, (decided, natively)) in in_worker.iter().zip(&decisions).enumerate() {
            same(place, "the Worker", decided, natively)?;
        }
        Ok(outcomes)
    }

    /// The fewest of these requests about which somebody still differs, with the fewest things about them.
    async fn smallest(&mut self, mut together: Vec<Drawn>) -> String {
        let mut size = together.len() / 2;
        while size > 0 {
            let mut at = 0;
            while at < together.len() {
                let mut fewer = together.clone();
                fewer.drain(at..(at + size).min(together.len()));
                if self.decide(&fewer).await.is_err() {
                    together = fewer;
                } else {
                    at += size;
                }
            }
            size /= 2;
        }
        for at in 0..together.len() {
            for thing in together[at].of.clone().into_keys() {
                let mut simpler = together.clone();
                simpler[at].of.remove(thing);
                if self.decide(&simpler).await.is_err() {
                    together = simpler;
                }
            }
        }
        let difference = self.decide(&together).await.unwrap_err();
        format!("{difference}\nof {together:#?}")
    }
}

fn same<T: PartialEq + std::fmt::Debug>(
    place: usize,
    who: &str,
    decided: &T,
    natively: &T,
) -> Result<(), String> {
    if decided == natively {
        return Ok(());
    }
    Err(format!("request {place}: {who} says {decided:?}, core natively {natively:?}"))
}

/// What a request is like, a choice for each thing about it; 0 is the ordinary.
#[derive(Clone, Debug)]
struct Drawn {
    of: BTreeMap<&'static str, usize>,
    /// The consent, and the number of a proof.
    consent: usize,
    proof: usize,
}

/// Each thing about a request with its number of choices.
const THINGS: [(&str, usize); 29] = [
    ("fresh", 2),
    ("method", 2),
    ("address", 13),
    ("certificate", 6),
    ("scheme", 7),
    ("signature", 4),
    ("issuer", 2),
    ("audience", 2),
    ("time", 5),
    ("consumer", 2),
    ("application", 2),
    ("bound", 5),
    ("proofs", 3),
    ("proof", 8),
    ("nonce", 3),
    ("scope", 2),
    ("details", 4),
    ("ends", 3),
    ("standing", 5),
    ("providers", 4),
    ("provider", 5),
    ("purposes", 2),
    ("purpose", 4),
    ("data", 3),
    ("accounts", 2),
    ("from", 2),
    ("presence", 5),
    ("unattended", 2),
    ("suspended provider", 2),
];

/// See [`Drawn::address`].
type Address = (
    &'static str,
    &'static str,
    Result<(&'static str, &'static str), &'static str>,
    &'static str,
    &'static str,
);

impl Drawn {
    fn new(chance: &mut Chance) -> Self {
        let mut of = BTreeMap::new();
        for _ in 0..chance.below(5) {
            let (thing, choices) = THINGS[chance.below(THINGS.len())];
            of.insert(thing, chance.below(choices));
        }
        // What shows only in company.
        if chance.below(3) == 0 {
            of.entry("bound").or_insert(1);
        }
        if chance.below(6) == 0 {
            of.entry("presence").or_insert(1);
            of.entry("unattended").or_insert(1);
        }
        if chance.below(4) == 0 {
            of.entry("address").or_insert_with(|| chance.below(13));
        }
        Self { of, consent: chance.below(4), proof: chance.below(60) }
    }

    fn is(&self, thing: &str) -> usize {
        debug_assert!(THINGS.iter().any(|(it, _)| *it == thing));
        self.of.get(thing).copied().unwrap_or(0)
    }

    /// Path, query; what a provider is asked without and with a beginning of the consent's, or the problem; kind of data; account.
    fn address(&self) -> Address {
        const A1: &str = "/account-information/v1/accounts/a-1";
        const B2: &str = "/account-information/v1/accounts/b-2/balances";
        let same = |it| Ok((it, it));
        match self.is("address") {
            1 => (A1, "", same(A1), "accounts", "a-1"),
            2 => (B2, "", same(B2), "balances", "b-2"),
            3 => (
                TRANSACTIONS,
                "",
                Ok((
                    TRANSACTIONS,
                    concat!(
                        "/account-information/v1/accounts/a-1/transactions",
                        "?from=2026-03-01"
                    ),
                )),
                "transactions",
                "a-1",
            ),
            4 => (
                TRANSACTIONS,
                "limit=7&from=2026-03-02",
                same("/account-information/v1/accounts/a-1/transactions?from=2026-03-02&limit=7"),
                "transactions",
                "a-1",
            ),
            5 => (
                TRANSACTIONS,
                "from=2026-02-28",
                Ok(("/account-information/v1/accounts/a-1/transactions?from=2026-02-28", "early")),
                "transactions",
                "a-1",
            ),
            6 => (
                TRANSACTIONS,
                "to=2026-02-28",
                Ok(("/account-information/v1/accounts/a-1/transactions?to=2026-02-28", "early")),
                "transactions",
                "a-1",
            ),
            7 => (TRANSACTIONS, "limit=0", Err("request.malformed"), "", ""),
            8 => (PATH, "limit=1", Err("request.malformed"), "", ""),
            9 => ("/account-information/v1/accounts/a-1/loans", "", Err("not-found"), "", ""),
            10 => ("/account-information/v1/accounts/", "", Err("not-found"), "", ""),
            11 => ("/", "", Err("not-found"), "", ""),
            12 => ("/account-information/v2/accounts", "", Err("not-found"), "", ""),
            _ => (PATH, "", same(PATH), "accounts", ""),
        }
    }

    fn certificate(&self) -> Option<&'static str> {
        [Some("thumb"), Some("other"), Some("suspended"), Some("provider"), Some("x"), None]
            [self.is("certificate")]
    }

    fn token(&self) -> String {
        let mut it = claims("thumb", NOW);
        if self.is("issuer") == 1 {
            it["iss"] = json!(AUDIENCE);
        }
        if self.is("audience") == 1 {
            it["aud"] = json!(ISSUER);
        }
        match self.is("time") {
            1 => it["exp"] = json!(NOW),
            2 => it["iat"] = json!(NOW + 61),
            3 => it["nbf"] = json!(NOW + 61),
            4 => (it["iat"], it["exp"]) = (json!(NOW + 60), json!(NOW + 1)),
            _ => {}
        }
        if self.is("application") == 1 {
            it["client_id"] = json!("another-app");
        }
        let key = Key::of(5).thumbprint();
        match self.is("bound") {
            1 => it["cnf"] = json!({"jkt": key}),
            2 => it["cnf"] = json!({"jkt": key, "x5t#S256": "thumb"}),
            3 => it["cnf"] = json!({}),
            4 => it["cnf"] = json!({"x5t#S256": "elsewhere"}),
            _ => {}
        }
        if self.is("scope") == 1 {
            it["scope"] = json!("openid");
        }
        let details = &mut it["authorization_details"][0];
        details["consent_id"] =
            json!(format!("cns_0000000000000000000000000000000{}", self.consent));
        if self.is("consumer") == 1 {
            details["consumer"] = json!(OTHER);
        }
        match self.is("ends") {
            1 => details["expires_at"] = json!(NOW),
            2 => details["expires_at"] = json!(NOW + 1),
            _ => {}
        }
        let first = if self.is("suspended provider") == 1 { SUSPENDED } else { PROVIDER };
        details["providers"] = match self.is("providers") {
            1 => json!([first, OTHER]),
            2 => json!([]),
            3 => json!([OTHER]),
            _ => json!([first]),
        };
        if self.is("purposes") == 0 {
            details["purpose"] = json!("budget-advice");
        }
        details["data"] = match self.is("data") {
            1 => json!(["accounts"]),
            2 => json!([]),
            _ => json!(["accounts", "balances", "transactions"]),
        };
        if self.is("accounts") == 1 {
            details["accounts"] = json!(["a-1"]);
        }
        if self.is("from") == 1 {
            details["transactions_from"] = json!("2026-03-01");
        }
        if self.is("unattended") == 1 {
            details["unattended"] = json!({"reads_a_day": UNATTENDED_A_DAY});
        }
        let one = details.clone();
        match self.is("details") {
            1 => it["authorization_details"] = json!([]),
            2 => it["authorization_details"] = json!([one, one]),
            3 => it["authorization_details"][0]["type"] = json!("payment"),
            _ => {}
        }
        let place = &mut it["status"]["status_list"];
        match self.is("standing") {
            1 => place["idx"] = json!(8),
            2 => place["idx"] = json!(9),
            3 => place["idx"] = json!(1_000_000),
            4 => place["uri"] = json!("https://elsewhere"),
            _ => {}
        }
        match self.is("signature") {
            1 => Key::of(2).sign(&header("at+jwt"), &it),
            2 => Key::of(1).sign(&json!({"typ": "at+jwt", "alg": "none"}), &it),
            3 => Key::of(1).sign(&header("JWT"), &it),
            _ => Key::of(1).sign(&header("at+jwt"), &it),
        }
    }

    fn proof(&self, token: &str) -> String {
        let path = self.address().0;
        let (key, wrong) = (Key::of(5), self.is("proof"));
        let shown = if wrong == 7 { Key::of(6) } else { Key::of(5) };
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": shown.jwk()});
        let mut it = json!({
            "jti": format!("j{}", self.proof), "htm": self.method(), "htu": format!("{AUDIENCE}{path}"), "iat": NOW,
            "ath": senim_core::jose::sha256_base64(token.as_bytes()),
            "nonce": nonces().now(Timestamp::from_timestamp(NOW, 0).unwrap()),
        });
        match wrong {
            1 => it["htm"] = json!("PUT"),
            2 => it["htu"] = json!("https://elsewhere/"),
            3 => it["iat"] = json!(NOW - 61),
            4 => it["iat"] = json!(NOW + 11),
            5 => it["ath"] = json!("another"),
            6 => it["jti"] = json!(""),
            _ => {}
        }
        match self.is("nonce") {
            1 => it["nonce"] = Value::Null,
            2 => it["nonce"] = json!("another node's"),
            _ => {}
        }
        // Signed by the key that it shows, but for the last choice: another key is another thumbprint.
        if wrong == 7 { shown.sign(&header, &it) } else { key.sign(&header, &it) }
    }

    fn method(&self) -> &'static str {
        ["GET", "POST"][self.is("method")]
    }

    fn is_keyed(&self) -> bool {
        matches!(self.is("bound"), 1 | 2)
    }

    fn authorization(&self, token: &str) -> Vec<String> {
        let scheme = if self.is_keyed() { "DPoP" } else { "Bearer" };
        match self.is("scheme") {
            1 => vec![],
            2 => vec![format!("{scheme} {token}"), format!("{scheme} {token}")],
            3 => vec![format!("Basic {token}")],
            4 => vec![scheme.to_owned()],
            5 => vec![format!("{} {token}", if self.is_keyed() { "Bearer" } else { "DPoP" })],
            6 => vec![format!("{} {token}", scheme.to_lowercase())],
            _ => vec![format!("{scheme} {token}")],
        }
    }

    fn request(&self, texts: &mut Texts) -> Owned {
        let token =
            texts.of(format!("{:?} {}", self.token_things(), self.consent), || self.token());
        let proofs = match (self.is_keyed(), self.is("proofs")) {
            (true, 0) => 1,
            (true, 1) | (false, _) => 0,
            (true, _) => 2,
        };
        let proof = match proofs {
            0 => String::new(),
            _ => texts.of(
                format!(
                    "{token} {:?} {}",
                    ["address", "method", "proof", "nonce"].map(|it| self.is(it)),
                    self.proof
                ),
                || self.proof(&token),
            ),
        };
        let (path, query, ..) = self.address();
        let (date, address) = ("Fri, 15 Jan 2027 08:00:00 GMT", "192.0.2.7");
        let (auth_date, ip_address) = match self.is("presence") {
            1 => (vec![], vec![]),
            2 => (vec![date], vec![]),
            3 => (vec![date], vec!["here"]),
            4 => (vec!["Wed, 13 Jan 2027 08:00:00 GMT"], vec![address]),
            _ => (vec![date], vec![address]),
        };
        Owned {
            fresh: self.is("fresh") == 0,
            method: self.method(),
            path,
            query,
            certificate: self.certificate(),
            authorization: self.authorization(&token),
            dpop: vec![proof; proofs],
            provider: match self.is("provider") {
                1 => vec![PROVIDER],
                2 => vec![OTHER],
                3 => vec!["12"],
                4 => vec![PROVIDER, PROVIDER],
                _ => vec![],
            },
            purpose: match self.is("purpose") {
                1 => vec!["budget-advice"],
                2 => vec!["credit-decision"],
                3 => vec!["budget-advice", "budget-advice"],
                _ => vec![],
            },
            auth_date,
            ip_address,
        }
    }

    /// What a token depends on.
    fn token_things(&self) -> Vec<(&'static str, usize)> {
        let others = [
            "fresh",
            "method",
            "address",
            "certificate",
            "scheme",
            "proofs",
            "proof",
            "nonce",
            "provider",
            "purpose",
            "presence",
        ];
        let things = THINGS.iter().map(|(it, _)| *it).filter(|it| !others.contains(it));
        things.map(|it| (it, self.is(it))).filter(|(_, it)| *it != 0).collect()
    }
}

const TRANSACTIONS: &str = "/account-information/v1/accounts/a-1/transactions";
const SUSPENDED: &str = "111040005626";

/// What was seen and spent before, and the rules.
#[derive(Default)]
struct Table {
    proofs: BTreeSet<String>,
    spent: BTreeMap<String, u32>,
}

impl Table {
    /// What the provider is asked, or the problem's code.
    fn outcome(&mut self, it: &Drawn) -> Result<String, &'static str> {
        let is = |thing: &str, choice: usize| it.is(thing) == choice;
        let (path, _, asked, data, account) = it.address();
        let rule = |holds: bool, problem: &'static str| if holds { Ok(()) } else { Err(problem) };

        rule(is("fresh", 0), "edge.stale")?;
        rule(asked != Err("not-found"), "not-found")?;
        rule(is("method", 0), "method.not-allowed")?;
        let (whole, from_march) = asked?;
        match it.certificate() {
            // "other" is of another consumer, whose token it is not: see below.
            Some("thumb" | "other") => {}
            Some("suspended") => return Err("participant.suspended"),
            Some("provider") => return Err("participant.not-consumer"),
            _ => return Err("participant.unknown"),
        }
        rule(!is("scheme", 1) && !is("scheme", 3), "token.missing")?;
        rule(!is("scheme", 2) && !is("scheme", 4), "token.malformed")?;
        rule(!is("signature", 2), "token.algorithm")?;
        rule(!is("signature", 3), "token.malformed")?;
        rule(!is("signature", 1), "token.signature")?;
        rule(is("issuer", 0), "token.signature")?;
        rule(is("audience", 0), "token.audience")?;
        rule(!is("time", 1), "token.expired")?;
        rule(!is("time", 2) && !is("time", 3), "token.early")?;
        let by_consumer = it.certificate() == Some("thumb");
        let details_owner = if is("consumer", 1) { "other" } else { "thumb" };
        rule(is("details", 1) || it.certificate() == Some(details_owner), "token.binding")?;
        rule(by_consumer || matches!(it.is("bound"), 1), "token.binding")?;
        rule(by_consumer && is("application", 0), "token.binding")?;
        rule(!is("bound", 3) && !is("bound", 4), "token.binding")?;
        let dpop_scheme = it.is_keyed() != is("scheme", 5);
        if it.is_keyed() {
            rule(dpop_scheme && !is("proofs", 1), "dpop.missing")?;
            rule(is("proofs", 0) && is("proof", 0), "dpop.invalid")?;
            rule(is("nonce", 0), "dpop.nonce-needed")?;
            rule(self.proofs.insert(it.proof.to_string()), "dpop.replayed")?;
        } else {
            rule(!dpop_scheme, "token.binding")?;
        }
        rule(is("scope", 0), "consent.data-not-covered")?;
        rule(is("details", 0), "token.malformed")?;
        rule(!is("ends", 1), "consent.expired")?;
        rule(!is("standing", 1), "consent.withdrawn")?;
        rule(!is("standing", 2), "consent.changed")?;
        rule(is("standing", 0), "edge.stale")?;

        let first = if is("suspended provider", 1) { SUSPENDED } else { PROVIDER };
        let covered =
            [vec![first], vec![first, OTHER], vec![], vec![OTHER]][it.is("providers")].clone();
        let provider = match it.is("provider") {
            0 if covered.len() > 1 => return Err("provider.ambiguous"),
            0 => *covered.first().ok_or("consent.provider-not-covered")?,
            3 | 4 => return Err("request.malformed"),
            named => {
                let named = if named == 1 { PROVIDER } else { OTHER };
                *covered.iter().find(|it| **it == named).ok_or("consent.provider-not-covered")?
            }
        };
        rule(!is("purpose", 3), "request.malformed")?;
        rule(!is("purpose", 2) || is("purposes", 1), "consent.purpose-not-covered")?;
        rule(!is("data", 2) && (is("data", 0) || data == "accounts"), "consent.data-not-covered")?;
        rule(
            is("accounts", 0) || account.is_empty() || account == "a-1",
            "consent.account-not-covered",
        )?;
        let path_and_query = if is("from", 1) { from_march } else { whole };
        rule(path_and_query != "early", "consent.data-not-covered")?;
        rule(matches!(it.is("presence"), 0 | 1), "request.malformed")?;
        let attended = is("presence", 0);
        rule(attended || is("unattended", 1), "consent.unattended-not-covered")?;
        rule(provider != SUSPENDED, "provider.not-standing")?;

        let consent = format!("consent {}", it.consent);
        let unattended = format!("{consent} at {provider}");
        let mut quotas = vec![
            ("participant".to_owned(), PARTICIPANT_A_MINUTE, "rate.limited"),
            (consent, CONSENT_A_MINUTE, "rate.limited"),
            ("application".to_owned(), APPLICATION_A_DAY, "rate.quota"),
        ];
        if !attended {
            quotas.push((unattended, UNATTENDED_A_DAY, "consent.frequency-exceeded"));
        }
        let spent = |of: &str| self.spent.get(of).copied().unwrap_or(0);
        // The refusal names the one that ends last; of a day's two, the later in the list.
        if let Some((_, _, problem)) =
            quotas.iter().filter(|it| spent(&it.0) >= it.1).max_by_key(|it| it.2 != "rate.limited")
        {
            return Err(problem);
        }
        for (of, ..) in quotas {
            *self.spent.entry(of).or_default() += 1;
        }
        debug_assert!(path_and_query.starts_with(path));
        Ok(path_and_query.to_owned())
    }
}

struct Owned {
    fresh: bool,
    method: &'static str,
    path: &'static str,
    query: &'static str,
    certificate: Option<&'static str>,
    authorization: Vec<String>,
    dpop: Vec<String>,
    provider: Vec<&'static str>,
    purpose: Vec<&'static str>,
    auth_date: Vec<&'static str>,
    ip_address: Vec<&'static str>,
}

impl Owned {
    fn borrowed(&self) -> Request<'_> {
        Request {
            now: Timestamp::from_timestamp(NOW, 0).unwrap(),
            fresh: self.fresh,
            issuer: ISSUER,
            audience: AUDIENCE,
            method: self.method,
            path: self.path,
            query: self.query,
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

/// Tokens and proofs that were signed already.
#[derive(Default)]
struct Texts(BTreeMap<String, String>);

impl Texts {
    fn of(&mut self, name: String, make: impl FnOnce() -> String) -> String {
        self.0.entry(name).or_insert_with(make).clone()
    }
}

/// `SplitMix64`: the same requests in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }
}

/// The key of nonces.
const NONCES: [u8; 32] = [3; 32];

fn nonces() -> Nonces {
    Nonces::new(NONCES)
}

fn facts(snapshot: &Arc<Snapshot>) -> NodeFacts {
    NodeFacts {
        snapshot: Some(Arc::clone(snapshot)),
        participant: None,
        tokens: Arc::new(TokenMemory::new(1000)),
        proofs: Arc::new(ProofMemory::new(1000, 1000)),
        nonces: Arc::new(nonces()),
        spent: Arc::new(SpentMemory::new(1000)),
        now: Timestamp::from_timestamp(NOW, 0).unwrap(),
    }
}

fn content() -> Content {
    let participant = |bin: &str, certificate: &str, application: &str| {
        json!({
            "bin": bin, "name": "Bank", "provider": true, "consumer": true, "active": true,
            "certificates": [certificate], "base_url": "https://bank", "applications": [application],
        })
    };
    let mut participants = [
        participant(CONSUMER, "thumb", "jetisu-app"),
        participant(PROVIDER, "provider", "x"),
        participant(OTHER, "other", "y"),
        participant(SUSPENDED, "suspended", "z"),
    ];
    participants[0]["allowance"] = json!({
        "requests_a_minute": PARTICIPANT_A_MINUTE, "application_requests_a_day": APPLICATION_A_DAY,
        "consent_requests_a_minute": CONSENT_A_MINUTE,
    });
    participants[1]["consumer"] = json!(false);
    participants[3]["active"] = json!(false);
    let keys = json!({"keys": [Key::of(1).public("p1")]});
    Content {
        participants: Arc::new(serde_json::from_value(json!(participants)).unwrap()),
        keys: Arc::new(serde_json::from_value(keys).unwrap()),
        list: Arc::new(StatusList::new(100, [8]).with_changed([9])),
        list_address: LIST.into(),
    }
}
