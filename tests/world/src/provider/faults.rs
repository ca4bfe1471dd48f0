//! What can be wrong with a bank, switched on from outside: `/faults`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use senim_core::exchange::Route;
use senim_core::id::Bin;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    #[default]
    None,
    /// Closes every connection.
    Down,
    /// Answers after 30 s.
    Slow,
    /// Answers 500.
    Error,
    /// JSON that breaks off.
    Malformed,
    /// A member that the standard does not have.
    BeyondStandard,
    /// Another account than was asked for.
    WrongAccount,
    /// 8 MiB.
    Huge,
}

impl Fault {
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Down,
        Self::Slow,
        Self::Error,
        Self::Malformed,
        Self::BeyondStandard,
        Self::WrongAccount,
        Self::Huge,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Down => "down",
            Self::Slow => "slow",
            Self::Error => "error",
            Self::Malformed => "malformed",
            Self::BeyondStandard => "beyond-standard",
            Self::WrongAccount => "wrong-account",
            Self::Huge => "huge",
        }
    }
}

/// The fault that each bank is in; shared with whoever switches it.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<BTreeMap<Bin, Fault>>>);

impl Faults {
    pub fn of(&self, bank: Bin) -> Fault {
        let faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.get(&bank).copied().unwrap_or_default()
    }

    pub fn set(&self, bank: Bin, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(bank, fault);
    }
}

const BODY_MAX: usize = 4 * 1024 * 1024;
const HUGE: usize = 8 * 1024 * 1024;

/// The good answer, made into one that the standard does not allow.
pub(super) async fn spoilt(fault: Fault, route: &Route, good: Response) -> Response {
    let status = good.status();
    let Ok(bytes) = axum::body::to_bytes(good.into_body(), BODY_MAX).await else {
        return axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let body = match fault {
        Fault::Malformed => bytes.slice(..bytes.len() / 2),
        Fault::Huge => Bytes::from(vec![b' '; HUGE]),
        Fault::WrongAccount => {
            let id = json!("another-account");
            match route {
                Route::Accounts => body["data"] = json!([{ "accountId": id }]),
                Route::Account(_) | Route::Balances(_) | Route::Transactions { .. } => {
                    body["data"]["accountId"] = id;
                }
            }
            body.to_string().into()
        }
        Fault::None | Fault::Down | Fault::Slow | Fault::Error | Fault::BeyondStandard => {
            body["holder"] = json!("what nobody asked for");
            body.to_string().into()
        }
    };
    (status, [(header::CONTENT_TYPE, "application/json")], Body::from(body)).into_response()
}
