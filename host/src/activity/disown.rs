//! `POST /api/cabinet/disown`: the client says that a session, or a consent, was not theirs. Everybody else who acts as them is
//! stopped at once, and a case stands before the operator.
//!
//! What this session is allowed stays as it is: whoever reports has just passed face and phone, or unlocked a device of the
//! client's.

use axum::Json;
use chrono::TimeDelta;
use senim_core::activity::view::DisownedView;
use senim_core::activity::{Case, Disown, Disowned, REPORTS_MOST, REPORTS_WITHIN};
use senim_core::id::{CaseId, SessionId};
use senim_core::identity::cabinet::Act;
use senim_core::identity::session::Input;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::passkey::{EndedBy, Opened, Passkey};
use senim_core::problem::Problem;

use crate::app::App;
use crate::caller::Client;
use crate::caller::browser::Visitor;
use crate::caller::limit::limit;
use crate::consent;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use crate::identity::dialogue;
use crate::passkey;
use senim_core::identity::dialogue::Dialogue;
use senim_store::{self as store, Tx};

#[tracing::instrument(name = "activity.disown", skip_all)]
pub(super) async fn disown(
    app: App,
    client: Client,
    visitor: Visitor,
    JsonBody(Disown { what, withdraw }): JsonBody<Disown>,
) -> Result<Json<DisownedView>, Refusal> {
    let now = app.now();
    client.may(Act::Report, now)?;
    let locked_until = now + TimeDelta::hours(i64::from(app.config.disown_lock_hours));
    let id = CaseId(app.rng.id());
    app.store
        .transact("activity.disown", async |tx| {
            let reported = own(tx, &client, what).await?;
            let session = reported.id;
            if session == client.session {
                return Err(Problem::DisownOwn.into());
            }
            if store::activity::is_reported(tx, session).await? {
                return Err(Problem::DisownTwice.into());
            }
            let reports = format!("disown:{}", client.iin.expose());
            let reports = app.sealer.blind("identity_attempt.subject", &reports);
            limit(tx, &reports, REPORTS_MOST, REPORTS_WITHIN, now).await?;

            let but = client.session;
            let mut sessions = store::identity::sign_out_others(tx, &client.iin, but, now).await?;
            for open in store::identity::open_of(tx, &client.iin).await? {
                dialogue::advance(tx, &app, open, Input::Locked, None, now).await?;
                sessions += 1;
            }
            let reporting = Opened { session: client.session, passkey: client.passkey };
            let stranger = Opened { session, passkey: reported.content.passkey };
            let whose = (&client.iin, client.session);
            let ends = |it: &Passkey| !it.outlasts_report(reporting, stranger);
            let passkeys = passkey::all_of(tx, whose, EndedBy::Report, ends, now).await?;
            let browser = visitor.known.as_deref();
            store::identity::forget_browsers_but(tx, &client.iin, browser).await?;
            let mut withdrawn = 0;
            if withdraw {
                for given in store::consent::standing_of_session(tx, session).await? {
                    if given.iin == client.iin && given.check(now).is_ok() {
                        let by = (client.session, client.language);
                        consent::withdraw::by_client(tx, &app, given, by, now).await?;
                        withdrawn += 1;
                    }
                }
            }
            let consumer = reported.content.request.map(|it| it.consumer.bin);
            let case = Case {
                id,
                session,
                consumer,
                opened_at: now,
                withdrawn,
                sessions,
                locked_until,
                closed: None,
            };
            store::activity::add_case(tx, &case, &client.iin, client.session).await?;
            let event = Event::CabinetDisowned { case: id, withdrawn, sessions, locked_until };
            let subject = Subject::Session(session);
            store::journal::append(tx, Actor::Client, subject, event, now).await?;
            Ok(Json(DisownedView { case: id, sessions, withdrawn, passkeys, locked_until }))
        })
        .await
}

/// The client's own session; another's is not found.
async fn own(tx: &mut Tx, client: &Client, what: Disowned) -> Result<Dialogue, Refusal> {
    let session: SessionId = match what {
        Disowned::Session(session) => session,
        Disowned::Consent(consent) => {
            let given = store::consent::load(tx, consent).await?;
            given.filter(|it| it.iin == client.iin).ok_or(Problem::NotFound)?;
            store::consent::session_of(tx, consent).await?.ok_or(Problem::NotFound)?
        }
    };
    let dialogue = store::identity::load(tx, session).await?;
    let own =
        dialogue.filter(|it| it.content.session.person().is_some_and(|it| it.iin == client.iin));
    own.ok_or_else(|| Problem::NotFound.into())
}
