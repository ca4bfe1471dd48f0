//! Tests that the published document and the validator agree on every value, in both directions.

#![expect(
    clippy::format_collect,
    clippy::too_many_lines,
    reason = "a test reads better in one piece"
)]

use chrono::NaiveDate;
use schemars::JsonSchema as _;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    Account, AccountBalances, AccountTransactions, Accounts, Cursor, Envelope, NoLinks, Route,
};
use crate::{json, openapi};

const ANSWERS: [&str; 4] =
    ["AccountsAnswer", "AccountAnswer", "BalancesAnswer", "TransactionsAnswer"];

/// The schemas of core/openapi/account-information-v1.yaml.
fn schemas() -> Map<String, Value> {
    let mut generator = openapi::generator(SchemaSettings::draft2020_12().for_deserialize());
    let answers = [
        Envelope::<Accounts, NoLinks>::json_schema(&mut generator),
        Envelope::<Account, NoLinks>::json_schema(&mut generator),
        Envelope::<AccountBalances, NoLinks>::json_schema(&mut generator),
        Envelope::<AccountTransactions>::json_schema(&mut generator),
    ];
    generator.subschema_for::<crate::id::Bin>();
    generator.subschema_for::<Cursor>();
    let mut schemas = openapi::definitions(generator);
    for (name, answer) in ANSWERS.into_iter().zip(answers) {
        let mut answer = answer.to_value();
        openapi::tidy(&mut answer);
        schemas.insert(name.to_owned(), answer);
    }
    schemas.insert("Problem".to_owned(), openapi::problem());
    schemas.values_mut().for_each(openapi::never_null);
    schemas
}

#[test]
fn openapi_of_account_information_is_made_from_the_types() {
    openapi::golden("openapi/account-information-v1.yaml", &schemas());
}

#[test]
fn the_document_and_the_validator_agree_on_every_value() {
    let schemas = schemas();
    let strange = strange_values(&schemas);
    let (mut passed, mut refused) = (0, 0);
    for (name, answer) in ANSWERS.into_iter().zip(answers()) {
        assert!(is_read(name, &answer), "{name}: the example is refused");
        let mut variants = vec![answer.clone()];
        for place in places(&answer) {
            variants.extend(variants_at(&answer, &place, &strange));
        }
        for variant in variants {
            let by_document = fits(&schemas[name], &schemas, &variant);
            assert_eq!(
                by_document,
                is_read(name, &variant),
                "{name}: the document says {by_document}, the validator the opposite: {variant}"
            );
            if by_document { passed += 1 } else { refused += 1 }
        }
    }
    assert!(passed > 200 && refused > 2000, "{passed} passed, {refused} were refused");
}

#[test]
fn the_document_and_the_router_agree_on_every_parameter() {
    let schemas = schemas();
    let mut strange = strange_values(&schemas);
    strange.extend(["a-1", "2026-01-31", "Ab_-"].map(Value::from));
    for text in strange.iter().filter_map(Value::as_str).filter(|it| it.len() < 300) {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = |id: &str| format!("{}/accounts/{id}/transactions", super::BASE_PATH);
        for (schema, path, query) in [
            ("AccountId", path(&encoded), String::new()),
            ("Day", path("a"), format!("from={encoded}")),
            ("Day", path("a"), format!("to={encoded}")),
            ("Cursor", path("a"), format!("cursor={encoded}")),
        ] {
            let by_document = fits(&schemas[schema], &schemas, &text.into());
            let by_router = Route::parse("GET", &path, &query).is_ok();
            assert_eq!(by_document, by_router, "{schema} {text:?}");
        }
    }
}

#[test]
fn the_document_has_the_paths_that_the_router_takes() {
    const DOCUMENT: &str = include_str!("../../openapi/account-information-v1.yaml");
    let paths =
        DOCUMENT.split_once("\npaths:\n").and_then(|(_, it)| it.split_once("\ncomponents:\n"));
    let lines: Vec<_> = paths.expect("paths, then components").0.lines().collect();
    let at = |indent: &str| {
        let named = lines.iter().filter_map(|it| it.strip_prefix(indent)?.strip_suffix(':'));
        named.filter(|it| !it.starts_with(' ')).collect::<Vec<_>>()
    };
    let taken = ["/accounts", "/accounts/a", "/accounts/a/balances", "/accounts/a/transactions"]
        .map(|path| {
            Route::parse("GET", &format!("{}{path}", super::BASE_PATH), "")
                .expect("an address of the standard")
                .template()
        });
    assert_eq!(at("  "), taken);
    assert_eq!(at("    "), ["get"; 4]);
}

