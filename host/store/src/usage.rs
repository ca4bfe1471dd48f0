//! Rows of requests through edges.

use std::collections::{BTreeMap, BTreeSet};

use senim_channel::clock::moment;
use senim_core::Timestamp;
use senim_core::consent::Data;
use senim_core::id::{Bin, ConsentId, Iin, UseId};
use senim_core::jose::{sha256_base64, to_base64};
use senim_core::journal::{Actor, Event, ID_BYTES, Subject};
use senim_core::personal::Field;
use senim_core::problem::Problem;
use senim_core::release::GateName;
use senim_core::usage::Use;

use super::journal::{append_as, fresh_id};
use super::participant::by_participant;
use super::row::row;
use super::{StoreError, Tx, count, inconsistent, millis, uncount};

/// Saves a use reported by an edge, with its journal record. `false`: it was already saved.
pub async fn add(
    tx: &mut Tx,
    edge: &str,
    reported: &Use,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let record = fresh_id(tx);
    if !insert(tx, edge, reported, record).await? {
        return Ok(false);
    }
    let event = if reported.answered() {
        Event::DataRead {
            interaction: reported.id,
            at: reported.at,
            consumer: reported.consumer,
            provider: reported.provider,
            attended: reported.attended,
            route: reported.route.clone(),
            status: reported.status,
            answer_bytes: reported.answer_bytes,
            total_ms: reported.total_ms,
            upstream_ms: reported.upstream_ms,
            gate: reported.gate.clone(),
        }
    } else {
        Event::DataRefused {
            interaction: reported.id,
            at: reported.at,
            consumer: reported.consumer,
            provider: reported.provider,
            attended: reported.attended,
            route: reported.route.clone(),
            status: reported.status,
            problem: reported.problem.clone(),
            total_ms: reported.total_ms,
            gate: reported.gate.clone(),
        }
    };
    let subject = reported.consent.map_or(Subject::Use(reported.id), Subject::Consent);
    append_as(tx, record, Actor::Edge(edge.to_owned()), subject, event, now).await?;
    Ok(true)
}

/// The name in the place of an edge's, where the platform itself answered.
const PLATFORM: &str = "platform";

/// Saves a read of personal data, answered or refused, with its journal record.
pub async fn add_personal(
    tx: &mut Tx,
    done: &Use,
    outcome: Result<&BTreeSet<Field>, Problem>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let record = fresh_id(tx);
    insert(tx, PLATFORM, done, record).await?;
    let (Some(consent), Some(consumer)) = (done.consent, done.consumer) else {
        return Err(inconsistent("usage", done.id));
    };
    let interaction = done.id;
    let event = match outcome {
        Ok(fields) => Event::PersonalDataGiven { interaction, consumer, fields: fields.clone() },
        Err(problem) => Event::PersonalDataRefused { interaction, consumer, problem },
    };
    let subject = Subject::Consent(consent);
    append_as(tx, record, Actor::Participant(consumer), subject, event, now).await
}

/// How often requests under a consent were answered.
pub async fn answered(tx: &mut Tx, consent: ConsentId) -> Result<u64, StoreError> {
    let answered = sqlx::query_scalar::<_, i64>(
        "-- usage.answered
         SELECT COUNT(*)
           FROM usage
          WHERE consent_id = $1
            AND problem IS NULL
            AND status < 400",
    )
    .bind(consent.to_string())
    .fetch_one(tx.conn())
    .await?;
    Ok(uncount(answered))
}

/// `false`: it was already saved.
async fn insert(
    tx: &mut Tx,
    edge: &str,
    reported: &Use,
    record: [u8; ID_BYTES],
) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "-- usage.add
         INSERT INTO usage (id, edge, done_at, consent_id, consumer, provider, data, attended, route, status,
                                  problem, request_bytes, answer_bytes, total_ms, upstream_ms, gate_version, gate_digest,
                                  record)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(reported.id.to_string())
    .bind(edge)
    .bind(millis(reported.at))
    .bind(reported.consent.map(|it| it.to_string()))
    .bind(reported.consumer.map(|it| it.to_string()))
    .bind(reported.provider.map(|it| it.to_string()))
    .bind(reported.data.map(data_text))
    .bind(reported.attended.map(i64::from))
    .bind(reported.route.as_str())
    .bind(i64::from(reported.status))
    .bind(reported.problem.as_deref())
    .bind(count(reported.request_bytes))
    .bind(count(reported.answer_bytes))
    .bind(i64::from(reported.total_ms))
    .bind(reported.upstream_ms.map(i64::from))
    .bind(reported.gate.as_ref().and_then(|it| it.version).map(|it| it.to_string()))
    .bind(reported.gate.as_ref().map(|it| it.digest.as_str()))
    .bind(to_base64(&record))
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(added > 0)
}

