//! A folder of files as browsers fetch it: wasm with its JavaScript, compressed beside.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::command;
use crate::place::Place;
use crate::say;
use crate::stamp;

/// How bundles are made is part of what they are made of.
pub(crate) fn made_of(files: &[PathBuf]) -> Result<String> {
    let recipe = stamp::digest(include_bytes!("bundle.rs"));
    Ok(recipe + &stamp::digest_of(files)?)
}

pub(crate) struct Glue {
    pub(crate) wasm: Vec<u8>,
    pub(crate) js: String,
    pub(crate) snippets: Vec<(String, Vec<u8>)>,
}

pub(crate) fn bind(place: &Place, wasm: &Path, name: &str) -> Result<Glue> {
    let folder = place.senim.join("glue").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .web(true)
        .and_then(|it| it.generate(&folder))
        .map_err(|error| anyhow!("{error:#}"))
        .with_context(|| format!("wasm-bindgen cannot read {}", wasm.display()))?;

    let bound = folder.join(format!("{name}_bg.wasm"));
    shrink(&bound)?;
    let mut snippets = Vec::new();
    collect(&folder, &folder.join("snippets"), &mut snippets)?;
    Ok(Glue {
        wasm: fs::read(&bound)?,
        js: fs::read_to_string(folder.join(format!("{name}.js")))?,
        snippets,
    })
}

/// A tenth smaller where the machine has binaryen; nothing depends on it.
fn shrink(wasm: &Path) -> Result<()> {
    if command::on_path("wasm-opt").is_none() {
        return Ok(());
    }
    let smaller = wasm.with_extension("opt.wasm");
    let how = ["-Oz", "--enable-simd", "--enable-bulk-memory", "--enable-nontrapping-float-to-int"];
    let more = [
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-reference-types",
        "--enable-multivalue",
    ];
    match command::quietly(
        Command::new("wasm-opt").args(how).args(more).arg(wasm).arg("-o").arg(&smaller),
    ) {
        Ok(()) => fs::rename(smaller, wasm)?,
        Err(error) => say::line(format_args!("wasm-opt was left out: {error:#}")),
    }
    Ok(())
}

#[derive(Default)]
pub(crate) struct Bundle(Vec<(String, Vec<u8>)>);

impl Bundle {
    pub(crate) fn put(&mut self, path: String, content: Vec<u8>) {
        self.0.push((path, content));
    }

    /// Written beside and then swapped, so that a running host never serves half a bundle.
    pub(crate) fn write(self, folder: &Path) -> Result<()> {
        let unfinished = folder.with_extension("new");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        for (path, content) in self.0 {
            let file = unfinished.join(&path);
            fs::create_dir_all(file.parent().unwrap_or(&unfinished))?;
            fs::write(unfinished.join(format!("{path}.br")), compressed(&content)?)?;
            fs::write(file, content)?;
        }
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        Ok(fs::rename(unfinished, folder)?)
    }
}

pub(crate) fn compressed(content: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 1 << 16, 11, 22);
    writer.write_all(content)?;
    drop(writer);
    Ok(out)
}

pub(crate) fn named_by_digest(name: &str, content: &[u8]) -> String {
    let digest = stamp::digest(content);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("{stem}.{}.{extension}", &digest[..12])
}

pub(crate) fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    ensure!(folder.is_dir(), "{} is missing", folder.display());
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

pub(crate) fn collect(
    root: &Path,
    folder: &Path,
    found: &mut Vec<(String, Vec<u8>)>,
) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, found)?;
        } else {
            found.push((path.strip_prefix(root)?.to_string_lossy().into_owned(), fs::read(&path)?));
        }
    }
    Ok(())
}

pub(crate) fn file_name(file: &Path) -> Result<String> {
    Ok(file.file_name().context("a file without a name")?.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_carries_its_content() {
        assert_eq!(named_by_digest("style.css", b""), "style.e3b0c44298fc.css");
    }
}
