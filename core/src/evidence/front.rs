//! What stays of a check at a solution with a front part of its own (DSP-1): who judged, what they said, the portraits'
//! digests, the match. The verdict is that solution's; nothing here can repeat it.

use serde::{Deserialize, Serialize};

use super::bundle::{Matching, Packed};
use crate::Timestamp;
use crate::agreement::Acceptance;
use crate::id::{SessionId, SolutionRequestId};
use crate::jose::sha256;
use crate::liveness::challenge::Nonce;
use crate::liveness::pack::{About, Frame, Kind, Writer};
use crate::solution::VersionView;

pub const FRONT_VERSION: u8 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontBundle {
    /// [`FRONT_VERSION`].
    pub front_version: u8,
    pub session: SessionId,
    pub check: u8,
    /// Which edition of the user agreement was accepted, when and in which language (IDX-12).
    pub agreement: Option<Acceptance>,
    pub opened_at: Timestamp,
    /// When the verdict was asked for.
    pub asked_at: Timestamp,
    pub judged_at: Timestamp,
    /// The solution's name in the configuration.
    pub solution: String,
    /// What it said of itself; absent where it did not.
    pub software: Option<VersionView>,
    /// The id of the request to the solution, by which it is counted and priced.
    pub request: SolutionRequestId,
    /// SHA-256 of the solution's own name and challenge of the check, in hexadecimal.
    pub front_session_sha256: String,
    pub front_challenge_sha256: String,
    /// Absent where no pack arrived at the solution, or it gave no valid answer.
    pub verdict: Option<FrontVerdictKept>,
    /// Why there is no valid answer: a fault's name.
    pub fault: Option<String>,
    pub matching: Option<Matching>,
    /// `passed`, or a problem's code.
    pub outcome: String,
}

/// The solution's verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontVerdictKept {
    pub live: bool,
    pub reasons: Vec<String>,
    /// Of the pack that it judged and kept itself, as it says.
    pub pack_sha256: String,
    pub pack_bytes: u64,
    /// Portraits that came in an earlier check.
    pub repeated: usize,
    /// The portraits, as they are kept: [`portraits`]. Absent where it gave none.
    pub portraits: Option<Packed>,
}

/// The portraits as a pack, so that they are kept, exported and destroyed as frames are.
pub fn portraits(solution: &str, challenge: &str, portraits: &[Vec<u8>]) -> Vec<u8> {
    let about = About { widget: format!("portraits of {solution}"), ..About::default() };
    let mut writer = Writer::new(&nonce(challenge), &about);
    for jpeg in portraits {
        writer.push(&Frame { step: 0, at_ms: 0, kind: Kind::Portrait, jpeg });
    }
    writer.finish()
}

/// Binds the portraits' pack to the solution's challenge.
pub fn nonce(challenge: &str) -> Nonce {
    let digest = <sha2::Sha256 as sha2::Digest>::digest(challenge.as_bytes());
    Nonce(digest.into())
}

impl FrontBundle {
    /// Whether the portraits' pack is bound to the challenge whose digest this bundle has.
    pub fn is_bound(&self, nonce: &Nonce) -> bool {
        let byte = |at: usize| -> Option<u8> {
            u8::from_str_radix(self.front_challenge_sha256.get(2 * at..2 * at + 2)?, 16).ok()
        };
        nonce.0.iter().enumerate().all(|(at, it)| byte(at) == Some(*it))
    }
}

/// In hexadecimal.
pub fn digest(text: &str) -> String {
    sha256(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liveness::pack::Pack;

    #[test]
    fn portraits_read_back_as_a_pack_of_their_challenge() {
        let bytes = portraits("a", "challenge", &[b"one".to_vec(), b"two".to_vec()]);
        let pack = Pack::read(&bytes, &nonce("challenge")).unwrap();
        assert_eq!(pack.frames.iter().map(|it| it.jpeg).collect::<Vec<_>>(), [b"one", b"two"]);
        assert!(Pack::read(&bytes, &nonce("other")).is_err());
    }
}
