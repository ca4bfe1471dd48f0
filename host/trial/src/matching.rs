//! `senim-trial match`: a matching solution on a set of pictures (BIO-3).

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use senim_core::trial::bootstrap::{Person, Rng};
use senim_core::trial::{
    Data, MatchingResult, Report, SCHEMA, Scores, SetResult, Share, matching_verdicts, next_try,
};
use sha2::{Digest as _, Sha256};

use super::analysis::{analyse, measured};
use super::checks::{self, Trio};
use super::manifest::Manifest;
use senim_core::jose::hex;

use super::solution::Tried;
use super::templates::Several;
use super::{checked_outcomes, clips, load, machine, templates};
use senim_channel::clock::{Clock as _, SystemClock};

#[derive(clap::Args)]
pub struct Options {
    /// A folder of folders: each is a person
    #[arg(long, required_unless_present = "manifest")]
    pictures: Option<PathBuf>,
    /// A CSV file: picture, person, perhaps session, and a column a label
    #[arg(long, conflicts_with = "pictures")]
    manifest: Option<PathBuf>,
    /// Corrections of labels, CSV: picture, person; none leaves the picture out
    #[arg(long)]
    labels: Option<PathBuf>,
    /// `builtin`, or the address of a vendor's container
    #[arg(long, default_value = "builtin")]
    solution: String,
    #[arg(long, default_value = ".senim/models")]
    models_dir: PathBuf,
    /// libonnxruntime.so; left out: the engine in pure Rust
    #[arg(long)]
    onnxruntime: Option<PathBuf>,
    /// The built-in engine's configuration, TOML; left out: what is shipped
    #[arg(long)]
    engine: Option<PathBuf>,
    /// Where a picture has several faces, take the greatest: press photos show bystanders
    #[arg(long)]
    crowds: bool,
    /// A vendor's running container, for the security checks
    #[arg(long)]
    container: Option<String>,
    /// Folders of frames, a clip each: how much frames of one clip add
    #[arg(long)]
    clips: Option<PathBuf>,
    /// Where `matching.json` and the templates go; a trial that was stopped goes on there
    #[arg(long, default_value = "trial")]
    out: PathBuf,
    /// What the set of pictures is called in the report
    #[arg(long)]
    name: Option<String>,
    /// Where the pictures come from, for the report
    #[arg(long, default_value = "")]
    source: String,
    /// Templates made at once
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Pairs of one person and pairs of two people that a vendor is asked for
    #[arg(long, num_args = 2, value_names = ["GENUINE", "IMPOSTOR"], default_values_t = [2_000, 20_000])]
    pairs: Vec<usize>,
    /// Requests one after the other, and as many eight at once, for the speed
    #[arg(long, default_value_t = 200)]
    requests: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let manifest = match (&options.pictures, &options.manifest) {
        (Some(folder), _) => Manifest::folder(folder)?,
        (None, Some(file)) => Manifest::file(file)?,
        (None, None) => anyhow::bail!("`--pictures` or `--manifest` names the pictures"),
    };
    let corrected = options.labels.as_deref().map(|it| manifest.corrected(it)).transpose()?;
    let tried = match options.solution.as_str() {
        "builtin" => Tried::builtin(
            &options.models_dir,
            options.onnxruntime.as_deref(),
            options.engine.as_deref(),
        )?,
        address => Tried::vendor(address)?,
    };
    std::fs::create_dir_all(&options.out)?;
    let trio = trio(&manifest)?;
    eprintln!(
        "{} {} is asked how fast and how safe it is",
        tried.about().name,
        tried.about().version
    );
    let load = load::load(options.requests, &|| {
        let _ = tried.compare(&[&trio.same[0]], &trio.same[1]);
    });
    let mut matching = MatchingResult {
        data: data(&manifest, options.name.clone(), options.source.clone())?,
        seed: options.seed,
        failed_to_enrol: Share::default(),
        failures: vec![],
        gate: Share::default(),
        pairs: String::new(),
        sets: vec![],
        groups: vec![],
        load,
        function: checks::function(&tried, &trio),
        security: checks::security(&tried, &trio, options.container.as_deref()),
        remarks: vec![],
    };
    match &tried {
        Tried::Builtin { faces, templates: digest, .. } => {
            let file = options.out.join(format!("templates-{}.jsonl", &digest[..16]));
            let several = if options.crowds { Several::Greatest } else { Several::Refused };
            let made = templates::all(faces, &manifest, &file, options.threads, several)?;
            let failures = made.iter().filter_map(|it| it.problem.clone());
            enrolled(&mut matching, failures.collect(), made.len());
            let with = made.iter().filter(|it| !it.template.is_empty()).count() as u64;
            matching.gate = Share::new(made.iter().filter(|it| it.gated).count() as u64, with);
            "all against all".clone_into(&mut matching.pairs);
            let analysis = analyse(&manifest, corrected.as_deref(), &made, options.seed);
            matching.sets = analysis.sets;
            matching.groups = analysis.groups;
            matching.remarks.push(format!(
                "{} pictures are one photograph under two names (256 greys of the middle, correlation ≥ .98) and are \
                 left out of all but the raw labels.",
                analysis.duplicates
            ));
            if options.crowds {
                matching.remarks.push(
                    "Where a picture has several faces the greatest one's template was made; a session refuses such a \
                     picture."
                        .to_owned(),
                );
            }
            if let Some(folder) = &options.clips {
                let people: Vec<String> =
                    manifest.pictures.iter().map(|it| it.person.clone()).collect();
                matching.remarks.extend(clips::remarks(
                    faces,
                    folder,
                    &people,
                    &made,
                    options.seed,
                )?);
            }
        }
        Tried::Vendor(_) => {
            let (set, failures, asked) = sampled(&tried, &manifest, options)?;
            enrolled(&mut matching, failures, asked);
            matching.pairs = format!("{asked} pairs drawn by seed {}", options.seed);
            matching.sets.push(set);
        }
    }
    let report = report(tried.about().clone(), matching);
    let path = options.out.join("matching.json");
    std::fs::write(&path, serde_json::to_vec_pretty(&report)?)?;
    print(&report);
    println!("{}", path.display());
    Ok(())
}

