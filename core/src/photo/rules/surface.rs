//! Light and colour of the face, sampled evenly however large it is: light, glare, what covers it, glasses.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a patch has some thousand cells"
)]

use super::Quantity;
use super::head::Head;
use crate::photo::guidance::{WHITES_SHARE, brightest_tenth};
use crate::photo::{Image, Marks, Point, light};

/// Cells in the distance of the eyes.
const FINENESS: f32 = 24.0;
/// What is sampled, in distances of the eyes from the middle between them, along the eyes and across.
const LEFT: f32 = -1.3;
const TOP: f32 = -1.1;
const COLUMNS: usize = 63;
const ROWS: usize = 79;
/// Of the eyes, in good light.
const WHITES: f32 = 190.0;
/// How much lighter a picture is thought to be for its whites.
const LIT: std::ops::RangeInclusive<f32> = 0.8..=2.0;
/// Overexposed from here on (ISO/IEC 29794-5, over-exposure prevention).
const BURNT: f32 = 247.0;

/// The face laid straight, a cell being a twenty-fourth of the eyes' distance.
pub(super) struct Surface {
    colours: Vec<[f32; 3]>,
    lights: Vec<f32>,
    frame: Frame,
    skin: Skin,
}

/// The position on the face of a point in the image.
struct Frame {
    middle: Point,
    along: Point,
    down: Point,
    unit: f32,
}

/// What cheeks look like: shares of red and green, light, and how red.
#[derive(Default)]
struct Skin {
    red: f32,
    green: f32,
    light: f32,
    redness: f32,
}

/// In distances of the eyes.
#[derive(Clone, Copy)]
struct Zone {
    x: (f32, f32),
    y: (f32, f32),
}

impl Surface {
    /// Four points a cell, for a cell of a large face is several pixels wide.
    pub(super) fn of(image: &Image, marks: &Marks) -> Self {
        Self::sampled(image, marks, &[(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)])
    }

    /// One point a cell.
    pub(super) fn coarse(image: &Image, marks: &Marks) -> Self {
        Self::sampled(image, marks, &[(0.5, 0.5)])
    }

    fn sampled(image: &Image, marks: &Marks, points: &[(f32, f32)]) -> Self {
        let frame = Frame::of(marks);
        let share = 1.0 / points.len() as f32;
        let mut colours = Vec::with_capacity(ROWS * COLUMNS);
        for row in 0..ROWS {
            for column in 0..COLUMNS {
                let mut colour = [0.0; 3];
                for (right, below) in points {
                    let x = LEFT + (column as f32 + right) / FINENESS;
                    let y = TOP + (row as f32 + below) / FINENESS;
                    let point = frame.to_picture(Point { x, y });
                    for (sum, part) in colour.iter_mut().zip(image.at(point.x, point.y)) {
                        *sum += part * share;
                    }
                }
                colours.push(colour);
            }
        }
        let lights: Vec<f32> = colours.iter().copied().map(light).collect();
        let mut surface = Self { colours, lights, frame, skin: Skin::default() };
        surface.skin = surface.skin();
        surface
    }

    pub(super) fn measures(&self, marks: &Marks) -> [(Quantity, f32); 7] {
        let face = self.face(marks);
        // Dark skin in good light is as dark as light skin in the dark; the whites of the eyes distinguish them.
        let lit = mean(face.iter().map(|&it| self.lights[it])).max(WHITES_SHARE * self.whites());
        let burnt = share(face.iter().map(|&it| self.lights[it] >= BURNT));
        let [left, right] = cheeks().map(|it| self.mean_light(it));
        [
            (Quantity::Light, lit),
            (Quantity::LightBalance, left.min(right) / left.max(right).max(1.0)),
            (Quantity::GlarePercent, burnt),
            (Quantity::ForeheadSkinPercent, self.forehead(marks)),
            (Quantity::ChinSkinPercent, self.chin(marks)),
            (Quantity::FrameEdgesPercent, self.bridge()),
            (Quantity::EyesLightPercent, self.around_eyes()),
        ]
    }

    /// The mean of the lighter cheek, 0–255, as it would be in light in which the whites of the eyes are [`WHITES`]: else
    /// skin in a shadow would be taken for dark skin.
    pub(super) fn skin_colour(&self) -> [f32; 3] {
        let lit = (WHITES / self.whites().max(1.0)).clamp(*LIT.start(), *LIT.end());
        let lighter =
            cheeks().into_iter().max_by(|a, b| self.mean_light(*a).total_cmp(&self.mean_light(*b)));
        let cells: Vec<usize> = lighter.into_iter().flat_map(cells).collect();
        let part = |at: usize| lit * mean(cells.iter().map(|&it| self.colours[it][at]));
        [part(0), part(1), part(2)].map(|it| it.min(255.0))
    }

    /// The light of the brightest tenth within the eyes.
    fn whites(&self) -> f32 {
        let eyes = [(-0.68, -0.32), (0.32, 0.68)].map(|x| Zone { x, y: (-0.07, 0.07) });
        brightest_tenth(eyes.into_iter().flat_map(cells).map(|it| self.lights[it]).collect())
    }

