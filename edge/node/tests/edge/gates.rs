//! Gates that the operator signs: verified, tried out, and swapped while requests go on.

use std::fs;
use std::path::PathBuf;

use senim_core::log::note::{KeyKind, SigningKey};
use senim_core::release::Release;
use senim_node::Node;

use crate::hostile::written;
use crate::tokens::PATH;
use crate::world::{World, gate};

#[tokio::test]
async fn the_latest_signed_gate_runs_and_each_record_names_it() {
    let mut world = Signed::start("signed").await;
    world.release("1.0.0", &component(""));
    world.release("1.2.0", &component("two"));
    world.start_node().await;
    assert_eq!(world.version(), "1.2.0");
    assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
    world.release("1.10.0", &component("ten"));
    assert_eq!(world.reload().await.unwrap(), "1.10.0");
    assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
    world.until(|it| it.platform.word(|word| word.uses.len() == 2)).await;
    world.platform.word(|word| {
        let named: Vec<_> = word.uses.iter().map(|it| it.gate.clone().unwrap()).collect();
        let versions: Vec<_> = named.iter().map(|it| it.version.unwrap().to_string()).collect();
        assert_eq!(versions, ["1.2.0", "1.10.0"]);
        assert_eq!(named[1].digest, senim_core::jose::sha256(&component("ten")));
    });
}

/// Each is refused, and the running gate goes on.
#[tokio::test]
async fn a_gate_that_is_unsigned_wrongly_signed_altered_or_broken_is_refused() {
    let mut world = Signed::start("refused-gates").await;
    world.release("1.0.0", &component(""));
    world.start_node().await;
    let stranger = SigningKey::new("operator", KeyKind::Log, &[9; 32]).unwrap();
    let broken = fs::read(written(&world.dir, "trap", "(unreachable)")).unwrap();
    for (name, note, bytes, why) in [
        (
            "a stranger's",
            signed_note("2.0.0", &component("x"), &stranger),
            component("x"),
            "signed",
        ),
        (
            "altered",
            signed_note("2.0.0", &component("x"), &world.key).replace("2.0.0", "3.0.0"),
            component("x"),
            "not genuine",
        ),
        (
            "another file",
            signed_note("2.0.0", &component("x"), &world.key),
            component("y"),
            "SHA-256",
        ),
        ("no component", signed_note("2.0.0", b"nothing", &world.key), b"nothing".to_vec(), ""),
        // It passes every answer.
        ("lenient", signed_note("2.0.0", &broken, &world.key), broken.clone(), "refuse"),
        ("no note", "nothing".to_owned(), component("x"), "note"),
    ] {
        world.write("2.0.0", &note, &bytes);
        let error = world.reload().await.expect_err(name);
        assert!(error.contains(why), "{name}: {error}");
        assert_eq!(world.version(), "1.0.0", "{name}");
        assert_eq!(world.outcome(world.get(PATH)).await, (200, None), "{name}");
    }
    // A file beside which nothing is signed is not looked at.
    fs::remove_file(world.gates().join("2.0.0.note")).unwrap();
    assert_eq!(world.reload().await.unwrap(), "1.0.0");
}

#[tokio::test]
async fn an_older_gate_runs_only_when_the_operator_goes_back_to_it() {
    let mut world = Signed::start("older-gates").await;
    world.release("1.0.0", &component(""));
    world.release("2.0.0", &component("two"));
    world.start_node().await;
    fs::remove_file(world.gates().join("2.0.0.note")).unwrap();
    let error = world.reload().await.unwrap_err();
    assert!(error.contains("2.0.0 ran before"), "{error}");
    assert_eq!(world.version(), "2.0.0");

    world.release("2.0.0", &component("two"));
    fs::write(world.gates().join("use"), "1.0.0\n").unwrap();
    assert_eq!(world.reload().await.unwrap(), "1.0.0");
    assert_eq!(world.outcome(world.get(PATH)).await, (200, None));
    fs::write(world.gates().join("use"), "7.0.0\n").unwrap();
    assert!(world.reload().await.unwrap_err().contains("no release 7.0.0"));
    fs::remove_file(world.gates().join("use")).unwrap();
    assert_eq!(world.reload().await.unwrap(), "2.0.0");
}

