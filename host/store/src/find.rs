//! `senim journal find`: records by client, consent, participant and time, each search along one index.

use senim_core::Timestamp;
use senim_core::id::{Bin, ConsentId, Iin};
use sqlx::AssertSqlSafe;

use super::row::row;
use super::{StoreError, Tx, count, log, millis, uncount};

/// What is looked for: all of it has to hold, and what is absent holds for every record.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    pub client: Option<Iin>,
    pub consent: Option<ConsentId>,
    /// Named by the record as who receives data, whom they come from, or who did it.
    pub participant: Option<Bin>,
    pub from: Option<Timestamp>,
    /// Excluded.
    pub until: Option<Timestamp>,
    /// At most so many, the newest ones.
    pub limit: u64,
}

/// A record as it was written, and its number in the log once it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRecord {
    pub number: Option<u64>,
    pub record: String,
}

row! {
    struct FoundRow {
        log_number: Option<i64>,
        record: String,
    }
}

/// Newest first.
pub async fn find(tx: &mut Tx, sought: &Sought) -> Result<Vec<FoundRecord>, StoreError> {
    let client = sought.client.as_ref().map(|it| log::of_client(tx, it).index);
    found(tx, sought, client).await
}

/// For who knows a client by the blind index alone.
pub async fn find_indexed(
    tx: &mut Tx,
    sought: &Sought,
    client: &str,
) -> Result<Vec<FoundRecord>, StoreError> {
    found(tx, sought, Some(client.to_owned())).await
}

async fn found(
    tx: &mut Tx,
    sought: &Sought,
    client: Option<String>,
) -> Result<Vec<FoundRecord>, StoreError> {
    let participant = sought.participant.map(|it| it.to_string());
    let mut texts = Vec::new();
    // The first three parameters are the time and the limit.
    let mut parameter = |value: &str| {
        texts.push(value.to_owned());
        format!("${}", texts.len() + 3)
    };
    let mut conditions = String::from("at >= $1 AND at < $2");
    let mut order = "at DESC, arrival DESC";
    if let Some(client) = &client {
        conditions.push_str(" AND log_client = ");
        conditions.push_str(&parameter(client));
        // In the log's order, for which the client's records have an index.
        order = "log_number DESC";
    }
    if let Some(consent) = sought.consent {
        conditions.push_str(" AND subject = ");
        conditions.push_str(&parameter(&consent.to_string()));
    }
    let one = |condition: &str| {
        format!(
            "SELECT arrival
                  , at
                  , log_number
                  , record
               FROM journal
              WHERE {conditions}{condition}
              ORDER BY {order}
              LIMIT $3"
        )
    };
    let statement = match participant.as_deref() {
        None => format!("-- journal.find\n{}", one("")),
        // With a client or a consent these are few, and filtered.
        Some(bin) if client.is_some() || sought.consent.is_some() => {
            let bin = parameter(bin);
            format!(
                "-- journal.find/named\n{}",
                one(&format!(" AND (consumer = {bin} OR provider = {bin})"))
            )
        }
        // One index each; a record that names the participant twice comes once.
        Some(bin) => {
            let bin = parameter(bin);
            format!(
                "-- journal.find/participant
                 SELECT arrival
                      , log_number
                      , record
                   FROM (SELECT * FROM ({}) AS received
                          UNION
                         SELECT * FROM ({}) AS given) AS named
                  ORDER BY {order}
                  LIMIT $3",
                one(&format!(" AND consumer = {bin}")),
                one(&format!(" AND provider = {bin}"))
            )
        }
    };
    let mut query = sqlx::query_as::<_, FoundRow>(AssertSqlSafe(statement))
        .bind(sought.from.map_or(i64::MIN, millis))
        .bind(sought.until.map_or(i64::MAX, millis))
        .bind(count(sought.limit));
    for text in texts {
        query = query.bind(text);
    }
    let rows = query.fetch_all(tx.conn()).await?;
    let read = |it: FoundRow| FoundRecord { number: it.log_number.map(uncount), record: it.record };
    Ok(rows.into_iter().map(read).collect())
}
