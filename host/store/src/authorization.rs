//! Rows of pushed requests and their codes, refresh tokens, and identifiers that can be used once.

use senim_core::Timestamp;
use senim_core::authorization::{Authorization, Code, GrantAction, Pushed, Stage};
use senim_core::id::{AuthorizationId, ConsentId};

use super::row::row;
use super::seal::Sealer;
use super::{StoreError, Tx, inconsistent, millis};
use senim_channel::clock::moment;

const SEALED_IN: &str = "authorization_request.asked";

pub async fn add(
    tx: &mut Tx,
    authorization: &Authorization,
    request_uri_hash: &str,
) -> Result<(), StoreError> {
    let id = authorization.id.to_string();
    let pushed = &authorization.pushed;
    let asked = serde_json::to_vec(&pushed.asked)
        .map_err(|_| inconsistent("authorization_request", &id))?;
    sqlx::query(
        "-- authorization.add
         INSERT INTO authorization_request (id, client_id, redirect_uri, client_state, nonce, code_challenge,
                                            dpop_jkt, grant_id, asked_sealed, request_uri_hash, pushed_at, expires_at,
                                            state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'pushed')",
    )
    .bind(id.as_str())
    .bind(authorization.client_id.as_str())
    .bind(pushed.redirect_uri.as_str())
    .bind(pushed.state.as_deref())
    .bind(pushed.nonce.as_deref())
    .bind(pushed.code_challenge.as_str())
    .bind(pushed.dpop_jkt.as_deref())
    .bind(pushed.action.grant().map(|it| it.to_string()))
    .bind(tx.sealer.seal(&*tx.rng, SEALED_IN, &id, &asked))
    .bind(request_uri_hash)
    .bind(millis(authorization.pushed_at))
    .bind(millis(authorization.expires_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn load(tx: &mut Tx, id: AuthorizationId) -> Result<Option<Authorization>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- authorization.load
         SELECT id, client_id, redirect_uri, client_state, nonce, code_challenge, dpop_jkt, grant_id, asked_sealed
              , pushed_at, expires_at, state, ended_at, consent_id, code_hash, code_expires_at, redeemed_at
           FROM authorization_request
          WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(|it| it.into_authorization(&tx.sealer)).transpose()
}

pub async fn by_request_uri(
    tx: &mut Tx,
    request_uri_hash: &str,
) -> Result<Option<Authorization>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- authorization.by_request_uri
         SELECT id, client_id, redirect_uri, client_state, nonce, code_challenge, dpop_jkt, grant_id, asked_sealed
              , pushed_at, expires_at, state, ended_at, consent_id, code_hash, code_expires_at, redeemed_at
           FROM authorization_request
          WHERE request_uri_hash = $1",
    )
    .bind(request_uri_hash)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|it| it.into_authorization(&tx.sealer)).transpose()
}

pub async fn by_code(tx: &mut Tx, code_hash: &str) -> Result<Option<Authorization>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- authorization.by_code
         SELECT id, client_id, redirect_uri, client_state, nonce, code_challenge, dpop_jkt, grant_id, asked_sealed
              , pushed_at, expires_at, state, ended_at, consent_id, code_hash, code_expires_at, redeemed_at
           FROM authorization_request
          WHERE code_hash = $1",
    )
    .bind(code_hash)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|it| it.into_authorization(&tx.sealer)).transpose()
}

/// Saves a request's state.
pub async fn save(tx: &mut Tx, authorization: &Authorization) -> Result<(), StoreError> {
    let (state, ended_at, code, redeemed_at) = match &authorization.stage {
        Stage::Pushed => ("pushed", None, None, None),
        Stage::Refused { ended_at } => ("refused", Some(*ended_at), None, None),
        Stage::Granted(code) => ("granted", Some(code.given_at), Some(code), None),
        Stage::Redeemed { code, redeemed_at } => {
            ("redeemed", Some(code.given_at), Some(code), Some(*redeemed_at))
        }
    };
    sqlx::query(
        "-- authorization.save
         UPDATE authorization_request
            SET state           = $2
              , ended_at        = $3
              , consent_id      = $4
              , code_hash       = $5
              , code_expires_at = $6
              , redeemed_at     = $7
          WHERE id = $1",
    )
    .bind(authorization.id.to_string())
    .bind(state)
    .bind(ended_at.map(millis))
    .bind(code.map(|it| it.consent.to_string()))
    .bind(code.map(|it| it.hash.as_str()))
    .bind(code.map(|it| millis(it.expires_at)))
    .bind(redeemed_at.map(millis))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A stored refresh token: only its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    pub hash: String,
    pub client_id: String,
    pub consent: ConsentId,
    pub issued_at: Timestamp,
}

