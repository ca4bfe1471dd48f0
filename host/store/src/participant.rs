//! Rows of participants, their certificates and applications.

use std::collections::{BTreeMap, BTreeSet};

use senim_core::id::Bin;
use senim_core::participant::view::ParticipantName;
use senim_core::participant::{Kind, Participant, Roles, Standing};
use senim_core::routing::{Allowance, RegistryParticipant};

use super::row::row;
use super::{StoreError, Tx, inconsistent, millis, uncount};
use senim_channel::clock::moment;
use senim_core::participant::application::{Application, ClientAuth};

/// A participant's entry when it joins.
#[derive(Clone, Debug)]
pub struct Registration {
    pub participant: Participant,
    /// `x5t#S256`.
    pub certificates: Vec<String>,
    pub base_url: Option<String>,
    /// `None`: a new one has the default, another one keeps what the operator has set.
    pub allowance: Option<Allowance>,
}

/// Adds or updates a participant; its standing stays. `true`: it is new.
pub async fn register(tx: &mut Tx, registration: &Registration) -> Result<bool, StoreError> {
    let participant = &registration.participant;
    let bin = participant.bin.to_string();
    let new = load(tx, participant.bin).await?.is_none();
    sqlx::query(
        "-- participant.register
         INSERT INTO participant (bin, name, provider, consumer, base_url, standing)
         VALUES ($1, $2, $3, $4, $5, 'active')
         ON CONFLICT (bin) DO UPDATE
            SET name     = $2
              , provider = $3
              , consumer = $4
              , base_url = $5",
    )
    .bind(bin.as_str())
    .bind(participant.name.as_str())
    .bind(i64::from(participant.roles.provider))
    .bind(i64::from(participant.roles.consumer))
    .bind(registration.base_url.as_deref())
    .execute(tx.conn())
    .await?;
    if let Some(allowance) = registration.allowance {
        save_allowance(tx, participant.bin, allowance).await?;
    }
    sqlx::query(
        "-- participant.register/forget_certificates
         DELETE FROM participant_certificate
          WHERE bin = $1",
    )
    .bind(bin.as_str())
    .execute(tx.conn())
    .await?;
    for certificate in &registration.certificates {
        sqlx::query(
            "-- participant.register/certificate
             INSERT INTO participant_certificate (thumbprint, bin)
             VALUES ($1, $2)",
        )
        .bind(certificate.as_str())
        .bind(bin.as_str())
        .execute(tx.conn())
        .await?;
    }
    Ok(new)
}

pub async fn save_allowance(tx: &mut Tx, bin: Bin, allowance: Allowance) -> Result<(), StoreError> {
    sqlx::query(
        "-- participant.save_allowance
         UPDATE participant
            SET requests_a_minute             = $2
              , application_requests_a_minute = $3
              , application_requests_a_day    = $4
              , consent_requests_a_minute     = $5
          WHERE bin = $1",
    )
    .bind(bin.to_string())
    .bind(i64::from(allowance.requests_a_minute))
    .bind(i64::from(allowance.application_requests_a_minute))
    .bind(i64::from(allowance.application_requests_a_day))
    .bind(i64::from(allowance.consent_requests_a_minute))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a consumer may ask for; `None`: there is no such participant.
pub async fn allowance(tx: &mut Tx, bin: Bin) -> Result<Option<Allowance>, StoreError> {
    Ok(allowances(tx).await?.get(&bin).copied())
}

pub async fn load(tx: &mut Tx, bin: Bin) -> Result<Option<Participant>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- participant.load
         SELECT bin
              , name
              , provider
              , consumer
              , base_url
              , standing
              , suspended_at
              , suspended_why
           FROM participant
          WHERE bin = $1",
    )
    .bind(bin.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(Row::into_participant).transpose()
}

