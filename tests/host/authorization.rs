//! The authorization server before clients that do it right and clients that don't: FAPI 2.0's checklist.
//!
//! Tests are named after the modules of the foundation's FAPI suite where they try the same.

#![expect(non_snake_case, reason = "the suite's own names")]

use axum::body::Body;
use axum::http::{Request, header};
use senim_channel::verify_jws;
use senim_core::jose::{JwkSet, Jws, to_base64};
use senim_host::keys::rotate::rotate;
use serde_json::{Value, json};

use super::bank::{
    BY_CERTIFICATE, Bank, CHANNEL, CLIENT, ISSUER, Key, OTHER, REDIRECT, VERIFIER, changed, pairs,
    parameter, random,
};
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn DiscoveryEndpointVerification() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let oauth = bank.get("/.well-known/oauth-authorization-server", None).await;
        let openid = bank.get("/.well-known/openid-configuration", None).await;
        assert_eq!((oauth.status, openid.status), (200, 200));
        let outcome = |member: &str| oauth.body[member].clone();
        assert_eq!(outcome("issuer"), ISSUER);
        assert_eq!(outcome("authorization_endpoint"), "http://localhost:1/authorize");
        assert_eq!(outcome("token_endpoint"), format!("{ISSUER}/token"));
        assert_eq!(outcome("require_pushed_authorization_requests"), true);
        assert_eq!(outcome("authorization_response_iss_parameter_supported"), true);
        assert_eq!(outcome("tls_client_certificate_bound_access_tokens"), true);
        assert_eq!(outcome("code_challenge_methods_supported"), json!(["S256"]));
        let methods = json!(["private_key_jwt", "tls_client_auth"]);
        assert_eq!(outcome("token_endpoint_auth_methods_supported"), methods);
        assert_eq!(
            outcome("dpop_signing_alg_values_supported"),
            json!(["ES256", "EdDSA", "Ed25519", "PS256"])
        );
        assert_eq!(openid.body["issuer"], oauth.body["issuer"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn HappyFlow() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let landed = bank.approved(&bank.request_uri().await).await.unwrap();
        assert!(landed.starts_with(REDIRECT));
        assert_eq!(parameter(&landed, "iss").as_deref(), Some(ISSUER));
        assert_eq!(parameter(&landed, "state").as_deref(), Some("the state"));
        let answer = bank.trade(&parameter(&landed, "code").unwrap()).await;
        assert_eq!(answer.outcome(), "200");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(
            (answer.text("token_type"), answer.body["expires_in"].as_i64()),
            ("DPoP".to_owned(), Some(300))
        );
        assert_eq!(answer.body["authorization_details"][0]["client"].as_object().unwrap().len(), 1);
        let claims = answer.token();
        assert_eq!(claims.cnf.jkt, Some(bank.dpop.thumbprint()));
        assert_eq!((claims.iss.as_str(), claims.aud.as_str()), (ISSUER, "https://localhost:3"));
        assert_eq!(answer.text("grant_id"), claims.authorization_details[0].consent_id.to_string());
        // Signed with a published key, under the type of RFC 9068.
        let published = bank.get("/jwks", None).await;
        let keys: JwkSet = serde_json::from_value(published.body.clone()).unwrap();
        let text = answer.text("access_token");
        let jws = Jws::parse(&text).unwrap();
        assert!(jws.is_type("at+jwt") && verify_jws(&jws, &keys));
        assert!(!published.text.contains("\"d\""));
        assert!(!bank.has_ended(claims.status.status_list.idx).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn UserRejectsAuthentication() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let landed = bank.refused(&bank.request_uri().await).await.unwrap();
        assert_eq!(parameter(&landed, "error").as_deref(), Some("access_denied"));
        assert_eq!(parameter(&landed, "state").as_deref(), Some("the state"));
        assert_eq!(parameter(&landed, "iss").as_deref(), Some(ISSUER));
        assert_eq!(parameter(&landed, "code"), None);
    })
    .await;
}

