//! What the host calls: the state register and the SMS gateway.

pub mod gateway;
pub mod soap;
pub mod source;
