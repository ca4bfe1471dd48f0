//! A template of every picture, kept on disk as they are made, so that a trial that was stopped goes on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::manifest::Manifest;
use super::solution::hex;
use crate::faces::Faces;

/// What was made of one picture: a line of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Made {
    /// SHA-256 of the file.
    pub(super) picture: String,
    #[serde(with = "floats")]
    pub(super) template: Vec<f32>,
    pub(super) gated: bool,
    /// Why there is no template.
    pub(super) problem: Option<String>,
    /// 16 × 16 grey of the middle, to see one photograph under two names.
    #[serde(with = "floats")]
    pub(super) thumb: Vec<f32>,
}

/// One for each of the manifest's pictures, in its order.
///
/// Each line is written at once; one that was torn by a crash is made again.
pub(super) fn all(
    faces: &Faces,
    manifest: &Manifest,
    file: &Path,
    threads: usize,
) -> anyhow::Result<Vec<Made>> {
    let mut known: BTreeMap<String, Made> = BTreeMap::new();
    if let Ok(kept) = File::open(file) {
        let lines = BufReader::new(kept).lines().map_while(Result::ok);
        known.extend(
            lines
                .filter_map(|it| serde_json::from_str::<Made>(&it).ok())
                .map(|it| (it.picture.clone(), it)),
        );
    }
    let out = OpenOptions::new().create(true).append(true).open(file);
    let out = Mutex::new(out.with_context(|| format!("`{}`", file.display()))?);
    writeln!(out.lock().unwrap_or_else(std::sync::PoisonError::into_inner))?;
    let (next, known) = (AtomicUsize::new(0), &known);
    let work = || -> anyhow::Result<Vec<(usize, Made)>> {
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
        workers.into_iter().map(|it| it.join()).collect::<Vec<_>>()
    });
    let mut made = Vec::new();
    for part in parts {
        made.extend(part.map_err(|_| anyhow::anyhow!("a thread fell"))??);
    }
    made.sort_by_key(|it| it.0);
    Ok(made.into_iter().map(|it| it.1).collect())
}

fn make(faces: &Faces, bytes: &[u8], picture: String) -> Made {
    let thumb = thumb(bytes).unwrap_or_default();
    match faces.template(bytes) {
        Ok(it) => Made { picture, template: it.values, gated: it.gated, problem: None, thumb },
        Err(problem) => Made {
            picture,
            template: Vec::new(),
            gated: false,
            problem: Some(problem.code().to_owned()),
            thumb,
        },
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
    values.iter_mut().for_each(|it| *it -= mean);
    let length = values.iter().map(|it| it * it).sum::<f32>().sqrt().max(1e-6);
    values.iter_mut().for_each(|it| *it /= length);
    Some(values)
}

/// Little-endian in base64: exactly what was computed, in a third of the digits.
mod floats {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(values: &[f32], to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = values.iter().flat_map(|it| it.to_le_bytes()).collect();
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f32>, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|it| f32::from_le_bytes(*it)).collect())
    }
}
