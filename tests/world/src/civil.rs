//! What the sample register knows of a person besides name, birth date and sex (IDX-5). All of it is made up of the number.

use chrono::{Datelike as _, Months};
use serde_json::{Value, json};

use crate::register::Person;

const PLACES: [(&str, &str); 4] = [
    ("Алматы қаласы", "Алматы қаласы, Абай даңғылы, 10-үй, 25-пәтер"),
    ("Астана қаласы", "Астана қаласы, Мәңгілік Ел даңғылы, 8-үй, 41-пәтер"),
    ("Шымкент қаласы", "Шымкент қаласы, Тәуке хан даңғылы, 3-үй, 7-пәтер"),
    ("Қарағанды қаласы", "Қарағанды қаласы, Бұқар жырау даңғылы, 52-үй, 12-пәтер"),
];

/// Members for the register's answer.
pub(crate) fn of(person: &Person) -> Vec<(&'static str, Value)> {
    let digits = person.iin.expose();
    let serial: usize = digits.get(7..11).and_then(|it| it.parse().ok()).unwrap_or_default();
    let (born, lives) = (PLACES[serial % PLACES.len()].0, PLACES[(serial / 4) % PLACES.len()].1);
    // From the age of sixteen on; the latest is of this decade.
    let first = person.birth_date + Months::new(12 * 16);
    let years = u32::try_from((2024 - first.year()).max(0)).unwrap_or_default() / 10 * 10;
    let issued = first + Months::new(12 * years);
    vec![
        ("ethnicity", "қазақ".into()),
        (
            "document",
            json!({
                "number": format!("0{:08}", serial * 7919 % 100_000_000),
                "issueDate": issued,
                "expiryDate": issued + Months::new(120),
                "issuer": "ҚР Ішкі істер министрлігі",
            }),
        ),
        ("placeOfBirth", born.into()),
        ("registeredAddress", lives.into()),
    ]
}
