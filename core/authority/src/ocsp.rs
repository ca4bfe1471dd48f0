//! OCSP (RFC 6960): what is asked, and signed answers, live or made ahead.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};
use const_oid::db::rfc6960::ID_PKIX_OCSP_NONCE;
use der::asn1::{BitString, Null, OctetString};
use der::{Decode as _, Encode as _};
use senim_core::Timestamp;
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::Certificate;
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspRequest, OcspResponse,
    ResponderId, ResponseData, RevokedInfo, SingleResponse, Version,
};

use crate::AuthorityError;
use crate::certificate::{Serial, generalized};
use crate::revocation::Revoked;
use crate::suite::{SignError, Signer, key_identifier};

/// The longest request, in bytes.
pub const BYTES_MAX: usize = 4096;
/// Certificates that one request may ask about.
pub const ASKED_MAX: usize = 16;
/// RFC 8954 §2.1: a nonce has 1 to 32 bytes; longer ones are not answered.
const NONCE_MAX: usize = 32;

/// Why there is no answer about certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    Malformed,
    Internal,
    TryLater,
    /// Nobody here answers for the issuer that is asked about (RFC 6960 §2.3).
    Unauthorized,
}

/// What a request asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    certificates: Vec<CertId>,
    nonce: Option<Extension>,
}

/// What is known of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Good,
    Revoked(Revoked),
    /// This issuer has made none of this number.
    Unknown,
}

/// One issuer as requests name it.
#[derive(Clone, Debug)]
pub struct Named {
    hashes: [(ObjectIdentifier, Vec<u8>, Vec<u8>); 2],
}

impl Named {
    pub fn of(name: &Name, key: &SubjectPublicKeyInfoOwned) -> Result<Self, AuthorityError> {
        use sha2::Digest as _;
        let (name, key) = (name.to_der()?, key.subject_public_key.raw_bytes());
        let sha1 = |it: &[u8]| sha1::Sha1::digest(it).to_vec();
        let sha256 = |it: &[u8]| sha2::Sha256::digest(it).to_vec();
        Ok(Self {
            hashes: [(ID_SHA_1, sha1(&name), sha1(key)), (ID_SHA_256, sha256(&name), sha256(key))],
        })
    }

    fn is(&self, id: &CertId) -> bool {
        self.hashes.iter().any(|(algorithm, name, key)| {
            id.hash_algorithm.oid == *algorithm
                && id.issuer_name_hash.as_bytes() == name
                && id.issuer_key_hash.as_bytes() == key
        })
    }
}

impl Asked {
    pub fn read(bytes: &[u8]) -> Result<Self, Unanswered> {
        if bytes.len() > BYTES_MAX {
            return Err(Unanswered::Malformed);
        }
        let request = OcspRequest::from_der(bytes).map_err(|_| Unanswered::Malformed)?;
        let tbs = request.tbs_request;
        let certificates: Vec<_> = tbs.request_list.into_iter().map(|it| it.req_cert).collect();
        if certificates.is_empty() || certificates.len() > ASKED_MAX {
            return Err(Unanswered::Malformed);
        }
        let extensions = tbs.request_extensions.unwrap_or_default();
        let nonce = extensions.into_iter().find(|it| it.extn_id == ID_PKIX_OCSP_NONCE);
        if let Some(nonce) = &nonce {
            let value = OctetString::from_der(nonce.extn_value.as_bytes());
            let value = value.map_err(|_| Unanswered::Malformed)?;
            if !(1..=NONCE_MAX).contains(&value.as_bytes().len()) {
                return Err(Unanswered::Malformed);
            }
        }
        Ok(Self { certificates, nonce })
    }

    /// The numbers that are asked about; `None` for one that this issuer can't have made.
    pub fn serials(&self, issuer: &Named) -> Result<Vec<Option<Serial>>, Unanswered> {
        if !self.certificates.iter().all(|it| issuer.is(it)) {
            return Err(Unanswered::Unauthorized);
        }
        let serial = |it: &CertId| Serial::read(it.serial_number.as_bytes());
        Ok(self.certificates.iter().map(serial).collect())
    }

    /// Whether it must be answered now, for it has a nonce.
    pub fn has_nonce(&self) -> bool {
        self.nonce.is_some()
    }

    /// The signed answer, in DER. `statuses` in the order of [`Self::serials`].
    pub fn answer(
        &self,
        signer: &dyn Signer,
        certificate: &Certificate,
        statuses: &[Status],
        from: Timestamp,
        next: Timestamp,
    ) -> Result<Vec<u8>, AuthorityError> {
        let suite = signer.suite();
        let algorithm = suite.algorithm().ok_or(SignError::NotFilled(suite))?;
        let moment = |at| Ok::<_, der::Error>(OcspGeneralizedTime(generalized(at)?));
        let responses = self.certificates.iter().zip(statuses).map(|(id, status)| {
            let cert_status = match status {
                Status::Good => CertStatus::Good(Null),
                Status::Unknown => CertStatus::Unknown(Null),
                Status::Revoked(it) => CertStatus::Revoked(RevokedInfo {
                    revocation_time: moment(it.at)?,
                    revocation_reason: Some(it.reason.code()),
                }),
            };
            Ok(SingleResponse {
                cert_id: id.clone(),
                cert_status,
                this_update: moment(from)?,
                next_update: Some(moment(next)?),
                single_extensions: None,
            })
        });
        let key = key_identifier(signer.public_key());
        let data = ResponseData {
            version: Version::V1,
            responder_id: ResponderId::ByKey(OctetString::new(key)?),
            produced_at: moment(from)?,
            responses: responses.collect::<der::Result<_>>()?,
            response_extensions: self.nonce.clone().map(|it| vec![it]),
        };
        let signature = signer.sign(&data.to_der()?)?;
        let basic = BasicOcspResponse {
            tbs_response_data: data,
            signature_algorithm: algorithm,
            signature: BitString::from_bytes(&signature)?,
            certs: Some(vec![certificate.clone()]),
        };
        Ok(OcspResponse::successful(basic)?.to_der()?)
    }
}

impl Unanswered {
    /// In DER; it is not signed.
    pub fn written(self) -> Vec<u8> {
        let response = match self {
            Self::Malformed => OcspResponse::malformed_request(),
            Self::Internal => OcspResponse::internal_error(),
            Self::TryLater => OcspResponse::try_later(),
            Self::Unauthorized => OcspResponse::unauthorized(),
        };
        response.to_der().unwrap_or_default()
    }
}
