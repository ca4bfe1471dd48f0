//! Chromium, Firefox and `WebKit`, driven by `WebDriver`; their camera shows a clip or a person who does as asked.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use senim_tests::clock;
use serde_json::{Value, json};

/// How long an element may take to appear: a page's wasm is fetched and compiled within it.
const APPEAR_MAX: Duration = Duration::from_secs(30);

/// The three engines that clients have (BIO-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    Webkit,
}

pub(crate) struct Driver {
    engine: Engine,
    process: Child,
    url: String,
    /// `WebKit`'s home, made anew for each driver.
    home: PathBuf,
}

/// One browser with a profile of its own.
pub(crate) struct Browser {
    pub(crate) engine: Engine,
    client: Client,
    profile: PathBuf,
}

impl Engine {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::Webkit => "WebKit",
        }
    }

    /// What [`player.js`](player.js) plays as, and the part of the recording that it shows: a phone's camera, held upright
    /// around her; a smaller and slower one where an engine draws every frame without a graphics card.
    fn camera(self) -> Value {
        match self {
            Self::Chromium | Self::Firefox => {
                json!({ "width": 540, "height": 720, "rate": 24, "part": [632, 0, 540, 720] })
            }
            Self::Webkit => {
                json!({ "width": 480, "height": 640, "rate": 15, "part": [632, 0, 540, 720] })
            }
        }
    }

    fn driver(self, port: u16, home: &Path) -> Command {
        match self {
            Self::Chromium => {
                let mut command = Command::new("chromedriver");
                command.arg(format!("--port={port}"));
                command
            }
            Self::Firefox => {
                let driver = std::env::var_os("SENIM_GECKODRIVER");
                let mut command = Command::new(driver.unwrap_or_else(|| "geckodriver".into()));
                let socket = port.checked_add(1).unwrap_or(4_445);
                command.args([
                    "--port",
                    &port.to_string(),
                    "--websocket-port",
                    &socket.to_string(),
                ]);
                command
            }
            Self::Webkit => {
                // It draws on a screen only; this one is in memory.
                let mut command = Command::new("xvfb-run");
                command
                    .args(["-a", "-s", "-screen 0 1400x1000x24", "dbus-run-session", "--"])
                    .args(["WebKitWebDriver", "--host=127.0.0.1"])
                    .arg(format!("--port={port}"))
                    .env("HOME", home)
                    .env("XDG_RUNTIME_DIR", home)
                    .env("LIBGL_ALWAYS_SOFTWARE", "1")
                    // On a machine without a graphics card it else draws each frame by software OpenGL, which takes
                    // both processors and leaves four frames a second.
                    .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
                    .env("WEBKIT_SKIA_ENABLE_CPU_RENDERING", "1");
                command
            }
        }
    }

    fn capabilities(self, clip: Option<&Path>, profile: &Path, size: (u32, u32)) -> Value {
        match self {
            Self::Chromium => chromium(clip, profile, size),
            Self::Firefox => json!({
                "browserName": "firefox",
                "moz:firefoxOptions": {
                    "binary": "/usr/bin/firefox-esr",
                    "args": ["-headless", "-width", size.0.to_string(), "-height", size.1.to_string()],
                    "prefs": {
                        "intl.accept_languages": "en",
                        "media.navigator.streams.fake": true,
                        "media.navigator.permission.disabled": true,
                        "media.autoplay.default": 0,
                        "media.autoplay.blocking_policy": 0,
                    },
                },
            }),
            Self::Webkit => json!({
                "webkitgtk:browserOptions": {
                    "binary": MINIBROWSER,
                    "args": ["--automation", "--enable-mock-capture-devices=true"],
                },
            }),
        }
    }
}

/// Debian's, in libwebkit2gtk-4.1-0.
const MINIBROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

