//! A host in process: its own routers and store, a clock that stands still, a register and a gateway over HTTP.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use chrono::TimeDelta;
use senim_channel::clock::{Clock as _, FixedClock, FixedRng, Rng as _};
use senim_core::Timestamp;
use senim_core::authorization::{Authorization, GrantAction, Pushed};
use senim_core::consent::{AskedFor, words};
use senim_core::id::{AuthorizationId, SessionId};
use senim_core::identity::session::{Input, Judgement, Seed, SessionError};
use senim_core::jose::sha256_base64;
use senim_core::liveness::challenge::{Challenge, Wishes};
use senim_core::problem::Problem;
use senim_faces::Faces;
use senim_host::app::{App, publish_rules};
use senim_host::caller::browser::{Browser, Page, hash};
use senim_host::config::Config;
use senim_host::evidence::judge::Judge;
use senim_host::http::problem::Refusal;
use senim_host::identity::{dialogue, requester};
use senim_host::keys::Keys;
use senim_host::messages::Messages;
use senim_host::outside::source::Source;
use senim_host::participant::seed;
use senim_host::router;
use senim_host::solution::Solutions;
use senim_store::seal::Sealer;
use senim_store::{self as store, Store};
use senim_tests::frames;
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(super) const CONSUMER: &str = "960440000151";
pub(super) const APPLICATION: &str = "app";
pub(super) const IIN: &str = "900101300017";
pub(super) const OTHER_IIN: &str = "900101300027";
pub(super) const NAMED_PHONE: &str = "+77010000001";
pub(super) const CONFIRMED_PHONE: &str = "+77010000002";
pub(super) const START: i64 = 1_800_000_000_000;

pub(super) struct Stand {
    pub(super) app: App,
    pub(super) clock: Arc<FixedClock>,
    pub(super) outside: Outside,
    /// What the next pushed request does with an earlier grant.
    pub(super) action: GrantAction,
    /// Which cookie took the place of which.
    renewed: Mutex<BTreeMap<String, String>>,
}

impl Stand {
    /// On an empty database.
    pub(super) async fn on(database: &str) -> Self {
        Self::at(database, moment(START)).await
    }

    /// On an empty database, where somebody beside the host has a clock that goes on from this moment.
    pub(super) async fn at(database: &str, now: Timestamp) -> Self {
        let outside = Outside::start().await;
        let clock = Arc::new(FixedClock::at(now));
        let app = open(database, &outside, clock.clone(), now).await;
        let action = GrantAction::Create;
        let stand = Self { app, clock, outside, action, renewed: Mutex::default() };
        stand.seed().await;
        stand
    }

    /// The same store and outside world under a new process, so to say.
    pub(super) async fn restarted(self, database: &str) -> Self {
        self.app.store.close().await;
        let app = open(database, &self.outside, self.clock.clone(), moment(START)).await;
        Self { app, ..self }
    }

    /// A second host on the same database.
    pub(super) async fn beside(&self, database: &str) -> App {
        open(database, &self.outside, self.clock.clone(), moment(START)).await
    }

    /// With the face models, for tests that show pictures.
    pub(super) fn with_faces(mut self) -> Self {
        // Opening them takes a second or two, and they keep nothing of whom they saw.
        static OPENED: OnceLock<(Arc<Faces>, Arc<Judge>)> = OnceLock::new();
        let (faces, judged) = OPENED.get_or_init(|| {
            let library = cache().join("tools/libonnxruntime.so");
            let library = library.exists().then_some(library);
            let faces = Faces::open(&cache().join("models"), library.as_deref());
            let judge = Judge::open(&judge(), None).expect("the judge opens");
            (Arc::new(faces.expect("the models open")), Arc::new(judge))
        });
        self.app.faces = Some(Arc::clone(faces));
        self.app.judge = Some(Arc::clone(judged));
        self
    }

    /// As a host that starts with this configuration.
    pub(super) async fn reconfigured(&mut self, change: impl FnOnce(&mut Config)) {
        change(Arc::make_mut(&mut self.app.config));
        let terms = self.app.config.retention();
        let editions = publish_rules(&self.app.store, terms, self.app.now()).await;
        self.app.editions = Arc::new(editions.expect("editions"));
    }

