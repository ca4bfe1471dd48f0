//! Drawn portraits for tests: a plain face with known marks and any fault that a test needs.

#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "colours, 0–255")]

use crate::photo::{Bounds, Close, Face, Image, Landmarks, Look, Marks, Point, Pose};

/// A valid photo by default; each field can introduce a fault.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub(super) width: u16,
    pub(super) height: u16,
    /// Between the eyes, in shares of the picture's sides.
    pub(super) middle: (f32, f32),
    /// The distance of the eyes in pixels.
    pub(super) unit: f32,
    pub(super) pose: Pose,
    pub(super) others: usize,
    /// Half the body's width on the viewer's right, in distances of the eyes.
    pub(super) right_shoulder: f32,
    pub(super) skin: [f32; 3],
    /// Light of everything, and of the face's left half on top of it.
    pub(super) light: f32,
    pub(super) left_light: f32,
    /// Radius of a white spot on the nose, in distances of the eyes.
    pub(super) glare: f32,
    /// A cap reaches down to here, a mask up to here, in distances of the eyes below them.
    pub(super) cap: f32,
    pub(super) mask: f32,
    /// How dark the frame and the lenses of glasses are, 0–1.
    pub(super) frame: f32,
    pub(super) lenses: f32,
    /// Steps between blocks of eight pixels.
    pub(super) blocks: f32,
    pub(super) red_eyes: f32,
    /// The irises from the middle, in widths of the eye.
    pub(super) gaze: f32,
    pub(super) eyes_open: f32,
    /// Lids and lips as shares of the generic head's.
    pub(super) lids: f32,
    pub(super) lips: f32,
    pub(super) mouth: f32,
    /// The picture is shrunk and grown again by so much.
    pub(super) blur: f32,
}

impl Default for Drawn {
    fn default() -> Self {
        Self {
            width: 480,
            height: 640,
            middle: (0.5, 0.39),
            unit: 121.0,
            pose: Pose::default(),
            others: 0,
            right_shoulder: 2.1,
            skin: [195.0, 150.0, 128.0],
            light: 1.0,
            left_light: 1.0,
            glare: 0.0,
            cap: -3.0,
            mask: 3.0,
            frame: 0.0,
            lenses: 0.0,
            blocks: 0.0,
            red_eyes: 0.0,
            gaze: 0.0,
            eyes_open: 1.0,
            lids: 1.0,
            lips: 0.3,
            mouth: 0.9,
            blur: 1.0,
        }
    }
}

impl Drawn {
    pub(super) fn draw(&self) -> (Image, Look) {
        let (width, height) = (usize::from(self.width), usize::from(self.height));
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..self.height {
            for x in 0..self.width {
                let colour = self.colour(x, y);
                rgb.extend(colour.map(|it| it.round().clamp(0.0, 255.0) as u8));
            }
        }
        let mut image = Image::new(width, height, rgb).unwrap();
        if self.blur > 1.0 {
            let shrunk = |side: u16| ((f32::from(side) / self.blur) as usize).max(1);
            image = image.resized(shrunk(self.width), shrunk(self.height)).resized(width, height);
        }
        (image, self.look())
    }

    pub(super) fn look(&self) -> Look {
        let marks = self.marks();
        let points = marks.points();
        let head = points[8].to(marks.eye_centre(0).middle(marks.eye_centre(1))).length();
        let face = Face {
            bounds: Bounds {
                x: points[0].x,
                y: points[19].y,
                width: points[16].x - points[0].x,
                height: head * 1.3,
            },
            score: 0.9,
            landmarks: Landmarks {
                left_eye: marks.eye_centre(0),
                right_eye: marks.eye_centre(1),
                nose: points[30],
                left_mouth: points[48],
                right_mouth: points[54],
            },
        };
        let pose = Pose::of(&marks);
        Look {
            faces: vec![face; 1 + self.others],
            face: Some(Close { face, marks, pose, eyes_open: [self.eyes_open, 1.0] }),
        }
    }

