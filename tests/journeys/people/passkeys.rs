//! The cabinet opened with a passkey, for looking and withdrawing.

use std::time::Duration;

use senim_core::problem::Problem;

use super::Walk;
use crate::report::Report;

impl Walk<'_> {
    /// In a session that the camera has opened lately.
    pub(super) async fn opens_the_cabinet_with_a_passkey(&self, report: &mut Report) -> Option<()> {
        let page = &self.browser;
        self.step(report, "the client lets this device open the cabinet next time", async || {
            page.has_an_authenticator().await?;
            page.goto(&format!("{}/cabinet", self.platform.pages_url)).await?;
            page.click("passkey-offer").await?;
            page.see("passkeys-empty").await?;
            page.click("passkey-add").await?;
            page.see("passkey-row").await?;
            self.picture("passkeys").await
        })
        .await?;
        self.step(
            report,
            "and opens it with the device's own lock, without the camera",
            async || {
                page.click("sign-out").await?;
                page.see("cabinet-sign-in").await?;
                self.picture("home").await?;
                page.click("passkey-sign-in").await?;
                page.see("consent-row").await?;
                page.see("opened-with-passkey").await?;
                self.picture("cabinet-by-passkey").await
            },
        )
        .await
    }

    /// After it has withdrawn a consent.
    pub(super) async fn removes_the_passkey(&self, report: &mut Report) {
        let page = &self.browser;
        self.step(report, "what a passkey opened adds no other, and takes the camera for it", async || {
            page.click("nav-passkeys").await?;
            page.see("passkey-own").await?;
            page.see("passkey-camera").await?;
            anyhow::ensure!(!page.has("passkey-add").await, "the page offers another one");
            let asked = "const headers = { 'content-type': 'application/json', 'senim-page': '1' };
                return fetch('/api/cabinet/passkeys/challenge', { method: 'POST', headers, body: '{}' })
                    .then((it) => it.json()).then((it) => ({ code: it.code }));";
            let told = page.ask(asked, Vec::new()).await?;
            anyhow::ensure!(told["code"] == Problem::PasskeyCamera.code(), "it was told {told}");
            page.click("nav-agreement").await?;
            page.see("opened-with-passkey").await?;
            page.click("agreement-withdraw").await?;
            page.click("agreement-withdraw-confirm").await?;
            page.see("notice").await?;
            anyhow::ensure!(!page.has("agreement-withdrawn").await, "it was withdrawn");
            Ok(())
        })
        .await;
        self.step(report, "and removes itself, and opens the cabinet no more", async || {
            page.click("nav-passkeys").await?;
            page.click("passkey-remove").await?;
            page.see("passkeys-empty").await?;
            page.click("nav-activity").await?;
            page.see("passkey-row").await?;
            self.picture("activity-passkeys").await?;
            page.click("sign-out").await?;
            page.click("passkey-sign-in").await?;
            page.see_within("sign-in-trouble", Duration::from_secs(20)).await?;
            self.picture("passkey-unknown").await?;
            page.goto(&format!("{}/cabinet", self.platform.pages_url)).await?;
            page.see("cabinet-sign-in").await?;
            anyhow::ensure!(!page.has("consent-row").await, "the cabinet is open");
            Ok(())
        })
        .await;
    }
}
