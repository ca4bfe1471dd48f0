//! What callers may spend in this process: every budget with its limit.

use std::time::Duration;

use chrono::TimeDelta;
use senim_channel::budget::{Budget, Line, Origin, Rate, Registry};

/// Sessions of anonymous sign-ins to the cabinet within [`SIGN_INS_WITHIN`], from one origin. Many people may share one.
const SIGN_INS_OF_ORIGIN: u32 = 120;
/// The same from everywhere, of browsers in which nobody has passed.
const SIGN_INS: u32 = 6_000;
const SIGN_INS_WITHIN: TimeDelta = TimeDelta::minutes(15);
/// Pictures of checks that did not pass, in KiB, within an hour.
const FAILED_FRAMES_OF_ORIGIN_KIB: u32 = 200 * 1024;
const FAILED_FRAMES_KIB: u32 = 10 * 1024 * 1024;
/// Passwords hashed at once, each in 19 MiB (Argon2id, RFC 9106 §4 as OWASP has it).
const PASSWORDS: u32 = 2;
const PASSWORD_LINE: Line = Line { places: 16, within: Duration::from_secs(2) };
/// Tries to sign in to the console from one origin within [`CONSOLE_WITHIN`].
const CONSOLE_OF_ORIGIN: u32 = 30;
const CONSOLE_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// Origins that are remembered by each rate.
const ORIGINS_MAX: usize = 100_000;

/// Tests that open many apps give each its own.
pub struct Budgets {
    /// Lists all of them, for metrics.
    pub registry: Registry,
    pub sign_ins_of_origin: Rate<Origin>,
    pub sign_ins: Rate<()>,
    /// In KiB.
    pub failed_frames_of_origin: Rate<Origin>,
    /// In KiB.
    pub failed_frames: Rate<()>,
    pub passwords: Budget,
    /// Of browsers in which an operator has signed in before: strangers can't use these up.
    pub passwords_of_known: Budget,
    pub console_of_origin: Rate<Origin>,
}

impl Default for Budgets {
    fn default() -> Self {
        let registry = Registry::default();
        let hour = TimeDelta::hours(1);
        Self {
            sign_ins_of_origin: registry.rate(
                "identity.sign_ins.origin",
                SIGN_INS_OF_ORIGIN,
                SIGN_INS_WITHIN,
                ORIGINS_MAX,
            ),
            sign_ins: registry.rate("identity.sign_ins", SIGN_INS, SIGN_INS_WITHIN, 1),
            failed_frames_of_origin: registry.rate(
                "evidence.failed_frames.origin",
                FAILED_FRAMES_OF_ORIGIN_KIB,
                hour,
                ORIGINS_MAX,
            ),
            failed_frames: registry.rate("evidence.failed_frames", FAILED_FRAMES_KIB, hour, 1),
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
