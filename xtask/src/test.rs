//! `cargo xtask test`: everything that CI runs, in order, until something fails.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::Database;
use crate::check;
use crate::command;
use crate::demo;
use crate::fuzz;
use crate::place::Place;
use crate::say;
use crate::setup::{self, For};
use crate::tool;

type Stage = (&'static str, fn(&Place) -> Result<()>, &'static str);

/// What it is called, what it does, what to do when it fails.
const STAGES: &[Stage] = &[
    ("set up", |place| setup::run(place, For::Tests), "see what could not be installed"),
    ("format", format, "run `cargo fmt --all`"),
    ("build", demo::build, "mend what does not compile"),
    ("lints", lints, "mend it, or say why with #[expect(.., reason)]"),
    (
        "lints of pages, gate and judge",
        wasm_lints,
        "mend it, or say why with #[expect(.., reason)]",
    ),
    ("core alone", core_alone, "core must build without what other crates add to its dependencies"),
    ("licences and sources", deny, "see deny.toml"),
    ("tests", tests, "run one again with `cargo test NAME`"),
    (
        "tests of the pages",
        page_tests,
        "run `cargo test -p senim-kit -p senim-cabinet -p senim-console -p senim-liveness`",
    ),
    ("tests of the build system", own_tests, "run `cargo test -p xtask`"),
    ("fuzzing", fuzz::run, "keep the input as a named test, then mend what it broke"),
    ("foreign clients and documents", foreign, "see tests/foreign"),
    // Browsers don't know the database, and a person before the camera takes their time: each is walked once.
    (
        "demo on SQLite, in browsers",
        |place| check::walk(place, Database::Sqlite, &["--no-refusals"], |_| Ok(())),
        "logs are in .senim/check/logs",
    ),
    (
        "demo on PostgreSQL, what is refused",
        |place| check::walk(place, Database::Postgres, &["--no-browser"], |_| Ok(())),
        "logs are in .senim/check/logs",
    ),
];

pub(crate) fn run(place: &Place) -> Result<()> {
    let whole = say::Stopwatch::start();
    let mut table = Vec::new();
    for (number, (name, work, remedy)) in STAGES.iter().enumerate() {
        say::chapter(format_args!("[{}/{}] {name}", number + 1, STAGES.len()));
        let watch = say::Stopwatch::start();
        let outcome = work(place);
        table.push((name, watch.seconds(), outcome.is_ok()));
        if outcome.is_err() {
            tell(&table, &whole);
        }
        outcome.with_context(|| format!("stage `{name}` failed: {remedy}"))?;
    }
    tell(&table, &whole);
    Ok(())
}

fn tell(table: &[(&&str, f64, bool)], whole: &say::Stopwatch) {
    say::chapter("stages");
    for (name, seconds, well) in table {
        say::line(format_args!(
            "{name:<40} {seconds:>7.1} s  {}",
            if *well { "ok" } else { "FAILED" }
        ));
    }
    say::line(format_args!("{:<40} {:>7.1} s", "all", whole.seconds()));
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
    // Every kind but tests in comments, of which there are none.
    command::run(place.cargo("test").arg("--all-targets").env("SENIM_BINARIES_BUILT", "1"))
}

/// Words, moments, charts: what needs no browser.
fn page_tests(place: &Place) -> Result<()> {
    let packages = ["senim-kit", "senim-cabinet", "senim-console", "senim-liveness"];
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
