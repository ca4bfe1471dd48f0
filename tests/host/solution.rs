//! Biometric solutions: the suite that each passes, the distribution, and a vendor that hangs, lies and answers for
//! others (BIO-1, BIO-5).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use senim_channel::budget::Registry;
use senim_channel::clock::{SystemClock, SystemRng};
use senim_channel::{ClientCertificates, ListenerLimits, TlsListener, server_config};
use senim_core::Timestamp;
use senim_core::id::SolutionRequestId;
use senim_core::solution::{Asker, Base64, FAULTS_MAX, Fault, MatchFaces, Purpose};
use senim_faces::Faces;
use senim_host::config::Config;
use senim_host::inference::{Inference, Turn};
use senim_host::solution::{
    self, Builtin, HttpSolution, Solution, SolutionConfig, Solutions, WhoseTurn, suite,
};
use senim_store as store;
use senim_store::solution::Counts;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use senim_tests::pictures::People;

use super::stand::{CONSUMER, Stand, cache, folder};
use crate::database::on_each;

const ASKER: Asker = Asker { purpose: Purpose::Session, participant: None };

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_engine_passes_the_suite_in_process_and_over_http() {
    let picture =
        |name: &str| std::fs::read(cache().join("people").join(format!("{name}.jpg"))).unwrap();
    let frames = People(cache().join("people")).frames("person_a_2", 1).unwrap();
    let (one, two, other) = (&frames[0], picture("person_a_1"), picture("impostor_1"));
    let engine = builtin();
    suite(&engine, [one, &two], &other).await;

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let _ = axum::serve(listener, solution::routes(engine)).await;
    });
    let vendor = HttpSolution::open(&url, None, Duration::from_mins(2)).unwrap();
    suite(&vendor, [one, &two], &other).await;
    served.abort();
}

/// What strangers send to the served engine.
#[tokio::test(flavor = "multi_thread")]
async fn the_served_engine_refuses_what_is_against_the_contract() {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, header};
    use tower::ServiceExt as _;

    let routes = solution::routes(builtin());
    let sent = async |path: &str, media_type: &str, body: String| {
        let request = Request::post(path).header(header::CONTENT_TYPE, media_type);
        let response =
            routes.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let media_type = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        assert_eq!(media_type, "application/problem+json", "{path}");
        let body: Value =
            serde_json::from_slice(&to_bytes(response.into_body(), 100_000).await.unwrap())
                .unwrap();
        assert_eq!(body["status"], status);
        format!("{status} {}", body["code"].as_str().unwrap())
    };
    let request = SolutionRequestId(1);
    let asked = |probes: Value| json!({ "request_id": request, "probes": probes, "reference": "" });
    let nonce = "A".repeat(43);
    let challenge = json!({ "nonce": nonce, "steps": [], "issued_at": "2026-01-01T00:00:00Z",
                            "expires_at": "2026-01-01T00:01:00Z" });
    let verdict = json!({ "request_id": request, "challenge": challenge, "pack": "AAAA" });
    let large = "A".repeat(4 * 1024 * 1024);
    for (path, media_type, body, outcome) in [
        ("/v1/match", "text/plain", asked(json!([""])), "415 body.media-type"),
        ("/v1/match", "application/json", json!({}), "400 body.malformed"),
        ("/v1/match", "application/json", asked(json!([])), "400 body.malformed"),
        ("/v1/match", "application/json", asked(json!(vec![""; 6])), "400 body.malformed"),
        ("/v1/match", "application/json", asked(json!(["*"])), "400 body.malformed"),
        ("/v1/match", "application/json", asked(json!([large, large])), "422 photo.too-large"),
        ("/v1/match", "application/json", asked(json!(vec![&large; 5])), "413 body.too-large"),
        ("/v1/liveness/verdict", "application/json", verdict, "400 body.malformed"),
        ("/v1/liveness/session", "application/json", json!({}), "400 body.malformed"),
        ("/v2/match", "application/json", json!({}), "404 not-found"),
        ("/version", "application/json", json!({}), "405 method.not-allowed"),
    ] {
        assert_eq!(sent(path, media_type, body.to_string()).await, outcome, "{path}");
    }
}

