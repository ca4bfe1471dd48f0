//! It names one policy, not all of them, and where that can be read.

use x509_cert::ext::pkix::CertificatePolicies;

use super::{About, Rule, holds};
use crate::profile::Profile;

const ANY: const_oid::ObjectIdentifier = const_oid::ObjectIdentifier::new_unwrap("2.5.29.32.0");

pub(super) const RULE: Rule = Rule {
    name: "certificate-policies",
    source: "RFC 5280 §4.2.1.4, EN 319 412-2 §4.3.3, SIG-5",
    check,
};

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let Some((_, said)) = about.read::<CertificatePolicies>() else {
        return holds(about.profile == Profile::Root, "it names none");
    };
    let [policy] = said.0.as_slice() else { return Err("it names more than one") };
    holds(policy.policy_identifier != ANY, "it names all of them")?;
    let readable = policy.policy_qualifiers.as_ref().is_some_and(|it| !it.is_empty());
    holds(readable, "it does not say where the policy can be read")
}
