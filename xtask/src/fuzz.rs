//! A short run of each fuzz target: enough to notice that a decoder has begun to break, not to prove that none does.
//!
//! The coverage passes are LLVM's own and rustc's stable flags reach them, so neither nightly nor `cargo fuzz` is
//! needed; whoever has that may run `cargo fuzz run --fuzz-dir tests/fuzz TARGET` for longer.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, anyhow};

use crate::command;
use crate::place::Place;

/// Each with the longest input that it is given.
const TARGETS: [(&str, u32); 6] = [
    ("pack", 8_192),
    ("picture", 16_384),
    ("answers", 4_096),
    ("about", 2_048),
    ("feed", 4_096),
    ("passkey", 2_048),
];
const RUNS: u32 = 20_000;
/// Each stops after so long, whatever it has run: this is a stage among others.
const SECONDS: u32 = 12;

const FLAGS: [&str; 8] = [
    "--cfg=fuzzing",
    "-Cdebug-assertions",
    "-Ccodegen-units=1",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

pub(crate) fn run(place: &Place) -> Result<()> {
    // Named, so that build scripts and macros are built without the flags.
    let triple = command::output(Command::new("rustc").args(["--print", "host-tuple"]))?;
    let triple = triple.trim();
    let folder = place.target.join("fuzz");
    command::run(
        place
            .cargo("build")
            .args(["--package", "senim-fuzz", "--release", "--target", triple, "--target-dir"])
            .arg(&folder)
            .env("RUSTFLAGS", FLAGS.join(" ")),
    )?;
    // Each keeps one core busy, and it is the time that bounds it.
    for pair in TARGETS.chunks(2) {
        thread::scope(|scope| {
            let running: Vec<_> = pair
                .iter()
                .map(|(target, longest)| {
                    scope.spawn(|| fuzz(place, &folder, triple, target, *longest))
                })
                .collect();
            running.into_iter().try_for_each(|it| {
                it.join().map_err(|_| anyhow!("the fuzzing of a target panicked"))?
            })
        })?;
    }
    Ok(())
}

fn fuzz(place: &Place, folder: &Path, triple: &str, target: &str, longest: u32) -> Result<()> {
    let found = folder.join("corpus").join(target);
    fs::create_dir_all(&found).with_context(|| format!("`{}`", found.display()))?;
    command::run(
        Command::new(folder.join(triple).join("release").join(target))
            .args([
                format!("-runs={RUNS}"),
                format!("-max_total_time={SECONDS}"),
                format!("-max_len={longest}"),
                "-rss_limit_mb=1024".to_owned(),
                "-timeout=10".to_owned(),
                "-print_final_stats=1".to_owned(),
                "-verbosity=0".to_owned(),
                format!("-artifact_prefix={}/", found.display()),
            ])
            // What is new goes into the first folder; the seeds stay as they are.
            .arg(&found)
            .arg(place.root.join("tests/fuzz/seeds").join(target)),
    )
    .with_context(|| format!("fuzz target `{target}`: its input lies in {}", found.display()))
}
