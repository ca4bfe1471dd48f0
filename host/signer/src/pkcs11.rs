//! Keys in a token of a PKCS#11 module (OASIS PKCS#11 3.0).
//!
//! Messages are hashed here: modules sign digests with ECDSA, and few offer more. Ed25519 signs the message itself.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use der::Decode as _;
use der::asn1::OctetStringRef;
use senim_authority::suite::{Suite, ed25519_key, p256_key};
use sha2::{Digest as _, Sha256};
use spki::SubjectPublicKeyInfoOwned;

use crate::module::{KeyName, MESSAGE_MAX, Module, ModuleError};

/// The curve P-256 as an object identifier in DER.
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// The curve of Ed25519, as the name that PKCS#11 3.0 §2.3.5 gives it.
const ED25519: &[u8] = b"\x13\x0cedwards25519";
/// More sessions do not make a token faster; two let one thread hash while another signs.
const SESSIONS: usize = 2;

/// Where a token is.
#[derive(Clone, Debug)]
pub struct TokenConfig {
    /// The module's shared library.
    pub module: PathBuf,
    /// The label of its token.
    pub token: String,
}

/// A token that is logged in to.
pub struct Pkcs11Module {
    library: Pkcs11,
    config: TokenConfig,
    pin: AuthPin,
    sessions: [Mutex<Option<Session>>; SESSIONS],
}

