//! The values that answers are made of. Each can hold only what the standard allows.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a value that the standard allows here")]
pub struct ValueError;

/// Text types that differ only in what they accept. They read, print and travel as text.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $accepts:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                let accepts: fn(&[u8]) -> bool = $accepts;
                if accepts(text.as_bytes()) { Ok(Self(text.to_owned())) } else { Err(ValueError) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                parsed(from)
            }
        }
    )+};
}

texts! {
    /// The provider's own name for an account: 1 to 64 letters, digits, hyphens. Not the IBAN.
    AccountId = |text| {
        (1..=64).contains(&text.len()) && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    };
    /// A merchant category of ISO 18245: four digits.
    Category = |text| text.len() == 4 && text.iter().all(u8::is_ascii_digit);
    /// A currency of ISO 4217: three capital letters.
    Currency = |text| text.len() == 3 && text.iter().all(u8::is_ascii_uppercase);
    /// A place in a list, in the provider's own encoding: 1 to 256 characters of base64url.
    Cursor = |text| {
        (1..=256).contains(&text.len())
            && text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    /// An account number of ISO 13616, Kazakhstan's: `KZ`, two check digits, sixteen letters or digits.
    Iban = |text| {
        text.len() == 20
            && text.starts_with(b"KZ")
            && text[2..7].iter().all(u8::is_ascii_digit)
            && text[7..].iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
            && iban_remainder(text) == 1
    };
}

/// ISO 7064 MOD 97-10 over the number with its first four characters moved to the end.
fn iban_remainder(text: &[u8]) -> u32 {
    let (head, tail) = text.split_at(4);
    tail.iter().chain(head).fold(0, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        other => (sum * 100 + u32::from(other.to_ascii_uppercase().wrapping_sub(b'A')) + 10) % 97,
    })
}

/// Words for people: 1 to `MAX` characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> FromStr for Text<MAX> {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let readable = !text.is_empty() && text.len() <= MAX * 4 && text.chars().count() <= MAX;
        if readable && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ValueError)
        }
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parsed(from)
    }
}

/// Hundredths of a currency's unit. On the wire a text with two decimals: `"-1234.50"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    /// Fifteen digits before the point.
    pub const MAX: i64 = 99_999_999_999_999_999;

    pub fn from_hundredths(hundredths: i64) -> Result<Self, ValueError> {
        if (-Self::MAX..=Self::MAX).contains(&hundredths) {
            Ok(Self(hundredths))
        } else {
            Err(ValueError)
        }
    }

    pub fn hundredths(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", whole / 100, whole % 100)
    }
}

impl FromStr for Amount {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').ok_or(ValueError)?;
        let all_digits = whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if !all_digits || leading_zero || !(1..=15).contains(&whole.len()) || part.len() != 2 {
            return Err(ValueError);
        }
        let value: i64 = format!("{whole}{part}").parse().map_err(|_| ValueError)?;
        if negative && value == 0 {
            return Err(ValueError);
        }
        Self::from_hundredths(if negative { -value } else { value })
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parsed(from)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    pub amount: Amount,
    pub currency: Currency,
}

/// A calendar day, written `YYYY-MM-DD` and no other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub NaiveDate);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl FromStr for Day {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(ValueError);
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self).map_err(|_| ValueError)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parsed(from)
    }
}

/// A moment in the form of RFC 3339 with a capital `T`; written in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub DateTime<Utc>);

impl FromStr for Moment {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if text.len() > 40 || text.as_bytes().get(10) != Some(&b'T') {
            return Err(ValueError);
        }
        DateTime::parse_from_rfc3339(text).map(|at| Self(at.to_utc())).map_err(|_| ValueError)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parsed(from)
    }
}

fn parsed<'de, T: FromStr<Err: fmt::Display>, D: Deserializer<'de>>(
    from: D,
) -> Result<T, D::Error> {
    /// Parses while the text is still borrowed from the body.
    struct Reading<T>(std::marker::PhantomData<T>);

    impl<T: FromStr<Err: fmt::Display>> de::Visitor<'_> for Reading<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    from.deserialize_str(Reading(std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_is_written_in_one_way_only() {
        for text in
            ["0.00", "0.05", "-0.05", "1234.50", "999999999999999.99", "-999999999999999.99"]
        {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "-",
            ".",
            "1",
            "1.5",
            "1.500",
            "01.00",
            "-0.00",
            "+1.00",
            "1,50",
            "1e3.00",
            " 1.00",
            "1.00 ",
            "1000000000000000.00",
            "--1.00",
            "१.00",
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_iban_has_kazakhstans_shape_and_its_check_digits() {
        assert!("KZ86125KZT5004100100".parse::<Iban>().is_ok());
        for text in
            ["KZ87125KZT5004100100", "DE89370400440532013000", "kz86125kzt5004100100", "KZ86", ""]
        {
            assert!(text.parse::<Iban>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_and_moments_have_one_shape() {
        assert_eq!("2026-02-28".parse::<Day>().unwrap().to_string(), "2026-02-28");
        for text in
            ["2026-02-29", "2026-2-28", "+026-02-28", "2026/02/28", "20260228", "2026-02-28T00"]
        {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
        assert_eq!(
            "2026-02-28T05:00:00+05:00".parse::<Moment>().unwrap().to_string(),
            "2026-02-28T00:00:00Z"
        );
        for text in [
            "2026-02-28 05:00:00Z",
            "2026-02-28T05:00:00",
            "2026-02-28",
            "",
            "2026-02-28T25:00:00Z",
        ] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_value_panic(text in any::<String>()) {
            let _ = text.parse::<AccountId>();
            let _ = text.parse::<Amount>();
            let _ = text.parse::<Day>();
            let _ = text.parse::<Iban>();
            let _ = format!("KZ{text}").parse::<Iban>();
            let _ = text.parse::<Moment>();
            let _ = text.parse::<Text<10>>();
        }

        #[test]
        fn every_amount_reads_back(hundredths in -Amount::MAX..=Amount::MAX) {
            let amount = Amount::from_hundredths(hundredths).unwrap();
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }
    }
}
