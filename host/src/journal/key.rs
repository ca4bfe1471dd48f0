//! `senim journal key`: the log's key, which policies and witnesses need before the log is served.

use senim_core::log::note::VerifierKey;

use crate::app::App;
use crate::log::{LogFailure, begin};

/// Begins the log where there is none.
pub async fn log_key(app: &App) -> Result<VerifierKey, LogFailure> {
    let mut seed = [0; 32];
    app.rng.fill(&mut seed);
    let (_, key) = begin(&app.store, &app.config.log_origin(), (seed, app.now())).await?;
    Ok(key.public().clone())
}
