//! The value types of answers. Each can hold only what the standard allows.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

#[cfg(test)]
mod schema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the standard does not allow this value here")]
pub struct ValueError;

/// A run of characters within a text.
struct Run {
    /// A character class of a regular expression, without its brackets.
    class: &'static str,
    min: usize,
    max: usize,
}

const fn run(class: &'static str, min: usize, max: usize) -> Run {
    Run { class, min, max }
}

impl Run {
    fn takes(&self, byte: u8) -> bool {
        let mut class = self.class.as_bytes();
        loop {
            class = match class {
                [from, b'-', to, rest @ ..] => {
                    if (*from..=*to).contains(&byte) {
                        return true;
                    }
                    rest
                }
                [one, rest @ ..] => {
                    if *one == byte {
                        return true;
                    }
                    rest
                }
                [] => return false,
            };
        }
    }
}

/// Whether the text consists of the runs in order. Matching is greedy, so a run of variable length must
/// come last.
fn is_made_of(runs: &[Run], text: &[u8]) -> bool {
    let mut rest = text;
    runs.iter().all(|run| {
        let taken = rest.iter().take(run.max).take_while(|byte| run.takes(**byte)).count();
        rest = &rest[taken..];
        taken >= run.min
    }) && rest.is_empty()
}

/// Text types that differ only in their runs of characters and in a further check
/// (`where`). They parse, print and serialise as text.
macro_rules! texts {
    ($($(#[doc = $doc:literal])* $name:ident = [$($run:expr),+] $(format $format:literal where $checked:expr)?;)+) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(String);

        impl $name {
            const RUNS: &[Run] = &[$($run),+];

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
                let right = is_made_of(Self::RUNS, text.as_bytes());
                $(
                    let checked: fn(&[u8]) -> bool = $checked;
                    let right = right && checked(text.as_bytes());
                )?
                if right { Ok(Self(text.to_owned())) } else { Err(ValueError) }
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
                let format: &[&str] = &[$($format)?];
                schema::text(concat!($($doc),*), Self::RUNS, format.first().copied())
            }
        }
    )+};
}

texts! {
    /// An account number of ISO 13616 of any country; the check digits (ISO 7064 MOD 97-10) are verified.
    AnyIban = [run("A-Z", 2, 2), run("0-9", 2, 2), run("0-9A-Z", 11, 30)]
        format "iban" where |text| iban_remainder(text) == 1;
    /// The provider's own identifier; not the IBAN.
    AccountId = [run("A-Za-z0-9-", 1, 64)];
    /// A merchant category of ISO 18245.
    Category = [run("0-9", 4, 4)];
    /// A currency of ISO 4217.
    Currency = [run("A-Z", 3, 3)];
    /// A place in a list, in the provider's own encoding.
    Cursor = [run("A-Za-z0-9_-", 1, 256)];
    /// An account number of Kazakhstan (ISO 13616); the check digits (ISO 7064 MOD 97-10) are verified.
    Iban = [run("K", 1, 1), run("Z", 1, 1), run("0-9", 5, 5), run("0-9A-Z", 13, 13)]
        format "iban" where |text| iban_remainder(text) == 1;
}

impl Currency {
    /// Decimals of an amount (ISO 4217, minor unit); two if the standard names none, as for metals.
    pub fn decimals(&self) -> u8 {
        let exceptional = DECIMALS.iter().find(|(_, codes)| codes.contains(&self.as_str()));
        exceptional.map_or(DECIMALS_DEFAULT, |(decimals, _)| *decimals)
    }
}

