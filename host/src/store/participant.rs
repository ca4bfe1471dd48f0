//! Rows of the participant room.
