//! What a platform is started from: programs, the gate and the judge, models, portraits.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, Result};

#[derive(Clone, Debug)]
pub struct Parts {
    /// Where the programs lie.
    pub programs: PathBuf,
    pub gate: PathBuf,
    pub judge: PathBuf,
    pub models: PathBuf,
    pub people: PathBuf,
    pub pages: Option<PathBuf>,
    pub onnxruntime: Option<PathBuf>,
}

impl Parts {
    /// Beside the running program, and in `.senim` of the repository or where `SENIM_CACHE` says.
    pub fn find() -> Result<Self> {
        build()?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the repository")?;
        let own = root.join(".senim");
        let cache = std::env::var_os("SENIM_CACHE").map_or_else(|| own.clone(), PathBuf::from);
        let pages = own.join("pages");
        let runtime = cache.join("tools/libonnxruntime.so");
        Ok(Self {
            programs: programs()?,
            gate: there(own.join("gate.wasm"))?,
            judge: there(own.join("judge.wasm"))?,
            models: there(cache.join("models"))?,
            people: there(cache.join("people"))?,
            pages: pages.is_dir().then_some(pages),
            onnxruntime: runtime.is_file().then_some(runtime),
        })
    }

    pub fn program(&self, name: &str) -> Command {
        Command::new(self.programs.join(name))
    }
}

fn there(path: PathBuf) -> Result<PathBuf> {
    anyhow::ensure!(
        path.exists(),
        "{} is missing: run `cargo xtask setup` and `cargo xtask build`",
        path.display()
    );
    Ok(path)
}

/// `target/debug`: of a test, two folders up (`deps/senim-…`).
fn programs() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.parent().context("a folder")?;
    let folder =
        if folder.ends_with("deps") { folder.parent().context("a folder")? } else { folder };
    Ok(folder.to_owned())
}

/// Cargo builds other packages' programs only when asked; a stale one would be tested unnoticed.
fn build() -> Result<()> {
    static BUILT: OnceLock<bool> = OnceLock::new();
    let cargo = std::env::var_os("CARGO");
    let built = *BUILT.get_or_init(|| {
        let Some(cargo) = cargo else { return true };
        if std::env::var_os("SENIM_BINARIES_BUILT").is_some() {
            return true;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        let mut command = Command::new(cargo);
        command.args(["build", "--quiet", "--bins"]);
        if let Some(root) = root {
            command.current_dir(root);
        }
        command.status().is_ok_and(|it| it.success())
    });
    anyhow::ensure!(built, "the programs do not build");
    Ok(())
}
