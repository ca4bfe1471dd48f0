//! Authorities say so, critically; nobody else is one; below an issuing authority there is no further one.

use x509_cert::ext::pkix::BasicConstraints;

use super::{About, Rule, holds};
use crate::profile::Profile;

pub(super) const RULE: Rule =
    Rule { name: "basic-constraints", source: "RFC 5280 §4.2.1.9", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let (critical, said) = about.read::<BasicConstraints>().ok_or("they are missing")?;
    holds(critical, "they are not critical")?;
    holds(said.ca == about.profile.is_authority(), "the kind and `cA` do not fit")?;
    let expected = (about.profile == Profile::Issuing).then_some(0);
    holds(said.path_len_constraint == expected, "the path's length is not the kind's")
}
