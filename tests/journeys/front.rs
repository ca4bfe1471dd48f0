//! A session on the second solution (BIO-5): its own front part films in a frame of its own origin. It has a platform of its own, on
//! which nearly every check goes there.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use senim_core::problem::Problem;
use senim_tests::platform::Platform;
use senim_world::cast;
use senim_world::vendor::Fault;
use serde_json::json;

use crate::driver::{Driver, Engine, Recording};
use crate::people::{CAMERA_MAX, OUTCOMES, PHONE, Pictures, Walk};
use crate::report::Report;

/// The odds of the widget are one in four thousand million.
pub(crate) const PLATFORM: &[&str] = &["--front-weight", "4294967295", "--builtin-weight", "1"];
/// The page waits 15 seconds for a front part, then the host asks.
const NEVER_READY_MAX: Duration = Duration::from_secs(40);

pub(crate) async fn walk(
    platform: &Platform,
    report: &mut Report,
    screenshots: Option<&Path>,
) -> Result<()> {
    let pictures = Pictures::new(screenshots)?;
    let recording = Recording::open(&platform.people.0.join("clip"))?;
    report.chapter("A session on the second solution");
    let driver = Driver::start(Engine::Chromium).await?;
    let new = async || {
        let browser = driver.browser(None, PHONE).await?;
        let (camera, size, pictures) = (Some(&recording), PHONE, &pictures);
        Ok::<_, anyhow::Error>(Walk { platform, browser, camera, size, pictures })
    };
    let client = new().await?;
    client.connects_accounts(report, &cast::AINUR).await;
    client.browser.close().await;

    let unlucky = new().await?;
    unlucky.meets_a_front_part_that_never_runs(report).await;
    unlucky.browser.close().await;
    Ok(())
}

impl Walk<'_> {
    /// In the vendor's frame, with the genuine person before its camera; until the page goes on.
    pub(crate) async fn films_at_another_solution(&self) -> Result<()> {
        let page = &self.browser;
        self.picture("front-start").await?;
        page.click("front-start").await?;
        page.see("front-frame").await?;
        let title = page.attribute("front-frame", "title").await?.unwrap_or_default();
        anyhow::ensure!(
            title.contains(senim_world::vendor::VENDOR),
            "the frame is called {title:?}"
        );
        page.enter_frame("front-frame").await?;
        if let Some(recording) = self.camera {
            page.seat(recording).await?;
        }
        self.glimpse("front").await?;
        page.click("sunqar-start").await?;
        page.leave_frame().await?;
        match page.see_one_of(&OUTCOMES, CAMERA_MAX).await? {
            "code-input" => Ok(()),
            other => anyhow::bail!("{other}: {}", page.text(other).await?),
        }
    }

    async fn meets_a_front_part_that_never_runs(&self, report: &mut Report) {
        let page = &self.browser;
        self.step(
            report,
            "a front part that never runs costs no check, and the widget follows",
            async || {
                self.comes_before_the_camera(&cast::AIGERIM).await?;
                page.see("front-start").await?;
                let left = page.text("checks-left").await?;
                self.set_fault(Fault::NeverReady).await?;
                page.click("front-start").await?;
                page.see("front-loading").await?;
                let said = page.see_within("last-check", NEVER_READY_MAX).await;
                self.set_fault(Fault::None).await?;
                said?;
                let code = self.last_problem().await?;
                anyhow::ensure!(code == Problem::SolutionFront.code(), "it is {code:?}");
                page.see("camera-start").await?;
                let now = page.text("checks-left").await?;
                anyhow::ensure!(now == left, "it said {left:?}, and says {now:?}");
                self.picture("front-failed").await
            },
        )
        .await;
    }

    async fn set_fault(&self, mode: Fault) -> Result<()> {
        let url = format!("{}/faults", self.platform.material.solution_url);
        let answer = self.platform.http()?.post(url).json(&json!({ "mode": mode })).send().await?;
        answer.error_for_status().context("switch the vendor's fault")?;
        Ok(())
    }
}
