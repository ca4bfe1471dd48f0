//! `senim`: the host's program.

mod commands;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::{Parser, Subcommand};
use senim_channel::{ClientCertificates, read_secret_file, server_config};
use senim_core::Timestamp;
use senim_core::exchange::Moment;
use senim_core::id::SessionId;
use senim_core::jose::JwkSet;
use senim_core::json;
use senim_core::retention::HeldFor;
use senim_faces::{Solution, bench};
use senim_host::app::App;
use senim_host::config::Config;
use senim_host::evidence::export::export;
use senim_host::evidence::hold;
use senim_host::evidence::judge::Judge;
use senim_host::evidence::replay::replay;
use senim_host::journal::{fsck, log_key, restart};
use senim_host::keys::rotate::rotate;
use senim_host::keys::rotate_master::rotate_master;
use senim_host::log::Folder;
use senim_host::operator::add_operator;
use senim_host::participant::seed::seed;
use senim_host::routing::{begin_epoch, set_node_standing};
use senim_host::serve::serve;
use senim_host::solution;
use senim_store::seal::Sealer;
use tracing_subscriber::EnvFilter;

/// Senim, the national trust platform: authorization server, identity sessions, consent register.
#[derive(Parser)]
#[command(name = "senim", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages, OAuth endpoints and the edges' feed
    Serve(WithConfig),
    /// Register participants, applications and operators from a file (idempotent)
    Seed {
        /// TOML: participants, applications, operators
        file: PathBuf,
        #[command(flatten)]
        with: WithConfig,
    },
    /// The platform's signing keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Copy the database and the log into a new folder, beside a running host
    Backup {
        #[command(flatten)]
        take: commands::backup::Take,
        #[command(flatten)]
        with: WithConfig,
    },
    /// Write a backup into an empty database of either engine
    Restore {
        #[command(flatten)]
        restore: commands::backup::Restore,
        #[command(flatten)]
        with: WithConfig,
    },
    /// Operators of the console
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Releases of the edge's gate, signed for the nodes
    #[command(subcommand)]
    Gate(commands::gate::GateCommand),
    /// Suspend or resume edge nodes; let them follow a restored database
    #[command(subcommand)]
    Node(NodeCommand),
    /// The built-in face engine
    #[command(subcommand)]
    Faces(FacesCommand),
    /// The photo rules
    #[command(subcommand)]
    Photo(PhotoCommand),
    /// Biometric solutions: serve the built-in engine as one, or report what each did and costs
    #[command(subcommand)]
    Solution(SolutionCommand),
    /// Evidence of liveness checks, for disputes
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Judge a check again from its evidence; exits 0 if the verdict is the same and nothing was altered
    Replay {
        /// A folder written by `senim evidence export`
        evidence: PathBuf,
        /// The judge component whose digest is in the evidence; left out: the configuration's
        #[arg(long)]
        judge: Option<PathBuf>,
        /// The nets whose digests are in the evidence; left out: the configuration's
        #[arg(long)]
        models_dir: Option<PathBuf>,
        /// The platform's keys, a file saved from `/jwks`; left out: signatures are not checked
        #[arg(long)]
        keys: Option<PathBuf>,
        #[command(flatten)]
        with: WithConfig,
    },
    /// The journal's log
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Verify a receipt or a history offline; exits 0 if all of it holds
    Verify(commands::verify::Arguments),
    /// Cosign checkpoints of logs that it knows, over plain HTTP
    Witness(commands::witness::Arguments),
    /// Check the configuration and the files it names, and report errors
    CheckConfig(WithConfig),
    /// Check whether a running host is healthy; exits 0 if so
    Health(WithConfig),
}

#[derive(clap::Args)]
struct WithConfig {
    /// The host's TOML file: host/senim.example.toml has every key
    #[arg(long, env = "SENIM_CONFIG", default_value = "host.toml")]
    config: PathBuf,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Make a new signing key; the old one stays published until its tokens are gone
    Rotate(WithConfig),
    /// Re-seal every value under the first key of `master_key_file`; can be interrupted and run again
    RotateMaster(WithConfig),
    /// Copy the master key and the TLS key into a new folder, apart from any backup
    Backup {
        /// The folder to create
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        with: WithConfig,
    },
}

