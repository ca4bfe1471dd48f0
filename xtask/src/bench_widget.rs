//! `cargo xtask bench widget`: the liveness widget's bytes and milliseconds beside its peers', one JSON line a metric.
//!
//! A size is what a browser fetches, compressed by brotli at its best. Times are those of one headless Chromium whose
//! camera shows a recording in 1280×720.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::bundle;
use crate::command;
use crate::debian::{self, NODE, NPM};
use crate::native;
use crate::pages;
use crate::place::Place;
use crate::say;
use crate::setup::{self, For};
use crate::widget;

const CODE_MAX: u64 = 250_000;
const LOADED_MAX: u64 = 1_200_000;

/// A peer's page: what is bundled, and what its bundle fetches besides.
struct Peer {
    name: &'static str,
    entry: &'static str,
    beside: &'static [&'static str],
    lacks: &'static str,
}

const PEERS: [Peer; 3] = [
    Peer {
        name: "dot-face-auto-capture",
        entry: "dot.js",
        beside: &[
            "@innovatrics/dot-face-auto-capture/dot-assets/face/dot-g8anp0DQ.js",
            "@innovatrics/dot-face-auto-capture/dot-assets/face/wasm/sam_simd.wasm",
            "@innovatrics/dot-face-auto-capture/dot-assets/wasm/dot_embedded_bg.wasm",
        ],
        lacks: "its user interface, another package",
    },
    Peer {
        name: "ui-react-liveness",
        entry: "amplify.jsx",
        beside: &["@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm"],
        lacks: "its face model, which its vendor's host gives",
    },
    Peer {
        name: "tasks-vision",
        entry: "tasks-vision.js",
        beside: &[
            "@mediapipe/tasks-vision/wasm/vision_wasm_internal.js",
            "@mediapipe/tasks-vision/wasm/vision_wasm_internal.wasm",
        ],
        lacks: "its model, which is in no package, challenges, marks, sending",
    },
];

pub(crate) fn run(place: &Place, json: bool) -> Result<()> {
    if json {
        say::be_quiet();
    }
    setup::run(place, For::Check)?;
    debian::install(&[NODE, NPM])?;
    native::build_with_journeys(place)?;
    pages::build(place)?;
    widget::package(place)?;
    let peers = bring(place)?;

    let mut metrics = sizes(place, &peers)?;
    say::chapter("looking at frames, in Chromium");
    metrics.extend(times(place, &peers)?);

    say::chapter("measured");
    for it in metrics {
        println!("{it}");
    }
    Ok(())
}

/// Goals: the page's and the widget's own code 250 KB; with runtime and nets, loaded beside and cached, 1.2 MB.
fn sizes(place: &Place, peers: &Path) -> Result<Vec<Value>> {
    say::chapter("compressing the peers; this takes a minute");
    let [script, runtime, nets] = widget::sizes(place)?.map(|(_, bytes)| bytes);
    let page = pages::compressed_size(place, "cabinet")?;
    let loaded = script + runtime + nets;
    let mut sizes = vec![
        size("widget_script", script, None),
        size("widget_runtime", runtime, None),
        size("widget_nets", nets, None),
        size("page_and_widget_code", page + script, Some(CODE_MAX)),
        size("widget_with_runtime_and_nets", loaded, None),
        size("page_and_widget_with_runtime_and_nets", page + loaded, Some(LOADED_MAX)),
    ];
    for peer in &PEERS {
        let mut theirs = 0;
        for file in bundled(peers, peer)? {
            theirs += bundle::compressed(&fs::read(&file)?)?.len() as u64;
        }
        let mut line = size(&format!("loaded_{}", peer.name), theirs, None);
        line["without"] = peer.lacks.into();
        sizes.push(line);
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        sizes.push(ratio(&format!("size_vs_{}", peer.name), loaded as f64 / theirs as f64));
    }
    Ok(sizes)
}

/// The files that a browser fetches for a peer.
fn bundled(peers: &Path, peer: &Peer) -> Result<Vec<PathBuf>> {
    let out = peers.join("bundled").join(peer.name);
    command::quietly(
        Command::new(peers.join("node_modules/.bin/esbuild"))
            .current_dir(peers)
            .args([peer.entry, "--bundle", "--minify", "--format=esm", "--log-level=error"])
            .arg("--define:process.env.NODE_ENV=\"production\"")
            .arg(format!("--outdir={}", out.display())),
    )?;
    let mut files = bundle::files_in(&out)?;
    files.extend(peer.beside.iter().map(|it| peers.join("node_modules").join(it)));
    Ok(files)
}

/// A site of the packed widget's example and of `MediaPipe`'s page, looked at by `senim-journeys`.
fn times(place: &Place, peers: &Path) -> Result<Vec<Value>> {
    let site = place.senim.join("bench/widget");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    widget::copy(&place.senim.join("package"), &site.join("senim"))?;
    let theirs = site.join("face-mesh");
    widget::copy(&peers.join("node_modules/@mediapipe/face_mesh"), &theirs)?;
    for (from, to) in [("face-mesh.html", "index.html"), ("face-mesh.js", "face-mesh.js")] {
        fs::copy(peers.join(from), theirs.join(to)).with_context(|| from.to_owned())?;
    }
    // As Chromium takes a camera: JPEGs one after the other. She sits beside the middle of the recording; with bars at
    // both sides she is in it, and every pixel of her is as it was.
    let film = place.senim.join("bench/clip.mjpeg");
    command::quietly(
        Command::new("ffmpeg")
            .args(["-loglevel", "error", "-y", "-i"])
            .arg(place.people().join("clip/%04d.jpg"))
            .args(["-vf", "crop=758:720:522:0,pad=1280:720:261:0", "-q:v", "2", "-f", "mjpeg"])
            .arg(&film),
    )?;
    let said = command::output(
        Command::new(place.binary("senim-journeys"))
            .current_dir(&place.root)
            .arg("frames")
            .arg("--site")
            .arg(&site)
            .arg("--clip")
            .arg(&film),
    )?;
    said.lines().filter(|it| it.starts_with('{')).map(|it| Ok(serde_json::from_str(it)?)).collect()
}

fn size(metric: &str, bytes: u64, goal: Option<u64>) -> Value {
    let metric = format!("{metric}_brotli");
    let mut line = json!({ "bench": "widget", "metric": metric, "value": bytes, "unit": "B" });
    if let Some(goal) = goal {
        line["goal"] = format!("<={goal}").into();
        line["ok"] = (bytes <= goal).into();
    }
    line
}

fn ratio(metric: &str, value: f64) -> Value {
    let value = (value * 1_000.0).round() / 1_000.0;
    json!({ "bench": "widget", "metric": metric, "value": value, "unit": "ratio" })
}

/// The peers' packages, below the cache.
fn bring(place: &Place) -> Result<PathBuf> {
    let source = place.root.join("xtask/peers/widget");
    let folder = place.cache.join("peers/widget");
    fs::create_dir_all(&folder)?;
    let wanted = fs::read(source.join("package.json"))?;
    let stamp = folder.join("installed.json");
    for file in bundle::files_in(&source)? {
        fs::copy(&file, folder.join(bundle::file_name(&file)?))?;
    }
    if fs::read(&stamp).is_ok_and(|it| it == wanted) {
        return Ok(folder);
    }
    say::line("installing the peers' packages");
    command::quietly(Command::new("npm").current_dir(&folder).args([
        "install",
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]))
    .context("the peers could not be installed")?;
    ensure!(folder.join("node_modules/.bin/esbuild").exists(), "npm installed no esbuild");
    fs::write(stamp, wanted)?;
    Ok(folder)
}
