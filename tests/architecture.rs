//! The dependency direction, kept true (ARCHITECTURE.md), and nothing of one machine in the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who may depend on whom. A line added here is a change of architecture.
const ALLOWED: &[(&str, &[&str])] = &[
    ("senim-authority", &["senim-core"]),
    ("senim-cabinet", &["senim-core", "senim-kit"]),
    ("senim-channel", &["senim-core"]),
    ("senim-client", &["senim-channel", "senim-core"]),
    ("senim-console", &["senim-core", "senim-kit"]),
    ("senim-core", &[]),
    ("senim-fuzz", &["senim-core"]),
    ("senim-gate", &["senim-core"]),
    ("senim-host", &["senim-channel", "senim-core", "senim-faces", "senim-soap", "senim-store"]),
    ("senim-faces", &["senim-channel", "senim-core"]),
    ("senim-journeys", &["senim-channel", "senim-core", "senim-tests", "senim-world"]),
    ("senim-judge", &["senim-core"]),
    ("senim-kit", &["senim-core"]),
    ("senim-liveness", &["senim-core"]),
    ("senim-node", &["senim-channel", "senim-core"]),
    ("senim-pictures", &[]),
    ("senim-receipts", &["senim-core"]),
    ("senim-signature", &["senim-authority", "senim-core"]),
    ("senim-signer", &["senim-authority", "senim-channel", "senim-core"]),
    ("senim-soap", &[]),
    ("senim-store", &["senim-channel", "senim-core"]),
    (
        "senim-tests",
        &[
            "senim-channel",
            "senim-client",
            "senim-core",
            "senim-faces",
            "senim-host",
            "senim-node",
            "senim-pictures",
            "senim-store",
            "senim-trial",
            "senim-world",
        ],
    ),
    ("senim-trial", &["senim-channel", "senim-core", "senim-faces"]),
    ("senim-worker", &["senim-core"]),
    ("senim-world", &["senim-channel", "senim-client", "senim-core", "senim-soap"]),
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

/// A route beside the tables of `host/src/callers.rs` would be served without anybody having said who may call it.
#[test]
fn the_hosts_routes_stand_in_tables_of_who_may_call_what() {
    // The table itself, the built files of the pages, and the program that serves the built-in engine.
    const ALLOWED: [&str; 4] = ["callers.rs", "pages.rs", "serve.rs", "tests.rs"];
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "host/src"])
        .current_dir(root())
        .output()
        .expect("git runs");
    let names = String::from_utf8(listed.stdout).expect("names are text");
    let beside = names.split('\0').filter(|name| {
        let text = std::fs::read_to_string(root().join(name)).unwrap_or_default();
        let allowed = ALLOWED.iter().any(|it| name.ends_with(&format!("/{it}")));
        (text.contains(".route(") || text.contains(".route_service(")) && !allowed
    });
    assert_eq!(beside.collect::<Vec<_>>(), Vec::<&str>::new());
}

/// A room and those that it may import.
type Rooms = &'static [(&'static str, &'static [&'static str])];

