//! `senim-world`: sets up and runs everything outside Senim that the demo and the tests need.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use senim_world::settings::Settings;
use senim_world::setup::{self, Wishes};

#[derive(Parser)]
#[command(name = "senim-world", about, version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes certificates, keys, secrets and everyone's configuration. Again: keeps secrets, renews the rest.
    Setup(Box<Wishes>),
    /// Runs the providers, the consumer's app, the state register and the SMS gateway.
    Serve {
        /// Where `setup` wrote.
        #[arg(long)]
        dir: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Setup(wishes) => setup::run(&wishes).map(|told| println!("{told}")),
        Command::Serve { dir } => serve(&dir).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("senim-world: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(dir: &std::path::Path) -> anyhow::Result<()> {
    let settings = Settings::read(dir)?;
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_new(&settings.log)?)
        .with_ansi(false)
        .init();
    let world = senim_world::start(settings).await?;
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        stopped = world.stopped() => stopped,
        _ = tokio::signal::ctrl_c() => Ok(()),
        _ = terminated.recv() => Ok(()),
    }
}
