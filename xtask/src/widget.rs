//! Makes the liveness widget: its script, wasm and nets, for Senim's own pages and as an npm package.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha384};
use xtask_models::fold::fold;
use xtask_models::shrink::shrink;

use crate::bundle::{self, Bundle};
use crate::command;
use crate::place::Place;
use crate::say;
use crate::stamp;

pub(crate) const CRATE: &str = "senim-liveness";

/// The nets: its name in the widget, the file that it is made of, whether its weights lose bits.
const NETS: [(&str, &str, bool); 3] = [
    // Had eight bits before it was folded.
    ("yunet.onnx", "yunet.onnx", false),
    ("marks.onnx", "fr_landmark.onnx", true),
    ("eye.onnx", "fr_eye.onnx", true),
];

/// What the worker fetches, with the digest that it asks for.
const PARTS: [&str; 4] = ["liveness_bg.wasm", "yunet.onnx", "marks.onnx", "eye.onnx"];

const LANGUAGES: [&str; 3] = ["kk", "ru", "en"];

/// Into `.senim/pages/liveness`. Names stay, since the modules import each other by name.
pub(crate) fn bundle(place: &Place) -> Result<()> {
    let source = place.root.join("frontend/liveness");
    let wasm = place.wasm(CRATE);
    let words = source.join("words.json");
    let scripts = bundle::files_in(&source.join("widget"))?;
    let mut made_from = vec![wasm.clone(), words.clone()];
    made_from.extend(scripts.iter().cloned());
    made_from.extend(NETS.map(|(_, file, _)| place.models().join(file)));
    let recipe =
        include_bytes!("widget.rs").iter().chain(include_bytes!("../models/src/shrink.rs"));
    let recipe = stamp::digest(&recipe.copied().collect::<Vec<_>>());
    let digest = recipe + &bundle::made_of(&made_from)?;
    let folder = place.pages().join("liveness");
    if folder.exists() && stamp::matches(place, "liveness", &digest) {
        return Ok(());
    }

    let glue = bundle::bind(place, &wasm, "liveness")?;
    let mut files = BTreeMap::from([
        ("liveness_bg.wasm".to_owned(), glue.wasm),
        ("liveness.js".to_owned(), glue.js.into_bytes()),
        ("words.js".to_owned(), said(&words)?),
    ]);
    files.extend(glue.snippets);
    for (name, file, round) in NETS {
        let shipped = fs::read(place.models().join(file))?;
        let small = fold(&shipped, &[]).and_then(|it| shrink(&it, round));
        files.insert(name.to_owned(), small.with_context(|| format!("cannot shrink {file}"))?);
    }
    let parts: BTreeMap<_, _> =
        PARTS.iter().filter_map(|it| Some((*it, integrity(files.get(*it)?)))).collect();
    let parts = format!(
        "// Made by `cargo xtask`: what the worker fetches has these digests.\nexport const PARTS = {};\n",
        serde_json::to_string_pretty(&parts)?
    );
    files.insert("parts.js".to_owned(), parts.into_bytes());
    for file in scripts {
        files.insert(bundle::file_name(&file)?, fs::read(&file)?);
    }
    let mut bundle = Bundle::default();
    for (path, content) in files {
        bundle.put(path, content);
    }
    bundle.write(&folder)?;
    stamp::put(place, "liveness", &digest)
}

/// Into `.senim/package`, and from there into a tarball.
pub(crate) fn package(place: &Place) -> Result<()> {
    say::chapter("packing the widget");
    let watch = say::Stopwatch::start();
    let folder = place.senim.join("package");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    copy(&place.root.join("pkg"), &folder)?;
    let (built, target) = (place.pages().join("liveness"), folder.join("dist"));
    fs::create_dir_all(&target)?;
    let mut digests = BTreeMap::new();
    for file in bundle::files_in(&built)? {
        if file.extension().is_some_and(|it| it == "br") {
            continue;
        }
        let (name, content) = (bundle::file_name(&file)?, fs::read(&file)?);
        digests.insert(format!("dist/{name}"), integrity(&content));
        fs::write(target.join(name), content)?;
    }
    let listed = json!({ "integrity": digests });
    fs::write(folder.join("integrity.json"), serde_json::to_string_pretty(&listed)?)?;

    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("package.json"))?)?;
    ensure!(
        manifest["version"] == env!("CARGO_PKG_VERSION"),
        "pkg/package.json says another version than Cargo.toml"
    );
    if command::on_path("npm").is_some() {
        command::quietly(
            Command::new("npm")
                .args(["pack", "--silent", "--pack-destination"])
                .arg(&place.senim)
                .arg(&folder),
        )?;
        say::done(
            format_args!("senim-liveness-{}.tgz in .senim", env!("CARGO_PKG_VERSION")),
            &watch,
        );
    } else {
        say::done(".senim/package made; `npm pack` makes a tarball of it", &watch);
    }
    Ok(())
}

/// Compressed bytes: the widget's own script, the runtime with core, the nets.
pub(crate) fn sizes(place: &Place) -> Result<[(&'static str, u64); 3]> {
    let mut sizes = [("widget_script", 0), ("widget_runtime", 0), ("widget_nets", 0)];
    for file in bundle::files_in(&place.pages().join("liveness"))? {
        let name = bundle::file_name(&file)?;
        let Some(name) = name.strip_suffix(".br") else { continue };
        let kind = match name.rsplit_once('.') {
            Some((_, "wasm")) => 1,
            Some((_, "onnx")) => 2,
            _ => 0,
        };
        sizes[kind].1 += fs::metadata(&file)?.len();
    }
    Ok(sizes)
}

/// The words as a module; a word without one of the languages, or with other places to fill, does not build.
fn said(words: &Path) -> Result<Vec<u8>> {
    let words: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_slice(&fs::read(words)?).context("words.json")?;
    for (name, word) in &words {
        let languages: BTreeSet<&str> = word.keys().map(String::as_str).collect();
        ensure!(languages == LANGUAGES.into(), "the word {name} is not said in kk, ru and en");
        let places: BTreeSet<_> = word.values().map(|text| places(text)).collect();
        ensure!(places.len() == 1, "the word {name} leaves different places to fill");
        ensure!(word.values().all(|it| !it.trim().is_empty()), "the word {name} says nothing");
    }
    let words = serde_json::to_string(&words)?;
    Ok(format!("export const WORDS = {words};\n").into_bytes())
}

/// What stands between braces, in the alphabet's order.
fn places(text: &str) -> Vec<&str> {
    let mut places: Vec<&str> =
        text.split('{').skip(1).filter_map(|it| Some(it.split_once('}')?.0)).collect();
    places.sort_unstable();
    places
}

/// As Subresource Integrity writes it.
fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(content)))
}

pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(bundle::file_name(&path)?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_as_subresource_integrity_wants_it() {
        let empty = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";
        assert_eq!(integrity(b""), empty);
    }

    #[test]
    fn places_to_fill_are_found_in_any_order() {
        assert_eq!(places("{b} then {a}"), ["a", "b"]);
        assert!(places("nothing").is_empty());
    }
}
