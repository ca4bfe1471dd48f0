//! `cargo xtask demo`: everything set up, built and started; stays until Ctrl-C.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::json;

use crate::Database;
use crate::bench_edge;
use crate::command;
use crate::compile::GIVEN_UP;
use crate::component;
use crate::installed;
use crate::native;
use crate::pages;
use crate::place::Place;
use crate::postgres::{Postgres, Tls};
use crate::process::{self, Process};
use crate::ready::{self, Address, Sign};
use crate::say;
use crate::setup::{self, For};

/// Where the programs of platform, node and witness come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Cargo's folder.
    Built,
    /// Cargo's folder; platform and node as releases, the node with one worker, before a bank that answers the same at once.
    Measured,
    /// The container images of `cargo xtask package`, on a PostgreSQL over TLS.
    Installed,
}

/// PostgreSQL's, where it is reached over TLS.
const POSTGRES_PORT: u16 = 7432;

/// What `senim-world setup` writes into its configuration files.
const ADDRESSES: &[Address] = &[
    Address { what: "the outside world", port: 7180, sign: Sign::Health },
    Address { what: "the second biometric solution", port: 7190, sign: Sign::Health },
    Address { what: "the consumer bank", port: 7080, sign: Sign::Health },
    Address { what: "the first provider bank", port: 7443, sign: Sign::Accepts },
    Address { what: "the second provider bank", port: 7444, sign: Sign::Accepts },
    Address { what: "the host's servers' side", port: 8443, sign: Sign::Accepts },
    Address { what: "the host's pages", port: 8080, sign: Sign::Health },
    Address { what: "the log's witness", port: 8091, sign: Sign::Health },
    Address { what: "the node", port: 9443, sign: Sign::Accepts },
];

/// What a newcomer opens, first to last: nobody's face matches the sample people's.
const WALK: &[(&str, &str)] = &[
    ("Register yourself first, by webcam or a picture", "http://localhost:7180/register"),
    ("Bank's app: add accounts from another bank", "http://localhost:7080"),
    ("Your phone: the messages that Senim sent", "http://localhost:7180/phone"),
    ("Your cabinet: consents and their uses", "http://localhost:8080/cabinet"),
    ("Operator's console", "http://localhost:8080/console"),
    ("The operator's password and code for it", "http://localhost:7180/authenticator"),
];

pub(crate) fn run(place: &Place, database: Database, fresh: bool) -> Result<ExitCode> {
    let stop = process::stop_asked()?;
    let mut demo = Demo::start(place, Folders::of_demo(place), database, Way::Built, fresh, &stop)?;
    if !process::is_set(&stop) {
        demo.tell();
    }
    while !process::is_set(&stop) {
        demo.tend()?;
        thread::sleep(Duration::from_millis(100));
    }
    say::line("stopping");
    Ok(ExitCode::SUCCESS)
}

/// What the demo runs; downloads and Debian's packages come while the programs compile.
pub(crate) fn set_up_and_build(place: &Place, purpose: For) -> Result<()> {
    if !place.binary("senim").exists() {
        say::line(
            "The first build takes ten to fifteen minutes on two cores, later ones some seconds:",
        );
        say::line("two thirds of it the programs, then gate and judge, then the pages.");
    }
    thread::scope(|scope| {
        let bringing = scope.spawn(|| {
            let brought = setup::run(place, purpose);
            if brought.is_err() {
                GIVEN_UP.store(true, Ordering::Relaxed);
            }
            brought
        });
        let built = if purpose.is_walked() {
            native::build_with_journeys(place)
        } else {
            native::build(place)
        };
        bringing.join().map_err(|_| anyhow!("setting up panicked"))??;
        built
    })?;
    component::build(place)?;
    pages::build(place)
}

/// Where one demo keeps its things.
pub(crate) struct Folders {
    name: &'static str,
    pub(crate) base: PathBuf,
}

impl Folders {
    /// Of platform, node and witness from their images.
    pub(crate) fn of_installed(place: &Place) -> Self {
        Self { name: "installed", base: place.senim.join("installed") }
    }

    fn of_demo(place: &Place) -> Self {
        Self { name: "demo", base: place.senim.clone() }
    }

    /// A user's demo data stays untouched by a check.
    pub(crate) fn of_check(place: &Place) -> Self {
        Self { name: "check", base: place.senim.join("check") }
    }

    fn world(&self) -> PathBuf {
        self.base.join("world")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.base.join("logs")
    }

    pub(crate) fn description(&self) -> PathBuf {
        self.base.join("demo.json")
    }

    fn forget(&self) -> Result<()> {
        for it in [self.world(), self.logs(), self.base.join("data")] {
            if it.exists() {
                fs::remove_dir_all(&it)
                    .with_context(|| format!("cannot remove {}", it.display()))?;
            }
        }
        Ok(())
    }
}

/// Running processes; they end when this is dropped.
pub(crate) struct Demo<'a> {
    place: &'a Place,
    pub(crate) folders: Folders,
    way: Way,
    database: String,
    processes: Vec<Process>,
    postgres: Option<Postgres>,
}

