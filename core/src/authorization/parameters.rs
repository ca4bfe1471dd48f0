//! A form's parameters, none of them twice (RFC 6749 §3.1, §3.2).

use std::collections::BTreeMap;

use super::Denial;

/// The longest value that is looked at.
const VALUE_LENGTH_MAX: usize = 32 * 1024;
const COUNT_MAX: usize = 40;

#[derive(Clone, Default)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Values without content count as left out (RFC 6749 §3.1).
    pub fn from_pairs(pairs: impl Iterator<Item = (String, String)>) -> Result<Self, Denial> {
        let mut found = BTreeMap::new();
        for (turn, (name, value)) in pairs.enumerate() {
            if turn >= COUNT_MAX {
                return Err(Denial::request("there are too many parameters"));
            }
            if value.len() > VALUE_LENGTH_MAX {
                return Err(Denial::request("a parameter is too long"));
            }
            if found.insert(name, value).is_some() {
                return Err(Denial::request("a parameter stands twice"));
            }
        }
        found.retain(|_, value| !value.is_empty());
        Ok(Self(found))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn need(&self, name: &str, missing: &'static str) -> Result<&str, Denial> {
        self.get(name).ok_or_else(|| Denial::request(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_twice_is_refused_even_when_empty_or_equal() {
        let read = |pairs: &[(&str, &str)]| {
            Parameters::from_pairs(pairs.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())))
        };
        assert!(read(&[("a", "1"), ("a", "1")]).is_err());
        assert!(read(&[("a", ""), ("a", "1")]).is_err());
        assert_eq!(read(&[("a", "1"), ("b", "")]).unwrap().get("b"), None);
        let many: Vec<_> = (0..=COUNT_MAX).map(|it| (it.to_string(), String::new())).collect();
        assert!(Parameters::from_pairs(many.into_iter()).is_err());
    }
}
