//! Makes a net small for the browser: its weights rounded to few bits and kept as half floats, which rten loads.
//!
//! Weights of a layer's output share a step, a power of two, so that a half float holds each of them exactly and
//! the compressor finds their low bits empty. Depthwise layers have few weights and mind rounding most: they keep
//! a half float's eleven bits. Against the unshrunk net on 168 squares of the genuine clip's frames 140–472 the
//! sixty-eight points move by 0.08 px of 64 in the mean and by 0.33 px at most with [`BITS`].

use anyhow::{Context as _, Result, ensure};

use crate::onnx::{FLOAT, graph, model, tensor};
use crate::protobuf::{Message, Value};

/// Of a weight, with its sign: at eight the points move by 0.5 px at most, at ten by 0.26 px for 36 KB more.
const BITS: f32 = 9.0;
/// Fewer weights than these are not worth rounding.
const MANY: usize = 256;

/// ONNX's half float.
const HALF: u64 = 10;

/// `onnx` as [`fold`](crate::fold::fold) writes it. `round` is whether weights lose bits beyond a half float's.
pub fn shrink(onnx: &[u8], round: bool) -> Result<Vec<u8>> {
    let mut whole = Message::parse(onnx)?;
    let mut nodes = whole.messages(model::GRAPH)?.pop().context("the model has no graph")?;
    let mut kept = Vec::new();
    for mut it in nodes.messages(graph::INITIALIZERS)? {
        if it.integers(tensor::KIND)?.pop() == Some(FLOAT) {
            halve(&mut it, round)?;
        }
        kept.push(Value::Bytes(it.write()));
    }
    nodes.replace(graph::INITIALIZERS, kept);
    whole.replace(model::GRAPH, vec![Value::Bytes(nodes.write())]);
    Ok(whole.write())
}

fn halve(constant: &mut Message, round: bool) -> Result<()> {
    let sizes = constant.integers(tensor::DIMENSIONS)?;
    let raw = constant.bytes(tensor::RAW).chain(constant.bytes(tensor::FLOATS)).next();
    let (values, rest) = raw.unwrap_or_default().as_chunks::<4>();
    ensure!(rest.is_empty(), "floats of four bytes");
    let mut values: Vec<f32> = values.iter().map(|it| f32::from_le_bytes(*it)).collect();
    let depthwise = sizes.len() == 4 && sizes[1] == 1;
    if let (true, Some(&outputs)) = (round && values.len() >= MANY && !depthwise, sizes.first()) {
        let inputs = values.len() / usize::try_from(outputs)?.max(1);
        for row in values.chunks_mut(inputs.max(1)) {
            snap(row);
        }
    }
    let halves = values.iter().flat_map(|it| half(*it).to_le_bytes()).collect();
    constant.replace(tensor::FLOATS, Vec::new());
    constant.replace(tensor::RAW, vec![Value::Bytes(halves)]);
    constant.replace(tensor::KIND, vec![Value::Varint(HALF)]);
    Ok(())
}

fn snap(row: &mut [f32]) {
    let greatest = row.iter().fold(0.0_f32, |greatest, it| greatest.max(it.abs()));
    if greatest > 0.0 {
        let step = (greatest.log2().ceil() - (BITS - 1.0)).exp2();
        for it in row {
            *it = (*it / step).round() * step;
        }
    }
}

/// IEEE 754 binary16, the nearest one, ties to even.
fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = u16::try_from(bits >> 16 & 0x8000).unwrap_or_default();
    let magnitude = bits & 0x7fff_ffff;
    let rounded = |mantissa: u32, shift: u32| {
        let (kept, lost) = (mantissa >> shift, mantissa & ((1 << shift) - 1));
        let middle = 1 << (shift - 1);
        kept + u32::from(lost > middle || (lost == middle && kept & 1 == 1))
    };
    let number = match magnitude {
        // Too great, or no number: the greatest there is; weights are far below.
        0x477f_f000.. => 0x7bff,
        0x3880_0000.. => rounded(magnitude - 0x3800_0000, 13),
        0x3300_0000.. => {
            let mantissa = magnitude & 0x007f_ffff | 0x0080_0000;
            rounded(mantissa, 126 - (magnitude >> 23))
        }
        _ => 0,
    };
    sign | u16::try_from(number).unwrap_or(0x7bff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_the_nearest() {
        for (value, bits) in [
            (0.0, 0x0000),
            (1.0, 0x3c00),
            (-2.0, 0xc000),
            (65504.0, 0x7bff),
            (1e9, 0x7bff),
            // Half-way between two: the even one.
            (1.0 + 1.0 / 2048.0, 0x3c00),
            (1.0 + 3.0 / 2048.0, 0x3c02),
            // Below the normal ones.
            (2.0_f32.powi(-24), 0x0001),
            (2.0_f32.powi(-14), 0x0400),
            (2.0_f32.powi(-14) - 2.0_f32.powi(-25), 0x0400),
            (1e-9, 0x0000),
        ] {
            assert_eq!(half(value), bits, "{value}");
        }
    }

    #[test]
    fn rounded_weights_are_within_half_a_step_and_exact_in_a_half_float() {
        let mut row: Vec<f32> = (0..300_u16).map(|it| (f32::from(it) * 0.37).sin() * 0.8).collect();
        let before = row.clone();
        snap(&mut row);
        for (now, before) in row.iter().zip(before) {
            assert!((now - before).abs() <= 1.0 / 512.0);
            assert_eq!(half(*now) & 0x0003, 0, "the low bits are empty");
        }
    }
}
