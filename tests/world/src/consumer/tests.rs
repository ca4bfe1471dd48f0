//! The app against a platform that keeps to the contract, or doesn't.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use senim_channel::{ClientCertificates, TlsListener, server_config, verify_jws};
use senim_client::Key;
use senim_core::authorization::openid::{ACR, at_hash};
use senim_core::consent::AskedFor;
use senim_core::jose::{JwkSet, Jws, sha256_base64, to_base64};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::cast;
use crate::setup;

const CONSENT: &str = "cns_000000000000000000000000000000ab";
const SET: &str = "set_000000000000000000000000000000cd";

#[tokio::test]
async fn a_client_adds_accounts_and_sees_them() {
    let it = Walk::start().await;
    let link = it.connect().await;
    let page = it.get(&link).await;
    assert!(page.contains("data-test=\"account\"") && page.contains("Күнделікті карта"), "{page}");
    assert!(page.contains("184\u{a0}250") && page.contains("data-test=\"notice\""));
    let home = it.get("/").await;
    assert!(home.contains("data-state=\"active\"") && !home.contains("data-test=\"notice\""));
    let account = it.get(&format!("{link}/accounts/{}/qb-card-1", cast::QARLYGASH.bin)).await;
    assert!(
        account.contains("data-test=\"transaction\"") && account.contains("data-test=\"more\"")
    );
}

#[tokio::test]
async fn what_was_read_is_deleted_when_the_client_withdraws() {
    for code in ["consent.withdrawn", "consent.expired"] {
        let it = Walk::start().await;
        let link = it.connect().await;
        it.platform.refuse(401, code);
        it.post(&format!("{link}/read"), "").await;
        let page = it.get(&link).await;
        assert!(page.contains("data-test=\"data-deleted\"") && page.contains(code), "{page}");
        let kept = std::fs::read_to_string(it.dir.join("kept/consumer.json")).unwrap();
        for gone in ["KZ86125KZT5004100100", "184250", "the-access-token", "the-refresh-token"] {
            assert!(!kept.contains(gone), "{gone} is still kept");
        }
    }
}

#[tokio::test]
async fn another_trouble_is_told_and_keeps_what_was_read() {
    let it = Walk::start().await;
    let link = it.connect().await;
    for (status, code) in [(403, "participant.suspended"), (502, "provider.failed"), (418, "odd")] {
        it.platform.refuse(status, code);
        it.post(&format!("{link}/read"), "").await;
        let page = it.get(&link).await;
        assert!(page.contains(&format!("data-code=\"{code}\"")), "{page}");
        assert!(page.contains("184\u{a0}250"));
    }
}

#[tokio::test]
async fn an_expired_token_is_renewed_with_the_same_key_once() {
    let it = Walk::start().await;
    let link = it.connect().await;
    it.platform.facts().token_expired = true;
    it.post(&format!("{link}/read"), "").await;
    let page = it.get(&link).await;
    assert!(page.contains("data-test=\"notice\"") && !page.contains("data-test=\"problem\""));
    assert_eq!(it.platform.facts().renewed, 1);
}

/// CNS-7: the refresh token gives one for what is left, and what is not is deleted.
#[tokio::test]
async fn what_a_narrowed_consent_no_longer_covers_is_deleted() {
    let it = Walk::start().await;
    let link = it.connect().await;
    it.platform.facts().narrowed = true;
    it.post(&format!("{link}/read"), "").await;
    let page = it.get(&link).await;
    assert!(page.contains("data-state=\"active\"") && !page.contains("184\u{a0}250"), "{page}");
    assert_eq!(it.platform.facts().renewed, 1);
    let kept = std::fs::read_to_string(it.dir.join("kept/consumer.json")).unwrap();
    assert!(!kept.contains("184250"), "balances are still kept");
}

