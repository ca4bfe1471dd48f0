//! Every rule of the two dialogues, each broken alone.

use super::authenticator::attested_data;
use super::challenge::Challenge;
use super::*;

use crate::Timestamp;
use crate::jose::to_base64;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

const ID: [u8; 16] = [7; 16];
const USER: &[u8] = &[9; 16];
/// Present, verified.
const SEEN: u8 = 0x05;
const WITH_KEY: u8 = 0x40;

fn site() -> Site {
    Site { rp_id: "id.example.kz".to_owned(), origin: "https://id.example.kz".to_owned() }
}

fn key() -> PublicKey {
    PublicKey { x: [1; 32], y: [2; 32] }
}

fn credential() -> Credential {
    Credential { id: ID.to_vec(), key: key(), backup_eligible: false }
}

fn challenge() -> String {
    let issued_at = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
    Challenge { random: 5, issued_at }.write("tag")
}

fn client_data(kind: &str) -> String {
    format!(
        r#"{{"type":"{kind}","challenge":"{}","origin":"https://id.example.kz","crossOrigin":false,"new":{{"a":[1]}}}}"#,
        to_base64(challenge().as_bytes())
    )
}

fn cose() -> Vec<u8> {
    let coordinates = ([0x21, 0x58, 32], [1; 32], [0x22, 0x58, 32], [2; 32]);
    let (x_label, x, y_label, y) = coordinates;
    [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01], &x_label[..], &x, &y_label, &y].concat()
}

fn data(rp_id: &str, flags: u8, count: u32, rest: &[u8]) -> Vec<u8> {
    let hash = Sha256::digest(rp_id.as_bytes());
    [&hash[..], &[flags], &count.to_be_bytes(), rest].concat()
}

fn attested(id: &[u8], cose: &[u8]) -> Vec<u8> {
    let length = u16::try_from(id.len()).unwrap().to_be_bytes();
    [&[0; 16], length.as_slice(), id, cose].concat()
}

fn made(flags: u8, rest: &[u8]) -> Vec<u8> {
    object(&data("id.example.kz", flags | WITH_KEY, 3, rest))
}

