//! What Senim does: the native server.

pub mod app;
pub mod authorization;
pub mod budgets;
pub mod caller;
pub mod config;
pub mod consent;
pub mod evidence;
pub mod http;
pub mod identity;
pub mod jobs;
pub mod journal;
pub mod keys;
pub mod limits;
pub mod matching;
pub mod messages;
pub mod monitoring;
pub mod operator;
pub mod outside;
pub mod pages;
pub mod participant;
pub mod router;
pub mod routing;
pub mod serve;
pub mod solution;
pub mod status;
mod storage;
pub mod usage;
