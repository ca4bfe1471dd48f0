//! `cargo xtask bench demo`: what the demo costs, as JSON lines.

use anyhow::Result;

use crate::place::Place;

pub(crate) fn run(_place: &Place, _json: bool) -> Result<()> {
    anyhow::bail!("not yet")
}
