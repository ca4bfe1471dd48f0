//! Liveness checks at a second solution, whose own front part films (BIO-2, BIO-5): it passes, and whatever goes wrong on its
//! side costs the client neither a check nor the session, while a client gains nothing by what it can cause itself.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use axum::http::Request;
use axum::routing::{get, post};
use axum::{Json, Router};
use senim_core::problem::Problem;
use senim_core::solution::FAULTS_MAX;
use senim_core::text::Language;
use senim_host::evidence::export::export;
use senim_host::evidence::replay::replay;
use senim_host::operator::add_operator;
use senim_host::solution::{SolutionConfig, Solutions, probe};
use senim_store as store;
use senim_tests::pictures;
use senim_world::vendor::pack::Pack;
use senim_world::vendor::{self, Fault, Faults, VENDOR};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::stand::{Answer, Stand, asked, cache, folder};
use crate::database::on_each;

const FRONT: &str = "/api/identity/liveness/front";
const VERDICT: &str = "/api/identity/liveness/front/verdict";
const CHALLENGE: &str = "/api/identity/liveness/challenge";
const SHOTS: usize = 9;

#[tokio::test(flavor = "multi_thread")]
async fn a_check_goes_through_the_second_solution_to_the_code_and_its_evidence_says_whose_it_is() {
    let world = World::start().await;
    on_each(async |database| {
        let stand = world.connected(Stand::on(database).await.with_faces());
        let cookie = stand.at_camera(asked()).await;
        let front = front(&stand, &cookie).await;
        assert_eq!((&front["solution"], &front["vendor"]), (&json!("sunqar"), &json!(VENDOR)));
        assert_eq!(front["page"], format!("{}/front", world.sunqar.url));
        assert_eq!((&front["origin"], &front["open"]), (&json!(world.sunqar.url), &json!(null)));
        let widget = stand.post(CHALLENGE, Some(&cookie), json!({})).await;
        assert_eq!(widget.outcome(), "409 challenge.another-solution", "nobody chooses");

        let opened = stand.post(FRONT, Some(&cookie), json!({ "no_movement": true })).await;
        assert_eq!((opened.status, &opened.body["checks_left"]), (200, &json!(3)), "counted");
        let open = opened.body["front"]["open"].clone();
        assert_eq!(open["expires_in_ms"], 90_000);
        let again = stand.post(FRONT, Some(&cookie), json!({})).await;
        assert_eq!(again.body["front"]["open"], open, "asked again, the same one");
        assert_eq!(again.body["checks_left"], 3);
        // A host that dies in between has lost nothing.
        let stand = world.connected(stand.restarted(database).await.with_faces());
        assert_eq!(front_now(&stand, &cookie).await["open"], open);

        film(&world.sunqar, &open).await;
        let passed = stand.post(VERDICT, Some(&cookie), said("sent")).await;
        assert_eq!(passed.step(), "code", "{}", passed.text);
        let late = stand.post(VERDICT, Some(&cookie), said("sent")).await;
        assert_eq!(late.outcome(), "409 challenge.none-open");
        assert_eq!(rows(&stand).await, ["matcher session matched", "sunqar liveness live"]);
        let journal = stand.journal_text().await;
        assert!(journal.contains("identity.front-checked") && journal.contains("by sunqar"));
        for secret in ["session", "challenge"] {
            assert!(!journal.contains(open[secret].as_str().unwrap()), "{secret}");
        }

        let password = "correct horse battery";
        add_operator(&stand.app, "aigul", password, "JBSWY3DPEHPK3PXPJBSWY3DPEH").await.unwrap();
        let (session, to) = (stand.session(&cookie).await, folder().join("evidence"));
        export(&stand.app, (session, 1), &to, "aigul", "dispute 7").await.unwrap();
        let pictures = std::fs::read_dir(&to).unwrap().flatten();
        let pictures = pictures.filter(|it| it.path().extension().is_some_and(|it| it == "jpg"));
        assert_eq!(pictures.count(), 3, "the portraits");
        let keys = stand.app.keys.published(stand.app.now());
        let judge = stand.app.judge().unwrap();
        let again = || replay(&to, &judge, &cache().join("models"), Some(&keys)).unwrap();
        let report = again().to_string();
        assert!(
            report.contains("the judge can't repeat it") && report.contains("`sunqar`"),
            "{report}"
        );
        assert!(again().upholds(), "{report}");
        let mut pack = std::fs::read(to.join("frames.pack")).unwrap();
        let at = pack.len() - 100;
        pack[at] ^= 1;
        std::fs::write(to.join("frames.pack"), pack).unwrap();
        assert!(!again().upholds(), "another portrait");
    })
    .await;
}

