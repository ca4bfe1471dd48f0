//! Makes an ONNX file of dlib's face recognition net (`dlib_face_recognition_resnet_model_v1.dat`, CC0).
//!
//! dlib serialises a net as layers in C++, last layer first named and deepest first filled; what matters here is
//! the order of the layers' names with their numbers behind them. The net is ResNet-29: a 7×7 convolution, then
//! five groups of residual blocks, every convolution followed by an affine layer that is folded into it.

use std::collections::VecDeque;

use anyhow::{Context as _, Result, bail, ensure};

use crate::onnx::{self, Graph, Side};

/// The side of the input that the net was trained with.
const SIDE: u64 = 150;

/// What dlib takes from red, green and blue before it divides by 256.
const MEAN: [f32; 3] = [122.782, 117.001, 104.298];

/// Residual blocks that keep the size, after each block that halves it; the first group has no halving block.
const GROUPS: [usize; 5] = [3, 3, 2, 2, 0];

/// Input `input`: N×3×150×150, planes of red, green, blue, 0–255. Output `output`: N×128.
pub fn to_onnx(dat: &[u8]) -> Result<Vec<u8>> {
    let mut net = Net { layers: layers(dat)?, graph: Graph::default() };
    let mean = net.graph.floats(&[1, 3, 1, 1], &MEAN);
    let scale = net.graph.floats(&[], &[1.0 / 256.0]);
    let centred = net.graph.node("Sub", &["input", &mean], &[]);
    let input = net.graph.node("Mul", &[&centred, &scale], &[]);
    let stem =
        net.convolution(&Tensor { name: input, channels: 3, side: usize::try_from(SIDE)? })?;
    let stem = net.relu(&stem);
    let pool: &[(&str, &[i64])] = &[("kernel_shape", &[3, 3]), ("strides", &[2, 2])];
    let mut at = Tensor {
        name: net.graph.node("MaxPool", &[&stem.name], pool),
        side: (stem.side - 3) / 2 + 1,
        ..stem
    };
    for (group, blocks) in GROUPS.into_iter().enumerate() {
        if group > 0 {
            at = net.halved(&at)?;
        }
        for _ in 0..blocks {
            at = net.residual(&at)?;
        }
    }
    let pooled = net.graph.node("GlobalAveragePool", &[&at.name], &[]);
    let flat = net.graph.node("Flatten", &[&pooled], &[]);
    let Some(Layer::Connected { inputs, outputs, weights }) = net.layers.pop_front() else {
        bail!("the last layer is not a connected one");
    };
    ensure!(inputs == at.channels && net.layers.is_empty(), "layers are left over");
    let weights = net.graph.floats(&[wide(inputs)?, wide(outputs)?], &weights);
    net.graph.node_to("MatMul", &[&flat, &weights], &[], "output");

    let input =
        onnx::place("input", &[Side::Any("N"), Side::Of(3), Side::Of(SIDE), Side::Of(SIDE)]);
    let output = onnx::place("output", &[Side::Any("N"), Side::Of(outputs as u64)]);
    Ok(onnx::file("senim", 7, &net.graph.finish("dlib", &input, &output)))
}

/// What flows between nodes.
#[derive(Clone)]
struct Tensor {
    name: String,
    channels: usize,
    side: usize,
}

struct Net {
    /// Not used yet, the picture's end first.
    layers: VecDeque<Layer>,
    graph: Graph,
}

impl Net {
    /// A convolution with the affine layer behind it.
    fn convolution(&mut self, from: &Tensor) -> Result<Tensor> {
        let Some(Layer::Convolution { mut numbers, filters, kernel, stride, pad }) =
            self.layers.pop_front()
        else {
            bail!("a convolution is missing");
        };
        let Some(Layer::Affine(affine)) = self.layers.pop_front() else {
            bail!("an affine layer is missing");
        };
        let each = from.channels * kernel * kernel;
        ensure!(numbers.len() == filters * (each + 1), "weights of {filters} filters");
        ensure!(affine.len() == 2 * filters, "an affine layer of {filters} filters");
        let (gains, shifts) = affine.split_at(filters);
        let mut biases = numbers.split_off(filters * each);
        for (filter, gain) in numbers.chunks_exact_mut(each).zip(gains) {
            for weight in filter {
                *weight *= gain;
            }
        }
        for (bias, (gain, shift)) in biases.iter_mut().zip(gains.iter().zip(shifts)) {
            *bias = *bias * gain + shift;
        }
        let sizes = [wide(filters)?, wide(from.channels)?, wide(kernel)?, wide(kernel)?];
        let weights = self.graph.floats(&sizes, &numbers);
        let biases = self.graph.floats(&[wide(filters)?], &biases);
        let name = self.graph.node(
            "Conv",
            &[&from.name, &weights, &biases],
            &[
                ("kernel_shape", &[wide(kernel)?; 2]),
                ("strides", &[wide(stride)?; 2]),
                ("pads", &[wide(pad)?; 4]),
            ],
        );
        Ok(Tensor { name, channels: filters, side: (from.side + 2 * pad - kernel) / stride + 1 })
    }

    fn relu(&mut self, from: &Tensor) -> Tensor {
        Tensor { name: self.graph.node("Relu", &[&from.name], &[]), ..from.clone() }
    }

    fn block(&mut self, from: &Tensor) -> Result<Tensor> {
        let inner = self.convolution(from)?;
        let inner = self.relu(&inner);
        self.convolution(&inner)
    }

    fn residual(&mut self, from: &Tensor) -> Result<Tensor> {
        let block = self.block(from)?;
        self.sum(from, &block)
    }

