//! Authentication alone over the whole host: PAR, dialogue, token with ID token, userinfo (IDX-4, 5, 6, 14).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use axum::body::Body;
use axum::http::{Request, header};
use senim_channel::verify_jws;
use senim_core::authorization::openid::{ACR, IdToken, at_hash};
use senim_core::identity::session::Judgement;
use senim_core::jose::{JwkSet, Jws, sha256_base64};
use senim_core::participant::Kind;
use senim_host::consent::expire;
use senim_store as store;
use senim_tests::client::jws;
use serde_json::{Value, json};

use super::bank::{
    Answer, Bank, CHANNEL, CLIENT, ISSUER, Key, VERIFIER, changed, parameter, random,
};
use super::stand::{CONSUMER, IIN, NAMED_PHONE};
use crate::database::on_each;

const ONCE: &str = "403 consent.used-up";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_authenticated_and_their_data_are_given_once() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (cookie, redirect) =
            walked(&bank, request(&details(&["iin", "given_name", "phone_number"], None))).await;
        bank.stand.wait(5);
        let tokens = traded(&bank, &redirect).await;
        assert_eq!(
            (tokens.text("scope"), tokens.text("token_type")),
            ("openid".to_owned(), "DPoP".to_owned())
        );
        assert_eq!(tokens.body["refresh_token"], Value::Null);
        let token = id_token(&bank, &tokens).await;
        assert_eq!((token.iss.as_str(), token.aud.as_str()), (ISSUER, CLIENT));
        assert_eq!((token.nonce.as_deref(), token.acr.as_str()), (Some("the nonce"), ACR));
        assert_eq!(
            (token.amr.join(" "), token.auth_time),
            ("face sms mfa".to_owned(), bank.now() - 5)
        );
        assert_eq!(token.at_hash, at_hash(&tokens.text("access_token")));

        let told = userinfo(&bank, &tokens, "GET").await;
        assert_eq!(told.outcome(), "200", "{}", told.text);
        assert_eq!(told.body["sub"], token.sub);
        let [register, phone] = [0, 1].map(|at| &told.body["verified_claims"][at]["claims"]);
        assert_eq!(*register, json!({ "iin": IIN, "given_name": "Айгүл" }));
        // The number that was confirmed, and not the register's.
        assert_eq!(*phone, json!({ "phone_number": NAMED_PHONE }));
        assert_eq!(userinfo(&bank, &tokens, "GET").await.outcome(), ONCE);

        let cabinet = bank.stand.get("/api/cabinet", Some(&cookie)).await;
        let consent = &cabinet.body["consents"][0];
        assert_eq!(
            consent["identity"],
            json!({ "fields": ["iin", "given_name", "phone_number"], "once": true })
        );
        assert_eq!(
            (&consent["providers"], &consent["status"]["status"]),
            (&json!([]), &json!("active"))
        );
        let path = format!("/api/cabinet/consents/{}", consent["id"].as_str().unwrap());
        let one = bank.stand.get(&path, Some(&cookie)).await;
        let uses: Vec<_> =
            one.body["uses"].as_array().unwrap().iter().map(|it| &it["status"]).collect();
        assert_eq!(uses.len(), 2);
        assert!(uses.contains(&&json!(200)) && uses.contains(&&json!(403)));
        let events = bank.stand.events().await;
        for event in [
            "authentication.pushed",
            "consent.identity-granted",
            "personal-data.given",
            "personal-data.refused",
        ] {
            assert!(events.iter().any(|it| it == event), "{event}");
        }
        let journal = bank.stand.journal_text().await;
        for secret in [IIN, NAMED_PHONE, "Айгүл", &token.sub] {
            assert!(!journal.contains(secret), "{secret}");
        }
        // The consent is the reason for which the consumer holds the data, so it can be withdrawn.
        let withdrawn =
            bank.stand.post(&format!("{path}/withdraw"), Some(&cookie), json!({})).await;
        assert_eq!(withdrawn.outcome(), "200");
        assert_eq!(userinfo(&bank, &tokens, "GET").await.outcome(), "401 consent.withdrawn");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authentication_without_data_tells_who_it_is_and_no_more() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (cookie, redirect) = walked(&bank, request(&details(&[], None))).await;
        let tokens = traded(&bank, &redirect).await;
        let token = id_token(&bank, &tokens).await;
        for method in ["GET", "POST"] {
            let told = userinfo(&bank, &tokens, method).await;
            assert_eq!(
                (told.outcome().as_str(), &told.body),
                ("200", &json!({ "sub": token.sub }))
            );
        }
        // Pairwise, and the same at the next sign-in, which ends nothing.
        let (_, redirect) = walked(&bank, request(&details(&[], None))).await;
        assert_eq!(id_token(&bank, &traded(&bank, &redirect).await).await.sub, token.sub);
        bank.stand.wait(601);
        expire::expire_due(&bank.stand.app).await.unwrap();
        let cabinet = bank.stand.get("/api/cabinet", Some(&cookie)).await;
        let statuses: Vec<_> = cabinet.body["consents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["status"]["status"])
            .collect();
        assert_eq!(statuses, ["expired", "expired"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_for_a_term_are_given_until_the_client_withdraws() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (cookie, redirect) = walked(&bank, request(&details(&["birthdate"], Some(30)))).await;
        let tokens = traded(&bank, &redirect).await;
        let refresh = tokens.text("refresh_token");
        bank.stand.wait(86_400);
        let fresh = bank.refresh(CLIENT, &refresh, Some(&bank.dpop)).await;
        assert_eq!((fresh.outcome().as_str(), &fresh.body["id_token"]), ("200", &Value::Null));
        for _ in 0..2 {
            let told = userinfo(&bank, &fresh, "GET").await;
            assert_eq!(
                told.body["verified_claims"]["claims"],
                json!({ "birthdate": "1990-01-01" })
            );
        }
        assert_eq!(userinfo(&bank, &tokens, "GET").await.outcome(), "401 token.expired");
        bank.stand.outside.source_down(true);
        assert_eq!(userinfo(&bank, &fresh, "GET").await.outcome(), "503 identity.source-down");
        bank.stand.outside.source_down(false);
        for _ in 0..17 {
            userinfo(&bank, &fresh, "GET").await;
        }
        assert_eq!(userinfo(&bank, &fresh, "GET").await.outcome(), "429 rate.limited");
        bank.stand.wait(60);
        // The session that gave it is over: the client signs in anew to withdraw.
        let id = tokens.body["grant_id"].as_str().unwrap().parse().unwrap();
        drop(cookie);
        bank.stand
            .app
            .store
            .transact("test.withdraw", async |tx| {
                let consent = store::consent::load(tx, id).await?.unwrap();
                let (by, actor) =
                    (senim_core::consent::EndedBy::Client, senim_core::journal::Actor::Client);
                let now = bank.stand.app.now();
                senim_host::consent::end::end(tx, &bank.stand.app, consent, (by, None), actor, now)
                    .await
            })
            .await
            .unwrap();
        assert_eq!(userinfo(&bank, &fresh, "GET").await.outcome(), "401 consent.withdrawn");
        let refused = bank.refresh(CLIENT, &refresh, Some(&bank.dpop)).await;
        assert_eq!(refused.outcome(), "400 invalid_grant consent.withdrawn");
    })
    .await;
}

