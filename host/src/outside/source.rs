//! The state register, as JSON over HTTP or behind a SOAP gateway: a person's data and reference photo by IIN (PHM-2).
//!
//! An adapter to another register keeps the types of this file.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use senim_channel::outbound::post_json;
use senim_channel::{ChannelError, Outbound, OutboundError};
use senim_core::exchange::Day;
use senim_core::id::Iin;
use senim_core::identity::eligibility::CivilStatus;
use senim_core::json;
use senim_core::personal::{IdentityDocument, PersonalData, Sex};
use senim_core::text::ShownText;
use senim_soap::SoapError;
use serde::{Deserialize, Serialize};

use super::soap::SoapRegister;
use super::{OutsideTls, outbound};

pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(2);
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(8);
/// A photo of 2 MB in base64, and the rest.
pub(super) const ANSWER_MAX: usize = 3 * 1024 * 1024;
/// Characters of a full name.
const NAME_MAX: usize = 200;

#[derive(Clone)]
pub enum Source {
    Json { outbound: Outbound, person: String },
    Soap(Arc<SoapRegister>),
}

/// A person as the register knows them.
pub struct Registered {
    /// The data of IDX-5, without a phone: the register has none.
    pub personal: PersonalData,
    pub status: CivilStatus,
    /// JPEG.
    pub photo: Bytes,
}

/// Says where it failed, never about whom.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("the register can't be reached: {0}")]
    Unreachable(OutboundError),
    #[error("the register answered {0}")]
    Status(StatusCode),
    #[error("the register's answer is not what its contract says: {0}")]
    Answer(&'static str),
    #[error("the gateway's message is refused: {0}")]
    Soap(#[from] SoapError),
}

#[derive(Serialize)]
struct AskPerson<'a> {
    iin: &'a Iin,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    iin: Iin,
    surname: String,
    name: String,
    patronymic: Option<String>,
    birth_date: Day,
    sex: Sex,
    ethnicity: Option<String>,
    citizenship: String,
    permanent_residence: bool,
    capable: bool,
    document: Option<Document>,
    place_of_birth: Option<String>,
    registered_address: Option<String>,
    photo: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    number: String,
    issue_date: Day,
    expiry_date: Option<Day>,
    issuer: String,
}

impl Source {
    /// `url` without a slash at the end.
    pub fn open(url: &str, tls: Option<&OutsideTls>) -> Result<Self, ChannelError> {
        let outbound = outbound(tls, CONNECT_WITHIN)?;
        Ok(Self::Json { outbound, person: format!("{url}/source/v1/person") })
    }

    /// `None`: the register has no such person.
    pub async fn person(&self, iin: &Iin) -> Result<Option<Registered>, SourceError> {
        let (outbound, person) = match self {
            Self::Json { outbound, person } => (outbound, person),
            Self::Soap(register) => {
                let found = register.ask(iin).await?;
                return found.map(|it| read(it.to_string().as_bytes(), iin)).transpose();
            }
        };
        let request = post_json(person, &AskPerson { iin })?;
        let answer = outbound.send(request, ANSWER_WITHIN).await?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status => return Err(SourceError::Status(status)),
        }
        if !answer.header(CONTENT_TYPE).is_some_and(|it| it.starts_with("application/json")) {
            return Err(SourceError::Answer("its content type is not JSON"));
        }
        let body = answer.body(ANSWER_MAX).await?;
        read(&body, iin).map(Some)
    }
}

impl Registered {
    /// Surname, name and patronymic, as identity documents write them.
    pub fn full_name(&self) -> String {
        let PersonalData { surname, name, patronymic, .. } = &self.personal;
        full_name(surname, name, patronymic.as_deref())
    }

    /// First name, first letter of the patronymic.
    pub fn short_name(&self) -> String {
        let PersonalData { name, patronymic, .. } = &self.personal;
        let letter = patronymic.as_deref().and_then(|it| it.chars().next());
        letter.map_or_else(|| name.clone(), |letter| format!("{name} {letter}."))
    }
}

fn full_name(surname: &str, name: &str, patronymic: Option<&str>) -> String {
    let parts = [Some(surname), Some(name), patronymic].into_iter().flatten().map(str::trim);
    parts.filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}

