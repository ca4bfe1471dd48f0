//! The HTTP contract of a solution: core/openapi/biometric-solution-v1.yaml. Answers are used only
//! if they are consistent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::id::SolutionRequestId;
use crate::liveness::DEGREE_MIN;
use crate::liveness::challenge::{Challenge, Wishes};

/// The most images of one person that are compared with the reference in one request.
pub const PROBES_MAX: usize = 5;

/// Bytes in JSON: base64 with padding (RFC 4648 §4). Never printed: they show a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Base64(pub Vec<u8>);

#[cfg(test)]
impl schemars::JsonSchema for Base64 {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Base64".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "contentEncoding": "base64" })
    }
}

/// `POST /v1/match`: whether `probes` and `reference` show the same person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchFaces {
    pub request_id: SolutionRequestId,
    /// JPEG or PNG, best first, 1 to [`PROBES_MAX`].
    pub probes: Vec<Base64>,
    /// JPEG: the register's photo.
    pub reference: Base64,
}

/// The answer. All numbers are the solution's; the platform checks that they are consistent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchView {
    /// The request's id, so that answers can't be mixed up.
    pub request_id: String,
    /// 0–1, higher is more similar (BIO-3).
    pub similarity: f32,
    /// 0–1, on the scale of `similarity`: the solution's recommendation (BIO-3).
    pub threshold: f32,
    /// 0–100; 85 corresponds to `similarity` = `threshold` (PHM-2, PHM-3).
    pub degree: f32,
}

/// A consistent answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// 0–1.
    pub similarity: f32,
    /// 0–1.
    pub threshold: f32,
    /// 0–100.
    pub degree: f32,
}

impl Match {
    pub fn is_same_person(&self) -> bool {
        self.degree >= DEGREE_MIN
    }
}

impl MatchView {
    pub fn check(&self, asked: SolutionRequestId) -> Result<Match, Fault> {
        if self.request_id != asked.to_string() {
            return Err(Fault::AnotherRequest);
        }
        // NaN is in no range.
        let shares = [self.similarity, self.threshold];
        if !shares.iter().all(|it| (0.0..=1.0).contains(it))
            || !(0.0..=100.0).contains(&self.degree)
        {
            return Err(Fault::OutOfRange);
        }
        if (self.similarity >= self.threshold) != (self.degree >= DEGREE_MIN) {
            return Err(Fault::Contradiction);
        }
        let Self { similarity, threshold, degree, .. } = *self;
        Ok(Match { similarity, threshold, degree })
    }
}

/// `POST /v1/liveness/session`: a challenge for one check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenLivenessSession {
    pub request_id: SolutionRequestId,
    #[serde(default)]
    pub wishes: Wishes,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LivenessSessionView {
    pub request_id: String,
    /// The actions for the widget. The platform stores the challenge and sends it with the frames, so a
    /// solution does not have to keep state.
    pub challenge: Challenge,
}

/// `POST /v1/liveness/verdict`: whether a live person performed the challenge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeLiveness {
    pub request_id: SolutionRequestId,
    pub challenge: Challenge,
    /// The pack made by the widget: core/src/liveness/pack.rs, at most 5 MB.
    pub pack: Base64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LivenessVerdictView {
    pub request_id: String,
    pub live: bool,
    /// Why not, for the journal, never for the client; empty when live.
    pub reasons: Vec<String>,
    /// Indexes of the pack's frames that suit matching, best first, at most [`PROBES_MAX`].
    pub portraits: Vec<u16>,
}

impl LivenessVerdictView {
    /// `frames` is how many the pack has.
    pub fn check(&self, asked: SolutionRequestId, frames: usize) -> Result<(), Fault> {
        if self.request_id != asked.to_string() {
            return Err(Fault::AnotherRequest);
        }
        let there = self.portraits.iter().all(|&it| usize::from(it) < frames);
        if !there || self.portraits.len() > PROBES_MAX {
            return Err(Fault::OutOfRange);
        }
        // Live with reasons against it, or live without a portrait, is inconsistent.
        if self.live && (!self.reasons.is_empty() || self.portraits.is_empty()) {
            return Err(Fault::Contradiction);
        }
        Ok(())
    }
}

