//! `senim backup`, `senim restore` and `senim keys backup`: what they say.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use senim_channel::clock::SystemRng;
use senim_host::app::App;
use senim_host::backup::{self, keep_keys, take};
use senim_host::config::Config;
use senim_host::journal::fsck;
use senim_host::log::Folder;
use senim_store::seal::Sealer;

use super::verify;

#[derive(clap::Args)]
pub(crate) struct Take {
    /// The folder to create
    #[arg(long)]
    to: PathBuf,
    /// Print the manifest as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(crate) struct Restore {
    /// A folder written by `senim backup`
    #[arg(long)]
    from: PathBuf,
}

pub(crate) async fn run(config: Config, arguments: &Take) -> anyhow::Result<()> {
    let app = App::open(config).await?;
    let manifest = take(&app, &arguments.to).await?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&manifest)?);
        return Ok(());
    }
    let rows: u64 = manifest.tables.values().map(|it| it.rows).sum();
    println!(
        "{} has all rows of {} tables as of {} ({rows}), {}",
        arguments.to.display(),
        manifest.tables.len(),
        manifest.taken_at.format("%Y-%m-%dT%H:%M:%SZ"),
        match manifest.log_entries {
            Some(entries) => format!("and the log ({entries} entries)"),
            None => "and no log: this host writes none".to_owned(),
        }
    );
    println!("It opens with the master key only: keep that elsewhere (`senim keys backup`).");
    Ok(())
}

pub(crate) async fn restore(config: Config, arguments: &Restore) -> anyhow::Result<()> {
    let database = config.database_with_password()?;
    let sealer = Sealer::open(&config.master_key_file).context("key `master_key_file`")?;
    let rng = Arc::new(SystemRng);
    let restored = backup::restore(&arguments.from, &config, &database, sealer, rng).await;
    let restored = restored.map_err(|error| {
        let key = if error.is_sealed() { "key `master_key_file`" } else { "nothing was restored" };
        anyhow::Error::new(error).context(key)
    })?;
    println!(
        "{} rows of {} are in the database",
        restored.rows,
        restored.manifest.taken_at.format("%Y-%m-%dT%H:%M:%SZ")
    );
    let log_dir = config.log_dir.clone().filter(|_| restored.manifest.log_entries.is_some());
    let app = App::open(config).await?;
    if let Some(folder) = log_dir {
        let done = fsck(&app, &Folder::to_read(&folder)).await?;
        verify::told(&done.faults)?;
        println!("{}", super::segments::whole(&done));
    }
    println!("Where something was committed after that moment, see docs/operating.md.");
    Ok(())
}

pub(crate) fn keys(config: &Config, to: &Path) -> anyhow::Result<()> {
    let kept = keep_keys(config, to)?;
    ensure!(!kept.is_empty(), "the configuration names no keys");
    for (key, path) in kept {
        println!("{key}: {}", path.display());
    }
    println!("Whoever has these and a backup can read everything: keep them apart.");
    Ok(())
}