    fn marks(&self) -> Marks {
        let mut points = *self.pose.head(self.centre(), self.unit).points();
        let closer = |points: &mut [Point; 68], a: usize, b: usize, share: f32| {
            let middle = points[a].middle(points[b]);
            for at in [a, b] {
                let way = middle.to(points[at]);
                points[at] = Point { x: middle.x + way.x * share, y: middle.y + way.y * share };
            }
        };
        for (a, b) in [(37, 41), (38, 40), (43, 47), (44, 46)] {
            closer(&mut points, a, b, self.lids);
        }
        for (a, b) in [(61, 67), (62, 66), (63, 65)] {
            closer(&mut points, a, b, self.lips);
        }
        closer(&mut points, 48, 54, self.mouth);
        Marks::from_points(points)
    }

    fn centre(&self) -> Point {
        Point {
            x: self.middle.0 * f32::from(self.width),
            y: self.middle.1 * f32::from(self.height),
        }
    }

    fn colour(&self, x: u16, y: u16) -> [f32; 3] {
        let way = self.centre().to(Point { x: f32::from(x), y: f32::from(y) });
        let (sine, cosine) = self.pose.roll.to_radians().sin_cos();
        // On the face, in distances of the eyes.
        let u = (way.x * cosine + way.y * sine) / self.unit;
        let v = (way.y * cosine - way.x * sine) / self.unit;
        let mut colour = self.thing(u, v);
        // Grain, so that sharpness can be measured.
        let grain = f32::from(((u32::from(x) * 7919 + u32::from(y) * 104_729) % 251) as u8) / 251.0;
        let block = if (x / 8 + y / 8).is_multiple_of(2) { self.blocks } else { 0.0 };
        let shade = if u < 0.0 { self.left_light } else { 1.0 };
        for part in &mut colour {
            *part = (*part + 14.0 * (grain - 0.5)) * self.light * shade + block;
        }
        if u.hypot(v - 0.45) < self.glare { [255.0; 3] } else { colour }
    }

    fn thing(&self, u: f32, v: f32) -> [f32; 3] {
        const WALL: [f32; 3] = [185.0, 190.0, 195.0];
        const CLOTH: [f32; 3] = [50.0, 60.0, 90.0];
        const HAIR: [f32; 3] = [45.0, 36.0, 30.0];
        const LIPS: [f32; 3] = [150.0, 80.0, 80.0];
        let head = (u / 1.25).hypot(v / 1.833) < 1.0;
        let side = if u < 0.0 { 2.1 } else { self.right_shoulder };
        if !head {
            let neck = v > 1.2 && u.abs() < 0.6;
            let body = v > 2.2 && u.abs() < side;
            return if body {
                CLOTH
            } else if neck {
                self.skin
            } else {
                WALL
            };
        }
        if v < self.cap {
            return [40.0, 70.0, 190.0];
        }
        if v > self.mask {
            return [150.0, 205.0, 225.0];
        }
        let eye = u.abs() - 0.5;
        let mut colour = if v < -1.2 || ((v + 0.36).abs() < 0.05 && eye.abs() < 0.3) {
            HAIR
        } else if (u / 0.4).hypot((v - 1.06) / 0.09) < 1.0 {
            LIPS
        } else if (eye / 0.2).hypot(v / 0.075) < 1.0 {
            let aside = self.gaze * 0.4 * u.signum();
            if (eye - aside).hypot(v) < 0.075 {
                [40.0 + self.red_eyes * 215.0, 32.0, 30.0]
            } else {
                [225.0, 222.0, 218.0]
            }
        } else {
            self.skin
        };
        let darkened = |colour: [f32; 3], by: f32| colour.map(|it| it * (1.0 - by));
        if (v - 0.05).abs() < 0.05 && u.abs() < 0.2 {
            colour = darkened(colour, self.frame);
        }
        if eye.hypot(v) < 0.35 {
            colour = darkened(colour, self.lenses);
        }
        colour
    }
}
