//! Writing a signed message.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::NodeSet;
use chrono::SecondsFormat;
use p256::ecdsa::Signature;
use p256::ecdsa::signature::Signer as _;
use sha2::{Digest as _, Sha256};
use uppsala::{Document, NodeId};

use super::{
    ADDRESSING, BASE64, ECDSA_SHA256, EXCLUSIVE, Head, Identity, LIFETIME, SECURITY, SHA256,
    SIGNATURE, SOAP, SoapError, UTILITY, X509_V3, escaped,
};

/// The envelope. `body`: one element with its namespaces declared, written with [`escaped`] values.
///
/// # Errors
/// [`SoapError::NotXml`] if `body` is not well-formed.
pub fn seal(body: &str, head: &Head, identity: &Identity) -> Result<String, SoapError> {
    let unsigned = envelope(body, head, identity, "");
    let parsed = uppsala::parse(&unsigned).map_err(|_| SoapError::NotXml)?;
    let mut references = String::new();
    for id in ["body", "timestamp", "message-id", "relates-to"] {
        let Some(node) = parsed
            .descendants(parsed.root())
            .into_iter()
            .find(|node| parsed.get_attribute_ns(*node, UTILITY, "Id") == Some(id))
        else {
            continue;
        };
        let digest = STANDARD.encode(Sha256::digest(canonical(&parsed, node)?));
        let _ = write!(
            references,
            "<ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{SHA256}\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
        );
    }
    let signed_info = format!(
        "<ds:SignedInfo xmlns:ds=\"{SIGNATURE}\"><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{ECDSA_SHA256}\"></ds:SignatureMethod>{references}</ds:SignedInfo>"
    );
    // Written as its exclusive canonical form is: its only namespace on it, no empty elements, attributes in order.
    let signature: Signature = identity.key.sign(signed_info.as_bytes());
    let value = STANDARD.encode(signature.to_bytes());
    let signature = format!(
        "<ds:Signature xmlns:ds=\"{SIGNATURE}\">{signed_info}<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo>\
         <wsse:SecurityTokenReference><wsse:Reference URI=\"#certificate\" ValueType=\"{X509_V3}\"></wsse:Reference>\
         </wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>"
    );
    Ok(envelope(body, head, identity, &signature))
}

fn envelope(body: &str, head: &Head, identity: &Identity, signature: &str) -> String {
    let moment =
        |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let relates_to = head.relates_to.as_ref().map_or_else(String::new, |it| {
        format!("<wsa:RelatesTo wsu:Id=\"relates-to\">{}</wsa:RelatesTo>", escaped(it))
    });
    format!(
        "<soap:Envelope xmlns:soap=\"{SOAP}\" xmlns:wsa=\"{ADDRESSING}\" xmlns:wsu=\"{UTILITY}\"><soap:Header>\
         <wsa:MessageID wsu:Id=\"message-id\">{message_id}</wsa:MessageID>{relates_to}\
         <wsse:Security xmlns:wsse=\"{SECURITY}\" soap:mustUnderstand=\"true\">\
         <wsu:Timestamp wsu:Id=\"timestamp\"><wsu:Created>{created}</wsu:Created><wsu:Expires>{expires}</wsu:Expires></wsu:Timestamp>\
         <wsse:BinarySecurityToken EncodingType=\"{BASE64}\" ValueType=\"{X509_V3}\" wsu:Id=\"certificate\">{certificate}</wsse:BinarySecurityToken>\
         {signature}</wsse:Security></soap:Header><soap:Body wsu:Id=\"body\">{body}</soap:Body></soap:Envelope>",
        message_id = escaped(&head.message_id),
        created = moment(head.created_at),
        expires = moment(head.created_at + LIFETIME),
        certificate = STANDARD.encode(&identity.certificate),
    )
}

/// Exclusive XML canonicalisation of one element, without comments.
pub(crate) fn canonical(document: &Document<'_>, node: NodeId) -> Result<Vec<u8>, SoapError> {
    let set = NodeSet::tree_without_comments(node, document);
    canonicalize_doc::<&str>(document, C14nMode::Exclusive, Some(&set), &[])
        .map_err(|_| SoapError::NotXml)
}
