//! The three nets of the browser, run by rten with none but the operators that they have.

use rten::{Model, ModelOptions, NodeId, OpRegistry, Value, ValueOrView, op_registry};
use rten_tensor::NdTensorView;
use rten_tensor::prelude::*;
use senim_core::photo::{Answer, Net, Nets};

/// Detector, marks and eye; passive liveness and recognition are the server's.
pub(crate) struct Browser {
    detector: Ready,
    marks: Ready,
    eye: Ready,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{net:?}: {reason}")]
pub(crate) struct NetError {
    net: Net,
    reason: String,
}

impl Browser {
    pub(crate) fn load(
        detector: Vec<u8>,
        marks: Vec<u8>,
        eye: Vec<u8>,
    ) -> Result<Self, rten::LoadError> {
        Ok(Self {
            detector: Ready::load(detector)?,
            marks: Ready::load(marks)?,
            eye: Ready::load(eye)?,
        })
    }
}

impl Nets for Browser {
    type Error = NetError;

    fn run(&self, net: Net, input: &[f32], shape: [usize; 4]) -> Result<Answer, NetError> {
        let ready = match net {
            Net::Detector => Ok(&self.detector),
            Net::Marks => Ok(&self.marks),
            Net::Eye => Ok(&self.eye),
            Net::Passive | Net::Recogniser => Err("the browser does not have it".to_owned()),
        };
        ready.and_then(|it| it.run(input, shape)).map_err(|reason| NetError { net, reason })
    }
}

struct Ready {
    model: Model,
    input: Option<NodeId>,
    outputs: Vec<(String, NodeId)>,
}

impl Ready {
    fn load(onnx: Vec<u8>) -> Result<Self, rten::LoadError> {
        let operators: OpRegistry = op_registry!(
            Add,
            BatchNormalization,
            Concat,
            Conv,
            Flatten,
            Gather,
            Gemm,
            GlobalAveragePool,
            MaxPool,
            Relu,
            Reshape,
            Resize,
            Shape,
            Sigmoid,
            Transpose,
            Unsqueeze
        );
        let model = ModelOptions::with_ops(operators).load(onnx)?;
        let name = |it: &NodeId| {
            let info = model.node_info(*it);
            (info.and_then(|it| it.name().map(str::to_owned)).unwrap_or_default(), *it)
        };
        let outputs = model.output_ids().iter().map(name).collect();
        Ok(Self { input: model.input_ids().first().copied(), outputs, model })
    }

    fn run(&self, input: &[f32], shape: [usize; 4]) -> Result<Answer, String> {
        if input.len() != shape.iter().product::<usize>() {
            return Err("the input does not fit its shape".to_owned());
        }
        let place = self.input.ok_or("it takes no input")?;
        let tensor = NdTensorView::from_data(shape, input);
        let outputs: Vec<NodeId> = self.outputs.iter().map(|(_, id)| *id).collect();
        let answer = self
            .model
            .run(vec![(place, ValueOrView::from(tensor.as_dyn()))], &outputs, None)
            .map_err(|it| it.to_string())?;
        let named = self.outputs.iter().zip(answer).map(|((name, _), value)| {
            let Value::FloatTensor(numbers) = value else {
                return Err("an output is not of floats".to_owned());
            };
            Ok((name.clone(), numbers.to_vec()))
        });
        named.collect()
    }
}
