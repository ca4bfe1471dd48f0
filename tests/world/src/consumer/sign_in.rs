//! "Sign in with Senim": authentication alone, with or without personal data, and what the app received (IDX-14).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use senim_client::Key;
use senim_core::consent::words::identity::field as field_name;
use senim_core::consent::{
    AskedClient, AskedIdentity, IDENTITY_DETAILS_TYPE, Purpose, PurposeCode,
};
use senim_core::personal::Field;
use serde_json::Value;

use super::kept::{Pending, Received, SignIn, Told, Trouble, Wanted};
use super::words::words;
use super::{Parts, Shared, Visit, see_other, view};
use crate::clock;
use crate::page::escaped;

pub(super) async fn show(State(app): Shared, headers: HeaderMap) -> Response {
    match app.visit(&headers) {
        Ok(visit) => form(&app, &visit),
        Err(away) => away.into_response(),
    }
}

/// The form's fields: the claims that are asked for.
pub(super) async fn begin(
    State(app): Shared,
    headers: HeaderMap,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let visit = match app.visit(&headers) {
        Ok(visit) => visit,
        Err(away) => return away.into_response(),
    };
    let asked = Field::ALL.iter().copied().filter(|it| fields.contains_key(it.claim()));
    match push(&app, &visit, asked.collect()).await {
        Ok(to) => see_other(&to),
        Err(trouble) => app.tell(&visit.session, Told::Problem(trouble), "/sign-in"),
    }
}

pub(super) async fn received(State(app): Shared, headers: HeaderMap) -> Response {
    let visit = match app.visit(&headers) {
        Ok(visit) => visit,
        Err(away) => return away.into_response(),
    };
    let Some(received) = app.kept.received(&visit.client.key) else { return see_other("/sign-in") };
    result(&app, &visit, &received)
}

pub(super) async fn delete(State(app): Shared, headers: HeaderMap) -> Response {
    match app.visit(&headers) {
        Ok(visit) => {
            app.kept.delete_received(&visit.client.key);
            see_other("/")
        }
        Err(away) => away.into_response(),
    }
}

async fn push(app: &Parts, visit: &Visit, claims: BTreeSet<Field>) -> Result<String, Trouble> {
    let code = if claims.is_empty() { PurposeCode::SignIn } else { PurposeCode::Identification };
    let asked = AskedIdentity {
        kind: IDENTITY_DETAILS_TYPE.to_owned(),
        client: AskedClient { iin: visit.client.iin.clone(), phone: visit.client.phone.clone() },
        claims,
        purpose: Purpose { code, text: None },
        term_days: None,
    };
    let key = Key::generate();
    let (pushed, to) = app.platform.push_authentication(&asked, &key).await?;
    let pending = Pending {
        session: visit.session.clone(),
        person: visit.client.key.clone(),
        wanted: Wanted { banks: Vec::new(), data: Vec::new(), term_days: None, unattended: false },
        sign_in: Some(SignIn { nonce: pushed.nonce.unwrap_or_default() }),
        verifier: pushed.verifier,
        key: key.to_text(),
        begun_at: clock::now(),
    };
    app.kept.begin(pushed.state, pending);
    Ok(to)
}

/// The client came back with a code: who they are, and what they let us have.
pub(super) async fn finish(
    app: &Parts,
    pending: Pending,
    nonce: &str,
    code: &str,
) -> Result<(), Trouble> {
    let key = Key::from_text(&pending.key)
        .ok_or_else(|| Trouble { code: "internal".to_owned(), sentence: String::new() })?;
    let (id_token, userinfo) =
        app.platform.authenticated(code, &pending.verifier, nonce, &key).await?;
    let at = clock::now();
    app.kept.receive(pending.person, Received { at, id_token, userinfo });
    Ok(())
}

fn form(app: &Parts, visit: &Visit) -> Response {
    let words = words(visit.language);
    let mut fields = String::new();
    for field in Field::ALL {
        let _ = write!(
            fields,
            "<label class=\"row choice\"><input type=\"checkbox\" name=\"{claim}\" data-test=\"field-{claim}\">\
             <span class=\"grow\">{name}</span></label>",
            claim = field.claim(),
            name = escaped(field_name(visit.language, *field)),
        );
    }
    let body = format!(
        "<nav><a class=\"back\" href=\"/\">‹ {back}</a></nav><form method=\"post\" action=\"/sign-in\" data-test=\"sign-in\">\
         <h1>{title}</h1><p>{text}</p><fieldset><legend>{which}</legend>{fields}</fieldset>\
         <p class=\"small\">{go_text}</p><button class=\"button wide\" data-test=\"continue\">{go}</button></form>",
        back = words.back,
        title = words.sign_in,
        text = words.sign_in_text,
        which = words.sign_in_fields,
        go = words.go,
        go_text = words.go_text,
    );
    view::page(app, visit, words.sign_in, &body).into_response()
}

fn result(app: &Parts, visit: &Visit, received: &Received) -> Response {
    let words = words(visit.language);
    let mut claims = String::new();
    let verified = &received.userinfo["verified_claims"];
    let verified = verified.as_array().map_or_else(|| vec![verified], |it| it.iter().collect());
    for field in Field::ALL {
        let found = verified.iter().map(|it| &it["claims"][field.claim()]).find(|it| !it.is_null());
        if let Some(value) = found {
            let _ = write!(
                claims,
                "<dt>{name}</dt><dd data-test=\"claim-{claim}\">{value}</dd>",
                name = escaped(field_name(visit.language, *field)),
                claim = field.claim(),
                value = escaped(&said(value)),
            );
        }
    }
    let none = if claims.is_empty() {
        format!("<p class=\"empty\" data-test=\"no-claims\">{}</p>", words.received_none)
    } else {
        format!("<dl class=\"facts\">{claims}</dl>")
    };
    let raw = |it: &Value| escaped(&serde_json::to_string_pretty(it).unwrap_or_default());
    let body = format!(
        "<nav><a class=\"back\" href=\"/\">‹ {home}</a></nav><div data-test=\"received\"><h1>{title}</h1>\
         <p class=\"small\">{at}</p>{none}\
         <details><summary>ID token</summary><pre data-test=\"id-token\">{id_token}</pre></details>\
         <details><summary>Userinfo</summary><pre data-test=\"userinfo\">{userinfo}</pre></details>\
         <form method=\"post\" action=\"/received/delete\"><button class=\"button plain\" data-test=\"received-delete\">{delete}</button></form></div>",
        home = words.home,
        title = words.received_title,
        at = view::moment(words, received.at),
        id_token = raw(&received.id_token),
        userinfo = raw(&received.userinfo),
        delete = words.received_delete,
    );
    view::page(app, visit, words.received_title, &body).into_response()
}

/// A claim's value in one line.
fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(", "),
        Value::Object(members) => members.values().map(said).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
