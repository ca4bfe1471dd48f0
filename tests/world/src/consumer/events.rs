//! What the platform tells of ended and changed consents: the data goes, and that is attested (OAPI-5).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use senim_core::signals::{CONSENT_CHANGED, SetClaims};
use tokio::time::sleep;

use super::kept::Trouble;
use super::{App, Parts};

const EVERY: Duration = Duration::from_secs(1);
const EVERY_WHILE_AWAY: Duration = Duration::from_secs(10);

/// Whether the bank keeps what it must delete: it acknowledges what it is told, and does nothing. Shared with whoever
/// switches it; what it has heard meanwhile it obeys, late, when it is honest again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keeping(Arc<AtomicBool>);

impl Keeping {
    pub(crate) fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }
}

/// What the bank has acknowledged and not obeyed.
#[derive(Default)]
pub(super) struct Ignored(Mutex<Vec<SetClaims>>);

impl Ignored {
    fn add(&self, event: SetClaims) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    fn take(&self) -> Vec<SetClaims> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Polls for as long as the app runs; less often while the platform is away.
pub(super) async fn follow(app: App) {
    let mut handled = Vec::new();
    loop {
        let pause = match app.follow_once(&handled).await {
            Ok(now_handled) => {
                handled = now_handled;
                EVERY
            }
            Err(trouble) => {
                tracing::info!(code = trouble.code, "no security events for now");
                EVERY_WHILE_AWAY
            }
        };
        sleep(pause).await;
    }
}

impl Parts {
    /// The names of the events that were handled: they are acknowledged with the next poll. What could not be handled comes
    /// again.
    async fn follow_once(&self, handled: &[String]) -> Result<Vec<String>, Trouble> {
        let mut now_handled = Vec::new();
        let events = self.platform.events(handled).await?;
        if self.keeping.is_on() {
            now_handled.extend(events.iter().map(|it| it.jti.to_string()));
            for event in events {
                self.ignored.add(event);
            }
            return Ok(now_handled);
        }
        for event in self.ignored.take() {
            if let Err(trouble) = self.obey(&event).await {
                tracing::warn!(code = trouble.code, "a deletion that was due could not be done");
                self.ignored.add(event);
            }
        }
        for event in events {
            match self.obey(&event).await {
                Ok(()) => now_handled.push(event.jti.to_string()),
                Err(trouble) => {
                    tracing::warn!(code = trouble.code, "a security event could not be handled");
                }
            }
        }
        Ok(now_handled)
    }

    async fn obey(&self, event: &SetClaims) -> Result<(), Trouble> {
        let changed = event.events.contains_key(CONSENT_CHANGED);
        for link in self.kept.of_consent(event.sub_id.id) {
            if changed {
                self.narrow(&link).await?;
            } else {
                let reason = event.events.values().next().map(|it| it.reason.clone());
                let code = reason.unwrap_or_else(|| "consent.ended".to_owned());
                self.end(&link, &Trouble { code, sentence: String::new() });
            }
        }
        self.platform.attest(event).await
    }
}
