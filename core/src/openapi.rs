//! The schemas of the published documents, generated from the types; a test fails if a document differs.
//!
//! `UPDATE_GOLDEN=1 cargo test -p senim-core openapi` regenerates them.

#![expect(clippy::wildcard_enum_match_arm, reason = "all other JSON is written alike")]

use std::fmt::Write as _;
use std::path::Path;

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

use crate::problem::Problem;

/// Requests are described as they are deserialised, answers as they are serialised.
pub(crate) fn generator(settings: SchemaSettings) -> SchemaGenerator {
    settings.with(|it| it.definitions_path = "/components/schemas".into()).into_generator()
}

/// The schemas that a generator has collected.
pub(crate) fn definitions(mut generator: SchemaGenerator) -> Map<String, Value> {
    let mut definitions = generator.take_definitions(true);
    definitions.values_mut().for_each(tidy);
    definitions
}

/// Removes what means nothing to readers of the document: Rust's integer names, links within Rust's
/// documentation.
pub(crate) fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.remove("$schema");
            // A set can be deserialised from a list with duplicates.
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

/// An optional member is never `null`: see `exchange::present`.
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

/// RFC 9457 with our members.
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

/// The host's API for pages and participants' servers: host/openapi/platform-v1.yaml.
#[test]
fn openapi_of_the_platform_is_made_from_the_types() {
    let mut sent = generator(SchemaSettings::draft2020_12().for_deserialize());
    asked(&mut sent);
    let mut answered = generator(SchemaSettings::draft2020_12().for_serialize());
    answers(&mut answered);
    let mut schemas = definitions(answered);
    schemas.values_mut().for_each(absent_is_not_null);
    // For types used both ways: everything serialised can be deserialised.
    schemas.extend(definitions(sent));
    schemas.insert(
        "Empty".to_owned(),
        serde_json::json!({ "type": "object", "additionalProperties": false }),
    );
    schemas.insert("Problem".to_owned(), problem());
    golden("../host/openapi/platform-v1.yaml", &schemas);
}

fn asked(to: &mut SchemaGenerator) {
    use crate::{
        authorization, consent, identity, liveness, matching, operator, participant, signals,
    };

    to.subschema_for::<crate::activity::CloseCase>();
    to.subschema_for::<crate::activity::Disown>();
    to.subschema_for::<authorization::FindGrants>();
    to.subschema_for::<consent::Asked>();
    to.subschema_for::<consent::AskedIdentity>();
    to.subschema_for::<consent::change::ChangeConsent>();
    to.subschema_for::<identity::view::AnswerAgreement>();
    to.subschema_for::<identity::view::AnswerConsent>();
    to.subschema_for::<identity::view::ChooseLanguage>();
    to.subschema_for::<identity::view::CompareNumbers>();
    to.subschema_for::<identity::view::ConfirmIin>();
    to.subschema_for::<identity::view::EndFront>();
    to.subschema_for::<identity::view::EnterCode>();
    to.subschema_for::<identity::view::OpenOnPhone>();
    to.subschema_for::<identity::view::OpenSession>();
    to.subschema_for::<liveness::challenge::Wishes>();
    to.subschema_for::<operator::view::SignIn>();
    to.subschema_for::<participant::view::SuspendParticipant>();
    to.subschema_for::<crate::routing::SetAllowance>();
    to.subschema_for::<crate::passkey::view::AddPasskey>();
    to.subschema_for::<crate::passkey::view::SignInWithPasskey>();
    to.subschema_for::<matching::AcceptMatch>();
    to.subschema_for::<matching::ReportOfflineCheck>();
    to.subschema_for::<matching::MatchPhoto>();
    to.subschema_for::<signals::AttestDeletion>();
    to.subschema_for::<signals::PollSets>();
}

fn answers(to: &mut SchemaGenerator) {
    use crate::{
        agreement, consent, feed, help, identity, journal, matching, monitoring, operator,
        participant, signals,
    };

    to.subschema_for::<crate::activity::view::ActivityView>();
    to.subschema_for::<crate::activity::view::CaseView>();
    to.subschema_for::<crate::activity::view::DisownedView>();
    to.subschema_for::<agreement::view::AgreementView>();
    to.subschema_for::<agreement::view::EditionView>();
    to.subschema_for::<agreement::view::RulesView>();
    to.subschema_for::<consent::view::CabinetView>();
    to.subschema_for::<consent::view::ConsentDetailsView>();
    to.subschema_for::<crate::id::ConsentId>();
    to.subschema_for::<help::HelpView>();
    to.subschema_for::<identity::cabinet::CabinetSessionView>();
    to.subschema_for::<identity::view::ChallengeView>();
    to.subschema_for::<identity::view::IdentityView>();
    to.subschema_for::<identity::view::PhoneLinkView>();
    to.subschema_for::<journal::view::JournalView>();
    to.subschema_for::<crate::log::history::History>();
    to.subschema_for::<operator::view::OperatorView>();
    to.subschema_for::<monitoring::view::OverviewView>();
    to.subschema_for::<feed::reach::ReachView>();
    to.subschema_for::<participant::view::ParticipantView>();
    to.subschema_for::<crate::routing::Allowance>();
    to.subschema_for::<crate::passkey::view::AddPasskeyView>();
    to.subschema_for::<crate::passkey::view::PasskeysView>();
    to.subschema_for::<crate::passkey::view::ShowPasskeyView>();
    to.subschema_for::<matching::AcceptedView>();
    to.subschema_for::<matching::PhotoMatchView>();
    to.subschema_for::<matching::PhotoRequestsView>();
    to.subschema_for::<signals::PolledSets>();
    to.subschema_for::<signals::view::NoticeView>();
}

/// An optional member of an answer is never `null`.
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

/// These first, in the usual order; the rest by name.
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

/// Unquoted if it is unambiguous.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.' | '/'))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_lowercase().as_str());
    if plain { text.to_owned() } else { Value::from(text).to_string() }
}
