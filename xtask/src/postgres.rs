//! A private PostgreSQL for the demo: its own data folder, reachable by a socket only.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
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
    tls: Option<Tls>,
}

/// Reached over TCP, with a certificate that the host verifies.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) port: u16,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) ca: PathBuf,
}

impl Tls {
    pub(crate) fn url(&self) -> String {
        let ca = self.ca.display();
        format!(
            "postgres://{USER}@localhost:{}/senim?sslmode=verify-full&sslrootcert={ca}",
            self.port
        )
    }
}

impl Postgres {
    /// `name` tells the demo's data from the check's.
    pub(crate) fn start(place: &Place, name: &str, fresh: bool, tls: Option<Tls>) -> Result<Self> {
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
        let postgres = Self { programs, data, sockets, tls };

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
        let listening = postgres.listening()?;
        let options = format!("{listening} -k {} -c fsync=off", postgres.sockets.display());
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
                    .args(["--port", &postgres.tls.as_ref().map_or(5432, |it| it.port).to_string()])
                    .arg("senim"),
            )?;
        }
        say::done(format_args!("PostgreSQL started, data in {}", postgres.data.display()), &watch);
        Ok(postgres)
    }

    /// The options of its addresses.
    fn listening(&self) -> Result<String> {
        let Some(tls) = &self.tls else { return Ok("-c listen_addresses=''".to_owned()) };
        // Its own user must own the key.
        let (certificate, key) = (self.data.join("server.pem"), self.data.join("server.key"));
        fs::copy(&tls.certificate, &certificate)?;
        fs::copy(&tls.key, &key)?;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
        if is_root() {
            command::quietly(Command::new("chown").arg("postgres:").args([&certificate, &key]))?;
        }
        // Nobody gets in without TLS.
        let rules = "local all all trust\nhostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n";
        fs::write(self.data.join("pg_hba.conf"), rules)?;
        Ok(format!(
            "-c listen_addresses=localhost -p {} -c ssl=on -c ssl_cert_file={} -c ssl_key_file={}",
            tls.port,
            certificate.display(),
            key.display()
        ))
    }

    pub(crate) fn url(&self) -> String {
        if let Some(tls) = &self.tls {
            return tls.url();
        }
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
