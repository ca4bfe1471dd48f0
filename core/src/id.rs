//! Identifiers. Each has its own type, so that one can't be passed instead of another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Declares our own identifiers: 128 random bits, and a prefix that people recognise in logs and tickets.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u128);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{:032x}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let digits = text.strip_prefix(concat!($prefix, "_")).ok_or(IdError)?;
                let lower = digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                if digits.len() != 32 || !lower {
                    return Err(IdError);
                }
                u128::from_str_radix(digits, 16).map(Self).map_err(|_| IdError)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                parsed(from)
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let pattern = concat!("^", $prefix, "_[0-9a-f]{32}$");
                schemars::json_schema!({ "type": "string", "pattern": pattern })
            }
        }
    )+};
}

// In alphabetical order; never remove one.
ids! {
    /// A pushed authorization request (RFC 9126).
    AuthorizationId = "aut";
    /// A client's permission: core/src/consent.
    ConsentId = "cns";
    /// One request through the edge; also its `x-fapi-interaction-id` in our logs.
    UseId = "use";
    /// A text message.
    MessageId = "msg";
    /// A request to the photo matching service: core/src/matching.
    PhotoRequestId = "pht";
    /// An identity session: core/src/identity.
    SessionId = "ids";
    /// One request to a biometric solution: core/src/solution.
    SolutionRequestId = "slr";
}

fn parsed<'de, T: FromStr<Err: fmt::Display>, D: Deserializer<'de>>(
    from: D,
) -> Result<T, D::Error> {
    String::deserialize(from)?.parse().map_err(de::Error::custom)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this kind")]
pub struct IdError;

/// A person's Individual Identification Number: 12 digits, the last a check digit.
///
/// It names a person, so it prints masked; only [`Iin::expose`] and serialisation give the digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iin([u8; 12]);

/// A legal entity's Business Identification Number: 12 digits, the last a check digit. Public.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bin([u8; 12]);

impl Iin {
    pub fn expose(&self) -> String {
        digits_to_text(&self.0)
    }

    /// For pages: all but the last four digits hidden.
    pub fn masked(&self) -> String {
        format!("•••••••• {}", &self.expose()[8..])
    }
}

impl FromStr for Iin {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        twelve_digits(text).map(Self)
    }
}

impl fmt::Debug for Iin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Iin(************)")
    }
}

impl Serialize for Iin {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.expose())
    }
}

impl<'de> Deserialize<'de> for Iin {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parsed(from)
    }
}

impl FromStr for Bin {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        twelve_digits(text).map(Self)
    }
}

impl fmt::Display for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&digits_to_text(&self.0))
    }
}

impl fmt::Debug for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Bin {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bin {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parsed(from)
    }
}

/// Schemas of what is parsed from text.
#[cfg(test)]
macro_rules! patterns {
    ($($name:ident = $pattern:literal, $description:literal;)+) => {$(
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": $description, "type": "string", "pattern": $pattern,
                })
            }
        }
    )+};
}

#[cfg(test)]
patterns! {
    Iin = "^[0-9]{12}$", "Individual Identification Number; the last digit is a check digit.";
    Bin = "^[0-9]{12}$", "Business Identification Number; the last digit is a check digit.";
    Phone = r"^\+7[0-9]{10}$", "A mobile number of Kazakhstan in E.164.";
}

/// A mobile number of Kazakhstan in E.164: `+7` and ten digits. Names a person, so it prints masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn masked(&self) -> String {
        format!("+7 ••• ••• •• {}", &self.0[self.0.len() - 2..])
    }
}

impl FromStr for Phone {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let digits = text.strip_prefix("+7").ok_or(NumberError::NotAPhone)?;
        if digits.len() != 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NumberError::NotAPhone);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(************)")
    }
}

impl Serialize for Phone {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parsed(from)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("an IIN or BIN is twelve digits")]
    NotTwelveDigits,
    #[error("the number's check digit does not match")]
    CheckDigit,
    #[error("a phone is +7 and ten digits")]
    NotAPhone,
}

fn twelve_digits(text: &str) -> Result<[u8; 12], NumberError> {
    let bytes: [u8; 12] = text.as_bytes().try_into().map_err(|_| NumberError::NotTwelveDigits)?;
    if !bytes.iter().all(u8::is_ascii_digit) {
        return Err(NumberError::NotTwelveDigits);
    }
    let digits = bytes.map(|byte| byte - b'0');
    if check_digit(&digits) != Some(digits[11]) {
        return Err(NumberError::CheckDigit);
    }
    Ok(digits)
}

fn digits_to_text(digits: &[u8; 12]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

/// The weighted sum modulo 11, computed again with shifted weights if the first gives 10.
fn check_digit(digits: &[u8; 12]) -> Option<u8> {
    [0, 2].into_iter().find_map(|shift| {
        let sum: usize = (0..11).map(|i| ((i + shift) % 11 + 1) * usize::from(digits[i])).sum();
        u8::try_from(sum % 11).ok().filter(|&digit| digit < 10)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_bin_is_valid() {
        assert_eq!("960440000151".parse::<Bin>().unwrap().to_string(), "960440000151");
    }

    #[test]
    fn only_one_check_digit_fits() {
        for digit in '0'..='9' {
            let text = format!("96044000015{digit}");
            let right = digit == '1';
            assert_eq!(text.parse::<Iin>().is_ok(), right, "{text}");
        }
        assert_eq!("960440000152".parse::<Iin>(), Err(NumberError::CheckDigit));
    }

    #[test]
    fn anything_but_twelve_digits_is_refused() {
        for text in ["", "12345", "96044000015१", "9604400001511", "96044000015a", " 60440000151"]
        {
            assert_eq!(text.parse::<Bin>(), Err(NumberError::NotTwelveDigits), "{text}");
        }
    }

    #[test]
    fn personal_identifiers_never_print_their_digits() {
        let iin: Iin = "960440000151".parse().unwrap();
        let phone: Phone = "+77010000001".parse().unwrap();
        assert_eq!(format!("{iin:?} {phone:?}"), "Iin(************) Phone(************)");
        assert_eq!(iin.masked(), "•••••••• 0151");
        assert_eq!(phone.masked(), "+7 ••• ••• •• 01");
    }

    #[test]
    fn an_identifier_reads_back_what_it_prints() {
        let id = ConsentId(0xab);
        assert_eq!(id.to_string().parse::<ConsentId>(), Ok(id));
        assert!("ids_000000000000000000000000000000ab".parse::<ConsentId>().is_err());
        assert!("cns_000000000000000000000000000000AB".parse::<ConsentId>().is_err());
        assert!("cns_ab".parse::<ConsentId>().is_err());
    }
}
