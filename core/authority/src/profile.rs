//! What each kind of certificate has: terms, uses and extensions.

use chrono::{Months, TimeDelta};
use const_oid::AssociatedOid;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{
    ID_KP_CLIENT_AUTH, ID_KP_EMAIL_PROTECTION, ID_KP_OCSP_SIGNING, ID_KP_SERVER_AUTH,
    ID_KP_TIME_STAMPING,
};
use const_oid::db::rfc5912::{ID_AD_CA_ISSUERS, ID_AD_OCSP, ID_PE_AUTHORITY_INFO_ACCESS};
use const_oid::db::rfc6960::ID_PKIX_OCSP_NOCHECK;
use der::asn1::{Ia5String, OctetString};
use der::{Any, Encode};
use senim_core::Timestamp;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::{PolicyInformation, PolicyQualifierInfo};
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints,
    CertificatePolicies, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectAltName, SubjectKeyIdentifier,
};

/// id-qt-cps (RFC 5280 §4.2.1.4): where the policy can be read.
const CPS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.2.1");

/// The kind of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    Root,
    Issuing,
    /// Signs OCSP responses.
    Ocsp,
    /// Signs time stamps.
    Tsa,
    /// A natural person signs.
    PersonSigning,
    /// A natural person shows who they are.
    PersonAuthentication,
    /// Somebody signs for an organisation.
    MemberSigning(Role),
    MemberAuthentication(Role),
    /// An organisation's own signature: a participant signs confirmations with it (PHM-3).
    Seal,
    /// A participant's servers, in both directions of mutual TLS (PHM-4, CA-6).
    Channel,
    /// One application of a participant (CA-6).
    Application,
}

/// What somebody may do for an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    FirstHead,
    SignRight,
    Employee,
}

/// The object identifiers of one operator's policies and roles, all below its own arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arc(ObjectIdentifier);

impl Arc {
    /// That of RFC 5612, which stands for nobody's: in examples, tests and the demo.
    pub fn example() -> Self {
        Self(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473"))
    }

    /// `None` for what is no identifier, or has no room below it.
    pub fn parse(text: &str) -> Option<Self> {
        let arc = ObjectIdentifier::new(text).ok()?;
        arc.push_arc(1).ok()?.push_arc(1).ok()?.push_arc(1).ok()?;
        Some(Self(arc))
    }

    fn below(&self, arcs: &[u32]) -> ObjectIdentifier {
        // `parse` has seen that there is room for three.
        arcs.iter().fold(self.0, |oid, arc| oid.push_arc(*arc).unwrap_or(oid))
    }

    /// Of the policy that certificates of this kind are under.
    pub fn policy(&self, profile: Profile) -> ObjectIdentifier {
        let number = match profile {
            Profile::Root | Profile::Issuing => 1,
            Profile::PersonSigning => 2,
            Profile::PersonAuthentication => 3,
            Profile::MemberSigning(_) => 4,
            Profile::MemberAuthentication(_) => 5,
            Profile::Seal => 6,
            Profile::Channel => 7,
            Profile::Application => 8,
            Profile::Ocsp => 9,
            Profile::Tsa => 10,
        };
        self.below(&[1, number])
    }

    /// Of time stamps (RFC 3161 §2.4.2).
    pub fn time_stamps(&self) -> ObjectIdentifier {
        self.below(&[2, 1])
    }

    /// What somebody is to an organisation, as an extended key usage.
    pub fn role(&self, profile: Profile) -> Option<ObjectIdentifier> {
        let role = match profile {
            Profile::PersonSigning | Profile::PersonAuthentication => {
                return Some(self.below(&[3, 1]));
            }
            Profile::MemberSigning(role) | Profile::MemberAuthentication(role) => role,
            Profile::Root
            | Profile::Issuing
            | Profile::Ocsp
            | Profile::Tsa
            | Profile::Seal
            | Profile::Channel
            | Profile::Application => return None,
        };
        let number = match role {
            Role::FirstHead => 1,
            Role::SignRight => 2,
            Role::Employee => 3,
        };
        Some(self.below(&[3, 2, number]))
    }
}

/// Where what belongs to a certificate is published; `http`, for a TLS connection may need them first (RFC 5280 §8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Without a slash at the end.
    pub base: String,
}

impl Addresses {
    pub fn ocsp(&self) -> String {
        format!("{}/ocsp", self.base)
    }

    /// `issuer`: the hexadecimal name of its key.
    pub fn crl(&self, issuer: &str) -> String {
        format!("{}/crl/{issuer}.crl", self.base)
    }

    pub fn issuer(&self, issuer: &str) -> String {
        format!("{}/certificate/{issuer}.cer", self.base)
    }

    /// The certificate policy, for people.
    pub fn policy(&self) -> String {
        format!("{}/policy", self.base)
    }
}

impl Profile {
    pub fn is_authority(self) -> bool {
        matches!(self, Self::Root | Self::Issuing)
    }

    /// The end of a term that begins at `from`.
    pub fn until(self, from: Timestamp) -> Timestamp {
        let years = match self {
            Self::Root => 20,
            Self::Issuing => 10,
            Self::Tsa => 5,
            // It is not revoked by anybody who asks it, so it ends soon.
            Self::Ocsp => return from + TimeDelta::days(90),
            Self::PersonSigning
            | Self::PersonAuthentication
            | Self::MemberSigning(_)
            | Self::MemberAuthentication(_)
            | Self::Seal
            | Self::Channel
            | Self::Application => 1,
        };
        from.checked_add_months(Months::new(12 * years)).unwrap_or(from)
    }

