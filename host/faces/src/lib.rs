//! The built-in engine: finds faces in pictures, tells whether they are live, and how like two of them are.
//!
//! What it makes of the six portraits behind demo and tests, at 1280 × 720 behind a letterbox, stands in the
//! tests. Everything here is blocking work for a processor: call it in `spawn_blocking`.

pub mod bench;
mod embedded;
mod net;
mod nets;
mod onnxruntime;
mod picture;
pub mod rules;
mod solution;
mod template;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use senim_core::liveness::Seen;
use senim_core::liveness::facts;
use senim_core::liveness::pack::{self, Frame, Kind};
use senim_core::liveness::print::Print;
use senim_core::photo::{Answer, DETECTOR_SIDE, Detector, Face, Net, Nets, Outline};
use senim_core::problem::Problem;

pub use net::NetError;
use net::Runtime;
pub use nets::FILES;
use nets::{Loaded, RECOGNISER};
pub use onnxruntime::Provider;
pub use solution::{Calibration, Solution};
use template::Recogniser;
pub use template::{Stand, Template};

/// The pictures of one check together, or one alone (BIO-2).
pub const BYTES_MAX: usize = 5 * 1024 * 1024;

/// Where nothing is found, a finer look follows.
const DETECTOR_SIDE_FINE: usize = 640;

pub struct Faces {
    runtime: Runtime,
    nets: Loaded,
    digests: BTreeMap<String, String>,
    solution: Solution,
    /// In the solution's order.
    recognisers: Vec<Recogniser>,
    outline: Outline,
}

/// What the engine runs on, where it is not the default.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// libonnxruntime.so; absent: the runtime in pure Rust.
    pub onnxruntime: Option<PathBuf>,
    pub provider: Provider,
    /// The matching solution's file; absent: the shipped one.
    pub solution: Option<PathBuf>,
    /// How the photo rules take a face's outline (PHM-5).
    pub outline: Outline,
}

/// How like a person in some portraits is to the one in the reference photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The solution's own measure; its thresholds stand in its calibration.
    pub similarity: f32,
    /// 0–100; from [`liveness::DEGREE_MIN`] on they are one person (PHM-2, PHM-3).
    pub degree: f32,
}

/// What was seen in the frames of a check.
#[derive(Default)]
pub struct Looked {
    pub seen: Vec<Seen>,
    /// By which portraits are known again when they come a second time; in their order.
    pub prints: Vec<Print>,
}

#[derive(Debug, thiserror::Error)]
pub enum FacesError {
    #[error("no model at `{}`: run `cargo xtask setup`, or name the folder with `models_dir`", .0.display())]
    Missing(PathBuf),
    #[error("can't open `{}`: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("`{}` is not a matching solution: {reason}", path.display())]
    Solution { path: PathBuf, reason: String },
    #[error(
        "`{}` is another model than the solution was calibrated with: its SHA-256 is {found}, not {expected}; \
         fetch it again with `cargo xtask setup`, or name a solution that was calibrated with this one",
        path.display()
    )]
    OtherModel { path: PathBuf, expected: String, found: String },
    #[error(transparent)]
    Net(#[from] NetError),
    #[error("a picture is not fit for this: {}", .0.code())]
    Picture(Problem),
}

impl Faces {
    /// Runs the models with onnxruntime, where its library is named, and with the embedded runtime otherwise.
    pub fn open(models_dir: &Path, onnxruntime: Option<&Path>) -> Result<Self, FacesError> {
        let onnxruntime = onnxruntime.map(Path::to_path_buf);
        Self::open_with(models_dir, &Options { onnxruntime, ..Options::default() })
    }

    pub fn open_with(models_dir: &Path, options: &Options) -> Result<Self, FacesError> {
        let runtime = match &options.onnxruntime {
            Some(library) => Runtime::onnxruntime(library, options.provider)?,
            None => Runtime::embedded(),
        };
        let solution = Solution::read(options.solution.as_deref(), models_dir)?;
        let digests = nets::digests(models_dir)?;
        let nets = Loaded::open(runtime, models_dir)?;
        let recogniser = |it: &solution::Embedding| {
            it.verify(models_dir)?;
            let path = it.path(models_dir);
            let net = if path == models_dir.join(RECOGNISER) {
                nets.recogniser()
            } else {
                runtime.load(&path)?
            };
            Ok(Recogniser { net, embedding: it.clone() })
        };
        let recognisers =
            solution.embeddings.iter().map(recogniser).collect::<Result<_, FacesError>>()?;
        Ok(Self { runtime, nets, digests, solution, recognisers, outline: options.outline })
    }

