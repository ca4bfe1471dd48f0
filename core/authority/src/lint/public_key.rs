//! The key is one of a suite that is filled, and the issuer's only in a root.

use super::{About, Rule, holds};
use crate::profile::Profile;
use crate::suite::Suite;

pub(super) const RULE: Rule =
    Rule { name: "public-key", source: "RFC 5480 §2, RFC 8410 §4, CA-8", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let key = &about.tbs.subject_public_key_info;
    holds(Suite::of_key(key).is_some(), "it is of no suite that works")?;
    let is_issuer = key == about.issuer_key;
    holds(is_issuer == (about.profile == Profile::Root), "only a root has its issuer's key")
}
