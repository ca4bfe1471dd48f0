//! Who vouches for a report: a JWS over the digests of its three files, beside them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use senim_core::Timestamp;
use senim_core::jose::{Algorithm, Jwk, Jws, PublicKey, joined, unsigned};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use senim_channel::clock::{Rng as _, SystemRng};
use senim_core::jose::hex;

const TYPE: &str = "senim-trial+jws";
pub(super) const SIGNATURE: &str = "report.jws";
/// `report.json` comes first: it is what a machine reads.
pub(super) const FILES: [&str; 3] = ["report.json", "report.html", "report.pdf"];

/// What is signed: names of files beside the signature, and their SHA-256 in hex.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    signed_at: Timestamp,
    files: BTreeMap<String, String>,
}

/// Signs what lies in `folder`, and puts the public key beside it.
pub(super) fn sign(folder: &Path, key: &Path, signed_at: Timestamp) -> anyhow::Result<()> {
    let key = open(key)?;
    let mut public = Jwk { key: public(&key)?, kid: None };
    let kid = public.thumbprint();
    let files = FILES.map(|it| Ok((it.to_owned(), digest(&folder.join(it))?)));
    let files = files.into_iter().collect::<anyhow::Result<_>>()?;
    let text = unsigned(TYPE, Algorithm::Es256, &kid, &Claims { signed_at, files })?;
    let signature: Signature = key.sign(text.as_bytes());
    std::fs::write(folder.join(SIGNATURE), joined(&text, &signature.to_bytes()))?;
    public.kid = Some(kid);
    std::fs::write(folder.join("key.jwk"), serde_json::to_vec_pretty(&public)?)?;
    Ok(())
}

/// Whether the report is what the key's owner signed. When it was signed.
pub(super) fn verify(folder: &Path, key: &Path) -> anyhow::Result<Timestamp> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).with_context(|| format!("`{}` can't be read", path.display()))
    };
    let key: Jwk = serde_json::from_str(&read(key)?).context("the key is no JWK")?;
    let PublicKey::P256 { x, y } = &key.key else { bail!("the key is not of P-256") };
    // Uncompressed (SEC 1 §2.3.3).
    let point = [&[4][..], x, y].concat();
    let verifying = VerifyingKey::from_sec1_bytes(&point).context("the key is no point")?;
    let text = read(&folder.join(SIGNATURE))?;
    let jws = Jws::parse(text.trim()).context("the signature does not read")?;
    ensure!(jws.header.algorithm == Algorithm::Es256, "the signature is of another algorithm");
    ensure!(jws.is_type(TYPE), "the signature is not of a trial's report");
    let signature = Signature::from_slice(&jws.signature).context("the signature does not read")?;
    verifying
        .verify(jws.signed, &signature)
        .map_err(|_| anyhow::anyhow!("it was not signed by this key"))?;
    let claims: Claims = jws.claims()?;
    ensure!(
        FILES.iter().all(|it| claims.files.contains_key(*it)),
        "a file is not in the signature"
    );
    for (name, expected) in &claims.files {
        ensure!(FILES.contains(&name.as_str()), "`{name}` is no part of a report");
        ensure!(
            digest(&folder.join(name))? == *expected,
            "`{name}` was changed after it was signed"
        );
    }
    Ok(claims.signed_at)
}

fn digest(path: &Path) -> anyhow::Result<String> {
    let bytes =
        std::fs::read(path).with_context(|| format!("`{}` can't be read", path.display()))?;
    Ok(hex(&Sha256::digest(bytes)))
}

/// The key in a PKCS #8 file; made where there is none yet.
fn open(path: &Path) -> anyhow::Result<SigningKey> {
    if path.exists() {
        let pem = std::fs::read_to_string(path)
            .with_context(|| format!("`{}` can't be read", path.display()))?;
        return SigningKey::from_pkcs8_pem(&pem).context("the key is no PKCS #8 of P-256");
    }
    let key = loop {
        let mut bytes = [0; 32];
        SystemRng.fill(&mut bytes);
        if let Ok(key) = SigningKey::from_slice(&bytes) {
            break key;
        }
    };
    let pem = key.to_pkcs8_pem(LineEnding::LF)?;
    private(path, pem.as_bytes())?;
    Ok(key)
}

/// Written for its owner's eyes only.
fn private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)?;
    Ok(())
}

fn public(key: &SigningKey) -> anyhow::Result<PublicKey> {
    let point = key.verifying_key().to_encoded_point(false);
    let (Some(x), Some(y)) = (point.x(), point.y()) else { bail!("the key has no point") };
    Ok(PublicKey::P256 { x: x.to_vec(), y: y.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_holds_until_a_byte_of_it_or_the_key_changes() {
        let folder = std::env::temp_dir().join(format!("senim-sign-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for file in FILES {
            std::fs::write(folder.join(file), file).unwrap();
        }
        let signed_at = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        sign(&folder, &folder.join("key.pem"), signed_at).unwrap();
        let key = folder.join("key.jwk");
        assert_eq!(verify(&folder, &key).unwrap(), signed_at);
        std::fs::write(folder.join("report.pdf"), "another").unwrap();
        let error = verify(&folder, &key).unwrap_err().to_string();
        assert!(error.contains("`report.pdf` was changed"), "{error}");
        std::fs::write(folder.join("report.pdf"), "report.pdf").unwrap();
        std::fs::create_dir_all(folder.join("other")).unwrap();
        for file in FILES {
            std::fs::copy(folder.join(file), folder.join("other").join(file)).unwrap();
        }
        sign(&folder.join("other"), &folder.join("other.pem"), signed_at).unwrap();
        let error = verify(&folder, &folder.join("other/key.jwk")).unwrap_err().to_string();
        assert!(error.contains("not signed by this key"), "{error}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