impl Driver {
    pub(crate) async fn start(engine: Engine) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let home = std::env::temp_dir().join(format!("senim-home-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(&home)?;
        std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700))?;
        let process = engine
            .driver(port, &home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // With all that it starts: ended together.
            .process_group(0)
            .spawn()
            .with_context(|| {
                format!("start the driver of {} (cargo xtask setup --tests)", engine.name())
            })?;
        let driver = Self { engine, process, url: format!("http://127.0.0.1:{port}"), home };
        clock::until("the browser's driver", Duration::from_secs(20), async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.map_err(Into::into)
        })
        .await?;
        Ok(driver)
    }

    /// A browser whose own camera shows this clip (Chromium only); without one it has the engine's test picture.
    pub(crate) async fn browser(&self, clip: Option<&Path>, size: (u32, u32)) -> Result<Browser> {
        let profile =
            std::env::temp_dir().join(format!("senim-browser-{:016x}", rand::random::<u64>()));
        let Value::Object(capabilities) = self.engine.capabilities(clip, &profile, size) else {
            anyhow::bail!("capabilities are an object")
        };
        let client =
            Client::with_capabilities_and_connector(&self.url, &capabilities, HttpConnector::new())
                .await
                .with_context(|| format!("start {}", self.engine.name()))?;
        let browser = Browser { engine: self.engine, client, profile };
        browser.be_wide(size.0, size.1).await?;
        Ok(browser)
    }
}

fn chromium(clip: Option<&Path>, profile: &Path, (width, height): (u32, u32)) -> Value {
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
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "args": arguments, "prefs": { "intl.accept_languages": "en" } },
    })
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = i32::try_from(self.process.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
        }
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

