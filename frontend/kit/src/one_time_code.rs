//! The code of a text message, read by the browser where it can (`WebOTP`) and the message is bound to this host.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::Callback;

use crate::browser::window;

/// Listening ends when it is dropped.
pub struct Listening(Option<JsValue>);

impl Drop for Listening {
    fn drop(&mut self) {
        let Some(controller) = &self.0 else { return };
        let abort = Reflect::get(controller, &"abort".into());
        if let Some(abort) = abort.ok().and_then(|it| it.dyn_into::<Function>().ok()) {
            let _ = abort.call0(controller);
        }
    }
}

/// `onread` hears the code, once. Where the browser can't, nothing happens, and the client types it.
pub fn listen(onread: Callback<String>) -> Listening {
    let asked = ask();
    let Ok((controller, promise)) = asked else { return Listening(None) };
    spawn_local(async move {
        // Refused, aborted, or too late: the field is there.
        let Ok(credential) = JsFuture::from(promise).await else { return };
        let code = Reflect::get(&credential, &"code".into()).ok().and_then(|it| it.as_string());
        if let Some(code) = code {
            onread.emit(code);
        }
    });
    Listening(Some(controller))
}

/// `navigator.credentials.get({ otp: { transport: ["sms"] }, signal })`.
fn ask() -> Result<(JsValue, Promise), JsValue> {
    let window = JsValue::from(window());
    if !Reflect::has(&window, &"OTPCredential".into())? {
        return Err(JsValue::UNDEFINED);
    }
    let class: Function = Reflect::get(&window, &"AbortController".into())?.dyn_into()?;
    let controller = Reflect::construct(&class, &Array::new())?;
    let signal = Reflect::get(&controller, &"signal".into())?;
    let otp = Object::new();
    Reflect::set(&otp, &"transport".into(), &Array::of1(&JsValue::from("sms")))?;
    let options = Object::new();
    Reflect::set(&options, &"otp".into(), &otp)?;
    Reflect::set(&options, &"signal".into(), &signal)?;
    let navigator = Reflect::get(&window, &"navigator".into())?;
    let credentials = Reflect::get(&navigator, &"credentials".into())?;
    let get: Function = Reflect::get(&credentials, &"get".into())?.dyn_into()?;
    let promise: Promise = get.call1(&credentials, &options)?.dyn_into()?;
    Ok((controller, promise))
}
