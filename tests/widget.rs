//! The liveness widget's scripts against core: a word for all that core hints and asks, and the same limits.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use senim_core::liveness::challenge::{Action, Ask, COLOUR_MS, FADE_MS};
use senim_core::liveness::follow::{KEPT_MAX, RING};
use senim_core::liveness::pack::{ABOUT_MAX, CHUNKS_MAX, PACK_MAX};
use senim_core::photo::Guidance;
use serde::Serialize;
use serde_json::Value;

#[test]
fn everything_that_core_hints_and_asks_has_its_words() {
    let words = words();
    for hint in Guidance::ALL {
        assert!(words.contains(&format!("hint-{}", wire(hint))), "{hint:?}");
    }
    for action in Action::ALL {
        assert!(words.contains(&format!("ask-{}", wire(action))), "{action:?}");
    }
    assert!(words.contains(&format!("ask-{}", wire(Ask::Look))));
    for ask in [Ask::Colours(Vec::new()), Ask::Fades(Vec::new())] {
        let told = serde_json::to_value(&ask).expect("an ask");
        let name = told.as_object().and_then(|it| it.keys().next()).expect("its name");
        assert!(words.contains(&format!("ask-{name}")), "{ask:?}");
    }
}

#[test]
fn everything_that_goes_wrong_has_its_sentence_and_its_type() {
    let words = words();
    let types = read("pkg/senim-liveness.d.ts");
    let faults = quoted("Fault(");
    assert!(faults.len() > 12, "found {faults:?}");
    for code in faults {
        assert!(words.contains(&format!("fault-{code}")), "{code}");
        assert!(types.contains(&format!("| \"{code}\"")), "{code} is no FaultCode");
    }
}

#[test]
fn every_event_is_typed_and_described() {
    let (types, readme) = (read("pkg/senim-liveness.d.ts"), read("pkg/README.md"));
    for event in quoted("ell(").iter().filter(|it| it.starts_with("senim-")) {
        assert!(types.contains(&format!("\"{event}\"")), "{event}");
        assert!(readme.contains(&format!("`{event}`")), "{event}");
    }
}

#[test]
fn the_worker_holds_and_sends_what_core_allows() {
    let worker = read("frontend/liveness/widget/worker.js");
    assert_eq!(constant(&worker, "HELD"), RING);
    assert_eq!(constant(&worker, "FRAMES"), KEPT_MAX);
    // Beside the frames: heads and links, and what tells of the camera.
    let beside = ABOUT_MAX + CHUNKS_MAX * 44 + 44;
    assert!(constant(&worker, "BYTES") + beside <= PACK_MAX);
}

/// The page's colours stand when the judge looks for them.
#[test]
fn colours_come_as_quickly_as_core_waits_for_them() {
    for script in ["frontend/liveness/widget/style.js", "pkg/example/stand-in.js"] {
        assert_eq!(constant(&read(script), "FADE_MS"), usize::from(FADE_MS), "{script}");
    }
    let colour = constant(&read("pkg/example/stand-in.js"), "COLOUR_MS");
    assert_eq!(colour, usize::from(COLOUR_MS));
}

fn words() -> BTreeSet<String> {
    let words: Value = serde_json::from_str(&read("frontend/liveness/words.json")).expect("words");
    words.as_object().expect("words by name").keys().cloned().collect()
}

/// The texts that stand in quotes right behind `call` in the widget's scripts, or as either side of a choice there.
fn quoted(call: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for script in std::fs::read_dir(root().join("frontend/liveness/widget")).expect("scripts") {
        let script = std::fs::read_to_string(script.expect("a script").path()).expect("a script");
        for rest in script.split(call).skip(1) {
            let argument = rest.split([')', ';', '{', '`']).next().unwrap_or_default();
            let texts = argument.split('"').skip(1).step_by(2);
            found.extend(texts.map(str::to_owned));
        }
    }
    found
}

fn constant(script: &str, name: &str) -> usize {
    let (_, rest) = script.split_once(&format!("const {name} = ")).expect("the constant");
    let (number, _) = rest.split_once(';').expect("its end");
    number.replace('_', "").parse().expect("a number")
}

/// As it goes over the wire.
fn wire(it: impl Serialize) -> String {
    serde_json::to_value(it).expect("a name").as_str().expect("a name").to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the clone").to_path_buf()
}