/// A restart with a bad release in the folder: the gate that ran last goes on, and none but it.
#[tokio::test]
async fn a_node_starts_with_the_gate_that_ran_last_where_the_latest_is_refused() {
    let mut world = Signed::start("gate-restart").await;
    world.release("1.0.0", &component(""));
    world.start_node().await;
    world.node.take().unwrap().stop().await;
    for note in [signed_note("2.0.0", b"nothing", &world.key), "nothing".to_owned()] {
        world.write("2.0.0", &note, b"nothing");
        world.start_node().await;
        assert_eq!(world.version(), "1.0.0");
        world.node.take().unwrap().stop().await;
    }

    let mut fresh = Signed::start("gate-none").await;
    let none = Node::start(fresh.config.clone()).await.err().expect("no gate, no node");
    assert!(none.to_string().contains("no release"), "{none}");
    fresh.write("2.0.0", &signed_note("2.0.0", b"nothing", &fresh.key), b"nothing");
    assert!(Node::start(fresh.config.clone()).await.is_err());
    fresh.release("2.0.0", &component(""));
    fresh.start_node().await;
    assert_eq!(fresh.version(), "2.0.0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gate_is_swapped_under_load_without_a_failed_request() {
    let mut world = Signed::start("swap").await;
    world.config.upstream_timeout_s = 10;
    world.release("1.0.0", &component(""));
    world.start_node().await;
    let client = world.client("consumer");
    let (url, token) = (world.url(PATH), world.token(|_| {}));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let loads: Vec<_> = (0..4)
        .map(|_| {
            let (client, url, token, stopped) =
                (client.clone(), url.clone(), token.clone(), stopped.clone());
            tokio::spawn(async move {
                let mut answered = 0;
                while !*stopped.borrow() {
                    let answer = client.get(&url).bearer_auth(&token).send().await.unwrap();
                    assert_eq!(answer.status(), 200);
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    let seen = |it: &World| it.provider.manner(|manner| manner.seen.len());
    // More than are under way: some of them began with the gate that runs now.
    world.until(|it| seen(it) >= 10).await;
    for version in ["1.1.0", "1.2.0"] {
        world.release(version, &component(version));
        assert_eq!(world.reload().await.unwrap(), version);
        let before = seen(&world);
        world.until(|it| seen(it) >= before + 10).await;
    }
    stop.send(true).unwrap();
    let mut answered = 0;
    for load in loads {
        answered += load.await.unwrap();
    }
    world.until(|it| it.platform.word(|word| word.uses.len() == answered)).await;
    world.platform.word(|word| {
        let ran = |version: &str| {
            let named = |it: &senim_core::usage::Use| it.gate.as_ref().and_then(|it| it.version);
            word.uses.iter().any(|it| named(it).is_some_and(|it| it.to_string() == version))
        };
        assert!(["1.0.0", "1.1.0", "1.2.0"].into_iter().all(ran));
    });
}

/// A world whose node takes signed gates from a folder.
pub(crate) struct Signed {
    world: World,
    key: SigningKey,
}

impl std::ops::Deref for Signed {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl std::ops::DerefMut for Signed {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Signed {
    pub(crate) async fn start(name: &str) -> Self {
        let mut world = World::prepare(name).await;
        let key = SigningKey::new("operator", KeyKind::Log, &[1; 32]).unwrap();
        let dir = world.dir.join("gates");
        fs::create_dir_all(&dir).unwrap();
        (world.config.gate, world.config.gate_dir) = (None, Some(dir));
        let plenty = serde_json::json!({"consent_requests_a_minute": 1_000_000});
        world.platform.word(|word| word.participants[0]["allowance"] = plenty);
        world.config.gate_keys = vec![key.public().clone()];
        Self { world, key }
    }

    fn gates(&self) -> PathBuf {
        self.dir.join("gates")
    }

    pub(crate) fn release(&self, version: &str, bytes: &[u8]) {
        self.write(version, &signed_note(version, bytes, &self.key), bytes);
    }

    pub(crate) fn write(&self, version: &str, note: &str, bytes: &[u8]) {
        fs::write(self.gates().join(format!("{version}.wasm")), bytes).unwrap();
        fs::write(self.gates().join(format!("{version}.note")), note).unwrap();
    }

    fn version(&self) -> String {
        self.node().gate().version.unwrap().to_string()
    }

    async fn reload(&self) -> Result<String, String> {
        let name = self.node().reload_gate().await.map_err(|error| error.to_string())?;
        Ok(name.version.unwrap().to_string())
    }
}

/// The gate, with a custom section that tells one release from another.
pub(crate) fn component(name: &str) -> Vec<u8> {
    let mut bytes = fs::read(gate()).unwrap();
    if !name.is_empty() {
        let length = u8::try_from(name.len()).unwrap();
        bytes.extend([0, length + 1, length]);
        bytes.extend(name.as_bytes());
    }
    bytes
}

fn signed_note(version: &str, bytes: &[u8], key: &SigningKey) -> String {
    let digest = senim_core::jose::sha256(bytes);
    Release { version: version.parse().unwrap(), digest }.sign(key)
}
