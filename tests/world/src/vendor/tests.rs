use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt as _;

use super::pack::Pack;
use super::*;

#[tokio::test]
async fn it_films_its_own_way_and_refuses_what_does_not_move() {
    let picture = |seed: u8| {
        let mut picture = image::RgbImage::new(640, 480);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            let lit = u8::try_from((x + y) % 200).unwrap_or_default();
            *pixel = image::Rgb([lit.saturating_add(seed), lit, lit]);
        }
        let mut jpeg = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
        jpeg.into_inner()
    };
    let (one, two) = (picture(0), picture(50));
    let moving: Vec<&[u8]> = [&one, &two].into_iter().cycle().map(Vec::as_slice).take(9).collect();
    let still: Vec<&[u8]> = vec![one.as_slice(); 9];
    for (shots, apart_ms, expected) in [
        (moving.clone(), 400, None),
        (still, 400, Some("still")),
        (moving.clone(), 10, Some("out-of-rhythm")),
        (moving[..3].to_vec(), 400, Some("too-few")),
        (vec![], 400, Some("too-few")),
        (vec![b"no picture".as_slice(); 9], 400, Some("broken-picture")),
    ] {
        let vendor = router("http://localhost:1", Faults::default());
        let opened = asked(&vendor, "/v1/front/session", json!({ "request_id": "a" })).await;
        let text = |name: &str| opened[name].as_str().unwrap().to_owned();
        let (session, challenge) = (text("session"), text("challenge"));
        let named = json!({ "request_id": "a", "session": session, "challenge": challenge });
        assert_eq!(asked(&vendor, "/v1/front/verdict", named.clone()).await["stage"], "opened");
        let shots: Vec<(u32, &[u8])> = (0..).map(|it| it * apart_ms).zip(shots).collect();
        let pack = Pack::write(&session, &challenge, &shots);
        let sent = Request::post("/front/pack").body(Body::from(pack.clone())).unwrap();
        assert_eq!(vendor.clone().oneshot(sent).await.unwrap().status(), StatusCode::NO_CONTENT);
        let again = Request::post("/front/pack").body(Body::from(pack)).unwrap();
        assert_eq!(vendor.clone().oneshot(again).await.unwrap().status(), StatusCode::CONFLICT);
        let told = asked(&vendor, "/v1/front/verdict", named).await;
        assert_eq!(told["live"], expected.is_none());
        assert_eq!(told["reasons"], json!(expected.into_iter().collect::<Vec<_>>()));
        assert_eq!(
            told["portraits"].as_array().unwrap().len(),
            if expected.is_none() { 3 } else { 0 }
        );
    }
}

async fn asked(vendor: &Router, path: &str, body: Value) -> Value {
    let request = Request::post(path).header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let answer = vendor.clone().oneshot(request).await.unwrap();
    serde_json::from_slice(&to_bytes(answer.into_body(), 9_000_000).await.unwrap()).unwrap()
}