impl Browser {
    pub(crate) async fn goto(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| format!("go to {}", without_query(url)))
    }

    /// Chromium only: what is saved goes into this folder, and nobody is asked.
    pub(crate) async fn save_into(&self, folder: &Path) -> Result<()> {
        let parameters = json!({ "behavior": "allow", "downloadPath": folder });
        self.client.issue_cmd(Devtools { name: "Browser.setDownloadBehavior", parameters }).await?;
        Ok(())
    }

    /// Chromium only: as if the server of this page had set it.
    pub(crate) async fn keep_cookie(&self, url: &str, name: &str, value: &str) -> Result<()> {
        let parameters = json!({ "url": url, "name": name, "value": value, "httpOnly": true });
        self.client.issue_cmd(Devtools { name: "Network.setCookie", parameters }).await?;
        Ok(())
    }

    pub(crate) async fn refresh(&self) -> Result<()> {
        Ok(self.client.refresh().await?)
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
            let element = self.find(name).await?;
            anyhow::ensure!(element.is_displayed().await?, "it is there and hidden");
            Ok(element)
        });
        match found.await {
            Ok(element) => Ok(element),
            Err(error) => Err(error.context(self.shown().await)),
        }
    }

    /// Whether the element is shown at this moment.
    pub(crate) async fn has(&self, name: &str) -> bool {
        match self.find(name).await {
            Ok(element) => element.is_displayed().await.unwrap_or(false),
            Err(_) => false,
        }
    }

    /// In the page or in the shadow of one of its elements.
    async fn find(&self, name: &str) -> Result<Element> {
        let element = self.client.execute(FIND, vec![json!(selector(name))]).await?;
        let id = element.as_object().and_then(|it| it.get(ELEMENT)).and_then(Value::as_str);
        let id = id.context("it is not there")?.to_owned();
        Ok(Element::from_element_id(self.client.clone(), id.into()))
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
            self.find(name).await?.click().await.map_err(Into::into)
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

    /// Makes the page this wide, whatever the window is; narrower than a window can be in Chromium only.
    pub(crate) async fn be_wide(&self, width: u32, height: u32) -> Result<()> {
        if self.engine != Engine::Chromium {
            return Ok(self.client.set_window_size(width, height).await?);
        }
        let parameters =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let command = Devtools { name: "Emulation.setDeviceMetricsOverride", parameters };
        self.client.issue_cmd(command).await?;
        Ok(())
    }

    /// Chromium only: as on a device that is light or dark; without motion, which would show colours on their way.
    pub(crate) async fn be_on(&self, scheme: &str) -> Result<()> {
        let parameters = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        let command = Devtools { name: "Emulation.setEmulatedMedia", parameters };
        self.client.issue_cmd(command).await?;
        Ok(())
    }

    /// From now on this device has an authenticator of its own, whose owner is there and is recognised each time (WebAuthn §11).
    pub(crate) async fn has_an_authenticator(&self) -> Result<()> {
        self.client.issue_cmd(AddAuthenticator).await?;
        Ok(())
    }

    /// What axe finds wrong with the page; `source` is axe-core's own script.
    pub(crate) async fn barriers(&self, source: &str) -> Result<Vec<String>> {
        let script = format!("{source}\n;{}", include_str!("barriers.js"));
        let found = self.ask(&script, Vec::new()).await?;
        Ok(serde_json::from_value(found)?)
    }

    /// From now on the page's camera shows this person, who does as the page asks. Tells how many frames came.
    pub(crate) async fn seat(&self, person: &Recording) -> Result<u64> {
        let arguments = vec![person.frames.clone(), person.segments.clone(), self.engine.camera()];
        let frames = self
            .ask(include_str!("player.js"), arguments)
            .await
            .context("seat a person before the camera")?;
        frames.as_u64().with_context(|| format!("the player answered {frames}"))
    }

    /// What follows happens inside this frame, until [`Browser::leave_frame`].
    pub(crate) async fn enter_frame(&self, name: &str) -> Result<()> {
        Ok(self.see(name).await?.enter_frame().await?)
    }

    pub(crate) async fn leave_frame(&self) -> Result<()> {
        Ok(self.client.enter_parent_frame().await?)
    }

    pub(crate) async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Runs a script that returns a promise, and waits for what it gives.
    pub(crate) async fn ask(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let script = format!("{PROMISED_BEGINS}{script}{PROMISED_ENDS}");
        let answer = self.client.execute_async(&script, arguments).await?;
        match answer.as_str() {
            Some(failed) => anyhow::bail!("{failed}"),
            None => Ok(answer),
        }
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

/// How `WebDriver` marks a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

const FIND: &str = "
    const find = (root) => {
        const here = root.querySelector(arguments[0]);
        if (here) return here;
        for (const it of root.querySelectorAll('*')) {
            const inside = it.shadowRoot && find(it.shadowRoot);
            if (inside) return inside;
        }
        return null;
    };
    return find(document);";

/// `WebDriver`'s way of waiting: the last argument is called with the answer.
const PROMISED_BEGINS: &str =
    "const told = arguments[arguments.length - 1]; Promise.resolve((function () {";
/// A failure is told as a text.
const PROMISED_ENDS: &str =
    "}).apply(null, arguments)).then(told, (error) => told(String(error)));";

/// What [`player.js`](player.js) needs of a recording of a real person.
pub(crate) struct Recording {
    frames: Value,
    segments: Value,
}

impl Recording {
    /// `folder` holds frames named by their number, four digits: `cargo xtask setup --tests` puts them there.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let mut frames = serde_json::Map::new();
        for (_, first, last) in SEGMENTS {
            for number in first..=last {
                let name = format!("{number:04}");
                let path = folder.join(format!("{name}.jpg"));
                let jpeg = std::fs::read(&path).with_context(|| {
                    format!("read {} (cargo xtask setup --tests)", path.display())
                })?;
                frames.insert(name, json!(base64::engine::general_purpose::STANDARD.encode(jpeg)));
            }
        }
        let segments = SEGMENTS.map(|(name, first, last)| (name.to_owned(), json!([first, last])));
        Ok(Self { frames: frames.into(), segments: Value::Object(segments.into_iter().collect()) })
    }
}

/// Where in the genuine clip what is to be seen: name, first and last frame.
const SEGMENTS: [(&str, u32, u32); 5] = [
    ("calm", 274, 281),
    ("blink", 284, 292),
    ("smile", 291, 311),
    ("beam", 312, 316),
    ("nod", 415, 469),
];

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

/// WebAuthn §11.5, "Add Virtual Authenticator".
#[derive(Debug)]
struct AddAuthenticator;

impl WebDriverCompatibleCommand for AddAuthenticator {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/webauthn/authenticator", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserConsenting": true,
            "isUserVerified": true,
        });
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
