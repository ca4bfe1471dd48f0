//! The operator's authenticator: the code of this half minute (RFC 6238).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use serde_json::json;
use totp_rs::{Algorithm, Secret, TOTP};

use super::{Outside, frame, words};
use crate::clock;
use crate::page::{self, escaped};

const STEP_S: u64 = 30;

struct Code {
    digits: String,
    valid_for_s: u64,
}

fn code(secret: &str, now: DateTime<Utc>) -> Option<Code> {
    let secret = Secret::Encoded(secret.to_owned()).to_bytes().ok()?;
    let second = u64::try_from(now.timestamp()).ok()?;
    let totp = TOTP::new_unchecked(Algorithm::SHA1, 6, 1, STEP_S, secret);
    Some(Code { digits: totp.generate(second), valid_for_s: STEP_S - second % STEP_S })
}

pub(super) async fn json(State(outside): State<Outside>) -> Response {
    let operator = &outside.settings.operator;
    match code(&operator.totp_secret, clock::now()) {
        Some(code) => Json(json!({
            "name": operator.name,
            "code": code.digits,
            "validForS": code.valid_for_s,
        }))
        .into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub(super) async fn show(State(outside): State<Outside>, headers: HeaderMap) -> Response {
    let language = page::language(&headers);
    let words = words(language);
    let operator = &outside.settings.operator;
    let Some(code) = code(&operator.totp_secret, clock::now()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let body = format!(
        "<nav><a class=\"back\" href=\"/\">‹ {back}</a></nav><h1>{title}</h1><p>{text}</p>\
         <div id=\"code\" data-refresh=\"1000\"><section class=\"card center\"><p class=\"small\">Senim · {name}</p>\
         <p class=\"code\" data-test=\"authenticator-code\">{code}</p>\
         <progress max=\"{STEP_S}\" value=\"{left}\" aria-label=\"{valid}\"></progress><p class=\"small\">{valid}: {left} {seconds}</p></section></div>\
         <dl class=\"facts\"><dt>{name_word}</dt><dd><code>{name}</code></dd>\
         <dt>{password}</dt><dd><code data-test=\"operator-password\">{told}</code></dd></dl>\
         <p><a class=\"button\" href=\"{pages}/console\">{console}</a></p>",
        back = words.back,
        title = words.authenticator_title,
        text = words.authenticator_text,
        name = escaped(&operator.name),
        code = code.digits,
        left = code.valid_for_s,
        valid = words.valid_for,
        seconds = words.seconds,
        name_word = words.name,
        password = words.password,
        told = escaped(&operator.password),
        pages = escaped(&outside.settings.pages_url),
        console = words.to_console,
    );
    frame(language, words.authenticator_title, Some(page::REFRESH), body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_rfc_6238s() {
        // Appendix B's secret and first moment, six of its eight digits.
        let at = DateTime::from_timestamp(59, 0).unwrap();
        let code = code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at).unwrap();
        assert_eq!((code.digits.as_str(), code.valid_for_s), ("287082", 1));
    }
}
