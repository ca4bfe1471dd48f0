//! Looks at each frame of the camera; the detector, the dearest of the nets, only now and then.
//!
//! Between two looks of the detector the face follows its marks: they moved and grew, so did its bounds and its
//! five points. The marks' net looks where the face was in the frame before, which is where it is now but for a
//! thirtieth of a second.

use senim_core::photo::{self, Bounds, Close, Face, Image, Landmarks, Look, Marks, Nets, Point};

/// The detector's input. At 192 a face is found from 10 % of the frame's longer side, far below what is near enough.
const DETECTOR_SIDE: usize = 192;
/// Frames from one look of the detector to the next: a second face is noticed within 150 ms.
const DETECTED_EVERY: u8 = 4;
/// Marks that grew or shrank more than this from one frame to the next have lost the face.
const GROWTH_MAX: f32 = 1.25;

#[derive(Default)]
pub(crate) struct Tracker {
    /// What was seen in the frame before, if it was one face.
    before: Option<Close>,
    since: u8,
}

impl Tracker {
    pub(crate) fn look<N: Nets>(&mut self, nets: &N, image: &Image) -> Result<Look, N::Error> {
        if let Some(look) = self.followed(nets, image)? {
            self.since += 1;
            self.before.clone_from(&look.face);
            return Ok(look);
        }
        self.since = 0;
        let look = photo::look(nets, image, DETECTOR_SIDE)?;
        self.before = look.face.clone().filter(|_| look.faces.len() == 1);
        Ok(look)
    }

    /// The face that last was seen, or nothing where the detector should look.
    pub(crate) fn face(&self) -> Option<&Face> {
        self.before.as_ref().map(|it| &it.face)
    }

    fn followed<N: Nets>(&self, nets: &N, image: &Image) -> Result<Option<Look>, N::Error> {
        let Some(before) = self.before.as_ref().filter(|_| self.since + 1 < DETECTED_EVERY) else {
            return Ok(None);
        };
        let Some(mut now) = photo::close(nets, image, &before.face)? else { return Ok(None) };
        let growth = now.marks.eye_distance() / before.marks.eye_distance();
        // NaN is within nothing.
        if !(1.0 / GROWTH_MAX..=GROWTH_MAX).contains(&growth) {
            return Ok(None);
        }
        now.face = moved(&before.face, &before.marks, &now.marks);
        Ok(Some(Look { faces: vec![now.face], face: Some(now) }))
    }
}

/// The face after its marks have moved.
fn moved(face: &Face, before: &Marks, now: &Marks) -> Face {
    let (was, is) = (extent(before), extent(now));
    let grown = (is.width / was.width).midpoint(is.height / was.height);
    let (from, to) = (was.centre(), is.centre());
    let centre = face.bounds.centre();
    let centre =
        Point { x: to.x + (centre.x - from.x) * grown, y: to.y + (centre.y - from.y) * grown };
    let (width, height) = (face.bounds.width * grown, face.bounds.height * grown);
    let bounds = Bounds { x: centre.x - width / 2.0, y: centre.y - height / 2.0, width, height };
    let (was, is) = (five(before), five(now));
    let mut points = face.landmarks.points();
    for (point, (was, is)) in points.iter_mut().zip(was.into_iter().zip(is)) {
        let off = was.to(*point);
        *point = Point { x: is.x + off.x * grown, y: is.y + off.y * grown };
    }
    Face { bounds, score: face.score, landmarks: Landmarks::from_points(points) }
}

/// The marks that lie next to the detector's five points.
fn five(marks: &Marks) -> [Point; 5] {
    let points = marks.points();
    [marks.eye_centre(0), marks.eye_centre(1), points[30], points[48], points[54]]
}

fn extent(marks: &Marks) -> Bounds {
    let mut bounds = Bounds { x: f32::MAX, y: f32::MAX, width: 0.0, height: 0.0 };
    let (mut right, mut bottom) = (f32::MIN, f32::MIN);
    for point in marks.points() {
        bounds.x = bounds.x.min(point.x);
        bounds.y = bounds.y.min(point.y);
        right = right.max(point.x);
        bottom = bottom.max(point.y);
    }
    bounds.width = (right - bounds.x).max(1.0);
    bounds.height = (bottom - bounds.y).max(1.0);
    bounds
}

#[cfg(test)]
mod tests {
    use senim_core::photo::Pose;

    use super::*;

    #[test]
    fn a_face_moves_and_grows_with_its_marks() {
        let pose = Pose::default();
        let before = pose.head(Point { x: 300.0, y: 200.0 }, 60.0);
        let now = pose.head(Point { x: 320.0, y: 210.0 }, 66.0);
        let face = Face {
            bounds: Bounds { x: 220.0, y: 130.0, width: 160.0, height: 210.0 },
            score: 0.9,
            landmarks: Landmarks::from_points(five(&before)),
        };
        let moved = moved(&face, &before, &now);
        assert!(
            (moved.bounds.width - 176.0).abs() < 0.1 && (moved.bounds.height - 231.0).abs() < 0.1
        );
        for (point, mark) in moved.landmarks.points().into_iter().zip(five(&now)) {
            assert!(point.to(mark).length() < 0.01);
        }
    }

    #[test]
    fn a_face_whose_marks_stay_stays() {
        let marks = Pose { yaw: 15.0, ..Pose::default() }.head(Point { x: 300.0, y: 200.0 }, 60.0);
        let face = Face {
            bounds: Bounds { x: 210.0, y: 140.0, width: 150.0, height: 190.0 },
            score: 0.9,
            landmarks: Landmarks::from_points([Point { x: 280.0, y: 205.0 }; 5]),
        };
        let stayed = moved(&face, &marks, &marks);
        assert!((stayed.bounds.x - face.bounds.x).abs() < 0.01);
        assert!(stayed.landmarks.nose.to(face.landmarks.nose).length() < 0.01);
    }
}
