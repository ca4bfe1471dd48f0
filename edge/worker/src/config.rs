//! The Worker's configuration: its `vars`. `wrangler.example.toml` has every one with its meaning.

use std::time::Duration;

use senim_core::address::BaseUrl;
use worker::Env;

/// The binding of the Durable Object's namespace.
pub(crate) const EDGE: &str = "EDGE";
/// The binding that makes requests with the node's certificate.
pub(crate) const CERTIFICATE: &str = "CERTIFICATE";

#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The platform as tokens name it.
    pub(crate) issuer: String,
    /// This edge's URL: the audience of tokens, and the beginning of what DPoP proofs name.
    pub(crate) audience: String,
    pub(crate) platform_url: String,
    /// How long it is decided without a word of the platform.
    pub(crate) bound: Duration,
    /// How long a provider may take for its whole answer.
    pub(crate) upstream_timeout: Duration,
    /// Where the Durable Object is to live (Cloudflare's name of a region).
    pub(crate) location_hint: Option<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("{key}: {why}")]
pub(crate) struct ConfigError {
    key: &'static str,
    why: String,
}

impl Config {
    /// Fails with the first variable whose value is invalid.
    pub(crate) fn read(env: &Env) -> Result<Self, ConfigError> {
        Ok(Self {
            issuer: url(env, "ISSUER")?,
            audience: url(env, "AUDIENCE")?,
            platform_url: url(env, "PLATFORM_URL")?,
            bound: seconds(env, "REGISTRY_STALE_S", 5, 2, 60)?,
            upstream_timeout: seconds(env, "UPSTREAM_TIMEOUT_S", 10, 1, 300)?,
            location_hint: text(env, "LOCATION_HINT"),
        })
    }

    /// The address of the platform's status list, as access tokens name it.
    pub(crate) fn list_address(&self) -> String {
        format!("{}/status-list", self.issuer)
    }
}

fn text(env: &Env, key: &str) -> Option<String> {
    env.var(key).ok().map(|it| it.to_string()).filter(|it| !it.is_empty())
}

fn url(env: &Env, key: &'static str) -> Result<String, ConfigError> {
    let why = |why: String| ConfigError { key, why };
    let text = text(env, key).ok_or_else(|| why("must be set".to_owned()))?;
    BaseUrl::https(&text).map_err(|error| why(error.to_string()))?;
    Ok(text)
}

fn seconds(
    env: &Env,
    key: &'static str,
    default: u64,
    least: u64,
    most: u64,
) -> Result<Duration, ConfigError> {
    let seconds = match text(env, key) {
        Some(text) => text.parse().ok(),
        None => Some(default),
    };
    match seconds.filter(|it| (least..=most).contains(it)) {
        Some(seconds) => Ok(Duration::from_secs(seconds)),
        None => Err(ConfigError { key, why: format!("must be {least} to {most}") }),
    }
}
