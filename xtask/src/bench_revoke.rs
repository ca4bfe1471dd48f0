//! `cargo xtask bench revoke`: from a withdrawal's commit to the refusal at each node, one JSON line a metric.

use std::process::Command;

use anyhow::Result;

use crate::command;
use crate::native;
use crate::place::Place;
use crate::say;

/// `long`: a minute in place of ten seconds.
pub(crate) fn run(place: &Place, json: bool, long: bool) -> Result<()> {
    if json {
        say::be_quiet();
    }
    native::build_with_journeys(place)?;
    say::chapter("withdrawing consents while fifty nodes listen");
    let seconds = if long { "60" } else { "10" };
    let said = command::output(
        Command::new(place.binary("senim-revoke"))
            .args(["--seconds", seconds])
            .current_dir(&place.root),
    )?;
    print!("{said}");
    Ok(())
}
