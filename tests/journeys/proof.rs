//! The client's browser verifies: a use that is in the log, and copies of the log that somebody has tampered with.
//!
//! Tampering is done by a proxy before the platform, as who has taken over its pages' server would do it. What the browser
//! has kept of the log belongs to the proxy's origin, so each copy is seen by a browser that saw the genuine one before.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use senim_core::log::history::History;
use senim_core::log::receipt;
use senim_tests::client::browser;
use senim_tests::client::oauth::{Tokens, details};
use senim_tests::clock;
use senim_tests::platform::Platform;
use serde_json::Value;

use crate::driver::{Driver, Engine};
use crate::people::{PHONE, Pictures, Walk};
use crate::report::Report;

/// From a read until its record is in the published log, and the browser has verified it.
const VERIFIED_MAX: Duration = Duration::from_secs(20);
const SAVED_MAX: Duration = Duration::from_secs(10);

/// What the proxy makes of the histories that pass it.
#[derive(Clone, Debug)]
enum Copy {
    Genuine,
    /// A letter of a record is another one.
    Altered,
    /// A record is left out.
    Missing,
    /// The platform's own answer of earlier, signed and cosigned: whatever came later is gone.
    Earlier(String),
    /// Without the witnesses' cosignatures.
    Unwitnessed,
}

struct Proxy {
    url: String,
    state: Arc<Shared>,
    serving: tokio::task::JoinHandle<()>,
}

struct Shared {
    http: reqwest::Client,
    pages: String,
    copy: Mutex<Copy>,
    /// The last genuine history that passed.
    last: Mutex<Option<String>>,
}

impl Proxy {
    async fn start(platform: &Platform) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let mut url: url::Url = platform.pages_url.parse()?;
        // The same host, so that the cabinet's cookie is sent there as well.
        let port = listener.local_addr()?.port();
        url.set_port(Some(port)).map_err(|()| anyhow::anyhow!("the pages have no port"))?;
        let state = Arc::new(Shared {
            http: platform.http()?,
            pages: platform.pages_url.clone(),
            copy: Mutex::new(Copy::Genuine),
            last: Mutex::new(None),
        });
        let router = Router::new().fallback(pass).with_state(Arc::clone(&state));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url: url.to_string().trim_end_matches('/').to_owned(), state, serving })
    }

    fn shows(&self, copy: Copy) {
        *self.state.copy.lock().unwrap_or_else(PoisonError::into_inner) = copy;
    }

    fn last(&self) -> Result<String> {
        let last = self.state.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone().context("no history has passed")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(State(state): State<Arc<Shared>>, request: Request) -> Response<Body> {
    match passed(&state, request).await {
        Ok(answer) => answer,
        Err(error) => {
            eprintln!("the proxy: {error:#}");
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = StatusCode::BAD_GATEWAY;
            answer
        }
    }
}

async fn passed(state: &Shared, request: Request) -> Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned();
    let is_history = parts.uri.path() == "/api/cabinet/journal";
    let body = axum::body::to_bytes(body, 16 * 1024 * 1024).await?;
    let mut headers = parts.headers;
    for name in [header::HOST, header::ACCEPT_ENCODING, header::CONNECTION] {
        headers.remove(name);
    }
    let url = format!("{}{path}", state.pages);
    let sent = state.http.request(parts.method, url).headers(headers).body(body).send().await?;
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = sent.status();
    *answer.headers_mut() = left(sent.headers());
    let text = sent.bytes().await?;
    *answer.body_mut() = if is_history && answer.status().is_success() {
        let text = String::from_utf8(text.to_vec())?;
        let copy = state.copy.lock().unwrap_or_else(PoisonError::into_inner).clone();
        *state.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.clone());
        tampered(text, &copy)?.into()
    } else {
        text.into()
    };
    Ok(answer)
}

fn left(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
        headers.remove(name);
    }
    headers
}

fn tampered(text: String, copy: &Copy) -> Result<String> {
    if let Copy::Genuine = copy {
        return Ok(text);
    }
    if let Copy::Earlier(earlier) = copy {
        return Ok(earlier.clone());
    }
    let mut history: Value = serde_json::from_str(&text)?;
    let months = history["months"].as_array_mut().context("a history has months")?;
    let records = months.iter_mut().filter_map(|it| it["records"].as_array_mut());
    let records = records.filter(|it| !it.is_empty()).last().context("it has no records")?;
    match copy {
        Copy::Altered => {
            let record = records.last_mut().context("a record")?;
            let text = record["record"].as_str().context("its text")?;
            record["record"] = text.replacen("\"at\":\"2", "\"at\":\"3", 1).into();
        }
        Copy::Missing => drop(records.remove(0)),
        Copy::Unwitnessed => {
            let note = history["checkpoint"].as_str().context("a note")?;
            let (head, signatures) = note.rsplit_once("\n\n").context("signatures")?;
            let own = signatures.lines().next().context("the log's signature")?;
            history["checkpoint"] = format!("{head}\n\n{own}\n").into();
        }
        Copy::Genuine | Copy::Earlier(_) => {}
    }
    Ok(history.to_string())
}

