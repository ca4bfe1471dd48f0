//! Every route of the host, asked by a stranger, and every path by a method that it does not take. The rows are made
//! of the host's own table of who may call what: a route that is added there is asked here.

use std::collections::BTreeSet;

use anyhow::Result;
use senim_core::id::SessionId;
use senim_host::callers::{Route, Who};
use senim_host::router::Listener;
use serde_json::{Value, json};

use super::Table;
use crate::client::send;

pub(super) async fn run(table: &mut Table<'_>) -> Result<()> {
    let platform = table.platform;
    let http = platform.http()?;
    for listener in Listener::ALL {
        let base = match listener {
            Listener::Pages => platform.pages_url.clone(),
            Listener::Servers => platform.consumer()?.at(""),
        };
        for route in listener.routes() {
            let Some(expected) = refused(route.who) else { continue };
            let url = format!("{base}{}", address(&route));
            let request = http.request(route.method.clone(), url).header("senim-page", "1");
            let request = match body(&route) {
                Some(Body::Json(value)) => request.json(&value),
                Some(Body::Form) => request.form(&[("scope", "accounts")]),
                None => request,
            };
            let name = format!("a stranger: {} {}", route.method, route.path);
            table.row(&name, expected, async || send(request).await).await;
        }
        let paths: BTreeSet<_> = listener.routes().iter().map(address).collect();
        for path in paths {
            let request = http.patch(format!("{base}{path}")).header("senim-page", "1");
            let name = format!("another method: PATCH {path}");
            table.row(&name, "405 method.not-allowed", async || send(request).await).await;
        }
    }
    Ok(())
}

/// `None`: anyone may call.
fn refused(who: Who) -> Option<&'static str> {
    match who {
        Who::Anyone => None,
        Who::Browser => Some("401 identity.no-session"),
        Who::Client | Who::Operator => Some("401 signed-out"),
        Who::Application => Some("401 invalid_client client.unknown"),
        Who::Token => Some("401 token.missing"),
        Who::Participant => Some("401 client.certificate-invalid"),
        Who::Node => Some("403 forbidden"),
    }
}

fn address(route: &Route) -> String {
    let part = |it: &str| match it {
        "{session}" => SessionId(0).to_string(),
        _ if it.starts_with('{') => "x".to_owned(),
        _ => it.to_owned(),
    };
    route.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

enum Body {
    Json(Value),
    Form,
}

/// Nothing that the route would take, but where who asks may be found out behind the body.
fn body(route: &Route) -> Option<Body> {
    match (route.method.as_str(), route.who) {
        ("GET", _) => None,
        (_, Who::Application) => Some(Body::Form),
        (_, Who::Participant) if route.path.ends_with("/accept") => {
            Some(Body::Json(json!({ "username": "stranger" })))
        }
        (_, Who::Participant) => Some(Body::Json(json!({
            "username": "stranger", "iin": "900101300017", "photo": "AAAA", "solution": "builtin",
        }))),
        _ => Some(Body::Json(json!({ "stranger": true }))),
    }
}
