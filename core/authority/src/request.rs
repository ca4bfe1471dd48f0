//! Requests for certificates (PKCS#10, RFC 2986): what is read of one, and which field is refused and why.

use const_oid::db::rfc4519::COMMON_NAME;
use const_oid::db::rfc5912::ID_EXTENSION_REQ;
use der::{Decode as _, Encode as _};
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::request::{CertReq, ExtensionReq};

use crate::AuthorityError;
use crate::lint::is_host;
use crate::name::values;
use crate::suite::{Suite, verify};

/// The longest request, in bytes of DER.
pub const BYTES_MAX: usize = 16 * 1024;
/// Host names in one request.
const HOSTS_MAX: usize = 32;

/// What a request asks for. Of its subject only the common name counts; the rest of a name comes from the registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    pub key: SubjectPublicKeyInfoOwned,
    pub common_name: Option<String>,
    pub hosts: Vec<String>,
}

/// Reads a request in DER. Its signature proves that the asker has the key.
pub fn read(bytes: &[u8]) -> Result<Requested, AuthorityError> {
    let refused = |field, why| Err(AuthorityError::Field { field, why });
    if bytes.len() > BYTES_MAX {
        return refused("request", "it is longer than 16 KiB");
    }
    let Ok(request) = CertReq::from_der(bytes) else {
        return refused("request", "it is no PKCS#10 request in DER");
    };
    let key = request.info.public_key.clone();
    if Suite::of_key(&key).is_none() {
        return refused("subjectPublicKeyInfo", "the key must be of P-256 or Ed25519");
    }
    let message = request.info.to_der()?;
    let signature = request.signature.as_bytes().unwrap_or_default();
    if !verify(&key, &request.algorithm, &message, signature) {
        return refused("signature", "the key of the request did not make it");
    }
    let mut names = values(&request.info.subject, COMMON_NAME);
    let common_name = names.next();
    if names.next().is_some() {
        return refused("subject", "it has more than one common name");
    }
    let mut hosts = Vec::new();
    for attribute in request.info.attributes.iter().filter(|it| it.oid == ID_EXTENSION_REQ) {
        for value in attribute.values.iter() {
            let Ok(asked) = value.decode_as::<ExtensionReq>() else {
                return refused("extensionRequest", "it can't be read");
            };
            for extension in asked.0 {
                if extension.extn_id != const_oid::db::rfc5280::ID_CE_SUBJECT_ALT_NAME {
                    // Uses, constraints and the like are the profile's.
                    continue;
                }
                let names = SubjectAltName::from_der(extension.extn_value.as_bytes());
                let Ok(SubjectAltName(names)) = names else {
                    return refused("subjectAltName", "it can't be read");
                };
                for name in names {
                    let GeneralName::DnsName(host) = name else {
                        return refused("subjectAltName", "only names of hosts are taken");
                    };
                    let host = host.as_str().to_ascii_lowercase();
                    if !is_host(&host) {
                        return refused(
                            "subjectAltName",
                            "one is no host's name, or has a wildcard",
                        );
                    }
                    if !hosts.contains(&host) {
                        hosts.push(host);
                    }
                }
            }
        }
    }
    if hosts.len() > HOSTS_MAX {
        return refused("subjectAltName", "it has more than 32 names");
    }
    Ok(Requested { key, common_name, hosts })
}