/// The check is given back, the next one goes elsewhere, and the fault has its name where it is counted.
#[tokio::test(flavor = "multi_thread")]
async fn no_fault_of_a_solution_costs_a_check_or_the_session() {
    let world = World::start().await;
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        for (fault, name) in [
            (Fault::HangsOnVerdict, "too-slow"),
            (Fault::AnotherSession, "another-request"),
            (Fault::LiveWithoutPortraits, "contradiction"),
            (Fault::Contradicts, "contradiction"),
            (Fault::NoPictures, "out-of-range"),
            (Fault::Malformed, "malformed"),
        ] {
            // With a health of its own, and after what the last one had left.
            stand = world.connected(stand);
            stand.wait(15 * 60);
            let cookie = stand.at_camera(asked()).await;
            let before = draws(&stand).await;
            let open = open(&stand, &cookie).await;
            film(&world.sunqar, &open).await;
            world.sunqar.faults.set(fault);
            let failed = stand.post(VERDICT, Some(&cookie), said("sent")).await;
            world.sunqar.faults.set(Fault::None);
            assert_eq!(failed.outcome(), "502 solution.front-failed", "{name}");
            assert_eq!(failed.body["fault"], "solution");
            let view = stand.get("/api/identity", Some(&cookie)).await;
            assert_eq!((view.step(), &view.body["checks_left"]), ("liveness", &json!(4)), "{name}");
            assert_eq!(view.body["last_problem"], "solution.front-failed");
            assert_eq!(view.body["front"], json!(null), "{name}: the next is another's");
            assert_eq!(draws(&stand).await, before, "{name}: nor does it count over sessions");
            let newest = rows(&stand).await;
            assert_eq!(newest.last().unwrap(), &format!("sunqar liveness {name}"));
            assert!(
                stand.journal_text().await.contains(&format!("\"fault\":\"{name}\"")),
                "{name}"
            );
            let challenge = stand.post(CHALLENGE, Some(&cookie), json!({})).await;
            assert_eq!((challenge.status, &challenge.body["checks_left"]), (200, &json!(3)));
        }
    })
    .await;
}

/// What hangs at the beginning costs some of the client's time and nothing else, not even a second press.
#[tokio::test(flavor = "multi_thread")]
async fn a_front_part_that_does_not_open_is_left_for_the_next_at_once() {
    let (world, other) = (World::start().await, Sunqar::start().await);
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        world.sunqar.faults.set(Fault::HangsOnOpen);
        stand.app.solutions = Arc::new(world.solutions(&other.config("other", 1)));
        let cookie = stand.at_camera(asked()).await;
        assert_eq!(front(&stand, &cookie).await["solution"], "sunqar");
        // Beside the first, another press asks nobody.
        let press = || stand.post(FRONT, Some(&cookie), json!({}));
        let (one, two) = tokio::join!(press(), press());
        let outcomes = [one.outcome(), two.outcome()];
        assert!(
            outcomes.contains(&"200".to_owned()) && outcomes.contains(&"503 busy".to_owned()),
            "{outcomes:?}"
        );
        let opened = front_now(&stand, &cookie).await;
        assert_eq!(opened["solution"], "other");
        assert_eq!(rows(&stand).await, ["sunqar liveness too-slow"]);
        film(&other, &opened["open"]).await;
        let passed = stand.post(VERDICT, Some(&cookie), said("sent")).await;
        assert_eq!(passed.step(), "code", "{}", passed.text);

        // Nobody else: the widget, and nothing is counted yet.
        stand.wait(15 * 60);
        stand = world.connected(stand);
        let cookie = stand.at_camera(asked()).await;
        let left = stand.post(FRONT, Some(&cookie), json!({})).await;
        assert_eq!((&left.body["front"], &left.body["checks_left"]), (&json!(null), &json!(4)));
        let challenge = stand.post(CHALLENGE, Some(&cookie), json!({})).await;
        assert_eq!(challenge.status, 200);
        world.sunqar.faults.set(Fault::None);
    })
    .await;
}

