//! The platform's signing keys: sealed in the store, rotated, published.

#[derive(Clone)]
pub struct Keys;
