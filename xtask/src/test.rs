//! `cargo xtask test`: everything that CI runs, until something fails.

use std::env;
use std::io::{IsTerminal as _, stderr};
use std::process::Command;
use std::sync::atomic::Ordering;
use std::thread;

use anyhow::{Context as _, Result, anyhow, ensure};

use crate::Database;
use crate::check;
use crate::command;
use crate::compile::GIVEN_UP;
use crate::component;
use crate::fuzz;
use crate::installed;
use crate::native;
use crate::pages;
use crate::place::Place;
use crate::say;
use crate::setup::{self, For};
use crate::tool;
use crate::worker;

struct Stage {
    name: &'static str,
    work: fn(&Place) -> Result<()>,
    /// What to do when it fails.
    remedy: &'static str,
    /// Seconds that it may take on two cores where everything was built before, and where nothing was.
    budget: (f64, f64),
}

/// What the others need.
const FIRST: &[Stage] = &[
    Stage {
        name: "set up",
        work: |place| setup::run(place, For::Tests),
        remedy: "see what could not be installed",
        budget: (10.0, 240.0),
    },
    Stage { name: "format", work: format, remedy: "run `cargo fmt --all`", budget: (5.0, 5.0) },
    Stage {
        name: "build",
        work: build,
        remedy: "mend what does not compile",
        budget: (60.0, 680.0),
    },
];

/// Compilers and checkers: both cores are theirs, but for [`BESIDE`].
const CHECKS: &[Stage] = &[
    Stage {
        name: "lints",
        work: lints,
        remedy: "mend it, or say why with #[expect(.., reason)]",
        budget: (40.0, 290.0),
    },
    Stage {
        name: "lints of pages, gate, judge and Worker",
        work: wasm_lints,
        remedy: "mend it, or say why with #[expect(.., reason)]",
        budget: (20.0, 90.0),
    },
    Stage {
        name: "core alone",
        work: core_alone,
        remedy: "core must build without what other crates add to its dependencies",
        budget: (10.0, 20.0),
    },
    Stage {
        name: "licences and sources",
        work: deny,
        remedy: "see deny.toml",
        budget: (10.0, 80.0),
    },
    Stage {
        name: "tests of the pages",
        work: page_tests,
        remedy: "run `cargo test -p senim-kit -p senim-cabinet -p senim-console -p senim-liveness -p senim-receipts`",
        budget: (25.0, 90.0),
    },
    Stage {
        name: "tests of the build system",
        work: own_tests,
        remedy: "run `cargo test -p xtask`",
        budget: (10.0, 20.0),
    },
    Stage {
        name: "fuzzing",
        work: fuzz::run,
        remedy: "keep the input as a named test, then mend what it broke",
        budget: (40.0, 90.0),
    },
    Stage {
        name: "foreign clients and documents",
        work: foreign,
        remedy: "see tests/foreign",
        budget: (45.0, 60.0),
    },
];

/// People stand before the camera there most of the time: it runs at the same time as [`CHECKS`].
const BESIDE: Stage = Stage {
    name: "demo on PostgreSQL, what is refused",
    // Browsers don't know the database, and a person before the camera takes their time: each is walked once.
    work: |place| {
        let log = place.senim.join("refusals.log");
        check::walk(place, Database::Postgres, &["--no-browser"], Some(&log), |_| Ok(()))
    },
    remedy: "see .senim/refusals.log and .senim/check/logs",
    budget: (180.0, 180.0),
};

const LAST: &[Stage] = &[
    Stage {
        name: "packages",
        work: installed::check,
        remedy: "logs are in .senim/installed/logs",
        budget: (60.0, 60.0),
    },
    Stage {
        name: "tests",
        work: tests,
        remedy: "run one again with `cargo test NAME`",
        budget: (200.0, 195.0),
    },
    Stage {
        name: "demo on SQLite, in browsers",
        work: |place| {
            check::walk(place, Database::Sqlite, &["--no-refusals"], None, |_| Ok(()))?;
            check::walk_front(place)
        },
        remedy: "logs are in .senim/check/logs",
        budget: (180.0, 180.0),
    },
];

