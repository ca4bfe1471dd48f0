//! `senim gate`: releases of the edge's gate, signed for the nodes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use senim_core::jose::sha256;
use senim_core::log::note::{KeyKind, SigningKey, VerifierKey};
use senim_core::release::{Release, Version};
use senim_host::log::serve::read_key;

#[derive(Subcommand)]
pub(crate) enum GateCommand {
    /// Print the public key as `gate_keys` of a node's configuration names it
    Key(Key),
    /// Write `NAME.note` beside the component `NAME.wasm`; both go into the nodes' `gate_dir`
    Sign {
        component: PathBuf,
        /// Three numbers, such as 1.4.0: nodes go to greater ones by themselves
        #[arg(long)]
        version: Version,
        #[command(flatten)]
        key: Key,
    },
    /// Check a component against its note; exits 0 if one of the keys signed it
    Verify {
        component: PathBuf,
        /// What `senim gate key` printed; several may be given
        #[arg(long = "key", required = true)]
        keys: Vec<String>,
    },
}

#[derive(clap::Args)]
pub(crate) struct Key {
    /// Whose key it is, in notes
    #[arg(long, default_value = "operator")]
    name: String,
    /// 32 bytes in 64 hexadecimal digits, such as `openssl rand -hex 32` makes
    #[arg(long)]
    key_file: PathBuf,
}

impl Key {
    fn read(&self) -> anyhow::Result<SigningKey> {
        read_key(&self.name, KeyKind::Log, &self.key_file)
    }
}

pub(crate) fn run(command: &GateCommand) -> anyhow::Result<()> {
    match command {
        GateCommand::Key(key) => println!("{}", key.read()?.public()),
        GateCommand::Sign { component, version, key } => {
            let release = Release { version: *version, digest: digest(component)? };
            let note = note(component)?;
            fs::write(&note, release.sign(&key.read()?)).with_context(|| shown(&note))?;
            println!("{}", note.display());
        }
        GateCommand::Verify { component, keys } => {
            let keys = keys.iter().map(|it| it.parse()).collect::<Result<Vec<VerifierKey>, _>>()?;
            let note = note(component)?;
            let text = fs::read_to_string(&note).with_context(|| shown(&note))?;
            let release = Release::verify(&text, &keys).with_context(|| shown(&note))?;
            let found = digest(component)?;
            ensure!(
                found == release.digest,
                "{}: its SHA-256 is {found}, but the note says {}",
                component.display(),
                release.digest
            );
            println!("{} {}", release.version, release.digest);
        }
    }
    Ok(())
}

fn digest(component: &Path) -> anyhow::Result<String> {
    Ok(sha256(&fs::read(component).with_context(|| shown(component))?))
}

fn note(component: &Path) -> anyhow::Result<PathBuf> {
    let is_wasm = component.extension().is_some_and(|it| it == "wasm");
    ensure!(is_wasm, "{}: a component's name ends in .wasm", component.display());
    Ok(component.with_extension("note"))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