    pub(super) fn wait(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    async fn seed(&self) {
        let dir = folder();
        let file = dir.join("seed.toml");
        let text = format!(
            "[[participants]]\nbin = \"{CONSUMER}\"\nname = \"Jetisu Pay\"\nprovider = true\nconsumer = true\n\
             certificates = [\"{thumbprint}\"]\nbase_url = \"https://localhost:1\"\n\
             [[applications]]\nclient_id = \"{APPLICATION}\"\nbin = \"{CONSUMER}\"\nname = \"App\"\n\
             redirect_uris = [\"https://app.example/back\"]\nauth = \"tls_client_auth\"\n\
             tls_client_auth_subject_dn = \"CN=certificate\"\n",
            thumbprint = sha256_base64(b"certificate"),
        );
        std::fs::write(&file, text).expect("a seed file");
        seed::seed(&self.app, &file).await.expect("seeds");
        std::fs::remove_dir_all(dir).expect("the folder goes");
        self.confirm_phone(IIN, CONFIRMED_PHONE).await;
    }

    /// As if a request had been confirmed with this number before.
    pub(super) async fn confirm_phone(&self, iin: &str, phone: &str) {
        let (iin, phone) = (iin.parse().expect("an IIN"), phone.parse().expect("a phone"));
        self.app
            .store
            .transact("test.confirm_phone", async |tx| {
                store::identity::confirm_phone(tx, &iin, &phone, self.app.now()).await
            })
            .await
            .expect("keeps it");
    }

    /// A pushed request's `request_uri`.
    pub(super) async fn pushed(&self, asked: Value) -> String {
        let app = &self.app;
        let asked: AskedFor = serde_json::from_value(asked).expect("authorization_details");
        let pushed = Pushed {
            redirect_uri: "https://app.example/back".to_owned(),
            state: Some("state".to_owned()),
            nonce: None,
            code_challenge: sha256_base64(b"verifier"),
            dpop_jkt: None,
            asked,
            action: self.action,
        };
        let id = AuthorizationId(app.rng.id());
        let authorization = Authorization::push(id, APPLICATION.to_owned(), pushed, app.now());
        let request_uri = format!("urn:ietf:params:oauth:request_uri:{}", app.rng.token());
        let hash = sha256_base64(request_uri.as_bytes());
        app.store
            .transact("test.push", async |tx| {
                store::authorization::add(tx, &authorization, &hash).await
            })
            .await
            .expect("pushes");
        request_uri
    }

    pub(super) async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        let request = Request::get(path);
        self.send(self.with_cookie(request, cookie).body(Body::empty()).expect("a request")).await
    }

    /// As the page of this cookie's session does.
    pub(super) async fn post(&self, path: &str, cookie: Option<&str>, body: Value) -> Answer {
        let session = self.session(cookie.unwrap_or_default()).await;
        self.post_in(session, path, cookie, body).await
    }

    /// As the page of `session` does in a browser that holds this cookie.
    pub(super) async fn post_in(
        &self,
        session: SessionId,
        path: &str,
        cookie: Option<&str>,
        body: Value,
    ) -> Answer {
        let request = Request::post(within(session, path))
            .header("senim-page", "1")
            .header(header::CONTENT_TYPE, "application/json");
        let body = Body::from(body.to_string());
        let request = self.with_cookie(request, cookie).body(body).expect("a request");
        let answer = self.send(request).await;
        if let (Some(cookie), Some(renewed)) = (cookie, &answer.cookie) {
            let held = self.cookie_now(cookie);
            self.renewed.lock().expect("cookies").insert(held, renewed.clone());
        }
        answer
    }

    /// What the browser holds that got this cookie at first.
    pub(super) fn cookie_now(&self, first: &str) -> String {
        latest(&self.renewed.lock().expect("cookies"), first)
    }

    /// The session that a cookie opens; one that never was, where it opens none.
    pub(super) async fn session(&self, cookie: &str) -> SessionId {
        let (app, hash) = (&self.app, hash(&self.cookie_now(cookie)));
        let dialogue = app
            .store
            .read("test.session", async |tx| store::identity::by_secret(tx, &hash).await)
            .await
            .expect("reads");
        dialogue.map_or(SessionId(0), |it| it.id)
    }