/// Whatever a vendor does instead of answering: the fault has its name, the next solution answers, both are counted.
#[tokio::test(flavor = "multi_thread")]
async fn each_misdeed_is_a_fault_and_the_next_solution_answers() {
    let good = Vendor::start(Behaviour::Honest).await;
    on_each(async |database| {
        let stand = Stand::on(database).await;
        for (behaviour, fault) in [
            (Behaviour::Hangs, "too-slow"),
            (Behaviour::Trickles, "too-slow"),
            (Behaviour::HangsUp, "unreachable"),
            (Behaviour::Degree("250.0"), "out-of-range"),
            (Behaviour::Degree("-3"), "out-of-range"),
            (Behaviour::Degree("1e300"), "out-of-range"),
            (Behaviour::Degree("NaN"), "malformed"),
            (Behaviour::Degree("\"97\""), "malformed"),
            (Behaviour::Degree("12"), "contradiction"),
            (Behaviour::AnswersForAnother, "another-request"),
            (Behaviour::Huge, "too-long"),
            (Behaviour::Endless, "too-long"),
            (Behaviour::SaysHtml, "content-type"),
            (Behaviour::Status("500 Oops"), "status"),
            (Behaviour::Status("302 Found"), "status"),
            (Behaviour::RefusesWith("internal"), "status"),
            (Behaviour::RefusesWith("identity.blocked"), "status"),
            (Behaviour::NotHttp, "unreachable"),
        ] {
            let bad = Vendor::start(behaviour).await;
            // By weight the bad one is nearly always first; the good one is there to fall back to.
            let app = connect(
                &stand,
                &[solution("bad", u32::MAX, &bad.url), solution("good", 1, &good.url)],
            );
            let start = app.now();
            let matched = solution::match_faces(&app, ASKER, turn(&app).await, &[face()], &face())
                .await
                .unwrap();
            assert_eq!(
                (matched.solution.as_str(), matched.found.degree),
                ("good", 97.0),
                "{fault}"
            );
            assert_eq!(bad.asked(), 1, "{fault}");
            let chosen =
                solution::match_with(&app, "bad", ASKER, turn(&app).await, &[face()], &face())
                    .await;
            let problem = chosen.unwrap_err().problem();
            assert!(problem.code().starts_with("solution."), "{fault}");
            assert_eq!(tried(&app, "bad").await, [fault, fault], "{problem:?}");
            assert_eq!(tried(&app, "good").await, ["matched"]);
            clear(&app).await;
            assert_eq!(app.now(), start);
        }
    })
    .await;
}

