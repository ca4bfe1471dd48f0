//! `senim photo check`: what the photo rules measure, for people and for counting false alarms.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use senim_core::photo::{Outline, PhotoReport, Quantity, Rule};
use senim_faces::rules::Taken;
use senim_faces::{Faces, Options};
use serde_json::{Map, Value, json};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// JPEG or PNG
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[arg(long, default_value = ".senim/models")]
    models_dir: PathBuf,
    /// libonnxruntime.so; left out: the runtime in pure Rust
    #[arg(long)]
    onnxruntime: Option<PathBuf>,
    /// How the face's outline is taken (PHM-5): `box` or `ellipse`
    #[arg(long, default_value = "box", value_parser = outline)]
    face_outline: Outline,
    /// The pictures are a camera's frames, to be cut to the head first
    #[arg(long)]
    frames: bool,
    /// Instead of each report: how many of the pictures fail each rule, and each quantity's spread
    #[arg(long)]
    summary: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let options = Options {
        onnxruntime: arguments.onnxruntime.clone(),
        outline: arguments.face_outline,
        ..Options::default()
    };
    let faces = Faces::open_with(&arguments.models_dir, &options)?;
    let taken = if arguments.frames { Taken::Frame } else { Taken::Photo };
    let mut reports = Vec::new();
    let mut spent_ms = 0.0;
    for file in &arguments.files {
        let bytes = std::fs::read(file).with_context(|| format!("`{}`", file.display()))?;
        let start = now();
        let report = faces.report(&bytes, taken);
        spent_ms += start.elapsed().as_secs_f64() * 1e3;
        match report {
            Ok(report) if arguments.summary => reports.push(report),
            Ok(report) => println!("{}", json!({ "file": file, "report": report })),
            Err(problem) => println!("{}", json!({ "file": file, "problem": problem.code() })),
        }
    }
    if arguments.summary {
        println!("{}", summary(&reports, spent_ms));
    }
    Ok(())
}

fn outline(name: &str) -> Result<Outline, serde_json::Error> {
    serde_json::from_value(Value::from(name))
}

#[expect(clippy::disallowed_methods, reason = "how long a picture takes is part of the answer")]
fn now() -> Instant {
    Instant::now()
}

fn summary(reports: &[PhotoReport], spent_ms: f64) -> Value {
    let count = u32::try_from(reports.len()).unwrap_or(u32::MAX).max(1);
    let failed: BTreeMap<&str, usize> = Rule::ALL
        .into_iter()
        .map(|rule| (rule.code(), reports.iter().filter(|it| !it.holds(rule)).count()))
        .collect();
    let quantities: Map<String, Value> = Quantity::ALL
        .into_iter()
        .map(|quantity| {
            let mut values: Vec<f32> = reports.iter().filter_map(|it| it.value(quantity)).collect();
            values.sort_by(f32::total_cmp);
            let at = |percent: usize| {
                values.get(values.len().saturating_sub(1) * percent / 100).copied()
            };
            let name = serde_json::to_value(quantity).unwrap_or_default();
            let spread = json!({
                "p1": at(1), "p5": at(5), "p50": at(50), "p95": at(95), "p99": at(99),
                "unwell": reports.iter().filter(|it| !it.well(quantity)).count(),
            });
            (name.as_str().unwrap_or_default().to_owned(), spread)
        })
        .collect();
    json!({
        "pictures": reports.len(),
        "ms_a_picture": (spent_ms / f64::from(count) * 10.0).round() / 10.0,
        "failed": failed,
        "quantities": quantities,
    })
}
