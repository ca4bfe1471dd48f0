//! The Worker under `workerd`, Cloudflare's runtime, as `cargo xtask setup --tests` and `cargo xtask build` leave them. Also a
//! module of the node's tests.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Error};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A runtime with one Worker, until it is dropped.
pub struct Workerd {
    child: Child,
    /// Where it listens for plain HTTP.
    pub port: u16,
}

/// What a Worker is given, in the language of the runtime's configuration.
#[derive(Default)]
pub struct Given<'a> {
    /// Elements of the list of bindings.
    pub bindings: &'a str,
    /// Elements of the list of services, beside the Worker.
    pub services: &'a str,
    /// More members of the Worker.
    pub worker: &'a str,
}

/// The header in which the runtime takes `request.cf`, as it is in front of Workers at Cloudflare.
pub const CF: &str = "cf-blob";

impl Workerd {
    /// `worker`: its folder in `.senim`; `folder`: for its configuration and its log, which is `workerd.log`.
    pub fn start(folder: &Path, worker: &str, given: &Given<'_>) -> Result<Self, Error> {
        let (program, worker) = (built("tools/workerd"), built(worker));
        fs::create_dir_all(folder)?;
        let config = folder.join("workerd.capnp");
        fs::write(&config, configuration(folder, &worker, given)?)?;
        let mut child = Command::new(program)
            .args(["serve", "--control-fd=1"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join("workerd.log"))?)
            .spawn()?;
        let mut said = BufReader::new(child.stdout.take().ok_or_else(silent)?);
        let mut line = String::new();
        let port = loop {
            line.clear();
            if said.read_line(&mut line)? == 0 {
                // Its reason is in its log.
                let log = fs::read_to_string(folder.join("workerd.log"))?;
                return Err(Error::other(format!("workerd did not start: {log}")));
            }
            let port = line.split("\"port\":").nth(1).filter(|_| line.contains("\"listen\""));
            if let Some(port) = port.and_then(|it| it.split(['}', ',']).next()?.parse().ok()) {
                break port;
            }
        };
        // What Workers print.
        let mut log = File::create(folder.join("worker.log"))?;
        std::thread::spawn(move || std::io::copy(&mut said, &mut log));
        Ok(Self { child, port })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn silent() -> Error {
    Error::other("workerd has no output")
}

/// In `.senim`, or in `$SENIM_BUILT`.
fn built(name: &str) -> PathBuf {
    let folder = std::env::var_os("SENIM_BUILT").map_or_else(
        || {
            let crate_of = Path::new(env!("CARGO_MANIFEST_DIR"));
            let roots = crate_of.ancestors().find(|it| it.join("Cargo.lock").is_file());
            roots.unwrap_or(crate_of).join(".senim")
        },
        PathBuf::from,
    );
    let path = folder.join(name);
    assert!(
        path.exists(),
        "{} is not there: run `cargo xtask setup --tests` and `cargo xtask build` first",
        path.display()
    );
    path
}

fn configuration(folder: &Path, worker: &Path, given: &Given<'_>) -> Result<String, Error> {
    let mut modules = String::new();
    let mut names = Vec::new();
    list(worker, "", &mut names)?;
    // The one that the runtime calls comes first.
    names.sort_by_key(|name| name != "shim.js");
    for name in &names {
        let is_wasm = Path::new(name).extension().is_some_and(|it| it == "wasm");
        let kind = if is_wasm { "wasm" } else { "esModule" };
        // What is embedded lies beside the configuration.
        let own = folder.join("modules").join(name);
        fs::create_dir_all(own.parent().unwrap_or(folder))?;
        fs::copy(worker.join(name), own)?;
        // Writing to a string does not fail.
        let _ = writeln!(modules, "(name = {name:?}, {kind} = embed \"modules/{name}\"),");
    }
    let Given { bindings, services, worker } = given;
    Ok(format!(
        "using Workerd = import \"/workerd/workerd.capnp\";
const config :Workerd.Config = (
  services = [(name = \"worker\", worker = .worker), {services}],
  sockets = [(name = \"http\", address = \"127.0.0.1:0\", http = (cfBlobHeader = \"{CF}\"), service = \"worker\")],
);
const worker :Workerd.Worker = (
  modules = [{modules}],
  compatibilityDate = \"2026-11-01\",
  bindings = [{bindings}],
  {worker}
);
"
    ))
}

fn list(folder: &Path, within: &str, names: &mut Vec<String>) -> Result<(), Error> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}
