//! `cargo xtask`: sets up, builds, runs and tests Senim. It is the only build system.

mod bench;
mod bench_build;
mod bench_edge;
mod bench_faces;
mod bench_hostile;
mod bench_journal;
mod bench_revoke;
mod bench_widget;
mod bundle;
mod check;
mod clip;
mod command;
mod compile;
mod component;
mod debian;
mod demo;
mod fetch;
mod fuzz;
mod image;
mod installed;
mod models;
mod native;
mod oci;
mod package;
mod pages;
mod place;
mod postgres;
mod process;
mod ready;
mod receipts;
mod say;
mod sbom;
mod setup;
mod stamp;
mod test;
mod tool;
mod widget;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::place::Place;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Sets up, builds, runs and tests Senim"
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Clone, Subcommand)]
enum Task {
    /// Install what is missing: Debian packages, the wasm target, face models, demo photographs
    Setup {
        /// Also what tests and trial need: recordings of genuine people, Chromium with its driver, PostgreSQL, clippy, rustfmt
        #[arg(long)]
        tests: bool,
    },
    /// Build the programs, the gate, the judge, the pages and the Worker, telling how far it is
    Build {
        /// Only this part
        part: Option<Part>,
    },
    /// Set up, build and start everything with two sample banks; Ctrl-C stops it
    Demo {
        /// Forget the data of earlier starts
        #[arg(long)]
        fresh: bool,
        /// Walk every journey and refusal in headless browsers, on data of its own, and exit
        #[arg(long)]
        check: bool,
        /// Start what was built last
        #[arg(long)]
        no_build: bool,
        /// Where the host keeps its data
        #[arg(long, value_enum, default_value_t)]
        database: Database,
    },
    /// Set up, then run everything that CI runs, and stop at the first failure; stages over their budget of seconds are red
    Test {
        /// Only the stages whose name contains this; `build` first, where it is needed
        #[arg(long, value_name = "PART OF A NAME")]
        stage: Option<String>,
    },
    /// Pack platform, node and witness for installation: archives, container images, bills of materials, signed checksums
    Package {
        /// Pack what the demo runs, as it was built last; else a release is built
        #[arg(long)]
        built: bool,
        /// Signs the checksums: an Ed25519 key as PKCS#8, PEM
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Pack the built-in engine as a biometric vendor's container image
    SolutionImage,
    /// Measure; the last lines are JSON, one a metric
    Bench {
        what: Bench,
        /// Print nothing but the JSON lines
        #[arg(long)]
        json: bool,
        /// Of the edge: the whole path for ten minutes, in three parts, instead of 20 seconds. Of the revocations: a minute instead of ten seconds.
        /// Of the journal: 100 million rows instead of 10 million; 70 GB and some hours to generate
        #[arg(long)]
        long: bool,
        /// Of the journal: so many rows
        #[arg(long, conflicts_with = "long")]
        rows: Option<u64>,
        /// Of the edge: this part alone
        #[arg(long)]
        only: Option<bench_edge::Part>,
    },
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Database {
    /// A file in `.senim`
    #[default]
    Sqlite,
    /// A private PostgreSQL started for the demo, reachable by a socket only
    Postgres,
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// Host, node, sample banks
    Programs,
    /// The components that decide requests at the edge and judge liveness
    Gate,
    /// Cabinet, console, liveness widget
    Pages,
    /// The liveness widget as an npm package, in `.senim`
    Package,
    /// The gate as a Cloudflare Worker, in `.senim/worker`
    Worker,
}

#[derive(Clone, Copy, ValueEnum)]
enum Bench {
    /// Matches, liveness verdicts and photo rules a minute, beside `face_recognition` and Python's onnxruntime
    Faces,
    /// After a change to one use case: seconds of `cargo check`, and of building and running its tests
    Build,
    /// Page sizes, time of each demo step, account reads through the edge, matches a minute
    Demo,
    /// The node's processor time a request beside nginx, `HAProxy` and Envoy, release builds, one worker each
    Edge,
    /// How much longer other requests at an edge wait while a hostile gate loops, and how soon it is ended
    Hostile,
    /// Records into the log, proofs, a client's history in the browser, searches in a long journal
    Journal,
    /// From a withdrawal's commit to the refusal at each of fifty nodes
    Revoke,
    /// The liveness widget's bytes and its milliseconds a frame, beside its peers' from npm
    Widget,
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    match perform(task) {
        Ok(code) => code,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> anyhow::Result<ExitCode> {
    let place = Place::find()?;
    match task {
        Task::Setup { tests: false } => setup::run(&place, setup::For::Demo)?,
        Task::Setup { tests: true } => setup::run(&place, setup::For::Tests)?,
        Task::Build { part } => {
            let Some(part) = part else {
                demo::set_up_and_build(&place, setup::For::Demo)?;
                worker::build(&place)?;
                return Ok(ExitCode::SUCCESS);
            };
            setup::run(&place, setup::For::Demo)?;
            match part {
                Part::Programs => native::build(&place)?,
                Part::Gate => component::build(&place)?,
                Part::Pages => pages::build(&place)?,
                Part::Worker => worker::build(&place)?,
                Part::Package => {
                    pages::build(&place)?;
                    widget::package(&place)?;
                }
            }
        }
        Task::Demo { fresh, check, database, no_build } => {
            let purpose = setup::For::demo(check, database);
            if no_build {
                setup::run(&place, purpose)?;
            } else {
                demo::set_up_and_build(&place, purpose)?;
            }
            if !check {
                return demo::run(&place, database, fresh);
            }
            check::walk(&place, database, &[], None, |_| Ok(()))?;
        }
        Task::Package { built, key } => {
            setup::run(&place, setup::For::Demo)?;
            let programs =
                if built { package::Programs::Built } else { package::Programs::Release };
            package::run(&place, programs, key.as_deref())?;
        }
        Task::SolutionImage => {
            setup::run(&place, setup::For::Demo)?;
            image::build(&place)?;
        }
        Task::Test { stage } => test::run(&place, stage.as_deref())?,
        Task::Bench { what, long, json, rows, only } => match what {
            Bench::Build => bench_build::run(&place, json)?,
            Bench::Demo => bench::run(&place, json)?,
            Bench::Edge => bench_edge::run(&place, json, long, only)?,
            Bench::Faces => bench_faces::run(&place, json)?,
            Bench::Hostile => bench_hostile::run(&place, json)?,
            Bench::Journal => bench_journal::run(&place, json, long, rows)?,
            Bench::Revoke => bench_revoke::run(&place, json, long)?,
            Bench::Widget => bench_widget::run(&place, json)?,
        },
    }
    Ok(ExitCode::SUCCESS)
}
