//! Looks at camera frames in the browser's worker and lets core say what the person should change.
//!
//! `worker.js` beside it speaks with the page. One thread, SIMD, no imports but wasm-bindgen's own.

mod detector;

use senim_core::photo::{self, Face, Guidance, Image, Measured};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use detector::Detector;

/// Holds the detector, and the face of the frame before to tell whether it moves.
#[wasm_bindgen]
pub struct Guide {
    detector: Detector,
    before: Option<Face>,
}

/// What the page hears of a frame.
#[derive(Serialize)]
struct Judgement {
    hint: Guidance,
    faces: usize,
    /// x, y, width, height in pixels of the frame.
    #[serde(rename = "box")]
    bounds: Option<[f32; 4]>,
    /// 0–1, to choose frames by.
    quality: f32,
}

#[wasm_bindgen]
impl Guide {
    /// `model` is the folded YuNet as ONNX.
    #[wasm_bindgen(constructor)]
    pub fn new(model: Vec<u8>) -> Result<Guide, JsError> {
        Ok(Self { detector: Detector::load(model)?, before: None })
    }

    /// `rgba` as `ImageData` holds it. Answers `{ hint, faces, box, quality }`.
    pub fn judge(&mut self, rgba: &[u8], width: usize, height: usize) -> Result<JsValue, JsError> {
        let image = Image::from_rgba(width, height, rgba)?;
        let faces = self.detector.faces(&image)?;
        let measured = Measured::of(&image, &faces, self.before.as_ref());
        self.before = photo::counted(&faces).first().copied().copied();
        let judgement = Judgement {
            hint: measured.guidance(),
            faces: measured.faces,
            bounds: self.before.map(|it| {
                let bounds = it.bounds;
                [bounds.x, bounds.y, bounds.width, bounds.height]
            }),
            quality: measured.quality(),
        };
        Ok(serde_wasm_bindgen::to_value(&judgement)?)
    }
}
