//! Rows of notices to consumers: an outbox that is written in the transaction which ends a consent.

use senim_channel::clock::moment;
use senim_core::Timestamp;
use senim_core::consent::EndedBy;
use senim_core::id::{ConsentId, NoticeId};
use senim_core::signals::{Notice, Stage};

use super::row::row;
use super::{StoreError, Tx, count, inconsistent, millis};

const TABLE: &str = "notice";

/// In the transaction that ends the consent.
pub async fn add(tx: &mut Tx, notice: &Notice) -> Result<(), StoreError> {
    sqlx::query(
        "-- signals.add
         INSERT INTO notice (id, consent_id, grant_id, consumer, application, ended_by, replaced_by, ended_at,
                             delete_by, stage, tries, next_try_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked', 0, $8)",
    )
    .bind(notice.id.to_string())
    .bind(notice.consent.to_string())
    .bind(notice.grant.to_string())
    .bind(notice.consumer.to_string())
    .bind(notice.application.as_str())
    .bind(notice.by.map(|it| word(it).to_owned()))
    .bind(notice.replaced_by.map(|it| it.to_string()))
    .bind(millis(notice.ended_at))
    .bind(millis(notice.delete_by))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Saves the stage; nothing else of it ever changes. `attestation` with the stage that it brings about.
pub async fn save(
    tx: &mut Tx,
    notice: &Notice,
    attestation: Option<&str>,
) -> Result<(), StoreError> {
    let (stage, tries, next_try_at, fault) = match &notice.stage {
        Stage::Asked { tries, next_try_at, fault } => {
            ("asked", Some(*tries), Some(*next_try_at), fault.as_deref())
        }
        Stage::Acknowledged { .. } => ("acknowledged", None, None, None),
        Stage::Deleted { .. } => ("deleted", None, None, None),
    };
    let (acknowledged_at, deleted_at) = match notice.stage {
        Stage::Asked { .. } => (None, None),
        Stage::Acknowledged { at } => (Some(at), None),
        Stage::Deleted { acknowledged_at, at } => (Some(acknowledged_at), Some(at)),
    };
    sqlx::query(
        "-- signals.save
         UPDATE notice
            SET stage           = $2
              , tries           = COALESCE($3, tries)
              , next_try_at     = $4
              , fault           = $5
              , acknowledged_at = $6
              , deleted_at      = $7
              , attestation     = $8
          WHERE id = $1",
    )
    .bind(notice.id.to_string())
    .bind(stage)
    .bind(tries.map(i64::from))
    .bind(next_try_at.map(millis))
    .bind(fault)
    .bind(acknowledged_at.map(millis))
    .bind(deleted_at.map(millis))
    .bind(attestation)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How often it was told, whatever its stage.
pub async fn tries(tx: &mut Tx, id: NoticeId) -> Result<u32, StoreError> {
    let tries = sqlx::query_scalar::<_, i64>(
        "-- signals.tries
         SELECT tries
           FROM notice
          WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    u32::try_from(tries.unwrap_or_default()).map_err(|_| inconsistent(TABLE, id))
}

pub async fn load(tx: &mut Tx, id: NoticeId) -> Result<Option<Notice>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- signals.load
         SELECT id, consent_id, grant_id, consumer, application, ended_by, replaced_by, ended_at, delete_by
              , stage, tries, next_try_at, fault, acknowledged_at, deleted_at
           FROM notice
          WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(Row::into_notice).transpose()
}

/// Of a consent that has ended.
pub async fn of_consent(tx: &mut Tx, consent: ConsentId) -> Result<Option<Notice>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- signals.of_consent
         SELECT id, consent_id, grant_id, consumer, application, ended_by, replaced_by, ended_at, delete_by
              , stage, tries, next_try_at, fault, acknowledged_at, deleted_at
           FROM notice
          WHERE consent_id = $1",
    )
    .bind(consent.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(Row::into_notice).transpose()
}

/// What an application has not acknowledged, the oldest first.
pub async fn asked_of(
    tx: &mut Tx,
    application: &str,
    limit: u64,
) -> Result<Vec<Notice>, StoreError> {
    let rows = sqlx::query_as::<_, Row>(
        "-- signals.asked_of
         SELECT id, consent_id, grant_id, consumer, application, ended_by, replaced_by, ended_at, delete_by
              , stage, tries, next_try_at, fault, acknowledged_at, deleted_at
           FROM notice
          WHERE application = $1
            AND stage = 'asked'
          ORDER BY ended_at, id
          LIMIT $2",
    )
    .bind(application)
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Row::into_notice).collect()
}

/// Those to push now, with the endpoints that they go to.
pub async fn due(
    tx: &mut Tx,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<(NoticeId, String)>, StoreError> {
    let rows = sqlx::query_as::<_, (String, String)>(
        "-- signals.due
         SELECT notice.id
              , application.events_url
           FROM notice
           JOIN application ON application.client_id = notice.application
          WHERE notice.next_try_at <= $1
            AND application.events_url IS NOT NULL
          ORDER BY notice.next_try_at
          LIMIT $2",
    )
    .bind(millis(now))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    let parsed = |(id, url): (String, String)| {
        let id = id.parse().map_err(|_| inconsistent(TABLE, &id))?;
        Ok((id, url))
    };
    rows.into_iter().map(parsed).collect()
}

/// What nobody has attested in time, and the journal does not know yet.
pub async fn overdue_unrecorded(
    tx: &mut Tx,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Notice>, StoreError> {
    let rows = sqlx::query_as::<_, Row>(
        "-- signals.overdue_unrecorded
         SELECT id, consent_id, grant_id, consumer, application, ended_by, replaced_by, ended_at, delete_by
              , stage, tries, next_try_at, fault, acknowledged_at, deleted_at
           FROM notice
          WHERE stage IN ('asked', 'acknowledged')
            AND delete_by <= $1
            AND overdue_recorded_at IS NULL
          ORDER BY delete_by
          LIMIT $2",
    )
    .bind(millis(now))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Row::into_notice).collect()
}

pub async fn mark_overdue_recorded(
    tx: &mut Tx,
    id: NoticeId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- signals.mark_overdue_recorded
         UPDATE notice
            SET overdue_recorded_at = $2
          WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What is not acknowledged, or not attested, the longest due first.
pub async fn open(tx: &mut Tx, limit: u64) -> Result<Vec<Notice>, StoreError> {
    let rows = sqlx::query_as::<_, Row>(
        "-- signals.open
         SELECT id, consent_id, grant_id, consumer, application, ended_by, replaced_by, ended_at, delete_by
              , stage, tries, next_try_at, fault, acknowledged_at, deleted_at
           FROM notice
          WHERE stage IN ('asked', 'acknowledged')
          ORDER BY delete_by, id
          LIMIT $1",
    )
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Row::into_notice).collect()
}

row! {
    struct Row {
        id: String,
        consent_id: String,
        grant_id: String,
        consumer: String,
        application: String,
        ended_by: Option<String>,
        replaced_by: Option<String>,
        ended_at: i64,
        delete_by: i64,
        stage: String,
        tries: i64,
        next_try_at: Option<i64>,
        fault: Option<String>,
        acknowledged_at: Option<i64>,
        deleted_at: Option<i64>,
    }
}

impl Row {
    fn into_notice(self) -> Result<Notice, StoreError> {
        let broken = || inconsistent(TABLE, &self.id);
        let stage = match (
            self.stage.as_str(),
            self.next_try_at.map(moment),
            self.acknowledged_at.map(moment),
            self.deleted_at.map(moment),
        ) {
            ("asked", Some(next_try_at), None, None) => Stage::Asked {
                tries: u32::try_from(self.tries).map_err(|_| broken())?,
                next_try_at,
                fault: self.fault.clone(),
            },
            ("acknowledged", None, Some(at), None) => Stage::Acknowledged { at },
            ("deleted", None, Some(acknowledged_at), Some(at)) => {
                Stage::Deleted { acknowledged_at, at }
            }
            _ => return Err(broken()),
        };
        let by = self.ended_by.as_deref().map(|it| ended_by(it).ok_or_else(broken)).transpose()?;
        let replaced_by = self.replaced_by.as_deref().map(str::parse).transpose();
        Ok(Notice {
            id: self.id.parse().map_err(|_| broken())?,
            consent: self.consent_id.parse().map_err(|_| broken())?,
            grant: self.grant_id.parse().map_err(|_| broken())?,
            consumer: self.consumer.parse().map_err(|_| broken())?,
            by,
            replaced_by: replaced_by.map_err(|_| broken())?,
            ended_at: moment(self.ended_at),
            delete_by: moment(self.delete_by),
            stage,
            application: self.application,
        })
    }
}

fn word(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Client => "client",
        EndedBy::Operator => "operator",
        EndedBy::Platform => "platform",
        EndedBy::Consumer => "consumer",
        EndedBy::Superseded => "superseded",
        EndedBy::Changed => "changed",
    }
}

fn ended_by(text: &str) -> Option<EndedBy> {
    [
        EndedBy::Client,
        EndedBy::Operator,
        EndedBy::Platform,
        EndedBy::Consumer,
        EndedBy::Superseded,
        EndedBy::Changed,
    ]
    .into_iter()
    .find(|it| word(*it) == text)
}
