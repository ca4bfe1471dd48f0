//! `senim keys backup`: what opens a backup, kept where the backup is not.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{BackupFailure, MANIFEST, at, make_folder};
use crate::config::Config;

/// The files that were copied, by their key of the configuration.
pub type KeysKept = Vec<(&'static str, PathBuf)>;

/// Copies the master key and the TLS key with its certificate into a new folder for its owner alone.
pub fn keep_keys(config: &Config, to: &Path) -> Result<KeysKept, BackupFailure> {
    let data = to.ancestors().find(|it| it.join(MANIFEST).exists());
    if let Some(data) = data {
        return Err(BackupFailure::KeysBesideData(data.to_owned()));
    }
    make_folder(to)?;
    let mut kept = KeysKept::new();
    for (key, from) in [
        ("master_key_file", &config.master_key_file),
        ("tls_key", &config.tls_key),
        ("tls_certificate", &config.tls_certificate),
    ] {
        let target = to.join(key);
        // Copies the mode as well, and `check_secret_file` saw to that.
        at(from, fs::copy(from, &target))?;
        at(&target, File::open(&target).and_then(|it| it.sync_all()))?;
        kept.push((key, target));
    }
    at(to, File::open(to).and_then(|it| it.sync_all()))?;
    Ok(kept)
}
