//! One consent in full, with each use of it (CNS-3).

use axum::Json;
use axum::extract::Path;
use senim_core::Timestamp;
use senim_core::consent::Consent;
use senim_core::consent::view::{ConsentDetailsView, ConsentTextView, UseView};
use senim_core::id::{ConsentId, Iin, SessionId};
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
            Ok(Json(details(tx, &app, client.session, consent, now).await?))
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

/// `asking`: the cabinet's session.
pub(super) async fn details(
    tx: &mut Tx,
    app: &App,
    asking: SessionId,
    consent: Consent,
    now: Timestamp,
) -> Result<ConsentDetailsView, Refusal> {
    let (id, mut names) = (consent.id, Names::default());
    let found = store::usage::uses(tx, consent.id, USES_SHOWN).await?;
    let mut uses = Vec::new();
    for each in found {
        let (id, at, status, problem) = (each.id, each.at, each.status, each.problem);
        let attended = each.attended;
        if consent.identity.is_some() {
            uses.push(UseView { id, at, provider: None, data: None, attended, status, problem });
        } else if let (Some(provider), Some(data)) = (each.provider, each.data) {
            // Without a provider or a kind of data it was refused before it reached this consent's data.
            let (provider, data) = (Some(names.of(tx, provider).await?), Some(data));
            uses.push(UseView { id, at, provider, data, attended, status, problem });
        }
    }
    let about = About {
        used: store::usage::use_totals(tx, consent.id).await?,
        replaced_by: store::consent::replaced_by(tx, consent.id).await?,
    };
    let view = list::view(tx, &mut names, consent, about, now).await?;
    let deletion = store::signals::of_consent(tx, id).await?.map(|it| it.deletion(now));
    let given_in = store::consent::session_of(tx, id).await?.ok_or(Problem::NotFound)?;
    Ok(ConsentDetailsView {
        consent: view.ok_or(Problem::NotFound)?,
        uses,
        deletion,
        text: text(tx, id).await?,
        own_session: given_in == asking,
        reported: store::activity::is_reported(tx, given_in).await?,
        lock_hours: app.config.disown_lock_hours,
    })
}

/// The texts as they were agreed to.
pub(super) async fn text(tx: &mut Tx, id: ConsentId) -> Result<ConsentTextView, Refusal> {
    let shown = store::consent::shown(tx, id).await?.ok_or(Problem::NotFound)?;
    let edition = match shown.edition {
        Some(number) => store::agreement::edition(tx, shown.rule, number).await?,
        None => None,
    };
    Ok(ConsentTextView::of(shown, edition.map(|it| it.holds_from)))
}