/// IDX-6.
#[tokio::test(flavor = "multi_thread")]
async fn some_kinds_of_participants_get_no_personal_data() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (_, redirect) = walked(&bank, request(&details(&["iin"], None))).await;
        let tokens = traded(&bank, &redirect).await;
        let kind = async |kind: Kind| {
            let bin = CONSUMER.parse().unwrap();
            let app = &bank.stand.app;
            app.store
                .transact("test.kind", async |tx| store::participant::set_kind(tx, bin, kind).await)
                .await
                .unwrap();
        };
        for excluded in [Kind::FinanceCentre, Kind::ECommerce] {
            kind(excluded).await;
            let refused = bank.push(request(&details(&["iin"], None))).await;
            assert_eq!(
                refused.outcome(),
                "400 invalid_authorization_details personal-data.not-allowed"
            );
            assert_eq!(
                userinfo(&bank, &tokens, "GET").await.outcome(),
                "403 personal-data.not-allowed"
            );
            assert_eq!(bank.push(request(&details(&[], None))).await.outcome(), "201");
        }
        kind(Kind::Ordinary).await;
        assert_eq!(
            userinfo(&bank, &tokens, "GET").await.outcome(),
            "200",
            "a refusal used nothing up"
        );
    })
    .await;
}

/// IDX-4: the mark says why.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_comes_back_by_its_true_reason() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let stand = &bank.stand;
        let asked = || request(&details(&["iin"], None));
        let mark = async |cookie: &str| {
            let view = stand.get("/api/identity", Some(cookie)).await;
            let redirect = view.body["redirect"]
                .as_str()
                .unwrap_or_else(|| panic!("{}", view.text))
                .to_owned();
            assert_eq!(parameter(&redirect, "state").as_deref(), Some("the state"));
            assert_eq!(parameter(&redirect, "iss").as_deref(), Some(ISSUER));
            ["error", "error_description"].map(|it| parameter(&redirect, it).unwrap()).join(" ")
        };

        let cookie = at_consent(&bank, asked()).await;
        stand.answer(&cookie, false).await;
        assert_eq!(mark(&cookie).await, "access_denied consent.refused");

        let cookie = at_code(&bank, asked()).await;
        for _ in 0..3 {
            stand.enter(&cookie, "no").await;
        }
        assert_eq!(mark(&cookie).await, "access_denied identity.too-many-codes");

        let cookie = opened(&bank, asked()).await;
        stand.wait(900);
        assert_eq!(mark(&cookie).await, "access_denied identity.expired");

        let cookie = at_camera(&bank, asked()).await;
        for _ in 0..4 {
            let _ = stand.judged(&cookie, Judgement::Live { degree: 12.0 }).await;
        }
        assert_eq!(mark(&cookie).await, "access_denied identity.no-match");
        // Kept as a success is, and the person is blocked.
        let cookie = opened(&bank, asked()).await;
        stand.accept(&cookie).await;
        assert_eq!(stand.confirm(&cookie, IIN).await.outcome(), "429 identity.blocked");
        assert_eq!(mark(&cookie).await, "access_denied identity.blocked");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_userinfo_is_its_holders_alone() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (_, redirect) = walked(&bank, request(&details(&["iin"], None))).await;
        let tokens = traded(&bank, &redirect).await;
        let text = tokens.text("access_token");
        let send = async |authorization: &str, proof: Option<String>, certificate: Option<&str>| {
            let mut request = Request::get("/userinfo");
            if !authorization.is_empty() {
                request = request.header(header::AUTHORIZATION, authorization);
            }
            if let Some(proof) = proof {
                request = request.header("DPoP", proof);
            }
            bank.send(request.body(Body::empty()).unwrap(), certificate).await
        };
        let dpop = format!("DPoP {text}");
        let own = || Some(proof(&bank, &bank.dpop, &text, "GET"));
        let altered = jws::altered(&text, |claims| claims["scope"] = "other".into());
        let missing = send("", None, CHANNEL).await;
        assert_eq!(missing.outcome(), "401 token.missing");
        let challenges: Vec<_> = missing.headers.get_all(header::WWW_AUTHENTICATE).iter().collect();
        assert_eq!(challenges, ["Bearer", "DPoP algs=\"ES256 EdDSA Ed25519 PS256\""]);
        let refused = send(&dpop, None, CHANNEL).await;
        assert_eq!(refused.outcome(), "401 dpop.missing");
        let challenge = refused.headers[header::WWW_AUTHENTICATE].to_str().unwrap();
        assert_eq!(challenge, "Bearer error=\"invalid_dpop_proof\"");
        for (expected, authorization, proof, certificate) in [
            ("401 dpop.missing", format!("Bearer {text}"), own(), CHANNEL),
            (
                "401 dpop.invalid",
                dpop.clone(),
                Some(proof(&bank, &Key::new(9), &text, "GET")),
                CHANNEL,
            ),
            (
                "401 dpop.invalid",
                dpop.clone(),
                Some(proof(&bank, &bank.dpop, "other", "GET")),
                CHANNEL,
            ),
            (
                "401 dpop.invalid",
                dpop.clone(),
                Some(proof(&bank, &bank.dpop, &text, "POST")),
                CHANNEL,
            ),
            ("401 token.malformed", "DPoP x".to_owned(), own(), CHANNEL),
            ("401 token.signature", format!("DPoP {altered}"), own(), CHANNEL),
            ("401 token.binding", dpop.clone(), own(), None),
            ("403 participant.unknown", dpop.clone(), own(), Some("stranger")),
        ] {
            let told = send(&authorization, proof, certificate).await.outcome();
            assert_eq!(told, expected, "{authorization:.9}");
        }
        let once = own();
        assert_eq!(send(&dpop, once.clone(), CHANNEL).await.outcome(), "200");
        assert_eq!(send(&dpop, once, CHANNEL).await.outcome(), "401 dpop.replayed");
        // A token for accounts is the edge's, and this one is not.
        let accounts = bank.trade(&bank.code().await).await.text("access_token");
        let own = Some(proof(&bank, &bank.dpop, &accounts, "GET"));
        let told = send(&format!("DPoP {accounts}"), own, CHANNEL).await;
        assert_eq!(told.outcome(), "401 token.audience");

        // Bound to the certificate.
        let (_, redirect) = walked(&bank, request(&details(&["given_name"], None))).await;
        let code = parameter(&redirect, "code").unwrap();
        let tokens = bank.trade_as(CLIENT, &code, VERIFIER, None).await;
        let bearer = format!("Bearer {}", tokens.text("access_token"));
        let other = send(&bearer, None, Some("certificate/renewed")).await;
        assert_eq!(other.outcome(), "401 token.binding");
        assert_eq!(send(&bearer, None, CHANNEL).await.outcome(), "200");
    })
    .await;
}

