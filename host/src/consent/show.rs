//! One consent in full, with each use of it (CNS-3).

use axum::Json;
use axum::extract::Path;
use senim_core::Timestamp;
use senim_core::consent::Consent;
use senim_core::consent::view::{ConsentDetailsView, UseView};
use senim_core::id::{ConsentId, Iin};
use senim_core::problem::Problem;

use super::list::{self, About, Names};
use crate::app::App;
use crate::caller::Client;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

const USES_SHOWN: u64 = 500;

#[tracing::instrument(name = "cabinet.show", skip_all)]
pub async fn show(
    app: App,
    client: Client,
    Path(id): Path<String>,
) -> Result<Json<ConsentDetailsView>, Refusal> {
    let now = app.now();
    app.store
        .read("cabinet.show", async |tx| {
            let consent = own(tx, &client.iin, &id).await?;
            Ok(Json(details(tx, consent, now).await?))
        })
        .await
}

/// The client's own consent; another client's is not found.
pub(super) async fn own(tx: &mut Tx, iin: &Iin, id: &str) -> Result<Consent, Refusal> {
    let id: ConsentId = id.parse().map_err(|_| Problem::NotFound)?;
    let consent = store::consent::load(tx, id).await?;
    let own = consent.filter(|it| it.iin == *iin);
    own.ok_or_else(|| Problem::NotFound.into())
}

pub(super) async fn details(
    tx: &mut Tx,
    consent: Consent,
    now: Timestamp,
) -> Result<ConsentDetailsView, Refusal> {
    let (id, mut names) = (consent.id, Names::default());
    let found = store::usage::uses(tx, consent.id, USES_SHOWN).await?;
    let mut uses = Vec::new();
    for each in found {
        let (at, status, problem) = (each.at, each.status, each.problem);
        let attended = each.attended;
        if consent.identity.is_some() {
            uses.push(UseView { at, provider: None, data: None, attended, status, problem });
        } else if let (Some(provider), Some(data)) = (each.provider, each.data) {
            // Without a provider or a kind of data it was refused before it reached this consent's data.
            let (provider, data) = (Some(names.of(tx, provider).await?), Some(data));
            uses.push(UseView { at, provider, data, attended, status, problem });
        }
    }
    let about = About {
        used: store::usage::use_totals(tx, consent.id).await?,
        replaced_by: store::consent::replaced_by(tx, consent.id).await?,
    };
    let view = list::view(tx, &mut names, consent, about, now).await?;
    let deletion = store::signals::of_consent(tx, id).await?.map(|it| it.deletion(now));
    Ok(ConsentDetailsView { consent: view.ok_or(Problem::NotFound)?, uses, deletion })
}