fn read(body: &[u8], asked: &Iin) -> Result<Registered, SourceError> {
    let answer: Answer =
        json::read(body).map_err(|_| SourceError::Answer("a field is missing or wrong"))?;
    if answer.iin != *asked {
        return Err(SourceError::Answer("it is about another person"));
    }
    if answer.name.trim().is_empty() || answer.surname.trim().is_empty() {
        return Err(SourceError::Answer("the person has no name"));
    }
    let is_country = |it: &str| it.len() == 3 && it.bytes().all(|it| it.is_ascii_uppercase());
    if !is_country(&answer.citizenship) {
        return Err(SourceError::Answer("the citizenship is not three letters of ISO 3166-1"));
    }
    // It stands in texts that people read and agree to.
    full_name(&answer.surname, &answer.name, answer.patronymic.as_deref())
        .parse::<ShownText<NAME_MAX>>()
        .map_err(|_| SourceError::Answer("the person's name is not one line of visible letters"))?;
    let photo = STANDARD
        .decode(&answer.photo)
        .map_err(|_| SourceError::Answer("the photo is not base64"))?;
    if !photo.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Err(SourceError::Answer("the photo is not a JPEG"));
    }
    let filled = |it: Option<String>| it.filter(|it| !it.trim().is_empty());
    let personal = PersonalData {
        iin: answer.iin,
        surname: answer.surname,
        name: answer.name,
        patronymic: filled(answer.patronymic),
        birth_date: answer.birth_date.0,
        sex: answer.sex,
        ethnicity: filled(answer.ethnicity),
        citizenship: Some(answer.citizenship.clone()),
        document: answer.document.map(|it| IdentityDocument {
            number: it.number,
            issue_date: it.issue_date.0,
            expiry_date: it.expiry_date.map(|it| it.0),
            issuer: it.issuer,
        }),
        place_of_birth: filled(answer.place_of_birth),
        address: filled(answer.registered_address),
        phone: None,
    };
    let status = CivilStatus {
        birth_date: answer.birth_date.0,
        citizenship: answer.citizenship,
        has_permanent_residence: answer.permanent_residence,
        is_capable: answer.capable,
    };
    Ok(Registered { personal, status, photo: photo.into() })
}

impl From<OutboundError> for SourceError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::TooLarge => Self::Answer("it is longer than 3 MB"),
            error @ (OutboundError::Request(_)
            | OutboundError::Body(_)
            | OutboundError::Slow
            | OutboundError::Unreachable(_)
            | OutboundError::Broken(_)) => Self::Unreachable(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IIN: &str = "900101300017";

    #[test]
    fn a_good_answer_is_read() {
        let person = read(answer(|_| {}).as_bytes(), &iin()).unwrap();
        assert_eq!(person.short_name(), "Айгүл С.");
        assert_eq!(person.status.citizenship, "KAZ");
        let personal = &person.personal;
        assert_eq!((personal.sex, personal.citizenship.as_deref()), (Sex::Female, Some("KAZ")));
        assert_eq!(personal.document.as_ref().map(|it| it.number.as_str()), Some("012345678"));
        assert_eq!((personal.ethnicity.as_deref(), &personal.address), (Some("қазақ"), &None));
        let alone = answer(|it| it["patronymic"] = serde_json::Value::Null);
        assert_eq!(read(alone.as_bytes(), &iin()).unwrap().short_name(), "Айгүл");
    }

    #[test]
    fn an_answer_against_the_contract_is_the_registers_fault_and_names_nobody() {
        type Break = fn(&mut serde_json::Value);
        let broken: [(&str, Break); 11] = [
            ("another", |it| it["iin"] = "900101300027".into()),
            ("missing or wrong", |it| it["iin"] = "900101300018".into()),
            ("missing or wrong", |it| it["capable"] = serde_json::Value::Null),
            ("ISO 3166", |it| it["citizenship"] = "Kazakhstan".into()),
            ("missing or wrong", |it| it["birthDate"] = "+21990-01-01".into()),
            ("missing or wrong", |it| it["birthDate"] = "90-1-1".into()),
            ("missing or wrong", |it| it["sex"] = "X".into()),
            ("missing or wrong", |it| it["document"]["issueDate"] = "2020".into()),
            ("no name", |it| it["name"] = " ".into()),
            ("base64", |it| it["photo"] = "*".into()),
            ("not a JPEG", |it| it["photo"] = "iVBORw0KGgo=".into()),
        ];
        for (why, change) in broken {
            let Err(error) = read(answer(change).as_bytes(), &iin()) else { panic!("{why}") };
            assert!(error.to_string().contains(why), "{error}");
            assert!(!format!("{error:?}").contains("0000"), "{error:?}");
        }
        let list = r#"["900101300017","С","А",null,"1990-01-01","F","KAZ",false,true,"/9j/4AA="]"#;
        assert!(read(list.as_bytes(), &iin()).is_err());
    }

    fn answer(change: fn(&mut serde_json::Value)) -> String {
        let mut answer = serde_json::json!({
            "iin": IIN, "surname": "Сейтқали", "name": "Айгүл", "patronymic": "Серікқызы",
            "birthDate": "1990-01-01", "sex": "F", "ethnicity": "қазақ", "citizenship": "KAZ",
            "permanentResidence": false, "capable": true,
            "document": { "number": "012345678", "issueDate": "2020-05-04", "issuer": "ҚР ІІМ" },
            "registeredAddress": " ", "photo": "/9j/4AA=",
        });
        change(&mut answer);
        answer.to_string()
    }

    fn iin() -> Iin {
        IIN.parse().unwrap()
    }
}
