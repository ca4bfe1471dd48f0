//! The issuer's key is named by its digest.

use x509_cert::ext::pkix::AuthorityKeyIdentifier;

use super::{About, Rule, holds};
use crate::profile::Profile;
use crate::suite::key_identifier;

pub(super) const RULE: Rule =
    Rule { name: "authority-key-identifier", source: "RFC 5280 §4.2.1.1", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let Some((critical, named)) = about.read::<AuthorityKeyIdentifier>() else {
        return holds(about.profile == Profile::Root, "it is missing");
    };
    holds(!critical, "it is critical")?;
    let key = key_identifier(about.issuer_key);
    let named = named.key_identifier.as_ref().map(der::asn1::OctetString::as_bytes);
    holds(named == Some(key.as_slice()), "it is not the digest of the issuer's key")
}
