//! Bodies, strict: the content type, the limit and every field are checked.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use http_body_util::BodyExt as _;
use senim_core::json;
use senim_core::problem::Problem;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::Refusal;

/// Bodies of the JSON API and of OAuth forms, unless a route carries [`BodyMax`].
const BYTES_MAX: usize = 64 * 1024;
/// How much of an oversized body is read and discarded, so that the client can read the 413
/// instead of seeing a reset connection.
const DRAINED_MAX: usize = 16 * 1024 * 1024;

/// A route's own limit, in bytes: add it as `Extension(BodyMax(…))`.
#[derive(Clone, Copy, Debug)]
pub struct BodyMax(pub usize);

/// A body parsed as `T`; fails with [`Problem::BodyMalformed`], or for a content type other than JSON
/// with [`Problem::BodyMediaType`].
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let is_json = is_of_type(&request, "application/json");
        let bytes = read(request).await?;
        if !is_json {
            return Err(Refusal::detailed(Problem::BodyMediaType, "send application/json"));
        }
        json::read(&bytes).map(Self).map_err(|error| {
            // Only the position: serde's message may quote the body.
            let place = format!("not readable at line {} column {}", error.line(), error.column());
            Refusal::detailed(Problem::BodyMalformed, place)
        })
    }
}

/// `{}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// Whether the request has this content type; parameters such as `charset` are ignored.
pub fn is_of_type(request: &Request, media_type: &str) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let content_type = content_type.and_then(|it| it.split(';').next()).unwrap_or_default();
    content_type.trim().eq_ignore_ascii_case(media_type)
}

/// The whole body, within its limit.
pub async fn read(request: Request) -> Result<Bytes, Problem> {
    let limit = request.extensions().get::<BodyMax>().map_or(BYTES_MAX, |it| it.0);
    let mut body: Body = request.into_body();
    let (mut kept, mut seen) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::BodyMalformed)?;
        let Some(chunk) = frame.data_ref() else { continue };
        seen += chunk.len();
        if seen <= limit {
            kept.extend_from_slice(chunk);
        } else if seen > DRAINED_MAX {
            break;
        } else {
            kept = Vec::new();
        }
    }
    if seen > limit {
        return Err(Problem::BodyTooLarge);
    }
    Ok(kept.into())
}