/// OpenID Connect Core §3.1.2.1, §5.5.
#[tokio::test(flavor = "multi_thread")]
async fn parameters_that_can_not_be_met_are_refused_when_they_are_pushed() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (_, redirect) = walked(&bank, request(&details(&["iin"], None))).await;
        let sub = id_token(&bank, &traded(&bank, &redirect).await).await.sub;
        let named = |sub: &str| json!({ "id_token": { "sub": { "value": sub } } }).to_string();
        let accounts = Bank::request().pop().unwrap().1;
        for (name, value, expected) in [
            ("prompt", "login consent", "201"),
            ("max_age", "0", "201"),
            ("acr_values", "urn:other", "201"),
            ("login_hint", "anything", "201"),
            ("claims", &named(&sub), "201"),
            ("claims", &named("another"), "400 login_required request.malformed"),
            ("prompt", "none", "400 login_required request.malformed"),
            ("id_token_hint", "e30.e30.e30", "400 invalid_request request.malformed"),
            ("registration", "{}", "400 registration_not_supported request.malformed"),
            (
                "claims",
                r#"{"id_token":{"acr":{"essential":true,"value":"urn:other"}}}"#,
                "400 unmet_authentication_requirements request.malformed",
            ),
            ("scope", "accounts", "400 invalid_scope request.malformed"),
            ("authorization_details", &accounts, "400 invalid_scope request.malformed"),
            (
                "authorization_details",
                &details(&["portrait"], None),
                "400 invalid_authorization_details request.malformed",
            ),
        ] {
            let answer =
                bank.push(changed(request(&details(&["iin"], None)), &[(name, value)])).await;
            assert_eq!(answer.outcome(), expected, "{name}={value}");
        }
        // What `claims` names narrows the consent before it is shown.
        let claims = json!({ "userinfo": { "verified_claims": {
            "verification": { "trust_framework": null }, "claims": { "birthdate": null } } } });
        let asked = request(&details(&["iin", "birthdate"], None));
        let cookie = at_consent(&bank, changed(asked, &[("claims", &claims.to_string())])).await;
        let view = bank.stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["consent"]["identity"]["fields"], json!(["birthdate"]));
        assert!(!view.body["consent"]["text"].to_string().contains("It will receive: IIN"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_says_what_is_supported() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let told = bank.get("/.well-known/openid-configuration", None).await.body;
        for (member, expected) in [
            ("userinfo_endpoint", json!(format!("{ISSUER}/userinfo"))),
            (
                "scopes_supported",
                json!(["accounts", "openid", "grant_management_query", "grant_management_revoke"]),
            ),
            ("subject_types_supported", json!(["pairwise"])),
            ("id_token_signing_alg_values_supported", json!(["ES256"])),
            ("acr_values_supported", json!([ACR])),
            ("claims_parameter_supported", json!(true)),
            ("request_parameter_supported", json!(false)),
            ("verified_claims_supported", json!(true)),
            ("authorization_details_types_supported", json!(["account_information", "identity"])),
        ] {
            assert_eq!(told[member], expected, "{member}");
        }
        assert_eq!(told["claims_in_verified_claims_supported"].as_array().unwrap().len(), 12);
    })
    .await;
}

