//! Rows of the consent register. The check `consent_state` ties the columns to the state.

use std::collections::{BTreeMap, BTreeSet};

use senim_core::Timestamp;
use senim_core::consent::words::Shown;
use senim_core::consent::{
    Consent, ConsentState, Disclosure, EndedBy, Granted, Limits, Purpose, PurposeCode,
};
use senim_core::feed::Place;
use senim_core::feed::frame::{Bits, Kind};
use senim_core::id::{Bin, ConsentId, Iin, SessionId};
use senim_core::status::StatusList;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::AssertSqlSafe;

use super::participant::by_participant;
use super::row::row;
use super::seal::Sealer;
use super::{StoreError, Tx, count, forget_over, inconsistent, millis, uncount};
use senim_channel::clock::moment;

const TABLE: &str = "consent";
const IIN_SEALED: &str = "consent.iin_sealed";
const IDENTITY_SEALED: &str = "consent.identity_sealed";
const IIN_INDEX: &str = "consent.iin_index";
const SHOWN_SEALED: &str = "consent.shown_sealed";

/// The content of the status list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusFacts {
    /// The list's length: places assigned so far.
    pub size: u64,
    /// Places of consents that have ended, ascending; without the changed ones.
    pub ended: Vec<u64>,
    /// Places of consents that their clients changed, ascending.
    pub changed: Vec<u64>,
}

/// Adds the client's decision. `shown`: the texts as displayed; they name the client (CNS-8), so they are sealed.
pub async fn add(
    tx: &mut Tx,
    consent: &Consent,
    session: SessionId,
    shown: &Shown,
) -> Result<(), StoreError> {
    let id = consent.id.to_string();
    let iin = consent.iin.expose();
    let identity = consent
        .identity
        .as_ref()
        .map(|it| tx.sealer.seal(&*tx.rng, IDENTITY_SEALED, &id, json(it).as_bytes()));
    let columns = Columns::of(&consent.state);
    sqlx::query(
        "-- consent.add
         INSERT INTO consent (id, grant_id, replaces, application, consumer, iin_index, iin_sealed, providers, limits,
                              identity_sealed, purpose_code, purpose_text, term_days, requested_at, session_id,
                              shown_sealed, state, answered_at, granted_at, expires_at, status_index, text_hash,
                              ended_at, ended_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                 $23, $24)",
    )
    .bind(id.as_str())
    .bind(consent.grant.to_string())
    .bind(consent.replaces.map(|it| it.to_string()))
    .bind(consent.application.as_str())
    .bind(consent.consumer.to_string())
    .bind(index(&tx.sealer, &consent.iin))
    .bind(tx.sealer.seal(&*tx.rng, IIN_SEALED, &id, iin.as_bytes()))
    .bind(json(&consent.providers))
    .bind(json(&consent.limits))
    .bind(identity)
    .bind(word(&consent.purpose.code))
    .bind(consent.purpose.text.as_deref())
    .bind(consent.term_days.map(i64::from))
    .bind(millis(consent.requested_at))
    .bind(session.to_string())
    .bind(tx.sealer.seal(&*tx.rng, SHOWN_SEALED, &id, json(shown).as_bytes()))
    .bind(columns.state)
    .bind(columns.answered_at)
    .bind(columns.granted_at)
    .bind(columns.expires_at)
    .bind(columns.status_index)
    .bind(columns.text_hash)
    .bind(columns.ended_at)
    .bind(columns.ended_by)
    .execute(tx.conn())
    .await?;
    let mut parties = consent.providers.clone();
    parties.insert(consent.consumer);
    for bin in parties {
        sqlx::query(
            "-- consent.add_party
             INSERT INTO consent_party (consent_id, bin)
             VALUES ($1, $2)",
        )
        .bind(id.as_str())
        .bind(bin.to_string())
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// The blind index that finds a client's consents without their IIN.
pub(super) fn index(sealer: &Sealer, iin: &Iin) -> String {
    sealer.blind(IIN_INDEX, &iin.expose())
}

/// Saves the consent's state; nothing else of it ever changes.
pub async fn save(tx: &mut Tx, consent: &Consent) -> Result<(), StoreError> {
    let columns = Columns::of(&consent.state);
    sqlx::query(
        "-- consent.save
         UPDATE consent
            SET state        = $2
              , answered_at  = $3
              , granted_at   = $4
              , expires_at   = $5
              , status_index = $6
              , text_hash    = $7
              , ended_at     = $8
              , ended_by     = $9
          WHERE id = $1",
    )
    .bind(consent.id.to_string())
    .bind(columns.state)
    .bind(columns.answered_at)
    .bind(columns.granted_at)
    .bind(columns.expires_at)
    .bind(columns.status_index)
    .bind(columns.text_hash)
    .bind(columns.ended_at)
    .bind(columns.ended_by)
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn load(tx: &mut Tx, id: ConsentId) -> Result<Option<Consent>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- consent.load
         SELECT id
              , grant_id
              , replaces
              , application
              , consumer
              , iin_sealed
              , providers
              , limits
              , identity_sealed
              , purpose_code
              , purpose_text
              , term_days
              , requested_at
              , state
              , answered_at
              , granted_at
              , expires_at
              , status_index
              , text_hash
              , ended_at
              , ended_by
           FROM consent
          WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| row.into_consent(&tx.sealer)).transpose()
}

/// The consent that took this one's place, if any.
pub async fn replaced_by(tx: &mut Tx, id: ConsentId) -> Result<Option<ConsentId>, StoreError> {
    let found = sqlx::query_scalar::<_, String>(
        "-- consent.replaced_by
         SELECT id
           FROM consent
          WHERE replaces = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    found.map(|it| it.parse().map_err(|_| inconsistent(TABLE, &it))).transpose()
}

/// The consent of a grant that has not ended; it may have expired.
pub async fn of_grant(tx: &mut Tx, grant: ConsentId) -> Result<Option<Consent>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- consent.of_grant
         SELECT id
              , grant_id
              , replaces
              , application
              , consumer
              , iin_sealed
              , providers
              , limits
              , identity_sealed
              , purpose_code
              , purpose_text
              , term_days
              , requested_at
              , state
              , answered_at
              , granted_at
              , expires_at
              , status_index
              , text_hash
              , ended_at
              , ended_by
           FROM consent
          WHERE grant_id = $1
            AND state = 'granted'
          ORDER BY granted_at DESC
          LIMIT 1",
    )
    .bind(grant.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| row.into_consent(&tx.sealer)).transpose()
}

