//! `senim-trial attacks`: presentations of every species, drawn from genuine recordings by seed (BIO-2).

mod face;
mod making;
pub(crate) mod medium;
mod mesh;
pub(crate) mod pixels;
pub(crate) mod rng;
pub mod species;
pub mod workshop;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;

use senim_faces::Faces;
use species::Species;
use workshop::{Presentation, Workshop};

/// Where presentations are made from, for this command and the liveness trial.
#[derive(clap::Args)]
pub struct Material {
    /// The folder with the genuine recordings' frames, as `cargo xtask setup --tests` makes it
    #[arg(long, default_value = ".senim/people")]
    pub clip: PathBuf,
    /// The engine's models
    #[arg(long, default_value = ".senim/models")]
    pub models_dir: PathBuf,
    /// libonnxruntime.so; left out: the engine in pure Rust, at half the speed
    #[arg(long)]
    pub onnxruntime: Option<PathBuf>,
    /// A folder of pictures of real attacks (JPEG), tried beside the drawn ones
    #[arg(long)]
    pub real: Option<PathBuf>,
    /// The same seed makes the same presentations
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Only these species
    #[arg(long, value_delimiter = ',')]
    pub species: Vec<Species>,
}

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    material: Material,
    /// Presentations of each species; BIO-2 asks for 300
    #[arg(long, default_value_t = 300)]
    per_species: u32,
    /// A folder to fill: for each presentation the body that would be sent, and its challenge as JSON
    #[arg(long)]
    out: PathBuf,
}

impl Material {
    pub(super) fn open(&self) -> anyhow::Result<(Faces, Workshop)> {
        let faces = Faces::open(&self.models_dir, self.onnxruntime.as_deref())?;
        let workshop = Workshop::open(&self.clip, self.real.as_deref(), &faces)?;
        Ok((faces, workshop))
    }

    /// The species asked for; real ones only where there are pictures of them.
    pub(super) fn species(&self) -> Vec<Species> {
        let all =
            if self.species.is_empty() { Species::ALL.to_vec() } else { self.species.clone() };
        all.into_iter().filter(|it| *it != Species::Real || self.real.is_some()).collect()
    }
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let (faces, workshop) = options.material.open()?;
    for species in options.material.species() {
        let folder = options.out.join(species.name());
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("`{}` can't be made", folder.display()))?;
        for index in 0..options.per_species {
            let made = workshop.present(&faces, species, index, options.material.seed)?;
            keep(&folder, index, &made)?;
        }
        println!(
            "{}: {} presentations in {}",
            species.name(),
            options.per_species,
            folder.display()
        );
    }
    Ok(())
}

fn keep(folder: &Path, index: u32, made: &Presentation) -> anyhow::Result<()> {
    let about = json!({ "challenge": made.challenge, "how": made.how });
    std::fs::write(folder.join(format!("{index:04}.json")), serde_json::to_vec_pretty(&about)?)?;
    std::fs::write(folder.join(format!("{index:04}.frames")), &made.pack)?;
    for (at, earlier) in made.earlier.iter().enumerate() {
        std::fs::write(folder.join(format!("{index:04}.earlier{at}.frames")), earlier)?;
    }
    Ok(())
}