const DECIMALS_DEFAULT: u8 = 2;
/// Currencies with another number of decimals (ISO 4217, list one).
const DECIMALS: &[(u8, &[&str])] = &[
    (
        0,
        &[
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

/// ISO 7064 MOD 97-10 over the number with its first four characters moved to the end.
fn iban_remainder(text: &[u8]) -> u32 {
    let (head, tail) = text.split_at(4);
    tail.iter().chain(head).fold(0, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        other => (sum * 100 + u32::from(other.to_ascii_uppercase().wrapping_sub(b'A')) + 10) % 97,
    })
}

/// Free text: 1 to `MAX` characters, without control characters other than line breaks and tabs.
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
        let unreadable = |it: char| it.is_control() && !matches!(it, '\t' | '\n' | '\r');
        if readable && !text.chars().any(unreadable) {
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

/// A list of `MIN` to `MAX` entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct List<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> std::ops::Deref for List<T, MIN, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> IntoIterator for List<T, MIN, MAX> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T, const MIN: usize, const MAX: usize> IntoIterator for &'a List<T, MIN, MAX> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T, const MIN: usize, const MAX: usize> From<List<T, MIN, MAX>> for Vec<T> {
    fn from(list: List<T, MIN, MAX>) -> Self {
        list.0
    }
}

impl<T, const MIN: usize, const MAX: usize> TryFrom<Vec<T>> for List<T, MIN, MAX> {
    type Error = ValueError;

    fn try_from(entries: Vec<T>) -> Result<Self, ValueError> {
        if (MIN..=MAX).contains(&entries.len()) { Ok(Self(entries)) } else { Err(ValueError) }
    }
}

impl<'de, T: Deserialize<'de>, const MIN: usize, const MAX: usize> Deserialize<'de>
    for List<T, MIN, MAX>
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from)?.try_into().map_err(de::Error::custom)
    }
}

/// A decimal number in canonical form: `-1234.50`, `7` for a currency without decimals. The number of decimals
/// depends on the currency: [`Money`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    units: i64,
    decimals: u8,
}

impl Amount {
    /// Digits before and after the point together: what 64 bits hold.
    const DIGITS_MAX: u8 = 18;
    const WHOLE_DIGITS_MAX: u8 = 15;
    const DECIMALS_MAX: u8 = 4;

    /// `units` of the smallest decimal: 150 with 2 decimals is `1.50`.
    pub fn new(units: i64, decimals: u8) -> Result<Self, ValueError> {
        let digits = Self::whole_digits(decimals) + decimals;
        let limit = 10_u64.checked_pow(digits.into()).ok_or(ValueError)?;
        if decimals == 1 || decimals > Self::DECIMALS_MAX || units.unsigned_abs() >= limit {
            return Err(ValueError);
        }
        Ok(Self { units, decimals })
    }

    pub fn from_hundredths(hundredths: i64) -> Result<Self, ValueError> {
        Self::new(hundredths, 2)
    }

    /// In units of the smallest decimal: hundredths if there are two decimals.
    pub fn units(self) -> i64 {
        self.units
    }

    pub fn decimals(self) -> u8 {
        self.decimals
    }

    const fn whole_digits(decimals: u8) -> u8 {
        let room = Self::DIGITS_MAX.saturating_sub(decimals);
        if room < Self::WHOLE_DIGITS_MAX { room } else { Self::WHOLE_DIGITS_MAX }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let (one, width) = (10_u64.pow(self.decimals.into()), usize::from(self.decimals));
        let units = self.units.unsigned_abs();
        write!(f, "{sign}{}", units / one)?;
        if self.decimals > 0 { write!(f, ".{:0width$}", units % one) } else { Ok(()) }
    }
}

impl FromStr for Amount {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        let point = digits.len() > whole.len();
        if !all_digits || leading_zero || whole.is_empty() || point == part.is_empty() {
            return Err(ValueError);
        }
        let decimals = u8::try_from(part.len()).map_err(|_| ValueError)?;
        let units: i64 = format!("{whole}{part}").parse().map_err(|_| ValueError)?;
        if negative && units == 0 {
            return Err(ValueError);
        }
        Self::new(if negative { -units } else { units }, decimals)
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

/// An amount with as many decimals as its currency has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AnyMoney")]
pub struct Money {
    pub amount: Amount,
    pub currency: Currency,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnyMoney {
    amount: Amount,
    currency: Currency,
}

impl TryFrom<AnyMoney> for Money {
    type Error = ValueError;

