//! The journal, searched.

pub mod search;
