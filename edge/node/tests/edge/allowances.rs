//! What participants, applications and consents may ask for, and what an answer says of it.

use serde_json::{Value, json};

use crate::tokens::{OTHER, PATH};
use crate::world::{Reply, World, now};

/// OAPI-18: who has used up an allowance waits; another consumer, application or consent does not.
#[tokio::test]
async fn one_consumer_can_not_spend_another_s_allowance() {
    let world = World::prepare_with("allowances", |participants| {
        participants[0]["allowance"] = json!({"requests_a_minute": 3});
    })
    .await;
    for remaining in [2, 1, 0] {
        let reply = world.ask(world.get(PATH)).await;
        assert_eq!(reply.status, 200);
        let policy = format!("\"participant\";r={remaining};t=");
        assert!(left(&reply).starts_with(&policy), "{}", left(&reply));
    }
    let reply = world.ask(world.get(PATH)).await;
    assert_eq!(reply.outcome(), (429, Some("rate.limited")));
    assert_eq!(reply.body["detail"], "your organisation has 3 requests a minute");
    assert!(policies(&reply).starts_with("\"participant\";q=3;w=60, \"application\";q=60000;w=60"));
    let reset = left(&reply).split("t=").nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert_eq!(reply.headers["retry-after"], reset.as_str());
    assert!((1..=60).contains(&reset.parse::<i64>().unwrap()));

    let theirs = world.other_token(|_| {});
    let other = world.client("other").get(world.url(PATH)).bearer_auth(theirs);
    assert_eq!(world.outcome(other).await, (200, None));
    assert_eq!(world.provider.manner(|it| it.seen.len()), 4);
}

#[tokio::test]
async fn an_application_has_its_requests_a_day_and_a_consent_its_requests_a_minute() {
    let world = World::prepare_with("quotas", |participants| {
        participants[0]["allowance"] =
            json!({"application_requests_a_day": 4, "consent_requests_a_minute": 2});
    })
    .await;
    let of_consent = |number: char| {
        world.token(|it| {
            let id = format!("cns_0000000000000000000000000000000{number}");
            it["authorization_details"][0]["consent_id"] = json!(id);
        })
    };
    let (one, two) = (of_consent('1'), of_consent('2'));
    for _ in 0..2 {
        assert_eq!(world.with_token(&one).await, (200, None));
    }
    assert_eq!(world.with_token(&one).await, (429, Some("rate.limited".to_owned())));
    for _ in 0..2 {
        assert_eq!(world.with_token(&two).await, (200, None));
    }
    let third = world.client("consumer").get(world.url(PATH)).bearer_auth(of_consent('3'));
    let reply = world.ask(third).await;
    assert_eq!(reply.outcome(), (429, Some("rate.quota")));
    let retry_after: i64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    let midnight = 86_400 - (now() + 5 * 3600) % 86_400;
    assert!((midnight - 60..=midnight + 1).contains(&retry_after), "{retry_after} {midnight}");
}

/// CNS-1: the purpose is the consent's; the provider is told it.
#[tokio::test]
async fn a_request_names_no_other_purpose_than_its_consent_s() {
    let world = World::start("purpose").await;
    let token =
        world.token(|it| it["authorization_details"][0]["purpose"] = json!("budget-advice"));
    let named = |purpose: &str| {
        let request = world.client("consumer").get(world.url(PATH)).bearer_auth(&token);
        request.header("senim-purpose", purpose)
    };
    assert_eq!(world.outcome(named("budget-advice")).await, (200, None));
    world.provider.manner(|it| assert_eq!(it.seen[0].headers["senim-purpose"], "budget-advice"));
    let other = (403, Some("consent.purpose-not-covered".to_owned()));
    assert_eq!(world.outcome(named("credit-decision")).await, other);
}

fn left(reply: &Reply) -> &str {
    reply.headers["ratelimit"].to_str().unwrap()
}

fn policies(reply: &Reply) -> &str {
    reply.headers["ratelimit-policy"].to_str().unwrap()
}

impl World {
    async fn prepare_with(name: &str, change: impl FnOnce(&mut Value)) -> Self {
        let mut world = Self::prepare(name).await;
        world.platform.word(|word| change(&mut word.participants));
        world.start_node().await;
        world
    }

    /// A token of the other consumer's.
    fn other_token(&self, change: impl FnOnce(&mut Value)) -> String {
        self.token(|it| {
            let thumbprint =
                self.platform.word(|word| word.participants[2]["certificates"][0].clone());
            it["cnf"] = json!({"x5t#S256": thumbprint});
            it["client_id"] = json!("tulpar-app");
            it["authorization_details"][0]["consumer"] = json!(OTHER);
            change(it);
        })
    }
}
