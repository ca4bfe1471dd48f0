//! SOAP 1.2 messages signed by WS-Security, as state gateways exchange them.
//!
//! A message has a body, a moment and an identifier (WS-Addressing); an answer names the request that it belongs to. All
//! of them are signed with a key of P-256, whose certificate the message carries (X.509 Token Profile 1.1). The reader
//! trusts no authority: it has the certificates of the other side.
//!
//! What is not signed is not read: each reference of the signature must be one of the parts above, found where it
//! belongs and not by its identifier alone, so that a signed part can't be moved elsewhere (signature wrapping).

mod open;
mod seal;
mod text;

use chrono::{DateTime, TimeDelta, Utc};

pub use open::{Opened, open};
pub use seal::seal;
pub use text::{Element, escaped};

pub const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
pub const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
pub const SECURITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
pub const UTILITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
pub const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const X509_V3: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

pub const MEDIA_TYPE: &str = "application/soap+xml";

/// A message is valid for so long.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(2);
/// Clocks may differ by so much.
const SKEW: TimeDelta = TimeDelta::seconds(30);
/// The longest validity that is accepted of others.
const LIFETIME_MAX: TimeDelta = TimeDelta::minutes(10);
/// The deepest nesting of elements.
const DEPTH_MAX: u32 = 24;

/// The key that signs, and its certificate in DER.
pub struct Identity {
    pub key: p256::ecdsa::SigningKey,
    pub certificate: Vec<u8>,
}

/// What surrounds a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// A URI, new for each message.
    pub message_id: String,
    /// The request to which this is the answer.
    pub relates_to: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Why a message is not read. It repeats nothing of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SoapError {
    #[error("the message is not well-formed XML without a document type")]
    NotXml,
    #[error("the message is no SOAP 1.2 envelope with one header and one body")]
    NotAnEnvelope,
    #[error("the message has no signature of WS-Security, or more than one")]
    NoSignature,
    #[error(
        "the signature uses an algorithm other than exclusive canonicalisation, SHA-256 and ECDSA"
    )]
    Algorithm,
    #[error("a part of the message is not covered by the signature")]
    NotCovered,
    #[error("the signature covers what is not where it belongs")]
    Misplaced,
    #[error("a signed part was changed")]
    Digest,
    #[error("the signing certificate is not one of the other side's")]
    Certificate,
    #[error("the signature does not belong to the certificate")]
    Signature,
    #[error("the message has expired, or is from the future")]
    Expired,
    #[error("the answer belongs to another request")]
    OtherRequest,
}

/// A reader's expectations.
pub struct Expected<'a> {
    /// The other side's certificates, in DER.
    pub certificates: &'a [Vec<u8>],
    /// For an answer: the request's identifier.
    pub relates_to: Option<&'a str>,
    pub now: DateTime<Utc>,
}

#[cfg(test)]
mod tests;
