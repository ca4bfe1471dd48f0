//! What a module does, told of each alike: keys sealed in a file, and `SoftHSM2` by PKCS#11.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, thread};

use senim_authority::suite::{Suite, verify};
use senim_signer::{KeyName, Module, ModuleError, Pkcs11Module, SoftwareModule, TokenConfig};

const PIN: &str = "314159";

/// Says to a process of this test that it is the one with tokens of its own: `SoftHSM2` reads where they are from the
/// environment.
const INSIDE: &str = "SENIM_TOKENS_INSIDE";

fn on_each(body: impl Fn(&dyn Module)) {
    in_tokens(|| body(&softhsm("senim", PIN).unwrap()));
    if env::var_os(INSIDE).is_none() {
        let folder = folder();
        body(&SoftwareModule::open(&folder.join("keys"), PIN.as_bytes()).unwrap());
        fs::remove_dir_all(folder).unwrap();
    }
}

/// Runs this in a process whose tokens are its own, which runs the same test.
fn in_tokens(body: impl Fn()) {
    if env::var_os(INSIDE).is_some() {
        return body();
    }
    let folder = folder();
    fs::create_dir_all(folder.join("tokens")).unwrap();
    let configuration = folder.join("softhsm2.conf");
    let tokens = folder.join("tokens");
    let text = format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display());
    fs::write(&configuration, text).unwrap();
    let thread = thread::current();
    let said = Command::new(env::current_exe().unwrap())
        .args([thread.name().unwrap(), "--exact", "--nocapture"])
        .env("SOFTHSM2_CONF", configuration)
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let text = [said.stdout, said.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(said.status.success() && text.contains("1 passed"), "in SoftHSM2: {text}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn keys_sign_and_are_told_by_name() {
    on_each(|module| {
        for suite in [Suite::EcdsaP256, Suite::Ed25519] {
            let name = KeyName::parse(suite.name()).unwrap();
            assert!(module.public_key(&name).unwrap().is_none());
            assert!(matches!(module.sign(&name, b"m"), Err(ModuleError::Missing(_))));
            let public = module.make(&name, suite).unwrap();
            assert_eq!(Suite::of_key(&public), Some(suite));
            assert_eq!(module.public_key(&name).unwrap().as_ref(), Some(&public));
            assert!(matches!(module.make(&name, suite), Err(ModuleError::Taken(_))));
            for message in [&b""[..], b"message", &vec![7; 100_000]] {
                let signature = module.sign(&name, message).unwrap();
                let algorithm = suite.algorithm().unwrap();
                assert!(verify(&public, &algorithm, message, &signature));
                assert!(!verify(&public, &algorithm, b"another", &signature));
            }
            module.destroy(&name).unwrap();
            assert!(module.public_key(&name).unwrap().is_none());
            assert!(matches!(module.destroy(&name), Err(ModuleError::Missing(_))));
            // The name is free again, for another key.
            assert_ne!(module.make(&name, suite).unwrap(), public);
        }
        let name = KeyName::parse("gost").unwrap();
        assert!(matches!(module.make(&name, Suite::Gost2015), Err(ModuleError::NotFilled(_))));
    });
}

#[test]
fn many_threads_sign_at_once() {
    on_each(|module| {
        let name = KeyName::parse("many").unwrap();
        let public = module.make(&name, Suite::EcdsaP256).unwrap();
        thread::scope(|threads| {
            for number in 0..8_u8 {
                let (name, public) = (&name, &public);
                threads.spawn(move || {
                    for turn in 0..25_u8 {
                        let message = [number, turn];
                        let signature = module.sign(name, &message).unwrap();
                        let algorithm = Suite::EcdsaP256.algorithm().unwrap();
                        assert!(verify(public, &algorithm, &message, &signature));
                    }
                });
            }
        });
    });
}

#[test]
fn a_wrong_pin_opens_nothing_and_keys_outlive_their_process() {
    let folder = folder();
    let path = folder.join("keys");
    let name = KeyName::parse("ca").unwrap();
    let public = {
        let module = SoftwareModule::open(&path, PIN.as_bytes()).unwrap();
        module.make(&name, Suite::Ed25519).unwrap()
    };
    assert!(matches!(SoftwareModule::open(&path, b"271828"), Err(ModuleError::Pin)));
    let again = SoftwareModule::open(&path, PIN.as_bytes()).unwrap();
    assert_eq!(again.public_key(&name).unwrap(), Some(public));
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("ed25519") && !text.contains("\"ca\""), "what it holds can be read");
    fs::write(&path, text.replace("\"version\":1", "\"version\":2")).unwrap();
    assert!(matches!(SoftwareModule::open(&path, PIN.as_bytes()), Err(ModuleError::Unreadable)));
    fs::remove_dir_all(&folder).unwrap();

    in_tokens(|| {
        let public = softhsm("senim", PIN).unwrap().make(&name, Suite::EcdsaP256).unwrap();
        let again = opened("senim", PIN).unwrap();
        assert_eq!(again.public_key(&name).unwrap(), Some(public));
        assert!(matches!(opened("another", PIN), Err(ModuleError::Open(_))));
    });
}

#[test]
fn names_are_short_and_plain() {
    for (text, right) in
        [("ca-root-1", true), ("", false), ("Ca", false), ("a/b", false), ("ключ", false)]
    {
        assert_eq!(KeyName::parse(text).is_some(), right, "{text}");
    }
    assert!(KeyName::parse(&"a".repeat(33)).is_none());
}

/// A new token of this label.
fn softhsm(token: &str, pin: &str) -> Result<Pkcs11Module, ModuleError> {
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", token, "--so-pin", "5678", "--pin", pin])
        .output()
        .expect("SoftHSM2 is missing: `cargo xtask setup --tests`");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    opened(token, pin)
}

fn opened(token: &str, pin: &str) -> Result<Pkcs11Module, ModuleError> {
    let module =
        ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
    let module = module.iter().map(Path::new).find(|it| it.exists()).expect("SoftHSM2's module");
    Pkcs11Module::open(TokenConfig { module: module.to_owned(), token: token.to_owned() }, pin)
}

fn folder() -> PathBuf {
    let folder = env::temp_dir().join(format!("senim-signer-{}-{}", std::process::id(), turn()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn turn() -> u32 {
    static TURN: AtomicU32 = AtomicU32::new(0);
    TURN.fetch_add(1, Ordering::SeqCst)
}
