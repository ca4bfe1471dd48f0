//! The journal, searched.
