//! What a module does, whatever it is.

use senim_authority::suite::{SignError, Signer, Suite};
use spki::SubjectPublicKeyInfoOwned;

/// The longest message that is signed: a list of a million revocations has 40 MB.
pub(crate) const MESSAGE_MAX: usize = 64 * 1024 * 1024;
const NAME_MAX: usize = 32;

/// The name of a key in its module: lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    pub fn parse(text: &str) -> Option<Self> {
        let is_part = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        let right = (1..=NAME_MAX).contains(&text.len()) && text.chars().all(is_part);
        right.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    #[error("the module can't be opened: {0}")]
    Open(String),
    #[error("the PIN is wrong, or the token is locked")]
    Pin,
    #[error("there is no key `{0}`")]
    Missing(String),
    #[error("there is a key `{0}` already")]
    Taken(String),
    #[error("the suite {} is not filled", .0.name())]
    NotFilled(Suite),
    #[error("the message is too long")]
    Long,
    /// It may be there again: the next call opens it anew.
    #[error("the module does not answer: {0}")]
    Gone(String),
    #[error("the module: {0}")]
    Failed(String),
    #[error("the file of keys: {0}")]
    File(#[from] std::io::Error),
    #[error("the file of keys can't be read; it is damaged, or of another version")]
    Unreadable,
}

/// Keys that never leave it. Calls block; they may come from many threads.
pub trait Module: Send + Sync {
    /// Makes a key pair. Nothing is replaced.
    fn make(&self, name: &KeyName, suite: Suite) -> Result<SubjectPublicKeyInfoOwned, ModuleError>;

    /// The public half; `None`: there is no such key.
    fn public_key(&self, name: &KeyName) -> Result<Option<SubjectPublicKeyInfoOwned>, ModuleError>;

    /// As [`Signer::sign`].
    fn sign(&self, name: &KeyName, message: &[u8]) -> Result<Vec<u8>, ModuleError>;

    /// For ever.
    fn destroy(&self, name: &KeyName) -> Result<(), ModuleError>;
}

/// One key of a module.
pub struct ModuleSigner<'a> {
    module: &'a dyn Module,
    name: KeyName,
    suite: Suite,
    public: SubjectPublicKeyInfoOwned,
}

impl<'a> ModuleSigner<'a> {
    pub fn open(module: &'a dyn Module, name: &KeyName) -> Result<Self, ModuleError> {
        let missing = || ModuleError::Missing(name.as_str().to_owned());
        let public = module.public_key(name)?.ok_or_else(missing)?;
        let unknown = || ModuleError::Failed("a key is of no suite".into());
        let suite = Suite::of_key(&public).ok_or_else(unknown)?;
        Ok(Self { module, name: name.clone(), suite, public })
    }
}

impl Signer for ModuleSigner<'_> {
    fn suite(&self) -> Suite {
        self.suite
    }

    fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signed = self.module.sign(&self.name, message);
        signed.map_err(|error| SignError::Module(error.to_string()))
    }
}
