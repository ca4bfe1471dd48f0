//! Grant Management for OAuth 2.0, and the question whether a client's consent stands (CNS-9).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use axum::body::Body;
use axum::http::{Request, header};
use senim_core::authorization::GrantAction;
use senim_core::consent::{Consent, EndedBy};
use senim_core::id::ConsentId;
use senim_core::jose::sha256_base64;
use senim_store as store;
use serde_json::{Value, json};

use super::bank::{
    Answer, BY_CERTIFICATE, Bank, CHANNEL, CLIENT, ISSUER, Key, OTHER, changed, pairs, random,
};
use super::stand::{IIN, OTHER_IIN, Stand, asked};
use crate::database::on_each;

const BOTH: &str = "grant_management_query grant_management_revoke";

#[tokio::test(flavor = "multi_thread")]
async fn an_application_queries_and_gives_back_its_own_grants() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let tokens = bank.trade(&bank.code().await).await;
        let grant = tokens.text("grant_id");
        let own = own_token(&bank, CLIENT, BOTH).await;
        let path = format!("/grants/{grant}");

        let shown = ask(&bank, "GET", &path, &own, None).await;
        assert_eq!(shown.outcome(), "200", "{}", shown.text);
        assert_eq!(shown.body["authorization_details"], tokens.body["authorization_details"]);
        assert_eq!(shown.body["scopes"], json!([{ "scope": "accounts" }]));

        let query = own_token(&bank, CLIENT, "grant_management_query").await;
        let other = own_token(&bank, OTHER, BOTH).await;
        assert_eq!(ask(&bank, "DELETE", &path, &query, None).await.outcome(), "403 grant.scope");
        for method in ["GET", "DELETE"] {
            let not_found = ask(&bank, method, &path, &other, None).await;
            assert_eq!(not_found.outcome(), "404 not-found", "{method}");
            let not_one = ask(&bank, method, "/grants/x", &own, None).await;
            assert_eq!(not_one.outcome(), "404 not-found", "{method}");
        }

        assert_eq!(ask(&bank, "DELETE", &path, &own, None).await.outcome(), "204");
        assert_eq!(ask(&bank, "GET", &path, &own, None).await.outcome(), "404 not-found");
        assert_eq!(ask(&bank, "DELETE", &path, &own, None).await.outcome(), "404 not-found");
        let refreshed = bank.refresh(CLIENT, &tokens.text("refresh_token"), Some(&bank.dpop)).await;
        assert_eq!(refreshed.outcome(), "400 invalid_grant consent.given-back");
        let metadata = bank.get("/.well-known/oauth-authorization-server", None).await.body;
        assert_eq!(metadata["grant_management_endpoint"], format!("{ISSUER}/grants"));
        assert!(
            metadata["grant_types_supported"]
                .as_array()
                .unwrap()
                .contains(&json!("client_credentials"))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grant_endpoint_takes_bound_tokens_of_its_own_alone() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let tokens = bank.trade(&bank.code().await).await;
        let path = format!("/grants/{}", tokens.text("grant_id"));
        let own = own_token(&bank, CLIENT, BOTH).await;

        let get = |authorization: Option<&str>, dpop: Option<String>| {
            let mut request = Request::get(&path);
            if let Some(it) = authorization {
                request = request.header(header::AUTHORIZATION, it);
            }
            if let Some(it) = dpop {
                request = request.header("DPoP", it);
            }
            request.body(Body::empty()).unwrap()
        };
        let proof =
            |token: &str, key: &Key, method: &str| Some(proof(&bank, key, (method, &path), token));
        let (dpop, bearer) = (format!("DPoP {own}"), format!("Bearer {own}"));
        let accounts = tokens.text("access_token");
        let of_the_edge = format!("DPoP {accounts}");
        let stranger = Key::new(9);
        let header = json!({ "alg": "ES256", "typ": "at+jwt" });
        let forged = format!("DPoP {}", bank.key.sign(&header, &json!({})));
        for (name, authorization, dpop, expected) in [
            ("none", None, None, "401 token.missing"),
            ("no token", Some("DPoP x"), None, "401 token.malformed"),
            ("forged", Some(forged.as_str()), None, "401 token.signature"),
            ("without a proof", Some(dpop.as_str()), None, "401 dpop.missing"),
            (
                "as a bearer",
                Some(bearer.as_str()),
                proof(&own, &bank.dpop, "GET"),
                "401 dpop.missing",
            ),
            ("another key", Some(dpop.as_str()), proof(&own, &stranger, "GET"), "401 dpop.invalid"),
            (
                "another method",
                Some(dpop.as_str()),
                proof(&own, &bank.dpop, "POST"),
                "401 dpop.invalid",
            ),
            (
                "an edge's token",
                Some(of_the_edge.as_str()),
                proof(&accounts, &bank.dpop, "GET"),
                "401 token.audience",
            ),
        ] {
            let answer = bank.send(get(authorization, dpop), CHANNEL).await;
            assert_eq!(answer.outcome(), expected, "{name}");
            assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE), "{name}");
        }
        let good = || get(Some(&dpop), proof(&own, &bank.dpop, "GET"));
        assert_eq!(bank.send(good(), None).await.outcome(), "401 client.certificate-invalid");
        let replayed = proof(&own, &bank.dpop, "GET");
        let answer = bank.send(get(Some(&dpop), replayed.clone()), CHANNEL).await;
        assert_eq!(answer.outcome(), "200");
        let answer = bank.send(get(Some(&dpop), replayed), CHANNEL).await;
        assert_eq!(answer.outcome(), "401 dpop.replayed");

        // Bound to the certificate where no key was shown.
        let form = pairs(&[
            ("grant_type", "client_credentials"),
            ("scope", BOTH),
            ("client_id", BY_CERTIFICATE),
        ]);
        let by_certificate = bank.post("/token", &form, None, CHANNEL).await;
        assert_eq!(by_certificate.text("token_type"), "Bearer", "{}", by_certificate.text);
        let bearer = format!("Bearer {}", by_certificate.text("access_token"));
        let answer = bank.send(get(Some(&bearer), None), CHANNEL).await;
        assert_eq!(answer.outcome(), "404 not-found", "it is another application's");
        let answer = bank.send(get(Some(&bearer), None), Some("other")).await;
        assert_eq!(answer.outcome(), "401 token.binding");

        bank.stand.wait(300);
        let answer = bank.send(good(), CHANNEL).await;
        assert_eq!(answer.outcome(), "401 token.expired");
        for scope in ["", "accounts", "grant_management_query accounts"] {
            let form = pairs(&[("grant_type", "client_credentials"), ("scope", scope)]);
            let form = [bank.assertion(CLIENT), form].concat();
            let answer = bank.post("/token", &form, None, CHANNEL).await;
            assert_eq!(answer.outcome(), "400 invalid_scope request.malformed", "{scope}");
        }
    })
    .await;
}

