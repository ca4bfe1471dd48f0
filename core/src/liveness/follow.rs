//! The widget's side of a challenge: what to show now, when an action is done, which frames to keep.
//!
//! Sans-IO: it takes the measurements of each camera frame and returns what to do. The judge runs the same
//! [`Tracker`] over the frames that were kept.
//!
//! ```text
//! LiningUp ──well placed──▶ Look ──portraits──▶ ┌▶ Waiting ──after_ms, one face in front──▶ Asking ──done──┐ ──▶ Done
//!                                               └──────────────────────────────────────────────────────────┘
//! any of them but the first ──no face for 2 s──▶ Lost        Look, Asking ──within_ms──▶ TimedOut
//! ```

use std::collections::VecDeque;

use super::challenge::{Action, Ask, Pace, Step};
use super::pack::Kind;
use super::stance::Stance;
use super::tracker::{Extent, REACTION_MS, State, Tracker, returns};
use crate::photo::{Guidance, Look};

/// How many recent frames the widget holds, because a frame may be kept a little after it was seen.
pub const RING: usize = 12;
/// The most frames kept; an ordinary check has about 28.
pub const KEPT_MAX: usize = 60;
/// The most frames kept while one action is begun repeatedly.
const KEPT_IN_STEP_MAX: usize = 16;
/// After an action is done, this many more frames of its end are kept, this far apart: the
/// judge measures each frame after JPEG, and one that is just beyond a limit for the widget may be just below it there.
/// A smile is at its widest a third to half a second after it has passed the limit (the genuine clip, 297 to 307).
const SURER_FRAMES: u8 = 3;
const SURER_APART_MS: u32 = 150;
/// The longest time for that.
const SURER_MAX_MS: u32 = 700;
/// The interval of frames kept in between, for the judge to see that nobody else came.
pub const FILLER_MS: u32 = 900;
pub const PORTRAITS_LOOK: usize = 3;
/// The interval of portraits of one look: neighbouring frames add nothing to a match.
pub const PORTRAIT_APART_MS: u32 = 350;
/// Gate of a portrait. On LFW, faces with at most 20° of yaw and 15° of pitch and open eyes are rejected falsely half
/// as often as all; the pose that is measured here strays by 3.5° of pitch in the mean (photo/pose.rs).
pub const PORTRAIT_YAW_MAX: f32 = 20.0;
pub const PORTRAIT_PITCH_MAX: f32 = 18.5;
/// How long a face may be out of sight.
pub const LOST_MS: u32 = 2_000;
/// A new prompt waits until the head is within this many degrees of its own front.
const FRONT_DEGREES: f32 = 10.0;
/// The delay from a colour's full display until the camera sees it on the face.
pub const COLOUR_SETTLE_MS: u32 = 300;
pub const COLOUR_SECOND_MS: u32 = 520;

/// The measurements of one camera frame.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The widget's number for the frame; it holds the pixels of the last [`RING`] frames.
    pub frame: u32,
    /// Since the first frame that the camera gave.
    pub at_ms: u32,
    pub look: &'a Look,
    pub guidance: Guidance,
    /// 0–1, as `Measured::quality`.
    pub quality: f32,
    /// The frame's width in pixels.
    pub width: f32,
}

/// A frame to pack now. They come in the pack's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    pub frame: u32,
    pub at_ms: u32,
    pub step: u8,
    pub kind: Kind,
}

/// What to show to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before the first step, and before a prompt that can't be shown yet: what to change.
    LiningUp(Guidance),
    /// Look straight into the camera, still.
    Look,
    /// Until the next prompt: nothing to do.
    Waiting,
    Asking(Action),
    /// The page shows the nth colour of this step.
    Colour(u8),
    /// Every step is done: finish the pack and send it.
    Done,
    /// A step was not done in time. The challenge is used up.
    TimedOut,
    /// The face was out of sight for too long. The challenge is used up.
    Lost,
}

