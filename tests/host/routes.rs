//! Every route of the host by its table of who may call what: strangers are refused, other methods as well.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use senim_core::id::SessionId;
use senim_host::callers::{Route, Who};
use senim_host::router::{self, Listener};
use serde_json::Value;
use tower::ServiceExt as _;

use super::stand::Stand;
use crate::database::on_each;

const DOCUMENT: &str = include_str!("../../host/openapi/platform-v1.yaml");

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_refused_by_every_route_that_is_not_for_anyone() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (mut refused, mut open) = (0, Vec::new());
        for listener in Listener::ALL {
            let router = routed(&stand, listener);
            for route in listener.routes() {
                let answer = outcome(&router, route.method.clone(), &route).await.0;
                let expected = match route.who {
                    Who::Anyone => {
                        assert!(!answer.starts_with("403"), "{route:?}: {answer}");
                        open.push(route.path);
                        continue;
                    }
                    Who::Browser => "401 identity.no-session",
                    Who::Client | Who::Operator => "401 signed-out",
                    Who::Application => "401 invalid_client client.unknown",
                    Who::Token => "401 token.missing",
                    Who::Participant => "401 client.certificate-invalid",
                    Who::Node => "403 forbidden",
                };
                assert_eq!(answer, expected, "{route:?}");
                refused += 1;
            }
        }
        assert!(refused > 25, "{refused}");
        // Who may call without proving anything: a line added here is thought about twice.
        let expected = [
            "/authorize",
            "/api/identity/open",
            "/api/identity/phone/open",
            "/api/cabinet/sign-in",
            "/api/cabinet/sign-out",
            "/api/rules",
            "/api/rules/{rule}/{edition}",
            "/api/help",
            "/api/cabinet/sign-in/passkey",
            "/api/cabinet/sign-in/passkey/challenge",
            "/api/console/sign-in",
            "/api/console/sign-out",
            "/log/checkpoint",
            "/log/minimum",
            "/log/policy",
            "/log/restart",
            "/log/retention",
            "/log/segments/{month}",
            "/log/tile/{*path}",
            "/healthz",
            "/.well-known/oauth-authorization-server",
            "/.well-known/openid-configuration",
            "/jwks",
            "/.well-known/ssf-configuration",
            "/status-list",
            "/healthz",
        ];
        assert_eq!(open, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_refused_with_the_ones_that_are_taken() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        for listener in Listener::ALL {
            let router = routed(&stand, listener);
            for route in listener.routes() {
                let (answer, allow) = outcome(&router, Method::PATCH, &route).await;
                assert_eq!(answer, "405 method.not-allowed", "{route:?}");
                assert!(allow.contains(route.method.as_str()), "{route:?}: {allow}");
            }
        }
    })
    .await;
}

fn routed(stand: &Stand, listener: Listener) -> Router {
    match listener {
        Listener::Pages => router::pages(stand.app.clone()),
        Listener::Servers => router::servers(stand.app.clone()),
    }
}

