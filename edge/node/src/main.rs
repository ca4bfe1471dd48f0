//! `senim-node`: one edge.

use std::io::stderr;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Parser;
use senim_channel::stop_asked;
use senim_node::{Config, Node};
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Takes participants' requests for account information, lets the gate decide, and forwards them to providers.
#[derive(Parser)]
#[command(name = "senim-node", version)]
struct Arguments {
    /// The node's configuration; `node.example.toml` has every key with its meaning.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Check the configuration and the files it names, and stop.
    #[arg(long)]
    check: bool,
    /// What is logged, to stderr, as JSON: a level, or levels by module.
    #[arg(long, value_name = "FILTER", env = "SENIM_LOG", default_value = "info")]
    log: String,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_new(&arguments.log).context("--log")?;
    tracing_subscriber::fmt()
        .json()
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(stderr)
        .init();
    let config = Config::read(&arguments.config)?;
    if arguments.check {
        return Ok(());
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(config))
}

async fn run(config: Config) -> Result<()> {
    let node = Node::start(config).await?;
    tracing::info!(address = %node.address(), "the node listens");
    tokio::select! {
        () = stop_asked() => {}
        () = gate_changed(&node) => {}
    }
    tracing::info!("the node is stopping; finishing open requests");
    node.stop().await;
    Ok(())
}

/// Looks for another gate whenever the operator says that there is one, by SIGHUP.
async fn gate_changed(node: &Node) {
    #[cfg(unix)]
    if let Ok(mut asked) = signal(SignalKind::hangup()) {
        while asked.recv().await.is_some() {
            match node.reload_gate().await {
                Ok(gate) => tracing::info!(
                    version = gate.version.map(tracing::field::display),
                    digest = gate.digest,
                    "this gate decides"
                ),
                Err(error) => {
                    tracing::error!(%error, "the gate is refused; the one that runs goes on");
                }
            }
        }
    }
    std::future::pending::<()>().await;
}
