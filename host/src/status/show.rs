//! `GET /status-list`: which consents have ended, signed, for anyone (draft-ietf-oauth-status-list §8). Nodes have the stream.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::TimeDelta;
use senim_core::status::{StatusListClaims, TYPE, cwt};

use crate::app::App;
use crate::http::problem::Refusal;
use crate::routing::feed::Signed;

/// A list is made anew after so long, however many ask and however much has changed.
const MADE_ANEW: TimeDelta = TimeDelta::seconds(1);
/// `exp` − `iat`.
const LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// How long one may keep it, in seconds.
const TTL_S: i64 = 5;

/// As a JWT, or as a CWT for who accepts nothing else (§8.1).
pub(super) async fn show(app: App, headers: HeaderMap) -> Result<Response, Refusal> {
    let signed = signed(&app).await?;
    let accepts = |it: &HeaderValue| it.to_str().is_ok_and(|it| it.contains(cwt::TYPE));
    let (body, media_type) = if headers.get(header::ACCEPT).is_some_and(accepts) {
        (signed.cwt, cwt::TYPE)
    } else {
        (signed.jwt, "application/statuslist+jwt")
    };
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "public, max-age=5"),
        (header::VARY, "accept"),
    ];
    Ok((headers, body).into_response())
}

async fn signed(app: &App) -> Result<Signed, Refusal> {
    let now = app.now();
    let kept = app.feed.signed_list();
    let is_young = |it: &Signed| now >= it.made_at && now - it.made_at < MADE_ANEW;
    if let Some(kept) = kept.filter(is_young) {
        return Ok(kept);
    }
    let (position, content) = app.feed.content(app).await?;
    let claims = StatusListClaims {
        iss: app.config.issuer.clone(),
        sub: app.config.status_list_url(),
        iat: now.timestamp(),
        exp: (now + LIFETIME).timestamp(),
        ttl: TTL_S,
        version: position.at.seq,
        status_list: content.list.pack(),
    };
    let unsigned = |kid: &str| cwt::Unsigned::new(&claims, kid).ok();
    let cwt = app.keys.sign_with(now, |kid, sign| {
        let unsigned = unsigned(kid)?;
        Some(unsigned.joined(&sign(&unsigned.signed())))
    })?;
    let cwt = cwt.ok_or_else(|| Refusal::internal("the status list can't be written"))?;
    let signed = Signed {
        made_at: now,
        jwt: Bytes::from(app.keys.sign(TYPE, &claims, now)?),
        cwt: cwt.into(),
    };
    app.feed.keep_list(signed.clone());
    Ok(signed)
}
