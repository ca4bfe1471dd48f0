//! Packs of frames for a challenge: a genuine person's performance, and packs that must be refused.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::DateTime;
use senim_core::identity::view::ChallengeView;
use senim_core::liveness::challenge::{Ask, CHALLENGE_LIFETIME, Challenge, Nonce, Wishes};
use senim_core::liveness::pack::{About, Frame, Kind, Pack, Writer};
use senim_trial::actor::{Actor, WOMAN};
use serde_json::Value;

/// What the genuine recording can show: no free one has turned heads.
pub const WISHES: Wishes = Wishes { no_movement: true, no_flashing: true };

/// What the platform asked for. The moments are the platform's own business.
pub fn asked(view: &Value) -> Result<Challenge> {
    let view: ChallengeView = serde_json::from_value(view.clone()).context("a challenge")?;
    let issued_at = DateTime::UNIX_EPOCH;
    let expires_at = issued_at + CHALLENGE_LIFETIME;
    Ok(Challenge { nonce: view.nonce, steps: view.steps, issued_at, expires_at })
}

/// The genuine recording's person does as asked; filmed otherwise for every seed.
pub fn genuine(people: &Path, challenge: &Challenge, seed: u64) -> Result<Vec<u8>> {
    Ok(Actor::open(people, WOMAN)?.perform(challenge, seed)?)
}

/// How long the person of a pack was before the camera: a server with a clock believes in no shorter one.
pub fn length(pack: &[u8]) -> Result<Duration> {
    let pack = Pack::read_any(pack)?;
    let end = pack.frames.iter().map(|it| it.at_ms).chain(pack.about.done_at_ms).max();
    Ok(Duration::from_millis(end.unwrap_or_default().into()))
}

/// The same pictures throughout: what somebody sends who holds stills before the camera.
pub fn stills(challenge: &Challenge, pictures: &[Vec<u8>]) -> Vec<u8> {
    let mut about = About::default();
    let mut frames = Vec::new();
    let mut now = 0;
    for (step, index) in challenge.steps.iter().zip(0..) {
        about.shown_at_ms.push(now + 200);
        let kinds = match &step.ask {
            Ask::Look => vec![Kind::Portrait; 4],
            Ask::Do(_) => vec![Kind::Passing, Kind::Passing, Kind::Peak, Kind::Passing],
            Ask::Colours(colours) | Ask::Fades(colours) => {
                (0..).map(Kind::Colour).take(colours.len()).collect()
            }
        };
        for kind in kinds {
            now += 400;
            frames.push((index, now, kind));
        }
        about.done_at_ms.push(now);
    }
    let mut writer = Writer::new(&challenge.nonce, &about);
    for ((step, at_ms, kind), jpeg) in frames.into_iter().zip(pictures.iter().cycle()) {
        writer.push(&Frame { step, at_ms, kind, jpeg });
    }
    writer.finish()
}

/// The frames of one pack bound to another challenge.
pub fn bound_again(pack: &[u8], nonce: &Nonce) -> Result<Vec<u8>> {
    let pack = Pack::read_any(pack)?;
    let mut writer = Writer::new(nonce, &pack.about);
    pack.frames.iter().for_each(|frame| writer.push(frame));
    Ok(writer.finish())
}

/// A single picture, for those that a pack can't hold twice.
pub fn single(challenge: &Challenge, jpeg: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new(&challenge.nonce, &About::default());
    writer.push(&Frame { step: 0, at_ms: 0, kind: Kind::Portrait, jpeg });
    writer.finish()
}

/// A pack without a single frame.
pub fn empty(challenge: &Challenge) -> Vec<u8> {
    Writer::new(&challenge.nonce, &About::default()).finish()
}

/// Frames of one byte, far more of them than a camera gives.
pub fn ten_thousand(challenge: &Challenge) -> Vec<u8> {
    let mut writer = Writer::new(&challenge.nonce, &About::default());
    for at_ms in 0..10_000 {
        writer.push(&Frame { step: 0, at_ms, kind: Kind::Portrait, jpeg: &[0xff] });
    }
    writer.finish()
}

/// Where each chunk begins, and where the last one ends: they can be put together in another order.
fn chunks(pack: &[u8]) -> Result<Vec<usize>> {
    let read = Pack::read_any(pack)?;
    // Head and link.
    let lengths = read.frames.iter().map(|it| 12 + it.jpeg.len() + 32);
    let start = pack.len() - lengths.clone().sum::<usize>();
    Ok(std::iter::once(start)
        .chain(lengths.scan(start, |at, length| {
            *at += length;
            Some(*at)
        }))
        .collect())
}

/// The second chunk before the first.
pub fn out_of_order(pack: &[u8]) -> Result<Vec<u8>> {
    let at = chunks(pack)?;
    Ok([&pack[..at[0]], &pack[at[1]..at[2]], &pack[at[0]..at[1]], &pack[at[2]..]].concat())
}

/// The first chunk twice.
pub fn doubled(pack: &[u8]) -> Result<Vec<u8>> {
    let at = chunks(pack)?;
    Ok([&pack[..at[1]], &pack[at[0]..at[1]], &pack[at[1]..]].concat())
}

/// A byte of the first picture is another.
pub fn altered(pack: &[u8]) -> Result<Vec<u8>> {
    let at = chunks(pack)?;
    let mut altered = pack.to_vec();
    altered[at[0] + 100] ^= 1;
    Ok(altered)
}

/// The connection broke in the middle of the last picture.
pub fn cut(pack: &[u8]) -> Vec<u8> {
    pack[..pack.len() - 1_000].to_vec()
}

/// So much behind its end that it is over 6 MB.
pub fn heavy(pack: &[u8]) -> Vec<u8> {
    let mut heavy = pack.to_vec();
    heavy.resize(6_300_000, 0);
    heavy
}
