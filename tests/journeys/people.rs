//! The walk: a genuine person connects accounts, an impostor does not, the operator suspends, the client withdraws.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use senim_core::problem::Problem;
use senim_tests::clock;
use senim_tests::platform::Platform;
use senim_world::cast;

use crate::driver::{Browser, Driver, Engine, Recording};
use crate::phone;
use crate::report::Report;

mod consents;
mod passkeys;

/// A phone's width: most clients come from their bank's app.
pub(crate) const PHONE: (u32, u32) = (480, 900);
const DESK: (u32, u32) = (1200, 900);
/// The narrowest screen that a page must fit without scrolling sideways.
const NARROW: u32 = 320;
/// From opening the camera to the server's verdict: lining up, three actions, four colours, sending, judging.
pub(crate) const CAMERA_MAX: Duration = Duration::from_mins(3);

/// From opening the camera to the hint that the face is well placed.
const LINED_UP_MAX: Duration = Duration::from_secs(30);

const CHECKS: u8 = 4;
/// What may follow a check.
pub(crate) const OUTCOMES: [&str; 6] =
    ["code-input", "last-problem", "failed", "camera-fault", "trouble", "phone-done"];

/// The recording is a real person who blinks and smiles; no free one turns or comes closer. So before the camera sits a
/// client who can't move; in Firefox one who sees quick colours, else one who asked for no flashing.
fn wishes(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Firefox => &["wish-no-movement"],
        Engine::Chromium | Engine::Webkit => &["wish-no-movement", "wish-no-flashing"],
    }
}

pub(crate) async fn walk(
    platform: &Platform,
    report: &mut Report,
    screenshots: Option<&Path>,
    engine: Engine,
) -> Result<()> {
    let whole = engine == Engine::Chromium;
    let pictures = Pictures::new(screenshots.filter(|_| whole))?;
    let recording = Recording::open(&platform.people.0.join("clip"))?;
    let person = &cast::AINUR;

    report.chapter(engine.name());
    let driver = Driver::start(engine).await?;
    let walk = async |camera, clip: Option<&Path>, size| {
        let browser = driver.browser(clip, size).await?;
        Ok::<_, anyhow::Error>(Walk { platform, browser, camera, size, pictures: &pictures })
    };
    let client = walk(Some(&recording), None, PHONE).await?;
    let connected = client.connects_accounts(report, person).await;
    if !whole {
        client.browser.close().await;
        return Ok(());
    }
    if let Some(link) = &connected {
        client.sees_the_consent(report).await;
        let reads = async || {
            client.browser.goto(link).await?;
            client.reads_until("").await
        };
        client.verifies(report, reads).await;
        let desk = walk(None, None, DESK).await?;
        client.is_refused_while_suspended(report, &desk, link).await;
        client.takes_one_bank_out(report, link).await;
        client.narrows(report, link).await;
        client.withdraws(report, link).await;
        client.takes_the_agreement_back(report).await;
        client.signs_in_with_senim(report, person).await;
        client.has_given_the_agreement_again(report).await;
        let opened = client.opens_the_cabinet_with_a_passkey(report).await;
        client.withdraws_from_a_bank_that_deletes_nothing(report, &desk).await;
        if opened.is_some() {
            client.removes_the_passkey(report).await;
        }
        desk.browser.close().await;
    }
    client.browser.close().await;

    let minor = walk(None, None, PHONE).await?;
    minor.a_minor_is_refused(report).await;
    minor.browser.close().await;

    // The same person at a desk without a camera, with a phone beside it.
    let desk = walk(None, None, DESK).await?;
    let phone = walk(Some(&recording), None, PHONE).await?;
    phone::continues(report, &desk, &phone, person).await;
    desk.browser.close().await;
    phone.browser.close().await;

    // The same living person, who says that they are another.
    let other = walk(Some(&recording), None, PHONE).await?;
    let no_match = Some(Problem::IdentityNoMatch.code());
    other.is_refused(report, "a living impostor", &cast::ALMAS, no_match).await;
    other.browser.close().await;

    // The right face as a picture: held before the browser's own camera.
    let clips = std::env::temp_dir().join(format!("senim-clips-{:016x}", rand::random::<u64>()));
    std::fs::create_dir_all(&clips)?;
    let picture = clips.join("picture.mjpeg");
    platform.people.clip(cast::AIGERIM.camera, 0, &picture)?;
    let held = walk(None, Some(&picture), PHONE).await?;
    held.is_refused(report, "a picture of the right person", &cast::AIGERIM, None).await;
    held.browser.close().await;

    // Well within the camera's picture, and beside the oval that the page draws over it.
    let beside = clips.join("beside.mjpeg");
    platform.people.clip(cast::AIGERIM.camera, 250, &beside)?;
    let aside = walk(None, Some(&beside), PHONE).await?;
    aside.is_asked_into_the_oval(report, &cast::AIGERIM).await;
    aside.browser.close().await;
    let _ = std::fs::remove_dir_all(clips);
    Ok(())
}

