//! The program itself: configured by a file, killed, started again, ended.

use std::fs::{self, File};
use std::process::{Child, Command};
use std::time::Duration;

use serde_json::Value;

use crate::gates::{Signed, component};
use crate::tokens::{CLIENT, Key, PATH, proof};
use crate::world::{World, now};

#[tokio::test]
async fn the_program_survives_a_kill_and_its_log_names_nobody() {
    let world = World::prepare("program").await;
    let mut program = Program::start(&world);
    program.until_it_answers(&world).await;

    world.platform.word(|word| word.uses_refused = Some(503));
    let (key, token) = (Key::of(5), world.token(|_| {}));
    let bound = world.token(|it| it["cnf"] = serde_json::json!({"jkt": Key::of(5).thumbprint()}));
    let client = world.client("consumer");
    let nonce = world.nonce_at(&program.url()).await;
    let get = |path: &str| client.get(format!("{}{path}", program.url())).bearer_auth(&token);
    assert_eq!(world.outcome(get(PATH)).await.0, 200);
    assert_eq!(world.outcome(get("/account-information/v1/accounts/a-1/loans?iin=1")).await.0, 404);
    assert_eq!(world.with_token_at(&program.url(), "broken.token.here").await.0, 401);
    let proven = client
        .get(format!("{}{PATH}", program.url()))
        .header("authorization", format!("DPoP {bound}"))
        .header("dpop", proof(&key, PATH, &bound, "j1", now(), &nonce));
    assert_eq!(world.outcome(proven).await.0, 200);

    program.child.kill().unwrap();
    program.child.wait().unwrap();
    world.platform.word(|word| word.uses_refused = None);
    let mut again = Program::start(&world);
    again.until_it_answers(&world).await;
    // The four above and the question for a nonce; asking whether it answers leaves none.
    world.until(|it| it.platform.word(|word| word.uses.len() == 5)).await;

    let ended = Command::new("kill").arg("-TERM").arg(again.child.id().to_string()).status();
    assert!(ended.unwrap().success());
    again.until_it_ended_well().await;

    let log = program.log() + &again.log();
    assert!(log.lines().count() > 6);
    for line in log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    let signature = |token: &str| token.split('.').nth(2).unwrap().to_owned();
    for secret in
        [CLIENT.to_owned(), signature(&token), signature(&bound), "broken.token".to_owned()]
    {
        assert!(!log.contains(&secret));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_takes_another_signed_gate_when_it_is_told_to() {
    let world = Signed::start("program-gates").await;
    world.release("1.0.0", &component(""));
    let mut program = Program::start(&world);
    program.until_it_answers(&world).await;
    let hang_up = || {
        let sent = Command::new("kill").arg("-HUP").arg(program.child.id().to_string()).status();
        assert!(sent.unwrap().success());
    };
    world.write("2.0.0", "nothing", &component("two"));
    hang_up();
    world.until(|_| program.log().contains("the one that runs goes on")).await;
    world.release("2.0.0", &component("two"));
    hang_up();
    world.until(|_| program.log().contains("this gate decides")).await;
    let url = format!("{}{PATH}", program.url());
    let request = world.client("consumer").get(url).bearer_auth(world.token(|_| {}));
    assert_eq!(world.outcome(request).await, (200, None));
    world.until(|it| it.platform.word(|word| !word.uses.is_empty())).await;
    world.platform.word(|word| {
        let version = word.uses[0].gate.as_ref().and_then(|it| it.version);
        assert_eq!(version.map(|it| it.to_string()).as_deref(), Some("2.0.0"));
    });
}

#[tokio::test]
async fn uses_that_are_set_aside_are_logged_once() {
    let world = World::prepare("program-refused").await;
    let mut program = Program::start(&world);
    program.until_it_answers(&world).await;
    world.platform.word(|word| word.uses_refused = Some(400));
    for _ in 0..3 {
        assert_eq!(world.with_token_at(&program.url(), &world.token(|_| {})).await.0, 200);
    }
    let refused = world.dir.join("spool/refused.jsonl");
    let count = || fs::read_to_string(&refused).map_or(0, |it| it.lines().count());
    world.until(|_| count() == 3).await;
    let log = program.log();
    assert_eq!(log.matches("refused.jsonl").count(), 1, "{log}");
    assert!(!log.contains("did not take"), "{log}");
}

#[test]
fn a_configuration_that_is_wrong_is_complained_of_at_the_start() {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("edge").join("wrong-program");
    fs::create_dir_all(&dir).unwrap();
    let example = include_str!("../../node.example.toml");
    for (from, to, complaint) in [
        ("name =", "nome =", "nome"),
        ("https://localhost:9443", "http://localhost:9443", "audience: must be https"),
        ("127.0.0.1:9443", "localhost", "listen"),
    ] {
        let path = dir.join("node.toml");
        fs::write(&path, example.replace(from, to)).unwrap();
        let ended = Command::new(env!("CARGO_BIN_EXE_senim-node"))
            .arg("--config")
            .arg(&path)
            .output()
            .unwrap();
        let outcome = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success() && outcome.contains(complaint), "{outcome}");
    }
    let help = Command::new(env!("CARGO_BIN_EXE_senim-node")).arg("--help").output().unwrap();
    assert!(String::from_utf8(help.stdout).unwrap().contains("--config <FILE>"));
}

struct Program {
    child: Child,
    log: std::path::PathBuf,
}

impl Program {
    fn start(world: &World) -> Self {
        let config = &world.config;
        let (file, log) =
            (world.dir.join("node.toml"), world.dir.join(format!("log-{}", rand::random::<u32>())));
        let keys = [
            ("listen", config.listen.to_string()),
            ("name", config.name.clone()),
            ("audience", config.audience.clone()),
            ("platform_url", config.platform_url.clone()),
            ("issuer", config.issuer.clone()),
            ("tls_certificate", config.tls_certificate.display().to_string()),
            ("tls_key", config.tls_key.display().to_string()),
            ("client_ca", config.client_ca.display().to_string()),
            ("spool_dir", config.spool_dir.display().to_string()),
        ];
        let text: Vec<String> =
            keys.iter().map(|(key, value)| format!("{key} = {value:?}\n")).collect();
        let gate = match (&config.gate, &config.gate_dir) {
            (Some(gate), _) => format!("gate = \"{}\"\n", gate.display()),
            (None, dir) => {
                let keys: Vec<_> = config.gate_keys.iter().map(ToString::to_string).collect();
                {
                    let dir = dir.as_ref().unwrap().display();
                    format!("gate_dir = \"{dir}\"\ngate_keys = {keys:?}\n")
                }
            }
        };
        let text = text.concat() + &gate;
        fs::write(&file, text).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_senim-node"))
            .arg("--config")
            .arg(file)
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Self { child, log }
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// From its log: it took any port.
    fn url(&self) -> String {
        let log = self.log();
        let line = log.lines().find(|line| line.contains("the node listens")).unwrap();
        let line: Value = serde_json::from_str(line).unwrap();
        let address = line["fields"]["address"].as_str().unwrap();
        format!("https://localhost:{}", address.rsplit(':').next().unwrap())
    }

    async fn until_it_answers(&mut self, world: &World) {
        let client = world.client("consumer");
        for _ in 0..400 {
            tokio::time::sleep(Duration::from_millis(25)).await;
            assert!(self.child.try_wait().unwrap().is_none(), "{}", self.log());
            if self.log().contains("the node listens")
                && let Ok(answer) = client.get(format!("{}/healthz", self.url())).send().await
                && answer.status() == 200
            {
                return;
            }
        }
        panic!("{}", self.log());
    }
}

impl Program {
    async fn until_it_ended_well(&mut self) {
        for _ in 0..200 {
            if let Some(ended) = self.child.try_wait().unwrap() {
                assert!(ended.success(), "{}", self.log());
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it does not end: {}", self.log());
    }
}

/// A test that fails leaves no program behind.
impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