#[derive(Subcommand)]
enum OperatorCommand {
    /// Add an operator; the password's first line is read from standard input
    Add {
        name: String,
        /// A file with the TOTP secret in base32
        #[arg(long)]
        totp_secret_file: PathBuf,
        #[command(flatten)]
        with: WithConfig,
    },
}

#[derive(Subcommand)]
enum NodeCommand {
    /// Suspend a node: it gets no feed, and the uses it reports are refused
    Suspend {
        name: String,
        /// Which operator of the console does it
        #[arg(long)]
        by: String,
        #[arg(long)]
        because: String,
        #[command(flatten)]
        with: WithConfig,
    },
    /// After the database was restored from a backup: nodes that were further follow it again
    Restored {
        /// Which operator of the console does it
        #[arg(long)]
        by: String,
        #[arg(long)]
        because: String,
        #[command(flatten)]
        with: WithConfig,
    },
    /// Resume a suspended node
    Resume {
        name: String,
        /// Which operator of the console does it
        #[arg(long)]
        by: String,
        #[command(flatten)]
        with: WithConfig,
    },
}

#[derive(Subcommand)]
enum EvidenceCommand {
    /// Write the evidence of a check to a new folder; the access is journalled
    Export {
        /// `ids_…`
        session: SessionId,
        check: u8,
        /// The folder to create
        #[arg(long)]
        to: PathBuf,
        /// The console operator who exports it
        #[arg(long)]
        by: String,
        /// Which dispute it is for
        #[arg(long)]
        because: String,
        #[command(flatten)]
        with: WithConfig,
    },
    /// Hold a session's evidence beyond its term; the hold ends by itself and is journalled
    Hold {
        /// `ids_…`
        session: SessionId,
        /// `dispute` or `law`
        #[arg(long = "for", value_parser = held_for)]
        held_for: HeldFor,
        /// 1 to 366
        #[arg(long)]
        days: u16,
        /// The console operator who holds it
        #[arg(long)]
        by: String,
        /// Which dispute, or which law
        #[arg(long)]
        because: String,
        #[command(flatten)]
        with: WithConfig,
    },
    /// Let go of a session's evidence: what is over its term goes with the next sweep
    Release {
        /// `ids_…`
        session: SessionId,
        #[arg(long)]
        by: String,
        #[arg(long)]
        because: String,
        #[command(flatten)]
        with: WithConfig,
    },
}

#[derive(Subcommand)]
enum JournalCommand {
    /// Examine the log and compare it with the database; exits 0 if nothing was altered. A running host may go on
    Fsck {
        /// A copy of a log's folder, without its database: judged by its checkpoint
        #[arg(long, requires = "policy")]
        folder: Option<PathBuf>,
        /// Which logs and witnesses are trusted (C2SP tlog-policy)
        #[arg(long)]
        policy: Option<PathBuf>,
        #[command(flatten)]
        with: WithConfig,
    },
    /// Find records by client, consent, participant and time, the newest first
    Find {
        #[command(flatten)]
        sought: commands::find::Arguments,
        #[command(flatten)]
        with: WithConfig,
    },
    /// List the sealed months: entries, root, what became of them
    Segments {
        /// JSON, a month a line
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        with: WithConfig,
    },
    /// Begin another log, because this one was lost or the database is older than what was published; the host must not run
    Restart {
        /// The last checkpoint that the former log published: from its folder, a witness's folder, or anybody who has read it
        #[arg(long)]
        last: PathBuf,
        /// A policy that names the former log; left out: this database's key is the former log's
        #[arg(long)]
        policy: Option<PathBuf>,
        /// Which operator of the console does it
        #[arg(long)]
        by: String,
        /// Why, in words for clients: what was lost, and until when
        #[arg(long)]
        because: String,
        #[command(flatten)]
        with: WithConfig,
    },
    /// Print the log's key as policies name it
    Key(WithConfig),
    /// Print the policy that readers take over at `/log/policy`; its SHA-256 is what the cabinet shows, and what to publish elsewhere
    Policy(WithConfig),
}

