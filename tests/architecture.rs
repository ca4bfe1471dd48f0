//! The dependency direction, kept true (ARCHITECTURE.md), and nothing of one machine in the tree.

use std::path::Path;
use std::process::Command;

/// Who may depend on whom. A line added here is a change of architecture.
const ALLOWED: &[(&str, &[&str])] = &[
    ("senim-cabinet", &["senim-core", "senim-kit"]),
    ("senim-channel", &["senim-core"]),
    ("senim-console", &["senim-core", "senim-kit"]),
    ("senim-core", &[]),
    ("senim-fuzz", &["senim-core"]),
    ("senim-gate", &["senim-core"]),
    ("senim-host", &["senim-channel", "senim-core", "senim-faces", "senim-store"]),
    ("senim-faces", &["senim-channel", "senim-core"]),
    ("senim-journeys", &["senim-core", "senim-tests", "senim-world"]),
    ("senim-judge", &["senim-core"]),
    ("senim-kit", &["senim-core"]),
    ("senim-liveness", &["senim-core"]),
    ("senim-node", &["senim-channel", "senim-core"]),
    ("senim-pictures", &[]),
    ("senim-store", &["senim-channel", "senim-core"]),
    (
        "senim-tests",
        &[
            "senim-channel",
            "senim-core",
            "senim-faces",
            "senim-host",
            "senim-pictures",
            "senim-store",
            "senim-trial",
            "senim-world",
        ],
    ),
    ("senim-trial", &["senim-channel", "senim-core", "senim-faces"]),
    ("senim-world", &["senim-channel", "senim-core"]),
    ("xtask", &["xtask-models"]),
    ("xtask-models", &[]),
];

#[test]
fn dependencies_point_to_the_core() {
    let metadata = metadata();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("name");
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(it, _)| *it == name)
            .unwrap_or_else(|| panic!("`{name}` has no place in ALLOWED"));
        // Those for another target or for tests alone are in the same list.
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let dependency = dependency["name"].as_str().expect("name");
            assert!(
                !(dependency.starts_with("senim-") || dependency.starts_with("xtask"))
                    || allowed.contains(&dependency),
                "`{name}` may not depend on `{dependency}`"
            );
        }
    }
}

#[test]
fn every_room_of_the_list_is_there() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    for (room, _) in ALLOWED {
        assert!(
            packages.iter().any(|it| it["name"] == *room),
            "`{room}` is listed and is not there"
        );
    }
}

/// What a stranger's clone would not have: a person's folder, a package registry's host.
#[test]
fn no_file_names_a_machine_or_a_registry() {
    // In two halves, so that this file does not name them itself.
    let machines = [("/ro", "ot/"), ("/ho", "me/"), ("/Us", "ers/"), ("/wo", "rk/")];
    let registries = [
        ("registry.npm", "js.org"),
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("static.crates", ".io"),
        ("index.crates", ".io"),
        ("registry.yarn", "pkg.com"),
        ("deb.deb", "ian.org"),
    ];
    let root = root();
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(&root)
        .output()
        .expect("git runs");
    let names = String::from_utf8(listed.stdout).expect("names are text");
    let mut found = Vec::new();
    for name in names.split('\0').filter(|it| !it.is_empty()) {
        // A picture or a file that was just removed has no lines to look at.
        let Ok(text) = std::fs::read_to_string(root.join(name)) else { continue };
        for (number, line) in text.lines().enumerate() {
            let machine = machines.iter().any(|(a, b)| names_folder(line, &format!("{a}{b}")));
            let registry = registries.iter().any(|(a, b)| line.contains(&format!("{a}{b}")));
            if machine || registry {
                found.push(format!("{name}:{}", number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Whether the absolute folder stands there by itself, not as a part of a longer path.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|it| {
            it.is_alphanumeric() || matches!(it, '.' | '_' | '-' | '/' | '}' | ')' | '*')
        })
    })
}

fn metadata() -> serde_json::Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    serde_json::from_slice(&output.stdout).expect("json")
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository").to_owned()
}
