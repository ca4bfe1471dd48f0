//! The term begins before it ends, lasts no longer than its kind may, and is written as its year demands.

use x509_cert::time::Time;

use super::{About, Rule, holds};
use crate::certificate::moment;

pub(super) const RULE: Rule = Rule { name: "validity", source: "RFC 5280 §4.1.2.5", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let validity = &about.tbs.validity;
    for time in [&validity.not_before, &validity.not_after] {
        let early = time.to_date_time().year() < 2050;
        holds(
            early == matches!(time, Time::UtcTime(_)),
            "UTCTime until 2049, GeneralizedTime later",
        )?;
    }
    let (from, until) = (moment(&validity.not_before), moment(&validity.not_after));
    holds(from < until, "it ends before it begins")?;
    holds(until <= about.profile.until(from), "it lasts longer than certificates of its kind may")
}
