//! The browser's side of passkeys: `navigator.credentials` (WebAuthn §5.1), asked and answered in base64url.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use senim_core::jose::{from_base64, to_base64};
use senim_core::passkey::view::{AddPasskey, AddPasskeyView, ShowPasskeyView, SignInWithPasskey};
use senim_core::problem::Problem;
use senim_kit::api::{Refused, Trouble};
use senim_kit::browser::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Whether this browser knows passkeys.
pub(crate) fn supported() -> bool {
    Reflect::has(&window(), &"PublicKeyCredential".into()).unwrap_or_default()
}

/// Makes one on the device.
pub(crate) async fn create(asked: &AddPasskeyView) -> Result<AddPasskey, Trouble> {
    let user = object([
        ("id", binary(&asked.user)),
        ("name", asked.user_name.as_str().into()),
        ("displayName", asked.user_name.as_str().into()),
    ]);
    let exclude: Array = asked
        .exclude
        .iter()
        .map(|id| object([("type", "public-key".into()), ("id", binary(id))]))
        .collect();
    let algorithm = object([("type", "public-key".into()), ("alg", (-7).into())]);
    let options = object([
        ("rp", object([("id", asked.rp_id.as_str().into()), ("name", "Senim".into())])),
        ("user", user),
        ("challenge", binary(&asked.challenge)),
        ("pubKeyCredParams", Array::of1(&algorithm).into()),
        ("excludeCredentials", exclude.into()),
        ("attestation", "none".into()),
        (
            "authenticatorSelection",
            object([
                ("residentKey", "required".into()),
                ("requireResidentKey", true.into()),
                ("userVerification", "required".into()),
            ]),
        ),
    ]);
    let (_, response) = ask("create", options).await?;
    Ok(AddPasskey {
        user: asked.user.clone(),
        client_data: text(&response, "clientDataJSON"),
        attestation: text(&response, "attestationObject"),
    })
}

/// Shows one that the device has.
pub(crate) async fn show(asked: &ShowPasskeyView) -> Result<SignInWithPasskey, Trouble> {
    let options = object([
        ("rpId", asked.rp_id.as_str().into()),
        ("challenge", binary(&asked.challenge)),
        ("userVerification", "required".into()),
    ]);
    let (credential, response) = ask("get", options).await?;
    Ok(SignInWithPasskey {
        id: text(&credential, "rawId"),
        client_data: text(&response, "clientDataJSON"),
        authenticator_data: text(&response, "authenticatorData"),
        signature: text(&response, "signature"),
        user: text(&response, "userHandle"),
    })
}

/// The credential and its response.
async fn ask(method: &str, options: JsValue) -> Result<(JsValue, JsValue), Trouble> {
    let credential = match call(method, options) {
        Ok(promise) => JsFuture::from(promise).await,
        Err(error) => Err(error),
    };
    let credential = credential.map_err(|error| refused(&error))?;
    let response =
        Reflect::get(&credential, &"response".into()).map_err(|error| refused(&error))?;
    Ok((credential, response))
}

fn call(method: &str, options: JsValue) -> Result<Promise, JsValue> {
    let navigator = Reflect::get(&window(), &"navigator".into())?;
    let credentials = Reflect::get(&navigator, &"credentials".into())?;
    let method: Function = Reflect::get(&credentials, &method.into())?.dyn_into()?;
    method.call1(&credentials, &object([("publicKey", options)]))?.dyn_into()
}

/// The device has the client's passkey already, or nothing was made or shown: left, too late, or there is none.
fn refused(error: &JsValue) -> Trouble {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|it| it.as_string());
    let known = name.as_deref() == Some("InvalidStateError");
    let code = if known { Problem::PasskeyAdded.code() } else { "passkey.not-shown" };
    Trouble::Refused(Refused { status: 0, code: code.to_owned(), title: String::new() })
}

fn object<const N: usize>(members: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

fn binary(text: &str) -> JsValue {
    Uint8Array::from(from_base64(text).unwrap_or_default().as_slice()).into()
}

/// Of an `ArrayBuffer`; empty where there is none.
fn text(of: &JsValue, member: &str) -> String {
    let value = Reflect::get(of, &member.into()).unwrap_or_default();
    if value.is_null() { String::new() } else { to_base64(&Uint8Array::new(&value).to_vec()) }
}