/// Sending nothing, leaving, saying what is not so: each counts as any other check.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_causes_itself_is_its_own_check() {
    let world = World::start().await;
    on_each(async |database| {
        let stand = world.connected(Stand::on(database).await);
        // The solution says that nothing arrived, whatever the page says.
        let cookie = stand.at_camera(asked()).await;
        let first = open(&stand, &cookie).await;
        let nothing = stand.post(VERDICT, Some(&cookie), said("sent")).await;
        assert_eq!(nothing.outcome(), "422 front.nothing-arrived");
        // The front part ran, so it was the client who stopped.
        let second = open(&stand, &cookie).await;
        assert_ne!(first, second);
        start(&world.sunqar, &second).await;
        let stopped = stand.post(VERDICT, Some(&cookie), said("not-ready")).await;
        assert_eq!(stopped.outcome(), "422 front.nothing-arrived");
        // A still picture, and one that came before.
        let third = open(&stand, &cookie).await;
        let still = vec![fresh().remove(0); SHOTS];
        send(&world.sunqar, &third, &still).await;
        let refused = stand.post(VERDICT, Some(&cookie), said("sent")).await;
        assert_eq!(refused.outcome(), "422 identity.not-live");
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(
            (&view.body["checks_left"], &view.body["front"]["solution"]),
            (&json!(1), &json!("sunqar"))
        );
        // The fourth: its time runs out.
        open(&stand, &cookie).await;
        stand.wait(90);
        let late = stand.post(VERDICT, Some(&cookie), said("sent")).await;
        assert_eq!(late.outcome(), "429 identity.blocked");
        assert_eq!(
            rows(&stand).await,
            ["sunqar liveness not-live"],
            "only what was judged is counted"
        );

        stand.wait(15 * 60);
        let pictures = fresh();
        for (outcome, left) in [("200", 3), ("422 identity.not-live", 3)] {
            let cookie = stand.at_camera(asked()).await;
            let open = open(&stand, &cookie).await;
            send(&world.sunqar, &open, &pictures).await;
            let answer = stand.post(VERDICT, Some(&cookie), said("sent")).await;
            assert_eq!(answer.outcome(), outcome, "pictures that came before are known");
            let view = stand.get("/api/identity", Some(&cookie)).await;
            assert!(outcome == "200" || view.body["checks_left"] == left, "{}", view.text);
        }
    })
    .await;
}

