//! Builds the native programs.

use anyhow::Result;

use crate::compile::Work;
use crate::place::Place;
use crate::say;

/// What the demo runs. Of cargo's default selection, so that features unify as the tests' build unifies them and nothing
/// is compiled twice.
pub(crate) fn build(place: &Place) -> Result<()> {
    say::chapter("building host, node and sample banks");
    let watch = say::Stopwatch::start();
    Work {
        what: "programs",
        verb: "build",
        arguments: &["--bin", "senim", "--bin", "senim-node", "--bin", "senim-world"],
        packages: &["senim-host", "senim-node", "senim-world"],
        target: None,
    }
    .run(place)?;
    say::done("programs built", &watch);
    Ok(())
}

/// With all optimisation: these programs, of the packages of the same order.
pub(crate) fn build_release(place: &Place, programs: &[&str], packages: &[&str]) -> Result<()> {
    say::chapter("building a release");
    let watch = say::Stopwatch::start();
    let mut arguments = vec!["--release"];
    arguments.extend(programs.iter().flat_map(|it| ["--bin", it]));
    Work { what: "release", verb: "build", arguments: &arguments, packages, target: None }
        .run(place)?;
    say::done("release built", &watch);
    Ok(())
}

/// The same with the journeys and the load, which need a browser's driver.
pub(crate) fn build_with_journeys(place: &Place) -> Result<()> {
    say::chapter("building programs and journeys");
    let watch = say::Stopwatch::start();
    with_tests("programs and journeys", "build", &[]).run(place)?;
    say::done("programs and journeys built", &watch);
    Ok(())
}

/// What `cargo test` would build before it runs anything.
pub(crate) fn build_tests(place: &Place) -> Result<()> {
    say::chapter("building the tests");
    let watch = say::Stopwatch::start();
    with_tests("tests", "test", &["--all-targets", "--no-run"]).run(place)?;
    say::done("tests built", &watch);
    Ok(())
}

fn with_tests<'a>(what: &'a str, verb: &'a str, arguments: &'a [&'a str]) -> Work<'a> {
    let packages = &[
        "senim-core",
        "senim-channel",
        "senim-node",
        "senim-host",
        "senim-world",
        "senim-journeys",
    ];
    Work { what, verb, arguments, packages, target: None }
}
