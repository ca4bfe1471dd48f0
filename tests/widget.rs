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
    for answer in refused() {
        assert!(words.contains(&format!("refused-{answer}")), "{answer}");
    }
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

/// What needs no browser: that the module loads without a document, which answers are final, what a device lacks.
#[test]
fn the_scripts_do_without_a_browser_what_they_can() {
    let folder = std::env::temp_dir().join(format!("senim-widget-{:016x}", rand::random::<u64>()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for script in std::fs::read_dir(root().join("frontend/liveness/widget")).expect("scripts") {
        let script = script.expect("a script");
        std::fs::copy(script.path(), folder.join(script.file_name())).expect("a copy");
    }
    // Made when the widget is built.
    let words = read("frontend/liveness/words.json");
    let made = [
        ("words.js", format!("export const WORDS = {words};")),
        ("parts.js", "export const PARTS = {};".to_owned()),
        ("package.json", r#"{"type":"module"}"#.to_owned()),
    ];
    for (name, text) in made {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    let mut node = std::process::Command::new("node");
    let ran = node.arg(root().join("tests/widget.mjs")).arg(&folder).output().expect("node");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    std::fs::remove_dir_all(folder).expect("the folder");
}

/// `color-scheme` of the element chooses the side; its words stand on the page's ground, or on a ground of the widget's.
#[test]
fn words_are_read_on_their_ground_in_light_and_in_dark() {
    let style = read("frontend/liveness/widget/style.js");
    let colours = |name: &str| -> [[f64; 3]; 2] {
        let start = format!("--_{name}: var(--senim-{name}, light-dark(");
        let (_, rest) = style.split_once(&start).unwrap_or_else(|| panic!("{name}"));
        let (pair, _) = rest.split_once(')').expect("its end");
        let both: Vec<_> = pair.split(", ").map(colour).collect();
        [both[0], both[1]]
    };
    let page = [[255.0; 3], [18.0; 3]];
    let rows = [
        ("ink", page, 4.5),
        ("ink-soft", page, 4.5),
        ("good", page, 4.5),
        ("accent", page, 4.5),
        ("line", page, 3.0),
        ("ink", colours("soft"), 4.5),
        ("ink-soft", colours("ground"), 4.5),
        ("bad", colours("bad-soft"), 4.5),
        ("on-accent", colours("accent"), 4.5),
    ];
    for (name, grounds, least) in rows {
        for (ink, ground) in colours(name).into_iter().zip(grounds) {
            let contrast = contrast(ink, ground);
            assert!(contrast >= least, "{name}: {contrast:.2} on {ground:?}");
        }
    }
    assert!(!style.contains("prefers-color-scheme"), "the page's scheme counts, not the device's");
}

/// A page's `transform`, `contain` or `container-type` traps what is only `position: fixed`.
#[test]
fn colours_are_shown_in_the_top_layer() {
    let (view, style) =
        (read("frontend/liveness/widget/view.js"), read("frontend/liveness/widget/style.js"));
    assert!(view.contains("at.screen = h(\"dialog\",") && view.contains("screen.showModal()"));
    assert!(!style.contains("z-index"), "nothing competes with the page's own layers");
}

/// `#rrggbb`.
fn colour(text: &str) -> [f64; 3] {
    let part = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("two digits");
    [1, 3, 5].map(|at| f64::from(part(at)))
}

/// WCAG 2.2, contrast ratio.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let light = |colour: [f64; 3]| {
        let [red, green, blue] = colour.map(|it| {
            let share = it / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn words() -> BTreeSet<String> {
    let words: Value = serde_json::from_str(&read("frontend/liveness/words.json")).expect("words");
    words.as_object().expect("words by name").keys().cloned().collect()
}

/// Names of the sentences for what a server refuses.
fn refused() -> BTreeSet<String> {
    let script = read("frontend/liveness/widget/senim-liveness.js");
    let (_, table) = script.split_once("const REFUSED = {").expect("the table");
    let (table, rest) = table.split_once("};").expect("its end");
    let (_, chosen) = rest.split_once("function refused(").expect("who chooses");
    let (chosen, _) = chosen.split_once("\n}").expect("its end");
    let after = |text: &str, mark: &str| -> Vec<String> {
        let parts = text.split(mark).skip(1);
        parts.filter_map(|it| Some(it.split_once('"')?.0.to_owned())).collect()
    };
    let tabled = after(table, ": \"").into_iter();
    tabled
        .chain(after(chosen, "return \""))
        .chain(after(chosen, "? \""))
        .chain(after(chosen, ": \""))
        .collect()
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