pub async fn set_kind(tx: &mut Tx, bin: Bin, kind: Kind) -> Result<(), StoreError> {
    sqlx::query(
        "-- participant.set_kind
         UPDATE participant
            SET kind = $2
          WHERE bin = $1",
    )
    .bind(bin.to_string())
    .bind(kind.name())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// `None`: there is no such participant.
pub async fn kind(tx: &mut Tx, bin: Bin) -> Result<Option<Kind>, StoreError> {
    let found = sqlx::query_scalar::<_, String>(
        "-- participant.kind
         SELECT kind
           FROM participant
          WHERE bin = $1",
    )
    .bind(bin.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let known = |name: String| Kind::ALL.into_iter().find(|it| it.name() == name);
    let broken = || inconsistent("participant", bin);
    found.map(|it| known(it).ok_or_else(broken)).transpose()
}

/// The participant of a server certificate, by `x5t#S256`.
pub async fn by_certificate(
    tx: &mut Tx,
    thumbprint: &str,
) -> Result<Option<(Participant, Kind)>, StoreError> {
    let found = sqlx::query_as::<_, (String, String)>(
        "-- participant.by_certificate
         SELECT participant.bin
              , participant.kind
           FROM participant_certificate
           JOIN participant ON participant.bin = participant_certificate.bin
          WHERE participant_certificate.thumbprint = $1",
    )
    .bind(thumbprint)
    .fetch_optional(tx.conn())
    .await?;
    let Some((bin, kind)) = found else { return Ok(None) };
    let broken = || inconsistent("participant", &bin);
    let kind = Kind::ALL.into_iter().find(|it| it.name() == kind).ok_or_else(broken)?;
    let participant = load(tx, bin.parse().map_err(|_| broken())?).await?;
    Ok(participant.map(|it| (it, kind)))
}

pub async fn name(tx: &mut Tx, bin: Bin) -> Result<Option<ParticipantName>, StoreError> {
    let found = load(tx, bin).await?;
    Ok(found.map(|it| ParticipantName { bin: it.bin, name: it.name }))
}

/// By name.
pub async fn all(tx: &mut Tx) -> Result<Vec<Participant>, StoreError> {
    rows(tx).await?.into_iter().map(Row::into_participant).collect()
}

pub async fn save_standing(tx: &mut Tx, participant: &Participant) -> Result<(), StoreError> {
    let (standing, at, why) = match &participant.standing {
        Standing::Active => ("active", None, None),
        Standing::Suspended { since, reason } => {
            ("suspended", Some(millis(*since)), Some(reason.as_str()))
        }
    };
    sqlx::query(
        "-- participant.save_standing
         UPDATE participant
            SET standing      = $2
              , suspended_at  = $3
              , suspended_why = $4
          WHERE bin = $1",
    )
    .bind(participant.bin.to_string())
    .bind(standing)
    .bind(at)
    .bind(why)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The register for edges.
pub async fn registry(tx: &mut Tx) -> Result<Vec<RegistryParticipant>, StoreError> {
    let participants = rows(tx).await?;
    let certificates = sqlx::query_as::<_, (String, String)>(
        "-- participant.registry/certificates
         SELECT bin
              , thumbprint
           FROM participant_certificate
          ORDER BY thumbprint",
    )
    .fetch_all(tx.conn())
    .await?;
    let applications = sqlx::query_as::<_, (String, String)>(
        "-- participant.registry/applications
         SELECT bin
              , client_id
           FROM application
          ORDER BY client_id",
    )
    .fetch_all(tx.conn())
    .await?;
    let allowances = allowances(tx).await?;
    let of = |bin: &str, pairs: &[(String, String)]| -> Vec<String> {
        pairs.iter().filter(|(owner, _)| owner == bin).map(|(_, it)| it.clone()).collect()
    };
    participants
        .into_iter()
        .map(|row| {
            let (certificates, applications) =
                (of(&row.bin, &certificates), of(&row.bin, &applications));
            let base_url = row.base_url.clone();
            let participant = row.into_participant()?;
            let allowance = allowances.get(&participant.bin).copied();
            Ok(RegistryParticipant {
                allowance: allowance.unwrap_or_default(),
                bin: participant.bin,
                name: participant.name,
                roles: participant.roles,
                active: participant.standing == Standing::Active,
                certificates,
                base_url,
                applications,
            })
        })
        .collect()
}

/// What each consumer may ask for.
async fn allowances(tx: &mut Tx) -> Result<BTreeMap<Bin, Allowance>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64, i64, i64, i64)>(
        "-- participant.registry/allowances
         SELECT bin
              , requests_a_minute
              , application_requests_a_minute
              , application_requests_a_day
              , consent_requests_a_minute
           FROM participant",
    )
    .fetch_all(tx.conn())
    .await?;
    let read = |(bin, participant, application, application_day, consent): (String, _, _, _, _)| {
        let number = |it: i64| u32::try_from(it).map_err(|_| inconsistent("participant", &bin));
        let allowance = Allowance {
            requests_a_minute: number(participant)?,
            application_requests_a_minute: number(application)?,
            application_requests_a_day: number(application_day)?,
            consent_requests_a_minute: number(consent)?,
        };
        Ok((bin.parse().map_err(|_| inconsistent("participant", &bin))?, allowance))
    };
    rows.into_iter().map(read).collect()
}

pub async fn register_application(
    tx: &mut Tx,
    application: &Application,
) -> Result<(), StoreError> {
    let (auth, jwks, subject) = match &application.auth {
        ClientAuth::PrivateKeyJwt(keys) => {
            let keys = serde_json::to_string(keys)
                .map_err(|_| inconsistent("application", &application.client_id))?;
            ("private_key_jwt", Some(keys), None)
        }
        ClientAuth::TlsClientAuth(subject) => ("tls_client_auth", None, Some(subject.as_str())),
    };
    sqlx::query(
        "-- participant.register_application
         INSERT INTO application (client_id, bin, name, auth, jwks, subject)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (client_id) DO UPDATE
            SET bin         = $2
              , name        = $3
              , auth        = $4
              , jwks        = $5
              , subject     = $6",
    )
    .bind(application.client_id.as_str())
    .bind(application.bin.to_string())
    .bind(application.name.as_str())
    .bind(auth)
    .bind(jwks)
    .bind(subject)
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "-- participant.register_application/forget_redirects
         DELETE FROM application_redirect
          WHERE client_id = $1",
    )
    .bind(application.client_id.as_str())
    .execute(tx.conn())
    .await?;
    for uri in &application.redirect_uris {
        sqlx::query(
            "-- participant.register_application/redirect
             INSERT INTO application_redirect (client_id, redirect_uri)
             VALUES ($1, $2)",
        )
        .bind(application.client_id.as_str())
        .bind(uri.as_str())
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Where security events for an application are pushed (RFC 8935); `None`: it polls.
pub async fn set_events_url(
    tx: &mut Tx,
    client_id: &str,
    url: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- participant.set_events_url
         UPDATE application
            SET events_url = $2
          WHERE client_id = $1",
    )
    .bind(client_id)
    .bind(url)
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn application(tx: &mut Tx, client_id: &str) -> Result<Option<Application>, StoreError> {
    let row = sqlx::query_as::<_, ApplicationRow>(
        "-- participant.application
         SELECT client_id
              , bin
              , name
              , auth
              , jwks
              , subject
           FROM application
          WHERE client_id = $1",
    )
    .bind(client_id)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let redirect_uris = sqlx::query_scalar::<_, String>(
        "-- participant.application/redirects
         SELECT redirect_uri
           FROM application_redirect
          WHERE client_id = $1",
    )
    .bind(client_id)
    .fetch_all(tx.conn())
    .await?;
    row.into_application(redirect_uris.into_iter().collect()).map(Some)
}

/// The number of applications of each participant that has any.
pub async fn count_applications(tx: &mut Tx) -> Result<BTreeMap<Bin, u64>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64)>(
        "-- participant.count_applications
         SELECT bin
              , COUNT(*)
           FROM application
          GROUP BY bin",
    )
    .fetch_all(tx.conn())
    .await?;
    by_participant("application", rows)
}

