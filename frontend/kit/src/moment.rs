//! Dates and durations as people write them, in three languages and by Kazakhstan's clock, whatever the device's is (OPS-7).

use chrono::{Datelike, NaiveDate, Timelike};
use senim_core::text::Language;
use senim_core::{Timestamp, calendar};

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
    let local = calendar::local(moment);
    let day = written(local.date(), language);
    format!("{day}, {:02}:{:02}", local.hour(), local.minute())
}

/// `14:05:09`.
pub fn time(moment: Timestamp) -> String {
    let local = calendar::local(moment);
    format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second())
}

/// `2026-11-23 14:05:09`: for tables that are compared by eye.
pub fn stamp(moment: Timestamp) -> String {
    format!("{} {}", calendar::day(moment), time(moment))
}

/// From this day on: `from 1 March 2026`.
pub fn since(date: NaiveDate, language: Language) -> String {
    edge(date, Edge::Since, language)
}

/// The same of a moment's day.
pub fn since_day_of(moment: Timestamp, language: Language) -> String {
    since(calendar::day(moment), language)
}

/// Up to a moment's day: `until 27 February 2027`.
pub fn until(moment: Timestamp, language: Language) -> String {
    edge(calendar::day(moment), Edge::Until, language)
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

/// Which end of a time a day is. Kazakh says it by the month's ending.
#[derive(Clone, Copy)]
enum Edge {
    Since,
    Until,
}

fn edge(day: NaiveDate, edge: Edge, language: Language) -> String {
    let date = written(day, language);
    let [from, to] = KAZAKH_ENDINGS[day.month0() as usize % KAZAKH_ENDINGS.len()];
    match (language, edge) {
        (Language::Kk, Edge::Since) => format!("{date}{from} бастап"),
        (Language::Kk, Edge::Until) => format!("{date}{to} дейін"),
        (Language::Ru, Edge::Since) => format!("с {date}"),
        (Language::Ru, Edge::Until) => format!("до {date}"),
        (Language::En, Edge::Since) => format!("from {date}"),
        (Language::En, Edge::Until) => format!("until {date}"),
    }
}

fn written(day: NaiveDate, language: Language) -> String {
    let names = MONTHS[day.month0() as usize % MONTHS.len()];
    let (year, day) = (day.year(), day.day());
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
        let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let said = Language::ALL.map(|it| written(day, it));
        assert_eq!(said, ["2026 ж. 23 қараша", "23 ноября 2026 г.", "23 November 2026"]);
    }

    /// OPS-7: an hour before midnight in Greenwich it is the next day in Kazakhstan.
    #[test]
    fn a_moment_is_told_by_kazakhstans_clock() {
        let at = "2026-12-31T22:30:09Z".parse().unwrap();
        assert_eq!(date_time(at, Language::En), "1 January 2027, 03:30");
        assert_eq!((time(at), stamp(at)), ("03:30:09".into(), "2027-01-01 03:30:09".into()));
        assert_eq!(until(at, Language::En), "until 1 January 2027");
        assert_eq!(since_day_of(at, Language::Ru), "с 1 января 2027 г.");
    }

    #[test]
    fn a_time_begins_and_ends_as_each_language_says_it() {
        let date = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let said = Language::ALL.map(|it| since(date, it));
        assert_eq!(said, ["2026 ж. 1 наурыздан бастап", "с 1 марта 2026 г.", "from 1 March 2026"]);
        let said = Language::ALL
            .map(|it| edge(NaiveDate::from_ymd_opt(2027, 2, 27).unwrap(), Edge::Until, it));
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
