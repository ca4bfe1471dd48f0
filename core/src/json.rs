//! JSON of which something is signed or decided: a member that stands twice is refused at any depth, because two
//! readers may each take another one of the two (RFC 8259 §4, RFC 7515 §4, RFC 7519 §4).

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Reads `text` as `T`.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    let Undoubled = serde_json::from_slice(text)?;
    serde_json::from_slice(text)
}

/// Any JSON without a doubled member; nothing of it is kept.
struct Undoubled;

impl<'de> Deserialize<'de> for Undoubled {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Undoubled {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without a doubled member")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a member stands twice"));
            }
            map.next_value::<Self>()?;
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
}

/// A moment of a JWT in epoch seconds (RFC 7519 §2). A fraction may stand there; it is dropped, which moves no moment
/// by a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumericDate(pub i64);

impl Serialize for NumericDate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Seconds;

        impl Visitor<'_> for Seconds {
            type Value = NumericDate;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("seconds since the epoch")
            }

            fn visit_i64<E>(self, seconds: i64) -> Result<NumericDate, E> {
                Ok(NumericDate(seconds))
            }

            fn visit_u64<E: serde::de::Error>(self, seconds: u64) -> Result<NumericDate, E> {
                i64::try_from(seconds).map(NumericDate).map_err(E::custom)
            }

            fn visit_f64<E: serde::de::Error>(self, seconds: f64) -> Result<NumericDate, E> {
                // Up to here every whole number has a floating-point number of its own.
                const MAX: f64 = 9_007_199_254_740_992.0;
                if !(-MAX..=MAX).contains(&seconds) {
                    return Err(E::custom("a moment that no clock shows"));
                }
                #[expect(clippy::cast_possible_truncation, reason = "within the bounds above")]
                let whole = seconds.floor() as i64;
                Ok(NumericDate(whole))
            }
        }

        from.deserialize_any(Seconds)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_member_that_stands_twice_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"[{"b":{"a":1,"a":2}}]"#,
            r#"{"a":[{"c":null,"d":1.5,"c":true}]}"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            assert!(read::<Value>(text.as_bytes()).is_err(), "{text}");
        }
        for text in [r#"{"a":{"a":1},"b":[{"a":1},{"a":1}]}"#, "[]", "null", "-1", r#""a""#] {
            assert!(read::<Value>(text.as_bytes()).is_ok(), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(read::<Value>(deep.as_bytes()).is_err());
    }

    #[test]
    fn a_numeric_date_may_have_a_fraction() {
        for (text, seconds) in [
            ("1795907808", 1_795_907_808),
            ("1795907808.2", 1_795_907_808),
            ("1795907808.999", 1_795_907_808),
            ("1.795907808e9", 1_795_907_808),
            ("-0.5", -1),
            ("0", 0),
        ] {
            assert_eq!(read::<NumericDate>(text.as_bytes()).ok(), Some(NumericDate(seconds)));
        }
        for text in
            ["\"1795907808\"", "1e300", "-1e300", "18446744073709551615", "null", "[1]", "true"]
        {
            assert!(read::<NumericDate>(text.as_bytes()).is_err(), "{text}");
        }
    }
}
