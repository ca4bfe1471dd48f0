//! Revocations: their reasons, and lists of them (CRL, RFC 5280 §5), full and as a difference.

use der::Encode as _;
use der::asn1::{BitString, OctetString, Uint};
use senim_core::Timestamp;
use x509_cert::Version;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BaseCrlNumber, CrlNumber, CrlReason};

use crate::AuthorityError;
use crate::certificate::{Issuer, Serial, time};
use crate::profile::extension;
use crate::suite::{SignError, key_identifier};

/// Why a certificate no longer holds (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    Unspecified,
    KeyCompromise,
    AffiliationChanged,
    Superseded,
    /// Its owner does not want it any longer, or has lost the password.
    CessationOfOperation,
    PrivilegeWithdrawn,
}

impl Reason {
    pub const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key-compromise",
            Self::AffiliationChanged => "affiliation-changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::PrivilegeWithdrawn => "privilege-withdrawn",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    pub(crate) fn code(self) -> CrlReason {
        match self {
            Self::Unspecified => CrlReason::Unspecified,
            Self::KeyCompromise => CrlReason::KeyCompromise,
            Self::AffiliationChanged => CrlReason::AffiliationChanged,
            Self::Superseded => CrlReason::Superseded,
            Self::CessationOfOperation => CrlReason::CessationOfOperation,
            Self::PrivilegeWithdrawn => CrlReason::PrivilegeWithdrawn,
        }
    }
}

/// A certificate that was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    pub serial: Serial,
    pub at: Timestamp,
    pub reason: Reason,
}

/// What a list is, besides whom it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListTerms {
    /// Grows with each list of this issuer.
    pub number: u64,
    /// A difference to the list of this number; `None`: everything.
    pub base: Option<u64>,
    pub from: Timestamp,
    pub next: Timestamp,
}

/// The signed list, in DER.
///
/// An issuer's list names the issuer's own key (RFC 5280 §5.2.1); a builder that takes the key that the issuer's certificate
/// names makes lists that nobody can use below the root.
pub fn list(
    issuer: &Issuer<'_>,
    terms: &ListTerms,
    revoked: &[Revoked],
) -> Result<Vec<u8>, AuthorityError> {
    let suite = issuer.suite();
    let signature = suite.algorithm().ok_or(SignError::NotFilled(suite))?;
    let key = key_identifier(issuer.signer.public_key());
    let authority = AuthorityKeyIdentifier {
        key_identifier: Some(OctetString::new(key)?),
        ..AuthorityKeyIdentifier::default()
    };
    let mut extensions =
        vec![extension(false, &authority)?, extension(false, &CrlNumber(number(terms.number)?))?];
    if let Some(base) = terms.base {
        extensions.push(extension(true, &BaseCrlNumber(number(base)?))?);
    }
    // A list of everything that the issuer has revoked needs no issuing distribution point (RFC 5280 §5.2.5).
    let revoked = revoked.iter().map(entry).collect::<der::Result<Vec<_>>>()?;
    let tbs = TbsCertList {
        version: Version::V2,
        signature: signature.clone(),
        issuer: issuer.name.clone(),
        this_update: time(terms.from)?,
        next_update: Some(time(terms.next)?),
        revoked_certificates: (!revoked.is_empty()).then_some(revoked),
        crl_extensions: Some(extensions),
    };
    let made = issuer.signer.sign(&tbs.to_der()?)?;
    let signed = CertificateList {
        tbs_cert_list: tbs,
        signature_algorithm: signature,
        signature: BitString::from_bytes(&made)?,
    };
    Ok(signed.to_der()?)
}

fn entry(it: &Revoked) -> der::Result<RevokedCert> {
    // RFC 5280 §5.3.1: left out rather than unspecified.
    let reason = if it.reason == Reason::Unspecified {
        None
    } else {
        Some(vec![Extension {
            extn_id: const_oid::db::rfc5280::ID_CE_CRL_REASONS,
            critical: false,
            extn_value: OctetString::new(it.reason.code().to_der()?)?,
        }])
    };
    Ok(RevokedCert {
        serial_number: it.serial.number()?,
        revocation_date: time(it.at)?,
        crl_entry_extensions: reason,
    })
}

fn number(it: u64) -> der::Result<Uint> {
    Uint::new(&it.to_be_bytes())
}
