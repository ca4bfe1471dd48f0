//! What the authority makes, as OpenSSL judges it: chains of every kind, lists, OCSP; with both suites that work.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

mod keys;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use senim_authority::Certificate;
use senim_authority::certificate::{Intent, Issuer, Serial, self_signed};
use senim_authority::der::{Decode as _, Encode as _};
use senim_authority::name::{Organisation, Person, Subject};
use senim_authority::ocsp::{Asked, Named, Status, Unanswered};
use senim_authority::profile::{Addresses, Arc, Profile, Role};
use senim_authority::request;
use senim_authority::revocation::{ListTerms, Reason, Revoked, list};
use senim_authority::suite::{Signer, Suite};
use senim_core::Timestamp;

use keys::{Key, serial};

const YEAR_S: i64 = 365 * 24 * 3600;

struct Made {
    folder: PathBuf,
    arc: Arc,
    addresses: Addresses,
    root: (Key, Certificate),
    issuing: (Key, Certificate),
    now: Timestamp,
}

impl Made {
    fn new(suite: Suite) -> Self {
        let folder = std::env::temp_dir().join(format!("senim-authority-{}", rand_name()));
        fs::create_dir_all(&folder).unwrap();
        let (arc, addresses) = (Arc::example(), addresses());
        // OpenSSL looks at its own clock.
        let now = Timestamp::from_timestamp(now_s() - 60, 0).unwrap();
        let root = Key::new(suite, 1);
        let intent = intent(Profile::Root, authority("Senim Root"), &root, now);
        let root_certificate = self_signed(&intent, &root, &arc, &addresses).unwrap();
        let issuing = Key::new(suite, 2);
        let issuer = Issuer::of(&root_certificate, &root, &arc, &addresses).unwrap();
        let intent = intent_of(Profile::Issuing, authority("Senim Issuing"), &issuing, now, 2);
        let certificate = issuer.issue(issuer.prepare(&intent).unwrap()).unwrap();
        let made = Self {
            folder,
            arc,
            addresses,
            root: (root, root_certificate),
            issuing: (issuing, certificate),
            now,
        };
        made.write("root", &made.root.1);
        made.write("issuing", &made.issuing.1);
        made
    }

