//! Reading a signed message: nothing of it is believed before its signature is verified.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};
use uppsala::{Document, NodeId};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::seal::canonical;
use super::{
    ADDRESSING, DEPTH_MAX, ECDSA_SHA256, EXCLUSIVE, Element, Expected, Head, LIFETIME_MAX,
    SECURITY, SHA256, SIGNATURE, SKEW, SOAP, SoapError, UTILITY,
};

/// A verified message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub head: Head,
    /// The body's only element.
    pub body: Element,
}

/// # Errors
/// The first thing that is wrong; nothing of the message is given away before.
pub fn open(message: &str, expected: &Expected<'_>) -> Result<Opened, SoapError> {
    let parser = uppsala::Parser::new().with_max_depth(DEPTH_MAX).with_forbid_dtd(true);
    let document = parser.parse(message).map_err(|_| SoapError::NotXml)?;
    let parts = Parts::of(&document)?;
    let signature = Signed::of(&document, &parts)?;
    signature.covers(&document, &parts)?;
    signature.verify(&document, &parts, expected.certificates)?;

    let head = parts.head(&document)?;
    if expected.relates_to.is_some_and(|it| head.relates_to.as_deref() != Some(it)) {
        return Err(SoapError::OtherRequest);
    }
    let expires_at = moment(&document, parts.timestamp, "Expires")?;
    let (now, created_at) = (expected.now, head.created_at);
    if created_at > now + SKEW || expires_at <= now - SKEW || expires_at - created_at > LIFETIME_MAX
    {
        return Err(SoapError::Expired);
    }
    let body = only_element(&document, parts.body).ok_or(SoapError::NotAnEnvelope)?;
    let body = Element::of(&document, body).ok_or(SoapError::NotAnEnvelope)?;
    Ok(Opened { head, body })
}

/// Where the parts of a message stand.
struct Parts {
    body: NodeId,
    timestamp: NodeId,
    message_id: NodeId,
    relates_to: Option<NodeId>,
    token: NodeId,
    signature: NodeId,
}

impl Parts {
    fn of(document: &Document<'_>) -> Result<Self, SoapError> {
        let wrong = SoapError::NotAnEnvelope;
        let envelope = document.document_element().ok_or(wrong)?;
        if !is(document, envelope, SOAP, "Envelope") {
            return Err(wrong);
        }
        let header = only(document, envelope, SOAP, "Header").ok_or(wrong)?;
        let body = only(document, envelope, SOAP, "Body").ok_or(wrong)?;
        let message_id = only(document, header, ADDRESSING, "MessageID").ok_or(wrong)?;
        let relates_to = match children(document, header, ADDRESSING, "RelatesTo").as_slice() {
            [] => None,
            [one] => Some(*one),
            [..] => return Err(wrong),
        };
        let no_signature = SoapError::NoSignature;
        let security = only(document, header, SECURITY, "Security").ok_or(no_signature)?;
        Ok(Self {
            body,
            timestamp: only(document, security, UTILITY, "Timestamp").ok_or(no_signature)?,
            message_id,
            relates_to,
            token: only(document, security, SECURITY, "BinarySecurityToken").ok_or(no_signature)?,
            signature: only(document, security, SIGNATURE, "Signature").ok_or(no_signature)?,
        })
    }

    fn signed(&self) -> impl Iterator<Item = NodeId> {
        [self.body, self.timestamp, self.message_id].into_iter().chain(self.relates_to)
    }

    fn head(&self, document: &Document<'_>) -> Result<Head, SoapError> {
        let text = |node| document.text_content_deep(node).trim().to_owned();
        Ok(Head {
            message_id: text(self.message_id),
            relates_to: self.relates_to.map(text),
            created_at: moment(document, self.timestamp, "Created")?,
        })
    }
}

/// The signature's own parts.
struct Signed {
    info: NodeId,
    value: Signature,
    /// Identifier and digest of each reference.
    references: Vec<(String, Vec<u8>)>,
}

