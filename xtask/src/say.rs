//! Progress on stderr, so that stdout carries results only.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// `bench --json` wants no word beside its lines.
static QUIET: AtomicBool = AtomicBool::new(false);

pub(crate) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

pub(crate) fn quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// A chapter: what is being done now.
pub(crate) fn chapter(title: impl Display) {
    if !quiet() {
        eprintln!("\n== {title}");
    }
}

pub(crate) fn line(text: impl Display) {
    if !quiet() {
        eprintln!("   {text}");
    }
}

pub(crate) fn done(what: impl Display, since: &Stopwatch) {
    // Through a string: formatted arguments ignore a width.
    let what = what.to_string();
    line(format_args!("{what:<58} {:>6.1} s", since.seconds()));
}

pub(crate) fn failure(error: &anyhow::Error) {
    eprintln!("\nfailed: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("   because: {cause}");
    }
}

pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a build tool tells how long its steps took")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.elapsed().as_secs_f64()
    }
}
