//! A genuine recording that performs a challenge: real frames at plausible moments, packed as the widget packs them.
//!
//! The recordings show people who look, blink and smile. What they don't show (turning, coming closer) the actor
//! refuses to play: its asks come from `Wishes { no_movement: true, .. }`. One thing is drawn: the light of the screen
//! on the face while colours are shown, since no recording that is free to use has it.
//!
//! Each performance is filmed anew (another framing, light, grain and compression by its seed), for a camera
//! never gives the same frame twice and the platform refuses frames that it has seen.

use std::path::{Path, PathBuf};

use image::RgbImage;
use senim_core::liveness::challenge::{Action, Ask, Challenge, Colour, Pace};
use senim_core::liveness::pack::{About, Camera, Change, Frame, Kind, Page, Writer};

use super::attacks::medium::{Head, lit_head};
use super::attacks::pixels::{self, Film};
use super::attacks::rng::Rng;

/// What a recording shows, by the numbers of its frames.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// Folder below the people's.
    pub folder: &'static str,
    pub frames_per_second: u32,
    /// Straight into the camera, eyes open, mouth at rest: first and last.
    neutral: (u32, u32),
    /// From open eyes over shut ones to open ones, the mouth at rest: first, shut, last.
    blink: Option<(u32, u32, u32)>,
    /// From a mouth at rest to the broadest smile: first and last.
    smile: (u32, u32),
    /// In the recording's pixels.
    head: Head,
}

/// What the screen adds to the light on a face, as [`lit_head`] takes it, from a bright room to a dim one: 6 to 23 % of
/// what a skin of 150 greys has by the room's light, for a colour that is full.
pub(crate) const SCREEN: (f32, f32) = (0.04, 0.16);

/// 472 frames at 24 a second. A second's worth of them has it all: she talks, blinks once, laughs.
pub const WOMAN: Takes = Takes {
    folder: "clip",
    frames_per_second: 24,
    neutral: (277, 287),
    blink: Some((285, 289, 292)),
    smile: (291, 311),
    head: Head { middle: (880.0, 340.0), half: (211.0, 320.0) },
};

/// 72 frames at 30 a second. His one blink is in the middle of a smile, so he is asked to smile only.
pub const MAN: Takes = Takes {
    folder: "second_clip",
    frames_per_second: 30,
    neutral: (1, 16),
    blink: None,
    smile: (16, 44),
    head: Head { middle: (596.0, 380.0), half: (150.0, 230.0) },
};

impl Takes {
    /// The first frame at rest.
    pub(crate) fn rest(&self) -> u32 {
        self.neutral.0
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ActorError {
    #[error("no frame at `{}`: run `cargo xtask setup --tests`", .0.display())]
    NoFrame(PathBuf),
    #[error("`{}` is not a picture", .0.display())]
    NotAPicture(PathBuf),
    #[error("no recording shows a person doing this: {}", .0.join(", "))]
    CannotDo(Vec<String>),
    #[error("the frames can't be packed: {0}")]
    Encode(#[from] image::ImageError),
}

/// One person's recording.
pub struct Actor {
    folder: PathBuf,
    pub(crate) takes: Takes,
}

/// Who does what when, before anything is filmed.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) about: About,
    pub(crate) shots: Vec<Shot>,
}

/// One frame to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shot {
    pub(crate) step: u8,
    pub(crate) at_ms: u32,
    pub(crate) kind: Kind,
    /// The recording's frame.
    pub(crate) source: u32,
    /// What the face does meanwhile, for those who play it without a recording.
    pub(crate) pose: Mien,
}

impl Shot {
    /// As large as the widget sends it.
    pub(crate) fn size(&self) -> (u32, u32) {
        if self.kind == Kind::Portrait { (pixels::WIDTH, pixels::HEIGHT) } else { pixels::KEPT }
    }
}

/// The progress of an action: 0 is not begun, 1 is its peak.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Mien {
    pub(crate) blink: f32,
    pub(crate) smile: f32,
    /// Positive: the nose to the viewer's right.
    pub(crate) turn: f32,
    pub(crate) nod: f32,
    pub(crate) closer: f32,
    /// The colour that stands on the screen.
    pub(crate) light: Option<[u8; 3]>,
}

