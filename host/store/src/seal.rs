//! Columns that name a person or hold a secret: sealed to their place, and found by a blind index.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use hmac::{Hmac, Mac as _};
use senim_core::jose::to_base64;
use sha2::Sha256;
use std::path::Path;
use std::sync::Arc;

use super::StoreError;
use senim_channel::clock::Rng;

/// AES-256-GCM under a key made from the master key.
#[derive(Clone)]
pub struct Sealer {
    sealing: Arc<LessSafeKey>,
    index: Arc<[u8; 32]>,
}

#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error("the master key can't be read: {0}")]
    Unreadable(#[from] std::io::Error),
    #[error("the master key is 64 hexadecimal digits")]
    Malformed,
}

impl Sealer {
    pub fn open(path: &Path) -> Result<Self, MasterKeyError> {
        let text = std::fs::read_to_string(path)?;
        Ok(Self::new(&from_hex(text.trim()).ok_or(MasterKeyError::Malformed)?))
    }

    pub fn new(master: &[u8; 32]) -> Self {
        let sealing = derived(master, b"senim column sealing 1");
        let sealing = UnboundKey::new(&AES_256_GCM, &sealing).map(LessSafeKey::new);
        Self {
            sealing: Arc::new(sealing.unwrap_or_else(|_| unreachable!("a key of 32 bytes"))),
            index: Arc::new(derived(master, b"senim blind index 1")),
        }
    }

    /// Seals for one place only. `column` is `table.column`, `row` the row's identifier.
    pub fn seal(&self, rng: &dyn Rng, column: &str, row: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce);
        let mut sealed = plain.to_vec();
        self.sealing
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place(column, row)),
                &mut sealed,
            )
            .unwrap_or_else(|_| unreachable!("shorter than 64 GiB"));
        [&nonce, sealed.as_slice()].concat()
    }

    pub fn open_sealed(
        &self,
        column: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let broken = || StoreError::Sealed { place: place(column, row) };
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(broken)?;
        let mut rest = rest.to_vec();
        let plain = self
            .sealing
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(place(column, row)),
                &mut rest,
            )
            .map_err(|_| broken())?;
        Ok(plain.to_vec())
    }

    /// The same for the same value, and nothing to whoever has no master key: for `WHERE … = $1`.
    ///
    /// `column` keeps two tables' indexes from being joined.
    pub fn blind(&self, column: &str, value: &str) -> String {
        let mut mac = keyed(&*self.index);
        mac.update(column.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        to_base64(&mac.finalize().into_bytes())
    }
}

fn place(column: &str, row: &str) -> String {
    format!("{column}/{row}")
}

fn derived(master: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    let mut mac = keyed(master);
    mac.update(purpose);
    mac.finalize().into_bytes().into()
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use senim_channel::clock::FixedRng;

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let (sealer, rng) = (Sealer::new(&[7; 32]), FixedRng::new(1));
        let secret = sealer.seal(&rng, "session.iin", "ids_1", b"960440000151");
        assert_eq!(sealer.open_sealed("session.iin", "ids_1", &secret).unwrap(), b"960440000151");
        assert!(sealer.open_sealed("session.iin", "ids_2", &secret).is_err());
        assert!(sealer.open_sealed("session.phone", "ids_1", &secret).is_err());
        assert!(Sealer::new(&[8; 32]).open_sealed("session.iin", "ids_1", &secret).is_err());
        for at in 0..secret.len() {
            let mut altered = secret.clone();
            altered[at] ^= 1;
            assert!(sealer.open_sealed("session.iin", "ids_1", &altered).is_err());
        }
        assert!(sealer.open_sealed("session.iin", "ids_1", b"short").is_err());
    }

    #[test]
    fn a_blind_index_is_stable_and_of_its_column() {
        let sealer = Sealer::new(&[7; 32]);
        assert_eq!(sealer.blind("a.iin", "960440000151"), sealer.blind("a.iin", "960440000151"));
        assert_ne!(sealer.blind("a.iin", "960440000151"), sealer.blind("b.iin", "960440000151"));
    }

    #[test]
    fn a_master_key_is_sixty_four_digits() {
        assert!(from_hex(&"0a".repeat(32)).is_some());
        assert!(from_hex(&"0a".repeat(31)).is_none());
        assert!(from_hex(&"0g".repeat(32)).is_none());
        assert!(from_hex(&"+a".repeat(32)).is_none());
    }
}
