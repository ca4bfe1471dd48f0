//! Builds gate and judge: wasm modules wrapped as components, importing what their WIT worlds say and no WASI.

use std::fs;

use anyhow::{Context as _, Result};
use wit_component::ComponentEncoder;

use crate::compile::{WASM, Work};
use crate::place::{PROFILE_OF_WASM, Place};
use crate::say;
use crate::stamp;

const COMPONENTS: [(&str, &str); 2] = [("gate", "senim-gate"), ("judge", "senim-judge")];

pub(crate) fn build(place: &Place) -> Result<()> {
    say::chapter("building the gate and the judge");
    let watch = say::Stopwatch::start();
    // Without the pages, whose dependencies want a browser.
    Work {
        what: "gate and judge",
        verb: "build",
        arguments: &[
            "--profile",
            PROFILE_OF_WASM,
            "--package",
            "senim-gate",
            "--package",
            "senim-judge",
        ],
        packages: &COMPONENTS.map(|(_, package)| package),
        target: Some(WASM),
    }
    .run(place)?;
    COMPONENTS.iter().try_for_each(|(name, package)| component(place, name, package))?;
    say::done("gate and judge built", &watch);
    Ok(())
}

fn component(place: &Place, name: &str, package: &str) -> Result<()> {
    let module = place.wasm(package);
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
    Ok(())
}
