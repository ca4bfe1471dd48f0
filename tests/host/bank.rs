//! A consumer's server before the host's servers' listener, and a node's: requests made by hand, so that they can be wrong.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use senim_channel::{Peer, PeerCertificate};
use senim_core::agreement::RuleText;
use senim_core::consent::words::{Agreed, Shown};
use senim_core::consent::{AskedFor, Consent, ConsentState};
use senim_core::id::{ConsentId, SessionId};
use senim_core::jose::{sha256_base64, to_base64};
use senim_core::problem::Problem;
use senim_core::status::Entry;
use senim_core::text::Language;
use senim_host::authorization::{self, Outcome};
use senim_host::http::problem::Refusal;
use senim_host::participant::seed;
use senim_host::router;
use senim_store as store;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;

use super::stand::{CONSUMER, IIN, NAMED_PHONE, Stand, folder};

pub(super) const ISSUER: &str = "https://localhost:2";
pub(super) const CLIENT: &str = "bank";
pub(super) const OTHER: &str = "other";
pub(super) const BY_CERTIFICATE: &str = "app";
/// The common name of the participant's certificate.
pub(super) const CHANNEL: Option<&str> = Some("certificate");
pub(super) const REDIRECT: &str = "https://bank.example/back";
pub(super) const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0000000";

pub(super) struct Bank {
    pub(super) stand: Stand,
    pub(super) key: Key,
    pub(super) dpop: Key,
}

/// A P-256 key.
#[derive(Clone)]
pub(super) struct Key(SigningKey);

impl Key {
    pub(super) fn new(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed; 32]).expect("a key"))
    }

    /// Of the certificate with this common name.
    pub(super) fn of(name: &str) -> Self {
        Self(SigningKey::from_slice(&Sha256::digest(name)).expect("a key"))
    }

    pub(super) fn jwk(&self) -> Value {
        let point = self.0.verifying_key().to_encoded_point(false);
        let (x, y) = (point.x().expect("x"), point.y().expect("y"));
        json!({ "kty": "EC", "crv": "P-256", "x": to_base64(x), "y": to_base64(y) })
    }

    pub(super) fn thumbprint(&self) -> String {
        serde_json::from_value::<senim_core::jose::Jwk>(self.jwk()).expect("a key").thumbprint()
    }

    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |it: &Value| to_base64(it.to_string().as_bytes());
        let unsigned = format!("{}.{}", part(header), part(claims));
        let signature: Signature = self.0.sign(unsigned.as_bytes());
        format!("{unsigned}.{}", to_base64(&signature.to_bytes()))
    }
}

pub(super) fn random() -> String {
    static TURN: AtomicU64 = AtomicU64::new(0);
    format!("random-{}", TURN.fetch_add(1, Ordering::SeqCst))
}

impl Bank {
    pub(super) async fn on(database: &str) -> Self {
        Self::before(Stand::on(database).await).await
    }

    /// Before this host.
    pub(super) async fn before(stand: Stand) -> Self {
        let bank = Self { stand, key: Key::new(1), dpop: Key::new(2) };
        bank.register().await;
        bank
    }

    async fn register(&self) {
        let dir = folder();
        let keys = json!({ "keys": [self.key.jwk()] }).to_string();
        std::fs::write(dir.join("keys.json"), keys).expect("a file");
        let application = |client_id: &str| {
            format!(
                "[[applications]]\nclient_id = \"{client_id}\"\nbin = \"{CONSUMER}\"\nname = \"Bank\"\n\
                 redirect_uris = [\"{REDIRECT}\"]\nauth = \"private_key_jwt\"\njwks_file = \"keys.json\"\n"
            )
        };
        let operator = "[[operators]]\nname = \"aigul\"\npassword = \"correct horse battery\"\n\
                        totp_secret = \"JBSWY3DPEHPK3PXPJBSWY3DPEH\"\n";
        let node = format!(
            "[[nodes]]\nname = \"node-1\"\ncertificates = [\"{}\"]\n",
            sha256_base64(b"node-1")
        );
        let text = format!("{}{}{operator}{node}", application(CLIENT), application(OTHER));
        std::fs::write(dir.join("seed.toml"), text).expect("a file");
        std::fs::set_permissions(dir.join("seed.toml"), std::fs::Permissions::from_mode(0o600))
            .expect("a mode");
        for _ in 0..2 {
            // The second time changes nothing.
            seed::seed(&self.stand.app, &dir.join("seed.toml")).await.expect("seeds");
        }
    }

