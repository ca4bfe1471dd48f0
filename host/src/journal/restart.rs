//! `senim journal restart`: another log in the place of one that can't be continued, and `GET /log/restart`, which says so.
//!
//! All records that the database has go into the new log, under its name and key. Its first record states the former log's last
//! published checkpoint and why: readers who trust the former log learn it from there (core/src/receipts/restart.rs).

use axum::response::Response;
use senim_core::journal::{Actor, Event, Record};
use senim_core::log::checkpoint::Checkpoint;
use senim_core::log::entry::Entry;
use senim_core::log::note::{KeyKind, Note, SigningKey, VerifierKey};
use senim_core::log::policy::Policy;
use senim_core::log::{LogError, tree};
use senim_core::problem::Problem;
use senim_store::log::Lock;
use senim_store::{self as store, Failure, StoreError};

use super::history::{attached, internal, not_yet};
use crate::app::App;
use crate::http::problem::Refusal;
use crate::log::name_after;

const REASON_CHARACTERS_MAX: usize = 1000;

/// The log that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    pub key: VerifierKey,
    /// The name of the former log.
    pub former: String,
}

#[derive(Debug, thiserror::Error)]
pub enum RestartRefused {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("key `log_dir`: this host writes no log")]
    NoLogDir,
    #[error("`{0}` is not empty: move the former log's folder away and keep it, it is evidence")]
    FolderTaken(String),
    #[error("this database has no log; name a policy with the former log by --policy")]
    NoKey,
    #[error(
        "the checkpoint is not of this database's log, `{0}`; name a policy with the former log by --policy"
    )]
    OtherLog(String),
    #[error("no operator is called `{0}`")]
    NoOperator(String),
    #[error("say why, in at most {REASON_CHARACTERS_MAX} characters")]
    NoReason,
}

impl Failure for RestartRefused {
    fn store(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

/// `last`: the former log's last published checkpoint, and a policy that names that log where the database doesn't. All of it is one
/// transaction; the host must not run, and its start then fills the new folder.
pub async fn restart(
    app: &App,
    (last, policy): (&str, Option<&Policy>),
    by: &str,
    because: &str,
) -> Result<Begun, RestartRefused> {
    let reason = because.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARACTERS_MAX {
        return Err(RestartRefused::NoReason);
    }
    let folder = app.config.log_dir.as_deref().ok_or(RestartRefused::NoLogDir)?;
    if std::fs::read_dir(folder).is_ok_and(|mut it| it.next().is_some()) {
        return Err(RestartRefused::FolderTaken(folder.display().to_string()));
    }
    let now = app.now();
    let note = Note::parse(last)?;
    let former = former(app, &note, policy).await?.origin;
    let origin = name_after(&app.config.log_origin(), now);
    let (mut seed, root) = ([0; 32], tree::empty_root());
    app.rng.fill(&mut seed);
    let key = SigningKey::new(&origin, KeyKind::Log, &seed)?.public().clone();
    let begun = Lock { origin, size: 0, root, began_at: now, last_at: now };
    let event = Event::LogRestarted { checkpoint: note.to_string(), reason: reason.to_owned() };
    // Records have their order before the new log takes them over.
    super::sequence(app).await?;
    let (begun, event) = (&begun, &event);
    app.store
        .transact("log.restart", async |tx| {
            if store::operator::load(tx, by).await?.is_none() {
                return Err(RestartRefused::NoOperator(by.to_owned()));
            }
            let actor = Actor::Operator(by.to_owned());
            store::log::restart(tx, begun, seed, (actor, event.clone())).await?;
            Ok(())
        })
        .await?;
    Ok(Begun { key, former })
}

/// The checkpoint, if the former log signed it.
async fn former(
    app: &App,
    note: &Note,
    policy: Option<&Policy>,
) -> Result<Checkpoint, RestartRefused> {
    if let Some(policy) = policy {
        return Ok(policy.signed(note)?);
    }
    let mut fresh = [0; 32];
    app.rng.fill(&mut fresh);
    let found = app
        .store
        .transact("log.former", async |tx| {
            let Some(lock) = store::log::lock(tx).await? else { return Ok(None) };
            let seed = store::log::key(tx, fresh).await?;
            Ok::<_, StoreError>(Some((lock.origin, seed)))
        })
        .await?;
    let (origin, seed) = found.ok_or(RestartRefused::NoKey)?;
    let key = SigningKey::new(&origin, KeyKind::Log, &seed)?.public().clone();
    let checkpoint: Checkpoint = note.text.parse()?;
    if checkpoint.origin != origin || note.signed_by(&key)?.is_none() {
        return Err(RestartRefused::OtherLog(origin));
    }
    Ok(checkpoint)
}

/// The receipt of the first record, where the log took the place of another.
#[tracing::instrument(name = "journal.restart", skip_all)]
pub(super) async fn show(app: App) -> Result<Response, Refusal> {
    let log = app.log.as_deref().ok_or(Problem::NotFound)?;
    let published = log.published().ok_or_else(not_yet)?;
    if published.minimum() > 0 {
        return Err(Problem::LogPruned.into());
    }
    let record = app
        .store
        .read("journal.restart", async |tx| store::log::record_at(tx, 0).await)
        .await?
        .ok_or(Problem::NotFound)?;
    let restarted =
        Record::decode(&record).is_ok_and(|it| matches!(it.event, Event::LogRestarted { .. }));
    if !restarted {
        return Err(Problem::NotFound.into());
    }
    let entry = log.folder().entry(0, published.checkpoint.size).map_err(internal)?;
    // Its first entry is of that record, or the log is not what the database says.
    if entry != Entry::of_record(&record, None).encode() {
        return Err(Refusal::internal("the log begins with another entry"));
    }
    attached(log, &published, 0, &entry, &record)
}
