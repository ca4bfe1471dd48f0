//! Passwords, as Argon2id hashes (RFC 9106). Each check takes some tens of milliseconds.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};

use senim_channel::clock::Rng;

/// A PHC string.
pub fn hash(rng: &dyn Rng, password: &str) -> String {
    let mut salt = [0; 16];
    rng.fill(&mut salt);
    hash_with(&salt, password)
}

fn hash_with(salt: &[u8], password: &str) -> String {
    let salt = SaltString::encode_b64(salt).unwrap_or_else(|_| unreachable!("16 bytes"));
    let hashed = Argon2::default().hash_password(password.as_bytes(), &salt);
    hashed.map_or_else(|_| unreachable!("default parameters hold"), |it| it.to_string())
}

/// Whether the password is right. Without a hash it does the same work, so that the response time
/// does not reveal which names exist.
pub fn verify(hash: Option<&str>, password: &str) -> bool {
    static NOBODYS: LazyLock<String> = LazyLock::new(|| hash_with(&[0; 16], "nobody's"));
    let known = hash.is_some();
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(&NOBODYS)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known
}

#[cfg(test)]
mod tests {
    use super::*;
    use senim_channel::clock::FixedRng;

    #[test]
    fn a_password_matches_only_its_own_hash() {
        let hash = hash(&FixedRng::new(1), "correct horse");
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify(Some(&hash), "correct horse"));
        assert!(!verify(Some(&hash), "correct house"));
        assert!(!verify(None, "nobody's"));
        assert!(!verify(Some("not a hash"), "x"));
    }
}