fn is_read(name: &str, answer: &Value) -> bool {
    fn read<T: DeserializeOwned>(answer: &Value) -> bool {
        json::read::<T>(answer.to_string().as_bytes()).is_ok()
    }
    match name {
        "AccountsAnswer" => read::<Envelope<Accounts, NoLinks>>(answer),
        "AccountAnswer" => read::<Envelope<Account, NoLinks>>(answer),
        "BalancesAnswer" => read::<Envelope<AccountBalances, NoLinks>>(answer),
        _ => read::<Envelope<AccountTransactions>>(answer),
    }
}

/// One of each, with every member.
fn answers() -> [Value; 4] {
    let account = json!({
        "accountId": "a-1", "iban": "KZ86125KZT5004100100", "currency": "KZT", "kind": "card", "status": "open",
        "product": "Qarlygash Black", "nickname": "Күнделікті", "openedOn": "2021-03-14",
    });
    let balance = json!({
        "kind": "available", "money": { "amount": "-184250.75", "currency": "KZT" }, "at": "2026-11-23T04:30:00Z",
    });
    let transaction = json!({
        "transactionId": "t-1", "status": "booked", "bookedOn": "2026-10-31", "at": "2026-10-31T13:05:00.5+05:00",
        "money": { "amount": "0.75", "currency": "KZT" }, "description": "Азық-түлік\nекі жол",
        "counterparty": { "name": "Aport Market", "iban": "DE89370400440532013000" }, "category": "5411",
    });
    let next = "/account-information/v1/accounts/a-1/transactions?cursor=bzI";
    [
        json!({ "data": [account], "links": {} }),
        json!({ "data": account, "links": {} }),
        json!({ "data": { "accountId": "a-1", "balances": [balance] }, "links": {} }),
        json!({ "data": { "accountId": "a-1", "transactions": [transaction] }, "links": { "next": next } }),
    ]
}

