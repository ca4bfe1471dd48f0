//! Whether a face is in the oval that the page draws over the camera's picture.
//!
//! Core asks for a face within the frame only: it knows no page. A client sees the oval, and what is called good has to
//! be what they see.

use senim_core::photo::{Bounds, Guidance, Image, Point};

/// How far the face's middle may be from the oval's, as a share of the oval's width and height.
const OFF_MAX: f32 = 0.25;

/// Shares of the camera's picture.
#[derive(Debug, PartialEq)]
pub(crate) struct Oval(Bounds);

impl Oval {
    /// Left, top, width, height. Nothing of a page that shows none, or shows it where no picture is.
    pub(crate) fn new(it: &[f32]) -> Option<Self> {
        let &[x, y, width, height] = it else { return None };
        // NaN is greater than nothing.
        let drawn = width > 0.0 && height > 0.0 && x.is_finite() && y.is_finite();
        drawn.then_some(Self(Bounds { x, y, width, height }))
    }

    /// `guidance`, unless the face is beside the oval and there is nothing more pressing.
    pub(crate) fn hint(&self, guidance: Guidance, face: &Bounds, image: &Image) -> Guidance {
        match guidance {
            Guidance::NoFace
            | Guidance::SeveralFaces
            | Guidance::TooDark
            | Guidance::TooBright
            | Guidance::TooFar
            | Guidance::TooClose
            | Guidance::OffCentre => guidance,
            Guidance::RemoveGlasses
            | Guidance::TurnedAway
            | Guidance::LightFromFront
            | Guidance::OpenEyes
            | Guidance::LookHere
            | Guidance::HoldStill
            | Guidance::Good => {
                if self.off(face.centre(), image) <= OFF_MAX {
                    guidance
                } else {
                    Guidance::OffCentre
                }
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "pixels of a camera")]
    fn off(&self, face: Point, image: &Image) -> f32 {
        let middle = self.0.centre();
        let across = (face.x / image.width() as f32 - middle.x).abs() / self.0.width;
        let down = (face.y / image.height() as f32 - middle.y).abs() / self.0.height;
        across.max(down)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A laptop's picture in a window of 4:3: the oval of view.js is a third of it wide.
    const LAPTOP: [f32; 4] = [0.331, 0.08, 0.338, 0.813];

    fn at(x: f32, y: f32) -> Bounds {
        Bounds { x: x - 100.0, y: y - 130.0, width: 200.0, height: 260.0 }
    }

    #[test]
    fn a_face_beside_the_oval_is_not_good() {
        let (oval, image) =
            (Oval::new(&LAPTOP).unwrap(), Image::new(640, 360, vec![0; 691_200]).unwrap());
        let hint = |face: Bounds| oval.hint(Guidance::Good, &face, &image);
        assert_eq!(hint(at(320.0, 175.0)), Guidance::Good);
        // A quarter of its width is 54 pixels, a quarter of its height 73.
        assert_eq!(hint(at(320.0 + 53.0, 175.0)), Guidance::Good);
        assert_eq!(hint(at(320.0 - 55.0, 175.0)), Guidance::OffCentre);
        assert_eq!(hint(at(320.0, 175.0 + 75.0)), Guidance::OffCentre);
        // The genuine clip's face, as it was accepted until 2026-11-28.
        assert_eq!(hint(at(450.0, 175.0)), Guidance::OffCentre);
    }

    #[test]
    fn what_is_more_pressing_is_said_first() {
        let (oval, image) =
            (Oval::new(&LAPTOP).unwrap(), Image::new(640, 360, vec![0; 691_200]).unwrap());
        let hint = |guidance| oval.hint(guidance, &at(450.0, 175.0), &image);
        for pressing in &Guidance::ALL[..6] {
            assert_eq!(hint(*pressing), *pressing);
        }
        for later in &Guidance::ALL[6..] {
            assert_eq!(hint(*later), Guidance::OffCentre);
        }
    }

    #[test]
    fn a_page_that_draws_no_oval_asks_for_none() {
        for none in [
            &[][..],
            &LAPTOP[..3],
            &[0.0, 0.0, 0.0, 0.0],
            &[0.3, 0.1, f32::NAN, 0.8],
            &[f32::NAN, 0.1, 0.3, 0.8],
        ] {
            assert_eq!(Oval::new(none), None, "{none:?}");
        }
    }
}
