//! Each rule finds its own breach, and no other rule complains of it.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

mod keys;

use std::collections::BTreeSet;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519::{COMMON_NAME, COUNTRY_NAME, ORGANIZATIONAL_UNIT_NAME, SERIAL_NUMBER};
use const_oid::db::rfc5280 as oid;
use senim_authority::certificate::{Intent, Issuer};
use senim_authority::der::Any;
use senim_authority::der::asn1::{BitString, OctetString, Utf8StringRef};
use senim_authority::lint::{self, About};
use senim_authority::name::{Organisation, Person, Subject};
use senim_authority::profile::{Addresses, Arc, Profile};
use senim_authority::suite::{Signer as _, Suite};
use senim_core::Timestamp;
use x509_cert::TbsCertificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};
use x509_cert::name::Name;

use keys::{Key, serial};

type Breach = fn(&mut TbsCertificate);

/// A rule, a kind of certificate, and what is done to one of it.
type Case = (&'static str, Profile, Breach);

const NAMES: &[Case] = &[
    ("serial-number", Profile::PersonSigning, |it| {
        it.serial_number = x509_cert::serial_number::SerialNumber::new(&[1, 2, 3]).unwrap();
    }),
    ("issuer", Profile::PersonSigning, |it| it.issuer = it.subject.clone()),
    ("validity", Profile::PersonSigning, |it| {
        std::mem::swap(&mut it.validity.not_before, &mut it.validity.not_after);
    }),
    ("validity", Profile::Ocsp, |it| {
        let later = it.validity.not_after.to_unix_duration() + std::time::Duration::from_secs(1);
        let later = senim_authority::der::asn1::UtcTime::from_unix_duration(later).unwrap();
        it.validity.not_after = later.into();
    }),
    ("name-values", Profile::PersonSigning, |it| set(&mut it.subject, COMMON_NAME, "A\u{202e}B")),
    ("name-values", Profile::PersonSigning, |it| set(&mut it.subject, COMMON_NAME, " ")),
    ("name-values", Profile::PersonSigning, |it| {
        set(&mut it.subject, COMMON_NAME, &"x".repeat(65));
    }),
    ("person", Profile::PersonSigning, |it| set(&mut it.subject, SERIAL_NUMBER, "900101300017")),
    ("person", Profile::PersonAuthentication, |it| {
        it.subject.0.retain(|rdn| rdn.0.iter().all(|it| it.oid != COUNTRY_NAME));
    }),
    ("organisation", Profile::Seal, |it| {
        set(&mut it.subject, ORGANIZATIONAL_UNIT_NAME, "960440000151");
    }),
];

const EXTENSIONS: &[Case] = &[
    ("extensions", Profile::PersonSigning, |it| {
        let all = it.extensions.as_mut().unwrap();
        let twice =
            all.iter().find(|it| it.extn_id == oid::ID_CE_CERTIFICATE_POLICIES).unwrap().clone();
        all.push(twice);
    }),
    ("extensions", Profile::PersonSigning, |it| it.version = x509_cert::Version::V1),
    ("subject-key-identifier", Profile::PersonSigning, |it| {
        remove(it, oid::ID_CE_SUBJECT_KEY_IDENTIFIER);
    }),
    ("authority-key-identifier", Profile::PersonSigning, |it| {
        remove(it, oid::ID_CE_AUTHORITY_KEY_IDENTIFIER);
    }),
    ("basic-constraints", Profile::PersonSigning, |it| {
        let value = BasicConstraints { ca: true, path_len_constraint: None };
        replace(it, oid::ID_CE_BASIC_CONSTRAINTS, &value);
    }),
    ("basic-constraints", Profile::Issuing, |it| {
        let value = BasicConstraints { ca: true, path_len_constraint: None };
        replace(it, oid::ID_CE_BASIC_CONSTRAINTS, &value);
    }),
    ("key-usage", Profile::PersonSigning, |it| {
        let both = KeyUsages::NonRepudiation | KeyUsages::DigitalSignature;
        replace(it, oid::ID_CE_KEY_USAGE, &KeyUsage(both));
    }),
    ("key-usage", Profile::Channel, |it| {
        let signs = KeyUsages::DigitalSignature | KeyUsages::KeyCertSign;
        replace(it, oid::ID_CE_KEY_USAGE, &KeyUsage(signs));
    }),
    ("extended-key-usage", Profile::PersonSigning, |it| {
        replace(it, oid::ID_CE_EXT_KEY_USAGE, &ExtendedKeyUsage(vec![oid::ANY_EXTENDED_KEY_USAGE]));
    }),
    ("extended-key-usage", Profile::Tsa, |it| {
        let two = vec![oid::ID_KP_TIME_STAMPING, oid::ID_KP_CLIENT_AUTH];
        replace(it, oid::ID_CE_EXT_KEY_USAGE, &ExtendedKeyUsage(two));
    }),
    ("host-names", Profile::Channel, |it| remove(it, oid::ID_CE_SUBJECT_ALT_NAME)),
    ("certificate-policies", Profile::PersonSigning, |it| {
        remove(it, oid::ID_CE_CERTIFICATE_POLICIES);
    }),
    ("revocation-addresses", Profile::PersonSigning, |it| {
        remove(it, oid::ID_CE_CRL_DISTRIBUTION_POINTS);
    }),
    ("ocsp-nocheck", Profile::Ocsp, |it| {
        remove(it, const_oid::db::rfc6960::ID_PKIX_OCSP_NOCHECK);
    }),
    ("public-key", Profile::PersonSigning, |it| {
        // No point of the curve; its digest is named as it should be, so that only the key is wrong.
        let key = &mut it.subject_public_key_info;
        let mut point = key.subject_public_key.raw_bytes().to_vec();
        point[64] ^= 1;
        key.subject_public_key = BitString::from_bytes(&point).unwrap();
        let digest = senim_authority::suite::key_identifier(key);
        let value = x509_cert::ext::pkix::SubjectKeyIdentifier(OctetString::new(digest).unwrap());
        replace(it, oid::ID_CE_SUBJECT_KEY_IDENTIFIER, &value);
    }),
];

#[test]
fn each_rule_finds_its_breach_and_only_that() {
    let mut seen = BTreeSet::new();
    for (rule, profile, breach) in NAMES.iter().chain(EXTENSIONS) {
        let found = findings(*profile, *breach);
        assert_eq!(found, [*rule], "{profile:?}");
        seen.insert(*rule);
    }
    // The one that looks at the finished certificate.
    seen.insert("signature");
    let all: BTreeSet<_> = lint::rules().map(|it| it.0).collect();
    assert_eq!(seen, all, "a rule without a breach");
}

#[test]
fn a_signature_of_another_key_is_found() {
    let (root, other) = (Key::new(Suite::EcdsaP256, 1), Key::new(Suite::EcdsaP256, 3));
    let (arc, addresses) = (Arc::example(), addresses());
    let name = authority().name().unwrap();
    let of = |signer| Issuer { name: name.clone(), signer, arc: &arc, addresses: &addresses };
    let certificate = {
        let issuer = of(&root);
        issuer.issue(issuer.prepare(&intent(Profile::PersonSigning)).unwrap()).unwrap()
    };
    assert!(lint::after(&certificate, root.public_key()).is_empty());
    let found = lint::after(&certificate, other.public_key());
    assert_eq!(found.iter().map(|it| it.rule).collect::<Vec<_>>(), ["signature"]);
    assert!(found[0].to_string().starts_with("signature (RFC 5280"));
}

fn findings(profile: Profile, breach: Breach) -> Vec<&'static str> {
    let signer = Key::new(Suite::EcdsaP256, 1);
    let (arc, addresses) = (Arc::example(), addresses());
    let name = authority().name().unwrap();
    let issuer = Issuer { name: name.clone(), signer: &signer, arc: &arc, addresses: &addresses };
    let mut tbs = issuer.prepare(&intent(profile)).unwrap();
    breach(&mut tbs);
    let about = About { profile, tbs: &tbs, issuer: &name, issuer_key: signer.public_key() };
    lint::before(&about).into_iter().map(|it| it.rule).collect()
}

