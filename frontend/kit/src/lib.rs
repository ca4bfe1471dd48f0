//! What every page is made of: the way to the server, three languages, a look, a few components.

pub mod action;
pub mod api;
pub mod browser;
pub mod components;
pub mod language;
pub mod moment;
pub mod one_time_code;
pub mod resource;
pub mod route;
pub mod support;
pub mod theme;
pub mod words;
