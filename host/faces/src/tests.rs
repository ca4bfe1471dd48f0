//! The engine on real photographs. Scores are printed: `cargo test -p senim-host faces -- --nocapture`.

use std::env;
use std::fs;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};
use senim_core::liveness::DEGREE_MIN;
use senim_core::liveness::FrameFacts;
use senim_core::liveness::challenge::Nonce;
use senim_core::liveness::facts::cosine;
use senim_core::liveness::pack::{About, Pack, Writer};
use senim_core::photo::{Guidance, Image, Measured};

use super::*;

pub(super) const RUNTIMES: [&str; 2] = ["rten", "ort"];

const PEOPLE: [&str; 6] =
    ["person_a_1", "person_a_2", "person_b_1", "person_b_2", "impostor_1", "impostor_2"];

#[test]
fn every_person_before_the_camera_is_found_well_placed_and_live() {
    for runtime in RUNTIMES {
        let faces = engine(runtime);
        for person in PEOPLE {
            let frame = camera(&[person], 720);
            let (guidance, found) = looked_at(&faces, &frame);
            assert_eq!((found.faces, guidance), (1, Guidance::Good), "{person}");
            let face = found.face.unwrap();
            println!("{runtime} {person} live {:?} quality {:.2}", face.live, face.quality);
            assert!(face.live[0] > 0.9, "{person}: {:?}", face.live);
        }
    }
}

#[test]
fn the_same_person_matches_and_no_other_does() {
    for runtime in RUNTIMES {
        let faces = engine(runtime);
        for probe in PEOPLE {
            for reference in PEOPLE {
                let same = probe.rsplit_once('_').map(|it| it.0)
                    == reference.rsplit_once('_').map(|it| it.0);
                let same = probe == reference || (same && !probe.starts_with("impostor"));
                let degree = faces.degree(&camera(&[probe], 720), &portrait(reference)).unwrap();
                println!("{runtime} {probe} × {reference}: {degree:.1}");
                assert_eq!(degree >= DEGREE_MIN, same, "{probe} × {reference}: {degree}");
            }
        }
    }
}

#[test]
fn every_runtime_sees_the_same_face() {
    let [embedded, native] = RUNTIMES.map(engine);
    for person in PEOPLE {
        let image = decoded(&camera(&[person], 720));
        let [one, other] =
            [&embedded, &native].map(|it| Faces::faces(&mut Detector::new(it, &image)).unwrap()[0]);
        let (a, b) = (one.bounds, other.bounds);
        for apart in [a.x - b.x, a.y - b.y, a.width - b.width, a.height - b.height] {
            assert!(apart.abs() < 1.0, "{person}: {apart} px");
        }
        let [a, b] = [&embedded, &native].map(|it| facts::embedding(it, &image, &one).unwrap());
        assert!(cosine(&a, &b) > 0.999, "{person}");
    }
}

#[test]
fn every_frame_of_a_pack_is_seen_and_several_portraits_are_matched_as_one() {
    let frames = ["person_a_1", "person_a_2", "person_b_1"].map(|it| camera(&[it], 720));
    let pack = packed(&frames);
    let pack = Pack::read_any(&pack).unwrap();
    for runtime in RUNTIMES {
        let faces = engine(runtime);
        let seen = faces.see(&pack.frames).unwrap();
        let close: Vec<_> = seen.iter().map(|it| it.facts.face.as_ref().unwrap()).collect();
        println!("{runtime}: {:?}", close.iter().map(|it| it.likeness).collect::<Vec<_>>());
        assert_eq!(seen.iter().map(|it| it.at_ms).collect::<Vec<_>>(), [0, 40, 80]);
        assert!(close.iter().all(|it| it.eyes_open.iter().all(|it| *it > 0.5)));
        assert!((close[0].likeness - 1.0).abs() < 1e-3);
        assert!(close[1].likeness > 0.43 && close[2].likeness < 0.43);

        let reference = portrait("person_a_2");
        let whole = faces.compare(&[&frames[0], &frames[1]], &reference).unwrap();
        let parts = [0, 1].map(|it| faces.compare(&[&frames[it]], &reference).unwrap().similarity);
        // What both have in common is nearer to the person than either; one picture twice is that picture.
        assert!(whole.similarity >= f32::midpoint(parts[0], parts[1]));
        let twice = faces.compare(&[&frames[0], &frames[0]], &reference).unwrap();
        assert!((twice.similarity - parts[0]).abs() < 1e-4);
        assert!(whole.degree >= DEGREE_MIN);
        // What is no portrait does not count where another is.
        assert!(faces.compare(&[b"hello", &frames[2]], &reference).unwrap().degree < DEGREE_MIN);
        assert_eq!(faces.compare(&[], &reference), Err(Problem::PhotoTooFew));
        assert_eq!(faces.compare(&[b"hello"], &reference), Err(Problem::PhotoNotAnImage));
    }
}

