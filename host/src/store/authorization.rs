//! Rows of the authorization room.
