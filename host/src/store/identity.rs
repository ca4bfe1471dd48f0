//! Rows of the identity room.
