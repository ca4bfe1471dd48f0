//! How a presentation of each species is made.

use image::RgbImage;
use senim_core::liveness::challenge::{Action, Ask, Challenge, Wishes};
use senim_core::liveness::pack::{Kind, Pack, Writer};
use senim_core::photo::Nets;

use super::face::{self, Portrait};
use super::medium::{Print, Screen, lit, lit_head};
use super::mesh::{Bend, anchored, posed};
use super::pixels::{self, Film};
use super::rng::Rng;
use super::workshop::{EASY, Presentation, Workshop, WorkshopError, before_a_wall, draw, marked};
use crate::actor::{self, Actor, ActorError, MAN, Mien, SCREEN, Script, Shot};

pub(super) struct Making<'a, N> {
    pub(super) workshop: &'a Workshop,
    pub(super) nets: &'a N,
    pub(super) challenge: Challenge,
    pub(super) index: u32,
    pub(super) rng: Rng,
}

impl<'a, N: Nets> Making<'a, N> {
    fn actor(&self) -> &'a Actor {
        // Three in four the woman: she can blink.
        &self.workshop.actors[usize::from(self.index % 4 == 3)]
    }

    /// Any of the victims.
    fn victim(&mut self) -> &'a Portrait {
        let count = u32::try_from(self.workshop.stills.len()).unwrap_or(1);
        &self.workshop.stills[self.rng.below(count) as usize].0
    }

    fn script(&mut self, actor: &Actor) -> Script {
        actor::script(&actor.takes, &self.challenge, &mut self.rng)
    }

    fn filmed(
        mut self,
        script: &Script,
        how: impl Into<String>,
        mut scene: impl FnMut(&mut Self, &Shot) -> Result<RgbImage, WorkshopError>,
    ) -> Result<Presentation, WorkshopError> {
        let film = Film::genuine(&mut self.rng);
        let mut frames = Vec::with_capacity(script.shots.len());
        for shot in &script.shots {
            let scene = scene(&mut self, shot)?;
            frames.push(film.shoot(&scene, shot.at_ms, shot.size(), &mut self.rng));
        }
        let jpegs = pixels::jpegs(&frames, &mut self.rng)?;
        let pack = actor::pack(&self.challenge, script, &jpegs);
        Ok(Presentation { challenge: self.challenge, pack, earlier: Vec::new(), how: how.into() })
    }

    /// A printed portrait, held and tilted as the challenge asks.
    pub(super) fn print(mut self) -> Result<Presentation, WorkshopError> {
        let (victim, actor) = (self.victim(), self.actor());
        let (print, script) = (Print::new(&mut self.rng), self.script(actor));
        self.filmed(&script, "a printed portrait", |_, shot| {
            let mut shown = print.show(&victim.picture, shot.at_ms, &shot.pose);
            reflect(&mut shown, victim, shot);
            Ok(shown)
        })
    }

    /// A display with recordings of the victim for what is asked, or with a puppet where there is none.
    pub(super) fn screen(mut self) -> Result<Presentation, WorkshopError> {
        let actor = self.actor();
        let (screen, script) = (Screen::new(&mut self.rng), self.script(actor));
        let puppet = self.index % 2 == 1;
        let victim = if puppet { self.victim() } else { self.still_of(actor) };
        let how = if puppet { "a puppet on a display" } else { "recordings on a display" };
        self.filmed(&script, how, |_, shot| {
            let scene = acted(actor, victim, shot, puppet)?;
            let mut shown = screen.show(&scene, shot.at_ms, &shot.pose);
            reflect(&mut shown, victim, shot);
            Ok(shown)
        })
    }

    /// A mask of paper, eyes and mouth cut out, before a living face.
    pub(super) fn cut_out(mut self) -> Result<Presentation, WorkshopError> {
        let actor = self.actor();
        let (print, script) = (Print::new(&mut self.rng), self.script(actor));
        let victim = self.other_than(actor);
        let mut paper = victim.clone();
        // The paper's own look, straight on; it is then moved with the head.
        paper.picture = print.ink(&victim.picture);
        let own = self.still_of(actor);
        self.filmed(&script, "a paper mask with holes", |making, shot| {
            let face = making.marked_shot(actor, own, shot)?;
            let worn = face::cut_out(&paper.picture, &paper, &face);
            let mut shown = print.carried(&worn, shot.at_ms, &shot.pose);
            reflect(&mut shown, &paper, shot);
            Ok(shown)
        })
    }

    /// A still made to do what is asked, straight into the page.
    pub(super) fn puppet(mut self) -> Result<Presentation, WorkshopError> {
        let (victim, actor) = (self.victim(), self.actor());
        let script = self.script(actor);
        self.filmed(&script, "a still bent in three dimensions", |_, shot| {
            let mut shown = bent(victim, &lively(shot));
            shine(&mut shown, victim, shot);
            Ok(shown)
        })
    }

    /// The victim's face on another's living head.
    pub(super) fn face_swap(mut self) -> Result<Presentation, WorkshopError> {
        let actor = self.actor();
        let (victim, script) = (self.other_than(actor), self.script(actor));
        let own = self.still_of(actor);
        let melt = self.rng.between(0.05, 0.35);
        self.filmed(&script, "a face pasted on another's", |making, shot| {
            let wearer = making.marked_shot(actor, own, shot)?;
            let mut shown = face::swapped(victim, &wearer, melt);
            shine(&mut shown, &wearer, shot);
            Ok(shown)
        })
    }

    /// One still, moved and grained anew in every frame.
    pub(super) fn still(mut self) -> Result<Presentation, WorkshopError> {
        let (victim, actor) = (self.victim(), self.actor());
        let script = self.script(actor);
        self.filmed(&script, "one still with fresh noise", |_, shot| {
            let mut shown = victim.picture.clone();
            shine(&mut shown, victim, shot);
            Ok(shown)
        })
    }

    /// A recording of some session, round and round, whatever is asked: from its beginning, frame for frame at the
    /// moments of this session, or from anywhere.
    pub(super) fn looped(mut self) -> Result<Presentation, WorkshopError> {
        let actor = &self.workshop.actors[0];
        let script = self.script(actor);
        let other = draw(EASY, &mut self.rng);
        let recorded = actor::script(&actor.takes, &other, &mut self.rng).shots;
        let screen = self.rng.between(SCREEN.0, SCREEN.1);
        let length = u32::try_from(recorded.len()).unwrap_or(1);
        let start = if self.index.is_multiple_of(2) { 0 } else { self.rng.below(length) };
        let how = ["a recording of another session", "the same, begun anywhere"];
        let mut film = recorded.iter().cycle().skip(start as usize);
        self.filmed(&script, how[usize::from(start > 0)], |_, shot| {
            Ok(actor.scene(film.next().unwrap_or(shot), screen)?)
        })
    }

    /// Living actions, but the light of other colours than the page shows, or none.
    pub(super) fn colour_order(mut self) -> Result<Presentation, WorkshopError> {
        let actor = &self.workshop.actors[0];
        let (script, own) = (self.script(actor), self.still_of(actor));
        let asked = colours_of(&self.challenge);
        let (kind, strength) = (self.index % 3, self.rng.between(0.10, 0.35));
        let how = ["a screen's colours one late", "no colours", "another challenge's colours"];
        let other = draw(Wishes { no_flashing: self.index % 2 == 1, ..EASY }, &mut self.rng);
        self.filmed(&script, how[kind as usize], |_, shot| {
            let mut scene = actor.frame(shot.source)?;
            if let Kind::Colour(nth) = shot.kind {
                let nth = usize::from(nth);
                let light = match kind {
                    0 => asked[(nth + asked.len() - 1) % asked.len()],
                    1 => return Ok(scene),
                    _ => colours_of(&other).get(nth).copied().unwrap_or([0; 3]),
                };
                // By chance another challenge has the same colour here; then it is no attack.
                let light = if light == asked[nth] { light.map(|it| 255 - it) } else { light };
                lit_head(&mut scene, own.head(), light, strength * 160.0 / 255.0);
            }
            Ok(scene)
        })
    }

    /// The right actions at the wrong moments.
    pub(super) fn shifted(mut self) -> Result<Presentation, WorkshopError> {
        let actor = &self.workshop.actors[0];
        let kind = self.index % 3;
        let how = [
            "each action before its prompt",
            "other actions than asked",
            "actions after their time",
        ];
        let mut script = self.script(actor);
        match kind {
            0 => {
                for (index, shown) in script.about.shown_at_ms.iter_mut().enumerate().skip(1) {
                    *shown = script.about.done_at_ms[index].saturating_sub(60);
                }
            }
            1 => {
                let mut other = self.challenge.clone();
                for step in &mut other.steps {
                    match step.ask {
                        Ask::Do(Action::Blink) => step.ask = Ask::Do(Action::Smile),
                        Ask::Do(Action::Smile) => step.ask = Ask::Do(Action::Blink),
                        Ask::Do(_) | Ask::Look | Ask::Colours(_) | Ask::Fades(_) => {}
                    }
                }
                script = actor::script(&actor.takes, &other, &mut self.rng);
            }
            _ => {
                // From the first action on everything is later by more than there is time.
                let late = 6_500;
                for shot in script.shots.iter_mut().filter(|it| it.step > 0) {
                    shot.at_ms += late * u32::from(shot.step);
                }
                for (index, done) in (0_u32..).zip(&mut script.about.done_at_ms) {
                    *done += late * index;
                }
                for (index, shown) in (0_u32..).zip(&mut script.about.shown_at_ms).skip(1) {
                    *shown += late * (index - 1);
                }
            }
        }
        let screen = self.rng.between(SCREEN.0, SCREEN.1);
        self.filmed(&script, how[kind as usize], |_, shot| Ok(actor.scene(shot, screen)?))
    }

    /// Frames of an earlier session under the new challenge's nonce, or the earlier pack as it was.
    pub(super) fn resent(mut self) -> Result<Presentation, WorkshopError> {
        let actor = &self.workshop.actors[0];
        let kind = self.index % 3;
        // The attacker waits for the same asks as before, or takes the frames as they are.
        let mut old = draw(EASY, &mut self.rng);
        if kind == 1 {
            old.steps.clone_from(&self.challenge.steps);
        }
        let earlier = actor.perform(&old, self.rng.roll())?;
        let read = Pack::read_any(&earlier).map_err(|it| WorkshopError::Net(it.to_string()))?;
        let pack = if kind == 0 {
            earlier.clone()
        } else {
            let mut writer = Writer::new(&self.challenge.nonce, &read.about);
            for frame in &read.frames {
                writer.push(frame);
            }
            writer.finish()
        };
        let how =
            ["an earlier pack", "earlier frames, the same asks", "earlier frames, other asks"];
        let how = how[kind as usize].to_owned();
        Ok(Presentation { challenge: self.challenge, pack, earlier: vec![earlier], how })
    }

    /// A picture of a real attack, as if the camera had seen it for the whole session.
    pub(super) fn real(mut self) -> Result<Presentation, WorkshopError> {
        let paths = &self.workshop.real;
        let nothing = || WorkshopError::NoFace("no folder of real attacks".to_owned());
        let path = paths.get(self.index as usize % paths.len().max(1)).ok_or_else(nothing)?;
        let picture =
            image::open(path).map_err(|_| ActorError::NotAPicture(path.clone()))?.into_rgb8();
        let scene = before_a_wall(&picture);
        let script = self.script(&self.workshop.actors[0]);
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned());
        self.filmed(&script, name.unwrap_or_default(), |_, _| Ok(scene.clone()))
    }

    fn still_of(&self, actor: &Actor) -> &'a Portrait {
        let index = usize::from(actor.takes.folder == MAN.folder);
        &self.workshop.stills[index].0
    }

    /// A victim who is not the living person.
    fn other_than(&mut self, actor: &Actor) -> &'a Portrait {
        let index = usize::from(actor.takes.folder == MAN.folder);
        let others: Vec<&(Portrait, Option<usize>)> =
            self.workshop.stills.iter().filter(|it| it.1 != Some(index)).collect();
        &others[self.rng.below(u32::try_from(others.len()).unwrap_or(1)) as usize].0
    }

    /// The attacker's own living face: recorded, or moved where no recording shows the move.
    fn marked_shot(
        &self,
        actor: &Actor,
        own: &Portrait,
        shot: &Shot,
    ) -> Result<Portrait, WorkshopError> {
        let pose = shot.pose;
        if pose.turn != 0.0 || pose.nod != 0.0 || pose.closer > 0.0 {
            let marks = posed(&own.marks, &pose);
            return Ok(Portrait { picture: bent(own, &pose), marks });
        }
        marked(self.nets, actor.frame(shot.source)?, actor.takes.folder)
    }
}

