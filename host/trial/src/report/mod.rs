//! `senim-trial report` and `verify`: what trials found, as JSON, a page and paper, signed.

mod charts;
mod document;
mod figure;
mod html;
mod pdf;
mod sign;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use senim_core::trial::{Report, SCHEMA, SetResult, next_try};

pub(super) use document::described;
use document::{Block, blocks};
use senim_channel::clock::{Clock as _, SystemClock};

#[derive(clap::Args)]
pub struct Options {
    /// `matching.json`, `liveness.json` and `photos.json` of one solution's trials
    #[arg(required = true)]
    parts: Vec<PathBuf>,
    #[arg(long, default_value = "trial")]
    out: PathBuf,
    /// The key that signs, PKCS #8 of P-256; made where there is none
    #[arg(long)]
    key: PathBuf,
    /// A line of how to repeat it, as often as there are lines
    #[arg(long = "command")]
    commands: Vec<String>,
}

#[derive(clap::Args)]
pub struct Verify {
    /// The folder of a report
    report: PathBuf,
    /// The public key of whoever should have signed, a JWK
    #[arg(long)]
    key: PathBuf,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let mut parts = options.parts.iter().map(|it| read(it));
    let mut report = parts.next().context("no part is named")??;
    for part in parts {
        report = joined(report, part?)?;
    }
    report.made_at = SystemClock.now();
    report.next_try_not_before = next_try(report.made_at.date_naive());
    report.commands.clone_from(&options.commands);
    std::fs::create_dir_all(&options.out)?;
    for (name, bytes) in sign::FILES.iter().zip(written(&report)?) {
        std::fs::write(options.out.join(name), bytes)?;
    }
    sign::sign(&options.out, &options.key, report.made_at)?;
    println!("{}", options.out.display());
    Ok(())
}

pub fn verify(options: &Verify) -> anyhow::Result<()> {
    let signed_at = sign::verify(&options.report, &options.key)?;
    println!("as it was signed on {}", signed_at.format("%Y-%m-%d %H:%M:%S UTC"));
    Ok(())
}

pub(super) fn read(path: &Path) -> anyhow::Result<Report> {
    let bytes =
        std::fs::read(path).with_context(|| format!("`{}` can't be read", path.display()))?;
    let report: Report = serde_json::from_slice(&bytes)
        .with_context(|| format!("`{}` is no trial's outcome", path.display()))?;
    ensure!(report.schema == SCHEMA, "`{}` is of schema {}", path.display(), report.schema);
    Ok(report)
}

/// Trials of matching, of liveness and of photos together.
fn joined(mut one: Report, other: Report) -> anyhow::Result<Report> {
    ensure!(one.matching.is_none() || other.matching.is_none(), "two trials of matching");
    ensure!(one.photos.is_none() || other.photos.is_none(), "two trials of photos");
    ensure!(one.liveness.is_none() || other.liveness.is_none(), "two trials of liveness");
    one.matching = one.matching.or(other.matching);
    one.liveness = one.liveness.or(other.liveness);
    one.photos = one.photos.or(other.photos);
    one.verdicts.extend(other.verdicts);
    one.not_shown.extend(other.not_shown);
    Ok(one)
}

/// A page of two trials' difference.
pub(super) fn comparison(
    title: &str,
    lines: Vec<String>,
    rows: Vec<Vec<String>>,
    sets: &[SetResult],
) -> String {
    let mut blocks = vec![Block::Title(title.to_owned())];
    blocks.extend(lines.into_iter().map(Block::Paragraph));
    blocks.push(Block::Table { rows, numbers_from: 1 });
    blocks.push(Block::Figure {
        figure: charts::det(sets),
        caption: "Detection error trade-off of both. Dashed: the bounds of BIO-3.".to_owned(),
    });
    html::page(title, &blocks)
}

/// JSON, page and paper.
fn written(report: &Report) -> anyhow::Result<[Vec<u8>; 3]> {
    let blocks = blocks(report);
    let title = match blocks.first() {
        Some(Block::Title(title)) => title.clone(),
        _ => "Trial".to_owned(),
    };
    let foot = format!(
        "{title} · {} · solution {}",
        report.made_at.format("%Y-%m-%d"),
        &report.solution.digest[..report.solution.digest.len().min(16)]
    );
    Ok([
        serde_json::to_vec(report)?,
        html::page(&title, &blocks).into_bytes(),
        pdf::paper(&title, &foot, &blocks),
    ])
}
