//! Restoring a backup into an empty database, of either engine.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use senim_channel::clock::Rng;
use senim_store::backup::{BackupError, Dumped, Lines, load};
use senim_store::seal::Sealer;
use senim_store::{Store, StoreError};

use super::{BackupFailure, FORMAT, LOG, MANIFEST, Manifest, TABLES, at, copy_folder, digest_of};
use crate::config::Config;

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub manifest: Manifest,
    pub rows: u64,
}

/// Every file is compared with the manifest before anything is written; the database takes all rows or none.
pub async fn restore(
    from: &Path,
    config: &Config,
    database: &str,
    sealer: Sealer,
    rng: Arc<dyn Rng>,
) -> Result<Restored, BackupFailure> {
    let manifest = read(from)?;
    let log = from.join(LOG);
    let log_dir = match (manifest.log_entries, &config.log_dir) {
        (None, _) => None,
        (Some(_), None) => return Err(BackupFailure::NoLogDir),
        (Some(_), Some(dir)) if is_taken(dir) => {
            return Err(BackupFailure::LogDirTaken(dir.clone()));
        }
        (Some(_), Some(dir)) => Some(dir),
    };
    let dumped = Dumped {
        version: manifest.version,
        rows: manifest.tables.iter().map(|(table, it)| (table.clone(), it.rows)).collect(),
        arrivals: manifest.arrivals.clone(),
    };
    let lines = Files { folder: from.join(TABLES), manifest: &manifest, open: None };
    let store = Store::open_as_it_is(database, sealer, rng).await.map_err(BackupError::from)?;
    load(&store, &dumped, lines).await?;
    store.close().await;
    if let Some(dir) = log_dir {
        at(dir, copy_folder(&log, dir))?;
    }
    let rows = dumped.rows.values().sum();
    Ok(Restored { manifest, rows })
}

fn is_taken(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|mut it| it.next().is_some())
}

/// The manifest, once every file of a table is what it says.
fn read(from: &Path) -> Result<Manifest, BackupFailure> {
    let none = || BackupFailure::NoBackup(from.to_owned());
    let text = fs::read(from.join(MANIFEST)).map_err(|_| none())?;
    let format = serde_json::from_slice::<serde_json::Value>(&text).map_err(|_| none())?;
    let format = format["format"].as_u64().and_then(|it| u32::try_from(it).ok());
    match format.ok_or_else(none)? {
        FORMAT => {}
        other => return Err(BackupFailure::Format(other)),
    }
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| none())?;
    for (table, it) in &manifest.tables {
        let path = file_of(&from.join(TABLES), table);
        if digest_of(&path).ok().as_ref() != Some(&it.sha256) {
            return Err(BackupFailure::Altered(path));
        }
    }
    Ok(manifest)
}

fn file_of(folder: &Path, table: &str) -> PathBuf {
    folder.join(format!("{table}.ndjson"))
}

struct Files<'a> {
    folder: PathBuf,
    manifest: &'a Manifest,
    open: Option<io::Lines<BufReader<File>>>,
}

impl Lines for Files<'_> {
    fn columns(&mut self, table: &str) -> io::Result<Vec<String>> {
        self.open = None;
        let Some(it) = self.manifest.tables.get(table) else { return Ok(Vec::new()) };
        self.open = Some(BufReader::new(File::open(file_of(&self.folder, table))?).lines());
        Ok(it.columns.clone())
    }

    fn next(&mut self) -> io::Result<Option<String>> {
        self.open.as_mut().and_then(Iterator::next).transpose()
    }
}

impl BackupFailure {
    /// Whether another master key sealed the backup.
    pub fn is_sealed(&self) -> bool {
        matches!(self, Self::Backup(BackupError::Store(StoreError::Sealed { .. })))
    }
}
