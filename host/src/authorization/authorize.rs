//! The two ends of the dialogue that /authorize opens: what was pushed, and the way back.

use senim_core::Timestamp;
use senim_core::consent::{Asked, Consent};
use senim_core::id::AuthorizationId;
use senim_core::participant::view::ParticipantName;
use senim_core::problem::Problem;

use crate::app::App;
use crate::http::problem::Refusal;
use crate::store::Tx;

/// A pushed request that a browser has brought.
#[derive(Clone, Debug)]
pub struct Begun {
    pub authorization: AuthorizationId,
    /// The application that asks.
    pub client_id: String,
    pub consumer: ParticipantName,
    pub asked: Asked,
}

/// How the dialogue ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The consent, granted and saved in the same transaction.
    Granted {
        consent: Consent,
    },
    Refused(Problem),
}

/// Reads what `request_uri` stands for. It may be brought again until the dialogue has ended
/// (FAPI 2.0 §5.3.2.2 note 2), and not after its time.
pub async fn begin(app: &App, client_id: &str, request_uri: &str) -> Result<Begun, Refusal> {
    let _ = (app, client_id, request_uri);
    Err(Problem::RequestMalformed.into())
}

/// Ends the request within the dialogue's transaction.
/// Answers where the browser goes: back to the consumer, with a code or an error, `state` and `iss`.
pub async fn finish(
    tx: &mut Tx,
    app: &App,
    authorization: AuthorizationId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<String, Refusal> {
    let _ = (tx, app, authorization, outcome, now);
    Err(Problem::RequestMalformed.into())
}
