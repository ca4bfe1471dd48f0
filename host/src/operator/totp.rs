//! One-time codes by time (TOTP, RFC 6238): six digits, HMAC-SHA-1, 30-second steps.

use senim_core::operator::TOTP_STEP_S;
use subtle::ConstantTimeEq as _;
use totp_rs::{Algorithm, Secret, TOTP};

/// RFC 4226 §4 R6.
const SECRET_BYTES_MIN: usize = 16;

pub struct Totp(TOTP);

impl Totp {
    pub fn new(secret: Vec<u8>) -> Option<Self> {
        if secret.len() < SECRET_BYTES_MIN {
            return None;
        }
        TOTP::new(Algorithm::SHA1, 6, 1, TOTP_STEP_S, secret).ok().map(Self)
    }

    pub fn from_base32(text: &str) -> Option<Self> {
        let letters = text.replace(' ', "").to_ascii_uppercase();
        Self::new(Secret::Encoded(letters).to_bytes().ok()?)
    }

    pub fn secret(&self) -> &[u8] {
        &self.0.secret
    }

    /// The code of a step.
    pub fn code(&self, step: u64) -> String {
        self.0.generate(step * TOTP_STEP_S)
    }

    /// The step among `steps` whose code this is. Compares all of them, to keep the timing constant.
    pub fn step_of(&self, code: &str, steps: impl Iterator<Item = u64>) -> Option<u64> {
        steps.fold(None, |found, step| {
            let fits = bool::from(self.code(step).as_bytes().ct_eq(code.as_bytes()));
            if fits { Some(step) } else { found }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, the last six of its eight digits.
    #[test]
    fn the_rfc_s_codes_come_out() {
        let totp = Totp::new(b"12345678901234567890".to_vec()).unwrap();
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(totp.code(second / 30), code);
            assert_eq!(totp.step_of(code, second / 30 - 1..=second / 30 + 1), Some(second / 30));
        }
        assert_eq!(totp.step_of("28708", 0..3), None);
        assert_eq!(totp.step_of("", 0..3), None);
    }

    #[test]
    fn a_secret_is_base32_of_enough_bytes() {
        assert!(Totp::from_base32("JBSWY3DPEHPK3PXPJBSWY3DPEH").is_some());
        assert!(Totp::from_base32("jbsw y3dp ehpk 3pxp jbsw y3dp eh").is_some());
        assert!(Totp::from_base32("JBSWY3DPEHPK3PXP").is_none());
        assert!(Totp::from_base32("01189998819991197253").is_none());
    }
}
