//! Verification of JOSE signatures with aws-lc-rs.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ED25519, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use senim_core::jose::{Algorithm, Jwk, JwkSet, Jws, PublicKey};

/// Whether the key signed these bytes with this algorithm. `false` for a key of another algorithm.
pub fn verify(jwk: &Jwk, algorithm: Algorithm, signed: &[u8], signature: &[u8]) -> bool {
    let checked = match (&jwk.key, algorithm) {
        (PublicKey::P256 { x, y }, Algorithm::Es256) => {
            let point = [&[4], x.as_slice(), y.as_slice()].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature)
        }
        (PublicKey::Ed25519 { x }, Algorithm::EdDsa) => {
            UnparsedPublicKey::new(&ED25519, x).verify(signed, signature)
        }
        (PublicKey::Rsa { n, e }, Algorithm::Ps256) => {
            RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, signed, signature)
        }
        (PublicKey::P256 { .. }, Algorithm::EdDsa | Algorithm::Ps256)
        | (PublicKey::Ed25519 { .. }, Algorithm::Es256 | Algorithm::Ps256)
        | (PublicKey::Rsa { .. }, Algorithm::Es256 | Algorithm::EdDsa) => return false,
    };
    checked.is_ok()
}

/// Whether the key, an uncompressed point of P-256, signed these bytes: ECDSA over SHA-256, written in ASN.1 as WebAuthn has it.
pub fn verify_p256_asn1(point: &[u8; 65], signed: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(signed, signature).is_ok()
}

/// Whether a key of the set signed it: the one named in the header, else any of its algorithm.
pub fn verify_jws(jws: &Jws<'_>, keys: &JwkSet) -> bool {
    keys.candidates(&jws.header)
        .any(|key| verify(key, jws.header.algorithm, jws.signed, &jws.signature))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PSS_SHA256, RsaKeyPair,
    };
    use senim_core::jose::{joined, unsigned};

    use super::*;

    #[test]
    fn each_algorithm_takes_its_own_signatures_and_no_others() {
        let signed = b"what was signed";
        let made: Vec<(Jwk, Algorithm, Vec<u8>)> = vec![p256(signed), ed25519(signed), rsa(signed)];
        for (jwk, algorithm, signature) in &made {
            assert!(verify(jwk, *algorithm, signed, signature), "{algorithm:?}");
            assert!(!verify(jwk, *algorithm, b"what was not", signature), "{algorithm:?}");
            let mut bent = signature.clone();
            bent[9] ^= 1;
            assert!(!verify(jwk, *algorithm, signed, &bent), "{algorithm:?}");
            assert!(!verify(jwk, *algorithm, signed, &[]), "{algorithm:?}");
            for other in Algorithm::ALL.into_iter().filter(|other| other != algorithm) {
                assert!(!verify(jwk, other, signed, signature), "{algorithm:?} as {other:?}");
            }
        }
    }

    /// RFC 8037 appendix A.4.
    #[test]
    fn the_vector_of_rfc_8037_verifies() {
        let jwk =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let key: Jwk = serde_json::from_str(jwk).unwrap();
        let text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        let jws = Jws::parse(text).unwrap();
        assert!(verify_jws(&jws, &JwkSet { keys: vec![key] }));
    }

    #[test]
    fn a_key_is_found_by_its_name() {
        let named = |kid: &str, jwk: Jwk| Jwk { kid: Some(kid.to_owned()), ..jwk };
        let unsigned = unsigned("at+jwt", Algorithm::Es256, "b", &1).unwrap();
        let (key, _, signature) = p256(unsigned.as_bytes());
        let (other, ..) = p256(b"");
        let text = joined(&unsigned, &signature);
        let jws = Jws::parse(&text).unwrap();
        let verified = |keys| verify_jws(&jws, &JwkSet { keys });
        assert!(verified(vec![named("a", other.clone()), named("b", key.clone())]));
        assert!(!verified(vec![named("a", key), named("b", other)]));
        assert!(!verified(vec![]));
    }

    fn p256(signed: &[u8]) -> (Jwk, Algorithm, Vec<u8>) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let signature = pair.sign(&SystemRandom::new(), signed).unwrap().as_ref().to_vec();
        let point = pair.public_key().as_ref();
        let key = PublicKey::P256 { x: point[1..33].to_vec(), y: point[33..].to_vec() };
        (Jwk { key, kid: None }, Algorithm::Es256, signature)
    }

    fn ed25519(signed: &[u8]) -> (Jwk, Algorithm, Vec<u8>) {
        let pair = Ed25519KeyPair::generate().unwrap();
        let key = PublicKey::Ed25519 { x: pair.public_key().as_ref().to_vec() };
        (Jwk { key, kid: None }, Algorithm::EdDsa, pair.sign(signed).as_ref().to_vec())
    }

    fn rsa(signed: &[u8]) -> (Jwk, Algorithm, Vec<u8>) {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed, &mut signature).unwrap();
        let key = pair.public_key();
        let (n, e) = (
            key.modulus().big_endian_without_leading_zero(),
            key.exponent().big_endian_without_leading_zero(),
        );
        (
            Jwk { key: PublicKey::Rsa { n: n.to_vec(), e: e.to_vec() }, kid: None },
            Algorithm::Ps256,
            signature,
        )
    }
}
