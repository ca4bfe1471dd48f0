//! A node over time: platform lost and found, keys turned, uses kept through a crash, requests ended in peace.

use std::time::Duration;

use senim_core::usage::Use;
use senim_node::Node;
use serde_json::json;

use crate::tokens::{CLIENT, Key, PATH, claims};
use crate::world::{World, gate, now};

#[tokio::test]
async fn a_node_that_no_longer_hears_the_platform_refuses_until_it_does() {
    let mut world = World::prepare("stale").await;
    world.config.registry_stale_s = 2;
    world.start_node().await;
    assert_eq!(world.outcome(world.get(PATH)).await, (200, None));

    world.platform.word(|word| word.broken = Some(500));
    world.until(|it| !it.node().is_fresh()).await;
    let reply = world.ask(world.get(PATH)).await;
    assert_eq!(reply.outcome(), (503, Some("edge.stale")));
    // Nobody knows when the platform will be heard again.
    assert_eq!(
        (reply.body["fault"].as_str(), reply.headers.get("retry-after")),
        (Some("platform"), None)
    );
    let health = world.client("consumer").get(world.url("/healthz")).send().await.unwrap();
    assert_eq!(health.status(), 503);

    world.platform.word(|word| word.broken = None);
    world.until(|it| it.node().is_fresh()).await;
    assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
    world.until(|it| it.platform.word(|word| word.uses.len() == 3)).await;
}

#[tokio::test]
async fn keys_turn_without_a_request_lost_and_old_ones_end() {
    let world = World::start("keys").await;
    let old = world.token(|_| {});
    assert_eq!(world.with_token(&old).await.0, 200);
    world.platform.word(|word| word.keys = vec![2, 1]);
    world.heard().await;
    let header = json!({"typ": "at+jwt", "alg": "ES256", "kid": "p2"});
    let new = Key::of(2).sign(&header, &claims(&world.thumbprint, now()));
    assert_eq!(world.with_token(&old).await.0, 200);
    assert_eq!(world.with_token(&new).await.0, 200);
    world.platform.word(|word| word.keys = vec![2]);
    world.heard().await;
    assert_eq!(world.with_token(&old).await, (401, Some("token.signature".to_owned())));
    assert_eq!(world.with_token(&new).await.0, 200);
}

#[tokio::test]
async fn uses_wait_for_the_platform_and_survive_the_node() {
    let mut world = World::start("uses").await;
    world.platform.word(|word| word.uses_refused = Some(503));
    for _ in 0..3 {
        assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
    }
    let spool = || -> String {
        world.segments().into_iter().map(|it| std::fs::read_to_string(it).unwrap()).collect()
    };
    let outcome: Vec<Use> =
        spool().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(outcome.len(), 3);
    let token = world.token(|_| {});
    let texts = spool();
    for secret in [CLIENT, token.as_str(), token.split('.').nth(2).unwrap()] {
        assert!(!texts.contains(secret));
    }

    // As a crash leaves it: nothing is drained or handed over.
    drop(world.node.take());
    world.platform.word(|word| word.uses_refused = None);
    world.start_node().await;
    world.until(|it| it.platform.word(|word| word.uses.len() == 3)).await;
    let ids: Vec<_> = outcome.iter().map(|it| it.id).collect();
    world.platform.word(|word| {
        for id in ids {
            assert!(word.uses.iter().any(|it| it.id == id));
        }
    });
}

#[tokio::test]
async fn uses_that_the_platform_could_not_read_are_offered_again_later() {
    let mut world = World::prepare("refused-uses").await;
    world.config.refused_uses_retry_s = 1;
    world.start_node().await;
    world.platform.word(|word| word.uses_refused = Some(400));
    for _ in 0..3 {
        assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
    }
    world.until(|it| it.node().refused_uses() == 3).await;
    world.platform.word(|word| word.uses_refused = None);
    world.until(|it| it.platform.word(|word| word.uses.len() == 3)).await;
    assert_eq!(world.node().refused_uses(), 0);
    assert!(!world.dir.join("spool/refused.jsonl").exists());
}

#[tokio::test]
async fn uses_that_the_platform_could_not_read_are_offered_again_at_the_start() {
    let mut world = World::start("refused-before").await;
    world.platform.word(|word| word.uses_refused = Some(422));
    assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
    world.until(|it| it.node().refused_uses() == 1).await;
    world.node.take().unwrap().stop().await;
    assert!(world.dir.join("spool/refused.jsonl").exists());
    world.platform.word(|word| word.uses_refused = None);
    world.start_node().await;
    world.until(|it| it.platform.word(|word| word.uses.len() == 1)).await;
    assert_eq!(world.node().refused_uses(), 0);
}

#[tokio::test]
async fn another_gate_than_the_configured_one_is_refused() {
    let mut world = World::prepare("another-gate").await;
    let digest = senim_core::jose::sha256(&std::fs::read(gate()).unwrap());
    let other = format!("{}{}", if digest.starts_with('0') { '1' } else { '0' }, &digest[1..]);
    world.config.gate_sha256 = Some(other.clone());
    let error = Node::start(world.config.clone()).await.err().expect("it does not start");
    let told = error.to_string();
    assert!(
        told.starts_with("gate: ") && told.contains(&other) && told.contains(&digest),
        "{told}"
    );
    world.config.gate_sha256 = Some(digest);
    world.start_node().await;
    assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
}

#[tokio::test]
async fn a_node_that_ends_answers_what_it_has_taken() {
    let mut world = World::start("drain").await;
    world.provider.manner(|manner| manner.delay = Duration::from_millis(700));
    let client = world.client("consumer");
    let slow = client.get(world.url(PATH)).bearer_auth(world.token(|_| {}));
    let slow = tokio::spawn(async move { slow.send().await.map(|it| it.status()) });
    world.until(|it| it.provider.manner(|manner| manner.seen.len() == 1)).await;
    let url = world.url(PATH);
    let node: Node = world.node.take().unwrap();
    let stopping = tokio::spawn(node.stop());
    assert_eq!(slow.await.unwrap().unwrap(), 200);
    stopping.await.unwrap();
    assert!(client.get(url).send().await.is_err());
    assert_eq!(world.platform.word(|word| word.uses.len()), 1);
}
