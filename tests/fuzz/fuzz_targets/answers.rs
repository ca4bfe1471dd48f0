//! What nets answer: a broken model, or one that lies, makes no face out of nothing and breaks no measuring.

#![no_main]

use libfuzzer_sys::fuzz_target;
use senim_core::photo::{
    Bounds, Canvas, Close, Face, Heads, Image, Landmarks, Look, Marks, Measured, Outline,
    PhotoReport, Point, Pose, faces,
};

const SIDE: usize = 96;

fuzz_target!(|bytes: &[u8]| {
    let numbers: Vec<f32> = bytes.as_chunks().0.iter().map(|it| f32::from_le_bytes(*it)).collect();
    let pixels = (0..SIDE * SIDE * 3).map(|it| bytes.get(it % bytes.len().max(1)).copied());
    let rgb: Option<Vec<u8>> = pixels.collect();
    let Some(image) = rgb.and_then(|it| Image::new(SIDE, SIDE, it).ok()) else { return };

    let canvas = Canvas::fitting(&image, 64);
    let part = |count: usize| numbers.get(..count).unwrap_or(&numbers);
    let heads = [8, 16, 32].map(|stride| {
        let squares = (canvas.width / stride) * (canvas.height / stride);
        Heads {
            class: part(squares),
            object: part(squares),
            bounds: part(4 * squares),
            landmarks: part(10 * squares),
        }
    });
    let found = faces(&canvas, &heads);
    assert!(found.iter().all(|it| it.bounds.width.is_finite() && it.bounds.height.is_finite()));
    Measured::of(&image, &found, found.first()).guidance();

    let place = Bounds { x: 10.0, y: 10.0, width: 64.0, height: 64.0 };
    let Some(marks) = Marks::from_answer(part(136), &place) else { return };
    let pose = Pose::of(&marks);
    assert!([pose.yaw, pose.pitch, pose.roll].iter().all(|it| it.is_finite()));
    let middle = Point { x: 48.0, y: 48.0 };
    let face = found.first().copied().unwrap_or(Face {
        bounds: place,
        score: 0.9,
        landmarks: Landmarks::from_points([middle; 5]),
    });
    let eyes_open = [0, 1].map(|it| Marks::eye_open(part(2 + it)));
    let look = Look { faces: vec![face], face: Some(Close { face, marks, pose, eyes_open }) };
    PhotoReport::of(&image, &look, Outline::default());
    PhotoReport::of_frame(&image, &look, Outline::default());
    Measured::of_look(&image, &look, None).guidance();
});
