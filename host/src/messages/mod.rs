//! Text messages.

#[derive(Clone)]
pub struct Messages;
