//! Version 3, and no extension twice.

use x509_cert::Version;

use super::{About, Rule, holds};

pub(super) const RULE: Rule = Rule { name: "extensions", source: "RFC 5280 §4.2", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    holds(about.tbs.version == Version::V3, "it is not version 3")?;
    let unique = about.tbs.issuer_unique_id.is_none() && about.tbs.subject_unique_id.is_none();
    holds(unique, "it has a unique identifier (RFC 5280 §4.1.2.8)")?;
    let all = about.extensions();
    let twice = all
        .iter()
        .enumerate()
        .any(|(at, it)| all[..at].iter().any(|other| other.extn_id == it.extn_id));
    holds(!twice, "one is there twice")
}