#[test]
fn another_set_of_weights_drops_in_and_a_changed_model_does_not() {
    let folder = env::temp_dir().join(format!("senim-solution-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for name in ["yunet", "sface", "fr_liveness", "fr_landmark", "fr_eye"] {
        let name = format!("{name}.onnx");
        fs::copy(models().join(&name), folder.join(&name)).unwrap();
    }
    let open = |solution: Option<&str>| {
        let solution = solution.map(|text| {
            let file = folder.join("solution.toml");
            fs::write(&file, text).unwrap();
            file
        });
        Faces::open_with(&folder, &Options { solution, ..Options::default() })
    };
    assert_eq!(open(None).unwrap().solution().name, "senim-sface", "without dlib's file");

    let mine = include_str!("solution_sface.toml").replace("senim-sface", "mine");
    let mine = mine.replace("mirrored = true\nweight", "mirrored = false\nweight");
    let faces = open(Some(&mine)).unwrap();
    assert_eq!(faces.solution().name, "mine");
    let reference = portrait("person_b_2");
    assert!(faces.degree(&portrait("person_b_1"), &reference).unwrap() >= DEGREE_MIN);
    assert!(faces.degree(&portrait("impostor_1"), &reference).unwrap() < DEGREE_MIN);

    let changed = mine.replace("3fcd8d81", "00000000");
    let error = open(Some(&changed)).err().unwrap().to_string();
    assert!(error.contains("sface.onnx") && error.contains("cargo xtask setup"), "{error}");
    let missing = mine.replace("sface.onnx", "other.onnx");
    assert!(matches!(open(Some(&missing)), Err(FacesError::Missing(_))));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_bystander_does_not_stand_for_the_person_in_the_middle() {
    let faces = engine("rten");
    let alone = faces.greatest(&portrait("person_b_2")).unwrap();
    let mut frame = RgbImage::new(1600, 720);
    for (person, x) in [("person_b_2", 500), ("impostor_2", 1150)] {
        let picture = image::load_from_memory(&portrait(person)).unwrap();
        let picture = picture.resize(450, 720, imageops::FilterType::CatmullRom).into_rgb8();
        imageops::replace(&mut frame, &picture, x, 60);
    }
    let crowd = jpeg(&frame);
    assert_eq!(faces.template(&crowd), Err(Problem::PhotoTooManyFaces));
    let middle = faces.greatest(&crowd).unwrap();
    assert_eq!(middle.stand.faces, 2);
    let alike = faces.solution().similarity(&[middle], &alone).unwrap();
    assert!(alike > 0.9, "{alike}");
}

#[test]
fn a_portrait_that_the_gate_accepts_stands_for_one_that_it_does_not() {
    let faces = engine("rten");
    let reference = faces.template(&portrait("person_b_2")).unwrap();
    let good = faces.template(&portrait("person_b_1")).unwrap();
    let mut shut = faces.template(&portrait("impostor_1")).unwrap();
    shut.stand.eyes_open = 0.1;
    let alone = faces.matched(vec![good.clone()], &reference).unwrap();
    assert_eq!(faces.matched(vec![shut.clone(), good], &reference), Some(alone));
    assert!(faces.matched(vec![shut], &reference).unwrap().degree < DEGREE_MIN);
    assert_eq!(faces.matched(vec![], &reference), None);
}

#[test]
fn pictures_that_can_not_be_judged_are_problems() {
    let faces = engine("rten");
    let good = camera(&["person_a_1"], 720);
    let empty = jpeg(&RgbImage::from_pixel(1280, 720, image::Rgb([90, 110, 130])));
    let two = camera(&["person_a_2", "person_b_2"], 720);
    assert_eq!(looked_at(&faces, &empty).1.faces, 0);
    assert_eq!(looked_at(&faces, &two).1.faces, 2);
    for (code, frame) in [
        ("photo.not-an-image", Bytes::from_static(b"hello")),
        ("photo.too-small", jpeg(&RgbImage::new(320, 240))),
    ] {
        let pack = packed(&[good.clone(), frame]);
        let seen = faces.see(&Pack::read_any(&pack).unwrap().frames);
        assert_eq!(seen.map_err(Problem::code), Err(code));
    }
    let heavy = picture::decode(&vec![0; BYTES_MAX + 1], picture::FRAME);
    assert_eq!(heavy.map_err(Problem::code), Err("photo.too-large"));
    let reference = portrait("person_a_2");
    let degree =
        |probe: &[u8], reference: &[u8]| faces.degree(probe, reference).map_err(Problem::code);
    assert_eq!(degree(&empty, &reference), Err("photo.no-face"));
    assert_eq!(degree(&two, &reference), Err("photo.several-faces"));
    assert_eq!(degree(&good, &empty), Err("identity.source-photo"));
    assert_eq!(degree(&good, b"hello"), Err("identity.source-photo"));
}

#[test]
fn a_sharp_frame_is_better_than_a_soft_one() {
    let faces = engine("rten");
    let sharp = camera(&["person_b_1"], 720);
    let quality = |frame: &[u8]| looked_at(&faces, frame).1.face.unwrap().quality;
    assert!(quality(&sharp) > quality(&blurred(&sharp, 2.0)));
}

#[test]
fn the_smallest_frame_is_seen_too() {
    let frame = image::load_from_memory(&camera(&["person_b_2"], 720)).unwrap();
    let small = frame.resize_exact(640, 360, imageops::FilterType::Triangle).into_rgb8();
    let pack = packed(&[jpeg(&small)]);
    let seen = engine("rten").see(&Pack::read_any(&pack).unwrap().frames).unwrap();
    assert!(seen[0].facts.face.as_ref().unwrap().live[0] > 0.5);
}

#[test]
fn looking_ends_when_its_time_is_over_and_begins_with_no_pack_that_costs_too_much() {
    let pack = packed(&[camera(&["person_b_2"], 720), camera(&["person_b_2"], 720)]);
    let (pack, asked) = (Pack::read_any(&pack).unwrap(), std::cell::Cell::new(0));
    let over = || asked.replace(asked.get() + 1) > 0;
    let looked = engine("rten").look(&pack.frames, over);
    assert_eq!((looked.err(), asked.get()), (Some(Problem::Busy), 2));
    let twelve = jpeg(&RgbImage::new(4_000, 3_000));
    let pack = packed(&[twelve]);
    let never = || -> bool { unreachable!("nothing is decoded") };
    let looked = engine("rten").look(&Pack::read_any(&pack).unwrap().frames, never);
    assert_eq!(looked.err(), Some(Problem::PhotoTooManyPixels));
}

#[test]
fn a_little_nearer_a_person_is_as_live() {
    let faces = engine("rten");
    for person in PEOPLE {
        for lines in [720, 828, 936] {
            let (guidance, found) = looked_at(&faces, &camera(&[person], lines));
            let live = found.face.unwrap().live[0];
            println!("{person} × {lines}: {guidance:?} live {live:.3}");
            assert_eq!(guidance, Guidance::Good, "{person} × {lines}");
            assert!(live > 0.9, "{person} × {lines}: {live}");
        }
    }
}

pub(super) fn open(runtime: &str) -> Runtime {
    match runtime {
        "ort" => Runtime::onnxruntime(&fetched("tools/libonnxruntime.so"), Provider::Cpu).unwrap(),
        "rten" => Runtime::embedded(),
        other => panic!("no runtime `{other}`"),
    }
}

pub(super) fn models() -> PathBuf {
    env::var_os("SENIM_MODELS").map_or_else(|| fetched("models"), PathBuf::from)
}

pub(super) fn engine(runtime: &str) -> Faces {
    let library = (runtime == "ort").then(|| fetched("tools/libonnxruntime.so"));
    let faces = Faces::open(&models(), library.as_deref()).unwrap();
    assert_eq!(faces.runtime(), runtime);
    faces
}

/// What `cargo xtask setup` fetches, never committed.
pub(super) fn fetched(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.senim").join(name);
    assert!(path.exists(), "`{}` is missing: run `cargo xtask setup`", path.display());
    path
}

pub(super) fn portrait(person: &str) -> Vec<u8> {
    fs::read(fetched("people").join(format!("{person}.jpg"))).unwrap()
}

/// What a 720p camera shows of portraits held before it side by side, each `lines` high.
fn camera(people: &[&str], lines: u32) -> Bytes {
    let mut frame = RgbImage::new(1280, 720);
    let step = 1280 / i64::try_from(people.len()).unwrap();
    for (left, person) in (0..).step_by(usize::try_from(step).unwrap()).zip(people) {
        let picture = image::load_from_memory(&portrait(person)).unwrap();
        let picture =
            picture.resize(4 * lines, lines, imageops::FilterType::CatmullRom).into_rgb8();
        let x = left + (step - i64::from(picture.width())) / 2;
        let y = (720 - i64::from(picture.height())) / 2;
        imageops::replace(&mut frame, &picture, x, y);
    }
    jpeg(&frame)
}

/// What the widget would hint without marks, and what the judge is told.
fn looked_at(faces: &Faces, frame: &[u8]) -> (Guidance, FrameFacts) {
    let image = decoded(frame);
    let found = Faces::faces(&mut Detector::new(faces, &image)).unwrap();
    let guidance = Measured::of(&image, &found, None).guidance();
    (guidance, facts::facts(faces, &image, &mut None).unwrap())
}

fn packed(frames: &[Bytes]) -> Vec<u8> {
    let mut writer = Writer::new(&Nonce([7; 32]), &About::default());
    for (step, jpeg) in (0..).zip(frames) {
        writer.push(&Frame { step, at_ms: 40 * u32::from(step), kind: Kind::Portrait, jpeg });
    }
    writer.finish()
}

fn blurred(frame: &[u8], radius: f32) -> Bytes {
    jpeg(&image::load_from_memory(frame).unwrap().blur(radius).into_rgb8())
}

pub(super) fn jpeg(picture: &RgbImage) -> Bytes {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(picture).unwrap();
    bytes.into()
}

fn decoded(bytes: &[u8]) -> Image {
    picture::decode(bytes, picture::PORTRAIT).unwrap()
}
