//! An operator signs in with password and one-time code. Every failure has the same answer and timing.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use senim_channel::budget::Origin;
use senim_core::Timestamp;
use senim_core::jose::sha256_base64;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::operator::view::{OperatorView, SignIn};
use senim_core::operator::{FAILURES_MAX, STRANGERS_FAILURES_MAX, totp_steps};
use senim_core::problem::Problem;

use super::password;
use super::totp::Totp;
use crate::app::App;
use crate::caller::browser::Address;
use crate::http::body::JsonBody;
use crate::http::cookie;
use crate::http::problem::Refusal;
use senim_store::{self as store, StoreError, Tx};

/// The longest password that is hashed.
const PASSWORD_LENGTH_MAX: usize = 200;

#[tracing::instrument(name = "operator.sign_in", skip_all)]
pub(super) async fn sign_in(
    app: App,
    address: Address,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<SignIn>,
) -> Result<Response, Refusal> {
    let now = app.now();
    if asked.password.len() > PASSWORD_LENGTH_MAX {
        return Err(Problem::OperatorSignIn.into());
    }
    let name = asked.name.trim().to_owned();
    let brought = cookie::CONSOLE_BROWSER.read(&app.config, &headers);
    let brought = brought.map(|it| sha256_base64(it.as_bytes()));
    let (operator, requester) = app
        .store
        .read("operator.sign_in/look", async |tx| {
            let operator = store::operator::load(tx, &name).await?;
            let requester = Requester::of(tx, brought.as_deref(), &address, &name, now).await?;
            Ok::<_, Refusal>((operator, requester))
        })
        .await?;

    let budgets = &app.budgets;
    let share = if requester.is_known {
        budgets.passwords_of_known.wait(1).await?
    } else {
        if let Some(address) = address.0 {
            budgets.console_of_origin.take(Origin::from(address), 1, now)?;
        }
        budgets.passwords.wait(1).await?
    };
    let hash = operator.map(|it| it.password_hash);
    let password = asked.password;
    let right = tokio::task::spawn_blocking(move || {
        // Held until the work ends, even if the caller has disconnected.
        let _share = share;
        password::verify(hash.as_deref(), &password)
    });
    let right = right.await.map_err(Refusal::internal)?;

    let (secret, browser) = (app.rng.token(), app.rng.token());
    let signed_in = app
        .store
        .transact("operator.sign_in", async |tx| {
            // Loaded again: another attempt may have come meanwhile.
            let Some(operator) = store::operator::load(tx, &name).await? else { return Ok(false) };
            let mut limits = Vec::new();
            for (key, failures_max) in requester.limits() {
                let attempts = store::operator::attempts(tx, &name, key).await?;
                limits.push((key, failures_max, attempts));
            }
            if limits.iter().any(|(_, _, attempts)| attempts.locked(now)) {
                return Ok(false);
            }
            let totp = app.sealer.open_sealed("operator.totp", &name, &operator.totp_sealed)?;
            let totp = Totp::new(totp).ok_or_else(|| store::inconsistent("operator", &name))?;
            let step = totp.step_of(&asked.code, totp_steps(operator.totp_step, now));
            let subject = Subject::Operator(name.clone());
            let Some(step) = step.filter(|_| right) else {
                for (key, failures_max, attempts) in limits {
                    let failed = attempts.failed(failures_max, now);
                    store::operator::save_attempts(tx, &name, key, failed, now).await?;
                    if failed.locked(now) {
                        let requester = key.split(':').next().unwrap_or_default().to_owned();
                        let until = failed.locked_until;
                        let event = Event::OperatorLocked { until, requester };
                        let subject = subject.clone();
                        store::journal::append(tx, Actor::Platform, subject, event, now).await?;
                    }
                }
                return Ok(false);
            };
            store::operator::use_step(tx, &name, step).await?;
            store::operator::forget_attempts(tx, &name, &requester.key).await?;
            let former = brought.as_deref();
            let hash = sha256_base64(browser.as_bytes());
            store::operator::know_browser(tx, former, &hash, &name, now).await?;
            let hash = sha256_base64(secret.as_bytes());
            store::operator::open_session(tx, &hash, &name, now).await?;
            let actor = Actor::Operator(name.clone());
            store::journal::append(tx, actor, subject, Event::OperatorSignedIn {}, now).await?;
            Ok::<_, Refusal>(true)
        })
        .await?;
    if !signed_in {
        return Err(Problem::OperatorSignIn.into());
    }
    let cookies = AppendHeaders([
        (header::SET_COOKIE, cookie::CONSOLE.set(&app.config, &secret)),
        (header::SET_COOKIE, cookie::CONSOLE_BROWSER.set(&app.config, &browser)),
    ]);
    Ok((cookies, Json(OperatorView { name })).into_response())
}

/// Failures are counted by name and requester, so that attempts from elsewhere don't lock the operator out.
struct Requester {
    key: String,
    /// A browser in which the operator has signed in before.
    is_known: bool,
}

impl Requester {
    async fn of(
        tx: &mut Tx,
        browser: Option<&str>,
        address: &Address,
        name: &str,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        if let Some(hash) = browser
            && store::operator::browser_knows(tx, hash, name, now).await?
        {
            return Ok(Self { key: format!("browser:{hash}"), is_known: true });
        }
        let key = address
            .0
            .map_or_else(|| "unknown".to_owned(), |it| format!("address:{}", Origin::from(it)));
        Ok(Self { key, is_known: false })
    }

    /// The keys that a failure counts under, and after how many of them the name is locked there.
    fn limits(&self) -> impl Iterator<Item = (&str, u32)> {
        let strangers = (!self.is_known).then_some(("strangers", STRANGERS_FAILURES_MAX));
        std::iter::once((self.key.as_str(), FAILURES_MAX)).chain(strangers)
    }
}

/// 204, even if nobody was signed in.
#[tracing::instrument(name = "operator.sign_out", skip_all)]
pub(super) async fn sign_out(app: App, headers: HeaderMap) -> Result<Response, Refusal> {
    if let Some(secret) = cookie::CONSOLE.read(&app.config, &headers) {
        let hash = sha256_base64(secret.as_bytes());
        app.store
            .transact("operator.sign_out", async |tx| {
                store::operator::close_session(tx, &hash).await?;
                Ok::<_, Refusal>(())
            })
            .await?;
    }
    let cookie = cookie::CONSOLE.clear(&app.config);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
