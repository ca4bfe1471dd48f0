//! The standard's answers, made of sample data.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use senim_core::exchange::{
    Account, AccountBalances, AccountTransactions, Cursor, Day, Envelope, LIMIT_DEFAULT, Links,
    Next, Route, Transaction,
};
use senim_core::jose::{from_base64, to_base64};
use serde::Serialize;

use super::refusal;
use super::sample::Sample;

pub(super) fn answer(route: &Route, accounts: &[&Sample]) -> Response {
    let Some(id) = route.account() else {
        return data(accounts.iter().map(|it| &it.account).collect::<Vec<&Account>>(), None);
    };
    let Some(sample) = accounts.iter().find(|it| it.account.account_id == *id) else {
        return refusal(StatusCode::NOT_FOUND, "the client has no such account here");
    };
    match route {
        Route::Accounts | Route::Account(_) => data(&sample.account, None),
        Route::Balances(id) => match sample.balances.clone().try_into() {
            Ok(balances) => data(AccountBalances { account_id: id.clone(), balances }, None),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        Route::Transactions { id, from, to, limit, cursor } => {
            let found: Vec<_> = sample
                .transactions
                .iter()
                .filter(|it| is_within(it.booked_on, *from, *to))
                .collect();
            let Some(start) = start(cursor.as_ref(), &found) else {
                return refusal(StatusCode::BAD_REQUEST, "this cursor was not given here");
            };
            let limit = usize::from(limit.unwrap_or(LIMIT_DEFAULT));
            let page: Vec<_> = found[start..].iter().take(limit).map(|it| (*it).clone()).collect();
            let more = start + page.len() < found.len();
            let next = page.last().filter(|_| more).and_then(|last| next(route, last));
            match page.try_into() {
                Ok(transactions) => {
                    data(AccountTransactions { account_id: id.clone(), transactions }, next)
                }
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
    }
}

fn is_within(day: Day, from: Option<Day>, to: Option<Day>) -> bool {
    from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to)
}

/// A cursor names the last transaction of the page before, so that new ones on top shift nothing.
fn start(cursor: Option<&Cursor>, found: &[&Transaction]) -> Option<usize> {
    let Some(cursor) = cursor else { return Some(0) };
    let last = from_base64(cursor.as_str()).ok()?;
    let place = found.iter().position(|it| it.transaction_id.as_str().as_bytes() == last)?;
    Some(place + 1)
}

fn next(route: &Route, last: &Transaction) -> Option<Next> {
    let Route::Transactions { id, from, to, limit, .. } = route.clone() else { return None };
    let cursor = to_base64(last.transaction_id.as_str().as_bytes()).parse().ok()?;
    Route::Transactions { id, from, to, limit, cursor: Some(cursor) }.to_string().parse().ok()
}

fn data<T: Serialize>(data: T, next: Option<Next>) -> Response {
    match serde_json::to_vec(&Envelope { data, links: Links { next } }) {
        Ok(body) => {
            (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
