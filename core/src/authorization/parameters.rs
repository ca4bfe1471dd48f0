//! A form's parameters; none may be repeated (RFC 6749 §3.1, §3.2) except `resource` (RFC 8707 §2).

use std::collections::BTreeMap;

use super::{Denial, OAuthError};

/// The longest accepted value.
const VALUE_LENGTH_MAX: usize = 32 * 1024;
const COUNT_MAX: usize = 40;

const RESOURCE: &str = "resource";

#[derive(Clone, Default)]
pub struct Parameters {
    single: BTreeMap<String, String>,
    resources: Vec<String>,
}

impl Parameters {
    /// Empty values count as omitted (RFC 6749 §3.1).
    pub fn from_pairs(pairs: impl Iterator<Item = (String, String)>) -> Result<Self, Denial> {
        let mut single = BTreeMap::new();
        let mut resources = Vec::new();
        for (turn, (name, value)) in pairs.enumerate() {
            if turn >= COUNT_MAX {
                return Err(Denial::request("there are too many parameters"));
            }
            if value.len() > VALUE_LENGTH_MAX {
                return Err(Denial::request("a parameter is too long"));
            }
            if name == RESOURCE {
                resources.push(value);
            } else if single.insert(name, value).is_some() {
                return Err(Denial::request("a parameter stands twice"));
            }
        }
        single.retain(|_, value| !value.is_empty());
        resources.retain(|value| !value.is_empty());
        Ok(Self { single, resources })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.single.get(name).map(String::as_str)
    }

    /// Refuses any `resource` but `audience`, the only one that our access tokens are for (RFC 8707 §2).
    pub fn check_resources(&self, audience: &str) -> Result<(), Denial> {
        if self.resources.iter().all(|it| it == audience) {
            return Ok(());
        }
        let error = OAuthError::InvalidTarget;
        Err(Denial {
            error,
            ..Denial::request("resource must be the edge's address, or be left out")
        })
    }

    pub fn need(&self, name: &str, missing: &'static str) -> Result<&str, Denial> {
        self.get(name).ok_or_else(|| Denial::request(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_parameters_are_refused_even_when_empty_or_equal() {
        let read = |pairs: &[(&str, &str)]| {
            Parameters::from_pairs(pairs.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())))
        };
        assert!(read(&[("a", "1"), ("a", "1")]).is_err());
        assert!(read(&[("a", ""), ("a", "1")]).is_err());
        assert_eq!(read(&[("a", "1"), ("b", "")]).unwrap().get("b"), None);
        let resources = |second: &str| {
            read(&[("resource", "https://edge"), ("resource", second), ("a", "1")])?
                .check_resources("https://edge")
        };
        assert_eq!(resources("https://edge"), Ok(()));
        assert_eq!(resources(""), Ok(()));
        assert_eq!(resources("https://other").unwrap_err().error, OAuthError::InvalidTarget);
        let many: Vec<_> = (0..=COUNT_MAX).map(|it| (it.to_string(), String::new())).collect();
        assert!(Parameters::from_pairs(many.into_iter()).is_err());
    }
}