// EnsureAuthorizationRequestWithoutStateSuccess, …WithoutNonceSuccess, …With64CharNonceSuccess; what
/// must be refused in a pushed request is core's table, and one row of each kind here.
#[tokio::test(flavor = "multi_thread")]
async fn pushed_requests() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let details = Bank::request().pop().unwrap().1;
        let stranger = details.replace("960440000151", "960440000161");
        let wrong_iin = details.replace("900101300017", "900101300018");
        for (changes, expected) in [
            (vec![("state", "")], "201"),
            (vec![("nonce", "n".repeat(64).as_str())], "201"),
            // PARRejectRequestUriInParAuthorizationFormParams
            (vec![("request_uri", "urn:x")], "400 invalid_request request.malformed"),
            // PAREnsurePKCERequired, PAREnsurePlainPKCERejected
            (vec![("code_challenge", "")], "400 invalid_request request.malformed"),
            (vec![("code_challenge_method", "plain")], "400 invalid_request request.malformed"),
            // EnsureRegisteredRedirectUri, EnsureResponseTypeTokenFails
            (vec![("redirect_uri", "https://evil/")], "400 invalid_request request.malformed"),
            (vec![("response_type", "token")], "400 unsupported_response_type request.malformed"),
            (vec![("scope", "openid")], "400 invalid_scope request.malformed"),
            (
                vec![("authorization_details", stranger.as_str())],
                "400 invalid_authorization_details provider.not-standing",
            ),
            (
                vec![("authorization_details", wrong_iin.as_str())],
                "400 invalid_authorization_details iin.invalid",
            ),
        ] {
            let answer = bank.push(changed(Bank::request(), &changes)).await;
            assert_eq!(answer.outcome(), expected, "{changes:?}");
        }
        let twice = [Bank::request(), pairs(&[("scope", "accounts")])].concat();
        assert_eq!(bank.push(twice).await.outcome(), "400 invalid_request request.malformed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn PARRejectInvalidHttpVerb() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        assert_eq!(bank.get("/par", None).await.outcome(), "405 method.not-allowed");
        assert_eq!(bank.get("/nothing", None).await.outcome(), "404 not-found");
        let json = Request::post("/par").header(header::CONTENT_TYPE, "application/json");
        let answer = bank.send(json.body(Body::from("{}")).unwrap(), None).await;
        assert_eq!(answer.outcome(), "400 invalid_request body.malformed");
        let huge = pairs(&[("state", &"a".repeat(100_000))]);
        let answer = bank.post("/par", &huge, None, CHANNEL).await;
        assert_eq!(answer.outcome(), "413 invalid_request body.too-large");
        let many = Request::get("/jwks").header("x-many", "a".repeat(60_000));
        let answer = bank.send(many.body(Body::empty()).unwrap(), None).await;
        assert_eq!(answer.outcome(), "431 headers.too-large");
    })
    .await;
}

