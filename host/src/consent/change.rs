//! The client leaves less of a consent (CNS-7): the old one ends, a new one takes its place at once, and the consumer's refresh
//! token goes on with it. Edges refuse access tokens of the old one with a code that says so.

use axum::Json;
use axum::extract::Path;
use senim_core::agreement::RuleText;
use senim_core::alert::AlertKind;
use senim_core::consent::change::{ChangeConsent, texts};
use senim_core::consent::view::ConsentDetailsView;
use senim_core::consent::words::Shown;
use senim_core::consent::{ConsentState, EndedBy, Granted};
use senim_core::id::ConsentId;
use senim_core::identity::cabinet::Act;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::problem::Problem;

use super::list::{self, About, Names};
use super::{end, show};
use crate::alert;
use crate::app::App;
use crate::caller::Client;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store as store;

/// The new consent; 409 where the page showed another text, or the consent is over.
#[tracing::instrument(name = "consent.change", skip_all)]
pub async fn change(
    app: App,
    client: Client,
    Path(id): Path<String>,
    JsonBody(ChangeConsent { left, text_hash, language }): JsonBody<ChangeConsent>,
) -> Result<Json<ConsentDetailsView>, Refusal> {
    let now = app.now();
    client.may(Act::Withdraw, now)?;
    app.store
        .transact("consent.change", async |tx| {
            let old = show::own(tx, &client.iin, &id).await?;
            let about = About::default();
            let shown = list::view(tx, &mut Names::default(), old.clone(), about, now).await?;
            let texts = texts(&shown.ok_or(Problem::NotFound)?, &left);
            if old.check(now).is_err() {
                return Err(Problem::ConsentEnded.into());
            }
            let index = store::consent::allocate_index(tx, now).await?;
            let new = (ConsentId(app.rng.id()), index, texts.hash());
            let (old, new) = old.narrow(&left, new, now)?;
            if text_hash != texts.hash() {
                return Err(Problem::ConsentText.into());
            }
            let by = (EndedBy::Changed, Some(new.id));
            end::save(tx, &app, &old, by, Actor::Client, now).await?;
            let shown = Shown {
                rule: RuleText::ConsentChange,
                edition: Some(app.editions.change.number),
                language,
                agreed: texts.agreed(),
                english: texts.english.clone(),
            };
            store::consent::add(tx, &new, client.session, &shown).await?;
            store::authorization::pass_on(tx, old.id, new.id).await?;
            let event = Event::ConsentChanged {
                session: client.session,
                replaces: old.id,
                consumer: new.consumer,
                providers: new.providers.clone(),
                data: new.limits.data.clone(),
                expires_at: granted(&new.state).and_then(|it| it.expires_at),
                reads_a_day: new.limits.unattended.map(|it| it.reads_a_day),
            };
            let subject = Subject::Consent(new.id);
            store::journal::append(tx, Actor::Client, subject, event, now).await?;
            let by = (client.session, Some(client.language));
            alert::of_consent(tx, &app, AlertKind::ConsentChanged, &new, by, now).await?;
            Ok(Json(show::details(tx, &app, client.session, new, now).await?))
        })
        .await
}

fn granted(state: &ConsentState) -> Option<&Granted> {
    match state {
        ConsentState::Granted(granted) | ConsentState::Ended { granted, .. } => Some(granted),
        ConsentState::Requested | ConsentState::Refused { .. } | ConsentState::Abandoned { .. } => {
            None
        }
    }
}