impl Actor {
    /// `people`: the folder that set-up filled, with the recordings' folders in it.
    pub fn open(people: &Path, takes: Takes) -> Result<Self, ActorError> {
        let actor = Self { folder: people.join(takes.folder), takes };
        let last = actor.path(takes.smile.1);
        if last.is_file() { Ok(actor) } else { Err(ActorError::NoFrame(last)) }
    }

    /// A pack as the widget would send it.
    pub fn perform(&self, challenge: &Challenge, seed: u64) -> Result<Vec<u8>, ActorError> {
        let mut rng = Rng::new(seed);
        let script = self.script(challenge, &mut rng)?;
        let frames = self.film(&script, &mut rng)?;
        Ok(pack(challenge, &script, &pixels::jpegs(&frames, &mut rng)?))
    }

    /// The moments at which this person looks, blinks and smiles when asked to.
    pub(crate) fn script(
        &self,
        challenge: &Challenge,
        rng: &mut Rng,
    ) -> Result<Script, ActorError> {
        let undone = challenge.steps.iter().filter_map(|it| self.undone(&it.ask));
        let undone: Vec<String> = undone.collect();
        if !undone.is_empty() {
            return Err(ActorError::CannotDo(undone));
        }
        Ok(script(&self.takes, challenge, rng))
    }

    /// The script's frames, framed, lit and grained as one camera would in one session.
    pub(crate) fn film(&self, script: &Script, rng: &mut Rng) -> Result<Vec<RgbImage>, ActorError> {
        let film = Film::genuine(rng);
        let screen = rng.between(SCREEN.0, SCREEN.1);
        let shots = script.shots.iter();
        shots.map(|it| Ok(film.shoot(&self.scene(it, screen)?, it.at_ms, it.size(), rng))).collect()
    }

    /// The shot's frame under the light of the screen, which is `screen` strong.
    pub(crate) fn scene(&self, shot: &Shot, screen: f32) -> Result<RgbImage, ActorError> {
        let mut scene = self.frame(shot.source)?;
        if let Some(light) = shot.pose.light {
            lit_head(&mut scene, self.takes.head, light, screen);
        }
        Ok(scene)
    }

    /// A frame of the recording as it is.
    pub fn frame(&self, number: u32) -> Result<RgbImage, ActorError> {
        let path = self.path(number);
        let bytes = std::fs::read(&path).map_err(|_| ActorError::NoFrame(path.clone()))?;
        let picture = image::load_from_memory(&bytes).map_err(|_| ActorError::NotAPicture(path))?;
        Ok(picture.into_rgb8())
    }

    fn undone(&self, ask: &Ask) -> Option<String> {
        match ask {
            Ask::Look | Ask::Do(Action::Smile) | Ask::Colours(_) | Ask::Fades(_) => None,
            Ask::Do(Action::Blink) if self.takes.blink.is_some() => None,
            Ask::Do(action) => Some(format!("{action:?}")),
        }
    }

    fn path(&self, number: u32) -> PathBuf {
        self.folder.join(format!("{number:04}.jpg"))
    }
}

/// Binds frames to a challenge; both in the script's order.
pub(crate) fn pack(challenge: &Challenge, script: &Script, jpegs: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer::new(&challenge.nonce, &script.about);
    for (shot, jpeg) in script.shots.iter().zip(jpegs) {
        let Shot { step, at_ms, kind, .. } = *shot;
        writer.push(&Frame { step, at_ms, kind, jpeg });
    }
    writer.finish()
}