// EnsureSignedClientAssertionWithRS256Fails, EnsureClientAssertionWith…, PAREndpointAsAudienceFails,
// PARTokenEndpointAsAudienceFails, PAREndpointAsArrayAudienceFails and the two about iat and nbf.
#[tokio::test(flavor = "multi_thread")]
async fn client_assertions() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let refused = "401 invalid_client client.assertion-invalid";
        let now = bank.now();
        for (member, value, expected) in [
            ("aud", json!(format!("{ISSUER}/token")), refused),
            ("aud", json!(format!("{ISSUER}/par")), refused),
            ("aud", json!([ISSUER]), refused),
            ("exp", json!(now - 300), refused),
            ("sub", Value::Null, refused),
            ("jti", Value::Null, refused),
            ("iat", json!(now + 8), "201"),
            ("nbf", json!(now + 8), "201"),
            ("iat", json!(now + 70), refused),
            ("nbf", json!(now + 70), refused),
        ] {
            let mut claims = bank.claims(CLIENT);
            claims[member] = value.clone();
            let text = bank.key.sign(&json!({ "alg": "ES256" }), &claims);
            let form = [Bank::asserted(&text), Bank::request()].concat();
            let answer = bank.post("/par", &form, None, CHANNEL).await;
            assert_eq!(answer.outcome(), expected, "{member} {value}");
        }
        let claims = to_base64(bank.claims(CLIENT).to_string().as_bytes());
        for algorithm in ["none", "HS256", "RS256"] {
            let header = to_base64(json!({ "alg": algorithm }).to_string().as_bytes());
            let text = format!("{header}.{claims}.{}", to_base64(&[0; 32]));
            let form = [Bank::asserted(&text), Bank::request()].concat();
            assert_eq!(
                bank.post("/par", &form, None, CHANNEL).await.outcome(),
                refused,
                "{algorithm}"
            );
        }
        let of_another_key = Key::new(9).sign(&json!({ "alg": "ES256" }), &bank.claims(CLIENT));
        let form = [Bank::asserted(&of_another_key), Bank::request()].concat();
        assert_eq!(bank.post("/par", &form, None, CHANNEL).await.outcome(), refused);
        // Used twice.
        let form = [bank.assertion(CLIENT), Bank::request()].concat();
        assert_eq!(bank.post("/par", &form, None, CHANNEL).await.outcome(), "201");
        assert_eq!(bank.post("/par", &form, None, CHANNEL).await.outcome(), refused);
        let unknown = "401 invalid_client client.unknown";
        let form = [bank.assertion("nobody"), Bank::request()].concat();
        assert_eq!(bank.post("/par", &form, None, CHANNEL).await.outcome(), unknown);
        assert_eq!(bank.post("/par", &Bank::request(), None, CHANNEL).await.outcome(), unknown);
        // EnsureClientIdInTokenEndpoint: a form that names another client.
        let form = [bank.assertion(CLIENT), pairs(&[("client_id", OTHER)])].concat();
        assert_eq!(bank.post("/token", &form, None, CHANNEL).await.outcome(), refused);
    })
    .await;
}

/// RFC 8705 §2.1: who proves itself by certificate is known by its subject, so a renewal changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn clients_by_certificate() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let named = pairs(&[("client_id", BY_CERTIFICATE)]);
        let landed = changed(Bank::request(), &[("redirect_uri", "https://app.example/back")]);
        let form = [named, landed].concat();
        let refused = "401 invalid_client client.certificate-invalid";
        assert_eq!(bank.post("/par", &form, None, None).await.outcome(), refused);
        assert_eq!(bank.post("/par", &form, None, Some("other")).await.outcome(), refused);
        assert_eq!(bank.post("/par", &form, None, CHANNEL).await.outcome(), "201");
        assert_eq!(
            bank.post("/par", &form, None, Some("certificate/renewed")).await.outcome(),
            "201"
        );
        let both = [bank.assertion(BY_CERTIFICATE), Bank::request()].concat();
        let outcome = bank.post("/par", &both, None, CHANNEL).await.outcome();
        assert_eq!(outcome, "401 invalid_client client.unknown");
    })
    .await;
}

