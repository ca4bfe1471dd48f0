//! Makes the worker that verifies a client's history: its script and wasm.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;

use crate::bundle::{self, Bundle};
use crate::place::Place;
use crate::stamp;

pub(crate) const CRATE: &str = "senim-receipts";

/// Into `.senim/pages/receipts`. Names stay, since the modules import each other by name.
pub(crate) fn bundle(place: &Place) -> Result<()> {
    let wasm = place.wasm(CRATE);
    let scripts = bundle::files_in(&place.root.join("frontend/receipts/worker"))?;
    let mut made_from = vec![wasm.clone()];
    made_from.extend(scripts.iter().cloned());
    let digest = stamp::digest(include_bytes!("receipts.rs")) + &bundle::made_of(&made_from)?;
    let folder = place.pages().join("receipts");
    if folder.exists() && stamp::matches(place, "receipts", &digest) {
        return Ok(());
    }
    let glue = bundle::bind(place, &wasm, "receipts")?;
    let mut files = BTreeMap::from([
        ("receipts_bg.wasm".to_owned(), glue.wasm),
        ("receipts.js".to_owned(), glue.js.into_bytes()),
    ]);
    files.extend(glue.snippets);
    for file in scripts {
        files.insert(bundle::file_name(&file)?, fs::read(&file)?);
    }
    let mut bundle = Bundle::default();
    for (path, content) in files {
        bundle.put(path, content);
    }
    bundle.write(&folder)?;
    stamp::put(place, "receipts", &digest)
}
