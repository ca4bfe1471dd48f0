//! Time stamps and OCSP responses are signed by keys that do only that; nobody may do anything.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{ANY_EXTENDED_KEY_USAGE, ID_KP_OCSP_SIGNING, ID_KP_TIME_STAMPING};
use x509_cert::ext::pkix::ExtendedKeyUsage;

use super::{About, Rule, holds};
use crate::profile::Profile;

pub(super) const RULE: Rule = Rule {
    name: "extended-key-usage",
    source: "RFC 5280 §4.2.1.12, RFC 3161 §2.3, RFC 6960 §4.2.2.2",
    check,
};

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let Some((critical, said)) = about.read::<ExtendedKeyUsage>() else {
        return holds(about.profile.is_authority(), "it is missing");
    };
    holds(!about.profile.is_authority(), "an authority has one")?;
    let has = |it: ObjectIdentifier| said.0.contains(&it);
    holds(!has(ANY_EXTENDED_KEY_USAGE), "it allows everything")?;
    let alone = said.0.len() == 1;
    let stamps = about.profile == Profile::Tsa;
    holds(has(ID_KP_TIME_STAMPING) == stamps, "the kind and time stamping do not fit")?;
    holds(!stamps || (critical && alone), "time stamping is critical and alone")?;
    let answers = about.profile == Profile::Ocsp;
    holds(has(ID_KP_OCSP_SIGNING) == answers, "the kind and OCSP signing do not fit")?;
    holds(!answers || alone, "OCSP signing is alone")
}
