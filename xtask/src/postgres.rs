//! A private PostgreSQL for the demo: its own data folder, reachable by a socket only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::command;
use crate::debian::Need;
use crate::place::Place;
use crate::process::is_root;
use crate::say;
use crate::stamp;

pub(crate) const POSTGRESQL: Need = Need {
    package: "postgresql",
    purpose: "the second database engine",
    present: || programs().is_some(),
};

const USER: &str = "senim";

pub(crate) struct Postgres {
    programs: PathBuf,
    data: PathBuf,
    /// A socket's path may have 107 bytes, a clone's may have more.
    sockets: PathBuf,
}

impl Postgres {
    /// `name` tells the demo's data from the check's.
    pub(crate) fn start(place: &Place, name: &str, fresh: bool) -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed")?;
        let digest = stamp::digest(format!("{}/{name}", place.senim.display()).as_bytes());
        let short = &digest[..12];
        let sockets = Path::new("/tmp").join(format!("senim-{short}"));
        // PostgreSQL refuses to run as root, and its own user can't enter root's folders.
        let data = if is_root() {
            Path::new("/var/tmp").join(format!("senim-postgres-{short}"))
        } else {
            place.senim.join("postgres").join(name)
        };
        let postgres = Self { programs, data, sockets };

        let watch = say::Stopwatch::start();
        // One left over from a demo that was killed.
        postgres.stop();
        if fresh && postgres.data.exists() {
            fs::remove_dir_all(&postgres.data)?;
        }
        postgres.folders()?;
        let new = !postgres.data.join("PG_VERSION").exists();
        if new {
            command::quietly(
                postgres
                    .program("initdb")
                    .args([
                        "--auth=trust",
                        "--no-sync",
                        "--encoding=UTF8",
                        "--locale=C.UTF-8",
                        "--username",
                        USER,
                    ])
                    .arg("--pgdata")
                    .arg(&postgres.data),
            )?;
        }
        let options =
            format!("-c listen_addresses='' -k {} -c fsync=off", postgres.sockets.display());
        command::quietly(
            postgres
                .program("pg_ctl")
                .args(["--wait", "--silent", "--options", &options, "--pgdata"])
                .arg(&postgres.data)
                .arg("--log")
                .arg(postgres.data.join("server.log"))
                .arg("start"),
        )?;
        if new {
            command::quietly(
                postgres
                    .program("createdb")
                    .args(["--username", USER, "--host"])
                    .arg(&postgres.sockets)
                    .arg("senim"),
            )?;
        }
        say::done(format_args!("PostgreSQL started, data in {}", postgres.data.display()), &watch);
        Ok(postgres)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}@localhost/senim?host={}", self.sockets.display())
    }

    pub(crate) fn stop(&self) {
        if self.data.join("postmaster.pid").exists() {
            command::succeeds(
                self.program("pg_ctl")
                    .args(["--wait", "--silent", "--mode", "fast", "--pgdata"])
                    .arg(&self.data)
                    .arg("stop"),
            );
        }
    }

    fn folders(&self) -> Result<()> {
        for folder in [&self.data, &self.sockets] {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
            if is_root() {
                command::quietly(Command::new("chown").arg("postgres:").arg(folder))?;
            }
        }
        Ok(())
    }

    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut runuser = Command::new("runuser");
            runuser.args(["-u", "postgres", "--"]).arg(program);
            runuser
        } else {
            Command::new(program)
        };
        // A folder that its user can enter.
        command.current_dir("/");
        command
    }
}

/// Debian keeps the server's programs off the PATH.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|it| it.file_name().to_string_lossy().parse::<u32>().ok())
        .max()
        .map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    newest.filter(|it| it.join("pg_ctl").exists()).or_else(|| {
        command::on_path("pg_ctl")
            .and_then(|it| it.canonicalize().ok())
            .and_then(|it| it.parent().map(Path::to_path_buf))
    })
}
