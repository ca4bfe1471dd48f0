//! Rows of the operator room.
