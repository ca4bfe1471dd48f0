//! Keys in a file, sealed by a key that the PIN gives: for a demo, for tests, and where there is no HSM.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::Argon2;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use p256::ecdsa::signature::Signer as _;
use senim_authority::suite::{Suite, ed25519_key, p256_key};
use senim_channel::clock::{Rng as _, SystemRng};
use senim_core::jose::{from_base64, to_base64};
use serde::{Deserialize, Serialize};
use spki::SubjectPublicKeyInfoOwned;

use crate::module::{KeyName, MESSAGE_MAX, Module, ModuleError};

/// What the sealed bytes are.
const ABOUT: &[u8] = b"senim keys 1";
const NONCE_BYTES: usize = 12;

/// All keys of one file.
pub struct SoftwareModule {
    path: PathBuf,
    seal: LessSafeKey,
    salt: String,
    keys: Mutex<BTreeMap<String, Secret>>,
}

enum Secret {
    P256(Box<p256::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    version: u32,
    /// Of the PIN's key, in base64url.
    salt: String,
    nonce: String,
    keys: String,
}

/// What is sealed of one key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    suite: String,
    secret: String,
}

impl SoftwareModule {
    /// Opens the file, or begins one.
    pub fn open(path: &Path, pin: &[u8]) -> Result<Self, ModuleError> {
        let (salt, sealed) = match fs::read(path) {
            Ok(bytes) => {
                let sealed: Sealed =
                    serde_json::from_slice(&bytes).map_err(|_| ModuleError::Unreadable)?;
                if sealed.version != 1 {
                    return Err(ModuleError::Unreadable);
                }
                (sealed.salt.clone(), Some(sealed))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (SystemRng.token(), None),
            Err(error) => return Err(error.into()),
        };
        let seal = key_of(pin, &salt)?;
        let keys = match sealed {
            Some(sealed) => unsealed(&seal, &sealed)?,
            None => BTreeMap::new(),
        };
        let module = Self { path: path.to_owned(), seal, salt, keys: Mutex::new(keys) };
        // A wrong PIN is found at the second start, not when the first key is needed.
        if !path.exists() {
            module.save(&module.lock())?;
        }
        Ok(module)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Written atomically and synced: a key that a certificate was made of is never lost.
    fn save(&self, keys: &BTreeMap<String, Secret>) -> Result<(), ModuleError> {
        let kept: BTreeMap<&String, Kept> =
            keys.iter().map(|(name, it)| (name, it.kept())).collect();
        let failed = || ModuleError::Failed("the keys can't be sealed".into());
        let mut bytes = serde_json::to_vec(&kept).map_err(|_| failed())?;
        let mut nonce = [0; NONCE_BYTES];
        SystemRng.fill(&mut nonce);
        let sealing = Nonce::assume_unique_for_key(nonce);
        self.seal
            .seal_in_place_append_tag(sealing, Aad::from(ABOUT), &mut bytes)
            .map_err(|_| failed())?;
        let sealed = Sealed {
            version: 1,
            salt: self.salt.clone(),
            nonce: to_base64(&nonce),
            keys: to_base64(&bytes),
        };
        let part = self.path.with_extension("part");
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(&serde_json::to_vec(&sealed).map_err(|_| failed())?)?;
        file.sync_all()?;
        fs::rename(&part, &self.path)?;
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(())
    }
}

impl Module for SoftwareModule {
    fn make(&self, name: &KeyName, suite: Suite) -> Result<SubjectPublicKeyInfoOwned, ModuleError> {
        let mut keys = self.lock();
        if keys.contains_key(name.as_str()) {
            return Err(ModuleError::Taken(name.as_str().to_owned()));
        }
        let secret = Secret::make(suite)?;
        let public = secret.public()?;
        keys.insert(name.as_str().to_owned(), secret);
        if let Err(error) = self.save(&keys) {
            keys.remove(name.as_str());
            return Err(error);
        }
        Ok(public)
    }

    fn public_key(&self, name: &KeyName) -> Result<Option<SubjectPublicKeyInfoOwned>, ModuleError> {
        self.lock().get(name.as_str()).map(Secret::public).transpose()
    }

    fn sign(&self, name: &KeyName, message: &[u8]) -> Result<Vec<u8>, ModuleError> {
        if message.len() > MESSAGE_MAX {
            return Err(ModuleError::Long);
        }
        let keys = self.lock();
        let missing = || ModuleError::Missing(name.as_str().to_owned());
        Ok(keys.get(name.as_str()).ok_or_else(missing)?.sign(message))
    }

    fn destroy(&self, name: &KeyName) -> Result<(), ModuleError> {
        let mut keys = self.lock();
        let missing = || ModuleError::Missing(name.as_str().to_owned());
        let secret = keys.remove(name.as_str()).ok_or_else(missing)?;
        if let Err(error) = self.save(&keys) {
            keys.insert(name.as_str().to_owned(), secret);
            return Err(error);
        }
        Ok(())
    }
}

impl Secret {
    fn make(suite: Suite) -> Result<Self, ModuleError> {
        loop {
            let mut bytes = [0; 32];
            SystemRng.fill(&mut bytes);
            match suite {
                Suite::Gost2015 => return Err(ModuleError::NotFilled(suite)),
                Suite::Ed25519 => {
                    return Ok(Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(
                        &bytes,
                    ))));
                }
                // Of 2^32 draws one is no scalar.
                Suite::EcdsaP256 => {
                    if let Ok(secret) = p256::ecdsa::SigningKey::from_slice(&bytes) {
                        return Ok(Self::P256(Box::new(secret)));
                    }
                }
            }
        }
    }

