//! Where clients get help.

use serde::{Deserialize, Serialize};

/// `GET /api/help`: open to anyone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HelpView {
    /// Absent where the operator has configured none.
    pub phone: Option<String>,
    pub email: Option<String>,
}
