//! Another log in the place of one that can't be continued: what the operator does, what witnesses and clients are told.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::fs;

use senim_core::log::note::{KeyKind, Note, SigningKey};
use senim_core::log::policy::Policy;
use senim_core::receipts::{Fault, Findings, Known, Offered, examine};
use senim_host::journal::{RestartRefused, advance, fsck, log_key, restart, retain};
use senim_host::log::{Folder, LogFailure};
use senim_host::operator::add_operator;

use super::log::{
    ALONE, copied, execute, history, lock, open, set, size, trusted, with_log, witness,
    witnessed_at,
};
use super::stand::{Stand, asked, folder};
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn a_log_older_than_what_was_published_is_begun_anew_and_clients_are_told_why() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let (dir, state) = (folder(), folder());
        let (port, serving) = witness(&stand, &state, 0).await;
        let policy = witnessed_at(port);
        with_log(&mut stand, &dir, &policy).await;
        add_operator(&stand.app, "aigul", "correct horse battery", "JBSWY3DPEHPK3PXPJBSWY3DPEH")
            .await
            .unwrap();
        let (cookie, _) = stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        let (old, old_lock, known_size) = (copied(&dir), lock(&stand).await, size(&stand));
        stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();

        // What a browser keeps.
        let kept = stand.get("/log/policy", None).await.text;
        assert_eq!(stand.get("/log/restart", None).await.outcome(), "404 not-found");
        let seen = history(&stand, &cookie, "").await;
        let known = Known { checkpoint: Some(&seen.checkpoint), from: Some("2027-01") };
        let text = serde_json::to_string(&seen).unwrap();
        assert!(matches!(examine(&text, &kept, known, None), Findings::Holds(_)));
        let seen_size = size(&stand);

        // The database comes back from an older backup: the log can't go on.
        stand.app.log = None;
        set(&stand, &lock(&stand).await, &old_lock).await;
        let forget = format!("DELETE FROM journal WHERE log_number >= {known_size}");
        execute(&stand, Box::leak(forget.into_boxed_str())).await;
        let opened = open(&stand, &dir, &policy).await;
        assert!(matches!(opened, Err(LogFailure::OldDatabase { .. })));

        // What the operator has to give and to do first.
        let last = fs::read_to_string(old.join("checkpoint")).unwrap();
        let files = dir.clone();
        let because = "the database's disk was lost, and with it what happened after noon";
        let refused = self::refused(&stand, &last, ("aigul", because)).await;
        assert!(matches!(refused, RestartRefused::NoLogDir), "{refused}");
        stand.reconfigured(|it| it.log_dir = Some(files)).await;
        let refused = self::refused(&stand, &last, ("aigul", because)).await;
        assert!(matches!(refused, RestartRefused::FolderTaken(_)), "{refused}");
        let aside = dir.with_extension("lost");
        fs::rename(&dir, &aside).unwrap();
        let refused = self::refused(&stand, &last, ("nobody", because)).await;
        assert!(matches!(refused, RestartRefused::NoOperator(_)), "{refused}");
        let refused = self::refused(&stand, &last, ("aigul", " ")).await;
        assert!(matches!(refused, RestartRefused::NoReason), "{refused}");
        let altered = last.replacen(&known_size.to_string(), "1", 1);
        self::refused(&stand, &altered, ("aigul", because)).await;
        let other: Policy = format!("log {}\n{ALONE}", other_log()).parse().unwrap();
        assert!(restart(&stand.app, (&last, Some(&other)), "aigul", because).await.is_err());
        assert_eq!(lock(&stand).await, old_lock, "a refusal changes nothing");

        let former: Policy = kept.parse().unwrap();
        let begun = restart(&stand.app, (&last, Some(&former)), "aigul", because).await.unwrap();
        assert_eq!(begun.former, old_lock.origin);
        assert!(begun.key.name.starts_with(&format!("{}/2027", begun.former)), "{}", begun.key);
        assert_eq!(log_key(&stand.app).await.unwrap(), begun.key);

        // The witness does not know it; nothing is published until it does.
        with_log(&mut stand, &dir, &policy).await;
        assert!(matches!(advance(&stand.app).await, Err(LogFailure::Unwitnessed)));
        serving.abort();
        let _ = serving.await;
        let (_, serving) = witness(&stand, &state, port).await;
        advance(&stand.app).await.unwrap();

        // A browser that trusts the former log is told what happened, and not that it is forged.
        let served = stand.get("/log/policy", None).await.text;
        let proof = stand.get("/log/restart", None).await;
        assert_eq!(proof.outcome(), "200", "{}", proof.text);
        let now = history(&stand, &cookie, "").await;
        let text = serde_json::to_string(&now).unwrap();
        let offered = Offered { policy: &served, restart: &proof.text };
        let Findings::Fails(failure) = examine(&text, &kept, known, Some(offered)) else {
            panic!("another log is not the one that the browser knows")
        };
        assert_eq!(failure.fault, Fault::Restarted, "{}", failure.why);
        let told = failure.restarted.unwrap();
        assert_eq!((told.reason.as_str(), told.former.as_str()), (because, begun.former.as_str()));
        assert_eq!((told.size, told.lost), (known_size, seen_size - known_size));
        assert_eq!(told.witnessed.len(), 1);
        // Without that proof it is a stranger's.
        let unproven = Offered { policy: &served, restart: "" };
        assert!(matches!(
            examine(&text, &kept, known, Some(unproven)),
            Findings::Fails(it) if it.fault == Fault::Stranger
        ));

        // Whoever takes it over finds all records that the database still has, and it goes on.
        let Findings::Holds(proven) = examine(&text, &served, Known::default(), None) else {
            panic!("the new log's own history holds")
        };
        let granted = proven.records.iter().filter(|it| it.event == "consent.granted").count();
        assert_eq!(granted, 1, "the second one was lost with the database");
        stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        retain(&stand.app).await.unwrap();
        let since = Note::parse(&proven.checkpoint).unwrap();
        let query = format!("?since={}", proven.size);
        let later = history(&stand, &cookie, &query).await;
        later.verify(&trusted(&stand, &policy).await, Some(&since)).unwrap();
        assert!(fsck(&stand.app, &Folder::to_read(&dir)).await.unwrap().faults.is_empty());

        // The former log stays what it was: evidence, and nothing of it is the new one's.
        let older = Note::parse(&seen.checkpoint).unwrap();
        assert!(trusted(&stand, &policy).await.signed(&older).is_err());
        assert!(former.signed(&older).is_ok());
        serving.abort();
        stand.app.log = None;
        for it in [dir, old, aside, state] {
            fs::remove_dir_all(it).unwrap();
        }
    })
    .await;
}

/// Why a log that knows its former one by the database alone is not begun.
async fn refused(stand: &Stand, last: &str, (by, because): (&str, &str)) -> RestartRefused {
    restart(&stand.app, (last, None), by, because).await.unwrap_err()
}

/// A key that never signed anything here.
fn other_log() -> String {
    let key = SigningKey::new("other.example/log", KeyKind::Log, &[8; 32]).unwrap();
    key.public().to_string()
}
