//! Adding accounts from another bank: what is asked, the way to the platform, and the way back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use senim_client::Key;
use senim_core::consent::{
    Asked, AskedClient, DETAILS_TYPE, Data, Limits, Purpose, PurposeCode, Unattended,
};
use senim_core::id::Bin;
use senim_core::problem::Problem;
use serde::Deserialize;

use super::kept::{Link, LinkState, Pending, Told, Trouble, Wanted};
use super::words::words;
use super::{App, Parts, Shared, Visit, random_name, see_other, sign_in, view};
use crate::clock;
use crate::page::escaped;

/// A list and some balances each hour.
const READS_A_DAY: u16 = 150;

pub(super) async fn show(State(app): Shared, headers: HeaderMap) -> Response {
    match app.visit(&headers) {
        Ok(visit) => form(&app, &visit, None),
        Err(away) => away.into_response(),
    }
}

/// The form's fields: `bank-BIN`, `balances`, `transactions`, `unattended`, `term`.
pub(super) async fn begin(
    State(app): Shared,
    headers: HeaderMap,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let visit = match app.visit(&headers) {
        Ok(visit) => visit,
        Err(away) => return away.into_response(),
    };
    let wanted = wanted(&app, &fields);
    if wanted.banks.is_empty() {
        let page = form(&app, &visit, Some(words(visit.language).choose_bank));
        return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
    }
    match push(&app, &visit, wanted).await {
        Ok(to) => see_other(&to),
        Err(trouble) => app.tell(&visit.session, Told::Problem(trouble), "/"),
    }
}

