//! What becomes of consents: one of two banks taken out, the end and its deletion, the user agreement taken back.

use std::time::Duration;

use anyhow::Result;
use senim_core::problem::Problem;
use senim_tests::clock;
use senim_world::cast;

use super::Walk;
use crate::report::Report;

/// The demo's term is a minute: tests/world/src/setup.
const OVERDUE_MAX: Duration = Duration::from_secs(90);

impl Walk<'_> {
    /// CNS-7, CNS-10: two banks were connected in one dialogue; the app goes on with the one that is left.
    pub(super) async fn takes_one_bank_out(&self, report: &mut Report, link: &str) {
        let page = &self.browser;
        let other = &self.platform.material.second_provider_bin;
        self.step(report, "the client takes one of the two banks out of the consent", async || {
            self.opens_the_newest_consent().await?;
            page.click("consent-change").await?;
            page.click(&format!("change-bank-{other}")).await?;
            self.confirms_the_change().await
        })
        .await;
        self.step(
            report,
            "its accounts are gone from the app, the other bank's are still read",
            async || {
                page.goto(link).await?;
                self.reads_until("").await?;
                anyhow::ensure!(page.has("account").await, "nothing is read of the other bank");
                let gone = format!("bank-{other}");
                anyhow::ensure!(!page.has(&gone).await, "the bank is still shown");
                Ok(())
            },
        )
        .await;
    }

    /// CNS-7: the consumer's app goes on with what is left.
    pub(super) async fn narrows(&self, report: &mut Report, link: &str) {
        let page = &self.browser;
        self.step(report, "the client narrows the consent in the cabinet", async || {
            self.opens_the_newest_consent().await?;
            page.click("consent-change").await?;
            page.click("change-data-transactions").await?;
            self.confirms_the_change().await
        })
        .await;
        self.step(report, "and the bank's app reads on with what is left", async || {
            page.goto(link).await?;
            self.reads_until("").await
        })
        .await;
    }

    pub(super) async fn withdraws(&self, report: &mut Report, link: &str) {
        let page = &self.browser;
        self.step(report, "the client withdraws the consent in the cabinet", async || {
            self.opens_the_newest_consent().await?;
            page.click("consent-withdraw").await?;
            page.see("withdraw-confirm").await?;
            self.picture("withdraw").await?;
            page.click("withdraw-confirm").await?;
            page.see("withdrawn").await?;
            page.see("[data-test=reach][data-done=true]").await?;
            page.see("reach-node").await?;
            Ok(())
        })
        .await;
        self.step(report, "and the next read is refused", async || {
            page.goto(link).await?;
            self.reads_until("consent.withdrawn").await?;
            page.see("data-deleted").await?;
            self.picture("withdrawn").await?;
            Ok(())
        })
        .await;
        self.step(
            report,
            "and the cabinet says that the bank has attested the deletion",
            async || {
                self.opens_the_newest_consent().await?;
                self.sees_the_deletion("deleted", Duration::from_secs(15)).await?;
                self.picture("deletion").await
            },
        )
        .await;
    }

    /// OAPI-5: the bank acknowledges the end of a consent and deletes nothing.
    pub(super) async fn withdraws_from_a_bank_that_deletes_nothing(
        &self,
        report: &mut Report,
        desk: &Walk<'_>,
    ) {
        let page = &self.browser;
        self.step(report, "a bank that deletes nothing is told of a withdrawal", async || {
            self.platform.world()?.keeps(true).await?;
            self.opens_the_newest_consent().await?;
            page.click("consent-withdraw").await?;
            page.click("withdraw-confirm").await?;
            page.see("withdrawn").await?;
            Ok(())
        })
        .await;
        self.step(report, "and the client sees the deletion overdue", async || {
            self.opens_the_newest_consent().await?;
            self.sees_the_deletion("overdue", OVERDUE_MAX).await?;
            self.picture("deletion-overdue").await
        })
        .await;
        desk.step(report, "and so does the operator", async || {
            desk.browser.click("nav-notices").await?;
            let overdue = "[data-test=notice-row][data-overdue=true]";
            desk.browser.see_within(overdue, Duration::from_secs(15)).await?;
            desk.picture("notices").await
        })
        .await;
        self.step(report, "until the bank deletes after all", async || {
            self.platform.world()?.keeps(false).await?;
            self.opens_the_newest_consent().await?;
            self.sees_the_deletion("deleted", Duration::from_secs(15)).await
        })
        .await;
    }

    /// IDX-13. The next session shows the agreement again, as every session does.
    pub(super) async fn takes_the_agreement_back(&self, report: &mut Report) {
        let page = &self.browser;
        self.step(report, "the client takes the consent to processing back", async || {
            page.goto(&format!("{}/cabinet/agreement", self.platform.pages_url)).await?;
            page.see("accepted").await?;
            self.picture("agreement-accepted").await?;
            page.click("agreement-withdraw").await?;
            page.click("agreement-withdraw-confirm").await?;
            page.see("agreement-withdrawn").await?;
            self.picture("agreement-withdrawn").await
        })
        .await;
    }

    /// The agreement that was taken back holds again from the acceptance of the session that has just passed.
    pub(super) async fn has_given_the_agreement_again(&self, report: &mut Report) {
        let page = &self.browser;
        self.step(report, "whose session has given the agreement again", async || {
            page.goto(&format!("{}/cabinet/agreement", self.platform.pages_url)).await?;
            page.see("accepted").await?;
            anyhow::ensure!(!page.has("agreement-withdrawn").await, "it is still withdrawn");
            Ok(())
        })
        .await;
    }

    /// IDX-11: before the camera, and the bank is told why.
    pub(super) async fn a_minor_is_refused(&self, report: &mut Report) {
        let page = &self.browser;
        let minor = Problem::IdentityMinor.code();
        self.step(report, "a minor is refused before the camera", async || {
            self.enters_the_app(&cast::ALIKHAN).await?;
            page.click("sign-in-with-senim").await?;
            page.click("continue").await?;
            page.click("agreement-accept").await?;
            page.fill("iin-input", cast::ALIKHAN.iin).await?;
            page.click("iin-submit").await?;
            page.see("failed").await?;
            let told = page.attribute("failed", "data-problem").await?;
            anyhow::ensure!(told.as_deref() == Some(minor), "refused for {told:?}");
            self.picture("minor").await
        })
        .await;
        self.step(report, "and the bank is told why", async || {
            page.click("failed-back").await?;
            page.see("problem").await?;
            let told = page.attribute("problem", "data-code").await?;
            anyhow::ensure!(told.as_deref() == Some(minor), "the bank was told {told:?}");
            Ok(())
        })
        .await;
    }

    async fn opens_the_newest_consent(&self) -> Result<()> {
        self.browser.goto(&format!("{}/cabinet", self.platform.pages_url)).await?;
        self.browser.click("consent-row").await
    }

    async fn confirms_the_change(&self) -> Result<()> {
        let page = &self.browser;
        page.click("change-next").await?;
        page.see("change-text").await?;
        self.picture("change").await?;
        page.click("change-confirm").await?;
        page.see("consent-replaces").await?;
        Ok(())
    }

    /// A page that is open does not look again by itself.
    async fn sees_the_deletion(&self, stage: &str, limit: Duration) -> Result<()> {
        let page = &self.browser;
        clock::until("the deletion's stage", limit, async || {
            page.refresh().await?;
            page.see("deletion").await?;
            let told = page.attribute("deletion", "data-stage").await?;
            anyhow::ensure!(told.as_deref() == Some(stage), "it is {told:?}, not {stage}");
            Ok(())
        })
        .await
    }
}
