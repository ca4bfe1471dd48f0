//! Tests that each rule flips exactly at its limit, on series of drawn portraits that differ in one thing only.

use super::drawn::Drawn;
use super::*;
use crate::photo::Pose;
use crate::photo::tone::MONK;

/// Draws a portrait for an amount of one fault.
type Fault = fn(f32) -> Drawn;

/// A head by one of its angles.
type Stand = fn(f32) -> Pose;

#[test]
fn a_fit_portrait_keeps_all_sixteen_rules() {
    let report = report(&Drawn::default());
    assert_eq!(report.failed, [], "{report:#?}");
    assert_eq!(report.measurements.len(), Quantity::ALL.len());
    assert!(report.measurements.iter().all(|it| it.value.is_some()), "all are measured");
}

#[test]
fn each_quantity_belongs_to_a_rule_and_each_rule_has_one() {
    for rule in Rule::ALL {
        assert!(Quantity::ALL.iter().any(|it| it.rule() == rule), "{rule:?}");
    }
}

#[test]
fn codes_survive_serialisation() {
    for rule in Rule::ALL {
        assert_eq!(serde_json::to_value(rule).unwrap(), rule.code());
    }
    let mut codes = Rule::ALL.map(Rule::code).to_vec();
    codes.dedup();
    assert_eq!(codes.len(), 16);
}

#[test]
fn without_a_face_only_what_needs_none_can_be_well() {
    let (image, _) = Drawn::default().draw();
    let report = PhotoReport::of(&image, &Look { faces: vec![], face: None }, Outline::Box);
    assert_eq!(report.failed.len(), 14);
    assert!(report.holds(Rule::Size) && report.holds(Rule::Alone));
    assert_eq!(report.value(Quantity::YawDegrees), None);
}

#[test]
fn a_head_that_is_turned_nods_or_leans_flips_at_eight_degrees() {
    let turned: [(Quantity, Stand); 3] = [
        (Quantity::YawDegrees, |yaw| Pose { yaw, ..Pose::default() }),
        (Quantity::PitchDegrees, |pitch| Pose { pitch, ..Pose::default() }),
        (Quantity::RollDegrees, |roll| Pose { roll, ..Pose::default() }),
    ];
    for (quantity, pose) in turned {
        for (degrees, holds) in
            [(0.0, true), (7.9, true), (8.1, false), (-7.9, true), (-8.1, false), (30.0, false)]
        {
            let portrait = Drawn { pose: pose(degrees), ..Drawn::default() };
            let report = report(&portrait);
            assert_eq!(report.holds(Rule::Straight), holds, "{quantity:?} {degrees}");
            let found = report.value(quantity).unwrap();
            assert!((found - degrees).abs() < 0.05, "{quantity:?} {degrees} measured {found}");
        }
    }
}

#[test]
fn eyes_flip_at_seventy_pixels_of_three_hundred_and_sixty() {
    for (width, unit, holds) in [
        (360, 70.1, true),
        (360, 69.9, false),
        (720, 140.2, true),
        (720, 139.8, false),
        // One that is narrower is not enlarged.
        (300, 69.9, false),
        (300, 70.1, true),
    ] {
        let portrait = Drawn { width, unit, ..Drawn::default() };
        assert_eq!(geometry(&portrait).holds(Rule::EyeDistance), holds, "{width} {unit}");
    }
}

#[test]
fn a_photo_flips_at_six_hundred_and_forty_by_three_hundred_and_sixty() {
    for (width, height, holds) in [
        (360, 640, true),
        (640, 360, true),
        (359, 640, false),
        (360, 639, false),
        (639, 360, false),
        (640, 359, false),
    ] {
        let portrait = Drawn { width, height, ..Drawn::default() };
        assert_eq!(geometry(&portrait).holds(Rule::Size), holds, "{width} × {height}");
    }
}

