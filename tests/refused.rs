//! The table of refusals, asked of real processes: a test a group, a platform of its own each.

use senim_tests::platform::Platform;
use senim_tests::refusals::{Group, Row};

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_must_not_be_taken() {
    holds(Group::Authorization).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authentications_that_must_not_be_asked_for_and_data_that_must_not_be_given() {
    holds(Group::Openid).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_and_refresh_tokens_that_must_not_be_traded() {
    holds(Group::Token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_must_read_nothing() {
    holds(Group::Edge).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn participants_without_standing() {
    holds(Group::Standing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_are_not_who_they_say() {
    holds(Group::Identity).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_that_fail() {
    holds(Group::Provider).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_and_headers_that_are_too_much() {
    holds(Group::Limits).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_use_up_what_strangers_have() {
    holds(Group::Budgets).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_killed_in_mid_session() {
    holds(Group::Restart).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn promises_of_nodes_are_kept_and_shown_to_nobody_else() {
    holds(Group::Promise).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_on_every_route() {
    holds(Group::Routes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pilots_scenarios_hold() {
    holds(Group::Pilot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn security_events_and_grants_are_their_applications() {
    holds(Group::Signals).await;
}

/// Every row comes out as it should, and the logs of the run hold nothing that they must not.
async fn holds(group: Group) {
    let platform = Platform::start().await.expect("the platform starts");
    let rows = Box::pin(group.run(&platform)).await;
    let wrong: Vec<_> = rows.iter().filter(|it| !it.right()).map(Row::line).collect();
    let leaks = platform.leaks();
    let tail = if wrong.is_empty() && leaks.is_empty() { String::new() } else { platform.tail() };
    assert!(wrong.is_empty(), "{}\n{tail}", wrong.join("\n"));
    assert!(leaks.is_empty(), "{leaks:#?}\n{tail}");
    assert!(platform.secrets.count() > 4, "the run had no secrets to look for");
}
