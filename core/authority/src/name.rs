//! Names in certificates as the country writes them (CA-9): a person `serialNumber=IIN…`, an organisation `OU=BIN…`.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519::{
    COMMON_NAME, COUNTRY_NAME, GIVEN_NAME, ORGANIZATION_NAME, ORGANIZATIONAL_UNIT_NAME,
    SERIAL_NUMBER, SN,
};
use der::Any;
use der::asn1::{PrintableStringRef, SetOfVec, Utf8StringRef};
use senim_core::id::{Bin, Iin};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

const COUNTRY: &str = "KZ";
/// The longest value (RFC 5280 appendix A.1: `ub-common-name`, `ub-organization-name`), in characters.
pub const VALUE_MAX: usize = 64;

/// Who a certificate is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Person(Person),
    /// Somebody who signs for an organisation.
    Member {
        person: Person,
        organisation: Organisation,
    },
    /// A participant's channel or application: its system name (PHM-4), or the application's.
    System {
        name: String,
        organisation: Organisation,
    },
    /// The operator's own: an authority, a responder, a time-stamping unit.
    Authority {
        name: String,
        organisation: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub iin: Iin,
    pub surname: String,
    pub given_name: String,
    pub patronymic: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub bin: Bin,
    pub name: String,
}

impl Subject {
    /// The distinguished name.
    pub fn name(&self) -> Result<Name, der::Error> {
        let mut name = Vec::new();
        match self {
            Self::Person(person) => person.write(&mut name)?,
            Self::Member { person, organisation } => {
                person.write(&mut name)?;
                organisation.write(&mut name)?;
            }
            Self::System { name: system, organisation } => {
                name.push(utf8(COMMON_NAME, system)?);
                name.push(printable(COUNTRY_NAME, COUNTRY)?);
                organisation.write(&mut name)?;
            }
            Self::Authority { name: authority, organisation } => {
                name.push(utf8(COMMON_NAME, authority)?);
                name.push(utf8(ORGANIZATION_NAME, organisation)?);
                name.push(printable(COUNTRY_NAME, COUNTRY)?);
            }
        }
        Ok(RdnSequence(name))
    }
}

impl Person {
    fn write(&self, name: &mut Vec<RelativeDistinguishedName>) -> Result<(), der::Error> {
        name.push(utf8(COMMON_NAME, &format!("{} {}", self.surname, self.given_name))?);
        name.push(utf8(SN, &self.surname)?);
        name.push(printable(SERIAL_NUMBER, &format!("IIN{}", self.iin.expose()))?);
        name.push(printable(COUNTRY_NAME, COUNTRY)?);
        // The given name and the patronymic stand together (EN 319 412-2 §4.2.4 asks for a given name).
        let given = match &self.patronymic {
            Some(patronymic) => format!("{} {patronymic}", self.given_name),
            None => self.given_name.clone(),
        };
        name.push(utf8(GIVEN_NAME, &given)?);
        Ok(())
    }
}

impl Organisation {
    fn write(&self, name: &mut Vec<RelativeDistinguishedName>) -> Result<(), der::Error> {
        name.push(utf8(ORGANIZATION_NAME, &self.name)?);
        name.push(utf8(ORGANIZATIONAL_UNIT_NAME, &format!("BIN{}", self.bin))?);
        Ok(())
    }
}

/// The values of an attribute, in order; one that is no text is left out.
pub fn values(name: &Name, oid: ObjectIdentifier) -> impl Iterator<Item = String> + '_ {
    let attributes = name.0.iter().flat_map(|it| it.0.iter());
    attributes.filter(move |it| it.oid == oid).filter_map(|it| text(&it.value))
}

/// The IIN that a subject names.
pub fn iin(name: &Name) -> Option<Iin> {
    let number = values(name, SERIAL_NUMBER).next()?;
    number.strip_prefix("IIN")?.parse().ok()
}

/// The BIN that a subject names.
pub fn bin(name: &Name) -> Option<Bin> {
    values(name, ORGANIZATIONAL_UNIT_NAME).find_map(|it| it.strip_prefix("BIN")?.parse().ok())
}

pub(crate) fn text(value: &Any) -> Option<String> {
    use der::{Tag, Tagged as _};
    let is_text = matches!(value.tag(), Tag::Utf8String | Tag::PrintableString | Tag::Ia5String);
    is_text.then(|| String::from_utf8(value.value().to_vec()).ok()).flatten()
}

fn utf8(oid: ObjectIdentifier, value: &str) -> Result<RelativeDistinguishedName, der::Error> {
    single(oid, Any::from(Utf8StringRef::new(value)?))
}

fn printable(oid: ObjectIdentifier, value: &str) -> Result<RelativeDistinguishedName, der::Error> {
    single(oid, Any::from(PrintableStringRef::new(value)?))
}

fn single(oid: ObjectIdentifier, value: Any) -> Result<RelativeDistinguishedName, der::Error> {
    let mut set = SetOfVec::new();
    set.insert(AttributeTypeAndValue { oid, value })?;
    Ok(RelativeDistinguishedName(set))
}