fn report(solution: senim_core::trial::Solution, matching: MatchingResult) -> Report {
    let mut verdicts = Vec::new();
    let mut not_shown = Vec::new();
    for (row, set) in matching.sets.iter().enumerate() {
        let judged = matching_verdicts(set, &matching.load);
        // The speed is one for all sets.
        verdicts.extend(judged.into_iter().filter(|it| row == 0 || !it.rule.contains("a minute")));
    }
    verdicts.extend(checked_outcomes("BIO-4", "function", &matching.function));
    verdicts.extend(checked_outcomes("BIO-4", "security", &matching.security));
    if let Some(set) = matching.sets.first() {
        not_shown.push(format!(
            "{} impostor pairs would prove an FMR of {:.1e} at best, had they been independent; pairs share pictures and \
             people, so they prove less.",
            set.impostor_pairs,
            set.provable_fmr()
        ));
    }
    let made_at = SystemClock.now();
    Report {
        schema: SCHEMA,
        made_at,
        next_try_not_before: next_try(made_at.date_naive()),
        solution,
        machine: machine(),
        commands: vec![],
        matching: Some(matching),
        liveness: None,
        photos: None,
        verdicts,
        not_shown,
    }
}

fn enrolled(matching: &mut MatchingResult, failures: Vec<String>, of: usize) {
    matching.failed_to_enrol = Share::new(failures.len() as u64, of as u64);
    let mut counts = BTreeMap::new();
    for failure in failures {
        *counts.entry(failure).or_insert(0_u64) += 1;
    }
    matching.failures = counts.into_iter().collect();
    matching.failures.sort_by_key(|it| std::cmp::Reverse(it.1));
}

pub(super) fn data(
    manifest: &Manifest,
    name: Option<String>,
    source: String,
) -> anyhow::Result<Data> {
    let mut digest = Sha256::new();
    let mut people = std::collections::BTreeSet::new();
    for picture in &manifest.pictures {
        let path = manifest.root.join(&picture.path);
        let bytes = std::fs::read(&path).with_context(|| format!("`{}`", path.display()))?;
        digest.update(Sha256::digest(&bytes));
        digest.update(&picture.person);
        people.insert(&picture.person);
    }
    let folder = manifest.root.file_name().map(|it| it.to_string_lossy().into_owned());
    Ok(Data {
        name: name.or(folder).unwrap_or_default(),
        people: people.len() as u64,
        pictures: manifest.pictures.len() as u64,
        digest: hex(&digest.finalize()),
        source,
    })
}

/// Two pictures of one person and one of another, the first there are.
fn trio(manifest: &Manifest) -> anyhow::Result<Trio> {
    let pictures = &manifest.pictures;
    let pair = pictures.windows(2).find(|it| it[0].person == it[1].person);
    let pair = pair.context("nobody has two pictures")?;
    let other = pictures.iter().find(|it| it.person != pair[0].person);
    let other = other.context("there is one person only")?;
    let read = |path: &str| {
        std::fs::read(manifest.root.join(path)).with_context(|| format!("`{path}` can't be read"))
    };
    Ok(Trio { same: [read(&pair[0].path)?, read(&pair[1].path)?], other: read(&other.path)? })
}

