//! The schemas of the published documents, made from the types: a document that says something else fails its test.
//!
//! `UPDATE_GOLDEN=1 cargo test -p senim-core openapi` writes them anew.

#![expect(clippy::wildcard_enum_match_arm, reason = "all other JSON is written alike")]

use std::fmt::Write as _;
use std::path::Path;

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

use crate::problem::Problem;

/// What a caller sends is described as it is read, what it gets as it is written.
pub(crate) fn generator(settings: SchemaSettings) -> SchemaGenerator {
    settings.with(|it| it.definitions_path = "/components/schemas".into()).into_generator()
}

/// The schemas that a generator has met, ready to be published.
pub(crate) fn definitions(mut generator: SchemaGenerator) -> Map<String, Value> {
    let mut definitions = generator.take_definitions(true);
    definitions.values_mut().for_each(tidy);
    definitions
}

/// Leaves out what says nothing to a reader of the document: Rust's names of integers, links within Rust's
/// documentation.
pub(crate) fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.remove("$schema");
            // A set is read from a list that names something twice.
            members.remove("uniqueItems");
            let rust = |it: &str| {
                it.starts_with("int") || it.starts_with("uint") || matches!(it, "float" | "double")
            };
            if members.get("format").and_then(Value::as_str).is_some_and(rust) {
                members.remove("format");
            }
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = text.replace("[`", "`").replace("`]", "`").replace('\n', " ");
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A member that may be left out is never `null`: see `exchange::present`.
pub(crate) fn never_null(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|it| it != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|it| it["type"] != "null");
                if let [Value::Object(only)] = choices.as_slice() {
                    let only = only.clone();
                    members.remove("anyOf");
                    members.extend(only);
                }
            }
            members.values_mut().for_each(never_null);
        }
        Value::Array(items) => items.iter_mut().for_each(never_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// RFC 9457 with our members beside it.
pub(crate) fn problem() -> Value {
    let mut faults: Vec<_> = Problem::ALL.iter().filter_map(|it| it.fault()).collect();
    faults.sort_unstable();
    faults.dedup();
    serde_json::json!({
        "description": "RFC 9457.",
        "type": "object",
        "required": ["type", "code", "title", "status"],
        "properties": {
            "type": { "type": "string", "format": "uri" },
            "code": { "description": "Keeps its meaning for ever.", "type": "string" },
            "title": { "description": "Says what to do.", "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "description": "What of this request it was; never a value of it.", "type": "string" },
            "fault": { "description": "Whose fault it is; absent where it is the caller's.", "type": "string", "enum": faults },
        },
    })
}

/// Requires that the document ends with these schemas. `path` is relative to this crate.
pub(crate) fn golden(path: &str, schemas: &Map<String, Value>) {
    const MADE: &str = "    # Made from the types; `UPDATE_GOLDEN=1 cargo test -p senim-core openapi` writes them anew.\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let document = std::fs::read_to_string(&path).expect("the document is there");
    let (by_hand, committed) =
        document.split_once(MADE).expect("what is made from the types stands last");
    let schemas_by_hand =
        by_hand.split_once("\n  schemas:").expect("schemas are the last section").1;
    for name in schemas.keys() {
        assert!(
            !schemas_by_hand.contains(&format!("\n    {name}:\n")),
            "{name} is written by hand as well"
        );
    }
    let made = yaml(schemas, 4);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{by_hand}{MADE}{made}")).expect("the document is written");
        return;
    }
    let differs = committed.lines().zip(made.lines()).find(|(one, other)| one != other);
    assert!(
        committed == made,
        "{} does not say what the types say (first: {differs:?}); `UPDATE_GOLDEN=1 cargo test -p senim-core openapi` \
         writes it anew",
        path.display()
    );
}

/// What the pages and participants' servers speak with the host: host/openapi/platform-v1.yaml.
#[test]
fn openapi_of_the_platform_is_made_from_the_types() {
    let mut sent = generator(SchemaSettings::draft2020_12().for_deserialize());
    asked(&mut sent);
    let mut answered = generator(SchemaSettings::draft2020_12().for_serialize());
    answers(&mut answered);
    let mut schemas = definitions(answered);
    schemas.values_mut().for_each(absent_is_not_null);
    // Of what goes both ways: whatever is written can be read.
    schemas.extend(definitions(sent));
    schemas.insert(
        "Empty".to_owned(),
        serde_json::json!({ "type": "object", "additionalProperties": false }),
    );
    schemas.insert("Problem".to_owned(), problem());
    golden("../host/openapi/platform-v1.yaml", &schemas);
}

fn asked(to: &mut SchemaGenerator) {
    use crate::{consent, identity, liveness, matching, operator, participant};

    to.subschema_for::<consent::Asked>();
    to.subschema_for::<identity::view::AnswerAgreement>();
    to.subschema_for::<identity::view::AnswerConsent>();
    to.subschema_for::<identity::view::ChooseLanguage>();
    to.subschema_for::<identity::view::ConfirmIin>();
    to.subschema_for::<identity::view::EnterCode>();
    to.subschema_for::<identity::view::OpenSession>();
    to.subschema_for::<liveness::challenge::Wishes>();
    to.subschema_for::<operator::view::SignIn>();
    to.subschema_for::<participant::view::SuspendParticipant>();
    to.subschema_for::<matching::AcceptMatch>();
    to.subschema_for::<matching::ReportOfflineCheck>();
    to.subschema_for::<matching::MatchPhoto>();
}

fn answers(to: &mut SchemaGenerator) {
    use crate::{consent, identity, journal, matching, monitoring, operator, participant};

    to.subschema_for::<consent::view::CabinetView>();
    to.subschema_for::<consent::view::ConsentDetailsView>();
    to.subschema_for::<crate::id::ConsentId>();
    to.subschema_for::<identity::view::ChallengeView>();
    to.subschema_for::<identity::view::IdentityView>();
    to.subschema_for::<journal::view::JournalView>();
    to.subschema_for::<operator::view::OperatorView>();
    to.subschema_for::<monitoring::view::OverviewView>();
    to.subschema_for::<participant::view::ParticipantView>();
    to.subschema_for::<matching::AcceptedView>();
    to.subschema_for::<matching::PhotoMatchView>();
    to.subschema_for::<matching::PhotoRequestsView>();
}

/// An answer's member that is left out where there is nothing to say is never `null`.
fn absent_is_not_null(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let required = members.get("required").cloned().unwrap_or_default();
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                let optional = |key: &str| {
                    !required.as_array().is_some_and(|it| it.iter().any(|it| it == key))
                };
                properties
                    .iter_mut()
                    .filter(|(key, _)| optional(key))
                    .for_each(|(_, it)| never_null(it));
            }
            members.values_mut().for_each(absent_is_not_null);
        }
        Value::Array(items) => items.iter_mut().for_each(absent_is_not_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// These first, as a person would write them; whatever else by its name.
const FIRST: [&str; 12] = [
    "$ref",
    "description",
    "type",
    "format",
    "const",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "additionalProperties",
    "required",
    "properties",
];

fn yaml(members: &Map<String, Value>, indent: usize) -> String {
    let mut keys: Vec<_> = members.keys().collect();
    let rank = |key: &str| FIRST.iter().position(|it| *it == key).unwrap_or(FIRST.len());
    keys.sort_by_key(|key| (rank(key), (*key).clone()));
    let mut text = String::new();
    for key in keys {
        let value = &members[key];
        let line = format!("{:indent$}{}:", "", scalar(key));
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                let _ = write!(text, "{line}\n{}", yaml(inner, indent + 2));
            }
            Value::Array(items) if items.iter().any(serde_json::Value::is_object) => {
                let _ = writeln!(text, "{line}");
                for item in items {
                    let inner = match item {
                        Value::Object(inner) if !inner.is_empty() => yaml(inner, indent + 4),
                        other => format!("{:1$}{2}\n", "", indent + 4, flow(other)),
                    };
                    let _ = write!(text, "{:1$}- {2}", "", indent + 2, inner.trim_start());
                }
            }
            other => {
                let _ = writeln!(text, "{line} {}", flow(other));
            }
        }
    }
    text
}

fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Plain where nobody can read anything else into it.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.' | '/'))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_lowercase().as_str());
    if plain { text.to_owned() } else { Value::from(text).to_string() }
}
