//! No value of a name is empty, too long, or has characters that nobody sees.

use const_oid::db::rfc4519::COUNTRY_NAME;

use super::{About, Rule, holds};
use crate::name::{VALUE_MAX, text};

pub(super) const RULE: Rule = Rule { name: "name-values", source: "RFC 5280 appendix A.1", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    for attribute in about.tbs.subject.0.iter().flat_map(|it| it.0.iter()) {
        let value = text(&attribute.value).ok_or("a value is no text")?;
        holds(!value.trim().is_empty(), "a value is empty")?;
        holds(value.chars().count() <= VALUE_MAX, "a value is longer than 64 characters")?;
        holds(value.trim() == value, "a value begins or ends with a space")?;
        holds(!value.chars().any(is_unseen), "a value has characters that nobody sees")?;
        let is_country = attribute.oid == COUNTRY_NAME;
        holds(!is_country || value.len() == 2, "a country has two letters")?;
    }
    Ok(())
}

/// Controls, and what turns the direction of text or joins letters unseen.
fn is_unseen(it: char) -> bool {
    it.is_control()
        || matches!(it, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
