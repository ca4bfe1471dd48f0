//! Makes of shipped nets those that Senim runs: ONNX files read and written, apart from xtask so that they are optimised.

pub mod dlib;
pub mod fold;
mod onnx;
mod protobuf;
pub mod shrink;
