//! The bundle: one check as it was asked, seen and decided, with the digests of all that took part.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::id::SessionId;
use crate::jose::{sha256, to_base64};
use crate::liveness::pack::Pack;
use crate::liveness::{Question, Verdict};
use serde::{Deserialize, Serialize};

/// 2: who matched, and what the built-in engine matches with. 3: a display's frame.
pub const VERSION: u8 = 3;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`VERSION`].
    pub version: u8,
    pub session: SessionId,
    pub check: u8,
    /// When the last byte of the frames had come.
    pub arrived_at: Timestamp,
    pub judged_at: Timestamp,
    pub packed: Packed,
    /// What was asked and seen: all that the verdict is made of.
    pub question: Question,
    /// Portraits alike to one of another session: no part of the verdict.
    pub alike: usize,
    /// Absent where a frame could not be read; then `outcome` says why.
    pub verdict: Option<Verdict>,
    pub matching: Option<Matching>,
    /// `passed`, or a problem's code.
    pub outcome: String,
    pub solution: Solution,
    pub code: Code,
}

/// The pack that the frames came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packed {
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// The last link of its chain, base64url.
    pub link: String,
    /// SHA-256 of each frame.
    pub frames: Vec<String>,
}

/// The portraits beside the register's photo. The photo itself stays in the register.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    pub reference_sha256: String,
    pub similarity: f32,
    /// 0–100.
    pub degree: f32,
    /// The solution that matched, by its name in the configuration.
    pub solution: String,
    /// The request's id, by which it was asked, counted and priced.
    pub request: String,
}

/// Who judged liveness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Solution {
    pub vendor: String,
    pub name: String,
    pub version: String,
    /// What ran the nets.
    pub runtime: String,
}

/// SHA-256 in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The judge component, which made the verdict.
    pub judge: String,
    /// Each net's file, by its name.
    pub nets: BTreeMap<String, String>,
    /// Each file that the built-in engine matches with, by its name, whoever matched.
    pub embeddings: BTreeMap<String, String>,
}

impl Packed {
    pub fn of(bytes: &[u8], pack: &Pack<'_>) -> Self {
        Self {
            sha256: sha256(bytes),
            link: to_base64(&pack.link),
            frames: pack.frames.iter().map(|it| sha256(it.jpeg)).collect(),
        }
    }
}

impl Solution {
    pub fn built_in(runtime: &str) -> Self {
        Self {
            vendor: "Senim".to_owned(),
            name: "built-in".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            runtime: runtime.to_owned(),
        }
    }
}
