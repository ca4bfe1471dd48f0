//! The state register.

#[derive(Clone)]
pub struct Source;