fn intent(profile: Profile) -> Intent {
    let from = Timestamp::from_timestamp(1_780_000_000, 0).unwrap();
    Intent {
        profile,
        serial: serial(7),
        subject: match profile {
            Profile::PersonSigning | Profile::PersonAuthentication => Subject::Person(Person {
                iin: "900101300017".parse().unwrap(),
                surname: "ӘЛИЕВА".into(),
                given_name: "АЙГҮЛ".into(),
                patronymic: None,
            }),
            Profile::Seal | Profile::Channel => Subject::System {
                name: "bank-a".into(),
                organisation: Organisation {
                    bin: "960440000151".parse().unwrap(),
                    name: "Bank A".into(),
                },
            },
            Profile::Root
            | Profile::Issuing
            | Profile::Ocsp
            | Profile::Tsa
            | Profile::MemberSigning(_)
            | Profile::MemberAuthentication(_)
            | Profile::Application => authority(),
        },
        key: Key::new(Suite::EcdsaP256, 2).public_key().clone(),
        from,
        until: profile.until(from),
        hosts: if profile == Profile::Channel {
            vec!["api.bank.example".into()]
        } else {
            Vec::new()
        },
    }
}

fn authority() -> Subject {
    Subject::Authority { name: "Senim Issuing".into(), organisation: "Senim".into() }
}

fn addresses() -> Addresses {
    Addresses { base: "http://ca.example.kz".into() }
}

fn set(name: &mut Name, oid: ObjectIdentifier, value: &str) {
    for rdn in &mut name.0 {
        let mut attributes: Vec<_> = rdn.0.clone().into_vec();
        for attribute in attributes.iter_mut().filter(|it| it.oid == oid) {
            attribute.value = Any::from(Utf8StringRef::new(value).unwrap());
        }
        rdn.0 = attributes.try_into().unwrap();
    }
}

fn remove(tbs: &mut TbsCertificate, oid: ObjectIdentifier) {
    tbs.extensions.as_mut().unwrap().retain(|it| it.extn_id != oid);
}

fn replace(
    tbs: &mut TbsCertificate,
    oid: ObjectIdentifier,
    value: &impl senim_authority::der::Encode,
) {
    let all = tbs.extensions.as_mut().unwrap();
    let extension = all.iter_mut().find(|it| it.extn_id == oid).unwrap();
    extension.extn_value = OctetString::new(value.to_der().unwrap()).unwrap();
}