/// Status and codes, and what `Allow` says.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others send the same")]
async fn outcome(router: &Router, method: Method, route: &Route) -> (String, String) {
    let part = |it: &str| match it {
        "{session}" => SessionId(0).to_string(),
        _ if it.starts_with('{') => "x".to_owned(),
        _ => it.to_owned(),
    };
    let path = route.path.split('/').map(part).collect::<Vec<_>>().join("/");
    let (media_type, body) = match route.who {
        Who::Application => ("application/x-www-form-urlencoded", "scope=accounts"),
        // Who asks may be found out behind the body.
        Who::Participant if route.path.ends_with("/accept") => {
            ("application/json", r#"{"username":"stranger"}"#)
        }
        Who::Participant => (
            "application/json",
            r#"{"username":"stranger","iin":"900101300017","photo":"AAAA","solution":"builtin"}"#,
        ),
        _ => ("application/json", r#"{"stranger":true}"#),
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("senim-page", "1")
        .header(header::CONTENT_TYPE, media_type);
    let request = request.body(Body::from(body)).expect("a request");
    let response = router.clone().oneshot(request).await.expect("the router answers");
    let (parts, body) = response.into_parts();
    let allow =
        parts.headers.get(header::ALLOW).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let text = to_bytes(body, 1_000_000).await.expect("a body");
    let body: Value = serde_json::from_slice(&text).unwrap_or_default();
    let words = ["error", "problem", "code"].map(|it| body[it].as_str());
    let words = words.into_iter().flatten().filter(|_| parts.status.as_u16() >= 400);
    let answer =
        words.fold(parts.status.as_u16().to_string(), |outcome, word| format!("{outcome} {word}"));
    (answer, allow.to_owned())
}

/// What the document says of an operation.
#[derive(Debug, Default, PartialEq, Eq)]
struct Operation {
    servers: bool,
    security: Option<String>,
    statuses: Vec<String>,
    body: bool,
}

#[test]
fn the_document_and_the_routers_have_the_same_routes_for_the_same_callers() {
    let mut documented = operations();
    for listener in Listener::ALL {
        for route in listener.routes() {
            let Some(security) = documented_as(route.who) else {
                assert!(!documented.contains_key(&name(&route)), "{route:?} is not published");
                continue;
            };
            // On both listeners, documented once.
            if route.path == "/healthz" && listener == Listener::Servers {
                continue;
            }
            let operation = documented.remove(&name(&route));
            let operation = operation.unwrap_or_else(|| panic!("{route:?} is not documented"));
            assert_eq!(operation.servers, listener == Listener::Servers, "{route:?}");
            assert_eq!(operation.security.as_deref(), security, "{route:?}");
            if security.is_some() {
                assert!(operation.statuses.contains(&"401".to_owned()), "{route:?}");
            }
            if operation.body && route.who != Who::Application {
                assert!(operation.statuses.contains(&"415".to_owned()), "{route:?}");
            }
        }
    }
    assert!(documented.is_empty(), "documented and not served: {documented:#?}");
}

#[test]
fn a_route_stands_in_one_table_only() {
    for listener in Listener::ALL {
        let mut names: Vec<_> = listener.routes().iter().map(name).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all, "{listener:?}");
    }
}

/// The security that the document names; `None`: the route is not published.
#[expect(clippy::option_option, reason = "unpublished and open to all are different answers")]
fn documented_as(who: Who) -> Option<Option<&'static str>> {
    match who {
        Who::Anyone => Some(None),
        Who::Browser | Who::Client => Some(Some("[{ session: [] }]")),
        Who::Operator => Some(Some("[{ operator: [] }]")),
        Who::Application => Some(Some("[{ assertion: [], certificate: [] }, { certificate: [] }]")),
        Who::Token => Some(Some("[{ token: [], certificate: [] }]")),
        Who::Participant => Some(Some("[{ certificate: [] }]")),
        Who::Node => None,
    }
}

fn name(route: &Route) -> String {
    // OpenAPI has no word for a parameter of several segments.
    format!("{} {}", route.method, route.path.replace("{*", "{"))
}

/// By `GET /path`. The document is YAML of one indentation, which is all that is read here.
fn operations() -> BTreeMap<String, Operation> {
    let paths =
        DOCUMENT.split_once("\npaths:\n").and_then(|(_, it)| it.split_once("\ncomponents:\n"));
    let (mut path, mut servers, mut current) = ("", false, String::new());
    let mut operations = BTreeMap::<String, Operation>::new();
    for line in paths.expect("paths, then components").0.lines() {
        let text = line.trim_start();
        match line.len() - text.len() {
            2 => (path, servers) = (text.trim_end_matches(':'), false),
            4 if text == "servers:" => servers = true,
            4 => {
                current = format!("{} {path}", text.trim_end_matches(':').to_uppercase());
                operations.insert(current.clone(), Operation { servers, ..Operation::default() });
            }
            6 | 8 => {
                let operation = operations.get_mut(&current);
                let Some(operation) = operation else { continue };
                if let Some(security) = text.strip_prefix("security: ") {
                    operation.security = Some(security.to_owned());
                } else if text == "requestBody:" {
                    operation.body = true;
                } else if let Some(status) = text.strip_prefix('"').and_then(|it| it.get(..3)) {
                    operation.statuses.push(status.to_owned());
                }
            }
            _ => {}
        }
    }
    operations
}
