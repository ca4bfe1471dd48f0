//! The whole path at one rate for a while: how late the answers come, what memory is taken, and whether each read is in the log.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::Client;
use senim_tests::clock::Stopwatch;
use serde::Deserialize;
use serde_json::json;

use super::peers::{Prepared, Way, client, load_average, open_loop};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Written by `prepare`, with `whole.json`.
    #[arg(long)]
    dir: PathBuf,
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Requests a second.
    #[arg(long, default_value_t = 2_000)]
    rate: u32,
}

/// Where the demo's parts are found.
#[derive(Deserialize)]
struct Parts {
    url: String,
    node: u32,
    platform: u32,
    node_metrics: String,
    checkpoint: String,
}

/// Parts into which the time is divided, so that a growing memory is seen.
const PARTS: u64 = 5;

pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let read = |name: &str| {
        let path = arguments.dir.join(name);
        fs::read(&path).with_context(|| path.display().to_string())
    };
    let prepared: Prepared = serde_json::from_slice(&read("prepared.json")?)?;
    let parts: Parts = serde_json::from_slice(&read("whole.json")?)?;
    let client = client(&prepared, Way::Seen)?;
    let plain = Client::builder()
        .use_preconfigured_tls(senim_channel::client_config(&prepared.ca, None)?)
        .build()?;
    let ask = |_: usize| {
        let request =
            client.get(&parts.url).header("authorization", format!("Bearer {}", prepared.token));
        prepared.headers.iter().fold(request, |it, (name, value)| it.header(name, value))
    };
    let answer = ask(0).send().await?;
    ensure!(answer.status() == 200, "the node answered {}", answer.status());
    settled(&plain, &parts).await?;
    let (load, before) = (load_average()?, tree_size(&plain, &parts).await?);
    let (mut late, mut memory) = (Vec::new(), Vec::new());
    let time = Duration::from_secs(arguments.seconds.div_ceil(PARTS));
    for _ in 0..PARTS {
        open_loop(&ask, time, arguments.rate, &mut late).await?;
        memory.push(json!({
            "node_mb": resident_mb(parts.node)?,
            "platform_mb": resident_mb(parts.platform)?,
            "waiting": waiting(&plain, &parts).await?,
        }));
    }
    let watch = Stopwatch::start();
    settled(&plain, &parts).await?;
    let drained = watch.elapsed();
    let in_log = tree_size(&plain, &parts).await? - before;
    late.sort_unstable();
    let at = |share: usize| late[(late.len() * share / 1000).min(late.len() - 1)];
    println!(
        "{}",
        json!({
            "bench": "edge", "way": "whole-path", "rate": arguments.rate, "seconds": arguments.seconds,
            "answered": late.len(), "log_grew_by": in_log, "drained_after_ms": drained.as_millis(),
            "p50_us": at(500), "p99_us": at(990), "p999_us": at(999), "max_us": late.last(),
            "memory": memory, "load_before": load,
        })
    );
    ensure!(in_log >= late.len() as u64, "{} reads, and {in_log} records in the log", late.len());
    Ok(())
}

/// Until the platform has acknowledged each use, and the log has stopped growing.
async fn settled(client: &Client, parts: &Parts) -> Result<()> {
    let mut ticks = tokio::time::interval(Duration::from_millis(200));
    let (mut size, mut same) = (0, 0);
    for _ in 0..1_500 {
        ticks.tick().await;
        let now = tree_size(client, parts).await?;
        same = if now == size && waiting(client, parts).await? == 0 { same + 1 } else { 0 };
        size = now;
        // The log takes records in once a second.
        if same > 12 {
            return Ok(());
        }
    }
    anyhow::bail!("uses still wait for the platform after five minutes")
}

/// Uses that the platform has not acknowledged.
async fn waiting(client: &Client, parts: &Parts) -> Result<u64> {
    let text = client.get(&parts.node_metrics).send().await?.text().await?;
    let line = text.lines().find(|it| it.starts_with("senim_queue_length{queue=\"uses.waiting\"}"));
    let value = line.and_then(|it| it.rsplit(' ').next()).context("no queue in the metrics")?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    Ok(value.parse::<f64>()? as u64)
}

/// Of the published checkpoint: its second line (C2SP tlog-checkpoint).
async fn tree_size(client: &Client, parts: &Parts) -> Result<u64> {
    let text = client.get(&parts.checkpoint).send().await?.error_for_status()?.text().await?;
    Ok(text.lines().nth(1).context("a checkpoint without a size")?.parse()?)
}

fn resident_mb(pid: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|it| it.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.split_whitespace().next().context("VmRSS")?.parse::<u64>()? / 1024)
}