    /// Half the size and, mostly, twice the channels: dlib adds what is missing on either way as noughts.
    fn halved(&mut self, from: &Tensor) -> Result<Tensor> {
        let mut block = self.block(from)?;
        let pool: &[(&str, &[i64])] = &[("kernel_shape", &[2, 2]), ("strides", &[2, 2])];
        let mut pooled = Tensor {
            name: self.graph.node("AveragePool", &[&from.name], pool),
            channels: from.channels,
            side: (from.side - 2) / 2 + 1,
        };
        if block.channels != pooled.channels {
            let missing = wide(block.channels - pooled.channels)?;
            let pads = self.graph.integers(&[0, 0, 0, 0, 0, missing, 0, 0]);
            pooled.name = self.graph.node("Pad", &[&pooled.name, &pads], &[]);
            pooled.channels = block.channels;
        }
        if block.side != pooled.side {
            let missing = wide(pooled.side - block.side)?;
            let pads = self.graph.integers(&[0, 0, 0, 0, 0, 0, missing, missing]);
            block.name = self.graph.node("Pad", &[&block.name, &pads], &[]);
            block.side = pooled.side;
        }
        self.sum(&pooled, &block)
    }

    fn sum(&mut self, one: &Tensor, other: &Tensor) -> Result<Tensor> {
        ensure!((one.channels, one.side) == (other.channels, other.side), "sizes that do not add");
        let name = self.graph.node("Add", &[&one.name, &other.name], &[]);
        Ok(self.relu(&Tensor { name, ..other.clone() }))
    }
}

enum Layer {
    Convolution { numbers: Vec<f32>, filters: usize, kernel: usize, stride: usize, pad: usize },
    Affine(Vec<f32>),
    Connected { inputs: usize, outputs: usize, weights: Vec<f32> },
}

/// The layers with numbers, the picture's end first.
fn layers(dat: &[u8]) -> Result<VecDeque<Layer>> {
    let mut layers = VecDeque::new();
    let mut rest = dat;
    while let Some((_, after)) = rest.split_first() {
        if let Some(mut from) = rest.strip_prefix(b"\x05con_4") {
            let numbers = tensor(&mut from)?;
            let [filters, kernel, columns, stride, across, pad, pad_across] = integers(&mut from)?;
            ensure!((kernel, stride, pad) == (columns, across, pad_across), "a filter not square");
            layers.push_back(Layer::Convolution { numbers, filters, kernel, stride, pad });
            rest = from;
        } else if let Some(mut from) = rest.strip_prefix(b"\x07affine_") {
            layers.push_back(Layer::Affine(tensor(&mut from)?));
            rest = from;
        } else if let Some(mut from) = rest.strip_prefix(b"\x04fc_2") {
            let [outputs, inputs] = integers(&mut from)?;
            let weights = tensor(&mut from)?;
            ensure!(weights.len() == inputs * outputs, "weights of the connected layer");
            layers.push_back(Layer::Connected { inputs, outputs, weights });
            rest = from;
        } else {
            rest = after;
        }
    }
    ensure!(!layers.is_empty(), "no layer of dlib's is in the file");
    Ok(layers)
}

/// dlib's tensor: version 2, four sizes, then floats.
fn tensor(from: &mut &[u8]) -> Result<Vec<f32>> {
    let [version, a, b, c, d] = integers(from)?;
    ensure!(version == 2, "tensors of version {version}");
    let bytes = [a, b, c, d].iter().try_fold(4_usize, |all, it| all.checked_mul(*it));
    let bytes = bytes.context("sizes beyond reason")?;
    let (taken, rest) = from.split_at_checked(bytes).context("a tensor is cut short")?;
    *from = rest;
    Ok(taken.as_chunks::<4>().0.iter().map(|it| f32::from_le_bytes(*it)).collect())
}

/// dlib's integer: how many bytes follow (and the sign, which no size has), then they, the low one first.
fn integers<const N: usize>(from: &mut &[u8]) -> Result<[usize; N]> {
    let mut found = [0; N];
    for number in &mut found {
        let (&control, rest) = from.split_first().context("a number is cut short")?;
        let length = usize::from(control & 0x0f);
        ensure!(control & 0x80 == 0 && length <= size_of::<usize>(), "a size below nought");
        let (bytes, rest) = rest.split_at_checked(length).context("a number is cut short")?;
        *number = bytes.iter().rev().fold(0, |all, it| all << 8 | usize::from(*it));
        *from = rest;
    }
    Ok(found)
}

fn wide(size: usize) -> Result<i64> {
    Ok(i64::try_from(size)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_dlib_writes_them() {
        let mut from: &[u8] = &[1, 2, 1, 1, 1, 1, 1, 1, 2, 0, 1, 0, 0, 0x80, 0x3f, 9];
        assert!(tensor(&mut from).is_err(), "256 × 1 floats are not there");
        let mut from: &[u8] = &[1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0x80, 0x3f, 9];
        assert_eq!(tensor(&mut from).unwrap(), [1.0]);
        assert_eq!(from, [9]);
        assert!(integers::<1>(&mut [0x81, 1].as_slice()).is_err());
        assert_eq!(integers::<1>(&mut [2, 0x96, 1].as_slice()).unwrap(), [406]);
    }

    #[test]
    fn other_files_than_dlibs_nets_are_refused() {
        assert!(to_onnx(b"").is_err());
        assert!(to_onnx(b"\x05con_4\x01\x02").is_err());
        assert!(to_onnx(&[7; 100]).is_err());
    }
}
