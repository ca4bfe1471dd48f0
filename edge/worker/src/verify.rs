//! Verification of JOSE signatures by the runtime's `WebCrypto`, to the same result as the node's `senim-channel`.

use js_sys::{Array, Object, Reflect, Uint8Array};
use senim_core::jose::{Algorithm, Jwk, PublicKey, to_base64};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = importKey)]
    async fn import_key(
        format: &str,
        data: JsValue,
        algorithm: JsValue,
        extractable: bool,
        usages: JsValue,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = verify)]
    async fn check(
        algorithm: JsValue,
        key: JsValue,
        signature: JsValue,
        data: JsValue,
    ) -> Result<JsValue, JsValue>;
}

/// What is to be verified: whether one of the keys signed these bytes.
pub(crate) struct Question {
    pub(crate) keys: Vec<Jwk>,
    pub(crate) algorithm: Algorithm,
    pub(crate) signed: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl Question {
    pub(crate) async fn holds(&self) -> bool {
        for key in &self.keys {
            if verify(key, self.algorithm, &self.signed, &self.signature).await {
                return true;
            }
        }
        false
    }
}

/// Whether the key signed these bytes with this algorithm. `false` for a key of another algorithm, or of no curve.
async fn verify(jwk: &Jwk, algorithm: Algorithm, signed: &[u8], signature: &[u8]) -> bool {
    if jwk.algorithm() != algorithm {
        return false;
    }
    let (format, data, import, how) = match &jwk.key {
        PublicKey::P256 { x, y } => {
            let point = [&[4], x.as_slice(), y.as_slice()].concat();
            let import = object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())]);
            let how = object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())]);
            ("raw", bytes(&point), import, how)
        }
        PublicKey::Ed25519 { x } => {
            let name = object(&[("name", "Ed25519".into())]);
            ("raw", bytes(x), name.clone(), name)
        }
        PublicKey::Rsa { n, e } => {
            let (n, e) = (to_base64(n), to_base64(e));
            let key = object(&[("kty", "RSA".into()), ("n", n.into()), ("e", e.into())]);
            let import = object(&[("name", "RSA-PSS".into()), ("hash", "SHA-256".into())]);
            let how = object(&[("name", "RSA-PSS".into()), ("saltLength", 32.into())]);
            ("jwk", key, import, how)
        }
    };
    let usages = Array::of1(&"verify".into()).into();
    let Ok(key) = import_key(format, data, import, false, usages).await else { return false };
    check(how, key, bytes(signature), bytes(signed)).await.is_ok_and(|it| it.is_truthy())
}

fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        // Only a frozen object refuses.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
