//! Encryption of columns that name a person or hold a secret: sealed to their row and column, searched by blind index.
//!
//! A sealed value is the key's id (4 bytes), a nonce (12), ciphertext and tag. The master key file holds the key that
//! seals on its first line and, while a rotation lasts, the former ones below: reseal.rs.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use hmac::{Hmac, Mac as _};
use senim_channel::read_secret_file;
use senim_core::jose::to_base64;
use sha2::Sha256;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::StoreError;
use senim_channel::clock::Rng;

const ID_LEN: usize = 4;

/// AES-256-GCM with keys derived from the master keys.
#[derive(Clone)]
pub struct Sealer {
    /// The current one first.
    keys: Arc<Vec<SealingKey>>,
    index: Arc<[u8; 32]>,
}

struct SealingKey {
    id: [u8; ID_LEN],
    key: LessSafeKey,
}

#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error("can't read the master key: {0}")]
    Unreadable(#[from] std::io::Error),
    #[error(
        "a master key is 64 hexadecimal digits; the file holds one a line, the present one first"
    )]
    Malformed,
    #[error("two master keys have the same id; generate another key")]
    SameId,
}

impl Sealer {
    pub fn open(path: &Path) -> Result<Self, MasterKeyError> {
        let text = read_secret_file(path)?;
        let keys: Option<Vec<_>> = text.split_whitespace().map(from_hex).collect();
        let keys = keys.ok_or(MasterKeyError::Malformed)?;
        let (present, former) = keys.split_first().ok_or(MasterKeyError::Malformed)?;
        Self::with_former(present, former)
    }

    pub fn new(master: &[u8; 32]) -> Self {
        Self { keys: Arc::new(vec![SealingKey::of(master)]), index: Arc::new(index_of(master)) }
    }

    /// Seals with `present`, and also opens values sealed with former keys. Blind indexes use the oldest key, unless
    /// [`Sealer::with_index`] says otherwise.
    pub fn with_former(present: &[u8; 32], former: &[[u8; 32]]) -> Result<Self, MasterKeyError> {
        let keys: Vec<_> = std::iter::once(present).chain(former).map(SealingKey::of).collect();
        let ids: BTreeSet<_> = keys.iter().map(|it| it.id).collect();
        if ids.len() != keys.len() {
            return Err(MasterKeyError::SameId);
        }
        let oldest = former.last().unwrap_or(present);
        Ok(Self { keys: Arc::new(keys), index: Arc::new(index_of(oldest)) })
    }

    #[must_use]
    pub fn with_index(self, index: [u8; 32]) -> Self {
        Self { index: Arc::new(index), ..self }
    }

    pub(super) fn index(&self) -> &[u8; 32] {
        &self.index
    }

    /// Whether the value is sealed with the current key.
    pub(super) fn is_present(&self, sealed: &[u8]) -> bool {
        self.keys.first().is_some_and(|it| sealed.starts_with(&it.id))
    }

    /// Seals for one place: `column` is `table.column`, `row` the row's identifier.
    pub fn seal(&self, rng: &dyn Rng, column: &str, row: &str, plain: &[u8]) -> Vec<u8> {
        let Some(SealingKey { id, key }) = self.keys.first() else { unreachable!("never empty") };
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce);
        let mut sealed = plain.to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(place(column, row)),
            &mut sealed,
        )
        .unwrap_or_else(|_| unreachable!("shorter than 64 GiB"));
        [id.as_slice(), &nonce, &sealed].concat()
    }

    pub fn open_sealed(
        &self,
        column: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let broken = || StoreError::Sealed { place: place(column, row) };
        let (id, rest) = sealed.split_first_chunk::<ID_LEN>().ok_or_else(broken)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(broken)?;
        let mut rest = rest.to_vec();
        let found = self.keys.iter().find(|it| it.id == *id).ok_or_else(broken)?;
        let plain = found
            .key
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(place(column, row)),
                &mut rest,
            )
            .map_err(|_| broken())?;
        Ok(plain.to_vec())
    }

    /// Blind index for `WHERE … = $1`: equal for equal values, and reveals nothing without the master key.
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

impl SealingKey {
    fn of(master: &[u8; 32]) -> Self {
        let sealing = derived(master, b"senim column sealing 1");
        let key = UnboundKey::new(&AES_256_GCM, &sealing).map(LessSafeKey::new);
        let key = key.unwrap_or_else(|_| unreachable!("a key of 32 bytes"));
        let [a, b, c, d, ..] = derived(master, b"senim key id 1");
        Self { id: [a, b, c, d], key }
    }
}

fn index_of(master: &[u8; 32]) -> [u8; 32] {
    derived(master, b"senim blind index 1")
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
    fn a_sealed_value_opens_only_in_its_place() {
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
    fn a_former_key_opens_and_seals_no_more() {
        let (old, new, rng) = ([7; 32], [8; 32], FixedRng::new(1));
        let sealed = Sealer::new(&old).seal(&rng, "a.b", "1", b"x");
        let both = Sealer::with_former(&new, &[old]).unwrap();
        assert_eq!(both.open_sealed("a.b", "1", &sealed).unwrap(), b"x");
        assert!(!both.is_present(&sealed));
        let again = both.seal(&rng, "a.b", "1", b"x");
        assert!(
            both.is_present(&again) && Sealer::new(&new).open_sealed("a.b", "1", &again).is_ok()
        );
        assert!(Sealer::new(&old).open_sealed("a.b", "1", &again).is_err());
        assert_eq!(both.blind("a", "x"), Sealer::new(&old).blind("a", "x"));
        assert!(matches!(Sealer::with_former(&new, &[new]), Err(MasterKeyError::SameId)));
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