    /// How faces are matched, and what that is worth.
    pub fn solution(&self) -> &Solution {
        &self.solution
    }

    /// The facts of every frame of a check, for [`liveness::judge`]; each is decoded once.
    ///
    /// A frame that is no picture, or not one that a camera gives, is a problem; so is time that is `over` before the
    /// last one was seen.
    pub fn look(&self, frames: &[Frame<'_>], over: impl Fn() -> bool) -> Result<Looked, Problem> {
        pack::check_frames(frames)?;
        let mut looked = Looked::default();
        let mut first = None;
        for frame in frames {
            if over() {
                tracing::warn!(
                    frames = frames.len(),
                    seen = looked.seen.len(),
                    "looking took too long"
                );
                return Err(Problem::Busy);
            }
            let image = picture::decode(frame.jpeg, picture::FRAME)?;
            let facts = facts::facts(self, &image, &mut first).map_err(|it| broken(&it))?;
            let Frame { step, kind, at_ms, .. } = *frame;
            looked.seen.push(Seen { step, kind, at_ms, facts });
            if kind == Kind::Portrait {
                looked.prints.push(Print::of(&image));
            }
        }
        Ok(looked)
    }

    /// The same without an end.
    pub fn see(&self, frames: &[Frame<'_>]) -> Result<Vec<Seen>, Problem> {
        Ok(self.look(frames, || false)?.seen)
    }

    /// How like two people are, 0–100; from [`liveness::DEGREE_MIN`] on they are one (PHM-2, PHM-3).
    pub fn degree(&self, probe: &[u8], reference: &[u8]) -> Result<f32, Problem> {
        Ok(self.compare(&[probe], reference)?.degree)
    }

    /// Matches one person's `portraits`, JPEG or PNG, with the reference photo.
    ///
    /// A portrait without one face is left out, and so is one that the solution's gate does not accept where
    /// another is accepted; where none is fit, the first one's problem is told. A reference that is not fit is
    /// [`Problem::IdentitySourcePhoto`].
    pub fn compare(&self, portraits: &[&[u8]], reference: &[u8]) -> Result<Match, Problem> {
        let reference = self.template(reference).map_err(|problem| {
            if problem == Problem::Internal { problem } else { Problem::IdentitySourcePhoto }
        })?;
        let (mut probes, mut unfit) = (Vec::new(), None);
        for portrait in portraits {
            match self.template(portrait) {
                Ok(probe) => probes.push(probe),
                Err(problem) => unfit = unfit.or(Some(problem)),
            }
        }
        self.matched(probes, &reference).ok_or_else(|| unfit.unwrap_or(Problem::PhotoTooFew))
    }

    /// The same with templates at hand; nothing for no probes.
    pub fn matched(&self, mut probes: Vec<Template>, reference: &Template) -> Option<Match> {
        if probes.iter().any(|it| self.solution.accepts(&it.stand)) {
            probes.retain(|it| self.solution.accepts(&it.stand));
        }
        let similarity = self.solution.similarity(&probes, reference)?;
        Some(Match { similarity, degree: self.solution.degree(similarity, probes.len()) })
    }

    /// SHA-256 of each net's file, in hexadecimal, by the net's name.
    pub fn digests(&self) -> &BTreeMap<String, String> {
        &self.digests
    }

    /// The same of what faces are matched with, by the file.
    pub fn embedding_digests(&self) -> BTreeMap<String, String> {
        let embeddings = self.solution.embeddings.iter();
        embeddings.map(|it| (it.file.display().to_string(), it.sha256.clone())).collect()
    }

    /// `ort` or `rten`.
    pub fn runtime(&self) -> &'static str {
        self.runtime.name()
    }

    fn faces(detector: &mut Detector<'_, Self>) -> Result<Vec<Face>, NetError> {
        let coarse = detector.faces(DETECTOR_SIDE)?;
        if coarse.is_empty() { detector.faces(DETECTOR_SIDE_FINE) } else { Ok(coarse) }
    }
}

impl Nets for Faces {
    type Error = NetError;

    fn run(&self, net: Net, input: &[f32], shape: [usize; 4]) -> Result<Answer, NetError> {
        self.nets.run(net, input, shape)
    }
}

fn only(answer: Answer) -> Result<Vec<f32>, NetError> {
    answer.into_values().next().ok_or_else(|| NetError("no output".to_owned()))
}

fn broken(error: &NetError) -> Problem {
    tracing::error!(error = %error, "a face model could not be run");
    Problem::Internal
}

#[cfg(test)]
mod rules_tests;
#[cfg(test)]
mod tests;
