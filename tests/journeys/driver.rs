//! A headless Chromium whose camera shows a clip, driven by chromedriver (WebDriver).

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use senim_tests::clock;
use serde_json::{Value, json};

/// How long an element may take to appear: a page's wasm is fetched and compiled within it.
const APPEAR_MAX: Duration = Duration::from_secs(30);

pub(crate) struct Chromedriver {
    process: Child,
    url: String,
}

/// One browser with a profile of its own.
pub(crate) struct Browser {
    client: Client,
    profile: PathBuf,
}

impl Chromedriver {
    pub(crate) async fn start() -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("start chromedriver (apt-get install chromium-driver)")?;
        let driver = Self { process, url: format!("http://127.0.0.1:{port}") };
        clock::until("chromedriver", Duration::from_secs(20), async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.map_err(Into::into)
        })
        .await?;
        Ok(driver)
    }

    /// A browser whose camera shows this clip; without one it has Chromium's test picture.
    pub(crate) async fn browser(
        &self,
        clip: Option<&Path>,
        (width, height): (u32, u32),
    ) -> Result<Browser> {
        let profile =
            std::env::temp_dir().join(format!("senim-browser-{:016x}", rand::random::<u64>()));
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--no-proxy-server".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--force-color-profile=srgb".to_owned(),
            "--lang=en".to_owned(),
            format!("--window-size={width},{height}"),
            "--use-fake-ui-for-media-stream".to_owned(),
            "--use-fake-device-for-media-stream".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ];
        if let Some(clip) = clip {
            arguments.push(format!("--use-file-for-fake-video-capture={}", clip.display()));
        }
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments, "prefs": { "intl.accept_languages": "en" } },
        });
        let Value::Object(capabilities) = capabilities else {
            anyhow::bail!("capabilities are an object")
        };
        let client =
            Client::with_capabilities_and_connector(&self.url, &capabilities, HttpConnector::new())
                .await
                .context("start Chromium")?;
        // Narrower than a desktop's smallest window, as a phone is.
        let browser = Browser { client, profile };
        browser.be_wide(width, height).await?;
        Ok(browser)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Browser {
    pub(crate) async fn goto(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| format!("go to {}", without_query(url)))
    }

    pub(crate) async fn url(&self) -> Result<String> {
        Ok(self.client.current_url().await?.into())
    }

    /// Waits until the element is there and shown.
    pub(crate) async fn see(&self, name: &str) -> Result<Element> {
        self.see_within(name, APPEAR_MAX).await
    }

    pub(crate) async fn see_within(&self, name: &str, limit: Duration) -> Result<Element> {
        let what = selector(name);
        let found = clock::until(&what, limit, async || {
            let element = self.client.find(Locator::Css(&selector(name))).await?;
            anyhow::ensure!(element.is_displayed().await?, "it is there and hidden");
            Ok(element)
        });
        match found.await {
            Ok(element) => Ok(element),
            Err(error) => Err(error.context(self.shown().await)),
        }
    }

    /// Whether the element is there at this moment.
    pub(crate) async fn has(&self, name: &str) -> bool {
        self.client.find(Locator::Css(&selector(name))).await.is_ok()
    }

    /// The first of these that appears.
    pub(crate) async fn see_one_of(
        &self,
        names: &[&'static str],
        limit: Duration,
    ) -> Result<&'static str> {
        let what = names.join(" or ");
        let found = clock::until(&what, limit, async || {
            for name in names {
                if self.has(name).await {
                    return Ok(*name);
                }
            }
            anyhow::bail!("none of them")
        });
        match found.await {
            Ok(name) => Ok(name),
            Err(error) => Err(error.context(self.shown().await)),
        }
    }

    pub(crate) async fn click(&self, name: &str) -> Result<()> {
        let limit = Duration::from_secs(10);
        self.see(name).await?;
        // A page that draws itself anew between finding and clicking leaves a stale element.
        clock::until(&format!("click {name}"), limit, async || {
            self.client.find(Locator::Css(&selector(name))).await?.click().await.map_err(Into::into)
        })
        .await
    }

    pub(crate) async fn fill(&self, name: &str, text: &str) -> Result<()> {
        let element = self.see(name).await?;
        element.clear().await?;
        element.send_keys(text).await?;
        Ok(())
    }

    /// Ticks a box that may be ticked already.
    pub(crate) async fn check(&self, name: &str) -> Result<()> {
        if self.see(name).await?.is_selected().await? { Ok(()) } else { self.click(name).await }
    }

    pub(crate) async fn text(&self, name: &str) -> Result<String> {
        Ok(self.see(name).await?.text().await?)
    }

    pub(crate) async fn attribute(&self, name: &str, attribute: &str) -> Result<Option<String>> {
        Ok(self.see(name).await?.attr(attribute).await?)
    }

    pub(crate) async fn count(&self, name: &str) -> Result<usize> {
        Ok(self.client.find_all(Locator::Css(&selector(name))).await?.len())
    }

    /// Makes the page this wide, whatever the window is.
    pub(crate) async fn be_wide(&self, width: u32, height: u32) -> Result<()> {
        let parameters =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let command = Devtools { name: "Emulation.setDeviceMetricsOverride", parameters };
        self.client.issue_cmd(command).await?;
        Ok(())
    }

    pub(crate) async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    pub(crate) async fn screenshot(&self, to: &Path) -> Result<()> {
        let picture = self.client.screenshot().await?;
        std::fs::write(to, picture).with_context(|| format!("write {}", to.display()))
    }

    /// What the page says, for whoever reads a failure. Pages show people's numbers masked.
    async fn shown(&self) -> String {
        let text = self
            .run("return document.body ? document.body.innerText : ''")
            .await
            .unwrap_or_default();
        let url = self.url().await.unwrap_or_default();
        let text: String = text.as_str().unwrap_or_default().chars().take(600).collect();
        format!("at {} the page says: {}", without_query(&url), text.replace('\n', " | "))
    }

    pub(crate) async fn close(self) {
        let _ = self.client.clone().close().await;
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// A command of Chromium's own, through chromedriver.
#[derive(Debug)]
struct Devtools {
    name: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({ "cmd": self.name, "params": self.parameters });
        (http::Method::POST, Some(body.to_string()))
    }
}

/// A `data-test` name, or a whole selector that begins with `[`.
fn selector(name: &str) -> String {
    if name.starts_with('[') { name.to_owned() } else { format!("[data-test='{name}']") }
}

/// A code or a state may stand in the query.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}
