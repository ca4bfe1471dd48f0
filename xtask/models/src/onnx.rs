//! Writes ONNX files: field numbers of onnx.proto, tensors, and a graph that grows node by node.

use crate::protobuf::{Message, Value};

pub(crate) mod model {
    pub(crate) const IR_VERSION: u64 = 1;
    pub(crate) const PRODUCER: u64 = 2;
    pub(crate) const GRAPH: u64 = 7;
    pub(crate) const OPSETS: u64 = 8;
}
pub(crate) mod graph {
    pub(crate) const NODES: u64 = 1;
    pub(crate) const NAME: u64 = 2;
    pub(crate) const INITIALIZERS: u64 = 5;
    pub(crate) const INPUTS: u64 = 11;
    pub(crate) const OUTPUTS: u64 = 12;
}
pub(crate) mod node {
    pub(crate) const INPUTS: u64 = 1;
    pub(crate) const OUTPUTS: u64 = 2;
    pub(crate) const OPERATOR: u64 = 4;
    pub(crate) const ATTRIBUTES: u64 = 5;
}
pub(crate) mod attribute {
    pub(crate) const NAME: u64 = 1;
    pub(crate) const INTEGER: u64 = 3;
    pub(crate) const TENSOR: u64 = 5;
    pub(crate) const INTEGERS: u64 = 8;
    pub(crate) const KIND: u64 = 20;
    /// `AttributeType.INTS`
    pub(crate) const OF_INTEGERS: u64 = 7;
}
pub(crate) mod tensor {
    pub(crate) const DIMENSIONS: u64 = 1;
    pub(crate) const KIND: u64 = 2;
    pub(crate) const FLOATS: u64 = 4;
    pub(crate) const NAME: u64 = 8;
    pub(crate) const RAW: u64 = 9;
}

pub(crate) const FLOAT: i64 = 1;
pub(crate) const UINT8: i64 = 2;
pub(crate) const INT8: i64 = 3;
pub(crate) const INT64: i64 = 7;

const OPSET: u64 = 13;

/// A tensor that a file holds; `raw` are little-endian values.
pub(crate) fn constant(name: &str, kind: i64, dimensions: &[i64], raw: Vec<u8>) -> Message {
    let mut message = Message::default();
    for it in dimensions {
        message.push(tensor::DIMENSIONS, Value::Varint(it.cast_unsigned()));
    }
    message.push(tensor::KIND, Value::Varint(kind.cast_unsigned()));
    message.push_text(tensor::NAME, name);
    message.push(tensor::RAW, Value::Bytes(raw));
    message
}

/// A whole file of opset 13.
pub(crate) fn file(producer: &str, ir_version: u64, graph: &Message) -> Vec<u8> {
    let mut opset = Message::default();
    opset.push_text(1, "");
    opset.push(2, Value::Varint(OPSET));
    let mut model = Message::default();
    model.push(model::IR_VERSION, Value::Varint(ir_version));
    model.push_text(model::PRODUCER, producer);
    model.push_message(model::GRAPH, graph);
    model.push_message(model::OPSETS, &opset);
    model.write()
}

/// A side of an input or output.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Of(u64),
    Any(&'static str),
}

/// `ValueInfo { name, type { tensor_type { elem_type, shape { dim { dim_value | dim_param } } } } }`
pub(crate) fn place(name: &str, sides: &[Side]) -> Message {
    let mut shape = Message::default();
    for side in sides {
        let mut dimension = Message::default();
        match side {
            Side::Of(length) => dimension.push(1, Value::Varint(*length)),
            Side::Any(symbol) => dimension.push_text(2, symbol),
        }
        shape.push_message(1, &dimension);
    }
    let mut tensor = Message::default();
    tensor.push(1, Value::Varint(FLOAT.cast_unsigned()));
    tensor.push_message(2, &shape);
    let mut kind = Message::default();
    kind.push_message(1, &tensor);
    let mut info = Message::default();
    info.push_text(1, name);
    info.push_message(2, &kind);
    info
}

/// A graph in the making.
#[derive(Default)]
pub(crate) struct Graph {
    nodes: Vec<Message>,
    constants: Vec<Message>,
}

impl Graph {
    /// Gives the constant's name.
    pub(crate) fn floats(&mut self, dimensions: &[i64], values: &[f32]) -> String {
        let raw = values.iter().flat_map(|it| it.to_le_bytes()).collect();
        self.put(FLOAT, dimensions, raw)
    }

    pub(crate) fn integers(&mut self, values: &[i64]) -> String {
        let raw = values.iter().flat_map(|it| it.to_le_bytes()).collect();
        self.put(INT64, &[i64::try_from(values.len()).unwrap_or(i64::MAX)], raw)
    }

    /// Gives the output's name.
    pub(crate) fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: &[(&str, &[i64])],
    ) -> String {
        let output = format!("t{}", self.nodes.len());
        self.node_to(operator, inputs, attributes, &output);
        output
    }

    pub(crate) fn node_to(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: &[(&str, &[i64])],
        output: &str,
    ) {
        let mut message = Message::default();
        for input in inputs {
            message.push_text(node::INPUTS, input);
        }
        message.push_text(node::OUTPUTS, output);
        message.push_text(node::OPERATOR, operator);
        for (name, values) in attributes {
            let mut attribute = Message::default();
            attribute.push_text(attribute::NAME, name);
            for value in *values {
                attribute.push(attribute::INTEGERS, Value::Varint(value.cast_unsigned()));
            }
            attribute.push(attribute::KIND, Value::Varint(attribute::OF_INTEGERS));
            message.push_message(node::ATTRIBUTES, &attribute);
        }
        self.nodes.push(message);
    }

    pub(crate) fn finish(self, name: &str, input: &Message, output: &Message) -> Message {
        let mut graph = Message::default();
        for it in &self.nodes {
            graph.push_message(graph::NODES, it);
        }
        graph.push_text(graph::NAME, name);
        for it in &self.constants {
            graph.push_message(graph::INITIALIZERS, it);
        }
        graph.push_message(graph::INPUTS, input);
        graph.push_message(graph::OUTPUTS, output);
        graph
    }

    fn put(&mut self, kind: i64, dimensions: &[i64], raw: Vec<u8>) -> String {
        let name = format!("c{}", self.constants.len());
        self.constants.push(constant(&name, kind, dimensions, raw));
        name
    }
}
