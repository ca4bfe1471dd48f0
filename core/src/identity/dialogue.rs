//! An identity session with its purpose, as the host stores it between two requests.

use serde::{Deserialize, Serialize};

use super::cabinet::OpenedWith;
use super::device::Device;
use super::requester::Requester;
use super::session::{Purpose, Session};
use crate::Timestamp;
use crate::agreement::Acceptance;
use crate::consent::AskedFor;
use crate::id::{AuthorizationId, PasskeyId, SessionId};
use crate::participant::view::ParticipantName;

pub struct Dialogue {
    pub id: SessionId,
    pub content: Content,
    /// Set once the session has passed.
    pub cabinet_until: Option<Timestamp>,
}

/// The sealed content of the row.
#[derive(Serialize, Deserialize)]
pub struct Content {
    pub session: Session,
    /// The consumer's request; absent in a sign-in to the cabinet.
    pub request: Option<Request>,
    /// The requester by which its checks are counted; known once the IIN has been entered.
    #[serde(default)]
    pub requester: Option<Requester>,
    /// What it was opened with, as the browser says; absent in sessions opened before that was kept.
    #[serde(default)]
    pub device: Option<Device>,
    /// The user agreement as the client accepted it; absent before.
    #[serde(default)]
    pub agreement: Option<Acceptance>,
    /// First name and first letter of the patronymic, from the Source.
    pub client_name: Option<String>,
    /// Surname, name and patronymic, from the Source: who gives a consent (CNS-8).
    #[serde(default)]
    pub full_name: Option<String>,
    /// What opened it in place of the camera.
    #[serde(default)]
    pub passkey: Option<PasskeyId>,
    /// The redirect at the end; it contains the authorization code.
    pub redirect: Option<String>,
}

impl Content {
    pub fn requester(&self) -> Requester {
        self.requester.clone().unwrap_or(Requester::Unknown)
    }

    pub fn opened_with(&self) -> OpenedWith {
        if self.passkey.is_some() { OpenedWith::Passkey } else { OpenedWith::Camera }
    }
}

/// The consumer's request. Names are copied once, so that the consent's text can't change while it is read.
#[derive(Clone, Serialize, Deserialize)]
pub struct Request {
    pub authorization: AuthorizationId,
    pub application: String,
    pub consumer: ParticipantName,
    pub providers: Vec<ParticipantName>,
    pub asked: AskedFor,
}

impl Request {
    pub fn purpose(&self) -> Purpose {
        let client = self.asked.client();
        Purpose::Authorization { iin: client.iin.clone(), phone: client.phone.clone() }
    }
}