/// OAPI-4, RFC 8705 §3: access tokens are bound to a certificate of the client's own participant, each to that of its request.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_bound_to_the_participants_own_certificate() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let refused = "401 invalid_client client.certificate-invalid";
        let code = bank.code().await;
        let form = pairs(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("code_verifier", VERIFIER),
        ]);
        let post = async |form: &[(String, String)], certificate: Option<&str>| {
            let form = [bank.assertion(CLIENT), form.to_vec()].concat();
            bank.post("/token", &form, None, certificate).await
        };
        // Of the same CA, but nobody's, or another's.
        assert_eq!(post(&form, Some("stranger")).await.outcome(), refused);
        assert_eq!(post(&form, Some("certificate/unregistered")).await.outcome(), refused);
        assert_eq!(post(&form, None).await.outcome(), refused);
        let answer = post(&form, CHANNEL).await;
        assert_eq!(
            (answer.outcome(), answer.text("token_type")),
            ("200".to_owned(), "Bearer".to_owned())
        );
        let bound = answer.token().cnf.certificate;
        assert_eq!(bound, Some(senim_core::jose::sha256_base64(b"certificate")));

        // tpp-issues#187, product-is#10665: the certificate is renewed, the refresh token goes on.
        bank.renew_certificate().await;
        let token = answer.text("refresh_token");
        let form = pairs(&[("grant_type", "refresh_token"), ("refresh_token", &token)]);
        assert_eq!(post(&form, CHANNEL).await.outcome(), refused, "the old one is nobody's now");
        let answer = post(&form, Some("certificate/renewed")).await;
        assert_eq!(answer.outcome(), "200");
        let bound = answer.token().cnf.certificate;
        assert_eq!(bound, Some(senim_core::jose::sha256_base64(b"certificate/renewed")));
    })
    .await;
}

/// A `client_id` alone proves nothing, whatever certificate stands beside it.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_id_without_an_assertion_is_refused_everywhere() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let named = pairs(&[("client_id", CLIENT)]);
        let trade = pairs(&[
            ("grant_type", "authorization_code"),
            ("code", &bank.code().await),
            ("code_verifier", VERIFIER),
        ]);
        for (path, form) in
            [("/par", Bank::request()), ("/token", trade), ("/revoke", pairs(&[("token", "any")]))]
        {
            let form = [named.clone(), form].concat();
            for (certificate, problem) in [
                (None, "client.certificate-invalid"),
                (Some("stranger"), "client.certificate-invalid"),
                (CHANNEL, "client.assertion-invalid"),
            ] {
                let proof = Some(bank.proof(&bank.dpop, path));
                let outcome = bank.post(path, &form, proof, certificate).await.outcome();
                assert_eq!(
                    outcome,
                    format!("401 invalid_client {problem}"),
                    "{path} {certificate:?}"
                );
            }
        }
    })
    .await;
}

/// RFC 6749 §4.1.2: of ten exchanges at once one gives tokens; the others show that the code was in two hands.
#[tokio::test(flavor = "multi_thread")]
async fn ten_exchanges_of_one_code_at_once() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let code = bank.code().await;
        let answers = futures::future::join_all((0..10).map(|_| bank.trade(&code))).await;
        let given: Vec<_> = answers.iter().filter(|it| it.status == 200).collect();
        assert_eq!(given.len(), 1);
        for answer in answers.iter().filter(|it| it.status != 200) {
            assert_eq!(answer.outcome(), "400 invalid_grant code.replayed");
        }
        assert!(bank.has_ended(given[0].token().status.status_list.idx).await);
    })
    .await;
}

/// RFC 9449 §10: whoever named a key when pushing gets tokens of that key and of nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_named_when_pushing_is_not_redeemed_by_certificate() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let thumbprint = bank.dpop.thumbprint();
        let named = changed(Bank::request(), &[("dpop_jkt", &thumbprint)]);
        let pushed = bank.push(named).await;
        let landed = bank.approved(&pushed.text("request_uri")).await.unwrap();
        let code = parameter(&landed, "code").unwrap();
        let outcome = bank.trade_as(CLIENT, &code, VERIFIER, None).await.outcome();
        assert_eq!(outcome, "400 invalid_dpop_proof dpop.invalid");
        assert_eq!(bank.trade(&code).await.outcome(), "200");
    })
    .await;
}

/// `EnsureAuthorizationRequestWithLongState`; what core judges, through the endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_more_than_1024_characters_is_refused() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        for (length, expected) in [(1024, "201"), (1025, "400 invalid_request request.malformed")] {
            let state = "s".repeat(length);
            let answer = bank.push(changed(Bank::request(), &[("state", &state)])).await;
            assert_eq!(answer.outcome(), expected, "{length}");
        }
    })
    .await;
}

