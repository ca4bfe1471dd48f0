//! `cargo xtask bench journal`: records into the log, proofs, a client's history natively and in Chromium, searches.
//!
//! The journal that is searched is kept in `.senim/bench/journal` and grows to the rows that are asked for.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use crate::bundle;
use crate::command;
use crate::native;
use crate::pages;
use crate::place::Place;
use crate::say;
use crate::setup::{self, For};

const ROWS: u64 = 10_000_000;
const ROWS_LONG: u64 = 100_000_000;
/// Of a history of 1,000 records, as the host sends it.
const HISTORY_MAX: usize = 200_000;

pub(crate) fn run(place: &Place, json: bool, long: bool, rows: Option<u64>) -> Result<()> {
    if json {
        say::be_quiet();
    }
    setup::run(place, For::Check)?;
    native::build_with_journeys(place)?;
    pages::build(place)?;
    let rows = rows.unwrap_or(if long { ROWS_LONG } else { ROWS });

    let folder = place.senim.join("bench/journal");
    // The log is written anew; its rows as well, of which the long journal is the greater part: it is kept apart.
    let (own, kept) = (folder.join("own"), folder.join("kept"));
    if own.exists() {
        fs::remove_dir_all(&own)?;
    }
    let mut metrics = Vec::new();
    say::chapter("writing records into the log");
    metrics.extend(measured(place, &own, 0)?);
    metrics.extend(browser(place, &own)?);
    if rows > 0 {
        say::chapter("searching a long journal; its first generation takes minutes");
        metrics.extend(measured(place, &kept, rows)?);
    }
    say::chapter("measured");
    for it in metrics {
        println!("{it}");
    }
    Ok(())
}

/// A platform's configuration and database in this folder, and `senim-journal-bench` on it.
fn measured(place: &Place, folder: &Path, rows: u64) -> Result<Vec<Value>> {
    fs::create_dir_all(folder)?;
    let world = folder.join("world");
    command::quietly(
        Command::new(place.binary("senim-world"))
            .arg("setup")
            .arg("--dir")
            .arg(&world)
            .arg("--database")
            .arg(format!("sqlite:{}", folder.join("senim.db").display()))
            .arg("--data-dir")
            .arg(folder.join("data"))
            .arg("--models-dir")
            .arg(place.models())
            .arg("--people-dir")
            .arg(place.people())
            .arg("--judge")
            .arg(place.component("judge"))
            .arg("--gate")
            .arg(place.component("gate"))
            .arg("--pages-dir")
            .arg(place.pages()),
    )?;
    let said = command::output(
        Command::new(place.binary("senim-journal-bench"))
            .arg("--config")
            .arg(world.join("host.toml"))
            .arg("--folder")
            .arg(folder)
            .args(["--rows", &rows.to_string()]),
    )?;
    lines(&said)
}

/// The same history in Chromium, by the very files that the cabinet's worker runs.
fn browser(place: &Place, folder: &Path) -> Result<Vec<Value>> {
    let history = fs::read(folder.join("history.json"))?;
    // As the host compresses it, on the way.
    let mut sent = Vec::new();
    {
        use std::io::Write as _;
        let mut writer = brotli::CompressorWriter::new(&mut sent, 1 << 16, 4, 22);
        writer.write_all(&history)?;
    }
    let mut module = 0;
    for file in bundle::files_in(&place.pages().join("receipts"))? {
        if file.extension().is_some_and(|it| it == "br") {
            module += fs::metadata(&file)?.len();
        }
    }
    let said = command::output(
        Command::new(place.binary("senim-journeys"))
            .arg("history")
            .arg("--receipts")
            .arg(place.pages().join("receipts"))
            .arg("--folder")
            .arg(folder),
    )?;
    let mut metrics = vec![
        json!({ "bench": "journal", "metric": "receipts_module_brotli", "value": module, "unit": "B" }),
        json!({ "bench": "journal", "metric": "history_plain", "value": history.len(), "unit": "B" }),
        json!({
            "bench": "journal",
            "metric": "history_sent",
            "value": sent.len(),
            "unit": "B",
            "goal": format!("<={HISTORY_MAX}"),
            "ok": sent.len() <= HISTORY_MAX,
        }),
    ];
    metrics.extend(lines(&said)?);
    Ok(metrics)
}

fn lines(said: &str) -> Result<Vec<Value>> {
    said.lines().filter(|it| it.starts_with('{')).map(|it| Ok(serde_json::from_str(it)?)).collect()
}