#[test]
fn the_face_flips_at_forty_and_at_eighty_percent_of_the_whole_area() {
    for outline in [Outline::Box, Outline::Ellipse] {
        for (width, height) in [(480, 640), (640, 480), (600, 600)] {
            for (percent, holds) in [(39.9, false), (40.1, true), (79.9, true), (80.1, false)] {
                let unit = unit_of(percent, outline, f32::from(width) * f32::from(height));
                let portrait = Drawn { width, height, unit, ..Drawn::default() };
                let report = geometry_by(&portrait, outline);
                assert_eq!(report.holds(Rule::FaceArea), holds, "{outline:?} {percent} %");
                let found = report.value(Quantity::FaceAreaPercent).unwrap();
                assert!((found - percent).abs() < 0.05, "{outline:?} {percent} % measured {found}");
            }
        }
    }
}

/// Whatever the outline, the photo that a camera's frame is cut to is one that the rule takes.
#[test]
fn a_frame_is_cut_to_a_face_of_the_right_area() {
    for outline in [Outline::Box, Outline::Ellipse] {
        let portrait = Drawn { width: 1280, height: 960, unit: 90.0, ..Drawn::default() };
        let image = Image::new(1280, 960, vec![128; 1280 * 960 * 3]).unwrap();
        assert!(!PhotoReport::of(&image, &portrait.look(), outline).holds(Rule::FaceArea));
        let report = PhotoReport::of_frame(&image, &portrait.look(), outline);
        assert!(report.holds(Rule::FaceArea) && report.holds(Rule::AboveChest), "{report:#?}");
    }
}

#[test]
fn the_frame_flips_where_the_crown_leaves_it_and_where_the_chest_enters() {
    let head = 2.0 * Head::of(&Pose::default().head(crate::photo::Point::default(), 100.0)).t();
    let half = head / 2.0 / 640.0;
    for (middle, holds) in [(half - 0.003, false), (half + 0.003, true)] {
        let portrait = Drawn { unit: 100.0, middle: (0.5, middle), ..Drawn::default() };
        assert_eq!(geometry(&portrait).holds(Rule::AboveChest), holds, "crown at {middle}");
    }
    for (below, holds) in [(0.09, false), (0.11, true), (1.09, true), (1.11, false)] {
        let unit = 65.0;
        let height = head * unit / 100.0;
        let middle = 1.0 - (below * height + height / 2.0) / 640.0;
        let portrait = Drawn { unit, middle: (0.5, middle), ..Drawn::default() };
        let report = geometry(&portrait);
        assert_eq!(report.holds(Rule::AboveChest), holds, "{below} heads below the chin");
    }
}

#[test]
fn one_more_face_is_one_too_many() {
    for (others, holds) in [(0, true), (1, false), (2, false)] {
        let portrait = Drawn { others, ..Drawn::default() };
        assert_eq!(geometry(&portrait).holds(Rule::Alone), holds, "{others}");
    }
}

#[test]
fn a_face_that_the_edge_cuts_is_not_visible_on_both_sides() {
    for (x, holds) in [(0.32, true), (0.28, false), (0.72, false)] {
        let portrait = Drawn { middle: (x, 0.39), ..Drawn::default() };
        assert_eq!(report(&portrait).well(Quantity::MarksOutside), holds, "{x}");
    }
}

#[test]
fn closed_lids_and_an_unsure_eye_net_flip_at_their_limits() {
    flips(Quantity::EyesOpen, |it| Drawn { eyes_open: it, ..Drawn::default() }, 1.0, 0.0);
    flips(Quantity::EyeOpeningPercent, |it| Drawn { lids: it, ..Drawn::default() }, 1.0, 0.1);
}

#[test]
fn an_open_or_smiling_mouth_flips_at_its_limit() {
    flips(Quantity::MouthOpeningPercent, |it| Drawn { lips: it, ..Drawn::default() }, 0.3, 4.0);
    flips(Quantity::MouthWidthPercent, |it| Drawn { mouth: it, ..Drawn::default() }, 0.9, 1.4);
}

#[test]
fn light_flips_where_it_is_too_weak_too_strong_or_one_sided() {
    flips(Quantity::Light, |it| Drawn { light: it, ..Drawn::default() }, 1.0, 0.1);
    flips(Quantity::Light, |it| Drawn { light: it, ..Drawn::default() }, 1.0, 2.2);
    flips(Quantity::LightBalance, |it| Drawn { left_light: it, ..Drawn::default() }, 1.0, 0.2);
}

