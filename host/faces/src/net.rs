//! A trained net, whoever runs it: numbers in, numbers out, on the caller's one thread.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use senim_core::photo::Answer;

use super::FacesError;
use super::embedded::EmbeddedNet;
use super::onnxruntime::{Library, Provider};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a net could not be run: {0}")]
pub struct NetError(pub(super) String);

/// A net that is loaded and ready.
pub(super) trait Ready: Send + Sync {
    /// `shape` is one picture, its planes, rows and columns. Any number of threads may call at once.
    fn run(&self, input: &[f32], shape: [usize; 4]) -> Result<Answer, NetError>;
}

/// Who runs the nets.
#[derive(Clone, Copy)]
pub(super) enum Runtime {
    Onnxruntime(Library),
    Embedded,
}

impl Runtime {
    pub(super) fn onnxruntime(library: &Path, provider: Provider) -> Result<Self, FacesError> {
        Library::open(library, provider).map(Self::Onnxruntime)
    }

    pub(super) fn embedded() -> Self {
        Self::Embedded
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Onnxruntime(_) => "ort",
            Self::Embedded => "rten",
        }
    }

    pub(super) fn load(self, model: &Path) -> Result<Arc<dyn Ready>, FacesError> {
        /// A check or a match takes tens of milliseconds, so few are enough.
        const AT_ONCE_MAX: usize = 4;

        if !model.is_file() {
            return Err(FacesError::Missing(model.to_owned()));
        }
        let at_once = thread::available_parallelism().map_or(1, |it| it.get().min(AT_ONCE_MAX));
        Ok(match self {
            Self::Onnxruntime(library) => Arc::new(library.load(model, at_once)?),
            Self::Embedded => Arc::new(EmbeddedNet::load(model, at_once)?),
        })
    }
}

#[cfg(test)]
mod tests {
    //! What every runtime must do. One that joins is added to `RUNTIMES` of the tests beside.

    use senim_core::photo::Marks;

    use super::super::tests::{RUNTIMES, models, open};
    use super::*;

    #[test]
    fn every_runtime_gives_the_same_answers() {
        let inputs = [
            ("yunet.onnx", [1, 3, 192, 320]),
            ("yunet.onnx", [1, 3, 320, 256]),
            ("sface.onnx", [1, 3, 112, 112]),
            ("fr_liveness.onnx", [1, 3, 128, 128]),
            ("dlib_resnet.onnx", [1, 3, 150, 150]),
            ("fr_landmark.onnx", Marks::SHAPE),
            ("fr_eye.onnx", Marks::EYE_SHAPE),
        ];
        for (model, shape) in inputs {
            let input: Vec<f32> = shades().take(shape.iter().product()).collect();
            let answers = RUNTIMES.map(|runtime| {
                open(runtime).load(&models().join(model)).unwrap().run(&input, shape).unwrap()
            });
            for answer in &answers {
                assert_eq!(
                    answer.keys().collect::<Vec<_>>(),
                    answers[0].keys().collect::<Vec<_>>(),
                    "{model}"
                );
                for (name, numbers) in answer {
                    let expected = &answers[0][name];
                    assert_eq!(numbers.len(), expected.len(), "{model} {name}");
                    let apart = numbers
                        .iter()
                        .zip(expected)
                        .map(|(a, b)| (a - b).abs())
                        .fold(0.0, f32::max);
                    assert!(apart < 1e-2, "{model} {name}: {apart} apart");
                }
            }
        }
    }

    #[test]
    fn every_runtime_refuses_what_does_not_fit() {
        for runtime in RUNTIMES {
            let net = open(runtime).load(&models().join("sface.onnx")).unwrap();
            assert!(net.run(&[0.0; 12], [1, 3, 112, 112]).is_err(), "{runtime}");
            assert!(net.run(&vec![0.0; 3 * 64 * 64], [1, 3, 64, 64]).is_err(), "{runtime}");
        }
    }

    #[test]
    fn every_runtime_says_what_is_missing_or_broken() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        for runtime in RUNTIMES {
            let missing = open(runtime).load(&here.join("no-such.onnx")).err().unwrap();
            assert!(missing.to_string().contains("cargo xtask setup"), "{runtime}: {missing}");
            assert!(matches!(
                open(runtime).load(&here.join("Cargo.toml")),
                Err(FacesError::Unreadable { .. })
            ));
        }
    }

    #[test]
    fn every_runtime_serves_many_threads_at_once() {
        for runtime in RUNTIMES {
            let net = open(runtime).load(&models().join("fr_liveness.onnx")).unwrap();
            let input = vec![100.0; 3 * 128 * 128];
            let run = || net.run(&input, [1, 3, 128, 128]).unwrap();
            let expected = run();
            thread::scope(|scope| {
                for thread in (0..8).map(|_| scope.spawn(run)).collect::<Vec<_>>() {
                    assert_eq!(thread.join().unwrap(), expected, "{runtime}");
                }
            });
        }
    }

    /// A picture without a meaning.
    fn shades() -> impl Iterator<Item = f32> {
        (0_u32..).map(|it| f32::from(u8::try_from(it * 31 % 255).unwrap()))
    }
}