/// All consents that a client granted, newest first, including ended ones (CNS-3).
pub async fn given_by(tx: &mut Tx, iin: &Iin) -> Result<Vec<Consent>, StoreError> {
    let rows = sqlx::query_as::<_, Row>(
        "-- consent.given_by
         SELECT id
              , grant_id
              , replaces
              , application
              , consumer
              , iin_sealed
              , providers
              , limits
              , identity_sealed
              , purpose_code
              , purpose_text
              , term_days
              , requested_at
              , state
              , answered_at
              , granted_at
              , expires_at
              , status_index
              , text_hash
              , ended_at
              , ended_by
           FROM consent
          WHERE iin_index = $1
            AND granted_at IS NOT NULL
          ORDER BY granted_at DESC
              , id",
    )
    .bind(index(&tx.sealer, iin))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|row| row.into_consent(&tx.sealer)).collect()
}

/// The texts as the client saw them.
pub async fn shown(tx: &mut Tx, id: ConsentId) -> Result<Option<Shown>, StoreError> {
    let id = id.to_string();
    let sealed = sqlx::query_scalar::<_, Vec<u8>>(
        "-- consent.shown
         SELECT shown_sealed
           FROM consent
          WHERE id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(tx.conn())
    .await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = tx.sealer.open_sealed(SHOWN_SEALED, &id, &sealed)?;
    serde_json::from_slice(&plain).map(Some).map_err(|_| inconsistent(TABLE, id))
}

/// In which session it was given.
pub async fn session_of(tx: &mut Tx, id: ConsentId) -> Result<Option<SessionId>, StoreError> {
    let found = sqlx::query_scalar::<_, String>(
        "-- consent.session_of
         SELECT session_id
           FROM consent
          WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    found.map(|it| it.parse().map_err(|_| inconsistent(TABLE, id))).transpose()
}

/// Consents that were given in this session and have not ended; they may have expired.
pub async fn standing_of_session(
    tx: &mut Tx,
    session: SessionId,
) -> Result<Vec<Consent>, StoreError> {
    let ids = sqlx::query_scalar::<_, String>(
        "-- consent.standing_of_session
         SELECT id
           FROM consent
          WHERE session_id = $1
            AND state = 'granted'
          ORDER BY id",
    )
    .bind(session.to_string())
    .fetch_all(tx.conn())
    .await?;
    let mut consents = Vec::new();
    for id in ids {
        let id = id.parse().map_err(|_| inconsistent(TABLE, &id))?;
        consents.extend(load(tx, id).await?);
    }
    Ok(consents)
}

/// How many consents in force a person gave in each session.
pub async fn in_force_by_session(
    tx: &mut Tx,
    iin: &Iin,
    now: Timestamp,
) -> Result<BTreeMap<SessionId, u64>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64)>(
        "-- consent.in_force_by_session
         SELECT session_id
              , COUNT(*)
           FROM consent
          WHERE iin_index = $1
            AND state = 'granted'
            AND (expires_at IS NULL OR expires_at > $2)
          GROUP BY session_id",
    )
    .bind(index(&tx.sealer, iin))
    .bind(millis(now))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|(id, given)| Ok((id.parse().map_err(|_| inconsistent(TABLE, &id))?, uncount(given))))
        .collect()
}

