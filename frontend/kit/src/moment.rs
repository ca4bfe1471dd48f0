//! Dates and durations as people write them, in three languages and the device's time zone.

use chrono::{Datelike, NaiveDate};
use js_sys::Date;
use senim_core::Timestamp;
use senim_core::text::Language;

use crate::browser::epoch_ms;

/// Months as they stand in a date: January first.
const MONTHS: [[&str; 3]; 12] = [
    ["қаңтар", "января", "January"],
    ["ақпан", "февраля", "February"],
    ["наурыз", "марта", "March"],
    ["сәуір", "апреля", "April"],
    ["мамыр", "мая", "May"],
    ["маусым", "июня", "June"],
    ["шілде", "июля", "July"],
    ["тамыз", "августа", "August"],
    ["қыркүйек", "сентября", "September"],
    ["қазан", "октября", "October"],
    ["қараша", "ноября", "November"],
    ["желтоқсан", "декабря", "December"],
];

/// What a month ends in where a time begins and where it ends.
const KAZAKH_ENDINGS: [[&str; 2]; 12] = [
    ["дан", "ға"],
    ["нан", "ға"],
    ["дан", "ға"],
    ["ден", "ге"],
    ["дан", "ға"],
    ["нан", "ға"],
    ["ден", "ге"],
    ["дан", "ға"],
    ["тен", "ке"],
    ["нан", "ға"],
    ["дан", "ға"],
    ["нан", "ға"],
];

/// `23 November 2026, 14:05`.
pub fn date_time(moment: Timestamp, language: Language) -> String {
    let local = local(moment);
    let day = written(local.get_full_year(), local.get_month(), local.get_date(), language);
    format!("{day}, {:02}:{:02}", local.get_hours(), local.get_minutes())
}

/// `14:05:09`.
pub fn time(moment: Timestamp) -> String {
    let local = local(moment);
    format!("{:02}:{:02}:{:02}", local.get_hours(), local.get_minutes(), local.get_seconds())
}

/// `2026-11-23 14:05:09`: for tables that are compared by eye.
pub fn stamp(moment: Timestamp) -> String {
    let local = local(moment);
    let (year, month, day) = (local.get_full_year(), local.get_month() + 1, local.get_date());
    format!("{year}-{month:02}-{day:02} {}", time(moment))
}

/// From this day on: `from 1 March 2026`.
pub fn since(date: NaiveDate, language: Language) -> String {
    edge(date.year().unsigned_abs(), date.month0(), date.day(), Edge::Since, language)
}

/// The same of a moment's day.
pub fn since_day_of(moment: Timestamp, language: Language) -> String {
    let local = local(moment);
    edge(local.get_full_year(), local.get_month(), local.get_date(), Edge::Since, language)
}

/// Up to a moment's day: `until 27 February 2027`.
pub fn until(moment: Timestamp, language: Language) -> String {
    let local = local(moment);
    edge(local.get_full_year(), local.get_month(), local.get_date(), Edge::Until, language)
}

/// `90 days`.
pub fn days(count: u32, language: Language) -> String {
    let word = match language {
        Language::Kk => "күн",
        Language::Ru => match (count % 10, count % 100) {
            (1, rest) if rest != 11 => "день",
            (2..=4, rest) if !(12..=14).contains(&rest) => "дня",
            _ => "дней",
        },
        Language::En if count == 1 => "day",
        Language::En => "days",
    };
    format!("{count} {word}")
}

/// What is left of a countdown: `2:59`.
pub fn countdown(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// How long ago, for things that should be seconds old: `4 s ago`.
pub fn ago(seconds: u32, language: Language) -> String {
    let (count, kk, ru, en) = match seconds {
        0..120 => (seconds, "сек", "с", "s"),
        120..7200 => (seconds / 60, "мин", "мин", "min"),
        _ => (seconds / 3600, "сағ", "ч", "h"),
    };
    match language {
        Language::Kk => format!("{count} {kk} бұрын"),
        Language::Ru => format!("{count} {ru} назад"),
        Language::En => format!("{count} {en} ago"),
    }
}

fn local(moment: Timestamp) -> Date {
    Date::new(&epoch_ms(moment).into())
}

/// Which end of a time a day is. Kazakh says it by the month's ending.
#[derive(Clone, Copy)]
enum Edge {
    Since,
    Until,
}

fn edge(year: u32, month: u32, day: u32, edge: Edge, language: Language) -> String {
    let date = written(year, month, day, language);
    let [from, to] = KAZAKH_ENDINGS[month as usize % KAZAKH_ENDINGS.len()];
    match (language, edge) {
        (Language::Kk, Edge::Since) => format!("{date}{from} бастап"),
        (Language::Kk, Edge::Until) => format!("{date}{to} дейін"),
        (Language::Ru, Edge::Since) => format!("с {date}"),
        (Language::Ru, Edge::Until) => format!("до {date}"),
        (Language::En, Edge::Since) => format!("from {date}"),
        (Language::En, Edge::Until) => format!("until {date}"),
    }
}

/// `month` counts from 0.
fn written(year: u32, month: u32, day: u32, language: Language) -> String {
    let names = MONTHS[month as usize % MONTHS.len()];
    match language {
        Language::Kk => format!("{year} ж. {day} {}", names[0]),
        Language::Ru => format!("{day} {} {year} г.", names[1]),
        Language::En => format!("{day} {} {year}", names[2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_counts_days_by_their_last_digits() {
        let said = [1, 2, 5, 11, 12, 21, 90, 104, 111].map(|it| days(it, Language::Ru));
        let wanted = [
            "1 день",
            "2 дня",
            "5 дней",
            "11 дней",
            "12 дней",
            "21 день",
            "90 дней",
            "104 дня",
            "111 дней",
        ];
        assert_eq!(said, wanted);
        assert_eq!(
            (days(1, Language::En), days(90, Language::En)),
            ("1 day".into(), "90 days".into())
        );
    }

    #[test]
    fn a_date_is_written_as_its_readers_write_it() {
        let said = Language::ALL.map(|it| written(2026, 10, 23, it));
        assert_eq!(said, ["2026 ж. 23 қараша", "23 ноября 2026 г.", "23 November 2026"]);
    }

    #[test]
    fn a_time_begins_and_ends_as_each_language_says_it() {
        let date = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let said = Language::ALL.map(|it| since(date, it));
        assert_eq!(said, ["2026 ж. 1 наурыздан бастап", "с 1 марта 2026 г.", "from 1 March 2026"]);
        let said = Language::ALL.map(|it| edge(2027, 1, 27, Edge::Until, it));
        let wanted =
            ["2027 ж. 27 ақпанға дейін", "до 27 февраля 2027 г.", "until 27 February 2027"];
        assert_eq!(said, wanted);
    }

    #[test]
    fn a_countdown_keeps_two_digits_of_seconds() {
        assert_eq!([179, 60, 9, 0].map(countdown), ["2:59", "1:00", "0:09", "0:00"]);
        assert_eq!(
            [4, 180, 7200].map(|it| ago(it, Language::En)),
            ["4 s ago", "3 min ago", "2 h ago"]
        );
    }
}
