//! Builds the gate as a Cloudflare Worker, as `wrangler deploy --no-bundle` and `workerd` take it: wasm, its JavaScript, the shim.
//! Beside it the Worker with the entry by which tests put recorded requests to it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::bundle;
use crate::compile::{WASM, Work};
use crate::fetch::{Archive, Kept, Made, Package, Registry};
use crate::place::{PROFILE_OF_WASM, Place};
use crate::say;
use crate::stamp;

pub(crate) const CRATE: &str = "senim-worker";
/// The program, the script that the runtime calls, the folder in `.senim`.
const SHIPPED: (&str, &str, &str) = ("senim-worker", "shim.js", "worker");
const PARITY: (&str, &str, &str) = ("senim-worker-parity", "parity.js", "worker-parity");
/// What stands in the script of the tests' Worker only.
const ENTRY_OF_TESTS: &str = "function parity(";

/// Cloudflare's runtime of Workers (Apache-2.0), for tests.
pub(crate) const WORKERD: Package = Package {
    what: "workerd (46 MB)",
    registry: Registry::Npm("@cloudflare/workerd-linux-64@1.20261117.1"),
    file: "cloudflare-workerd-linux-64-1.20261117.1.tgz",
    digest: "b7fa7bcbde8fc42e97cab6e6e72967b518e71f787e74d1599ee36c0f1c019bb9",
    archive: Archive::TarGz,
    kept: &[Kept {
        path: "tools/workerd",
        digest: "2c950df972c039779162ed3803db9fe3f407b70709db2c9ef5a523b36cac4583",
        member: "package/bin/workerd",
        made: Made::AsShipped,
    }],
};

pub(crate) fn bring_runtime(place: &Place) -> Result<()> {
    WORKERD.bring(place)?;
    let program = place.senim.join(WORKERD.kept[0].path);
    Ok(fs::set_permissions(program, fs::Permissions::from_mode(0o755))?)
}

pub(crate) fn build(place: &Place) -> Result<()> {
    say::chapter("building the Worker");
    let watch = say::Stopwatch::start();
    Work {
        what: "Worker",
        verb: "build",
        arguments: &["--profile", PROFILE_OF_WASM, "--package", CRATE],
        packages: &[CRATE],
        target: Some(WASM),
    }
    .run(place)?;
    let shipped = make(place, SHIPPED)?;
    ensure!(!shipped.contains(ENTRY_OF_TESTS), "the Worker that is deployed has the tests' entry");
    let tested = make(place, PARITY)?;
    ensure!(tested.contains(ENTRY_OF_TESTS), "the tests' Worker lacks its entry");
    say::done("Worker built", &watch);
    Ok(())
}

/// Its script, which names what the wasm exports.
fn make(place: &Place, (program, shim, name): (&str, &str, &str)) -> Result<String> {
    let wasm = place.wasm(program);
    let shim = place.root.join("edge/worker").join(shim);
    let folder = place.senim.join(name);
    let recipe = stamp::digest(include_bytes!("worker.rs"));
    let digest = recipe + &stamp::digest_of(&[&wasm, &shim])?;
    if !folder.exists() || !stamp::matches(place, name, &digest) {
        let files = bind(place, &wasm, name)?;
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for (path, content) in files.into_iter().chain([("shim.js".to_owned(), fs::read(&shim)?)]) {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap_or(&folder))?;
            fs::write(file, content)?;
        }
        stamp::put(place, name, &digest)?;
    }
    Ok(fs::read_to_string(folder.join("index.js"))?)
}

fn bind(place: &Place, wasm: &Path, name: &str) -> Result<BTreeMap<String, Vec<u8>>> {
    let folder = place.senim.join("glue").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Bindgen::new()
        .reset_state_function(true)
        .force_enable_abort_handler(true)
        .input_path(wasm)
        .out_name("index")
        .typescript(false)
        .module(true)
        .and_then(|it| it.generate(&folder))
        .map_err(|error| anyhow!("{error:#}"))
        .with_context(|| format!("wasm-bindgen cannot read {}", wasm.display()))?;
    let mut files = Vec::new();
    bundle::collect(&folder, &folder, &mut files)?;
    let mut files: BTreeMap<_, _> = files.into_iter().collect();
    // The runtime gives wasm to plain imports.
    let index = files.get_mut("index.js").context("wasm-bindgen made no index.js")?;
    *index = String::from_utf8(std::mem::take(index))?.replace("import source ", "import ").into();
    Ok(files)
}