/// Notes that the client is told of the first use. `false`: they were before.
pub async fn tell_first_use(
    tx: &mut Tx,
    id: ConsentId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let told = sqlx::query(
        "-- consent.tell_first_use
         UPDATE consent
            SET told_first_use_at = $2
          WHERE id = $1
            AND told_first_use_at IS NULL",
    )
    .bind(id.to_string())
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(told.rows_affected() > 0)
}

/// Whether a consent that was given in this session is in force.
pub async fn in_force_of_session(
    tx: &mut Tx,
    session: SessionId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar::<_, i64>(
        "-- consent.in_force_of_session
         SELECT COUNT(*)
           FROM consent
          WHERE session_id = $1
            AND state = 'granted'
            AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(session.to_string())
    .bind(millis(now))
    .fetch_one(tx.conn())
    .await?;
    Ok(found > 0)
}

/// Deletes consents that were answered with no, or ended, before; returns how many rows (IDX-8). One in force stays,
/// however old it is, and so does one whose session is held.
pub async fn forget_before(
    tx: &mut Tx,
    before: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    const OVER: &str = "SELECT id
                          FROM consent
                         WHERE (answered_at < $1
                                OR ended_at < $1
                                OR (state = 'granted' AND expires_at < $1))
                           AND session_id NOT IN (SELECT session_id FROM evidence_hold WHERE held_until > $2)";
    // What took its place stays, and names it no longer.
    let unnamed = format!(
        "-- consent.forget_replaced
         UPDATE consent
            SET replaces = NULL
          WHERE replaces IN ({OVER})"
    );
    sqlx::query(AssertSqlSafe(unnamed))
        .bind(millis(before))
        .bind(millis(now))
        .execute(tx.conn())
        .await?;
    forget_over(
        tx,
        OVER,
        (before, now),
        &[
            ("consent.forget_notices", "notice", "consent_id"),
            ("consent.forget_parties", "consent_party", "consent_id"),
            ("consent.forget_refresh_tokens", "refresh_token", "consent_id"),
            ("consent.forget_before", "consent", "id"),
        ],
    )
    .await
}

/// Assigns the next place in the status list; places are never reused. Nodes are told when their lists must grow.
pub async fn allocate_index(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    let next = sqlx::query_scalar::<_, i64>(
        "-- consent.allocate_index
         UPDATE consent_index
            SET next = next + 1
          WHERE name = 'status-list'
         RETURNING next",
    )
    .fetch_one(tx.conn())
    .await?;
    let index = uncount(next - 1);
    if StatusList::grows_at(index) {
        let bits = Bits { taken: uncount(next), ..Bits::default() };
        super::feed::append(tx, Kind::Bits, bits.write(), now).await?;
    }
    Ok(index)
}

/// The number of assigned places.
pub async fn taken_indices(tx: &mut Tx) -> Result<u64, StoreError> {
    let next = sqlx::query_scalar::<_, i64>(
        "-- consent.taken_indices
         SELECT next
           FROM consent_index
          WHERE name = 'status-list'",
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(uncount(next))
}

/// Keeps which frame of the feed told nodes of the consent's end.
pub async fn set_ended_at_place(
    tx: &mut Tx,
    id: ConsentId,
    place: Place,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- consent.set_ended_at_place
         UPDATE consent
            SET ended_epoch = $2
              , ended_seq   = $3
          WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(count(place.epoch))
    .bind(count(place.seq))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The frame of the feed that told nodes of the consent's end; `None`: it has not ended, or by its term.
pub async fn ended_at_place(tx: &mut Tx, id: ConsentId) -> Result<Option<Place>, StoreError> {
    let row = sqlx::query_as::<_, (Option<i64>, Option<i64>)>(
        "-- consent.ended_at_place
         SELECT ended_epoch
              , ended_seq
           FROM consent
          WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let place = row.and_then(|(epoch, seq)| epoch.zip(seq));
    Ok(place.map(|(epoch, seq)| Place { epoch: uncount(epoch), seq: uncount(seq) }))
}

/// The current status list. Expired consents are not in it, because tokens carry their own expiry.
pub async fn ended_indices(tx: &mut Tx) -> Result<StatusFacts, StoreError> {
    let size = taken_indices(tx).await?;
    let rows = sqlx::query_as::<_, (i64, i64)>(
        "-- consent.ended_indices
         SELECT status_index
              , CASE ended_by WHEN 'changed' THEN 1 ELSE 0 END
           FROM consent
          WHERE state = 'ended'
          ORDER BY status_index",
    )
    .fetch_all(tx.conn())
    .await?;
    let (changed, ended): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.1 == 1);
    let places = |rows: Vec<(i64, i64)>| rows.into_iter().map(|row| uncount(row.0)).collect();
    Ok(StatusFacts { size, ended: places(ended), changed: places(changed) })
}

/// The number of consents under which data may flow now.
pub async fn count_active(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    let active = sqlx::query_scalar::<_, i64>(
        "-- consent.count_active
         SELECT COUNT(*)
           FROM consent
          WHERE state = 'granted'
            AND (expires_at IS NULL OR expires_at > $1)",
    )
    .bind(millis(now))
    .fetch_one(tx.conn())
    .await?;
    Ok(uncount(active))
}

/// The same for each participant that is a party to one.
pub async fn count_active_by_party(
    tx: &mut Tx,
    now: Timestamp,
) -> Result<BTreeMap<Bin, u64>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64)>(
        "-- consent.count_active_by_party
         SELECT consent_party.bin
              , COUNT(*)
           FROM consent_party
           JOIN consent ON consent.id = consent_party.consent_id
          WHERE consent.state = 'granted'
            AND (consent.expires_at IS NULL OR consent.expires_at > $1)
          GROUP BY consent_party.bin",
    )
    .bind(millis(now))
    .fetch_all(tx.conn())
    .await?;
    by_participant("consent_party", rows)
}

/// Expired consents that are not in the journal yet, and when they expired.
pub async fn expired_unrecorded(
    tx: &mut Tx,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<(ConsentId, Timestamp)>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64)>(
        "-- consent.expired_unrecorded
         SELECT id
              , expires_at
           FROM consent
          WHERE state = 'granted'
            AND expires_at <= $1
            AND told_expired_at IS NULL
          ORDER BY expires_at
          LIMIT $2",
    )
    .bind(millis(now))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|(id, expires_at)| {
            Ok((id.parse().map_err(|_| inconsistent(TABLE, &id))?, moment(expires_at)))
        })
        .collect()
}

