//! The nets that core's rooms ask for, loaded: which file is which, and that all of them are there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use senim_core::photo::{Answer, Net, Nets};

use super::FacesError;
use super::net::{NetError, Ready, Runtime};
use senim_core::jose::sha256;

pub(super) struct Loaded {
    detector: Arc<dyn Ready>,
    marks: Arc<dyn Ready>,
    eye: Arc<dyn Ready>,
    passive: Arc<dyn Ready>,
    recogniser: Arc<dyn Ready>,
}

/// The recogniser's file.
pub(super) const RECOGNISER: &str = "sface.onnx";

/// Which file of the folder of models is which net.
pub const FILES: [(Net, &str); 5] = [
    (Net::Detector, "yunet.onnx"),
    (Net::Marks, "fr_landmark.onnx"),
    (Net::Eye, "fr_eye.onnx"),
    (Net::Passive, "fr_liveness.onnx"),
    (Net::Recogniser, RECOGNISER),
];

/// SHA-256 of each net's file, in hexadecimal, by the net's name: for evidence (DSP-1).
pub(super) fn digests(models_dir: &Path) -> Result<BTreeMap<String, String>, FacesError> {
    let digest = |(net, file): (Net, &str)| {
        let path = models_dir.join(file);
        let bytes = fs::read(&path)
            .map_err(|it| FacesError::Unreadable { path, reason: it.to_string() })?;
        Ok((net.name().to_owned(), sha256(&bytes)))
    };
    FILES.into_iter().map(digest).collect()
}

impl Loaded {
    pub(super) fn open(runtime: Runtime, models_dir: &Path) -> Result<Self, FacesError> {
        let net = |name: &str| runtime.load(&models_dir.join(name));
        Ok(Self {
            detector: net("yunet.onnx")?,
            marks: net("fr_landmark.onnx")?,
            eye: net("fr_eye.onnx")?,
            passive: net("fr_liveness.onnx")?,
            recogniser: net(RECOGNISER)?,
        })
    }

    pub(super) fn recogniser(&self) -> Arc<dyn Ready> {
        Arc::clone(&self.recogniser)
    }
}

impl Nets for Loaded {
    type Error = NetError;

    fn run(&self, net: Net, input: &[f32], shape: [usize; 4]) -> Result<Answer, NetError> {
        let ready = match net {
            Net::Detector => &self.detector,
            Net::Marks => &self.marks,
            Net::Eye => &self.eye,
            Net::Passive => &self.passive,
            Net::Recogniser => &self.recogniser,
        };
        ready.run(input, shape)
    }
}
