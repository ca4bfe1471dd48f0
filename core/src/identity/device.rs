//! What a session was opened with, as far as it helps its owner to know it again: the browser's family and the system,
//! and nothing finer, because nobody needs it and it would tell people apart.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Device {
    pub browser: Browser,
    pub system: System,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Browser {
    Chrome,
    Edge,
    Firefox,
    Opera,
    Safari,
    Samsung,
    Yandex,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum System {
    Android,
    Ios,
    Linux,
    Macos,
    Windows,
    Other,
}

/// Most browsers name others as well, so the order decides.
const BROWSERS: [(&str, Browser); 12] = [
    ("YaBrowser/", Browser::Yandex),
    ("SamsungBrowser/", Browser::Samsung),
    ("OPR/", Browser::Opera),
    ("OPT/", Browser::Opera),
    ("Edg/", Browser::Edge),
    ("EdgA/", Browser::Edge),
    ("EdgiOS/", Browser::Edge),
    ("FxiOS/", Browser::Firefox),
    ("Firefox/", Browser::Firefox),
    ("CriOS/", Browser::Chrome),
    ("Chrome/", Browser::Chrome),
    ("Safari/", Browser::Safari),
];

const SYSTEMS: [(&str, System); 7] = [
    ("Android", System::Android),
    ("iPhone", System::Ios),
    ("iPad", System::Ios),
    ("Windows", System::Windows),
    ("Macintosh", System::Macos),
    ("X11", System::Linux),
    ("Linux", System::Linux),
];

impl Device {
    /// By the header `User-Agent`, which is the browser's own word.
    pub fn of(user_agent: &str) -> Self {
        let browser = BROWSERS.iter().find(|(mark, _)| user_agent.contains(mark));
        let system = SYSTEMS.iter().find(|(mark, _)| user_agent.contains(mark));
        Self {
            browser: browser.map_or(Browser::Other, |it| it.1),
            system: system.map_or(System::Other, |it| it.1),
        }
    }
}

impl Browser {
    /// Its own name, the same in every language; `None`: not one of those that are told apart.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Chrome => Some("Chrome"),
            Self::Edge => Some("Edge"),
            Self::Firefox => Some("Firefox"),
            Self::Opera => Some("Opera"),
            Self::Safari => Some("Safari"),
            Self::Samsung => Some("Samsung Internet"),
            Self::Yandex => Some("Yandex Browser"),
            Self::Other => None,
        }
    }
}

impl System {
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Android => Some("Android"),
            Self::Ios => Some("iOS"),
            Self::Linux => Some("Linux"),
            Self::Macos => Some("macOS"),
            Self::Windows => Some("Windows"),
            Self::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_its_own_mark_and_not_by_those_that_it_copies() {
        for (user_agent, browser, system) in [
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
                Browser::Chrome,
                System::Android,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                Browser::Safari,
                System::Ios,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1",
                Browser::Chrome,
                System::Ios,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                Browser::Edge,
                System::Windows,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 YaBrowser/25.10 Safari/537.36",
                Browser::Yandex,
                System::Windows,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                Browser::Firefox,
                System::Linux,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                Browser::Safari,
                System::Macos,
            ),
            ("curl/8.5", Browser::Other, System::Other),
            ("", Browser::Other, System::Other),
        ] {
            assert_eq!(Device::of(user_agent), Device { browser, system }, "{user_agent}");
        }
    }
}
