//! Who is at the other end of a connection.

use std::fmt::Write as _;
use std::net::SocketAddr;

use senim_core::jose::sha256_base64;
use x509_parser::prelude::{AttributeTypeAndValue, FromDer, X509Certificate, X509Name};

/// Handlers get it as `axum::extract::ConnectInfo<Peer>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub address: SocketAddr,
    /// Present when the client showed one; then it is of our CA and within its time.
    pub certificate: Option<PeerCertificate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// SHA-256 of the certificate in base64url: `x5t#S256` (RFC 8705 §3.1).
    pub thumbprint: String,
    pub common_name: Option<String>,
    /// The subject as RFC 4514 writes it, the most specific part first.
    pub subject: String,
}

impl PeerCertificate {
    /// What does not read as a certificate is `None`.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let subject = certificate.subject();
        let common_name =
            subject.iter_common_name().last().and_then(|it| it.as_str().ok()).map(str::to_owned);
        Some(Self {
            thumbprint: sha256_base64(der),
            common_name,
            subject: distinguished_name(subject),
        })
    }
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
    match attribute.as_str() {
        Ok(value) if !name.is_empty() => format!("{name}={}", escaped(value)),
        Ok(_) | Err(_) => {
            // The value with its tag and length (§2.4), which the reader took off.
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
    fn what_is_not_a_certificate_is_nobody() {
        assert_eq!(PeerCertificate::from_der(b"0\x03abc"), None);
    }
}