    pub(crate) fn key_usage(self) -> KeyUsage {
        KeyUsage(match self {
            Self::Root | Self::Issuing => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
            // A key that makes signatures of people does nothing else (EN 319 412-2 §4.3.2, type A).
            Self::PersonSigning | Self::MemberSigning(_) | Self::Seal => {
                KeyUsages::NonRepudiation.into()
            }
            Self::Ocsp
            | Self::Tsa
            | Self::PersonAuthentication
            | Self::MemberAuthentication(_)
            | Self::Channel
            | Self::Application => KeyUsages::DigitalSignature.into(),
        })
    }

    /// Whether it is critical, and what it names.
    pub(crate) fn extended_key_usage(self, arc: &Arc) -> Option<(bool, Vec<ObjectIdentifier>)> {
        let (critical, mut usages) = match self {
            Self::Root | Self::Issuing => return None,
            // RFC 3161 §2.3: critical, and nothing else.
            Self::Tsa => (true, vec![ID_KP_TIME_STAMPING]),
            Self::Ocsp => (false, vec![ID_KP_OCSP_SIGNING]),
            Self::PersonSigning | Self::MemberSigning(_) | Self::Seal => {
                (false, vec![ID_KP_EMAIL_PROTECTION])
            }
            Self::PersonAuthentication | Self::MemberAuthentication(_) | Self::Application => {
                (false, vec![ID_KP_CLIENT_AUTH])
            }
            Self::Channel => (false, vec![ID_KP_CLIENT_AUTH, ID_KP_SERVER_AUTH]),
        };
        usages.extend(arc.role(self));
        Some((critical, usages))
    }
}

/// What extensions are made from.
pub(crate) struct Given<'a> {
    pub(crate) profile: Profile,
    pub(crate) arc: &'a Arc,
    pub(crate) addresses: &'a Addresses,
    /// Of the subject's key, and of the issuer's.
    pub(crate) key: [u8; 20],
    pub(crate) issuer_key: [u8; 20],
    /// Host names of a server.
    pub(crate) hosts: &'a [String],
}

/// In the order in which they stand.
pub(crate) fn extensions(given: &Given<'_>) -> Result<Vec<Extension>, der::Error> {
    let profile = given.profile;
    let issuer = senim_core::jose::hex(&given.issuer_key);
    let mut all = vec![extension(false, &SubjectKeyIdentifier(OctetString::new(given.key)?))?];
    if profile != Profile::Root {
        let key_identifier = Some(OctetString::new(given.issuer_key)?);
        let authority = AuthorityKeyIdentifier { key_identifier, ..Default::default() };
        all.push(extension(false, &authority)?);
    }
    let path_len_constraint = (profile == Profile::Issuing).then_some(0);
    let constraints = BasicConstraints { ca: profile.is_authority(), path_len_constraint };
    all.push(extension(true, &constraints)?);
    all.push(extension(true, &profile.key_usage())?);
    if let Some((critical, usages)) = profile.extended_key_usage(given.arc) {
        all.push(extension(critical, &ExtendedKeyUsage(usages))?);
    }
    if !given.hosts.is_empty() {
        let names = given.hosts.iter().map(|it| Ok(GeneralName::DnsName(Ia5String::new(it)?)));
        all.push(extension(false, &SubjectAltName(names.collect::<der::Result<_>>()?))?);
    }
    if profile == Profile::Root {
        return Ok(all);
    }
    let qualifier = Any::encode_from(&Ia5String::new(&given.addresses.policy())?)?;
    let policy = PolicyInformation {
        policy_identifier: given.arc.policy(profile),
        policy_qualifiers: Some(vec![PolicyQualifierInfo {
            policy_qualifier_id: CPS,
            qualifier: Some(qualifier),
        }]),
    };
    all.push(extension(false, &CertificatePolicies(vec![policy]))?);
    let issuers = access(ID_AD_CA_ISSUERS, &given.addresses.issuer(&issuer))?;
    let access = if profile == Profile::Ocsp {
        // Nobody asks about the one who answers (RFC 6960 §4.2.2.2.1).
        all.push(Extension {
            extn_id: ID_PKIX_OCSP_NOCHECK,
            critical: false,
            extn_value: OctetString::new(der::asn1::Null.to_der()?)?,
        });
        vec![issuers]
    } else {
        let point = uri(&given.addresses.crl(&issuer))?;
        let point = DistributionPoint {
            distribution_point: Some(DistributionPointName::FullName(vec![point])),
            reasons: None,
            crl_issuer: None,
        };
        all.push(extension(false, &CrlDistributionPoints(vec![point]))?);
        vec![access(ID_AD_OCSP, &given.addresses.ocsp())?, issuers]
    };
    let access = Extension {
        extn_id: ID_PE_AUTHORITY_INFO_ACCESS,
        critical: false,
        extn_value: OctetString::new(AuthorityInfoAccessSyntax(access).to_der()?)?,
    };
    all.push(access);
    Ok(all)
}

pub(crate) fn extension<T: AssociatedOid + Encode>(
    critical: bool,
    value: &T,
) -> Result<Extension, der::Error> {
    Ok(Extension { extn_id: T::OID, critical, extn_value: OctetString::new(value.to_der()?)? })
}

fn access(method: ObjectIdentifier, address: &str) -> Result<AccessDescription, der::Error> {
    Ok(AccessDescription { access_method: method, access_location: uri(address)? })
}

fn uri(address: &str) -> Result<GeneralName, der::Error> {
    Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(address)?))
}
