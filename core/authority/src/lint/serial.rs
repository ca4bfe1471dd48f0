//! A serial number is positive, at most 20 bytes long, and can't be foreseen.

use super::{About, Rule, holds};
use crate::certificate::SERIAL_BYTES;

pub(super) const RULE: Rule = Rule { name: "serial-number", source: "RFC 5280 §4.1.2.2", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let bytes = about.tbs.serial_number.as_bytes();
    holds(bytes.first().is_some_and(|it| it & 0x80 == 0), "it is not positive")?;
    holds(bytes.len() == SERIAL_BYTES, "it has not as many random bits as ours have")
}
