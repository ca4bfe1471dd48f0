//! `cargo xtask demo --check`: the demo, walked by a browser, every step told with its time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::Database;
use crate::command;
use crate::compile::GIVEN_UP;
use crate::demo::{Demo, Folders, Way};
use crate::place::Place;
use crate::process;
use crate::say;
use crate::tool::GECKODRIVER;

/// Runs the journeys with `more` arguments on a fresh demo, then whatever is to be seen while it still runs. What they print
/// goes into `log`, where there is one.
pub(crate) fn walk(
    place: &Place,
    database: Database,
    more: &[&str],
    log: Option<&Path>,
    then: impl FnOnce(&Demo<'_>) -> Result<()>,
) -> Result<()> {
    let stop = process::stop_asked()?;
    let mut demo = Demo::start(place, Folders::of_check(place), database, Way::Built, true, &stop)?;

    say::chapter("walking through the demo");
    let watch = say::Stopwatch::start();
    let mut journeys = Command::new(place.binary("senim-journeys"));
    journeys
        .current_dir(&place.root)
        .arg("check")
        .arg("--demo")
        .arg(demo.folders.description())
        .arg("--json")
        .arg(report(place))
        .arg("--screenshots")
        .arg(place.senim.join("screenshots"))
        .args(more)
        .stdin(Stdio::null());
    // One database is enough: browsers don't know which is behind the pages.
    if database == Database::Sqlite {
        let browsers = std::env::var("SENIM_BROWSERS").unwrap_or_else(|_| BROWSERS.to_owned());
        if browsers.contains("firefox") {
            journeys.env("SENIM_GECKODRIVER", GECKODRIVER.bring(place)?);
        }
        journeys.args(["--browsers", &browsers]).env("SENIM_AXE", place.axe());
    }
    if let Some(log) = log {
        let log = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        journeys.stdout(log.try_clone()?).stderr(log);
    } else if say::quiet() {
        journeys.stdout(Stdio::null()).stderr(Stdio::null());
    }
    let mut journeys = journeys.spawn().context("cannot start senim-journeys")?;
    let status = loop {
        if let Some(status) = journeys.try_wait()? {
            break status;
        }
        if process::is_set(&stop) || process::is_set(&GIVEN_UP) {
            process::terminate(journeys.id());
            journeys.wait()?;
            bail!("stopped");
        }
        demo.tend()?;
        thread::sleep(Duration::from_millis(50));
    };
    if !status.success() {
        if let Some(said) = log.and_then(|it| fs::read_to_string(it).ok()) {
            eprintln!("{said}");
        }
        bail!(
            "the walk through the demo ended with {status}; logs are in {}",
            demo.folders.logs().display()
        );
    }
    say::done("the walk came out right", &watch);
    then(&demo)
}

/// A session on the second solution, on a platform of its own and in Chromium alone.
pub(crate) fn walk_front(place: &Place) -> Result<()> {
    let mut journeys = Command::new(place.binary("senim-journeys"));
    journeys
        .current_dir(&place.root)
        .arg("front")
        .arg("--screenshots")
        .arg(place.senim.join("screenshots"))
        .env("SENIM_AXE", place.axe())
        .env("SENIM_BINARIES_BUILT", "1")
        .stdin(Stdio::null());
    command::run(&mut journeys)
}

/// Walked where `SENIM_BROWSERS` names no others.
const BROWSERS: &str = "chromium,firefox,webkit";

pub(crate) fn report(place: &Place) -> PathBuf {
    Path::new(&place.senim).join("check/journeys.json")
}
