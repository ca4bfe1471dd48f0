//! The client's cabinet: every consent, given and ended (CNS-3).

use std::collections::BTreeMap;

use axum::Json;
use senim_core::Timestamp;
use senim_core::consent::view::{CabinetView, ConsentStatus, ConsentView};
use senim_core::consent::{Consent, ConsentState};
use senim_core::id::Bin;
use senim_core::participant::view::ParticipantName;

use crate::app::App;
use crate::caller::Client;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

#[tracing::instrument(name = "cabinet.list", skip_all)]
pub async fn list(app: App, client: Client) -> Result<Json<CabinetView>, Refusal> {
    let now = app.now();
    app.store
        .read("cabinet.list", async |tx| {
            let mut names = Names::default();
            let mut consents = Vec::new();
            let used = store::usage::use_totals_of_client(tx, &client.iin).await?;
            for consent in store::consent::given_by(tx, &client.iin).await? {
                let totals = used.get(&consent.id).copied();
                consents.extend(view(tx, &mut names, consent, totals, now).await?);
            }
            Ok(Json(CabinetView {
                client_name: client.name.clone(),
                iin_masked: client.iin.masked(),
                consents,
            }))
        })
        .await
}

/// Participants' names that have been looked up so far.
#[derive(Default)]
pub(super) struct Names(BTreeMap<Bin, String>);

impl Names {
    pub(super) async fn of(&mut self, tx: &mut Tx, bin: Bin) -> Result<ParticipantName, Refusal> {
        if let Some(name) = self.0.get(&bin) {
            return Ok(ParticipantName { bin, name: name.clone() });
        }
        // Participants are never deleted; if one is missing all the same, its BIN identifies it.
        let participant = store::participant::load(tx, bin).await?;
        let name = participant.map_or_else(|| bin.to_string(), |it| it.name);
        self.0.insert(bin, name.clone());
        Ok(ParticipantName { bin, name })
    }
}

/// `None` for a consent that was never granted. `used`: how often, and when last.
pub(super) async fn view(
    tx: &mut Tx,
    names: &mut Names,
    consent: Consent,
    used: Option<(u64, Timestamp)>,
    now: Timestamp,
) -> Result<Option<ConsentView>, Refusal> {
    let (granted, status) = match consent.state {
        ConsentState::Granted(granted) if granted.expired(now) => (granted, ConsentStatus::Expired),
        ConsentState::Granted(granted) => (granted, ConsentStatus::Active),
        ConsentState::Ended { granted, ended_at, by } => {
            (granted, ConsentStatus::Ended { ended_at, by })
        }
        ConsentState::Requested | ConsentState::Refused { .. } | ConsentState::Abandoned { .. } => {
            return Ok(None);
        }
    };
    let mut providers = Vec::new();
    for &bin in &consent.providers {
        providers.push(names.of(tx, bin).await?);
    }
    Ok(Some(ConsentView {
        id: consent.id,
        consumer: names.of(tx, consent.consumer).await?,
        providers,
        data: consent.limits.data,
        accounts: consent.limits.accounts,
        transactions_from: consent.limits.transactions_from,
        purpose: consent.purpose,
        granted_at: granted.granted_at,
        expires_at: granted.expires_at,
        status,
        uses: used.map_or(0, |(uses, _)| uses),
        last_used_at: used.map(|(_, last)| last),
    }))
}
