//! YuNet run by rten, with none but the operators that it has: a third of the code is left away.

use rten::{Model, ModelOptions, NodeId, OpRegistry, Value, ValueOrView, op_registry};
use rten_tensor::NdTensorView;
use rten_tensor::prelude::*;
use senim_core::photo::{self, Canvas, Face, Heads, Image, STRIDES};
use wasm_bindgen::JsError;

/// The longer side of the net's input: 22 ms a frame, and faces from 5 % of it are found.
const SIDE: usize = 320;

/// The outputs of one grid.
const PARTS: [&str; 4] = ["cls", "obj", "bbox", "kps"];

pub(crate) struct Detector {
    model: Model,
    input: NodeId,
    /// In the order of [`STRIDES`], and in each of [`PARTS`].
    outputs: Vec<NodeId>,
}

impl Detector {
    pub(crate) fn load(model: Vec<u8>) -> Result<Self, JsError> {
        let operators: OpRegistry =
            op_registry!(Add, Conv, MaxPool, Relu, Reshape, Resize, Sigmoid, Transpose);
        let model = ModelOptions::with_ops(operators).load(model)?;
        let names = STRIDES.iter().flat_map(|stride| PARTS.map(|part| format!("{part}_{stride}")));
        let outputs = names.map(|name| model.node_id(&name)).collect::<Result<_, _>>()?;
        let &input =
            model.input_ids().first().ok_or_else(|| JsError::new("the model takes no input"))?;
        Ok(Self { model, input, outputs })
    }

    pub(crate) fn faces(&self, image: &Image) -> Result<Vec<Face>, JsError> {
        let canvas = Canvas::fitting(image, SIDE);
        let input = canvas.input(image);
        let tensor = NdTensorView::from_data(canvas.shape(), input.as_slice());
        let inputs = vec![(self.input, ValueOrView::from(tensor.as_dyn()))];
        let answer = self.model.run(inputs, &self.outputs, None)?;
        let numbers: Vec<Vec<f32>> = answer.into_iter().map(floats).collect::<Result<_, _>>()?;
        let heads: Vec<Heads<'_>> = numbers.chunks_exact(PARTS.len()).filter_map(heads).collect();
        let heads: [Heads<'_>; 3] =
            heads.try_into().map_err(|_| JsError::new("the model answered too little"))?;
        Ok(photo::faces(&canvas, &heads))
    }
}

fn floats(value: Value) -> Result<Vec<f32>, JsError> {
    if let Value::FloatTensor(numbers) = value {
        Ok(numbers.to_vec())
    } else {
        Err(JsError::new("the model did not answer in floats"))
    }
}

fn heads(parts: &[Vec<f32>]) -> Option<Heads<'_>> {
    let [class, object, bounds, landmarks] = parts else {
        return None;
    };
    Some(Heads { class, object, bounds, landmarks })
}
