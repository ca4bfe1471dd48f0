//! Authorization server metadata (RFC 8414).

use axum::Json;
use axum::extract::State;
use senim_core::authorization::openid::{ACR, OPENID_SCOPE, TRUST_FRAMEWORK};
use senim_core::authorization::userinfo::RECORDS;
use senim_core::authorization::{QUERY_SCOPE, REVOKE_SCOPE};
use senim_core::consent::{DETAILS_TYPE, IDENTITY_DETAILS_TYPE};
use senim_core::jose::Algorithm;
use senim_core::personal::Field;
use senim_core::routing::TokenClaims;
use serde_json::{Value, json};

use crate::app::App;
use crate::config::Config;

pub(super) async fn oauth(State(app): State<App>) -> Json<Value> {
    Json(metadata(&app.config))
}

/// The same with what OpenID Connect Discovery §3 and OpenID Connect for Identity Assurance §9 add.
pub(super) async fn openid(State(app): State<App>) -> Json<Value> {
    let mut metadata = metadata(&app.config);
    metadata["subject_types_supported"] = json!(["pairwise"]);
    metadata["id_token_signing_alg_values_supported"] = json!([Algorithm::Es256]);
    metadata["acr_values_supported"] = json!([ACR]);
    metadata["claim_types_supported"] = json!(["normal"]);
    metadata["claims_supported"] = json!(["sub", "auth_time", "acr", "amr", "verified_claims"]);
    metadata["claims_parameter_supported"] = true.into();
    metadata["prompt_values_supported"] = json!(["login", "consent", "select_account"]);
    metadata["verified_claims_supported"] = true.into();
    metadata["trust_frameworks_supported"] = json!([TRUST_FRAMEWORK]);
    metadata["evidence_supported"] = json!(["electronic_record"]);
    metadata["electronic_records_supported"] = json!(RECORDS);
    metadata["claims_in_verified_claims_supported"] = json!(Field::ALL);
    Json(metadata)
}

fn metadata(config: &Config) -> Value {
    let issuer = &config.issuer;
    let at = |path: &str| format!("{issuer}{path}");
    let token_auth = ["private_key_jwt", "tls_client_auth"];
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{}/authorize", config.pages_url),
        "token_endpoint": at("/token"),
        "pushed_authorization_request_endpoint": at("/par"),
        "revocation_endpoint": at("/revoke"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "mtls_endpoint_aliases": {
            "token_endpoint": at("/token"),
            "pushed_authorization_request_endpoint": at("/par"),
            "revocation_endpoint": at("/revoke"),
            "userinfo_endpoint": at("/userinfo"),
        },
        "scopes_supported": [TokenClaims::SCOPE, OPENID_SCOPE, QUERY_SCOPE, REVOKE_SCOPE],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "grant_management_endpoint": at("/grants"),
        "grant_management_actions_supported": ["create", "query", "revoke", "replace", "merge"],
        "grant_management_action_required": false,
        "token_endpoint_auth_methods_supported": token_auth,
        "token_endpoint_auth_signing_alg_values_supported": Algorithm::NAMES,
        "revocation_endpoint_auth_methods_supported": token_auth,
        "revocation_endpoint_auth_signing_alg_values_supported": Algorithm::NAMES,
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": Algorithm::NAMES,
        "authorization_details_types_supported": [DETAILS_TYPE, IDENTITY_DETAILS_TYPE],
        "require_pushed_authorization_requests": true,
        "authorization_response_iss_parameter_supported": true,
        "tls_client_certificate_bound_access_tokens": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": true,
        "ui_locales_supported": ["kk", "ru", "en"],
    })
}
