//! Writing files whole, and secret ones so that nobody else reads them.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrecy {
    Public,
    Secret,
}

/// A reader sees the old file or the new one, never half of it.
pub(crate) fn write(path: &Path, bytes: &[u8], secrecy: Secrecy) -> Result<()> {
    let told = || path.display().to_string();
    let unfinished = path.with_extension("unfinished");
    let mode = match secrecy {
        Secrecy::Public => 0o644,
        Secrecy::Secret => 0o600,
    };
    let _ = fs::remove_file(&unfinished);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&unfinished)
        .with_context(told)?;
    file.write_all(bytes).with_context(told)?;
    fs::rename(&unfinished, path).with_context(told)
}
