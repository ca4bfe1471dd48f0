//! Rows of liveness evidence: sealed bundles and frames, and the prints and digests that detect repeated frames.

use senim_core::Timestamp;
use senim_core::id::{Iin, SessionId};
use senim_core::jose::sha256;
use senim_core::liveness::print::{Print, SAME_MAX};
use senim_core::retention::HeldFor;

use super::seal::Sealer;
use super::{StoreError, Tx, count, inconsistent, millis, uncount};
use senim_channel::clock::moment;

const BUNDLE_SEALED: &str = "evidence_bundle.bundle_sealed";
const HEAD_SEALED: &str = "evidence_rejected.head_sealed";
const KEY_SEALED: &str = "evidence_frames.key_sealed";
const PACK: &str = "evidence_frames.pack";

/// The pack as received, kept until `forget_at`, encrypted under a key of its own. Whoever holds a copy of the row's
/// pack, in a backup or a log of the database, can't open it once that key is destroyed.
pub async fn add_frames(
    tx: &mut Tx,
    (session, number): (SessionId, u8),
    pack: &[u8],
    forget_at: Timestamp,
) -> Result<(), StoreError> {
    let mut key = [0; 32];
    tx.rng.fill(&mut key);
    let place = row(session, number);
    sqlx::query(
        "-- evidence.add_frames
         INSERT INTO evidence_frames (session_id, number, digest, pack, key_sealed, forget_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .bind(sha256(pack))
    .bind(Sealer::new(&key).seal(&*tx.rng, PACK, &place, pack))
    .bind(tx.sealer.seal(&*tx.rng, KEY_SEALED, &place, &key))
    .bind(millis(forget_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A body whose images are not kept.
pub struct Rejected<'a> {
    /// SHA-256 of the whole, in hexadecimal.
    pub digest: &'a str,
    pub length: usize,
    /// Its first bytes.
    pub head: &'a [u8],
}

/// Kept until `forget_at`.
pub async fn add_rejected(
    tx: &mut Tx,
    (session, number): (SessionId, u8),
    rejected: Rejected<'_>,
    forget_at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- evidence.add_rejected
         INSERT INTO evidence_rejected (session_id, number, digest, length, head_sealed, forget_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .bind(rejected.digest)
    .bind(i64::try_from(rejected.length).unwrap_or(i64::MAX))
    .bind(tx.sealer.seal(&*tx.rng, HEAD_SEALED, &row(session, number), rejected.head))
    .bind(millis(forget_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Digest, length and first bytes of a body whose images were not kept.
pub async fn rejected(
    tx: &mut Tx,
    session: SessionId,
    number: u8,
) -> Result<Option<(String, u64, Vec<u8>)>, StoreError> {
    let found = sqlx::query_as::<_, (String, i64, Vec<u8>)>(
        "-- evidence.rejected
         SELECT digest
              , length
              , head_sealed
           FROM evidence_rejected
          WHERE session_id = $1
            AND number = $2",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .fetch_optional(tx.conn())
    .await?;
    let Some((digest, length, head)) = found else { return Ok(None) };
    let head = tx.sealer.open_sealed(HEAD_SEALED, &row(session, number), &head)?;
    Ok(Some((digest, uncount(length), head)))
}

/// Facts and verdict, as JSON; `digest` is its SHA-256.
pub async fn add_bundle(
    tx: &mut Tx,
    (session, number): (SessionId, u8),
    (bundle, digest): (&[u8], &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- evidence.add_bundle
         INSERT INTO evidence_bundle (session_id, number, bundle_sealed, digest, made_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .bind(tx.sealer.seal(&*tx.rng, BUNDLE_SEALED, &row(session, number), bundle))
    .bind(digest)
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A bundle and the digest stored with it.
pub async fn bundle(
    tx: &mut Tx,
    session: SessionId,
    number: u8,
) -> Result<Option<(Vec<u8>, String)>, StoreError> {
    let found = sqlx::query_as::<_, (Vec<u8>, String)>(
        "-- evidence.bundle
         SELECT bundle_sealed
              , digest
           FROM evidence_bundle
          WHERE session_id = $1
            AND number = $2",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .fetch_optional(tx.conn())
    .await?;
    let Some((bundle, digest)) = found else { return Ok(None) };
    Ok(Some((tx.sealer.open_sealed(BUNDLE_SEALED, &row(session, number), &bundle)?, digest)))
}

/// The pack; `None` once it has been destroyed.
pub async fn frames(
    tx: &mut Tx,
    session: SessionId,
    number: u8,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found = sqlx::query_as::<_, (Vec<u8>, Vec<u8>)>(
        "-- evidence.frames
         SELECT pack
              , key_sealed
           FROM evidence_frames
          WHERE session_id = $1
            AND number = $2",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .fetch_optional(tx.conn())
    .await?;
    let Some((pack, key)) = found else { return Ok(None) };
    let place = row(session, number);
    let key = tx.sealer.open_sealed(KEY_SEALED, &place, &key)?;
    let key: [u8; 32] = key.try_into().map_err(|_| inconsistent("evidence_frames", &place))?;
    Sealer::new(&key).open_sealed(PACK, &place, &pack).map(Some)
}

/// Saves the digests of a check's frames; returns for each, in order, whether an identical frame came in an
/// earlier check of any person.
pub async fn remember_digests(
    tx: &mut Tx,
    (session, number): (SessionId, u8),
    digests: &[String],
    now: Timestamp,
) -> Result<Vec<bool>, StoreError> {
    let mut known = Vec::with_capacity(digests.len());
    for digest in digests {
        let earlier = sqlx::query_scalar::<_, i64>(
            "-- evidence.digest_seen
             SELECT COUNT(*)
               FROM evidence_frame_seen
              WHERE digest = $1
                AND NOT (session_id = $2 AND number = $3)",
        )
        .bind(digest.as_str())
        .bind(session.to_string())
        .bind(i64::from(number))
        .fetch_one(tx.conn())
        .await?;
        known.push(earlier > 0);
        sqlx::query(
            "-- evidence.remember_digest
             INSERT INTO evidence_frame_seen (digest, session_id, number, seen_at)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (digest, session_id, number) DO NOTHING",
        )
        .bind(digest.as_str())
        .bind(session.to_string())
        .bind(i64::from(number))
        .bind(millis(now))
        .execute(tx.conn())
        .await?;
    }
    Ok(known)
}

/// Saves the prints of a check's frames; returns for each whether a similar one came in another session. In the same
/// session, frames of a person who sits still may be that similar.
pub async fn remember_prints(
    tx: &mut Tx,
    session: SessionId,
    prints: &[Print],
    now: Timestamp,
) -> Result<Vec<bool>, StoreError> {
    let mut known = Vec::with_capacity(prints.len());
    for print in prints {
        known.push(print_seen(tx, session, print).await?);
    }
    for print in prints {
        for (band, part) in (0_i64..).zip(print.0) {
            sqlx::query(
                "-- evidence.remember_print
                 INSERT INTO evidence_print (band, part, print, session_id, seen_at)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(band)
            .bind(i64::from(part))
            .bind(to_bytes(print))
            .bind(session.to_string())
            .bind(millis(now))
            .execute(tx.conn())
            .await?;
        }
    }
    Ok(known)
}

async fn print_seen(tx: &mut Tx, session: SessionId, print: &Print) -> Result<bool, StoreError> {
    for (band, part) in (0_i64..).zip(print.0) {
        let found = sqlx::query_scalar::<_, Vec<u8>>(
            "-- evidence.print_seen
             SELECT print
               FROM evidence_print
              WHERE part = $1
                AND band = $2
                AND session_id <> $3",
        )
        .bind(i64::from(part))
        .bind(band)
        .bind(session.to_string())
        .fetch_all(tx.conn())
        .await?;
        for bytes in found {
            let other =
                from_bytes(&bytes).ok_or_else(|| inconsistent("evidence_print", session))?;
            if print.apart(&other) <= SAME_MAX {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// A check whose pictures are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFrames {
    pub session: SessionId,
    pub number: u8,
    /// SHA-256 of the pack in hexadecimal.
    pub digest: String,
    pub until: Timestamp,
}

type FramesRow = (String, i64, String, i64);

/// Pictures whose term is over and which nobody holds, the oldest first.
pub async fn frames_over(
    tx: &mut Tx,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<KeptFrames>, StoreError> {
    let rows = sqlx::query_as::<_, FramesRow>(
        "-- evidence.frames_over
         SELECT session_id
              , number
              , digest
              , forget_at
           FROM evidence_frames
          WHERE forget_at <= $1
            AND session_id NOT IN (SELECT session_id FROM evidence_hold WHERE held_until > $1)
          ORDER BY forget_at
          LIMIT $2",
    )
    .bind(millis(now))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(kept_frames).collect()
}

/// All pictures of sessions about a person.
pub async fn frames_of_person(tx: &mut Tx, iin: &Iin) -> Result<Vec<KeptFrames>, StoreError> {
    let rows = sqlx::query_as::<_, FramesRow>(
        "-- evidence.frames_of_person
         SELECT session_id
              , number
              , digest
              , forget_at
           FROM evidence_frames
          WHERE session_id IN (SELECT id FROM identity_session WHERE iin_index = $1)
          ORDER BY session_id
              , number",
    )
    .bind(super::identity::index(&tx.sealer, iin))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(kept_frames).collect()
}

fn kept_frames((session, number, digest, until): FramesRow) -> Result<KeptFrames, StoreError> {
    let broken = || inconsistent("evidence_frames", &session);
    Ok(KeptFrames {
        session: session.parse().map_err(|_| broken())?,
        number: u8::try_from(number).map_err(|_| broken())?,
        digest,
        until: moment(until),
    })
}

/// Destroys the key of a check's pictures, and with it the pictures.
pub async fn destroy_frames(tx: &mut Tx, session: SessionId, number: u8) -> Result<(), StoreError> {
    sqlx::query(
        "-- evidence.destroy_frames
         DELETE FROM evidence_frames
          WHERE session_id = $1
            AND number = $2",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Deletes what is left of rejected bodies at the end of their term; returns how many.
pub async fn forget_rejected(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    let gone = sqlx::query(
        "-- evidence.forget_rejected
         DELETE FROM evidence_rejected
          WHERE forget_at <= $1
            AND session_id NOT IN (SELECT session_id FROM evidence_hold WHERE held_until > $1)",
    )
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(gone.rows_affected())
}

/// Deletes first bytes of rejected bodies of sessions about a person, but held ones.
pub async fn forget_rejected_of_person(
    tx: &mut Tx,
    iin: &Iin,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- evidence.forget_rejected_of_person
         DELETE FROM evidence_rejected
          WHERE session_id IN (SELECT id FROM identity_session WHERE iin_index = $1)
            AND session_id NOT IN (SELECT session_id FROM evidence_hold WHERE held_until > $2)",
    )
    .bind(super::identity::index(&tx.sealer, iin))
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Deletes older bundles, digests and prints, but those of held sessions; returns the number of rows.
pub async fn forget_before(
    tx: &mut Tx,
    before: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut gone = 0;
    for statement in [
        "-- evidence.forget_bundles
         DELETE FROM evidence_bundle
          WHERE made_at < $1
            AND session_id NOT IN (SELECT session_id FROM evidence_hold WHERE held_until > $2)",
        "-- evidence.forget_digests
         DELETE FROM evidence_frame_seen
          WHERE seen_at < $1
            AND session_id NOT IN (SELECT session_id FROM evidence_hold WHERE held_until > $2)",
        "-- evidence.forget_prints
         DELETE FROM evidence_print
          WHERE seen_at < $1
            AND session_id NOT IN (SELECT session_id FROM evidence_hold WHERE held_until > $2)",
    ] {
        gone += sqlx::query(statement)
            .bind(millis(before))
            .bind(millis(now))
            .execute(tx.conn())
            .await?
            .rows_affected();
    }
    Ok(gone)
}

/// Why a session's evidence is held, and until when, if it is.
pub async fn held(
    tx: &mut Tx,
    session: SessionId,
    now: Timestamp,
) -> Result<Option<(HeldFor, Timestamp)>, StoreError> {
    let found = sqlx::query_as::<_, (String, i64)>(
        "-- evidence.held
         SELECT held_for
              , held_until
           FROM evidence_hold
          WHERE session_id = $1
            AND held_until > $2",
    )
    .bind(session.to_string())
    .bind(millis(now))
    .fetch_optional(tx.conn())
    .await?;
    found
        .map(|(why, until)| {
            let why = HeldFor::by_code(&why);
            Ok((why.ok_or_else(|| inconsistent("evidence_hold", session))?, moment(until)))
        })
        .transpose()
}

/// Holds a session's evidence; a newer hold takes the older one's place.
pub async fn hold(
    tx: &mut Tx,
    session: SessionId,
    (held_for, by): (HeldFor, &str),
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- evidence.hold
         INSERT INTO evidence_hold (session_id, held_for, held_by, held_at, held_until)
         VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (session_id) DO UPDATE
            SET held_for   = excluded.held_for
              , held_by    = excluded.held_by
              , held_at    = excluded.held_at
              , held_until = excluded.held_until",
    )
    .bind(session.to_string())
    .bind(held_for.code())
    .bind(by)
    .bind(millis(now))
    .bind(millis(until))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends a hold; `false`: there was none.
pub async fn release(tx: &mut Tx, session: SessionId) -> Result<bool, StoreError> {
    let gone = sqlx::query(
        "-- evidence.release
         DELETE FROM evidence_hold
          WHERE session_id = $1",
    )
    .bind(session.to_string())
    .execute(tx.conn())
    .await?;
    Ok(gone.rows_affected() > 0)
}

/// Deletes holds that have ended by themselves.
pub async fn forget_holds(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- evidence.forget_holds
         DELETE FROM evidence_hold
          WHERE held_until <= $1",
    )
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn row(session: SessionId, number: u8) -> String {
    format!("{session}.{number}")
}

fn to_bytes(print: &Print) -> Vec<u8> {
    print.0.iter().flat_map(|it| it.to_be_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> Option<Print> {
    let (parts, rest) = bytes.as_chunks::<4>();
    let parts = parts.iter().map(|it| u32::from_be_bytes(*it)).collect::<Vec<_>>();
    rest.is_empty().then_some(())?;
    parts.try_into().ok().map(Print)
}
