//! One connected consent: its accounts, reading them again, giving it back.

use std::fmt::Write as _;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::TimeDelta;

use super::kept::{BankRead, Link, LinkState, Told, Trouble};
use super::words::{Words, words};
use super::{Parts, Shared, Visit, see_other, view};
use crate::page::escaped;

pub(super) async fn show(
    State(app): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match found(&app, &headers, &id) {
        Ok((visit, link)) => page(&app, &visit, &link),
        Err(away) => away.into_response(),
    }
}

pub(super) async fn read_again(
    State(app): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (visit, link) = match found(&app, &headers, &id) {
        Ok(found) => found,
        Err(away) => return away.into_response(),
    };
    let back = format!("/links/{id}");
    match app.read_link(&link, Some(&visit.presence)).await {
        Ok(()) => app.tell(&visit.session, Told::ReadAgain, &back),
        // The page tells it where it happened: at the bank, or in place of all.
        Err(_) => see_other(&back),
    }
}

pub(super) async fn give_back(
    State(app): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (visit, link) = match found(&app, &headers, &id) {
        Ok(found) => found,
        Err(away) => return away.into_response(),
    };
    let told = match app.give_back(&link).await {
        Ok(()) => Told::GivenBack,
        Err(trouble) => Told::Problem(trouble),
    };
    app.tell(&visit.session, told, &format!("/links/{id}"))
}

pub(super) async fn forget(
    State(app): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match app.visit(&headers) {
        Ok(visit) => {
            app.kept.forget(&visit.client.key, &id);
            Redirect::to("/").into_response()
        }
        Err(away) => away.into_response(),
    }
}

/// A link of somebody else is no link.
pub(super) fn found(app: &Parts, headers: &HeaderMap, id: &str) -> Result<(Visit, Link), Redirect> {
    let visit = app.visit(headers)?;
    let link = app.kept.link(&visit.client.key, id);
    link.map(|link| (visit, link)).ok_or_else(|| Redirect::to("/"))
}

fn page(app: &Parts, visit: &Visit, link: &Link) -> Response {
    let words = words(visit.language);
    let names: Vec<_> = link.wanted.banks.iter().map(|it| app.bank_name(*it)).collect();
    let title = names.join(", ");
    let body = match &link.state {
        LinkState::Active { banks, .. } => {
            let shown: String = banks.iter().map(|it| bank(app, visit, link, it)).collect();
            format!(
                "<div data-test=\"link-page\" data-link=\"{id}\" data-state=\"active\"><h1>{title}</h1>\
                 <p class=\"small\">{facts}</p>{shown}\
                 <div class=\"actions\"><form method=\"post\" action=\"/links/{id}/read\"><button class=\"button\" data-test=\"read-again\">{again}</button></form>\
                 <form method=\"post\" action=\"/links/{id}/give-back\"><button class=\"button plain\" data-test=\"give-back\">{give_back}</button></form></div>\
                 <p class=\"small\">{give_back_text}</p></div>",
                id = link.id,
                title = escaped(&title),
                facts = facts(words, link),
                again = words.read_again,
                give_back = words.give_back,
                give_back_text = words.give_back_text,
            )
        }
        LinkState::Ended { code, ended_at } => {
            let why = Trouble { code: code.clone(), sentence: String::new() };
            format!(
                "<div data-test=\"link-page\" data-link=\"{id}\" data-state=\"ended\"><h1>{title}</h1>\
                 <div class=\"notice\" data-test=\"data-deleted\" data-code=\"{code}\"><p><b>{why}</b></p><p>{deleted}</p>\
                 <p class=\"small\">{at}</p></div>\
                 <form method=\"post\" action=\"/links/{id}/forget\"><button class=\"button plain\" data-test=\"forget\">{forget}</button></form></div>",
                id = link.id,
                title = escaped(&title),
                code = escaped(code),
                why = escaped(&view::sentence(visit.language, &why)),
                deleted = words.deleted,
                at = view::moment(words, *ended_at),
                forget = words.forget,
            )
        }
    };
    let body = format!("<nav><a class=\"back\" href=\"/\">‹ {}</a></nav>{body}", words.home);
    view::page(app, visit, &title, &body).into_response()
}

/// Until when, and what for.
fn facts(words: &Words, link: &Link) -> String {
    let term = match link.wanted.term_days {
        None => words.term_none.to_owned(),
        Some(days) => {
            let end = link.connected_at + TimeDelta::days(i64::from(days));
            (words.until)(&crate::clock::local(end).format("%d.%m.%Y").to_string())
        }
    };
    format!("{} · {term}", words.purpose_text)
}

fn bank(app: &Parts, visit: &Visit, link: &Link, read: &BankRead) -> String {
    let words = words(visit.language);
    let mut accounts = String::new();
    for it in &read.accounts {
        let account = &it.account;
        let balance = view::main_balance(&it.balances).map(|it| view::amount(&it.money));
        let name = account.nickname.as_ref().map_or_else(
            || view::kind(words, account.kind).to_owned(),
            |it| format!("{} · {}", view::kind(words, account.kind), it.as_str()),
        );
        let _ = write!(
            accounts,
            "<li class=\"card\" data-test=\"account\" data-account=\"{account_id}\">\
             <a class=\"row\" href=\"/links/{link}/accounts/{bank}/{account_id}\" data-test=\"account-open\">\
             <span class=\"grow\"><b data-test=\"account-name\">{product}</b><small>{name}</small>\
             <small class=\"number\" data-test=\"account-iban\">{iban}</small></span>\
             <span class=\"sum big\" data-test=\"account-balance\">{balance}</span></a></li>",
            account_id = account.account_id,
            link = link.id,
            bank = read.bank,
            product = escaped(account.product.as_str()),
            name = escaped(&name),
            iban = view::iban(account.iban.as_str()),
            balance = balance.unwrap_or_else(|| "<small>—</small>".to_owned()),
        );
    }
    if accounts.is_empty() && read.trouble.is_none() {
        accounts =
            format!("<li class=\"empty\" data-test=\"no-accounts\">{}</li>", words.no_accounts);
    }
    let trouble =
        read.trouble.as_ref().map(|it| view::trouble_box(visit.language, it)).unwrap_or_default();
    let heading = if link.wanted.banks.len() > 1 {
        format!("<h2>{}</h2>", escaped(&app.bank_name(read.bank)))
    } else {
        String::new()
    };
    format!(
        "<section data-test=\"bank-{}\">{heading}{trouble}<ul class=\"cards\">{accounts}</ul><p class=\"small\">{}: {}</p></section>",
        read.bank,
        words.read_at,
        view::moment(words, read.read_at),
    )
}
