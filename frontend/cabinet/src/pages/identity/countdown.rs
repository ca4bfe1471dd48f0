//! Seconds until a moment of the server's clock.

use std::cell::Cell;
use std::rc::Rc;

use senim_core::Timestamp;
use senim_kit::browser::{epoch_ms, now_ms, sleep};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Goes down to 0 and stays there. `offset_ms`: how far the server's clock is ahead.
#[hook]
pub(crate) fn use_countdown(until: Option<Timestamp>, offset_ms: f64) -> u32 {
    let left = use_state_eq(|| seconds_left(until, offset_ms));
    {
        let left = left.clone();
        use_effect_with((until, offset_ms.to_bits()), move |&(until, _)| {
            let alive = Rc::new(Cell::new(true));
            let watch = alive.clone();
            spawn_local(async move {
                while watch.get() {
                    let seconds = seconds_left(until, offset_ms);
                    left.set(seconds);
                    if seconds == 0 {
                        break;
                    }
                    sleep(250).await;
                }
            });
            move || alive.set(false)
        });
    }
    *left
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a u32 holds"
)]
fn seconds_left(until: Option<Timestamp>, offset_ms: f64) -> u32 {
    let Some(until) = until else { return 0 };
    let left_ms = epoch_ms(until) - now_ms() - offset_ms;
    (left_ms / 1_000.0).ceil().clamp(0.0, f64::from(u32::MAX)) as u32
}
