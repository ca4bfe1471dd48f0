//! What goes through, and each thing that must be refused, with status and problem code.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::StatusCode;
use senim_core::consent::Data;
use serde_json::{Value, json};

use crate::provider::{Manner, serve_once_a_connection};
use crate::tokens::{
    AUDIENCE, CLIENT, CONSUMER, ISSUER, Key, OTHER, PATH, PROVIDER, claims, header,
};
use crate::world::{World, now};

#[tokio::test]
async fn a_request_goes_through_and_leaves_a_use_behind() {
    let world = World::start("through").await;
    let name = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    let request = world.get(PATH).header("x-fapi-interaction-id", name).header("cookie", "a=b");
    let reply = world.ask(request).await;
    assert_eq!((reply.status, &reply.body), (200, &json!({"data": [], "links": {}})));
    assert_eq!(reply.headers["x-fapi-interaction-id"], name);
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!(reply.headers["content-type"], "application/json");

    world.provider.manner(|manner| {
        let seen = &manner.seen[0];
        assert_eq!(seen.address, PATH);
        assert_eq!(seen.by.as_deref(), Some("edge"));
        assert_eq!(seen.headers["senim-client"], CLIENT);
        assert_eq!(seen.headers["senim-consumer"], CONSUMER);
        assert_eq!(seen.headers["senim-consent"], "cns_000000000000000000000000000000ab");
        assert_eq!(seen.headers["x-fapi-interaction-id"], name);
        for absent in ["authorization", "dpop", "cookie", "senim-accounts"] {
            assert!(!seen.headers.contains_key(absent), "{absent}");
        }
    });

    world.until(|it| it.platform.word(|word| !word.uses.is_empty())).await;
    world.platform.word(|word| {
        let outcome = &word.uses[0];
        assert_eq!(
            (outcome.route.as_str(), outcome.status, outcome.data),
            ("/accounts", 200, Some(Data::Accounts))
        );
        assert_eq!(outcome.provider.map(|it| it.to_string()).as_deref(), Some(PROVIDER));
        assert_eq!(outcome.consumer.map(|it| it.to_string()).as_deref(), Some(CONSUMER));
        assert!(
            outcome.consent.is_some() && outcome.upstream_ms.is_some() && outcome.problem.is_none()
        );
        assert_eq!(outcome.answer_bytes, 22);
    });
}

/// OAPI-25: mode and frequency are the consent's, and the record says which it was.
#[tokio::test]
async fn without_the_client_a_request_needs_its_mode_and_its_frequency() {
    let world = World::start("unattended").await;
    let attended_only = world.token(|_| {});
    let outcome = world.outcome(world.unattended(&attended_only)).await;
    assert_eq!(outcome, (403, Some("consent.unattended-not-covered".to_owned())));
    let half = world.unattended(&attended_only).header("x-fapi-customer-ip-address", "192.0.2.7");
    assert_eq!(world.outcome(half).await, (400, Some("request.malformed".to_owned())));

    let twice = world.token(|it| {
        it["authorization_details"][0]["unattended"] = json!({"reads_a_day": 2});
    });
    for _ in 0..2 {
        assert_eq!(world.outcome(world.unattended(&twice)).await, (200, None));
    }
    let reply = world.ask(world.unattended(&twice)).await;
    assert_eq!(reply.outcome(), (429, Some("consent.frequency-exceeded")));
    let retry_after: i64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    let midnight = 86_400 - (now() + 5 * 3600) % 86_400;
    assert!((midnight - 60..=midnight + 1).contains(&retry_after), "{retry_after} {midnight}");
    // With the client there is no such limit.
    let there = world.client("consumer").get(world.url(PATH)).bearer_auth(&twice);
    assert_eq!(world.outcome(there).await, (200, None));

    world.until(|it| it.platform.word(|word| word.uses.len() >= 6)).await;
    world.platform.word(|word| {
        let said: Vec<_> = word.uses.iter().map(|it| (it.attended, it.status)).collect();
        let without = Some(false);
        let expected = [
            (without, 403),
            (None, 400),
            (without, 200),
            (without, 200),
            (without, 429),
            (Some(true), 200),
        ];
        assert_eq!(said, expected);
    });
}

