//! The issuer is named exactly as its own certificate names it, and is not nobody.

use super::{About, Rule, holds};

pub(super) const RULE: Rule = Rule { name: "issuer", source: "RFC 5280 §4.1.2.4", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    holds(!about.tbs.issuer.0.is_empty(), "it is empty")?;
    holds(about.tbs.issuer == *about.issuer, "it is not the issuer's subject")
}
