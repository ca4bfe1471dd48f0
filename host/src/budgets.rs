//! What callers may spend in this process: every budget with its limit.

use senim_channel::budget::Registry;

/// Tests that open many apps give each its own.
#[derive(Default)]
pub struct Budgets {
    /// Lists all of them, for metrics.
    pub registry: Registry,
}