    fn issuer(&self) -> Issuer<'_> {
        Issuer::of(&self.issuing.1, &self.issuing.0, &self.arc, &self.addresses).unwrap()
    }

    fn issue(&self, profile: Profile, number: u8) -> (Key, Certificate) {
        let key = Key::new(self.issuing.0.suite(), number);
        let mut intent = intent_of(profile, subject(profile), &key, self.now, number);
        if profile == Profile::Channel {
            intent.hosts = vec!["api.bank.example".into()];
        }
        let certificate = self.issuer().issue(self.issuer().prepare(&intent).unwrap()).unwrap();
        (key, certificate)
    }

    fn write(&self, name: &str, certificate: &Certificate) {
        let path = self.folder.join(format!("{name}.der"));
        fs::write(&path, certificate.to_der().unwrap()).unwrap();
        let pem = self.folder.join(format!("{name}.pem"));
        openssl(&self.folder, &["x509", "-inform", "DER", "-in", text(&path), "-out", text(&pem)])
            .unwrap();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

#[test]
fn every_profile_makes_a_chain_that_openssl_takes_strictly() {
    for suite in [Suite::EcdsaP256, Suite::Ed25519] {
        let made = Made::new(suite);
        for (number, profile) in leaves().into_iter().enumerate() {
            let (_, certificate) = made.issue(profile, 10 + u8::try_from(number).unwrap());
            made.write("leaf", &certificate);
            let purpose: &[&str] = match profile {
                Profile::Tsa => &["-purpose", "timestampsign"],
                Profile::Channel => {
                    &["-purpose", "sslserver", "-verify_hostname", "api.bank.example"]
                }
                Profile::Application => &["-purpose", "sslclient"],
                Profile::Root
                | Profile::Issuing
                | Profile::Ocsp
                | Profile::PersonSigning
                | Profile::PersonAuthentication
                | Profile::MemberSigning(_)
                | Profile::MemberAuthentication(_)
                | Profile::Seal => &[],
            };
            let mut arguments =
                vec!["verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "issuing.pem"];
            arguments.extend(purpose);
            arguments.push("leaf.pem");
            let said = openssl(&made.folder, &arguments);
            assert!(said.as_deref().is_ok_and(|it| it.contains("OK")), "{profile:?}: {said:?}");
        }
        // Names as OpenSSL reads them.
        let (_, certificate) = made.issue(Profile::MemberSigning(Role::FirstHead), 99);
        made.write("leaf", &certificate);
        let said = openssl(
            &made.folder,
            &["x509", "-in", "leaf.pem", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus"],
        );
        let said = said.unwrap();
        for part in ["serialNumber=IIN900101300017", "OU=BIN", "SN=ӘЛИЕВА", "C=KZ"] {
            assert!(said.contains(part), "{said}");
        }
    }
}

#[test]
fn openssl_reads_lists_and_refuses_what_they_name() {
    for suite in [Suite::EcdsaP256, Suite::Ed25519] {
        let made = Made::new(suite);
        let (_, good) = made.issue(Profile::PersonSigning, 10);
        let (_, bad) = made.issue(Profile::PersonSigning, 11);
        made.write("good", &good);
        made.write("bad", &bad);
        let revoked = [Revoked {
            serial: Serial::of(&bad).unwrap(),
            at: made.now,
            reason: Reason::KeyCompromise,
        }];
        let terms = |number, base| ListTerms {
            number,
            base,
            from: made.now,
            next: made.now + chrono::TimeDelta::days(1),
        };
        let root = Issuer::of(&made.root.1, &made.root.0, &made.arc, &made.addresses).unwrap();
        let full = list(&made.issuer(), &terms(7, None), &revoked).unwrap();
        let empty = list(&root, &terms(1, None), &[]).unwrap();
        let delta = list(&made.issuer(), &terms(8, Some(7)), &revoked).unwrap();
        for (name, bytes) in [("issuing.crl", &full), ("root.crl", &empty), ("delta.crl", &delta)] {
            fs::write(made.folder.join(name), bytes).unwrap();
            let pem = format!("{name}.pem");
            openssl(&made.folder, &["crl", "-inform", "DER", "-in", name, "-out", &pem]).unwrap();
        }
        joined(&made.folder, &["root.pem", "issuing.pem"], "chain.pem");
        let said = openssl(
            &made.folder,
            &["crl", "-in", "issuing.crl.pem", "-CAfile", "chain.pem", "-noout", "-text"],
        )
        .unwrap();
        assert!(said.contains("Key Compromise") && said.contains("verify OK"), "{said}");
        let said =
            openssl(&made.folder, &["crl", "-in", "delta.crl.pem", "-noout", "-text"]).unwrap();
        assert!(said.contains("Delta CRL Indicator: critical"), "{said}");
        joined(&made.folder, &["root.pem", "root.crl.pem", "issuing.crl.pem"], "all.pem");
        let verify = |leaf: &str| {
            openssl(
                &made.folder,
                &[
                    "verify",
                    "-x509_strict",
                    "-crl_check_all",
                    "-CAfile",
                    "all.pem",
                    "-untrusted",
                    "issuing.pem",
                    leaf,
                ],
            )
        };
        assert!(verify("good.pem").unwrap().contains("OK"));
        assert!(verify("bad.pem").unwrap_err().contains("certificate revoked"));
    }
}

#[test]
fn openssl_takes_ocsp_answers_with_and_without_nonce() {
    for suite in [Suite::EcdsaP256, Suite::Ed25519] {
        let made = Made::new(suite);
        let (responder, responder_certificate) = made.issue(Profile::Ocsp, 9);
        let (_, good) = made.issue(Profile::PersonSigning, 10);
        let (_, bad) = made.issue(Profile::PersonSigning, 11);
        made.write("good", &good);
        made.write("bad", &bad);
        let named = Named::of(&made.issuer().name, made.issuing.0.public_key()).unwrap();
        let bad_serial = Serial::of(&bad).unwrap();
        for nonce in ["-nonce", "-no_nonce"] {
            for hash in ["-sha1", "-sha256"] {
                openssl(
                    &made.folder,
                    &[
                        "ocsp",
                        hash,
                        "-issuer",
                        "issuing.pem",
                        "-cert",
                        "good.pem",
                        "-cert",
                        "bad.pem",
                        nonce,
                        "-reqout",
                        "asked.der",
                    ],
                )
                .unwrap();
                let asked = Asked::read(&fs::read(made.folder.join("asked.der")).unwrap()).unwrap();
                assert_eq!(asked.has_nonce(), nonce == "-nonce");
                let statuses: Vec<_> = asked
                    .serials(&named)
                    .unwrap()
                    .into_iter()
                    .map(|it| match it {
                        Some(serial) if serial == bad_serial => Status::Revoked(Revoked {
                            serial,
                            at: made.now,
                            reason: Reason::CessationOfOperation,
                        }),
                        Some(_) => Status::Good,
                        None => Status::Unknown,
                    })
                    .collect();
                let next = made.now + chrono::TimeDelta::hours(1);
                let answer = asked
                    .answer(&responder, &responder_certificate, &statuses, made.now, next)
                    .unwrap();
                fs::write(made.folder.join("answer.der"), answer).unwrap();
                let said = openssl(
                    &made.folder,
                    &[
                        "ocsp",
                        hash,
                        "-respin",
                        "answer.der",
                        "-issuer",
                        "issuing.pem",
                        "-cert",
                        "good.pem",
                        "-cert",
                        "bad.pem",
                        "-CAfile",
                        "root.pem",
                        "-verify_other",
                        "issuing.pem",
                        "-no_nonce",
                        "-reqin",
                        "asked.der",
                    ],
                )
                .unwrap();
                assert!(said.contains("Response verify OK"), "{said}");
                assert!(
                    said.contains("good.pem: good") && said.contains("bad.pem: revoked"),
                    "{said}"
                );
            }
        }
        // Another issuer's certificates are not ours to answer for.
        openssl(
            &made.folder,
            &["ocsp", "-issuer", "root.pem", "-cert", "issuing.pem", "-reqout", "asked.der"],
        )
        .unwrap();
        let asked = Asked::read(&fs::read(made.folder.join("asked.der")).unwrap()).unwrap();
        assert_eq!(asked.serials(&named), Err(Unanswered::Unauthorized));
    }
    assert_eq!(Asked::read(b"nonsense"), Err(Unanswered::Malformed));
    assert!(!Unanswered::Unauthorized.written().is_empty());
}

#[test]
fn requests_of_openssl_are_read_and_refused_by_field() {
    let folder = std::env::temp_dir().join(format!("senim-authority-{}", rand_name()));
    fs::create_dir_all(&folder).unwrap();
    let ask = |key: &[&str], subject: &str, names: &str| {
        let mut make = vec!["genpkey", "-out", "key.pem"];
        make.extend(key);
        openssl(&folder, &make).unwrap();
        let extension = format!("subjectAltName={names}");
        let mut ask = vec![
            "req",
            "-new",
            "-key",
            "key.pem",
            "-subj",
            subject,
            "-outform",
            "DER",
            "-out",
            "asked.der",
        ];
        if !names.is_empty() {
            ask.extend(["-addext", extension.as_str()]);
        }
        openssl(&folder, &ask).unwrap();
        fs::read(folder.join("asked.der")).unwrap()
    };
    let p256 = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let asked = ask(&p256, "/CN=bank-a", "DNS:API.bank.example,DNS:www.bank.example");
    let read = request::read(&asked).unwrap();
    assert_eq!(read.common_name.as_deref(), Some("bank-a"));
    assert_eq!(read.hosts, ["api.bank.example", "www.bank.example"]);
    assert_eq!(Suite::of_key(&read.key), Some(Suite::EcdsaP256));
    let ed25519 = request::read(&ask(&["-algorithm", "ED25519"], "/CN=x", "")).unwrap();
    assert_eq!(Suite::of_key(&ed25519.key), Some(Suite::Ed25519));

    let mut altered = asked.clone();
    let at = altered.windows(6).position(|it| it == b"bank-a").unwrap();
    altered[at] = b'c';
    let long = vec![0; request::BYTES_MAX + 1];
    let p384 = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"];
    let rsa = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
    for (field, bytes) in [
        ("request", b"nonsense".to_vec()),
        ("request", long),
        ("signature", altered),
        ("subjectPublicKeyInfo", ask(&p384, "/CN=x", "")),
        ("subjectPublicKeyInfo", ask(&rsa, "/CN=x", "")),
        ("subject", ask(&p256, "/CN=x/CN=y", "")),
        ("subjectAltName", ask(&p256, "/CN=x", "IP:10.0.0.1")),
        ("subjectAltName", ask(&p256, "/CN=x", "DNS:*.bank.example")),
    ] {
        match request::read(&bytes) {
            Err(senim_authority::AuthorityError::Field { field: found, .. }) => {
                assert_eq!(found, field);
            }
            other => panic!("{field}: {other:?}"),
        }
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_national_suite_has_its_place_and_signs_nothing() {
    assert_eq!(Suite::from_name("gost-2015"), Some(Suite::Gost2015));
    assert!(!Suite::Gost2015.is_filled() && Suite::Gost2015.algorithm().is_none());
    let made = Made::new(Suite::EcdsaP256);
    let again = Certificate::from_der(&made.root.1.to_der().unwrap()).unwrap();
    assert_eq!(again, made.root.1);
}

fn leaves() -> Vec<Profile> {
    vec![
        Profile::Ocsp,
        Profile::Tsa,
        Profile::PersonSigning,
        Profile::PersonAuthentication,
        Profile::MemberSigning(Role::FirstHead),
        Profile::MemberAuthentication(Role::Employee),
        Profile::Seal,
        Profile::Channel,
        Profile::Application,
    ]
}

fn intent(profile: Profile, subject: Subject, key: &Key, now: Timestamp) -> Intent {
    intent_of(profile, subject, key, now, 1)
}

fn intent_of(profile: Profile, subject: Subject, key: &Key, now: Timestamp, number: u8) -> Intent {
    Intent {
        profile,
        serial: serial(number),
        subject,
        key: key.public_key().clone(),
        from: now,
        until: profile.until(now).min(now + chrono::TimeDelta::seconds(YEAR_S * 20)),
        hosts: Vec::new(),
    }
}

fn subject(profile: Profile) -> Subject {
    match profile {
        Profile::PersonSigning | Profile::PersonAuthentication => Subject::Person(person()),
        Profile::MemberSigning(_) | Profile::MemberAuthentication(_) => {
            Subject::Member { person: person(), organisation: organisation() }
        }
        Profile::Seal | Profile::Channel | Profile::Application => {
            Subject::System { name: "bank-a".into(), organisation: organisation() }
        }
        Profile::Root | Profile::Issuing | Profile::Ocsp | Profile::Tsa => {
            authority("Senim service")
        }
    }
}

fn authority(name: &str) -> Subject {
    Subject::Authority { name: name.into(), organisation: "Senim".into() }
}

fn person() -> Person {
    Person {
        iin: "900101300017".parse().unwrap(),
        surname: "ӘЛИЕВА".into(),
        given_name: "АЙГҮЛ".into(),
        patronymic: Some("СЕРІКҚЫЗЫ".into()),
    }
}

fn organisation() -> Organisation {
    Organisation { bin: "960440000151".parse().unwrap(), name: "«Банк А» АҚ".into() }
}

fn addresses() -> Addresses {
    Addresses { base: "http://ca.example.kz".into() }
}

fn joined(folder: &Path, names: &[&str], into: &str) {
    let all: Vec<u8> = names.iter().flat_map(|it| fs::read(folder.join(it)).unwrap()).collect();
    fs::write(folder.join(into), all).unwrap();
}

fn openssl(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let said =
        Command::new("openssl").current_dir(folder).args(arguments).output().expect("openssl runs");
    let text = [said.stdout, said.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    if said.status.success() { Ok(text) } else { Err(text) }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn rand_name() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static TURN: AtomicU32 = AtomicU32::new(0);
    format!("{}-{}", std::process::id(), TURN.fetch_add(1, Ordering::SeqCst))
}

#[expect(clippy::disallowed_methods, reason = "OpenSSL has a clock of its own")]
fn now_s() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}
