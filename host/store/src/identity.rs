//! Rows of identity sessions: the sealed dialogue, and columns for searching and counting.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::alert::FORMER_NUMBER_FOR;
use senim_core::id::{AuthorizationId, Iin, Phone, SessionId};
use senim_core::identity::requester::KNOWN_DAYS;

use super::row::row;
use super::seal::Sealer;
use super::{StoreError, Tx, count, forget_over, inconsistent, millis, uncount};
use senim_channel::clock::{Rng, moment};
use senim_core::identity::dialogue::{Content, Dialogue};

const DIALOGUE_SEALED: &str = "identity_session.dialogue_sealed";
const PHONE_SEALED: &str = "identity_phone.phone_sealed";
const FORMER_SEALED: &str = "identity_phone.former_sealed";
pub(super) const IIN_INDEX: &str = "identity_block.iin_index";
const SESSION_INDEX: &str = "identity_session.iin_index";
/// The lifetime of the browser's cookie.
const KNOWN: TimeDelta = TimeDelta::days(KNOWN_DAYS as i64);

pub async fn add(
    tx: &mut Tx,
    dialogue: &Dialogue,
    secret_hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let columns = Columns::of(dialogue);
    sqlx::query(
        "-- identity.add
         INSERT INTO identity_session (id, secret_hash, authorization_id, dialogue_sealed, started_at, state,
                                       deadline_at, ended_at, problem, cabinet_until, iin_index, passkey_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(dialogue.id.to_string())
    .bind(secret_hash)
    .bind(dialogue.content.request.as_ref().map(|it| it.authorization.to_string()))
    .bind(sealed(&tx.sealer, &*tx.rng, dialogue))
    .bind(millis(now))
    .bind(columns.state)
    .bind(columns.deadline_at)
    .bind(columns.ended_at)
    .bind(columns.problem)
    .bind(columns.cabinet_until)
    .bind(index_of(&tx.sealer, dialogue))
    .bind(dialogue.content.passkey.map(|it| it.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn save(tx: &mut Tx, dialogue: &Dialogue) -> Result<(), StoreError> {
    let columns = Columns::of(dialogue);
    sqlx::query(
        "-- identity.save
         UPDATE identity_session
            SET dialogue_sealed = $2
              , state           = $3
              , deadline_at     = $4
              , ended_at        = $5
              , problem         = $6
              , cabinet_until   = $7
              , iin_index       = $8
          WHERE id = $1",
    )
    .bind(dialogue.id.to_string())
    .bind(sealed(&tx.sealer, &*tx.rng, dialogue))
    .bind(columns.state)
    .bind(columns.deadline_at)
    .bind(columns.ended_at)
    .bind(columns.problem)
    .bind(columns.cabinet_until)
    .bind(index_of(&tx.sealer, dialogue))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The session of a browser, by the hash of its cookie.
pub async fn by_secret(tx: &mut Tx, secret_hash: &str) -> Result<Option<Dialogue>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- identity.by_secret
         SELECT id
              , secret_hash
              , dialogue_sealed
              , cabinet_until
           FROM identity_session
          WHERE secret_hash = $1",
    )
    .bind(secret_hash)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| row.into_dialogue(&tx.sealer)).transpose()
}

/// A session that ended after `since`, whose response may have been lost, by the hash of its previous cookie.
pub async fn by_former_secret(
    tx: &mut Tx,
    secret_hash: &str,
    since: Timestamp,
) -> Result<Option<Dialogue>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- identity.by_former_secret
         SELECT id
              , secret_hash
              , dialogue_sealed
              , cabinet_until
           FROM identity_session
          WHERE former_secret_hash = $1
            AND ended_at > $2",
    )
    .bind(secret_hash)
    .bind(millis(since))
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| row.into_dialogue(&tx.sealer)).transpose()
}