impl Signed {
    fn of(document: &Document<'_>, parts: &Parts) -> Result<Self, SoapError> {
        let wrong = SoapError::NoSignature;
        let child = |node, name| only(document, node, SIGNATURE, name).ok_or(wrong);
        let algorithm = |node, name, uri| {
            let found = child(node, name)?;
            // An algorithm with parameters of its own is another one.
            let plain = document.get_attribute(found, "Algorithm") == Some(uri)
                && document.children(found).iter().all(|it| document.element(*it).is_none());
            if plain { Ok(()) } else { Err(SoapError::Algorithm) }
        };
        let info = child(parts.signature, "SignedInfo")?;
        algorithm(info, "CanonicalizationMethod", EXCLUSIVE)?;
        algorithm(info, "SignatureMethod", ECDSA_SHA256)?;
        let mut references = Vec::new();
        for reference in children(document, info, SIGNATURE, "Reference") {
            let uri = document.get_attribute(reference, "URI").unwrap_or_default();
            let id =
                uri.strip_prefix('#').filter(|it| !it.is_empty()).ok_or(SoapError::Misplaced)?;
            let transforms = child(reference, "Transforms")?;
            algorithm(transforms, "Transform", EXCLUSIVE)?;
            algorithm(reference, "DigestMethod", SHA256)?;
            let digest = base64_of(document, child(reference, "DigestValue")?)?;
            references.push((id.to_owned(), digest));
        }
        let value = base64_of(document, child(parts.signature, "SignatureValue")?)?;
        let value = Signature::from_slice(&value).map_err(|_| SoapError::Signature)?;
        let key_info = child(parts.signature, "KeyInfo")?;
        let by_token = only(document, key_info, SECURITY, "SecurityTokenReference")
            .and_then(|it| only(document, it, SECURITY, "Reference"))
            .and_then(|it| document.get_attribute(it, "URI")?.strip_prefix('#'));
        let token = document.get_attribute_ns(parts.token, UTILITY, "Id");
        if by_token.is_none() || by_token != token {
            return Err(SoapError::Certificate);
        }
        Ok(Self { info, value, references })
    }

    /// Each part is covered, and nothing else.
    fn covers(&self, document: &Document<'_>, parts: &Parts) -> Result<(), SoapError> {
        let mut left: Vec<NodeId> = parts.signed().collect();
        for (id, digest) in &self.references {
            let named = |node: &NodeId| document.get_attribute_ns(*node, UTILITY, "Id") == Some(id);
            let mut all = document.descendants(document.root()).into_iter().filter(named);
            let (Some(node), None) = (all.next(), all.next()) else {
                return Err(SoapError::Misplaced);
            };
            let at = left.iter().position(|it| *it == node).ok_or(SoapError::Misplaced)?;
            left.swap_remove(at);
            if *Sha256::digest(canonical(document, node)?) != **digest {
                return Err(SoapError::Digest);
            }
        }
        if left.is_empty() { Ok(()) } else { Err(SoapError::NotCovered) }
    }

    fn verify(
        &self,
        document: &Document<'_>,
        parts: &Parts,
        certificates: &[Vec<u8>],
    ) -> Result<(), SoapError> {
        let der = base64_of(document, parts.token).map_err(|_| SoapError::Certificate)?;
        if !certificates.contains(&der) {
            return Err(SoapError::Certificate);
        }
        let (_, certificate) =
            X509Certificate::from_der(&der).map_err(|_| SoapError::Certificate)?;
        let point = &certificate.public_key().subject_public_key.data;
        let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| SoapError::Certificate)?;
        let signed = canonical(document, self.info)?;
        key.verify(&signed, &self.value).map_err(|_| SoapError::Signature)
    }
}

fn is(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> bool {
    document.element(node).is_some_and(|it| it.name.matches(Some(namespace), name))
}

fn children(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> Vec<NodeId> {
    let children = document.children(node).into_iter();
    children.filter(|it| is(document, *it, namespace, name)).collect()
}

fn only(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> Option<NodeId> {
    match children(document, node, namespace, name).as_slice() {
        [one] => Some(*one),
        [..] => None,
    }
}

fn only_element(document: &Document<'_>, node: NodeId) -> Option<NodeId> {
    let children = document.children(node).into_iter();
    let mut elements = children.filter(|it| document.element(*it).is_some());
    elements.next().filter(|_| elements.next().is_none())
}

fn base64_of(document: &Document<'_>, node: NodeId) -> Result<Vec<u8>, SoapError> {
    let text = document.text_content_deep(node);
    let packed: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(packed).map_err(|_| SoapError::Signature)
}

fn moment(document: &Document<'_>, at: NodeId, name: &str) -> Result<DateTime<Utc>, SoapError> {
    let node = only(document, at, UTILITY, name).ok_or(SoapError::Expired)?;
    let text = document.text_content_deep(node);
    DateTime::parse_from_rfc3339(text.trim()).map(|it| it.to_utc()).map_err(|_| SoapError::Expired)
}