impl Walk<'_> {
    /// Signed in, with a consent that was used. `reads` uses it once more.
    pub(crate) async fn verifies(&self, report: &mut Report, reads: impl AsyncFn() -> Result<()>) {
        let page = &self.browser;
        let pages = &self.platform.pages_url;
        self.step(
            report,
            "the client's browser verifies each use of the consent itself",
            async || {
                page.goto(&format!("{pages}/cabinet")).await?;
                page.click("consent-row").await?;
                clock::until("all uses verified", VERIFIED_MAX, async || {
                    let (uses, verified) =
                        (page.count("use-row").await?, page.count("[data-proof=verified]").await?);
                    anyhow::ensure!(uses > 0 && uses == verified, "{verified} of {uses}");
                    Ok(())
                })
                .await?;
                page.see("receipt").await?;
                self.scrolls_to("use-row").await?;
                self.picture("uses-verified").await
            },
        )
        .await;
        self.step(report, "and that nothing is left out of their records", async || {
            page.click("nav-proof").await?;
            page.see("proof-holds").await?;
            anyhow::ensure!(page.count("record-row").await? > 5, "too few records");
            let witnesses = page.text("proof-witnesses").await?;
            anyhow::ensure!(witnesses.contains("witness"), "witnesses: {witnesses}");
            self.picture("proof").await
        })
        .await;
        self.step(report, "`senim verify` takes the very files that the page offers", async || {
            self.files_verify().await
        })
        .await;
        self.step(report, "sessions in their name have records as well", async || {
            page.click("nav-activity").await?;
            page.see("[data-test=session-row] [data-proof=verified]").await?;
            Ok(())
        })
        .await;
        self.sees_copies_in_red(report, reads).await;
    }

    /// The page's own files, saved by the browser, and a receipt.
    async fn files_verify(&self) -> Result<()> {
        let page = &self.browser;
        let folder =
            std::env::temp_dir().join(format!("senim-files-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(&folder)?;
        page.save_into(&folder).await?;
        let mut files = Vec::new();
        for link in [
            "proof-history",
            "proof-policy",
            "proof-checkpoint",
            "[data-test=record-row] [data-test=receipt]",
        ] {
            let name = page.attribute(link, "download").await?.context("a file's name")?;
            page.click(link).await?;
            let file = folder.join(&name);
            let text = clock::until(&name, SAVED_MAX, async || {
                let text = std::fs::read_to_string(&file)?;
                anyhow::ensure!(!text.is_empty(), "it is empty");
                Ok(text)
            })
            .await?;
            files.push((file, text));
        }
        let [(history, text), (policy, trusted), (checkpoint, _), (proof, shown)] =
            files.as_slice()
        else {
            anyhow::bail!("four files");
        };
        let complete = History::parse(text)?.verify(&trusted.parse()?, None)?;
        anyhow::ensure!(!complete.trusted.witnessed.is_empty(), "nobody witnessed it");
        receipt::verify(shown, &trusted.parse()?)?;
        let senim = std::env::current_exe()?.with_file_name("senim");
        for arguments in [
            vec![history.as_path(), Path::new("--policy"), policy],
            vec![history, Path::new("--policy"), policy, Path::new("--older"), checkpoint],
            vec![proof, Path::new("--policy"), policy],
        ] {
            let said =
                std::process::Command::new(&senim).arg("verify").args(&arguments).output()?;
            anyhow::ensure!(
                said.status.success(),
                "senim verify: {}",
                String::from_utf8_lossy(&said.stderr)
            );
        }
        // What is altered on the way from the page is refused.
        std::fs::write(history, text.replacen("2026", "2027", 1))?;
        let said = std::process::Command::new(&senim)
            .arg("verify")
            .arg(history)
            .arg("--policy")
            .arg(policy)
            .output()?;
        anyhow::ensure!(!said.status.success(), "an altered file was accepted");
        std::fs::remove_dir_all(folder)?;
        Ok(())
    }

    async fn scrolls_to(&self, name: &str) -> Result<()> {
        let script = format!("document.querySelector('[data-test={name}]').scrollIntoView()");
        self.browser.run(&script).await.map(drop)
    }

    /// Each in red, with words of its own.
    async fn sees_copies_in_red(&self, report: &mut Report, reads: impl AsyncFn() -> Result<()>) {
        let page = &self.browser;
        let Some(proxy) = self
            .step(report, "the same browser sees the log by way of somebody else", async || {
                let proxy = Proxy::start(self.platform).await?;
                page.goto(&format!("{}/cabinet/proof", proxy.url)).await?;
                page.see("proof-holds").await?;
                Ok(proxy)
            })
            .await
        else {
            return;
        };
        let earlier = self
            .step(report, "who later sees a longer one that continues it", async || {
                let earlier = proxy.last()?;
                let size = History::parse(&earlier)?.index.number;
                reads().await?;
                clock::until("a longer log", VERIFIED_MAX, async || {
                    page.goto(&format!("{}/cabinet/proof", proxy.url)).await?;
                    page.see("proof-holds").await?;
                    let now = History::parse(&proxy.last()?)?.index.number;
                    anyhow::ensure!(now > size, "{now} entries, as before");
                    Ok(())
                })
                .await?;
                page.see("proof-continues").await?;
                Ok(earlier)
            })
            .await;
        let mut copies = vec![
            ("a record that was altered", "altered", Copy::Altered),
            ("a record that is left out", "missing", Copy::Missing),
            ("a log without its witnesses", "unwitnessed", Copy::Unwitnessed),
        ];
        if let Some(earlier) = earlier {
            copies.push(("a log that was put back", "rewritten", Copy::Earlier(earlier)));
        }
        for (what, fault, copy) in copies {
            proxy.shows(copy);
            self.step(report, &format!("{what} is shown in red"), async || {
                page.goto(&format!("{}/cabinet/proof", proxy.url)).await?;
                page.see(&format!("[data-test=fault][data-fault={fault}]")).await?;
                anyhow::ensure!(!page.has("proof-holds").await, "and as verified");
                self.picture(&format!("proof-{fault}")).await?;
                for language in ["kk", "ru"] {
                    page.click(&format!("language-{language}")).await?;
                    page.see(&format!("[data-test=fault][data-fault={fault}]")).await?;
                    self.glimpse(&format!("proof-{fault}-{language}")).await?;
                }
                page.click("language-en").await?;
                // The consent's page and the sessions' say so as well.
                page.goto(&format!("{}/cabinet", proxy.url)).await?;
                page.click("consent-row").await?;
                page.see(&format!("[data-test=fault][data-fault={fault}]")).await?;
                page.see("[data-proof=refuted]").await?;
                anyhow::ensure!(!page.has("[data-proof=verified]").await, "and as verified");
                if fault == "missing" {
                    self.scrolls_to("proof-fault").await?;
                    self.picture("uses-refuted").await?;
                }
                page.click("nav-activity").await?;
                page.see(&format!("[data-test=fault][data-fault={fault}]")).await?;
                Ok(())
            })
            .await;
        }
        proxy.shows(Copy::Genuine);
        self.step(report, "and the genuine log is believed again", async || {
            page.goto(&format!("{}/cabinet/proof", proxy.url)).await?;
            page.see("proof-holds").await?;
            Ok(())
        })
        .await;
        self.step(report, "the client returns to the platform's own pages", async || {
            page.goto(&format!("{}/cabinet", self.platform.pages_url)).await?;
            page.see("consent-row").await?;
            Ok(())
        })
        .await;
    }
}

/// On a platform of its own: a session by HTTP, then Chromium with its cookie.
pub(crate) async fn walk(
    platform: &Platform,
    report: &mut Report,
    screenshots: Option<&Path>,
) -> Result<()> {
    let pictures = Pictures::new(screenshots)?;
    report.chapter("Proofs");
    let (person, client) = (platform.person()?, platform.consumer()?);
    let asked = details(&person, &[&platform.material.provider_bin]);
    let pushed = client.request(&asked);
    let mut session = browser::Browser::new(platform)?;
    let redirect = session.walk(&client.link(&pushed).await?, &person, true).await?;
    let code = client.code(&pushed, &redirect)?;
    let tokens = Tokens::read(&client.trade(&code, &pushed.verifier).await?)?;
    for _ in 0..3 {
        platform.until_answered(&client, &tokens).await?;
    }
    let driver = Driver::start(Engine::Chromium).await?;
    let browser = driver.browser(None, PHONE).await?;
    browser.goto(&platform.pages_url).await?;
    let (name, value) =
        session.cookie().and_then(|it| it.split_once('=')).context("no session's cookie")?;
    browser.keep_cookie(&platform.pages_url, name, value).await?;
    let person = Walk { platform, browser, camera: None, size: PHONE, pictures: &pictures };
    let reads = async || platform.until_answered(&client, &tokens).await.map(drop);
    person.verifies(report, reads).await;
    person.browser.close().await;
    Ok(())
}
