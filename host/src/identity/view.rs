//! The session's state, for the page.

use std::collections::BTreeSet;

use axum::Json;
use senim_core::Timestamp;
use senim_core::agreement::view::EditionView;
use senim_core::consent::AskedFor;
use senim_core::consent::view::{ConsentRequestView, DisclosureView};
use senim_core::consent::words::{self, Agreed};
use senim_core::id::Phone;
use senim_core::identity::session::{HandoffState, Input, Purpose, Step};
use senim_core::identity::view::{IdentityView, PhoneView, StepView};
use senim_core::problem::Problem;
use senim_core::text::Language;

use super::dialogue::{self, Device};
use super::front;
use crate::app::App;
use crate::authorization;
use crate::caller::browser::Browser;
use crate::consent::grant::parties;
use crate::http::problem::Refusal;
use senim_core::identity::dialogue::{Content, Dialogue, Request};
use senim_store::Tx;

/// `GET /api/identity`. It shows what time has changed meanwhile and saves nothing: the next step does, or the job.
#[tracing::instrument(name = "identity.view", skip_all)]
pub async fn show(app: App, browser: Browser) -> Result<Json<IdentityView>, Refusal> {
    let now = app.now();
    app.store
        .read("identity.view", async |tx| {
            let (dialogue, device) = dialogue::seen(tx, &app, &browser, now).await?;
            let dialogue = as_of(tx, &app, dialogue, now).await?;
            Ok(Json(on(&app, device, &dialogue, now)))
        })
        .await
}

/// The session as it will be once the time that has passed is saved.
async fn as_of(
    tx: &mut Tx,
    app: &App,
    dialogue: Dialogue,
    now: Timestamp,
) -> Result<Dialogue, Refusal> {
    if dialogue.content.session.deadline().is_none_or(|deadline| now < deadline) {
        return Ok(dialogue);
    }
    let Dialogue { id, content, cabinet_until } = dialogue;
    // Its effects are for whoever saves it.
    let (session, _) = content.session.handle(Input::TimePassed, now)?;
    let redirect = match (session.mark(), &content.request) {
        (Some(mark), Some(request)) => {
            authorization::way_back(tx, app, request.authorization, mark).await?
        }
        (Some(_), None) | (None, _) => content.redirect,
    };
    let content = Content { session, redirect, request: content.request, ..content };
    Ok(Dialogue { id, content, cabinet_until })
}

/// As this device shows it. A phone learns who asks, and what its part is: nothing of the person, and no way back.
pub fn on(app: &App, device: Device, dialogue: &Dialogue, now: Timestamp) -> IdentityView {
    let view = of(app, dialogue, now);
    if device == Device::First {
        return view;
    }
    let session = &dialogue.content.session;
    let step = match session.handoff(now) {
        HandoffState::Opened { number, .. } => StepView::PhoneWaits { number },
        HandoffState::Acting => view.step,
        HandoffState::None | HandoffState::Offered { .. } => {
            StepView::PhoneDone { problem: session.mark().map(|it| it.code().to_owned()) }
        }
    };
    IdentityView { step, ends_at: None, phone: Some(PhoneView::This), links_left: 0, ..view }
}

/// As the first device shows it.
pub fn of(app: &App, dialogue: &Dialogue, now: Timestamp) -> IdentityView {
    let content = &dialogue.content;
    let session = &content.session;
    let agreement = || StepView::Agreement { agreement: EditionView::of(&app.editions.agreement) };
    let step = match session.step() {
        Step::Agreement => agreement(),
        Step::Iin => StepView::Iin {
            iin_masked: match session.purpose() {
                Purpose::Authorization { iin, .. } => Some(iin.masked()),
                Purpose::Cabinet => None,
            },
            tries_left: session.iin_tries_left(),
            last_problem: session.iin_refused().map(|it| it.code().to_owned()),
        },
        Step::Liveness { last_problem, .. } => StepView::Liveness {
            checks_left: session.checks_left(),
            last_problem: last_problem.map(|it| it.code().to_owned()),
            front: front::view(app, session, now),
        },
        Step::Code { person, expires_at, .. } => StepView::Code {
            phone_masked: person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
            expires_at: *expires_at,
            tries_left: session.code_tries_left(),
            sms_left: session.sms_left(),
        },
        Step::Consent { .. } => match &content.request {
            Some(request) => StepView::Consent { consent: consent(dialogue, request) },
            // Only sessions with a request reach this step.
            None => agreement(),
        },
        Step::Passed { .. } => {
            StepView::Passed { redirect: content.redirect.clone().unwrap_or_default() }
        }
        Step::Failed { why, .. } => StepView::Failed {
            problem: why.problem().code().to_owned(),
            redirect: content.redirect.clone(),
            blocked_until: why.blocked_until(),
            // Why the checks were used up; the block alone does not say it.
            reason: session
                .mark()
                .filter(|it| why.blocked_until().is_some() && *it != Problem::IdentityBlocked)
                .map(|it| it.code().to_owned()),
        },
    };
    IdentityView {
        session: dialogue.id,
        consumer: content.request.as_ref().map(|it| it.consumer.clone()),
        language: session.language(),
        step,
        ends_at: session.ends_at(),
        extensions_left: session.extensions_left(),
        phone: match session.handoff(now) {
            HandoffState::None => None,
            HandoffState::Offered { until } => Some(PhoneView::Offered { until }),
            HandoffState::Opened { number, .. } => Some(PhoneView::Opened { number }),
            HandoffState::Acting => Some(PhoneView::Acting),
        },
        links_left: session.links_left(),
        now,
    }
}

fn consent(dialogue: &Dialogue, request: &Request) -> ConsentRequestView {
    let asked = &request.asked;
    let parties = parties(dialogue, request);
    let agreed = Agreed::of(asked, parties);
    let text = match dialogue.content.session.language() {
        Language::Kk => agreed.kk.clone(),
        Language::Ru => agreed.ru.clone(),
        Language::En => words::text(Language::En, asked, parties),
    };
    let view = ConsentRequestView {
        consumer: request.consumer.clone(),
        providers: request.providers.clone(),
        data: BTreeSet::new(),
        accounts: None,
        transactions_from: None,
        unattended: None,
        identity: None,
        purpose: asked.purpose().clone(),
        term_days: None,
        agreed,
        text,
    };
    match asked {
        AskedFor::Accounts(asked) => ConsentRequestView {
            data: asked.limits.data.clone(),
            accounts: asked.limits.accounts.clone(),
            transactions_from: asked.limits.transactions_from,
            unattended: asked.limits.unattended,
            term_days: asked.term_days,
            ..view
        },
        AskedFor::Identity(asked) => {
            let (fields, once) = (asked.claims.clone(), asked.term_days.is_none());
            let identity = Some(DisclosureView { fields, once });
            ConsentRequestView { identity, term_days: asked.term_days, ..view }
        }
    }
}
