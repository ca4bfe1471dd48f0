//! What the engine costs with either runtime: matches, liveness verdicts and photo rules on one thread, and how
//! long the unlucky wait where eight ask at once.
//!
//! Rates are of processor time, so that other work on the machine does not show; waiting is of the clock.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};
use senim_core::Timestamp;
use senim_core::liveness::challenge::{Challenge, Nonce, Wishes};
use senim_core::liveness::pack::{About, Frame, Kind, PACK_MAX, Pack, Writer};
use senim_core::liveness::{self, Known};
use senim_core::photo::{self, DETECTOR_SIDE, Outline, PhotoReport};
use senim_core::problem::Problem;

use serde_json::{Value, json};

use super::{Faces, FacesError, broken, picture};

const MATCHES_A_MINUTE_MIN: f64 = 300.0;
const VERDICTS_A_MINUTE_MIN: f64 = 30.0;
const RULES_MS_MAX: f64 = 60.0;
const AT_ONCE: usize = 8;
const SHARES_MAX: f64 = 2.0;

/// One JSON object a metric. A match is two JPEGs of 1280 × 720 in, a degree out: `person_a_2` and `person_b_2` of
/// `people_dir` before a camera. They are left in `pictures_dir` as `probe.jpg` and `reference.jpg`, for peers.
pub fn run(
    models_dir: &Path,
    onnxruntime: Option<&Path>,
    people_dir: &Path,
    pictures_dir: &Path,
) -> Result<Value, FacesError> {
    let pair = [
        before_a_camera(people_dir, "person_a_2.jpg", 85)?,
        before_a_camera(people_dir, "person_b_2.jpg", 85)?,
    ];
    for (name, bytes) in ["probe.jpg", "reference.jpg"].iter().zip(&pair) {
        let path = pictures_dir.join(name);
        let written = fs::create_dir_all(pictures_dir).and_then(|()| fs::write(&path, bytes));
        written.map_err(|it| FacesError::Unreadable { path, reason: it.to_string() })?;
    }
    let session = session(&before_a_camera(people_dir, "person_a_2.jpg", 95)?);
    let mut metrics = Vec::new();
    for library in [None, onnxruntime].into_iter().take(1 + usize::from(onnxruntime.is_some())) {
        let faces = Faces::open(models_dir, library)?;
        measure(&faces, &pair, &session, &mut metrics).map_err(FacesError::Picture)?;
    }
    Ok(Value::Array(metrics))
}

fn measure(
    faces: &Faces,
    [probe, reference]: &[Vec<u8>; 2],
    session: &[u8],
    metrics: &mut Vec<Value>,
) -> Result<(), Problem> {
    let runtime = faces.runtime();
    let mut tell = |metric: &str, value: f64, unit: &str, goal: String, ok: bool| {
        metrics.push(json!({
            "bench": "faces", "metric": format!("{metric}_{runtime}"), "value": rounded(value, 2), "unit": unit,
            "goal": goal, "ok": ok,
        }));
    };
    let a_match = || faces.compare(&[probe], reference).map(drop);
    let rate = 60.0 / seconds_of(&a_match)?;
    let goal = format!(">={MATCHES_A_MINUTE_MIN}");
    tell("matches_per_minute", rate, "1/min", goal, rate >= MATCHES_A_MINUTE_MIN);

    let challenge = Challenge::draw([7; 32], Wishes::default(), Timestamp::UNIX_EPOCH);
    let a_verdict = || {
        let pack = Pack::read_any(session).map_err(|_| Problem::Internal)?;
        let seen = faces.see(&pack.frames)?;
        std::hint::black_box(liveness::judge(&challenge, &pack.about, &seen, &Known::default()));
        Ok(())
    };
    let rate = 60.0 / seconds_of(&a_verdict)?;
    let goal = format!(">={VERDICTS_A_MINUTE_MIN}");
    tell("liveness_verdicts_per_minute", rate, "1/min", goal, rate >= VERDICTS_A_MINUTE_MIN);

    let the_rules = || {
        let image = picture::decode(probe, picture::FRAME)?;
        let look = photo::look(faces, &image, DETECTOR_SIDE).map_err(|it| broken(&it))?;
        std::hint::black_box(PhotoReport::of(&image, &look, Outline::default()));
        Ok(())
    };
    let ms = 1e3 * seconds_of(&the_rules)?;
    tell("photo_rules_an_image", ms, "ms", format!("<={RULES_MS_MAX}"), ms <= RULES_MS_MAX);

    let shares = unlucky_share(&a_match)?;
    let goal = format!("<={SHARES_MAX}");
    tell("match_p99_of_8_at_once_vs_fair_share", shares, "ratio", goal, shares <= SHARES_MAX);
    Ok(())
}