/// RFC 8707 §2: `resource` may stand twice, and names the edge.
#[tokio::test(flavor = "multi_thread")]
async fn resources() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let edge = ("resource", "https://localhost:3");
        for (resources, expected) in [
            (vec![edge, edge], "201"),
            (vec![edge, ("resource", "https://other")], "400 invalid_target request.malformed"),
        ] {
            let answer = bank.push([Bank::request(), pairs(&resources)].concat()).await;
            assert_eq!(answer.outcome(), expected, "{resources:?}");
        }
    })
    .await;
}

// PAREnsureServerAcceptsReusedRequestUriBeforeAuthenticationCompletion, PARAttemptReuseRequestUri,
// PARAttemptToUseExpiredRequestUri, PAREnsureRequestUriIsBoundToClient,
// EnsureUnsignedAuthorizationRequestWithoutUsingParFails.
#[tokio::test(flavor = "multi_thread")]
async fn links() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let open = async |client_id: &str, request_uri: &str| {
            let uri = request_uri.replace(':', "%3A");
            let path = format!("/authorize?client_id={client_id}&request_uri={uri}");
            bank.stand.get(&path, None).await.outcome()
        };
        let uri = bank.request_uri().await;
        assert_eq!(open(CLIENT, &uri).await, "200");
        assert_eq!(open(CLIENT, &uri).await, "200");
        assert_eq!(open(OTHER, &uri).await, "400 authorization.unknown");
        assert_eq!(open(CLIENT, "urn:x").await, "400 authorization.unknown");
        let path = format!("/authorize?client_id={CLIENT}&response_type=code");
        assert_eq!(bank.stand.get(&path, None).await.status, 400);
        let late = bank.request_uri().await;
        bank.approved(&uri).await.unwrap();
        assert_eq!(open(CLIENT, &uri).await, "400 authorization.used");
        bank.stand.wait(300);
        assert_eq!(open(CLIENT, &late).await, "400 authorization.expired");
    })
    .await;
}