#[test]
fn a_bright_spot_flips_at_three_percent_of_the_face() {
    flips(Quantity::GlarePercent, |it| Drawn { glare: it, ..Drawn::default() }, 0.0, 0.3);
}

#[test]
fn a_cap_and_a_mask_flip_where_the_skin_is_gone() {
    flips(Quantity::ForeheadSkinPercent, |it| Drawn { cap: it, ..Drawn::default() }, -1.5, -0.4);
    flips(Quantity::ChinSkinPercent, |it| Drawn { mask: it, ..Drawn::default() }, 1.9, 0.7);
}

/// ISO/IEC 29794-5 §7: the tones of the Monk scale as a camera exposes them, whose grey card is at 118.
#[test]
fn no_rule_refuses_by_skin() {
    for tone in MONK {
        let skin = tone.map(|it| 0.85 * it);
        let bare = Drawn { skin, ..Drawn::default() };
        assert_eq!(report(&bare).failed, [], "{tone:?}");
        // Cloth as dark as the two darkest tones can't be distinguished from skin: the rule errs for the person.
        let told_from_skin = tone[0] > 60.0;
        for fault in [Drawn { cap: -0.4, ..bare.clone() }, Drawn { mask: 0.7, ..bare.clone() }] {
            assert!(!(told_from_skin && report(&fault).holds(Rule::Bare)), "{tone:?}");
        }
        let dark = Drawn { light: 0.2, ..bare };
        assert!(!report(&dark).holds(Rule::EvenLight), "{tone:?} in the dark");
    }
}

#[test]
fn thick_frames_and_dark_glasses_flip_and_clear_thin_ones_do_not() {
    flips(Quantity::FrameEdgesPercent, |it| Drawn { frame: it, ..Drawn::default() }, 0.0, 0.9);
    flips(Quantity::EyesLightPercent, |it| Drawn { lenses: it, ..Drawn::default() }, 0.0, 0.9);
    let clear = Drawn { frame: 0.15, lenses: 0.05, ..Drawn::default() };
    assert!(report(&clear).holds(Rule::ClearGlasses));
}

#[test]
fn blocks_and_red_eyes_flip_at_their_limits() {
    flips(Quantity::Blockiness, |it| Drawn { blocks: it, ..Drawn::default() }, 0.0, 40.0);
    flips(Quantity::RedEyes, |it| Drawn { red_eyes: it, ..Drawn::default() }, 0.0, 1.0);
}

#[test]
fn eyes_that_look_aside_flip_on_both_sides() {
    flips(Quantity::GazeOffPercent, |it| Drawn { gaze: it, ..Drawn::default() }, 0.0, 0.3);
    flips(Quantity::GazeOffPercent, |it| Drawn { gaze: it, ..Drawn::default() }, 0.0, -0.3);
}

#[test]
fn a_turned_body_flips_where_one_shoulder_is_half_the_other() {
    flips(
        Quantity::ShoulderBalance,
        |it| Drawn { right_shoulder: it, ..Drawn::default() },
        2.1,
        0.7,
    );
}

#[test]
fn a_blurred_picture_flips_at_its_limit() {
    flips(Quantity::Sharpness, |it| Drawn { blur: it, ..Drawn::default() }, 1.0, 40.0);
}

#[test]
fn a_frame_is_cut_to_a_photo_and_a_head_too_near_stays_too_near() {
    // A camera's frame of 1280 × 720: the head would be a third of it.
    let frame = Drawn { width: 1280, height: 720, unit: 65.0, ..Drawn::default() };
    let (image, look) = frame.draw();
    assert!(!PhotoReport::of(&image, &look, Outline::Box).holds(Rule::FaceArea));
    let cut = PhotoReport::of_frame(&image, &look, Outline::Box);
    assert!(cut.holds(Rule::FaceArea) && cut.holds(Rule::AboveChest) && cut.holds(Rule::Size));
    assert!(!cut.holds(Rule::EyeDistance), "the eyes are 65 px apart, however it is cut");
    let near = Drawn { unit: 230.0, middle: (0.5, 0.5), ..frame };
    let (image, look) = near.draw();
    assert!(!PhotoReport::of_frame(&image, &look, Outline::Box).holds(Rule::AboveChest));
}

