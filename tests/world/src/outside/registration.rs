//! A person at a real webcam registers in the state register, and can walk through as a client.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::{Outside, frame, words};
use crate::clock;
use crate::page::{self, escaped};
use crate::register::{Register, Unfit};

pub(super) async fn register(
    State(outside): State<Outside>,
    headers: HeaderMap,
    asked: Result<Json<Register>, JsonRejection>,
) -> Response {
    // A form of another site can't send this header.
    if !headers.contains_key("senim-page") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Ok(Json(asked)) = asked else { return StatusCode::BAD_REQUEST.into_response() };
    let today = clock::day_in_kazakhstan(clock::now());
    let registered =
        tokio::task::spawn_blocking(move || outside.people.register(&asked, today)).await;
    let Ok(registered) = registered else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match registered {
        Ok(person) => {
            tracing::info!("somebody registered at a webcam");
            let body = json!({ "key": person.key, "iin": person.iin, "phone": person.phone });
            (StatusCode::CREATED, Json(body)).into_response()
        }
        Err(unfit) => {
            let status = match unfit {
                Unfit::Name | Unfit::BirthDate | Unfit::Phone | Unfit::Photo | Unfit::Face => {
                    StatusCode::UNPROCESSABLE_ENTITY
                }
                Unfit::NotKept => StatusCode::INTERNAL_SERVER_ERROR,
            };
            (status, Json(json!({ "problem": unfit }))).into_response()
        }
    }
}

pub(super) async fn show(State(outside): State<Outside>, headers: HeaderMap) -> Response {
    let language = page::language(&headers);
    let words = words(language);
    let unfit = |name: &str, text: &str| format!(" data-{name}=\"{}\"", escaped(text));
    let complaints: String = [
        unfit("name", words.unfit_name),
        unfit("birth-date", words.unfit_birth_date),
        unfit("phone", words.unfit_phone),
        unfit("photo", words.unfit_photo),
        unfit("face", words.unfit_face),
        unfit("not-kept", words.unfit_other),
        unfit("camera", words.no_camera),
        unfit("upload", words.unfit_upload),
    ]
    .concat();
    let body = format!(
        "<nav><a class=\"back\" href=\"/\">‹ {back}</a></nav><h1>{title}</h1><p>{text}</p>\
         <form id=\"register\" class=\"card\" data-test=\"register-form\" novalidate{complaints}>\
         <div class=\"camera\"><video id=\"camera\" playsinline muted autoplay aria-label=\"{camera}\"></video>\
         <img id=\"picture\" alt=\"{picture}\" hidden><span class=\"oval\" aria-hidden=\"true\"></span></div>\
         <p class=\"small\">{camera_text}</p>\
         <p class=\"actions\"><button type=\"button\" class=\"button\" id=\"take\" data-test=\"register-take\">{take}</button>\
         <button type=\"button\" class=\"button plain\" id=\"again\" hidden>{again}</button>\
         <label class=\"button plain\">{upload}<input type=\"file\" id=\"upload\" accept=\"image/*\" data-test=\"register-upload\" class=\"unseen\"></label></p>\
         <div class=\"fields\"><label class=\"field\"><span>{surname}</span><input name=\"surname\" autocomplete=\"family-name\" maxlength=\"60\" required></label>\
         <label class=\"field\"><span>{name}</span><input name=\"name\" autocomplete=\"given-name\" maxlength=\"60\" required></label>\
         <label class=\"field\"><span>{patronymic}</span><input name=\"patronymic\" autocomplete=\"additional-name\" maxlength=\"60\"></label>\
         <label class=\"field\"><span>{birth_date}</span><input name=\"birthDate\" type=\"date\" min=\"1900-01-01\" autocomplete=\"bday\" required></label>\
         <label class=\"field\"><span>{sex}</span><select name=\"sex\"><option value=\"female\">{female}</option><option value=\"male\">{male}</option></select></label>\
         <label class=\"field\"><span>{phone}</span><input name=\"phone\" type=\"tel\" inputmode=\"tel\" autocomplete=\"tel\" value=\"+7\" required></label></div>\
         <div class=\"notice bad\" role=\"alert\" id=\"complaint\" data-test=\"problem\" hidden></div>\
         <button class=\"button wide\" data-test=\"register-send\">{send}</button></form>\
         <section class=\"card center\" id=\"done\" hidden tabindex=\"-1\"><h2>{done}</h2><p>{your_iin}</p>\
         <p class=\"code\" data-test=\"registered-iin\" id=\"iin\"></p><p class=\"small\">{done_text}</p>\
         <p><a class=\"button\" href=\"{consumer}\" data-test=\"to-bank\">{to_bank}</a></p></section>",
        back = words.back,
        title = words.register_title,
        text = words.register_text,
        camera = words.camera,
        camera_text = words.camera_text,
        picture = words.picture,
        take = words.take,
        again = words.take_again,
        upload = words.upload,
        surname = words.surname,
        name = words.name,
        patronymic = words.patronymic,
        birth_date = words.birth_date,
        sex = words.sex,
        female = words.female,
        male = words.male,
        phone = words.phone,
        send = words.send,
        done = words.registered,
        your_iin = words.your_iin,
        done_text = words.registered_text,
        consumer = escaped(&outside.settings.consumer_url),
        to_bank = words.to_bank,
    );
    frame(language, words.register_title, Some("/register.js"), body).into_response()
}
