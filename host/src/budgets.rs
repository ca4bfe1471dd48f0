//! What callers may spend in this process: every budget with its limit.

use senim_channel::budget::Registry;

use crate::inference::Inference;

/// Tests that open many apps give each its own.
pub struct Budgets {
    /// Lists all of them, for metrics.
    pub registry: Registry,
    /// Turns at the face models.
    pub inference: Inference,
}

impl Default for Budgets {
    fn default() -> Self {
        let registry = Registry::default();
        Self { inference: Inference::open(&registry), registry }
    }
}
