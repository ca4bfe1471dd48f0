//! Every budget of this process with its limit.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use senim_channel::budget::{
    Budget, ByCaller, Caller, Exhausted, KeyShare, Line, Origin, PerKey, Rate, Registry, Share,
};
use senim_core::id::SessionId;

use crate::inference::Inference;

/// Sessions of anonymous sign-ins to the cabinet within [`SIGN_INS_WITHIN`], from one origin. Many people may share one.
const SIGN_INS_OF_ORIGIN: u32 = 120;
/// The same over all origins, for browsers in which nobody has proved their identity.
const SIGN_INS: u32 = 6_000;
/// Answers of passkeys within the same time: from one origin, over all of them, and from one browser in which somebody has proved
/// their identity.
const PASSKEYS_OF_ORIGIN: u32 = 120;
const PASSKEYS: u32 = 6_000;
const PASSKEYS_OF_BROWSER: u32 = 60;
const SIGN_INS_WITHIN: TimeDelta = TimeDelta::minutes(15);
/// Images of failed checks that are kept, in KiB an hour.
const FAILED_FRAMES_OF_ORIGIN_KIB: u32 = 200 * 1024;
const FAILED_FRAMES_KIB: u32 = 10 * 1024 * 1024;
/// Documents of consents put on paper for one session of the cabinet within [`DOCUMENTS_WITHIN`].
const DOCUMENTS: u32 = 60;
const DOCUMENTS_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// Passwords hashed at once, each in 19 MiB (Argon2id, RFC 9106 §4 as OWASP has it).
const PASSWORDS: u32 = 2;
const PASSWORD_LINE: Line = Line { places: 16, within: Duration::from_secs(2) };
/// Sign-in attempts to the console from one origin within [`CONSOLE_WITHIN`].
const CONSOLE_OF_ORIGIN: u32 = 30;
const CONSOLE_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// Front parts of solutions being opened at once: for one session, and verdicts awaited of one solution.
const FRONTS_OF_SESSION: u32 = 1;
const FRONT_VERDICTS_OF_SOLUTION: u32 = 64;
/// Claims of one origin within [`FRONT_CLAIMS_WITHIN`] that a solution's front part did not run, which nobody else can see.
const FRONT_CLAIMS_OF_ORIGIN: u32 = 1;
const FRONT_CLAIMS_WITHIN: TimeDelta = TimeDelta::hours(1);
/// Origins that each rate limit remembers.
const ORIGINS_MAX: usize = 100_000;

/// Tests that open several apps give each its own.
pub struct Budgets {
    /// Lists all of them, for metrics.
    pub registry: Registry,
    pub requests: ByCaller<Requests>,
    pub browsers: KnownBrowsers,
    /// Turns of inference with the face models.
    pub inference: Inference,
    pub sign_ins_of_origin: Rate<Origin>,
    pub sign_ins: Rate<()>,
    pub passkeys_of_origin: Rate<Origin>,
    pub passkeys: Rate<()>,
    /// By the hash of its cookie.
    pub passkeys_of_browser: Rate<String>,
    /// In KiB.
    pub failed_frames_of_origin: Rate<Origin>,
    /// In KiB.
    pub failed_frames: Rate<()>,
    /// Front parts being opened, by session: each asks a vendor before its check is counted.
    pub fronts_of_session: PerKey<SessionId>,
    /// Verdicts awaited, by solution: one that hangs holds nobody else's.
    pub front_verdicts: PerKey<String>,
    /// Claims that move a solution's health.
    pub front_claims_of_origin: Rate<Option<Origin>>,
    pub documents: Rate<SessionId>,
    pub passwords: Budget,
    /// For browsers in which an operator has signed in before, so that other callers can't use these up.
    pub passwords_of_known: Budget,
    pub console_of_origin: Rate<Origin>,
}

