//! What the client accepted, and what a withdrawal leaves of the pictures (IDX-12, IDX-13).

use std::collections::BTreeMap;

use axum::Json;
use senim_core::Timestamp;
use senim_core::agreement::view::{AcceptanceView, AgreementView, KeptView, PicturesView};
use senim_core::agreement::{Acceptance, KeptFor};
use senim_core::id::Iin;
use senim_core::retention::HeldFor;

use crate::app::App;
use crate::caller::Client;
use crate::http::problem::Refusal;
use senim_store::evidence::KeptFrames;
use senim_store::{self as store, StoreError, Tx};

const ACCEPTED_SHOWN: u64 = 100;

/// `GET /api/cabinet/agreement`.
#[tracing::instrument(name = "agreement.show", skip_all)]
pub(super) async fn show(app: App, client: Client) -> Result<Json<AgreementView>, Refusal> {
    let now = app.now();
    app.store
        .read("agreement.show", async |tx| Ok(Json(view(tx, &app, &client.iin, now).await?)))
        .await
}

pub(super) async fn view(
    tx: &mut Tx,
    app: &App,
    iin: &Iin,
    now: Timestamp,
) -> Result<AgreementView, Refusal> {
    let accepted = accepted(tx, iin).await?;
    let last = store::agreement::last_withdrawal(tx, iin).await?;
    let withdrawn = last
        .filter(|it| accepted.first().is_none_or(|newest| newest.accepted_at <= it.withdrawn_at));
    let mut pictures = PicturesView::default();
    let mut kept = BTreeMap::<KeptFor, (u64, Timestamp)>::new();
    for frames in store::evidence::frames_of_person(tx, iin).await? {
        match kept_for(tx, &frames, now).await? {
            None => pictures.free += 1,
            Some((why, until)) => {
                let entry = kept.entry(why).or_insert((0, until));
                *entry = (entry.0 + 1, entry.1.max(until));
            }
        }
    }
    pictures.kept =
        kept.into_iter().map(|(why, (checks, until))| KeptView { why, checks, until }).collect();
    Ok(AgreementView { accepted, withdrawn, pictures, terms: app.config.retention() })
}

/// The editions that a client accepted, the newest first.
pub(crate) async fn accepted(tx: &mut Tx, iin: &Iin) -> Result<Vec<AcceptanceView>, StoreError> {
    let accepted = store::agreement::accepted_by(tx, iin, ACCEPTED_SHOWN).await?;
    Ok(accepted.into_iter().map(of).collect())
}

fn of(accepted: Acceptance) -> AcceptanceView {
    let Acceptance { edition, holds_from, language, hashes, accepted_at } = accepted;
    AcceptanceView { edition, holds_from, language, accepted_at, hashes }
}

/// Why a withdrawal leaves these pictures, and until when; `None`: it destroys them.
pub(super) async fn kept_for(
    tx: &mut Tx,
    frames: &KeptFrames,
    now: Timestamp,
) -> Result<Option<(KeptFor, Timestamp)>, StoreError> {
    if let Some((why, until)) = store::evidence::held(tx, frames.session, now).await? {
        let why = match why {
            HeldFor::Dispute => KeptFor::Dispute,
            HeldFor::Law => KeptFor::Law,
        };
        return Ok(Some((why, until.max(frames.until))));
    }
    // Else whoever passed as somebody else could destroy the proof of it at once, and go on reading.
    let proves = store::consent::in_force_of_session(tx, frames.session, now).await?;
    Ok(proves.then_some((KeptFor::Consent, frames.until)))
}