impl Pkcs11Module {
    /// A process opens a module once.
    pub fn open(config: TokenConfig, pin: &str) -> Result<Self, ModuleError> {
        let opened = |error: Error| ModuleError::Open(error.to_string());
        let library = Pkcs11::new(&config.module).map_err(opened)?;
        match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(opened(error)),
        }
        let module = Self {
            library,
            config,
            pin: AuthPin::new(pin.into()),
            sessions: std::array::from_fn(|_| Mutex::new(None)),
        };
        *module.sessions[0].lock().unwrap_or_else(PoisonError::into_inner) =
            Some(module.session()?);
        Ok(module)
    }

    fn session(&self) -> Result<Session, ModuleError> {
        let slots = self.library.get_slots_with_initialized_token().map_err(|it| gone(&it))?;
        let is_ours = |it: &cryptoki::slot::Slot| {
            let token = self.library.get_token_info(*it);
            token.is_ok_and(|it| it.label().trim_end() == self.config.token)
        };
        let slot = slots.into_iter().find(is_ours).ok_or_else(|| {
            ModuleError::Open(format!("it has no token with the label `{}`", self.config.token))
        })?;
        let session = self.library.open_rw_session(slot).map_err(|it| gone(&it))?;
        match session.login(UserType::User, Some(&self.pin)) {
            // A login is one for all sessions of a process.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(Error::Pkcs11(
                RvError::PinIncorrect
                | RvError::PinLocked
                | RvError::PinInvalid
                | RvError::PinLenRange,
                _,
            )) => Err(ModuleError::Pin),
            Err(error) => Err(gone(&error)),
        }
    }

    /// Runs this in a session. One that the module has forgotten is opened anew, once.
    fn with<T>(&self, body: impl Fn(&Session) -> Result<T, ModuleError>) -> Result<T, ModuleError> {
        let mut held = self.free();
        for attempt in 0..2 {
            let session = match held.take() {
                Some(session) => session,
                None => self.session()?,
            };
            match body(&session) {
                Err(ModuleError::Gone(why)) if attempt == 0 => {
                    tracing::warn!(why, "the key module is opened again");
                }
                Err(ModuleError::Gone(why)) => return Err(ModuleError::Gone(why)),
                result => {
                    *held = Some(session);
                    return result;
                }
            }
        }
        Err(ModuleError::Gone("it was opened twice".into()))
    }

    fn free(&self) -> MutexGuard<'_, Option<Session>> {
        let free = self.sessions.iter().find_map(|it| it.try_lock().ok());
        free.unwrap_or_else(|| self.sessions[0].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Module for Pkcs11Module {
    fn make(&self, name: &KeyName, suite: Suite) -> Result<SubjectPublicKeyInfoOwned, ModuleError> {
        let (mechanism, curve) = match suite {
            Suite::EcdsaP256 => (Mechanism::EccKeyPairGen, P256),
            Suite::Ed25519 => (Mechanism::EccEdwardsKeyPairGen, ED25519),
            Suite::Gost2015 => return Err(ModuleError::NotFilled(suite)),
        };
        self.with(|session| {
            if find(session, ObjectClass::PRIVATE_KEY, name)?.is_some() {
                return Err(ModuleError::Taken(name.as_str().to_owned()));
            }
            let label = || Attribute::Label(name.as_str().into());
            let id = || Attribute::Id(name.as_str().into());
            let (public, _) = session
                .generate_key_pair(
                    &mechanism,
                    &[
                        Attribute::Token(true),
                        Attribute::Private(false),
                        Attribute::Verify(true),
                        Attribute::EcParams(curve.to_vec()),
                        label(),
                        id(),
                    ],
                    &[
                        Attribute::Token(true),
                        Attribute::Private(true),
                        Attribute::Sensitive(true),
                        Attribute::Extractable(false),
                        Attribute::Sign(true),
                        label(),
                        id(),
                    ],
                )
                .map_err(|it| failed(&it))?;
            read_public(session, public)
        })
    }

    fn public_key(&self, name: &KeyName) -> Result<Option<SubjectPublicKeyInfoOwned>, ModuleError> {
        self.with(|session| {
            let found = find(session, ObjectClass::PUBLIC_KEY, name)?;
            found.map(|it| read_public(session, it)).transpose()
        })
    }

    fn sign(&self, name: &KeyName, message: &[u8]) -> Result<Vec<u8>, ModuleError> {
        if message.len() > MESSAGE_MAX {
            return Err(ModuleError::Long);
        }
        self.with(|session| {
            let missing = || ModuleError::Missing(name.as_str().to_owned());
            let key = find(session, ObjectClass::PRIVATE_KEY, name)?.ok_or_else(missing)?;
            let kind =
                session.get_attributes(key, &[AttributeType::KeyType]).map_err(|it| failed(&it))?;
            if matches!(kind.first(), Some(Attribute::KeyType(KeyType::EC_EDWARDS))) {
                let scheme = EddsaParams::new(EddsaSignatureScheme::Ed25519);
                return session
                    .sign(&Mechanism::Eddsa(scheme), key, message)
                    .map_err(|it| failed(&it));
            }
            let digest = Sha256::digest(message);
            let raw = session.sign(&Mechanism::Ecdsa, key, &digest).map_err(|it| failed(&it))?;
            let signature = p256::ecdsa::Signature::from_slice(&raw);
            let signature = signature.map_err(|error| ModuleError::Failed(error.to_string()))?;
            Ok(signature.to_der().as_bytes().to_vec())
        })
    }

    fn destroy(&self, name: &KeyName) -> Result<(), ModuleError> {
        self.with(|session| {
            let missing = || ModuleError::Missing(name.as_str().to_owned());
            let key = find(session, ObjectClass::PRIVATE_KEY, name)?.ok_or_else(missing)?;
            session.destroy_object(key).map_err(|it| failed(&it))?;
            if let Some(public) = find(session, ObjectClass::PUBLIC_KEY, name)? {
                session.destroy_object(public).map_err(|it| failed(&it))?;
            }
            Ok(())
        })
    }
}

fn find(
    session: &Session,
    class: ObjectClass,
    name: &KeyName,
) -> Result<Option<ObjectHandle>, ModuleError> {
    let wanted = [Attribute::Class(class), Attribute::Label(name.as_str().into())];
    let mut found = session.find_objects(&wanted).map_err(|it| failed(&it))?;
    if found.len() > 1 {
        return Err(ModuleError::Failed(format!("it has two keys `{}`", name.as_str())));
    }
    Ok(found.pop())
}

fn read_public(
    session: &Session,
    key: ObjectHandle,
) -> Result<SubjectPublicKeyInfoOwned, ModuleError> {
    let unreadable = || ModuleError::Failed("a public key can't be read".into());
    let wanted = [AttributeType::EcPoint, AttributeType::KeyType];
    let attributes = session.get_attributes(key, &wanted).map_err(|it| failed(&it))?;
    let point = attributes
        .iter()
        .find_map(|it| if let Attribute::EcPoint(point) = it { Some(point.clone()) } else { None });
    let is_edwards = attributes.contains(&Attribute::KeyType(KeyType::EC_EDWARDS));
    let point = point.ok_or_else(unreadable)?;
    // An octet string by the standard (§2.3.3); some modules leave that out.
    let bytes = OctetStringRef::from_der(&point).map_or(point.as_slice(), |it| it.as_bytes());
    let public = if is_edwards {
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| unreadable())?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| unreadable())?;
        ed25519_key(&key)
    } else {
        p256_key(&p256::PublicKey::from_sec1_bytes(bytes).map_err(|_| unreadable())?)
    };
    public.map_err(|error| ModuleError::Failed(error.to_string()))
}

fn failed(error: &Error) -> ModuleError {
    let is_gone = matches!(
        error,
        Error::Pkcs11(
            RvError::DeviceRemoved
                | RvError::DeviceError
                | RvError::TokenNotPresent
                | RvError::SessionHandleInvalid
                | RvError::SessionClosed
                | RvError::UserNotLoggedIn,
            _
        )
    );
    if is_gone { gone(error) } else { ModuleError::Failed(error.to_string()) }
}

fn gone(error: &Error) -> ModuleError {
    ModuleError::Gone(error.to_string())
}
