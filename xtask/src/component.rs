//! Builds the gate: a wasm module wrapped as a component, importing what its WIT world says and no WASI.

use std::fs;

use anyhow::{Context as _, Result};
use wit_component::ComponentEncoder;

use crate::command;
use crate::place::Place;
use crate::say;
use crate::stamp;

const PACKAGE: &str = "senim-gate";

pub(crate) fn build(place: &Place) -> Result<()> {
    say::chapter("building the gate");
    let watch = say::Stopwatch::start();
    command::run(
        place
            .cargo("build")
            .args(["--profile", "component", "--target", "wasm32-unknown-unknown"])
            .args(["--package", PACKAGE]),
    )
    .context("the gate does not build")?;

    let module = place.wasm("component", PACKAGE);
    let digest = stamp::digest_of(&[&module])?;
    if !place.gate().exists() || !stamp::matches(place, "gate", &digest) {
        let bytes = fs::read(&module)?;
        let component = ComponentEncoder::default()
            .module(&bytes)
            .and_then(|it| it.validate(true).encode())
            .context("the gate does not fit its WIT world")?;
        fs::create_dir_all(&place.senim)?;
        fs::write(place.gate(), component)?;
        stamp::put(place, "gate", &digest)?;
    }
    say::done("gate built", &watch);
    Ok(())
}
