//! Rows of liveness evidence: sealed bundles and frames, and the prints and digests that detect repeated frames.

use senim_core::Timestamp;
use senim_core::id::SessionId;
use senim_core::liveness::print::{Print, SAME_MAX};

use super::{StoreError, Tx, inconsistent, millis, uncount};

const BUNDLE_SEALED: &str = "evidence_bundle.bundle_sealed";
const HEAD_SEALED: &str = "evidence_rejected.head_sealed";
const PACK_SEALED: &str = "evidence_frames.pack_sealed";

/// The pack as received, kept until `forget_at`.
pub async fn add_frames(
    tx: &mut Tx,
    (session, number): (SessionId, u8),
    pack: &[u8],
    forget_at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- evidence.add_frames
         INSERT INTO evidence_frames (session_id, number, pack_sealed, forget_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .bind(tx.sealer.seal(&*tx.rng, PACK_SEALED, &row(session, number), pack))
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

/// The pack; `None` once it has been deleted.
pub async fn frames(
    tx: &mut Tx,
    session: SessionId,
    number: u8,
) -> Result<Option<Vec<u8>>, StoreError> {
    let pack = sqlx::query_scalar::<_, Vec<u8>>(
        "-- evidence.frames
         SELECT pack_sealed
           FROM evidence_frames
          WHERE session_id = $1
            AND number = $2",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .fetch_optional(tx.conn())
    .await?;
    pack.map(|it| tx.sealer.open_sealed(PACK_SEALED, &row(session, number), &it)).transpose()
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

/// Deletes images at the end of their retention; returns the number of packs.
pub async fn forget_frames(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    let mut gone = 0;
    for statement in [
        "-- evidence.forget_frames
         DELETE FROM evidence_frames
          WHERE forget_at <= $1",
        "-- evidence.forget_rejected
         DELETE FROM evidence_rejected
          WHERE forget_at <= $1",
    ] {
        gone += sqlx::query(statement).bind(millis(now)).execute(tx.conn()).await?.rows_affected();
    }
    Ok(gone)
}

/// Deletes older bundles, digests and prints; returns the number of rows.
pub async fn forget_before(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let mut gone = 0;
    for statement in [
        "-- evidence.forget_bundles
         DELETE FROM evidence_bundle
          WHERE made_at < $1",
        "-- evidence.forget_digests
         DELETE FROM evidence_frame_seen
          WHERE seen_at < $1",
        "-- evidence.forget_prints
         DELETE FROM evidence_print
          WHERE seen_at < $1",
    ] {
        gone +=
            sqlx::query(statement).bind(millis(before)).execute(tx.conn()).await?.rows_affected();
    }
    Ok(gone)
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