impl Default for Budgets {
    fn default() -> Self {
        let registry = Registry::default();
        let requests = ByCaller::new(|caller| Requests::open(&registry, caller));
        let hour = TimeDelta::hours(1);
        Self {
            inference: Inference::open(&registry),
            requests,
            browsers: KnownBrowsers::default(),
            sign_ins_of_origin: registry.rate(
                "identity.sign_ins.origin",
                SIGN_INS_OF_ORIGIN,
                SIGN_INS_WITHIN,
                ORIGINS_MAX,
            ),
            sign_ins: registry.rate("identity.sign_ins", SIGN_INS, SIGN_INS_WITHIN, 1),
            passkeys_of_origin: registry.rate(
                "passkey.answers.origin",
                PASSKEYS_OF_ORIGIN,
                SIGN_INS_WITHIN,
                ORIGINS_MAX,
            ),
            passkeys: registry.rate("passkey.answers", PASSKEYS, SIGN_INS_WITHIN, 1),
            passkeys_of_browser: registry.rate(
                "passkey.answers.browser",
                PASSKEYS_OF_BROWSER,
                SIGN_INS_WITHIN,
                ORIGINS_MAX,
            ),
            failed_frames_of_origin: registry.rate(
                "evidence.failed_frames.origin",
                FAILED_FRAMES_OF_ORIGIN_KIB,
                hour,
                ORIGINS_MAX,
            ),
            failed_frames: registry.rate("evidence.failed_frames", FAILED_FRAMES_KIB, hour, 1),
            fronts_of_session: registry.per_key("identity.fronts.session", FRONTS_OF_SESSION),
            front_verdicts: registry
                .per_key("identity.fronts.verdicts", FRONT_VERDICTS_OF_SOLUTION),
            front_claims_of_origin: registry.rate(
                "identity.fronts.claims.origin",
                FRONT_CLAIMS_OF_ORIGIN,
                FRONT_CLAIMS_WITHIN,
                ORIGINS_MAX,
            ),
            documents: registry.rate("consent.documents", DOCUMENTS, DOCUMENTS_WITHIN, ORIGINS_MAX),
            passwords: registry.budget_with_line("operator.passwords", PASSWORDS, PASSWORD_LINE),
            passwords_of_known: registry.budget_with_line(
                "operator.passwords.known",
                PASSWORDS,
                PASSWORD_LINE,
            ),
            console_of_origin: registry.rate(
                "operator.sign_ins.origin",
                CONSOLE_OF_ORIGIN,
                CONSOLE_WITHIN,
                ORIGINS_MAX,
            ),
            registry,
        }
    }
}

/// One caller among those of its class.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    Address(Origin),
    /// By thumbprint.
    Certificate(String),
    /// By the hash of its cookie.
    Browser(String),
}

/// What the requests of one class of caller may hold at once.
pub struct Requests {
    /// Small bodies being received.
    bodies: Held,
    /// Larger bodies, from arrival to response.
    uploads: Held,
    /// Requests being processed.
    permits: Held,
}

struct Held {
    all: Budget,
    of_one: PerKey<Who>,
}

/// What one request holds.
#[must_use = "what is dropped is given back"]
pub struct RequestShare {
    _all: Share,
    _of_one: Option<KeyShare<Who>>,
}

/// At once: for the whole class, and for one caller of it.
struct Most {
    bodies: (u32, u32),
    uploads: (u32, u32),
    permits: (u32, u32),
}

/// How long a request waits for a permit. As many may wait as there are permits.
const WAIT_MAX: Duration = Duration::from_secs(1);

fn most(caller: Caller) -> Most {
    match caller {
        Caller::Unknown => Most { bodies: (512, 64), uploads: (16, 4), permits: (128, 64) },
        Caller::Browser => Most { bodies: (512, 32), uploads: (48, 8), permits: (256, 64) },
        Caller::Participant => Most { bodies: (1024, 128), uploads: (64, 16), permits: (256, 128) },
        Caller::Node => Most { bodies: (128, 32), uploads: (64, 8), permits: (128, 32) },
    }
}

