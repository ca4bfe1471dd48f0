//! `cargo xtask bench demo`: what the demo costs, one JSON line a metric.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::Database;
use crate::bench_faces;
use crate::check;
use crate::command;
use crate::demo::{self, Demo};
use crate::pages;
use crate::place::Place;
use crate::say;
use crate::setup::For;

pub(crate) fn run(place: &Place, json: bool) -> Result<()> {
    if json {
        say::be_quiet();
    }
    demo::set_up_and_build(place, For::Check)?;

    let mut metrics = page_sizes(place)?;
    check::walk(place, Database::Sqlite, &["--no-refusals"], None, |demo| {
        metrics.extend(step_times(place)?);
        metrics.extend(account_reads(place, demo)?);
        Ok(())
    })?;
    say::chapter("matching faces");
    metrics.extend(bench_faces::engine(place, &place.senim.join("bench"))?);

    say::chapter("measured");
    for it in metrics {
        println!("{it}");
    }
    Ok(())
}

fn page_sizes(place: &Place) -> Result<Vec<Value>> {
    let size = |app: &str| {
        Ok(json!({
            "bench": "demo",
            "metric": format!("page_{app}_brotli"),
            "value": pages::compressed_size(place, app)?,
            "unit": "B",
        }))
    };
    pages::APPS.iter().map(|it| size(it)).collect()
}

fn step_times(place: &Place) -> Result<Vec<Value>> {
    let report = fs::read(check::report(place)).context("the walk left no report")?;
    let report: Value = serde_json::from_slice(&report)?;
    let steps = report["steps"].as_array().context("the walk's report has no steps")?;
    Ok(steps
        .iter()
        .map(|it| {
            let name = it["name"].as_str().unwrap_or_default();
            let name: String = name.chars().map(|it| if it.is_alphanumeric() { it } else { '_' }).collect();
            json!({"bench": "demo", "metric": format!("step_{name}"), "value": it["ms"], "unit": "ms", "ok": it["ok"]})
        })
        .collect())
}

fn account_reads(place: &Place, demo: &Demo<'_>) -> Result<Vec<Value>> {
    say::chapter("reading accounts through the edge and straight from the provider");
    lines(
        Command::new(place.binary("senim-load"))
            .args(["reads", "--demo"])
            .arg(demo.folders.description())
            .current_dir(&place.root),
    )
}

fn lines(command: &mut Command) -> Result<Vec<Value>> {
    let said = command::output(command)?;
    said.lines().filter(|it| it.starts_with('{')).map(|it| Ok(serde_json::from_str(it)?)).collect()
}
