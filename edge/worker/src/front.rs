//! What a Worker's isolate does with a request: answers what is public, and hands the rest to the Durable Object with the caller's
//! certificate.

use js_sys::Reflect;
use senim_core::id::UseId;
use senim_core::jose::to_base64;
use senim_core::problem::Problem;
use senim_core::routing::interaction_name;
use wasm_bindgen::JsValue;
use worker::{Env, Headers, Request, RequestInit, RequestRedirect, Response, console_error};

use crate::answer::Answer;
use crate::clock;
use crate::config::{Config, EDGE};
use crate::edge::PEER;
use crate::list;

/// The longest body of a request that has none to have, in bytes. It is not read.
const BODY_BYTES_MAX: u64 = 64 * 1024;
/// The object's name in its namespace: there is one.
const NAME: &str = "edge";

pub(crate) async fn answer(request: Request, env: &Env) -> worker::Result<Response> {
    let config = match Config::read(env) {
        Ok(config) => config,
        Err(error) => {
            console_error!("{error}");
            return Answer::refused(&Problem::Internal.into(), false, None).response();
        }
    };
    if request.path() == "/status-list" {
        return list::show(&request, env, &config).await?.response();
    }
    let certificate = certificate(&request);
    if request.path() != "/healthz" {
        if certificate.is_none() {
            // Strangers don't reach the object.
            return refused(&request, Problem::ParticipantUnknown)?.response();
        }
        let length = request.headers().get("content-length")?;
        if length.and_then(|it| it.parse().ok()).is_some_and(|it: u64| it > BODY_BYTES_MAX) {
            return refused(&request, Problem::BodyTooLarge)?.response();
        }
    }
    let headers = Headers::new();
    for (name, value) in request.headers().entries() {
        headers.append(&name, &value)?;
    }
    headers.delete(PEER)?;
    if let Some(certificate) = certificate {
        headers.set(PEER, &certificate)?;
    }
    let mut init = RequestInit::new();
    init.with_method(request.method()).with_headers(headers);
    init.with_redirect(RequestRedirect::Manual);
    let handed_on = Request::new_with_init(&request.inner().url(), &init)?;
    let edges = env.durable_object(EDGE)?;
    let edge = match &config.location_hint {
        Some(hint) => edges.get_by_name_with_location_hint(NAME, hint)?,
        None => edges.get_by_name(NAME)?,
    };
    edge.fetch_with_request(handed_on).await
}

fn refused(request: &Request, problem: Problem) -> worker::Result<Answer> {
    let told = request.headers().get("x-fapi-interaction-id")?;
    let told: Vec<_> = told.as_deref().into_iter().collect();
    let interaction = interaction_name(&told, UseId(u128::from_be_bytes(clock::random())));
    Ok(Answer::refused(&problem.into(), false, None).finished(interaction))
}

/// The thumbprint (`x5t#S256`) of the caller's certificate, if the runtime has found it good: `request.cf.tlsClientAuth`.
fn certificate(request: &Request) -> Option<String> {
    let member = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok();
    let cf = member(request.inner().as_ref(), "cf").filter(JsValue::is_object)?;
    let told = member(&cf, "tlsClientAuth").filter(JsValue::is_object)?;
    let text = |name| member(&told, name)?.as_string();
    let good = text("certPresented").as_deref() == Some("1")
        && text("certVerified").as_deref() == Some("SUCCESS")
        && text("certRevoked").as_deref() != Some("1");
    let digest = bytes_of(&text("certFingerprintSHA256")?)?;
    good.then(|| to_base64(&digest))
}

/// Of a SHA-256 in hexadecimal.
fn bytes_of(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let digit = |it: u8| char::from(it).to_digit(16).and_then(|it| u8::try_from(it).ok());
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}
