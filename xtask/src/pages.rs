//! Builds the pages: wasm, its JavaScript, styles; named by digest and compressed beside.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};

use crate::bundle::{self, Bundle};
use crate::compile::{WASM, Work};
use crate::place::{PROFILE_OF_WASM, Place};
use crate::receipts;
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
    let packages = [WITH_SHELL[0].package, WITH_SHELL[1].package, receipts::CRATE];
    compile(place, "pages", &packages, &SMALL)?;
    compile(place, "liveness widget", &[widget::CRATE], &[])?;

    // Compression and the glue take seconds each; they share nothing.
    thread::scope(|scope| {
        let workers =
            [scope.spawn(|| widget::bundle(place)), scope.spawn(|| receipts::bundle(place))];
        let apps = WITH_SHELL.map(|app| scope.spawn(move || bundle_app(place, &app)));
        for it in apps.into_iter().chain(workers) {
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

/// Pages are made small, the widget's worker and the components fast; one profile, so that macros are compiled once.
const SMALL: [&str; 2] = ["--config", "profile.wasm.opt-level=\"z\""];

fn compile(place: &Place, what: &str, packages: &[&str], more: &[&str]) -> Result<()> {
    let mut arguments = vec!["--profile", PROFILE_OF_WASM];
    arguments.extend(packages.iter().flat_map(|it| ["--package", it]));
    arguments.extend(more);
    Work { what, verb: "build", arguments: &arguments, packages, target: Some(WASM) }.run(place)
}

fn bundle_app(place: &Place, app: &App) -> Result<()> {
    let wasm = place.wasm(app.package);
    let shell = place.root.join("frontend").join(app.name).join("index.html");
    let statics = bundle::files_in(&place.root.join("frontend/kit/static"))?;
    let styles = bundle::files_in(&place.root.join("frontend/kit/static/style"))?;
    let mut made_from = vec![wasm.clone(), shell.clone()];
    made_from.extend(statics.iter().chain(&styles).cloned());
    let digest = stamp::digest(include_bytes!("pages.rs")) + &bundle::made_of(&made_from)?;
    let folder = place.pages().join(app.name);
    if folder.exists() && stamp::matches(place, app.name, &digest) {
        return Ok(());
    }

    let glue = bundle::bind(place, &wasm, app.package)?;
    let wasm_name = bundle::named_by_digest(&format!("{}.wasm", app.package), &glue.wasm);
    let js = glue.js.replace(&format!("{}_bg.wasm", app.package), &wasm_name);
    let js_name = bundle::named_by_digest(&format!("{}.js", app.package), js.as_bytes());

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
    let mut statics = statics
        .iter()
        .map(|it| Ok((bundle::file_name(it)?, fs::read(it)?)))
        .collect::<Result<Vec<_>>>()?;
    statics.push(("style.css".to_owned(), joined(&styles)?));
    for (name, content) in statics {
        let hashed = bundle::named_by_digest(&name, &content);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_filled_with_addresses() {
        let addresses = BTreeMap::from([("app_js".to_owned(), "/pages/x.js".to_owned())]);
        assert_eq!(filled("<a {{app_js}}>", &addresses).unwrap(), "<a /pages/x.js>");
        assert!(filled("<a {{other}}>", &addresses).is_err());
    }
}
