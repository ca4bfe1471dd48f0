//! Taking a backup, beside a running host.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use senim_core::log::checkpoint::Checkpoint;
use senim_store::backup::{BackupError, dump};
use senim_store::{self as store, StoreError};

use super::{BackupFailure, Digested, FORMAT, LOG, MANIFEST, Manifest, TABLES, TableFile};
use super::{at, copy_folder, make_folder};
use crate::app::App;
use crate::log::{Extent, Folder, LogFailure, begins, examine};

/// Reads the database on one snapshot, then copies the log, which reaches at least as far. The copy of the log is examined before
/// the manifest is written.
pub async fn take(app: &App, to: &Path) -> Result<Manifest, BackupFailure> {
    make_folder(to)?;
    let tables = to.join(TABLES);
    at(&tables, fs::create_dir(&tables))?;
    let log = app.config.log_dir.as_deref().filter(|it| it.exists());
    // The checkpoint comes first: it must not cover more than the database's snapshot does.
    let checkpoint = match log {
        Some(it) => Folder::to_read(it).checkpoint()?,
        None => None,
    };
    let (lock, prunings) = app
        .store
        .read("backup.lock", async |tx| {
            Ok::<_, StoreError>((store::log::lock(tx).await?, store::segment::prunings(tx).await?))
        })
        .await
        .map_err(BackupError::from)?;

    let taken_at = app.now();
    let written = RefCell::new(Written { files: BTreeMap::new(), open: None });
    let dumped = dump(
        &app.store,
        |table, columns| {
            let mut written = written.borrow_mut();
            written.close()?;
            let file = Digested::create(tables.join(format!("{table}.ndjson")))?;
            let columns = columns.iter().map(|&it| it.to_owned()).collect();
            written.open = Some((table.to_owned(), columns, file));
            Ok(())
        },
        |row| match &mut written.borrow_mut().open {
            Some((.., file)) => file.line(row),
            None => Err(io::ErrorKind::InvalidInput.into()),
        },
    )
    .await?;
    let mut written = written.into_inner();
    at(&tables, written.close())?;
    let files = written.files.into_iter().map(|(table, (columns, sha256))| {
        let rows = dumped.rows.get(&table).copied().unwrap_or_default();
        (table, TableFile { columns, rows, sha256 })
    });

    let mut log_entries = None;
    if let (Some(log), Some(lock)) = (log, lock) {
        let copy = to.join(LOG);
        at(&copy, copy_folder(log, &copy))?;
        let copied = Folder::to_read(&copy);
        let mut published = 0;
        if let Some(note) = checkpoint {
            published = note.text.parse::<Checkpoint>().map_err(LogFailure::from)?.size;
            at(&copy, copied.publish(&note))?;
        }
        let begins = begins(&prunings, published);
        let mut faults =
            examine(&copied, Extent { size: lock.size, root: lock.root, begins }, 0).faults;
        if !faults.is_empty() {
            return Err(LogFailure::Damaged(faults.swap_remove(0)).into());
        }
        log_entries = Some(lock.size);
    }

    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        taken_at,
        version: dumped.version,
        tables: files.collect(),
        arrivals: dumped.arrivals,
        log_entries,
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::from);
    at(to, text.and_then(|it| write_manifest(to, &it)))?;
    Ok(manifest)
}

struct Written {
    files: BTreeMap<String, (Vec<String>, String)>,
    open: Option<(String, Vec<String>, Digested)>,
}

impl Written {
    fn close(&mut self) -> io::Result<()> {
        if let Some((table, columns, file)) = self.open.take() {
            self.files.insert(table, (columns, file.end()?));
        }
        Ok(())
    }
}

/// The moment from which there is a backup.
fn write_manifest(folder: &Path, text: &[u8]) -> io::Result<()> {
    let unfinished = folder.join("manifest.unfinished");
    fs::write(&unfinished, text)?;
    File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, folder.join(MANIFEST))?;
    File::open(folder)?.sync_all()
}
