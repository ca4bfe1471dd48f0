use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::cast;
use crate::provider::{Fault, Faults};
use crate::setup;

#[tokio::test]
async fn the_register_tells_of_a_person_and_repeats_nothing_of_a_wrong_question() {
    let it = Visit::start();
    let (status, body) = it.post("/source/v1/person", &json!({ "iin": cast::ALMAS.iin })).await;
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&told["birthDate"], &told["sex"]), (&json!("1985-06-14"), &json!("male")));
    assert_eq!(
        (&told["citizenship"], &told["document"]["issueDate"]),
        (&json!("KAZ"), &json!("2021-06-14"))
    );
    assert!(told["photo"].as_str().unwrap().starts_with("/9j/"));
    for (asked, expected) in [
        (json!({ "iin": "900101300017" }), StatusCode::NOT_FOUND),
        (json!({ "iin": "850614300421" }), StatusCode::BAD_REQUEST),
        (json!({ "iin": cast::ALMAS.iin, "more": 1 }), StatusCode::BAD_REQUEST),
        (json!([]), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(
            it.post("/source/v1/person", &asked).await,
            (expected, String::new()),
            "{asked}"
        );
    }
}

#[tokio::test]
async fn a_registration_needs_the_pages_header() {
    let it = Visit::start();
    let asked = json!({ "surname": "Сынақ", "name": "Адам", "birthDate": "2000-01-01", "sex": "male",
        "phone": "+77010000009", "photo": "" });
    assert_eq!(it.send("POST", "/register", &asked, &[]).await.0, StatusCode::FORBIDDEN);
    let page = [("senim-page", "1")];
    let (status, body) = it.send("POST", "/register", &asked, &page).await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, r#"{"problem":"photo"}"#)
    );
    let (status, _) = it.send("POST", "/register", &json!({ "name": "x" }), &page).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_message_sent_is_on_the_phone_as_text_and_never_as_markup() {
    let it = Visit::start();
    let send = |text: &str| json!({ "id": "msg_0000000000000000000000000000002a", "to": "+77010000001", "text": text });
    assert_eq!(it.post("/sms/v1/messages", &send("<b>123456</b>")).await.0, StatusCode::ACCEPTED);
    assert_eq!(it.post("/sms/v1/messages", &send("again")).await.0, StatusCode::ACCEPTED);
    assert_eq!(it.post("/sms/v1/messages", &json!({ "to": "x" })).await.0, StatusCode::BAD_REQUEST);
    let (_, phone) = it.get("/phone").await;
    assert!(phone.contains("&lt;b&gt;123456") && phone.contains(cast::ALMAS.name), "{phone}");
    let count = async |to: &str| {
        let (_, body) = it.get(&format!("/sms/v1/messages?to={to}")).await;
        let told: Value = serde_json::from_str(&body).unwrap();
        told["messages"].as_array().unwrap().len()
    };
    assert_eq!((count("%2B77010000001").await, count("%2B77010000002").await), (1, 0));
}

#[tokio::test]
async fn faults_are_switched_by_tests_and_by_the_page() {
    let it = Visit::start();
    let bank = cast::TULPAR.bin();
    let (status, _) = it.post("/faults", &json!({ "bin": bank, "mode": "wrong-account" })).await;
    assert_eq!((status, it.faults.of(bank)), (StatusCode::NO_CONTENT, Fault::WrongAccount));
    for asked in [json!({ "bin": bank, "mode": "tired" }), json!({ "bin": "1", "mode": "down" })] {
        assert_eq!(it.post("/faults", &asked).await.0, StatusCode::BAD_REQUEST);
    }
    let other = json!({ "bin": cast::CONSUMER.bin, "mode": "down" });
    assert_eq!(it.post("/faults", &other).await.0, StatusCode::NOT_FOUND);
    let request =
        Request::post("/faults").body(Body::from(format!("bin={bank}&mode=none"))).unwrap();
    let answer = it.app.clone().oneshot(request).await.unwrap();
    assert_eq!((answer.status(), it.faults.of(bank)), (StatusCode::SEE_OTHER, Fault::None));
}

#[tokio::test]
async fn every_page_is_there_in_every_language() {
    let it = Visit::start();
    for language in Language::ALL {
        let cookie = format!("{}={}", page::LANGUAGE_COOKIE, language.code());
        for path in ["/", "/register", "/phone", "/authenticator", "/faults"] {
            let (status, body) = it.send("GET", path, &Value::Null, &[("cookie", &cookie)]).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(body.contains(&format!("<html lang=\"{}\">", language.code())), "{path}");
            assert!(body.contains(words(language).sample), "{path}");
        }
    }
}

struct Visit {
    app: Router,
    faults: Faults,
    dir: std::path::PathBuf,
}

impl Visit {
    fn start() -> Self {
        let dir = setup::tests::made("outside");
        let settings = Settings::read(&dir).unwrap();
        std::fs::create_dir_all(&settings.people_dir).unwrap();
        let photo = settings.people_dir.join(format!("{}.jpg", cast::ALMAS.photo));
        std::fs::write(photo, [0xff, 0xd8, 0xff, 0xe0]).unwrap();
        let people = Arc::new(People::open(&settings.people_dir, &settings.data_dir).unwrap());
        let switches = Switches::default();
        let faults = switches.faults.clone();
        let app = router(Arc::new(settings), people, Outbox::default(), switches);
        Self { app, faults, dir }
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        self.send("GET", path, &Value::Null, &[]).await
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, String) {
        self.send("POST", path, body, &[]).await
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> (StatusCode, String) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_string())).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