/// CNS-9: before it asks for a consent, a consumer asks whether one stands; of others' consents it hears nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_finds_its_own_standing_grants_of_a_client() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let tokens = bank.trade(&bank.code().await).await;
        let own = own_token(&bank, CLIENT, BOTH).await;
        let find = async |token: &str, iin: &str| {
            ask(&bank, "POST", "/grants/search", token, Some(json!({ "iin": iin }))).await
        };
        let found = find(&own, IIN).await;
        let details = &tokens.body["authorization_details"];
        let grant =
            json!({ "grant_id": tokens.text("grant_id"), "authorization_details": details });
        assert_eq!(found.body, json!({ "grants": [grant] }), "{}", found.text);
        let none = json!({ "grants": [] });
        assert_eq!(find(&own, OTHER_IIN).await.body, none);
        let other = own_token(&bank, OTHER, BOTH).await;
        assert_eq!(find(&other, IIN).await.body, none);
        assert_eq!(find(&own, "900101300018").await.outcome(), "400 body.malformed");
        let revoke = own_token(&bank, CLIENT, "grant_management_revoke").await;
        assert_eq!(find(&revoke, IIN).await.outcome(), "403 grant.scope");
        let path = format!("/grants/{}", tokens.text("grant_id"));
        assert_eq!(ask(&bank, "DELETE", &path, &own, None).await.outcome(), "204");
        assert_eq!(find(&own, IIN).await.body, none);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_the_grant_that_it_replaces_or_widens() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let tokens = bank.trade(&bank.code().await).await;
        let grant = tokens.text("grant_id");
        let details = Bank::request().pop().unwrap().1;
        let more = details.replace("[\"accounts\"]", "[\"balances\"]");
        let other_purpose = more.replace("account-aggregation", "income-proof");
        let other_client = more.replace(IIN, OTHER_IIN);
        let push = async |action: &str, grant: &str, details: &str| {
            let changes = [
                ("grant_management_action", action),
                ("grant_id", grant),
                ("authorization_details", details),
            ];
            bank.push(changed(Bank::request(), &changes)).await.outcome()
        };
        let unknown = "400 invalid_grant_id grant.unknown";
        let nobody = ConsentId(7).to_string();
        let [grant, more, other_purpose, other_client, nobody] =
            [&grant, &more, &other_purpose, &other_client, &nobody].map(String::as_str);
        for (action, grant, details, expected) in [
            ("merge", grant, more, "201"),
            ("replace", grant, other_purpose, "201"),
            ("create", "", more, "201"),
            ("merge", grant, other_purpose, "400 invalid_authorization_details request.malformed"),
            ("merge", grant, other_client, unknown),
            ("replace", nobody, more, unknown),
            ("replace", "x", more, unknown),
            ("replace", "", more, "400 invalid_request request.malformed"),
            ("create", grant, more, "400 invalid_request request.malformed"),
            ("update", grant, more, "400 invalid_request request.malformed"),
        ] {
            assert_eq!(push(action, grant, details).await, expected, "{action} {details}");
        }
        // The merged request, which the client will read, covers both.
        let journal = bank.stand.journal_text().await;
        assert!(journal.contains(r#""data":["accounts","balances"]"#), "{journal}");
        let own = own_token(&bank, CLIENT, BOTH).await;
        let ended = ask(&bank, "DELETE", &format!("/grants/{grant}"), &own, None).await;
        assert_eq!(ended.outcome(), "204");
        assert_eq!(push("merge", grant, more).await, unknown, "it no longer stands");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacing_consent_keeps_the_grant_and_ends_the_old_one() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        stand.approved(asked()).await;
        let old = given(&stand).await.remove(0);
        stand.wait(1);
        let mut other = asked();
        other["purpose"]["code"] = "income-proof".into();
        stand.action = GrantAction::Replace(old.grant);
        stand.approved(other).await;
        let given = given(&stand).await;
        let (new, old) = (&given[0], &given[1]);
        assert_eq!((new.grant, new.replaces), (old.grant, Some(old.id)));
        let by = old.check(stand.app.now()).unwrap_err();
        assert_eq!(by, senim_core::consent::ConsentError::Ended(EndedBy::Superseded));
        assert!(new.check(stand.app.now()).is_ok());
    })
    .await;
}

