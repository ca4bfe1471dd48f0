//! C2SP signed-note with Ed25519 (type 0x01) and timestamped cosignatures (c2sp.org/tlog-cosignature, type 0x04).

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer as _, Verifier as _};
use sha2::{Digest as _, Sha256};

use super::{LogError, from_base64, to_base64};

/// Signatures of one note that are read.
const SIGNATURES_MAX: usize = 64;
/// Bytes of a note; ours have about 500.
const NOTE_BYTES_MAX: usize = 100_000;
const MARK: &str = "— ";

/// What a key signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// A log's Ed25519 signature over a note's text.
    Log,
    /// A witness's Ed25519 cosignature, with the moment at which it was made.
    Witness,
}

impl KeyKind {
    fn byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }
}

/// A public key with its name. Printed as C2SP's vkey: `name+id+base64(type || key)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerifierKey {
    pub name: String,
    pub kind: KeyKind,
    pub key: [u8; 32],
}

/// A line below a note's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub id: [u8; 4],
    /// What follows the key's id.
    pub bytes: Vec<u8>,
}

/// A text and its signatures; nothing of it is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// With its last line's end.
    pub text: String,
    pub signatures: Vec<Signature>,
}

/// A private key in memory. It prints nothing of itself.
pub struct SigningKey {
    public: VerifierKey,
    secret: ed25519_dalek::SigningKey,
}

impl VerifierKey {
    /// `SHA-256(name || 0x0A || type || key)[:4]`.
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.kind.byte()])
            .chain_update(self.key)
            .finalize();
        let [a, b, c, d, ..]: [u8; 32] = hash.into();
        [a, b, c, d]
    }

    /// Whether the signature is this key's over the text. A cosignature's moment, in Unix seconds; 0 of a log's signature.
    fn verify(&self, text: &str, signature: &[u8]) -> Option<u64> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&self.key).ok()?;
        let (message, at, signature) = match self.kind {
            KeyKind::Log => (text.as_bytes().to_vec(), 0, signature),
            KeyKind::Witness => {
                let (at, signature) = signature.split_first_chunk::<8>()?;
                let at = u64::from_be_bytes(*at);
                (cosigned(text, at).into_bytes(), at, signature)
            }
        };
        let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
        key.verify(&message, &signature).ok().map(|()| at)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let key = [[self.kind.byte()].as_slice(), &self.key].concat();
        write!(f, "{}+{id:08x}+{}", self.name, to_base64(&key))
    }
}

impl FromStr for VerifierKey {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(LogError::Key("it is written name+id+key"));
        };
        if !is_name(name) {
            return Err(LogError::Key("its name is empty or has spaces"));
        }
        let key = from_base64(key).ok_or(LogError::Key("it is not base64"))?;
        let (kind, key) = key.split_first().ok_or(LogError::Key("it is empty"))?;
        let kind = match kind {
            1 => KeyKind::Log,
            4 => KeyKind::Witness,
            _ => return Err(LogError::Key("only Ed25519 is known: types 1 and 4")),
        };
        let key = key.try_into().map_err(|_| LogError::Key("it has not 32 bytes"))?;
        let key = Self { name: name.to_owned(), kind, key };
        if format!("{:08x}", u32::from_be_bytes(key.id())) != id {
            return Err(LogError::Key("its id is another key's"));
        }
        Ok(key)
    }
}

impl Note {
    pub fn parse(note: &str) -> Result<Self, LogError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(LogError::Note("it is too long"));
        }
        if note.chars().any(|it| it < ' ' && it != '\n') {
            return Err(LogError::Note("it has control characters"));
        }
        let (text, signatures) =
            note.rsplit_once("\n\n").ok_or(LogError::Note("no empty line before signatures"))?;
        let signatures =
            signatures.strip_suffix('\n').ok_or(LogError::Note("its last line does not end"))?;
        let signatures = signatures.split('\n').map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > SIGNATURES_MAX {
            return Err(LogError::Note("it has too many signatures"));
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// Whether `key` signed it, and when. A signature under this key that is not genuine is an error.
    pub fn signed_by(&self, key: &VerifierKey) -> Result<Option<u64>, LogError> {
        let id = key.id();
        let mut signed = None;
        for signature in self.signatures.iter().filter(|it| it.name == key.name && it.id == id) {
            let at = key.verify(&self.text, &signature.bytes);
            let at = at.ok_or_else(|| LogError::BadSignature(key.name.clone()))?;
            signed = Some(signed.unwrap_or(0).max(at));
        }
        Ok(signed)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|it| writeln!(f, "{it}"))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_slice(), &self.bytes].concat();
        write!(f, "{MARK}{} {}", self.name, to_base64(&bytes))
    }
}

impl FromStr for Signature {
    type Err = LogError;

    fn from_str(line: &str) -> Result<Self, LogError> {
        let wrong = LogError::Note("a line below its text is not a signature");
        let rest = line.strip_prefix(MARK).ok_or(wrong.clone())?;
        let (name, signature) = rest.split_once(' ').ok_or(wrong.clone())?;
        let bytes = from_base64(signature).ok_or(wrong.clone())?;
        let (id, bytes) = bytes.split_first_chunk::<4>().ok_or(wrong.clone())?;
        if !is_name(name) || bytes.is_empty() {
            return Err(wrong);
        }
        Ok(Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

impl SigningKey {
    /// `seed` are 32 random bytes.
    pub fn new(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, LogError> {
        if !is_name(name) {
            return Err(LogError::Key("its name is empty or has spaces"));
        }
        let secret = ed25519_dalek::SigningKey::from_bytes(seed);
        let key = secret.verifying_key().to_bytes();
        Ok(Self { public: VerifierKey { name: name.to_owned(), kind, key }, secret })
    }

    pub fn public(&self) -> &VerifierKey {
        &self.public
    }

    /// A signature line over `text`. `at` is the moment of a cosignature in Unix seconds; a log's signature has none.
    pub fn sign(&self, text: &str, at: u64) -> Signature {
        let bytes = match self.public.kind {
            KeyKind::Log => self.secret.sign(text.as_bytes()).to_bytes().to_vec(),
            KeyKind::Witness => {
                let signature = self.secret.sign(cosigned(text, at).as_bytes());
                [at.to_be_bytes().as_slice(), &signature.to_bytes()].concat()
            }
        };
        Signature { name: self.public.name.clone(), id: self.public.id(), bytes }
    }
}

/// What a witness signs (tlog-cosignature).
fn cosigned(text: &str, at: u64) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|it| it.is_whitespace() || it.is_control() || it == '+')
}
