//! Drives the running demo as people do: in a browser with a camera, and by the API where a browser is not needed.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use senim_tests::client::browser::Browser;
use senim_tests::client::console::Console;
use senim_tests::client::oauth::{details, identity_details};
use senim_tests::platform::Platform;
use senim_tests::refusals;
use serde_json::json;

use crate::driver::Engine;
use crate::report::Report;

mod driver;
mod frames;
mod front;
mod history;
mod people;
mod phone;
mod proof;
mod report;

#[derive(Parser)]
#[command(about = "Drives the running demo as people do")]
struct Arguments {
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Walks the demo in headless browsers, then asks everything that must be refused.
    Check {
        #[arg(long, default_value = ".senim/demo.json")]
        demo: PathBuf,
        /// Where the report goes as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
        /// Where pictures of the pages go; on failure they go to the folder of temporary files.
        #[arg(long)]
        screenshots: Option<PathBuf>,
        #[arg(long)]
        no_browser: bool,
        /// Chromium walks the whole demo, Firefox and `WebKit` from the bank's app to the accounts.
        #[arg(long, value_delimiter = ',', default_value = "chromium")]
        browsers: Vec<Engine>,
        #[arg(long)]
        no_refusals: bool,
    },
    /// Walks the identity session behind this link by HTTP; prints the address that leads back.
    Walk {
        #[arg(long, default_value = ".senim/demo.json")]
        demo: PathBuf,
        /// What the consumer sends the client's browser to.
        #[arg(long)]
        url: String,
    },
    /// Prints an access token that is bound to the certificate of the mTLS client.
    Token {
        #[arg(long, default_value = ".senim/demo.json")]
        demo: PathBuf,
    },
    /// Walks an identity session by HTTP and reads the client's accounts through the node, once; prints how many there are.
    Read {
        #[arg(long, default_value = ".senim/demo.json")]
        demo: PathBuf,
    },
    /// Prints a `Cookie` header: a client whose session has passed, and an operator who has signed in.
    Cookies {
        #[arg(long, default_value = ".senim/demo.json")]
        demo: PathBuf,
    },
    /// Times the widget and a peer on the frames of Chromium's own camera; prints JSON, a line a metric.
    Frames {
        /// What is served: `senim`, the package, and `face-mesh`.
        #[arg(long)]
        site: PathBuf,
        /// What the camera shows: JPEGs of 1280 × 720, one after the other.
        #[arg(long)]
        clip: PathBuf,
    },
    /// Times the verification of a client's history in Chromium; prints JSON, a line a metric.
    History {
        /// The files of the cabinet's worker.
        #[arg(long)]
        receipts: PathBuf,
        /// Where `history.json` and `policy` lie.
        #[arg(long)]
        folder: PathBuf,
    },
    /// Walks a session on the second solution, whose own front part films, on a platform of its own.
    Front {
        #[arg(long)]
        screenshots: Option<PathBuf>,
    },
    /// Lets a client's browser verify the log and tampered copies of it, on a platform of its own.
    Proof {
        #[arg(long)]
        screenshots: Option<PathBuf>,
    },
    /// Asks everything that must be refused of a platform of its own.
    Refusals,
    /// Starts a platform of its own, runs the command against it, stops it.
    Platform {
        /// Where its description goes.
        #[arg(long)]
        out: PathBuf,
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    match Arguments::parse().command {
        What::Check { demo, json, screenshots, no_browser, browsers, no_refusals } => {
            let browsers = if no_browser { Vec::new() } else { browsers };
            let (json, screenshots) = (json.as_deref(), screenshots.as_deref());
            Box::pin(check(&demo, json, screenshots, &browsers, !no_refusals)).await
        }
        What::Walk { demo, url } => {
            let platform = Platform::attach(&demo).await?;
            println!("{}", Browser::new(&platform)?.walk(&url, &platform.person()?, true).await?);
            Ok(ExitCode::SUCCESS)
        }
        What::Token { demo } => {
            let platform = Platform::attach(&demo).await?;
            let asked = details(&platform.person()?, &[&platform.material.provider_bin]);
            let client = platform.consumer_by_certificate()?;
            println!("{}", client.tokens(&platform.person()?, &asked).await?.access);
            Ok(ExitCode::SUCCESS)
        }
        What::Read { demo } => {
            let platform = Platform::attach(&demo).await?;
            let (person, client) = (platform.person()?, platform.consumer_by_certificate()?);
            let asked = details(&person, &[&platform.material.provider_bin]);
            let tokens = client.tokens(&person, &asked).await?;
            let read = client.read(&tokens, "/accounts").await?.ok()?;
            let accounts = read.body["data"].as_array().map_or(0, Vec::len);
            anyhow::ensure!(accounts > 0, "no account came: {}", read.text);
            println!("{accounts} accounts were read through the node");
            Ok(ExitCode::SUCCESS)
        }
        What::Cookies { demo } => {
            let platform = Platform::attach(&demo).await?;
            let (person, client) = (platform.person()?, platform.consumer()?);
            let asked = details(&person, &[&platform.material.provider_bin]);
            let mut browser = Browser::new(&platform)?;
            browser.walk(&client.link(&client.request(&asked)).await?, &person, true).await?;
            let console = Console::sign_in(&platform).await?;
            println!("{}; {}", browser.cookie().context("no session")?, console.cookie());
            Ok(ExitCode::SUCCESS)
        }
        What::Frames { site, clip } => {
            frames::run(&site, &clip).await?;
            Ok(ExitCode::SUCCESS)
        }
        What::History { receipts, folder } => {
            history::run(&receipts, &folder).await?;
            Ok(ExitCode::SUCCESS)
        }
        What::Front { screenshots } => {
            let platform = Platform::start_with(front::PLATFORM).await?;
            let mut report = Report::default();
            front::walk(&platform, &mut report, screenshots.as_deref()).await?;
            Ok(concluded(&platform, &mut report))
        }
        What::Proof { screenshots } => {
            let platform = Platform::start().await?;
            let mut report = Report::default();
            proof::walk(&platform, &mut report, screenshots.as_deref()).await?;
            Ok(concluded(&platform, &mut report))
        }
        What::Refusals => {
            let platform = Platform::start().await?;
            let mut report = Report::default();
            report.rows(refusals::run(&platform).await);
            Ok(concluded(&platform, &mut report))
        }
        What::Platform { out, command } => with_platform(&out, &command).await,
    }
}

async fn check(
    demo: &Path,
    json: Option<&Path>,
    screenshots: Option<&Path>,
    browsers: &[Engine],
    table: bool,
) -> Result<ExitCode> {
    let platform = Platform::attach(demo).await?;
    let mut report = Report::default();
    for engine in browsers {
        people::walk(&platform, &mut report, screenshots, *engine).await?;
    }
    if table {
        println!();
        report.rows(refusals::run(&platform).await);
    }
    let code = concluded(&platform, &mut report);
    if let Some(to) = json {
        report.write(to)?;
    }
    Ok(code)
}

/// Looks into the logs, and says what came of it all.
fn concluded(platform: &Platform, report: &mut Report) -> ExitCode {
    println!();
    report.leaks(platform.leaks());
    println!("{}", report.summary());
    if report.right() {
        return ExitCode::SUCCESS;
    }
    println!("{}", platform.tail());
    ExitCode::FAILURE
}

async fn with_platform(out: &Path, command: &[String]) -> Result<ExitCode> {
    let platform = Platform::start().await?;
    let mut described = serde_json::to_value(&platform.described)?;
    let person = platform.person()?;
    let material = &platform.material;
    let here = std::env::current_exe()?;
    let channel = |it: &senim_tests::platform::Channel| json!({ "certificate": it.certificate, "key": it.key });
    let foreign = json!({
        "issuer": platform.issuer,
        "edge_url": platform.edge_url,
        "ca": material.ca_file,
        "authorization_details": details(&person, &[&material.provider_bin]),
        "identity_details": identity_details(&person, &[]),
        "walk": [here, "walk", "--demo", out],
        "jwt": { "client_id": material.client_id, "redirect_uri": material.redirect_uri,
            "signing_key": material.assertion_key_file, "kid": material.assertion_kid,
            "channel": channel(&material.consumer) },
        "mtls": { "client_id": material.client_id_by_certificate,
            "redirect_uri": material.redirect_uri_by_certificate,
            "channel": channel(&material.by_certificate) },
    });
    if let (Some(described), Some(foreign)) = (described.as_object_mut(), foreign.as_object()) {
        described.extend(foreign.clone());
    }
    std::fs::write(out, serde_json::to_vec_pretty(&described)?)?;
    let (program, parameters) = command.split_first().context("which command?")?;
    let status = Command::new(program)
        .args(parameters)
        .env("SENIM_FOREIGN", out)
        .env("SENIM_EDGE_URL", &platform.edge_url)
        .env("SENIM_PAGES_URL", &platform.pages_url)
        .env("SENIM_ISSUER", &platform.issuer)
        .env("SENIM_CA", &material.ca_file)
        .env("SENIM_CERTIFICATE", &material.by_certificate.certificate)
        .env("SENIM_KEY", &material.by_certificate.key)
        .env("SENIM_OUTSIDE_URL", &material.outside_url)
        .env("SENIM_IIN", &material.person.iin)
        .env("SENIM_SOURCE_CERTIFICATE", material.ca_file.with_file_name("source.pem"))
        .env("SENIM_SOURCE_KEY", material.ca_file.with_file_name("source.key"))
        .env("SENIM_GATEWAY_CERTIFICATE", material.ca_file.with_file_name("gateway.pem"))
        .status()?;
    if !status.success() {
        eprintln!("{}", platform.tail());
    }
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