async fn given(stand: &Stand) -> Vec<Consent> {
    let iin = IIN.parse().unwrap();
    let given =
        stand.app.store.read("test.given", async |tx| store::consent::given_by(tx, &iin).await);
    given.await.unwrap()
}

/// An access token of the application itself, bound to the bank's DPoP key.
async fn own_token(bank: &Bank, client_id: &str, scope: &str) -> String {
    let form = pairs(&[("grant_type", "client_credentials"), ("scope", scope)]);
    let form = [bank.assertion(client_id), form].concat();
    let proof = bank.proof(&bank.dpop, "/token");
    let answer = bank.post("/token", &form, Some(proof), CHANNEL).await;
    assert_eq!((answer.outcome().as_str(), answer.text("scope").as_str()), ("200", scope));
    answer.text("access_token")
}

fn proof(bank: &Bank, key: &Key, (method, path): (&str, &str), token: &str) -> String {
    let claims = json!({
        "jti": random(), "htm": method, "htu": format!("{ISSUER}{path}"), "iat": bank.now(),
        "ath": sha256_base64(token.as_bytes()),
    });
    key.sign(&Bank::proof_header(key), &claims)
}

async fn ask(bank: &Bank, method: &str, path: &str, token: &str, body: Option<Value>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("DPoP {token}"))
        .header("DPoP", proof(bank, &bank.dpop, (method, path), token))
        .header(header::CONTENT_TYPE, "application/json");
    let body = body.map_or_else(Body::empty, |it| Body::from(it.to_string()));
    bank.send(request.body(body).unwrap(), CHANNEL).await
}
