//! The uses of a key are critical and those of its kind; who signs documents does nothing else with that key.

use x509_cert::ext::pkix::{KeyUsage, KeyUsages};

use super::{About, Rule, holds};

pub(super) const RULE: Rule =
    Rule { name: "key-usage", source: "RFC 5280 §4.2.1.3, EN 319 412-2 §4.3.2", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let (critical, said) = about.read::<KeyUsage>().ok_or("it is missing")?;
    holds(critical, "it is not critical")?;
    let signs = said.0.contains(KeyUsages::KeyCertSign);
    holds(signs == about.profile.is_authority(), "only an authority signs certificates")?;
    let is_mixed = said.0.contains(KeyUsages::NonRepudiation) && said.0.bits().count_ones() > 1;
    holds(!is_mixed, "a signing key has other uses")?;
    holds(said == about.profile.key_usage(), "it is not the kind's")
}
