//! Rows of editions of rule texts, of acceptances of the user agreement and of withdrawals.

use senim_channel::clock::moment;
use senim_core::Timestamp;
use senim_core::agreement::view::{EditionSummaryView, WithdrawalView};
use senim_core::agreement::{Acceptance, Edition, Hashes, RuleText, Texts};
use senim_core::id::{Iin, SessionId};
use senim_core::text::Language;

use super::seal::Sealer;
use super::{StoreError, Tx, count, inconsistent, millis, uncount};

const IIN_INDEX: &str = "agreement.iin_index";

type EditionRow = (String, i64, i64, String);

/// The edition with these texts: the last one, or a new one that holds from now (OPS-9). `true`: it is new.
pub async fn publish(
    tx: &mut Tx,
    rule: RuleText,
    texts: Texts,
    now: Timestamp,
) -> Result<(Edition, bool), StoreError> {
    let last = sqlx::query_as::<_, EditionRow>(
        "-- agreement.last
         SELECT rule
              , number
              , holds_from
              , texts
           FROM rule_edition
          WHERE rule = $1
          ORDER BY number DESC
          LIMIT 1",
    )
    .bind(rule.code())
    .fetch_optional(tx.conn())
    .await?;
    let last = last.map(edition_of).transpose()?;
    let number = last.as_ref().map_or(1, |it| it.number + 1);
    if let Some(last) = last.filter(|it| it.texts == texts) {
        return Ok((last, false));
    }
    // As it will be read: to the millisecond.
    let edition = Edition { rule, number, holds_from: moment(millis(now)), texts };
    let hashes = edition.texts.hashes();
    sqlx::query(
        "-- agreement.publish
         INSERT INTO rule_edition (rule, number, holds_from, texts, kk_hash, ru_hash)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(rule.code())
    .bind(i64::from(number))
    .bind(millis(now))
    .bind(serde_json::to_string(&edition.texts).unwrap_or_default())
    .bind(hashes.kk)
    .bind(hashes.ru)
    .execute(tx.conn())
    .await?;
    Ok((edition, true))
}

pub async fn edition(
    tx: &mut Tx,
    rule: RuleText,
    number: u32,
) -> Result<Option<Edition>, StoreError> {
    let found = sqlx::query_as::<_, EditionRow>(
        "-- agreement.edition
         SELECT rule
              , number
              , holds_from
              , texts
           FROM rule_edition
          WHERE rule = $1
            AND number = $2",
    )
    .bind(rule.code())
    .bind(i64::from(number))
    .fetch_optional(tx.conn())
    .await?;
    found.map(edition_of).transpose()
}

/// All editions, the newest of each text first.
pub async fn editions(tx: &mut Tx) -> Result<Vec<EditionSummaryView>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64, i64, String, String)>(
        "-- agreement.editions
         SELECT rule
              , number
              , holds_from
              , kk_hash
              , ru_hash
           FROM rule_edition
          ORDER BY rule DESC
              , number DESC",
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|(rule, number, holds_from, kk, ru)| {
            let broken = || inconsistent("rule_edition", format!("{rule} {number}"));
            Ok(EditionSummaryView {
                rule: RuleText::by_code(&rule).ok_or_else(broken)?,
                edition: u32::try_from(number).map_err(|_| broken())?,
                holds_from: moment(holds_from),
                hashes: Hashes { kk, ru },
            })
        })
        .collect()
}

fn edition_of((rule, number, holds_from, texts): EditionRow) -> Result<Edition, StoreError> {
    let broken = || inconsistent("rule_edition", format!("{rule} {number}"));
    Ok(Edition {
        rule: RuleText::by_code(&rule).ok_or_else(broken)?,
        number: u32::try_from(number).map_err(|_| broken())?,
        holds_from: moment(holds_from),
        texts: serde_json::from_str(&texts).map_err(|_| broken())?,
    })
}

