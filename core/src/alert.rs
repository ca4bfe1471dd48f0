//! Text messages that tell a client what was done in their name: which kinds there are, what they say, how many there may be.
//!
//! An alert carries no code and names the organisation at most. It is written in the transaction of what it tells of.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::text::Language;

/// To one person within [`WITHIN`]: what a bank can make the platform send by asking a client again and again.
pub const MOST: u64 = 20;
pub const WITHIN: TimeDelta = TimeDelta::days(1);
/// An alert that the gateway has not taken by then is given up: the cabinet shows the same.
pub const GOOD_FOR: TimeDelta = TimeDelta::days(1);
/// After a request was confirmed with another number, alerts go to the number before as well for so long: whoever passed as
/// the client named a number of their own.
pub const FORMER_NUMBER_FOR: TimeDelta = TimeDelta::days(7);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    ConsentGiven,
    /// The first answered request under a consent.
    ConsentUsed,
    /// The client left less of it.
    ConsentChanged,
    ConsentWithdrawn,
    /// The cabinet can be opened without the camera from now on.
    PasskeyAdded,
    /// To the cabinet.
    SignedIn,
}

impl AlertKind {
    pub const ALL: [Self; 6] = [
        Self::ConsentGiven,
        Self::ConsentUsed,
        Self::ConsentChanged,
        Self::ConsentWithdrawn,
        Self::PasskeyAdded,
        Self::SignedIn,
    ];
}

/// What a text message was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MessageKind {
    /// A one-time code (IDX-3).
    Code,
    #[serde(untagged)]
    Alert(AlertKind),
}

impl MessageKind {
    /// As a row keeps it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Alert(AlertKind::ConsentGiven) => "consent-given",
            Self::Alert(AlertKind::ConsentUsed) => "consent-used",
            Self::Alert(AlertKind::ConsentChanged) => "consent-changed",
            Self::Alert(AlertKind::ConsentWithdrawn) => "consent-withdrawn",
            Self::Alert(AlertKind::PasskeyAdded) => "passkey-added",
            Self::Alert(AlertKind::SignedIn) => "signed-in",
        }
    }

    pub fn by_code(code: &str) -> Option<Self> {
        let alerts = AlertKind::ALL.into_iter().map(Self::Alert);
        alerts.chain([Self::Code]).find(|it| it.code() == code)
    }
}

/// The message. `consumer`: the organisation's name, absent in a sign-in; `cabinet`: its address.
pub fn text(language: Language, kind: AlertKind, consumer: &str, cabinet: &str) -> String {
    let said = match (language, kind) {
        (Language::Kk, AlertKind::ConsentGiven) => {
            format!("«{consumer}» ұйымына келісім бердіңіз.")
        }
        (Language::Kk, AlertKind::ConsentUsed) => {
            format!("«{consumer}» ұйымы келісіміңіз бойынша деректеріңізді алғаш рет алды.")
        }
        (Language::Kk, AlertKind::ConsentChanged) => {
            format!("«{consumer}» ұйымына берген келісіміңізді тарылттыңыз.")
        }
        (Language::Kk, AlertKind::ConsentWithdrawn) => {
            format!("«{consumer}» ұйымына берген келісіміңізді кері қайтарып алдыңыз.")
        }
        (Language::Kk, AlertKind::PasskeyAdded) => {
            "кабинетіңіз енді кіру кілтімен, камерасыз ашылады.".to_owned()
        }
        (Language::Kk, AlertKind::SignedIn) => "кабинетіңізге кірдіңіз.".to_owned(),
        (Language::Ru, AlertKind::ConsentGiven) => {
            format!("вы дали согласие организации «{consumer}».")
        }
        (Language::Ru, AlertKind::ConsentUsed) => {
            format!("организация «{consumer}» впервые получила данные по вашему согласию.")
        }
        (Language::Ru, AlertKind::ConsentChanged) => {
            format!("вы сузили согласие организации «{consumer}».")
        }
        (Language::Ru, AlertKind::ConsentWithdrawn) => {
            format!("вы отозвали согласие организации «{consumer}».")
        }
        (Language::Ru, AlertKind::PasskeyAdded) => {
            "теперь ваш кабинет открывается и ключом доступа, без камеры.".to_owned()
        }
        (Language::Ru, AlertKind::SignedIn) => "вы вошли в кабинет.".to_owned(),
        (Language::En, AlertKind::ConsentGiven) => {
            format!("you gave “{consumer}” your consent.")
        }
        (Language::En, AlertKind::ConsentUsed) => {
            format!("“{consumer}” received data under your consent for the first time.")
        }
        (Language::En, AlertKind::ConsentChanged) => {
            format!("you narrowed your consent to “{consumer}”.")
        }
        (Language::En, AlertKind::ConsentWithdrawn) => {
            format!("you withdrew your consent to “{consumer}”.")
        }
        (Language::En, AlertKind::PasskeyAdded) => {
            "a passkey now opens your cabinet without the camera.".to_owned()
        }
        (Language::En, AlertKind::SignedIn) => "you signed in to the cabinet.".to_owned(),
    };
    let otherwise = match language {
        Language::Kk => "Бұл сіз болмасаңыз",
        Language::Ru => "Если это не вы",
        Language::En => "If it wasn't you",
    };
    format!("Senim: {said} {otherwise}: {cabinet}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::words::code_message;

    #[test]
    fn an_alert_names_the_organisation_and_the_way_to_say_no_and_looks_like_no_code() {
        for language in Language::ALL {
            for kind in AlertKind::ALL {
                let said = text(language, kind, "Jetisu Pay", "https://id.example.kz/cabinet");
                let own = matches!(kind, AlertKind::PasskeyAdded | AlertKind::SignedIn);
                assert_eq!(said.contains("Jetisu Pay"), !own, "{said}");
                assert!(
                    said.starts_with("Senim: ")
                        && said.ends_with(": https://id.example.kz/cabinet")
                );
                assert!(!said.contains(|it: char| it.is_ascii_digit()), "{said}");
                // Three segments of 67 characters (GSM 03.38 in UCS-2) at most, with a name and an address of usual length.
                assert!(said.chars().count() <= 3 * 67, "{said}");
            }
            assert!(code_message(language, "123456", None, "senim.kz").contains("123456"));
        }
    }

    #[test]
    fn kinds_read_back() {
        let alerts = AlertKind::ALL.into_iter().map(MessageKind::Alert);
        for kind in alerts.chain([MessageKind::Code]) {
            assert_eq!(MessageKind::by_code(kind.code()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
            assert_eq!(serde_json::from_value::<MessageKind>(kind.code().into()).unwrap(), kind);
        }
        assert_eq!(MessageKind::by_code("x"), None);
    }
}
