//! Takes the series: waits until the frame has been good for a moment, then several in a row.

use std::cell::Cell;
use std::rc::Rc;

use senim_core::photo::Guidance;
use senim_kit::browser::{now_ms, sleep};
use web_sys::{Blob, HtmlVideoElement};
use yew::UseStateSetter;

use super::liveness::Phase;
use crate::camera::{Camera, CameraFault, Guide, Shots};

/// Good for this long before the first picture.
const STEADY_MS: f64 = 500.0;
/// Between pictures, so that they are not all of one instant.
const APART_MS: f64 = 300.0;
/// A hint stays at least this long, or nobody could follow it.
const HINT_MS: f64 = 600.0;
/// A series interrupted for longer begins anew.
const BREAK_MS: f64 = 2_000.0;
const GLANCE_MS: u32 = 60;
/// Frames in a row that the worker could not judge before the client is left to say when.
const UNJUDGED_MAX: u32 = 8;

/// One opening of the camera; stopped when the client turns it off or leaves the step.
pub(crate) struct Course {
    frames: usize,
    phase: UseStateSetter<Phase>,
    stopped: Cell<bool>,
    shoot: Cell<bool>,
}

impl Course {
    pub(crate) fn new(frames: usize, phase: UseStateSetter<Phase>) -> Self {
        Self { frames, phase, stopped: Cell::new(false), shoot: Cell::new(false) }
    }

    pub(crate) fn stop(&self) {
        self.stopped.set(true);
    }

    /// The client says that now is the moment.
    pub(crate) fn shoot(&self) {
        self.shoot.set(true);
    }

    fn show(&self, phase: Phase) {
        if !self.stopped.get() {
            self.phase.set(phase);
        }
    }
}

/// The pictures of one check; `None` when stopped.
pub(crate) async fn take(
    video: HtmlVideoElement,
    guide: Option<Rc<Guide>>,
    course: &Course,
) -> Result<Option<Vec<Blob>>, CameraFault> {
    let camera = Camera::open(video).await;
    if course.stopped.get() {
        return Ok(None);
    }
    let camera = camera?;
    let shots = Shots::new(course.frames).ok_or(CameraFault::Unsupported)?;
    course.show(Phase::Preparing);
    let guide = match guide {
        Some(guide) if guide.ready().await => Some(guide),
        Some(_) | None => None,
    };
    let guided = match guide {
        Some(guide) => guided(&camera, &shots, &guide, course).await?,
        None => Series::GuideLost,
    };
    match guided {
        Series::Taken(pictures) => Ok(Some(pictures)),
        Series::Stopped => Ok(None),
        Series::GuideLost => unguided(&camera, &shots, course).await,
    }
}

enum Series {
    Taken(Vec<Blob>),
    Stopped,
    GuideLost,
}

async fn guided(
    camera: &Camera,
    shots: &Shots,
    guide: &Guide,
    course: &Course,
) -> Result<Series, CameraFault> {
    let mut pictures = Vec::new();
    let mut good_since = None;
    let (mut last_shot, mut last_good, mut last_hint) = (0.0, 0.0, 0.0);
    let mut unjudged = 0;
    while !course.stopped.get() {
        if camera.lost() {
            return Err(CameraFault::Lost);
        }
        let frame = shots.hold(camera).ok_or(CameraFault::Lost)?;
        let judged = guide.judge(frame).await;
        let now = now_ms();
        match judged {
            None => {
                unjudged += 1;
                if unjudged > UNJUDGED_MAX {
                    return Ok(Series::GuideLost);
                }
            }
            Some(Guidance::Good) => {
                unjudged = 0;
                last_good = now;
                let since = *good_since.get_or_insert(now);
                if now - since >= STEADY_MS && now - last_shot >= APART_MS {
                    pictures.extend(shots.pack().await);
                    last_shot = now;
                    course.show(Phase::Taking(pictures.len()));
                    if pictures.len() >= course.frames {
                        return Ok(Series::Taken(pictures));
                    }
                } else if pictures.is_empty() {
                    course.show(Phase::Looking(Some(Guidance::Good)));
                    last_hint = now;
                }
            }
            Some(hint) => {
                unjudged = 0;
                if pictures.is_empty() {
                    good_since = None;
                }
                if now - last_good > BREAK_MS {
                    pictures.clear();
                    good_since = None;
                }
                if now - last_hint >= HINT_MS && (pictures.is_empty() || now - last_good > HINT_MS)
                {
                    course.show(Phase::Looking(Some(hint)));
                    last_hint = now;
                }
            }
        }
        sleep(GLANCE_MS).await;
    }
    Ok(Series::Stopped)
}

/// Without guidance the client says when; the server judges all the same.
async fn unguided(
    camera: &Camera,
    shots: &Shots,
    course: &Course,
) -> Result<Option<Vec<Blob>>, CameraFault> {
    course.show(Phase::Blind);
    let mut pictures = Vec::new();
    while !course.stopped.get() {
        if camera.lost() {
            return Err(CameraFault::Lost);
        }
        if !course.shoot.get() {
            sleep(GLANCE_MS).await;
            continue;
        }
        shots.hold(camera).ok_or(CameraFault::Lost)?;
        pictures.extend(shots.pack().await);
        course.show(Phase::Taking(pictures.len()));
        if pictures.len() >= course.frames {
            return Ok(Some(pictures));
        }
        sleep(300).await;
    }
    Ok(None)
}
