//! The phone: everyone's messages, newest first, looked for again every two seconds.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};

use super::{Outside, frame, words};
use crate::clock;
use crate::page::{self, escaped};

pub(super) async fn show(State(outside): State<Outside>, headers: HeaderMap) -> Response {
    let language = page::language(&headers);
    let words = words(language);
    let mut messages = String::new();
    for message in outside.outbox.messages(None) {
        let person = outside.people.all().into_iter().find(|it| it.phone == message.to);
        let name = person.map_or_else(|| words.somebody.to_owned(), |it| it.full_name());
        let _ = write!(
            messages,
            "<li class=\"message\" data-test=\"message\"><p class=\"small\"><b>{name}</b> · {phone} · {at}</p>\
             <p class=\"bubble\" data-test=\"message-text\">{text}</p></li>",
            name = escaped(&name),
            phone = escaped(&message.to.masked()),
            at = clock::local(message.at).format("%H:%M:%S"),
            text = escaped(&message.text),
        );
    }
    if messages.is_empty() {
        messages = format!("<li class=\"empty\">{}</li>", words.no_messages);
    }
    let body = format!(
        "<nav><a class=\"back\" href=\"/\">‹ {back}</a></nav><h1>{title}</h1><p>{text}</p>\
         <ul class=\"messages\" data-refresh=\"2000\" id=\"messages\" aria-live=\"polite\">{messages}</ul>",
        back = words.back,
        title = words.phone_title,
        text = words.phone_text,
    );
    frame(language, words.phone_title, Some(page::REFRESH), body).into_response()
}
