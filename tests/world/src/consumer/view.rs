//! The parts that the app's pages are made of.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use senim_core::exchange::{AccountKind, Balance, BalanceKind, Money};
use senim_core::text::Language;

use super::kept::{Told, Trouble};
use super::words::{Words, problem, words};
use super::{Parts, Visit};
use crate::clock;
use crate::page::{Page, escaped};

const BRAND_MARK: &str = include_str!("icon.svg");

/// A page for a signed-in client, what they are to be told once on top.
pub(super) fn page(app: &Parts, visit: &Visit, title: &str, body: &str) -> Page {
    let told =
        app.kept.told(&visit.session).map(|it| told(visit.language, &it)).unwrap_or_default();
    let words = words(visit.language);
    let leave = format!(
        "<form method=\"post\" action=\"/leave\"><button class=\"quiet\" data-test=\"leave\">{}</button></form>",
        words.leave
    );
    frame(visit.language, title, leave, &format!("{told}{body}"))
}

pub(super) fn frame(language: Language, title: &str, account: String, body: &str) -> Page {
    let words = words(language);
    Page {
        language,
        title: format!("{title} · Jetisu Pay"),
        look: "bank",
        brand: format!("<a class=\"brand\" href=\"/\">{BRAND_MARK}<b>Jetisu Pay</b></a>"),
        account,
        body: body.to_owned(),
        script: None,
        footer: format!("<p>{}</p>", words.sample),
    }
}

fn told(language: Language, told: &Told) -> String {
    let words = words(language);
    let done = |text: &str| {
        format!(
            "<div class=\"notice good\" role=\"status\" data-test=\"notice\"><p>{text}</p></div>"
        )
    };
    match told {
        Told::Connected => done(words.told_connected),
        Told::SignedIn => done(words.told_signed_in),
        Told::ReadAgain => done(words.told_read),
        Told::GivenBack => done(words.told_given_back),
        Told::Problem(trouble) => trouble_box(language, trouble),
    }
}

pub(super) fn trouble_box(language: Language, trouble: &Trouble) -> String {
    let code = escaped(&trouble.code);
    format!(
        "<div class=\"notice bad\" role=\"alert\" data-test=\"problem\" data-code=\"{code}\">\
         <p data-test=\"problem-text\">{}</p><p class=\"small\">{} <code>{code}</code></p></div>",
        escaped(&sentence(language, trouble)),
        words(language).code,
    )
}

pub(super) fn sentence(language: Language, trouble: &Trouble) -> String {
    match problem(language, &trouble.code) {
        Some(sentence) => sentence.to_owned(),
        None if trouble.sentence.is_empty() => trouble.code.clone(),
        None => trouble.sentence.clone(),
    }
}

/// `184 250,75 ₸`: grouped by no-break spaces, the decimals smaller.
pub(super) fn amount(money: &Money) -> String {
    let text = money.amount.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |it| ("−", it));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    let mark = match money.currency.as_str() {
        "KZT" => "₸",
        "USD" => "$",
        "EUR" => "€",
        other => other,
    };
    let point = if decimals.is_empty() { "" } else { "," };
    format!("{sign}{grouped}<small>{point}{decimals}\u{a0}{}</small>", escaped(mark))
}

/// The one that a client looks for first.
pub(super) fn main_balance(balances: &[Balance]) -> Option<&Balance> {
    balances.iter().find(|it| it.kind == BalanceKind::Available).or_else(|| balances.first())
}

pub(super) fn kind(words: &Words, kind: AccountKind) -> &'static str {
    let place = match kind {
        AccountKind::Current => 0,
        AccountKind::Card => 1,
        AccountKind::Savings => 2,
        AccountKind::Deposit => 3,
        AccountKind::Loan => 4,
    };
    words.kinds[place]
}

pub(super) fn day(words: &Words, day: NaiveDate, today: NaiveDate) -> String {
    if day == today {
        return words.today.to_owned();
    }
    if Some(day) == today.pred_opt() {
        return words.yesterday.to_owned();
    }
    let month = usize::try_from(day.month0()).unwrap_or_default();
    let year = if day.year() == today.year() { String::new() } else { format!(" {}", day.year()) };
    format!("{} {}{year}", day.day(), words.months[month])
}

pub(super) fn moment(words: &Words, at: DateTime<Utc>) -> String {
    let today = clock::day_in_kazakhstan(clock::now());
    let local = clock::local(at);
    format!("{}, {}", day(words, local.date_naive(), today), local.format("%H:%M"))
}

/// In groups of four.
pub(super) fn iban(text: &str) -> String {
    let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

/// A round mark with the bank's first letter.
pub(super) fn bank_mark(name: &str) -> String {
    let letter = name.chars().next().unwrap_or('•');
    let tone = name.bytes().map(u32::from).sum::<u32>() % 3;
    format!(
        "<span class=\"mark tone-{tone}\" aria-hidden=\"true\">{}</span>",
        escaped(&letter.to_string())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_keep_their_sign() {
        let shown = |text: &str| {
            amount(&Money { amount: text.parse().unwrap(), currency: "KZT".parse().unwrap() })
        };
        assert_eq!(shown("-1234567.05"), "−1\u{a0}234\u{a0}567<small>,05\u{a0}₸</small>");
        assert_eq!(shown("999.00"), "999<small>,00\u{a0}₸</small>");
    }

    #[test]
    fn every_language_tells_a_problem_or_the_platforms_own_sentence() {
        let trouble =
            |code: &str| Trouble { code: code.to_owned(), sentence: "Its own sentence".to_owned() };
        for language in Language::ALL {
            assert_ne!(sentence(language, &trouble("access_denied")), "Its own sentence");
            assert_eq!(sentence(language, &trouble("token.audience")), "Its own sentence");
        }
    }
}
