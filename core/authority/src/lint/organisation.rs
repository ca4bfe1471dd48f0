//! An organisation is named by its name and its BIN.

use const_oid::db::rfc4519::{COMMON_NAME, COUNTRY_NAME, ORGANIZATION_NAME};

use super::{About, Rule, holds};
use crate::name::{bin, values};
use crate::profile::Profile;

pub(super) const RULE: Rule =
    Rule { name: "organisation", source: "EN 319 412-3 §4.2.1, CA-9", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let subject = &about.tbs.subject;
    let named = values(subject, ORGANIZATION_NAME).count();
    match about.profile {
        Profile::PersonSigning | Profile::PersonAuthentication => {
            holds(named == 0 && bin(subject).is_none(), "a person alone has no organisation")
        }
        Profile::MemberSigning(_)
        | Profile::MemberAuthentication(_)
        | Profile::Seal
        | Profile::Channel
        | Profile::Application => {
            holds(named == 1, "it needs one organisation")?;
            holds(values(subject, COMMON_NAME).count() == 1, "it needs one common name")?;
            holds(values(subject, COUNTRY_NAME).count() == 1, "it needs one country")?;
            holds(bin(subject).is_some(), "its OU is not BIN and twelve digits")
        }
        Profile::Root | Profile::Issuing | Profile::Ocsp | Profile::Tsa => {
            holds(named == 1, "it needs one organisation")?;
            holds(values(subject, COUNTRY_NAME).count() == 1, "it needs one country")
        }
    }
}
