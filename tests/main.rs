//! Everything that is tested from outside, as one binary.

mod architecture;
mod database;
mod etcd;
mod host;
mod refused;
mod widget;
mod words;
