//! The camera step on a phone: core/src/identity/session/handoff.rs decides, here are links, cookies and the journal.
//!
//! A link's secret stands in its fragment, so that no server and no log gets it before the phone's page sends it; the store
//! holds its hash. Somebody who photographs the code can open it first, and then shows a number that the client does not
//! see on their own phone: until the first device confirms it, the stranger's browser may do nothing.

mod compare;
mod offer;
mod open;
mod take_back;

pub use compare::compare;
pub use offer::offer;
pub use open::open;
pub use take_back::take_back;
