//! The matching solution as configuration: which nets compare faces, how much each counts, and what their
//! similarity means. A better set of weights drops in as a file, without code.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use senim_core::jose::sha256;
use senim_core::liveness::DEGREE_MIN;
use senim_core::photo::Placing;
use serde::{Deserialize, Serialize};

use super::FacesError;

/// What is shipped: SFace and dlib's net together.
const SHIPPED: &str = include_str!("solution.toml");
/// And SFace alone, where dlib's file could not be had.
const SHIPPED_WITHOUT_DLIB: &str = include_str!("solution_sface.toml");

/// Every key of a solution file; `host/src/faces/solution.toml` is the example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Solution {
    pub name: String,
    pub version: String,
    /// Detections whose five points are averaged.
    pub looks: Vec<Looking>,
    pub embeddings: Vec<Embedding>,
    pub gate: Gate,
    /// For one portrait, for two, …; the last one stands for more.
    pub calibrations: Vec<Calibration>,
    /// How the calibration was made, in words.
    pub calibrated_on: String,
}

/// One detection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Looking {
    /// The longer side that the picture is brought to.
    pub side: usize,
    #[serde(default)]
    pub mirrored: bool,
}

/// A net that turns an aligned face into numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embedding {
    /// Below the folder of models, or absolute.
    pub file: PathBuf,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    pub placing: Placing,
    pub colours: Colours,
    /// Input = (pixel − `mean`) · `scale`.
    #[serde(default)]
    pub mean: f32,
    #[serde(default = "one")]
    pub scale: f32,
    /// Whether the mirrored face is looked at too, and both answers added.
    #[serde(default)]
    pub mirrored: bool,
    /// Its part in the similarity: Σ weight · cosine.
    pub weight: f32,
}

/// The order of planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colours {
    Rgb,
    Bgr,
}

/// Which portraits are good enough; the calibration's rates hold for these.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Degrees either way.
    pub yaw_max: f32,
    pub pitch_max: f32,
    /// The less open eye, 0–1.
    pub eyes_open_min: f32,
}

/// What a similarity means for so many portraits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    pub portraits: usize,
    /// Similarity and degree at which the scale bends, both growing; straight between them.
    pub bends: Vec<(f32, f32)>,
    /// False match rate, and the similarity from which it was measured.
    pub false_matches: Vec<(f64, f32)>,
}

fn one() -> f32 {
    1.0
}

impl Solution {
    /// `file` as the operator names it, or what is shipped and can be had in `models_dir`.
    pub fn read(file: Option<&Path>, models_dir: &Path) -> Result<Self, FacesError> {
        let Some(file) = file else {
            let shipped = Self::parse(SHIPPED, Path::new("solution.toml"))?;
            let whole = shipped.embeddings.iter().all(|it| models_dir.join(&it.file).is_file());
            if whole {
                return Ok(shipped);
            }
            tracing::warn!("dlib's model is missing: faces are matched by SFace alone");
            return Self::parse(SHIPPED_WITHOUT_DLIB, Path::new("solution_sface.toml"));
        };
        let text = fs::read_to_string(file).map_err(|it| FacesError::Unreadable {
            path: file.to_owned(),
            reason: it.to_string(),
        })?;
        Self::parse(&text, file)
    }

    fn parse(text: &str, file: &Path) -> Result<Self, FacesError> {
        let wrong = |reason: String| FacesError::Solution { path: file.to_owned(), reason };
        let solution: Self = toml::from_str(text).map_err(|it| wrong(it.to_string()))?;
        solution.check().map_err(|it| wrong(it.to_owned()))?;
        Ok(solution)
    }

    fn check(&self) -> Result<(), &'static str> {
        let rises = |bends: &[(f32, f32)]| {
            bends.windows(2).all(|it| it[0].0 < it[1].0 && it[0].1 <= it[1].1)
        };
        let rules = [
            (!self.looks.is_empty(), "`looks` must name at least one detection"),
            (
                self.looks.iter().all(|it| (64..=1280).contains(&it.side)),
                "a look's `side` is from 64 to 1280 pixels",
            ),
            (!self.embeddings.is_empty(), "`embeddings` must name at least one net"),
            (
                self.embeddings.iter().all(|it| it.weight > 0.0 && it.weight.is_finite()),
                "an embedding's `weight` must be above nought",
            ),
            (
                self.embeddings.iter().all(|it| it.mean.is_finite() && it.scale.is_finite()),
                "an embedding's `mean` and `scale` must be numbers",
            ),
            (!self.calibrations.is_empty(), "`calibrations` must have one at least"),
            (
                (1..).zip(&self.calibrations).all(|(portraits, it)| it.portraits == portraits),
                "`calibrations` must be for 1, 2, … portraits in this order",
            ),
            (
                self.calibrations.iter().all(|it| {
                    it.bends.len() >= 2
                        && rises(&it.bends)
                        && it.bends.iter().all(|bend| (0.0..=100.0).contains(&bend.1))
                }),
                "a calibration's `bends` must grow, with degrees from 0 to 100",
            ),
            (
                self.calibrations.iter().all(|it| it.bends.iter().any(|bend| bend.1 == DEGREE_MIN)),
                "a calibration's `bends` must say which similarity is 85 degrees",
            ),
        ];
        rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, why)| Err(why))
    }

    /// 0–100. What is not a number matches nobody.
    pub fn degree(&self, similarity: f32, portraits: usize) -> f32 {
        let bends = &self.calibration(portraits).bends;
        let between = bends.windows(2).find_map(|bend| {
            let ((from, low), (to, high)) = (bend[0], bend[1]);
            (similarity >= from && similarity < to)
                .then(|| low + (similarity - from) / (to - from) * (high - low))
        });
        between.unwrap_or_else(|| match (bends.first(), bends.last()) {
            (Some(_), Some(last)) if similarity >= last.0 => last.1,
            (Some(first), _) if similarity < first.0 => first.1,
            _ => 0.0,
        })
    }

    /// The similarity from which it is the same person.
    pub fn threshold(&self, portraits: usize) -> f32 {
        let bends = &self.calibration(portraits).bends;
        bends.iter().find(|it| it.1 >= DEGREE_MIN).map_or(f32::INFINITY, |it| it.0)
    }

    fn calibration(&self, portraits: usize) -> &Calibration {
        let last = self.calibrations.len() - 1;
        &self.calibrations[portraits.saturating_sub(1).min(last)]
    }
}

