//! `senim journal find`: who did what to whom, as a table or as the records themselves.

use std::io::Write as _;

use anyhow::{Context as _, ensure};
use senim_core::Timestamp;
use senim_core::id::{Bin, ConsentId, Iin};
use senim_core::journal::Record;
use senim_host::app::App;
use senim_store::find::{FoundRecord, Sought, find};
use serde_json::json;

const LIMIT: u64 = 100;
const LIMIT_MAX: u64 = 100_000;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Of the client whose IIN is the first line of standard input
    #[arg(long)]
    client: bool,
    /// Under this consent: `cns_…`
    #[arg(long)]
    consent: Option<ConsentId>,
    /// That name this participant, as who receives data, whom they come from, or who did it: its BIN
    #[arg(long)]
    participant: Option<Bin>,
    /// Not before this moment (RFC 3339)
    #[arg(long, value_parser = crate::moment)]
    from: Option<Timestamp>,
    /// Before this moment
    #[arg(long, value_parser = crate::moment)]
    until: Option<Timestamp>,
    /// The newest ones, at most so many
    #[arg(long, default_value_t = LIMIT)]
    limit: u64,
    /// JSON, a record a line, byte by byte as the log commits to it
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Reads standard input where it is asked for a client.
    pub(crate) fn sought(&self) -> anyhow::Result<Sought> {
        ensure!((1..=LIMIT_MAX).contains(&self.limit), "--limit is 1 to {LIMIT_MAX}");
        let mut client = None;
        if self.client {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line)?;
            // Never repeated in a message.
            let iin: Option<Iin> = line.trim().parse().ok();
            client = Some(iin.context("the first line of standard input is no IIN")?);
        }
        Ok(Sought {
            client,
            consent: self.consent,
            participant: self.participant,
            from: self.from,
            until: self.until,
            limit: self.limit,
        })
    }
}

pub(crate) async fn run(app: &App, arguments: &Arguments, sought: &Sought) -> anyhow::Result<()> {
    let found = app.store.read("journal.find", async |tx| find(tx, sought).await).await?;
    let mut out = std::io::stdout().lock();
    for it in &found {
        let line = if arguments.json { json(it)? } else { row(it)? };
        writeln!(out, "{line}")?;
    }
    if !arguments.json {
        writeln!(out, "{} records", found.len())?;
    }
    Ok(())
}

fn json(found: &FoundRecord) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&json!({ "number": found.number, "record": found.record }))?)
}

fn row(found: &FoundRecord) -> anyhow::Result<String> {
    let record = Record::decode(&found.record)?;
    let number = found.number.map_or_else(|| "-".to_owned(), |it| it.to_string());
    Ok(format!(
        "{number:>10}  {}  {:<26} {:<24} {}",
        record.at.format("%Y-%m-%d %H:%M:%S"),
        record.event.name(),
        record.actor.to_string(),
        record.subject
    ))
}
