//! Not written yet.

/// Nothing to choose yet.
#[derive(clap::Args)]
pub struct Options {}

pub fn run(_: &Options) -> anyhow::Result<()> {
    anyhow::bail!("not written yet")
}
