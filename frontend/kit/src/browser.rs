//! What pages take from the browser: the window, its clock, its timers and its storage.

use gloo::timers::future::TimeoutFuture;
use js_sys::Date;
use senim_core::Timestamp;
use wasm_bindgen::{JsCast, UnwrapThrowExt};
use web_sys::{Document, HtmlElement, Window};

pub fn window() -> Window {
    web_sys::window().expect_throw("pages run in a window")
}

pub fn document() -> Document {
    window().document().expect_throw("a window has a document")
}

/// The device's clock, in epoch milliseconds. Countdowns correct it by the server's `now`.
pub fn now_ms() -> f64 {
    Date::now()
}

/// How far the server's clock is ahead of the device's, in milliseconds.
pub fn clock_offset_ms(server_now: Timestamp) -> f64 {
    epoch_ms(server_now) - now_ms()
}

/// Exact: epoch milliseconds stay far below 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "epoch milliseconds fit in 53 bits for 285,000 years"
)]
pub fn epoch_ms(moment: Timestamp) -> f64 {
    moment.timestamp_millis() as f64
}

pub async fn sleep(milliseconds: u32) {
    TimeoutFuture::new(milliseconds).await;
}

/// Absent where the browser keeps nothing: private windows, blocked site data.
pub fn remembered(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

pub fn remember(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}

pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute(name, value);
    }
}

/// Moves the keyboard's and the screen reader's place, as after a change of page.
pub fn focus(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector)
        && let Some(element) = element.dyn_ref::<HtmlElement>()
    {
        let _ = element.focus();
    }
}