impl Requests {
    fn open(registry: &Registry, caller: Caller) -> Self {
        let most = most(caller);
        let held = |what: &str, (all, one): (u32, u32), line: u32| {
            let name = format!("requests.{what}.{}", caller.name());
            let line = Line { places: line, within: WAIT_MAX };
            Held {
                all: registry.budget_with_line(&name, all, line),
                of_one: registry.per_key(&format!("{name}.per_caller"), one),
            }
        };
        Self {
            bodies: held("bodies", most.bodies, 0),
            uploads: held("uploads", most.uploads, 0),
            permits: held("permits", most.permits, most.permits.0),
        }
    }

    /// A permit to receive a small body.
    pub fn body(&self, who: Option<&Who>) -> Result<RequestShare, Exhausted> {
        self.bodies.now(who)
    }

    /// A permit to receive and process a large body.
    pub fn upload(&self, who: Option<&Who>) -> Result<RequestShare, Exhausted> {
        self.uploads.now(who)
    }

    /// A permit to process a request that has arrived.
    pub async fn permit(&self, who: Option<&Who>) -> Result<RequestShare, Exhausted> {
        let of_one = who.map(|it| self.permits.of_one.take(it, 1)).transpose()?;
        Ok(RequestShare { _all: self.permits.all.wait(1).await?, _of_one: of_one })
    }
}

impl Held {
    /// Callers behind a proxy are indistinguishable here.
    fn now(&self, who: Option<&Who>) -> Result<RequestShare, Exhausted> {
        let of_one = who.map(|it| self.of_one.take(it, 1)).transpose()?;
        Ok(RequestShare { _all: self.all.take(1)?, _of_one: of_one })
    }
}

/// Hashes of session cookies recently found in the store; in memory, so that a look-up is cheap.
#[derive(Default)]
pub struct KnownBrowsers(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    new: HashSet<String>,
    old: HashSet<String>,
}

/// Of each of two generations.
const BROWSERS_MAX: usize = 50_000;

impl KnownBrowsers {
    /// Notes that the store has found this cookie's session.
    pub fn found(&self, hash: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.new.contains(hash) {
            return;
        }
        if known.new.len() >= BROWSERS_MAX {
            known.old = std::mem::take(&mut known.new);
        }
        known.new.insert(hash.to_owned());
    }

    pub fn knows(&self, hash: &str) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.new.contains(hash) || known.old.contains(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn strangers_use_up_nothing_of_nodes_and_one_caller_not_all_of_its_class() {
        let budgets = Budgets::default();
        let who =
            |number: u8| Who::Address(Origin::from(std::net::IpAddr::from([203, 0, 113, number])));
        let strangers = budgets.requests.of(Caller::Unknown);
        let mut held = Vec::new();
        for number in 0..64 {
            let caller = who(number);
            while let Ok(share) = strangers.body(Some(&caller)) {
                held.push(share);
            }
        }
        assert_eq!(held.len(), 512);
        assert!(strangers.body(None).is_err());
        assert!(strangers.permit(Some(&who(1))).await.is_ok(), "who has no body needs none of it");
        assert!(budgets.requests.of(Caller::Node).body(None).is_ok());
        drop(held);
        let one: Vec<_> = std::iter::from_fn(|| strangers.body(Some(&who(1))).ok()).collect();
        assert_eq!(one.len(), 64);
        assert!(strangers.body(Some(&who(2))).is_ok());
    }

    #[test]
    fn a_browser_is_known_until_twice_as_many_came_after_it() {
        let known = KnownBrowsers::default();
        known.found("first");
        for number in 0..BROWSERS_MAX {
            known.found(&number.to_string());
        }
        assert!(known.knows("first") && !known.knows("never"));
        for number in 0..BROWSERS_MAX {
            known.found(&format!("more-{number}"));
        }
        assert!(!known.knows("first"));
    }
}
