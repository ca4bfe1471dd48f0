//! `cargo xtask package`: what an operator and a participant install. For platform, node and witness each an archive that is
//! unpacked over `/`, a container image (OCI archive) and a bill of materials; then checksums over all of it, signed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::command;
use crate::component;
use crate::native;
use crate::oci::{self, Image};
use crate::pages;
use crate::place::Place;
use crate::say;
use crate::sbom::{self, Extra};

/// Where a package's own files lie once it is installed.
pub(crate) const SHARE: &str = "/usr/share/senim";
pub(crate) const ONNXRUNTIME: &str = "/usr/lib/senim/libonnxruntime.so";

const WASM: Option<&str> = Some("wasm32-unknown-unknown");

/// Which programs go in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Programs {
    /// Built for this, with all optimisation.
    Release,
    /// The demo's and the tests', as they were built last.
    Built,
}

struct Package {
    name: &'static str,
    title: &'static str,
    program: &'static str,
    /// What is copied besides, into places of the installed system.
    files: fn(&Place) -> Vec<(PathBuf, String)>,
    /// Starts it in a container; `/etc/senim` is the operator's.
    entrypoint: &'static [&'static str],
    ports: &'static [u16],
    working_dir: &'static str,
    crates: &'static [(&'static str, Option<&'static str>)],
}

const PACKAGES: [Package; 3] = [
    Package {
        name: "platform",
        title: "Senim platform",
        program: "senim",
        files: |place| {
            vec![
                (place.pages(), format!("{SHARE}/pages")),
                (place.models(), format!("{SHARE}/models")),
                (place.component("judge"), format!("{SHARE}/judge.wasm")),
                (place.onnxruntime(), ONNXRUNTIME.to_owned()),
                (place.root.join("host/senim.example.toml"), "/etc/senim/host.example.toml".into()),
            ]
        },
        entrypoint: &["/usr/bin/senim", "serve", "--config", "/etc/senim/host.toml"],
        ports: &[8080, 8443],
        working_dir: "/var/lib/senim",
        crates: &[
            ("senim-host", None),
            ("senim-judge", WASM),
            ("senim-cabinet", WASM),
            ("senim-console", WASM),
            ("senim-liveness", WASM),
        ],
    },
    Package {
        name: "node",
        title: "Senim edge node",
        program: "senim-node",
        files: |place| {
            vec![
                (place.component("gate"), format!("{SHARE}/gate.wasm")),
                (
                    place.root.join("edge/node/node.example.toml"),
                    "/etc/senim/node.example.toml".into(),
                ),
            ]
        },
        entrypoint: &["/usr/bin/senim-node", "--config", "/etc/senim/node.toml"],
        ports: &[9443],
        working_dir: "/var/lib/senim-node",
        crates: &[("senim-node", None), ("senim-gate", WASM)],
    },
    Package {
        name: "witness",
        title: "Senim witness",
        program: "senim",
        files: |place| {
            let example = place.root.join("pkg/linux/witness.example.env");
            vec![(example, "/etc/senim/witness.example.env".into())]
        },
        entrypoint: &["/usr/bin/senim", "witness"],
        ports: &[8091],
        working_dir: "/var/lib/senim-witness",
        crates: &[("senim-host", None)],
    },
];

/// The image of a package, as podman and docker name it once it is loaded.
pub(crate) fn reference(name: &str) -> String {
    format!("localhost/senim-{name}:{}", env!("CARGO_PKG_VERSION"))
}

pub(crate) fn image_file(place: &Place, name: &str) -> PathBuf {
    folder(place).join(format!("senim-{name}-{}.oci.tar", env!("CARGO_PKG_VERSION")))
}

pub(crate) fn folder(place: &Place) -> PathBuf {
    place.senim.join("package")
}

/// `key`: Ed25519 as PKCS#8, PEM.
pub(crate) fn run(place: &Place, programs: Programs, key: Option<&Path>) -> Result<()> {
    let programs = match programs {
        Programs::Release => {
            native::build_release(place, &["senim", "senim-node"], &["senim-host", "senim-node"])?;
            component::build(place)?;
            pages::build(place)?;
            place.target.join("release")
        }
        Programs::Built => place.target.join("debug"),
    };
    say::chapter("packing platform, node and witness");
    let folder = folder(place);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for it in &PACKAGES {
        let watch = say::Stopwatch::start();
        pack(place, it, &programs.join(it.program), &folder)?;
        say::done(it.title, &watch);
    }
    let sums = sums(&folder)?;
    match key {
        None => say::line("unsigned: give --key FILE, an Ed25519 key as PKCS#8 in PEM"),
        Some(key) => sign(&sums, key)?,
    }
    say::line(format_args!("in {}; docs/operating.md says how to install it", folder.display()));
    Ok(())
}

