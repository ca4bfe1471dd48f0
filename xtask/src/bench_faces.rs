//! `cargo xtask bench faces`: the matching engine beside its peers on the same pictures, one JSON line a metric.
//!
//! Peers run in Python in an environment of their own below the cache, one thread each.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::command;
use crate::debian::{self, PIP, VENV};
use crate::place::Place;
use crate::say;
use crate::setup::{self, For};

/// The engine must make so many matches for one of `face_recognition`'s, and of the same nets' in Python.
const FACE_RECOGNITION_MIN: f64 = 2.0;
const PYTHON_MIN: f64 = 1.0;

pub(crate) fn run(place: &Place, json: bool) -> Result<()> {
    if json {
        say::be_quiet();
    }
    setup::run(place, For::Demo)?;
    debian::install(&[PIP, VENV])?;
    say::chapter("building");
    // Not the package alone: that would build its dependencies anew, with fewer features.
    command::quietly(place.cargo("build").args(["--bin", "senim"]))?;
    let peers = Peers::bring(place)?;

    say::chapter("measuring; this takes a minute or two");
    let pictures = place.senim.join("bench");
    let mut metrics = engine(place, &pictures)?;
    let rate = metrics
        .iter()
        .find(|it| it["metric"] == "matches_per_minute_ort")
        .and_then(|it| it["value"].as_f64())
        .context("onnxruntime was not measured")?;
    let pair = [pictures.join("probe.jpg"), pictures.join("reference.jpg")];
    let models = place.models();

    let theirs = 60.0 / peers.seconds("face_recognition_match.py", &pair)?;
    metrics.push(theirs_rate("face_recognition", theirs));
    metrics.push(ratio("match_vs_face_recognition", rate / theirs, FACE_RECOGNITION_MIN));
    let arguments = [models, pair[0].clone(), pair[1].clone()];
    let theirs = 60.0 / peers.seconds("onnxruntime_match.py", &arguments)?;
    metrics.push(theirs_rate("python_onnxruntime", theirs));
    metrics.push(ratio("match_vs_python_onnxruntime", rate / theirs, PYTHON_MIN));

    say::chapter("measured");
    for it in metrics {
        println!("{it}");
    }
    Ok(())
}

/// What the built engine measures of itself; its two pictures are left in `pictures`.
pub(crate) fn engine(place: &Place, pictures: &std::path::Path) -> Result<Vec<Value>> {
    let mut bench = Command::new(place.binary("senim"));
    bench
        .args(["faces", "bench", "--models-dir"])
        .arg(place.models())
        .arg("--people-dir")
        .arg(place.people())
        .arg("--pictures-dir")
        .arg(pictures);
    if place.onnxruntime().exists() {
        bench.arg("--onnxruntime").arg(place.onnxruntime());
    }
    let said = command::output(bench.current_dir(&place.root))?;
    said.lines().filter(|it| it.starts_with('{')).map(|it| Ok(serde_json::from_str(it)?)).collect()
}

fn theirs_rate(peer: &str, value: f64) -> Value {
    json!({
        "bench": "faces", "metric": format!("matches_per_minute_{peer}"), "value": rounded(value), "unit": "1/min",
    })
}

fn ratio(metric: &str, value: f64, least: f64) -> Value {
    json!({
        "bench": "faces", "metric": metric, "value": rounded(value), "unit": "ratio",
        "goal": format!(">={least}"), "ok": value >= least,
    })
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The Python environment with the peers in it.
struct Peers {
    python: PathBuf,
    scripts: PathBuf,
}

impl Peers {
    fn bring(place: &Place) -> Result<Self> {
        let scripts = place.root.join("xtask/peers");
        let requirements = scripts.join("requirements.txt");
        let wanted = std::fs::read(&requirements)?;
        let folder = place.cache.join("peers/faces");
        let python = folder.join("bin/python");
        let stamp = folder.join("installed");
        if std::fs::read(&stamp).is_ok_and(|it| it == wanted) {
            return Ok(Self { python, scripts });
        }
        say::line("installing the peers, face_recognition and onnxruntime for Python");
        command::quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let pip = |only: &[&str]| {
            let mut pip = Command::new(&python);
            pip.args(["-m", "pip", "install", "--quiet", "--no-deps"]).args(only);
            command::quietly(pip.arg("-r").arg(&requirements))
        };
        // `face_recognition_models` comes as source, which is Python and data only.
        pip(&["--prefer-binary"]).context("the peers could not be installed")?;
        std::fs::write(stamp, wanted)?;
        Ok(Self { python, scripts })
    }

    /// The last number that a peer prints.
    fn seconds(&self, script: &str, arguments: &[PathBuf]) -> Result<f64> {
        let mut peer = Command::new(&self.python);
        peer.arg(self.scripts.join(script)).args(arguments);
        peer.env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1");
        let said = command::output(&mut peer).with_context(|| format!("{script} failed"))?;
        let last = said.split_whitespace().last().context("a peer said nothing")?;
        last.parse().with_context(|| format!("{script} said `{last}`"))
    }
}
