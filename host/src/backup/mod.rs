//! `senim backup` and `senim restore`: the database and the log in one folder, for either engine; the keys apart from them.
//!
//! ```text
//! manifest.json          written last: a folder without it is no backup
//! tables/NAME.ndjson     a row a line
//! log/                   the log's folder, as it is served
//! ```

mod keys;
mod restore;
mod take;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use senim_core::Timestamp;
use senim_core::jose::hex;
use senim_store::backup::BackupError;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::log::LogFailure;

pub use keys::{KeysKept, keep_keys};
pub use restore::{Restored, restore};
pub use take::take;

/// The layout's number; another one is refused.
const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const TABLES: &str = "tables";
const LOG: &str = "log";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// The program that made it.
    program: String,
    /// When the database was read: what was committed later is not in it.
    pub taken_at: Timestamp,
    /// The number of the database's last migration.
    version: i64,
    pub tables: BTreeMap<String, TableFile>,
    arrivals: BTreeMap<String, i64>,
    /// Entries of the log, where the host writes one.
    pub log_entries: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableFile {
    columns: Vec<String>,
    pub rows: u64,
    /// Of the file, in hexadecimal.
    sha256: String,
}

#[derive(Debug, thiserror::Error)]
pub enum BackupFailure {
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error("the log: {0}")]
    Log(#[from] LogFailure),
    #[error("`{path}`: {error}")]
    File { path: PathBuf, error: io::Error },
    #[error("`{0}` is there already; name a folder that is not")]
    Taken(PathBuf),
    #[error("`{0}` is no backup: it has no readable manifest.json")]
    NoBackup(PathBuf),
    #[error("the backup has format {0}, and this program reads {FORMAT}")]
    Format(u32),
    #[error("`{0}` is not what the manifest says: the backup was altered or is not whole")]
    Altered(PathBuf),
    #[error("the backup has a log; name a folder for it by `log_dir`")]
    NoLogDir,
    #[error("`{0}` is not empty; the log of the backup goes there: move it away first")]
    LogDirTaken(PathBuf),
    #[error(
        "the keys go into a folder of their own, and `{0}` holds a backup: whoever has both can read everything"
    )]
    KeysBesideData(PathBuf),
}

fn at<T>(path: &Path, done: io::Result<T>) -> Result<T, BackupFailure> {
    done.map_err(|error| BackupFailure::File { path: path.to_owned(), error })
}

/// A new folder for its owner alone.
fn make_folder(path: &Path) -> Result<(), BackupFailure> {
    if path.exists() {
        return Err(BackupFailure::Taken(path.to_owned()));
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    at(path, builder.create(path))
}

/// A file that is digested while it is written.
struct Digested {
    path: PathBuf,
    file: io::BufWriter<File>,
    digest: Sha256,
}

impl Digested {
    fn create(path: PathBuf) -> io::Result<Self> {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = io::BufWriter::new(options.open(&path)?);
        Ok(Self { path, file, digest: Sha256::new() })
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        for part in [text.as_bytes(), b"\n"] {
            self.digest.update(part);
            self.file.write_all(part)?;
        }
        Ok(())
    }

    /// Its digest, once it is on the disk.
    fn end(self) -> io::Result<String> {
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(hex(&self.digest.finalize()))
    }
}

fn digest_of(path: &Path) -> io::Result<String> {
    let mut digest = Sha256::new();
    io::copy(&mut File::open(path)?, &mut digest)?;
    Ok(hex(&digest.finalize()))
}

/// Copies what is in a folder, folders included, onto the disk. A file that goes while it is copied is left out: of the log
/// only partial tiles go, once there is a full one.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let copied = match entry.file_type()? {
            it if it.is_dir() => copy_folder(&entry.path(), &target),
            // The lock is a running host's own.
            _ if entry.file_name() == "writer.lock" => Ok(()),
            _ => fs::copy(entry.path(), &target).and_then(|_| File::open(&target)?.sync_all()),
        };
        match copied {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
    }
    File::open(to)?.sync_all()
}
