//! `senim verify` and `senim journal fsck --folder`: what a client or an auditor checks without the platform.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use senim_core::Timestamp;
use senim_core::log::LogError;
use senim_core::log::history::History;
use senim_core::log::note::Note;
use senim_core::log::policy::{Policy, Trusted};
use senim_core::log::receipt;
use senim_core::receipts::{Restarted, prove, restart};
use senim_host::log::{Fault, Folder, examine_published};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A `.tlog-proof` receipt, or a history of the cabinet
    file: PathBuf,
    /// Which logs and witnesses are trusted (C2SP tlog-policy)
    #[arg(long)]
    policy: PathBuf,
    /// An older checkpoint of the same log: a history must show that the log only grew since
    #[arg(long)]
    older: Option<PathBuf>,
    /// The policy that the platform offers now: the file (from `/log/restart`) must show that its log took the place of
    /// the one in `--policy`
    #[arg(long)]
    offered: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let policy = read_policy(&arguments.policy)?;
    let text = read(&arguments.file)?;
    if let Some(offered) = &arguments.offered {
        let offered = read_policy(offered)?;
        let older = arguments.older.as_deref().map(read).transpose()?;
        let older = older.map(|it| Note::parse(&it)).transpose()?;
        restarted(&restart::verify(&text, (&policy, &offered), older.as_ref())?);
        return Ok(());
    }
    if text.starts_with("c2sp.org/tlog-proof@") {
        if arguments.older.is_some() {
            bail!("a receipt has no proof since an older checkpoint; a history has one");
        }
        let shown = receipt::verify(&text, &policy).map_err(other_log)?;
        println!("{}", shown.record);
        println!("It is entry {} of the log.", shown.number);
        told_of(&shown.trusted);
        return Ok(());
    }
    let older =
        arguments.older.as_deref().map(|it| Ok::<_, anyhow::Error>(Note::parse(&read(it)?)?));
    let older = older.transpose()?;
    let history = History::parse(&text)?;
    let proven = prove(&history, &policy, older.as_ref()).map_err(other_log)?;
    for it in history.months.iter().flat_map(|it| &it.records) {
        println!("{}\t{}", it.number, it.record);
    }
    println!(
        "{} records from {} to {}; none is left out, none was altered.",
        proven.records.len(),
        proven.from,
        moment(proven.until),
    );
    if proven.pruned {
        println!("The log was pruned: it has nothing from before {} any more.", proven.from);
    }
    if older.is_some() {
        println!("The log only grew since the older checkpoint.");
    }
    tell(&proven.origin, proven.size, &proven.witnessed);
    let uncovered: Vec<_> =
        proven.records.iter().filter_map(|it| Some((it.number, it.uncovered?))).collect();
    for (number, why) in &uncovered {
        println!("record {number} is a use without a consent: {why:?}");
    }
    if !uncovered.is_empty() {
        bail!("{} uses had no consent, see above", uncovered.len());
    }
    let unjudged = proven.records.iter().filter(|it| it.unjudged).count();
    if unjudged > 0 {
        println!("{unjudged} uses are of consents older than the log's beginning, and not judged.");
    }
    let which = if unjudged > 0 { "Each other use" } else { "Each use" };
    println!("{which} had a consent at its moment.");
    Ok(())
}

/// Another log need not be a forged one.
fn other_log(error: LogError) -> anyhow::Error {
    if error != LogError::UnknownLog {
        return error.into();
    }
    anyhow!(
        "{error}: it is of another log. Where the operator has begun one because the former was lost, /log/restart of the \
         platform proves it: senim verify restart.tlog-proof --policy FORMER --offered NEW, with NEW from /log/policy"
    )
}

fn restarted(it: &Restarted) {
    println!(
        "{} took the place of {} on {}.",
        it.origin,
        it.former,
        it.at.format("%Y-%m-%d %H:%M:%S UTC")
    );
    println!("The operator's reason: {}", it.reason);
    println!("The last known checkpoint of the former log has {} entries.", it.size);
    if it.lost > 0 {
        println!("The checkpoint that you kept has {} more: they are lost.", it.lost);
    }
    for (witness, at) in &it.witnessed {
        println!("The new log is cosigned by {witness} at {}.", moment(*at));
    }
    if it.witnessed.is_empty() {
        println!("No witness vouches for it: the operator alone says so.");
    }
    println!("Compare the new policy's SHA-256 with one from elsewhere before you trust it.");
}

/// A copy of a log's folder, judged by its checkpoint.
pub(crate) fn folder(folder: &Path, policy: &Path) -> anyhow::Result<()> {
    let policy = read_policy(policy)?;
    let (trusted, faults) = examine_published(&Folder::to_read(folder), &policy)?;
    told(&faults)?;
    println!("All entries, hashes and statements of the index are those of the checkpoint.");
    told_of(&trusted);
    Ok(())
}

/// Fails if there are faults, each on a line.
pub(crate) fn told(faults: &[Fault]) -> anyhow::Result<()> {
    for it in faults {
        println!("{it}");
    }
    if faults.is_empty() { Ok(()) } else { bail!("{} faults, see above", faults.len()) }
}

fn told_of(trusted: &Trusted) {
    tell(&trusted.checkpoint.origin, trusted.checkpoint.size, &trusted.witnessed);
}

fn tell(origin: &str, size: u64, witnessed: &[(String, u64)]) {
    println!("Checkpoint of {origin}: {size} entries.");
    for (witness, at) in witnessed {
        println!("Cosigned by {witness} at {}.", moment(*at));
    }
}

fn moment(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|it| Timestamp::from_timestamp(it, 0));
    moment
        .map_or_else(|| format!("{seconds} s"), |it| it.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}

pub(crate) fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    read(path)?.parse::<Policy>().with_context(|| format!("in {}", path.display()))
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("`{}` can't be read", path.display()))
}
