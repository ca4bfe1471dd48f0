//! What the log has of a client, for the client: the whole history with its proof, and a receipt for each record.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use senim_core::id::Iin;
use senim_core::log::entry::{Entry, Month};
use senim_core::log::history::{
    FORMAT, History, HistoryMonth, HistoryRecord, IndexEntry, PrunedEntry, Since,
};
use senim_core::log::proof::Proof;
use senim_core::log::{Hash, to_base64};
use senim_core::problem::Problem;
use senim_store as store;
use senim_store::segment::Pruning;
use serde::Deserialize;

use crate::app::App;
use crate::caller::Client;
use crate::http::problem::Refusal;
use crate::log::{Log, LogFailure, Published};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShowHistory {
    /// The size of a checkpoint that the client has kept.
    since: Option<u64>,
}

/// All of the client's records that are in the published log, with the proof that none is left out.
#[tracing::instrument(name = "journal.history", skip_all)]
pub(super) async fn history(
    app: App,
    client: Client,
    asked: Result<Query<ShowHistory>, QueryRejection>,
) -> Result<Json<History>, Refusal> {
    let Query(asked) = asked.map_err(|_| Problem::RequestMalformed)?;
    Ok(Json(of_client(&app, &client.iin, asked.since).await?))
}

/// `since`: the size of an older checkpoint.
pub async fn of_client(app: &App, iin: &Iin, since: Option<u64>) -> Result<History, Refusal> {
    let log = app.log.as_deref().ok_or(Problem::NotFound)?;
    let published = log.published().ok_or_else(not_yet)?;
    let size = published.checkpoint.size;
    if since.is_some_and(|it| it > size) {
        let detail = "since is the size of an older checkpoint; the published one is smaller";
        return Err(Refusal::detailed(Problem::RequestMalformed, detail));
    }
    let (records, key) = app
        .store
        .read("journal.history", async |tx| {
            let key = store::log::of_client(tx, iin).key;
            let kept = (published.minimum(), size);
            Ok::<_, Refusal>((store::log::records_of(tx, iin, kept).await?, key))
        })
        .await?;
    let mut by_month = BTreeMap::<Month, Vec<HistoryRecord>>::new();
    for it in records {
        let Some(month) = it.month else { continue };
        by_month
            .entry(month)
            .or_default()
            .push(HistoryRecord { number: it.number, record: it.record });
    }
    let last = Month::of_seconds(published.at)
        .ok_or_else(|| Refusal::internal("the log's last moment is beyond the calendar"))?;
    let mut months = Vec::new();
    let mut month = match published.pruned {
        Some(pruning) => pruning.pruned.from,
        None => Month::of(log.began_at()),
    };
    while month <= last {
        let pseudonym = key.pseudonym(month);
        let (own, proof) = (published.index.chain(pseudonym), published.index.prove(pseudonym));
        let records = by_month.remove(&month).unwrap_or_default();
        months.push(HistoryMonth::new(month, own, &proof, records));
        month = month.next();
    }
    let since = since.map(|size| proof_since(log, &published, size)).transpose()?;
    Ok(History {
        format: FORMAT.to_owned(),
        client_key: to_base64(&key.0),
        checkpoint: published.note.to_string(),
        index: index_entry(log, &published)?,
        months,
        pruned: published.pruned.map(|it| pruned_entry(log, &published, &it)).transpose()?,
        since,
    })
}

/// The receipt of one of the client's own records, as a `.tlog-proof` file.
#[tracing::instrument(name = "journal.receipt", skip_all)]
pub(super) async fn receipt(
    app: App,
    client: Client,
    number: Result<Path<u64>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path(number) = number.map_err(|_| Problem::NotFound)?;
    let log = app.log.as_deref().ok_or(Problem::NotFound)?;
    let published = log.published().ok_or_else(not_yet)?;
    if number >= published.checkpoint.size {
        return Err(not_yet());
    }
    if number < published.minimum() {
        return Err(Problem::LogPruned.into());
    }
    let (record, key) = app
        .store
        .read("journal.receipt", async |tx| {
            let record = store::log::record_of(tx, &client.iin, number).await?;
            Ok::<_, Refusal>((record, store::log::of_client(tx, &client.iin).key))
        })
        .await?;
    let record = record.ok_or(Problem::NotFound)?;
    let pseudonym = record.month.map(|month| key.pseudonym(month));
    let entry = Entry::of_record(&record.record, pseudonym).encode();
    attached(log, &published, number, &entry, &record.record)
}

/// A receipt as a file.
pub(super) fn attached(
    log: &Log,
    published: &Published,
    number: u64,
    entry: &[u8],
    record: &str,
) -> Result<Response, Refusal> {
    let hashes = log.folder().prove_inclusion(number, published.checkpoint.size);
    let proof = Proof {
        extra: Some([entry, record.as_bytes()].concat()),
        index: number,
        hashes: hashes.map_err(internal)?,
        checkpoint: published.note.clone(),
    };
    let name = format!("attachment; filename=\"senim-{number}.tlog-proof\"");
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, proof.to_string()).into_response())
}

fn index_entry(log: &Log, published: &Published) -> Result<IndexEntry, Refusal> {
    let size = published.checkpoint.size;
    let number = size.saturating_sub(1);
    let entry = log.folder().entry(number, size).map_err(internal)?;
    let Ok(Entry::Index { at, root, .. }) = Entry::decode(&entry) else {
        return Err(Refusal::internal("the log does not end with its index"));
    };
    let proof = log.folder().prove_inclusion(number, size).map_err(internal)?;
    Ok(IndexEntry { number, at, root: to_base64(&root), proof: texts(&proof) })
}

fn pruned_entry(
    log: &Log,
    published: &Published,
    pruning: &Pruning,
) -> Result<PrunedEntry, Refusal> {
    let Pruning { number, pruned, .. } = *pruning;
    let proof = log.folder().prove_inclusion(number, published.checkpoint.size);
    Ok(PrunedEntry {
        number,
        minimum: pruned.minimum,
        from: pruned.from.to_string(),
        proof: texts(&proof.map_err(internal)?),
    })
}

fn proof_since(log: &Log, published: &Published, size: u64) -> Result<Since, Refusal> {
    let proof = log.folder().prove_consistency(size, published.checkpoint.size);
    Ok(Since { size, proof: texts(&proof.map_err(internal)?) })
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|it| to_base64(it)).collect()
}

pub(super) fn not_yet() -> Refusal {
    let detail = "the published log does not reach so far yet; within some seconds it mostly does";
    Refusal::detailed(Problem::NotFound, detail)
}

pub(super) fn internal(error: LogFailure) -> Refusal {
    Refusal::internal(error)
}