    /// Answers the consent as the page shows it.
    pub(super) async fn answer(&self, cookie: &str, approve: bool) -> Answer {
        let view = self.get("/api/identity", Some(cookie)).await;
        let body = json!({ "approve": approve, "text_hash": agreed_hash(&view.body) });
        self.post("/api/identity/consent", Some(cookie), body).await
    }

    /// The page behind a link opens its session.
    pub(super) async fn open(
        &self,
        request_uri: &str,
        cookie: Option<&str>,
        take_over: bool,
    ) -> Answer {
        let body = json!({
            "client_id": APPLICATION, "request_uri": request_uri, "take_over": take_over,
        });
        self.post("/api/identity/open", cookie, body).await
    }

    /// Asks for a challenge that the genuine recording can meet.
    pub(super) async fn challenge(&self, cookie: &str) -> Challenge {
        let wishes = serde_json::to_value(frames::WISHES).expect("wishes");
        let answer = self.post("/api/identity/liveness/challenge", Some(cookie), wishes).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        frames::asked(&answer.body).expect("a challenge")
    }

    /// Sends a pack after as long as its person was before the camera.
    pub(super) async fn show(&self, cookie: &str, pack: Vec<u8>) -> Answer {
        let length = frames::length(&pack).unwrap_or_default();
        self.clock.advance(TimeDelta::from_std(length).expect("some seconds"));
        self.upload(cookie, pack).await
    }

