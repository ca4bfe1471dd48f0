//! A server has names, each one a host's; nobody else has.

use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::{About, Rule, holds};
use crate::profile::Profile;

pub(super) const RULE: Rule =
    Rule { name: "host-names", source: "RFC 5280 §4.2.1.6, RFC 6125 §6.4", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let Some((_, names)) = about.read::<SubjectAltName>() else {
        return holds(about.profile != Profile::Channel, "a channel needs its hosts' names");
    };
    holds(about.profile == Profile::Channel, "only a channel has hosts")?;
    for name in &names.0 {
        let GeneralName::DnsName(host) = name else { return Err("one is no host's name") };
        holds(is_host(host.as_str()), "one is no host's name")?;
    }
    Ok(())
}

/// Letters, digits and inner hyphens, at most 63 in a label and 253 in all (RFC 1123 §2.1); no wildcard.
pub(crate) fn is_host(name: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        (1..=63).contains(&label.len())
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}
