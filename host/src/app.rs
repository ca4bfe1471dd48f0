//! Everything a use case may reach.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use senim_core::Timestamp;

use crate::clock::{Chance, Clock};
use crate::config::Config;
use crate::faces::Faces;
use crate::http::problem::Refusal;
use crate::keys::Keys;
use crate::messages::Messages;
use crate::routing::Feed;
use crate::source::Source;
use crate::store::Store;
use crate::store::seal::Sealer;

#[derive(Clone, FromRequestParts)]
#[from_request(via(State))]
pub struct App {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub config: Arc<Config>,
    pub keys: Keys,
    /// Absent where no picture is ever judged: tests of other rooms, commands.
    pub faces: Option<Arc<Faces>>,
    pub source: Source,
    pub sealer: Sealer,
    pub messages: Messages,
    /// What edges poll, kept ready.
    pub feed: Arc<Feed>,
}

impl App {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn faces(&self) -> Result<Arc<Faces>, Refusal> {
        self.faces.clone().ok_or_else(|| Refusal::internal("no face models were opened"))
    }
}
