//! The built pages: two apps with their shells, the liveness worker and its model, the worker that verifies histories.

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
use crate::solution::Solutions;

/// Scripts and wasm from our origin only; no inline scripts, no `eval` (compiling wasm is allowed). Frames: of no origin but those of
/// the configured solutions' front parts (BIO-5), see [`policies`].
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: mediastream:; \
     connect-src 'self'; worker-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'";

/// Passkeys are made and shown on our own pages, in no frame.
const PERMISSIONS: &str = "microphone=(), geolocation=(), payment=(), usb=(), \
     publickey-credentials-create=(self), publickey-credentials-get=(self)";

/// `Content-Security-Policy` and `Permissions-Policy`: the origins of front parts may be framed and may use the camera.
fn policies(origins: &[String]) -> (String, String) {
    if origins.is_empty() {
        return (CONTENT_SECURITY_POLICY.to_owned(), format!("camera=(self), {PERMISSIONS}"));
    }
    let framed = origins.join(" ");
    let filming: Vec<String> = origins.iter().map(|it| format!("\"{it}\"")).collect();
    (
        format!("{CONTENT_SECURITY_POLICY}; frame-src {framed}"),
        format!("camera=(self {}), {PERMISSIONS}", filming.join(" ")),
    )
}

/// The apps' base paths; paths below them are routed by the app.
const CABINET: [&str; 10] = [
    "/",
    "/identity",
    "/cabinet",
    "/cabinet/{*rest}",
    "/agreement",
    "/agreement/{*rest}",
    "/privacy",
    "/help",
    "/accessibility",
    "/phone",
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
        .nest_service("/receipts", cached(ASK_AGAIN, files(&folder.join("receipts"))))
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
    let (content, permissions) = policies(&Solutions::front_origins(&config.solutions));
    // An origin is ASCII; where it were not, nothing would be framed.
    let made = |name, value: String, fallback: &'static str| {
        let value = HeaderValue::try_from(value);
        let value = value.unwrap_or(HeaderValue::from_static(fallback));
        SetResponseHeaderLayer::if_not_present(name, value)
    };
    let router = router
        .layer(made(header::CONTENT_SECURITY_POLICY, content, CONTENT_SECURITY_POLICY))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(header::X_FRAME_OPTIONS, "DENY"))
        .layer(made(
            header::HeaderName::from_static("permissions-policy"),
            permissions,
            "camera=(self)",
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

    #[test]
    fn only_configured_origins_are_framed_and_film() {
        let (content, permissions) = policies(&[]);
        assert!(!content.contains("frame-src") && content.starts_with("default-src 'none'"));
        assert_eq!(permissions, format!("camera=(self), {PERMISSIONS}"));
        let origins = ["https://a.kz".to_owned(), "http://localhost:7190".to_owned()];
        let (content, permissions) = policies(&origins);
        assert!(content.ends_with("; frame-src https://a.kz http://localhost:7190"), "{content}");
        let camera = "camera=(self \"https://a.kz\" \"http://localhost:7190\"), ";
        assert!(permissions.starts_with(camera), "{permissions}");
    }

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