/// Whose session it was is known now: adds what they accepted in it.
pub async fn add_acceptance(
    tx: &mut Tx,
    session: SessionId,
    iin: &Iin,
    accepted: &Acceptance,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- agreement.add_acceptance
         INSERT INTO agreement_acceptance (session_id, iin_index, edition, language, accepted_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(session.to_string())
    .bind(index(&tx.sealer, iin))
    .bind(i64::from(accepted.edition))
    .bind(accepted.language.code())
    .bind(millis(accepted.accepted_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a person accepted, the newest first.
pub async fn accepted_by(
    tx: &mut Tx,
    iin: &Iin,
    limit: u64,
) -> Result<Vec<Acceptance>, StoreError> {
    let rows = sqlx::query_as::<_, (i64, String, i64, i64, String, String)>(
        "-- agreement.accepted_by
         SELECT agreement_acceptance.edition
              , agreement_acceptance.language
              , agreement_acceptance.accepted_at
              , rule_edition.holds_from
              , rule_edition.kk_hash
              , rule_edition.ru_hash
           FROM agreement_acceptance
           JOIN rule_edition
             ON rule_edition.rule = 'user-agreement'
            AND rule_edition.number = agreement_acceptance.edition
          WHERE agreement_acceptance.iin_index = $1
          ORDER BY agreement_acceptance.accepted_at DESC
              , agreement_acceptance.session_id
          LIMIT $2",
    )
    .bind(index(&tx.sealer, iin))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|(edition, language, accepted_at, holds_from, kk, ru)| {
            let broken = || inconsistent("agreement_acceptance", edition);
            Ok(Acceptance {
                edition: u32::try_from(edition).map_err(|_| broken())?,
                holds_from: moment(holds_from),
                language: Language::from_code(&language).ok_or_else(broken)?,
                hashes: Hashes { kk, ru },
                accepted_at: moment(accepted_at),
            })
        })
        .collect()
}

/// The consent to processing is taken back (IDX-13).
pub async fn withdraw(
    tx: &mut Tx,
    session: SessionId,
    iin: &Iin,
    destroyed: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- agreement.withdraw
         INSERT INTO agreement_withdrawal (iin_index, withdrawn_at, session_id, destroyed)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(index(&tx.sealer, iin))
    .bind(millis(now))
    .bind(session.to_string())
    .bind(count(destroyed))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The last withdrawal of a person.
pub async fn last_withdrawal(tx: &mut Tx, iin: &Iin) -> Result<Option<WithdrawalView>, StoreError> {
    let found = sqlx::query_as::<_, (i64, i64)>(
        "-- agreement.last_withdrawal
         SELECT withdrawn_at
              , destroyed
           FROM agreement_withdrawal
          WHERE iin_index = $1
          ORDER BY withdrawn_at DESC
          LIMIT 1",
    )
    .bind(index(&tx.sealer, iin))
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(|(withdrawn_at, destroyed)| WithdrawalView {
        withdrawn_at: moment(withdrawn_at),
        destroyed: uncount(destroyed),
    }))
}

/// Whether the consent to processing is taken back, and no edition was accepted since.
pub async fn is_withdrawn(tx: &mut Tx, iin: &Iin) -> Result<bool, StoreError> {
    let Some(last) = last_withdrawal(tx, iin).await? else { return Ok(false) };
    let newest = accepted_by(tx, iin, 1).await?;
    Ok(newest.first().is_none_or(|it| it.accepted_at <= last.withdrawn_at))
}

/// Deletes acceptances and withdrawals of before; returns how many (IDX-8). Editions name nobody and stay.
pub async fn forget_before(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let mut gone = 0;
    for statement in [
        "-- agreement.forget_acceptances
         DELETE FROM agreement_acceptance
          WHERE accepted_at < $1",
        "-- agreement.forget_withdrawals
         DELETE FROM agreement_withdrawal
          WHERE withdrawn_at < $1",
    ] {
        gone +=
            sqlx::query(statement).bind(millis(before)).execute(tx.conn()).await?.rows_affected();
    }
    Ok(gone)
}

fn index(sealer: &Sealer, iin: &Iin) -> String {
    sealer.blind(IIN_INDEX, &iin.expose())
}