/// What is wrong with a picture is an answer: nobody else is asked, and it is paid.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_picture_is_an_answer() {
    let refuses = Vendor::start(Behaviour::RefusesWith("photo.no-face")).await;
    let good = Vendor::start(Behaviour::Honest).await;
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let app = connect(
            &stand,
            &[solution("refuses", u32::MAX, &refuses.url), solution("good", 1, &good.url)],
        );
        let refusal = solution::match_faces(&app, ASKER, turn(&app).await, &[face()], &face())
            .await
            .unwrap_err();
        assert_eq!(refusal.problem().code(), "photo.no-face");
        assert_eq!(tried(&app, "refuses").await, ["photo.no-face"]);
        assert_eq!(tried(&app, "good").await, [""; 0]);
        let counts = counts(&app).await;
        assert_eq!((counts.len(), counts[0].refused, counts[0].processed()), (1, 1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_solution_is_tried_again_only_when_healthy() {
    let vendor = Vendor::start(Behaviour::Status("500 Oops")).await;
    on_each(async |database| {
        vendor.behave(Behaviour::Status("500 Oops"));
        let stand = Stand::on(database).await;
        let app = connect(&stand, &[solution("only", 1, &vendor.url)]);
        let ask = async || {
            let answer =
                solution::match_faces(&app, ASKER, turn(&app).await, &[face()], &face()).await;
            answer.map(|it| it.solution).map_err(|it| it.problem().code())
        };
        let before = vendor.asked();
        for _ in 0..FAULTS_MAX {
            assert_eq!(ask().await, Err("solution.none-available"));
        }
        assert_eq!(vendor.asked() - before, usize::from(FAULTS_MAX));
        // Now it is left alone, also by who chooses it.
        assert_eq!(ask().await, Err("solution.none-available"));
        let chosen =
            solution::match_with(&app, "only", ASKER, turn(&app).await, &[face()], &face())
                .await
                .unwrap_err();
        assert_eq!(chosen.problem().code(), "solution.unavailable");
        assert_eq!(vendor.asked() - before, usize::from(FAULTS_MAX));
        // Not well yet, then well, but too early, then well.
        stand.wait(10);
        solution::probe(&app).await;
        assert_eq!(ask().await, Err("solution.none-available"));
        vendor.behave(Behaviour::Honest);
        solution::probe(&app).await;
        assert_eq!(ask().await, Ok("only".to_owned()));
        // A solution that says it is unwell is left out before anybody's request fails.
        vendor.behave(Behaviour::Status("503 Later"));
        for _ in 0..FAULTS_MAX {
            solution::probe(&app).await;
        }
        let before = vendor.asked();
        assert_eq!(ask().await, Err("solution.none-available"));
        assert_eq!(vendor.asked(), before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_solution_under_maintenance_is_not_asked() {
    let one = Vendor::start(Behaviour::Honest).await;
    let two = Vendor::start(Behaviour::Honest).await;
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let now = stand.app.now();
        let mut resting = solution("resting", u32::MAX, &one.url);
        let hour = chrono::TimeDelta::hours(1);
        resting.maintenance = vec![senim_core::solution::Window { from: now, until: now + hour }];
        let app = connect(&stand, &[resting, solution("other", 1, &two.url)]);
        let ask = async || {
            solution::match_faces(&app, ASKER, turn(&app).await, &[face()], &face())
                .await
                .unwrap()
                .solution
        };
        assert_eq!(ask().await, "other");
        let chosen =
            solution::match_with(&app, "resting", ASKER, turn(&app).await, &[face()], &face())
                .await;
        assert_eq!(chosen.unwrap_err().problem().code(), "solution.unavailable");
        stand.wait(3600);
        assert_eq!(ask().await, "resting");
        let unknown =
            solution::match_with(&app, "nobody", ASKER, turn(&app).await, &[face()], &face()).await;
        assert_eq!(unknown.unwrap_err().problem().code(), "solution.unknown");
    })
    .await;
}

/// Requests go by weight, each is counted for its solution and participant, and paid at its price up to the cap.
#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_counted_and_paid() {
    let vendors = [Vendor::start(Behaviour::Honest).await, Vendor::start(Behaviour::Honest).await];
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let mut solutions =
            vec![solution("a", 3, &vendors[0].url), solution("b", 1, &vendors[1].url)];
        solutions[0].price_tiyn = 100;
        solutions[1].price_tiyn = 1_500;
        let mut app = connect(&stand, &solutions);
        let participant = Some(CONSUMER.parse().unwrap());
        let asker = Asker { participant, ..ASKER };
        let before = [vendors[0].asked(), vendors[1].asked()];
        for _ in 0..40 {
            solution::match_faces(&app, asker, turn(&app).await, &[face()], &face()).await.unwrap();
        }
        let shares = [vendors[0].asked() - before[0], vendors[1].asked() - before[1]];
        assert_eq!(shares[0] + shares[1], 40);
        // 30 expected; outside of 16 to 40 the odds are below 1e-5.
        assert!((16..40).contains(&shares[0]), "{shares:?}");
        let counts = counts(&app).await;
        assert_eq!(
            counts.iter().map(|it| it.matched).collect::<Vec<_>>(),
            shares.map(|it| it as u64)
        );
        app.config = Arc::new(Config { solution_price_cap_tiyn: 1_000, ..(*app.config).clone() });
        let (from, until) = (app.now(), app.now() + chrono::TimeDelta::hours(1));
        let report = solution::report(&app, from, until).await.unwrap();
        let last = |line: &str| line.split_whitespace().last().unwrap().parse::<usize>().unwrap();
        let paid: Vec<usize> = report.lines().skip(1).map(last).collect();
        assert_eq!(paid, [shares[0] * 100, shares[1] * 1_000], "{report}");
        let later =
            solution::report(&app, until, until + chrono::TimeDelta::hours(1)).await.unwrap();
        assert_eq!(later.lines().count(), 1, "{later}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_by_tls_is_the_one_whose_ca_is_named() {
    let dir = folder();
    let (good, bad) = (Ca::new(&dir, "good"), Ca::new(&dir, "bad"));
    let (certificate, key) = good.server(&dir);
    let tls = server_config(&certificate, &key, ClientCertificates::NotAsked).unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", tcp.local_addr().unwrap().port());
    let listener = TlsListener::new(tcp, tls, ListenerLimits::default()).unwrap();
    let routes = solution::routes(builtin());
    let served = tokio::spawn(async move {
        let _ = axum::serve(listener, routes).await;
    });
    let within = Duration::from_secs(10);
    let open = |ca: &Path| HttpSolution::open(&url, Some(ca), within).unwrap();
    assert_eq!(open(&good.file).well().await, Ok(()));
    assert_eq!(open(&bad.file).well().await, Err(Fault::Unreachable));
    let asked = MatchFaces {
        request_id: SolutionRequestId(1),
        probes: vec![Base64(vec![])],
        reference: Base64(vec![]),
    };
    assert_eq!(open(&bad.file).match_faces(asked).await, Err(Fault::Unreachable));
    served.abort();
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn a_vendor_may_offer_matching_alone() {
    let vendor = Vendor::start(Behaviour::Status("501 Not Implemented")).await;
    let solution = HttpSolution::open(&vendor.url, None, Duration::from_secs(5)).unwrap();
    let asked = senim_core::solution::OpenLivenessSession {
        request_id: SolutionRequestId(1),
        wishes: senim_core::liveness::challenge::Wishes::default(),
    };
    assert_eq!(solution.open_liveness(asked).await, Err(Fault::NotOffered));
}

/// A participant's photos in a bad hour of a solution must not close it to identity sessions.
#[tokio::test(flavor = "multi_thread")]
async fn faults_under_one_purpose_do_not_close_a_solution_to_another() {
    let vendor = Vendor::start(Behaviour::Honest).await;
    on_each(async |database| {
        vendor.behave(Behaviour::Status("500 Oops"));
        let stand = Stand::on(database).await;
        let app = connect(&stand, &[solution("only", 1, &vendor.url)]);
        let photo = Asker { purpose: Purpose::Photo, participant: Some(CONSUMER.parse().unwrap()) };
        let choose = async || {
            let turn = turn(&app).await;
            let chosen = solution::match_with(&app, "only", photo, turn, &[face()], &face()).await;
            chosen.map(|it| it.solution).map_err(|it| it.problem().code())
        };
        for _ in 0..FAULTS_MAX {
            assert_eq!(choose().await, Err("solution.failed"));
        }
        vendor.behave(Behaviour::Honest);
        assert_eq!(choose().await, Err("solution.unavailable"));
        let session =
            solution::match_faces(&app, ASKER, turn(&app).await, &[face()], &face()).await;
        assert_eq!(session.unwrap().solution, "only");
    })
    .await;
}

/// As a check has it that goes on to a match.
async fn turn(app: &senim_host::app::App) -> Turn {
    app.budgets.inference.again().await.unwrap()
}

fn builtin() -> Builtin {
    let models_dir = cache().join("models");
    Builtin {
        faces: Arc::new(Faces::open(&models_dir, None).unwrap()),
        models_dir,
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        turn: WhoseTurn::Waits(Inference::open(&Registry::default())),
    }
}

fn solution(name: &str, weight: u32, url: &str) -> SolutionConfig {
    let text = format!("name = \"{name}\"\nweight = {weight}\nurl = \"{url}\"\ntimeout_ms = 500");
    toml::from_str(&text).unwrap()
}

fn connect(stand: &Stand, solutions: &[SolutionConfig]) -> senim_host::app::App {
    let mut app = stand.app.clone();
    app.solutions = Arc::new(Solutions::open(solutions, 10_000).unwrap());
    app
}

fn face() -> Bytes {
    Bytes::from_static(b"a face")
}

/// What came of this solution's tries, in order: `matched`, or why not.
async fn tried(app: &senim_host::app::App, solution: &str) -> Vec<String> {
    app.store
        .read("test.tried", async |tx| {
            let rows = sqlx::query_as::<_, (String, Option<String>)>(
                "SELECT outcome, why FROM solution_request WHERE solution = $1 ORDER BY asked_at, id",
            );
            Ok::<_, store::StoreError>(rows.bind(solution).fetch_all(tx.conn()).await?)
        })
        .await
        .unwrap()
        .into_iter()
        .map(|(outcome, why)| why.unwrap_or(outcome))
        .collect()
}

async fn clear(app: &senim_host::app::App) {
    let end = app.now() + chrono::TimeDelta::days(1);
    app.store
        .transact("test.clear", async |tx| store::solution::forget(tx, end).await)
        .await
        .unwrap();
}

async fn counts(app: &senim_host::app::App) -> Vec<Counts> {
    let (from, until) = (Timestamp::default(), app.now() + chrono::TimeDelta::days(1));
    app.store
        .read("test.counts", async |tx| store::solution::counts(tx, from, until).await)
        .await
        .unwrap()
}

struct Ca {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Ca {
    fn new(dir: &Path, name: &str) -> Self {
        let pair = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let made = params.self_signed(&pair).unwrap();
        let file = dir.join(format!("{name}.pem"));
        std::fs::write(&file, made.pem()).unwrap();
        Self { issuer: Issuer::from_ca_cert_pem(&made.pem(), pair).unwrap(), file }
    }

    fn server(&self, dir: &Path) -> (PathBuf, PathBuf) {
        let pair = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let made = params.signed_by(&pair, &self.issuer).unwrap();
        let (certificate, key) = (dir.join("server.pem"), dir.join("server.key"));
        std::fs::write(&certificate, made.pem()).unwrap();
        std::fs::write(&key, pair.serialize_pem()).unwrap();
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
        (certificate, key)
    }
}

/// How a vendor of the tests behaves.
#[derive(Clone, Copy)]
enum Behaviour {
    Honest,
    Degree(&'static str),
    AnswersForAnother,
    Hangs,
    /// All but the last byte, which never comes.
    Trickles,
    HangsUp,
    Huge,
    /// Chunks without an end.
    Endless,
    SaysHtml,
    Status(&'static str),
    RefusesWith(&'static str),
    NotHttp,
}

struct Vendor {
    url: String,
    asked: Arc<AtomicUsize>,
    behaviour: Arc<std::sync::Mutex<Behaviour>>,
    served: tokio::task::JoinHandle<()>,
}

impl Vendor {
    async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<AtomicUsize>::default();
        let behaviour = Arc::new(std::sync::Mutex::new(behaviour));
        let (counted, shared) = (asked.clone(), behaviour.clone());
        let served = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let behaviour = *shared.lock().unwrap();
                tokio::spawn(serve(stream, behaviour, counted.clone()));
            }
        });
        Self { url, asked, behaviour, served }
    }

    fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }

    /// Matches that it was asked for.
    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// One request, one answer; whoever hangs up early is left.
async fn serve(mut stream: TcpStream, behaviour: Behaviour, asked: Arc<AtomicUsize>) {
    let Some((path, body)) = request(&mut stream).await else { return };
    if path == "/v1/match" {
        asked.fetch_add(1, Ordering::SeqCst);
    }
    let id = body["request_id"].as_str().unwrap_or_default().to_owned();
    let outcome = |id: &str, degree: &str| {
        format!(r#"{{"request_id":"{id}","similarity":0.7,"threshold":0.4,"degree":{degree}}}"#)
    };
    let answer = match behaviour {
        _ if path == "/healthz" && !matches!(behaviour, Behaviour::Status(_)) => {
            http("200 OK", "text/plain", "ok")
        }
        Behaviour::Honest => http("200 OK", "application/json", &outcome(&id, "97.0")),
        Behaviour::Degree(degree) => http("200 OK", "application/json", &outcome(&id, degree)),
        Behaviour::AnswersForAnother => {
            http("200 OK", "application/json", &outcome(&SolutionRequestId(9).to_string(), "97.0"))
        }
        Behaviour::Hangs => return std::future::pending().await,
        Behaviour::Trickles => {
            let text = http("200 OK", "application/json", &outcome(&id, "97.0"));
            let _ = stream.write_all(&text.as_bytes()[..text.len() - 1]).await;
            return std::future::pending().await;
        }
        Behaviour::HangsUp => return,
        Behaviour::Huge => http("200 OK", "application/json", &" ".repeat(1_000_000)),
        Behaviour::Endless => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
            let mut next = head.to_owned();
            while stream.write_all(next.as_bytes()).await.is_ok() {
                next = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
            }
            return;
        }
        Behaviour::SaysHtml => http("200 OK", "text/html", &outcome(&id, "97.0")),
        Behaviour::Status(status) => http(status, "text/plain", "no"),
        Behaviour::RefusesWith(code) => {
            let body = json!({ "code": code, "status": 422 }).to_string();
            http("422 Unprocessable Content", "application/problem+json", &body)
        }
        Behaviour::NotHttp => "SSH-2.0-OpenSSH_9.2\r\n".to_owned(),
    };
    let _ = stream.write_all(answer.as_bytes()).await;
}

fn http(status: &str, media_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\
         location: /elsewhere\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

async fn request(stream: &mut TcpStream) -> Option<(String, Value)> {
    let mut seen = Vec::new();
    let head = loop {
        if let Some(end) = seen.windows(4).position(|it| it == b"\r\n\r\n") {
            break end + 4;
        }
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(read) if read > 0 => seen.extend_from_slice(&part[..read]),
            _ => return None,
        }
    };
    let text = String::from_utf8_lossy(&seen[..head]).to_ascii_lowercase();
    let path = text.split_whitespace().nth(1)?.to_owned();
    let length = text.lines().find_map(|it| it.strip_prefix("content-length: "));
    let length: usize = length.and_then(|it| it.parse().ok()).unwrap_or_default();
    let mut body = vec![0; (head + length).saturating_sub(seen.len())];
    stream.read_exact(&mut body).await.ok()?;
    let body = [&seen[head..], &body].concat();
    Some((path, serde_json::from_slice(&body).unwrap_or_default()))
}
