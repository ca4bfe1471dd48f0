//! The built pages: two apps with their shells, the liveness worker and its model.

use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::services::fs::ServeFileSystemResponseBody;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::{SetResponseHeader, SetResponseHeaderLayer};

use crate::app::App;
use crate::config::Config;
use crate::http::problem::Answered;

/// Scripts and wasm from our origin only; no inline scripts, no `eval` (compiling wasm is allowed).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: mediastream:; \
     connect-src 'self'; worker-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'";

/// The apps' base paths; paths below them are routed by the app.
const CABINET: [&str; 7] = [
    "/",
    "/identity",
    "/cabinet",
    "/cabinet/{*rest}",
    "/agreement",
    "/agreement/{*rest}",
    "/privacy",
];
const CONSOLE: [&str; 2] = ["/console", "/console/{*rest}"];

/// Revalidated every time; 304 while nothing has changed.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// For files with their digest in their name.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

pub(crate) fn routes(config: &Config) -> Router<App> {
    let Some(folder) = &config.pages_dir else { return Router::new() };
    let mut router = Router::new();
    for (app, paths) in [("cabinet", CABINET.as_slice()), ("console", CONSOLE.as_slice())] {
        for path in paths {
            let shell = ServeFile::new(folder.join(app).join("index.html")).precompressed_br();
            router = router.route_service(path, cached(ASK_AGAIN, shell));
        }
    }
    let model = ServeFile::new(config.models_dir.join("yunet.onnx"));
    router
        .nest_service("/pages", cached(FOR_EVER, files(folder)))
        .nest_service("/liveness", cached(ASK_AGAIN, files(&folder.join("liveness"))))
        .route_service("/models/yunet.onnx", cached(ASK_AGAIN, model))
}

fn files(folder: &Path) -> ServeDir {
    ServeDir::new(folder).precompressed_br().append_index_html_on_directories(false)
}

/// Only successful responses may be cached: a file missing in one deployment may exist in the next.
fn cached<S>(
    how: HeaderValue,
    files: S,
) -> SetResponseHeader<
    S,
    impl Fn(&axum::http::Response<ServeFileSystemResponseBody>) -> Option<HeaderValue>
    + Clone
    + Send
    + Sync,
> {
    let how = move |answer: &axum::http::Response<ServeFileSystemResponseBody>| {
        let status = answer.status();
        (status.is_success() || status == StatusCode::NOT_MODIFIED).then(|| how.clone())
    };
    SetResponseHeader::overriding(files, header::CACHE_CONTROL, how)
}

/// For a refused navigation, the cabinet shows the reason in the person's language and what to do next.
pub(crate) async fn say(State(app): State<App>, request: Request, next: Next) -> Response {
    let opened = opens_a_page(&request);
    let response = next.run(request).await;
    let problem = response.extensions().get::<Answered>().map(|it| it.0);
    let (true, Some(problem), Some(folder)) = (opened, problem, &app.config.pages_dir) else {
        return response;
    };
    let shell = tokio::fs::read_to_string(folder.join("cabinet/index.html")).await;
    let Ok(shell) = shell else { return response };
    // Only the problem's code: nothing of the request is repeated on the page.
    let place = format!("<div id=\"app\" data-problem=\"{}\"", problem.code());
    let page = shell.replacen("<div id=\"app\"", &place, 1);
    let (mut parts, _) = response.into_parts();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    parts.headers.insert(header::CONTENT_TYPE, html);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(page))
}

/// Whether it is a navigation, not a script's request: our scripts accept JSON.
fn opens_a_page(request: &Request) -> bool {
    let accepted = request.headers().get_all(header::ACCEPT).iter();
    let html = accepted.filter_map(|it| it.to_str().ok()).any(|it| it.contains("text/html"));
    html && matches!(*request.method(), Method::GET | Method::HEAD)
}

/// Security headers of every response of the pages' listener.
pub(crate) fn guarded(router: Router, config: &Config) -> Router {
    let set = |name, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let router = router
        .layer(set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(header::X_FRAME_OPTIONS, "DENY"))
        .layer(set(
            header::HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
        ))
        .layer(set(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(set(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"));
    if config.pages_secure() {
        return router.layer(set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    }
    router
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_missing_file_is_not_cached() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for (path, status, kept) in
            [("/pages.rs", 200, Some(FOR_EVER)), ("/old.0123.js", 404, None)]
        {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let answer = cached(FOR_EVER, files(&folder)).oneshot(request).await.unwrap();
            let outcome = (answer.status().as_u16(), answer.headers().get(header::CACHE_CONTROL));
            assert_eq!(outcome, (status, kept.as_ref()), "{path}");
        }
    }
}
