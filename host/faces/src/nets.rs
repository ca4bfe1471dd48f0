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

/// SHA-256 of the net's file: rules, verdicts and degrees were calibrated with this net and no other.
fn calibrated(net: Net) -> &'static str {
    match net {
        Net::Detector => "12368603d70580d7324a7a0947fcb672c4198b770f60c56ca35cceb1dfac5afc",
        Net::Marks => "f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258",
        Net::Eye => "1afcea006abc1ccac3c517022abde0aa092bed74ff3c9fe6878483ef9e6e38de",
        Net::Passive => "afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d",
        Net::Recogniser => "3fcd8d8101d4848068d402944e1d4e500b96e258bddeefdf7984895289bbb9cc",
    }
}

/// SHA-256 of each net's file, in hexadecimal, by the net's name: for evidence (DSP-1). Another net is an error.
pub(super) fn digests(models_dir: &Path) -> Result<BTreeMap<String, String>, FacesError> {
    let digest = |(net, file): (Net, &str)| {
        let path = models_dir.join(file);
        let bytes = fs::read(&path).map_err(|_| FacesError::Missing(path.clone()))?;
        let (expected, found) = (calibrated(net), sha256(&bytes));
        if found != expected {
            return Err(FacesError::OtherModel { path, expected: expected.to_owned(), found });
        }
        Ok((net.name().to_owned(), found))
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

#[cfg(test)]
mod tests {
    use super::super::tests::models;
    use super::*;

    #[test]
    fn a_net_altered_after_set_up_is_not_opened() {
        let folder = std::env::temp_dir().join(format!("senim-nets-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (_, file) in FILES {
            fs::copy(models().join(file), folder.join(file)).unwrap();
        }
        assert_eq!(digests(&folder).unwrap().len(), FILES.len());
        let eye = folder.join("fr_eye.onnx");
        let mut bytes = fs::read(&eye).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&eye, bytes).unwrap();
        let refused = digests(&folder).unwrap_err();
        assert!(matches!(refused, FacesError::OtherModel { path, .. } if path == eye));
        fs::remove_dir_all(folder).unwrap();
    }
}
