//! What the app keeps, in one file: who is signed in, what is under way, what is connected.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use senim_core::consent::Data;
use senim_core::exchange::{Account, Balance};
use senim_core::id::{Bin, ConsentId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::platform::Tokens;
use crate::setup::files::{self, Secrecy};

/// An authorization that did not come back by then is forgotten.
const PENDING_S: i64 = 3600;
const SESSIONS_MAX: usize = 500;

pub(super) struct Kept {
    file: PathBuf,
    state: Mutex<Everything>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Everything {
    sessions: BTreeMap<String, Session>,
    /// By the `state` of the request.
    pending: BTreeMap<String, Pending>,
    links: Vec<Link>,
    /// By person: the latest alone.
    received: BTreeMap<String, Received>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Session {
    person: String,
    signed_in_at: DateTime<Utc>,
    told: Option<Told>,
}

/// Told once, on the next page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Told {
    Connected,
    SignedIn,
    ReadAgain,
    GivenBack,
    Problem(Trouble),
}

/// A request that was not answered as hoped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trouble {
    /// The platform's problem code, or OAuth's error.
    pub(super) code: String,
    /// The platform's own sentence.
    pub(super) sentence: String,
}

/// Between the pushed request and the client's return.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) session: String,
    pub(super) person: String,
    pub(super) wanted: Wanted,
    /// Authentication alone, and not accounts.
    #[serde(default)]
    pub(super) sign_in: Option<SignIn>,
    pub(super) verifier: String,
    /// The DPoP key, one a link.
    pub(super) key: String,
    pub(super) begun_at: DateTime<Utc>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SignIn {
    /// What the ID token must repeat.
    pub(super) nonce: String,
}

/// What came of an authentication.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Received {
    pub(super) at: DateTime<Utc>,
    /// The claims.
    pub(super) id_token: Value,
    pub(super) userinfo: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub(super) banks: Vec<Bin>,
    pub(super) data: Vec<Data>,
    pub(super) term_days: Option<u32>,
    /// Read by ourselves as well, while the client is away.
    #[serde(default)]
    pub(super) unattended: bool,
}

/// A consent of a client, and what was read under it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Link {
    pub(super) id: String,
    pub(super) person: String,
    pub(super) wanted: Wanted,
    pub(super) key: String,
    pub(super) connected_at: DateTime<Utc>,
    pub(super) state: LinkState,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub(super) enum LinkState {
    Active {
        tokens: Tokens,
        banks: Vec<BankRead>,
    },
    /// Nothing that was read is here any more (OAPI-5).
    Ended {
        code: String,
        ended_at: DateTime<Utc>,
    },
}

/// What one bank told.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct BankRead {
    pub(super) bank: Bin,
    pub(super) read_at: DateTime<Utc>,
    /// Why there is nothing new.
    pub(super) trouble: Option<Trouble>,
    pub(super) accounts: Vec<AccountRead>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct AccountRead {
    pub(super) account: Account,
    /// Empty where the consent does not cover balances.
    pub(super) balances: Vec<Balance>,
}

