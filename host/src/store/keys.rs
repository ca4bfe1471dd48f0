//! Rows of the keys room.
