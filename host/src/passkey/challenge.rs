//! Challenges: made without being stored, known again by their tag.

use senim_core::Timestamp;
use senim_core::jose::{from_base64, sha256_base64, to_base64};
use senim_core::passkey::challenge::{AskedTo, Challenge};
use senim_core::passkey::{ClientData, PasskeyError, Site};
use senim_core::problem::Problem;

use crate::app::App;

/// In base64url, as WebAuthn's JSON has it.
pub(super) fn draw(app: &App, to: AskedTo, now: Timestamp) -> String {
    let challenge = Challenge { random: app.rng.id(), issued_at: now };
    let text = challenge.write(&tag(app, &challenge, to));
    to_base64(text.as_bytes())
}

/// Refuses what is none of ours or not open; returns what is remembered of a used one.
pub(super) fn check(
    app: &App,
    client: &ClientData,
    to: AskedTo,
    now: Timestamp,
) -> Result<String, Problem> {
    let (challenge, sent) = client.challenge().map_err(PasskeyError::problem)?;
    let ours = tag(app, &challenge, to);
    // Digests, so that the time that comparing takes tells nothing.
    if sha256_base64(sent.as_bytes()) != sha256_base64(ours.as_bytes()) {
        return Err(PasskeyError::Challenge.problem());
    }
    if !challenge.is_open(now) {
        return Err(Problem::PasskeyLate);
    }
    Ok(sha256_base64(challenge.write(&ours).as_bytes()))
}

pub(super) fn site(app: &App) -> Site {
    Site { rp_id: app.config.pages_host(), origin: app.config.pages_origin() }
}

pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Problem> {
    from_base64(text).map_err(|_| PasskeyError::Malformed.problem())
}

fn tag(app: &App, challenge: &Challenge, to: AskedTo) -> String {
    app.sealer.blind("passkey.challenge", &challenge.tagged(to))
}
