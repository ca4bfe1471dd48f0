//! Use cases of the host, in process, through its routers, on both engines.

mod agreement;
mod authorization;
mod bank;
mod budgets;
mod consent;
mod consent_change;
mod console;
mod eligible;
mod evidence;
mod grants;
mod identity;
mod matching;
mod metrics;
mod openid;
mod pictures;
mod retention;
mod routes;
mod signals;
mod solution;
mod stand;
mod store;
