//! Eyes and mouth: open or not, where they look, whether a flash shines in them.

use super::Quantity;
use super::head::Head;
use super::surface::redness;
use crate::photo::{Close, Image, Point, light};

/// Samples across an eye and down it.
const ACROSS: u8 = 24;
const DOWN: u8 = 10;
/// Half the height that is looked at, in widths of the eye: lids and lashes stay outside.
const HALF_HEIGHT: f32 = 0.16;

pub(super) fn measures(image: &Image, face: &Close, skin_redness: f32) -> [(Quantity, f32); 6] {
    let points = face.marks.points();
    let t = Head::of(&face.marks).t().max(1.0);
    let way = |a: usize, b: usize| points[a].to(points[b]).length();
    let opening = |pairs: &[(usize, usize)]| {
        100.0 * pairs.iter().map(|&(a, b)| way(a, b)).fold(0.0, f32::max) / t
    };
    let lids = [[(37, 41), (38, 40)], [(43, 47), (44, 46)]].map(|it| opening(&it));
    let pupils =
        [Pupil::of(image, points[36], points[39]), Pupil::of(image, points[42], points[45])];
    let reddest = pupils.map(|it| it.redness).into_iter().fold(f32::MIN, f32::max);
    [
        // Both eyes look the same way, so averaging them halves the marks' noise.
        (Quantity::GazeOffPercent, 100.0 * f32::midpoint(pupils[0].off, pupils[1].off)),
        (Quantity::RedEyes, reddest - skin_redness),
        (Quantity::EyesOpen, face.eyes_open[0].min(face.eyes_open[1])),
        (Quantity::EyeOpeningPercent, lids[0].min(lids[1])),
        (Quantity::MouthOpeningPercent, opening(&[(61, 67), (62, 66), (63, 65)])),
        (Quantity::MouthWidthPercent, 100.0 * way(48, 54) / face.marks.eye_distance().max(1.0)),
    ]
}

/// The dark of one eye.
#[derive(Clone, Copy)]
struct Pupil {
    /// From the middle of the opening towards the viewer's right, in widths of the eye: where what is darker than
    /// the mean of the opening has its centre of gravity. An eye 20° aside measures about 0.13 (12 mm radius, 30 mm
    /// width). Up and down can't be told, for the lids follow; heavy lashes on one side draw it towards them.
    off: f32,
    /// Around that centre. An eye that was photographed without a flash is darker, so less red, than the skin.
    redness: f32,
}

impl Pupil {
    fn of(image: &Image, left: Point, right: Point) -> Self {
        let middle = left.middle(right);
        let along = left.to(right);
        let at = |x: f32, y: f32| {
            image.at(middle.x + x * along.x - y * along.y, middle.y + x * along.y + y * along.x)
        };
        let places: Vec<(f32, f32)> = (0..DOWN)
            .flat_map(|row| (0..ACROSS).map(move |column| (column, row)))
            .map(|(column, row)| {
                let x = (f32::from(column) + 0.5) / f32::from(ACROSS) - 0.5;
                let y = (f32::from(row) + 0.5) / f32::from(DOWN) * 2.0 - 1.0;
                // The corners are lids, not eye.
                (x, y * HALF_HEIGHT)
            })
            .filter(|(x, y)| (x / 0.5).powi(2) + (y / (HALF_HEIGHT * 1.2)).powi(2) <= 1.0)
            .collect();
        let lights: Vec<f32> = places.iter().map(|&(x, y)| light(at(x, y))).collect();
        let mean = lights.iter().sum::<f32>() / f32::from(ACROSS) / f32::from(DOWN);
        let (mut weight, mut sum) = (0.0, 0.0);
        for ((x, _), light) in places.iter().zip(&lights) {
            let dark = (mean - light).max(0.0);
            weight += dark;
            sum += dark * x;
        }
        let off = if weight > 0.0 { sum / weight } else { 0.0 };
        let around = [(0.0, 0.0), (-0.06, 0.0), (0.06, 0.0), (0.0, -0.06), (0.0, 0.06)];
        let redness = around.map(|(x, y)| redness(&at(off + x, y))).iter().sum::<f32>() / 5.0;
        Self { off, redness }
    }
}
