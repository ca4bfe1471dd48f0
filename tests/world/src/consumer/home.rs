//! Who is here, and what they see first.

use std::fmt::Write as _;

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use senim_core::exchange::Money;
use serde::Deserialize;

use super::kept::{Link, LinkState};
use super::words::words;
use super::{App, Parts, SESSION_COOKIE, Shared, Visit, random_name, view};
use crate::clock;
use crate::page::{self, Page, escaped};

#[derive(Deserialize)]
pub(super) struct Enter {
    key: String,
}

pub(super) async fn show(State(app): Shared, headers: HeaderMap) -> Response {
    match app.visit(&headers) {
        Ok(visit) => home(&app, &visit),
        Err(_) => choose(&app, &headers),
    }
}

pub(super) async fn enter(State(app): Shared, Form(form): Form<Enter>) -> Response {
    if app.people.by_key(&form.key).is_none() {
        return Redirect::to("/").into_response();
    }
    let session = random_name();
    app.kept.sign_in(session.clone(), form.key, clock::now());
    let cookie =
        format!("{SESSION_COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000");
    (StatusCode::SEE_OTHER, [(header::LOCATION, "/".to_owned()), (header::SET_COOKIE, cookie)])
        .into_response()
}

pub(super) async fn leave(State(app): Shared, headers: HeaderMap) -> Response {
    if let Some(session) = page::cookie(&headers, SESSION_COOKIE) {
        app.kept.sign_out(&session);
    }
    let cookie = format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    (StatusCode::SEE_OTHER, [(header::LOCATION, "/".to_owned()), (header::SET_COOKIE, cookie)])
        .into_response()
}

fn choose(app: &App, headers: &HeaderMap) -> Response {
    let language = page::language(headers);
    let words = words(language);
    let (mut registered, mut samples) = (String::new(), String::new());
    for person in app.people.all() {
        let people = if person.is_sample() { &mut samples } else { &mut registered };
        let letters: String =
            [&person.name, &person.surname].iter().filter_map(|it| it.chars().next()).collect();
        let _ = write!(
            people,
            "<li><form method=\"post\" action=\"/enter\"><input type=\"hidden\" name=\"key\" value=\"{key}\">\
             <button class=\"row\" data-test=\"person-{key}\"><span class=\"mark tone-1\" aria-hidden=\"true\">{letters}</span>\
             <span class=\"grow\"><b>{name} {surname}</b><small>{phone}</small></span>\
             <span class=\"go\" aria-hidden=\"true\">›</span></button></form></li>",
            key = escaped(&person.key),
            letters = escaped(&letters),
            name = escaped(&person.name),
            surname = escaped(&person.surname),
            phone = escaped(&person.phone.masked()),
        );
    }
    let body = format!(
        "<section class=\"hero\"><p class=\"over\">{tagline}</p><h1>{title}</h1><p>{text}</p></section>\
         <div data-test=\"choose-person\"><ul class=\"list\">{registered}\
         <li><a class=\"row\" href=\"{register}\"><span class=\"grow\"><b>{to_register}</b><small>{register_text}</small></span>\
         <span class=\"go\" aria-hidden=\"true\">›</span></a></li></ul>\
         <h2>{samples_title}</h2><p class=\"small\">{samples_text}</p><ul class=\"list\">{samples}</ul></div>",
        tagline = words.bank_tagline,
        title = words.who_title,
        text = words.who_text,
        register = escaped(&app.register_url),
        to_register = words.who_register,
        register_text = words.who_register_text,
        samples_title = words.who_samples,
        samples_text = words.who_samples_text,
    );
    view::frame(language, words.who_title, String::new(), &body).into_response()
}

