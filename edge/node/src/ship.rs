//! Hands uses over to the platform, again and again until it has them.

use std::time::Duration;

use http::StatusCode;
use senim_channel::outbound::post_json;
use senim_channel::{Outbound, OutboundError, clock};
use senim_core::usage::{ReportUses, USES_MAX};

use crate::config::Config;
use crate::spool::Spool;

const WITHIN: Duration = Duration::from_secs(10);
/// The platform's answer is a problem or nothing.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
const RETRY_MIN: Duration = Duration::from_millis(200);
const RETRY_MAX: Duration = Duration::from_secs(10);

pub(crate) struct Shipping {
    url: String,
    /// Uses in a report: fewer after a refusal, to find the one that is refused.
    batch: usize,
    pause: Duration,
    /// After so long, what was refused is offered again.
    again_after: Duration,
}

enum Outcome {
    Acknowledged,
    /// The platform can't take it now.
    Later,
    /// The platform will never take it.
    Refused,
}

impl Shipping {
    pub(crate) fn new(config: &Config) -> Self {
        let url = format!("{}/edge/uses", config.platform_url.trim_end_matches('/'));
        let again_after = Duration::from_secs(u64::from(config.refused_uses_retry_s));
        Self { url, batch: USES_MAX, pause: RETRY_MIN, again_after }
    }

    /// For ever.
    pub(crate) async fn ship(mut self, spool: &Spool, outbound: &Outbound) {
        // What the last run set aside was offered again when the spool was opened.
        let mut again_at = clock::instant() + self.again_after;
        loop {
            if clock::instant() >= again_at {
                again_at = clock::instant() + self.again_after;
                if let Err(error) = spool.offer_again().await {
                    tracing::error!(%error, "uses that the platform refused can't be offered again");
                }
            }
            if spool.waiting() == 0 {
                // Whether something arrived or it is time, the next round sees.
                let _ = tokio::time::timeout_at(again_at.into(), spool.arrival()).await;
            } else if !self.report(spool, outbound).await {
                tokio::time::sleep(self.pause).await;
                self.pause = (self.pause * 2).min(RETRY_MAX);
            }
        }
    }

    /// Once more before the node ends; what is left is found by the next start.
    pub(crate) async fn ship_rest(mut self, spool: &Spool, outbound: &Outbound) {
        while spool.waiting() > 0 && self.report(spool, outbound).await {}
    }

    /// Whether it got on.
    async fn report(&mut self, spool: &Spool, outbound: &Outbound) -> bool {
        let uses = spool.oldest(self.batch);
        let count = uses.len();
        match self.post(ReportUses { uses }, outbound).await {
            Outcome::Acknowledged => {
                spool.acknowledged(count).await;
                self.batch = (self.batch * 2).min(USES_MAX);
                self.pause = RETRY_MIN;
                true
            }
            Outcome::Later => false,
            Outcome::Refused if count > 1 => {
                self.batch = count / 2;
                true
            }
            Outcome::Refused => match spool.set_aside().await {
                Ok(count) => {
                    // Once, until they are offered again: the node counts them.
                    if count == 1 {
                        tracing::error!(
                            again_after_s = self.again_after.as_secs(),
                            "the platform refuses uses; they are set aside in refused.jsonl and offered again later"
                        );
                    }
                    true
                }
                Err(error) => {
                    tracing::error!(%error, "a use that the platform refuses can't be set aside");
                    false
                }
            },
        }
    }

    async fn post(&self, report: ReportUses, outbound: &Outbound) -> Outcome {
        match self.answer(&report, outbound).await {
            Ok(status) if status.is_success() => Outcome::Acknowledged,
            Ok(status) => {
                let about_them = [
                    StatusCode::BAD_REQUEST,
                    StatusCode::PAYLOAD_TOO_LARGE,
                    StatusCode::UNPROCESSABLE_ENTITY,
                ];
                if about_them.contains(&status) {
                    return Outcome::Refused;
                }
                tracing::warn!(status = status.as_u16(), "the platform did not take the uses");
                Outcome::Later
            }
            Err(error) => {
                tracing::debug!(%error, "uses wait for the platform");
                Outcome::Later
            }
        }
    }

    async fn answer(
        &self,
        report: &ReportUses,
        outbound: &Outbound,
    ) -> Result<StatusCode, OutboundError> {
        let answer = outbound.send(post_json(&self.url, report)?, WITHIN).await?;
        let status = answer.status();
        // Read to its end, so that the connection can be used again.
        answer.body(ANSWER_BYTES_MAX).await?;
        Ok(status)
    }
}
