//! What must never stand in a log: people's numbers, tokens, codes (OAPI-15).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// What a run has handed to the platform or got from it and must not find in a log.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Arc<Mutex<BTreeSet<(&'static str, String)>>>);

impl Secrets {
    pub fn add(&self, kind: &'static str, secret: &str) {
        if let Ok(mut secrets) = self.0.lock()
            && !secret.is_empty()
        {
            secrets.insert((kind, secret.to_owned()));
        }
    }

    pub fn count(&self) -> usize {
        self.0.lock().map(|it| it.len()).unwrap_or_default()
    }

    /// Which kinds of secrets stand in which line of the text; never the secrets.
    pub fn found_in(&self, text: &str) -> Vec<String> {
        let Ok(secrets) = self.0.lock() else {
            return vec!["the secrets can't be read".to_owned()];
        };
        let mut found = Vec::new();
        for (number, line) in text.lines().enumerate() {
            for (kind, secret) in secrets.iter() {
                if stands_alone(line, secret) {
                    let start: String = line.chars().take(60).collect();
                    found.push(format!("{kind} in line {}: {start}…", number + 1));
                }
            }
        }
        found
    }
}

/// A six-digit code is no secret inside a longer number or behind a point, as microseconds are.
fn stands_alone(line: &str, secret: &str) -> bool {
    let joins = |it: Option<char>| {
        it.is_some_and(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-'))
    };
    line.match_indices(secret).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + secret.len()..].chars().next();
        secret.len() > 8 || !(joins(before) || joins(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_and_never_printed() {
        let secrets = Secrets::default();
        secrets.add("IIN", "960440000151");
        secrets.add("code", "123456");
        let log =
            "fine\nsubject=960440000151 asked\n2026-01-01T00:00:00.123456Z x\ncode 123456 sent";
        let found = secrets.found_in(log);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("IIN in line 2") && found[1].starts_with("code in line 4"));
    }
}
