//! The photo rules on a picture that a stranger sent (PHM-5).

use senim_core::liveness::FrameFacts;
use senim_core::liveness::facts::facts;
use senim_core::photo::{self, DETECTOR_SIDE, Image, PhotoReport};
use senim_core::problem::Problem;

use super::{DETECTOR_SIDE_FINE, Faces, broken, picture};

/// What a picture is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The photo is the picture as it is.
    Photo,
    /// The photo is what remains when a camera's frame is cut to the head.
    Frame,
}

impl Faces {
    /// Every quantity of the sixteen rules, and which rules failed. A picture without a face has a report as well,
    /// and one that is too small: only what is no picture at all is a problem.
    pub fn report(&self, bytes: &[u8], taken: Taken) -> Result<PhotoReport, Problem> {
        self.report_of(&picture::decode(bytes, picture::PORTRAIT)?, taken)
    }

    /// The same, and what liveness would see in this one picture, however large it is: for trials.
    pub fn examine(&self, bytes: &[u8]) -> Result<(PhotoReport, FrameFacts), Problem> {
        let image = picture::decode(bytes, picture::PORTRAIT)?;
        let facts = facts(self, &image, &mut None).map_err(|it| broken(&it))?;
        Ok((self.report_of(&image, Taken::Photo)?, facts))
    }

    fn report_of(&self, image: &Image, taken: Taken) -> Result<PhotoReport, Problem> {
        let look = |side| photo::look(self, image, side).map_err(|it| broken(&it));
        let coarse = look(DETECTOR_SIDE)?;
        let look = if coarse.faces.is_empty() { look(DETECTOR_SIDE_FINE)? } else { coarse };
        Ok(match taken {
            Taken::Photo => PhotoReport::of(image, &look, self.outline),
            Taken::Frame => PhotoReport::of_frame(image, &look, self.outline),
        })
    }
}
