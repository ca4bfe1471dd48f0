//! What Senim does: the native server.

pub mod app;
pub mod authorization;
pub mod budgets;
pub mod clock;
pub mod config;
pub mod consent;
pub mod evidence;
pub mod faces;
pub mod http;
pub mod identity;
pub mod inference;
pub mod jobs;
pub mod journal;
pub mod keys;
pub mod messages;
pub mod monitoring;
pub mod participant;
pub mod photo;
pub mod routing;
pub mod serve;
pub mod solution;
pub mod source;
pub mod store;
pub mod trial;
