//! Identifiers. Each has its own type, so that one can't be passed instead of another.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
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
    /// What a client reported as not theirs: core/src/activity.
    CaseId = "cse";
    /// A client's consent: core/src/consent.
    ConsentId = "cns";
    /// One request through the edge; also its `x-fapi-interaction-id` in our logs.
    UseId = "use";
    /// A text message.
    MessageId = "msg";
    /// A notice to a consumer, and the `jti` of its security event token: core/src/signals.
    NoticeId = "set";
    /// What opens the cabinet without the camera: core/src/passkey.
    PasskeyId = "psk";
    /// A request to the photo matching service: core/src/matching.
    PhotoRequestId = "pht";
    /// An identity session: core/src/identity.
    SessionId = "ids";
    /// One request to a biometric solution: core/src/solution.
    SolutionRequestId = "slr";
}

/// A UUID of these random bits (RFC 9562 §5.4).
pub fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62;
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn parsed<'de, T: FromStr<Err: fmt::Display>, D: Deserializer<'de>>(
    from: D,
) -> Result<T, D::Error> {
    String::deserialize(from)?.parse().map_err(de::Error::custom)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this kind")]
pub struct IdError;

/// A person's Individual Identification Number: the birth date (YYMMDD), a digit of century and sex, four digits,
/// a check digit.
///
/// It names a person, so it prints masked; only [`Iin::expose`] and serialisation give the digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iin([u8; 12]);

/// A legal entity's Business Identification Number: year and month of its registration (YYMM), a digit for its kind,
/// one for the part of it, five digits, a check digit. Public.
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

    pub fn birth_date(&self) -> NaiveDate {
        birth_date(&self.0).unwrap_or_default()
    }
}

/// `None`: not an IIN's. The seventh digit is 1 or 2 for a birth in the 19th century, 3 or 4 in the 20th, 5 or 6 in
/// the 21st; odd for a man.
fn birth_date(digits: &[u8; 12]) -> Option<NaiveDate> {
    let century = match digits[6] {
        1 | 2 => 1800,
        3 | 4 => 1900,
        5 | 6 => 2000,
        _ => return None,
    };
    let two = |at: usize| u32::from(digits[at] * 10 + digits[at + 1]);
    NaiveDate::from_ymd_opt(century + i32::from(digits[0] * 10 + digits[1]), two(2), two(4))
}

impl FromStr for Iin {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let digits = twelve_digits(text)?;
        birth_date(&digits).ok_or(NumberError::NotAnIin)?;
        Ok(Self(digits))
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
        let digits = twelve_digits(text)?;
        // Resident, non-resident or joint sole traders; head, branch, representation or farm.
        let is_entity = matches!(digits[4], 4..=6) && digits[5] <= 3;
        if !is_entity || !matches!(digits[2] * 10 + digits[3], 1..=12) {
            return Err(NumberError::NotABin);
        }
        Ok(Self(digits))
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
    Iin = "^[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[1-6][0-9]{5}$",
        "Individual Identification Number: birth date (YYMMDD), century and sex (1-6), four digits, a check digit.";
    Bin = "^[0-9]{2}(0[1-9]|1[0-2])[456][0-3][0-9]{6}$",
        "Business Identification Number: year and month, kind of entity (4-6), part of it (0-3), five digits, a check digit.";
    Phone = r"^\+77[0-9]{9}$", "A mobile number of Kazakhstan in E.164.";
}

/// A mobile number of Kazakhstan in E.164: `+77` and nine digits. Names a person, so it prints masked.
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
        let digits = text.strip_prefix("+77").ok_or(NumberError::NotAPhone)?;
        if digits.len() != 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
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
    #[error("an IIN begins with a birth date and a digit from 1 to 6")]
    NotAnIin,
    #[error("a BIN begins with year and month, a digit from 4 to 6 and one from 0 to 3")]
    NotABin,
    #[error("a phone is +77 and nine digits")]
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
            assert_eq!(text.parse::<Bin>().is_ok(), right, "{text}");
        }
        assert_eq!("960440000152".parse::<Bin>(), Err(NumberError::CheckDigit));
        assert_eq!("900101300018".parse::<Iin>(), Err(NumberError::CheckDigit));
    }

    #[test]
    fn neither_number_passes_for_the_other() {
        for (number, wrong) in [
            ("960440000151", NumberError::NotAnIin),
            // The 30th of February, the 13th month, no such century.
            ("850230300000", NumberError::NotAnIin),
            ("851301300000", NumberError::NotAnIin),
            ("850201700000", NumberError::NotAnIin),
            ("850201000000", NumberError::NotAnIin),
        ] {
            assert_eq!(completed(number).parse::<Iin>(), Err(wrong), "{number}");
        }
        for number in ["850614300420", "961340000000", "960470000000", "960444000000"] {
            assert_eq!(completed(number).parse::<Bin>(), Err(NumberError::NotABin), "{number}");
        }
        for (number, born) in [
            ("850614300420", (1985, 6, 14)),
            ("000229500000", (2000, 2, 29)),
            ("991231200000", (1899, 12, 31)),
        ] {
            let (year, month, day) = born;
            let iin: Iin = completed(number).parse().unwrap();
            assert_eq!(Some(iin.birth_date()), NaiveDate::from_ymd_opt(year, month, day));
        }
    }

    /// With the check digit that fits; some numbers have none, then the digit before it is another.
    fn completed(number: &str) -> String {
        let fits = |text: &String| twelve_digits(text).is_ok();
        (0..100).map(|it| format!("{}{it:02}", &number[..10])).find(fits).unwrap()
    }

    #[test]
    fn a_phone_is_a_mobile_number_of_kazakhstan() {
        assert!("+77010000001".parse::<Phone>().is_ok());
        for text in ["+79010000001", "+7701000001", "+770100000011", "87010000001", "+7701000000a"]
        {
            assert_eq!(text.parse::<Phone>(), Err(NumberError::NotAPhone), "{text}");
        }
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
        let iin: Iin = "900101300017".parse().unwrap();
        let phone: Phone = "+77010000001".parse().unwrap();
        assert_eq!(format!("{iin:?} {phone:?}"), "Iin(************) Phone(************)");
        assert_eq!(iin.masked(), "•••••••• 0017");
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