struct Row {
    name: &'static str,
    seconds: f64,
    budget: f64,
    well: bool,
}

pub(crate) fn run(place: &Place, only: Option<&str>) -> Result<()> {
    let whole = say::Stopwatch::start();
    let warm = place.binary("senim").exists();
    let mut table = Vec::new();
    let outcome = match only {
        Some(part) => some(place, warm, part, &mut table),
        None => all(place, warm, &mut table),
    };
    tell(&table, &whole);
    outcome
}

/// One after another.
fn some(place: &Place, warm: bool, part: &str, table: &mut Vec<Row>) -> Result<()> {
    let stages = || FIRST.iter().chain(CHECKS).chain([&BESIDE]).chain(LAST);
    let known: Vec<&str> = stages().map(|it| it.name).collect();
    let meant: Vec<&Stage> = stages().filter(|it| it.name.contains(part)).collect();
    ensure!(!meant.is_empty(), "no stage is called `{part}`; there are: {}", known.join("; "));
    meant.into_iter().try_for_each(|it| one(place, warm, it, table))
}

fn all(place: &Place, warm: bool, table: &mut Vec<Row>) -> Result<()> {
    each(place, warm, FIRST, table)?;
    let mut beside = Vec::new();
    let outcome = thread::scope(|scope| {
        let refusals = scope.spawn(|| one(place, warm, &BESIDE, &mut beside));
        let checked = each(place, warm, CHECKS, table);
        if checked.is_err() {
            GIVEN_UP.store(true, Ordering::Relaxed);
        }
        let refused = refusals.join().map_err(|_| anyhow!("asking what is refused panicked"));
        checked.and(refused?)
    });
    table.extend(beside);
    outcome?;
    each(place, warm, LAST, table)
}

fn each(place: &Place, warm: bool, stages: &[Stage], table: &mut Vec<Row>) -> Result<()> {
    stages.iter().try_for_each(|it| one(place, warm, it, table))
}

fn one(place: &Place, warm: bool, stage: &Stage, table: &mut Vec<Row>) -> Result<()> {
    let Stage { name, work, remedy, budget } = *stage;
    say::chapter(format_args!("stage: {name}"));
    let watch = say::Stopwatch::start();
    let outcome = work(place);
    let budget = if warm { budget.0 } else { budget.1 };
    let row = Row { name, seconds: watch.seconds(), budget, well: outcome.is_ok() };
    say::line(row.line());
    table.push(row);
    outcome.with_context(|| format!("stage `{name}` failed: {remedy}"))
}

impl Row {
    /// Red where it failed or took longer than it may: a stage that grew is mended before it is got used to.
    fn line(&self) -> String {
        let Self { name, seconds, budget, well } = self;
        let mark = match (well, seconds <= budget) {
            (false, _) => "FAILED",
            (true, true) => "ok",
            (true, false) => "OVER ITS BUDGET",
        };
        let line = format!("{name:<40} {seconds:>7.1} s of {budget:>4.0}  {mark}");
        // CI's log is read in a browser that knows colours.
        let coloured = stderr().is_terminal() || env::var_os("CI").is_some();
        if mark == "ok" || !coloured { line } else { format!("\x1b[31m{line}\x1b[0m") }
    }
}

fn tell(table: &[Row], whole: &say::Stopwatch) {
    say::chapter("stages");
    for it in table {
        say::line(it.line());
    }
    say::line(format_args!("{:<40} {:>7.1} s", "all", whole.seconds()));
}

fn build(place: &Place) -> Result<()> {
    native::build_with_journeys(place)?;
    native::build_tests(place)?;
    component::build(place)?;
    pages::build(place)?;
    worker::build(place)
}

