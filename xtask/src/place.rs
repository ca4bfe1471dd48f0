//! Where things lie: the clone, cargo's target folder, `.senim` and the cache shared by clones.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::command;
use crate::say;

/// In the root's `Cargo.toml`.
pub(crate) const PROFILE_OF_WASM: &str = "wasm";

pub(crate) struct Place {
    pub(crate) root: PathBuf,
    /// `.senim` in the clone: everything that Senim makes there.
    pub(crate) senim: PathBuf,
    /// Downloads that outlive a clone: `$SENIM_CACHE`, or `senim` in the user's cache folder.
    pub(crate) cache: PathBuf,
    pub(crate) target: PathBuf,
}

impl Place {
    pub(crate) fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = match manifest.as_ref().and_then(|it| it.parent()) {
            Some(root) => root.to_path_buf(),
            None => env::current_dir()?,
        };
        let metadata = command::output(cargo_in(&root).args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version=1",
        ]))?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata names no target folder")?;

        let cache = match env::var_os("SENIM_CACHE") {
            Some(cache) => PathBuf::from(cache),
            None => match env::var_os("XDG_CACHE_HOME") {
                Some(caches) => PathBuf::from(caches).join("senim"),
                None => PathBuf::from(env::var_os("HOME").context("HOME is not set")?)
                    .join(".cache/senim"),
            },
        };
        Ok(Self { senim: root.join(".senim"), cache, target: PathBuf::from(target), root })
    }

    pub(crate) fn cargo(&self, verb: &str) -> Command {
        let mut cargo = cargo_in(&self.root);
        cargo.arg(verb);
        if say::quiet() {
            cargo.arg("--quiet");
        }
        cargo
    }

    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name)
    }

    pub(crate) fn release(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }

    pub(crate) fn wasm(&self, package: &str) -> PathBuf {
        let name = format!("{}.wasm", package.replace('-', "_"));
        let folder = self.target.join("wasm32-unknown-unknown").join(PROFILE_OF_WASM);
        // A library's file is named by its crate, a program's by its package.
        let program = folder.join(format!("{package}.wasm"));
        if program.exists() { program } else { folder.join(name) }
    }

    pub(crate) fn models(&self) -> PathBuf {
        self.senim.join("models")
    }

    pub(crate) fn people(&self) -> PathBuf {
        self.senim.join("people")
    }

    pub(crate) fn axe(&self) -> PathBuf {
        self.senim.join("tools/axe.min.js")
    }

    pub(crate) fn onnxruntime(&self) -> PathBuf {
        self.senim.join("tools/libonnxruntime.so")
    }

    /// `gate` or `judge`.
    pub(crate) fn component(&self, name: &str) -> PathBuf {
        self.senim.join(format!("{name}.wasm"))
    }

    pub(crate) fn pages(&self) -> PathBuf {
        self.senim.join("pages")
    }
}

fn cargo_in(root: &std::path::Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    // What `cargo run` told this process about itself must not look like a change to the next build.
    for (name, _) in env::vars_os() {
        let of_this_package = name.to_string_lossy().starts_with("CARGO_PKG_");
        if of_this_package || name == "CARGO_MANIFEST_DIR" || name == "CARGO_MANIFEST_PATH" {
            cargo.env_remove(name);
        }
    }
    cargo
}
