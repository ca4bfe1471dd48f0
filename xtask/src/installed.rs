//! What `cargo xtask package` made, as an operator and a participant run it: platform, node and witness in containers on a
//! PostgreSQL over TLS, and one account read through them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::Database;
use crate::command;
use crate::debian::Need;
use crate::demo::{Demo, Folders, Way};
use crate::oci;
use crate::package::{self, ONNXRUNTIME, Programs, SHARE, image_file, reference};
use crate::place::Place;
use crate::process;
use crate::say;

pub(crate) const PODMAN: Need = Need {
    package: "podman",
    purpose: "containers of the packages",
    present: || command::on_path("podman").is_some(),
};

pub(crate) const RUNC: Need = Need {
    package: "runc",
    purpose: "podman's runtime where control groups are of both versions",
    present: || command::on_path("runc").is_some(),
};

/// Packs what was built, checks the signature as a receiver does, starts all from the images and reads an account.
pub(crate) fn check(place: &Place) -> Result<()> {
    let key = place.senim.join("package.key");
    let public = place.senim.join("package.pub");
    let openssl = |arguments: &[&str]| {
        let mut openssl = Command::new("openssl");
        openssl.args(arguments).current_dir(&place.senim);
        command::quietly(&mut openssl)
    };
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", "package.key"])?;
    openssl(&["pkey", "-in", "package.key", "-pubout", "-out", "package.pub"])?;
    package::run(place, Programs::Built, Some(&key))?;
    received(&package::folder(place), &public)?;

    say::chapter("starting platform, node and witness from their images");
    let watch = say::Stopwatch::start();
    for name in ["platform", "node", "witness"] {
        let mut load = podman(place);
        load.args(["load", "--input"]).arg(image_file(place, name));
        command::quietly(&mut load)?;
    }
    say::done("images loaded", &watch);
    let stop = process::stop_asked()?;
    let folders = Folders::of_installed(place);
    let demo = Demo::start(place, folders, Database::Postgres, Way::Installed, true, &stop)?;
    let mut read = Command::new(place.binary("senim-journeys"));
    read.current_dir(&place.root)
        .args(["read", "--demo"])
        .arg(demo.folders.description())
        .stdin(Stdio::null());
    command::run(&mut read).with_context(|| {
        format!("no account could be read; logs are in {}", demo.folders.logs().display())
    })?;
    let mut health = program(place, "senim", &demo.folders.base).context("an image")?;
    health.arg("health").arg("--config").arg(demo.folders.base.join("world/host.toml"));
    command::quietly(&mut health)?;
    let mut backup = program(place, "senim", &demo.folders.base).context("an image")?;
    backup
        .arg("backup")
        .arg("--to")
        .arg(demo.folders.base.join("data/backup"))
        .arg("--config")
        .arg(demo.folders.base.join("world/host.toml"));
    say::line(command::output(&mut backup)?.trim());
    Ok(())
}

/// What docs/operating.md tells a receiver to do.
fn received(folder: &Path, public: &Path) -> Result<()> {
    let mut verify = Command::new("openssl");
    verify
        .args(["pkeyutl", "-verify", "-pubin", "-rawin", "-inkey"])
        .arg(public)
        .args(["-in", "SHA256SUMS", "-sigfile", "SHA256SUMS.sig"])
        .current_dir(folder);
    command::quietly(&mut verify).context("the checksums' signature")?;
    let mut sums = Command::new("sha256sum");
    sums.args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(folder);
    command::quietly(&mut sums).context("the checksums")?;
    // Another byte is noticed.
    let altered = folder.join("altered");
    fs::write(&altered, fs::read_to_string(folder.join("SHA256SUMS"))?.replacen("  ", " *", 1))?;
    let mut verify = Command::new("openssl");
    verify
        .args(["pkeyutl", "-verify", "-pubin", "-rawin", "-inkey"])
        .arg(public)
        .args(["-in", "altered", "-sigfile", "SHA256SUMS.sig"])
        .current_dir(folder);
    if command::succeeds(&mut verify) {
        bail!("an altered list of checksums has a good signature");
    }
    fs::remove_file(altered)?;
    Ok(())
}

/// In the configurations, what lies in the image in place of what lies in the clone.
pub(crate) fn use_installed_paths(world: &Path) -> Result<()> {
    let installed = [
        ("pages_dir", format!("{SHARE}/pages")),
        ("models_dir", format!("{SHARE}/models")),
        ("judge", format!("{SHARE}/judge.wasm")),
        ("onnxruntime", ONNXRUNTIME.to_owned()),
        ("gate", format!("{SHARE}/gate.wasm")),
    ];
    for name in ["host.toml", "node.toml"] {
        let file = world.join(name);
        let text = fs::read_to_string(&file)?;
        let lines = text.lines().map(|line| {
            let key = line.split(" = ").next().unwrap_or_default();
            match installed.iter().find(|(it, _)| *it == key) {
                Some((_, path)) => format!("{key} = \"{path}\"\n"),
                None => format!("{line}\n"),
            }
        });
        let text: String = lines.collect();
        fs::write(&file, text)?;
    }
    Ok(())
}

/// The containers' user owns what they read and write.
pub(crate) fn hand_over(base: &Path) -> Result<()> {
    fs::create_dir_all(base.join("data"))?;
    command::quietly(Command::new("chown").args(["-R", oci::USER]).arg(base))
}

/// `senim` or `senim-node` out of its image: read-only but for the demo's folder, without a capability, as nobody.
pub(crate) fn program(place: &Place, name: &str, base: &Path) -> Option<Command> {
    let (image, entrypoint) = match name {
        "senim" => ("platform", "/usr/bin/senim"),
        "senim-node" => ("node", "/usr/bin/senim-node"),
        _ => return None,
    };
    let mut command = podman(place);
    command
        .args(["--runtime", "runc", "--cgroup-manager", "cgroupfs", "run", "--rm"])
        .args(["--network=host", "--read-only", "--tmpfs", "/tmp", "--cap-drop=all"])
        .args(["--security-opt=no-new-privileges", "--user", oci::USER])
        .args(["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=1024:1024"])
        .arg("--volume")
        .arg(format!("{0}:{0}", base.display()))
        .arg("--workdir")
        .arg(base.join("data"))
        .args(["--entrypoint", entrypoint])
        .arg(reference(image));
    Some(command)
}

fn podman(place: &Place) -> Command {
    let store: PathBuf = place.senim.join("containers");
    let mut command = Command::new("podman");
    command
        .arg("--root")
        .arg(store.join("images"))
        .arg("--runroot")
        .arg(store.join("run"))
        .args(["--storage-driver", "overlay"])
        .current_dir(&place.root);
    command
}
