//! The attack workshop. Not written yet but for its tools, which the actor uses as well.

#[expect(dead_code, reason = "the workshop itself lands next")]
pub(crate) mod chance;
#[expect(dead_code, reason = "the workshop itself lands next")]
pub(crate) mod pixels;

/// Nothing to choose yet.
#[derive(clap::Args)]
pub struct Options {}

pub fn run(_: &Options) -> anyhow::Result<()> {
    anyhow::bail!("not written yet")
}