#[derive(Subcommand)]
enum FacesCommand {
    /// Print the thresholds and error rates of the face matching engine
    Calibration {
        #[arg(long)]
        models_dir: PathBuf,
        /// Another engine than the shipped one
        #[arg(long)]
        solution: Option<PathBuf>,
    },
    /// Measure matches, liveness verdicts and photo rules; prints one JSON object a line
    Bench {
        #[arg(long)]
        models_dir: PathBuf,
        /// Portraits
        #[arg(long)]
        people_dir: PathBuf,
        /// libonnxruntime.so; left out: only the engine in pure Rust is measured
        #[arg(long)]
        onnxruntime: Option<PathBuf>,
        /// Where to save the two images of the match, so that other libraries can be measured on them
        #[arg(long)]
        pictures_dir: PathBuf,
    },
}

#[derive(Subcommand)]
enum PhotoCommand {
    /// Measure photos by the rules: one JSON object a file
    Check(commands::photo::Arguments),
}

#[derive(Subcommand)]
enum SolutionCommand {
    /// Serve core/openapi/biometric-solution-v1.yaml with the built-in engine, over plain HTTP
    Serve {
        #[arg(long, default_value = "127.0.0.1:8090")]
        listen: SocketAddr,
        #[arg(long)]
        models_dir: PathBuf,
        /// libonnxruntime.so; left out: the engine in pure Rust
        #[arg(long)]
        onnxruntime: Option<PathBuf>,
    },
    /// Report the requests and the price of each solution in a period (RFC 3339, end excluded)
    Report {
        #[arg(long, value_parser = moment)]
        from: Timestamp,
        #[arg(long, value_parser = moment)]
        until: Timestamp,
        #[command(flatten)]
        with: WithConfig,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("senim: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::too_many_lines, reason = "an arm a command")]
fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(with) => {
            let config = with.read()?;
            log(&config.log)?;
            block_on(async {
                let app = App::open(config).await?.with_faces().await?;
                serve(app.with_log().await?).await
            })
        }
        Command::Seed { file, with } => {
            let config = with.read()?;
            block_on(async {
                let app = App::open(config).await?;
                let entries = seed(&app, &file).await?;
                println!("{entries} entries of {} are in the register", file.display());
                Ok(())
            })
        }
        Command::Gate(command) => commands::gate::run(&command),
        Command::Backup { take, with } => {
            let config = with.read()?;
            block_on(commands::backup::run(config, &take))
        }
        Command::Restore { restore, with } => {
            let config = with.read()?;
            block_on(commands::backup::restore(config, &restore))
        }
        Command::Keys(KeysCommand::Backup { to, with }) => {
            commands::backup::keys(&with.read()?, &to)
        }
        Command::Keys(KeysCommand::Rotate(with)) => {
            let config = with.read()?;
            block_on(async {
                let app = App::open(config).await?;
                let kid = rotate(&app.store, &app.sealer, &*app.rng, app.now()).await?;
                println!("{kid}");
                Ok(())
            })
        }
        Command::Keys(KeysCommand::RotateMaster(with)) => {
            let config = with.read()?;
            block_on(async {
                let app = App::open(config).await?;
                let done = rotate_master(&app, None).await?;
                println!(
                    "{} values came under the first key of `master_key_file`; no other key is needed any more",
                    done.values
                );
                Ok(())
            })
        }
        Command::Operator(OperatorCommand::Add { name, totp_secret_file, with }) => {
            let config = with.read()?;
            let mut password = String::new();
            std::io::stdin().read_line(&mut password)?;
            let secret = read_secret_file(&totp_secret_file)
                .with_context(|| format!("`{}` can't be read", totp_secret_file.display()))?;
            block_on(async {
                let app = App::open(config).await?;
                add_operator(&app, &name, password.trim_end_matches('\n'), secret.trim()).await?;
                println!("{name} may sign in");
                Ok(())
            })
        }
        Command::Node(command) => {
            let (name, by, because, with) = match command {
                NodeCommand::Suspend { name, by, because, with } => (name, by, Some(because), with),
                NodeCommand::Resume { name, by, with } => (name, by, None, with),
                NodeCommand::Restored { by, because, with } => {
                    return restored(with.read()?, &because, &by);
                }
            };
            let config = with.read()?;
            block_on(async {
                let app = App::open(config).await?;
                set_node_standing(&app, &name, because.as_deref(), &by).await?;
                println!(
                    "{name} is {}",
                    if because.is_some() { "suspended" } else { "in standing" }
                );
                Ok(())
            })
        }
        Command::Faces(command) => faces(command),
        Command::Solution(SolutionCommand::Serve { listen, models_dir, onnxruntime }) => {
            log("info")?;
            block_on(solution::serve(listen, models_dir, onnxruntime.as_deref()))
        }
        Command::Solution(SolutionCommand::Report { from, until, with }) => {
            let config = with.read()?;
            block_on(async {
                let app = App::open(config).await?;
                print!("{}", solution::report(&app, from, until).await?);
                Ok(())
            })
        }
        Command::Photo(PhotoCommand::Check(arguments)) => commands::photo::run(&arguments),
        Command::Evidence(EvidenceCommand::Export { session, check, to, by, because, with }) => {
            let config = with.read()?;
            block_on(async {
                let app = App::open(config).await?;
                let seal = export(&app, (session, check), &to, &by, &because).await?;
                let frames = if seal.pack.is_some() { "with" } else { "without" };
                println!("{} has the evidence, {frames} frames", to.display());
                Ok(())
            })
        }
        Command::Evidence(EvidenceCommand::Hold { session, held_for, days, by, because, with }) => {
            let config = with.read()?;
            block_on(async {
                let app = App::open(config).await?;
                let until = hold::hold(&app, session, (held_for, days), &by, &because).await?;
                println!("the evidence of {session} is held until {until}");
                Ok(())
            })
        }
        Command::Evidence(EvidenceCommand::Release { session, by, because, with }) => {
            let config = with.read()?;
            block_on(async {
                let app = App::open(config).await?;
                hold::release(&app, session, &by, &because).await?;
                println!("the evidence of {session} is held no more");
                Ok(())
            })
        }
        Command::Replay { evidence, judge, models_dir, keys, with } => {
            let (judge, sha256, models_dir) = match (judge, models_dir) {
                (Some(judge), Some(models_dir)) => (judge, None, models_dir),
                (judge, models_dir) => {
                    let config = with.read()?;
                    // The configured digest is the configured judge's.
                    let (judge, sha256) =
                        judge.map_or((config.judge, config.judge_sha256), |it| (it, None));
                    (judge, sha256, models_dir.unwrap_or(config.models_dir))
                }
            };
            let keys = keys.as_deref().map(read_keys).transpose()?;
            let judge = Judge::open(&judge, sha256.as_deref())?;
            let report = replay(&evidence, &judge, &models_dir, keys.as_ref())?;
            println!("{report}");
            ensure!(report.upholds(), "see the complaints above");
            Ok(())
        }
        Command::Journal(command) => journal(command),
        Command::Verify(arguments) => commands::verify::run(&arguments),
        Command::Witness(arguments) => {
            let witness = commands::witness::open(&arguments)?;
            if arguments.show_key {
                println!("{}", witness.public_key());
                return Ok(());
            }
            log("info")?;
            block_on(senim_host::log::serve::serve(arguments.listen, witness))
        }
        Command::CheckConfig(with) => {
            let config = with.read()?;
            check(&config)?;
            println!("{} is as it should be", with.config.display());
            Ok(())
        }
        Command::Health(with) => commands::health::run(&with.read()?),
    }
}

fn restored(config: Config, because: &str, by: &str) -> anyhow::Result<()> {
    block_on(async {
        let app = App::open(config).await?;
        let epoch = begin_epoch(&app, because, by).await?;
        println!("nodes follow this database from epoch {epoch}");
        Ok(())
    })
}

fn journal(command: JournalCommand) -> anyhow::Result<()> {
    match command {
        JournalCommand::Fsck { folder: Some(folder), policy: Some(policy), .. } => {
            commands::verify::folder(&folder, &policy)
        }
        JournalCommand::Fsck { with, .. } => {
            let config = with.read()?;
            let folder =
                config.log_dir.clone().context("key `log_dir`: this host writes no log")?;
            block_on(async {
                let app = App::open(config).await?;
                let done = fsck(&app, &Folder::to_read(&folder)).await?;
                commands::verify::told(&done.faults)?;
                println!("{}", commands::segments::whole(&done));
                Ok(())
            })
        }
        JournalCommand::Restart { last, policy, by, because, with } => {
            let config = with.read()?;
            let last = std::fs::read_to_string(&last)
                .with_context(|| format!("`{}` can't be read", last.display()))?;
            let policy = policy.map(|it| commands::verify::read_policy(&it)).transpose()?;
            block_on(async {
                let app = App::open(config).await?;
                let begun = restart(&app, (&last, policy.as_ref()), &by, &because).await?;
                println!("{} begins, in the place of {}", begun.key.name, begun.former);
                println!(
                    "Its key, which witnesses need before anything is published:\n{}",
                    begun.key
                );
                println!(
                    "Start the host; then publish the policy's checksum (`senim journal policy | sha256sum`)."
                );
                Ok(())
            })
        }
        JournalCommand::Segments { json, with } => {
            let config = with.read()?;
            block_on(async {
                let app = App::open(config).await?;
                commands::segments::run(&app, json).await
            })
        }
        JournalCommand::Find { sought: arguments, with } => {
            let config = with.read()?;
            let sought = arguments.sought()?;
            block_on(async {
                let app = App::open(config).await?;
                commands::find::run(&app, &arguments, &sought).await
            })
        }
        JournalCommand::Policy(with) => {
            let config = with.read()?;
            let policy = config.log_policy()?;
            block_on(async {
                let key = log_key(&App::open(config).await?).await?;
                print!("{}", policy.of_readers(&key));
                Ok(())
            })
        }
        JournalCommand::Key(with) => {
            let config = with.read()?;
            block_on(async {
                println!("{}", log_key(&App::open(config).await?).await?);
                Ok(())
            })
        }
    }
}

fn faces(command: FacesCommand) -> anyhow::Result<()> {
    match command {
        FacesCommand::Calibration { models_dir, solution } => {
            print!("{}", Solution::read(solution.as_deref(), &models_dir)?);
        }
        FacesCommand::Bench { models_dir, people_dir, onnxruntime, pictures_dir } => {
            let library = onnxruntime.as_deref();
            let measured = bench::run(&models_dir, library, &people_dir, &pictures_dir)?;
            for metric in measured.as_array().into_iter().flatten() {
                println!("{metric}");
            }
        }
    }
    Ok(())
}

fn read_keys(path: &Path) -> anyhow::Result<JwkSet> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("`{}` can't be read", path.display()))?;
    json::read(text.as_bytes()).with_context(|| format!("`{}` is not a JWK set", path.display()))
}

