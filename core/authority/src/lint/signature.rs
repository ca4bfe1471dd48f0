//! The algorithm is the same inside and outside, and the issuer's key made the signature.

use der::Encode as _;
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::Certificate;

use super::holds;
use crate::suite::verify;

pub(super) const NAMED: (&str, &str) = ("signature", "RFC 5280 §4.1.1.2, §4.1.1.3");

pub(super) fn check(
    certificate: &Certificate,
    issuer_key: &SubjectPublicKeyInfoOwned,
) -> Result<(), &'static str> {
    let algorithm = &certificate.signature_algorithm;
    holds(certificate.tbs_certificate.signature == *algorithm, "the algorithms differ")?;
    let message = certificate.tbs_certificate.to_der().map_err(|_| "it can't be written")?;
    let signature = certificate.signature.as_bytes().unwrap_or_default();
    holds(verify(issuer_key, algorithm, &message, signature), "the issuer did not make it")
}
