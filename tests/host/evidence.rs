//! Evidence of a check: exported with a trace, replayed to the same verdict; changes are detected (DSP-1, OPS-3).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use senim_core::id::SessionId;
use senim_host::evidence::export::export;
use senim_host::evidence::replay::{Report, replay};
use senim_host::operator::add_operator;
use senim_host::retention::sweep;
use senim_store as store;
use senim_tests::frames;

use super::pictures::{REGISTERED, genuine, open};
use super::stand::{Stand, asked, cache, folder};
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_gives_the_same_verdict_and_detects_changes() {
    on_each(async |database| {
        let (stand, people) = open(database, REGISTERED).await;
        let cookie = stand.at_camera(asked()).await;
        let challenge = stand.challenge(&cookie).await;
        let stills = frames::stills(&challenge, &people.frames("person_a_1", 5).unwrap());
        assert_eq!(stand.show(&cookie, stills).await.outcome(), "422 identity.not-live");
        let challenge = stand.challenge(&cookie).await;
        assert_eq!(stand.show(&cookie, genuine(&people, &challenge, 1)).await.step(), "code");

        let refused = exported(&stand, 1).await;
        let report = again(&stand, &refused);
        assert!(report.upholds(), "{report}");
        assert!(!report.kept.unwrap().live && !report.of_frames.unwrap().live);

        let passed = exported(&stand, 2).await;
        let report = again(&stand, &passed);
        println!("{report}");
        assert!(report.upholds(), "{report}");
        assert!(report.of_facts == report.kept && report.kept.unwrap().live);
        for kind in ["facts.face.likeness", "facts.face.live", "facts.face.eyes_open"] {
            assert!(report.differences[kind] < 0.05, "{kind}");
        }
        // What else a conclusion needs: who, what was accepted, the text messages with their delivery (DSP-1, IDX-12).
        let facts = fs::read_to_string(passed.join("session.json")).unwrap();
        for part in ["900101300017", "\"edition\": 1", "+77010000001", "\"state\": \""] {
            assert!(facts.contains(part), "{part}: {facts}");
        }
        // The matching solution is named, and was counted for the participant (BIO-5).
        let bundle = fs::read_to_string(passed.join("bundle.json")).unwrap();
        assert!(bundle.contains("\"solution\":\"builtin\"") && bundle.contains("sface.onnx"));
        let hashes = stand.app.editions.agreement.texts.hashes();
        assert!(bundle.contains("\"agreement\":{\"edition\":1,"), "{bundle}");
        assert!(bundle.contains(&hashes.kk) && bundle.contains(&hashes.ru), "{bundle}");
        let counted = [("live", "liveness"), ("matched", "session"), ("not-live", "liveness")];
        let counted = counted.map(|it| (it.0.to_owned(), it.1.to_owned()));
        assert_eq!(requests(&stand).await, counted, "both checks, and the match of the second");
        let pictures = fs::read_dir(&passed)
            .unwrap()
            .flatten()
            .filter(|it| it.path().extension().is_some_and(|it| it == "jpg"));
        assert!(pictures.count() > 10, "frames for human eyes");

        // What follows is of files alone.
        if !database.starts_with("sqlite:") {
            return;
        }
        // Each file by itself, then a bundle that is sealed by nobody.
        for (file, complaint) in [
            ("bundle.json", "the bundle is not the one that was sealed"),
            ("frames.pack", "the pack of frames is not the one that was sealed"),
            ("session.json", "the facts of the session are not those that were sealed"),
        ] {
            let other = copied(&passed);
            let mut bytes = fs::read(other.join(file)).unwrap();
            let at = bytes.len() - 100;
            if file == "bundle.json" {
                let text = String::from_utf8(bytes).unwrap();
                bytes = text.replace("\"repeated\":0", "\"repeated\":3").into_bytes();
            } else {
                bytes[at] ^= 1;
            }
            fs::write(other.join(file), bytes).unwrap();
            let report = again(&stand, &other);
            assert!(report.complaints.iter().any(|it| it == complaint), "{report}");
            if file == "bundle.json" {
                let led = report.complaints.iter().any(|it| it.contains("another verdict"));
                assert!(led, "{report}");
            }
        }
        let other = copied(&passed);
        // Once judged is enough.
        fs::remove_file(other.join("frames.pack")).unwrap();
        fs::copy(refused.join("seal.jws"), other.join("seal.jws")).unwrap();
        assert!(again(&stand, &other).complaints.contains(&"the seal is of another check".into()));
        let seal = fs::read_to_string(passed.join("seal.jws")).unwrap();
        let (signed, signature) = seal.rsplit_once('.').unwrap();
        let other_first = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{signed}.{other_first}{}", &signature[1..]);
        fs::write(other.join("seal.jws"), forged).unwrap();
        let report = again(&stand, &other);
        assert!(report.complaints.contains(&"no key of the platform signed the seal".into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_evidence_leaves_its_trace_and_pictures_are_forgotten() {
    on_each(async |database| {
        let (stand, people) = open(database, REGISTERED).await;
        let cookie = stand.at_camera(asked()).await;
        let challenge = stand.challenge(&cookie).await;
        let stills = frames::stills(&challenge, &people.frames("person_a_1", 5).unwrap());
        stand.show(&cookie, stills).await;
        let session = session(&stand).await;
        let nobody = export(&stand.app, (session, 1), &folder().join("x"), "nobody", "why").await;
        assert!(nobody.unwrap_err().to_string().contains("no operator"));
        assert!(!stand.events().await.contains(&"evidence.exported".to_owned()));
        let other = export(&stand.app, (session, 2), &folder().join("x"), "aigul", "why").await;
        assert!(other.is_err(), "there was no second check");

        exported(&stand, 1).await;
        let journal = stand.journal_text().await;
        assert!(journal.contains("evidence.exported") && journal.contains("dispute 7"));
        let kinds = ["identity.challenged", "identity.checked", "\"reasons\":", "\"signals\":"];
        assert!(kinds.iter().all(|it| journal.contains(it)), "{journal}");
        assert!(!journal.contains("\"degree\"") && !journal.contains("similarity"));

        // Past the quota, a failed check's pictures are not kept (S3); its digest and first bytes are.
        let quota = &stand.app.budgets.failed_frames;
        let after_the_check = stand.app.now() + TimeDelta::minutes(5);
        for kib in [1024 * 1024, 1024, 1] {
            while quota.take((), kib, after_the_check).is_ok() {}
        }
        let challenge = stand.challenge(&cookie).await;
        let stills = frames::stills(&challenge, &people.frames("person_a_1", 5).unwrap());
        assert_eq!(stand.show(&cookie, stills).await.outcome(), "422 identity.not-live");
        let past = exported(&stand, 2).await;
        assert!(!past.join("frames.pack").exists());
        let report = again(&stand, &past);
        assert!(report.upholds() && report.of_frames.is_none(), "{report}");

        stand.wait(90 * 24 * 3600);
        sweep(&stand.app).await.unwrap();
        let late = exported(&stand, 1).await;
        assert!(!late.join("frames.pack").exists());
        let report = again(&stand, &late);
        assert!(report.upholds() && report.of_frames.is_none(), "{report}");
        stand.wait(5 * 366 * 24 * 3600);
        sweep(&stand.app).await.unwrap();
        let gone = export(&stand.app, (session, 1), &folder().join("x"), "aigul", "late").await;
        assert!(gone.unwrap_err().to_string().contains("no evidence"));
    })
    .await;
}

fn again(stand: &Stand, folder: &Path) -> Report {
    let keys = stand.app.keys.published(stand.app.now());
    let judge = stand.app.judge().unwrap();
    replay(folder, &judge, &cache().join("models"), Some(&keys)).unwrap()
}

/// Every request to a biometric solution: what it came to, and what for.
async fn requests(stand: &Stand) -> Vec<(String, String)> {
    let all = "SELECT outcome, purpose FROM solution_request WHERE participant IS NOT NULL ORDER BY outcome";
    let read = stand.app.store.read("test.requests", async |tx| {
        Ok::<_, store::StoreError>(sqlx::query_as(all).fetch_all(tx.conn()).await?)
    });
    read.await.unwrap()
}

async fn exported(stand: &Stand, check: u8) -> PathBuf {
    let session = session(stand).await;
    // The second time it is there already.
    let _ =
        add_operator(&stand.app, "aigul", "correct horse battery", "JBSWY3DPEHPK3PXPJBSWY3DPEH")
            .await;
    let to = folder().join("evidence");
    export(&stand.app, (session, check), &to, "aigul", "dispute 7").await.unwrap();
    to
}

/// The newest session that was challenged.
async fn session(stand: &Stand) -> SessionId {
    let found = stand
        .app
        .store
        .read("test.session", async |tx| {
            store::journal::search(tx, "identity.challenged", None, 1).await
        })
        .await
        .unwrap();
    found[0].subject.parse().unwrap()
}

fn copied(from: &Path) -> PathBuf {
    let to = folder();
    for name in ["bundle.json", "frames.pack", "session.json", "seal.jws"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
    to
}
