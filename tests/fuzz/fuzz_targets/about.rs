//! The JSON that a widget sends: its account of camera and page, and what the client can't do.

#![no_main]

use libfuzzer_sys::fuzz_target;
use senim_core::liveness::challenge::{Challenge, Wishes};
use senim_core::liveness::pack::About;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(about) = serde_json::from_slice::<About>(bytes) {
        let again = serde_json::to_vec(&about).expect("JSON");
        assert!(
            serde_json::from_slice::<About>(&again).expect("what was told is understood") == about
        );
    }
    let _ = serde_json::from_slice::<Wishes>(bytes);
    if let Ok(challenge) = serde_json::from_slice::<Challenge>(bytes) {
        let again = serde_json::to_vec(&challenge).expect("JSON");
        assert!(serde_json::from_slice::<Challenge>(&again).is_ok_and(|it| it == challenge));
    }
});