    /// The register knows another certificate of the same subject in the place of the present one.
    pub(super) async fn renew_certificate(&self) {
        let dir = folder();
        let text = format!(
            "[[participants]]\nbin = \"{CONSUMER}\"\nname = \"Jetisu Pay\"\nprovider = true\nconsumer = true\n\
             certificates = [\"{}\"]\nbase_url = \"https://localhost:1\"\n",
            sha256_base64(b"certificate/renewed"),
        );
        std::fs::write(dir.join("seed.toml"), text).expect("a file");
        seed::seed(&self.stand.app, &dir.join("seed.toml")).await.expect("seeds");
    }

    pub(super) fn now(&self) -> i64 {
        self.stand.app.now().timestamp()
    }

    pub(super) fn claims(&self, client_id: &str) -> Value {
        json!({ "iss": client_id, "sub": client_id, "aud": ISSUER, "iat": self.now(),
                "exp": self.now() + 60, "jti": random() })
    }

    pub(super) fn assertion(&self, client_id: &str) -> Vec<(String, String)> {
        Self::asserted(&self.key.sign(&json!({ "alg": "ES256" }), &self.claims(client_id)))
    }

    pub(super) fn asserted(text: &str) -> Vec<(String, String)> {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        pairs(&[("client_assertion_type", kind), ("client_assertion", text)])
    }

    pub(super) fn proof(&self, key: &Key, path: &str) -> String {
        key.sign(&Self::proof_header(key), &self.proof_claims(path))
    }

    pub(super) fn proof_header(key: &Key) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() })
    }

    pub(super) fn proof_claims(&self, path: &str) -> Value {
        json!({ "jti": random(), "htm": "POST", "htu": format!("{ISSUER}{path}"), "iat": self.now() })
    }

    /// A request as it should be, without who makes it.
    pub(super) fn request() -> Vec<(String, String)> {
        let challenge = sha256_base64(VERIFIER.as_bytes());
        let details = json!([{
            "type": "account_information",
            "client": { "iin": IIN, "phone": NAMED_PHONE },
            "providers": [CONSUMER],
            "data": ["accounts"],
            "purpose": { "code": "account-aggregation" },
        }]);
        pairs(&[
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("scope", "accounts"),
            ("state", "the state"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("authorization_details", &details.to_string()),
        ])
    }

    pub(super) async fn push(&self, request: Vec<(String, String)>) -> Answer {
        self.post("/par", &[self.assertion(CLIENT), request].concat(), None, CHANNEL).await
    }

    pub(super) async fn request_uri(&self) -> String {
        let answer = self.push(Self::request()).await;
        assert_eq!(answer.outcome(), "201");
        answer.body["request_uri"].as_str().expect("a request_uri").to_owned()
    }

    /// The client approves; where the browser goes.
    pub(super) async fn approved(&self, request_uri: &str) -> Result<String, Refusal> {
        self.ended(request_uri, true).await
    }

    pub(super) async fn refused(&self, request_uri: &str) -> Result<String, Refusal> {
        self.ended(request_uri, false).await
    }

    async fn ended(&self, request_uri: &str, approve: bool) -> Result<String, Refusal> {
        let (app, now) = (&self.stand.app, self.stand.app.now());
        let begun = authorization::begin(app, CLIENT, request_uri).await?;
        let id = ConsentId(app.rng.id());
        app.store
            .transact("test.end", async |tx| {
                let outcome = if approve {
                    let AskedFor::Accounts(asked) = begun.asked.clone() else {
                        panic!("tests/host/openid.rs walks these")
                    };
                    let requested = Consent {
                        id,
                        grant: id,
                        replaces: None,
                        application: CLIENT.to_owned(),
                        consumer: begun.consumer.bin,
                        iin: asked.client.iin,
                        providers: asked.providers,
                        limits: asked.limits,
                        identity: None,
                        purpose: asked.purpose,
                        term_days: asked.term_days,
                        requested_at: now,
                        state: ConsentState::Requested,
                    };
                    let index = store::consent::allocate_index(tx, now).await?;
                    let consent = requested.grant(index, "hash".to_owned(), now)?;
                    let session = SessionId(1);
                    let agreed = Agreed { kk: Vec::new(), ru: Vec::new() };
                    let shown = Shown {
                        rule: RuleText::Consent,
                        edition: Some(1),
                        language: Some(Language::Ru),
                        agreed,
                        english: Vec::new(),
                    };
                    store::consent::add(tx, &consent, session, &shown).await?;
                    Outcome::Granted { consent }
                } else {
                    Outcome::Refused(Problem::ConsentRefused)
                };
                authorization::finish(tx, app, begun.authorization, outcome, now).await
            })
            .await
    }

    /// A code that nobody has traded yet.
    pub(super) async fn code(&self) -> String {
        let back = self.approved(&self.request_uri().await).await.expect("approved");
        parameter(&back, "code").expect("a code")
    }

    pub(super) async fn trade(&self, code: &str) -> Answer {
        self.trade_as(CLIENT, code, VERIFIER, Some(&self.dpop)).await
    }

    pub(super) async fn trade_as(
        &self,
        client_id: &str,
        code: &str,
        verifier: &str,
        dpop: Option<&Key>,
    ) -> Answer {
        let form = pairs(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", REDIRECT),
        ]);
        let proof = dpop.map(|key| self.proof(key, "/token"));
        self.post("/token", &[self.assertion(client_id), form].concat(), proof, CHANNEL).await
    }

    pub(super) async fn refresh(&self, client_id: &str, token: &str, dpop: Option<&Key>) -> Answer {
        let form = pairs(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
        let proof = dpop.map(|key| self.proof(key, "/token"));
        self.post("/token", &[self.assertion(client_id), form].concat(), proof, CHANNEL).await
    }

    /// `certificate`: the common name of the one that the connection is opened with.
    pub(super) async fn post(
        &self,
        path: &str,
        form: &[(String, String)],
        dpop: Option<String>,
        certificate: Option<&str>,
    ) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(form).finish();
        let mut request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(proof) = dpop {
            request = request.header("DPoP", proof);
        }
        self.send(request.body(body.into()).expect("a request"), certificate).await
    }

    pub(super) async fn get(&self, path: &str, certificate: Option<&str>) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request"), certificate).await
    }

    pub(super) async fn send(&self, request: Request<Body>, certificate: Option<&str>) -> Answer {
        self.send_as(request, certificate.map(Self::certificate)).await
    }

    /// `name/serial` is another certificate of the same subject.
    pub(super) fn certificate(serial: &str) -> PeerCertificate {
        let name = serial.split('/').next().unwrap_or(serial);
        PeerCertificate {
            thumbprint: sha256_base64(serial.as_bytes()),
            common_name: Some(name.to_owned()),
            subject: format!("CN={name}"),
            key: Some(serde_json::from_value(Key::of(name).jwk()).expect("a key")),
        }
    }

    pub(super) async fn send_as(
        &self,
        mut request: Request<Body>,
        certificate: Option<PeerCertificate>,
    ) -> Answer {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        request.extensions_mut().insert(ConnectInfo(Peer { address, certificate }));
        let response = router::servers(self.stand.app.clone()).oneshot(request).await;
        let (parts, body) = response.expect("the router answers").into_parts();
        let text = to_bytes(body, 2_000_000).await.expect("a body");
        let text = String::from_utf8(text.to_vec()).expect("text");
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }

    /// What an edge makes of an index: whether its consent has ended.
    pub(super) async fn has_ended(&self, index: u64) -> bool {
        let app = &self.stand.app;
        let (_, content) = app.feed.content(app).await.expect("the feed");
        content.list.entry(index).expect("it is on the list") != Entry::Valid
    }
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: axum::http::HeaderMap,
    pub(super) body: Value,
    pub(super) text: String,
}

