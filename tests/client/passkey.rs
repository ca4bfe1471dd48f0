//! An authenticator in software, that can also do what an honest one never does.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use senim_core::jose::{from_base64, to_base64};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The user was there, and was recognised.
pub const SEEN: u8 = 0x05;

#[derive(Clone)]
pub struct Authenticator {
    pub key: SigningKey,
    pub id: Vec<u8>,
    /// As the site named its user when the key was made.
    pub user: String,
    pub origin: String,
    /// Where it is not the one that the site says.
    pub rp_id: Option<String>,
    pub flags: u8,
    /// Counted up by each signature.
    pub count: u32,
    pub cross_origin: bool,
}

impl Authenticator {
    /// `seed` makes its key: neither 0 nor 255.
    pub fn new(origin: &str, seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).expect("a key"),
            id: vec![seed; 20],
            user: String::new(),
            origin: origin.to_owned(),
            rp_id: None,
            flags: SEEN,
            count: 0,
            cross_origin: false,
        }
    }

    /// Another key under the same identifier.
    #[must_use]
    pub fn with_key_of(&self, seed: u8) -> Self {
        Self { key: SigningKey::from_slice(&[seed; 32]).expect("a key"), ..self.clone() }
    }

    /// The body of `POST /api/cabinet/passkeys`, for what was asked before.
    pub fn add(&mut self, asked: &Value) -> Value {
        text(&asked["user"]).clone_into(&mut self.user);
        let point = self.key.verifying_key().to_encoded_point(false);
        let (x, y) = (point.x().expect("a point"), point.y().expect("a point"));
        let length = u16::try_from(self.id.len()).expect("short").to_be_bytes();
        let attested = [
            &[0; 16],
            &length[..],
            &self.id,
            &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32],
            x,
            &[0x22, 0x58, 32],
            y,
        ];
        let data = self.data(asked, self.flags | 0x40, &attested.concat());
        let length = u8::try_from(data.len()).expect("short");
        let head = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58";
        let object = [&head[..], &[length], &data].concat();
        json!({
            "user": asked["user"],
            "client_data": to_base64(self.client_data("webauthn.create", asked).as_bytes()),
            "attestation": to_base64(&object),
        })
    }

    /// The body of `POST /api/cabinet/sign-in/passkey`.
    pub fn show(&mut self, asked: &Value) -> Value {
        if self.count > 0 {
            self.count += 1;
        }
        let client_data = self.client_data("webauthn.get", asked);
        self.signed(asked, &client_data)
    }

    /// The same about a page of the test's making.
    pub fn signed(&self, asked: &Value, client_data: &str) -> Value {
        let data = self.data(asked, self.flags, &[]);
        let message = [data.as_slice(), &Sha256::digest(client_data.as_bytes())].concat();
        let signature: Signature = self.key.sign(&message);
        json!({
            "id": to_base64(&self.id),
            "client_data": to_base64(client_data.as_bytes()),
            "authenticator_data": to_base64(&data),
            "signature": to_base64(signature.to_der().as_bytes()),
            "user": self.user,
        })
    }

    pub fn client_data(&self, kind: &str, asked: &Value) -> String {
        json!({
            "type": kind,
            "challenge": asked["challenge"],
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
            "other_keys_can_be_added_here": "do not compare clientDataJSON against a template",
        })
        .to_string()
    }

    fn data(&self, asked: &Value, flags: u8, rest: &[u8]) -> Vec<u8> {
        let rp_id = self.rp_id.as_deref().unwrap_or_else(|| text(&asked["rp_id"]));
        let hash = Sha256::digest(rp_id.as_bytes());
        [&hash[..], &[flags], &self.count.to_be_bytes(), rest].concat()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `value` with one byte of a base64url member changed.
pub fn altered(value: &Value, member: &str) -> Value {
    let mut bytes = from_base64(text(&value[member])).unwrap_or_default();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    let mut altered = value.clone();
    altered[member] = to_base64(&bytes).into();
    altered
}
