//! `senim witness`: its arguments.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::ensure;
use senim_channel::clock::SystemClock;
use senim_core::log::note::KeyKind;
use senim_host::log::serve::{Witness, read_key};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[arg(long, default_value = "127.0.0.1:8091")]
    pub(crate) listen: SocketAddr,
    /// Its name in signatures: an address without the scheme
    #[arg(long)]
    name: String,
    /// 32 bytes in 64 hexadecimal digits
    #[arg(long)]
    key_file: PathBuf,
    /// Where the last checkpoint of each log is kept. Never restore it from a backup
    #[arg(long)]
    folder: PathBuf,
    /// The key of a log, as `senim journal key` prints it; several may be given
    #[arg(long = "log")]
    logs: Vec<String>,
    /// Print the witness's own key as policies name it, and end
    #[arg(long)]
    pub(crate) show_key: bool,
}

pub(crate) fn open(arguments: &Arguments) -> anyhow::Result<Witness> {
    let key = read_key(&arguments.name, KeyKind::Witness, &arguments.key_file)?;
    let logs = arguments.logs.iter().map(|it| it.parse()).collect::<Result<Vec<_>, _>>()?;
    ensure!(!logs.is_empty() || arguments.show_key, "name at least one --log");
    Witness::open(key, logs, &arguments.folder, Arc::new(SystemClock))
}