/// For whoever reads it: `senim faces calibration`.
impl fmt::Display for Solution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.name, self.version)?;
        writeln!(f, "calibrated on {}", self.calibrated_on)?;
        for it in &self.embeddings {
            writeln!(f, "  {} × cosine of {} ({})", it.weight, it.file.display(), it.sha256)?;
        }
        writeln!(
            f,
            "  portraits at most {}° to a side, {}° up or down, eyes open {}",
            self.gate.yaw_max, self.gate.pitch_max, self.gate.eyes_open_min
        )?;
        for it in &self.calibrations {
            writeln!(f, "portraits: {}", it.portraits)?;
            for &(rate, similarity) in &it.false_matches {
                let degree = self.degree(similarity, it.portraits);
                writeln!(
                    f,
                    "  false match rate {rate:e}: similarity {similarity:.3}, degree {degree:.1}"
                )?;
            }
        }
        Ok(())
    }
}

impl Embedding {
    pub(super) fn path(&self, models_dir: &Path) -> PathBuf {
        models_dir.join(&self.file)
    }

    /// Whether the file is the one that was calibrated.
    pub(super) fn verify(&self, models_dir: &Path) -> Result<(), FacesError> {
        let path = self.path(models_dir);
        let bytes = fs::read(&path).map_err(|_| FacesError::Missing(path.clone()))?;
        let found = sha256(&bytes);
        if found == self.sha256.to_ascii_lowercase() {
            Ok(())
        } else {
            Err(FacesError::OtherModel { path, expected: self.sha256.clone(), found })
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that floats hold exactly")]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_solution_is_complete_and_calibrated() {
        for text in [SHIPPED, SHIPPED_WITHOUT_DLIB] {
            let solution = Solution::parse(text, Path::new("shipped")).unwrap();
            for it in &solution.calibrations {
                let threshold = solution.threshold(it.portraits);
                assert!((solution.degree(threshold, it.portraits) - DEGREE_MIN).abs() < 1e-4);
                assert!(solution.degree(threshold - 1e-3, it.portraits) < DEGREE_MIN);
                let strictest = it.false_matches.last().unwrap();
                assert!(strictest.0 <= 1e-6 && (strictest.1 - threshold).abs() < 1e-6);
                assert!(it.false_matches.is_sorted_by(|a, b| a.0 > b.0 && a.1 < b.1));
            }
            assert_eq!(solution.degree(f32::NAN, 1), 0.0);
            assert_eq!([solution.degree(-1.0, 1), solution.degree(1.1, 9)], [0.0, 100.0]);
            let told = solution.to_string();
            assert!(
                told.contains("false match rate 1e-6") && told.contains("degree 85.0"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_solution_that_is_not_whole_is_refused_with_the_reason() {
        for (from, to, reason) in [
            ("name = ", "nickname = ", "nickname"),
            ("weight = 0.456", "wait = 0.456", "wait"),
            ("weight = 0.456", "weight = -1.0", "weight"),
            ("[0.687, 70.0]", "[0.650, 70.0]", "bends"),
            ("85.0", "84.0", "85 degrees"),
            ("portraits = 2", "portraits = 4", "calibrations"),
            ("side = 448", "side = 4480", "side"),
            ("placing = \"dlib\"", "placing = \"sideways\"", "sideways"),
        ] {
            let text = SHIPPED.replace(from, to);
            assert_ne!(text, SHIPPED, "{from}");
            let error = Solution::parse(&text, Path::new("mine.toml")).unwrap_err().to_string();
            assert!(error.contains("mine.toml") && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_higher_similarity_never_gives_a_lower_degree() {
        let solution = Solution::parse(SHIPPED, Path::new("shipped")).unwrap();
        for portraits in 0..5 {
            let degrees: Vec<f32> = (-1100_i16..1100)
                .map(|it| solution.degree(f32::from(it) / 1000.0, portraits))
                .collect();
            assert!(degrees.is_sorted() && degrees.iter().all(|it| (0.0..=100.0).contains(it)));
        }
    }
}
