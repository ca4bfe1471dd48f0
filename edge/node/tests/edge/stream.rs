//! A node and its stream while somebody or something is in the way: it refuses inside its bound, and recovers by itself.

use std::time::Duration;

use senim_core::feed::Place;
use senim_node::Node;
use serde_json::json;

use crate::platform::{Manner, Word};
use crate::tokens::PATH;
use crate::world::World;

const GOOD: (u16, Option<&str>) = (200, None);
const STALE: (u16, Option<&str>) = (503, Some("edge.stale"));
const WITHDRAWN: (u16, Option<&str>) = (401, Some("consent.withdrawn"));

async fn answers(world: &World, expected: (u16, Option<&str>), when: &str) {
    let (status, problem) = world.outcome(world.get(PATH)).await;
    assert_eq!((status, problem.as_deref()), expected, "{when}");
}

async fn with_a_short_bound(name: &str) -> World {
    let mut world = World::prepare(name).await;
    world.config.registry_stale_s = 2;
    world.start_node().await;
    answers(&world, GOOD, "before").await;
    world
}

type Change = fn(&mut Word);

/// A consent is withdrawn while the stream is disturbed in each of these ways. Whatever the node hears: from the moment at
/// which it acknowledged no request is allowed, and after its bound none is allowed either way.
#[tokio::test]
async fn whatever_happens_to_the_stream_a_withdrawn_consent_is_refused_and_the_node_recovers() {
    let world = with_a_short_bound("disturbed").await;
    let rows: [(&str, Change, bool); 8] = [
        ("cut off", |it| it.broken = Some(502), true),
        ("silent, until it is asked again", |it| it.manner = Manner::Silent, false),
        ("signed by another", |it| it.signs = Some(9), true),
        ("another issuer's", |it| it.issuer = "https://other".to_owned(), true),
        ("beats that are late", |it| it.manner = Manner::Late, false),
        ("doubled", |it| it.manner = Manner::Doubled, false),
        ("reordered", |it| it.manner = Manner::Reordered, false),
        ("a frame is missing", |it| it.manner = Manner::Gap, false),
    ];
    for (number, (name, disturb, deaf)) in rows.into_iter().enumerate() {
        let consent = 20 + u64::try_from(number).unwrap();
        let token = world.token(|it| it["status"]["status_list"]["idx"] = json!(consent));
        assert_eq!(world.with_token(&token).await.0, 200, "{name}");
        // More than one frame, so that there is an order.
        world.platform.word(|it| {
            disturb(it);
            it.ended.extend([consent, consent + 40]);
        });
        let mut refused = None;
        for _ in 0..400 {
            let (place, acknowledged) =
                world.platform.word(|it| (it.place(), it.acknowledged.last().copied()));
            let knew = acknowledged.is_some_and(|it| it.0 >= place);
            let (status, problem) = world.with_token(&token).await;
            assert!(!knew || status != 200, "{name}: allowed after it was acknowledged");
            if status != 200 {
                refused = problem;
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let expected = if deaf { "edge.stale" } else { "consent.withdrawn" };
        let refused = refused.unwrap_or_else(|| panic!("{name}: never refused"));
        assert!(refused == expected || refused == "edge.stale", "{name}: {refused}");
        world.platform.word(|it| {
            (it.broken, it.manner, it.signs) = (None, Manner::Good, None);
            it.issuer = crate::tokens::ISSUER.to_owned();
        });
        world.heard().await;
        world.until(|it| it.node().is_fresh()).await;
        answers(&world, GOOD, name).await;
        let withdrawn = (401, Some("consent.withdrawn".to_owned()));
        assert_eq!(world.with_token(&token).await, withdrawn, "{name}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_costs_no_request_inside_the_bound() {
    let mut world = World::prepare("broken-off").await;
    world.config.registry_stale_s = 60;
    world.start_node().await;
    let streams = || world.platform.word(|it| it.streams.len());
    for round in 0..5 {
        let (before, broken_off) = (streams(), world.platform.word(|it| it.broken_off));
        world.platform.word(|it| it.broken = Some(503));
        world.until(|it| it.platform.word(|it| it.broken_off > broken_off)).await;
        answers(&world, GOOD, &format!("without a stream, round {round}")).await;
        world.platform.word(|it| it.broken = None);
        world.until(|_| streams() > before).await;
    }
    // It had everything, so it was sent no snapshot again.
    world.platform.word(|it| assert!(it.streams[0] && !it.streams[1..].contains(&true)));
}

#[tokio::test]
async fn a_recording_answers_nobody_s_request() {
    let mut world = World::prepare("recording").await;
    world.config.registry_stale_s = 2;
    world.start_node().await;
    world.platform.word(|it| it.manner = Manner::Recording);
    let before = world.platform.word(|it| {
        // The stream ends, and is asked for again.
        it.broken = Some(502);
        it.ended.insert(7);
        it.streams.len()
    });
    world.until(|it| !it.node().is_fresh()).await;
    world.platform.word(|it| it.broken = None);
    world.until(|it| it.platform.word(|it| it.streams.len() > before + 3)).await;
    answers(&world, STALE, "played back").await;
    // A node that was started afresh does not believe it either.
    drop(world.node.take());
    world.node = Some(Node::start(world.config.clone()).await.unwrap());
    let before = world.platform.word(|it| it.streams.len());
    world.until(|it| it.platform.word(|it| it.streams.len() > before + 3)).await;
    answers(&world, STALE, "played back to a new one").await;
    world.platform.word(|it| it.manner = Manner::Good);
    world.until(|it| it.node().is_fresh()).await;
    answers(&world, WITHDRAWN, "then").await;
}

#[tokio::test]
async fn a_platform_behind_the_place_on_disk_is_not_followed_until_its_epoch_is_a_new_one() {
    let mut world = World::prepare("places").await;
    world.config.registry_stale_s = 2;
    world.platform.word(|it| it.move_to(Place { epoch: 3, seq: 70 }));
    world.start_node().await;
    world.heard().await;
    let refused = async |world: &World| {
        let before = world.platform.word(|it| it.streams.len());
        world.until(|it| it.platform.word(|it| it.streams.len() > before + 3)).await;
        world.until(|it| !it.node().is_fresh()).await;
        answers(world, STALE, "behind").await;
    };
    world.platform.word(|it| it.move_to(Place { epoch: 3, seq: 69 }));
    refused(&world).await;
    world.node.take().unwrap().stop().await;
    world.node = Some(Node::start(world.config.clone()).await.unwrap());
    refused(&world).await;
    world.platform.word(|it| it.move_to(Place { epoch: 2, seq: 700 }));
    refused(&world).await;
    // What an operator does after a restore.
    world.platform.word(|it| it.move_to(Place { epoch: 4, seq: 1 }));
    world.until(|it| it.node().is_fresh()).await;
    answers(&world, GOOD, "a new epoch").await;
}

/// Ten seconds either way: twice the bound.
#[tokio::test]
async fn a_wrong_clock_of_the_day_neither_shortens_nor_lengthens_the_bound() {
    for (name, off) in [("clock-ahead", 10), ("clock-behind", -10)] {
        let mut world = World::prepare(name).await;
        world.config.registry_stale_s = 2;
        world.platform.word(|it| it.clock_off_s = off);
        world.start_node().await;
        answers(&world, GOOD, name).await;
        world.platform.word(|it| it.broken = Some(502));
        world.until(|it| !it.node().is_fresh()).await;
        answers(&world, STALE, name).await;
        world.platform.word(|it| it.broken = None);
        world.until(|it| it.node().is_fresh()).await;
        answers(&world, GOOD, name).await;
    }
}

#[tokio::test]
async fn a_killed_node_takes_nothing_back_that_it_acknowledged() {
    let mut world = World::start("killed").await;
    answers(&world, GOOD, "before").await;
    world.platform.word(|it| it.ended.insert(7));
    world.heard().await;
    answers(&world, WITHDRAWN, "acknowledged").await;
    let (place, bound_ms) = world.platform.word(|it| *it.acknowledged.last().unwrap());
    assert_eq!(bound_ms, 5000);
    // As a crash leaves it.
    drop(world.node.take());
    world.platform.word(|it| it.move_to(Place { seq: place.seq - 1, ..place }));
    world.node = Some(Node::start(world.config.clone()).await.unwrap());
    let before = world.platform.word(|it| it.streams.len());
    world.until(|it| it.platform.word(|it| it.streams.len() > before + 3)).await;
    answers(&world, STALE, "behind").await;
    world.platform.word(|it| it.move_to(Place { seq: place.seq + 1, ..place }));
    world.until(|it| it.node().is_fresh()).await;
    answers(&world, WITHDRAWN, "after").await;
}
