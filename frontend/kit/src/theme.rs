//! Light or dark: the device's wish until the reader chooses. `boot.js` applies a choice before the first paint.

use crate::browser::{remember, remembered, set_root_attribute, window};

/// The same key as in `boot.js`.
const KEY: &str = "senim-theme";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub fn current() -> Self {
        match remembered(KEY).as_deref() {
            Some("dark") => Self::Dark,
            Some("light") => Self::Light,
            _ if device_is_dark() => Self::Dark,
            _ => Self::Light,
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Light => Self::Dark,
            Self::Dark => Self::Light,
        }
    }

    pub fn apply(self) {
        let name = match self {
            Self::Light => "light",
            Self::Dark => "dark",
        };
        remember(KEY, name);
        set_root_attribute("data-theme", name);
    }
}

fn device_is_dark() -> bool {
    let query = window().match_media("(prefers-color-scheme: dark)");
    query.ok().flatten().is_some_and(|it| it.matches())
}