// EnsureAuthorizationCodeIsBoundToClient, AttemptToUseExpiredAuthCode, PAREnsurePKCECodeVerifierRequired,
// PARIncorrectPKCECodeVerifierRejected, EnsureHolderOfKeyRequired.
#[tokio::test(flavor = "multi_thread")]
async fn codes() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let code = bank.code().await;
        let dpop = Some(&bank.dpop);
        let outcome = async |client_id: &str, code: &str, verifier: &str, dpop: Option<&Key>| {
            bank.trade_as(client_id, code, verifier, dpop).await.outcome()
        };
        let wrong = VERIFIER.replace('a', "b");
        assert_eq!(
            outcome(CLIENT, "never", VERIFIER, dpop).await,
            "400 invalid_grant code.unknown"
        );
        assert_eq!(outcome(OTHER, &code, VERIFIER, dpop).await, "400 invalid_grant code.unknown");
        assert_eq!(
            outcome(CLIENT, &code, &wrong, dpop).await,
            "400 invalid_grant code.verifier-wrong"
        );
        assert_eq!(outcome(CLIENT, &code, "", dpop).await, "400 invalid_request request.malformed");
        // None of these spent it.
        assert_eq!(outcome(CLIENT, &code, VERIFIER, dpop).await, "200");
        let late = bank.code().await;
        bank.stand.wait(60);
        assert_eq!(outcome(CLIENT, &late, VERIFIER, dpop).await, "400 invalid_grant code.expired");
        let form = [bank.assertion(CLIENT), pairs(&[("grant_type", "password")])].concat();
        let answer = bank.post("/token", &form, None, CHANNEL).await;
        assert_eq!(answer.outcome(), "400 unsupported_grant_type request.malformed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn AttemptReuseAuthorizationCodeAfterOneSecond() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let code = bank.code().await;
        let first = bank.trade(&code).await;
        let index = first.token().status.status_list.idx;
        assert!(!bank.has_ended(index).await);
        bank.stand.wait(1);
        assert_eq!(bank.trade(&code).await.outcome(), "400 invalid_grant code.replayed");
        assert!(bank.has_ended(index).await);
        let refreshed = bank.refresh(CLIENT, &first.text("refresh_token"), Some(&bank.dpop)).await;
        assert_eq!(refreshed.outcome(), "400 invalid_grant consent.ended-by-platform");
        let events = bank.stand.events().await;
        let end = ["token.issued", "code.replayed", "consent.ended"];
        assert_eq!(events[events.len() - 3..], end);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn RefreshToken() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let first = bank.trade(&bank.code().await).await;
        let token = first.text("refresh_token");
        let dpop = Some(&bank.dpop);
        let other_key = Key::new(3);
        let invalid = "400 invalid_grant refresh-token.invalid";
        // Duende products#1641: a new key, the same client (RFC 9449 §5); its tokens are bound to that key.
        let rekeyed = bank.refresh(CLIENT, &token, Some(&other_key)).await;
        assert_eq!(rekeyed.outcome(), "200");
        assert_eq!(rekeyed.token().cnf.jkt, Some(other_key.thumbprint()));
        assert_eq!(bank.refresh(OTHER, &token, dpop).await.outcome(), invalid);
        assert_eq!(bank.refresh(CLIENT, "never", dpop).await.outcome(), invalid);
        bank.stand.wait(100_000);
        let again = bank.refresh(CLIENT, &token, dpop).await;
        assert_eq!(again.outcome(), "200");
        // Not rotated (FAPI 2.0 §5.3.2.1 item 9).
        assert!(again.body.get("refresh_token").is_none());
        assert_eq!(again.token().sub, first.token().sub);
        assert_ne!(again.token().jti, first.token().jti);
        // Given back: the consent ends with it (RFC 7009).
        let form = [bank.assertion(OTHER), pairs(&[("token", &token)])].concat();
        assert_eq!(bank.post("/revoke", &form, None, CHANNEL).await.outcome(), "200");
        assert_eq!(bank.refresh(CLIENT, &token, dpop).await.outcome(), "200");
        for (token, expected) in [
            (again.text("access_token"), "400 unsupported_token_type request.malformed"),
            ("never".to_owned(), "200"),
            (token.clone(), "200"),
            (token.clone(), "200"),
        ] {
            let form = [bank.assertion(CLIENT), pairs(&[("token", &token)])].concat();
            assert_eq!(bank.post("/revoke", &form, None, CHANNEL).await.outcome(), expected);
        }
        let dead = bank.refresh(CLIENT, &token, dpop).await;
        assert_eq!(dead.outcome(), "400 invalid_grant consent.given-back");
    })
    .await;
}

// DpopNegativeTests, CheckDpopProofNbfExp, EnsureDpopProofWithIat10SecondsBefore…, …AfterSucceeds.
#[tokio::test(flavor = "multi_thread")]
async fn proofs() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let form = || pairs(&[("grant_type", "refresh_token"), ("refresh_token", "never")]);
        let ask = async |proof: String| {
            let form = [bank.assertion(CLIENT), form()].concat();
            bank.post("/token", &form, Some(proof), CHANNEL).await.outcome()
        };
        let invalid = "400 invalid_dpop_proof dpop.invalid";
        let passes = "400 invalid_grant refresh-token.invalid";
        let now = bank.now();
        for (member, value, expected) in [
            ("htm", json!("GET"), invalid),
            ("htu", json!(format!("{ISSUER}/par")), invalid),
            ("iat", json!(now - 61), invalid),
            ("iat", json!(now + 61), invalid),
            ("iat", json!(now - 10), passes),
            ("iat", json!(now + 10), passes),
            ("exp", json!(now - 1), invalid),
            ("nbf", json!(now + 61), invalid),
            ("jti", Value::Null, invalid),
        ] {
            let mut claims = bank.proof_claims("/token");
            claims[member] = value.clone();
            let proof = bank.dpop.sign(&Bank::proof_header(&bank.dpop), &claims);
            assert_eq!(ask(proof).await, expected, "{member} {value}");
        }
        // The key in the header did not sign.
        let claims = bank.proof_claims("/token");
        let forged = Key::new(4).sign(&Bank::proof_header(&bank.dpop), &claims);
        assert_eq!(ask(forged).await, invalid);
        let proof = bank.proof(&bank.dpop, "/token");
        assert_eq!(ask(proof.clone()).await, passes);
        assert_eq!(ask(proof).await, "400 invalid_dpop_proof dpop.replayed");
    })
    .await;
}