/// OAPI-5: told that a consent has ended, the app deletes what it read under it, and says so signed.
#[tokio::test]
async fn an_ended_consent_is_deleted_and_that_is_attested() {
    let it = Walk::start().await;
    let link = it.connect().await;
    it.platform.facts().ended = true;
    let mut attested = Value::Null;
    for _ in 0..250 {
        attested = it.platform.facts().attested.clone();
        if !attested.is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(attested["consent_id"], CONSENT);
    assert_eq!((&attested["set"], &attested["iss"]), (&json!(SET), &json!("jetisu-app")));
    let page = it.get(&link).await;
    assert!(page.contains("data-test=\"data-deleted\"") && page.contains("consent.withdrawn"));
    let kept = std::fs::read_to_string(it.dir.join("kept/consumer.json")).unwrap();
    assert!(!kept.contains("KZ86125KZT5004100100"), "it is still kept");
}

#[tokio::test]
async fn a_return_that_is_not_ours_connects_nothing() {
    let it = Walk::start().await;
    let issuer = it.platform.issuer.clone();
    for (change, code) in [("state", "state"), ("iss", "issuer"), ("error", "access_denied")] {
        let state = it.begin().await;
        let query = match change {
            "state" => format!("state=other&iss={issuer}&code=c"),
            "iss" => format!("state={state}&iss=https://elsewhere.example&code=c"),
            _ => format!("state={state}&iss={issuer}&error=access_denied"),
        };
        assert_eq!(it.follow(&format!("/callback?{query}")).await, "/");
        let home = it.get("/").await;
        assert!(home.contains(&format!("data-code=\"{code}\"")), "{home}");
        assert!(!home.contains("data-test=\"link\""));
    }
    // The state that came back with an error is used up.
    let state = it.begin().await;
    let good = format!("/callback?state={state}&iss={issuer}&code=the-code");
    assert!(it.follow(&good).await.starts_with("/links/"));
    assert_eq!(it.follow(&good).await, "/");
}

#[tokio::test]
async fn a_client_signs_in_and_sees_what_was_received_until_they_delete_it() {
    let it = Walk::start().await;
    assert!(it.get("/").await.contains("data-test=\"sign-in-with-senim\""));
    assert!(it.get("/sign-in").await.contains("data-test=\"field-birthdate\""));
    assert_eq!(it.follow("/received").await, "/sign-in");
    it.sign_in("code=the-code").await;
    let page = it.get("/received").await;
    for shown in ["data-test=\"claim-given_name\">Алмас", "data-test=\"notice\"", "the-pseudonym"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("data-test=\"claim-birthdate\""));
    it.post("/received/delete", "").await;
    assert_eq!(it.follow("/received").await, "/sign-in");
    let kept = std::fs::read_to_string(it.dir.join("kept/consumer.json")).unwrap();
    assert!(!kept.contains("the-pseudonym"));
}

#[tokio::test]
async fn an_id_token_that_is_not_for_this_request_signs_nobody_in() {
    let it = Walk::start().await;
    it.platform.facts().nonce = Some("another".to_owned());
    it.sign_in("code=the-code").await;
    assert!(it.get("/").await.contains("data-code=\"id-token\""));
    assert_eq!(it.follow("/received").await, "/sign-in");
    // The mark of a failure is told.
    it.sign_in("error=access_denied&error_description=identity.no-match").await;
    assert!(it.get("/").await.contains("data-code=\"identity.no-match\""));
    // For accounts as well.
    let (state, issuer) = (it.begin().await, it.platform.issuer.clone());
    let denied = "error=access_denied&error_description=identity.expired";
    it.follow(&format!("/callback?state={state}&iss={issuer}&{denied}")).await;
    assert!(it.get("/").await.contains("data-code=\"identity.expired\""));
}

#[tokio::test]
async fn a_link_is_its_clients_alone_and_survives_a_restart() {
    let mut it = Walk::start().await;
    let link = it.connect().await;
    it.restart();
    assert!(it.get(&link).await.contains("data-test=\"account\""));
    it.enter(cast::AIGERIM.key).await;
    assert_eq!(it.follow(&link).await, "/");
    assert!(!it.get("/").await.contains("data-test=\"link\""));
}

#[tokio::test]
async fn giving_back_ends_the_consent_and_forgetting_clears_the_list() {
    let it = Walk::start().await;
    let link = it.connect().await;
    it.post(&format!("{link}/forget"), "").await;
    assert!(it.get("/").await.contains("data-state=\"active\""));
    it.post(&format!("{link}/give-back"), "").await;
    assert_eq!(it.platform.facts().revoked, 1);
    assert!(it.get(&link).await.contains("data-state=\"ended\""));
    it.post(&format!("{link}/forget"), "").await;
    assert!(!it.get("/").await.contains("data-test=\"link\""));
}

/// A browser at the app, signed in.
struct Walk {
    app: Router,
    cookie: String,
    dir: PathBuf,
    settings: Settings,
    platform: Platform,
}

impl Walk {
    async fn start() -> Self {
        let dir = setup::tests::made("consumer");
        let platform = Platform::start(&dir).await;
        let mut settings = Settings::read(&dir).unwrap();
        settings.issuer.clone_from(&platform.issuer);
        settings.edge_url.clone_from(&platform.issuer);
        let mut walk =
            Self { app: Self::app(&settings), cookie: String::new(), dir, settings, platform };
        walk.enter(cast::ALMAS.key).await;
        walk
    }

    fn app(settings: &Settings) -> Router {
        std::fs::create_dir_all(&settings.people_dir).unwrap();
        for person in [cast::ALMAS, cast::AIGERIM] {
            let photo = settings.people_dir.join(format!("{}.jpg", person.photo));
            std::fs::write(photo, [0xff, 0xd8, 0xff, 0xe0]).unwrap();
        }
        let people = People::open(&settings.people_dir, &settings.data_dir).unwrap();
        router(settings, Arc::new(people), Keeping::default()).unwrap()
    }

    fn restart(&mut self) {
        self.app = Self::app(&self.settings);
    }

    async fn enter(&mut self, key: &str) {
        let response = self.send("POST", "/enter", &format!("key={key}")).await;
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        self.cookie = cookie.split(';').next().unwrap().to_owned();
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> Response {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.app.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> String {
        let response = self.send("GET", path, "").await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// Where it leads.
    async fn follow(&self, path: &str) -> String {
        let response = self.send("GET", path, "").await;
        response.headers()[header::LOCATION].to_str().unwrap().to_owned()
    }

    async fn post(&self, path: &str, body: &str) -> String {
        let response = self.send("POST", path, body).await;
        response.headers()[header::LOCATION].to_str().unwrap().to_owned()
    }

    /// Up to the platform; answers the request's state.
    async fn begin(&self) -> String {
        let body = format!("bank-{}=on&balances=on&transactions=on&term=90", cast::QARLYGASH.bin);
        let to = self.post("/add", &body).await;
        assert!(to.contains("request_uri=urn%3Aietf"), "{to}");
        self.platform.facts().pushed["state"].clone()
    }

    /// To the platform and back with this.
    async fn sign_in(&self, returned: &str) {
        let to = self.post("/sign-in", "given_name=on").await;
        assert!(to.contains("request_uri=urn%3Aietf"), "{to}");
        let (state, issuer) =
            (self.platform.facts().pushed["state"].clone(), &self.platform.issuer);
        self.follow(&format!("/callback?state={state}&iss={issuer}&{returned}")).await;
    }

    async fn connect(&self) -> String {
        let state = self.begin().await;
        let issuer = &self.platform.issuer;
        let link =
            self.follow(&format!("/callback?state={state}&iss={issuer}&code=the-code")).await;
        assert!(link.starts_with("/links/"), "{link}");
        link
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Senim as the app meets it: authorization server and edge at one address, checking what arrives.
#[derive(Clone)]
struct Platform {
    issuer: String,
    keys: JwkSet,
    facts: Arc<Mutex<Facts>>,
}

#[derive(Default)]
struct Facts {
    pushed: BTreeMap<String, String>,
    /// What every read is refused with.
    refusal: Option<(u16, String)>,
    /// The next read says that the token has expired.
    token_expired: bool,
    renewed: u32,
    /// The consent has ended, and the app is to be told.
    ended: bool,
    /// The claims of the attestation that came.
    attested: Value,
    /// The client has taken the balances out of the consent.
    narrowed: bool,
    revoked: u32,
    /// In place of the one that was pushed.
    nonce: Option<String>,
}

impl Platform {
    async fn start(dir: &std::path::Path) -> Self {
        let ca = dir.join("ca.pem");
        let (certificate, key) = (dir.join("host.pem"), dir.join("host.key"));
        let tls = server_config(&certificate, &key, ClientCertificates::Required(&ca)).unwrap();
        let listener = TlsListener::bind("127.0.0.1:0", tls).await.unwrap();
        let keys = std::fs::read_to_string(dir.join("jetisu-app.jwks.json")).unwrap();
        let platform = Self {
            issuer: format!("https://localhost:{}", listener.address().port()),
            keys: serde_json::from_str(&keys).unwrap(),
            facts: Arc::default(),
        };
        let app = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/par", post(par))
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .route("/jwks", get(jwks))
            .route("/userinfo", get(userinfo))
            .route("/signals/jetisu-app/poll", post(poll))
            .route("/signals/jetisu-app/deletions", post(attest))
            .fallback(read)
            .with_state(platform.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        platform
    }

    fn facts(&self) -> std::sync::MutexGuard<'_, Facts> {
        self.facts.lock().unwrap()
    }

    fn refuse(&self, status: u16, code: &str) {
        self.facts().refusal = Some((status, code.to_owned()));
    }

    fn check_client(&self, form: &BTreeMap<String, String>) {
        let jws = Jws::parse(&form["client_assertion"]).unwrap();
        assert!(verify_jws(&jws, &self.keys));
        let claims: Value = jws.claims().unwrap();
        assert_eq!((&claims["aud"], &claims["iss"]), (&json!(self.issuer), &json!("jetisu-app")));
        assert_eq!(claims["sub"], claims["iss"]);
    }

    /// The proof's key must be the one that was pushed.
    fn check_proof(&self, headers: &HeaderMap, method: &str, path: &str, token: Option<&str>) {
        let proof = headers["dpop"].to_str().unwrap().to_owned();
        let jws = Jws::parse(&proof).unwrap();
        let key = jws.header.jwk.clone().unwrap();
        assert_eq!(key.thumbprint(), self.facts().pushed["dpop_jkt"]);
        assert!(jws.is_type("dpop+jwt") && verify_jws(&jws, &JwkSet { keys: vec![key] }));
        let claims: Value = jws.claims().unwrap();
        assert_eq!(
            (&claims["htm"], &claims["htu"]),
            (&json!(method), &json!(format!("{}{path}", self.issuer)))
        );
        assert_eq!(claims["ath"].as_str(), token.map(|it| sha256_base64(it.as_bytes())).as_deref());
    }
}

async fn metadata(State(platform): State<Platform>) -> Json<Value> {
    let issuer = &platform.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": "http://localhost:8080/authorize",
        "token_endpoint": format!("{issuer}/token"),
        "pushed_authorization_request_endpoint": format!("{issuer}/par"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
    }))
}

async fn par(
    State(platform): State<Platform>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    platform.check_client(&form);
    let asked: Vec<AskedFor> = serde_json::from_str(&form["authorization_details"]).unwrap();
    let checked = match &asked[0] {
        AskedFor::Accounts(asked) => asked.check(),
        AskedFor::Identity(asked) => asked.check(),
    };
    assert_eq!((asked.len(), checked), (1, Ok(())));
    assert_eq!(asked[0].client().iin, cast::ALMAS.iin());
    assert_eq!(form["code_challenge_method"], "S256");
    platform.facts().pushed = form;
    let body = json!({ "request_uri": "urn:ietf:params:oauth:request_uri:x", "expires_in": 300 });
    (StatusCode::CREATED, Json(body)).into_response()
}

async fn token(
    State(platform): State<Platform>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Json<Value> {
    platform.check_client(&form);
    platform.check_proof(&headers, "POST", "/token", None);
    let mut answer = json!({
        "access_token": "the-access-token", "token_type": "DPoP", "expires_in": 300, "scope": "accounts",
        "authorization_details": [{ "consent_id": CONSENT, "providers": [cast::QARLYGASH.bin],
            "data": ["accounts", "balances", "transactions"] }],
    });
    if form["grant_type"] == "refresh_token" {
        assert_eq!(form["refresh_token"], "the-refresh-token");
        let mut facts = platform.facts();
        facts.renewed += 1;
        if std::mem::take(&mut facts.narrowed) {
            answer["authorization_details"] = json!([{ "consent_id": CONSENT, "providers": [cast::QARLYGASH.bin], "data": ["accounts"] }]);
        }
    } else {
        assert_eq!(form["code"], "the-code");
        let challenge = sha256_base64(form["code_verifier"].as_bytes());
        assert_eq!(challenge, platform.facts().pushed["code_challenge"]);
        answer["refresh_token"] = "the-refresh-token".into();
        let facts = platform.facts();
        if facts.pushed["scope"] == "openid" {
            let now = crate::clock::now().timestamp();
            let claims = json!({
                "iss": platform.issuer, "sub": "the-pseudonym", "aud": "jetisu-app", "exp": now + 60, "iat": now,
                "auth_time": now, "nonce": facts.nonce.as_ref().unwrap_or(&facts.pushed["nonce"]), "acr": ACR,
                "amr": ["face"], "at_hash": at_hash("the-access-token"),
            });
            answer["id_token"] = event_key().sign(json!({ "typ": "JWT" }), &claims).into();
        }
    }
    Json(answer)
}

/// What signs security events and ID tokens.
fn event_key() -> Key {
    Key::from_text(&to_base64(&[7; 32])).unwrap()
}

async fn poll(State(platform): State<Platform>, Json(asked): Json<Value>) -> Json<Value> {
    let mut sets = serde_json::Map::new();
    let mut facts = platform.facts();
    if asked["ack"] == json!([SET]) {
        facts.ended = false;
    }
    if facts.ended {
        let claims = json!({
            "iss": platform.issuer, "aud": "jetisu-app", "iat": 1, "jti": SET,
            "sub_id": { "format": "opaque", "id": CONSENT },
            "events": { "https://senim.kz/secevent/event-type/consent-ended": {
                "event_timestamp": 1, "initiating_entity": "user", "reason": "consent.withdrawn",
                "grant_id": CONSENT, "delete_by": 2 } },
        });
        let set = event_key().sign(json!({ "typ": "secevent+jwt" }), &claims);
        sets.insert(SET.to_owned(), set.into());
    }
    Json(json!({ "sets": sets, "moreAvailable": false }))
}

async fn attest(State(platform): State<Platform>, Json(body): Json<Value>) -> Json<Value> {
    let text = body["attestation"].as_str().unwrap();
    let jws = Jws::parse(text).unwrap();
    assert!(jws.is_type("deletion-attestation+jwt") && verify_jws(&jws, &platform.keys));
    platform.facts().attested = jws.claims().unwrap();
    Json(json!({}))
}

async fn jwks() -> Json<Value> {
    Json(json!({ "keys": [event_key().public()] }))
}

async fn userinfo(State(platform): State<Platform>, headers: HeaderMap) -> Json<Value> {
    platform.check_proof(&headers, "GET", "/userinfo", Some("the-access-token"));
    Json(json!({ "sub": "the-pseudonym", "verified_claims": {
        "verification": { "trust_framework": "kz_identity_exchange" }, "claims": { "given_name": "Алмас" } } }))
}

async fn revoke(
    State(platform): State<Platform>,
    Form(form): Form<BTreeMap<String, String>>,
) -> StatusCode {
    platform.check_client(&form);
    assert_eq!(form["token"], "the-refresh-token");
    platform.facts().revoked += 1;
    StatusCode::OK
}

async fn read(State(platform): State<Platform>, request: Request<Body>) -> Response {
    let path = request.uri().path();
    platform.check_proof(request.headers(), "GET", path, Some("the-access-token"));
    assert_eq!(request.headers()["authorization"], "DPoP the-access-token");
    assert_eq!(request.headers()["senim-provider"], cast::QARLYGASH.bin);
    let mut facts = platform.facts();
    assert!(request.headers().contains_key("x-fapi-auth-date"));
    assert_eq!(request.headers()["x-fapi-customer-ip-address"], "127.0.0.1");
    let refusal = if std::mem::take(&mut facts.token_expired) {
        Some((401, "token.expired".to_owned()))
    } else if facts.narrowed {
        Some((401, "consent.changed".to_owned()))
    } else {
        facts.refusal.clone()
    };
    if let Some((status, code)) = refusal {
        let body = json!({ "code": code, "title": "The platform's sentence", "status": status });
        return (StatusCode::from_u16(status).unwrap(), Json(body)).into_response();
    }
    let money = json!({ "amount": "184250.75", "currency": "KZT" });
    let body = if path.ends_with("/accounts") {
        json!({ "data": [{ "accountId": "qb-card-1", "iban": "KZ86125KZT5004100100", "currency": "KZT",
            "kind": "card", "status": "open", "product": "Күнделікті карта" }], "links": {} })
    } else if path.ends_with("/balances") {
        json!({ "data": { "accountId": "qb-card-1", "balances": [
            { "kind": "available", "money": money, "at": "2026-11-23T04:30:00Z" }] }, "links": {} })
    } else {
        json!({ "data": { "accountId": "qb-card-1", "transactions": [{ "transactionId": "t-1",
            "status": "booked", "bookedOn": "2026-11-20", "at": "2026-11-20T04:30:00Z", "money": money,
            "description": "Жалақы" }] },
            "links": { "next": "/account-information/v1/accounts/qb-card-1/transactions?limit=30&cursor=dC0x" } })
    };
    Json(body).into_response()
}
