//! Notices and deletions as the cabinet and the console show them.

use serde::{Deserialize, Serialize};

use super::{Notice, Stage};
use crate::Timestamp;
use crate::consent::view::DeletionView;
use crate::id::{ConsentId, NoticeId};
use crate::participant::view::ParticipantName;

/// `GET /api/console/notices`: one that was not acknowledged, or whose deletion is not attested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NoticeView {
    pub id: NoticeId,
    pub consent: ConsentId,
    pub consumer: ParticipantName,
    /// The `client_id`.
    pub application: String,
    /// How often it was told without an acknowledgement.
    pub tries: u32,
    /// When it is told again; absent: it is acknowledged.
    pub next_try_at: Option<Timestamp>,
    /// The last fault, in one word.
    pub fault: Option<String>,
    pub deletion: DeletionView,
}

impl Notice {
    pub fn deletion(&self, now: Timestamp) -> DeletionView {
        let (acknowledged_at, deleted_at) = match self.stage {
            Stage::Asked { .. } => (None, None),
            Stage::Acknowledged { at } => (Some(at), None),
            Stage::Deleted { acknowledged_at, at } => (Some(acknowledged_at), Some(at)),
        };
        DeletionView {
            asked_at: self.ended_at,
            delete_by: self.delete_by,
            acknowledged_at,
            deleted_at,
            overdue: self.overdue(now),
        }
    }

    pub fn view(&self, consumer: ParticipantName, now: Timestamp) -> NoticeView {
        let (tries, next_try_at, fault) = match &self.stage {
            Stage::Asked { tries, next_try_at, fault } => {
                (*tries, Some(*next_try_at), fault.clone())
            }
            Stage::Acknowledged { .. } | Stage::Deleted { .. } => (0, None, None),
        };
        NoticeView {
            id: self.id,
            consent: self.consent,
            consumer,
            application: self.application.clone(),
            tries,
            next_try_at,
            fault,
            deletion: self.deletion(now),
        }
    }
}
