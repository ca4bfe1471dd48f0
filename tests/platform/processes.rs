//! The processes of a platform of our own: started in order, their output kept, killed with this value.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context as _, Result};

use super::{Described, Parts, Pids};

/// Where ports for tests are looked for.
const FIRST: u16 = 20_000;
const LAST: u16 = 32_000;

pub(super) struct Processes {
    pub(super) described: Described,
    parts: Parts,
    folder: PathBuf,
    host: Option<Child>,
    others: Vec<Child>,
    witness_port: u16,
}

impl Processes {
    pub(super) fn start(parts: &Parts, more: &[&str]) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("senim-{:016x}", rand::random::<u64>()));
        let (dir, logs) = (folder.join("world"), folder.join("logs"));
        fs::create_dir_all(&dir)?;
        fs::create_dir_all(&logs)?;
        let database = format!("sqlite:{}", folder.join("senim.db").display());
        let witness_port = setup(parts, &dir, &database, more)?;
        let described = Described {
            dir,
            people_dir: parts.people.clone(),
            database,
            pids: Pids::default(),
            logs: ["host", "node", "world", "witness"]
                .iter()
                .map(|it| logs.join(format!("{it}.log")))
                .collect(),
        };
        let mut processes = Self {
            described,
            parts: parts.clone(),
            folder,
            host: None,
            others: Vec::new(),
            witness_port,
        };
        processes.start_all()?;
        Ok(processes)
    }

    fn start_all(&mut self) -> Result<()> {
        let dir = self.described.dir.clone();
        let mut seed = self.parts.program("senim");
        seed.arg("seed").arg(dir.join("seed.toml")).arg("--config").arg(dir.join("host.toml"));
        run(&mut seed, &self.described.logs[0])?;
        let mut world = self.parts.program("senim-world");
        world.arg("serve").arg("--dir").arg(&dir);
        self.others.push(spawn(&mut world, &self.described.logs[2])?);
        self.described.pids.world = self.others[0].id();
        self.start_witness()?;
        self.start_host()?;
        let mut node = self.parts.program("senim-node");
        node.arg("--config").arg(dir.join("node.toml"));
        let node = spawn(&mut node, &self.described.logs[1])?;
        self.described.pids.node = node.id();
        self.others.push(node);
        Ok(())
    }

    /// Knows the log before the host publishes.
    fn start_witness(&mut self) -> Result<()> {
        let dir = &self.described.dir;
        let mut key = self.parts.program("senim");
        let said = key.args(["journal", "key", "--config"]).arg(dir.join("host.toml")).output()?;
        anyhow::ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let mut witness = self.parts.program("senim");
        witness
            .args(["witness", "--name", "witness.localhost", "--listen"])
            .arg(format!("127.0.0.1:{}", self.witness_port))
            .arg("--key-file")
            .arg(dir.join("witness.key"))
            .arg("--folder")
            .arg(self.folder.join("witness"))
            .args(["--log", String::from_utf8(said.stdout)?.trim()]);
        self.others.push(spawn(&mut witness, &self.described.logs[3])?);
        Ok(())
    }

    pub(super) fn start_host(&mut self) -> Result<()> {
        let mut host = self.parts.program("senim");
        host.arg("serve").arg("--config").arg(self.described.dir.join("host.toml"));
        let host = spawn(&mut host, &self.described.logs[0])?;
        self.described.pids.host = host.id();
        self.host = Some(host);
        Ok(())
    }

    pub(super) fn kill_host(&mut self) -> Result<()> {
        if let Some(mut host) = self.host.take() {
            host.kill()?;
            host.wait()?;
        }
        Ok(())
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for child in self.host.iter_mut().chain(&mut self.others) {
            // One that has ended already is what we want.
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::env::var_os("SENIM_KEEP").is_none() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// `kill -9` of somebody else's process.
pub(super) fn kill(pid: u32) -> Result<()> {
    // 0 would be this process and all of its group.
    anyhow::ensure!(pid > 1, "the description names no process to kill");
    let status = Command::new("kill").arg("-9").arg(pid.to_string()).status()?;
    anyhow::ensure!(status.success(), "process {pid} could not be killed");
    Ok(())
}

/// The port that is the witness's.
fn setup(parts: &Parts, dir: &Path, database: &str, more: &[&str]) -> Result<u16> {
    let mut setup = parts.program("senim-world");
    setup.arg("setup").arg("--dir").arg(dir).arg("--database").arg(database);
    setup
        .arg("--models-dir")
        .arg(&parts.models)
        .arg("--people-dir")
        .arg(&parts.people)
        .arg("--judge")
        .arg(&parts.judge)
        .arg("--gate")
        .arg(&parts.gate);
    if let Some(pages) = &parts.pages {
        setup.arg("--pages-dir").arg(pages);
    }
    if let Some(runtime) = &parts.onnxruntime {
        setup.arg("--onnxruntime").arg(runtime);
    }
    let free = free_ports(PORTS.len())?;
    for (name, port) in PORTS.iter().zip(&free) {
        setup.arg(format!("--{name}-port")).arg(port.to_string());
    }
    setup.args(more);
    run(&mut setup, &dir.join("setup.log"))?;
    Ok(free[0])
}

/// Everything that listens; the witness first.
const PORTS: [&str; 9] = [
    "witness",
    "pages",
    "servers",
    "edge",
    "provider",
    "second-provider",
    "consumer",
    "outside",
    "solution",
];

/// Ports that nobody listens on now. Below those that the system gives to outgoing connections, and never the same
/// twice: between this and the start of a process nobody should take one.
pub fn free_ports(count: usize) -> Result<Vec<u16>> {
    static NEXT: OnceLock<AtomicU16> = OnceLock::new();
    let next = NEXT.get_or_init(|| AtomicU16::new(FIRST + rand::random::<u16>() % (LAST - FIRST)));
    let candidates =
        (FIRST..LAST).map(|_| FIRST + next.fetch_add(1, Ordering::Relaxed) % (LAST - FIRST));
    let free: Vec<_> = candidates
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .take(count)
        .collect();
    anyhow::ensure!(free.len() == count, "no {count} ports are free");
    Ok(free)
}

fn run(command: &mut Command, log: &Path) -> Result<()> {
    let status = spawn(command, log)?.wait()?;
    let said = || fs::read_to_string(log).unwrap_or_default();
    anyhow::ensure!(status.success(), "{command:?} ended with {status}\n{}", said());
    Ok(())
}

fn spawn(command: &mut Command, log: &Path) -> Result<Child> {
    let file = File::options().create(true).append(true).open(log)?;
    command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
        .with_context(|| format!("start {command:?}"))
}