/// `GET /version`: kept with the evidence (DSP-1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionView {
    pub name: String,
    pub version: String,
    pub models: Vec<ModelView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelView {
    pub name: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

impl std::fmt::Debug for Base64 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Base64 {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as Deserialize>::deserialize(from)?;
        STANDARD
            .decode(text.as_bytes())
            .map(Self)
            .map_err(|_| serde::de::Error::custom("not base64"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ASKED: SolutionRequestId = SolutionRequestId(7);

    #[test]
    fn an_honest_answer_is_believed_and_each_lie_is_a_fault() {
        let honest = MatchView {
            request_id: ASKED.to_string(),
            similarity: 0.61,
            threshold: 0.386,
            degree: 96.2,
        };
        assert!(honest.check(ASKED).unwrap().is_same_person());
        let lie = |change: fn(&mut MatchView)| {
            let mut view = honest.clone();
            change(&mut view);
            view.check(ASKED).unwrap_err()
        };
        for (told, fault) in [
            (lie(|it| it.degree = f32::NAN), Fault::OutOfRange),
            (lie(|it| it.degree = 250.0), Fault::OutOfRange),
            (lie(|it| it.degree = -1.0), Fault::OutOfRange),
            (lie(|it| it.degree = f32::INFINITY), Fault::OutOfRange),
            (lie(|it| it.similarity = f32::NAN), Fault::OutOfRange),
            (lie(|it| it.similarity = 1.01), Fault::OutOfRange),
            (lie(|it| it.threshold = -0.1), Fault::OutOfRange),
            (lie(|it| it.similarity = 0.2), Fault::Contradiction),
            (lie(|it| it.degree = 84.9), Fault::Contradiction),
            (lie(|it| it.request_id = SolutionRequestId(8).to_string()), Fault::AnotherRequest),
            (lie(|it| it.request_id.clear()), Fault::AnotherRequest),
        ] {
            assert_eq!(told, fault);
        }
    }

    #[test]
    fn a_verdict_that_contradicts_itself_is_none() {
        let live = LivenessVerdictView {
            request_id: ASKED.to_string(),
            live: true,
            reasons: vec![],
            portraits: vec![2, 0],
        };
        assert_eq!(live.check(ASKED, 3), Ok(()));
        assert_eq!(live.check(SolutionRequestId(8), 3), Err(Fault::AnotherRequest));
        assert_eq!(live.check(ASKED, 2), Err(Fault::OutOfRange));
        let many = LivenessVerdictView { portraits: vec![0; PROBES_MAX + 1], ..live.clone() };
        assert_eq!(many.check(ASKED, 3), Err(Fault::OutOfRange));
        let against = LivenessVerdictView { reasons: vec!["print".to_owned()], ..live.clone() };
        assert_eq!(against.check(ASKED, 3), Err(Fault::Contradiction));
        let nobody = LivenessVerdictView { portraits: vec![], ..live.clone() };
        assert_eq!(nobody.check(ASKED, 3), Err(Fault::Contradiction));
        assert_eq!(LivenessVerdictView { live: false, ..against }.check(ASKED, 3), Ok(()));
    }

    #[test]
    fn numbers_beyond_a_float_read_as_none_that_is_believed() {
        let text = |degree: &str| {
            format!(
                r#"{{"request_id":"{ASKED}","similarity":0.5,"threshold":0.4,"degree":{degree}}}"#
            )
        };
        let read = |degree| serde_json::from_str::<MatchView>(&text(degree));
        assert!(read("NaN").is_err() && read("1e999").is_err() && read("\"90\"").is_err());
        assert_eq!(read("1e300").unwrap().check(ASKED), Err(Fault::OutOfRange));
        assert!(read("90").unwrap().check(ASKED).is_ok());
    }

    #[test]
    fn bytes_read_back_and_are_not_printed() {
        let text = serde_json::to_string(&Base64(b"face".to_vec())).unwrap();
        assert_eq!(text, r#""ZmFjZQ==""#);
        assert_eq!(serde_json::from_str::<Base64>(&text).unwrap().0, b"face");
        assert!(serde_json::from_str::<Base64>("\"*\"").is_err());
        assert_eq!(format!("{:?}", Base64(vec![1; 9])), "9 bytes");
    }

    proptest! {
        #[test]
        fn whatever_is_believed_is_in_its_range(
            similarity in any::<f32>(), threshold in any::<f32>(), degree in any::<f32>(),
        ) {
            let view = MatchView { request_id: ASKED.to_string(), similarity, threshold, degree };
            if let Ok(told) = view.check(ASKED) {
                prop_assert!((0.0..=100.0).contains(&told.degree));
                prop_assert_eq!(told.is_same_person(), told.similarity >= told.threshold);
            }
        }
    }
}
