//! Builds the native programs.

use anyhow::{Context as _, Result};

use crate::command;
use crate::place::Place;
use crate::say;

/// The whole default selection, as the tests build it, so that features unify in one way only.
pub(crate) fn build(place: &Place) -> Result<()> {
    say::chapter("building host, node and sample banks");
    let watch = say::Stopwatch::start();
    command::run(&mut place.cargo("build")).context("the programs do not build")?;
    say::done("programs built", &watch);
    Ok(())
}