/// Rows of BIN and count.
pub(super) fn by_participant(
    table: &'static str,
    rows: Vec<(String, i64)>,
) -> Result<BTreeMap<Bin, u64>, StoreError> {
    let counted = |(bin, counted): (String, i64)| {
        let parsed = bin.parse().map_err(|_| inconsistent(table, &bin))?;
        Ok((parsed, uncount(counted)))
    };
    rows.into_iter().map(counted).collect()
}

async fn rows(tx: &mut Tx) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query_as::<_, Row>(
        "-- participant.all
         SELECT bin
              , name
              , provider
              , consumer
              , base_url
              , standing
              , suspended_at
              , suspended_why
           FROM participant
          ORDER BY name, bin",
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

row! {
    struct Row {
        bin: String,
        name: String,
        provider: i64,
        consumer: i64,
        base_url: Option<String>,
        standing: String,
        suspended_at: Option<i64>,
        suspended_why: Option<String>,
    }
}

impl Row {
    fn into_participant(self) -> Result<Participant, StoreError> {
        let standing = match (self.standing.as_str(), self.suspended_at, self.suspended_why) {
            ("active", None, None) => Standing::Active,
            ("suspended", Some(at), Some(reason)) => {
                Standing::Suspended { since: moment(at), reason }
            }
            _ => return Err(inconsistent("participant", self.bin)),
        };
        let bin = self.bin.parse().map_err(|_| inconsistent("participant", &self.bin))?;
        let roles = Roles { provider: self.provider == 1, consumer: self.consumer == 1 };
        Ok(Participant { bin, name: self.name, roles, standing })
    }
}

row! {
    struct ApplicationRow {
        client_id: String,
        bin: String,
        name: String,
        auth: String,
        jwks: Option<String>,
        subject: Option<String>,
    }
}

impl ApplicationRow {
    fn into_application(self, redirect_uris: BTreeSet<String>) -> Result<Application, StoreError> {
        let broken = || inconsistent("application", &self.client_id);
        let auth = match (self.auth.as_str(), &self.jwks, &self.subject) {
            ("private_key_jwt", Some(keys), None) => {
                ClientAuth::PrivateKeyJwt(serde_json::from_str(keys).map_err(|_| broken())?)
            }
            ("tls_client_auth", None, Some(subject)) => ClientAuth::TlsClientAuth(subject.clone()),
            _ => return Err(broken()),
        };
        let bin = self.bin.parse().map_err(|_| broken())?;
        Ok(Application { client_id: self.client_id, bin, name: self.name, auth, redirect_uris })
    }
}
