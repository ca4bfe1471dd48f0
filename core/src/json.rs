//! JSON from outside, read strictly. A member that stands twice is refused at any depth, because two readers may each
//! take another one of the two (RFC 8259 §4, RFC 7515 §4, RFC 7519 §4). An object is an object: serde alone would take
//! a struct from the list of its members' values as well.

mod objects;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde::{Deserialize, Serialize, Serializer};

use self::objects::Objects;

/// Reads `text` as `T`.
///
/// What serde buffers before it is read is beyond the check of objects: an internally tagged enum, and a struct inside
/// of a flattened one. Nothing that is read from outside has either.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    let Undoubled = serde_json::from_slice(text)?;
    let mut from = serde_json::Deserializer::from_slice(text);
    let read = T::deserialize(Objects(&mut from))?;
    from.end()?;
    Ok(read)
}

/// Reads a part of what [`read`] has read.
pub fn read_value<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<T, D::Error> {
    T::deserialize(Objects(value))
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
        while let Some(Name(name)) = map.next_key_seed(Name::default())? {
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

/// A member's name, copied only where it was written with escapes.
#[derive(Default)]
struct Name<'de>(Cow<'de, str>);

impl<'de> DeserializeSeed<'de> for Name<'de> {
    type Value = Self;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name<'de> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self, E> {
        Ok(Self(name.into()))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self, E> {
        Ok(Self(name.to_owned().into()))
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
    use std::collections::BTreeMap;

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

    #[derive(Debug, PartialEq, Deserialize)]
    struct Point {
        x: i32,
        y: i32,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Figure {
        Dot,
        At(Point),
        Line { from: Point, to: Point },
        Pair(Point, Point),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "by", content = "what", rename_all = "lowercase")]
    enum Tagged {
        Point(Point),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(try_from = "Point")]
    struct Checked(i32);

    impl From<Point> for Checked {
        fn from(point: Point) -> Self {
            Self(point.x)
        }
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Nothing {}

    #[derive(Debug, PartialEq, Deserialize)]
    struct Drawing {
        #[serde(default)]
        origin: Option<Point>,
        #[serde(default)]
        points: Vec<Point>,
        #[serde(default)]
        named: BTreeMap<String, Point>,
        #[serde(default)]
        figures: Vec<Figure>,
        #[serde(default)]
        pair: Option<(i32, Point)>,
        #[serde(default)]
        boxed: Option<Box<Checked>>,
        #[serde(default)]
        nothing: Option<Nothing>,
        #[serde(default)]
        tagged: Option<Tagged>,
        #[serde(default)]
        other: Value,
    }

    #[test]
    fn an_object_is_never_read_from_a_list() {
        let taken = [
            "{}",
            r#"{"origin":{"x":1,"y":2}}"#,
            r#"{"origin":null}"#,
            r#"{"points":[{"x":1,"y":2}]}"#,
            r#"{"named":{"a":{"x":1,"y":2}}}"#,
            r#"{"figures":["dot",{"at":{"x":1,"y":2}}]}"#,
            r#"{"figures":[{"line":{"from":{"x":1,"y":2},"to":{"x":1,"y":2}}}]}"#,
            r#"{"figures":[{"pair":[{"x":1,"y":2},{"x":1,"y":2}]}]}"#,
            r#"{"pair":[1,{"x":1,"y":2}]}"#,
            r#"{"boxed":{"x":1,"y":2}}"#,
            r#"{"nothing":{}}"#,
            r#"{"tagged":{"by":"point","what":{"x":1,"y":2}}}"#,
            r#"{"tagged":{"what":{"x":1,"y":2},"by":"point"}}"#,
            r#"{"other":[1,2]}"#,
            r#"{"unknown":[1,2]}"#,
        ];
        for text in taken {
            assert!(read::<Drawing>(text.as_bytes()).is_ok(), "{text}");
            let value: Value = serde_json::from_str(text).unwrap();
            assert!(read_value::<Drawing, _>(&value).is_ok(), "{text}");
        }
        for text in [
            "[]",
            "[null,[]]",
            r#"{"origin":[1,2]}"#,
            r#"{"points":[[1,2]]}"#,
            r#"{"points":[{"x":1,"y":2},[1,2]]}"#,
            r#"{"named":{"a":[1,2]}}"#,
            r#"{"figures":[{"at":[1,2]}]}"#,
            r#"{"figures":[{"line":[{"x":1,"y":2},{"x":1,"y":2}]}]}"#,
            r#"{"figures":[{"line":{"from":[1,2],"to":{"x":1,"y":2}}}]}"#,
            r#"{"figures":[{"pair":[[1,2],{"x":1,"y":2}]}]}"#,
            r#"{"pair":[1,[1,2]]}"#,
            r#"{"boxed":[1,2]}"#,
            r#"{"nothing":[]}"#,
            r#"{"tagged":["point",{"x":1,"y":2}]}"#,
            r#"{"tagged":{"by":"point","what":[1,2]}}"#,
        ] {
            assert!(serde_json::from_str::<Drawing>(text).is_ok(), "serde alone takes {text}");
            assert!(read::<Drawing>(text.as_bytes()).is_err(), "{text}");
            let value: Value = serde_json::from_str(text).unwrap();
            assert!(read_value::<Drawing, _>(&value).is_err(), "{text}");
        }
        let error = read::<Drawing>(b"{\"origin\":[1,2]}").unwrap_err();
        assert!(error.is_data() && error.line() == 1, "{error}");
    }

    #[test]
    fn nothing_may_stand_behind_what_was_read() {
        assert!(read::<Nothing>(b" {} ").is_ok());
        for text in ["{} {}", "{},", "{}x"] {
            assert!(read::<Nothing>(text.as_bytes()).is_err(), "{text}");
        }
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