    /// How much more red than green or blue the skin has, 0–1.
    pub(super) fn skin_redness(&self) -> f32 {
        self.skin.redness
    }

    /// Headgear and hair over the forehead. A cap that ends above the hairline is not seen, nor is one of the
    /// skin's own colour; a deep shadow that ends sharply over the forehead is taken for one.
    ///
    /// Skin is followed from the brows upwards, for its colour changes softly: dark skin shines as light skin does, and
    /// a shine of the same strength changes its colour the more (measured on the pictures of docs/trial).
    fn forehead(&self, marks: &Marks) -> f32 {
        const ABOVE_BROWS: f32 = 0.12;
        const HEIGHT: f32 = 0.4;
        let brows = marks.points()[17..27].iter().map(|it| self.frame.to_face(*it).y);
        let bottom = brows.fold(f32::MAX, f32::min).clamp(-0.6, -0.1) - ABOVE_BROWS;
        let zone = Zone { x: (-0.5, 0.5), y: (bottom - HEIGHT, bottom) };
        share(self.followed(zone).into_iter())
    }

    /// Of each cell of the zone, whether skin goes on there from the zone's lower edge.
    fn followed(&self, zone: Zone) -> Vec<bool> {
        /// The number of cells within which a hard edge is complete, however little the image is blurred.
        const LAG: usize = 2;
        let mut found = Vec::new();
        for x in column(zone.x.0)..column(zone.x.1) {
            let mut before = false;
            for y in (row(zone.y.0)..row(zone.y.1)).rev() {
                let at = |y: usize| &self.colours[y.min(ROWS - 1) * COLUMNS + x];
                let soft = before && self.skin.goes_on(at(y + LAG), at(y));
                before = soft || self.skin.like(at(y));
                found.push(before);
            }
        }
        found
    }

    /// A mask or scarf over mouth and chin. Dark hair passes as a beard, and so does a black mask.
    fn chin(&self, marks: &Marks) -> f32 {
        let points = marks.points();
        let [lips, chin] = [points[57], points[8]].map(|it| self.frame.to_face(it).y);
        let below = Zone { x: (-0.3, 0.3), y: (lips + 0.1, chin - 0.08) };
        let sides = [(-0.75, -0.5), (0.5, 0.75)].map(|x| Zone { x, y: (0.75, 1.1) });
        let zones = sides.into_iter().chain([below]);
        share(zones.flat_map(cells).map(|it| {
            let colour = &self.colours[it];
            self.skin.like(colour) || self.skin.darker(colour)
        }))
    }

    /// A dark line across the bridge of the nose: how much darker than what lies above and below it, in the mean
    /// over the bridge's columns. Rimless and thin metal frames pass, as they should; thick frames of the skin's
    /// own light pass as well.
    fn bridge(&self) -> f32 {
        const AWAY: usize = 3;
        let columns = column(-0.16)..column(0.16);
        let count = columns.len() as f32;
        let deepest = columns.map(|x| {
            (row(-0.12)..row(0.22))
                .map(|y| {
                    let at = |y: usize| self.lights[y * COLUMNS + x];
                    at(y - AWAY).min(at(y + AWAY)) - at(y)
                })
                .fold(0.0, f32::max)
        });
        100.0 * deepest.sum::<f32>() / count / self.skin.light.max(1.0)
    }

    /// Dark glasses. Deep-set eyes under a lamp measure low as well.
    fn around_eyes(&self) -> f32 {
        let below = [(-0.7, -0.3), (0.3, 0.7)].map(|x| Zone { x, y: (0.12, 0.3) });
        let darker = below.map(|it| self.mean_light(it)).into_iter().fold(f32::MAX, f32::min);
        let [left, right] = cheeks().map(|it| self.mean_light(it));
        100.0 * darker / left.min(right).max(1.0)
    }

    fn skin(&self) -> Skin {
        let cells = || {
            [(-0.8, -0.25), (0.25, 0.8)].into_iter().flat_map(|x| cells(Zone { x, y: (0.4, 0.8) }))
        };
        let part = |of: usize| mean(cells().map(|it| self.colours[it][of]));
        let colour = [part(0), part(1), part(2)];
        let sum = colour.iter().sum::<f32>().max(1.0);
        Skin {
            red: colour[0] / sum,
            green: colour[1] / sum,
            light: light(colour),
            redness: redness(&colour),
        }
    }

    /// Inside the line of jaw and brows (ISO/IEC 29794-5's landmarked region).
    fn face(&self, marks: &Marks) -> Vec<usize> {
        let outline: Vec<Point> = (0..17)
            .chain((17..27).rev())
            .map(|it| self.frame.to_face(marks.points()[it]))
            .collect();
        (0..ROWS * COLUMNS)
            .filter(|at| {
                let x = LEFT + ((at % COLUMNS) as f32 + 0.5) / FINENESS;
                let y = TOP + ((at / COLUMNS) as f32 + 0.5) / FINENESS;
                inside(&outline, Point { x, y })
            })
            .collect()
    }

