//! A sample SMS gateway: what it is given it shows on the page of the phone, and sends nowhere.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use senim_core::id::{MessageId, Phone};
use serde::{Deserialize, Serialize};

const KEPT_MAX: usize = 500;
const TEXT_MAX: usize = 1000;

/// `POST /sms/v1/messages`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// A second message with the same one is the first again.
    pub id: MessageId,
    pub to: Phone,
    pub text: String,
}

#[derive(Clone, Serialize)]
pub struct Message {
    pub id: MessageId,
    pub to: Phone,
    pub text: String,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Default)]
pub struct Outbox(Arc<Mutex<VecDeque<Message>>>);

impl Outbox {
    /// Whether the gateway takes it.
    pub fn take(&self, asked: Send, now: DateTime<Utc>) -> bool {
        if asked.text.is_empty() || asked.text.chars().count() > TEXT_MAX {
            return false;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.iter().all(|it| it.id != asked.id) {
            kept.push_front(Message { id: asked.id, to: asked.to, text: asked.text, at: now });
            kept.truncate(KEPT_MAX);
        }
        true
    }

    /// Newest first.
    pub fn messages(&self, to: Option<&Phone>) -> Vec<Message> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().filter(|it| to.is_none_or(|to| it.to == *to)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_sent_again_is_one_message_and_the_newest_is_first() {
        let outbox = Outbox::default();
        let send = |id, to: &str, text: &str| {
            let asked = Send { id: MessageId(id), to: to.parse().unwrap(), text: text.to_owned() };
            outbox.take(asked, DateTime::from_timestamp(0, 0).unwrap())
        };
        assert!(send(1, "+77010000001", "one") && send(2, "+77010000002", "two"));
        assert!(send(1, "+77010000001", "one"));
        assert!(!send(3, "+77010000001", ""));
        let texts = |to: Option<&Phone>| -> Vec<_> {
            outbox.messages(to).into_iter().map(|it| it.text).collect()
        };
        assert_eq!(texts(None), ["two", "one"]);
        assert_eq!(texts(Some(&"+77010000001".parse().unwrap())), ["one"]);
    }
}