impl Kept {
    pub(super) fn open(data_dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(data_dir).with_context(|| data_dir.display().to_string())?;
        let file = data_dir.join("consumer.json");
        let state = match std::fs::read(&file) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).with_context(|| file.display().to_string())?
            }
            Err(_) => Everything::default(),
        };
        Ok(Self { file, state: Mutex::new(state) })
    }

    fn read(&self) -> MutexGuard<'_, Everything> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Everything) -> T) -> T {
        let mut state = self.read();
        let changed = change(&mut state);
        let written = serde_json::to_vec(&*state)
            .map_err(anyhow::Error::from)
            .and_then(|bytes| files::write(&self.file, &bytes, Secrecy::Secret));
        if let Err(error) = written {
            tracing::error!(%error, "what the consumer keeps could not be written");
        }
        changed
    }

    /// Who signed in, and when.
    pub(super) fn signed_in(&self, session: &str) -> Option<(String, DateTime<Utc>)> {
        let state = self.read();
        let session = state.sessions.get(session)?;
        Some((session.person.clone(), session.signed_in_at))
    }

    pub(super) fn sign_in(&self, session: String, person: String, signed_in_at: DateTime<Utc>) {
        self.change(|it| {
            if it.sessions.len() >= SESSIONS_MAX {
                it.sessions.pop_first();
            }
            it.sessions.insert(session, Session { person, signed_in_at, told: None });
        });
    }

    pub(super) fn sign_out(&self, session: &str) {
        self.change(|it| it.sessions.remove(session));
    }

    pub(super) fn tell(&self, session: &str, told: Told) {
        self.change(|it| {
            if let Some(session) = it.sessions.get_mut(session) {
                session.told = Some(told);
            }
        });
    }

    pub(super) fn told(&self, session: &str) -> Option<Told> {
        let waiting = self.read().sessions.get(session).is_some_and(|it| it.told.is_some());
        if !waiting {
            return None;
        }
        self.change(|it| it.sessions.get_mut(session)?.told.take())
    }

    pub(super) fn begin(&self, state: String, pending: Pending) {
        let now = pending.begun_at;
        self.change(|it| {
            it.pending.retain(|_, old| (now - old.begun_at).num_seconds() < PENDING_S);
            it.pending.insert(state, pending);
        });
    }

    /// A state is good once, and only in the browser that began.
    pub(super) fn returned(&self, state: &str, session: &str) -> Option<Pending> {
        self.change(|it| {
            it.pending.get(state).filter(|it| it.session == session)?;
            it.pending.remove(state)
        })
    }

    pub(super) fn add(&self, link: Link) {
        self.change(|it| it.links.push(link));
    }

    pub(super) fn receive(&self, person: String, received: Received) {
        self.change(|it| it.received.insert(person, received));
    }

    pub(super) fn received(&self, person: &str) -> Option<Received> {
        self.read().received.get(person).cloned()
    }

    pub(super) fn delete_received(&self, person: &str) {
        self.change(|it| it.received.remove(person));
    }

    /// Of this person, newest first.
    pub(super) fn links(&self, person: &str) -> Vec<Link> {
        self.read().links.iter().rev().filter(|it| it.person == person).cloned().collect()
    }

    pub(super) fn link(&self, person: &str, id: &str) -> Option<Link> {
        self.read().links.iter().find(|it| it.person == person && it.id == id).cloned()
    }

    /// Those whose tokens are of this consent.
    pub(super) fn of_consent(&self, consent: ConsentId) -> Vec<Link> {
        let of = |it: &&Link| match &it.state {
            LinkState::Active { tokens, .. } => {
                tokens.granted().and_then(|it| it.consent_id) == Some(consent)
            }
            LinkState::Ended { .. } => false,
        };
        self.read().links.iter().filter(of).cloned().collect()
    }

    /// Those that are read while their clients are away.
    pub(super) fn unattended(&self) -> Vec<Link> {
        let active = |it: &&Link| matches!(it.state, LinkState::Active { .. });
        self.read().links.iter().filter(|it| it.wanted.unattended).filter(active).cloned().collect()
    }

    /// What ended stays ended, also where a read that began before comes back later.
    pub(super) fn update(&self, id: &str, wanted: Wanted, state: LinkState) {
        self.change(|it| {
            if let Some(link) = it.links.iter_mut().find(|it| it.id == id)
                && matches!(link.state, LinkState::Active { .. })
            {
                (link.wanted, link.state) = (wanted, state);
            }
        });
    }

    pub(super) fn forget(&self, person: &str, id: &str) {
        self.change(|it| {
            let ended = |it: &Link| matches!(it.state, LinkState::Ended { .. });
            it.links.retain(|it| !(it.person == person && it.id == id && ended(it)));
        });
    }
}
