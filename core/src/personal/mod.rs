//! A person's data as IDX-5 lists them, and their names on the wire: the claims of OpenID Connect Core §5.1 and OpenID
//! Connect for Identity Assurance where those have one.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::id::{Iin, Phone};

/// The data of IDX-5 as the Source has them; what it does not have is absent. Biometric data are no part of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PersonalData {
    pub iin: Iin,
    pub surname: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patronymic: Option<String>,
    pub birth_date: NaiveDate,
    pub sex: Sex,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citizenship: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<IdentityDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_of_birth: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    #[serde(alias = "F")]
    Female,
    #[serde(alias = "M")]
    Male,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct IdentityDocument {
    pub number: String,
    pub issue_date: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<NaiveDate>,
    pub issuer: String,
}

impl fmt::Debug for PersonalData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalData(…)")
    }
}

impl fmt::Debug for IdentityDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityDocument(…)")
    }
}

/// Declares the fields that can be asked for: the variant and its claim.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $claim:literal;)+) => {
        /// One field of IDX-5, by the name of its claim.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        pub enum Field { $($(#[$doc])* #[serde(rename = $claim)] $name),+ }

        impl Field {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            pub fn claim(self) -> &'static str {
                match self { $(Self::$name => $claim),+ }
            }
        }
    };
}

// In the order of IDX-5, in which texts name them.
fields! {
    Iin = "iin";
    Surname = "family_name";
    Name = "given_name";
    Patronymic = "middle_name";
    BirthDate = "birthdate";
    Sex = "gender";
    Ethnicity = "ethnicity";
    Citizenship = "nationalities";
    Document = "identity_document";
    PlaceOfBirth = "place_of_birth";
    Address = "address";
    /// The number that the one-time code was sent to.
    Phone = "phone_number";
}

impl PersonalData {
    /// Those of these fields that are known, as claims.
    pub fn claims(&self, fields: &BTreeSet<Field>) -> Map<String, Value> {
        let known = fields.iter().filter_map(|it| Some((it.claim().to_owned(), self.claim(*it)?)));
        known.collect()
    }

    fn claim(&self, field: Field) -> Option<Value> {
        Some(match field {
            Field::Iin => self.iin.expose().into(),
            Field::Surname => self.surname.clone().into(),
            Field::Name => self.name.clone().into(),
            Field::Patronymic => self.patronymic.clone()?.into(),
            // `YYYY-MM-DD` (OpenID Connect Core §5.1).
            Field::BirthDate => self.birth_date.to_string().into(),
            Field::Sex => match self.sex {
                Sex::Female => "female".into(),
                Sex::Male => "male".into(),
            },
            Field::Ethnicity => self.ethnicity.clone()?.into(),
            Field::Citizenship => json!([self.citizenship.clone()?]),
            Field::Document => {
                let it = self.document.as_ref()?;
                let mut document = json!({
                    "number": it.number,
                    "date_of_issuance": it.issue_date.to_string(),
                    "issuer": { "name": it.issuer },
                });
                if let Some(expiry) = it.expiry_date {
                    document["date_of_expiry"] = expiry.to_string().into();
                }
                document
            }
            Field::PlaceOfBirth => json!({ "locality": self.place_of_birth.clone()? }),
            Field::Address => json!({ "formatted": self.address.clone()? }),
            Field::Phone => self.phone.as_ref()?.expose().into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_comes_only_when_asked_for_and_known() {
        let person = person();
        for &field in Field::ALL {
            let claims = person.claims(&BTreeSet::from([field]));
            assert_eq!(claims.keys().collect::<Vec<_>>(), [field.claim()]);
            assert_eq!(serde_json::to_value(field).unwrap(), field.claim());
        }
        assert!(person.claims(&BTreeSet::new()).is_empty());
        let alone = PersonalData { patronymic: None, ethnicity: None, ..person.clone() };
        let asked = BTreeSet::from([Field::Patronymic, Field::Ethnicity, Field::Name]);
        assert_eq!(Value::from(alone.claims(&asked)), json!({ "given_name": "Айгүл" }));
        assert_eq!(
            format!("{person:?}{:?}", person.document),
            "PersonalData(…)Some(IdentityDocument(…))"
        );
    }

    #[test]
    fn claims_have_the_shapes_of_their_standards() {
        let claims = person().claims(&Field::ALL.iter().copied().collect());
        assert_eq!(
            Value::from(claims),
            json!({
                "iin": "900101300017", "family_name": "Сейтқали", "given_name": "Айгүл",
                "middle_name": "Серікқызы", "birthdate": "1990-01-01", "gender": "female",
                "ethnicity": "қазақ", "nationalities": ["KAZ"],
                "identity_document": {
                    "number": "012345678", "date_of_issuance": "2020-05-04", "date_of_expiry": "2030-05-03",
                    "issuer": { "name": "ҚР ІІМ" },
                },
                "place_of_birth": { "locality": "Алматы" },
                "address": { "formatted": "Астана, Мәңгілік ел 1" },
                "phone_number": "+77010000001",
            })
        );
    }

    fn person() -> PersonalData {
        let day = |text: &str| text.parse().unwrap();
        PersonalData {
            iin: "900101300017".parse().unwrap(),
            surname: "Сейтқали".to_owned(),
            name: "Айгүл".to_owned(),
            patronymic: Some("Серікқызы".to_owned()),
            birth_date: day("1990-01-01"),
            sex: Sex::Female,
            ethnicity: Some("қазақ".to_owned()),
            citizenship: Some("KAZ".to_owned()),
            document: Some(IdentityDocument {
                number: "012345678".to_owned(),
                issue_date: day("2020-05-04"),
                expiry_date: Some(day("2030-05-03")),
                issuer: "ҚР ІІМ".to_owned(),
            }),
            place_of_birth: Some("Алматы".to_owned()),
            address: Some("Астана, Мәңгілік ел 1".to_owned()),
            phone: Some("+77010000001".parse().unwrap()),
        }
    }
}