/// The session of a pushed request, and the hash of its browser's cookie.
pub async fn by_authorization(
    tx: &mut Tx,
    authorization: AuthorizationId,
) -> Result<Option<(Dialogue, String)>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- identity.by_authorization
         SELECT id
              , secret_hash
              , dialogue_sealed
              , cabinet_until
           FROM identity_session
          WHERE authorization_id = $1",
    )
    .bind(authorization.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let secret_hash = row.secret_hash.clone();
    Ok(Some((row.into_dialogue(&tx.sealer)?, secret_hash)))
}

pub async fn load(tx: &mut Tx, id: SessionId) -> Result<Option<Dialogue>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- identity.load
         SELECT id
              , secret_hash
              , dialogue_sealed
              , cabinet_until
           FROM identity_session
          WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| row.into_dialogue(&tx.sealer)).transpose()
}

/// Replaces the session's secret; the former one grants no access from now on.
///
/// `former`: the hash of the cookie that may still see how the session ended.
pub async fn change_secret(
    tx: &mut Tx,
    id: SessionId,
    secret_hash: &str,
    former: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- identity.change_secret
         UPDATE identity_session
            SET secret_hash        = $2
              , former_secret_hash = $3
          WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(secret_hash)
    .bind(former.map(str::to_owned))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Open sessions with a deadline that has passed.
pub async fn due(tx: &mut Tx, now: Timestamp, limit: u64) -> Result<Vec<SessionId>, StoreError> {
    let rows = sqlx::query_scalar::<_, String>(
        "-- identity.due
         SELECT id
           FROM identity_session
          WHERE deadline_at <= $1
          ORDER BY deadline_at
          LIMIT $2",
    )
    .bind(millis(now))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|id| id.parse().map_err(|_| inconsistent("identity_session", &id)))
        .collect()
}

/// Whether this person has proved their identity in the browser with this cookie.
pub async fn browser_knows(
    tx: &mut Tx,
    secret_hash: &str,
    iin: &Iin,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar::<_, i64>(
        "-- identity.browser_knows
         SELECT COUNT(*)
           FROM identity_browser
          WHERE secret_hash = $1
            AND iin_index = $2
            AND known_at > $3",
    )
    .bind(secret_hash)
    .bind(tx.sealer.blind(IIN_INDEX, &iin.expose()))
    .bind(millis(now - KNOWN))
    .fetch_one(tx.conn())
    .await?;
    Ok(found > 0)
}

/// Whether anybody has proved their identity in the browser with this cookie.
pub async fn browser_known(
    tx: &mut Tx,
    secret_hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar::<_, i64>(
        "-- identity.browser_known
         SELECT COUNT(*)
           FROM identity_browser
          WHERE secret_hash = $1
            AND known_at > $2",
    )
    .bind(secret_hash)
    .bind(millis(now - KNOWN))
    .fetch_one(tx.conn())
    .await?;
    Ok(found > 0)
}

