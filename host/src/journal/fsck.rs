//! `senim journal fsck`: the log's folder against the database's lock row, and the journal's records against the log.

use senim_core::log::checkpoint::Checkpoint;
use senim_core::log::entry::Entry;
use senim_store as store;

use super::log_key;
use crate::app::App;
use crate::log::{Extent, Fault, Folder, LogFailure, begins, examine, examine_segments};

/// What was examined.
pub struct Fsck {
    pub origin: String,
    pub entries: u64,
    /// The first entry that is left.
    pub minimum: u64,
    pub records: u64,
    pub faults: Vec<Fault>,
}

/// Beside a running host as well: it only reads.
pub async fn fsck(app: &App, folder: &Folder) -> Result<Fsck, LogFailure> {
    let (lock, prunings, sealed) = app
        .store
        .read("log.fsck", async |tx| {
            Ok::<_, LogFailure>((
                store::log::lock(tx).await?,
                store::segment::prunings(tx).await?,
                store::segment::all(tx).await?,
            ))
        })
        .await?;
    let lock = lock.ok_or_else(|| {
        std::io::Error::new(std::io::ErrorKind::NotFound, "the database has no log yet")
    })?;
    let mut faults = Vec::new();
    let mut published = 0;
    if let Some(note) = folder.checkpoint()? {
        published = note.text.parse::<Checkpoint>()?.size;
        let size = newest(app).await?.map_or(lock.size, |it| it.size);
        if published > size {
            let why = format!(
                "it covers {published} entries and the database knows of {size}: the database was restored from an older backup"
            );
            faults.push(Fault::new("checkpoint", why));
        }
    }
    let begins = begins(&prunings, published);
    let extent = Extent { size: lock.size, root: lock.root, begins };
    let examined = examine(folder, extent, 0);
    let whole = examined.faults.is_empty();
    faults.extend(examined.faults);
    let key = log_key(app).await?;
    faults.extend(examine_segments(folder, extent, &key, Some(&sealed))?);

    let minimum = begins.map_or(0, |(_, it)| it.minimum);
    let (mut from, mut records) = (minimum, 0);
    loop {
        let batch = app
            .store
            .read("log.records", async |tx| {
                store::log::records_between(tx, (from, lock.size)).await
            })
            .await?;
        let Some(last) = batch.last() else { break };
        from = last.number + 1;
        for it in batch {
            records += 1;
            // An entry that can't be read was told above.
            let Ok(entry) = folder.entry(it.number, lock.size) else { continue };
            let same = match Entry::decode(&entry) {
                Ok(entry @ Entry::Record { client, .. }) => {
                    entry == Entry::of_record(&it.record, client)
                }
                Ok(Entry::Index { .. } | Entry::Pruned(_)) | Err(_) => false,
            };
            if !same {
                let place = format!("record {}", it.number);
                faults.push(Fault::new(place, "the database has another record than the log"));
            }
        }
    }
    // Where entries can't be read nobody can count them.
    if whole && records < examined.records {
        let why = format!("the database lacks {} that the log has", examined.records - records);
        faults.push(Fault::new("records", why));
    }
    let now = app.store.read("log.prunings", async |tx| store::segment::prunings(tx).await).await?;
    if now.len() != prunings.len() {
        return Err(LogFailure::PrunedMeanwhile);
    }
    let beyond = app.store.read("log.beyond", async |tx| store::log::beyond(tx).await).await?;
    if let Some(number) = beyond {
        faults.push(Fault::new(format!("record {number}"), "it is numbered beyond the log"));
    }
    let pruned = prunings.iter().rfind(|it| it.done);
    if let Some(minimum) = pruned.map(|it| it.pruned.minimum)
        && let Some(left) = app
            .store
            .read("log.left", async |tx| store::log::records_between(tx, (0, minimum)).await)
            .await?
            .first()
    {
        let place = format!("record {}", left.number);
        faults.push(Fault::new(place, "its term was over and it was to be deleted"));
    }
    Ok(Fsck { origin: lock.origin, entries: lock.size, minimum, records, faults })
}

async fn newest(app: &App) -> Result<Option<store::log::Lock>, LogFailure> {
    Ok(app.store.read("log.lock", async |tx| store::log::lock(tx).await).await?)
}
