//! Builds the pages: wasm, its JavaScript, styles; named by digest and compressed beside.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::command;
use crate::place::Place;
use crate::say;
use crate::stamp;
use crate::widget;

/// A page with its own shell, `index.html`.
struct App {
    name: &'static str,
    package: &'static str,
}

pub(crate) const APPS: [&str; 2] = ["cabinet", "console"];
const WITH_SHELL: [App; 2] = [
    App { name: "cabinet", package: "senim-cabinet" },
    App { name: "console", package: "senim-console" },
];

pub(crate) fn build(place: &Place) -> Result<()> {
    say::chapter("building the pages");
    let watch = say::Stopwatch::start();
    compile(place, "page", &WITH_SHELL.map(|it| it.package))?;
    compile(place, "component", &[widget::CRATE])?;

    // Compression and the glue take seconds each; they share nothing.
    thread::scope(|scope| {
        let worker = scope.spawn(|| widget::bundle(place));
        let apps = WITH_SHELL.map(|app| scope.spawn(move || bundle_app(place, &app)));
        for it in apps.into_iter().chain([worker]) {
            it.join().map_err(|_| anyhow!("making a page panicked"))??;
        }
        anyhow::Ok(())
    })?;
    say::done("pages built", &watch);
    Ok(())
}

/// Bytes that a browser fetches for one app, compressed.
pub(crate) fn compressed_size(place: &Place, app: &str) -> Result<u64> {
    let mut size = 0;
    for file in fs::read_dir(place.pages().join(app))? {
        let file = file?;
        if file.path().extension().is_some_and(|it| it == "br") {
            size += file.metadata()?.len();
        }
    }
    Ok(size)
}

fn compile(place: &Place, profile: &str, packages: &[&str]) -> Result<()> {
    let packages = packages.iter().flat_map(|it| ["--package", it]);
    command::run(
        place
            .cargo("build")
            .args(["--profile", profile, "--target", "wasm32-unknown-unknown"])
            .args(packages),
    )
    .context("the pages do not build")
}

fn bundle_app(place: &Place, app: &App) -> Result<()> {
    let wasm = place.wasm("page", app.package);
    let shell = place.root.join("frontend").join(app.name).join("index.html");
    let statics = files_in(&place.root.join("frontend/kit/static"))?;
    let styles = files_in(&place.root.join("frontend/kit/static/style"))?;
    let mut made_from = vec![wasm.clone(), shell.clone()];
    made_from.extend(statics.iter().chain(&styles).cloned());
    let digest = made_of(&made_from)?;
    let folder = place.pages().join(app.name);
    if folder.exists() && stamp::matches(place, app.name, &digest) {
        return Ok(());
    }

    let glue = bind(place, &wasm, app.package)?;
    let wasm_name = named_by_digest(&format!("{}.wasm", app.package), &glue.wasm);
    let js = glue.js.replace(&format!("{}_bg.wasm", app.package), &wasm_name);
    let js_name = named_by_digest(&format!("{}.js", app.package), js.as_bytes());

    let mut bundle = Bundle::default();
    let address = |file: &str| format!("/pages/{}/{file}", app.name);
    let mut addresses = BTreeMap::from([
        ("app_js".to_owned(), address(&js_name)),
        ("app_wasm".to_owned(), address(&wasm_name)),
    ]);
    bundle.put(wasm_name, glue.wasm);
    bundle.put(js_name, js.into_bytes());
    for (path, content) in glue.snippets {
        bundle.put(path, content);
    }
    let mut statics =
        statics.iter().map(|it| Ok((file_name(it)?, fs::read(it)?))).collect::<Result<Vec<_>>>()?;
    statics.push(("style.css".to_owned(), joined(&styles)?));
    for (name, content) in statics {
        let hashed = named_by_digest(&name, &content);
        addresses.insert(name.replace(['.', '-'], "_"), address(&hashed));
        bundle.put(hashed, content);
    }
    let html = filled(&fs::read_to_string(&shell)?, &addresses)
        .with_context(|| format!("in {}", shell.display()))?;
    bundle.put("index.html".to_owned(), html.into_bytes());
    bundle.write(&folder)?;
    stamp::put(place, app.name, &digest)
}

/// One sheet, so that nothing waits for a second one. No file depends on the order.
fn joined(files: &[PathBuf]) -> Result<Vec<u8>> {
    let texts: Vec<_> = files.iter().map(fs::read).collect::<Result<_, _>>()?;
    Ok(texts.join(&b"\n"[..]))
}

/// How pages are made is part of what they are made of.
pub(crate) fn made_of(files: &[PathBuf]) -> Result<String> {
    let recipe = stamp::digest(include_bytes!("pages.rs"));
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

fn filled(shell: &str, addresses: &BTreeMap<String, String>) -> Result<String> {
    let mut html = String::with_capacity(shell.len());
    let mut rest = shell;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").context("`{{` without `}}`")?;
        let Some(address) = addresses.get(name.trim()) else {
            bail!("nothing is called `{}`; there are {:?}", name.trim(), addresses.keys());
        };
        html.push_str(before);
        html.push_str(address);
        rest = after;
    }
    html.push_str(rest);
    Ok(html)
}

fn named_by_digest(name: &str, content: &[u8]) -> String {
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

fn collect(root: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
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
    fn a_shell_is_filled_with_addresses() {
        let addresses = BTreeMap::from([("app_js".to_owned(), "/pages/x.js".to_owned())]);
        assert_eq!(filled("<a {{app_js}}>", &addresses).unwrap(), "<a /pages/x.js>");
        assert!(filled("<a {{other}}>", &addresses).is_err());
    }

    #[test]
    fn a_name_carries_its_content() {
        assert_eq!(named_by_digest("style.css", b""), "style.e3b0c44298fc.css");
    }
}