/// A client may say that a front part never ran, which nobody else can see. It gains one check, judged by nobody, once.
#[tokio::test(flavor = "multi_thread")]
async fn that_a_front_part_never_ran_is_believed_once_a_session_and_moves_its_health_once_an_hour()
{
    let world = World::start().await;
    on_each(async |database| {
        let stand = world.connected(Stand::on(database).await);
        let cookie = stand.at_camera(asked()).await;
        open(&stand, &cookie).await;
        let claimed = stand.post(VERDICT, Some(&cookie), said("not-ready")).await;
        assert_eq!(claimed.outcome(), "502 solution.front-failed");
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!((&view.body["checks_left"], &view.body["front"]), (&json!(4), &json!(null)));
        let more = stand.post(FRONT, Some(&cookie), json!({})).await;
        assert_eq!(more.body["front"], json!(null), "it is out for the rest of the session");
        for left in [3, 2, 1] {
            assert_eq!(stand.not_live(&cookie).await, Problem::IdentityNotLive);
            let view = stand.get("/api/identity", Some(&cookie)).await;
            assert_eq!(view.body["checks_left"], left);
        }
        assert_eq!(stand.not_live(&cookie).await, Problem::IdentityBlocked, "four were judged");

        // As many claims as anybody likes don't close the solution to others.
        for _ in 0..2 * FAULTS_MAX {
            stand.wait(15 * 60);
            let cookie = stand.at_camera(asked()).await;
            open(&stand, &cookie).await;
            let claimed = stand.post(VERDICT, Some(&cookie), said("not-ready")).await;
            assert_eq!(claimed.outcome(), "502 solution.front-failed");
            // What it does well in between is worth more than a claim.
            let cookie = stand.at_camera(asked()).await;
            open(&stand, &cookie).await;
            stand.post(VERDICT, Some(&cookie), said("sent")).await;
        }
        stand.wait(15 * 60);
        let cookie = stand.at_camera(asked()).await;
        assert_eq!(front(&stand, &cookie).await["solution"], "sunqar");

        // Claims alone: within an hour one counts, however many sessions make it.
        stand.wait(2 * 3600);
        for _ in 0..=FAULTS_MAX {
            let cookie = stand.at_camera(asked()).await;
            open(&stand, &cookie).await;
            stand.post(VERDICT, Some(&cookie), said("not-ready")).await;
        }
        let cookie = stand.at_camera(asked()).await;
        assert_eq!(front(&stand, &cookie).await["solution"], "sunqar");
        assert!(rows(&stand).await.contains(&"sunqar liveness not-ready".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_solution_that_fails_in_a_row_gets_no_checks_until_it_is_well() {
    let world = World::start().await;
    on_each(async |database| {
        let stand = world.connected(Stand::on(database).await);
        world.sunqar.faults.set(Fault::Malformed);
        for _ in 0..FAULTS_MAX {
            let cookie = stand.at_camera(asked()).await;
            open(&stand, &cookie).await;
            let failed = stand.post(VERDICT, Some(&cookie), said("sent")).await;
            assert_eq!(failed.outcome(), "502 solution.front-failed");
        }
        world.sunqar.faults.set(Fault::None);
        let cookie = stand.at_camera(asked()).await;
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["front"], json!(null));
        stand.wait(10);
        probe(&stand.app).await;
        assert_eq!(front(&stand, &cookie).await["solution"], "sunqar");
        let (from, until) = (stand.app.now() - chrono::TimeDelta::days(1), stand.app.now());
        let report = senim_host::solution::report(&stand.app, from, until).await.unwrap();
        let line = report.lines().find(|it| it.starts_with("sunqar")).unwrap();
        let numbers: Vec<&str> = line.split_whitespace().skip(1).collect();
        assert_eq!(numbers, ["0", "0", "0", "0", "0", "3", "0", "0", "0"], "{report}");
    })
    .await;
}

/// A check's verdict is asked for once, however often and however fast the page asks.
#[tokio::test(flavor = "multi_thread")]
async fn verdicts_side_by_side_win_no_check() {
    let world = World::start().await;
    on_each(async |database| {
        let stand = world.connected(Stand::on(database).await);
        let cookie = stand.at_camera(asked()).await;
        let open = open(&stand, &cookie).await;
        let still = vec![fresh().remove(0); SHOTS];
        send(&world.sunqar, &open, &still).await;
        let ask = || Box::pin(stand.post(VERDICT, Some(&cookie), said("sent")));
        let answers = tokio::join!(ask(), ask(), ask(), ask());
        let answers = [answers.0, answers.1, answers.2, answers.3];
        let judged = answers.iter().filter(|it| it.outcome() == "422 identity.not-live").count();
        let unused = answers.iter().filter(|it| it.outcome() == "409 challenge.none-open").count();
        let outcomes: Vec<String> = answers.iter().map(Answer::outcome).collect();
        assert_eq!((judged, unused), (1, 3), "{outcomes:?}");
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["checks_left"], 3);
        assert_eq!(rows(&stand).await, ["sunqar liveness not-live"]);
    })
    .await;
}

/// A new session on the same day draws the same: nobody opens sessions until the solution comes that they like.
#[tokio::test(flavor = "multi_thread")]
async fn the_draw_is_the_persons_and_the_days_and_the_weights_hold() {
    let world = World::start().await;
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let even = [world.matcher(), world.sunqar.config("sunqar", 1), builtin(1)];
        stand.app.solutions = Arc::new(Solutions::open(&even, 0).unwrap());
        let mut fronts = 0;
        for day in 0..40 {
            let mut drawn = Vec::new();
            for _ in 0..2 {
                let cookie = stand.at_camera(asked()).await;
                drawn.push(front_now(&stand, &cookie).await["solution"].clone());
                stand.wait(60);
            }
            assert_eq!(drawn[0], drawn[1], "day {day}");
            fronts += usize::from(drawn[0] == "sunqar");
            stand.wait(24 * 3600 - 120);
        }
        // Half of them; outside of 6 to 34 the odds are below 1e-5.
        assert!((6..=34).contains(&fronts), "{fronts} of 40");
    })
    .await;
}

/// That another vendor sees the pictures is said exactly where one may.
#[tokio::test(flavor = "multi_thread")]
async fn the_agreement_says_that_a_vendor_films() {
    let world = World::start().await;
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let said = |stand: &Stand| {
            let texts = &stand.app.editions.agreement.texts;
            let russian = serde_json::to_string(&texts.ru).unwrap();
            russian.contains("снимки видит и он")
        };
        assert!(!said(&stand));
        stand
            .reconfigured(|it| it.solutions = vec![builtin(1), world.sunqar.config("sunqar", 0)])
            .await;
        assert!(!said(&stand), "with no weight nothing goes there");
        stand
            .reconfigured(|it| it.solutions = vec![builtin(1), world.sunqar.config("sunqar", 1)])
            .await;
        assert!(said(&stand));
        assert_eq!(stand.app.editions.agreement.number, 2);
        for language in Language::ALL {
            let table = stand.app.config.retention().table();
            let lines: Vec<_> = table
                .iter()
                .map(|it| senim_core::retention::words::seen_by(language, it.seen_by))
                .collect();
            assert!(lines.iter().any(|it| it.contains("vendor")
                || it.contains("разработчика")
                || it.contains("әзірлеуші")));
        }
    })
    .await;
}

