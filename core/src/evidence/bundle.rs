//! The bundle: challenge, facts and verdict of one check, with the digests of all components involved.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::agreement::Acceptance;
use crate::id::SessionId;
use crate::jose::{sha256, to_base64};
use crate::liveness::pack::Pack;
use crate::liveness::{Question, Verdict};
use serde::{Deserialize, Serialize};

/// 2: the matching solution and the built-in engine's files. 3: a display's frame. 4: the user agreement.
pub const VERSION: u8 = 4;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`VERSION`].
    pub version: u8,
    pub session: SessionId,
    pub check: u8,
    /// Which edition of the user agreement was accepted, when and in which language (IDX-12).
    pub agreement: Option<Acceptance>,
    /// When the last byte of the frames arrived.
    pub arrived_at: Timestamp,
    pub judged_at: Timestamp,
    pub packed: Packed,
    /// Challenge and facts: the complete input of the verdict.
    pub question: Question,
    /// Portraits similar to one of another session; not part of the verdict.
    pub alike: usize,
    /// Absent if a frame could not be decoded; then `outcome` says why.
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

/// The match of the portraits with the register's photo, which itself stays in the register.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    pub reference_sha256: String,
    pub similarity: f32,
    /// 0–100.
    pub degree: f32,
    /// The solution that matched, by its name in the configuration.
    pub solution: String,
    /// The id of the request to the solution, by which it is counted and priced.
    pub request: String,
}

/// What judged liveness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Solution {
    pub vendor: String,
    pub name: String,
    pub version: String,
    /// The inference runtime.
    pub runtime: String,
}

/// SHA-256 in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The judge component, which made the verdict.
    pub judge: String,
    /// SHA-256 of each net's file, by name.
    pub nets: BTreeMap<String, String>,
    /// SHA-256 of each file of the built-in matching engine, by name, whichever solution matched.
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