/// Crates whose rooms (a folder or a file right below `src`) are held to a table.
const WITH_ROOMS: &[(&str, Rooms)] = &[
    (
        "core/src",
        &[
            (
                "activity",
                &["agreement", "alert", "id", "identity", "participant", "passkey", "text"],
            ),
            ("address", &[]),
            ("agreement", &["jose", "retention", "text"]),
            ("alert", &["text"]),
            ("authorization", &["consent", "id", "jose", "json", "personal", "problem", "routing"]),
            ("calendar", &[]),
            (
                "consent",
                &[
                    "agreement",
                    "calendar",
                    "exchange",
                    "id",
                    "participant",
                    "personal",
                    "problem",
                    "retention",
                    "text",
                ],
            ),
            ("evidence", &["agreement", "id", "jose", "liveness", "solution"]),
            ("exchange", &["consent", "json", "problem"]),
            ("feed", &["id", "jose", "json", "routing", "status"]),
            ("help", &[]),
            ("id", &[]),
            (
                "identity",
                &["agreement", "consent", "id", "liveness", "participant", "problem", "text"],
            ),
            ("jose", &["json"]),
            (
                "journal",
                &[
                    "agreement",
                    "consent",
                    "id",
                    "jose",
                    "liveness",
                    "passkey",
                    "personal",
                    "problem",
                    "release",
                    "retention",
                    "text",
                ],
            ),
            ("json", &[]),
            ("lib", &[]),
            ("liveness", &["jose", "json", "photo", "problem"]),
            ("log", &["calendar", "json", "retention"]),
            ("matching", &["id", "json", "liveness", "participant", "personal", "solution"]),
            ("monitoring", &[]),
            ("openapi", &[]),
            ("operator", &[]),
            ("participant", &["id", "jose", "problem", "text"]),
            ("passkey", &["id", "identity", "jose", "json", "problem", "retention"]),
            ("personal", &["id"]),
            ("photo", &[]),
            ("problem", &[]),
            ("receipts", &["id", "journal", "log", "usage"]),
            ("release", &["jose", "log"]),
            ("retention", &["calendar", "text"]),
            (
                "routing",
                &[
                    "calendar",
                    "consent",
                    "exchange",
                    "id",
                    "jose",
                    "json",
                    "participant",
                    "problem",
                ],
            ),
            ("signals", &["consent", "id", "jose", "json", "participant", "problem"]),
            ("solution", &["calendar", "id", "jose", "liveness", "photo", "problem", "text"]),
            ("status", &["jose"]),
            ("text", &[]),
            ("trial", &["photo"]),
            ("usage", &["consent", "id", "jose", "journal", "release"]),
        ],
    ),
    (
        "edge/node/src",
        &[
            ("answer", &["request"]),
            ("budgets", &["config"]),
            ("circuits", &["memory"]),
            ("config", &[]),
            ("facts", &["memory"]),
            ("feed", &["forward", "memory"]),
            ("forward", &["config"]),
            ("gate", &["facts", "idle", "memory"]),
            ("gates", &["config", "facts", "gate"]),
            ("idle", &[]),
            ("lib", &[]),
            ("main", &[]),
            ("memory", &[]),
            (
                "node",
                &[
                    "answer", "budgets", "circuits", "config", "facts", "feed", "forward", "gate",
                    "gates", "memory", "promise", "request", "ship", "spool",
                ],
            ),
            ("promise", &["answer", "config"]),
            ("request", &["config"]),
            ("ship", &["config", "spool"]),
            ("spool", &["memory"]),
        ],
    ),
    (
        "edge/worker/src",
        &[
            ("answer", &[]),
            ("bin", &[]),
            ("clock", &[]),
            ("config", &[]),
            ("decide", &["verify"]),
            ("edge", &["answer", "clock", "config", "decide", "feed", "outbound", "uses"]),
            ("feed", &["clock", "outbound", "verify"]),
            ("front", &["answer", "clock", "config", "edge", "list"]),
            ("lib", &[]),
            ("list", &["answer", "clock", "config", "feed", "outbound", "verify"]),
            ("main", &[]),
            ("outbound", &["clock", "config"]),
            ("uses", &["clock", "outbound"]),
            ("verify", &[]),
        ],
    ),
    (
        "host/src",
        &[
            (
                "activity",
                &[
                    "agreement",
                    "app",
                    "caller",
                    "callers",
                    "consent",
                    "http",
                    "identity",
                    "messages",
                    "passkey",
                ],
            ),
            ("agreement", &["app", "caller", "callers", "evidence", "http", "identity", "passkey"]),
            ("alert", &["app", "messages"]),
            (
                "app",
                &[
                    "budgets", "config", "evidence", "http", "keys", "log", "measures", "messages",
                    "outside", "routing", "solution",
                ],
            ),
            ("authorization", &["alert", "app", "caller", "callers", "config", "consent", "http"]),
            ("backup", &["app", "config", "log"]),
            ("budgets", &["inference"]),
            ("caller", &["app", "callers", "config", "http"]),
            ("callers", &["app"]),
            ("commands", &[]),
            ("config", &["outside", "routing", "solution"]),
            ("consent", &["alert", "app", "caller", "callers", "http", "paper", "routing"]),
            ("evidence", &["app", "messages"]),
            ("help", &["app", "callers"]),
            ("http", &["config"]),
            (
                "identity",
                &[
                    "alert",
                    "app",
                    "authorization",
                    "caller",
                    "callers",
                    "consent",
                    "evidence",
                    "http",
                    "inference",
                    "messages",
                    "outside",
                    "solution",
                    "storage",
                ],
            ),
            ("inference", &[]),
            (
                "jobs",
                &[
                    "app",
                    "authorization",
                    "consent",
                    "identity",
                    "journal",
                    "messages",
                    "monitoring",
                    "passkey",
                    "retention",
                    "signals",
                    "solution",
                ],
            ),
            ("journal", &["app", "caller", "callers", "http", "log"]),
            ("keys", &["app", "http"]),
            ("lib", &[]),
            ("limits", &["app", "budgets", "http"]),
            ("log", &[]),
            ("main", &[]),
            ("matching", &["app", "caller", "callers", "http", "inference", "solution"]),
            ("measures", &[]),
            ("messages", &["app", "outside"]),
            ("monitoring", &["app", "caller", "callers", "http"]),
            ("operator", &["app", "caller", "callers", "http"]),
            ("outside", &[]),
            ("pages", &["app", "config", "http", "solution"]),
            ("paper", &[]),
            ("participant", &["app", "caller", "callers", "http", "operator"]),
            ("passkey", &["alert", "app", "caller", "callers", "http", "identity", "storage"]),
            (
                "router",
                &[
                    "activity",
                    "agreement",
                    "app",
                    "authorization",
                    "callers",
                    "consent",
                    "help",
                    "http",
                    "identity",
                    "journal",
                    "limits",
                    "matching",
                    "monitoring",
                    "operator",
                    "pages",
                    "participant",
                    "passkey",
                    "routing",
                    "signals",
                    "status",
                    "usage",
                ],
            ),
            ("retention", &["app", "evidence", "passkey"]),
            ("routing", &["app", "caller", "callers", "http", "outside"]),
            ("signals", &["app", "caller", "callers", "http"]),
            ("serve", &["app", "jobs", "monitoring", "router", "routing"]),
            ("solution", &["app", "http", "inference"]),
            ("status", &["app", "callers", "http", "routing"]),
            ("storage", &["app", "http"]),
            ("usage", &["alert", "app", "caller", "callers", "http"]),
        ],
    ),
    (
        "host/store/src",
        &[
            ("activity", &[]),
            ("agreement", &[]),
            ("authorization", &[]),
            ("backup", &[]),
            ("check", &[]),
            ("consent", &[]),
            ("devices", &[]),
            ("evidence", &[]),
            ("feed", &[]),
            ("find", &[]),
            ("identity", &[]),
            ("journal", &[]),
            ("keys", &[]),
            ("lib", &[]),
            ("log", &[]),
            ("matching", &[]),
            ("message", &[]),
            ("migrations", &[]),
            ("operator", &[]),
            ("participant", &[]),
            ("passkey", &[]),
            ("queues", &[]),
            ("reseal", &[]),
            ("routing", &[]),
            ("row", &[]),
            ("seal", &[]),
            ("segment", &[]),
            ("signals", &[]),
            ("solution", &[]),
            ("usage", &[]),
        ],
    ),
];

