//! Which providers' routes are left alone for a while, so that a provider that is down costs its consumers no waiting.

use std::sync::Mutex;

use senim_core::Timestamp;
use senim_core::id::Bin;
use senim_core::routing;

use crate::memory::locked;

#[derive(Default)]
pub(crate) struct Circuits(Mutex<routing::Circuits>);

impl Circuits {
    /// Whether a request may go, or after how many seconds.
    pub(crate) fn admit(&self, provider: Bin, route: &str, now: Timestamp) -> Result<(), u64> {
        locked(&self.0).admit(provider, route, now)
    }

    /// How a request went that was admitted.
    pub(crate) fn ended(&self, provider: Bin, route: &str, answered: bool, now: Timestamp) {
        locked(&self.0).ended(provider, route, answered, now);
    }

    /// Routes that are left alone now.
    pub(crate) fn open(&self) -> usize {
        locked(&self.0).open()
    }
}