fn home(app: &Parts, visit: &Visit) -> Response {
    let words = words(visit.language);
    let links = app.kept.links(&visit.client.key);
    let shown: String = links.iter().map(|it| card(app, visit, it)).collect();
    let none = if links.is_empty() {
        format!("<p class=\"empty\">{}</p>", words.other_banks_none)
    } else {
        String::new()
    };
    let body = format!(
        "<div data-test=\"home\"><h1 class=\"greeting\">{greeting}, <span data-test=\"client-name\">{name}</span></h1>\
         <section class=\"plastic\" aria-label=\"{own}\"><p class=\"over\">{own}</p>\
         <p class=\"big\">{balance}</p><p class=\"number\" aria-hidden=\"true\">•••• 4417</p></section>\
         <section><h2>{other}</h2>{none}<ul class=\"cards\" id=\"links\" data-refresh=\"1000\" aria-live=\"polite\">{shown}</ul>\
         <p><a class=\"button wide\" href=\"/add\" data-test=\"add-accounts\"><span aria-hidden=\"true\">+</span> {add}</a></p>\
         <p><a class=\"button wide plain\" href=\"/sign-in\" data-test=\"sign-in-with-senim\">{sign_in}</a></p></section>\
         <p class=\"center\"><a href=\"{cabinet}\" data-test=\"cabinet\">{to_cabinet}</a></p></div>",
        greeting = words.greeting,
        name = escaped(&visit.client.name),
        own = words.own_card,
        balance = own_balance(),
        other = words.other_banks,
        add = words.add,
        sign_in = words.sign_in,
        cabinet = escaped(&app.cabinet_url),
        to_cabinet = words.cabinet,
    );
    // What the platform tells of a consent's end shows without a reload by hand.
    let page = view::page(app, visit, words.home, &body);
    Page { script: Some(page::REFRESH), ..page }.into_response()
}

/// The client's account at this bank itself, which is not what the demo is about.
fn own_balance() -> String {
    let money = "84300.00".parse().ok().zip("KZT".parse().ok());
    money.map(|(amount, currency)| view::amount(&Money { amount, currency })).unwrap_or_default()
}

fn card(app: &Parts, visit: &Visit, link: &Link) -> String {
    let words = words(visit.language);
    let names: Vec<_> = link.wanted.banks.iter().map(|it| app.bank_name(*it)).collect();
    let marks: String = names.iter().map(|it| view::bank_mark(it)).collect();
    let id = &link.id;
    let title = escaped(&names.join(", "));
    match &link.state {
        LinkState::Active { banks, .. } => {
            let mut lines = String::new();
            for read in banks.iter().flat_map(|it| &it.accounts) {
                let balance = view::main_balance(&read.balances).map(|it| view::amount(&it.money));
                let _ = write!(
                    lines,
                    "<li><span>{}</span><span class=\"sum\">{}</span></li>",
                    escaped(read.account.product.as_str()),
                    balance.unwrap_or_default(),
                );
            }
            if lines.is_empty() {
                lines = format!("<li class=\"muted\">{}</li>", words.no_accounts);
            }
            let troubled = banks.iter().find_map(|it| it.trouble.as_ref());
            let trouble =
                troubled.map(|it| view::trouble_box(visit.language, it)).unwrap_or_default();
            format!(
                "<li class=\"card\" data-test=\"link\" data-link=\"{id}\" data-state=\"active\">\
                 <a class=\"row\" href=\"/links/{id}\" data-test=\"link-open\">{marks}<b class=\"grow\">{title}</b>\
                 <span class=\"go\" aria-hidden=\"true\">›</span></a><ul class=\"lines\">{lines}</ul>{trouble}\
                 <form method=\"post\" action=\"/links/{id}/read\"><button class=\"quiet\" data-test=\"read-again\">{again}</button></form></li>",
                again = words.read_again,
            )
        }
        LinkState::Ended { .. } => format!(
            "<li class=\"card ended\" data-test=\"link\" data-link=\"{id}\" data-state=\"ended\">\
             <a class=\"row\" href=\"/links/{id}\" data-test=\"link-open\">{marks}<b class=\"grow\">{title}<small>{ended}</small></b>\
             <span class=\"go\" aria-hidden=\"true\">›</span></a><p class=\"small\">{deleted}</p>\
             <form method=\"post\" action=\"/links/{id}/forget\"><button class=\"quiet\" data-test=\"forget\">{forget}</button></form></li>",
            ended = words.ended,
            deleted = words.deleted,
            forget = words.forget,
        ),
    }
}