#[tokio::test]
async fn each_wrong_token_is_refused_with_its_own_problem() {
    let world = World::start("tokens").await;
    let good = world.token(|_| {});
    assert_eq!(world.with_token(&good).await.0, 200);

    let claims = claims(&world.thumbprint, now());
    let signed = |header: &Value| Key::of(1).sign(header, &claims);
    let alg = |name: &str| signed(&json!({"typ": "at+jwt", "alg": name, "kid": "p1"}));
    let altered = {
        let mut parts: Vec<&str> = good.split('.').collect();
        let other = world.token(|it| it["sub"] = json!("another"));
        let payload = other.split('.').nth(1).unwrap().to_owned();
        parts[1] = &payload;
        parts.join(".")
    };
    let details =
        |change: fn(&mut Value)| world.token(|it| change(&mut it["authorization_details"][0]));
    for (name, token, problem) in [
        ("altered", altered, "token.signature"),
        ("of another key", Key::of(9).sign(&header("at+jwt"), &claims), "token.signature"),
        (
            "of an unknown kid",
            signed(&json!({"typ": "at+jwt", "alg": "ES256", "kid": "p7"})),
            "token.signature",
        ),
        ("alg none", alg("none"), "token.algorithm"),
        ("alg HS256", alg("HS256"), "token.algorithm"),
        ("alg RS256", alg("RS256"), "token.algorithm"),
        ("alg PS256 over an EC key", alg("PS256"), "token.signature"),
        ("another typ", signed(&header("JWT")), "token.malformed"),
        ("not a token", "opaque".to_owned(), "token.malformed"),
        ("expired", world.token(|it| it["exp"] = json!(now() - 1)), "token.expired"),
        ("iat ahead", world.token(|it| it["iat"] = json!(now() + 90)), "token.early"),
        ("nbf ahead", world.token(|it| it["nbf"] = json!(now() + 90)), "token.early"),
        ("another audience", world.token(|it| it["aud"] = json!(ISSUER)), "token.audience"),
        ("another issuer", world.token(|it| it["iss"] = json!(AUDIENCE)), "token.signature"),
        (
            "another certificate",
            world.token(|it| it["cnf"]["x5t#S256"] = json!("AAAA")),
            "token.binding",
        ),
        (
            "another application",
            world.token(|it| it["client_id"] = json!("tulpar-app")),
            "token.binding",
        ),
        ("consent expired", details(|it| it["expires_at"] = json!(1)), "consent.expired"),
    ] {
        let outcome = world.with_token(&token).await;
        assert_eq!(outcome, (401, Some(problem.to_owned())), "{name}");
    }
}

