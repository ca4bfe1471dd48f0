//! The frame pack: whatever bytes come, it is read or refused; what the writer wrote is read as it was, and what was
//! changed afterwards is not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use senim_core::liveness::challenge::Nonce;
use senim_core::liveness::pack::{About, CHUNKS_MAX, Frame, Kind, Pack, Writer};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(pack) = Pack::read_any(bytes) {
        assert!(pack.frames.len() <= CHUNKS_MAX);
    }
    let Some((&[place, change], rest)) = bytes.split_first_chunk::<2>() else { return };
    let mut writer = Writer::new(&Nonce([place; 32]), &About::default());
    let frames: Vec<Frame> = rest
        .chunks(97)
        .take(8)
        .zip(0_u8..)
        .map(|(jpeg, step)| Frame {
            step,
            at_ms: u32::from(step) * 40,
            kind: if jpeg[0] > 127 { Kind::Portrait } else { Kind::Colour(jpeg[0] % 4) },
            jpeg,
        })
        .collect();
    for frame in &frames {
        writer.push(frame);
    }
    let mut written = writer.finish();
    let read = Pack::read_any(&written).expect("what was written is read");
    assert!(read.frames == frames);
    let at = usize::from(place) * 31 % written.len();
    if change != 0 && !frames.is_empty() {
        written[at] ^= change;
        assert!(Pack::read(&written, &Nonce([place; 32])).is_err(), "byte {at} was changed");
    }
});
