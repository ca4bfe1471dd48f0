//! The photo rules on real photographs, and on the same photographs with one thing made worse.

use std::fs;

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage, imageops};
use senim_core::photo::{PhotoReport, Quantity, Rule};

use super::rules::Taken;
use super::tests::{RUNTIMES, engine, fetched, jpeg, portrait};
use super::*;

/// Photographs of people who look into the camera; what they break, they do break: all smile but two, one is turned
/// by 11°, none is as narrow as 70 px between the eyes at 360 px width ask for, and no face takes more than a quarter of
/// the whole picture.
const PEOPLE: [(&str, &[Rule]); 6] = [
    ("person_a_1", &[Rule::FaceArea, Rule::EyeDistance, Rule::Size]),
    ("person_a_2", &[Rule::FaceArea, Rule::Straight, Rule::EyeDistance]),
    ("person_b_1", &[Rule::FaceArea, Rule::EyeDistance, Rule::Neutral]),
    ("person_b_2", &[Rule::FaceArea, Rule::EyeDistance, Rule::Neutral]),
    ("impostor_1", &[Rule::FaceArea, Rule::EyeDistance, Rule::Neutral]),
    ("impostor_2", &[Rule::FaceArea, Rule::EyeDistance, Rule::Neutral]),
];

#[test]
fn each_portrait_fails_in_what_it_does_not_keep_and_in_nothing_else() {
    for runtime in RUNTIMES {
        let faces = engine(runtime);
        for (person, failed) in PEOPLE {
            let report = faces.report(&portrait(person), Taken::Photo).unwrap();
            assert_eq!(report.failed, failed, "{runtime} {person}: {report:#?}");
        }
    }
}

#[test]
fn a_portrait_cut_to_its_head_is_a_fit_photo_but_for_what_the_person_does() {
    let faces = engine("ort");
    for (person, failed) in &PEOPLE[1..] {
        let report = faces.report(&portrait(person), Taken::Frame).unwrap();
        let of_the_cut = [Rule::FaceArea, Rule::EyeDistance];
        let failed: Vec<_> = failed.iter().copied().filter(|it| !of_the_cut.contains(it)).collect();
        assert_eq!(report.failed, failed, "{person}");
    }
}

#[test]
fn each_thing_made_worse_fails_its_own_rule() {
    type Worse = fn(RgbImage) -> Vec<u8>;
    let rows: [(Rule, Worse); 6] = [
        (Rule::EvenLight, |it| {
            let middle = it.width() / 2;
            encoded(painted(
                it,
                |x, _, colour| {
                    if x < middle { colour.map(|part| part / 2) } else { colour }
                },
            ))
        }),
        (Rule::EvenLight, |it| encoded(painted(it, |_, _, colour| colour.map(|part| part / 5)))),
        (Rule::NoGlare, |it| {
            let (x0, y0) = (i64::from(it.width()) / 2, i64::from(it.height()) * 42 / 100);
            encoded(painted(it, |x, y, colour| {
                let way = (i64::from(x) - x0).pow(2) + (i64::from(y) - y0).pow(2);
                if way < 45 * 45 { [255; 3] } else { colour }
            }))
        }),
        (Rule::Sharp, |it| encoded(imageops::blur(&it, 9.0))),
        (Rule::NoArtefacts, |it| {
            let mut bytes = Vec::new();
            JpegEncoder::new_with_quality(&mut bytes, 3).encode_image(&it).unwrap();
            bytes
        }),
        (Rule::Size, |it| encoded(imageops::thumbnail(&it, 350, 440))),
    ];
    let faces = engine("ort");
    for (rule, worse) in rows {
        let before = report(&faces, "person_b_2", encoded);
        let after = report(&faces, "person_b_2", worse);
        assert!(before.holds(rule), "{rule:?}");
        assert!(!after.holds(rule), "{rule:?}: {after:#?}");
    }
}

