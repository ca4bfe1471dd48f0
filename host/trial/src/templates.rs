//! A template of every picture, kept on disk as they are made, so that a trial that was stopped goes on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use senim_core::problem::Problem;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::manifest::Manifest;
use senim_core::jose::hex;
use senim_faces::{Faces, Solution, Stand};

/// What was made of one picture: a line of the file. Neither the solution's weights nor its gate are in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// SHA-256 of the file.
    picture: String,
    /// Of the greatest face, one a net, each of length 1.
    embeddings: Vec<Numbers>,
    stand: Option<Stood>,
    /// Why there is no template.
    problem: Option<String>,
    thumb: Numbers,
}

/// [`Stand`], kept.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Stood {
    yaw: f32,
    pitch: f32,
    roll: f32,
    eyes_open: f32,
    eye_distance: f32,
    faces: usize,
}

/// What one picture is to the solution as it is configured.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// Empty where there is none. The similarity of two is their product.
    pub(super) template: Vec<f32>,
    /// How many numbers of it each net has.
    pub(super) parts: Vec<usize>,
    /// Whether the solution's gate accepts it.
    pub(super) gated: bool,
    /// Why there is no template.
    pub(super) problem: Option<String>,
    /// 16 × 16 grey of the middle, to see one photograph under two names.
    pub(super) thumb: Vec<f32>,
}

/// Whose template is made where a picture has several faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Several {
    /// Nobody's: the picture is refused, as in a session (PHM-5).
    Refused,
    /// The greatest one's: press photos show bystanders.
    Greatest,
}

impl Kept {
    fn made(&self, solution: &Solution, several: Several) -> Made {
        let crowded = self.stand.is_some_and(|it| it.faces > 1) && several == Several::Refused;
        let problem = if crowded {
            Some(Problem::PhotoTooManyFaces.code().to_owned())
        } else {
            self.problem.clone()
        };
        // √weight on both sides makes Σ weight · cosine one product.
        let weighed = solution.embeddings.iter().zip(&self.embeddings);
        let template = weighed.flat_map(|(it, numbers)| {
            let share = it.weight.sqrt();
            numbers.0.iter().map(move |number| number * share)
        });
        let template = if problem.is_none() { template.collect() } else { Vec::new() };
        let gated = problem.is_none()
            && self.stand.is_some_and(
                |Stood { yaw, pitch, roll, eyes_open, eye_distance, faces }| {
                    solution.accepts(&Stand { yaw, pitch, roll, eyes_open, eye_distance, faces })
                },
            );
        let parts = self.embeddings.iter().map(|it| it.0.len()).collect();
        Made { template, parts, gated, problem, thumb: self.thumb.0.clone() }
    }
}

/// One for each of the manifest's pictures, in its order.
///
/// Each line is written at once; one that was torn by a crash is made again.
pub(super) fn all(
    faces: &Faces,
    manifest: &Manifest,
    file: &Path,
    threads: usize,
    several: Several,
) -> anyhow::Result<Vec<Made>> {
    let mut known: BTreeMap<String, Kept> = BTreeMap::new();
    if let Ok(kept) = File::open(file) {
        let lines = BufReader::new(kept).lines().map_while(Result::ok);
        known.extend(
            lines
                .filter_map(|it| serde_json::from_str::<Kept>(&it).ok())
                .map(|it| (it.picture.clone(), it)),
        );
    }
    let out = OpenOptions::new().create(true).append(true).open(file);
    let out = Mutex::new(out.with_context(|| format!("`{}`", file.display()))?);
    writeln!(out.lock().unwrap_or_else(std::sync::PoisonError::into_inner))?;
    let (next, known) = (AtomicUsize::new(0), &known);
    let work = || -> anyhow::Result<Vec<(usize, Kept)>> {
        let mut made = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(picture) = manifest.pictures.get(place) else { return Ok(made) };
            let path = manifest.root.join(&picture.path);
            let bytes = std::fs::read(&path).with_context(|| format!("`{}`", path.display()))?;
            let digest = hex(&Sha256::digest(&bytes));
            let one = if let Some(one) = known.get(&digest) {
                one.clone()
            } else {
                let one = make(faces, &bytes, digest);
                let line = format!("{}\n", serde_json::to_string(&one)?);
                out.lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .write_all(line.as_bytes())?;
                one
            };
            made.push((place, one));
            if place % 500 == 499 {
                eprintln!("{} of {} pictures", place + 1, manifest.pictures.len());
            }
        }
    };
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    let mut made = Vec::new();
    for part in parts {
        made.extend(part.map_err(|_| anyhow::anyhow!("a thread fell"))??);
    }
    made.sort_by_key(|it| it.0);
    let solution = faces.solution();
    Ok(made.iter().map(|(_, it)| it.made(solution, several)).collect())
}

/// Of one picture with one face.
pub(super) fn one(faces: &Faces, bytes: &[u8]) -> Option<Made> {
    let made = make(faces, bytes, String::new()).made(faces.solution(), Several::Refused);
    made.problem.is_none().then_some(made)
}

fn make(faces: &Faces, bytes: &[u8], picture: String) -> Kept {
    let thumb = Numbers(thumb(bytes).unwrap_or_default());
    match faces.greatest(bytes) {
        Ok(it) => {
            let Stand { yaw, pitch, roll, eyes_open, eye_distance, faces } = it.stand;
            // JSON has no NaN: who could not be looked at closely has no stand, and passes no gate.
            let stand = Stood { yaw, pitch, roll, eyes_open, eye_distance, faces };
            let embeddings = it.embeddings().iter().cloned().map(Numbers).collect();
            Kept {
                picture,
                embeddings,
                stand: Some(stand).filter(|it| it.yaw.is_finite()),
                problem: None,
                thumb,
            }
        }
        Err(problem) => {
            Kept { picture, problem: Some(problem.code().to_owned()), thumb, ..Kept::default() }
        }
    }
}

/// The middle half of a picture as 256 greys without mean, of length one. Two of the same photograph have a
/// product near 1, whatever a solution thinks of the faces.
fn thumb(bytes: &[u8]) -> Option<Vec<f32>> {
    let grey = image::load_from_memory(bytes).ok()?.into_luma8();
    let (width, height) = grey.dimensions();
    let middle = image::imageops::crop_imm(&grey, width / 4, height / 4, width / 2, height / 2);
    let small =
        image::imageops::resize(&middle.to_image(), 16, 16, image::imageops::FilterType::Triangle);
    let mut values: Vec<f32> = small.into_raw().into_iter().map(f32::from).collect();
    let mean = values.iter().sum::<f32>() / 256.0;
    for it in &mut values {
        *it -= mean;
    }
    let length = values.iter().map(|it| it * it).sum::<f32>().sqrt().max(1e-6);
    for it in &mut values {
        *it /= length;
    }
    Some(values)
}

/// Little-endian in base64: exactly what was computed, in a third of the digits.
#[derive(Clone, Debug, Default)]
struct Numbers(Vec<f32>);

impl Serialize for Numbers {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|it| it.to_le_bytes()).collect();
        to.serialize_str(&STANDARD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
        Ok(Self(bytes.as_chunks::<4>().0.iter().map(|it| f32::from_le_bytes(*it)).collect()))
    }
}
