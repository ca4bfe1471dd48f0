//! Schemas of the values for the published document.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{
    AccountId, Amount, Currency, DECIMALS, DECIMALS_DEFAULT, Day, List, Moment, Money, Run, Text,
};
use crate::exchange::{BASE_PATH, Next};

pub(super) fn text(doc: &str, runs: &[Run], format: Option<&str>) -> Schema {
    let pattern = format!("^{}$", pattern(runs));
    let mut schema =
        json_schema!({ "description": doc.trim(), "type": "string", "pattern": pattern });
    if let Some(format) = format {
        schema.insert("format".to_owned(), format.into());
    }
    schema
}

fn pattern(runs: &[Run]) -> String {
    let of = |run: &Run| match run {
        Run { class, min: 1, max: 1 } if class.len() == 1 => (*class).to_owned(),
        Run { class, min, max } if min == max => format!("[{class}]{{{min}}}"),
        Run { class, min, max } => format!("[{class}]{{{min},{max}}}"),
    };
    runs.iter().map(of).collect()
}

/// All but tab, line feed and carriage return.
const CONTROL_CHARACTERS: &str = r"\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F";

impl<const MAX: usize> JsonSchema for Text<MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("Text{MAX}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!("^[^{CONTROL_CHARACTERS}]*$");
        json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX, "pattern": pattern })
    }
}

impl<T: JsonSchema, const MIN: usize, const MAX: usize> JsonSchema for List<T, MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        let mut schema = json_schema!({ "type": "array", "maxItems": MAX, "items": items });
        if MIN > 0 {
            schema.insert("minItems".to_owned(), MIN.into());
        }
        schema
    }
}

/// Amounts with this many decimals, in canonical form.
fn amounts(decimals: u8) -> String {
    let more = Amount::whole_digits(decimals) - 1;
    let whole = format!("[1-9][0-9]{{0,{more}}}");
    if decimals == 0 {
        return format!("^(0|-?{whole})$");
    }
    // Of `-0.` at least one digit is not 0.
    let nonzero: Vec<_> = (0..decimals)
        .map(|place| format!("[0-9]{{{place}}}[1-9][0-9]{{{}}}", decimals - 1 - place))
        .collect();
    format!(
        r"^(-?{whole}\.[0-9]{{{decimals}}}|0\.[0-9]{{{decimals}}}|-0\.({}))$",
        nonzero.join("|")
    )
}

impl JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let currency = generator.subschema_for::<Currency>();
        let amount = |decimals| json_schema!({ "properties": { "amount": { "pattern": amounts(decimals) } } });
        let cases: Vec<_> = DECIMALS
            .iter()
            .map(|(decimals, codes)| {
                json_schema!({
                    "if": { "properties": { "currency": { "enum": codes } } },
                    "then": amount(*decimals),
                })
            })
            .collect();
        let exceptional: Vec<_> = DECIMALS.iter().flat_map(|(_, codes)| codes.iter()).collect();
        let usual = json_schema!({
            "if": { "properties": { "currency": { "enum": exceptional } } },
            "else": amount(DECIMALS_DEFAULT),
        });
        json_schema!({
            "description": "The amount has the decimals of its currency: ISO 4217's minor unit, two where there is none.",
            "type": "object",
            "additionalProperties": false,
            "required": ["amount", "currency"],
            "properties": {
                "amount": { "type": "string", "examples": ["1234.50", "-0.05"] },
                "currency": currency,
            },
            "allOf": cases.into_iter().chain([usual]).collect::<Vec<_>>(),
        })
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "RFC 3339.",
            "type": "string",
            "format": "date-time",
            "maxLength": Self::LENGTH_MAX,
        })
    }
}

impl JsonSchema for Next {
    fn schema_name() -> Cow<'static, str> {
        "Next".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let id = pattern(AccountId::RUNS);
        json_schema!({
            "type": "string",
            "maxLength": Self::LENGTH_MAX,
            "pattern": format!(r"^{BASE_PATH}/accounts/{id}/transactions\?"),
        })
    }
}
