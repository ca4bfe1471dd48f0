//! The trained nets that look at a picture, whoever runs them: numbers in, numbers out.
//!
//! Browser and host run the same nets with runtimes of their own and look in the same order through [`look`], so
//! that a picture measures the same in both.

use std::collections::BTreeMap;

use super::{Canvas, Face, Heads, Image, Marks, Pose, STRIDES, counted, faces, mirrored};

/// What a net is for; whoever runs them knows which file that is.
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

/// The longer side that a picture is shrunk to before faces are looked for.
pub const DETECTOR_SIDE: usize = 320;

/// What the nets see in one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// The faces that count, the greatest first.
    pub faces: Vec<Face>,
    /// The greatest of them, looked at closely.
    pub face: Option<Close>,
}

/// One face, looked at closely.
#[derive(Clone, Debug, PartialEq)]
pub struct Close {
    pub face: Face,
    pub marks: Marks,
    pub pose: Pose,
    /// How surely each eye is open, 0–1: left and right as the viewer sees them.
    pub eyes_open: [f32; 2],
}

/// Looks for faces, and closely at the greatest one.
pub fn look<N: Nets>(nets: &N, image: &Image, side: usize) -> Result<Look, N::Error> {
    let faces = detect(nets, image, side)?;
    let faces: Vec<Face> = counted(&faces).into_iter().copied().collect();
    let face = match faces.first() {
        Some(face) => close(nets, image, face)?,
        None => None,
    };
    Ok(Look { faces, face })
}

/// Every face that the detector sees, the surest first.
pub fn detect<N: Nets>(nets: &N, image: &Image, side: usize) -> Result<Vec<Face>, N::Error> {
    let canvas = Canvas::fitting(image, side);
    answered(nets, &canvas, &canvas.input(image))
}

/// The same in a mirror, told in pixels of the picture itself: a second opinion on where the points are.
pub fn detect_mirrored<N: Nets>(
    nets: &N,
    image: &Image,
    side: usize,
) -> Result<Vec<Face>, N::Error> {
    let canvas = Canvas::fitting(image, side);
    let found = answered(nets, &canvas, &mirrored(&canvas.input(image), canvas.width))?;
    Ok(found.iter().map(|face| canvas.unmirrored(face)).collect())
}

fn answered<N: Nets>(nets: &N, canvas: &Canvas, input: &[f32]) -> Result<Vec<Face>, N::Error> {
    let answer = nets.run(Net::Detector, input, canvas.shape())?;
    // An output that is missing is a face not seen; the runtimes' own tests see to it that none is.
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

/// Nothing where the net answers what are no marks.
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