/// Processor seconds of one `action`, the best of some rounds.
fn seconds_of(action: &dyn Fn() -> Result<(), Problem>) -> Result<f64, Problem> {
    const ROUNDS: usize = 5;
    const DEEDS: u32 = 6;

    action()?;
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let before = processor_time();
        let mut actions = 0;
        while actions < DEEDS {
            action()?;
            actions += 1;
            // A session of many frames takes a second or more.
            if processor_time().saturating_sub(before) > Duration::from_secs(3) {
                break;
            }
        }
        let taken = processor_time().saturating_sub(before);
        best = best.min(taken.as_secs_f64() / f64::from(actions));
    }
    Ok(best)
}

/// The 99th of 100 waits where so many ask at once, against each one's share of the processors.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn unlucky_share(action: &(dyn Fn() -> Result<(), Problem> + Sync)) -> Result<f64, Problem> {
    const EACH: usize = 15;

    let timed = || {
        let start = Instant::now();
        action().map(|()| start.elapsed().as_secs_f64())
    };
    let mut waits = Vec::new();
    thread::scope(|scope| {
        let asking: Vec<_> = (0..AT_ONCE)
            .map(|_| scope.spawn(|| (0..EACH).map(|_| timed()).collect::<Result<Vec<_>, _>>()))
            .collect();
        for it in asking {
            waits.extend(it.join().unwrap_or(Err(Problem::Internal))?);
        }
        Ok::<_, Problem>(())
    })?;
    waits.sort_by(f64::total_cmp);
    // Were all served alike, each would wait for the mean.
    let fair = waits.iter().sum::<f64>() / f64::from(u16::try_from(waits.len()).unwrap_or(1));
    let late = waits[(waits.len() * 99 / 100).min(waits.len() - 1)];
    Ok(late / fair)
}

/// What all threads of this process have had of the processors; the clock, where the system does not tell.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn processor_time() -> Duration {
    thread_local!(static START: Instant = Instant::now());
    let of_tasks = || -> Option<u64> {
        let tasks = fs::read_dir("/proc/self/task").ok()?;
        let of_one = |path: &Path| -> Option<u64> {
            fs::read_to_string(path.join("schedstat")).ok()?.split(' ').next()?.parse().ok()
        };
        tasks.map(|it| of_one(&it.ok()?.path())).sum()
    };
    of_tasks().map_or_else(|| START.with(Instant::elapsed), Duration::from_nanos)
}

/// The portrait as a 720p camera sees it, behind a letterbox.
fn before_a_camera(people_dir: &Path, name: &str, quality: u8) -> Result<Vec<u8>, FacesError> {
    let path = people_dir.join(name);
    let portrait = image::open(&path)
        .map_err(|it| FacesError::Unreadable { path, reason: it.to_string() })?
        .resize(1280, 720, imageops::FilterType::CatmullRom)
        .into_rgb8();
    let mut frame = RgbImage::from_pixel(1280, 720, image::Rgb([120, 124, 128]));
    let x = (1280 - i64::from(portrait.width())) / 2;
    let y = (720 - i64::from(portrait.height())) / 2;
    imageops::replace(&mut frame, &portrait, x, y);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(&frame)
        .map_err(|_| FacesError::Picture(Problem::PhotoNotAnImage))?;
    Ok(bytes)
}

/// As many frames as 5 MB hold.
fn session(jpeg: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new(&Nonce([7; 32]), &About::default());
    let mut at_ms = 0;
    while writer.len() + jpeg.len() + 64 <= PACK_MAX {
        writer.push(&Frame { step: 0, at_ms, kind: Kind::Portrait, jpeg });
        at_ms += 40;
    }
    writer.finish()
}

fn rounded(value: f64, digits: i32) -> f64 {
    let unit = 10_f64.powi(digits);
    (value * unit).round() / unit
}
