//! Programs that are built from crates once and kept in the cache.

use std::path::PathBuf;

use anyhow::Result;

use crate::command;
use crate::place::Place;
use crate::say;

pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
    /// What the building takes from its features.
    features: &'static [&'static str],
}

/// Its database of advisories lies where nothing is fetched from, so it judges licences, bans and sources.
pub(crate) const CARGO_DENY: Tool =
    Tool { name: "cargo-deny", version: "0.20.2", features: &["--no-default-features"] };

/// Drives Firefox; Debian has no package of it.
pub(crate) const GECKODRIVER: Tool = Tool { name: "geckodriver", version: "0.37.1", features: &[] };

impl Tool {
    /// Where the program is, built if it was not.
    pub(crate) fn bring(&self, place: &Place) -> Result<PathBuf> {
        let root = place.cache.join(format!("tools/{}-{}", self.name, self.version));
        let program = root.join("bin").join(self.name);
        if !program.exists() {
            say::line(format_args!(
                "building {} {} (a minute or two, once)",
                self.name, self.version
            ));
            let building = place.cache.join(format!("tools/building-{}", self.name));
            command::run(
                place
                    .cargo("install")
                    // Without optimisation: it works for seconds.
                    .args([self.name, "--version", self.version, "--locked", "--debug"])
                    .args(self.features)
                    .arg("--root")
                    .arg(&root)
                    .env("CARGO_TARGET_DIR", &building),
            )?;
            std::fs::remove_dir_all(building)?;
        }
        Ok(program)
    }
}
