//! The client's cabinet: every consent, given and ended (CNS-3).

use std::collections::BTreeMap;

use axum::Json;
use senim_core::Timestamp;
use senim_core::consent::view::{CabinetView, ConsentStatus, ConsentView, DisclosureView};
use senim_core::consent::{Consent, ConsentState};
use senim_core::id::{Bin, ConsentId};
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
            let given = store::consent::given_by(tx, &client.iin).await?;
            let replaced: BTreeMap<_, _> =
                given.iter().filter_map(|it| Some((it.replaces?, it.id))).collect();
            for consent in given {
                let about = About {
                    used: used.get(&consent.id).copied(),
                    replaced_by: replaced.get(&consent.id).copied(),
                };
                consents.extend(view(tx, &mut names, consent, about, now).await?);
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

/// What other rows say of a consent.
#[derive(Default)]
pub(super) struct About {
    /// How often, and when last.
    pub(super) used: Option<(u64, Timestamp)>,
    pub(super) replaced_by: Option<ConsentId>,
}

/// `None` for a consent that was never granted.
pub(super) async fn view(
    tx: &mut Tx,
    names: &mut Names,
    consent: Consent,
    about: About,
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
        replaces: consent.replaces,
        replaced_by: about.replaced_by,
        consumer: names.of(tx, consent.consumer).await?,
        providers,
        data: consent.limits.data,
        accounts: consent.limits.accounts,
        transactions_from: consent.limits.transactions_from,
        unattended: consent.limits.unattended,
        identity: consent.identity.map(|it| DisclosureView { fields: it.fields, once: it.once }),
        purpose: consent.purpose,
        granted_at: granted.granted_at,
        expires_at: granted.expires_at,
        text_hash: granted.text_hash,
        status,
        uses: about.used.map_or(0, |(uses, _)| uses),
        last_used_at: about.used.map(|(_, last)| last),
    }))
}