/// Circles of rooms that are allowed, each with its reason in ARCHITECTURE.md ("Rooms that know each other").
const CIRCLES: &[(&str, &[&str])] = &[
    ("core/src", &["consent", "exchange"]),
    (
        "host/src",
        &[
            "app", "caller", "callers", "config", "evidence", "http", "keys", "messages",
            "routing", "solution",
        ],
    ),
];

#[test]
fn rooms_import_only_what_the_table_allows() {
    for (source, allowed) in WITH_ROOMS {
        let found = arrows(source);
        let expected: BTreeMap<String, BTreeSet<String>> = allowed
            .iter()
            .map(|(room, rooms)| {
                ((*room).to_owned(), rooms.iter().map(|it| (*it).to_owned()).collect())
            })
            .collect();
        assert!(
            found == expected,
            "the rooms of {source} import one another otherwise than the table says. If that is meant, say so in \
             ARCHITECTURE.md and put this into the table:\n{}",
            table(&found)
        );
    }
}

#[test]
fn no_circle_of_rooms_is_left_but_those_that_are_named() {
    for (source, _) in WITH_ROOMS {
        let found = circles(&arrows(source));
        let named: Vec<BTreeSet<String>> = CIRCLES
            .iter()
            .filter(|(it, _)| it == source)
            .map(|(_, rooms)| rooms.iter().map(|it| (*it).to_owned()).collect())
            .collect();
        assert_eq!(found, named, "circles of rooms in {source}");
    }
}