/// The recording's frame where it shows the action, else the still made to do it.
fn acted(
    actor: &Actor,
    still: &Portrait,
    shot: &Shot,
    puppet: bool,
) -> Result<RgbImage, WorkshopError> {
    let pose = shot.pose;
    let beyond = pose.turn != 0.0 || pose.nod != 0.0;
    if puppet || beyond { Ok(bent(still, &lively(shot))) } else { Ok(actor.frame(shot.source)?) }
}

fn colours_of(challenge: &Challenge) -> Vec<[u8; 3]> {
    let colours = challenge.steps.iter().filter_map(|it| it.ask.colours());
    colours.flat_map(|it| it.0).map(|it| it.rgb()).collect()
}

/// Nobody is quite still: a breath's worth of movement in every frame.
fn lively(shot: &Shot) -> Mien {
    let seconds = Rng::share(shot.at_ms, 1_000);
    Mien {
        turn: shot.pose.turn + 0.05 * (seconds * 1.1).sin(),
        nod: shot.pose.nod + 0.05 * (seconds * 0.7).cos(),
        ..shot.pose
    }
}

fn bent(still: &Portrait, mien: &Mien) -> RgbImage {
    let to = posed(&still.marks, mien);
    let (width, height) = (still.picture.width(), still.picture.height());
    Bend::new(width, height, &anchored(width, height, &to, &still.marks)).apply(&still.picture)
}

/// The page's light falls on the head of who wears another's face; who draws a face draws its light like that.
fn shine(shown: &mut RgbImage, face: &Portrait, shot: &Shot) {
    if let Some(light) = shot.pose.light {
        lit_head(shown, face.head(), light, 0.09);
    }
}

/// The page's light falls on paper and displays too, on paper as on skin.
fn reflect(shown: &mut RgbImage, face: &Portrait, shot: &Shot) {
    if let Some(light) = shot.pose.light {
        lit(shown, face.disc(), light, 0.09);
    }
}
