//! Checks with real portraits through the host's router and the built-in engine (IDX-2, PHM-2).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use senim_tests::pictures::{self, People};
use serde_json::json;

use super::stand::{IIN, Stand, asked, cache};
use crate::database::on_each;

/// The portrait in the register and the one before the camera: the same person, another day.
const REGISTERED: &str = "person_a_1";
const CAMERA: &str = "person_a_2";
const IMPOSTOR: &str = "impostor_1";

#[tokio::test(flavor = "multi_thread")]
async fn the_face_of_the_register_goes_on_and_no_other() {
    on_each(async |database| {
        let (stand, people) = open(database).await;
        let cookie = stand.at_camera(asked()).await;
        let other = stand.show(&cookie, &people.frames(IMPOSTOR, 3).unwrap()).await;
        assert_eq!(other.told(), "422 identity.no-match");
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["checks_left"], 3, "a failed match counts as its check");
        let own = stand.show(&cookie, &people.frames(CAMERA, 3).unwrap()).await;
        assert_eq!(own.step(), "code", "{}", own.text);
        let again = stand.show(&cookie, &people.frames(CAMERA, 3).unwrap()).await;
        assert_eq!(again.told(), "409 identity.out-of-order");
    })
    .await;
}

/// What is refused at the door costs no check; what had to be looked at does.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_must_be_refused_are() {
    on_each(async |database| {
        let (stand, people) = open(database).await;
        let own = people.frames(CAMERA, 3).unwrap();
        let heavy: Vec<_> = own.iter().cloned().map(pictures::heavy).collect();
        for (frames, told, left) in [
            (own[..2].to_vec(), "422 photo.too-few", 4),
            (vec![own[0].clone(); 13], "422 photo.too-many", 4),
            (heavy, "413 photo.too-large", 4),
            (vec![b"no picture".repeat(100); 3], "422 photo.not-an-image", 3),
            (vec![pictures::fifty_megapixels().unwrap(); 3], "422 photo.too-many-pixels", 3),
            (pictures::nobody(3).unwrap(), "422 photo.no-face", 3),
            (people.two_together(CAMERA, IMPOSTOR, 3).unwrap(), "422 photo.several-faces", 3),
        ] {
            let cookie = stand.at_camera(asked()).await;
            let answer = stand.show(&cookie, &frames).await;
            assert_eq!(answer.told(), told);
            let view = stand.get("/api/identity", Some(&cookie)).await;
            assert_eq!(view.body["checks_left"], left, "{told}");
        }
        let cookie = stand.at_camera(asked()).await;
        let odd = stand.post("/api/identity/liveness", Some(&cookie), json!({})).await;
        assert_eq!(odd.told(), "400 body.malformed");
        stand.outside.source_down(true);
        let down = stand.show(&cookie, &own).await;
        assert_eq!(down.told(), "503 identity.source-down");
        stand.outside.source_down(false);
        assert_eq!(stand.show(&cookie, &own).await.step(), "code", "nothing was lost");
    })
    .await;
}

/// Six at once are not six checks.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_side_by_side_win_no_check() {
    on_each(async |database| {
        let (stand, _) = open(database).await;
        let cookie = stand.at_camera(asked()).await;
        let nobody = pictures::nobody(3).unwrap();
        let show = || stand.show(&cookie, &nobody);
        let answers = tokio::join!(show(), show(), show(), show(), show(), show());
        let answers = [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5];
        let judged = answers.iter().filter(|it| it.told() == "422 photo.no-face").count();
        assert!(judged <= 3, "the fourth would have blocked");
        let checks = stand
            .app
            .store
            .read("test.checks", async |tx| {
                let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM identity_check");
                Ok::<_, senim_host::store::StoreError>(count.fetch_one(tx).await?)
            })
            .await
            .unwrap();
        assert!(checks <= 4, "{checks}");
    })
    .await;
}

async fn open(database: &str) -> (Stand, People) {
    let stand = Stand::on(database).await.with_faces();
    let people = cache().join("people");
    let portrait = std::fs::read(people.join(format!("{REGISTERED}.jpg"))).unwrap();
    stand.outside.register(IIN, &STANDARD.encode(portrait));
    (stand, People(people))
}
