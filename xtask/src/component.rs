//! Builds gate and judge: wasm modules wrapped as components, importing what their WIT worlds say and no WASI.

use std::fs;

use anyhow::{Context as _, Result};
use wit_component::ComponentEncoder;

use crate::command;
use crate::place::Place;
use crate::say;
use crate::stamp;

const COMPONENTS: [(&str, &str); 2] = [("gate", "senim-gate"), ("judge", "senim-judge")];

pub(crate) fn build(place: &Place) -> Result<()> {
    say::chapter("building the gate and the judge");
    COMPONENTS.iter().try_for_each(|(name, package)| component(place, name, package))
}

fn component(place: &Place, name: &str, package: &str) -> Result<()> {
    let watch = say::Stopwatch::start();
    command::run(
        place
            .cargo("build")
            .args(["--profile", "component", "--target", "wasm32-unknown-unknown"])
            .args(["--package", package]),
    )
    .with_context(|| format!("the {name} does not build"))?;

    let module = place.wasm("component", package);
    let made = place.component(name);
    let digest = stamp::digest_of(&[&module])?;
    if !made.exists() || !stamp::matches(place, name, &digest) {
        let bytes = fs::read(&module)?;
        let component = ComponentEncoder::default()
            .module(&bytes)
            .and_then(|it| it.validate(true).encode())
            .with_context(|| format!("the {name} does not fit its WIT world"))?;
        fs::create_dir_all(&place.senim)?;
        fs::write(made, component)?;
        stamp::put(place, name, &digest)?;
    }
    say::done(format_args!("{name} built"), &watch);
    Ok(())
}
