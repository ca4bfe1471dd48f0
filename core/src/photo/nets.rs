//! The trained nets behind one trait, independent of the runtime: numbers in, numbers out.
//!
//! Browser and host run the same nets with different runtimes and in the same order, through [`look`], so
//! that an image gives the same measurements in both.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::{Canvas, Face, Heads, Image, Marks, Pose, STRIDES, counted, faces, mirrored};

/// The purpose of a net; the runtime maps it to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Net {
    /// `YuNet`: 1×3×H×W, planes of blue, green, red, 0–255; H and W multiples of 32.
    Detector,
    /// `fr_landmark`: 1×1×64×64 grey, 0–1, to 136 numbers.
    Marks,
    /// `fr_eye`: 1×1×24×24 grey, 0–1, to closed and open.
    Eye,
    /// `fr_liveness`: 1×3×128×128, planes of blue, green, red, 0–255, to live and two kinds of attack.
    Passive,
    /// `SFace`: 1×3×112×112, planes of red, green, blue, 0–255, aligned, to 128 numbers.
    Recogniser,
}

impl Net {
    pub const ALL: [Self; 5] =
        [Self::Detector, Self::Marks, Self::Eye, Self::Passive, Self::Recogniser];

    /// In configuration, evidence and the judge's world.
    pub fn name(self) -> &'static str {
        match self {
            Self::Detector => "detector",
            Self::Marks => "marks",
            Self::Eye => "eye",
            Self::Passive => "passive",
            Self::Recogniser => "recogniser",
        }
    }
}

/// Outputs by their names.
pub type Answer = BTreeMap<String, Vec<f32>>;

/// Runs nets on the caller's thread.
pub trait Nets {
    type Error: std::fmt::Display;

    /// `shape` is one picture, its planes, rows and columns.
    fn run(&self, net: Net, input: &[f32], shape: [usize; 4]) -> Result<Answer, Self::Error>;
}

/// The longer side to which an image is shrunk for face detection.
pub const DETECTOR_SIDE: usize = 320;

/// The nets' output for one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// The faces that count, the largest first.
    pub faces: Vec<Face>,
    /// Details of the largest one.
    pub face: Option<Close>,
}

/// Details of one face.
#[derive(Clone, Debug, PartialEq)]
pub struct Close {
    pub face: Face,
    pub marks: Marks,
    pub pose: Pose,
    /// The certainty that each eye is open, 0–1: left and right as the viewer sees them.
    pub eyes_open: [f32; 2],
}

/// Detects faces, and measures the largest one.
pub fn look<N: Nets>(nets: &N, image: &Image, side: usize) -> Result<Look, N::Error> {
    let faces = detect(nets, image, side)?;
    let faces: Vec<Face> = counted(&faces).into_iter().copied().collect();
    let face = match faces.first() {
        Some(face) => close(nets, image, face)?,
        None => None,
    };
    Ok(Look { faces, face })
}

/// Every detected face, the most certain first.
pub fn detect<N: Nets>(nets: &N, image: &Image, side: usize) -> Result<Vec<Face>, N::Error> {
    Detector::new(nets, image).faces(side)
}

/// Detects faces in one image at several sizes, and mirrored; shares the common work.
pub struct Detector<'a, N> {
    nets: &'a N,
    image: &'a Image,
    half: OnceCell<Image>,
    /// By the longer side.
    inputs: BTreeMap<usize, (Canvas, Vec<f32>)>,
}

impl<'a, N: Nets> Detector<'a, N> {
    pub fn new(nets: &'a N, image: &'a Image) -> Self {
        Self { nets, image, half: OnceCell::new(), inputs: BTreeMap::new() }
    }

    /// Every face detected with the image's longer side at `side`, the most certain first.
    pub fn faces(&mut self, side: usize) -> Result<Vec<Face>, N::Error> {
        let nets = self.nets;
        let (canvas, input) = self.input(side);
        answered(nets, canvas, input)
    }

    /// The same on the mirrored image, in pixels of the original: a second estimate of the points.
    pub fn faces_mirrored(&mut self, side: usize) -> Result<Vec<Face>, N::Error> {
        let nets = self.nets;
        let (canvas, input) = self.input(side);
        let found = answered(nets, canvas, &mirrored(input, canvas.width))?;
        Ok(found.iter().map(|face| canvas.unmirrored(face)).collect())
    }

    fn input(&mut self, side: usize) -> &(Canvas, Vec<f32>) {
        self.inputs.entry(side).or_insert_with(|| {
            let canvas = Canvas::fitting(self.image, side);
            (canvas, canvas.input_by(&self.half, self.image))
        })
    }
}

fn answered<N: Nets>(nets: &N, canvas: &Canvas, input: &[f32]) -> Result<Vec<Face>, N::Error> {
    let answer = nets.run(Net::Detector, input, canvas.shape())?;
    // A missing output means no face; the runtimes' tests check that none is missing.
    let named = |part: &str, stride: usize| {
        answer.get(&format!("{part}_{stride}")).map_or(&[][..], Vec::as_slice)
    };
    let heads = STRIDES.map(|stride| Heads {
        class: named("cls", stride),
        object: named("obj", stride),
        bounds: named("bbox", stride),
        landmarks: named("kps", stride),
    });
    Ok(faces(canvas, &heads))
}