/// Notes that a person has proved their identity in a browser, whose cookie changes from `former`.
pub async fn know_browser(
    tx: &mut Tx,
    former: Option<&str>,
    secret_hash: &str,
    iin: &Iin,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- identity.rename_browser
         UPDATE identity_browser
            SET secret_hash = $2
          WHERE secret_hash = $1",
    )
    .bind(former.unwrap_or_default())
    .bind(secret_hash)
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "-- identity.know_browser
         INSERT INTO identity_browser (secret_hash, iin_index, known_at)
         VALUES ($1, $2, $3)
         ON CONFLICT (secret_hash, iin_index) DO UPDATE SET known_at = $3",
    )
    .bind(secret_hash)
    .bind(tx.sealer.blind(IIN_INDEX, &iin.expose()))
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The person has confirmed a request with a code sent to this number.
pub async fn confirm_phone(
    tx: &mut Tx,
    iin: &Iin,
    phone: &Phone,
    now: Timestamp,
) -> Result<(), StoreError> {
    let former = confirmed_phone(tx, iin).await?.filter(|it| it != phone);
    let person = tx.sealer.blind(IIN_INDEX, &iin.expose());
    let sealed = tx.sealer.seal(&*tx.rng, PHONE_SEALED, &person, phone.expose().as_bytes());
    sqlx::query(
        "-- identity.confirm_phone
         INSERT INTO identity_phone (iin_index, phone_sealed, confirmed_at)
         VALUES ($1, $2, $3)
         ON CONFLICT (iin_index) DO UPDATE
            SET phone_sealed = excluded.phone_sealed
              , confirmed_at = excluded.confirmed_at",
    )
    .bind(&person)
    .bind(sealed)
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    let Some(former) = former else { return Ok(()) };
    let sealed = tx.sealer.seal(&*tx.rng, FORMER_SEALED, &person, former.expose().as_bytes());
    sqlx::query(
        "-- identity.keep_former_phone
         UPDATE identity_phone
            SET former_sealed = $2
              , changed_at    = $3
          WHERE iin_index = $1",
    )
    .bind(&person)
    .bind(sealed)
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The number before the confirmed one, where it was changed after `since`.
pub async fn former_phone(
    tx: &mut Tx,
    iin: &Iin,
    since: Timestamp,
) -> Result<Option<Phone>, StoreError> {
    let person = tx.sealer.blind(IIN_INDEX, &iin.expose());
    let sealed = sqlx::query_scalar::<_, Vec<u8>>(
        "-- identity.former_phone
         SELECT former_sealed
           FROM identity_phone
          WHERE iin_index = $1
            AND changed_at > $2
            AND former_sealed IS NOT NULL",
    )
    .bind(&person)
    .bind(millis(since))
    .fetch_optional(tx.conn())
    .await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let opened = tx.sealer.open_sealed(FORMER_SEALED, &person, &sealed)?;
    let phone = String::from_utf8(opened).ok().and_then(|it| it.parse().ok());
    phone.map(Some).ok_or_else(|| inconsistent("identity_phone", &person))
}

/// The number that the person's latest request was confirmed with.
pub async fn confirmed_phone(tx: &mut Tx, iin: &Iin) -> Result<Option<Phone>, StoreError> {
    let person = tx.sealer.blind(IIN_INDEX, &iin.expose());
    let sealed = sqlx::query_scalar::<_, Vec<u8>>(
        "-- identity.confirmed_phone
         SELECT phone_sealed
           FROM identity_phone
          WHERE iin_index = $1",
    )
    .bind(&person)
    .fetch_optional(tx.conn())
    .await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let opened = tx.sealer.open_sealed(PHONE_SEALED, &person, &sealed)?;
    let phone = String::from_utf8(opened).ok().and_then(|it| it.parse().ok());
    phone.map(Some).ok_or_else(|| inconsistent("identity_phone", &person))
}

/// Deletes draws before `drawn_before`, expired blocks, expired browsers and former numbers that get no alerts any more.
pub async fn forget_requesters(
    tx: &mut Tx,
    drawn_before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (statement, before) in [
        (
            "-- identity.forget_old_draws
             DELETE FROM identity_draw
              WHERE drawn_at < $1",
            drawn_before,
        ),
        (
            "-- identity.forget_blocks
             DELETE FROM identity_block
              WHERE blocked_until < $1",
            now,
        ),
        (
            "-- identity.forget_browsers
             DELETE FROM identity_browser
              WHERE known_at < $1",
            now - KNOWN,
        ),
        (
            "-- identity.forget_former_phones
             UPDATE identity_phone
                SET former_sealed = NULL
                  , changed_at    = NULL
              WHERE changed_at < $1",
            now - FORMER_NUMBER_FOR,
        ),
    ] {
        sqlx::query(statement).bind(millis(before)).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Deletes sessions that started before, with what is left of their checks, but held ones; returns the number of rows.
/// One whose pictures are still there waits until these are destroyed.
pub async fn forget_before(
    tx: &mut Tx,
    before: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    const OVER: &str = "SELECT id
                          FROM identity_session
                         WHERE started_at < $1
                           AND id NOT IN (SELECT session_id FROM evidence_hold WHERE held_until > $2)
                           AND id NOT IN (SELECT session_id FROM evidence_frames)";
    let gone = forget_over(
        tx,
        OVER,
        (before, now),
        &[
            ("identity.forget_rejected", "evidence_rejected", "session_id"),
            ("identity.forget_bundles", "evidence_bundle", "session_id"),
            ("identity.forget_checks", "identity_check", "session_id"),
            ("identity.forget_handoffs", "identity_handoff", "session_id"),
            ("identity.forget_left", "identity_left", "session_id"),
            ("identity.forget_sessions", "identity_session", "id"),
        ],
    )
    .await?;
    let phones = sqlx::query(
        "-- identity.forget_phones
         DELETE FROM identity_phone
          WHERE confirmed_at < $1",
    )
    .bind(millis(before))
    .execute(tx.conn())
    .await?;
    Ok(gone + phones.rows_affected())
}

/// Open sessions about a person.
pub async fn open_of(tx: &mut Tx, iin: &Iin) -> Result<Vec<Dialogue>, StoreError> {
    let rows = sqlx::query_as::<_, Row>(
        "-- identity.open_of
         SELECT id
              , secret_hash
              , dialogue_sealed
              , cabinet_until
           FROM identity_session
          WHERE iin_index = $1
            AND ended_at IS NULL",
    )
    .bind(index(&tx.sealer, iin))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|row| row.into_dialogue(&tx.sealer)).collect()
}

/// Sessions about a person and when each began, the newest first: those that passed, or all others.
pub async fn of_person(
    tx: &mut Tx,
    iin: &Iin,
    passed: bool,
    limit: u64,
) -> Result<Vec<(Dialogue, Timestamp)>, StoreError> {
    let rows = sqlx::query_as::<_, BegunRow>(
        "-- identity.of_person
         SELECT id
              , dialogue_sealed
              , cabinet_until
              , started_at
           FROM identity_session
          WHERE iin_index = $1
            AND (CASE WHEN state = 'passed' THEN 1 ELSE 0 END) = $2
          ORDER BY started_at DESC
              , id
          LIMIT $3",
    )
    .bind(index(&tx.sealer, iin))
    .bind(i64::from(passed))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|BegunRow { id, dialogue_sealed, cabinet_until, started_at }| {
            let row = Row { id, secret_hash: String::new(), dialogue_sealed, cabinet_until };
            Ok((row.into_dialogue(&tx.sealer)?, moment(started_at)))
        })
        .collect()
}

/// Signs a person out of the cabinet everywhere but in one session; returns in how many.
pub async fn sign_out_others(
    tx: &mut Tx,
    iin: &Iin,
    but: SessionId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let ended = sqlx::query(
        "-- identity.sign_out_others
         UPDATE identity_session
            SET cabinet_until = $3
          WHERE iin_index = $1
            AND id <> $2
            AND cabinet_until > $3",
    )
    .bind(index(&tx.sealer, iin))
    .bind(but.to_string())
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(ended.rows_affected())
}

/// Forgets in which browsers a person has proved their identity, but for one.
pub async fn forget_browsers_but(
    tx: &mut Tx,
    iin: &Iin,
    but: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- identity.forget_browsers_but
         DELETE FROM identity_browser
          WHERE iin_index = $1
            AND secret_hash <> $2",
    )
    .bind(tx.sealer.blind(IIN_INDEX, &iin.expose()))
    .bind(but.unwrap_or_default())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The blind index that finds a person's sessions without their IIN.
pub(super) fn index(sealer: &Sealer, iin: &Iin) -> String {
    sealer.blind(SESSION_INDEX, &iin.expose())
}

fn index_of(sealer: &Sealer, dialogue: &Dialogue) -> Option<String> {
    dialogue.content.session.person().map(|it| index(sealer, &it.iin))
}

/// Counts one more attempt of `subject` in the window that began at `window_at`; returns the number so far.
pub async fn attempt(tx: &mut Tx, subject: &str, window_at: Timestamp) -> Result<u64, StoreError> {
    let attempts = sqlx::query_scalar::<_, i64>(
        "-- identity.attempt
         INSERT INTO identity_attempt (subject, window_at, attempts)
         VALUES ($1, $2, 1)
         ON CONFLICT (subject, window_at) DO UPDATE SET attempts = identity_attempt.attempts + 1
         RETURNING attempts",
    )
    .bind(subject)
    .bind(millis(window_at))
    .fetch_one(tx.conn())
    .await?;
    Ok(uncount(attempts))
}

/// Deletes expired windows.
pub async fn forget_attempts(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- identity.forget_attempts
         DELETE FROM identity_attempt
          WHERE window_at < $1",
    )
    .bind(millis(before))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The number of sessions started, passed and failed in each minute after `since`. Where a passkey opened the cabinet, nobody
/// proved an identity.
pub async fn by_minute(
    tx: &mut Tx,
    since: Timestamp,
) -> Result<BTreeMap<u64, (u64, u64, u64)>, StoreError> {
    let rows = sqlx::query_as::<_, (i64, i64, i64, i64)>(
        "-- identity.by_minute
         SELECT minute
              , CAST(SUM(started) AS BIGINT)
              , CAST(SUM(passed) AS BIGINT)
              , CAST(SUM(failed) AS BIGINT)
           FROM (SELECT (started_at - $1) / 60000 AS minute, 1 AS started, 0 AS passed, 0 AS failed
                   FROM identity_session
                  WHERE started_at >= $1
                    AND passkey_id IS NULL
                 UNION ALL
                 SELECT (ended_at - $1) / 60000
                      , 0
                      , CASE WHEN state = 'passed' THEN 1 ELSE 0 END
                      , CASE WHEN state = 'failed' THEN 1 ELSE 0 END
                   FROM identity_session
                  WHERE ended_at >= $1
                    AND passkey_id IS NULL) AS moves
          GROUP BY minute",
    )
    .bind(millis(since))
    .fetch_all(tx.conn())
    .await?;
    let minute = |(minute, started, passed, failed): (i64, i64, i64, i64)| {
        (uncount(minute), (uncount(started), uncount(passed), uncount(failed)))
    };
    Ok(rows.into_iter().map(minute).collect())
}

/// A state's own columns.
struct Columns {
    state: &'static str,
    deadline_at: Option<i64>,
    ended_at: Option<i64>,
    problem: Option<&'static str>,
    cabinet_until: Option<i64>,
}

impl Columns {
    fn of(dialogue: &Dialogue) -> Self {
        let session = &dialogue.content.session;
        let problem = session.failure().map(|why| why.problem().code());
        let state = match (session.ended_at(), problem) {
            (None, _) => "open",
            (Some(_), None) => "passed",
            (Some(_), Some(_)) => "failed",
        };
        Self {
            state,
            deadline_at: session.deadline().map(millis),
            ended_at: session.ended_at().map(millis),
            problem,
            cabinet_until: dialogue.cabinet_until.map(millis),
        }
    }
}

row! {
    struct BegunRow {
        id: String,
        dialogue_sealed: Vec<u8>,
        cabinet_until: Option<i64>,
        started_at: i64,
    }
}

row! {
    struct Row {
        id: String,
        secret_hash: String,
        dialogue_sealed: Vec<u8>,
        cabinet_until: Option<i64>,
    }
}

impl Row {
    fn into_dialogue(self, sealer: &Sealer) -> Result<Dialogue, StoreError> {
        let broken = || inconsistent("identity_session", &self.id);
        let plain = sealer.open_sealed(DIALOGUE_SEALED, &self.id, &self.dialogue_sealed)?;
        Ok(Dialogue {
            id: self.id.parse().map_err(|_| broken())?,
            content: serde_json::from_slice::<Content>(&plain).map_err(|_| broken())?,
            cabinet_until: self.cabinet_until.map(moment),
        })
    }
}

fn sealed(sealer: &Sealer, rng: &dyn Rng, dialogue: &Dialogue) -> Vec<u8> {
    let plain = serde_json::to_vec(&dialogue.content).unwrap_or_default();
    sealer.seal(rng, DIALOGUE_SEALED, &dialogue.id.to_string(), &plain)
}