    fn try_from(AnyMoney { amount, currency }: AnyMoney) -> Result<Self, ValueError> {
        if amount.decimals() == currency.decimals() {
            Ok(Self { amount, currency })
        } else {
            Err(ValueError)
        }
    }
}

/// A calendar day, only as `YYYY-MM-DD`.
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

/// A moment of RFC 3339 §5.6; written in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub DateTime<Utc>);

impl Moment {
    const LENGTH_MAX: usize = 40;
}

impl FromStr for Moment {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        // chrono also accepts a space for the `T` and Unicode's minus sign.
        let shaped = text.is_ascii() && matches!(text.as_bytes().get(10), Some(b'T' | b't'));
        if text.len() > Self::LENGTH_MAX || !shaped {
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

/// For a member that may be absent and is never `null`: `#[serde(default, deserialize_with = "present")]`. By itself
/// `Option` accepts `null` as well.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

pub(super) fn parsed<'de, T: FromStr<Err: fmt::Display>, D: Deserializer<'de>>(
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
    use serde_json::json;

    use super::*;

    #[test]
    fn an_amount_is_written_in_one_way_only() {
        for text in [
            "0.00",
            "0.05",
            "-0.05",
            "1234.50",
            "999999999999999.99",
            "-999999999999999.99",
            "0",
            "-7",
            "999999999999999",
            "0.001",
            "999999999999999.999",
            "0.0001",
            "99999999999999.9999",
        ] {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".50",
            "1.5",
            "1.50000",
            "01.00",
            "-0.00",
            "-0",
            "+1.00",
            "1,50",
            "1e3.00",
            " 1.00",
            "1.00 ",
            "1000000000000000.00",
            "1000000000000000",
            "100000000000000.0000",
            "--1.00",
            "१.00",
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        let money = |amount: &str, currency: &str| {
            serde_json::from_value::<Money>(json!({ "amount": amount, "currency": currency }))
        };
        for (amount, currency) in
            [("1.50", "KZT"), ("1", "JPY"), ("1.234", "KWD"), ("1.2345", "CLF"), ("1.50", "XAU")]
        {
            assert!(money(amount, currency).is_ok(), "{amount} {currency}");
        }
        for (amount, currency) in [("1", "KZT"), ("1.50", "JPY"), ("1.50", "KWD"), ("1.234", "USD")]
        {
            assert!(money(amount, currency).is_err(), "{amount} {currency}");
        }
    }

    #[test]
    fn an_iban_has_its_shape_and_its_check_digits() {
        assert!("KZ86125KZT5004100100".parse::<Iban>().is_ok());
        for text in
            ["KZ87125KZT5004100100", "DE89370400440532013000", "kz86125kzt5004100100", "KZ86", ""]
        {
            assert!(text.parse::<Iban>().is_err(), "{text}");
        }
        for text in [
            "KZ86125KZT5004100100",
            "DE89370400440532013000",
            "NO9386011117947",
            "GB82WEST12345698765432",
        ] {
            assert!(text.parse::<AnyIban>().is_ok(), "{text}");
        }
        for text in [
            "DE88370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "de89370400440532013000",
            "DE89",
        ] {
            assert!(text.parse::<AnyIban>().is_err(), "{text}");
        }
    }

    #[test]
    fn words_may_break_into_lines_and_hold_no_other_control_character() {
        for text in ["one\ntwo", "one\r\ntwo", "one\ttwo", "қазақша 👋"] {
            assert!(text.parse::<Text<20>>().is_ok(), "{text:?}");
        }
        for text in ["", "a\u{0}b", "a\u{b}b", "a\u{7f}b", "a\u{85}b", "a\u{9f}b"] {
            assert!(text.parse::<Text<20>>().is_err(), "{text:?}");
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
        assert_eq!(
            "2026-02-28t05:00:00.25z".parse::<Moment>().unwrap().to_string(),
            "2026-02-28T05:00:00Z"
        );
        for text in [
            "2026-02-28T05:00:00\u{2212}05:00",
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
            let _ = text.parse::<AnyIban>();
            let _ = format!("KZ{text}").parse::<Iban>();
            let _ = text.parse::<Moment>();
            let _ = text.parse::<Text<10>>();
        }

        #[test]
        fn every_amount_reads_back(units in any::<i64>(), decimals in 0_u8..6) {
            if let Ok(amount) = Amount::new(units, decimals) {
                prop_assert_eq!(amount.to_string().parse(), Ok(amount));
            }
        }
    }
}