// EnsureMismatchedDpopJktFails, EnsureTokenEndpointFailsWithMismatchedDpopJkt,
// EnsureTokenEndpointFailsWithMismatchedDpopProofJkt, EnsureDpopProofAtParEndpointBindingSuccess,
// EnsureDpopAuthCodeBindingSuccess.
#[tokio::test(flavor = "multi_thread")]
async fn keys_named_when_pushing() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let thumbprint = bank.dpop.thumbprint();
        let named = changed(Bank::request(), &[("dpop_jkt", &thumbprint)]);
        let form = [bank.assertion(CLIENT), named.clone()].concat();
        let other = bank.proof(&Key::new(3), "/par");
        let answer = bank.post("/par", &form, Some(other), CHANNEL).await;
        assert_eq!(answer.outcome(), "400 invalid_dpop_proof dpop.invalid");
        let by_proof = Some(bank.proof(&bank.dpop, "/par"));
        for (request, proof) in [(named, None), (Bank::request(), by_proof)] {
            let form = [bank.assertion(CLIENT), request].concat();
            let pushed = bank.post("/par", &form, proof, CHANNEL).await;
            let landed = bank.approved(&pushed.text("request_uri")).await.unwrap();
            let code = parameter(&landed, "code").unwrap();
            let other = bank.trade_as(CLIENT, &code, VERIFIER, Some(&Key::new(3))).await;
            assert_eq!(other.outcome(), "400 invalid_dpop_proof dpop.invalid");
            assert_eq!(bank.trade(&code).await.outcome(), "200");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn store_and_journal_hold_no_secrets() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let code = bank.code().await;
        let answer = bank.trade(&code).await;
        let journal = bank.stand.journal_text().await;
        let secrets = [code, answer.text("refresh_token"), answer.text("access_token")];
        for secret in
            secrets.iter().map(String::as_str).chain([super::stand::IIN, super::stand::NAMED_PHONE])
        {
            assert!(!journal.contains(secret));
        }
        assert!(!answer.text("access_token").is_empty() && !random().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_is_announced_before_it_signs_and_the_old_one_stays_while_its_tokens_do() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let app = &bank.stand.app;
        let kids = async || {
            let keys = bank.get("/jwks", None).await.body["keys"].clone();
            let keys = keys.as_array().unwrap().clone();
            keys.iter().map(|it| it["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let signed_by = async || {
            let answer = bank.trade(&bank.code().await).await;
            let text = answer.text("access_token");
            Jws::parse(&text).unwrap().header.kid.unwrap()
        };
        let old = kids().await;
        assert_eq!(vec![signed_by().await], old);
        bank.stand.wait(60);
        let new = rotate(&app.store, &app.sealer, &*app.rng, app.now()).await.unwrap();
        app.keys.reload(&app.store, &app.sealer).await.unwrap();
        assert_eq!(kids().await, [vec![new.clone()], old.clone()].concat());
        assert_eq!(vec![signed_by().await], old);
        bank.stand.wait(10);
        assert_eq!(signed_by().await, new);
        bank.stand.wait(700);
        assert_eq!(kids().await, [new]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_is_a_frame_for_nodes() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let app = &bank.stand.app;
        let place = async || app.feed.content(app).await.unwrap().0.at;
        let before = place().await;
        let code = bank.code().await;
        bank.trade(&code).await;
        bank.trade(&code).await;
        assert!(place().await > before);
    })
    .await;
}
