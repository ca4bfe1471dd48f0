//! The widget's judgement, in the browser's worker: what a frame shows, what to hint, which frames to keep, the pack.
//!
//! All of it is core's; `worker.js` beside it speaks with the page and carries pictures. One thread, SIMD, no
//! imports but wasm-bindgen's own.

mod net;
mod oval;
mod told;
mod track;

use senim_core::liveness::challenge::{Nonce, Step};
use senim_core::liveness::follow::{Follower, Keep, Sight};
use senim_core::liveness::pack::{About, Frame, Writer};
use senim_core::photo::{self, Face, Guidance, Image, Look, Measured};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use net::Browser;
use oval::Oval;
use told::Told;
use track::Tracker;

/// Follows a person before the camera, and a challenge when there is one.
#[wasm_bindgen]
pub struct Guide {
    nets: Browser,
    tracker: Tracker,
    before: Option<Face>,
    last: Option<Image>,
    repeated: u32,
    polled: bool,
    oval: Option<Oval>,
    check: Option<Check>,
}

/// One challenge under way.
struct Check {
    nonce: Nonce,
    steps: Vec<Step>,
    follower: Follower,
    kept: Vec<(Keep, Vec<u8>)>,
}

/// What of the server's answer the widget needs.
#[derive(Deserialize)]
struct Challenge {
    nonce: Nonce,
    steps: Vec<Step>,
}

#[wasm_bindgen]
impl Guide {
    /// The nets as ONNX.
    #[wasm_bindgen(constructor)]
    pub fn new(detector: Vec<u8>, marks: Vec<u8>, eye: Vec<u8>) -> Result<Guide, JsError> {
        Ok(Self {
            nets: Browser::load(detector, marks, eye)?,
            tracker: Tracker::default(),
            before: None,
            last: None,
            repeated: 0,
            polled: false,
            oval: None,
            check: None,
        })
    }

    /// `challenge` is the server's answer, as JSON.
    pub fn begin(&mut self, challenge: &str) -> Result<(), JsError> {
        let Challenge { nonce, steps } = serde_json::from_str(challenge)?;
        let follower = Follower::new(steps.clone());
        self.check = Some(Check { nonce, steps, follower, kept: Vec::new() });
        Ok(())
    }

    /// Forgets the challenge and the face.
    pub fn reset(&mut self) {
        self.check = None;
        self.tracker = Tracker::default();
        (self.before, self.last, self.repeated) = (None, None, 0);
    }

    /// Whether frames are looked for, where a browser does not tell when there is one: then one may come twice, and
    /// while a challenge is followed it is seen once.
    #[wasm_bindgen(setter)]
    pub fn set_polled(&mut self, polled: bool) {
        self.polled = polled;
    }

    /// Where the page's oval lies in the camera's picture, as shares of it: left, top, width, height. A face is asked
    /// into it until the challenge begins; afterwards actions move it.
    #[wasm_bindgen(setter)]
    pub fn set_oval(&mut self, oval: &[f32]) {
        self.oval = Oval::new(oval);
    }

    /// `rgba` as `ImageData` holds it, of a frame that the camera gave `scale` times as large. Answers a [`Told`], or
    /// null for a frame that was seen before.
    pub fn see(
        &mut self,
        rgba: &[u8],
        width: usize,
        height: usize,
        scale: f32,
        frame: u32,
        at_ms: u32,
    ) -> Result<JsValue, JsError> {
        let image = Image::from_rgba(width, height, rgba)?;
        let again = self.last.as_ref() == Some(&image);
        if again && self.polled && self.check.is_some() {
            return Ok(JsValue::NULL);
        }
        let mut look = self.tracker.look(&self.nets, &image)?;
        if let Some(close) = &mut look.face {
            photo::look_again(&self.nets, &image, close)?;
        }
        let mut measured = Measured::of_look(&image, &look, self.before.as_ref());
        if let Some(face) = &mut measured.face {
            // The one quantity that counts the camera's pixels.
            face.eyes_px *= scale;
        }
        let mut guidance = measured.guidance();
        if let (None, Some(oval), [face]) = (&self.check, &self.oval, look.faces.as_slice()) {
            guidance = oval.hint(guidance, &face.bounds, &image);
        }
        self.before = self.tracker.face().copied().or_else(|| look.faces.first().copied());
        if again && !self.polled {
            self.repeated += 1;
        }
        let told = self.told(&look, guidance, measured.quality(), width, frame, at_ms);
        self.last = Some(image);
        Ok(serde_wasm_bindgen::to_value(&told)?)
    }

    /// After the answer to [`Guide::see`] is on its way, before the next frame: what nobody has to wait for.
    pub fn settle(&mut self) -> Result<(), JsError> {
        let Some(image) = &self.last else { return Ok(()) };
        Ok(self.tracker.settle(&self.nets, image)?)
    }

    /// A frame that [`Guide::see`] said to keep, as JPEG; in the order in which it said so.
    pub fn keep(&mut self, index: usize, jpeg: Vec<u8>) -> Result<(), JsError> {
        let check = self.check.as_mut().ok_or_else(nothing_open)?;
        let place = check.kept.get_mut(index).ok_or_else(|| JsError::new("no such frame"))?;
        place.1 = jpeg;
        Ok(())
    }

    /// The pack to send. `about` is core's `About` as JSON, without what is known here.
    pub fn finish(&mut self, about: &str) -> Result<Vec<u8>, JsError> {
        let check = self.check.as_ref().ok_or_else(nothing_open)?;
        let mut about: About = serde_json::from_str(about)?;
        env!("CARGO_PKG_VERSION").clone_into(&mut about.widget);
        about.shown_at_ms = check.follower.shown_at_ms().to_vec();
        about.done_at_ms = check.follower.done_at_ms().to_vec();
        about.camera.repeated = self.repeated;
        let mut writer = Writer::new(&check.nonce, &about);
        for (keep, jpeg) in &check.kept {
            let &Keep { step, at_ms, kind, .. } = keep;
            writer.push(&Frame { step, at_ms, kind, jpeg });
        }
        Ok(writer.finish())
    }
}

impl Guide {
    fn told(
        &mut self,
        look: &Look,
        guidance: Guidance,
        quality: f32,
        width: usize,
        frame: u32,
        at_ms: u32,
    ) -> Told {
        let told = Told::new(look, guidance, quality);
        let Some(check) = &mut self.check else { return told };
        let width = f32::from(u16::try_from(width).unwrap_or(u16::MAX));
        let sight = Sight { frame, at_ms, look, guidance, quality, width };
        let progress = check.follower.see(&sight);
        let first = check.kept.len();
        check.kept.extend(progress.keep.iter().map(|it| (*it, Vec::new())));
        told.with(&progress, &check.steps, first)
    }
}

fn nothing_open() -> JsError {
    JsError::new("no challenge has begun")
}