pub async fn mark_expiry_recorded(
    tx: &mut Tx,
    id: ConsentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- consent.mark_expiry_recorded
         UPDATE consent
            SET told_expired_at = $2
          WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A state's own columns.
#[derive(Default)]
struct Columns {
    state: &'static str,
    answered_at: Option<i64>,
    granted_at: Option<i64>,
    expires_at: Option<i64>,
    status_index: Option<i64>,
    text_hash: Option<String>,
    ended_at: Option<i64>,
    ended_by: Option<String>,
}

impl Columns {
    fn of(state: &ConsentState) -> Self {
        match state {
            ConsentState::Requested => Self { state: "requested", ..Self::default() },
            ConsentState::Refused { refused_at: at } => {
                Self { state: "refused", answered_at: Some(millis(*at)), ..Self::default() }
            }
            ConsentState::Abandoned { abandoned_at: at } => {
                Self { state: "abandoned", answered_at: Some(millis(*at)), ..Self::default() }
            }
            ConsentState::Granted(granted) => Self { state: "granted", ..Self::granted(granted) },
            ConsentState::Ended { granted, ended_at, by } => Self {
                state: "ended",
                ended_at: Some(millis(*ended_at)),
                ended_by: Some(word(by)),
                ..Self::granted(granted)
            },
        }
    }

    fn granted(granted: &Granted) -> Self {
        Self {
            granted_at: Some(millis(granted.granted_at)),
            expires_at: granted.expires_at.map(millis),
            status_index: Some(count(granted.index)),
            text_hash: Some(granted.text_hash.clone()),
            ..Self::default()
        }
    }
}

row! {
    struct Row {
        id: String,
        grant_id: String,
        replaces: Option<String>,
        application: String,
        consumer: String,
        iin_sealed: Vec<u8>,
        providers: String,
        limits: String,
        identity_sealed: Option<Vec<u8>>,
        purpose_code: String,
        purpose_text: Option<String>,
        term_days: Option<i64>,
        requested_at: i64,
        state: String,
        answered_at: Option<i64>,
        granted_at: Option<i64>,
        expires_at: Option<i64>,
        status_index: Option<i64>,
        text_hash: Option<String>,
        ended_at: Option<i64>,
        ended_by: Option<String>,
    }
}

impl Row {
    fn into_consent(self, sealer: &Sealer) -> Result<Consent, StoreError> {
        let broken = || inconsistent(TABLE, &self.id);
        let iin = sealer.open_sealed(IIN_SEALED, &self.id, &self.iin_sealed)?;
        let iin = std::str::from_utf8(&iin).ok().and_then(|it| it.parse().ok());
        Ok(Consent {
            id: self.id.parse().map_err(|_| broken())?,
            grant: self.grant_id.parse().map_err(|_| broken())?,
            replaces: self.replaces.as_deref().map(str::parse).transpose().map_err(|_| broken())?,
            consumer: self.consumer.parse().map_err(|_| broken())?,
            iin: iin.ok_or_else(broken)?,
            providers: from_json::<BTreeSet<Bin>>(&self.providers).ok_or_else(broken)?,
            limits: from_json::<Limits>(&self.limits).ok_or_else(broken)?,
            identity: self.identity(sealer)?,
            purpose: Purpose {
                code: from_word::<PurposeCode>(&self.purpose_code).ok_or_else(broken)?,
                text: self
                    .purpose_text
                    .as_deref()
                    .map(str::parse)
                    .transpose()
                    .map_err(|_| broken())?,
            },
            term_days: self.term_days.map(u32::try_from).transpose().map_err(|_| broken())?,
            requested_at: moment(self.requested_at),
            state: self.state().ok_or_else(broken)?,
            application: self.application,
        })
    }

    fn identity(&self, sealer: &Sealer) -> Result<Option<Disclosure>, StoreError> {
        let Some(kept) = &self.identity_sealed else { return Ok(None) };
        let plain = sealer.open_sealed(IDENTITY_SEALED, &self.id, kept)?;
        let disclosure = serde_json::from_slice(&plain);
        disclosure.map(Some).map_err(|_| inconsistent(TABLE, &self.id))
    }

    fn state(&self) -> Option<ConsentState> {
        let granted = match (self.granted_at, self.status_index, &self.text_hash) {
            (Some(granted_at), Some(index), Some(text_hash)) => Some(Granted {
                granted_at: moment(granted_at),
                expires_at: self.expires_at.map(moment),
                index: uncount(index),
                text_hash: text_hash.clone(),
            }),
            _ => None,
        };
        let answered_at = self.answered_at.map(moment);
        match (self.state.as_str(), granted, answered_at, self.ended_at, &self.ended_by) {
            ("requested", None, None, None, None) => Some(ConsentState::Requested),
            ("refused", None, Some(refused_at), None, None) => {
                Some(ConsentState::Refused { refused_at })
            }
            ("abandoned", None, Some(abandoned_at), None, None) => {
                Some(ConsentState::Abandoned { abandoned_at })
            }
            ("granted", Some(granted), None, None, None) => Some(ConsentState::Granted(granted)),
            ("ended", Some(granted), None, Some(ended_at), Some(by)) => {
                let by = from_word::<EndedBy>(by)?;
                Some(ConsentState::Ended { granted, ended_at: moment(ended_at), by })
            }
            _ => None,
        }
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn from_json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// An enum's variant in its wire spelling.
fn word<T: Serialize>(value: &T) -> String {
    json(value).trim_matches('"').to_owned()
}

fn from_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}