impl Answer {
    /// Status, OAuth error, problem: `400 invalid_grant code.unknown`.
    pub(super) fn outcome(&self) -> String {
        let mut outcome = self.status.to_string();
        for member in ["error", "problem", "code"] {
            if self.status >= 400
                && let Some(text) = self.body[member].as_str()
            {
                outcome.push(' ');
                outcome.push_str(text);
            }
        }
        outcome
    }

    pub(super) fn text(&self, member: &str) -> String {
        self.body[member].as_str().unwrap_or_default().to_owned()
    }

    /// The claims of the access token, unverified.
    pub(super) fn token(&self) -> senim_core::routing::TokenClaims {
        let text = self.text("access_token");
        senim_core::jose::Jws::parse(&text).expect("a JWS").claims().expect("claims")
    }
}

pub(super) fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The request with some parameters changed; an empty value leaves one out.
pub(super) fn changed(
    mut request: Vec<(String, String)>,
    changes: &[(&str, &str)],
) -> Vec<(String, String)> {
    let names: BTreeSet<_> = changes.iter().map(|it| it.0).collect();
    request.retain(|(name, _)| !names.contains(name.as_str()));
    request.extend(pairs(changes).into_iter().filter(|(_, value)| !value.is_empty()));
    request
}

pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).expect("an address");
    url.query_pairs().find(|(it, _)| it == name).map(|(_, value)| value.into_owned())
}