/// `None` if the net's output is not a set of marks.
pub fn close<N: Nets>(nets: &N, image: &Image, face: &Face) -> Result<Option<Close>, N::Error> {
    let (input, place) = Marks::input(image, face);
    let answer = nets.run(Net::Marks, &input, Marks::SHAPE)?;
    let Some(marks) = answer.into_values().next().and_then(|it| Marks::from_answer(&it, &place))
    else {
        return Ok(None);
    };
    let mut eyes_open = [0.0; 2];
    for (eye, open) in eyes_open.iter_mut().enumerate() {
        let answer = nets.run(Net::Eye, &marks.eye_input(image, eye), Marks::EYE_SHAPE)?;
        *open = answer.into_values().next().map_or(0.0, |it| Marks::eye_open(&it));
    }
    let pose = Pose::of(&marks);
    Ok(Some(Close { face: *face, marks, pose, eyes_open }))
}

/// Measures eyes that seem shut again, with a wider crop and all of their pixels. Returns the mean of both.
///
/// The 82 blinks of 40 genuine sessions of `senim-trial liveness` (seed 2) are at most 0.17 once and 0.00 the other
/// time; two puppets' eyes that were bent half shut (seed 1) 0.03 and 0.19, then 1.00. Of 161 straight faces of LFW with
/// both eyes at most 0.3, 44 had one above 0.5 in a look 1.9 times as wide as the eye, most of them open: narrow, behind
/// glasses or in a shadow. (By hand on 2026-11-28; no command repeats it.)
pub fn look_again<N: Nets>(nets: &N, image: &Image, close: &mut Close) -> Result<(), N::Error> {
    /// Below it an action takes an eye for shut. Half-way from there to 1, no action takes it for open yet.
    const SEEMS_SHUT: f32 = 0.3;
    for (eye, open) in close.eyes_open.iter_mut().enumerate() {
        if *open <= SEEMS_SHUT {
            let input = close.marks.eye_input_wide(image, eye);
            let answer = nets.run(Net::Eye, &input, Marks::EYE_SHAPE)?;
            *open =
                answer.into_values().next().map_or(1.0, |it| Marks::eye_open(&it)).midpoint(*open);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::convert::Infallible;

    use super::super::{Bounds, HEAD, Landmarks, Point};
    use super::*;

    /// An eye net with prepared outputs, the last one first.
    struct Eyes(RefCell<Vec<f32>>);

    impl Nets for Eyes {
        type Error = Infallible;

        fn run(&self, net: Net, input: &[f32], shape: [usize; 4]) -> Result<Answer, Infallible> {
            assert_eq!((net, input.len()), (Net::Eye, shape.iter().product()));
            let open = self.0.borrow_mut().pop().unwrap();
            Ok(Answer::from([("open".to_owned(), vec![0.0, (open / (1.0 - open)).ln()])]))
        }
    }

    #[test]
    fn an_eye_that_seems_shut_is_looked_at_again_and_an_open_one_is_not() {
        let image = Image::new(200, 200, vec![90; 200 * 200 * 3]).unwrap();
        let rows: [([f32; 2], &[f32], [f32; 2]); 4] = [
            ([0.9, 0.8], &[], [0.9, 0.8]),
            ([0.04, 0.8], &[0.96], [0.5, 0.8]),
            ([0.04, 0.02], &[0.02, 0.96], [0.5, 0.02]),
            ([0.0, 0.0], &[0.02, 0.02], [0.01, 0.01]),
        ];
        for (first, again, told) in rows {
            let eyes = Eyes(RefCell::new(again.to_vec()));
            let mut close = close(first);
            look_again(&eyes, &image, &mut close).unwrap();
            let near = close.eyes_open.iter().zip(told).all(|(a, b)| (a - b).abs() < 1e-3);
            assert!(near && eyes.0.borrow().is_empty(), "{first:?} {:?}", close.eyes_open);
        }
    }

    #[test]
    fn a_second_look_has_all_of_an_eyes_pixels_and_more_around_it() {
        // Stripes of one pixel: a look at single pixels may see any of the two, all of them are grey.
        let side = 1_200;
        let picture = |light: fn(usize) -> usize| {
            let pixels =
                (0..side * side).flat_map(|at| [u8::try_from(light(at % 1_200)).unwrap(); 3]);
            Image::new(side, side, pixels.collect()).unwrap()
        };
        let marks = marks(300.0, 600.0);
        let stripes = marks.eye_input_wide(&picture(|x| x % 2 * 255), 0);
        assert!(stripes.iter().all(|it| (it - 0.5).abs() < 0.1));
        let slope = picture(|x| x * 255 / 1_200);
        let (once, again) = (marks.eye_input(&slope, 0), marks.eye_input_wide(&slope, 0));
        assert!(again[0] < once[0] && once[23] < again[23]);
    }

    fn marks(unit: f32, middle: f32) -> Marks {
        Marks::from_points(
            HEAD.map(|[x, y, _]| Point { x: middle + x * unit, y: middle + y * unit }),
        )
    }

    fn close(eyes_open: [f32; 2]) -> Close {
        let marks = marks(60.0, 100.0);
        let bounds = Bounds { x: 20.0, y: 20.0, width: 160.0, height: 160.0 };
        let face =
            Face { bounds, score: 0.9, landmarks: Landmarks::from_points([Point::default(); 5]) };
        Close { face, pose: Pose::of(&marks), marks, eyes_open }
    }
}
