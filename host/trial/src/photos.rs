//! `senim-trial photos`: whom the photo rules and the passive signals refuse, by how dark the skin is in the picture
//! (ISO/IEC 29794-5 §7).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Context as _;
use senim_core::liveness::pack::Kind;
use senim_core::liveness::{Reason, Seen, Surface};
use senim_core::photo::{Rule, Tone, limits};
use senim_core::problem::Problem;
use senim_core::trial::{PhotosResult, Report, SCHEMA, Share, ToneResult, next_try};

use super::machine;
use super::manifest::Manifest;
use super::matching::data;
use super::solution::Tried;
use senim_channel::clock::{Clock as _, SystemClock};
use senim_faces::Faces;

#[derive(clap::Args)]
pub struct Options {
    /// A folder of folders: each is a person
    #[arg(long, required_unless_present = "manifest")]
    pictures: Option<PathBuf>,
    /// A CSV file: picture, person
    #[arg(long, conflicts_with = "pictures")]
    manifest: Option<PathBuf>,
    #[arg(long, default_value = ".senim/models")]
    models_dir: PathBuf,
    /// libonnxruntime.so; left out: the engine in pure Rust
    #[arg(long)]
    onnxruntime: Option<PathBuf>,
    /// Where `photos.json` goes
    #[arg(long, default_value = "trial")]
    out: PathBuf,
    /// What the set of pictures is called in the report
    #[arg(long)]
    name: Option<String>,
    /// Where the pictures come from, for the report
    #[arg(long, default_value = "")]
    source: String,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let manifest = match (&options.pictures, &options.manifest) {
        (Some(folder), _) => Manifest::folder(folder)?,
        (None, Some(file)) => Manifest::file(file)?,
        (None, None) => anyhow::bail!("`--pictures` or `--manifest` names the pictures"),
    };
    let tried = Tried::builtin(&options.models_dir, options.onnxruntime.as_deref(), None)?;
    let solution = tried.about().clone();
    let Tried::Builtin { faces, .. } = tried else { anyhow::bail!("the built-in engine is asked") };
    let mut counts = Counts::default();
    for picture in &manifest.pictures {
        let path = manifest.root.join(&picture.path);
        let bytes = std::fs::read(&path).with_context(|| format!("`{}`", path.display()))?;
        counts.add(&picture.person, examined(&faces, &bytes));
    }
    let photos = PhotosResult {
        data: data(&manifest, options.name.clone(), options.source.clone())?,
        unread: counts.unread,
        tones: counts.tones(),
    };
    let made_at = SystemClock.now();
    let report = Report {
        schema: SCHEMA,
        made_at,
        next_try_not_before: next_try(made_at.date_naive()),
        solution,
        machine: machine(),
        commands: vec![],
        matching: None,
        liveness: None,
        photos: Some(photos),
        verdicts: vec![],
        not_shown: vec![],
    };
    std::fs::create_dir_all(&options.out)?;
    let path = options.out.join("photos.json");
    std::fs::write(&path, serde_json::to_vec_pretty(&report)?)?;
    print(&report);
    println!("{}", path.display());
    Ok(())
}

/// How dark the skin is, and what refuses; nothing where there is no face.
type Examined = Option<(Tone, BTreeSet<&'static str>)>;

fn examined(faces: &Faces, bytes: &[u8]) -> Result<Examined, Problem> {
    let (report, seen) = faces.examine(bytes)?;
    let Some(angle) = report.typology_angle.filter(|_| seen.face.is_some()) else {
        return Ok(None);
    };
    let mut refused: BTreeSet<&'static str> = report.failed.iter().map(|it| it.code()).collect();
    let light = report.value(senim_core::photo::Quantity::Light).unwrap_or_default();
    if light < limits::LIGHT_MIN {
        refused.insert(TOO_DARK);
    }
    let seen = [Seen { step: 0, kind: Kind::Portrait, at_ms: 0, facts: seen }];
    for reason in Surface::of(&seen).reasons() {
        refused.insert(if reason == Reason::Reproduced { REPRODUCED } else { PATTERNED });
    }
    Ok(Some((Tone::of(angle), refused)))
}

const TOO_DARK: &str = "hint: too dark";
const REPRODUCED: &str = "liveness: reproduced";
const PATTERNED: &str = "liveness: patterned";

#[derive(Default)]
struct Counts {
    tones: BTreeMap<Tone, Counted>,
    /// No picture, or nobody in it.
    unread: u64,
}

#[derive(Default)]
struct Counted {
    people: BTreeSet<String>,
    pictures: u64,
    /// How many each thing refused.
    refused: BTreeMap<&'static str, u64>,
}

impl Counts {
    fn add(&mut self, person: &str, examined: Result<Examined, Problem>) {
        let Ok(Some((tone, refused))) = examined else {
            self.unread += 1;
            return;
        };
        let counted = self.tones.entry(tone).or_default();
        counted.people.insert(person.to_owned());
        counted.pictures += 1;
        for what in refused {
            *counted.refused.entry(what).or_default() += 1;
        }
    }

    fn tones(&self) -> Vec<ToneResult> {
        let result = |(tone, counted): (&Tone, &Counted)| {
            let asked = Rule::ALL.map(Rule::code).into_iter();
            let share = |it: &'static str| {
                let hits = counted.refused.get(it).copied().unwrap_or(0);
                (it.to_owned(), Share::new(hits, counted.pictures))
            };
            ToneResult {
                tone: *tone,
                people: counted.people.len() as u64,
                pictures: counted.pictures,
                refused: asked.chain([TOO_DARK, REPRODUCED, PATTERNED]).map(share).collect(),
            }
        };
        self.tones.iter().map(result).collect()
    }
}

/// The table, for who waits at the terminal.
fn print(report: &Report) {
    let Some(photos) = &report.photos else { return };
    for it in &photos.tones {
        println!("{}: {} pictures of {} people", it.tone.name(), it.pictures, it.people);
        for (what, share) in it.refused.iter().filter(|it| it.1.hits > 0) {
            let interval = share.wilson();
            println!(
                "  {what}: {} of {}, {:.1} % [{:.1}–{:.1}]",
                share.hits,
                share.of,
                share.value() * 100.0,
                interval.low * 100.0,
                interval.high * 100.0
            );
        }
    }
    println!("{} pictures without a face that can be looked at", photos.unread);
}
