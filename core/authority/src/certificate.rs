//! A certificate from what is intended to its signed bytes.

use der::asn1::{BitString, GeneralizedTime, UtcTime};
use der::{DateTime, Encode as _};
use senim_core::Timestamp;
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};

use crate::AuthorityError;
use crate::lint::{self, About};
use crate::name::Subject;
use crate::profile::{Addresses, Arc, Given, Profile, extensions};
use crate::suite::{SignError, Signer, Suite, key_identifier};

/// Bytes of a serial number: 127 random bits, and never a sign (RFC 5280 §4.1.2.2 takes 20 bytes at most).
pub const SERIAL_BYTES: usize = 16;

/// What is to be issued. It is written down before it is signed, so that no signed certificate is unknown.
#[derive(Clone, Debug)]
pub struct Intent {
    pub profile: Profile,
    pub serial: Serial,
    pub subject: Subject,
    pub key: SubjectPublicKeyInfoOwned,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Host names of a server.
    pub hosts: Vec<String>,
}

/// The number of a certificate at its issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial([u8; SERIAL_BYTES]);

impl Serial {
    /// From random bytes; the first bits are set so that all numbers have the same length.
    pub fn random(mut bytes: [u8; SERIAL_BYTES]) -> Self {
        bytes[0] = bytes[0] & 0x3f | 0x40;
        Self(bytes)
    }

    /// `None` for a number that [`Self::random`] does not make.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = <[u8; SERIAL_BYTES]>::try_from(bytes).ok()?;
        (bytes[0] & 0xc0 == 0x40).then_some(Self(bytes))
    }

    pub fn of(certificate: &Certificate) -> Option<Self> {
        Self::read(certificate.tbs_certificate.serial_number.as_bytes())
    }

    pub fn as_bytes(&self) -> &[u8; SERIAL_BYTES] {
        &self.0
    }

    pub(crate) fn number(self) -> Result<SerialNumber, der::Error> {
        SerialNumber::new(&self.0)
    }
}

/// Who issues: the certificate's name and key, and what all its certificates have in common.
pub struct Issuer<'a> {
    pub name: Name,
    pub signer: &'a dyn Signer,
    pub arc: &'a Arc,
    pub addresses: &'a Addresses,
}

impl<'a> Issuer<'a> {
    /// The holder of this certificate, whose key this is.
    pub fn of(
        certificate: &Certificate,
        signer: &'a dyn Signer,
        arc: &'a Arc,
        addresses: &'a Addresses,
    ) -> Result<Self, AuthorityError> {
        if certificate.tbs_certificate.subject_public_key_info != *signer.public_key() {
            return Err(AuthorityError::Field {
                field: "issuer",
                why: "the certificate is of another key",
            });
        }
        Ok(Self { name: certificate.tbs_certificate.subject.clone(), signer, arc, addresses })
    }

    pub(crate) fn suite(&self) -> Suite {
        self.signer.suite()
    }

    /// What is signed. Nothing is written that a lint complains of.
    pub fn prepare(&self, intent: &Intent) -> Result<TbsCertificate, AuthorityError> {
        let suite = self.suite();
        let signature = suite.algorithm().ok_or(SignError::NotFilled(suite))?;
        let given = Given {
            profile: intent.profile,
            arc: self.arc,
            addresses: self.addresses,
            key: key_identifier(&intent.key),
            issuer_key: key_identifier(self.signer.public_key()),
            hosts: &intent.hosts,
        };
        let tbs = TbsCertificate {
            version: Version::V3,
            serial_number: intent.serial.number()?,
            signature,
            issuer: self.name.clone(),
            validity: Validity { not_before: time(intent.from)?, not_after: time(intent.until)? },
            subject: intent.subject.name()?,
            subject_public_key_info: intent.key.clone(),
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(extensions(&given)?),
        };
        let findings = lint::before(&About {
            profile: intent.profile,
            tbs: &tbs,
            issuer: &self.name,
            issuer_key: self.signer.public_key(),
        });
        if findings.is_empty() { Ok(tbs) } else { Err(AuthorityError::Lints(findings)) }
    }

    /// Signs what [`Self::prepare`] has made; the whole is looked at again.
    pub fn issue(&self, tbs: TbsCertificate) -> Result<Certificate, AuthorityError> {
        let signature = self.signer.sign(&tbs.to_der()?)?;
        let certificate = Certificate {
            signature_algorithm: tbs.signature.clone(),
            tbs_certificate: tbs,
            signature: BitString::from_bytes(&signature)?,
        };
        let findings = lint::after(&certificate, self.signer.public_key());
        if findings.is_empty() { Ok(certificate) } else { Err(AuthorityError::Lints(findings)) }
    }
}

/// A root's own certificate.
pub fn self_signed(
    intent: &Intent,
    signer: &dyn Signer,
    arc: &Arc,
    addresses: &Addresses,
) -> Result<Certificate, AuthorityError> {
    let issuer = Issuer { name: intent.subject.name()?, signer, arc, addresses };
    issuer.issue(issuer.prepare(intent)?)
}

/// UTCTime until 2049, GeneralizedTime beyond (RFC 5280 §4.1.2.5); whole seconds.
pub(crate) fn time(at: Timestamp) -> Result<Time, der::Error> {
    let date = date_time(at)?;
    if date.year() <= UtcTime::MAX_YEAR {
        return Ok(Time::UtcTime(UtcTime::from_date_time(date)?));
    }
    Ok(Time::GeneralTime(GeneralizedTime::from_date_time(date)))
}

pub(crate) fn generalized(at: Timestamp) -> Result<GeneralizedTime, der::Error> {
    Ok(GeneralizedTime::from_date_time(date_time(at)?))
}

fn date_time(at: Timestamp) -> Result<DateTime, der::Error> {
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    DateTime::from_unix_duration(std::time::Duration::from_secs(seconds))
}

/// The moment that a certificate says.
pub fn moment(time: &Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_timestamp(seconds, 0).unwrap_or(Timestamp::MAX_UTC)
}