fn details(claims: &[&str], term_days: Option<u32>) -> String {
    let mut details = json!([{
        "type": "identity",
        "client": { "iin": IIN, "phone": NAMED_PHONE },
        "claims": claims,
        "purpose": { "code": "identification", "text": "Open an account" },
    }]);
    if let Some(days) = term_days {
        details[0]["term_days"] = days.into();
    }
    details.to_string()
}

fn request(details: &str) -> Vec<(String, String)> {
    let changes = [("scope", "openid"), ("nonce", "the nonce"), ("authorization_details", details)];
    changed(Bank::request(), &changes)
}

/// The browser that has opened the pushed request's link.
async fn opened(bank: &Bank, request: Vec<(String, String)>) -> String {
    let pushed = bank.push(request).await;
    assert_eq!(pushed.outcome(), "201", "{}", pushed.text);
    let body = json!({ "client_id": CLIENT, "request_uri": pushed.text("request_uri"), "take_over": false });
    let answer = bank.stand.post("/api/identity/open", None, body).await;
    answer.cookie.expect("a cookie")
}

async fn at_camera(bank: &Bank, request: Vec<(String, String)>) -> String {
    let cookie = opened(bank, request).await;
    bank.stand.accept(&cookie).await;
    let answer = bank.stand.confirm(&cookie, IIN).await;
    assert_eq!(answer.step(), "liveness", "{}", answer.text);
    cookie
}

