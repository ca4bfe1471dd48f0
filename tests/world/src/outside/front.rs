//! The front page: where to click, in order, and who the sample people are.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};

use super::{Outside, frame, words};
use crate::cast;
use crate::page::{self, escaped};

pub(super) async fn show(State(outside): State<Outside>, headers: HeaderMap) -> Response {
    let language = page::language(&headers);
    let words = words(language);
    let settings = &outside.settings;
    let consumer = escaped(&settings.consumer_url);
    let pages = escaped(&settings.pages_url);
    let step = |href: &str, title: &str, text: &str| {
        format!(
            "<li><a class=\"row\" href=\"{href}\"><span class=\"grow\"><b>{title}</b><small>{text}</small></span><span class=\"go\" aria-hidden=\"true\">›</span></a></li>"
        )
    };
    let steps = [
        step("/register", words.register_title, words.step_register),
        step(&consumer, words.step_bank_title, words.step_bank),
        step("/phone", words.phone_title, words.step_phone),
        step(&format!("{pages}/cabinet"), words.step_cabinet_title, words.step_cabinet),
        step(&format!("{pages}/console"), words.step_console_title, words.step_console),
        step("/authenticator", words.authenticator_title, words.step_authenticator),
        step("/faults", words.faults_title, words.step_faults),
    ]
    .concat();
    let mut people = String::new();
    for person in outside.people.all() {
        let about = match cast::Person::by_key(&person.key).map(|it| it.key) {
            Some("almas") => words.about_almas,
            Some("aigerim") => words.about_aigerim,
            Some("daniyar") => words.about_daniyar,
            Some("temirlan") => words.about_temirlan,
            Some("alikhan") => words.about_alikhan,
            Some("rustam") => words.about_rustam,
            Some("saule") => words.about_saule,
            Some("ainur") => words.about_ainur,
            Some(_) | None => words.about_registered,
        };
        let _ = write!(
            people,
            "<li class=\"row\"><img class=\"face\" src=\"/people/{key}\" alt=\"\" width=\"56\" height=\"56\" loading=\"lazy\">\
             <span class=\"grow\"><b>{name}</b><small>{iin_word}: <code>{iin}</code> · <code>{phone}</code></small><small>{about}</small></span></li>",
            key = escaped(&person.key),
            name = escaped(&person.full_name()),
            iin_word = words.iin,
            iin = escaped(&person.iin.expose()),
            phone = escaped(person.phone.expose()),
        );
    }
    let body = format!(
        "<section class=\"hero\"><p class=\"over\">Senim</p><h1>{title}</h1><p>{text}</p></section>\
         <section><h2>{steps_title}</h2><ol class=\"steps\">{steps}</ol></section>\
         <section class=\"card\"><h2>{operator_title}</h2><dl class=\"facts\"><dt>{name}</dt><dd><code>{operator}</code></dd>\
         <dt>{password_word}</dt><dd><code data-test=\"operator-password\">{password}</code></dd></dl><p class=\"small\">{operator_text}</p></section>\
         <section><h2>{people_title}</h2><p class=\"small\">{people_text} <a href=\"/credits\">{credits}</a></p>\
         <ul class=\"list people\" data-test=\"people\">{people}</ul></section>",
        title = words.front_title,
        text = words.front_text,
        steps_title = words.steps_title,
        operator_title = words.operator_title,
        name = words.name,
        operator = escaped(&settings.operator.name),
        password_word = words.password,
        password = escaped(&settings.operator.password),
        operator_text = words.operator_text,
        people_title = words.people_title,
        people_text = words.people_text,
        credits = words.credits,
    );
    frame(language, words.front_title, None, body).into_response()
}

/// The photographs' licences want their authors named.
pub(super) async fn credits(State(outside): State<Outside>) -> Response {
    let text = std::fs::read_to_string(outside.settings.people_dir.join("CREDITS.md"));
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text.unwrap_or_default())
        .into_response()
}
