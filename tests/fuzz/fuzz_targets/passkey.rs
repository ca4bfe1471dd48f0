//! What browsers and authenticators send of passkeys: whatever bytes come, they are read or refused, and what is read of a key
//! is what stood there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use senim_core::passkey::challenge::Challenge;
use senim_core::passkey::{AuthenticatorData, Ceremony, ClientData, Site, added};

fuzz_target!(|bytes: &[u8]| {
    let site = Site { rp_id: "localhost".to_owned(), origin: "http://localhost:8080".to_owned() };
    if let Ok((credential, _)) = added(bytes, &site, |_| true) {
        let stands = |it: &[u8]| bytes.windows(it.len()).any(|found| found == it);
        assert!(stands(&credential.id) && stands(&credential.key.x) && stands(&credential.key.y));
    }
    if let Ok(data) = AuthenticatorData::read(bytes) {
        assert!(data.attested.is_none_or(|it| (16..=1023).contains(&it.id.len())));
    }
    for ceremony in [Ceremony::Add, Ceremony::SignIn] {
        if let Ok(client) = ClientData::read(bytes, ceremony, &site) {
            let _ = client.challenge();
        }
    }
    if let Some((challenge, tag)) = std::str::from_utf8(bytes).ok().and_then(Challenge::read) {
        assert!(challenge.write(tag).as_bytes() == bytes);
    }
});