/// Any challenge, with frames of the recording where it has them: an attacker's script goes further than it.
pub(crate) fn script(takes: &Takes, challenge: &Challenge, rng: &mut Rng) -> Script {
    let mut stage = Stage { takes, shots: Vec::new(), shown: Vec::new(), done: Vec::new() };
    // The camera runs a moment before the first prompt; then each is shown `after_ms` after the one before.
    let mut now = 400 + rng.below(500);
    let mut free_at = 0;
    for (index, step) in challenge.steps.iter().enumerate() {
        now += u32::from(step.after_ms);
        stage.shown.push(now);
        let starts = (now + 420 + rng.below(480)).max(free_at);
        let step_index = u8::try_from(index).unwrap_or(u8::MAX);
        let done = match &step.ask {
            Ask::Look => stage.look(step_index, now, rng),
            Ask::Do(action) => stage.act(step_index, *action, now, starts, rng),
            Ask::Colours(colours) => stage.lit(step_index, colours, Pace::QUICK, now),
            Ask::Fades(colours) => stage.lit(step_index, colours, Pace::SLOW, now),
        };
        stage.done.push(done);
        // Returning takes a little less time than the action.
        free_at = done + 900;
        now = done;
    }
    let about = about(&stage, rng);
    Script { about, shots: stage.shots }
}

struct Stage<'a> {
    takes: &'a Takes,
    shots: Vec<Shot>,
    shown: Vec<u32>,
    done: Vec<u32>,
}

impl Stage<'_> {
    fn shot(&mut self, step: u8, at_ms: u32, kind: Kind, source: u32, pose: Mien) {
        self.shots.push(Shot { step, at_ms, kind, source, pose });
    }

    /// Back and forth through the frames at rest, at half the recording's pace.
    fn rest(&mut self, step: u8, at_ms: u32, kind: Kind) {
        let (first, last) = self.takes.neutral;
        let length = last - first;
        let at = at_ms * self.takes.frames_per_second / 2_000 % (2 * length);
        let source = first + if at > length { 2 * length - at } else { at };
        self.shot(step, at_ms, kind, source, Mien::default());
    }

    fn look(&mut self, step: u8, shown: u32, rng: &mut Rng) -> u32 {
        let mut at = shown;
        self.rest(step, at, Kind::Portrait);
        for _ in 0..2 {
            at += 360 + rng.below(80);
            self.rest(step, at, Kind::Portrait);
        }
        at
    }

    fn act(&mut self, step: u8, action: Action, shown: u32, starts: u32, rng: &mut Rng) -> u32 {
        // As the prompt comes, and the last frame at rest.
        self.rest(step, shown, Kind::Passing);
        self.rest(step, starts - 40, Kind::Passing);
        let each = |frames: u32, fps: u32| frames * 1000 / fps;
        let fps = self.takes.frames_per_second;
        match action {
            Action::Blink => {
                let rest = self.takes.neutral.0;
                let (first, shut, last) = self.takes.blink.unwrap_or((rest, rest + 4, rest + 7));
                for source in (first..=last).filter(|it| (it + shut) % 2 == 0) {
                    let kind = if source == shut { Kind::Peak } else { Kind::Passing };
                    let blink = if source == shut { 1.0 } else { 0.0 };
                    let pose = Mien { blink, ..Mien::default() };
                    self.shot(step, starts + each(source - first, fps), kind, source, pose);
                }
                let done = starts + each(last - first, fps) + 20;
                self.rest(step, done + 40, Kind::Passing);
                done
            }
            Action::Smile => {
                let (first, last) = self.takes.smile;
                let length = last - first;
                for part in [2, 4, 5, 6] {
                    let source = first + length * part / 6;
                    let kind = if part > 4 { Kind::Peak } else { Kind::Passing };
                    let smile = Rng::share(part, 6);
                    let pose = Mien { smile, ..Mien::default() };
                    self.shot(step, starts + each(source - first, fps), kind, source, pose);
                }
                starts + each(length, fps) + 40
            }
            Action::TurnLeft | Action::TurnRight | Action::Nod | Action::ComeCloser => {
                let peak_at = 500 + rng.below(300);
                for part in [2, 4, 5, 7, 8] {
                    let extent = Rng::share(part.min(9 - part).min(4), 4);
                    let kind = if part == 4 || part == 5 { Kind::Peak } else { Kind::Passing };
                    let pose = moved(action, extent);
                    let source = self.takes.neutral.0 + part;
                    self.shot(step, starts + peak_at * part / 4, kind, source, pose);
                }
                starts + peak_at * 2
            }
        }
    }

    fn lit(&mut self, step: u8, colours: &[Colour], pace: Pace, shown: u32) -> u32 {
        let each = pace.each_ms();
        let stands = each - pace.stands_from_ms();
        self.rest(step, shown.saturating_sub(80), Kind::Passing);
        for (index, colour) in (0_u32..).zip(colours) {
            for moment in [45, 85].map(|it| pace.stands_from_ms() + stands * it / 100) {
                let kind = Kind::Colour(u8::try_from(index).unwrap_or(0));
                self.rest(step, shown + each * index + moment, kind);
                if let Some(shot) = self.shots.last_mut() {
                    shot.pose.light = Some(colour.rgb());
                }
            }
        }
        shown + each * u32::try_from(colours.len()).unwrap_or(0)
    }
}

