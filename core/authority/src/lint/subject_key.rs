//! The subject's key is named by its digest.

use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::{About, Rule, holds};
use crate::suite::key_identifier;

pub(super) const RULE: Rule =
    Rule { name: "subject-key-identifier", source: "RFC 5280 §4.2.1.2", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let (critical, named) = about.read::<SubjectKeyIdentifier>().ok_or("it is missing")?;
    holds(!critical, "it is critical")?;
    let key = key_identifier(&about.tbs.subject_public_key_info);
    holds(named.0.as_bytes() == key, "it is not the key's digest")
}