impl Phase {
    /// Nothing follows it.
    pub fn ended(self) -> bool {
        match self {
            Self::Done | Self::TimedOut | Self::Lost => true,
            Self::LiningUp(_) | Self::Look | Self::Waiting | Self::Asking(_) | Self::Colour(_) => {
                false
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub phase: Phase,
    /// Index of the current or next step; the number of steps when all are done.
    pub step: usize,
    /// Whether a step became done with this frame.
    pub step_done: bool,
    pub keep: Vec<Keep>,
}

/// Follows one challenge.
#[derive(Debug)]
pub struct Follower {
    steps: Vec<Step>,
    step: usize,
    shown_at_ms: Vec<u32>,
    done_at_ms: Vec<u32>,
    phase: Phase,
    front: Option<Stance>,
    portraits: usize,
    portrait_at_ms: Option<u32>,
    tracker: Option<Tracker>,
    /// The frames of an action that was begun: the last at rest, and the one in the middle.
    rested: Option<Past>,
    full: Option<Past>,
    surer: Option<Surer>,
    ring: VecDeque<Past>,
    colours_kept: u8,
    kept: usize,
    kept_in_step: usize,
    kept_at_ms: Option<u32>,
    face_at_ms: Option<u32>,
}

/// An action that is done, and the frames kept of its end.
#[derive(Clone, Copy, Debug)]
struct Surer {
    since_ms: u32,
    kept_ms: u32,
    kept: u8,
}

#[derive(Clone, Copy, Debug)]
struct Past {
    frame: u32,
    at_ms: u32,
}

impl Follower {
    pub fn new(steps: Vec<Step>) -> Self {
        Self {
            steps,
            step: 0,
            shown_at_ms: Vec::new(),
            done_at_ms: Vec::new(),
            phase: Phase::LiningUp(Guidance::NoFace),
            front: None,
            portraits: 0,
            portrait_at_ms: None,
            tracker: None,
            rested: None,
            full: None,
            surer: None,
            ring: VecDeque::with_capacity(RING),
            colours_kept: 0,
            kept: 0,
            kept_in_step: 0,
            kept_at_ms: None,
            face_at_ms: None,
        }
    }

    /// When each step was shown, for `About`.
    pub fn shown_at_ms(&self) -> &[u32] {
        &self.shown_at_ms
    }

    /// When each step was done, for `About`.
    pub fn done_at_ms(&self) -> &[u32] {
        &self.done_at_ms
    }

    /// The next camera frame. Frames not later than the previous one are ignored.
    pub fn see(&mut self, sight: &Sight<'_>) -> Progress {
        let mut keep = Vec::new();
        let done_before = self.done_at_ms.len();
        let later = self.ring.back().is_none_or(|it| it.at_ms < sight.at_ms);
        if !self.phase.ended() && later {
            if self.ring.len() == RING {
                self.ring.pop_front();
            }
            self.ring.push_back(Past { frame: sight.frame, at_ms: sight.at_ms });
            let alone = sight.look.faces.len() == 1;
            let stance = sight.look.face.as_ref().filter(|_| alone);
            let stance = stance.and_then(|it| Stance::of(it, sight.width));
            if stance.is_some() {
                self.face_at_ms = Some(sight.at_ms);
            }
            self.phase = self.next(sight, stance.as_ref(), &mut keep);
        }
        Progress {
            phase: self.phase,
            step: self.step,
            step_done: self.done_at_ms.len() > done_before,
            keep,
        }
    }

    fn next(&mut self, sight: &Sight<'_>, stance: Option<&Stance>, keep: &mut Vec<Keep>) -> Phase {
        let now = sight.at_ms;
        let begun = !self.shown_at_ms.is_empty();
        let away = self.face_at_ms.map_or(0, |it| now.saturating_sub(it));
        if begun && away > LOST_MS {
            return Phase::Lost;
        }
        let Some(step) = self.steps.get(self.step).cloned() else { return Phase::Done };
        let Some(&shown_at) = self.shown_at_ms.get(self.step) else {
            return self.before(&step, sight, stance, keep);
        };
        if now.saturating_sub(shown_at) > u32::from(step.within_ms) {
            return if self.surer.is_some() { self.done(now) } else { Phase::TimedOut };
        }
        if let Some((colours, pace)) = step.ask.colours() {
            return self.colour(colours.len(), pace, shown_at, sight, stance, keep);
        }
        match (&step.ask, stance) {
            (_, None) if sight.guidance == Guidance::Good => Phase::LiningUp(Guidance::NoFace),
            (_, None) => Phase::LiningUp(sight.guidance),
            (Ask::Do(action), Some(stance)) => self.asked(*action, sight, stance, keep),
            (_, Some(stance)) => self.look(sight, stance, keep),
        }
    }

    /// A step that is not shown yet.
    fn before(
        &mut self,
        step: &Step,
        sight: &Sight<'_>,
        stance: Option<&Stance>,
        keep: &mut Vec<Keep>,
    ) -> Phase {
        let now = sight.at_ms;
        let Some(stance) = stance else { return Phase::LiningUp(hint(sight.guidance)) };
        if self.step == 0 {
            if sight.guidance != Guidance::Good || !portrait(stance) {
                return Phase::LiningUp(hint(sight.guidance));
            }
            self.shown_at_ms.push(now);
            return self.look(sight, stance, keep);
        }
        let in_front = self.front.as_ref().is_none_or(|front| {
            (front.yaw - stance.yaw).abs() <= FRONT_DEGREES
                && (front.pitch - stance.pitch).abs() <= FRONT_DEGREES
        });
        let waited = self
            .done_at_ms
            .last()
            .is_none_or(|it| now.saturating_sub(*it) >= u32::from(step.after_ms));
        match (waited, in_front) {
            (false, _) => {
                self.keep_between(sight, stance, keep);
                Phase::Waiting
            }
            (true, false) => {
                self.keep_between(sight, stance, keep);
                Phase::LiningUp(Guidance::TurnedAway)
            }
            (true, true) => {
                self.shown_at_ms.push(now);
                // The stance at the prompt: the action must not have begun.
                self.keep(Past { frame: sight.frame, at_ms: now }, Kind::Passing, keep);
                match &step.ask {
                    Ask::Look => Phase::Look,
                    Ask::Colours(_) | Ask::Fades(_) => Phase::Colour(0),
                    Ask::Do(action) => {
                        let front = self.front.clone().unwrap_or_else(|| stance.clone());
                        let mut tracker = Tracker::new(*action, front, now).with_margin();
                        tracker.see(stance, now);
                        self.tracker = Some(tracker);
                        (self.rested, self.full) = (None, None);
                        Phase::Asking(*action)
                    }
                }
            }
        }
    }

    fn look(&mut self, sight: &Sight<'_>, stance: &Stance, keep: &mut Vec<Keep>) -> Phase {
        let apart = self
            .portrait_at_ms
            .is_none_or(|it| sight.at_ms.saturating_sub(it) >= PORTRAIT_APART_MS);
        if sight.guidance != Guidance::Good || !portrait(stance) {
            self.keep_between(sight, stance, keep);
            return Phase::LiningUp(hint(sight.guidance));
        }
        if apart {
            self.front.get_or_insert_with(|| stance.clone());
            self.portrait_at_ms = Some(sight.at_ms);
            self.portraits += 1;
            self.keep(Past { frame: sight.frame, at_ms: sight.at_ms }, Kind::Portrait, keep);
        }
        if self.portraits >= PORTRAITS_LOOK { self.done(sight.at_ms) } else { Phase::Look }
    }

    fn asked(
        &mut self,
        action: Action,
        sight: &Sight<'_>,
        stance: &Stance,
        keep: &mut Vec<Keep>,
    ) -> Phase {
        let now = Past { frame: sight.frame, at_ms: sight.at_ms };
        let Some(tracker) = self.tracker.as_mut() else { return Phase::Asking(action) };
        let before = tracker.state();
        let (extent, state) = tracker.see(stance, sight.at_ms);
        if let Some(surer) = self.surer {
            return self.surer(surer, action, extent, now, keep);
        }
        if tracker.renewed() && self.kept_in_step < KEPT_IN_STEP_MAX {
            self.keep(now, Kind::Passing, keep);
        }
        match (before, extent, state) {
            (State::Full, Extent::Rest, State::Done) => self.keep(now, Kind::Passing, keep),
            (_, Extent::Full, State::Full | State::Done) => {
                let first = self.full.is_none();
                if first && self.kept_in_step < KEPT_IN_STEP_MAX {
                    if let Some(rested) = self.rested.take().filter(|it| self.held(*it)) {
                        self.keep(rested, Kind::Passing, keep);
                    }
                    self.keep(now, Kind::Peak, keep);
                } else if state == State::Done {
                    self.keep(now, Kind::Peak, keep);
                }
                self.full = Some(now);
            }
            (_, Extent::Rest, _) => {
                (self.rested, self.full) = (Some(now), None);
                if self.due(sight.at_ms) {
                    self.keep(now, Kind::Passing, keep);
                }
            }
            (_, Extent::Between | Extent::Full, _) => {
                // Slow, or already begun: the judge must still see that nobody else came.
                if self.due_late(sight.at_ms) {
                    self.keep(now, Kind::Passing, keep);
                }
            }
        }
        if state == State::Done {
            self.surer = Some(Surer { since_ms: now.at_ms, kept_ms: now.at_ms, kept: 0 });
        }
        Phase::Asking(action)
    }

    fn surer(
        &mut self,
        mut surer: Surer,
        action: Action,
        extent: Extent,
        now: Past,
        keep: &mut Vec<Keep>,
    ) -> Phase {
        let (end, kind) = if returns(action) {
            (Extent::Rest, Kind::Passing)
        } else {
            (Extent::Full, Kind::Peak)
        };
        if extent == end && now.at_ms.saturating_sub(surer.kept_ms) >= SURER_APART_MS {
            self.keep(now, kind, keep);
            surer.kept += 1;
            surer.kept_ms = now.at_ms;
        }
        self.surer = Some(surer);
        let late = now.at_ms.saturating_sub(surer.since_ms) >= SURER_MAX_MS;
        if late || surer.kept >= SURER_FRAMES {
            self.done(now.at_ms)
        } else {
            Phase::Asking(action)
        }
    }

    fn colour(
        &mut self,
        colours: usize,
        pace: Pace,
        shown_at: u32,
        sight: &Sight<'_>,
        stance: Option<&Stance>,
        keep: &mut Vec<Keep>,
    ) -> Phase {
        let since = sight.at_ms.saturating_sub(shown_at);
        let each = pace.each_ms();
        let index = usize::try_from(since / each).unwrap_or(usize::MAX);
        if index >= colours {
            return self.done(sight.at_ms);
        }
        let index = u8::try_from(index).unwrap_or(u8::MAX);
        // Two of each colour: numbered through, so that none is kept twice.
        let (first, second) = (index.saturating_mul(2), index.saturating_mul(2).saturating_add(1));
        let nth = match (since % each).checked_sub(pace.stands_from_ms()) {
            Some(COLOUR_SECOND_MS..) => second,
            Some(COLOUR_SETTLE_MS..) => first,
            _ => return Phase::Colour(index),
        };
        if stance.is_some() && self.colours_kept <= nth {
            self.colours_kept = nth + 1;
            let now = Past { frame: sight.frame, at_ms: sight.at_ms };
            self.keep(now, Kind::Colour(index), keep);
        }
        Phase::Colour(index)
    }

    fn done(&mut self, now_ms: u32) -> Phase {
        self.done_at_ms.push(now_ms);
        self.step += 1;
        (self.tracker, self.surer) = (None, None);
        self.kept_in_step = 0;
        if self.step == self.steps.len() { Phase::Done } else { Phase::Waiting }
    }

    /// One portrait per interval if the frame is good enough, else a filler that shows that nobody else came.
    fn keep_between(&mut self, sight: &Sight<'_>, stance: &Stance, keep: &mut Vec<Keep>) {
        if !self.due(sight.at_ms) {
            return;
        }
        let fit = sight.guidance == Guidance::Good
            && portrait(stance)
            && self.portraits < super::PORTRAITS_MAX;
        self.portraits += usize::from(fit);
        let kind = if fit { Kind::Portrait } else { Kind::Passing };
        self.keep(Past { frame: sight.frame, at_ms: sight.at_ms }, kind, keep);
    }

    fn due(&self, now_ms: u32) -> bool {
        self.kept_at_ms.is_none_or(|it| now_ms.saturating_sub(it) >= FILLER_MS)
    }

    fn due_late(&self, now_ms: u32) -> bool {
        self.kept_at_ms.is_none_or(|it| now_ms.saturating_sub(it) >= 2 * FILLER_MS)
    }

    fn held(&self, past: Past) -> bool {
        self.ring.iter().any(|it| it.frame == past.frame)
    }

    /// Only in the pack's order, and no more than fit.
    fn keep(&mut self, past: Past, kind: Kind, keep: &mut Vec<Keep>) {
        let later = self.kept_at_ms.is_none_or(|it| it < past.at_ms);
        if let Ok(step) = u8::try_from(self.step)
            && later
            && self.kept < KEPT_MAX
        {
            self.kept += 1;
            self.kept_in_step += 1;
            self.kept_at_ms = Some(past.at_ms);
            keep.push(Keep { frame: past.frame, at_ms: past.at_ms, step, kind });
        }
    }
}

fn hint(guidance: Guidance) -> Guidance {
    // Well placed for the photo rules, but not for a portrait's gate.
    if guidance == Guidance::Good { Guidance::TurnedAway } else { guidance }
}

/// Whether a face is posed well enough to be matched.
pub fn portrait(stance: &Stance) -> bool {
    stance.yaw.abs() <= PORTRAIT_YAW_MAX
        && stance.pitch.abs() <= PORTRAIT_PITCH_MAX
        && stance.open()
}

const _: () = assert!(COLOUR_SETTLE_MS < COLOUR_SECOND_MS && REACTION_MS < FILLER_MS);

#[cfg(test)]
mod tests {
    use super::super::challenge::Colour;
    use super::super::performance::{Check, FRAME_MS, Person, challenge, check};
    use super::super::synthetic::Head;
    use super::*;

    #[test]
    fn a_plain_check_keeps_about_as_many_frames_as_fit() {
        let colours = vec![Colour::Red, Colour::Blue, Colour::Green, Colour::Yellow];
        let asks = [Ask::Do(Action::Blink), Ask::Do(Action::TurnLeft), Ask::Colours(colours)];
        let check = check(&challenge(&asks), Person::GENUINE);
        assert_eq!(check.phase, Phase::Done);
        let count =
            |wanted: &dyn Fn(Kind) -> bool| check.seen.iter().filter(|it| wanted(it.kind)).count();
        assert_eq!(count(&|it| matches!(it, Kind::Colour(_))), 8, "two of each colour");
        assert!((3..=5).contains(&count(&|it| it == Kind::Portrait)));
        assert!((20..=36).contains(&check.seen.len()), "{}", check.seen.len());
    }

    #[test]
    fn a_prompt_comes_no_sooner_than_drawn_and_the_pack_is_in_order() {
        let Check { challenge, about, seen, .. } =
            check(&challenge(&[Ask::Do(Action::Smile), Ask::Do(Action::Blink)]), Person::GENUINE);
        for (index, step) in challenge.steps.iter().enumerate().skip(1) {
            let waited = about.shown_at_ms[index] - about.done_at_ms[index - 1];
            assert!((700..700 + FRAME_MS).contains(&waited), "{step:?} {waited}");
        }
        assert!(seen.windows(2).all(|it| it[0].at_ms < it[1].at_ms && it[0].step <= it[1].step));
    }

    /// Every sequence of six sights (nobody, two faces, badly placed, well placed, shut, turned): the follower
    /// never keeps a frame without exactly one face or out of order, and returns nothing after its end.
    #[test]
    fn every_short_sequence_keeps_only_frames_of_one_face() {
        let two = {
            let mut two = Head::default().look();
            two.faces.push(two.faces[0]);
            two
        };
        let nobody = Look { faces: Vec::new(), face: None };
        let sights = [
            (nobody, Guidance::NoFace),
            (two, Guidance::SeveralFaces),
            (Head::default().look(), Guidance::TooFar),
            (Head::default().look(), Guidance::Good),
            (Head { eyes_open: 0.02, ..Head::default() }.look(), Guidance::Good),
            (Head::turned(25.0, 0.0).look(), Guidance::TurnedAway),
        ];
        let steps = challenge(&[Ask::Do(Action::Blink)]).steps;
        for code in 0..6_usize.pow(6) {
            let mut follower = Follower::new(steps.clone());
            let (mut code, mut last) = (code, None);
            for turn in 0..6_u32 {
                let kind = code % 6;
                code /= 6;
                let (look, guidance) = &sights[kind];
                // Far enough apart that everything can happen: portraits, prompts, a face away for too long.
                let sight = Sight {
                    frame: turn,
                    at_ms: 800 * turn,
                    look,
                    guidance: *guidance,
                    quality: 0.5,
                    width: 1280.0,
                };
                let ended = follower.phase.ended();
                let progress = follower.see(&sight);
                assert!(!ended || (progress.keep.is_empty() && progress.phase == follower.phase));
                for keep in progress.keep {
                    assert!(last < Some(keep.at_ms));
                    last = Some(keep.at_ms);
                    assert!(keep.frame != turn || kind > 1, "kept a frame without one face");
                    assert!(keep.kind != Kind::Portrait || kind == 3);
                }
            }
            assert_eq!(
                follower.shown_at_ms().len() - follower.done_at_ms().len(),
                usize::from(follower.step < follower.shown_at_ms().len())
            );
        }
    }

    #[test]
    fn leaving_or_doing_nothing_ends_the_challenge() {
        let steps = challenge(&[Ask::Do(Action::Smile)]).steps;
        let mut follower = Follower::new(steps);
        let (there, away) = (Head::default().look(), Look { faces: Vec::new(), face: None });
        let mut see = |at_ms: u32, look: &Look| {
            follower
                .see(&Sight {
                    frame: at_ms / 40,
                    at_ms,
                    look,
                    guidance: Guidance::Good,
                    quality: 0.5,
                    width: 1280.0,
                })
                .phase
        };
        for at in 0..60 {
            see(at * 40, &there);
        }
        assert_eq!(see(2_400, &there), Phase::Asking(Action::Smile));
        assert_eq!(see(3_000, &away), Phase::LiningUp(Guidance::NoFace));
        assert_eq!(see(3_400, &there), Phase::Asking(Action::Smile));
        assert_eq!(see(8_000, &there), Phase::TimedOut);
        assert_eq!(see(8_040, &there), Phase::TimedOut);
        let mut follower = Follower::new(challenge(&[Ask::Do(Action::Smile)]).steps);
        let mut see = |at_ms: u32, look: &Look| {
            follower
                .see(&Sight {
                    frame: at_ms / 40,
                    at_ms,
                    look,
                    guidance: Guidance::Good,
                    quality: 0.5,
                    width: 1280.0,
                })
                .phase
        };
        see(0, &there);
        assert_eq!(see(2_040, &away), Phase::Lost);
    }
}