#[tokio::test]
async fn without_a_token_the_answer_names_the_schemes() {
    let world = World::start("challenge").await;
    let reply = world.ask(world.client("consumer").get(world.url(PATH))).await;
    assert_eq!(reply.outcome(), (401, Some("token.missing")));
    assert_eq!(reply.headers.get_all("www-authenticate").iter().count(), 2);
    assert_eq!(reply.headers["content-type"], "application/problem+json");
    let reply = world.ask(world.client("consumer").get(world.url(PATH)).bearer_auth("x")).await;
    assert_eq!(reply.headers["www-authenticate"], "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn the_certificates_owner_must_be_the_tokens_consumer() {
    let world = World::start("askers").await;
    let token = world.token(|_| {});
    let as_client = |name: &str| world.client(name).get(world.url(PATH)).bearer_auth(&token);
    assert_eq!(
        world.outcome(as_client("nobody")).await,
        (403, Some("participant.unknown".to_owned()))
    );
    assert_eq!(world.outcome(as_client("other")).await, (401, Some("token.binding".to_owned())));

    world.platform.word(|word| word.participants[0]["active"] = json!(false));
    world.heard().await;
    assert_eq!(world.with_token(&token).await, (403, Some("participant.suspended".to_owned())));
    world.platform.word(|word| word.participants[0]["active"] = json!(true));
    world.heard().await;
    assert_eq!(world.with_token(&token).await.0, 200);
    world.platform.word(|word| word.participants[0]["consumer"] = json!(false));
    world.heard().await;
    assert_eq!(world.with_token(&token).await, (403, Some("participant.not-consumer".to_owned())));
}

#[tokio::test]
async fn a_consent_withdrawn_is_refused_once_the_node_has_acknowledged_it() {
    let world = World::start("withdrawn").await;
    let token = world.token(|_| {});
    assert_eq!(world.with_token(&token).await.0, 200);
    world.platform.word(|word| word.ended.insert(7));
    world.heard().await;
    assert_eq!(world.with_token(&token).await, (401, Some("consent.withdrawn".to_owned())));
    world.until(|it| it.platform.word(|word| word.uses.len() == 2)).await;
    world.platform.word(|word| {
        assert_eq!(word.uses[1].problem.as_deref(), Some("consent.withdrawn"));
        assert!(word.uses[1].consent.is_some());
    });
}

#[tokio::test]
async fn a_request_beyond_the_consent_is_not_forwarded() {
    let world = World::start("beyond").await;
    let token = world.token(|it| {
        let details = &mut it["authorization_details"][0];
        details["providers"] = json!([PROVIDER, OTHER]);
        details["data"] = json!(["transactions"]);
        details["accounts"] = json!(["a-1"]);
        details["transactions_from"] = json!("2026-03-01");
    });
    let base = "/account-information/v1/accounts";
    for (path, provider, outcome) in [
        (base.to_owned(), None, (400, "provider.ambiguous")),
        (base.to_owned(), Some("960440000151"), (403, "consent.provider-not-covered")),
        (base.to_owned(), Some("12"), (400, "request.malformed")),
        (format!("{base}/b-2"), Some(PROVIDER), (403, "consent.account-not-covered")),
        (format!("{base}/a-1/balances"), Some(PROVIDER), (403, "consent.data-not-covered")),
        (
            format!("{base}/a-1/transactions?from=2026-02-28"),
            Some(PROVIDER),
            (403, "consent.data-not-covered"),
        ),
        (format!("{base}/a-1/transactions?limit=0"), Some(PROVIDER), (400, "request.malformed")),
        (format!("{base}/a-1/nothing"), Some(PROVIDER), (404, "not-found")),
        ("/".to_owned(), None, (404, "not-found")),
    ] {
        let mut request = world.client("consumer").get(world.url(&path)).bearer_auth(&token);
        if let Some(provider) = provider {
            request = request.header("senim-provider", provider);
        }
        assert_eq!(world.outcome(request).await, (outcome.0, Some(outcome.1.to_owned())), "{path}");
    }
    assert!(world.provider.manner(|manner| manner.seen.is_empty()));

    world.provider.manner(|manner| {
        manner.body = br#"{"data":{"accountId":"a-1","transactions":[]},"links":{}}"#.to_vec();
    });
    let url = world.url(&format!("{base}/a-1/transactions"));
    let request =
        world.client("consumer").get(url).bearer_auth(&token).header("senim-provider", PROVIDER);
    assert_eq!(world.outcome(request).await, (200, None));
    world.provider.manner(|manner| {
        assert_eq!(manner.seen[0].address, format!("{base}/a-1/transactions?from=2026-03-01"));
        assert_eq!(manner.seen[0].headers["senim-accounts"], "a-1");
    });
}

type Change = fn(&mut Manner);

#[tokio::test]
async fn a_providers_failure_is_distinct_from_ours() {
    let world = World::start("provider").await;
    let rows: [(&str, Change, u16, &str); 10] = [
        ("500", |it| it.status = 500, 502, "provider.failed"),
        ("504", |it| it.status = 504, 502, "provider.failed"),
        ("503", |it| it.status = 503, 503, "provider.unavailable"),
        ("429", |it| it.status = 429, 429, "provider.rate-limited"),
        ("a redirect", |it| it.status = 302, 502, "provider.answer-invalid"),
        ("a page", |it| it.content_type = "text/html", 502, "provider.answer-invalid"),
        ("not JSON", |it| it.body = b"{".to_vec(), 502, "provider.answer-invalid"),
        (
            "unknown fields",
            |it| it.body = br#"{"data":[],"links":{},"x":1}"#.to_vec(),
            502,
            "provider.answer-invalid",
        ),
        ("five megabytes", |it| it.body = vec![b' '; 5_000_000], 502, "provider.answer-invalid"),
        ("slow", |it| it.delay = Duration::from_secs(30), 504, "provider.too-slow"),
    ];
    for (name, change, status, problem) in rows {
        world.provider.manner(|manner| {
            *manner = Manner::good();
            change(manner);
        });
        let reply = world.ask(world.get(PATH)).await;
        assert_eq!(reply.outcome(), (status, Some(problem)), "{name}");
        assert_eq!(reply.body["fault"], "provider", "{name}");
    }

    world.platform.word(|word| word.participants[1]["base_url"] = json!("https://localhost:1"));
    world.heard().await;
    assert_eq!(
        world.outcome(world.get(PATH)).await,
        (502, Some("provider.unreachable".to_owned()))
    );
    world.platform.word(|word| word.participants[1]["active"] = json!(false));
    world.heard().await;
    assert_eq!(
        world.outcome(world.get(PATH)).await,
        (403, Some("provider.not-standing".to_owned()))
    );
}

#[tokio::test]
async fn a_provider_that_says_when_to_ask_again_is_handed_on() {
    let world = World::start("retry-after").await;
    for (status, problem) in [(429, "provider.rate-limited"), (503, "provider.unavailable")] {
        world.provider.manner(|manner| {
            manner.status = status;
            manner.header = Some(("retry-after", "120"));
        });
        let reply = world.ask(world.get(PATH)).await;
        assert_eq!(reply.outcome(), (status, Some(problem)));
        assert_eq!(reply.headers["retry-after"], "120");
        world.provider.manner(|manner| manner.header = None);
        let reply = world.ask(world.get(PATH)).await;
        assert_eq!(
            (reply.outcome(), reply.headers.get("retry-after")),
            ((status, Some(problem)), None)
        );
    }
}

#[tokio::test]
async fn a_providers_coded_answer_is_handed_on_as_it_was_meant() {
    let world = World::start("coded").await;
    let coded = |body: &[u8]| {
        let mut coder = GzEncoder::new(Vec::new(), Compression::best());
        coder.write_all(body).unwrap();
        coder.finish().unwrap()
    };
    let good = br#"{"data":[],"links":{}}"#;
    let bomb = coded(&vec![b' '; 64 * 1024 * 1024]);
    assert!(bomb.len() < 100_000);
    for (header, body, outcome) in [
        ("gzip", coded(good), (200, None)),
        ("gzip", good.to_vec(), (502, Some("provider.answer-invalid".to_owned()))),
        ("br", coded(good), (502, Some("provider.answer-invalid".to_owned()))),
        ("gzip", bomb, (502, Some("provider.answer-invalid".to_owned()))),
    ] {
        world.provider.manner(|manner| {
            manner.body = body;
            manner.header = Some(("content-encoding", header));
        });
        assert_eq!(world.outcome(world.get(PATH)).await, outcome, "{header}");
    }
    world.provider.manner(|manner| {
        assert_eq!(manner.seen[0].headers["accept-encoding"], "gzip, deflate");
    });
}

#[tokio::test]
async fn a_kept_connection_that_the_provider_closes_costs_no_request() {
    let world = World::start("closing").await;
    let port = serve_once_a_connection(&world.certificates).await;
    let url = format!("https://localhost:{port}");
    world.platform.word(|word| word.participants[1]["base_url"] = json!(url));
    world.heard().await;
    for _ in 0..4 {
        assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
    }
}

#[tokio::test]
async fn a_provider_without_the_account_is_no_failure() {
    let world = World::start("no-account").await;
    world.provider.manner(|manner| manner.status = 404);
    let url = format!("{PATH}/a-1");
    assert_eq!(world.outcome(world.get(&url)).await, (404, Some("not-found".to_owned())));
}

#[tokio::test]
async fn another_method_is_refused() {
    let world = World::start("methods").await;
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = world
            .client("consumer")
            .request(method, world.url(PATH))
            .bearer_auth(world.token(|_| {}));
        let reply = world.ask(request).await;
        assert_eq!(reply.outcome(), (405, Some("method.not-allowed")));
        assert_eq!(reply.headers["allow"], "GET");
    }
}

#[tokio::test]
async fn a_connection_without_a_certificate_is_refused() {
    let world = World::start("no-certificate").await;
    let tls = senim_channel::client_config(&world.config.client_ca, None).unwrap();
    let client = reqwest::Client::builder().use_preconfigured_tls(tls).build().unwrap();
    assert!(client.get(world.url(PATH)).send().await.is_err());
    let health = world.client("consumer").get(world.url("/healthz")).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
    assert!(health.bytes().await.unwrap().is_empty());
}