async fn at_code(bank: &Bank, request: Vec<(String, String)>) -> String {
    let cookie = at_camera(bank, request).await;
    bank.stand.judged(&cookie, Judgement::Live { degree: 97.0 }).await.expect("goes on");
    cookie
}

async fn at_consent(bank: &Bank, request: Vec<(String, String)>) -> String {
    let before = bank.stand.outside.messages().len();
    let cookie = at_code(bank, request).await;
    let code = bank.stand.outside.code_after(before).await;
    let answer = bank.stand.enter(&cookie, &code).await;
    assert_eq!(answer.step(), "consent", "{}", answer.text);
    cookie
}

/// The cookie, which is signed in to the cabinet, and where the browser goes.
async fn walked(bank: &Bank, request: Vec<(String, String)>) -> (String, String) {
    let cookie = at_consent(bank, request).await;
    let answer = bank.stand.answer(&cookie, true).await;
    assert_eq!(answer.step(), "passed", "{}", answer.text);
    (cookie, answer.body["redirect"].as_str().unwrap().to_owned())
}

async fn traded(bank: &Bank, redirect: &str) -> Answer {
    let answer = bank.trade(&parameter(redirect, "code").unwrap()).await;
    assert_eq!(answer.outcome(), "200", "{}", answer.text);
    answer
}

/// Signed with a published key.
async fn id_token(bank: &Bank, tokens: &Answer) -> IdToken {
    let keys: JwkSet = serde_json::from_value(bank.get("/jwks", None).await.body).unwrap();
    let text = tokens.text("id_token");
    let jws = Jws::parse(&text).unwrap();
    assert!(verify_jws(&jws, &keys) && jws.header.kid.is_some());
    jws.claims().unwrap()
}

async fn userinfo(bank: &Bank, tokens: &Answer, method: &str) -> Answer {
    let token = tokens.text("access_token");
    let request = Request::builder()
        .method(method)
        .uri("/userinfo")
        .header(header::AUTHORIZATION, format!("DPoP {token}"))
        .header("DPoP", proof(bank, &bank.dpop, &token, method));
    bank.send(request.body(Body::empty()).unwrap(), CHANNEL).await
}

fn proof(bank: &Bank, key: &Key, token: &str, method: &str) -> String {
    let claims = json!({
        "jti": random(), "htm": method, "htu": format!("{ISSUER}/userinfo"), "iat": bank.now(),
        "ath": sha256_base64(token.as_bytes()),
    });
    key.sign(&Bank::proof_header(key), &claims)
}