fn moved(action: Action, extent: f32) -> Mien {
    let none = Mien::default();
    match action {
        Action::TurnLeft => Mien { turn: extent, ..none },
        Action::TurnRight => Mien { turn: -extent, ..none },
        Action::Nod => Mien { nod: extent, ..none },
        Action::ComeCloser => Mien { closer: extent, ..none },
        Action::Blink => Mien { blink: extent, ..none },
        Action::Smile => Mien { smile: extent, ..none },
    }
}

/// What the widget of an honest phone tells.
fn about(stage: &Stage<'_>, rng: &mut Rng) -> About {
    let end = stage.done.last().copied().unwrap_or(0);
    let gap = 33.0 + rng.between(0.0, 2.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "frames of a minute"
    )]
    let frames = (f64::from(end) / f64::from(gap)) as u32;
    About {
        widget: env!("CARGO_PKG_VERSION").to_owned(),
        shown_at_ms: stage.shown.clone(),
        done_at_ms: stage.done.clone(),
        camera: Camera {
            label: "camera2 1, facing front".to_owned(),
            width: 1280,
            height: 720,
            frame_rate: 30.0,
            facing: "user".to_owned(),
            has_device: true,
            frames,
            gap_mean_ms: gap,
            gap_deviation_ms: rng.between(2.5, 7.0),
            repeated: 0,
            native: true,
        },
        change: Some(Change {
            asked_width: 640,
            asked_height: 360,
            width: 640,
            height: 360,
            within_ms: 120 + rng.below(300),
            refused: None,
        }),
        page: Page {
            user_agent:
                "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) \
                         Chrome/138.0.0.0 Mobile Safari/537.36"
                    .to_owned(),
            ..Page::default()
        },
        attestation: None,
    }
}

#[cfg(test)]
mod tests {
    use senim_core::liveness::challenge::Wishes;
    use senim_core::liveness::pack::Pack;

    use super::*;

    const EASY: Wishes = Wishes { no_movement: true, no_flashing: true };

    fn woman() -> Actor {
        let people = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.senim/people");
        Actor::open(&people, WOMAN).unwrap()
    }

    #[test]
    fn a_performance_is_a_whole_pack_and_the_same_for_its_seed() {
        let challenge = Challenge::draw([1; 32], EASY, chrono::DateTime::UNIX_EPOCH);
        let pack = woman().perform(&challenge, 7).unwrap();
        let read = Pack::read(&pack, &challenge.nonce).unwrap();
        let last = read.frames.last().unwrap();
        assert_eq!(usize::from(last.step) + 1, challenge.steps.len());
        assert_eq!(read.about.done_at_ms.len(), challenge.steps.len());
        for (index, step) in challenge.steps.iter().enumerate() {
            let took = read.about.done_at_ms[index] - read.about.shown_at_ms[index];
            assert!(took <= u32::from(step.within_ms), "step {index}: {took} ms");
        }
        assert_eq!(pack, woman().perform(&challenge, 7).unwrap());
        let other = woman().perform(&challenge, 8).unwrap();
        let other = Pack::read(&other, &challenge.nonce).unwrap();
        assert!(read.frames.iter().all(|a| other.frames.iter().all(|b| a.jpeg != b.jpeg)));
    }

    #[test]
    fn actions_without_a_recording_are_not_played() {
        let mut challenge = Challenge::draw([1; 32], EASY, chrono::DateTime::UNIX_EPOCH);
        challenge.steps[1].ask = Ask::Do(Action::Nod);
        let refused = woman().perform(&challenge, 7).unwrap_err().to_string();
        assert!(refused.contains("Nod"), "{refused}");
    }
}
