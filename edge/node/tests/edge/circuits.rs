//! A provider that is down is left alone for a while, route by route, then tried by one request.

use senim_core::routing::FAILURES_MAX;

use crate::tokens::PATH;
use crate::world::World;

#[tokio::test]
async fn a_route_that_fails_is_left_alone_until_one_request_finds_it_well() {
    let world = World::start("circuit").await;
    world.provider.manner(|manner| manner.status = 500);
    for _ in 0..FAILURES_MAX {
        let failed = (502, Some("provider.failed".to_owned()));
        assert_eq!(world.outcome(world.get(PATH)).await, failed);
    }
    let asked = || world.provider.manner(|manner| manner.seen.len());
    let before = asked();
    let reply = world.ask(world.get(PATH)).await;
    assert_eq!(reply.outcome(), (503, Some("provider.unavailable")));
    let retry_after: u32 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=2).contains(&retry_after), "{retry_after}");
    assert_eq!(asked(), before, "it was not asked");
    let open = "senim_circuits_open{of=\"providers\"} 1.0";
    assert!(world.node().metrics().lines().any(|it| it == open));

    // Another of its routes, and what is the caller's own fault, have nothing to do with it.
    world.provider.manner(|manner| manner.status = 404);
    let account = format!("{PATH}/a-1");
    for _ in 0..=FAILURES_MAX {
        let none = (404, Some("not-found".to_owned()));
        assert_eq!(world.outcome(world.get(&account)).await, none);
    }

    world.provider.manner(|manner| manner.status = 200);
    let closed = || world.node().metrics().contains("senim_circuits_open{of=\"providers\"} 0.0");
    while !closed() {
        let (status, _) = world.outcome(world.get(PATH)).await;
        assert!([200, 503].contains(&status), "{status}");
        tokio::task::yield_now().await;
    }
    assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
}
