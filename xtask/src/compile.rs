//! Runs cargo and tells how far it is: crates are counted by what they cost.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::command;
use crate::place::Place;
use crate::say::{self, Stopwatch};

/// Between two lines of progress.
const PAUSE: Duration = Duration::from_secs(15);

/// What runs in browsers and in wasmtime.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Set where something beside the compiler has failed already.
pub(crate) static GIVEN_UP: AtomicBool = AtomicBool::new(false);

/// One call of `cargo build` or `cargo test --no-run`.
pub(crate) struct Work<'a> {
    /// `programs`, `pages`.
    pub(crate) what: &'a str,
    pub(crate) verb: &'a str,
    pub(crate) arguments: &'a [&'a str],
    /// The packages whose dependencies are counted.
    pub(crate) packages: &'a [&'a str],
    pub(crate) target: Option<&'a str>,
}

impl Work<'_> {
    pub(crate) fn run(&self, place: &Place) -> Result<()> {
        let mut progress = Progress::of(&self.expected(place).unwrap_or_default());
        let mut cargo = place.cargo(self.verb);
        cargo.args(self.arguments);
        if let Some(target) = self.target {
            cargo.args(["--target", target]);
        }
        // Cargo's own list of crates would bury the figures.
        cargo.args(["--quiet", "--message-format=json-render-diagnostics"]);
        let mut child = cargo
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start cargo")?;
        let messages = BufReader::new(child.stdout.take().context("cargo has no output")?);
        let (sender, lines) = mpsc::channel();
        let reader = thread::spawn(move || {
            for line in messages.lines().map_while(Result::ok) {
                // Nobody listens any more: cargo has ended.
                let _ = sender.send(line);
            }
        });
        let watch = Stopwatch::start();
        let mut told_at = Duration::ZERO;
        loop {
            match lines.recv_timeout(Duration::from_millis(500)) {
                Ok(line) => progress.note(&line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if GIVEN_UP.load(Ordering::Relaxed) {
                // It may have ended in between.
                let _ = child.kill();
            }
            if watch.elapsed() >= told_at + PAUSE {
                told_at = watch.elapsed();
                say::line(progress.line(self.what, told_at));
            }
        }
        let status = child.wait()?;
        // Its lines are read: a panic there lost figures only.
        let _ = reader.join();
        if GIVEN_UP.load(Ordering::Relaxed) {
            bail!("stopped, since another step failed");
        }
        if !status.success() {
            bail!("{} did not build: cargo ended with {status}", self.what);
        }
        Ok(())
    }

    /// Names of the crates that go into it.
    fn expected(&self, place: &Place) -> Result<Vec<String>> {
        let mut tree = place.cargo("tree");
        tree.args(["--quiet", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
        if let Some(target) = self.target {
            tree.args(["--target", target]);
        }
        for it in self.packages {
            tree.args(["--package", it]);
        }
        let said = command::output(&mut tree)?;
        // `wit-parser v0.254.2`, of which there may be two versions.
        let crates: BTreeSet<&str> = said
            .lines()
            .filter(|it| !it.is_empty())
            .map(|it| it.trim_end_matches(" (*)"))
            .collect();
        Ok(crates.iter().filter_map(|it| Some(it.split(' ').next()?.to_owned())).collect())
    }
}

#[derive(Default)]
struct Progress {
    crates: usize,
    finished: usize,
    cost: f64,
    /// Of what was there before.
    kept: f64,
    done: f64,
    last: String,
}

impl Progress {
    fn of(expected: &[String]) -> Self {
        let cost = expected.iter().map(|it| cost(it)).sum();
        Self { crates: expected.len(), cost, ..Self::default() }
    }

    /// A line of cargo's.
    fn note(&mut self, line: &str) {
        let Ok(message) = serde_json::from_str::<Value>(line) else { return };
        let target = &message["target"];
        let of_script = target["kind"][0] == "custom-build";
        if message["reason"] != "compiler-artifact" || of_script {
            return;
        }
        // `registry+…#serde@1.0.229`, `path+file:///…/core#senim-core@0.1.0`, `path+…/core#0.1.0`.
        let id = message["package_id"].as_str().unwrap_or_default();
        let (place, name) = id.rsplit_once('#').unwrap_or(("", id));
        let name = match name.split_once('@') {
            Some((name, _)) => name,
            None => place.rsplit('/').next().unwrap_or_default(),
        };
        self.finished += 1;
        if message["fresh"] == true {
            self.kept += cost(name);
        } else {
            self.done += cost(name);
            name.clone_into(&mut self.last);
        }
    }

    fn line(&self, what: &str, since: Duration) -> String {
        let ahead = (self.cost - self.kept).max(self.done);
        let parts = format!("{} of about {} crates", self.finished, self.crates.max(self.finished));
        if self.done < 1.0 {
            return format!("{what}: {parts}; cargo fetches or checks what is there");
        }
        let share = self.done / ahead.max(1.0);
        let left = since.as_secs_f64() * (1.0 - share) / share;
        format!(
            "{what}: {:.0} % of the work, {parts}, the last {}; about {} left",
            (share * 100.0).min(99.0),
            self.last,
            minutes(left)
        )
    }
}

fn minutes(seconds: f64) -> String {
    if seconds < 60.0 {
        "a minute".to_owned()
    } else {
        format!("{:.0} minutes", (seconds / 60.0).ceil())
    }
}

/// Seconds of one core, from `cargo build --timings` on two of them; most crates take one.
fn cost(name: &str) -> f64 {
    COSTS.iter().find(|(heavy, _)| *heavy == name).map_or(1.0, |(_, seconds)| *seconds)
}

const COSTS: &[(&str, f64)] = &[
    ("async-trait", 4.0),
    ("aws-lc-rs", 4.0),
    ("aws-lc-sys", 95.0),
    ("brotli", 5.0),
    ("cranelift-assembler-x64", 7.0),
    ("cranelift-codegen", 195.0),
    ("cranelift-codegen-meta", 7.0),
    ("cranelift-isle", 6.0),
    ("futures-util", 8.0),
    ("h2", 12.0),
    ("http", 4.0),
    ("hyper", 5.0),
    ("image", 25.0),
    ("libsqlite3-sys", 29.0),
    ("moxcms", 9.0),
    ("object", 5.0),
    ("pulley-interpreter", 8.0),
    ("pxfm", 5.0),
    ("regalloc2", 5.0),
    ("regex-automata", 9.0),
    ("reqwest", 7.0),
    ("rten", 87.0),
    ("rten-gemm", 9.0),
    ("rustls", 22.0),
    ("senim-cabinet", 40.0),
    ("senim-console", 30.0),
    ("senim-core", 36.0),
    ("senim-faces", 15.0),
    ("senim-gate", 25.0),
    ("senim-host", 45.0),
    ("senim-journeys", 20.0),
    ("senim-judge", 45.0),
    ("senim-kit", 15.0),
    ("senim-liveness", 40.0),
    ("senim-node", 45.0),
    ("senim-store", 20.0),
    ("senim-tests", 15.0),
    ("senim-trial", 20.0),
    ("senim-world", 12.0),
    ("serde_core", 8.0),
    ("serde_derive", 5.0),
    ("serde_json", 7.0),
    ("sha2", 5.0),
    ("sqlx-postgres", 11.0),
    ("sqlx-sqlite", 6.0),
    ("syn", 24.0),
    ("synstructure", 4.0),
    ("thiserror-impl", 4.0),
    ("tokio", 14.0),
    ("wasm-encoder", 4.0),
    ("wasmparser", 32.0),
    ("wasmprinter", 5.0),
    ("wasmtime", 70.0),
    ("wasmtime-environ", 16.0),
    ("wasmtime-internal-cranelift", 12.0),
    ("web-sys", 12.0),
    ("wit-component", 10.0),
    ("wit-parser", 9.0),
    ("yew", 12.0),
    ("yoke-derive", 7.0),
    ("zerofrom-derive", 4.0),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(id: &str, fresh: bool) -> String {
        format!(
            r#"{{"reason":"compiler-artifact","package_id":"{id}","target":{{"kind":["lib"]}},"fresh":{fresh}}}"#
        )
    }

    #[test]
    fn progress_counts_what_was_built_and_leaves_out_what_was_there() {
        let names = ["serde", "senim-core", "itoa", "memchr"];
        let mut progress = Progress::of(&names.map(str::to_owned));
        progress.cost = 4.0;
        progress.note(&artifact("registry+https://x#serde@1.0.229", true));
        assert!(progress.line("pages", PAUSE).contains("1 of about 4"));
        progress.note("no JSON");
        progress.note(&artifact("registry+https://x#itoa@1.0.0", false));
        assert_eq!(
            (progress.kept, progress.finished, progress.last.as_str()),
            (cost("serde"), 2, "itoa")
        );
        progress.note(&artifact("path+file:///x/core#0.1.0", false));
        assert_eq!(progress.last, "core");
    }
}