impl<'a> Demo<'a> {
    pub(crate) fn start(
        place: &'a Place,
        folders: Folders,
        database: Database,
        way: Way,
        fresh: bool,
        stop: &AtomicBool,
    ) -> Result<Self> {
        say::chapter("starting");
        let watch = say::Stopwatch::start();
        for other in
            [Folders::of_demo(place), Folders::of_check(place), Folders::of_installed(place)]
        {
            clear_away(&other)?;
        }
        if let Some(it) = ADDRESSES.iter().find(|it| ready::is_taken(it.port)) {
            bail!("port {} is taken by another program; {} needs it", it.port, it.what);
        }
        if fresh {
            folders.forget()?;
        }
        fs::create_dir_all(folders.logs())?;

        let mut demo = Self {
            place,
            folders,
            way,
            database: String::new(),
            processes: Vec::new(),
            postgres: None,
        };
        let world = demo.folders.world();
        match (database, way) {
            (Database::Sqlite, _) => {
                let data = demo.folders.base.join("data");
                fs::create_dir_all(&data)?;
                demo.database = format!("sqlite:{}", data.join("senim.db").display());
                demo.configure()?;
            }
            (Database::Postgres, Way::Built | Way::Measured) => {
                let postgres = Postgres::start(place, demo.folders.name, fresh, None)?;
                demo.database = postgres.url();
                demo.postgres = Some(postgres);
                demo.configure()?;
            }
            (Database::Postgres, Way::Installed) => {
                // Its certificate is made with the configuration, which needs its address.
                let tls = Tls {
                    port: POSTGRES_PORT,
                    certificate: world.join("host.pem"),
                    key: world.join("host.key"),
                    ca: world.join("ca.pem"),
                };
                demo.database = tls.url();
                demo.configure()?;
                let postgres = Postgres::start(place, demo.folders.name, fresh, Some(tls))?;
                demo.postgres = Some(postgres);
            }
        }
        if way == Way::Measured {
            let seed = world.join("seed.toml");
            let text = fs::read_to_string(&seed)?;
            let bank = format!("https://localhost:{}", bench_edge::UPSTREAM);
            fs::write(&seed, text.replace("https://localhost:7443", &bank))?;
            let node = world.join("node.toml");
            let text = fs::read_to_string(&node)?;
            fs::write(&node, format!("participant_requests_per_s = 1000000\n{text}"))?;
        }
        if way == Way::Installed {
            installed::use_installed_paths(&world)?;
            installed::hand_over(&demo.folders.base)?;
        }
        demo.seed()?;

        let mut program = demo.program("senim-world");
        program.arg("serve").arg("--dir").arg(&world);
        demo.launch("world", program)?;
        let mut program = demo.program("senim");
        program
            .args(["witness", "--listen", "127.0.0.1:8091", "--name", "witness.localhost"])
            .arg("--key-file")
            .arg(world.join("witness.key"))
            .arg("--folder")
            .arg(demo.folders.base.join("data/witness"))
            .arg("--log")
            .arg(demo.log_key()?);
        demo.launch("witness", program)?;
        let mut program = demo.program("senim");
        program.arg("serve").arg("--config").arg(world.join("host.toml"));
        demo.launch("host", program)?;
        let mut program = demo.program("senim-node");
        program.arg("--config").arg(world.join("node.toml"));
        demo.launch("node", program)?;

        // With TLS, the pages' listener is not asked more than whether it accepts.
        let addresses: Vec<Address> = ADDRESSES
            .iter()
            .map(|it| match (way, it.port) {
                (Way::Installed, 8080) => Address { sign: Sign::Accepts, ..*it },
                _ => *it,
            })
            .collect();
        ready::wait(&addresses, &mut demo.processes, stop)?;
        demo.describe()?;
        say::done("everything answers", &watch);
        Ok(demo)
    }

    /// Brings back what has fallen.
    pub(crate) fn tend(&mut self) -> Result<()> {
        let mut changed = false;
        for it in &mut self.processes {
            changed |= it.tend()?;
        }
        if changed {
            self.describe()?;
        }
        Ok(())
    }

    /// Of one of its processes.
    pub(crate) fn pid(&self, name: &str) -> Option<u32> {
        self.processes.iter().find(|it| it.name == name).map(Process::pid)
    }

