//! The runtime's clock and randomness. The clock stands still while the Worker computes and goes on with each input or output.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use senim_core::Timestamp;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Delay;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill(bytes: &mut [u8]);
}

/// Milliseconds of the day's clock.
pub(crate) fn milliseconds() -> i64 {
    // A whole number below 2^53.
    #[expect(clippy::cast_possible_truncation, reason = "a moment of our era in milliseconds")]
    let milliseconds = js_sys::Date::now() as i64;
    milliseconds
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_timestamp_millis(milliseconds()).unwrap_or_default()
}

/// `None`: it was given up.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(Delay::from(limit))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

pub(crate) async fn pause(length: Duration) {
    Delay::from(length).await;
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}
