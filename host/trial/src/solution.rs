//! Who is on trial: the built-in engine, or a vendor's by its HTTP contract (core/openapi/biometric-solution-v1.yaml).

use senim_core::jose::hex;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http::{Request, StatusCode};
use senim_core::id::SolutionRequestId;
use senim_core::json;
use senim_core::solution::{Base64, MatchFaces, MatchView, VersionView};
use senim_core::trial::Solution;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Runtime;
use url::Url;

use senim_channel::clock::{Rng, SystemRng};
use senim_channel::{Outbound, OutboundError};
use senim_faces::{self as faces, Faces};

pub(super) enum Tried {
    /// `templates` is the digest of what makes templates: nets, alignment, not weights, gate or calibration.
    Builtin {
        faces: Box<Faces>,
        about: Solution,
        templates: String,
    },
    Vendor(Vendor),
}

/// A solution behind HTTP.
pub(super) struct Vendor {
    outbound: Outbound,
    base: Url,
    runtime: Runtime,
    pub(super) about: Solution,
}

/// Why there is no similarity: a problem's code or the fault's name.
pub(super) type Refused = String;

impl Tried {
    pub(super) fn builtin(
        models: &Path,
        onnxruntime: Option<&Path>,
        solution: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let faces = Faces::open_with(
            models,
            &faces::Options {
                onnxruntime: onnxruntime.map(Path::to_owned),
                solution: solution.map(Path::to_owned),
                ..faces::Options::default()
            },
        )?;
        let solution = faces.solution();
        let mut digest = Sha256::new_with_prefix(RECIPE);
        for net in ["yunet.onnx", "fr_landmark.onnx", "fr_eye.onnx"] {
            let path = models.join(net);
            let bytes = std::fs::read(&path).with_context(|| format!("`{}`", path.display()))?;
            digest.update(Sha256::digest(&bytes));
        }
        digest.update(serde_json::to_vec(&solution.looks)?);
        let mut unweighed = solution.embeddings.clone();
        for it in &mut unweighed {
            it.weight = 0.0;
        }
        let templates =
            hex(&digest.clone().chain_update(serde_json::to_vec(&unweighed)?).finalize());
        digest.update(serde_json::to_vec(solution)?);
        let about = Solution {
            name: format!("{} (built-in, {})", solution.name, faces.runtime()),
            version: solution.version.clone(),
            digest: hex(&digest.finalize()),
        };
        Ok(Self::Builtin { faces: Box::new(faces), about, templates })
    }

    pub(super) fn vendor(address: &str) -> anyhow::Result<Self> {
        Ok(Self::Vendor(Vendor::at(address)?))
    }

    pub(super) fn about(&self) -> &Solution {
        match self {
            Self::Builtin { about, .. } => about,
            Self::Vendor(vendor) => &vendor.about,
        }
    }

    /// The similarity of one person's pictures to another picture, as the solution tells it.
    pub(super) fn compare(&self, probes: &[&[u8]], reference: &[u8]) -> Result<f32, Refused> {
        match self {
            Self::Builtin { faces, .. } => faces
                .compare(probes, reference)
                .map(|it| it.similarity)
                .map_err(|it| it.code().to_owned()),
            Self::Vendor(vendor) => vendor.compare(probes, reference),
        }
    }
}

/// Raised when the engine's code makes other templates of the same picture and models.
const RECIPE: &str = "1";

impl Vendor {
    /// Longer than the contract's, so that slowness is measured, not cut off.
    const WITHIN: Duration = Duration::from_secs(30);
    /// More than the contract's, for the same reason.
    const ANSWER_MAX: usize = 1024 * 1024;

    pub(super) fn at(base: &str) -> anyhow::Result<Self> {
        let base: Url = base.parse().context("the solution's address")?;
        let outbound = Outbound::http_or_https(None, Self::WITHIN)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let request = Request::get(base.join("version")?.as_str()).body(Bytes::new())?;
        let (status, body) = runtime.block_on(Self::answer(&outbound, request))?;
        ensure!(status == StatusCode::OK, "`/version` answers {status}");
        let version: VersionView = json::read(&body)?;
        let mut digest = Sha256::new();
        for model in &version.models {
            digest.update(&model.sha256);
        }
        let about = Solution {
            name: version.name,
            version: version.version,
            digest: hex(&digest.finalize()),
        };
        Ok(Self { outbound, base, runtime, about })
    }

    fn compare(&self, probes: &[&[u8]], reference: &[u8]) -> Result<f32, Refused> {
        let id = SolutionRequestId(SystemRng.id());
        let request = MatchFaces {
            request_id: id,
            probes: probes.iter().map(|it| Base64(it.to_vec())).collect(),
            reference: Base64(reference.to_vec()),
        };
        let body = serde_json::to_vec(&request).map_err(|_| "malformed".to_owned())?;
        let (status, answer) = self.post("v1/match", body).ok_or("unreachable")?;
        if status == 422 {
            let problem: serde_json::Value = json::read(&answer).unwrap_or_default();
            return Err(problem["code"].as_str().unwrap_or("malformed").to_owned());
        }
        if status != 200 {
            return Err("status".to_owned());
        }
        let view: MatchView = json::read(&answer).map_err(|_| "malformed")?;
        view.check(id).map(|it| it.similarity).map_err(|fault| fault.name().to_owned())
    }

    /// Status and body; nothing when there is no whole answer.
    pub(super) fn post(&self, path: &str, body: Vec<u8>) -> Option<(u16, Bytes)> {
        let request = Request::post(self.base.join(path).ok()?.as_str());
        self.ask(request.header("content-type", "application/json").body(body.into()).ok()?)
    }

    pub(super) fn get(&self, path: &str) -> Option<(u16, Bytes)> {
        self.ask(Request::get(self.base.join(path).ok()?.as_str()).body(Bytes::new()).ok()?)
    }

    fn ask(&self, request: Request<Bytes>) -> Option<(u16, Bytes)> {
        let answer = self.runtime.handle().block_on(Self::answer(&self.outbound, request));
        answer.ok().map(|(status, body)| (status.as_u16(), body))
    }

    async fn answer(
        outbound: &Outbound,
        request: Request<Bytes>,
    ) -> Result<(StatusCode, Bytes), OutboundError> {
        let answer = outbound.send(request, Self::WITHIN).await?;
        let status = answer.status();
        Ok((status, answer.body(Self::ANSWER_MAX).await?))
    }
}