/// JSON pointers to every place in it (RFC 6901).
fn places(value: &Value) -> Vec<String> {
    let inner = |key: &str, value: &Value| -> Vec<String> {
        places(value).into_iter().map(|it| format!("/{key}{it}")).collect()
    };
    let mut found = vec![String::new()];
    match value {
        Value::Object(members) => {
            found.extend(members.iter().flat_map(|(key, value)| inner(key, value)));
        }
        Value::Array(items) => {
            found.extend(items.iter().enumerate().flat_map(|(at, it)| inner(&at.to_string(), it)));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}

/// The answer with one place changed: to each unusual value, and by mutations that suit the place.
fn variants_at(answer: &Value, place: &str, strange: &[Value]) -> Vec<Value> {
    let mut variants = Vec::new();
    let mut with = |changed: Value| {
        let mut variant = answer.clone();
        *variant.pointer_mut(place).expect("a place of it") = changed;
        variants.push(variant);
    };
    for other in strange {
        with(other.clone());
    }
    match answer.pointer(place).expect("a place of it") {
        Value::Object(members) => {
            // serde alone reads a struct from them as well.
            with(members.values().cloned().collect());
            for key in members.keys() {
                let mut without = members.clone();
                without.remove(key);
                with(without.into());
            }
            let mut more = members.clone();
            more.insert("holder".to_owned(), json!("a name"));
            with(more.into());
        }
        Value::Array(items) => {
            for length in [0, 1, 2, 4, 5, 500, 501] {
                with(items.iter().cycle().take(length).cloned().collect());
            }
        }
        Value::String(text) => {
            with(text.to_lowercase().into());
            with(text.to_uppercase().into());
            for (before, after) in
                [(" ", ""), ("", " "), ("", "\n"), ("", "\u{0}"), ("+", ""), ("-", "")]
            {
                with(format!("{before}{text}{after}").into());
            }
            for (at, _) in text.char_indices() {
                // A letter for a digit, a digit of another script, one character fewer.
                for other in ["a", "9", "٣", ""] {
                    let rest = text[at..].chars().skip(1).collect::<String>();
                    with(format!("{}{other}{rest}", &text[..at]).into());
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    variants
}

/// Boundaries that the document names, and values that banks have sent.
fn strange_values(schemas: &Map<String, Value>) -> Vec<Value> {
    let mut values = vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(1.5),
        json!("12.50"),
        json!({}),
        json!([]),
        json!([null]),
        json!({ "amount": "1", "currency": "KZT" }),
        json!({ "amount": "1.5", "currency": "KZT" }),
        json!({ "amount": "1", "currency": "JPY" }),
        json!({ "amount": "1.50", "currency": "JPY" }),
        json!({ "amount": "1.234", "currency": "KWD" }),
        json!({ "amount": "1.23", "currency": "KWD" }),
        json!({ "amount": "1.2345", "currency": "CLF" }),
        json!({ "amount": "999999999999999.999", "currency": "KWD" }),
        json!({ "amount": "-99999999999999.9999", "currency": "UYW" }),
        json!({ "amount": "100000000000000.0000", "currency": "UYW" }),
        json!({ "amount": "-0.00", "currency": "KZT" }),
        json!({ "amount": "-0.000", "currency": "KWD" }),
        json!({ "amount": "-0", "currency": "JPY" }),
        json!({ "amount": "0", "currency": "JPY" }),
        json!({ "amount": "1.50", "currency": "XAU" }),
        json!({ "amount": "1.50", "currency": "XAU", "grams": "1" }),
        json!({ "currency": "KZT" }),
    ];
    let texts = [
        "",
        " ",
        "a",
        "a\nb",
        "a\r\nb",
        "a\tb",
        "a\u{0}b",
        "a\u{1b}b",
        "a\u{7f}b",
        "a\u{85}b",
        "👋",
        "null",
        "2026-02-28",
        "2026-02-29",
        "2024-02-29",
        "2026-2-28",
        "0000-01-01",
        "2026-13-01",
        "20260228",
        "2026-02-28T05:00:00Z",
        "2026-02-28t05:00:00z",
        "2026-02-28 05:00:00Z",
        "2026-02-28T05:00:00",
        "2026-02-28T05:00:00+05:00",
        "2026-02-28T05:00:00+0500",
        "2026-02-28T05:00:00+24:00",
        "2026-02-28T05:00:00\u{2212}05:00",
        "2026-02-28T24:00:00Z",
        "2026-02-28T23:59:60Z",
        "2026-02-28T23:59:61Z",
        "2026-02-28T05:00Z",
        "2026-02-28T05:00:00.Z",
        "2026-02-28T05:00:00.123456789123Z",
        "2026-02-28T05:00:00.1234567891234567891Z",
        "2026-02-28T05:00:00.12345678912345678912Z",
        "2026-02-29T05:00:00Z",
        "KZ86125KZT5004100100",
        "KZ87125KZT5004100100",
        "kz86125kzt5004100100",
        "KZ86 125K ZT50 0410 0100",
        "DE89370400440532013000",
        "DE88370400440532013000",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
        "1.234",
        "1",
        "1.5",
        "-0.00",
        "-0.01",
        "01.00",
        "1e3",
        "١.٠٠",
        "999999999999999.99",
        "1000000000000000.00",
        "JPY",
        "KWD",
        "KZ",
        "KZTT",
        "/account-information/v1/accounts/a-1/transactions?",
        "/account-information/v1/accounts//transactions?",
        "https://elsewhere.example/next",
        "/account-information/v1/accounts/a%2D1/transactions?cursor=a",
    ];
    values.extend(texts.map(Value::from));
    let (mut lengths, mut words) = (Vec::new(), Vec::new());
    schemas.values().for_each(|it| boundaries(it, &mut lengths, &mut words));
    lengths.sort_unstable();
    lengths.dedup();
    for length in lengths {
        for length in length.saturating_sub(1)..=length + 1 {
            values.extend(["a", "9", "ш"].map(|it| it.repeat(length).into()));
            let next = format!("/account-information/v1/accounts/a/transactions?{:length$}", "");
            values.push(next.chars().take(length).collect::<String>().into());
        }
    }
    values.extend(words);
    values
}

/// Lengths and words that the document names.
fn boundaries(schema: &Value, lengths: &mut Vec<usize>, words: &mut Vec<Value>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("minLength" | "maxLength", Value::Number(it)) => {
                        lengths.extend(it.as_u64().and_then(|it| usize::try_from(it).ok()));
                    }
                    ("pattern", Value::String(pattern)) => {
                        let counts = pattern
                            .split(['{', '}', ','])
                            .filter_map(|it| it.parse::<usize>().ok());
                        lengths.extend(counts);
                    }
                    ("enum", Value::Array(all)) => words.extend(all.iter().cloned()),
                    ("const", it) => words.push(it.clone()),
                    (_, it) => boundaries(it, lengths, words),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|it| boundaries(it, lengths, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a value fits a schema of the document: what of JSON Schema 2020-12 the document uses.
fn fits(schema: &Value, schemas: &Map<String, Value>, value: &Value) -> bool {
    let Value::Object(keywords) = schema else { return schema == &Value::Bool(true) };
    let inner = |schema: &Value, value: &Value| fits(schema, schemas, value);
    let applies = |name: &str| keywords.get(name).is_none_or(|it| inner(it, value));
    keywords.iter().all(|(keyword, rule)| match (keyword.as_str(), value) {
        ("$ref", _) => {
            let name = rule.as_str().and_then(|it| it.strip_prefix("#/components/schemas/"));
            inner(&schemas[name.expect("a schema of the document")], value)
        }
        ("allOf", _) => list(rule).iter().all(|it| inner(it, value)),
        ("anyOf", _) => list(rule).iter().any(|it| inner(it, value)),
        ("oneOf", _) => list(rule).iter().filter(|it| inner(it, value)).count() == 1,
        ("if", _) => applies(if inner(rule, value) { "then" } else { "else" }),
        ("const", _) => rule == value,
        ("enum", _) => list(rule).contains(value),
        ("type", _) => has_type(rule, value),
        ("pattern", Value::String(text)) => {
            regex_lite::Regex::new(rule.as_str().expect("text")).expect("a pattern").is_match(text)
        }
        ("minLength", Value::String(text)) => text.chars().count() >= size(rule),
        ("maxLength", Value::String(text)) => text.chars().count() <= size(rule),
        ("format", Value::String(text)) => has_format(rule.as_str().expect("text"), text),
        ("minItems", Value::Array(items)) => items.len() >= size(rule),
        ("maxItems", Value::Array(items)) => items.len() <= size(rule),
        ("items", Value::Array(items)) => items.iter().all(|it| inner(rule, it)),
        ("required", Value::Object(members)) => {
            list(rule).iter().all(|it| members.contains_key(it.as_str().expect("text")))
        }
        ("properties", Value::Object(members)) => {
            members.iter().all(|(key, value)| rule.get(key).is_none_or(|it| inner(it, value)))
        }
        ("additionalProperties", Value::Object(members)) => {
            assert_eq!(rule, &Value::Bool(false));
            let known =
                |key: &String| keywords.get("properties").is_some_and(|it| it.get(key).is_some());
            members.keys().all(known)
        }
        (
            "pattern"
            | "minLength"
            | "maxLength"
            | "format"
            | "minItems"
            | "maxItems"
            | "items"
            | "required"
            | "properties"
            | "additionalProperties"
            | "then"
            | "else"
            | "description"
            | "examples",
            _,
        ) => true,
        (other, _) => panic!("`{other}` is a keyword that this test does not know"),
    })
}

fn list(rule: &Value) -> &[Value] {
    rule.as_array().expect("a list")
}

fn size(rule: &Value) -> usize {
    usize::try_from(rule.as_u64().expect("a number")).expect("a size")
}

fn has_type(rule: &Value, value: &Value) -> bool {
    match rule.as_str().expect("one type: nothing here is nullable") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        other => panic!("`{other}` is a type that this test does not know"),
    }
}

fn has_format(format: &str, text: &str) -> bool {
    match format {
        "date" => NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok(),
        "date-time" => is_moment(text),
        "iban" => is_checked(text),
        other => panic!("`{other}` is a format that this test does not know"),
    }
}

/// RFC 3339 §5.6, letter by letter.
fn is_moment(text: &str) -> bool {
    let shape = regex_lite::Regex::new(
        "^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})([.][0-9]+)?([Zz]|[+-]([0-9]{2}):([0-9]{2}))$",
    );
    let shape = shape.expect("a pattern");
    let Some(parts) = shape.captures(text) else { return false };
    let below = |part: usize, limit: u32| {
        parts.get(part).is_none_or(|it| it.as_str().parse::<u32>().is_ok_and(|it| it < limit))
    };
    NaiveDate::parse_from_str(&parts[1], "%Y-%m-%d").is_ok()
        && [(2, 24), (3, 60), (4, 61), (7, 24), (8, 60)]
            .into_iter()
            .all(|(part, limit)| below(part, limit))
}

/// ISO 13616: the digits of letters are 10 to 35, and the whole number leaves 1 when divided by 97.
fn is_checked(iban: &str) -> bool {
    let moved: Vec<char> = iban.chars().skip(4).chain(iban.chars().take(4)).collect();
    let digits: String =
        moved.iter().filter_map(|it| it.to_digit(36)).map(|it| it.to_string()).collect();
    digits.chars().filter_map(|it| it.to_digit(10)).fold(0, |sum, it| (sum * 10 + it) % 97) == 1
}
