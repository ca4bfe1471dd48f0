//! Remembers by digest what an output was made from, so that it is made again only when that changed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::place::Place;

pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn digest_of(files: &[impl AsRef<Path>]) -> Result<String> {
    let mut digest = Sha256::new();
    for file in files {
        let file = file.as_ref();
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        digest.update(file.as_os_str().as_encoded_bytes());
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    }
    Ok(hex(&digest.finalize()))
}

pub(crate) fn matches(place: &Place, name: &str, digest: &str) -> bool {
    fs::read_to_string(place.senim.join("stamps").join(name)).is_ok_and(|it| it == digest)
}

pub(crate) fn put(place: &Place, name: &str, digest: &str) -> Result<()> {
    let folder = place.senim.join("stamps");
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(name), digest)?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, it| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{it:02x}");
        hex
    })
}
