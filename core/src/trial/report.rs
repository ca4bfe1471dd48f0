//! The results of a trial, as in `report.json`: numbers about sets of people, never about one person.

use serde::{Deserialize, Serialize};

use super::rates::{Interval, Share, none_of};
use super::scores::Point;
use crate::Timestamp;
use crate::photo::Tone;

/// The version of `report.json`; increased when a member changes its meaning.
pub const SCHEMA: u32 = 1;

/// The whole report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub schema: u32,
    pub made_at: Timestamp,
    /// The same solution is not tried again before this day (BIO-4).
    pub next_try_not_before: chrono::NaiveDate,
    pub solution: Solution,
    /// Processor, cores, runtime: the conditions of the speed.
    pub machine: String,
    /// How to repeat it, line by line.
    pub commands: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matching: Option<MatchingResult>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness: Option<LivenessResult>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photos: Option<PhotosResult>,
    pub verdicts: Vec<Verdict>,
    /// What was not shown, in sentences.
    pub not_shown: Vec<String>,
}

/// The tried solution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solution {
    pub name: String,
    pub version: String,
    /// SHA-256 over code version and models, in hex: the same digest, the same solution.
    pub digest: String,
}

/// The data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    pub name: String,
    pub people: u64,
    pub pictures: u64,
    /// SHA-256 over the pictures' digests and labels, in hex.
    pub digest: String,
    /// Where the pictures come from and under which terms.
    pub source: String,
}

/// A matching solution's trial (BIO-3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchingResult {
    pub data: Data,
    pub seed: u64,
    /// Images without a template.
    pub failed_to_enrol: Share,
    /// The reasons for that, by problem code.
    pub failures: Vec<(String, u64)>,
    /// Pictures that pass the gate of pose and eyes, of those with a template.
    pub gate: Share,
    /// All pairs, or the number of randomly drawn ones.
    pub pairs: String,
    pub sets: Vec<SetResult>,
    pub groups: Vec<Group>,
    pub load: Load,
    pub function: Vec<Check>,
    pub security: Vec<Check>,
    /// Sentences on what was measured beside the tables, such as frames of one clip.
    pub remarks: Vec<String>,
}

/// One way to label and pair the pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetResult {
    /// `raw`, `cleaned`, `no same surname`, `balanced`.
    pub labels: String,
    /// How many images of the person are compared with one.
    pub probes: u32,
    /// Only pictures that pass the gate, on both sides.
    pub gated: bool,
    pub people: u64,
    pub templates: u64,
    pub genuine_pairs: u64,
    pub impostor_pairs: u64,
    pub equal_error_rate: f64,
    pub at: Vec<Operating>,
    /// Thresholds set on one half of the people and scored on the other, both ways added.
    pub held_out: Vec<HeldOut>,
    pub curve: Vec<Point>,
    /// Pairs a bin of .005 from −1 to 1.
    pub genuine_histogram: Vec<u64>,
    pub impostor_histogram: Vec<u64>,
}

impl SetResult {
    /// The FMR that an error-free run over this many independent impostor pairs proves at 95 %.
    pub fn provable_fmr(&self) -> f64 {
        none_of(self.impostor_pairs)
    }

    pub fn at(&self, fmr: f64) -> Option<&Operating> {
        self.at.iter().find(|it| (it.fmr_goal - fmr).abs() <= fmr * 1e-9)
    }
}

/// The results at the threshold for one FMR.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operating {
    pub fmr_goal: f64,
    pub similarity: f32,
    pub false_matches: Share,
    pub false_non_matches: Share,
    /// Over pairs, assumed to be independent.
    pub wilson: Interval,
    /// Over resampled people; the threshold is set anew for each sample.
    pub over_people: Interval,
}

/// The results of a threshold set on other people.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    pub fmr_goal: f64,
    pub false_matches: Share,
    pub false_non_matches: Share,
}

/// People who share a label, at the whole set's thresholds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub name: String,
    pub people: u64,
    /// FMR for the whole set, impostors within the group, genuine pairs of the group.
    pub at: Vec<HeldOut>,
}

/// Speed on the original images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Requests a minute, one after the other.
    pub a_minute_one_thread: f64,
    pub one: Latency,
    /// Requests a minute, eight at once.
    pub a_minute_eight: f64,
    pub eight: Latency,
    pub requests: u64,
    /// Load average of the machine before it began: a busy one is slower.
    pub load_before: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    pub median_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
}

/// One line of a checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub name: String,
    pub outcome: Outcome,
    pub seen: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Passed,
    Failed,
    /// The data or the machine was not sufficient to show it.
    NotShown,
}

/// A liveness solution's trial (BIO-2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LivenessResult {
    /// The source of the presentations.
    pub source: String,
    pub seed: u64,
    pub species: Vec<Species>,
    /// Genuine sessions refused.
    pub genuine: Share,
    /// One after the other.
    pub a_minute_one_thread: f64,
    pub remarks: Vec<String>,
}

/// One attack species.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Species {
    pub name: String,
    /// Accepted attacks: APCER is its value (ISO/IEC 30107-3 §13.2).
    pub accepted: Share,
    /// Why they were refused, the most frequent first.
    pub reasons: Vec<(String, u64)>,
}

impl Species {
    /// The APCER not exceeded at 95 %.
    pub fn apcer_at_most(&self) -> f64 {
        if self.accepted.hits == 0 {
            none_of(self.accepted.of)
        } else {
            self.accepted.wilson().high
        }
    }
}

/// Refusals by photo rules and passive signals, by skin tone (PHM-5; ISO/IEC 29794-5 §7).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotosResult {
    pub data: Data,
    /// Images without a measurable face.
    pub unread: u64,
    /// The lightest first; tones without images are left out.
    pub tones: Vec<ToneResult>,
}

/// Pictures of one skin tone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToneResult {
    pub tone: Tone,
    pub people: u64,
    pub pictures: u64,
    /// By the rule's code or the signal's name; the same ones for every tone.
    pub refused: Vec<(String, Share)>,
}

/// Whether a rule holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The requirement's id.
    pub requirement: String,
    pub rule: String,
    pub outcome: Outcome,
    pub measured: String,
}