/// 40 % of the whole area: a portrait cut to its head has it, and not with as much wall below.
#[test]
fn a_wall_below_the_head_makes_the_face_too_small() {
    let faces = engine("ort");
    let cut = |it: &RgbImage| {
        let (width, height) = it.dimensions();
        let (x, wide, high) = (width / 5, width * 3 / 5, height * 74 / 100);
        imageops::crop_imm(it, x, 0, wide, high).to_image()
    };
    let before = report(&faces, "person_b_2", |it| encoded(cut(&it)));
    assert!(before.holds(Rule::FaceArea), "{before:#?}");
    let after = report(&faces, "person_b_2", |it| {
        let head = cut(&it);
        let mut high = RgbImage::from_pixel(head.width(), head.height() * 3 / 2, Rgb([190; 3]));
        imageops::replace(&mut high, &head, 0, 0);
        encoded(high)
    });
    assert!(!after.holds(Rule::FaceArea), "{after:#?}");
}

/// The picture is turned, so the truth is known: the measure follows it.
#[test]
fn a_photograph_that_is_turned_leans_by_as_much() {
    let faces = engine("ort");
    let lean = |degrees: f32| {
        report(&faces, "impostor_2", |it| encoded(turned(&it, degrees)))
            .value(Quantity::RollDegrees)
            .unwrap()
    };
    let straight = lean(0.0);
    for degrees in [-20.0, -12.0, -6.0, 6.0, 12.0, 20.0] {
        let found = lean(degrees) - straight;
        println!("turned by {degrees}: {found:.1}");
        assert!((found - degrees).abs() < 2.5, "{degrees}: {found}");
    }
}

/// The genuine clip: what the person does is seen in the frames where she does it.
#[test]
fn the_clip_is_refused_for_what_the_person_does() {
    let faces = engine("ort");
    let frame = |number: u16| {
        let bytes = fs::read(fetched("people").join(format!("clip/{number:04}.jpg"))).unwrap();
        faces.report(&bytes, Taken::Frame).unwrap()
    };
    for shut in [436, 448, 460] {
        assert!(!frame(shut).well(Quantity::EyesOpen), "{shut}");
    }
    for smiling in [308, 320, 338] {
        assert!(!frame(smiling).holds(Rule::Neutral), "{smiling}");
    }
    for tilted in [404, 416] {
        assert!(!frame(tilted).well(Quantity::RollDegrees), "{tilted}");
    }
    for aside in [230, 242] {
        assert!(!frame(aside).holds(Rule::Gaze), "{aside}");
    }
    for (ahead, calm) in [(206, Rule::Gaze), (260, Rule::Gaze), (206, Rule::EyesOpen)] {
        assert!(frame(ahead).holds(calm), "{ahead} {calm:?}");
    }
    // Her forehead is cut by the frame's edge all the time: no portrait can be made of it.
    assert!(!frame(206).holds(Rule::AboveChest));
}

#[test]
fn no_picture_has_no_report_and_no_face_has_one() {
    let faces = engine("rten");
    assert_eq!(faces.report(b"hello", Taken::Photo), Err(Problem::PhotoNotAnImage));
    let wall = jpeg(&RgbImage::from_pixel(720, 900, Rgb([90, 110, 130])));
    let report = faces.report(&wall, Taken::Photo).unwrap();
    assert!(report.holds(Rule::Size) && !report.holds(Rule::Straight));
}

fn report(faces: &Faces, person: &str, made: impl Fn(RgbImage) -> Vec<u8>) -> PhotoReport {
    let picture = image::load_from_memory(&portrait(person)).unwrap().into_rgb8();
    faces.report(&made(picture), Taken::Photo).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "it ends a chain")]
fn encoded(picture: RgbImage) -> Vec<u8> {
    jpeg(&picture).to_vec()
}

fn painted(mut picture: RgbImage, colour: impl Fn(u32, u32, [u8; 3]) -> [u8; 3]) -> RgbImage {
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        pixel.0 = colour(x, y, pixel.0);
    }
    picture
}

/// Clockwise about the middle.
fn turned(picture: &RgbImage, degrees: f32) -> RgbImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let half = |side: u32| f32::from(u16::try_from(side).unwrap()) / 2.0;
    let (middle_x, middle_y) = (half(picture.width()), half(picture.height()));
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let coordinate = |it: u32| f32::from(u16::try_from(it).unwrap());
        let (across, down) = (coordinate(x) - middle_x, coordinate(y) - middle_y);
        let from_x = middle_x + across * cosine + down * sine;
        let from_y = middle_y - across * sine + down * cosine;
        imageops::interpolate_bilinear(picture, from_x, from_y).unwrap_or(Rgb([128; 3]))
    })
}