    pub(super) async fn upload(&self, cookie: &str, body: Vec<u8>) -> Answer {
        let path = within(self.session(cookie).await, "/api/identity/liveness");
        let request = Request::post(path)
            .header("senim-page", "1")
            .header(header::CONTENT_TYPE, "application/vnd.senim.frames");
        let request = self.with_cookie(request, Some(cookie));
        self.send(request.body(body.into()).expect("a request")).await
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response =
            router::pages(self.app.clone()).oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let header =
            |name| parts.headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
        let text = to_bytes(body, 1_000_000).await.expect("a body");
        let text = String::from_utf8(text.to_vec()).expect("text");
        let set: Vec<&str> = parts
            .headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|it| it.to_str().ok()?.split(';').next())
            .collect();
        let cookie = |name: &str| {
            set.iter()
                .find_map(|it| it.strip_prefix(name))
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
        };
        Answer {
            status: parts.status.as_u16(),
            location: header(header::LOCATION),
            retry_after: header(header::RETRY_AFTER),
            cookie: cookie("senim_session="),
            known: cookie("senim_browser="),
            known_operator: cookie("senim_console_browser="),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    fn with_cookie(
        &self,
        request: axum::http::request::Builder,
        cookie: Option<&str>,
    ) -> axum::http::request::Builder {
        match cookie {
            Some(cookie) => {
                let cookie = self.cookie_now(cookie);
                request.header(header::COOKIE, format!("senim_session={cookie}"))
            }
            None => request,
        }
    }

    /// Brings the request to a new browser; its cookie.
    pub(super) async fn opened(&self, asked: Value) -> String {
        let request_uri = self.pushed(asked).await;
        let answer = self.open(&request_uri, None, false).await;
        assert_eq!(answer.outcome(), "200", "{}", answer.text);
        answer.cookie.expect("a cookie")
    }

    pub(super) async fn at_iin(&self, asked: Value) -> String {
        let cookie = self.opened(asked).await;
        self.accept(&cookie).await;
        cookie
    }

    pub(super) async fn at_iin_of_cabinet(&self) -> String {
        let cookie = self.post("/api/cabinet/sign-in", None, json!({})).await.cookie;
        let cookie = cookie.expect("a cookie");
        self.accept(&cookie).await;
        cookie
    }

    pub(super) async fn accept(&self, cookie: &str) {
        let edition = self.app.editions.agreement.number;
        let body = json!({ "accept": true, "edition": edition, "language": "en" });
        let answer = self.post("/api/identity/agreement", Some(cookie), body).await;
        assert_eq!(answer.step(), "iin", "{}", answer.text);
    }

    pub(super) async fn confirm(&self, cookie: &str, iin: &str) -> Answer {
        self.post("/api/identity/iin", Some(cookie), json!({ "iin": iin })).await
    }

    pub(super) async fn at_camera(&self, asked: Value) -> String {
        let cookie = self.at_iin(asked).await;
        let answer = self.confirm(&cookie, IIN).await;
        assert_eq!(answer.step(), "liveness", "{}", answer.text);
        cookie
    }

    /// A check judged so, without pictures: what faces find is tested with them.
    pub(super) async fn judged(&self, cookie: &str, judgement: Judgement) -> Result<(), Refusal> {
        let (app, now) = (&self.app, self.app.now());
        let browser = Browser(hash(&self.cookie_now(cookie)));
        let page = Page { browser, session: self.session(cookie).await };
        let digits = dialogue::draw(app);
        let advanced = app
            .store
            .transact("test.judged", async |tx| {
                let dialogue = dialogue::open(tx, app, &page).await?;
                if dialogue.content.session.person().is_none() {
                    return Err(SessionError::OutOfOrder.into());
                }
                let blocked_until = requester::blocked_until(tx, &dialogue, now).await?;
                let allowance = requester::allowance(tx, &dialogue, now).await?;
                let seed = Seed(app.rng.id().to_be_bytes().repeat(2).try_into().expect("32"));
                let wishes = Wishes::default();
                let input = Input::ChallengeAsked { seed, wishes, blocked_until, allowance };
                let asked = dialogue::advance(tx, app, dialogue, input, None, now).await?;
                let Some(challenge) = asked.dialogue.content.session.challenge() else {
                    return Ok(asked);
                };
                let input = Input::CheckStarted { nonce: challenge.nonce, blocked_until };
                let started = dialogue::advance(tx, app, asked.dialogue, input, None, now).await?;
                let Some(check) = started.judge else { return Ok(started) };
                let code = dialogue::digest(app, started.dialogue.id, &digits);
                let input = Input::CheckJudged { check, judgement, code };
                dialogue::advance(tx, app, started.dialogue, input, Some(&digits), now).await
            })
            .await?;
        dialogue::settle(app, advanced).map(drop)
    }

    pub(super) async fn not_live(&self, cookie: &str) -> Problem {
        let judged = self.judged(cookie, Judgement::Refused(Problem::IdentityNotLive)).await;
        judged.expect_err("a refusal").problem()
    }

    pub(super) async fn at_code(&self, asked: Value) -> String {
        let cookie = self.at_camera(asked).await;
        self.judged(&cookie, Judgement::Live { degree: 97.0 }).await.expect("goes on");
        cookie
    }

    pub(super) async fn enter(&self, cookie: &str, code: &str) -> Answer {
        self.post("/api/identity/code", Some(cookie), json!({ "code": code })).await
    }

    pub(super) async fn at_consent(&self, asked: Value) -> String {
        let before = self.outside.messages().len();
        let cookie = self.at_code(asked).await;
        let code = self.outside.code_after(before).await;
        let answer = self.enter(&cookie, &code).await;
        assert_eq!(answer.step(), "consent", "{}", answer.text);
        cookie
    }

    /// The whole walk; the cookie, which is signed in to the cabinet, and where the browser goes.
    pub(super) async fn approved(&self, asked: Value) -> (String, String) {
        let cookie = self.at_consent(asked).await;
        let answer = self.answer(&cookie, true).await;
        assert_eq!(answer.step(), "passed", "{}", answer.text);
        (cookie, answer.body["redirect"].as_str().expect("a redirect").to_owned())
    }

    pub(super) async fn events(&self) -> Vec<String> {
        let records = self
            .app
            .store
            .read("test.journal", async |tx| store::journal::search(tx, "", None, 1000).await)
            .await
            .expect("a journal");
        records.into_iter().rev().map(|it| it.event).collect()
    }

    /// Waits for what is done after an answer.
    pub(super) async fn until_recorded(&self, event: &str) {
        for _ in 0..200 {
            if self.events().await.iter().any(|it| it == event) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{event} was never recorded");
    }

    pub(super) async fn journal_text(&self) -> String {
        let records = self
            .app
            .store
            .read("test.journal", async |tx| store::journal::search(tx, "", None, 1000).await)
            .await
            .expect("a journal");
        serde_json::to_string(&records).expect("JSON")
    }
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<String>,
    /// Of the session.
    pub(super) cookie: Option<String>,
    /// By which the browser is known from now on.
    pub(super) known: Option<String>,
    pub(super) known_operator: Option<String>,
    pub(super) body: Value,
    pub(super) text: String,
}

impl Answer {
    /// `200`, `422 iin.invalid`.
    pub(super) fn outcome(&self) -> String {
        match self.body["code"].as_str() {
            Some(code) if self.status >= 400 => format!("{} {code}", self.status),
            _ => self.status.to_string(),
        }
    }

    pub(super) fn step(&self) -> &str {
        self.body["step"].as_str().unwrap_or_default()
    }
}

/// The register and the gateway, on one port.
#[derive(Clone)]
pub(super) struct Outside {
    pub(super) url: String,
    state: Arc<Mutex<World>>,
}

#[derive(Default)]
struct World {
    people: BTreeMap<String, Value>,
    source_down: bool,
    gateway_down: bool,
    /// Number and text by id: given twice, a message is one.
    messages: Vec<(String, String, String)>,
}

impl Outside {
    async fn start() -> Self {
        let state = Arc::<Mutex<World>>::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = Router::new()
            .route("/source/v1/person", post(person))
            .route("/sms/v1/messages", post(message))
            .with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let outside = Self { url, state };
        outside.register(IIN, "/9j/4AA=");
        outside
    }

    /// `photo`: base64 of a JPEG.
    pub(super) fn register(&self, iin: &str, photo: &str) {
        self.register_as(iin, photo, |_| {});
    }

    /// `change`s the register's answer.
    pub(super) fn register_as(&self, iin: &str, photo: &str, change: impl FnOnce(&mut Value)) {
        let mut person = json!({
            "iin": iin, "surname": "Сейтқали", "name": "Айгүл", "patronymic": "Серікқызы",
            "birthDate": "1990-01-01", "sex": "F", "citizenship": "KAZ", "permanentResidence": false,
            "capable": true, "photo": photo,
        });
        change(&mut person);
        self.state.lock().expect("the world").people.insert(iin.to_owned(), person);
    }

    pub(super) fn source_down(&self, down: bool) {
        self.state.lock().expect("the world").source_down = down;
    }

    pub(super) fn gateway_down(&self, down: bool) {
        self.state.lock().expect("the world").gateway_down = down;
    }

    /// To whom, and what.
    pub(super) fn messages(&self) -> Vec<(String, String)> {
        let world = self.state.lock().expect("the world");
        world.messages.iter().map(|(_, to, text)| (to.clone(), text.clone())).collect()
    }

    /// The code of the first message with one that follows the first `before`: alerts come as well.
    pub(super) async fn code_after(&self, before: usize) -> String {
        for _ in 0..200 {
            let messages = self.messages();
            let code = messages.iter().skip(before).find_map(|(_, text)| six_digits(text));
            if let Some(code) = code {
                return code;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("no message came");
    }
}

/// Of a message with a code; an alert has none.
pub(super) fn six_digits(text: &str) -> Option<String> {
    text.split(|it: char| !it.is_ascii_digit()).find(|it| it.len() == 6).map(str::to_owned)
}

async fn person(
    State(state): State<Arc<Mutex<World>>>,
    axum::Json(asked): axum::Json<Value>,
) -> axum::response::Response {
    let world = state.lock().expect("the world");
    if world.source_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match world.people.get(asked["iin"].as_str().unwrap_or_default()) {
        Some(person) => axum::Json(person.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn message(
    State(state): State<Arc<Mutex<World>>>,
    axum::Json(message): axum::Json<Value>,
) -> StatusCode {
    let mut world = state.lock().expect("the world");
    if world.gateway_down {
        return StatusCode::BAD_GATEWAY;
    }
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let (id, to, text) = (text("id"), text("to"), text("text"));
    if !world.messages.iter().any(|it| it.0 == id) {
        world.messages.push((id, to, text));
    }
    StatusCode::ACCEPTED
}

/// What the tests' consumer asks for.
pub(super) fn asked() -> Value {
    json!({
        "type": "account_information",
        "client": { "iin": IIN, "phone": NAMED_PHONE },
        "providers": [CONSUMER],
        "data": ["accounts", "balances"],
        "purpose": { "code": "account-aggregation", "text": "Add accounts" },
        "term_days": 90,
    })
}

pub(super) fn link(request_uri: &str) -> String {
    let uri = request_uri.replace(':', "%3A");
    format!("/authorize?client_id={APPLICATION}&request_uri={uri}")
}

pub(super) fn cache() -> PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    std::env::var_os("SENIM_CACHE").map_or_else(|| root.join(".senim"), PathBuf::from)
}

/// What `cargo xtask build` makes.
pub(super) fn judge() -> PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    root.join(".senim/judge.wasm")
}

/// The hash of the consent as a page shows it; of nothing where none is shown.
pub(super) fn agreed_hash(view: &Value) -> String {
    let agreed = serde_json::from_value::<words::Agreed>(view["consent"]["agreed"].clone());
    agreed.map(|it| it.hash()).unwrap_or_default()
}

/// A folder of this test alone.
pub(super) fn folder() -> PathBuf {
    let mut bytes = [0; 8];
    senim_channel::clock::SystemRng.fill(&mut bytes);
    let dir = std::env::temp_dir().join(format!("senim-test-{:016x}", u64::from_be_bytes(bytes)));
    std::fs::create_dir_all(&dir).expect("a folder");
    dir
}

async fn open(
    database: &str,
    outside: &Outside,
    clock: Arc<FixedClock>,
    keys_at: Timestamp,
) -> App {
    let sealer = Sealer::new(&[7; 32]);
    let rng = Arc::new(FixedRng::new(chance_of_this_test()));
    let store = Store::open(database, sealer, rng.clone()).await.expect("the store opens");
    let sealer = store.sealer().clone();
    let keys = Keys::open(&store, &sealer, &*rng, keys_at).await.expect("keys");
    let config = config(database, &outside.url);
    let editions = publish_rules(&store, config.retention(), clock.now()).await;
    App {
        editions: Arc::new(editions.expect("editions")),
        keys,
        source: Source::open(&outside.url, None).expect("a source"),
        messages: Messages::open(Some(&outside.url), None).expect("messages"),
        faces: None,
        judge: None,
        feed: Arc::default(),
        budgets: Arc::default(),
        measures: Arc::default(),
        solutions: Arc::new(Solutions::open(&config.solutions, 0).expect("solutions")),
        config: Arc::new(config),
        store,
        sealer,
        rng,
        clock,
        receivers: None,
        log: None,
    }
}

fn config(database: &str, outside: &str) -> Config {
    let text = format!(
        "database = \"{database}\"\npages_listen = \"127.0.0.1:0\"\n\
         pages_url = \"http://localhost:1\"\nservers_listen = \"127.0.0.1:0\"\nissuer = \"https://localhost:2\"\n\
         edge_url = \"https://localhost:3\"\ntls_certificate = \"x\"\ntls_key = \"x\"\nclient_ca = \"x\"\n\
         master_key_file = \"x\"\nsource_url = \"{outside}\"\nsms_url = \"{outside}\"\n\
         models_dir = \"x\"\njudge = \"x\"\n"
    );
    toml::from_str(&text).expect("a configuration")
}

/// The address that a page of `session` acts at.
fn within(session: SessionId, path: &str) -> String {
    match path.strip_prefix("/api/identity/") {
        Some(step) if !["open", "phone/open"].contains(&step) => {
            format!("/api/identity/{session}/{step}")
        }
        _ => path.to_owned(),
    }
}

fn latest(renewed: &BTreeMap<String, String>, first: &str) -> String {
    let mut cookie = first;
    while let Some(next) = renewed.get(cookie) {
        cookie = next;
    }
    cookie.to_owned()
}

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(milliseconds).expect("a moment")
}

/// The same in every run of a test, for one of a hundred challenges asks the genuine recording for more than it shows; and
/// another each time in one test, for a process that starts again must not draw the same tokens.
fn chance_of_this_test() -> u64 {
    thread_local!(static OPENED: Cell<u64> = const { Cell::new(0) });
    let mut hasher = std::hash::DefaultHasher::new();
    std::thread::current().name().hash(&mut hasher);
    OPENED.replace(OPENED.get() + 1).hash(&mut hasher);
    hasher.finish()
}