/// `{"fmt": "none", "attStmt": {}, "authData": …}`.
fn object(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    let length =
        if length[0] == 0 { vec![0x58, length[1]] } else { [&[0x59], &length[..]].concat() };
    [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData", &length[..], data].concat()
}

#[test]
fn the_page_of_another_site_or_question_is_refused() {
    let site = site();
    let read = |text: &str| ClientData::read(text.as_bytes(), Ceremony::SignIn, &site).map(drop);
    let good = client_data("webauthn.get");
    assert_eq!(read(&good), Ok(()));
    for (from, to, error) in [
        ("webauthn.get", "webauthn.create", PasskeyError::Kind),
        ("webauthn.get", "payment.get", PasskeyError::Kind),
        ("https://id.example.kz", "https://id.example.kz.evil.kz", PasskeyError::Origin),
        ("https://id.example.kz", "http://id.example.kz", PasskeyError::Origin),
        ("https://id.example.kz", "https://id.example.kz:8443", PasskeyError::Origin),
        (r#""crossOrigin":false"#, r#""crossOrigin":true"#, PasskeyError::Framed),
        (r#""new":"#, r#""topOrigin":"https://evil.kz","new":"#, PasskeyError::Framed),
        (r#""new":"#, r#""origin":"https://evil.kz","new":"#, PasskeyError::Malformed),
        (r#""challenge":""#, r#""challenge":"!"#, PasskeyError::Challenge),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good);
        assert_eq!(read(&text), Err(error), "{to}");
    }
    for text in ["", "[]", "{}", "null", r#"["webauthn.get"]"#] {
        assert_eq!(read(text), Err(PasskeyError::Malformed), "{text}");
    }
    let create = client_data("webauthn.create");
    let client = ClientData::read(create.as_bytes(), Ceremony::Add, &site).unwrap();
    assert_eq!(client.challenge().unwrap().1, "tag");
}

#[test]
fn a_key_is_added_as_its_authenticator_made_it() {
    let object = made(SEEN, &attested(&ID, &cose()));
    assert_eq!(added(&object, &site(), |it| *it == key()), Ok((credential(), 3)));
    // With what a browser asked for by itself, and a statement of the maker, which is not looked at.
    let more = [attested(&ID, &cose()), b"\xa1\x6bcredProtect\x02".to_vec()].concat();
    let object = made(SEEN | 0x80 | 0x18, &more);
    let stated = object.replacen_bytes(
        b"\x64none\x67attStmt\xa0",
        b"\x66packed\x67attStmt\xa2\x63alg\x26\x63sig\x41\x00",
    );
    for object in [object, stated] {
        let (found, _) = added(&object, &site(), |_| true).unwrap();
        assert_eq!(found, Credential { backup_eligible: true, ..credential() });
    }
}

#[test]
fn a_key_is_not_added_if_one_rule_is_broken() {
    let good = attested(&ID, &cose());
    let add = |object: &[u8]| added(object, &site(), |_| true).map(drop);
    assert_eq!(add(&made(SEEN, &good)), Ok(()));
    assert_eq!(
        added(&made(SEEN, &good), &site(), |_| false).map(drop),
        Err(PasskeyError::Algorithm),
        "a point beside the curve"
    );
    for (flags, error) in [
        (0x04, PasskeyError::NotPresent),
        (0x01, PasskeyError::NotVerified),
        (SEEN | 0x10, PasskeyError::Backup),
        (SEEN | 0x80, PasskeyError::Malformed),
    ] {
        assert_eq!(add(&made(flags, &good)), Err(error), "{flags:x}");
    }
    let elsewhere = object(&data("example.kz", SEEN | WITH_KEY, 0, &good));
    assert_eq!(add(&elsewhere), Err(PasskeyError::RelyingParty));
    assert_eq!(add(&object(&data("id.example.kz", SEEN, 0, &[]))), Err(PasskeyError::NoKey));
    assert_eq!(add(&made(SEEN, &[&good[..], &[0]].concat())), Err(PasskeyError::Malformed));
    for id in [&[7; 15][..], &[7; 1024]] {
        assert_eq!(add(&made(SEEN, &attested(id, &cose()))), Err(PasskeyError::Malformed));
    }
    for (at, value) in [(0, 0xa4), (2, 0x01), (4, 0x27), (6, 0x02), (7, 0x22), (9, 31)] {
        let mut key = cose();
        key[at] = value;
        assert_eq!(add(&made(SEEN, &attested(&ID, &key))), Err(PasskeyError::Algorithm), "{at}");
    }
    let whole = made(SEEN, &good);
    for end in 0..whole.len() {
        assert_eq!(add(&whole[..end]), Err(PasskeyError::Malformed), "cut off at {end}");
    }
    let doubled = whole.replacen_bytes(b"attStmt\xa0", b"fmt\x64none");
    assert!(add(&doubled).is_err() && attested_data(&[&whole[..], &[0]].concat()).is_err());
}

#[test]
fn the_cabinet_opens_for_the_key_and_for_nothing_else() {
    let text = client_data("webauthn.get");
    let client = ClientData::read(text.as_bytes(), Ceremony::SignIn, &site()).unwrap();
    let hash = Sha256::digest(text.as_bytes());
    let open = |data: &[u8], user: &[u8], known: u32, eligible: bool| {
        let credential = Credential { backup_eligible: eligible, ..credential() };
        let known = Known { credential: &credential, user: USER, sign_count: known };
        let assertion =
            Assertion { client: &client, authenticator_data: data, signature: b"sig", user };
        shown(assertion, known, &site(), |it, message, signature| {
            let right = [data, &hash].concat();
            *it == key() && message == right && signature == b"sig"
        })
    };
    let good = |flags, count| data("id.example.kz", flags, count, &[]);
    assert_eq!(open(&good(SEEN, 4), USER, 3, false), Ok(4));
    assert_eq!(open(&good(SEEN, 0), USER, 0, false), Ok(0), "it does not count");
    for (flags, count, user, known, eligible, error) in [
        (0x04, 4, USER, 3, false, PasskeyError::NotPresent),
        (0x01, 4, USER, 3, false, PasskeyError::NotVerified),
        (SEEN, 4, &[9; 15][..], 3, false, PasskeyError::User),
        (SEEN, 4, &[], 3, false, PasskeyError::User),
        (SEEN, 4, USER, 3, true, PasskeyError::Backup),
        (SEEN | 0x08, 4, USER, 3, false, PasskeyError::Backup),
        (SEEN, 3, USER, 3, false, PasskeyError::Counter),
        (SEEN, 2, USER, 3, false, PasskeyError::Counter),
        (SEEN, 0, USER, 3, false, PasskeyError::Counter),
    ] {
        assert_eq!(open(&good(flags, count), user, known, eligible), Err(error), "{error}");
    }
    let elsewhere = data("example.kz", SEEN, 4, &[]);
    assert_eq!(open(&elsewhere, USER, 3, false), Err(PasskeyError::RelyingParty));
    assert_eq!(open(&good(SEEN, 4)[..36], USER, 3, false), Err(PasskeyError::Malformed));

    // Nobody without the key is told that it was copied.
    let credential = credential();
    let known = Known { credential: &credential, user: USER, sign_count: 9 };
    let data = good(SEEN, 1);
    let assertion =
        Assertion { client: &client, authenticator_data: &data, signature: b"", user: USER };
    assert_eq!(shown(assertion, known, &site(), |_, _, _| false), Err(PasskeyError::Signature));
}

#[test]
fn only_a_copied_key_is_told_apart() {
    assert_eq!(PasskeyError::Counter.problem(), Problem::PasskeyCopied);
    assert_eq!(PasskeyError::Signature.problem(), PasskeyError::User.problem());
}

#[test]
fn a_passkey_opens_until_its_term_or_its_end() {
    let passkey = passkey(1, 10);
    let at = passkey.added_at;
    assert!(passkey.opens(at).is_some() && passkey.opens(at + GOOD_FOR).is_none());
    let ended = passkey.end(EndedBy::Client, at).end(EndedBy::Report, at);
    assert_eq!((ended.opens(at), ended.ended.map(|it| it.by)), (None, Some(EndedBy::Client)));
    assert_eq!(ended.owner.credential, None);
    for by in EndedBy::ALL {
        assert_eq!(EndedBy::by_code(by.code()), Some(by));
        assert_eq!(serde_json::to_value(by).unwrap(), by.code());
    }
}

#[test]
fn a_report_leaves_only_what_the_reporting_session_goes_by() {
    let opened = |session, passkey: Option<u128>| Opened {
        session: SessionId(session),
        passkey: passkey.map(PasskeyId),
    };
    // Added in session 10.
    let passkey = passkey(1, 10);
    for (reporting, reported, outlasts) in [
        (opened(20, Some(1)), opened(30, None), true),
        (opened(10, None), opened(30, None), true),
        (opened(20, None), opened(30, None), false),
        (opened(20, Some(2)), opened(30, None), false),
        (opened(20, Some(1)), opened(10, None), false),
        (opened(20, Some(1)), opened(30, Some(1)), false),
        (opened(10, None), opened(30, Some(1)), false),
    ] {
        assert_eq!(passkey.outlasts_report(reporting, reported), outlasts);
    }
}

fn passkey(id: u128, added_in: u128) -> Passkey {
    let device = Device::of("");
    Passkey {
        id: PasskeyId(id),
        owner: Owner {
            iin: "900101300017".parse().unwrap(),
            client_name: String::new(),
            full_name: String::new(),
            device,
            user: 9,
            credential: Some(credential()),
        },
        added_at: Timestamp::from_timestamp(1_800_000_000, 0).unwrap(),
        added_in: SessionId(added_in),
        used_at: None,
        sign_count: 0,
        ended: None,
    }
}

proptest! {
    /// A changed byte never gives another key, or a key where there was none.
    #[test]
    fn whatever_comes_is_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        at in 0_usize..200,
        change in 1_u8..,
    ) {
        let _ = added(&bytes, &site(), |_| true);
        let _ = AuthenticatorData::read(&bytes);
        let _ = ClientData::read(&bytes, Ceremony::Add, &site());
        let mut object = made(SEEN, &attested(&ID, &cose()));
        let at = at % object.len();
        object[at] ^= change;
        if let Ok((found, _)) = added(&object, &site(), |it| *it == key()) {
            prop_assert_eq!(found.key, key());
        }
    }
}

trait ReplaceBytes {
    fn replacen_bytes(&self, from: &[u8], to: &[u8]) -> Vec<u8>;
}

impl ReplaceBytes for Vec<u8> {
    fn replacen_bytes(&self, from: &[u8], to: &[u8]) -> Vec<u8> {
        let at = self.windows(from.len()).position(|it| it == from).unwrap();
        [&self[..at], to, &self[at + from.len()..]].concat()
    }
}
