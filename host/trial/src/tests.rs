//! Whole trials, small: the six portraits behind demo and tests, and vendors that lie.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::routing::{get, post};
use axum::{Json, Router};
use clap::Parser as _;
use senim_core::trial::{Outcome, Report};
use serde_json::{Value, json};

use super::attacks::species::Species;
use super::attacks::workshop::Workshop;
use super::liveness::judged;
use super::{Trial, run};
use senim_faces::Faces;

/// Any other will do.
const SEED: u64 = 1;

/// As `senim-trial` reads its words.
#[derive(clap::Parser)]
struct Words {
    #[command(subcommand)]
    trial: Trial,
}

fn trial(words: &[&str]) -> anyhow::Result<()> {
    run(Words::try_parse_from(["trial"].iter().chain(words))?.trial)
}

#[test]
fn a_tiny_manifest_is_tried_reported_signed_and_compared() {
    let folder = folder("whole");
    let manifest = manifest(&folder);
    let out = folder.join("out");
    let (models, here) = (senim("models"), |it: &str| out.join(it).display().to_string());
    let words = [
        "match",
        "--manifest",
        &manifest,
        "--models-dir",
        &models,
        "--out",
        &here(""),
        "--name",
        "six portraits",
        "--requests",
        "2",
    ];
    trial(&words).unwrap();
    let found = report(&out.join("matching.json"));
    let matching = found.matching.as_ref().unwrap();
    assert_eq!((matching.data.people, matching.data.pictures), (4, 6));
    assert_eq!(matching.failed_to_enrol.hits, 0, "{:?}", matching.failures);
    let raw = &matching.sets[0];
    assert_eq!((raw.genuine_pairs, raw.impostor_pairs), (2, 13));
    assert!(raw.equal_error_rate < 1e-9, "two people twice are told apart from all others");
    assert!(
        matching.function.iter().all(|it| it.outcome == Outcome::Passed),
        "{:?}",
        matching.function
    );
    assert!(
        matching.security.iter().all(|it| it.outcome == Outcome::Passed),
        "{:?}",
        matching.security
    );
    // Thirteen pairs show no rate of BIO-3, and the report says so.
    let bounds = found.verdicts.iter().filter(|it| it.rule.starts_with("FMR"));
    assert!(bounds.clone().count() > 0 && bounds.clone().all(|it| it.outcome == Outcome::NotShown));
    assert_eq!(matching.groups.len(), 2);

    // Nothing is made twice: the second run takes the templates of the first.
    let kept = kept(&out);
    trial(&words).unwrap();
    assert_eq!(lines(&kept), 6, "six pictures, six templates, after two runs");
    // A line that a crash tore is made again.
    let text = std::fs::read_to_string(&kept).unwrap();
    std::fs::write(&kept, &text[..text.len() - 40]).unwrap();
    trial(&words).unwrap();
    assert_eq!(report(&out.join("matching.json")).matching.unwrap().sets, matching.sets);

    trial(&["report", &here("matching.json"), "--out", &here("report"), "--key", &here("key.pem")])
        .unwrap();
    trial(&["verify", &here("report"), "--key", &here("report/key.jwk")]).unwrap();
    let page = std::fs::read_to_string(out.join("report/report.html")).unwrap();
    for text in [&page, &std::fs::read_to_string(out.join("report/report.json")).unwrap()] {
        for file in ["person_a_1", "person_a_2", "person_b_1", "impostor_1", "impostor_2"] {
            assert!(!text.contains(file), "a report names nobody and none of their files");
        }
    }
    assert!(!page.contains("<script") && !page.contains("src="), "nothing is loaded");
    assert!(std::fs::read(out.join("report/report.pdf")).unwrap().starts_with(b"%PDF-"));
    trial(&[
        "compare",
        &here("matching.json"),
        &here("report/report.json"),
        "--html",
        &here("both.html"),
    ])
    .unwrap();
    std::fs::write(out.join("report/report.html"), page.replace("passed", "Passed")).unwrap();
    assert!(trial(&["verify", &here("report"), "--key", &here("report/key.jwk")]).is_err());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_vendor_that_lies_has_no_similarities_and_fails() {
    for (lie, fault) in [
        (json!({ "similarity": 0.9, "threshold": 0.5, "degree": 250.0 }), "out-of-range"),
        (json!({ "similarity": null, "threshold": 0.5, "degree": 90.0 }), "malformed"),
        (json!({ "similarity": 0.4, "threshold": 0.5, "degree": 99.0 }), "contradiction"),
        (
            json!({ "similarity": 0.9, "threshold": 0.5, "degree": 90.0, "request_id": "slr_00" }),
            "another-request",
        ),
    ] {
        let folder = folder(fault);
        let manifest = manifest(&folder);
        let out = folder.join("out").display().to_string();
        let address = serve(lie);
        trial(&[
            "match",
            "--manifest",
            &manifest,
            "--solution",
            &address,
            "--out",
            &out,
            "--pairs",
            "2",
            "10",
            "--requests",
            "9",
        ])
        .unwrap();
        let found = report(&folder.join("out/matching.json"));
        let matching = found.matching.unwrap();
        assert_eq!(matching.failures, [(fault.to_owned(), 12)]);
        assert_eq!(matching.failed_to_enrol.hits, matching.failed_to_enrol.of);
        assert_eq!(matching.function[0].outcome, Outcome::Failed);
        let refusals = matching.security.iter().filter(|it| it.name == "a cut JPEG is refused");
        assert!(refusals.clone().all(|it| it.outcome == Outcome::Failed), "a fault is no refusal");
        assert!(
            !found
                .verdicts
                .iter()
                .any(|it| it.rule.starts_with("FMR") && it.outcome == Outcome::Passed)
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}

/// The suite's share of `senim-trial liveness`, which makes hundreds of each (docs/trial/README.md).
#[test]
fn one_presentation_of_every_species_is_refused_and_people_are_not() {
    let models = PathBuf::from(senim("models"));
    let library = PathBuf::from(senim("tools/libonnxruntime.so"));
    let faces = Faces::open(&models, library.exists().then_some(library.as_path())).unwrap();
    let workshop = Workshop::open(Path::new(&senim("people")), None, &faces).unwrap();
    // One in ten is taken for a picture (docs/trial); a client has four checks.
    let genuine = (0..3).map(|index| judged(&faces, &workshop.genuine(index, SEED).unwrap()));
    let refused: Vec<_> = genuine.filter(|row| !row.live).collect();
    assert!(refused.len() <= 1, "{refused:?}");
    for species in Species::ALL.into_iter().filter(|it| *it != Species::Real) {
        // The first is of the easiest challenge, as attackers choose it.
        let row = judged(&faces, &workshop.present(&faces, species, 0, SEED).unwrap());
        println!("{}: {:?} {:?}", species.name(), row.refused, row.reasons);
        assert!(!row.live, "{}: {row:?}", species.name());
    }
}

/// A vendor who answers every match with `lie`, and with the request's id where the lie has none.
fn serve(lie: Value) -> String {
    let (told, address) = std::sync::mpsc::channel::<SocketAddr>();
    std::thread::spawn(move || {
        let version = json!({ "name": "liar", "version": "1", "models": [] });
        let answer = move |Json(asked): Json<Value>| {
            let mut answer = json!({ "request_id": asked["request_id"] });
            for (name, value) in lie.as_object().unwrap() {
                answer[name] = value.clone();
            }
            async move { Json(answer) }
        };
        let router = Router::new()
            .route("/version", get(move || async move { Json(version) }))
            .route("/v1/match", post(answer));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    format!("http://{}", address.recv().unwrap())
}

fn manifest(folder: &Path) -> String {
    let people = senim("people");
    let mut text = "picture,person,group\n".to_owned();
    for (file, person, group) in [
        ("person_a_1", "a", "x"),
        ("person_a_2", "a", "x"),
        ("person_b_1", "b", "y"),
        ("person_b_2", "b", "y"),
        ("impostor_1", "c", "x"),
        ("impostor_2", "d", "y"),
    ] {
        let _ = writeln!(text, "{people}/{file}.jpg,{person},{group}");
    }
    let path = folder.join("manifest.csv");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Where xtask's set-up puts models and portraits.
fn senim(folder: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    root.join(".senim").join(folder).display().to_string()
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("senim-trial-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn kept(out: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(out).unwrap().map(|it| it.unwrap().path());
    files.find(|it| it.extension().is_some_and(|it| it == "jsonl")).unwrap()
}

fn lines(file: &Path) -> usize {
    std::fs::read_to_string(file).unwrap().lines().filter(|it| !it.is_empty()).count()
}

fn report(path: &Path) -> Report {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
