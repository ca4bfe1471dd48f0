//! The journal's rows.

use senim_core::Timestamp;
use senim_core::journal::view::JournalRecordView;
use senim_core::journal::{Actor, Event, ID_BYTES, Record, Subject};

use super::{StoreError, Tx, count, inconsistent, millis, uncount};

/// Records that the sequencer numbers in one transaction.
const SEQUENCED_MAX: u64 = 1000;

/// Writes a record, in the transaction that it describes.
pub async fn append(
    tx: &mut Tx,
    actor: Actor,
    subject: Subject,
    event: Event,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = fresh_id(tx);
    append_as(tx, id, actor, subject, event, now).await
}

/// A record's random bytes, for who names it elsewhere in the same transaction.
pub(super) fn fresh_id(tx: &Tx) -> [u8; ID_BYTES] {
    let mut id = [0; ID_BYTES];
    tx.rng.fill(&mut id);
    id
}

pub(super) async fn append_as(
    tx: &mut Tx,
    id: [u8; ID_BYTES],
    actor: Actor,
    subject: Subject,
    event: Event,
    now: Timestamp,
) -> Result<(), StoreError> {
    let record = Record::new(id, actor, subject, event, now);
    let written = record.encode().map_err(|_| inconsistent("journal", &record.id))?;
    let fields = serde_json::to_value(&record.event).unwrap_or_default();
    let named = |member: &str| fields["fields"][member].as_str().map(str::to_owned);
    let by = if let Actor::Participant(bin) = &record.actor { Some(bin.to_string()) } else { None };
    sqlx::query(
        "-- journal.append
         INSERT INTO journal (id, at, event, actor, subject, record, consumer, provider)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(record.id)
    .bind(millis(record.at))
    .bind(record.event.name())
    .bind(record.actor.to_string())
    .bind(record.subject.to_string())
    .bind(written)
    .bind(named("consumer").or(by))
    .bind(named("provider"))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Numbers unnumbered records, oldest first; returns how many. Runs outside of use cases:
/// numbering in their transactions would serialise all writers.
pub async fn sequence(tx: &mut Tx) -> Result<u64, StoreError> {
    let last = sqlx::query_scalar::<_, i64>(
        "-- journal.last
         SELECT COALESCE(MAX(position), 0)
           FROM journal",
    )
    .fetch_one(tx.conn())
    .await?;
    let numbered = sqlx::query(
        "-- journal.number
         UPDATE journal
            SET position = numbered.place
           FROM (SELECT id
                      , ROW_NUMBER() OVER (ORDER BY arrival) + $2 AS place
                   FROM (SELECT id
                              , arrival
                           FROM journal
                          WHERE position IS NULL
                          ORDER BY arrival
                          LIMIT $1) AS waiting) AS numbered
          WHERE journal.id = numbered.id",
    )
    .bind(count(SEQUENCED_MAX))
    .bind(last)
    .execute(tx.conn())
    .await?;
    Ok(numbered.rows_affected())
}

/// Newest first; `before` is an arrival. `search` is looked for in the record's event, actor, subject and fields.
pub async fn search(
    tx: &mut Tx,
    search: &str,
    before: Option<u64>,
    limit: u64,
) -> Result<Vec<JournalRecordView>, StoreError> {
    let rows = sqlx::query_as::<_, (i64, String, Option<i64>, String)>(
        "-- journal.search
         SELECT arrival
              , id
              , position
              , record
           FROM journal
          WHERE arrival < $1
            AND (   LOWER(event)   LIKE $2 ESCAPE '!'
                 OR LOWER(actor)   LIKE $2 ESCAPE '!'
                 OR LOWER(subject) LIKE $2 ESCAPE '!'
                 OR LOWER(record)  LIKE $2 ESCAPE '!')
          ORDER BY arrival DESC
          LIMIT $3",
    )
    .bind(before.map_or(i64::MAX, count))
    .bind(containing(search))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|(arrival, id, position, record)| {
            let record = Record::decode(&record).map_err(|_| inconsistent("journal", &id))?;
            let fields = serde_json::to_value(&record.event).unwrap_or_default();
            Ok(JournalRecordView {
                arrival: uncount(arrival),
                id,
                position: position.map(uncount),
                at: record.at,
                event: record.event.name().to_owned(),
                actor: record.actor.to_string(),
                subject: record.subject.to_string(),
                fields: fields.get("fields").cloned().unwrap_or_default(),
            })
        })
        .collect()
}

/// A pattern for `LIKE … ESCAPE '!'` that matches the text literally.
fn containing(search: &str) -> String {
    let mut pattern = String::from("%");
    for letter in search.trim().to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_text_is_matched_literally() {
        assert_eq!(containing(" 100% Sure_! "), "%100!% sure!_!!%");
        assert_eq!(containing(""), "%%");
    }
}
