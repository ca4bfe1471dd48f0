//! How long the widget and a peer take for the frames of Chromium's own camera: `cargo xtask bench widget` prints it.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;

use crate::driver::{Driver, Engine};

const PAGES: [(&str, &str); 2] =
    [("senim", "senim/example/index.html"), ("face_mesh", "face-mesh/index.html")];
const WINDOW: (u32, u32) = (1280, 900);
/// The widget's goals: the first judged frame, a frame, the longest task on the page's own thread.
const FIRST_MS: f64 = 2_000.0;
const FRAME_MS: f64 = 25.0;
const TASK_MS: f64 = 50.0;

/// What [`frames.js`](frames.js) saw; times are milliseconds.
#[derive(Deserialize)]
struct Seen {
    width: u32,
    height: u32,
    /// From the opened camera to the first frame that was judged.
    first: f64,
    frames: Vec<f64>,
    /// What was left of the frame before each of them, which the widget's worker did while nobody waited.
    settled: Vec<f64>,
    /// Tasks of the page's own thread that took more than 50 ms.
    tasks: Vec<f64>,
}

pub(crate) async fn run(site: &Path, clip: &Path) -> Result<()> {
    let address = serve(site).await?;
    let driver = Driver::start(Engine::Chromium).await?;
    let mut medians = Vec::new();
    for (who, page) in PAGES {
        let browser = driver.browser(Some(clip), WINDOW).await?;
        browser.goto(&format!("{address}/{page}")).await?;
        let seen = browser.ask(include_str!("frames.js"), Vec::new()).await;
        browser.close().await;
        let mut seen: Seen = serde_json::from_value(seen?).with_context(|| format!("in {page}"))?;
        ensure!((seen.width, seen.height) == (1280, 720), "the camera gave another size");
        let mut whole: Vec<f64> =
            seen.frames.iter().zip(&seen.settled).map(|(a, b)| a + b).collect();
        whole.sort_by(f64::total_cmp);
        seen.frames.sort_by(f64::total_cmp);
        let own = who == "senim";
        let line = |metric: &str, value: f64, goal: f64| {
            let value = (value * 10.0).round() / 10.0;
            let metric = if own { format!("widget_{metric}") } else { format!("{who}_{metric}") };
            let mut line =
                json!({ "bench": "widget", "metric": metric, "value": value, "unit": "ms" });
            if own && goal.is_finite() {
                line["goal"] = format!("<={goal}").into();
                line["ok"] = (value <= goal).into();
            }
            println!("{line}");
        };
        let longest = seen.tasks.iter().copied().fold(0.0, f64::max);
        line("first_judged_frame", seen.first, FIRST_MS);
        line("frame_p50", share(&seen.frames, 50), FRAME_MS);
        line("frame_p95", share(&seen.frames, 95), FRAME_MS);
        if own {
            line("frame_and_settling_p50", share(&whole, 50), f64::INFINITY);
            line("frame_and_settling_p95", share(&whole, 95), f64::INFINITY);
        }
        line("main_thread_longest_task", longest, TASK_MS);
        medians.push(share(if own { &whole } else { &seen.frames }, 50));
    }
    if let [own, theirs] = medians[..] {
        let ratio = (own / theirs * 100.0).round() / 100.0;
        println!(
            "{}",
            json!({ "bench": "widget", "metric": "frame_vs_face_mesh", "value": ratio, "unit": "ratio" })
        );
    }
    Ok(())
}

/// `of` is in order.
fn share(of: &[f64], percent: usize) -> f64 {
    of.get((of.len() * percent / 100).min(of.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// The folder's files on a port of this machine, until the program ends.
pub(crate) async fn serve(folder: &Path) -> Result<String> {
    let folder: Arc<Path> = folder.canonicalize()?.into();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://localhost:{}", listener.local_addr()?.port());
    let app = Router::new().fallback(file).with_state(folder);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

async fn file(State(folder): State<Arc<Path>>, uri: Uri) -> Response {
    let path = PathBuf::from(uri.path().trim_start_matches('/'));
    if !path.components().all(|it| matches!(it, Component::Normal(_))) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let kind = match path.extension().and_then(|it| it.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    };
    match tokio::fs::read(folder.join(path)).await {
        Ok(content) => ([(header::CONTENT_TYPE, kind)], content).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
