//! Signals from the camera and the page. None refuses alone.

use super::pack::About;
use super::verdict::{Known, Seen, Signal};

/// Labels of virtual cameras, in lower case. Phones used as webcams are not among them.
const VIRTUAL_LABELS: [&str; 14] = [
    "akvirtualcamera",
    "camtwist",
    "dummy video device",
    "fake",
    "manycam",
    "mmhmm",
    "obs",
    "snap camera",
    "splitcam",
    "unity video capture",
    "v4l2loopback",
    "vcam",
    "virtual",
    "xsplit",
];

/// With fewer frames the timing is not judged.
const FRAMES_MIN: u32 = 30;
/// Gaps between a camera's frames vary by milliseconds; a timer's by less than this.
const DEVIATION_MIN_MS: f32 = 0.2;
/// The share of frames identical to the previous one. Sensors have noise, so a live camera has none, but a browser
/// may deliver one twice when it is slow.
const STILL_MAX: f32 = 0.34;

pub(super) fn signals(about: &About, seen: &[Seen], known: &Known) -> Vec<Signal> {
    let (camera, page) = (&about.camera, &about.page);
    let label = camera.label.to_lowercase();
    let uneven = camera.gap_deviation_ms >= DEVIATION_MIN_MS;
    let enough = camera.frames >= FRAMES_MIN;
    let rows = [
        (known.repeated > 0, Signal::KnownFrames),
        (!camera.native, Signal::ForeignCameraFunction),
        (VIRTUAL_LABELS.iter().any(|it| label.contains(it)), Signal::VirtualCamera),
        (page.automated, Signal::Automated),
        (unmoved(about), Signal::UnmovedByChange),
        (enough && !uneven, Signal::TooEven),
        (
            enough && f64::from(camera.repeated) > f64::from(STILL_MAX) * f64::from(camera.frames),
            Signal::StillFrames,
        ),
        (contradicts(about, seen), Signal::Contradiction),
        (!camera.has_device, Signal::NoDevice),
        (page.hidden > 0, Signal::Hidden),
        (page.framed, Signal::Framed),
    ];
    rows.into_iter().filter_map(|(told, signal)| told.then_some(signal)).collect()
}

/// Whether the signals together are too many for an accident.
///
/// A browser's extension that blurs the background makes a foreign camera function, without a device, that
/// answers no change; an old phone loses its colours and time. These count one each, and three are borne. Frames that are
/// copies of each other, or numbers that can't be, count two: with two of the others, or together, they refuse.
pub(super) fn injected(signals: &[Signal]) -> bool {
    const REFUSED_FROM: u32 = 4;
    let weight = |it: &Signal| match it {
        // Has a reason of its own that refuses.
        Signal::KnownFrames | Signal::Hidden | Signal::Framed | Signal::Automated => 0,
        Signal::ForeignCameraFunction
        | Signal::VirtualCamera
        | Signal::UnmovedByChange
        | Signal::TooEven
        | Signal::NoDevice => 1,
        Signal::StillFrames | Signal::Contradiction => 2,
    };
    signals.iter().map(weight).sum::<u32>() >= REFUSED_FROM
}

/// The camera was set to another size, and neither changed nor reported an error.
fn unmoved(about: &About) -> bool {
    about.change.as_ref().is_none_or(|it| {
        it.refused.is_none() && (it.width, it.height) != (it.asked_width, it.asked_height)
    })
}

fn contradicts(about: &About, seen: &[Seen]) -> bool {
    let camera = &about.camera;
    let numbers = [camera.frame_rate, camera.gap_mean_ms, camera.gap_deviation_ms];
    let broken = numbers.iter().any(|it| !(it.is_finite() && *it >= 0.0));
    let fewer = usize::try_from(camera.frames).is_ok_and(|it| it < seen.len());
    // Frames can't come twice as fast as the camera's stated rate.
    let faster = camera.frame_rate > 0.0 && camera.gap_mean_ms * camera.frame_rate < 500.0;
    let length = seen.last().map_or(0, |it| it.at_ms);
    let told = f64::from(camera.frames) * f64::from(camera.gap_mean_ms);
    // The kept frames lie within the seen ones.
    let shorter = told + 2_000.0 < f64::from(length);
    broken || fewer || (camera.frames > 0 && (faster || shorter))
}
