use std::os::unix::fs::PermissionsExt as _;

use clap::Parser;

use super::*;

#[test]
fn a_second_setup_keeps_every_secret_and_takes_new_ports() {
    let dir = folder("again");
    let names =
        ["ca.pem", "consumer.pem", "node.key", "master.key", "jetisu-app.key.pem", "expired.pem"];
    run(&wishes(&dir, &[])).unwrap();
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    let before: Vec<_> = names.map(read).to_vec();
    let operator = Settings::read(&dir).unwrap().operator;
    run(&wishes(&dir, &["--edge-port", "29443", "--host-database", "postgres://app@localhost/x"]))
        .unwrap();
    assert_eq!(names.map(read).to_vec(), before);
    let settings = Settings::read(&dir).unwrap();
    assert_eq!(
        (settings.operator, settings.edge_url.as_str()),
        (operator, "https://localhost:29443")
    );
    assert!(read("host.toml").contains("postgres://app@localhost/x"));
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn the_components_are_named_with_their_digests() {
    let dir = folder("digests");
    run(&wishes(&dir, &[])).unwrap();
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    assert!(
        !read("host.toml").contains("judge_sha256") && !read("node.toml").contains("gate_sha256")
    );
    for (component, text) in [("judge.wasm", "a judge"), ("gate.wasm", "a gate")] {
        fs::write(dir.join(component), text).unwrap();
    }
    run(&wishes(&dir, &[])).unwrap();
    for (file, key, text) in
        [("host.toml", "judge_sha256", "a judge"), ("node.toml", "gate_sha256", "a gate")]
    {
        let line = format!("{key} = \"{}\"", senim_core::jose::sha256(text.as_bytes()));
        assert!(read(file).contains(&line), "{file}");
    }
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn what_is_secret_only_its_owner_reads() {
    let dir = folder("secret");
    run(&wishes(&dir, &[])).unwrap();
    let mut secrets = 0;
    for entry in fs::read_dir(&dir).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let secret = text.contains("PRIVATE KEY") || name == "master.key" || name.ends_with("toml");
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert!(!secret || mode == 0o600, "{name} has mode {mode:o}");
        secrets += usize::from(secret);
    }
    assert!(secrets >= 12);
    let key = fs::read_to_string(dir.join("master.key")).unwrap();
    assert!(key.len() == 64 && key.bytes().all(|it| it.is_ascii_hexdigit()));
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn the_public_key_set_holds_no_private_member() {
    let dir = folder("jwks");
    run(&wishes(&dir, &[])).unwrap();
    let text = fs::read_to_string(dir.join("jetisu-app.jwks.json")).unwrap();
    let set: senim_core::jose::JwkSet = serde_json::from_str(&text).unwrap();
    assert_eq!(set.keys.len(), 1);
    assert!(set.keys[0].kid.is_some() && !text.contains("\"d\""));
    fs::remove_dir_all(dir).unwrap();
}

/// A folder with everything that `setup` makes, for other rooms' tests.
pub(crate) fn made(name: &str) -> PathBuf {
    let dir = folder(name);
    run(&wishes(&dir, &[])).unwrap();
    dir
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    wishes: Wishes,
}

fn wishes(dir: &Path, further: &[&str]) -> Wishes {
    let dir = dir.to_str().unwrap();
    let words = ["setup", "--dir", dir].into_iter().chain(further.iter().copied());
    Line::try_parse_from(words).unwrap().wishes
}

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("senim-setup-{name}-{:016x}", rand::random::<u64>()))
}
