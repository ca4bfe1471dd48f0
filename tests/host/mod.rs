//! Use cases of the host, in process, through its routers, on both engines.

mod consent;
mod identity;
mod pictures;
mod stand;
