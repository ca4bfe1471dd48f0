//! Nets run by onnxruntime, from the library that the operator names.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use ort::environment::Environment;
use ort::ep::{CUDA, ExecutionProvider as _};
use ort::session::Session;
use ort::value::TensorRef;
use senim_core::photo::Answer;

use super::FacesError;
use super::net::{NetError, Ready};

/// A process has one environment: onnxruntime wants it so.
static ENVIRONMENT: OnceLock<Result<Environment, String>> = OnceLock::new();

/// What onnxruntime computes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    #[default]
    Cpu,
    /// An NVIDIA card; needs a library that was built with it.
    Cuda,
}

#[derive(Clone, Copy)]
pub(super) struct Library {
    environment: &'static Environment,
    provider: Provider,
}

impl Library {
    /// The first library that a process names is the one it keeps.
    pub(super) fn open(path: &Path, provider: Provider) -> Result<Self, FacesError> {
        let unreadable = |reason: &str| FacesError::Unreadable {
            path: path.to_owned(),
            reason: reason.to_owned(),
        };
        let start = || {
            let builder = ort::init_from(path).map_err(|it| it.to_string())?;
            builder.with_name("senim").with_telemetry(false).build().map_err(|it| it.to_string())
        };
        let environment = ENVIRONMENT.get_or_init(start).as_ref().map_err(|it| unreadable(it))?;
        if provider == Provider::Cuda && !CUDA::is_available().unwrap_or(false) {
            return Err(unreadable("it was built without CUDA; set `faces.provider` to \"cpu\""));
        }
        Ok(Self { environment, provider })
    }

    /// `sessions` is how many threads can run the net at once.
    pub(super) fn load(self, model: &Path, sessions: usize) -> Result<OnnxruntimeNet, FacesError> {
        let session = || -> Result<Session, ort::Error> {
            let mut builder = Session::builder(self.environment)?;
            if self.provider == Provider::Cuda {
                builder = builder
                    .with_execution_providers([CUDA::default().build().error_on_failure()])?;
            }
            builder.with_intra_threads(1)?.with_inter_threads(1)?.commit_from_file(model)
        };
        let unreadable = |it: ort::Error| FacesError::Unreadable {
            path: model.to_owned(),
            reason: it.to_string(),
        };
        let sessions = (0..sessions).map(|_| session().map(Mutex::new)).collect::<Result<_, _>>();
        Ok(OnnxruntimeNet { sessions: sessions.map_err(unreadable)?, turn: AtomicUsize::new(0) })
    }
}

/// The binding runs a session for one caller at a time, so there are several.
pub(super) struct OnnxruntimeNet {
    sessions: Vec<Mutex<Session>>,
    turn: AtomicUsize,
}

impl Ready for OnnxruntimeNet {
    fn run(&self, input: &[f32], shape: [usize; 4]) -> Result<Answer, NetError> {
        let free = self.sessions.iter().find_map(|it| it.try_lock().ok());
        // Where all are busy, callers queue before each in turn.
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.sessions.len().max(1);
        let mut session = match (free, self.sessions.get(turn)) {
            (Some(session), _) => session,
            (None, Some(one)) => one.lock().unwrap_or_else(PoisonError::into_inner),
            (None, None) => return Err(NetError("no session".to_owned())),
        };
        run(&mut session, input, shape).map_err(|it| NetError(it.to_string()))
    }
}

fn run(session: &mut Session, input: &[f32], shape: [usize; 4]) -> Result<Answer, ort::Error> {
    let tensor = TensorRef::from_array_view((shape, input))?;
    let outputs = session.run(ort::inputs![tensor])?;
    outputs
        .iter()
        .map(|(name, value)| Ok((name.to_owned(), value.try_extract_tensor::<f32>()?.1.to_vec())))
        .collect()
}
