//! Account reads through the edge beside the same reads straight to the provider, and beside proxies of others.
//!
//! Bounded, on loopback only, over mutual TLS. The last lines are JSON, one a metric.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use reqwest::RequestBuilder;
use senim_tests::client::oauth::details;
use senim_tests::clock::Stopwatch;
use senim_tests::platform::Platform;
use serde_json::json;

mod peers;
mod whole;

#[derive(Parser)]
#[command(about = "Bounded load on account reads")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Through the edge, and straight to the provider
    Reads(Reads),
    /// Writes what proxies are compared with: tokens, the key that verifies them, an answer
    Prepare(peers::Prepare),
    /// The node beside proxies: CPU time a request, requests a second, p99 at a fixed rate
    Peers(peers::Arguments),
    /// The whole path at one rate for a while
    Whole(whole::Arguments),
}

#[derive(clap::Args)]
struct Reads {
    /// The running demo's description.
    #[arg(long, default_value = ".senim/demo.json")]
    demo: PathBuf,
    /// How long each side is measured, at most 60.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Requests at a time, at most 64.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=64))]
    connections: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    match Arguments::parse().what {
        What::Reads(arguments) => reads(arguments).await,
        What::Prepare(arguments) => peers::prepare(&arguments).await,
        What::Peers(arguments) => peers::run(&arguments).await,
        What::Whole(arguments) => whole::run(&arguments).await,
    }
}

async fn reads(arguments: Reads) -> Result<()> {
    let platform = Platform::attach(&arguments.demo).await?;
    let person = platform.person()?;
    let client = platform.consumer_by_certificate()?;
    let asked = details(&person, &[&platform.material.provider_bin]);
    let tokens = client.tokens(&person, &asked).await?;

    let edge_url = client.edge("/accounts");
    let authorization = format!("Bearer {}", tokens.access);
    let consumer = platform.http_as(&platform.material.by_certificate)?;
    let edge = || {
        let there = client.reading(&tokens.access, "/accounts");
        let request = consumer.get(&edge_url).header("authorization", &authorization);
        let header = |name| there.header(name).unwrap_or_default();
        request
            .header("x-fapi-auth-date", header("x-fapi-auth-date"))
            .header("x-fapi-customer-ip-address", header("x-fapi-customer-ip-address"))
    };

    let node = platform.http_as(&platform.material.node)?;
    let provider_url =
        format!("{}/account-information/v1/accounts", platform.material.provider_url);
    let provider = || {
        node.get(&provider_url)
            .header("senim-client", &person.iin)
            .header("senim-consumer", &platform.material.consumer_bin)
            .header("senim-consent", &tokens.consent)
            .header("x-fapi-interaction-id", "load")
    };

    for side in [&edge as &(dyn Fn() -> RequestBuilder + Sync), &provider] {
        let answer = side().send().await?;
        anyhow::ensure!(
            answer.status() == 200,
            "the read that is measured answers {}",
            answer.status()
        );
    }

    // Turn by turn, so that neither has the machine's better minute.
    let turn = Duration::from_secs(arguments.seconds) / 2;
    let (mut through, mut straight) = (Measured::default(), Measured::default());
    for _ in 0..2 {
        through.add(measure(&edge, turn, arguments.connections).await?);
        straight.add(measure(&provider, turn, arguments.connections).await?);
    }
    through.print("edge")?;
    straight.print("provider")?;
    print("edge_vs_provider_reads", through.per_second() / straight.per_second(), "ratio");
    Ok(())
}

#[derive(Default)]
struct Measured {
    /// Microseconds of each request.
    times: Vec<u64>,
    elapsed: Duration,
}

async fn measure(
    request: &(dyn Fn() -> RequestBuilder + Sync),
    time: Duration,
    connections: u64,
) -> Result<Measured> {
    let watch = Stopwatch::start();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let request = request();
        workers.spawn(async move {
            let mut times = Vec::new();
            while watch.elapsed() < time {
                let one = Stopwatch::start();
                let answer = request.try_clone().context("no body to clone")?.send().await?;
                anyhow::ensure!(answer.status() == 200, "a read answered {}", answer.status());
                answer.bytes().await?;
                times.push(u64::try_from(one.elapsed().as_micros()).unwrap_or(u64::MAX));
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    let mut measured = Measured::default();
    while let Some(done) = workers.join_next().await {
        measured.times.extend(done??);
    }
    measured.elapsed = watch.elapsed();
    Ok(measured)
}

impl Measured {
    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.elapsed += other.elapsed;
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }

    #[expect(clippy::cast_precision_loss, reason = "microseconds of a request")]
    fn print(&mut self, side: &str) -> Result<()> {
        print(&format!("{side}_reads_per_s"), self.per_second(), "req/s");
        self.times.sort_unstable();
        for (name, share) in [("p50", 50), ("p99", 99)] {
            let at = (self.times.len() * share / 100).min(self.times.len().saturating_sub(1));
            let time = self.times.get(at).context("nothing was measured")?;
            print(&format!("{side}_read_{name}"), *time as f64 / 1000.0, "ms");
        }
        Ok(())
    }
}

fn print(metric: &str, value: f64, unit: &str) {
    let value = (value * 100.0).round() / 100.0;
    println!("{}", json!({ "bench": "demo", "metric": metric, "value": value, "unit": unit }));
}
