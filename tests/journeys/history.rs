//! How long Chromium takes to verify a history: `cargo xtask bench journal` prints it.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::driver::{Driver, Engine};
use crate::frames::serve;

const WINDOW: (u32, u32) = (480, 900);
const RUNS: usize = 20;
/// Of a history of 1,000 records.
const GOAL_MS: f64 = 150.0;

/// `receipts` are the worker's files; `folder` has `history.json` and `policy`.
pub(crate) async fn run(receipts: &Path, folder: &Path) -> Result<()> {
    let site = std::env::temp_dir().join(format!("senim-history-{:016x}", rand::random::<u64>()));
    std::fs::create_dir_all(&site)?;
    for (from, name) in [
        (receipts, "receipts.js"),
        (receipts, "receipts_bg.wasm"),
        (folder, "history.json"),
        (folder, "policy"),
    ] {
        std::fs::copy(from.join(name), site.join(name)).with_context(|| name.to_owned())?;
    }
    std::fs::write(site.join("index.html"), "<!doctype html><title>history</title>")?;
    let address = serve(&site).await?;
    let driver = Driver::start(Engine::Chromium).await?;
    let browser = driver.browser(None, WINDOW).await?;
    browser.goto(&format!("{address}/index.html")).await?;
    let seen = browser.ask(include_str!("history.js"), vec![json!(RUNS)]).await;
    browser.close().await;
    std::fs::remove_dir_all(site)?;
    let seen = seen?;
    let loaded = seen["loaded"].as_f64().context("how long the module took")?;
    let mut took: Vec<f64> =
        seen["took"].as_array().context("times")?.iter().filter_map(Value::as_f64).collect();
    let first = took.first().copied().context("a run")?;
    took.sort_by(f64::total_cmp);
    for (metric, value, goal) in [
        ("history_module_loaded_in_chromium", loaded, None),
        ("history_verified_in_chromium_first", first, Some(GOAL_MS)),
        ("history_verified_in_chromium_p50", took[took.len() / 2], Some(GOAL_MS)),
        ("history_verified_in_chromium_max", took[took.len() - 1], Some(GOAL_MS)),
    ] {
        let rounded = (value * 10.0).round() / 10.0;
        let mut line =
            json!({ "bench": "journal", "metric": metric, "value": rounded, "unit": "ms" });
        if let Some(goal) = goal {
            line["goal"] = format!("<={goal}").into();
            line["ok"] = (value <= goal).into();
        }
        println!("{line}");
    }
    Ok(())
}
