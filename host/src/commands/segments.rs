//! `senim journal segments`: the sealed months of the log.

use std::io::Write as _;

use senim_core::log::note::Note;
use senim_core::log::segment::Segment;
use senim_core::log::to_base64;
use senim_host::app::App;
use senim_host::journal::{Fsck, Held, segments};
use serde_json::json;

pub(crate) async fn run(app: &App, as_json: bool) -> anyhow::Result<()> {
    let found = segments(app).await?;
    let mut out = std::io::stdout().lock();
    for it in &found {
        let segment: Segment = Note::parse(&it.sealed.note)?.text.parse()?;
        let line = if as_json { json(it, &segment)? } else { row(it, &segment) };
        writeln!(out, "{line}")?;
    }
    if !as_json {
        writeln!(out, "{} months", found.len())?;
    }
    Ok(())
}

/// What an examination without faults says.
pub(crate) fn whole(done: &Fsck) -> String {
    let Fsck { origin, entries, minimum, records, .. } = done;
    let begins = if *minimum > 0 {
        format!(" from entry {minimum} on; what came before was pruned")
    } else {
        String::new()
    };
    format!("{origin}: {entries} entries and {records} records are as they were written{begins}")
}

fn state(it: &Held) -> &'static str {
    match (it.pruned, it.held) {
        (true, _) => "pruned",
        (false, true) => "held",
        (false, false) => "kept",
    }
}

fn json(it: &Held, segment: &Segment) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&json!({
        "month": segment.month.to_string(),
        "first": segment.first,
        "last": segment.size - 1,
        "size": segment.size,
        "root": to_base64(&segment.root),
        "index": to_base64(&segment.index),
        "entries": to_base64(&segment.entries),
        "sealed_at": it.sealed.sealed_at,
        "state": state(it),
    }))?)
}

fn row(it: &Held, segment: &Segment) -> String {
    format!(
        "{}  {:>12} … {:>12}  {}  {}",
        segment.month,
        segment.first,
        segment.size - 1,
        to_base64(&segment.root),
        state(it)
    )
}
