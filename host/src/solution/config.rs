//! `[[solutions]]` of the host's configuration.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use senim_core::address::BaseUrl;
use senim_core::solution::{Maintenance, Window};
use serde::Deserialize;

/// Three of them one after the other fit into a request's minute.
const TIMEOUT_MS_MAX: u64 = 15_000;
const NAME_LENGTH_MAX: usize = 40;

/// One connected solution.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SolutionConfig {
    /// The name by which participants choose it and its requests are counted.
    pub name: String,
    /// Its share of the requests that the platform distributes; 0: only when a participant chooses it.
    pub weight: u32,
    /// Base URL of its API; absent: the built-in engine.
    pub url: Option<String>,
    /// The CA of an https `url`'s certificate, PEM.
    pub ca: Option<PathBuf>,
    #[serde(default = "default_timeout")]
    pub timeout_ms: u64,
    /// The price of one processed request.
    #[serde(default)]
    pub price_tiyn: u64,
    #[serde(default)]
    pub maintenance: Vec<Window>,
}

fn default_timeout() -> u64 {
    5_000
}

/// The default if none is configured.
pub(crate) fn builtin_alone() -> Vec<SolutionConfig> {
    vec![SolutionConfig {
        name: "builtin".to_owned(),
        weight: 1,
        url: None,
        ca: None,
        // There is no other solution to try if it is slow.
        timeout_ms: TIMEOUT_MS_MAX,
        price_tiyn: 0,
        maintenance: Vec::new(),
    }]
}

impl SolutionConfig {
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// Its maintenance windows if the whole entry is valid, else why it is not.
    fn check(&self, price_cap_tiyn: u64) -> Result<Maintenance, String> {
        let readable = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        if !(1..=NAME_LENGTH_MAX).contains(&self.name.len()) || !self.name.bytes().all(readable) {
            return Err("a name is 1 to 40 of a–z, 0–9, dot, dash, underscore".to_owned());
        }
        if !(100..=TIMEOUT_MS_MAX).contains(&self.timeout_ms) {
            return Err(format!("`timeout_ms` is 100 to {TIMEOUT_MS_MAX}"));
        }
        if self.price_tiyn > price_cap_tiyn {
            return Err(format!("`price_tiyn` is above the cap of {price_cap_tiyn} (BIO-5)"));
        }
        let url = self.url.as_deref().map(str::parse::<BaseUrl>).transpose();
        match (url.map_err(|error| format!("`url` {error}"))?, &self.ca) {
            (None, None) => {}
            (Some(url), ca) if url.is_https() == ca.is_some() => {}
            (Some(url), _) if url.is_https() => return Err("an https `url` needs `ca`".to_owned()),
            (None, Some(_)) | (Some(_), _) => {
                return Err("`ca` belongs to an https `url`".to_owned());
            }
        }
        Maintenance::new(self.maintenance.clone()).map_err(|error| error.to_string())
    }
}

/// Each solution's maintenance windows, in order; else which entry is invalid and why.
pub(crate) fn check(
    solutions: &[SolutionConfig],
    price_cap_tiyn: u64,
) -> Result<Vec<Maintenance>, String> {
    let mut names = BTreeSet::new();
    for it in solutions {
        if !names.insert(&it.name) {
            return Err(format!("`{}` is there twice", it.name));
        }
    }
    if solutions.iter().all(|it| it.weight == 0) {
        return Err("none has a weight, so nobody could be asked".to_owned());
    }
    solutions
        .iter()
        .map(|it| it.check(price_cap_tiyn).map_err(|why| format!("`{}`: {why}", it.name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_solution_is_named_with_what_is_wrong() {
        let good = "name = \"a\"\nweight = 1\n";
        for (text, why) in [
            ("name = \"A\"\nweight = 1".to_owned(), "1 to 40"),
            (format!("{good}timeout_ms = 99"), "timeout_ms"),
            (format!("{good}timeout_ms = 15001"), "timeout_ms"),
            (format!("{good}price_tiyn = 2001"), "cap of 2000"),
            (format!("{good}url = \"vendor\""), "not a URL"),
            (format!("{good}url = \"https://vendor/\""), "slash"),
            (format!("{good}url = \"http://vendor\""), "must be https"),
            (format!("{good}url = \"http://localhost:1\"\nca = \"ca.pem\""), "belongs"),
            (format!("{good}url = \"https://vendor\""), "needs `ca`"),
            (format!("{good}url = \"ftp://vendor\""), "http"),
            (format!("{good}ca = \"ca.pem\""), "belongs"),
            ("name = \"a\"\nweight = 0".to_owned(), "none has a weight"),
            (
                format!(
                    "{good}maintenance = [{{ from = \"2026-01-01T00:00:00Z\", until = \"2026-01-08T01:00:00Z\" }}]"
                ),
                "168 hours",
            ),
        ] {
            let solution: SolutionConfig = toml::from_str(&text).unwrap();
            let error = check(&[solution], 2_000).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        let good: SolutionConfig = toml::from_str(good).unwrap();
        assert!(check(&[good.clone(), good.clone()], 0).unwrap_err().contains("twice"));
        assert!(check(&[good], 0).is_ok() && check(&builtin_alone(), 0).is_ok());
        assert!(check(&[], 0).is_err());
    }
}
