//! DPoP proofs: each is good once, at the node that gave its nonce (RFC 9449).

use senim_node::Node;
use serde_json::json;

use crate::tokens::{Key, PATH, proof};
use crate::world::{World, now};

#[tokio::test]
async fn a_token_bound_to_a_key_needs_a_fresh_proof_each_time() {
    let world = World::start("dpop").await;
    let (key, other) = (Key::of(5), Key::of(6));
    let token = world.token(|it| it["cnf"] = json!({"jkt": key.thumbprint()}));
    let nonce = world.nonce().await;
    let proof = |key: &Key, path, token: &str, jti, now| proof(key, path, token, jti, now, &nonce);
    let with = |scheme: &str, proofs: &[String]| {
        let request = world
            .client("consumer")
            .get(world.url(PATH))
            .header("authorization", format!("{scheme} {token}"));
        proofs.iter().fold(request, |request, proof| request.header("dpop", proof))
    };
    let first = proof(&key, PATH, &token, "j1", now());
    assert_eq!(world.outcome(with("DPoP", std::slice::from_ref(&first))).await, (200, None));
    let second = proof(&key, PATH, &token, "j2", now());
    assert_eq!(world.outcome(with("dpop", &[second])).await, (200, None));
    let refused = |problem: &str| (401, Some(problem.to_owned()));
    assert_eq!(world.outcome(with("DPoP", &[first])).await, refused("dpop.replayed"));
    assert_eq!(world.outcome(with("DPoP", &[])).await, refused("dpop.missing"));
    let bearer = proof(&key, PATH, &token, "j3", now());
    assert_eq!(world.outcome(with("Bearer", &[bearer])).await, refused("dpop.missing"));
    let twice = [proof(&key, PATH, &token, "j4", now()), proof(&key, PATH, &token, "j5", now())];
    assert_eq!(world.outcome(with("DPoP", &twice)).await, refused("dpop.invalid"));
    for (name, bad) in [
        ("another key's", proof(&other, PATH, &token, "j6", now())),
        ("for another path", proof(&key, "/other", &token, "j7", now())),
        ("for another token", proof(&key, PATH, "token", "j8", now())),
        ("old", proof(&key, PATH, &token, "j9", now() - 70)),
        ("ahead", proof(&key, PATH, &token, "j10", now() + 20)),
        ("altered", proof(&key, PATH, &token, "j11", now()).replacen('.', ".e", 1)),
        ("signed by another", {
            let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk()});
            let good = proof(&key, PATH, &token, "j12", now());
            let payload = good.split('.').nth(1).unwrap();
            let claims = senim_core::jose::from_base64(payload).unwrap();
            other.sign(&header, &serde_json::from_slice(&claims).unwrap())
        }),
    ] {
        assert_eq!(world.outcome(with("DPoP", &[bad])).await, refused("dpop.invalid"), "{name}");
    }
    let reply = world.ask(with("DPoP", &[])).await;
    let challenge = reply.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("DPoP error=\"invalid_dpop_proof\""), "{challenge}");
    assert_eq!(reply.headers["dpop-nonce"], nonce.as_str());
}

/// RFC 9449 §8 and §9: what closes the second node, and the node after its restart, to a proof that was seen.
#[tokio::test]
async fn a_proof_played_at_a_second_node_or_after_a_restart_is_refused() {
    let mut world = World::start("dpop-nodes").await;
    let key = Key::of(5);
    let token = world.token(|it| it["cnf"] = json!({"jkt": key.thumbprint()}));
    let mut config = world.config.clone();
    config.spool_dir = world.dir.join("second");
    let second = Node::start(config).await.unwrap();
    world.until(|_| second.is_fresh()).await;
    let client = world.client("consumer");
    let play = |port: u16, proof: &str| {
        let request = client.get(format!("https://localhost:{port}{PATH}"));
        request.header("authorization", format!("DPoP {token}")).header("dpop", proof)
    };
    let (first_port, second_port) = (world.node().address().port(), second.address().port());

    let seen = proof(&key, PATH, &token, "j1", now(), &world.nonce().await);
    assert_eq!(world.outcome(play(first_port, &seen)).await, (200, None));
    let reply = world.ask(play(second_port, &seen)).await;
    assert_eq!(reply.outcome(), (401, Some("dpop.nonce-needed")));
    let challenge = reply.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("DPoP error=\"use_dpop_nonce\""), "{challenge}");
    // The nonce that came with the refusal is what this node wants.
    let nonce = reply.headers["dpop-nonce"].to_str().unwrap();
    let made = proof(&key, PATH, &token, "j2", now(), nonce);
    assert_eq!(world.outcome(play(second_port, &made)).await, (200, None));
    let outcome = world.outcome(play(first_port, &made)).await;
    assert_eq!(outcome, (401, Some("dpop.nonce-needed".to_owned())));

    let unused = proof(&key, PATH, &token, "j3", now(), &world.nonce().await);
    world.node.take().unwrap().stop().await;
    world.start_node().await;
    for proof in [seen, unused] {
        let outcome = world.outcome(play(world.node().address().port(), &proof)).await;
        assert_eq!(outcome, (401, Some("dpop.nonce-needed".to_owned())));
    }
}