fn held_for(text: &str) -> Result<HeldFor, &'static str> {
    HeldFor::by_code(text).ok_or("`dispute` or `law`")
}

fn moment(text: &str) -> Result<Timestamp, &'static str> {
    let moment: Result<Moment, _> = text.parse();
    moment.map(|it| it.0).map_err(|_| "a moment is such as 2027-01-31T09:00:00Z")
}

impl WithConfig {
    fn read(&self) -> anyhow::Result<Config> {
        let config = Config::read(&self.config);
        config.with_context(|| format!("in {}", self.config.display()))
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Logs JSON, one event a line, to standard error.
fn log(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).context("key `log`")?;
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    Ok(())
}

/// The checks that `serve` makes at start, without opening the store.
fn check(config: &Config) -> anyhow::Result<()> {
    Sealer::open(&config.master_key_file).context("key `master_key_file`")?;
    server_config(
        &config.tls_certificate,
        &config.tls_key,
        ClientCertificates::Optional(&config.client_ca),
    )
    .context("keys `tls_certificate`, `tls_key`, `client_ca`")?;
    if let (Some(certificate), Some(key)) = (&config.pages_tls_certificate, &config.pages_tls_key) {
        server_config(certificate, key, ClientCertificates::NotAsked)
            .context("keys `pages_tls_certificate` and `pages_tls_key`")?;
    }
    EnvFilter::try_new(&config.log).context("key `log`")?;
    for model in ["yunet.onnx", "fr_landmark.onnx", "fr_eye.onnx", "fr_liveness.onnx", "sface.onnx"]
    {
        let path = config.models_dir.join(model);
        ensure!(path.is_file(), "key `models_dir`: there is no `{}`", path.display());
    }
    ensure!(config.judge.is_file(), "key `judge`: there is no `{}`", config.judge.display());
    if let Some(library) = config.onnxruntime.as_deref().filter(|it| !Path::is_file(it)) {
        bail!("key `onnxruntime`: there is no `{}`", library.display());
    }
    Ok(())
}
