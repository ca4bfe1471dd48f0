//! Looks at each frame of the camera; the detector, the dearest of the nets, only now and then, and between frames.
//!
//! Between two looks of the detector the face follows its marks: they moved and grew, so did its bounds and its
//! five points. The marks' net looks where the face was in the frame before, which is where it is now but for a
//! thirtieth of a second. While a face is followed nobody waits for the detector: it looks at a frame whose answer is
//! given ([`Tracker::settle`]), and what it finds counts from the next one on.
//!
//! What the marks' net says depends on the bounds that it looks within, a smile by a third. So bounds come from the
//! detector's look as the judge has it, and the faster look only counts faces: else the widget would call done what
//! the judge does not.

use senim_core::photo::{self, Bounds, Close, Face, Image, Landmarks, Look, Marks, Nets, Point};

/// The detector's input where faces are counted. At 192 a face is found from 10 % of the frame's longer side, far
/// below what is near enough.
const COUNTING_SIDE: usize = 192;
/// Frames from one look of the detector to the next: a second face is noticed within 170 ms.
const DETECTED_EVERY: u8 = 4;
/// Of the detector's looks at one face the first are as the judge's, while bounds settle, then each sixth.
const SETTLING: u32 = 4;
const BOUNDED_EVERY: u32 = 6;
/// What a look adds to the bounds that were followed: one alone strays by a twentieth of the face.
const BOUNDED_SHARE: f32 = 0.3;
/// Marks that grew or shrank more than this from one frame to the next have lost the face.
const GROWTH_MAX: f32 = 1.25;
/// Bounds whose middles are farther apart than this share of their width are another face's.
const APART_MAX: f32 = 0.5;

#[derive(Default)]
pub(crate) struct Tracker {
    /// What was seen in the frame before, if it was one face.
    before: Option<Close>,
    /// Frames followed since the detector's last look, and its looks since it found this face.
    since: u8,
    looks: u32,
}

impl Tracker {
    pub(crate) fn look<N: Nets>(&mut self, nets: &N, image: &Image) -> Result<Look, N::Error> {
        if let Some(now) = self.followed(nets, image)? {
            self.since = self.since.saturating_add(1);
            self.before = Some(now.clone());
            return Ok(Look { faces: vec![now.face], face: Some(now) });
        }
        (self.since, self.looks) = (0, 0);
        let look = photo::look(nets, image, photo::DETECTOR_SIDE)?;
        self.before = look.face.clone().filter(|_| look.faces.len() == 1);
        Ok(look)
    }

    /// After the answer to a frame, which is `image`: looks with the detector when it is time to. Where it sees another
    /// face than the one that is followed, or several, or none, the next frame is looked at anew.
    pub(crate) fn settle<N: Nets>(&mut self, nets: &N, image: &Image) -> Result<(), N::Error> {
        if self.since < DETECTED_EVERY {
            return Ok(());
        }
        self.since = 0;
        let Some(mut now) = self.before.take() else { return Ok(()) };
        let bounding = self.looks < SETTLING || self.looks.is_multiple_of(BOUNDED_EVERY);
        let side = if bounding { photo::DETECTOR_SIDE } else { COUNTING_SIDE };
        let faces = photo::detect(nets, image, side)?;
        if let [found] = photo::counted(&faces).as_slice()
            && apart(&now.face, found) <= APART_MAX
        {
            self.looks += 1;
            if bounding {
                now.face = nearer(&now.face, found);
            }
            now.face.score = found.score;
            self.before = Some(now);
        }
        Ok(())
    }

    /// The face that last was seen, or nothing where the detector should look.
    pub(crate) fn face(&self) -> Option<&Face> {
        self.before.as_ref().map(|it| &it.face)
    }

    fn followed<N: Nets>(&self, nets: &N, image: &Image) -> Result<Option<Close>, N::Error> {
        let Some(before) = &self.before else { return Ok(None) };
        let Some(mut now) = photo::close(nets, image, &before.face)? else { return Ok(None) };
        let growth = now.marks.eye_distance() / before.marks.eye_distance();
        // NaN is within nothing.
        if !(1.0 / GROWTH_MAX..=GROWTH_MAX).contains(&growth) {
            return Ok(None);
        }
        now.face = moved(&before.face, &before.marks, &now.marks);
        Ok(Some(now))
    }
}

/// Between the middles of two faces' bounds, in widths of the first.
fn apart(one: &Face, other: &Face) -> f32 {
    one.bounds.centre().to(other.bounds.centre()).length() / one.bounds.width.max(1.0)
}

/// The face that was followed, [`BOUNDED_SHARE`] of the way to where the detector sees it.
fn nearer(followed: &Face, found: &Face) -> Face {
    let mix = |from: f32, to: f32| from + (to - from) * BOUNDED_SHARE;
    let (from, to) = (&followed.bounds, &found.bounds);
    let bounds = Bounds {
        x: mix(from.x, to.x),
        y: mix(from.y, to.y),
        width: mix(from.width, to.width),
        height: mix(from.height, to.height),
    };
    let mut points = followed.landmarks.points();
    for (point, to) in points.iter_mut().zip(found.landmarks.points()) {
        *point = Point { x: mix(point.x, to.x), y: mix(point.y, to.y) };
    }
    Face { bounds, score: found.score, landmarks: Landmarks::from_points(points) }
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

    /// Found in WebKit on 2026-11-28: the widget called a smile done that the judge did not, for its bounds were of a
    /// coarser look; they are to come to where the judge's look has them, and one look alone is not to throw them.
    #[test]
    fn bounds_settle_where_the_detector_sees_the_face() {
        let face = |x: f32, width: f32| Face {
            bounds: Bounds { x, y: 100.0, width, height: width * 1.4 },
            score: 0.9,
            landmarks: Landmarks::from_points([Point { x: x + width / 2.0, y: 150.0 }; 5]),
        };
        let (coarse, found) = (face(200.0, 150.0), face(210.0, 160.0));
        let once = nearer(&coarse, &found);
        assert!((once.bounds.x - 203.0).abs() < 0.01 && (once.bounds.width - 153.0).abs() < 0.01);
        let settled = (0..SETTLING).fold(coarse, |it, _| nearer(&it, &found));
        assert!((settled.bounds.width - found.bounds.width).abs() < 2.5);
        assert!(apart(&coarse, &found) < 0.2);
        assert!(apart(&coarse, &face(320.0, 150.0)) > APART_MAX);
    }
}