/// RFC 6749 §4.1.2 and RFC 9207.
#[derive(Deserialize)]
pub(super) struct Returned {
    state: Option<String>,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

pub(super) async fn callback(
    State(app): Shared,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Response {
    let visit = match app.visit(&headers) {
        Ok(visit) => visit,
        Err(away) => return away.into_response(),
    };
    match connected(&app, &visit, returned).await {
        Ok(Some(link)) => app.tell(&visit.session, Told::Connected, &format!("/links/{link}")),
        Ok(None) => app.tell(&visit.session, Told::SignedIn, "/received"),
        Err(trouble) => app.tell(&visit.session, Told::Problem(trouble), "/"),
    }
}

fn wanted(app: &Parts, fields: &BTreeMap<String, String>) -> Wanted {
    let is_on = |name: &str| fields.contains_key(name);
    let banks = app.banks.iter().map(|it| it.bin).filter(|bin| is_on(&format!("bank-{bin}")));
    let mut data = vec![Data::Accounts];
    data.extend(is_on("balances").then_some(Data::Balances));
    data.extend(is_on("transactions").then_some(Data::Transactions));
    let term_days = fields.get("term").and_then(|it| it.parse().ok());
    Wanted { banks: banks.collect(), data, term_days, unattended: is_on("unattended") }
}

async fn push(app: &App, visit: &Visit, wanted: Wanted) -> Result<String, Trouble> {
    let asked = Asked {
        kind: DETAILS_TYPE.to_owned(),
        client: AskedClient { iin: visit.client.iin.clone(), phone: visit.client.phone.clone() },
        providers: wanted.banks.iter().copied().collect::<BTreeSet<Bin>>(),
        limits: Limits {
            data: wanted.data.iter().copied().collect(),
            accounts: None,
            transactions_from: None,
            unattended: wanted.unattended.then_some(Unattended { reads_a_day: READS_A_DAY }),
        },
        purpose: Purpose {
            code: PurposeCode::AccountAggregation,
            text: words(visit.language).purpose_text.parse().ok(),
        },
        term_days: wanted.term_days,
    };
    let key = Key::generate();
    let (pushed, to) = app.platform.push(&asked, &key).await?;
    let pending = Pending {
        session: visit.session.clone(),
        person: visit.client.key.clone(),
        wanted,
        sign_in: None,
        verifier: pushed.verifier,
        key: key.to_text(),
        begun_at: clock::now(),
    };
    app.kept.begin(pushed.state, pending);
    Ok(to)
}

/// The name of the link that came to be; `None`: the client has signed in.
async fn connected(
    app: &App,
    visit: &Visit,
    returned: Returned,
) -> Result<Option<String>, Trouble> {
    let trouble = |code: &str| Trouble { code: code.to_owned(), sentence: String::new() };
    // Who else answers here may be another server that wants our code (RFC 9207 §2.4).
    if returned.iss.as_deref() != Some(app.platform.issuer()) {
        return Err(trouble("issuer"));
    }
    let pending = returned.state.and_then(|it| app.kept.returned(&it, &visit.session));
    let pending = pending.ok_or_else(|| trouble("state"))?;
    if let Some(error) = returned.error {
        // The mark says why the session failed (IDX-4).
        let mark = returned.error_description.clone();
        if let Some(code) = mark.filter(|it| Problem::by_code(it).is_some()) {
            let words = words(visit.language);
            let signs_in = pending.sign_in.is_some();
            let sentence = if signs_in { words.sign_in_failed } else { words.add_failed };
            return Err(Trouble { code, sentence: sentence.to_owned() });
        }
        return Err(Trouble {
            code: error,
            sentence: returned.error_description.unwrap_or_default(),
        });
    }
    let code = returned.code.ok_or_else(|| trouble("state"))?;
    if let Some(sign_in) = pending.sign_in.clone() {
        sign_in::finish(app, pending, &sign_in.nonce, &code).await?;
        return Ok(None);
    }
    let key = Key::from_text(&pending.key).ok_or_else(|| trouble("internal"))?;
    let tokens = app.platform.exchange(&code, &pending.verifier, &key).await?;
    let link = Link {
        id: random_name(),
        person: pending.person,
        wanted: pending.wanted,
        key: pending.key,
        connected_at: clock::now(),
        state: LinkState::Active { tokens, banks: Vec::new() },
    };
    app.kept.add(link.clone());
    // What did not work is told on the link's own page.
    if let Err(trouble) = app.read_link(&link, Some(&visit.presence)).await {
        tracing::warn!(code = trouble.code, "the first read did not work");
    }
    Ok(Some(link.id))
}

fn form(app: &Parts, visit: &Visit, complaint: Option<&str>) -> Response {
    let words = words(visit.language);
    let mut banks = String::new();
    // Nothing is ticked beforehand: what the client lets go is their own choice.
    for bank in &app.banks {
        let _ = write!(
            banks,
            "<label class=\"row choice\"><input type=\"checkbox\" name=\"bank-{bin}\" data-test=\"provider-{bin}\">\
             {mark}<b class=\"grow\">{name}</b></label>",
            bin = bank.bin,
            mark = view::bank_mark(&bank.name),
            name = escaped(&bank.name),
        );
    }
    let complaint = complaint
        .map(|it| {
            format!(
                "<div class=\"notice bad\" role=\"alert\" data-test=\"problem\"><p>{it}</p></div>"
            )
        })
        .unwrap_or_default();
    let body = format!(
        "<nav><a class=\"back\" href=\"/\">‹ {back}</a></nav><form method=\"post\" action=\"/add\" data-test=\"add\">\
         <h1>{title}</h1><p>{text}</p>{complaint}\
         <fieldset><legend>{which}</legend>{banks}</fieldset>\
         <fieldset><legend>{what}</legend>\
         <label class=\"row choice\"><input type=\"checkbox\" checked disabled><span class=\"grow\">{accounts}<small>{always}</small></span></label>\
         <label class=\"row choice\"><input type=\"checkbox\" name=\"balances\" data-test=\"data-balances\"><span class=\"grow\">{balances}</span></label>\
         <label class=\"row choice\"><input type=\"checkbox\" name=\"transactions\" data-test=\"data-transactions\"><span class=\"grow\">{transactions}</span></label>\
         </fieldset>\
         <label class=\"row choice\"><input type=\"checkbox\" name=\"unattended\" data-test=\"unattended\"><span class=\"grow\">{unattended}<small>{unattended_text}</small></span></label>\
         <dl class=\"facts\"><dt>{purpose}</dt><dd>{purpose_text}</dd></dl>\
         <label class=\"field\"><span>{term}</span><select name=\"term\" data-test=\"term\">\
         <option value=\"90\">{term_90}</option><option value=\"365\">{term_365}</option><option value=\"\">{term_none}</option></select></label>\
         <p class=\"small\">{go_text}</p><button class=\"button wide\" data-test=\"continue\">{go}</button></form>",
        back = words.back,
        title = words.add_title,
        text = words.add_text,
        which = words.which_banks,
        what = words.what_data,
        accounts = words.data_accounts,
        always = words.always,
        balances = words.data_balances,
        transactions = words.data_transactions,
        unattended = words.unattended,
        unattended_text = words.unattended_text,
        purpose = words.purpose,
        purpose_text = words.purpose_text,
        term = words.term,
        term_90 = words.term_90,
        term_365 = words.term_365,
        term_none = words.term_none,
        go = words.go,
        go_text = words.go_text,
    );
    view::page(app, visit, words.add_title, &body).into_response()
}
