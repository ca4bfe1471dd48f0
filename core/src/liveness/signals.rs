//! What camera and page tell of themselves, read as signals. None refuses alone.

use super::pack::About;
use super::verdict::{Known, Seen, Signal};

/// Labels of cameras that are programs, in lower case. A phone that serves as a webcam is not among them.
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

/// Fewer frames tell nothing of their timing.
const FRAMES_MIN: u32 = 30;
/// Cameras, their drivers and the browser's threads make gaps stray by milliseconds; a timer's by less than this.
const DEVIATION_MIN_MS: f32 = 0.2;
/// Share of frames that are exactly the frame before. Sensors have noise: of a live camera none is, but a browser
/// may give one twice when it is slow.
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

/// Whether signals together are no accident.
///
/// A browser's extension that blurs the background makes a foreign camera function, without a device, that
/// answers no change; an old phone loses its colours and time. These count one each, and three are borne. Frames that are
/// copies of each other, or numbers that can't be, count two: with two of the others, or together, they refuse.
pub(super) fn injected(signals: &[Signal]) -> bool {
    const REFUSED_FROM: u32 = 4;
    let weight = |it: &Signal| match it {
        // Its own reason refuses already.
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

/// The camera was asked for another size and neither changed nor said why not.
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
    // Frames can't come twice as fast as the camera says that it gives them.
    let faster = camera.frame_rate > 0.0 && camera.gap_mean_ms * camera.frame_rate < 500.0;
    let length = seen.last().map_or(0, |it| it.at_ms);
    let told = f64::from(camera.frames) * f64::from(camera.gap_mean_ms);
    // What was kept lies within what was seen.
    let shorter = told + 2_000.0 < f64::from(length);
    broken || fewer || (camera.frames > 0 && (faster || shorter))
}

#[cfg(test)]
mod tests {
    use super::super::challenge::{Action, Ask};
    use super::super::pack::Change;
    use super::super::performance::{Person, challenge, check};
    use super::*;

    type Oddity = fn(&mut About);

    #[test]
    fn an_honest_camera_gives_no_signal_and_each_oddity_its_own() {
        let asks = [Ask::Do(Action::Smile)];
        let honest = check(&challenge(&asks), Person::GENUINE);
        let told = |about: &About, known: &Known| signals(about, &honest.seen, known);
        assert_eq!(told(&honest.about, &honest.known), []);
        assert_eq!(
            told(&honest.about, &Known { repeated: 2, ..honest.known }),
            [Signal::KnownFrames]
        );
        let rows: [(Signal, Oddity); 12] = [
            (Signal::ForeignCameraFunction, |it| it.camera.native = false),
            (Signal::VirtualCamera, |it| it.camera.label = "OBS Virtual Camera".to_owned()),
            (Signal::VirtualCamera, |it| it.camera.label = "fake_device_0".to_owned()),
            (Signal::Automated, |it| it.page.automated = true),
            (Signal::UnmovedByChange, |it| it.change = None),
            (Signal::UnmovedByChange, |it| {
                it.change = Some(Change { asked_width: 640, width: 1280, ..Change::default() });
            }),
            (Signal::TooEven, |it| it.camera.gap_deviation_ms = 0.0),
            (Signal::StillFrames, |it| it.camera.repeated = it.camera.frames),
            (Signal::Contradiction, |it| it.camera.gap_mean_ms = f32::NAN),
            (Signal::Contradiction, |it| it.camera.frame_rate = 5.0),
            (Signal::NoDevice, |it| it.camera.has_device = false),
            (Signal::Framed, |it| it.page.framed = true),
        ];
        for (signal, change) in rows {
            let mut about = honest.about.clone();
            change(&mut about);
            assert_eq!(told(&about, &honest.known), [signal], "{signal:?}");
            assert!(!injected(&[signal]), "{signal:?} alone");
        }
    }

    #[test]
    fn what_a_blurred_background_does_is_borne_and_a_copied_frame_beside_it_is_not() {
        let extension = [Signal::ForeignCameraFunction, Signal::UnmovedByChange, Signal::NoDevice];
        assert!(!injected(&extension));
        assert!(injected(&[Signal::StillFrames, extension[0], extension[1]]));
        assert!(injected(&[Signal::StillFrames, Signal::Contradiction]));
    }
}
