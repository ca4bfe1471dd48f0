//! Nets run by rten, in pure Rust: needs nothing beside the model.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rten::{Model, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::NdTensorView;
use rten_tensor::prelude::*;
use senim_core::photo::Answer;

use super::FacesError;
use super::net::{NetError, Ready};

pub(super) struct EmbeddedNet {
    model: Model,
    /// One thread each, taken in turn.
    pools: Vec<Arc<ThreadPool>>,
    turn: AtomicUsize,
}

impl EmbeddedNet {
    /// `threads` is how many callers can run the net at once, each on one of them.
    pub(super) fn load(model: &Path, threads: usize) -> Result<Self, FacesError> {
        let loaded = Model::load_file(model).map_err(|it| FacesError::Unreadable {
            path: model.to_owned(),
            reason: it.to_string(),
        })?;
        let pools =
            (0..threads.max(1)).map(|_| Arc::new(ThreadPool::with_num_threads(1))).collect();
        Ok(Self { model: loaded, pools, turn: AtomicUsize::new(0) })
    }

    fn options(&self) -> RunOptions {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.pools.len();
        RunOptions::default().with_thread_pool(self.pools.get(turn).cloned())
    }
}

impl Ready for EmbeddedNet {
    fn run(&self, input: &[f32], shape: [usize; 4]) -> Result<Answer, NetError> {
        let failed = |reason: &str| NetError(reason.to_owned());
        if input.len() != shape.iter().product::<usize>() {
            return Err(failed("the input does not fit its shape"));
        }
        let tensor = NdTensorView::from_data(shape, input);
        let &place = self.model.input_ids().first().ok_or_else(|| failed("no input"))?;
        let outputs = self.model.output_ids();
        let values = self
            .model
            .run(vec![(place, ValueOrView::from(tensor.as_dyn()))], outputs, Some(self.options()))
            .map_err(|it| NetError(it.to_string()))?;
        outputs
            .iter()
            .zip(values)
            .map(|(&output, value)| {
                let info = self.model.node_info(output);
                let name = info.and_then(|it| it.name().map(str::to_owned)).unwrap_or_default();
                let Value::FloatTensor(numbers) = value else {
                    return Err(failed("an output is not of floats"));
                };
                Ok((name, numbers.to_vec()))
            })
            .collect()
    }
}