#[test]
fn a_live_frame_measures_what_a_photo_does() {
    // A face before a camera is smaller than in a photo.
    let frame = Drawn { unit: 100.0, middle: (0.5, 0.42), ..Drawn::default() };
    for portrait in [
        frame.clone(),
        Drawn { left_light: 0.5, ..frame.clone() },
        Drawn { lenses: 0.8, ..frame.clone() },
        Drawn { frame: 0.7, ..frame.clone() },
        Drawn { gaze: 0.2, ..frame },
    ] {
        let (image, look) = portrait.draw();
        let report = PhotoReport::of(&image, &look, Outline::Box);
        for (quantity, value) in live(&image, look.face.as_ref().unwrap()) {
            let apart = (report.value(quantity).unwrap() - value).abs();
            assert!(apart <= 0.05 * value.abs().max(20.0), "{quantity:?} {portrait:?}: by {apart}");
        }
    }
}

#[test]
fn no_marks_however_broken_break_the_measuring() {
    let (image, mut look) = Drawn::default().draw();
    for point in [f32::NAN, f32::INFINITY, -1e30, 0.0, 1e9] {
        let close = look.face.as_mut().unwrap();
        close.marks =
            crate::photo::Marks::from_points([crate::photo::Point { x: point, y: point }; 68]);
        close.pose = Pose::of(&close.marks);
        let report = PhotoReport::of(&image, &look, Outline::Box);
        assert!(!report.holds(Rule::Straight), "{point}");
        PhotoReport::of_frame(&image, &look, Outline::Box);
    }
}

/// From the good to the bad amount the quantity crosses its limit once; its rule holds on one side and fails on the
/// other, whatever else fails does so on neither, and both sides measure the limit itself.
fn flips(quantity: Quantity, fault: Fault, good: f32, bad: f32) {
    let measured = |amount: f32| {
        let report = report(&fault(amount));
        let value = report.value(quantity).unwrap();
        let limit = quantity.limit();
        assert_eq!(report.well(quantity), limit.holds(value));
        if limit.holds(value) {
            assert_eq!(report.failed, [], "{quantity:?} at {amount}: {value}");
        } else {
            assert!(!report.holds(quantity.rule()));
        }
        limit.holds(value)
    };
    assert!(measured(good), "{quantity:?} is well at {good}");
    assert!(!measured(bad), "{quantity:?} is not well at {bad}");
    let (mut inside, mut outside) = (good, bad);
    for _ in 0..14 {
        let middle = f32::midpoint(inside, outside);
        if measured(middle) { inside = middle } else { outside = middle }
    }
    let value = |amount: f32| report(&fault(amount)).value(quantity).unwrap();
    let (well, ill) = (value(inside), value(outside));
    let whole = (value(good) - value(bad)).abs();
    assert!(
        (well - ill).abs() < 0.13 * whole,
        "{quantity:?} jumps from {well} to {ill} at {inside}, of {whole} in all"
    );
}

fn report(portrait: &Drawn) -> PhotoReport {
    let (image, look) = portrait.draw();
    PhotoReport::of(&image, &look, Outline::Box)
}

/// Where no pixel matters, none is drawn.
fn geometry(portrait: &Drawn) -> PhotoReport {
    geometry_by(portrait, Outline::Box)
}

fn geometry_by(portrait: &Drawn, outline: Outline) -> PhotoReport {
    let (width, height) = (usize::from(portrait.width), usize::from(portrait.height));
    let image = Image::new(width, height, vec![128; width * height * 3]).unwrap();
    PhotoReport::of(&image, &portrait.look(), outline)
}

/// The distance of the eyes of a head that takes so many percent of a picture of this area.
fn unit_of(percent: f32, outline: Outline, area: f32) -> f32 {
    let head = Head::of(&Pose::default().head(crate::photo::Point::default(), 1000.0));
    let share = match outline {
        Outline::Box => 1.0,
        Outline::Ellipse => std::f32::consts::FRAC_PI_4,
    };
    (percent / 100.0 * area / (head.height() * head.width * share)).sqrt() * 1000.0
}
