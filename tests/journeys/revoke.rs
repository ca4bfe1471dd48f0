//! From a withdrawal's commit to the refusal at each node. The last lines are JSON, one a metric.

use anyhow::Result;
use clap::Parser;
use senim_tests::revoke::{Load, run};

#[derive(Parser)]
#[command(
    about = "Withdraws consents while nodes follow the stream of a real host over mutual TLS"
)]
struct Arguments {
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=500))]
    nodes: u64,
    /// Consents in force.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    consents: u64,
    /// Withdrawals a second.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rate: u32,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// `postgres://…` of an empty database; without it, SQLite in a folder of its own.
    #[arg(long)]
    database: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { nodes, consents, rate, seconds, database } = Arguments::parse();
    let nodes = usize::try_from(nodes)?;
    let load = Load { nodes, consents, withdrawals_a_second: rate, seconds, database };
    for metric in run(&load).await? {
        println!("{metric}");
    }
    Ok(())
}