/// Number and written form of the record of a consumer's own use, once it stands in the log.
pub async fn record_of(
    tx: &mut Tx,
    id: UseId,
    consumer: Bin,
) -> Result<Option<(u64, String)>, StoreError> {
    let row = sqlx::query_as::<_, (i64, String)>(
        "-- usage.record_of
         SELECT journal.log_number
              , journal.record
           FROM usage
           JOIN journal ON journal.id = usage.record
          WHERE usage.id = $1
            AND usage.consumer = $2
            AND journal.log_number IS NOT NULL",
    )
    .bind(id.to_string())
    .bind(consumer.to_string())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(number, record)| (uncount(number), record)))
}

/// Sets aside a reported use that is invalid. `false`: it was already set aside.
pub async fn set_aside(
    tx: &mut Tx,
    edge: &str,
    body: &str,
    why: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "-- usage.set_aside
         INSERT INTO use_set_aside (digest, edge, received_at, why, body)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (digest) DO NOTHING",
    )
    .bind(sha256_base64(body.as_bytes()))
    .bind(edge)
    .bind(millis(now))
    .bind(why)
    .bind(body)
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(added > 0)
}

/// The uses of one consent, newest first, as shown to the client (CNS-3).
pub async fn uses(tx: &mut Tx, consent: ConsentId, limit: u64) -> Result<Vec<Use>, StoreError> {
    let rows = sqlx::query_as::<_, UseRow>(
        "-- usage.uses
         SELECT id
              , done_at
              , consent_id
              , consumer
              , provider
              , data
              , attended
              , route
              , status
              , problem
              , request_bytes
              , answer_bytes
              , total_ms
              , upstream_ms
              , gate_version
              , gate_digest
           FROM usage
          WHERE consent_id = $1
          ORDER BY done_at DESC, id
          LIMIT $2",
    )
    .bind(consent.to_string())
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(UseRow::into_use).collect()
}

/// How often a consent was used and when last; `None` if never.
pub async fn use_totals(
    tx: &mut Tx,
    consent: ConsentId,
) -> Result<Option<(u64, Timestamp)>, StoreError> {
    let (uses, last) = sqlx::query_as::<_, (i64, Option<i64>)>(
        "-- usage.use_totals
         SELECT COUNT(*)
              , MAX(done_at)
           FROM usage
          WHERE consent_id = $1",
    )
    .bind(consent.to_string())
    .fetch_one(tx.conn())
    .await?;
    Ok(last.map(|last| (uncount(uses), moment(last))))
}

/// The same for all consents of one client, in one query.
pub async fn use_totals_of_client(
    tx: &mut Tx,
    iin: &Iin,
) -> Result<BTreeMap<ConsentId, (u64, Timestamp)>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64, i64)>(
        "-- usage.use_totals_of_client
         SELECT consent_id
              , COUNT(*)
              , MAX(done_at)
           FROM usage
          WHERE consent_id IN (SELECT id FROM consent WHERE iin_index = $1)
          GROUP BY consent_id",
    )
    .bind(super::consent::index(&tx.sealer, iin))
    .fetch_all(tx.conn())
    .await?;
    let totals = |(id, uses, last): (String, i64, i64)| {
        let parsed = id.parse().map_err(|_| inconsistent("usage", &id))?;
        Ok((parsed, (uncount(uses), moment(last))))
    };
    rows.into_iter().map(totals).collect()
}

