//! Keys that sign for the authority: in a PKCS#11 module (an HSM), or sealed in a file. Both behind one trait, both held to one
//! suite of tests (SIG-2, SIG-5).
//!
//! One process owns a module and its PIN: two that open one token of `SoftHSM2` at once fail now and then.

mod module;
mod pkcs11;
mod software;

pub use module::{KeyName, Module, ModuleError, ModuleSigner};
pub use pkcs11::{Pkcs11Module, TokenConfig};
pub use software::SoftwareModule;