/// Files that are compiled for tests alone.
const TEST_FILES: [&str; 3] = ["openapi.rs", "published.rs", "tests.rs"];

/// Which room names which other by `crate::`, tests left out.
fn arrows(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let root = root().join(source);
    let mut files = Vec::new();
    collect(&root, &mut files);
    let room_of = |file: &Path| {
        let first = file.strip_prefix(&root).expect("below").iter().next().expect("a name");
        first.to_string_lossy().trim_end_matches(".rs").to_owned()
    };
    let rooms: BTreeSet<String> = files.iter().map(|it| room_of(it)).collect();
    let mut arrows: BTreeMap<String, BTreeSet<String>> =
        rooms.iter().map(|it| (it.clone(), BTreeSet::new())).collect();
    for file in files.iter().filter(|it| !TEST_FILES.iter().any(|name| it.ends_with(name))) {
        let text = std::fs::read_to_string(file).expect("a source file");
        let code: Vec<&str> =
            text.lines().filter(|it| !it.trim_start().starts_with("//")).collect();
        let code = code.join("\n");
        let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let own = room_of(file);
        for other in named(code).into_iter().filter(|it| *it != own && rooms.contains(it)) {
            arrows.get_mut(&own).expect("a room").insert(other);
        }
    }
    arrows
}

/// The first names after every `crate::`, groups in braces included.
fn named(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_name = |it: &char| it.is_alphanumeric() || *it == '_';
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(rest.chars().take_while(is_name).collect());
            continue;
        };
        let (mut depth, mut begins) = (0, true);
        for (at, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ if depth == 0 && begins && is_name(&letter) => {
                    found.push(group[at..].chars().take_while(is_name).collect());
                    begins = false;
                }
                _ => {}
            }
        }
    }
    found
}

/// Groups of rooms that reach one another, of two or more.
fn circles(arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reached = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&String> = arrows[from].iter().collect();
        while let Some(room) = open.pop() {
            if seen.insert(room.clone()) {
                open.extend(&arrows[room]);
            }
        }
        seen
    };
    let reach: BTreeMap<&String, BTreeSet<String>> =
        arrows.keys().map(|it| (it, reached(it))).collect();
    let mut circles = BTreeSet::new();
    for (room, others) in &reach {
        if others.contains(*room) {
            circles.insert(
                others
                    .iter()
                    .filter(|it| reach[it].contains(*room))
                    .cloned()
                    .collect::<BTreeSet<_>>(),
            );
        }
    }
    circles.into_iter().collect()
}

fn table(arrows: &BTreeMap<String, BTreeSet<String>>) -> String {
    let rows = arrows.iter().map(|(room, rooms)| format!("(\"{room}\", &{rooms:?}),"));
    rows.collect::<Vec<_>>().join("\n")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
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
