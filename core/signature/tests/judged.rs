//! Signatures and time stamps as OpenSSL judges them, whole and altered.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

#[path = "../../authority/tests/keys/mod.rs"]
mod keys;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use const_oid::db::rfc5911::ID_DATA;
use der::Encode as _;
use senim_authority::Certificate;
use senim_authority::certificate::{Intent, Issuer, self_signed};
use senim_authority::name::{Person, Subject};
use senim_authority::profile::{Addresses, Arc, Profile};
use senim_authority::suite::{Signer, Suite};
use senim_core::Timestamp;
use senim_signature::Hash;
use senim_signature::cms::{Content, Prepared, Who};
use senim_signature::tsp::{Asked, Unstamped, response};

use keys::{Key, serial};

const DOCUMENT: &[u8] = "Шарт № 7: сатып алу-сату".as_bytes();

struct Made {
    folder: PathBuf,
    arc: Arc,
    now: Timestamp,
    issuing: Certificate,
    signer: (Key, Certificate),
    unit: (Key, Certificate),
}

impl Made {
    fn new() -> Self {
        static TURN: AtomicU32 = AtomicU32::new(0);
        let turn = TURN.fetch_add(1, Ordering::SeqCst);
        let name = format!("senim-signature-{}-{turn}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let now = Timestamp::from_timestamp(now_s() - 60, 0).unwrap();
        let (arc, addresses) =
            (Arc::example(), Addresses { base: "http://ca.example.kz".to_owned() });
        let intent = |profile: Profile, subject, key: &Key, number| Intent {
            profile,
            serial: serial(number),
            subject,
            key: key.public_key().clone(),
            from: now,
            until: profile.until(now),
            hosts: Vec::new(),
        };
        let key = |number| Key::new(Suite::EcdsaP256, number);
        let root_key = key(1);
        let root = intent(Profile::Root, authority("Root"), &root_key, 1);
        let root = self_signed(&root, &root_key, &arc, &addresses).unwrap();
        let issue = |by: &Key, of: &Certificate, intent: &Intent| {
            let issuer = Issuer::of(of, by, &arc, &addresses).unwrap();
            issuer.issue(issuer.prepare(intent).unwrap()).unwrap()
        };
        let issuing_key = key(2);
        let wanted = intent(Profile::Issuing, authority("Issuing"), &issuing_key, 2);
        let issuing = issue(&root_key, &root, &wanted);
        let (signer, unit) = (key(3), key(4));
        let wanted = intent(Profile::PersonSigning, person(), &signer, 3);
        let signer_certificate = issue(&issuing_key, &issuing, &wanted);
        let wanted = intent(Profile::Tsa, authority("Time stamps"), &unit, 4);
        let unit_certificate = issue(&issuing_key, &issuing, &wanted);
        for (name, certificate) in [("root", &root), ("issuing", &issuing)] {
            fs::write(folder.join(format!("{name}.der")), certificate.to_der().unwrap()).unwrap();
            let (from, to) = (format!("{name}.der"), format!("{name}.pem"));
            openssl(&folder, &["x509", "-inform", "DER", "-in", &from, "-out", &to]).unwrap();
        }
        fs::write(folder.join("document"), DOCUMENT).unwrap();
        fs::write(folder.join("other"), [DOCUMENT, b" "].concat()).unwrap();
        Self {
            folder,
            arc,
            now,
            issuing,
            signer: (signer, signer_certificate),
            unit: (unit, unit_certificate),
        }
    }

    fn signed(&self, content: Content<'_>) -> senim_signature::cms::Signed {
        let (key, certificate) = &self.signer;
        let chain = std::slice::from_ref(&self.issuing);
        let who = Who { suite: key.suite(), certificate, chain };
        let prepared = Prepared::new(&who, content, Some(self.now)).unwrap();
        prepared.sign(key).unwrap()
    }

    fn token(&self, asked: &Asked) -> Result<Vec<u8>, Unstamped> {
        let (key, certificate) = &self.unit;
        let chain = std::slice::from_ref(&self.issuing);
        asked.token(key, certificate, chain, self.arc.time_stamps(), serial(9), self.now).unwrap()
    }

    /// Whether OpenSSL takes the signature of this file's content.
    fn judge(&self, signature: &[u8], content: Option<&str>) -> Result<String, String> {
        fs::write(self.folder.join("signature"), signature).unwrap();
        let mut arguments = vec![
            "cms",
            "-verify",
            "-cades",
            "-binary",
            "-inform",
            "DER",
            "-in",
            "signature",
            "-CAfile",
            "root.pem",
            "-purpose",
            "any",
            "-out",
            "out",
        ];
        if let Some(content) = content {
            arguments.extend(["-content", content]);
        }
        openssl(&self.folder, &arguments)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn openssl_takes_cades_detached_and_enveloping_at_levels_b_and_t() {
    let made = Made::new();
    let hash = Hash::Sha256;
    for is_stamped in [false, true] {
        let digest = hash.digest(DOCUMENT);
        let detached = made.signed(Content::Detached(&digest));
        let within = made.signed(Content::Within { kind: ID_DATA, bytes: DOCUMENT });
        let finished = |it: senim_signature::cms::Signed| {
            if !is_stamped {
                return it.written().unwrap();
            }
            let asked = Asked::of(Hash::Sha256, &Hash::Sha256.digest(it.value())).unwrap();
            it.stamped(&made.token(&asked).unwrap()).unwrap().written().unwrap()
        };
        let (detached, within) = (finished(detached), finished(within));
        let said = made.judge(&detached, Some("document")).unwrap();
        assert!(said.contains("CAdES Verification successful"), "{said}");
        assert!(made.judge(&detached, Some("other")).is_err(), "another document was taken");
        made.judge(&within, None).unwrap();
        assert_eq!(fs::read(made.folder.join("out")).unwrap(), DOCUMENT);
        let mut altered = within.clone();
        let at = altered.windows(DOCUMENT.len()).position(|it| it == DOCUMENT).unwrap();
        altered[at] ^= 1;
        assert!(made.judge(&altered, None).is_err(), "an altered content was taken");
    }
}

#[test]
fn openssl_takes_time_stamps_and_reads_why_there_is_none() {
    let made = Made::new();
    for options in [&["-sha256", "-cert"][..], &["-sha512", "-cert", "-no_nonce"]] {
        let mut ask = vec!["ts", "-query", "-data", "document", "-out", "asked"];
        ask.extend(options);
        openssl(&made.folder, &ask).unwrap();
        let asked = Asked::read(&fs::read(made.folder.join("asked")).unwrap()).unwrap();
        let answer = response(made.token(&asked).as_deref().map_err(|it| *it)).unwrap();
        fs::write(made.folder.join("answer"), answer).unwrap();
        let verify = |with: &[&str]| {
            let mut all = vec![
                "ts",
                "-verify",
                "-in",
                "answer",
                "-CAfile",
                "root.pem",
                "-untrusted",
                "issuing.pem",
            ];
            all.extend(with);
            openssl(&made.folder, &all)
        };
        let said = verify(&["-queryfile", "asked"]).unwrap();
        assert!(said.contains("Verification: OK"), "{said}");
        assert!(verify(&["-data", "other"]).is_err(), "a stamp of another document was taken");
    }
    openssl(
        &made.folder,
        &["ts", "-query", "-data", "document", "-tspolicy", "1.2.3.4.1", "-out", "asked"],
    )
    .unwrap();
    let asked = Asked::read(&fs::read(made.folder.join("asked")).unwrap()).unwrap();
    assert_eq!(made.token(&asked), Err(Unstamped::UnacceptedPolicy));
    for (why, words) in [
        (Unstamped::UnacceptedPolicy, "policy is not supported"),
        (Unstamped::BadAlgorithm, "unrecognized or unsupported algorithm"),
        (Unstamped::SystemFailure, "system failure"),
    ] {
        fs::write(made.folder.join("answer"), response(Err(why)).unwrap()).unwrap();
        let said = openssl(&made.folder, &["ts", "-reply", "-in", "answer", "-text"]).unwrap();
        assert!(said.contains("Rejected.") && said.contains(words), "{said}");
    }

    openssl(&made.folder, &["ts", "-query", "-data", "document", "-sha1", "-out", "asked"])
        .unwrap();
    let sha1 = fs::read(made.folder.join("asked")).unwrap();
    assert_eq!(Asked::read(&sha1), Err(Unstamped::BadAlgorithm));
    assert_eq!(Asked::read(b"nonsense"), Err(Unstamped::BadDataFormat));
}

fn authority(name: &str) -> Subject {
    Subject::Authority { name: format!("Senim {name}"), organisation: "Senim".into() }
}

fn person() -> Subject {
    Subject::Person(Person {
        iin: "900101300017".parse().unwrap(),
        surname: "ӘЛИЕВА".into(),
        given_name: "АЙГҮЛ".into(),
        patronymic: None,
    })
}

fn openssl(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let said = Command::new("openssl").current_dir(folder).args(arguments).output();
    let said = said.expect("openssl runs");
    let text = [said.stdout, said.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    if said.status.success() { Ok(text) } else { Err(text) }
}

#[expect(clippy::disallowed_methods, reason = "OpenSSL has a clock of its own")]
fn now_s() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}