/// Pairs drawn by chance, for a solution that gives no templates.
fn sampled(
    tried: &Tried,
    manifest: &Manifest,
    options: &Options,
) -> anyhow::Result<(SetResult, Vec<String>, usize)> {
    let mut by_person = BTreeMap::<&str, Vec<usize>>::new();
    for (place, picture) in manifest.pictures.iter().enumerate() {
        by_person.entry(&picture.person).or_default().push(place);
    }
    let people: Vec<Vec<usize>> = by_person.into_values().collect();
    let mut genuine: Vec<(u32, [usize; 2])> = Vec::new();
    for (person, own) in (0..).zip(&people) {
        for (turn, a) in own.iter().enumerate() {
            genuine.extend(own[..turn].iter().map(|b| (person, [*a, *b])));
        }
    }
    ensure!(people.len() > 1 && !genuine.is_empty(), "there are no pairs");
    let mut rng = Rng::new(options.seed);
    rng.shuffle(&mut genuine);
    genuine.truncate(options.pairs[0]);
    let (mut scores, mut failures) = (Scores::keeping(options.pairs[1]), Vec::new());
    let read = |place: usize| std::fs::read(manifest.root.join(&manifest.pictures[place].path));
    let mut ask = |[a, b]: [usize; 2]| -> anyhow::Result<Option<f32>> {
        match tried.compare(&[&read(a)?], &read(b)?) {
            Ok(score) => Ok(Some(score)),
            Err(why) => {
                failures.push(why);
                Ok(None)
            }
        }
    };
    for (person, pair) in &genuine {
        if let Some(score) = ask(*pair)? {
            scores.add_genuine(score, *person);
        }
    }
    for turn in 0..options.pairs[1] {
        let a = rng.below(people.len());
        let b = (a + 1 + rng.below(people.len() - 1)) % people.len();
        let pair = [a, b].map(|it| people[it][rng.below(people[it].len())]);
        if let Some(score) = ask(pair)? {
            let [a, b] = [a, b].map(|it| u32::try_from(it).unwrap_or(u32::MAX));
            scores.add_impostor(score, [a, b]);
        }
        if turn % 1_000 == 999 {
            eprintln!("{} of {} impostor pairs", turn + 1, options.pairs[1]);
        }
    }
    scores.finish();
    let counted: Vec<Person> = (0..)
        .zip(&people)
        .map(|(family, own)| Person {
            pictures: u32::try_from(own.len()).unwrap_or(u32::MAX),
            family,
        })
        .collect();
    let asked = genuine.len() + options.pairs[1];
    Ok((measured(&scores, &counted, options.seed), failures, asked))
}

/// The table, for who waits at the terminal.
fn print(report: &Report) {
    let Some(matching) = &report.matching else { return };
    println!(
        "failed to enrol {} of {}; gate passed by {} of {}",
        matching.failed_to_enrol.hits,
        matching.failed_to_enrol.of,
        matching.gate.hits,
        matching.gate.of
    );
    println!(
        "FNMR % at FMR 1e-3, 5e-4, 1e-4, 1e-5, 1e-6 (threshold; interval over people; held-out FNMR / FMR)"
    );
    for set in &matching.sets {
        println!(
            "{}, {} against 1{}: {} templates, {} genuine, {} impostor pairs",
            set.labels,
            set.probes,
            if set.gated { ", gated" } else { "" },
            set.templates,
            set.genuine_pairs,
            set.impostor_pairs
        );
        for at in &set.at {
            let held = set.held_out.iter().find(|it| it.fmr_goal.total_cmp(&at.fmr_goal).is_eq());
            let held = held.map_or(String::new(), |it| {
                format!(
                    "; {:.2} / {:.1e}",
                    it.false_non_matches.value() * 100.0,
                    it.false_matches.value()
                )
            });
            println!(
                "  {:.0e}: {:.2} % ({:.4}; {:.2}–{:.2}{held})",
                at.fmr_goal,
                at.false_non_matches.value() * 100.0,
                at.similarity,
                at.over_people.low * 100.0,
                at.over_people.high * 100.0
            );
        }
    }
    println!(
        "{:.0} matches a minute on one thread, {:.0} by eight",
        matching.load.a_minute_one_thread, matching.load.a_minute_eight
    );
    for remark in &matching.remarks {
        println!("{remark}");
    }
}
