//! Requests that are too large or too slow, over both versions of HTTP.

use senim_channel::{Identity, client_config};

use crate::tokens::{CONSUMER, PATH};
use crate::world::{World, presence};

#[tokio::test]
async fn large_headers_and_bodies_are_refused_with_a_problem() {
    let world = World::start("limits").await;
    let outcome = |request| world.outcome(request);
    let headers = |bytes: usize| world.get(PATH).header("x-padding", "a".repeat(bytes));
    assert_eq!(outcome(headers(8 * 1024)).await, (200, None));
    assert_eq!(outcome(headers(17 * 1024)).await, (431, Some("headers.too-large".to_owned())));
    let body = |bytes: usize| world.get(PATH).body(vec![b'a'; bytes]);
    assert_eq!(outcome(body(64 * 1024)).await, (200, None));
    assert_eq!(outcome(body(64 * 1024 + 1)).await, (413, Some("body.too-large".to_owned())));
    // A kilobyte at a time, without Content-Length.
    let chunks = futures::stream::iter((0..70).map(|_| Ok::<_, std::io::Error>(vec![b'a'; 1024])));
    let streamed = world.get(PATH).body(reqwest::Body::wrap_stream(chunks));
    assert_eq!(outcome(streamed).await, (413, Some("body.too-large".to_owned())));
    assert_eq!(outcome(world.get(PATH)).await, (200, None));
}

#[tokio::test]
async fn http_1_is_served_like_http_2() {
    let world = World::start("http1").await;
    let (certificate, key) =
        (world.certificates.path("consumer", "pem"), world.certificates.path("consumer", "key"));
    let mut tls = client_config(
        &world.config.client_ca,
        Some(Identity { certificate: &certificate, key: &key }),
    )
    .unwrap();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    let builder = reqwest::Client::builder().http1_only().use_preconfigured_tls(tls);
    let client = builder.default_headers(presence()).build().unwrap();
    let get = || client.get(world.url(PATH)).bearer_auth(world.token(|_| {}));
    let answer = get().send().await.unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_11, 200));
    let outcome = world.outcome(get().header("x-padding", "a".repeat(17 * 1024))).await;
    assert_eq!(outcome, (431, Some("headers.too-large".to_owned())));
    let outcome = world.outcome(get().body(vec![b'a'; 64 * 1024 + 1])).await;
    assert_eq!(outcome, (413, Some("body.too-large".to_owned())));
    // Past what is read at all, the answer comes from below us.
    let answer = get().header("x-padding", "a".repeat(80 * 1024)).send().await;
    assert!(answer.map_or(true, |it| it.status() == 431));
    assert_eq!(world.outcome(get()).await, (200, None));
}

#[tokio::test]
async fn many_at_once_all_get_their_answers() {
    let mut world = World::prepare("many").await;
    // A slow machine is not what is tested.
    world.config.upstream_timeout_s = 10;
    world.start_node().await;
    let client = world.client("consumer");
    let asked: Vec<_> = (0..200)
        .map(|_| {
            let request = client.get(world.url(PATH)).bearer_auth(world.token(|_| {}));
            tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
        })
        .collect();
    for answer in asked {
        assert_eq!(answer.await.unwrap(), 200);
    }
    world.until(|it| it.platform.word(|word| word.uses.len() == 200)).await;
    // Nothing is left on the node's disk once the platform has it.
    world.until(|it| it.segments().is_empty()).await;
}

#[tokio::test]
async fn one_participants_requests_are_not_paid_by_another() {
    let mut world = World::prepare("rate").await;
    world.config.participant_requests_per_s = 3;
    world.start_node().await;
    let reply = loop {
        let reply = world.ask(world.get(PATH)).await;
        if reply.status != 200 {
            break reply;
        }
    };
    assert_eq!(reply.outcome(), (429, Some("rate.limited")));
    assert_eq!(reply.headers["retry-after"], "1");
    let other = world.client("other").get(world.url(PATH)).bearer_auth(world.token(|_| {}));
    assert_eq!(world.outcome(other).await, (401, Some("token.binding".to_owned())));
    let meters = world.node().meters();
    let meter = meters.iter().find(|it| &*it.name == "requests.participant").unwrap();
    assert_eq!((meter.limit, meter.refused), (3, 1));
    let text = world.node().metrics();
    for line in [
        "senim_budget_refused_total{budget=\"requests.participant\"} 1",
        "senim_gate_seconds_count{name=\"decide\",outcome=\"allowed\"} 3",
        "senim_gate_seconds_count{name=\"check_answer\",outcome=\"allowed\"} 3",
        "senim_platform_fresh{of=\"feed\"} 1.0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
    }
}

#[tokio::test]
async fn a_refusal_that_no_participant_answers_for_is_not_recorded() {
    let world = World::start("unrecorded").await;
    let nobody = world.client("nobody").get(world.url(PATH)).bearer_auth(world.token(|_| {}));
    assert_eq!(world.outcome(nobody).await, (403, Some("participant.unknown".to_owned())));
    // A participant's own are, wherever they were refused.
    assert_eq!(world.outcome(world.get("/nothing")).await, (404, Some("not-found".to_owned())));
    world.until(|it| it.platform.word(|word| !word.uses.is_empty())).await;
    world.platform.word(|word| {
        assert_eq!(word.uses.len(), 1);
        let (consumer, problem) = (word.uses[0].consumer, word.uses[0].problem.as_deref());
        assert_eq!(consumer.map(|it| it.to_string()).as_deref(), Some(CONSUMER));
        assert_eq!(problem, Some("not-found"));
    });
    assert_eq!(world.node().unrecorded(), 1);
}
