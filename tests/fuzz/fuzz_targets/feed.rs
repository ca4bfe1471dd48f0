//! The stream to nodes: whatever bytes come, frames are found or refused, a follower takes over nothing that no beat has
//! signed, and what is read of changed consents is written as it was.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use senim_core::feed::Place;
use senim_core::feed::content::Content;
use senim_core::feed::follower::Follower;
use senim_core::feed::frame::{Bits, Splitter};
use senim_core::jose::JwkSet;

const BOUND: Duration = Duration::from_secs(5);

fuzz_target!(|bytes: &[u8]| {
    if let Ok(bits) = Bits::read(bytes) {
        assert_eq!(bits.write(), bytes);
    }
    let _ = Content::from_snapshot(bytes);
    // However the bytes are cut, the same frames are found.
    let whole = frames(&[bytes]);
    let middle = bytes.len() / 2;
    assert_eq!(whole, frames(&[&bytes[..middle], &bytes[middle..]]));
    for believes in [false, true] {
        let mut follower = Follower::new("https://senim", BOUND, Place::default());
        follower.ask("nonce".to_owned(), JwkSet::default(), Duration::ZERO);
        for frame in &whole {
            let taken = follower.take(frame.clone(), Duration::ZERO, |_, _| believes);
            if matches!(taken, Ok(Some(_))) {
                assert!(believes, "nobody signed it");
            }
            if taken.is_err() {
                break;
            }
        }
        assert!(believes || follower.held().is_none() && !follower.is_fresh(Duration::ZERO));
    }
});

fn frames(pieces: &[&[u8]]) -> Vec<senim_core::feed::frame::Frame> {
    let (mut splitter, mut found) = (Splitter::default(), Vec::new());
    for piece in pieces {
        splitter.push(piece);
        while let Ok(Some(frame)) = splitter.take() {
            found.push(frame);
        }
    }
    found
}