    fn mean_light(&self, zone: Zone) -> f32 {
        mean(cells(zone).map(|it| self.lights[it]))
    }
}

impl Frame {
    fn of(marks: &Marks) -> Self {
        let head = Head::of(marks);
        let eyes = marks.eye_centre(0).to(marks.eye_centre(1));
        let length = eyes.length().max(1.0);
        let along = Point { x: eyes.x / length, y: eyes.y / length };
        // On a turned head the eyes are closer together, but its height stays the same.
        let unit = length.max(head.t() / 2.0).max(1.0);
        Self { middle: head.middle, along, down: Point { x: -along.y, y: along.x }, unit }
    }

    fn to_picture(&self, face: Point) -> Point {
        Point {
            x: self.middle.x + self.unit * (face.x * self.along.x + face.y * self.down.x),
            y: self.middle.y + self.unit * (face.x * self.along.y + face.y * self.down.y),
        }
    }

    fn to_face(&self, picture: Point) -> Point {
        let way = self.middle.to(picture);
        Point { x: way.dot(self.along) / self.unit, y: way.dot(self.down) / self.unit }
    }
}

impl Skin {
    /// Tolerances for shares of colour, and for shadow and light. A highlight adds
    /// white to the skin's colour (Shafer 1985): the same amount on any skin, so a greater share on dark skin.
    fn like(&self, colour: &[f32; 3]) -> bool {
        const COLOUR_APART: f32 = 0.045;
        /// Grey steps that a camera's noise and JPEG leave between the shares' parts.
        const STRAY: f32 = 7.0;
        /// Grey steps of white that a highlight adds.
        const SHINE_MAX: f32 = 60.0;
        let sum = colour.iter().sum::<f32>().max(1.0);
        let (red, green) = (colour[0] / sum - self.red, colour[1] / sum - self.green);
        let white = (1.0 / 3.0 - self.red, 1.0 / 3.0 - self.green);
        let way = (white.0 * white.0 + white.1 * white.1).max(1e-6);
        let shine = ((red * white.0 + green * white.1) / way).clamp(0.0, 3.0 * SHINE_MAX / sum);
        let apart = (red - shine * white.0).hypot(green - shine * white.1);
        let light = light(*colour);
        apart <= COLOUR_APART.hypot(STRAY / sum)
            && light >= 0.5 * self.light
            && light <= 1.8 * self.light + SHINE_MAX
    }

    /// Whether the same skin may have both colours a short distance apart.
    fn goes_on(&self, from: &[f32; 3], to: &[f32; 3]) -> bool {
        /// As logarithms of each part.
        const STEP_MAX: f32 = 0.25;
        /// Grey steps below which everything is noise.
        const DARK: f32 = 12.0;
        let step = |(from, to): (&f32, &f32)| ((to + DARK) / (from + DARK)).ln().abs();
        light(*to) >= 0.35 * self.light && from.iter().zip(to).all(|it| step(it) <= STEP_MAX)
    }

    fn darker(&self, colour: &[f32; 3]) -> bool {
        light(*colour) < 0.6 * self.light
    }
}

/// ISO/IEC 29794-5's zones for the evenness of light: beside the eyes' centres, half-way down to the mouth.
fn cheeks() -> [Zone; 2] {
    [(-0.8, -0.5), (0.5, 0.8)].map(|x| Zone { x, y: (0.5, 0.8) })
}

fn cells(zone: Zone) -> impl Iterator<Item = usize> + Clone {
    let columns = column(zone.x.0)..column(zone.x.1);
    (row(zone.y.0)..row(zone.y.1)).flat_map(move |y| columns.clone().map(move |x| y * COLUMNS + x))
}

fn column(x: f32) -> usize {
    (((x - LEFT) * FINENESS).round().max(0.0) as usize).min(COLUMNS)
}

fn row(y: f32) -> usize {
    (((y - TOP) * FINENESS).round().max(0.0) as usize).min(ROWS)
}

/// How much more red than green or blue, 0–1.
pub(super) fn redness(colour: &[f32; 3]) -> f32 {
    (colour[0] - colour[1].max(colour[2])) / 255.0
}

/// Even-odd.
fn inside(outline: &[Point], point: Point) -> bool {
    let mut inside = false;
    let ends = outline.iter().skip(1).chain(outline.first());
    for (a, b) in outline.iter().zip(ends) {
        let crosses = (a.y > point.y) != (b.y > point.y);
        if crosses && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x {
            inside = !inside;
        }
    }
    inside
}

/// NaN if empty, so that what can't be measured never passes.
fn mean(numbers: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), it| (sum + it, count + 1.0));
    sum / count
}

/// In percent.
fn share(cells: impl Iterator<Item = bool>) -> f32 {
    mean(cells.map(|it| if it { 100.0 } else { 0.0 }))
}
