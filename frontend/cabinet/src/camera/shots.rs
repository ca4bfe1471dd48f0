//! Frames drawn on a canvas and packed as JPEG, so that a series stays under its limit.

use js_sys::Promise;
use senim_kit::browser::document;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement};

use super::Camera;

/// BIO-2 allows 5 MB; the form around the pictures takes a little of it.
const BYTES_MAX: u32 = 4_900_000;
const SIDE_MAX: u32 = 1280;
/// Tried in turn until a picture fits its share.
const QUALITIES: [f64; 5] = [0.9, 0.82, 0.7, 0.55, 0.4];

pub(crate) struct Shots {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    share: f64,
}

impl Shots {
    /// For a series of this many pictures.
    pub(crate) fn new(count: usize) -> Option<Self> {
        let canvas = document().create_element("canvas").ok()?;
        let canvas = canvas.dyn_into::<HtmlCanvasElement>().ok()?;
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let share = f64::from(BYTES_MAX) / f64::from(u32::try_from(count.max(1)).ok()?);
        Some(Self { canvas, context, share })
    }

    /// Holds what the camera sees now, for the worker to judge and for [`Shots::pack`].
    pub(crate) fn hold(&self, camera: &Camera) -> Option<&HtmlCanvasElement> {
        let (width, height) = fitted(camera.size());
        if (self.canvas.width(), self.canvas.height()) != (width, height) {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
        self.context
            .draw_image_with_html_video_element_and_dw_and_dh(
                camera.video(),
                0.0,
                0.0,
                f64::from(width),
                f64::from(height),
            )
            .ok()?;
        Some(&self.canvas)
    }

    pub(crate) async fn pack(&self) -> Option<Blob> {
        for quality in QUALITIES {
            let picture = self.encoded(quality).await?;
            if picture.size() <= self.share {
                return Some(picture);
            }
        }
        None
    }

    async fn encoded(&self, quality: f64) -> Option<Blob> {
        let promise = Promise::new(&mut |resolve, _| {
            let onblob = Closure::once_into_js(move |blob: JsValue| {
                let _ = resolve.call1(&JsValue::NULL, &blob);
            });
            let _ = self.canvas.to_blob_with_type_and_encoder_options(
                onblob.unchecked_ref(),
                "image/jpeg",
                &quality.into(),
            );
        });
        JsFuture::from(promise).await.ok()?.dyn_into().ok()
    }
}

/// The same shape with no side above [`SIDE_MAX`].
fn fitted((width, height): (u32, u32)) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= SIDE_MAX {
        return (width, height);
    }
    (width * SIDE_MAX / longest, height * SIDE_MAX / longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_frame_shrinks_in_its_own_shape() {
        assert_eq!(fitted((1280, 720)), (1280, 720));
        assert_eq!(fitted((1920, 1080)), (1280, 720));
        assert_eq!(fitted((1080, 1920)), (720, 1280));
    }
}