/// Vendor and matcher, and how a host has them.
struct World {
    sunqar: Sunqar,
    /// A solution that finds every face alike.
    matcher: String,
}

struct Sunqar {
    url: String,
    faults: Faults,
    router: Router,
}

impl World {
    async fn start() -> Self {
        let alike = async |Json(asked): Json<Value>| {
            Json(json!({
                "request_id": asked["request_id"], "similarity": 0.7, "threshold": 0.4, "degree": 97.0,
            }))
        };
        let matcher = Router::new()
            .route("/v1/match", post(alike))
            .layer(axum::extract::DefaultBodyLimit::max(16 * 1024 * 1024))
            .route("/healthz", get(async || "ok"));
        Self { sunqar: Sunqar::start().await, matcher: served(matcher).await }
    }

    fn matcher(&self) -> SolutionConfig {
        let text = format!("name = \"matcher\"\nweight = 1\nurl = \"{}\"", self.matcher);
        toml::from_str(&text).unwrap()
    }

    /// Nearly every check is the vendor's: the odds of another are one in a thousand million.
    fn solutions(&self, more: &SolutionConfig) -> Solutions {
        let sunqar = self.sunqar.config("sunqar", u32::MAX);
        Solutions::open(&[self.matcher(), sunqar, more.clone()], 0).unwrap()
    }

    fn connected(&self, mut stand: Stand) -> Stand {
        stand.app.solutions = Arc::new(self.solutions(&builtin(1)));
        stand
    }
}

impl Sunqar {
    async fn start() -> Self {
        let faults = Faults::default();
        let router = vendor::router("http://localhost:1", faults.clone());
        let url = served(router.clone()).await;
        Self { url, faults, router }
    }

