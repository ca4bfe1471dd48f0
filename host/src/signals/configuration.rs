//! `GET /.well-known/ssf-configuration`: what a receiver needs to know (SSF 1.0 §7.1). Streams are registered with the
//! application, so there is no endpoint to configure them at.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app::App;

pub(super) async fn show(State(app): State<App>) -> Json<Value> {
    let issuer = &app.config.issuer;
    Json(json!({
        "spec_version": "1_0",
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/jwks"),
        "delivery_methods_supported": ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"],
        "critical_subject_members": [],
        "default_subjects": "ALL",
    }))
}
