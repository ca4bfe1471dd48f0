//! One record and its serialised form.

use serde::{Deserialize, Serialize};

use super::{Actor, Event, Subject};
use crate::Timestamp;
use crate::jose::to_base64;

/// The version of the serialised form. It grows with every incompatible change.
pub const VERSION: u8 = 1;
/// Random bytes that make a record unique before it has a number.
pub const ID_BYTES: usize = 16;

/// One event: who did what to what, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`VERSION`].
    pub v: u8,
    /// [`ID_BYTES`] random bytes in base64url.
    pub id: String,
    pub at: Timestamp,
    pub actor: Actor,
    pub subject: Subject,
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("a record of version {0} is not known here")]
    Version(u8),
    #[error("a record can't be read: {0}")]
    Malformed(#[from] serde_json::Error),
}

impl Record {
    /// `at` is kept to the millisecond, as every stored moment is.
    pub fn new(
        id: [u8; ID_BYTES],
        actor: Actor,
        subject: Subject,
        event: Event,
        at: Timestamp,
    ) -> Self {
        let at = Timestamp::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at);
        Self { v: VERSION, id: to_base64(&id), at, actor, subject, event }
    }

    /// JSON without spaces, members in the order of the fields: the bytes that a log hashes.
    pub fn encode(&self) -> Result<String, RecordError> {
        Ok(serde_json::to_string(self)?)
    }

    pub fn decode(text: &str) -> Result<Self, RecordError> {
        #[derive(Deserialize)]
        struct Versioned {
            v: u8,
        }
        let Versioned { v } = serde_json::from_str(text)?;
        if v != VERSION {
            return Err(RecordError::Version(v));
        }
        Ok(serde_json::from_str(text)?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::consent::{Data, EndedBy};
    use crate::id::{ConsentId, SessionId};
    use crate::journal::{Binding, GrantType};
    use crate::text::Language;

    fn record(event: Event) -> Record {
        let at = Timestamp::from_timestamp(1_700_000_000, 123_456_789).unwrap();
        let subject = Subject::Consent(ConsentId(7));
        Record::new([1; 16], Actor::Operator("aigerim".to_owned()), subject, event, at)
    }

    /// A change of these bytes is a change of [`VERSION`].
    #[test]
    fn the_written_form_is_exactly_this() {
        let bin = "080340000123".parse().unwrap();
        let event = Event::ConsentGranted {
            session: SessionId(9),
            consumer: bin,
            application: "app".to_owned(),
            providers: BTreeSet::from([bin]),
            data: BTreeSet::from([Data::Accounts, Data::Balances]),
            term_days: None,
            reads_a_day: None,
            edition: 1,
            language: Language::Ru,
        };
        assert_eq!(
            record(event).encode().unwrap(),
            concat!(
                r#"{"v":1,"id":"AQEBAQEBAQEBAQEBAQEBAQ","at":"2023-11-14T22:13:20.123Z","#,
                r#""actor":{"operator":"aigerim"},"#,
                r#""subject":{"consent":"cns_00000000000000000000000000000007"},"#,
                r#""event":"consent.granted","fields":{"session":"ids_00000000000000000000000000000009","#,
                r#""consumer":"080340000123","application":"app","providers":["080340000123"],"#,
                r#""data":["accounts","balances"],"term_days":null,"reads_a_day":null,"edition":1,"language":"ru"}}"#
            )
        );
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let client_id = "app".to_owned();
        for event in [
            Event::IdentityPassed {},
            Event::TokenIssued {
                client_id,
                grant_type: GrantType::RefreshToken,
                bound_to: Binding::Dpop,
            },
        ] {
            let record = record(event);
            assert_eq!(Record::decode(&record.encode().unwrap()).unwrap(), record);
        }
    }

    #[test]
    fn another_version_is_refused_as_such() {
        let text = record(Event::KeyRotated {}).encode().unwrap().replace("\"v\":1", "\"v\":2");
        assert!(matches!(Record::decode(&text), Err(RecordError::Version(2))));
        assert!(matches!(Record::decode("{}"), Err(RecordError::Malformed(_))));
    }

    #[test]
    fn names_are_unique_and_in_order() {
        assert!(Event::NAMES.is_sorted_by(|a, b| a < b));
        let ended = Event::ConsentEnded {
            by: EndedBy::Client,
            consumer: "080340000123".parse().unwrap(),
            granted_at: None,
            uses: 0,
        };
        let written = serde_json::to_value(&ended).unwrap();
        assert_eq!(written["event"], ended.name());
    }
}