fn format(place: &Place) -> Result<()> {
    command::run(place.cargo("fmt").args(["--all", "--check"]))
}

fn lints(place: &Place) -> Result<()> {
    let strict = ["--all-targets", "--", "-D", "warnings"];
    command::run(place.cargo("clippy").args(strict))?;
    command::run(place.cargo("clippy").args(["--package", "xtask"]).args(strict))
}

fn wasm_lints(place: &Place) -> Result<()> {
    let packages = [
        "senim-gate",
        "senim-judge",
        "senim-kit",
        "senim-cabinet",
        "senim-console",
        "senim-liveness",
        "senim-receipts",
        worker::CRATE,
    ];
    command::run(
        place
            .cargo("clippy")
            .args(["--target", "wasm32-unknown-unknown"])
            .args(packages.iter().flat_map(|it| ["--package", it]))
            .args(["--", "-D", "warnings"]),
    )
}

/// In a workspace build other crates' features hide what core forgot to ask for (and the clock that it must not have).
fn core_alone(place: &Place) -> Result<()> {
    command::run(place.cargo("check").args(["--package", "senim-core"]))
}

fn deny(place: &Place) -> Result<()> {
    // It looks at every target's crates, also those that no build here has fetched.
    command::run(place.cargo("fetch").arg("--locked"))?;
    command::run(
        Command::new(tool::CARGO_DENY.bring(place)?)
            .args(["--offline", "check", "bans", "licenses", "sources"])
            .current_dir(&place.root),
    )
}

fn tests(place: &Place) -> Result<()> {
    // Every kind but tests in comments, of which there are none. People stand before cameras in some of them, which costs no
    // core: more threads than cores.
    let threads = ["--", "--test-threads=6"];
    command::run(
        place.cargo("test").arg("--all-targets").args(threads).env("SENIM_BINARIES_BUILT", "1"),
    )
}

/// Words, moments, charts: what needs no browser.
fn page_tests(place: &Place) -> Result<()> {
    let packages =
        ["senim-kit", "senim-cabinet", "senim-console", "senim-liveness", "senim-receipts"];
    command::run(place.cargo("test").args(packages.iter().flat_map(|it| ["--package", it])))
}

fn own_tests(place: &Place) -> Result<()> {
    command::run(place.cargo("test").args(["--package", "xtask"]))
}

fn foreign(place: &Place) -> Result<()> {
    command::run(
        Command::new("bash")
            .arg(place.root.join("tests/foreign/run.sh"))
            .arg(&place.cache)
            .arg(place.target.join("debug"))
            // Else the harness builds anew and replaces the program that is running it.
            .env("SENIM_BINARIES_BUILT", "1")
            .current_dir(&place.root),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_over_its_budget_says_so() {
        let row = |seconds, well| Row { name: "lints", seconds, budget: 60.0, well }.line();
        assert!(row(59.0, true).contains("ok"));
        assert!(row(61.0, true).contains("OVER ITS BUDGET"));
        assert!(row(1.0, false).contains("FAILED"));
    }

    #[test]
    fn the_budgets_stand_in_contributing() {
        let told = include_str!("../../CONTRIBUTING.md");
        for Stage { name, budget, .. } in FIRST.iter().chain(CHECKS).chain([&BESIDE]).chain(LAST) {
            let row = format!("| {name} | {:.0} | {:.0} |", budget.0, budget.1);
            assert!(told.contains(&row), "{row}");
        }
    }

    #[test]
    fn the_budgets_add_up_to_what_ci_may_take() {
        let stages = || FIRST.iter().chain(CHECKS).chain(LAST);
        let sum = |of: fn(&Stage) -> f64| stages().map(of).sum::<f64>();
        assert!(sum(|it| it.budget.0) <= 12.0 * 60.0);
        assert!(sum(|it| it.budget.1) <= 35.0 * 60.0);
    }
}
