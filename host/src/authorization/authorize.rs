//! The two ends of the dialogue that `/authorize` opens: what was pushed, and the way back.

use senim_core::Timestamp;
use senim_core::authorization::OAuthError;
use senim_core::consent::{AskedFor, Consent};
use senim_core::id::AuthorizationId;
use senim_core::jose::sha256_base64;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::participant::view::ParticipantName;
use senim_core::problem::Problem;
use url::Url;

use crate::app::App;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

/// A pushed request that a browser has opened.
#[derive(Clone, Debug)]
pub struct Begun {
    pub authorization: AuthorizationId,
    /// The application that pushed it.
    pub client_id: String,
    pub consumer: ParticipantName,
    pub asked: AskedFor,
}

/// How the dialogue ended.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "made once a dialogue and taken apart at once")]
pub enum Outcome {
    /// The consent, granted and saved in the same transaction.
    Granted {
        consent: Consent,
    },
    Refused(Problem),
}

/// Loads the request behind `request_uri`. It can be opened again until the dialogue has ended, but not
/// after it has expired or once the consumer is suspended.
pub async fn begin(app: &App, client_id: &str, request_uri: &str) -> Result<Begun, Refusal> {
    let now = app.now();
    let hash = sha256_base64(request_uri.as_bytes());
    app.store
        .read("authorization.begin", async |tx| {
            let found = store::authorization::by_request_uri(tx, &hash).await?;
            let authorization = found.ok_or(Problem::AuthorizationUnknown)?;
            authorization.open(client_id, now)?;
            let unknown = Problem::AuthorizationUnknown;
            let application =
                store::participant::application(tx, client_id).await?.ok_or(unknown)?;
            let participant =
                store::participant::load(tx, application.bin).await?.ok_or(unknown)?;
            participant.check_consumer()?;
            Ok(Begun {
                authorization: authorization.id,
                client_id: authorization.client_id,
                consumer: ParticipantName { bin: participant.bin, name: participant.name },
                asked: authorization.pushed.asked,
            })
        })
        .await
}

/// The request's id, whatever its state.
pub async fn pushed(
    tx: &mut Tx,
    client_id: &str,
    request_uri: &str,
) -> Result<Option<AuthorizationId>, Refusal> {
    let hash = sha256_base64(request_uri.as_bytes());
    let found = store::authorization::by_request_uri(tx, &hash).await?;
    Ok(found.filter(|it| it.client_id == client_id).map(|it| it.id))
}

/// Ends the request within the dialogue's transaction.
/// Returns the redirect back to the consumer, with a code or an error, `state` and `iss`.
pub async fn finish(
    tx: &mut Tx,
    app: &App,
    authorization: AuthorizationId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<String, Refusal> {
    let found = store::authorization::load(tx, authorization).await?;
    let authorization = found.ok_or(Problem::AuthorizationUnknown)?;
    let subject = Subject::Authorization(authorization.id);
    let client_id = authorization.client_id.clone();
    let (authorization, answer) = match outcome {
        Outcome::Granted { consent } => {
            let code = app.rng.token();
            let hash = sha256_base64(code.as_bytes());
            let granted = authorization.grant(consent.id, hash, now)?;
            let event = Event::CodeIssued { client_id: client_id.clone(), consent: consent.id };
            store::journal::append(tx, Actor::Platform, subject, event, now).await?;
            (granted, vec![("code", code)])
        }
        Outcome::Refused(problem) => {
            let refused = authorization.refuse(now)?;
            let event = Event::AuthorizationRefused { client_id: client_id.clone(), problem };
            store::journal::append(tx, Actor::Platform, subject, event, now).await?;
            (refused, denied(problem).to_vec())
        }
    };
    store::authorization::save(tx, &authorization).await?;
    let pushed = &authorization.pushed;
    back(&pushed.redirect_uri, &answer, pushed.state.as_deref(), &app.config.issuer)
}

/// Where [`finish`] will send the browser once the dialogue has failed so. Nothing is saved. `None`: the request has been
/// forgotten.
pub async fn way_back(
    tx: &mut Tx,
    app: &App,
    authorization: AuthorizationId,
    problem: Problem,
) -> Result<Option<String>, Refusal> {
    let found = store::authorization::load(tx, authorization).await?;
    let back = found.map(|it| {
        let pushed = &it.pushed;
        back(&pushed.redirect_uri, &denied(problem), pushed.state.as_deref(), &app.config.issuer)
    });
    back.transpose()
}

/// RFC 6749 §4.1.2.1; the code of our catalogue says which of the ways to fail it was.
fn denied(problem: Problem) -> [(&'static str, String); 2] {
    let error = OAuthError::AccessDenied.code().to_owned();
    [("error", error), ("error_description", problem.code().to_owned())]
}

/// RFC 6749 §4.1.2, RFC 9207 §2.
fn back(
    redirect_uri: &str,
    answer: &[(&str, String)],
    state: Option<&str>,
    issuer: &str,
) -> Result<String, Refusal> {
    let mut url = Url::parse(redirect_uri)
        .map_err(|_| Refusal::internal("a registered redirect_uri is not an address"))?;
    {
        let mut query = url.query_pairs_mut();
        for (name, value) in answer {
            query.append_pair(name, value);
        }
        query.append_pair("iss", issuer);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_keeps_the_address_s_own_query() {
        let code = [("code", "c".to_owned())];
        let url = back("https://app/back?x=1", &code, Some("a b&c"), "https://senim").unwrap();
        assert_eq!(url, "https://app/back?x=1&code=c&iss=https%3A%2F%2Fsenim&state=a+b%26c");
        let url = back("https://app/back", &code, None, "https://senim").unwrap();
        assert_eq!(url, "https://app/back?code=c&iss=https%3A%2F%2Fsenim");
        let url = back("kz.jetisu.app:/back", &code, None, "https://senim").unwrap();
        assert_eq!(url, "kz.jetisu.app:/back?code=c&iss=https%3A%2F%2Fsenim");
    }
}