pub async fn add_refresh_token(tx: &mut Tx, token: &RefreshToken) -> Result<(), StoreError> {
    sqlx::query(
        "-- authorization.add_refresh_token
         INSERT INTO refresh_token (token_hash, client_id, consent_id, issued_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(token.hash.as_str())
    .bind(token.client_id.as_str())
    .bind(token.consent.to_string())
    .bind(millis(token.issued_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn refresh_token(tx: &mut Tx, hash: &str) -> Result<Option<RefreshToken>, StoreError> {
    let row = sqlx::query_as::<_, (String, String, i64)>(
        "-- authorization.refresh_token
         SELECT client_id
              , consent_id
              , issued_at
           FROM refresh_token
          WHERE token_hash = $1",
    )
    .bind(hash)
    .fetch_optional(tx.conn())
    .await?;
    let Some((client_id, consent, issued_at)) = row else { return Ok(None) };
    let consent = consent.parse().map_err(|_| inconsistent("refresh_token", &consent))?;
    let (hash, issued_at) = (hash.to_owned(), moment(issued_at));
    Ok(Some(RefreshToken { hash, client_id, consent, issued_at }))
}

/// The refresh token goes on for the consent that took the place of `from`, and a code that is played again ends that one.
pub async fn pass_on(tx: &mut Tx, from: ConsentId, to: ConsentId) -> Result<(), StoreError> {
    sqlx::query(
        "-- authorization.pass_on/refresh_tokens
         UPDATE refresh_token
            SET consent_id = $2
          WHERE consent_id = $1",
    )
    .bind(from.to_string())
    .bind(to.to_string())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "-- authorization.pass_on/codes
         UPDATE authorization_request
            SET consent_id = $2
          WHERE consent_id = $1",
    )
    .bind(from.to_string())
    .bind(to.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Remembers an identifier of this owner. `false`: it was used before.
pub async fn use_once(
    tx: &mut Tx,
    owner: &str,
    jti_hash: &str,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "-- authorization.use_once
         INSERT INTO used_once (owner, jti_hash, expires_at)
         VALUES ($1, $2, $3)
         ON CONFLICT (owner, jti_hash) DO NOTHING",
    )
    .bind(owner)
    .bind(jti_hash)
    .bind(millis(until))
    .execute(tx.conn())
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Deletes identifiers that are expired anyway.
pub async fn sweep(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- authorization.sweep/used_once
         DELETE FROM used_once
          WHERE expires_at < $1",
    )
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Deletes requests that were pushed before; returns how many (IDX-8).
pub async fn forget_before(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let gone = sqlx::query(
        "-- authorization.forget_before
         DELETE FROM authorization_request
          WHERE pushed_at < $1",
    )
    .bind(millis(before))
    .execute(tx.conn())
    .await?;
    Ok(gone.rows_affected())
}

row! {
    struct Row {
        id: String,
        client_id: String,
        redirect_uri: String,
        client_state: Option<String>,
        nonce: Option<String>,
        code_challenge: String,
        dpop_jkt: Option<String>,
        grant_id: Option<String>,
        asked_sealed: Vec<u8>,
        pushed_at: i64,
        expires_at: i64,
        state: String,
        ended_at: Option<i64>,
        consent_id: Option<String>,
        code_hash: Option<String>,
        code_expires_at: Option<i64>,
        redeemed_at: Option<i64>,
    }
}

impl Row {
    fn into_authorization(self, sealer: &Sealer) -> Result<Authorization, StoreError> {
        let broken = || inconsistent("authorization_request", &self.id);
        let asked = sealer.open_sealed(SEALED_IN, &self.id, &self.asked_sealed)?;
        let code = match (&self.consent_id, &self.code_hash, self.ended_at, self.code_expires_at) {
            (Some(consent), Some(hash), Some(given_at), Some(expires_at)) => Some(Code {
                consent: consent.parse().map_err(|_| broken())?,
                hash: hash.clone(),
                given_at: moment(given_at),
                expires_at: moment(expires_at),
            }),
            _ => None,
        };
        let stage = match (self.state.as_str(), self.ended_at, code, self.redeemed_at) {
            ("pushed", None, None, None) => Stage::Pushed,
            ("refused", Some(at), None, None) => Stage::Refused { ended_at: moment(at) },
            ("granted", Some(_), Some(code), None) => Stage::Granted(code),
            ("redeemed", Some(_), Some(code), Some(at)) => {
                Stage::Redeemed { code, redeemed_at: moment(at) }
            }
            _ => return Err(broken()),
        };
        Ok(Authorization {
            id: self.id.parse().map_err(|_| broken())?,
            pushed: Pushed {
                asked: serde_json::from_slice(&asked).map_err(|_| broken())?,
                redirect_uri: self.redirect_uri,
                state: self.client_state,
                nonce: self.nonce,
                code_challenge: self.code_challenge,
                dpop_jkt: self.dpop_jkt,
                // What was merged stands in what is asked: all that is left to do is to take the grant's place.
                action: match &self.grant_id {
                    Some(grant) => GrantAction::Replace(grant.parse().map_err(|_| broken())?),
                    None => GrantAction::Create,
                },
            },
            client_id: self.client_id,
            pushed_at: moment(self.pushed_at),
            expires_at: moment(self.expires_at),
            stage,
        })
    }
}
