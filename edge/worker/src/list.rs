//! `GET /status-list`: the platform's signed list, for anyone (draft-ietf-oauth-status-list §8). It is verified before it is handed on,
//! and kept for as long as it says.

use std::cell::RefCell;
use std::time::Duration;

use futures::try_join;
use senim_core::jose::{Algorithm, Header, JwkSet, Jws, sha256};
use senim_core::json;
use senim_core::problem::Problem;
use senim_core::status::{StatusListClaims, TYPE, cwt};
use worker::{Env, Request, console_warn};

use crate::answer::Answer;
use crate::clock;
use crate::config::Config;
use crate::feed::KEYS_BYTES_MAX;
use crate::outbound::{Ask, Outbound, OutboundError};
use crate::verify::Question;

/// The longest list as it is sent, in bytes.
const LIST_BYTES_MAX: usize = 8 * 1024 * 1024;
const WITHIN: Duration = Duration::from_secs(5);
/// Requests of one isolate that fetch the list at the same time.
const FETCHES_MAX: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Jwt,
    Cwt,
}

struct Kept {
    format: Format,
    etag: String,
    body: Vec<u8>,
    until_ms: i64,
}

thread_local! {
    /// Of this isolate: at most one of each format.
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
    static FETCHING: RefCell<usize> = const { RefCell::new(0) };
}

#[derive(Debug, thiserror::Error)]
enum ListError {
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error("status {0}")]
    Status(u16),
    #[error("it can't be read")]
    Unreadable,
    #[error("it is not signed by the platform")]
    Signature,
    #[error("it is another list, or an old one")]
    Another,
}

impl Format {
    fn media_type(self) -> &'static str {
        match self {
            Self::Jwt => "application/statuslist+jwt",
            Self::Cwt => cwt::TYPE,
        }
    }
}

/// As a JWT, or as a CWT for who accepts nothing else (§8.1).
pub(crate) async fn show(request: &Request, env: &Env, config: &Config) -> worker::Result<Answer> {
    let method = request.method();
    if !["GET", "HEAD"].contains(&method.as_ref()) {
        return Ok(refused(Problem::MethodNotAllowed));
    }
    let accept = request.headers().get("accept")?.unwrap_or_default();
    let format = if accept.contains(cwt::TYPE) { Format::Cwt } else { Format::Jwt };
    let known = request.headers().get("if-none-match")?.unwrap_or_default();
    if let Some(answer) = kept(format, &known) {
        return Ok(answer);
    }
    let Some(_place) = Place::take() else {
        return Ok(refused(Problem::Busy));
    };
    match fetch(&Outbound::open(env)?, config, format).await {
        Ok(fetched) => {
            KEPT.with_borrow_mut(|kept| {
                kept.retain(|it| it.format != format);
                kept.push(fetched);
            });
            Ok(kept(format, &known).unwrap_or_else(|| refused(Problem::EdgeStale)))
        }
        Err(error) => {
            console_warn!("the status list could not be had: {error}");
            Ok(refused(Problem::EdgeStale))
        }
    }
}

fn refused(problem: Problem) -> Answer {
    let mut answer = Answer::refused(&problem.into(), false, None);
    answer.put("cache-control", "no-store".to_owned());
    answer
}

/// What this isolate has, while it may be handed on.
fn kept(format: Format, known: &str) -> Option<Answer> {
    let now_ms = clock::milliseconds();
    KEPT.with_borrow(|kept| {
        let kept = kept.iter().find(|it| it.format == format && now_ms < it.until_ms)?;
        let matches = |it: &str| {
            let it = it.trim();
            it == "*" || it.strip_prefix("W/").unwrap_or(it) == kept.etag
        };
        let mut answer = if known.split(',').any(matches) {
            Answer::empty(304)
        } else {
            Answer::new(200, format.media_type(), kept.body.clone())
        };
        // Who keeps it in turn does so no longer than this isolate.
        let left_s = (kept.until_ms - now_ms) / 1000;
        answer.put("cache-control", format!("public, max-age={left_s}"));
        answer.put("etag", kept.etag.clone());
        answer.put("vary", "accept".to_owned());
        Some(answer)
    })
}

async fn fetch(outbound: &Outbound, config: &Config, format: Format) -> Result<Kept, ListError> {
    let platform = &config.platform_url;
    let (list_url, keys_url) = (format!("{platform}/status-list"), format!("{platform}/jwks"));
    let fetched_at_ms = clock::milliseconds();
    let (body, keys) = try_join!(
        get(outbound, &list_url, format.media_type(), LIST_BYTES_MAX),
        get(outbound, &keys_url, "application/json", KEYS_BYTES_MAX),
    )?;
    let keys: JwkSet = json::read(&keys).map_err(|_| ListError::Unreadable)?;
    let (claims, question) = match format {
        Format::Jwt => jwt(&body, &keys)?,
        Format::Cwt => cwt(&body, &keys)?,
    };
    if !question.holds().await {
        return Err(ListError::Signature);
    }
    let good_for_s = claims.kept_s(&config.issuer, &config.list_address(), clock::now());
    let kept_ms = good_for_s.and_then(|it| i64::try_from(it).ok()?.checked_mul(1000));
    let kept_ms = kept_ms.ok_or(ListError::Another)?;
    let etag = format!("\"{}\"", sha256(&body));
    Ok(Kept { format, etag, body, until_ms: fetched_at_ms + kept_ms })
}

fn jwt(body: &[u8], keys: &JwkSet) -> Result<(StatusListClaims, Question), ListError> {
    let text = std::str::from_utf8(body).map_err(|_| ListError::Unreadable)?;
    let jws = Jws::parse_long(text, LIST_BYTES_MAX).map_err(|_| ListError::Unreadable)?;
    if !jws.is_type(TYPE) {
        return Err(ListError::Unreadable);
    }
    let claims = jws.claims().map_err(|_| ListError::Unreadable)?;
    let question = Question {
        keys: keys.candidates(&jws.header).cloned().collect(),
        algorithm: jws.header.algorithm,
        signed: jws.signed.to_vec(),
        signature: jws.signature,
    };
    Ok((claims, question))
}

fn cwt(body: &[u8], keys: &JwkSet) -> Result<(StatusListClaims, Question), ListError> {
    let read = cwt::read(body).map_err(|_| ListError::Unreadable)?;
    let algorithm = Algorithm::Es256;
    let header = Header { algorithm, kid: Some(read.kid), typ: None, jwk: None };
    let keys = keys.candidates(&header).cloned().collect();
    let question = Question { keys, algorithm, signed: read.signed, signature: read.signature };
    Ok((read.claims, question))
}

async fn get(
    outbound: &Outbound,
    url: &str,
    accept: &str,
    bytes_max: usize,
) -> Result<Vec<u8>, ListError> {
    let headers = [("accept", accept)];
    let ask = Ask { method: "GET", url, headers: &headers, body: None };
    let answer = outbound.send(ask, WITHIN).await?;
    match answer.status {
        200 => Ok(answer.body(bytes_max).await?),
        status => Err(ListError::Status(status)),
    }
}

/// A request's place while it fetches.
struct Place;

impl Place {
    fn take() -> Option<Self> {
        FETCHING.with_borrow_mut(|fetching| {
            let free = *fetching < FETCHES_MAX;
            *fetching += usize::from(free);
            free.then(|| Self)
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        FETCHING.with_borrow_mut(|fetching| *fetching -= 1);
    }
}
