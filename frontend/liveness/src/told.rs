//! What the page hears of a frame.

use senim_core::liveness::challenge::Step;
use senim_core::liveness::follow::{Keep, Phase, Progress};
use senim_core::liveness::pack::Kind;
use senim_core::photo::{Guidance, Look};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Told {
    pub(crate) hint: Guidance,
    faces: usize,
    /// x, y, width, height in pixels of the picture that was looked at.
    #[serde(rename = "box")]
    bounds: Option<[f32; 4]>,
    /// 0–1, to choose frames by.
    quality: f32,
    /// With a challenge only.
    progress: Option<ToldProgress>,
}

#[derive(Serialize)]
struct ToldProgress {
    phase: &'static str,
    /// What the whole screen shows: red, green, blue.
    rgb: Option<[u8; 3]>,
    step: usize,
    step_done: bool,
    ended: bool,
    keep: Vec<ToldKeep>,
}

#[derive(Serialize)]
struct ToldKeep {
    /// Its place in the pack.
    index: usize,
    frame: u32,
    /// To be matched, so in the best quality.
    portrait: bool,
}

impl Told {
    pub(crate) fn new(look: &Look, hint: Guidance, quality: f32) -> Self {
        let bounds = look.faces.first().map(|it| it.bounds);
        Self {
            hint,
            faces: look.faces.len(),
            bounds: bounds.map(|it| [it.x, it.y, it.width, it.height]),
            quality,
            progress: None,
        }
    }

    /// `steps` are the challenge's, `first` is the place in the pack of the first frame to keep.
    pub(crate) fn with(mut self, progress: &Progress, steps: &[Step], first: usize) -> Self {
        if let Phase::LiningUp(hint) = progress.phase {
            self.hint = hint;
        }
        let keep = |(at, keep): (usize, &Keep)| ToldKeep {
            index: first + at,
            frame: keep.frame,
            portrait: keep.kind == Kind::Portrait,
        };
        self.progress = Some(ToldProgress {
            phase: name(progress.phase),
            rgb: match (progress.phase, steps.get(progress.step).and_then(|it| it.ask.colours())) {
                (Phase::Colour(index), Some((colours, _))) => {
                    colours.get(usize::from(index)).map(|it| it.rgb())
                }
                _ => None,
            },
            step: progress.step,
            step_done: progress.step_done,
            ended: progress.phase.ended(),
            keep: progress.keep.iter().enumerate().map(keep).collect(),
        });
        self
    }
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::LiningUp(_) => "lining-up",
        Phase::Look => "look",
        Phase::Waiting => "waiting",
        Phase::Asking(_) => "asking",
        Phase::Colour(_) => "colour",
        Phase::Done => "done",
        Phase::TimedOut => "timed-out",
        Phase::Lost => "lost",
    }
}
