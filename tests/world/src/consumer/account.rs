//! One account: its balances and its transactions, page by page.

use std::fmt::Write as _;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use senim_core::consent::Data;
use senim_core::exchange::{Cursor, Envelope, Route, Transaction, TransactionStatus};
use senim_core::id::Bin;
use serde::Deserialize;

use super::kept::{AccountRead, Link, LinkState};
use super::words::{Words, words};
use super::{App, Shared, Visit, link, view};
use crate::clock;
use crate::page::escaped;

#[derive(Deserialize)]
pub(super) struct Place {
    cursor: Option<String>,
}

pub(super) async fn show(
    State(app): Shared,
    Path((id, bank, account)): Path<(String, String, String)>,
    Query(place): Query<Place>,
    headers: HeaderMap,
) -> Response {
    let (visit, found) = match link::found(&app, &headers, &id) {
        Ok(found) => found,
        Err(away) => return away.into_response(),
    };
    let Some((bank, read)) = account_of(&found, &bank, &account) else {
        return Redirect::to(&format!("/links/{id}")).into_response();
    };
    let cursor = place.cursor.as_deref().and_then(|it| it.parse().ok());
    page(&app, &visit, &found, bank, &read, cursor).await
}

fn account_of(link: &Link, bank: &str, account: &str) -> Option<(Bin, AccountRead)> {
    let LinkState::Active { banks, .. } = &link.state else { return None };
    let read = banks.iter().find(|it| it.bank.to_string() == bank)?;
    let found = read.accounts.iter().find(|it| it.account.account_id.as_str() == account)?;
    Some((read.bank, found.clone()))
}

async fn page(
    app: &App,
    visit: &Visit,
    link: &Link,
    bank: Bin,
    read: &AccountRead,
    cursor: Option<Cursor>,
) -> Response {
    let words = words(visit.language);
    let account = &read.account;
    let here = format!("/links/{}/accounts/{bank}/{}", link.id, account.account_id);
    let listed = if link.wanted.data.contains(&Data::Transactions) {
        let answer = app
            .read_transactions(link, &visit.presence, bank, &account.account_id, cursor.clone())
            .await;
        match answer {
            Ok(answer) => transactions(words, &here, cursor.is_some(), &answer),
            Err(trouble) => {
                let ended = app.kept.link(&link.person, &link.id);
                if ended.is_some_and(|it| matches!(it.state, LinkState::Ended { .. })) {
                    return Redirect::to(&format!("/links/{}", link.id)).into_response();
                }
                view::trouble_box(visit.language, &trouble)
            }
        }
    } else {
        format!("<p class=\"empty\">{}</p>", words.not_covered)
    };
    let mut balances = String::new();
    for balance in &read.balances {
        let name = match balance.kind {
            senim_core::exchange::BalanceKind::Available => words.available,
            senim_core::exchange::BalanceKind::Booked
            | senim_core::exchange::BalanceKind::Held
            | senim_core::exchange::BalanceKind::Credit => words.booked,
        };
        let _ = write!(
            balances,
            "<div><dt>{name}</dt><dd class=\"sum\">{}</dd></div>",
            view::amount(&balance.money)
        );
    }
    let body = format!(
        "<nav><a class=\"back\" href=\"/links/{link}\">‹ {bank_name}</a></nav>\
         <div data-test=\"account-page\" data-account=\"{id}\"><h1>{product}</h1>\
         <p class=\"number\">{iban}</p><dl class=\"balances\">{balances}</dl>\
         <h2>{title}</h2>{listed}</div>",
        link = link.id,
        bank_name = escaped(&app.bank_name(bank)),
        id = account.account_id,
        product = escaped(account.product.as_str()),
        iban = view::iban(account.iban.as_str()),
        title = words.transactions,
    );
    view::page(app, visit, account.product.as_str(), &body).into_response()
}

fn transactions(
    words: &Words,
    here: &str,
    is_further: bool,
    answer: &Envelope<senim_core::exchange::AccountTransactions>,
) -> String {
    let today = clock::day_in_kazakhstan(clock::now());
    let mut shown = String::new();
    let mut day = None;
    for it in &answer.data.transactions {
        if day != Some(it.booked_on) {
            let close = if day.is_some() { "</ul>" } else { "" };
            let _ = write!(
                shown,
                "{close}<h3>{}</h3><ul class=\"lines\">",
                view::day(words, it.booked_on.0, today)
            );
            day = Some(it.booked_on);
        }
        shown.push_str(&row(words, it));
    }
    if day.is_some() {
        shown.push_str("</ul>");
    } else {
        shown = format!("<p class=\"empty\">{}</p>", words.no_transactions);
    }
    let newest = if is_further {
        format!("<a class=\"button plain\" href=\"{here}\">{}</a>", words.newest)
    } else {
        String::new()
    };
    let more = answer.links.next.as_ref().and_then(|it| next_cursor(it.as_str())).map(|cursor| {
        format!(
            "<a class=\"button plain\" href=\"{here}?cursor={cursor}\" data-test=\"more\">{}</a>",
            words.more
        )
    });
    format!("{shown}<div class=\"actions\">{newest}{}</div>", more.unwrap_or_default())
}

fn row(words: &Words, transaction: &Transaction) -> String {
    let income = transaction.money.amount.units() > 0;
    let name = transaction.counterparty.as_ref().map(|it| it.name.as_str());
    let description = transaction.description.as_str();
    let pending = match transaction.status {
        TransactionStatus::Pending => format!(" · {}", words.pending),
        TransactionStatus::Booked => String::new(),
    };
    format!(
        "<li data-test=\"transaction\"><span class=\"grow\">{}<small>{}{pending}</small></span>\
         <span class=\"sum{}\" data-test=\"transaction-amount\">{}{}</span></li>",
        escaped(name.unwrap_or(description)),
        escaped(description),
        if income { " plus" } else { "" },
        if income { "+" } else { "" },
        view::amount(&transaction.money),
    )
}

fn next_cursor(next: &str) -> Option<Cursor> {
    let (path, query) = next.split_once('?')?;
    match Route::parse("GET", path, query).ok()? {
        Route::Transactions { cursor, .. } => cursor,
        Route::Accounts | Route::Account(_) | Route::Balances(_) => None,
    }
}
