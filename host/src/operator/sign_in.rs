//! An operator signs in with password and code. Whatever was wrong, the answer and its time are the same.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use senim_core::jose::sha256_base64;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::operator::view::{OperatorView, SignIn};
use senim_core::problem::Problem;

use super::password;
use super::totp::Totp;
use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::cookie;
use crate::http::problem::Refusal;
use senim_store as store;

/// The longest password that is hashed.
const PASSWORD_LENGTH_MAX: usize = 200;

#[tracing::instrument(name = "operator.sign_in", skip_all)]
pub(super) async fn sign_in(
    app: App,
    JsonBody(asked): JsonBody<SignIn>,
) -> Result<Response, Refusal> {
    let now = app.now();
    if asked.password.len() > PASSWORD_LENGTH_MAX {
        return Err(Problem::OperatorSignIn.into());
    }
    let name = asked.name.trim().to_owned();
    let known = app
        .store
        .read("operator.sign_in/look", async |tx| store::operator::load(tx, &name).await)
        .await?;

    let hash = known.map(|it| it.password_hash);
    let password = asked.password;
    let right = tokio::task::spawn_blocking(move || password::verify(hash.as_deref(), &password))
        .await
        .map_err(Refusal::internal)?;

    let secret = app.rng.token();
    let signed_in = app
        .store
        .transact("operator.sign_in", async |tx| {
            // Read again: another attempt may have come meanwhile.
            let Some(operator) = store::operator::load(tx, &name).await? else { return Ok(false) };
            let attempts = operator.attempts;
            if attempts.locked(now) {
                return Ok(false);
            }
            let totp = app.sealer.open_sealed("operator.totp", &name, &operator.totp_sealed)?;
            let totp = Totp::new(totp).ok_or_else(|| store::inconsistent("operator", &name))?;
            let step = totp.step_of(&asked.code, attempts.steps(now));
            let subject = Subject::Operator(name.clone());
            let Some(step) = step.filter(|_| right) else {
                let failed = attempts.failed(now);
                store::operator::save_attempts(tx, &name, failed).await?;
                if failed.locked(now) {
                    let event = Event::OperatorLocked { until: failed.locked_until };
                    store::journal::append(tx, Actor::Platform, subject, event, now).await?;
                }
                return Ok(false);
            };
            store::operator::save_attempts(tx, &name, attempts.succeeded(step)).await?;
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
    let cookie = cookie::set(&app.config, cookie::CONSOLE, &secret);
    Ok(([(header::SET_COOKIE, cookie)], Json(OperatorView { name })).into_response())
}

/// 204, also where nobody was signed in.
#[tracing::instrument(name = "operator.sign_out", skip_all)]
pub(super) async fn sign_out(app: App, headers: HeaderMap) -> Result<Response, Refusal> {
    if let Some(secret) = cookie::read(&headers, cookie::CONSOLE) {
        let hash = sha256_base64(secret.as_bytes());
        app.store
            .transact("operator.sign_out", async |tx| {
                store::operator::close_session(tx, &hash).await?;
                Ok::<_, Refusal>(())
            })
            .await?;
    }
    let cookie = cookie::clear(&app.config, cookie::CONSOLE);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
