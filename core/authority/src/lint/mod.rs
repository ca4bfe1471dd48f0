//! What must hold of a certificate, one rule a file: each is checked before the signature, for afterwards it is too late,
//! and some again after it.

mod authority_key;
mod basic_constraints;
mod distribution;
mod extended_usage;
mod extensions;
mod host_names;
mod issuer;
mod key_usage;
mod nocheck;
mod organisation;
mod person;
mod policies;
mod public_key;
mod serial;
mod signature;
mod subject_key;
mod validity;
mod values;

pub(crate) use host_names::is_host;

use std::fmt;

use const_oid::{AssociatedOid, ObjectIdentifier};
use der::Decode;
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::{Certificate, TbsCertificate};

use crate::profile::Profile;

/// A certificate that is to be signed, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub profile: Profile,
    pub tbs: &'a TbsCertificate,
    pub issuer: &'a Name,
    pub issuer_key: &'a SubjectPublicKeyInfoOwned,
}

/// A rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static str,
    /// The clause that it comes from.
    pub source: &'static str,
    pub why: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.rule, self.source, self.why)
    }
}

/// `check` says what is wrong.
struct Rule {
    name: &'static str,
    source: &'static str,
    check: fn(&About<'_>) -> Result<(), &'static str>,
}

const BEFORE: &[Rule] = &[
    serial::RULE,
    issuer::RULE,
    validity::RULE,
    values::RULE,
    person::RULE,
    organisation::RULE,
    public_key::RULE,
    extensions::RULE,
    subject_key::RULE,
    authority_key::RULE,
    basic_constraints::RULE,
    key_usage::RULE,
    extended_usage::RULE,
    host_names::RULE,
    policies::RULE,
    distribution::RULE,
    nocheck::RULE,
];

/// Names and clauses of all rules.
pub fn rules() -> impl Iterator<Item = (&'static str, &'static str)> {
    BEFORE.iter().map(|it| (it.name, it.source)).chain([signature::NAMED])
}

/// What is wrong with a certificate that is to be signed.
pub fn before(about: &About<'_>) -> Vec<Finding> {
    let finding = |rule: &Rule| {
        let why = (rule.check)(about).err()?;
        Some(Finding { rule: rule.name, source: rule.source, why })
    };
    BEFORE.iter().filter_map(finding).collect()
}

/// What is wrong with its signature.
pub fn after(certificate: &Certificate, issuer_key: &SubjectPublicKeyInfoOwned) -> Vec<Finding> {
    let (rule, source) = signature::NAMED;
    let finding = |why| Finding { rule, source, why };
    signature::check(certificate, issuer_key).err().map(finding).into_iter().collect()
}

impl About<'_> {
    fn extensions(&self) -> &[Extension] {
        self.tbs.extensions.as_deref().unwrap_or_default()
    }

    fn find(&self, oid: ObjectIdentifier) -> Option<&Extension> {
        self.extensions().iter().find(|it| it.extn_id == oid)
    }

    /// Whether it is critical, and its value. `None`: it is not there, or can't be read.
    fn read<'a, T: AssociatedOid + Decode<'a>>(&'a self) -> Option<(bool, T)> {
        let extension = self.find(T::OID)?;
        Some((extension.critical, T::from_der(extension.extn_value.as_bytes()).ok()?))
    }
}

fn holds(it: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if it { Ok(()) } else { Err(otherwise) }
}