/// Pictures for the README, and of what a failed step saw.
pub(crate) struct Pictures {
    wanted: Option<PathBuf>,
    failures: PathBuf,
    /// axe-core's script, where `SENIM_AXE` names it.
    axe: Option<String>,
}

impl Pictures {
    pub(crate) fn new(wanted: Option<&Path>) -> Result<Self> {
        let failures = wanted.map_or_else(std::env::temp_dir, Path::to_owned).join("failed");
        if let Some(folder) = wanted {
            std::fs::create_dir_all(folder)?;
        }
        let axe = match std::env::var_os("SENIM_AXE") {
            Some(file) => Some(std::fs::read_to_string(file).context("SENIM_AXE")?),
            None => None,
        };
        Ok(Self { wanted: wanted.map(Path::to_owned), failures, axe })
    }
}

/// One browser on its way.
pub(crate) struct Walk<'a> {
    pub(crate) platform: &'a Platform,
    pub(crate) browser: Browser,
    /// Who sits before the camera; without anyone the browser's own camera is looked through.
    pub(crate) camera: Option<&'a Recording>,
    pub(crate) size: (u32, u32),
    pub(crate) pictures: &'a Pictures,
}

impl Walk<'_> {
    pub(crate) async fn connects_accounts(
        &self,
        report: &mut Report,
        person: &cast::Person,
    ) -> Option<String> {
        let page = &self.browser;
        self.step(report, "the client opens the bank's app", async || {
            self.enters_the_app(person).await?;
            self.picture("consumer").await
        })
        .await?;
        self.step(report, "asks for accounts from another bank", async || {
            self.asks_for_accounts().await
        })
        .await?;
        self.goes_through(report, person).await?;
        self.step(report, "sees the accounts in the bank's app", async || {
            page.see_within("account", Duration::from_secs(20)).await?;
            anyhow::ensure!(
                page.attribute("link-page", "data-state").await?.as_deref() == Some("active"),
                "not active"
            );
            page.see("account-balance").await?;
            self.picture("accounts").await?;
            page.url().await
        })
        .await
    }

    /// The dialogue from the agreement to the approval.
    async fn goes_through(&self, report: &mut Report, person: &cast::Person) -> Option<()> {
        let page = &self.browser;
        self.step(report, "reads and accepts the agreement", async || {
            page.see("agreement-accept").await?;
            self.picture("agreement").await?;
            page.click("agreement-accept").await
        })
        .await?;
        self.step(report, "types the IIN", async || {
            page.fill("iin-input", person.iin).await?;
            self.picture("iin").await?;
            page.click("iin-submit").await
        })
        .await?;
        let before = self.platform.world().ok()?.codes(person.phone).await.ok()?.len();
        self.step(
            report,
            "shows the face to the camera: live, and the one in the register",
            async || {
                if page.see_one_of(&["camera-start", "front-start"], LINED_UP_MAX).await?
                    == "front-start"
                {
                    return self.films_at_another_solution().await;
                }
                self.sits_down().await?;
                page.see_within("[data-good]", LINED_UP_MAX).await?;
                self.picture("camera").await?;
                self.is_lit().await?;
                match self.is_checked("").await? {
                    "code-input" => Ok(()),
                    other => anyhow::bail!("{other}: {}", page.text(other).await?),
                }
            },
        )
        .await?;
        self.step(report, "types the code from the text message", async || {
            let code = self.platform.world()?.code_after(person.phone, before).await?;
            page.fill("code-input", &code).await?;
            self.picture("code").await?;
            page.click("code-submit").await
        })
        .await?;
        self.step(report, "reads the consent and approves", async || {
            page.see("consent-text").await?;
            self.picture("consent").await?;
            page.click("consent-approve").await
        })
        .await
    }

    /// Authentication alone, with personal data (IDX-14).
    async fn signs_in_with_senim(&self, report: &mut Report, person: &cast::Person) -> Option<()> {
        let page = &self.browser;
        self.step(report, "the client chooses to sign in with Senim", async || {
            self.enters_the_app(person).await?;
            page.click("sign-in-with-senim").await?;
            for field in ["iin", "family_name", "given_name", "birthdate"] {
                page.check(&format!("field-{field}")).await?;
            }
            self.picture("sign-in-with-senim").await?;
            page.click("continue").await
        })
        .await?;
        self.goes_through(report, person).await?;
        self.step(report, "sees in the bank's app what it has received", async || {
            page.see_within("received", Duration::from_secs(20)).await?;
            anyhow::ensure!(page.text("claim-given_name").await? == person.name, "another name");
            anyhow::ensure!(page.text("claim-iin").await? == person.iin, "another IIN");
            self.picture("received").await
        })
        .await?;
        self.step(report, "sees the consent and its one use in the cabinet", async || {
            page.goto(&format!("{}/cabinet", self.platform.pages_url)).await?;
            page.click("consent-row").await?;
            page.see("consent-status").await?;
            page.see("use-row").await?;
            self.picture("consent-identity").await
        })
        .await
    }

    async fn sees_the_consent(&self, report: &mut Report) {
        let page = &self.browser;
        self.step(report, "sees an account's transactions", async || {
            page.click("account-open").await?;
            page.see("transaction").await?;
            self.picture("transactions").await
        })
        .await;
        self.step(
            report,
            "sees the consent in the cabinet, signed in by the same session",
            async || {
                page.goto(&format!("{}/cabinet", self.platform.pages_url)).await?;
                page.see("consent-row").await?;
                self.picture("cabinet").await?;
                page.click("consent-row").await
            },
        )
        .await;
        self.step(report, "sees each use of it", async || {
            page.see("consent-status").await?;
            clock::until("the reads, told by the edge", Duration::from_secs(15), async || {
                // The list, the balances and the transactions have been read by now.
                let uses = page.count("use-row").await?;
                anyhow::ensure!(uses >= 2, "{uses} uses are shown");
                Ok(())
            })
            .await?;
            self.picture("consent-uses").await
        })
        .await;
        self.step(
            report,
            "reads the text agreed to, and what happened in their name",
            async || {
                page.see("agreed-genuine").await?;
                page.see("consent-document").await?;
                page.click("nav-activity").await?;
                page.see("session-own").await?;
                page.see("message-row").await?;
                self.picture("activity").await
            },
        )
        .await;
    }

    async fn is_refused_while_suspended(&self, report: &mut Report, desk: &Walk<'_>, link: &str) {
        let page = &self.browser;
        let bin = self.platform.material.consumer_bin.as_str();
        let signed_in = desk
            .step(
                report,
                "the operator signs in to the console with password and one-time code",
                async || desk.enters_the_console().await,
            )
            .await;
        if signed_in.is_none() {
            return;
        }
        desk.step(report, "suspends the consumer", async || {
            desk.participant(bin, "suspend").await?;
            desk.picture("participants").await
        })
        .await;
        self.step(report, "the suspended consumer's read is refused", async || {
            page.goto(link).await?;
            self.reads_until("participant.suspended").await
        })
        .await;
        desk.step(report, "the operator resumes it", async || {
            desk.participant(bin, "resume").await
        })
        .await;
        self.step(report, "the resumed consumer's read is answered", async || {
            page.goto(link).await?;
            self.reads_until("").await
        })
        .await;
        desk.step(
            report,
            "sees the last hour in numbers and a picture, and searches the journal",
            async || desk.looks_around().await,
        )
        .await;
    }

    /// By the server with this problem; without one for not being live: by the widget, which never sees done what was
    /// asked, or by the server. A camera that does not work is no refusal.
    async fn is_refused(
        &self,
        report: &mut Report,
        who: &str,
        person: &cast::Person,
        problem: Option<&str>,
    ) {
        let page = &self.browser;
        self.step(report, &format!("{who} before the camera is refused"), async || {
            self.comes_to_the_camera(person).await?;
            if let Some(problem) = problem {
                let came = self.is_checked(problem).await?;
                anyhow::ensure!(came == "last-problem", "{came}: {}", page.text(came).await?);
                let told = self.last_problem().await?;
                anyhow::ensure!(told == problem, "refused for {told}, not for {problem}");
            } else {
                let came = page.see_one_of(&OUTCOMES, CAMERA_MAX).await?;
                let code = match came {
                    "camera-fault" => page.attribute(came, "data-code").await?.unwrap_or_default(),
                    "last-problem" => self.last_problem().await?,
                    _ => String::new(),
                };
                let expected = [
                    ("camera-fault", "timed-out"),
                    ("last-problem", Problem::IdentityNotLive.code()),
                ];
                let refused = expected.contains(&(came, code.as_str()));
                anyhow::ensure!(refused, "{came} came, with {code:?}");
            }
            self.picture("impostor").await
        })
        .await;
        self.step(report, "gives up, and the bank's app says so", async || {
            page.click("abandon").await?;
            page.click("abandon-confirm").await?;
            page.click("failed-back").await?;
            let code = page.attribute("problem", "data-code").await?;
            let expected = Problem::IdentityAbandoned.code();
            anyhow::ensure!(code.as_deref() == Some(expected), "the app was told {code:?}");
            Ok(())
        })
        .await;
    }

    async fn is_asked_into_the_oval(&self, report: &mut Report, person: &cast::Person) {
        let page = &self.browser;
        self.step(
            report,
            "a face beside the oval is asked into it, at no check's cost",
            async || {
                self.comes_to_the_camera(person).await?;
                clock::until("the hint", LINED_UP_MAX, async || {
                    let hint = page.text("camera-hint").await?;
                    anyhow::ensure!(hint == "Move to the centre", "it is {hint:?}");
                    Ok(())
                })
                .await?;
                page.click("camera-stop").await?;
                page.see("camera-start").await?;
                let left = page.text("checks-left").await?;
                anyhow::ensure!(left.contains(&CHECKS.to_string()), "the page says {left:?}");
                Ok(())
            },
        )
        .await;
    }

    async fn comes_to_the_camera(&self, person: &cast::Person) -> Result<()> {
        self.comes_before_the_camera(person).await?;
        self.sits_down().await
    }

    pub(crate) async fn comes_before_the_camera(&self, person: &cast::Person) -> Result<()> {
        let page = &self.browser;
        self.enters_the_app(person).await?;
        self.asks_for_accounts().await?;
        page.click("agreement-accept").await?;
        page.fill("iin-input", person.iin).await?;
        page.click("iin-submit").await
    }

    /// The page's colours, slow ones where that was wished: nobody gets on without them. A check that ends before is told
    /// by its outcome.
    async fn is_lit(&self) -> Result<()> {
        let slowly = wishes(self.browser.engine).contains(&"wish-no-flashing");
        let lit = if slowly { "[data-fade]" } else { "[data-flash]" };
        let next: Vec<&str> = std::iter::once(lit).chain(OUTCOMES).collect();
        let came = self.browser.see_one_of(&next, CAMERA_MAX).await?;
        anyhow::ensure!(came != "code-input", "the check was passed without the page's colours");
        if came == lit { self.glimpse("colours").await } else { Ok(()) }
    }

    /// What came of the camera in the end: IDX-2 gives a client four checks, and a slow machine's camera may miss a
    /// blink. A check that ends with this problem is the last.
    pub(crate) async fn is_checked(&self, wanted: &str) -> Result<&'static str> {
        let page = &self.browser;
        for _ in 1..CHECKS {
            let came = page.see_one_of(&OUTCOMES, CAMERA_MAX).await?;
            if !matches!(came, "last-problem" | "camera-fault") {
                return Ok(came);
            }
            if came == "last-problem" && self.last_problem().await? == wanted {
                return Ok(came);
            }
            page.click("camera-start").await?;
        }
        page.see_one_of(&OUTCOMES, CAMERA_MAX).await
    }

    pub(crate) async fn last_problem(&self) -> Result<String> {
        Ok(self.browser.attribute("last-check", "data-code").await?.unwrap_or_default())
    }

    /// Before the camera, with the wishes told, and the camera on.
    pub(crate) async fn sits_down(&self) -> Result<()> {
        let page = &self.browser;
        page.see("camera-start").await?;
        if let Some(recording) = self.camera {
            page.seat(recording).await?;
        }
        for wish in wishes(page.engine) {
            page.check(wish).await?;
        }
        page.click("camera-start").await
    }

    pub(crate) async fn enters_the_app(&self, person: &cast::Person) -> Result<()> {
        let page = &self.browser;
        page.goto(&self.platform.material.consumer_url).await?;
        if page.see_one_of(&["choose-person", "home"], Duration::from_secs(10)).await?
            == "choose-person"
        {
            page.click(&format!("person-{}", person.key)).await?;
        }
        page.see("home").await?;
        Ok(())
    }

    pub(crate) async fn asks_for_accounts(&self) -> Result<()> {
        let page = &self.browser;
        page.click("add-accounts").await?;
        let material = &self.platform.material;
        for bin in [&material.provider_bin, &material.second_provider_bin] {
            page.check(&format!("provider-{bin}")).await?;
        }
        page.check("data-balances").await?;
        page.check("data-transactions").await?;
        self.picture("add").await?;
        page.click("continue").await?;
        page.see("agreement-accept").await?;
        Ok(())
    }

    /// Reads again in the bank's app until it tells this problem, or none; what is decided takes effect within a second.
    async fn reads_until(&self, problem: &str) -> Result<()> {
        let page = &self.browser;
        let limit = Duration::from_secs(10);
        clock::until("the bank's app", limit, async || {
            if page.has("data-deleted").await && problem == "consent.withdrawn" {
                return Ok(());
            }
            page.click("read-again").await?;
            page.see("link-page").await?;
            let told = if page.has("problem").await {
                page.attribute("problem", "data-code").await?.unwrap_or_default()
            } else {
                String::new()
            };
            anyhow::ensure!(told == problem, "it tells {told:?}, not {problem:?}");
            Ok(())
        })
        .await
    }

    async fn enters_the_console(&self) -> Result<()> {
        let page = &self.browser;
        let operator = &self.platform.material.operator;
        page.goto(&format!("{}/authenticator", self.platform.material.outside_url)).await?;
        let shown = page.text("authenticator-code").await?;
        let code: String = shown.chars().filter(char::is_ascii_digit).collect();
        self.platform.secrets.add("one-time code", &code);
        page.goto(&format!("{}/console", self.platform.pages_url)).await?;
        page.fill("console-name", &operator.name).await?;
        page.fill("console-password", &operator.password).await?;
        page.fill("console-code", &code).await?;
        self.picture("console-sign-in").await?;
        page.click("console-submit").await?;
        page.see("nav-overview").await?;
        Ok(())
    }

    async fn participant(&self, bin: &str, what: &str) -> Result<()> {
        let page = &self.browser;
        let button = |what: &str| {
            format!("[data-test=participant-row][data-bin='{bin}'] [data-test=participant-{what}]")
        };
        page.click("nav-overview").await?;
        page.click(&button(what)).await?;
        let other = if what == "suspend" {
            page.fill("suspend-reason", "a walk through the demo").await?;
            page.click("suspend-confirm").await?;
            "resume"
        } else {
            page.click("resume-confirm").await?;
            "suspend"
        };
        page.see(&button(other)).await?;
        Ok(())
    }

    async fn looks_around(&self) -> Result<()> {
        let page = &self.browser;
        page.click("nav-overview").await?;
        page.see("edge-row").await?;
        page.see("reach-node").await?;
        self.picture("console").await?;
        page.click("nav-journal").await?;
        page.see("journal-row").await?;
        page.fill("journal-search", "participant.suspended").await?;
        page.see("[data-test=journal-row][data-event='participant.suspended']").await?;
        self.picture("journal").await
    }

    /// A picture for whoever wants one.
    pub(crate) async fn glimpse(&self, name: &str) -> Result<()> {
        match &self.pictures.wanted {
            Some(folder) => self.browser.screenshot(&folder.join(format!("{name}.png"))).await,
            None => Ok(()),
        }
    }

    /// The same; and each page that is pictured must fit into 320 px, and have no barrier there in light and in dark.
    pub(crate) async fn picture(&self, name: &str) -> Result<()> {
        self.glimpse(name).await?;
        if self.browser.engine != Engine::Chromium {
            return Ok(());
        }
        self.browser.be_wide(NARROW, self.size.1).await?;
        let wide = self.browser.run("return document.scrollingElement.scrollWidth").await?;
        let mut barriers = Vec::new();
        for scheme in ["dark", "light"] {
            if let Some(axe) = &self.pictures.axe {
                self.browser.be_on(scheme).await?;
                barriers.extend(self.browser.barriers(axe).await?);
            }
        }
        self.browser.be_wide(self.size.0, self.size.1).await?;
        anyhow::ensure!(
            wide.as_u64().is_some_and(|it| it <= u64::from(NARROW)),
            "at {NARROW} px the page {name} is {wide} px wide"
        );
        anyhow::ensure!(barriers.is_empty(), "the page {name}: {}", barriers.join("; "));
        Ok(())
    }

    /// A failed step leaves a picture of what it saw.
    pub(crate) async fn step<T>(
        &self,
        report: &mut Report,
        name: &str,
        doing: impl AsyncFnOnce() -> Result<T>,
    ) -> Option<T> {
        let done = report.step(name, doing).await;
        if done.is_none() {
            let file = self
                .pictures
                .failures
                .join(format!("{}.png", name.replace([' ', ',', ':', '\''], "-")));
            let taken = std::fs::create_dir_all(&self.pictures.failures).context("a folder");
            if taken.is_ok() && self.browser.screenshot(&file).await.is_ok() {
                println!("              what was seen: {}", file.display());
            }
        }
        done
    }
}
