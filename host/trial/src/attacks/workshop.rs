//! Makes one presentation of one species, the same for the same seed.
//!
//! Of every species the strongest form that it allows is made as well: the attacker knows the challenge, follows
//! it as far as paper, display or puppet can, and tells of an honest camera.

use std::path::{Path, PathBuf};

use image::RgbImage;
use image::imageops::{self, FilterType};
use senim_core::liveness::challenge::{Challenge, Wishes};
use senim_core::photo::{DETECTOR_SIDE, Image, Nets, look};

use super::face::Portrait;
use super::making::Making;
use super::pixels::{HEIGHT, WIDTH};
use super::rng::Rng;
use super::species::Species;
use crate::actor::{Actor, ActorError, MAN, WOMAN};
use crate::manifest::is_left_behind;

/// What is sent to the judge, and the challenge that it answers.
pub struct Presentation {
    pub challenge: Challenge,
    pub pack: Vec<u8>,
    /// Packs that the platform has seen before this one.
    pub earlier: Vec<Vec<u8>>,
    /// How it was made, for the report.
    pub how: String,
}

#[derive(Debug, thiserror::Error)]
pub enum WorkshopError {
    #[error(transparent)]
    Actor(#[from] ActorError),
    #[error("a frame could not be packed: {0}")]
    Encode(#[from] image::ImageError),
    #[error("a net could not be run: {0}")]
    Net(String),
    #[error("no face is found in what an attack starts from: {0}")]
    NoFace(String),
}

/// The recordings and stills that attacks are made from.
pub struct Workshop {
    pub(super) actors: Vec<Actor>,
    /// Victims, each with the index of the actor that they are, if any.
    pub(super) stills: Vec<(Portrait, Option<usize>)>,
    /// Pictures of real attacks.
    pub(super) real: Vec<PathBuf>,
}

/// Straight portraits of the people's folder.
const PORTRAITS: [&str; 6] =
    ["person_a_1", "person_a_2", "person_b_1", "person_b_2", "impostor_1", "impostor_2"];

impl Workshop {
    /// `people`: the folder that set-up filled; `real`: pictures of real attacks.
    pub fn open<N: Nets>(
        people: &Path,
        real: Option<&Path>,
        nets: &N,
    ) -> Result<Self, WorkshopError> {
        let actors = vec![Actor::open(people, WOMAN)?, Actor::open(people, MAN)?];
        let mut stills = Vec::new();
        for (index, actor) in actors.iter().enumerate() {
            let picture = actor.frame(actor.takes.rest())?;
            stills.push((marked(nets, picture, "a recording")?, Some(index)));
        }
        for name in PORTRAITS {
            let path = people.join(format!("{name}.jpg"));
            let portrait = image::open(&path).map_err(|_| ActorError::NoFrame(path))?.into_rgb8();
            stills.push((marked(nets, before_a_wall(&portrait), name)?, None));
        }
        let real = real.map_or_else(|| Ok(Vec::new()), pictures)?;
        Ok(Self { actors, stills, real })
    }

    /// `index` counts the presentations of one species; with the trial's `seed` it decides everything.
    pub fn present<N: Nets>(
        &self,
        nets: &N,
        species: Species,
        index: u32,
        seed: u64,
    ) -> Result<Presentation, WorkshopError> {
        let mut rng = Rng::new(seed ^ (u64::from(index) << 20) ^ (species as u64) << 52);
        let challenge = draw(wishes(species, index), &mut rng);
        let making = Making { workshop: self, nets, challenge, index, rng };
        match species {
            Species::Print => making.print(),
            Species::Screen => making.screen(),
            Species::CutOut => making.cut_out(),
            Species::Puppet => making.puppet(),
            Species::FaceSwap => making.face_swap(),
            Species::Still => making.still(),
            Species::Loop => making.looped(),
            Species::ColourOrder => making.colour_order(),
            Species::Shifted => making.shifted(),
            Species::Resent => making.resent(),
            Species::Real => making.real(),
        }
    }

    /// A genuine session: the woman's, for the man's recording has no blink by itself and every challenge asks for one.
    pub fn genuine(&self, index: u32, seed: u64) -> Result<Presentation, WorkshopError> {
        let mut rng = Rng::new(seed ^ (u64::from(index) << 20) ^ 0xff << 52);
        let challenge = draw(EASY, &mut rng);
        let actor = &self.actors[0];
        let pack = actor.perform(&challenge, rng.roll())?;
        let how = actor.takes.folder.to_owned();
        Ok(Presentation { challenge, pack, earlier: Vec::new(), how })
    }
}

pub(super) const EASY: Wishes = Wishes { no_movement: true, no_flashing: true };

/// The attacker chooses; a third each of the easiest, of movement only, and of everything.
fn wishes(species: Species, index: u32) -> Wishes {
    match (species, index % 3) {
        (Species::ColourOrder, _) => Wishes { no_flashing: index % 2 == 1, ..EASY },
        // They replay recordings, and no recording shows more.
        (Species::Shifted | Species::Resent, _) | (_, 0) => EASY,
        (_, 1) => Wishes { no_movement: false, no_flashing: true },
        _ => Wishes::default(),
    }
}

pub(super) fn draw(wishes: Wishes, rng: &mut Rng) -> Challenge {
    Challenge::draw(rng.seed(), wishes, chrono::DateTime::UNIX_EPOCH)
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>, ActorError> {
    let missing = |_| ActorError::NoFrame(folder.to_owned());
    let entries = std::fs::read_dir(folder).map_err(missing)?.flatten().map(|it| it.path());
    let is_jpeg = |it: &PathBuf| {
        it.extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("jpg") || it.eq_ignore_ascii_case("jpeg"))
    };
    let mut paths: Vec<PathBuf> = entries.filter(|it| is_jpeg(it) && !is_left_behind(it)).collect();
    paths.sort();
    Ok(paths)
}

/// A portrait as high as the camera's frame, before a wall.
pub(super) fn before_a_wall(portrait: &RgbImage) -> RgbImage {
    let width = portrait.width() * HEIGHT / portrait.height().max(1);
    let fitted = imageops::resize(portrait, width, HEIGHT, FilterType::CatmullRom);
    let mut frame = RgbImage::from_pixel(WIDTH, HEIGHT, image::Rgb([176, 174, 170]));
    imageops::overlay(&mut frame, &fitted, i64::from(WIDTH / 2) - i64::from(width / 2), 0);
    frame
}

pub(super) fn marked<N: Nets>(
    nets: &N,
    picture: RgbImage,
    what: &str,
) -> Result<Portrait, WorkshopError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let missing = || WorkshopError::NoFace(what.to_owned());
    let image = Image::new(width, height, picture.as_raw().clone()).map_err(|_| missing())?;
    let seen =
        look(nets, &image, DETECTOR_SIDE).map_err(|it| WorkshopError::Net(it.to_string()))?;
    let marks = seen.face.ok_or_else(missing)?.marks.points().map(|it| (it.x, it.y));
    Ok(Portrait { picture, marks })
}
