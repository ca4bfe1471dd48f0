use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

const BODY: &str = "<r:Find xmlns:r=\"urn:x\"><r:iin>900101300017</r:iin></r:Find>";

#[test]
fn a_message_is_read_by_who_has_the_certificate() {
    let (identity, head) = (identity(), head());
    let message = seal(BODY, &head, &identity).unwrap();
    let opened = read(&message, &identity, Some("urn:uuid:2")).unwrap();
    assert_eq!(opened.head, head);
    assert_eq!((opened.body.name.as_str(), opened.body.namespace.as_str()), ("Find", "urn:x"));
    assert_eq!(opened.body.value("iin"), Some("900101300017"));
    let stranger = self::identity();
    assert_eq!(read(&message, &stranger, None), Err(SoapError::Certificate));
    assert_eq!(read(&message, &identity, Some("urn:uuid:3")), Err(SoapError::OtherRequest));
}

/// Each changes a good message; the signature's own digest values are right where nothing is said.
#[test]
fn what_was_changed_moved_or_left_out_is_refused() {
    type Break = fn(&str) -> String;
    let rows: [(SoapError, Break); 14] = [
        (SoapError::NotXml, |it| it.replace("</soap:Envelope>", "")),
        (SoapError::NotXml, |it| format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{it}")),
        (SoapError::NotAnEnvelope, |it| it.replace(SOAP, "urn:other")),
        (SoapError::NotAnEnvelope, |it| {
            it.replace("</soap:Envelope>", "<soap:Body></soap:Body></soap:Envelope>")
        }),
        (SoapError::NoSignature, |it| {
            it.replace("<ds:Signature ", "<ds:Other ").replace("</ds:Signature>", "</ds:Other>")
        }),
        (SoapError::Digest, |it| it.replace("900101300017", "900101300027")),
        (SoapError::Digest, |it| it.replace("urn:uuid:1", "urn:uuid:9")),
        (SoapError::Digest, |it| it.replace("urn:uuid:2", "urn:uuid:9")),
        (SoapError::Digest, |it| {
            it.replace("2027-01-15T08:02:00.000Z", "2029-01-15T08:02:00.000Z")
        }),
        (SoapError::Algorithm, |it| it.replace(SHA256, "http://www.w3.org/2000/09/xmldsig#sha1")),
        (SoapError::Signature, |it| it.replacen("<ds:DigestValue>", "<ds:DigestValue> ", 1)),
        // The signed body is kept aside, and another one stands in its place.
        (SoapError::Misplaced, |it| {
            let at = it.find("<soap:Body").unwrap();
            let signed = it[at..].replace("</soap:Envelope>", "");
            let other =
                signed.replace("900101300017", "900101300027").replace("\"body\"", "\"other\"");
            it[..at].replace("</wsse:Security>", &format!("</wsse:Security><w>{signed}</w>"))
                + &other
                + "</soap:Envelope>"
        }),
        // Two of one identifier.
        (SoapError::Misplaced, |it| {
            it.replace("</wsse:Security>", "</wsse:Security><w wsu:Id=\"body\"></w>")
        }),
        (SoapError::NotCovered, |it| {
            let at = it.find("<ds:Reference URI=\"#relates-to\"").unwrap();
            let end = it[at..].find("</ds:Reference>").unwrap() + at + "</ds:Reference>".len();
            format!("{}{}", &it[..at], &it[end..])
        }),
    ];
    let identity = identity();
    let message = seal(BODY, &head(), &identity).unwrap();
    for (number, (error, change)) in rows.into_iter().enumerate() {
        let changed = change(&message);
        assert_ne!(changed, message, "row {number}");
        assert_eq!(read(&changed, &identity, None), Err(error), "row {number}");
    }
}

#[test]
fn a_message_is_valid_for_two_minutes() {
    let identity = identity();
    let message = seal(BODY, &head(), &identity).unwrap();
    for (seconds, valid) in [(-31, false), (-29, true), (0, true), (149, true), (151, false)] {
        let expected = Expected {
            certificates: std::slice::from_ref(&identity.certificate),
            relates_to: None,
            now: head().created_at + TimeDelta::seconds(seconds),
        };
        assert_eq!(open(&message, &expected).is_ok(), valid, "{seconds}");
    }
}

proptest! {
    #[test]
    fn any_text_comes_back(text in "\\PC{0,40}[\\t\\n\\r<>&\"]{0,3}\\PC{0,40}") {
        let identity = identity();
        let body = format!("<r:a xmlns:r=\"urn:x\"><r:b>{}</r:b></r:a>", escaped(&text));
        let message = seal(&body, &head(), &identity).unwrap();
        let opened = read(&message, &identity, None).unwrap();
        let expected: String = text.chars()
            .map(|it| if matches!(it, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { it })
            .collect();
        prop_assert_eq!(&opened.body.children[0].text, &expected);
    }

    #[test]
    fn no_message_however_broken_breaks_the_reader(at in 0_usize..3_000, text in "\\PC{0,6}") {
        let identity = identity();
        let mut message = seal(BODY, &head(), &identity).unwrap();
        let at = at % message.len();
        message.replace_range(at..=at, &text);
        let _ = read(&message, &identity, None);
    }
}

fn read(message: &str, identity: &Identity, relates_to: Option<&str>) -> Result<Opened, SoapError> {
    let certificates = std::slice::from_ref(&identity.certificate);
    let now = head().created_at + TimeDelta::seconds(1);
    open(message, &Expected { certificates, relates_to, now })
}

fn head() -> Head {
    Head {
        message_id: "urn:uuid:1".to_owned(),
        relates_to: Some("urn:uuid:2".to_owned()),
        created_at: "2027-01-15T08:00:00Z".parse().unwrap(),
    }
}

fn identity() -> Identity {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["gateway".to_owned()])
        .unwrap()
        .self_signed(&pair)
        .unwrap();
    let key = p256::pkcs8::DecodePrivateKey::from_pkcs8_der(&pair.serialize_der()).unwrap();
    Identity { key, certificate: certificate.der().to_vec() }
}
