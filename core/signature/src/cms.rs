//! CMS signatures (RFC 5652) with the attributes of CAdES level B (EN 319 122-1 §6), detached or with their content; and T,
//! with a time stamp.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{
    ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME,
};
use der::asn1::{OctetString, SetOfVec, UtcTime};
use der::{Any, DateTime, Encode, Sequence};
use senim_authority::suite::{Signer, Suite};
use senim_core::Timestamp;
use x509_cert::Certificate;
use x509_cert::attr::Attribute;

use crate::{Hash, SignatureError};

/// id-aa-signingCertificateV2 (RFC 5035 §3).
const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// id-aa-signatureTimeStampToken (RFC 3161 appendix A).
const SIGNATURE_TIME_STAMP: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");

/// Of contents and attributes (RFC 5753 §2.1.1).
pub const HASH: Hash = Hash::Sha256;

/// `ESSCertIDv2` (RFC 5035 §4); the hash is SHA-256, which is the default and so left out.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct EssCertIdV2 {
    hash: OctetString,
}

/// `SigningCertificateV2`.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct SigningCertificateV2 {
    certificates: Vec<EssCertIdV2>,
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// Kept elsewhere; its digest by [`HASH`].
    Detached(&'a [u8]),
    /// Goes with the signature.
    Within { kind: ObjectIdentifier, bytes: &'a [u8] },
}

/// Who signs.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    pub suite: Suite,
    pub certificate: &'a Certificate,
    /// Up to the root, without it.
    pub chain: &'a [Certificate],
}

/// A signature without its value.
#[derive(Clone, Debug)]
pub struct Prepared {
    content: EncapsulatedContentInfo,
    certificates: Vec<CertificateChoices>,
    info: SignerInfo,
}

/// A finished signature.
#[derive(Clone, Debug)]
pub struct Signed(Prepared);

impl Prepared {
    /// `at`: the time that the signer claims; a PDF says it elsewhere (EN 319 142-1 §6.3), a time stamp is asked for nothing.
    pub fn new(
        who: &Who<'_>,
        content: Content<'_>,
        at: Option<Timestamp>,
    ) -> Result<Self, SignatureError> {
        let hash = HASH;
        // Who reads CMS seldom knows Ed25519 with attributes (RFC 8419): OpenSSL 3.0 does not.
        let suite = Some(who.suite).filter(|it| *it == Suite::EcdsaP256);
        let signature_algorithm =
            suite.and_then(Suite::algorithm).ok_or(SignatureError::Suite(who.suite))?;
        let (content, digest) = match content {
            Content::Detached(digest) => {
                let content = EncapsulatedContentInfo { econtent_type: ID_DATA, econtent: None };
                (content, digest.to_vec())
            }
            Content::Within { kind, bytes } => {
                let econtent = Some(Any::new(der::Tag::OctetString, bytes)?);
                (EncapsulatedContentInfo { econtent_type: kind, econtent }, hash.digest(bytes))
            }
        };
        let certificate = who.certificate.to_der()?;
        let named = SigningCertificateV2 {
            certificates: vec![EssCertIdV2 {
                hash: OctetString::new(Hash::Sha256.digest(&certificate))?,
            }],
        };
        let mut attributes = SetOfVec::new();
        attributes.insert(attribute(ID_CONTENT_TYPE, &content.econtent_type)?)?;
        attributes.insert(attribute(ID_MESSAGE_DIGEST, &OctetString::new(digest)?)?)?;
        attributes.insert(attribute(SIGNING_CERTIFICATE_V2, &named)?)?;
        if let Some(at) = at {
            attributes.insert(attribute(ID_SIGNING_TIME, &utc(at)?)?)?;
        }
        let tbs = &who.certificate.tbs_certificate;
        let info = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: tbs.issuer.clone(),
                serial_number: tbs.serial_number.clone(),
            }),
            digest_alg: hash.algorithm(),
            signed_attrs: Some(attributes),
            signature_algorithm,
            signature: OctetString::new([])?,
            unsigned_attrs: None,
        };
        let all = std::iter::once(who.certificate).chain(who.chain);
        let certificates = all.cloned().map(CertificateChoices::Certificate).collect();
        Ok(Self { content, certificates, info })
    }

    /// For who asked for none; the signature names its certificate all the same.
    pub(crate) fn leave_certificates_out(&mut self) {
        self.certificates.clear();
    }

    /// The bytes that the key signs: the attributes as a SET (RFC 5652 §5.4).
    pub fn message(&self) -> Result<Vec<u8>, SignatureError> {
        Ok(self.info.signed_attrs.to_der()?)
    }

    /// With the value that [`Signer::sign`] gives for the message.
    pub fn signed(mut self, signature: &[u8]) -> Result<Signed, SignatureError> {
        self.info.signature = OctetString::new(signature)?;
        Ok(Signed(self))
    }

    pub fn sign(self, signer: &dyn Signer) -> Result<Signed, SignatureError> {
        let signature = signer.sign(&self.message()?)?;
        self.signed(&signature)
    }
}

impl Signed {
    /// The value of the signature, which a time stamp is made of.
    pub fn value(&self) -> &[u8] {
        self.0.info.signature.as_bytes()
    }

    /// Level T: this token, in DER, says that the signature was there at its time.
    pub fn stamped(mut self, token: &[u8]) -> Result<Self, SignatureError> {
        let token = <Any as der::Decode>::from_der(token)?;
        let mut values = SetOfVec::new();
        values.insert(token)?;
        let mut attributes = self.0.info.unsigned_attrs.take().unwrap_or_default();
        attributes.insert(Attribute { oid: SIGNATURE_TIME_STAMP, values })?;
        self.0.info.unsigned_attrs = Some(attributes);
        Ok(self)
    }

    /// `ContentInfo`, in DER.
    pub fn written(self) -> Result<Vec<u8>, SignatureError> {
        let Prepared { content, certificates, info } = self.0;
        // RFC 5652 §5.1: 3 where the content is not plain data.
        let version =
            if content.econtent_type == ID_DATA { CmsVersion::V1 } else { CmsVersion::V3 };
        let certificates = if certificates.is_empty() {
            None
        } else {
            Some(CertificateSet(SetOfVec::try_from(certificates)?))
        };
        let data = SignedData {
            version,
            digest_algorithms: SetOfVec::try_from(vec![info.digest_alg.clone()])?,
            encap_content_info: content,
            certificates,
            crls: None,
            signer_infos: SignerInfos(SetOfVec::try_from(vec![info])?),
        };
        let content = Any::encode_from(&data)?;
        Ok(ContentInfo { content_type: ID_SIGNED_DATA, content }.to_der()?)
    }
}

fn attribute<T: Encode + der::Tagged>(
    oid: ObjectIdentifier,
    value: &T,
) -> Result<Attribute, der::Error> {
    let mut values = SetOfVec::new();
    values.insert(<Any as der::Decode>::from_der(&value.to_der()?)?)?;
    Ok(Attribute { oid, values })
}

/// UTCTime until 2049 (RFC 5652 §11.3).
fn utc(at: Timestamp) -> Result<UtcTime, der::Error> {
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    UtcTime::from_date_time(DateTime::from_unix_duration(std::time::Duration::from_secs(seconds))?)
}