fn pack(place: &Place, package: &Package, program: &Path, folder: &Path) -> Result<()> {
    let Package { name, title, entrypoint, ports, working_dir, .. } = package;
    let base = format!("senim-{name}-{}", env!("CARGO_PKG_VERSION"));
    let root = folder.join("root");
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    let installed = format!("/usr/bin/{}", package.program);
    copy(program, &inside(&root, &installed), 0o755)?;
    // What only a debugger needs.
    command::quietly(Command::new("strip").arg("--strip-debug").arg(inside(&root, &installed)))?;
    for (from, to) in (package.files)(place) {
        copy_all(&from, &inside(&root, &to))?;
    }
    let linux = place.root.join("pkg/linux");
    let unit = format!("senim-{name}.service");
    copy(&linux.join(&unit), &inside(&root, &format!("/usr/lib/systemd/system/{unit}")), 0o644)?;
    copy(
        &linux.join(format!("senim-{name}.sysusers")),
        &inside(&root, &format!("/usr/lib/sysusers.d/senim-{name}.conf")),
        0o644,
    )?;
    copy(
        &place.root.join("docs/operating.md"),
        &inside(&root, "/usr/share/doc/senim/operating.md"),
        0o644,
    )?;
    let bill = sbom::write(
        place,
        (&format!("senim-{name}"), env!("CARGO_PKG_VERSION")),
        package.crates,
        &extras(place, package)?,
    )?;
    fs::write(folder.join(format!("{base}.cdx.json")), &bill)?;
    let archive = oci::gzipped(&oci::tarred(&root)?)?;
    let file = format!("{base}-{}-linux.tar.gz", std::env::consts::ARCH);
    fs::write(folder.join(file), archive)?;

    // A container has nothing of a system: no systemd, but the libraries.
    fs::remove_dir_all(root.join("usr/lib/systemd"))?;
    fs::remove_dir_all(root.join("usr/lib/sysusers.d"))?;
    let mut needed = libraries(program)?;
    if inside(&root, ONNXRUNTIME).exists() {
        needed.extend(libraries(&place.onnxruntime())?);
    }
    for library in needed {
        let to = root.join(library.strip_prefix("/").unwrap_or(&library));
        copy(&library, &to, 0o755)?;
    }
    // Where volumes are mounted.
    for it in ["/etc/senim", working_dir, "/tmp"] {
        fs::create_dir_all(inside(&root, it))?;
    }
    let image = Image { reference: &reference(name), title, entrypoint, ports, working_dir };
    oci::write(&root, &image, &image_file(place, name))?;
    fs::remove_dir_all(root)?;
    Ok(())
}

/// The nets and the runtime, which are no crates.
fn extras(place: &Place, package: &Package) -> Result<Vec<Extra>> {
    let mut found = Vec::new();
    for (from, _) in (package.files)(place) {
        let files = if from.is_dir() {
            fs::read_dir(&from)?.map(|it| it.map(|it| it.path())).collect::<Result<Vec<_>, _>>()?
        } else {
            vec![from]
        };
        for file in files {
            let extension = file.extension().and_then(|it| it.to_str()).unwrap_or_default();
            let kind = match extension {
                "onnx" => "machine-learning-model",
                "so" => "library",
                _ => continue,
            };
            let name = file.file_name().context("a file has a name")?.to_string_lossy();
            let sha256 = oci::digest(&fs::read(&file)?);
            found.push(Extra { name: name.into_owned(), kind, sha256 });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// `SHA256SUMS` over everything in the folder.
fn sums(folder: &Path) -> Result<PathBuf> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name());
    }
    names.sort();
    let mut text = String::new();
    for name in names {
        let digest = oci::digest(&fs::read(folder.join(&name))?);
        text = format!("{text}{digest}  {}\n", name.to_string_lossy());
    }
    let file = folder.join("SHA256SUMS");
    fs::write(&file, text)?;
    Ok(file)
}

/// `openssl pkeyutl -verify -pubin -inkey PUBLIC -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig` verifies it.
fn sign(sums: &Path, key: &Path) -> Result<()> {
    let mut openssl = Command::new("openssl");
    openssl.args(["pkeyutl", "-sign", "-rawin", "-inkey"]).arg(key).arg("-in").arg(sums);
    openssl.arg("-out").arg(sums.with_extension("sig"));
    command::quietly(&mut openssl).context("the checksums could not be signed")
}

fn inside(root: &Path, installed: &str) -> PathBuf {
    root.join(installed.trim_start_matches('/'))
}

/// What the loader would open, the loader itself included.
pub(crate) fn libraries(program: &Path) -> Result<Vec<PathBuf>> {
    let said = command::output(Command::new("ldd").arg(program))?;
    let words = said.split_whitespace().filter(|it| it.starts_with('/'));
    Ok(words.map(PathBuf::from).filter(|it| it.is_file()).collect())
}

/// Links of the system's folders are followed.
pub(crate) fn copy(from: &Path, to: &Path, mode: u32) -> Result<()> {
    fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
    fs::copy(from, to).with_context(|| format!("{} can't be copied", from.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return copy(from, to, 0o644);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