    fn config(&self, name: &str, weight: u32) -> SolutionConfig {
        let url = &self.url;
        let text = format!(
            "name = \"{name}\"\nweight = 0\nurl = \"{url}\"\ntimeout_ms = 1000\n\
             liveness = {{ weight = {weight}, front = \"{url}/front\", vendor = \"{VENDOR}\" }}"
        );
        toml::from_str(&text).unwrap()
    }
}

fn builtin(liveness: u32) -> SolutionConfig {
    let text = format!("name = \"builtin\"\nweight = 0\nliveness = {{ weight = {liveness} }}");
    toml::from_str(&text).unwrap()
}

async fn served(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn said(word: &str) -> Value {
    json!({ "said": word })
}

/// The front part that the page would show; there must be one.
async fn front(stand: &Stand, cookie: &str) -> Value {
    let front = front_now(stand, cookie).await;
    assert!(front.is_object(), "no front part");
    front
}

async fn front_now(stand: &Stand, cookie: &str) -> Value {
    stand.get("/api/identity", Some(cookie)).await.body["front"].clone()
}

/// What the frame is given.
async fn open(stand: &Stand, cookie: &str) -> Value {
    let opened = stand.post(FRONT, Some(cookie), json!({})).await;
    let open = opened.body["front"]["open"].clone();
    assert!(open.is_object(), "{}", opened.text);
    open
}

async fn start(sunqar: &Sunqar, open: &Value) {
    let named = json!({ "session": open["session"], "challenge": open["challenge"] });
    to_back_part(sunqar, "/front/started", named.to_string().into_bytes()).await;
}

/// Frame and back part are one vendor's: no connection of ours lies between them.
async fn to_back_part(sunqar: &Sunqar, path: &str, body: Vec<u8>) {
    let request = Request::post(path).header("content-type", "application/json");
    let request = request.body(Body::from(body)).unwrap();
    assert_eq!(sunqar.router.clone().oneshot(request).await.unwrap().status(), 204);
}

/// As the front part does with somebody who moves before it.
async fn film(sunqar: &Sunqar, open: &Value) {
    start(sunqar, open).await;
    send(sunqar, open, &fresh()).await;
}

async fn send(sunqar: &Sunqar, open: &Value, pictures: &[Vec<u8>]) {
    let text = |name: &str| open[name].as_str().unwrap().to_owned();
    let shots: Vec<(u32, &[u8])> =
        (0..).map(|it| it * 400).zip(pictures.iter().map(Vec::as_slice)).collect();
    let pack = Pack::write(&text("session"), &text("challenge"), &shots);
    to_back_part(sunqar, "/front/pack", pack).await;
}

/// Pictures that never came before: each has a comment of its own (T.81 §B.2.4.5).
fn fresh() -> Vec<Vec<u8>> {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let own = |jpeg: &Vec<u8>| {
        let number = TAKEN.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let (start, rest) = jpeg.split_at(2);
        [start, &[0xff, 0xfe, 0, 6], &number, rest].concat()
    };
    pictures::nobody(u32::try_from(SHOTS).unwrap()).unwrap().iter().map(own).collect()
}

/// Every request to a solution, in order: its name, what for, what came of it.
async fn rows(stand: &Stand) -> Vec<String> {
    let all =
        "SELECT solution, purpose, outcome, why FROM solution_request ORDER BY asked_at, solution";
    let read = stand.app.store.read("test.rows", async |tx| {
        let rows = sqlx::query_as::<_, (String, String, String, Option<String>)>(all);
        Ok::<_, store::StoreError>(rows.fetch_all(tx.conn()).await?)
    });
    let line = |(solution, purpose, outcome, why): (String, String, String, Option<String>)| {
        format!("{solution} {purpose} {}", why.unwrap_or(outcome))
    };
    read.await.unwrap().into_iter().map(line).collect()
}

/// Challenges that count over sessions.
async fn draws(stand: &Stand) -> i64 {
    let read = stand.app.store.read("test.draws", async |tx| {
        let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM identity_draw");
        Ok::<_, store::StoreError>(count.fetch_one(tx.conn()).await?)
    });
    read.await.unwrap()
}
