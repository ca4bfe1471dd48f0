//! Sends pictures with their progress, which `fetch` can't tell.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise};
use serde::de::DeserializeOwned;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, FormData, ProgressEvent, XmlHttpRequest};

use crate::api::{PAGE_HEADER, Trouble, parsed, refusal};

/// A slow mobile network gets this long for 5 MB.
const PATIENCE_MS: u32 = 120_000;

/// Posts each blob as a part of this name, in order. `progress` hears percents.
pub async fn post_pictures<A: DeserializeOwned>(
    path: &str,
    part: &str,
    pictures: &[Blob],
    progress: impl Fn(u8) + 'static,
) -> Result<A, Trouble> {
    let form = FormData::new().map_err(|_| Trouble::Unreadable)?;
    for (index, picture) in pictures.iter().enumerate() {
        form.append_with_blob_and_filename(part, picture, &format!("{index}.jpg"))
            .map_err(|_| Trouble::Unreadable)?;
    }
    let (status, body) = send(path, &form, progress).await.map_err(|_| Trouble::Offline)?;
    match status {
        0 => Err(Trouble::Offline),
        200..300 => parsed(&body),
        _ => Err(refusal(status, &body)),
    }
}

async fn send(
    path: &str,
    form: &FormData,
    progress: impl Fn(u8) + 'static,
) -> Result<(u16, String), JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open_with_async("POST", path, true)?;
    request.set_timeout(PATIENCE_MS);
    request.set_request_header("accept", "application/json")?;
    request.set_request_header(PAGE_HEADER.0, PAGE_HEADER.1)?;
    let onprogress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            progress(percent(event.loaded() / event.total()));
        }
    });
    request.upload()?.set_onprogress(Some(onprogress.as_ref().unchecked_ref()));
    // Whatever ends the request ends the wait: the status tells which it was.
    let ended = Rc::new(RefCell::new(None));
    let promise = Promise::new(&mut |resolve: Function, _| {
        let onloadend = Closure::<dyn Fn()>::new(move || {
            let _ = resolve.call0(&JsValue::NULL);
        });
        request.set_onloadend(Some(onloadend.as_ref().unchecked_ref()));
        *ended.borrow_mut() = Some(onloadend);
    });
    request.send_with_opt_form_data(Some(form))?;
    JsFuture::from(promise).await?;
    Ok((request.status()?, request.response_text()?.unwrap_or_default()))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=100 before the cast"
)]
fn percent(part: f64) -> u8 {
    (part * 100.0).clamp(0.0, 100.0) as u8
}
