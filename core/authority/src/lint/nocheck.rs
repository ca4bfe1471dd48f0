//! Who answers whether certificates are revoked is not asked about, and nobody else has that right.

use const_oid::db::rfc6960::ID_PKIX_OCSP_NOCHECK;

use super::{About, Rule, holds};
use crate::profile::Profile;

pub(super) const RULE: Rule = Rule { name: "ocsp-nocheck", source: "RFC 6960 §4.2.2.2.1", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let has = about.find(ID_PKIX_OCSP_NOCHECK).is_some();
    holds(has == (about.profile == Profile::Ocsp), "the kind and the extension do not fit")
}
