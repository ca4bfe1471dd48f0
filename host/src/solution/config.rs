//! `[[solutions]]` of the host's configuration.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use senim_core::address::{BaseUrl, RedirectUri};
use senim_core::solution::{Maintenance, Window};
use senim_core::text::ShownText;
use serde::Deserialize;
use url::Url;

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
    /// Whether the liveness checks of identity sessions go to it; absent: with `weight` to the built-in engine, never to another.
    pub liveness: Option<LivenessConfig>,
}

/// A solution's part in the liveness checks of identity sessions (BIO-5).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LivenessConfig {
    /// Its share; 0: none.
    pub weight: u32,
    /// The address of its front part, which pages show in a frame; absent: the built-in engine, whose widget is ours.
    pub front: Option<String>,
    /// Whose it is, as people read it before their camera opens.
    pub vendor: Option<ShownText<100>>,
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
        liveness: None,
    }]
}

impl SolutionConfig {
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// Its share of the liveness checks of sessions.
    pub fn liveness_weight(&self) -> u32 {
        match &self.liveness {
            Some(liveness) => liveness.weight,
            None if self.url.is_none() => self.weight,
            None => 0,
        }
    }

    /// Its front part: the address and whose it is.
    pub fn front(&self) -> Option<(&str, &str)> {
        let liveness = self.liveness.as_ref()?;
        Some((liveness.front.as_deref()?, liveness.vendor.as_deref()?))
    }

    /// The origin of its front part (RFC 6454 §6.2).
    pub fn front_origin(&self) -> Option<String> {
        let url = Url::parse(self.front()?.0).ok()?;
        Some(url.origin().ascii_serialization())
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
        self.check_liveness()?;
        Maintenance::new(self.maintenance.clone()).map_err(|error| error.to_string())
    }
}

impl SolutionConfig {
    fn check_liveness(&self) -> Result<(), String> {
        let Some(liveness) = &self.liveness else { return Ok(()) };
        match (&self.url, &liveness.front, &liveness.vendor) {
            (None, None, None) => Ok(()),
            (None, _, _) => {
                Err("`front` and `vendor` belong to a solution with a `url`".to_owned())
            }
            (Some(_), Some(front), Some(_)) => {
                front.parse::<RedirectUri>().map_err(|error| format!("`front` {error}"))?;
                let http = front.starts_with("https://") || front.starts_with("http://");
                if http { Ok(()) } else { Err("`front` must be https".to_owned()) }
            }
            (Some(_), _, _) => {
                Err("`liveness` of a solution with a `url` needs `front` and `vendor`".to_owned())
            }
        }
    }
}

/// A frame of the pages' own origin could take off its sandbox, so a front part has another.
pub(crate) fn check_origins(solutions: &[SolutionConfig], pages_url: &str) -> Result<(), String> {
    let own = Url::parse(pages_url).map(|it| it.origin().ascii_serialization());
    let same = solutions.iter().find(|it| it.front_origin().is_some_and(|it| Ok(it) == own));
    match same {
        Some(it) => {
            Err(format!("`{}`: `front` must have another origin than `pages_url`", it.name))
        }
        None => Ok(()),
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
        let vendor = format!("{good}url = \"http://localhost:1\"\n");
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
            (format!("{good}liveness = {{ weight = 1, front = \"https://f.kz/\" }}"), "belong to"),
            (format!("{vendor}liveness = {{ weight = 1 }}"), "needs `front`"),
            (
                format!(
                    "{vendor}liveness = {{ weight = 1, front = \"http://f.kz/\", vendor = \"F\" }}"
                ),
                "`front` must be https",
            ),
            (
                format!(
                    "{vendor}liveness = {{ weight = 1, front = \"kz.app:/f\", vendor = \"F\" }}"
                ),
                "`front` must be https",
            ),
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

    #[test]
    fn liveness_goes_to_the_built_in_engine_and_to_whoever_offers_it() {
        let read = |text: &str| toml::from_str::<SolutionConfig>(text).unwrap();
        let built_in = read("name = \"a\"\nweight = 3");
        let matching = read("name = \"b\"\nweight = 2\nurl = \"http://localhost:1\"");
        let both = read(
            "name = \"c\"\nweight = 2\nurl = \"http://localhost:1\"\n\
             liveness = { weight = 5, front = \"https://f.kz:444/check?v=1\", vendor = \"F\" }",
        );
        let weights = [&built_in, &matching, &both].map(SolutionConfig::liveness_weight);
        assert_eq!(weights, [3, 0, 5]);
        assert_eq!(both.front_origin().as_deref(), Some("https://f.kz:444"));
        let all = [built_in, matching, both];
        assert!(check(&all, 0).is_ok() && check_origins(&all, "https://f.kz").is_ok());
        let own = check_origins(&all, "https://f.kz:444").unwrap_err();
        assert!(own.contains("another origin"), "{own}");
    }
}
