//! `senim-trial`: judges a solution of biometrics and reports it.

use std::process::ExitCode;

use clap::Parser;
use senim_trial::Trial;

/// Judge a solution of biometrics, built in or another vendor's, and report it (BIO-2, BIO-3, BIO-4).
#[derive(Parser)]
#[command(name = "senim-trial", version)]
struct Arguments {
    #[command(subcommand)]
    trial: Trial,
}

fn main() -> ExitCode {
    match senim_trial::run(Arguments::parse().trial) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("senim-trial: {error:#}");
            ExitCode::FAILURE
        }
    }
}