    fn configure(&self) -> Result<()> {
        let world = self.folders.world();
        let mut setup = self.program("senim-world");
        setup
            .arg("setup")
            .args(["--host-metrics-port", "9464", "--node-metrics-port", "9465"])
            .args(["--witness-port", "8091"])
            .arg("--dir")
            .arg(&world)
            .args(["--database", &self.database])
            .arg("--data-dir")
            .arg(self.folders.base.join("data"))
            .arg("--pages-dir")
            .arg(self.place.pages())
            .arg("--models-dir")
            .arg(self.place.models())
            .arg("--people-dir")
            .arg(self.place.people())
            .arg("--judge")
            .arg(self.place.component("judge"))
            .arg("--gate")
            .arg(self.place.component("gate"));
        // One check of ten is another vendor's. The walks of a check have the widget alone; the vendor's has a walk of its own.
        if self.folders.name == "demo" {
            setup.args(["--front-weight", "1"]);
        }
        // So that both ways to ask the register are walked.
        if self.database.starts_with("postgres") {
            setup.arg("--soap");
        }
        if self.way == Way::Installed {
            setup.arg("--pages-tls");
        }
        if self.place.onnxruntime().exists() {
            setup.arg("--onnxruntime").arg(self.place.onnxruntime());
        }
        command::quietly(&mut setup)
            .context("the demo's certificates and configuration could not be made")
    }

    fn seed(&self) -> Result<()> {
        let world = self.folders.world();
        let mut seed = self.program("senim");
        seed.arg("seed").arg(world.join("seed.toml")).arg("--config").arg(world.join("host.toml"));
        command::quietly(&mut seed).context("the demo's participants could not be registered")
    }

    /// Which log the witness cosigns.
    fn log_key(&self) -> Result<String> {
        let mut key = self.program("senim");
        key.args(["journal", "key", "--config"]).arg(self.folders.world().join("host.toml"));
        let said = key.output().context("the log's key could not be made")?;
        if !said.status.success() {
            bail!("the log's key could not be made: {}", String::from_utf8_lossy(&said.stderr));
        }
        Ok(String::from_utf8(said.stdout)?.trim().to_owned())
    }

    fn program(&self, name: &str) -> Command {
        if self.way == Way::Installed
            && let Some(command) = installed::program(self.place, name, &self.folders.base)
        {
            return command;
        }
        let is_release = self.way == Way::Measured && ["senim", "senim-node"].contains(&name);
        let mut command = Command::new(if is_release {
            self.place.release(name)
        } else {
            self.place.binary(name)
        });
        command.current_dir(&self.place.root);
        if self.way == Way::Measured && name == "senim-node" {
            command.env("TOKIO_WORKER_THREADS", "1");
        }
        command
    }

    fn launch(&mut self, name: &'static str, command: Command) -> Result<()> {
        let log = self.folders.logs().join(format!("{name}.log"));
        self.processes.push(Process::start(name, command, log)?);
        self.describe()
    }

    /// Tells the checks, and the next start, what runs here.
    fn describe(&self) -> Result<()> {
        let pids: serde_json::Map<_, _> =
            self.processes.iter().map(|it| (it.name.to_owned(), it.pid().into())).collect();
        let logs: Vec<_> = self.processes.iter().map(|it| it.log.clone()).collect();
        let description = json!({
            "dir": self.folders.world(),
            "data_dir": self.folders.base.join("data"),
            "pages_dir": self.place.pages(),
            "models_dir": self.place.models(),
            "people_dir": self.place.people(),
            "gate": self.place.component("gate"),
            "judge": self.place.component("judge"),
            "database": self.database,
            "xtask": std::process::id(),
            "pids": pids,
            "logs": logs,
        });
        // A reader must never see half of it.
        let file = self.folders.description();
        let unfinished = file.with_extension("new");
        fs::write(&unfinished, serde_json::to_vec_pretty(&description)?)?;
        Ok(fs::rename(unfinished, file)?)
    }

    fn tell(&self) {
        say::chapter("Senim runs");
        say::line("In this order; http://localhost:7180 has the same with explanations.");
        for (number, (what, address)) in WALK.iter().enumerate() {
            say::line(format_args!("{}. {what:<49} {address}", number + 1));
        }
        say::line(format_args!(
            "Logs in {}. Ctrl-C stops everything.",
            self.folders.logs().display()
        ));
    }
}

impl Drop for Demo<'_> {
    fn drop(&mut self) {
        process::end_all(&mut self.processes);
        if let Some(postgres) = &self.postgres {
            postgres.stop();
        }
        // The next start looks at what is left of it only to clear up.
        let _ = fs::remove_file(self.folders.description());
    }
}

/// Ends what a killed demo left; a living one is not disturbed.
fn clear_away(folders: &Folders) -> Result<()> {
    let Ok(description) = fs::read(folders.description()) else {
        return Ok(());
    };
    let description: serde_json::Value = serde_json::from_slice(&description).unwrap_or_default();
    let number = |it: &serde_json::Value| it.as_u64().and_then(|it| u32::try_from(it).ok());
    if let Some(pid) = number(&description["xtask"]).filter(|it| process::is_alive(*it, "xtask")) {
        bail!("the {} already runs as process {pid}; stop it with Ctrl-C there", folders.name);
    }
    for (name, program) in [("host", "senim"), ("node", "senim-node"), ("world", "senim-world")] {
        if let Some(pid) =
            number(&description["pids"][name]).filter(|it| process::is_alive(*it, program))
        {
            say::line(format_args!("ending {name}, left over as process {pid}"));
            process::terminate(pid);
            while process::is_alive(pid, program) {
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
    Ok(fs::remove_file(folders.description())?)
}