/// Requests through all edges: for each minute after `since`, how many were answered and refused.
pub async fn uses_by_minute(
    tx: &mut Tx,
    since: Timestamp,
) -> Result<BTreeMap<u64, (u64, u64)>, StoreError> {
    let rows = sqlx::query_as::<_, (i64, i64, i64)>(
        "-- usage.uses_by_minute
         SELECT (done_at - $1) / 60000
              , CAST(SUM(CASE WHEN problem IS NULL AND status < 400 THEN 1 ELSE 0 END) AS BIGINT)
              , COUNT(*)
           FROM usage
          WHERE done_at >= $1
          GROUP BY (done_at - $1) / 60000",
    )
    .bind(millis(since))
    .fetch_all(tx.conn())
    .await?;
    let minute = |(minute, answered, all): (i64, i64, i64)| {
        (uncount(minute), (uncount(answered), uncount(all - answered)))
    };
    Ok(rows.into_iter().map(minute).collect())
}

/// Requests since `since`, for each participant that was consumer or provider of one.
pub async fn uses_by_participant(
    tx: &mut Tx,
    since: Timestamp,
) -> Result<BTreeMap<Bin, u64>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64)>(
        "-- usage.uses_by_participant
         SELECT bin
              , COUNT(*)
           FROM (SELECT id, consumer AS bin FROM usage WHERE done_at >= $1 AND consumer IS NOT NULL
                  UNION
                 SELECT id, provider AS bin FROM usage WHERE done_at >= $1 AND provider IS NOT NULL) AS concerned
          GROUP BY bin",
    )
    .bind(millis(since))
    .fetch_all(tx.conn())
    .await?;
    by_participant("interaction", rows)
}

/// Deletes uses, and reports that were set aside, of before; returns how many (IDX-8).
pub async fn forget_before(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let mut gone = 0;
    for statement in [
        "-- usage.forget_before
         DELETE FROM usage
          WHERE done_at < $1",
        "-- usage.forget_set_aside
         DELETE FROM use_set_aside
          WHERE received_at < $1",
    ] {
        gone +=
            sqlx::query(statement).bind(millis(before)).execute(tx.conn()).await?.rows_affected();
    }
    Ok(gone)
}

row! {
    struct UseRow {
        id: String,
        done_at: i64,
        consent_id: Option<String>,
        consumer: Option<String>,
        provider: Option<String>,
        data: Option<String>,
        attended: Option<i64>,
        route: String,
        status: i64,
        problem: Option<String>,
        request_bytes: i64,
        answer_bytes: i64,
        total_ms: i64,
        upstream_ms: Option<i64>,
        gate_version: Option<String>,
        gate_digest: Option<String>,
    }
}

impl UseRow {
    fn into_use(self) -> Result<Use, StoreError> {
        let broken = || inconsistent("usage", &self.id);
        Ok(Use {
            id: self.id.parse().map_err(|_| broken())?,
            at: moment(self.done_at),
            consent: parsed(self.consent_id.as_deref()).map_err(|()| broken())?,
            consumer: parsed(self.consumer.as_deref()).map_err(|()| broken())?,
            provider: parsed(self.provider.as_deref()).map_err(|()| broken())?,
            data: self.data.as_deref().map(|it| data_of(it).ok_or_else(broken)).transpose()?,
            attended: self.attended.map(|it| it != 0),
            status: u16::try_from(self.status).map_err(|_| broken())?,
            request_bytes: uncount(self.request_bytes),
            answer_bytes: uncount(self.answer_bytes),
            total_ms: u32::try_from(self.total_ms).map_err(|_| broken())?,
            upstream_ms: self.upstream_ms.map(u32::try_from).transpose().map_err(|_| broken())?,
            gate: gate_of(self.gate_version.as_deref(), self.gate_digest).map_err(|()| broken())?,
            route: self.route,
            problem: self.problem,
        })
    }
}

fn gate_of(version: Option<&str>, digest: Option<String>) -> Result<Option<GateName>, ()> {
    let version = parsed(version)?;
    Ok(digest.map(|digest| GateName { version, digest }))
}

fn parsed<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>, ()> {
    text.map(str::parse).transpose().map_err(|_| ())
}

fn data_text(data: Data) -> &'static str {
    match data {
        Data::Accounts => "accounts",
        Data::Balances => "balances",
        Data::Transactions => "transactions",
    }
}

fn data_of(text: &str) -> Option<Data> {
    [Data::Accounts, Data::Balances, Data::Transactions]
        .into_iter()
        .find(|it| data_text(*it) == text)
}