    fn suite(&self) -> Suite {
        match self {
            Self::P256(_) => Suite::EcdsaP256,
            Self::Ed25519(_) => Suite::Ed25519,
        }
    }

    fn public(&self) -> Result<SubjectPublicKeyInfoOwned, ModuleError> {
        let public = match self {
            Self::P256(secret) => p256_key(&secret.verifying_key().into()),
            Self::Ed25519(secret) => ed25519_key(&secret.verifying_key()),
        };
        public.map_err(|error| ModuleError::Failed(error.to_string()))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(secret) => {
                let signature: p256::ecdsa::DerSignature = secret.sign(message);
                signature.as_bytes().to_vec()
            }
            Self::Ed25519(secret) => secret.sign(message).to_bytes().to_vec(),
        }
    }

    fn kept(&self) -> Kept {
        let secret = match self {
            Self::P256(secret) => to_base64(&secret.to_bytes()),
            Self::Ed25519(secret) => to_base64(&secret.to_bytes()),
        };
        Kept { suite: self.suite().name().to_owned(), secret }
    }

    fn read(kept: &Kept) -> Option<Self> {
        let bytes = from_base64(&kept.secret).ok()?;
        match Suite::from_name(&kept.suite)? {
            Suite::EcdsaP256 => {
                let secret = p256::ecdsa::SigningKey::from_slice(&bytes).ok()?;
                Some(Self::P256(Box::new(secret)))
            }
            Suite::Ed25519 => {
                let bytes = <[u8; 32]>::try_from(bytes).ok()?;
                Some(Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&bytes))))
            }
            Suite::Gost2015 => None,
        }
    }
}

fn unsealed(seal: &LessSafeKey, sealed: &Sealed) -> Result<BTreeMap<String, Secret>, ModuleError> {
    let unreadable = || ModuleError::Unreadable;
    let nonce = from_base64(&sealed.nonce).map_err(|_| unreadable())?;
    let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| unreadable())?;
    let mut bytes = from_base64(&sealed.keys).map_err(|_| unreadable())?;
    let plain = seal.open_in_place(nonce, Aad::from(ABOUT), &mut bytes);
    let plain = plain.map_err(|_| ModuleError::Pin)?;
    let kept: BTreeMap<String, Kept> = serde_json::from_slice(plain).map_err(|_| unreadable())?;
    let read = kept.into_iter().map(|(name, it)| Some((name, Secret::read(&it)?)));
    read.collect::<Option<_>>().ok_or_else(unreadable)
}

/// Argon2id with the crate's own costs (19 MiB, two passes), which OWASP names.
fn key_of(pin: &[u8], salt: &str) -> Result<LessSafeKey, ModuleError> {
    let failed = || ModuleError::Failed("the PIN gives no key".into());
    let mut key = [0; 32];
    Argon2::default().hash_password_into(pin, salt.as_bytes(), &mut key).map_err(|_| failed())?;
    let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| failed())?;
    Ok(LessSafeKey::new(key))
}
