//! The nets that core's rooms ask for, loaded: which file is which, and that all of them are there.

use std::path::Path;
use std::sync::Arc;

use senim_core::photo::{Answer, Net, Nets};

use super::FacesError;
use super::net::{NetError, Ready, Runtime};

pub(super) struct Loaded {
    detector: Arc<dyn Ready>,
    marks: Arc<dyn Ready>,
    eye: Arc<dyn Ready>,
    passive: Arc<dyn Ready>,
    recogniser: Arc<dyn Ready>,
}

/// The recogniser's file.
pub(super) const RECOGNISER: &str = "sface.onnx";

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
