//! The peer of a connection.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use senim_core::jose::{Jwk, PublicKey, sha256_base64};
use x509_parser::asn1_rs::Tag;
use x509_parser::prelude::{
    AttributeTypeAndValue, FromDer, SubjectPublicKeyInfo, X509Certificate, X509Name,
};
use x509_parser::public_key::PublicKey as PublicKeyOf;

use crate::error::{ChannelError, certificates};

/// Handlers extract it as `axum::extract::ConnectInfo<Peer>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub address: SocketAddr,
    /// Present if the client sent one; then it was issued by our CA and has not expired.
    pub certificate: Option<PeerCertificate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// SHA-256 of the certificate in base64url: `x5t#S256` (RFC 8705 §3.1).
    pub thumbprint: String,
    pub common_name: Option<String>,
    /// The subject as RFC 4514 writes it, the most specific part first.
    pub subject: String,
    /// Its public key, if JOSE has an algorithm for it: P-256, Ed25519, RSA of at least 2048 bits.
    pub key: Option<Jwk>,
}

impl PeerCertificate {
    /// The first certificate in a PEM file, which is the holder's.
    pub fn from_file(path: &Path) -> Result<Self, ChannelError> {
        let empty = || ChannelError::Empty { path: path.to_owned() };
        let first = certificates(path)?.into_iter().next().ok_or_else(empty)?;
        Self::from_der(&first).ok_or_else(empty)
    }

    /// `None` if it can't be parsed as a certificate.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let subject = certificate.subject();
        let common_name = subject.iter_common_name().last().and_then(text);
        Some(Self {
            thumbprint: sha256_base64(der),
            common_name,
            subject: distinguished_name(subject),
            key: key(certificate.public_key()),
        })
    }
}

/// RFC 5480 §2.1.1, RFC 8410 §4, RFC 3279 §2.3.1.
fn key(info: &SubjectPublicKeyInfo<'_>) -> Option<Jwk> {
    const P256: &str = "1.2.840.10045.3.1.7";
    const ED25519: &str = "1.3.101.112";
    let key = match info.parsed().ok()? {
        PublicKeyOf::RSA(rsa) => {
            let plain = |it: &[u8]| it.iter().copied().skip_while(|it| *it == 0).collect();
            let (n, e): (Vec<u8>, Vec<u8>) = (plain(rsa.modulus), plain(rsa.exponent));
            (n.len() >= 256).then_some(PublicKey::Rsa { n, e })
        }
        PublicKeyOf::EC(point) => {
            let curve = info.algorithm.parameters.as_ref()?.as_oid().ok()?;
            let (x, y) = point.data().strip_prefix(&[4])?.split_at_checked(32)?;
            let is_p256 = curve.to_id_string() == P256 && y.len() == 32;
            is_p256.then(|| PublicKey::P256 { x: x.to_vec(), y: y.to_vec() })
        }
        PublicKeyOf::DSA(_) | PublicKeyOf::GostR3410(_) | PublicKeyOf::GostR3410_2012(_) => None,
        PublicKeyOf::Unknown(_) => {
            let x = &info.subject_public_key.data;
            let is_ed25519 = info.algorithm.algorithm.to_id_string() == ED25519 && x.len() == 32;
            is_ed25519.then(|| PublicKey::Ed25519 { x: x.to_vec() })
        }
    }?;
    Some(Jwk { key, kid: None })
}

/// RFC 4514 §2.
fn distinguished_name(name: &X509Name<'_>) -> String {
    let mut parts: Vec<String> = name
        .iter_rdn()
        .map(|rdn| rdn.iter().map(attribute).collect::<Vec<_>>().join("+"))
        .collect();
    parts.reverse();
    parts.join(",")
}

/// RFC 4514 §2.3: the short names of its table, dotted numbers and `#hex` for the rest.
fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type().to_id_string();
    let name = match oid.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        _ => "",
    };
    match text(attribute) {
        Some(value) if !name.is_empty() => format!("{name}={}", escaped(&value)),
        Some(_) | None => {
            // The value with its tag and length (§2.4), which the parser removed.
            let value = attribute.attr_value();
            let tag = u8::try_from(value.header.tag().0).unwrap_or_default();
            let length = u16::try_from(value.data.len()).unwrap_or_default();
            let [high, low] = length.to_be_bytes();
            let head: &[u8] = match length {
                0..=127 => &[tag, low],
                128..=255 => &[tag, 0x81, low],
                256.. => &[tag, 0x82, high, low],
            };
            let value = head.iter().chain(value.data).fold(String::new(), |mut hex, byte| {
                // Writing to a String does not fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            format!("{oid}=#{value}")
        }
    }
}

/// Of any `DirectoryString` type (RFC 5280 §4.1.2.4). `TeletexString` is read as
/// Latin-1, which is what certificates contain in practice.
fn text(attribute: &AttributeTypeAndValue<'_>) -> Option<String> {
    let value = attribute.attr_value();
    match value.header.tag() {
        Tag::BmpString => {
            let (units, rest) = value.data.as_chunks::<2>();
            let units: Vec<u16> = units.iter().map(|it| u16::from_be_bytes(*it)).collect();
            String::from_utf16(&units).ok().filter(|_| rest.is_empty())
        }
        Tag::UniversalString => {
            let (letters, rest) = value.data.as_chunks::<4>();
            let letters = letters.iter().map(|it| char::from_u32(u32::from_be_bytes(*it)));
            letters.collect::<Option<String>>().filter(|_| rest.is_empty())
        }
        Tag::T61String => Some(value.data.iter().copied().map(char::from).collect()),
        _ => attribute.as_str().ok().map(str::to_owned),
    }
}

/// RFC 4514 §2.4.
fn escaped(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::with_capacity(value.len());
    for (place, letter) in value.chars().enumerate() {
        let edge =
            (letter == ' ' && (place == 0 || place == last)) || (letter == '#' && place == 0);
        match letter {
            '\0' => text.push_str("\\00"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.extend(['\\', letter]),
            _ if edge => text.extend(['\\', letter]),
            _ => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_written_as_rfc_4514_says() {
        for (value, text) in [
            ("a, b", "a\\, b"),
            (" x ", "\\ x\\ "),
            ("#1", "\\#1"),
            ("1#", "1#"),
            ("a+b\\", "a\\+b\\\\"),
            ("", ""),
        ] {
            assert_eq!(escaped(value), text);
        }
    }

    #[test]
    fn malformed_certificates_are_rejected() {
        assert_eq!(PeerCertificate::from_der(b"0\x03abc"), None);
    }
}
