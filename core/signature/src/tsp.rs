//! Time stamps (RFC 3161): what is asked, and a token or a reason why there is none.

use const_oid::ObjectIdentifier;
use der::asn1::{BitString, GeneralizedTime, Int, OctetString};
use der::{Any, DateTime, Decode as _, Encode as _, Sequence};
use senim_authority::certificate::Serial;
use senim_authority::suite::Signer;
use senim_core::Timestamp;
use spki::AlgorithmIdentifierOwned;
use x509_cert::Certificate;
use x509_cert::ext::Extensions;

use crate::cms::{Content, Prepared, Who};
use crate::{Hash, SignatureError};

/// id-ct-TSTInfo.
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// The longest request, in bytes.
pub const BYTES_MAX: usize = 4096;
/// How far off the time of a token may be, in seconds.
const ACCURACY_S: u64 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct MessageImprint {
    hash_algorithm: AlgorithmIdentifierOwned,
    hashed_message: OctetString,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Request {
    version: u8,
    imprint: MessageImprint,
    #[asn1(optional = "true")]
    policy: Option<ObjectIdentifier>,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(default = "Default::default")]
    wants_certificate: bool,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Accuracy {
    seconds: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct TstInfo {
    version: u8,
    policy: ObjectIdentifier,
    imprint: MessageImprint,
    serial: Int,
    at: GeneralizedTime,
    accuracy: Accuracy,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct StatusInfo {
    status: u8,
    #[asn1(optional = "true")]
    failure: Option<BitString>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Response {
    status: StatusInfo,
    #[asn1(optional = "true")]
    token: Option<Any>,
}

/// Why there is no token (RFC 3161 §2.4.2, `PKIFailureInfo`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unstamped {
    BadAlgorithm,
    BadRequest,
    BadDataFormat,
    TimeNotAvailable,
    UnacceptedPolicy,
    UnacceptedExtension,
    SystemFailure,
}

/// What a request asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked(Request);

impl Asked {
    /// A request for this digest.
    pub fn of(hash: Hash, digest: &[u8]) -> Result<Self, SignatureError> {
        Ok(Self(Request {
            version: 1,
            imprint: MessageImprint {
                hash_algorithm: hash.algorithm(),
                hashed_message: OctetString::new(digest)?,
            },
            policy: None,
            nonce: None,
            wants_certificate: true,
            extensions: None,
        }))
    }

    pub fn read(bytes: &[u8]) -> Result<Self, Unstamped> {
        if bytes.len() > BYTES_MAX {
            return Err(Unstamped::BadRequest);
        }
        let request = Request::from_der(bytes).map_err(|_| Unstamped::BadDataFormat)?;
        if request.version != 1 {
            return Err(Unstamped::BadRequest);
        }
        if request.extensions.as_ref().is_some_and(|it| !it.is_empty()) {
            return Err(Unstamped::UnacceptedExtension);
        }
        let hash = Hash::from_algorithm(&request.imprint.hash_algorithm);
        let hash = hash.ok_or(Unstamped::BadAlgorithm)?;
        if request.imprint.hashed_message.as_bytes().len() != hash.length() {
            return Err(Unstamped::BadDataFormat);
        }
        Ok(Self(request))
    }

    /// A token, in DER. `serial` is of this unit's alone.
    pub fn token(
        &self,
        signer: &dyn Signer,
        certificate: &Certificate,
        chain: &[Certificate],
        policy: ObjectIdentifier,
        serial: Serial,
        at: Timestamp,
    ) -> Result<Result<Vec<u8>, Unstamped>, SignatureError> {
        if self.0.policy.is_some_and(|it| it != policy) {
            return Ok(Err(Unstamped::UnacceptedPolicy));
        }
        let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
        let at = DateTime::from_unix_duration(std::time::Duration::from_secs(seconds))?;
        let info = TstInfo {
            version: 1,
            policy,
            imprint: self.0.imprint.clone(),
            serial: Int::new(serial.as_bytes())?,
            at: GeneralizedTime::from_date_time(at),
            accuracy: Accuracy { seconds: ACCURACY_S },
            nonce: self.0.nonce.clone(),
        };
        let who = Who { suite: signer.suite(), certificate, chain };
        let content = Content::Within { kind: TST_INFO, bytes: &info.to_der()? };
        let mut prepared = Prepared::new(&who, content, None)?;
        if !self.0.wants_certificate {
            prepared.leave_certificates_out();
        }
        Ok(Ok(prepared.sign(signer)?.written()?))
    }
}

/// The response with this token, or with the reason why there is none, in DER.
pub fn response(token: Result<&[u8], Unstamped>) -> Result<Vec<u8>, SignatureError> {
    let response = match token {
        Ok(token) => Response {
            status: StatusInfo { status: 0, failure: None },
            token: Some(Any::from_der(token)?),
        },
        Err(why) => {
            Response { status: StatusInfo { status: 2, failure: Some(why.bits()?) }, token: None }
        }
    };
    Ok(response.to_der()?)
}

impl Unstamped {
    fn bit(self) -> usize {
        match self {
            Self::BadAlgorithm => 0,
            Self::BadRequest => 2,
            Self::BadDataFormat => 5,
            Self::TimeNotAvailable => 14,
            Self::UnacceptedPolicy => 15,
            Self::UnacceptedExtension => 16,
            Self::SystemFailure => 25,
        }
    }

    /// A named bit list ends with its last bit that is set (X.690 §11.2.2).
    fn bits(self) -> Result<BitString, der::Error> {
        let bit = self.bit();
        let mut bytes = vec![0_u8; bit / 8 + 1];
        bytes[bit / 8] = 0x80 >> (bit % 8);
        let unused = u8::try_from(7 - bit % 8).unwrap_or_default();
        BitString::new(unused, bytes)
    }
}
