//! A person is named by country, common name, surname, given name and number.

use const_oid::db::rfc4519::{COMMON_NAME, COUNTRY_NAME, GIVEN_NAME, SN};

use super::{About, Rule, holds};
use crate::name::{iin, values};
use crate::profile::Profile;

pub(super) const RULE: Rule = Rule { name: "person", source: "EN 319 412-2 §4.2.4, CA-9", check };

fn check(about: &About<'_>) -> Result<(), &'static str> {
    let is_person = match about.profile {
        Profile::PersonSigning
        | Profile::PersonAuthentication
        | Profile::MemberSigning(_)
        | Profile::MemberAuthentication(_) => true,
        Profile::Root
        | Profile::Issuing
        | Profile::Ocsp
        | Profile::Tsa
        | Profile::Seal
        | Profile::Channel
        | Profile::Application => false,
    };
    let subject = &about.tbs.subject;
    if !is_person {
        return holds(iin(subject).is_none(), "what is no person has an IIN");
    }
    for (oid, otherwise) in [
        (COUNTRY_NAME, "it needs one country"),
        (COMMON_NAME, "it needs one common name"),
        (SN, "it needs one surname"),
        (GIVEN_NAME, "it needs one given name"),
    ] {
        holds(values(subject, oid).count() == 1, otherwise)?;
    }
    holds(iin(subject).is_some(), "its serialNumber is not IIN and twelve digits")
}
