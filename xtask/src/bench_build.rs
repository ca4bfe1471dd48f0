//! `cargo xtask bench build`: how long a change to one use case takes to be checked and tested, one JSON line a metric.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::command;
use crate::component;
use crate::native;
use crate::place::Place;
use crate::say::{self, Stopwatch};
use crate::setup::{self, For};

/// A use case, and the tests that call it in process on both engines.
const USE_CASE: &str = "host/src/consent/withdraw.rs";
const TESTS: &str = "host::consent";

pub(crate) fn run(place: &Place, json: bool) -> Result<()> {
    if json {
        say::be_quiet();
    }
    setup::run(place, For::Tests)?;
    // The tests start programs and hosts both components.
    native::build_with_journeys(place)?;
    component::build(place)?;
    check(place)?;
    test(place)?;

    let file = place.root.join(USE_CASE);
    say::chapter(format_args!("changing {USE_CASE}"));
    let watch = Stopwatch::start();
    changed(&file, 1, || check(place))?;
    let checked = watch.seconds();
    let watch = Stopwatch::start();
    changed(&file, 2, || test(place))?;
    let tested = watch.seconds();

    say::chapter("measured");
    for (metric, value, limit) in
        [("check_after_change", checked, 10.0), ("tests_after_change", tested, 60.0)]
    {
        println!(
            "{}",
            json!({ "bench": "build", "metric": metric, "value": value, "unit": "s", "ok": value <= limit })
        );
    }
    Ok(())
}

fn check(place: &Place) -> Result<()> {
    command::run(place.cargo("check").args(["--package", "senim-host"]))
}

fn test(place: &Place) -> Result<()> {
    let mut cargo: Command = place.cargo("test");
    cargo.args(["--package", "senim-tests", "--test", "senim", TESTS]);
    command::run(cargo.env("SENIM_BINARIES_BUILT", "1"))
}

/// The file has one more function while `work` runs, so that the compiler can't take all of the last build.
fn changed(file: &Path, turn: u32, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let kept = Kept::of(file)?;
    let function = format!(
        "\n#[expect(dead_code, reason = \"a change to measure\")]\nfn changed(number: u32) -> u32 {{\n    number + {turn}\n}}\n"
    );
    fs::write(file, format!("{}{function}", kept.text))?;
    work()
}

/// Puts the file back as it was, whatever came between.
struct Kept {
    file: PathBuf,
    text: String,
}

impl Kept {
    fn of(file: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self { file: file.to_owned(), text })
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Err(error) = fs::write(&self.file, &self.text) {
            say::line(format_args!("{} could not be put back: {error}", self.file.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_changed_file_is_put_back_also_after_a_failure() {
        let file = std::env::temp_dir().join(format!("senim-changed-{}.rs", std::process::id()));
        fs::write(&file, "fn first() {}\n").unwrap();
        let failed = changed(&file, 1, || {
            assert!(fs::read_to_string(&file)?.contains("number + 1"));
            anyhow::bail!("the build failed")
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "fn first() {}\n");
        fs::remove_file(file).unwrap();
    }
}
