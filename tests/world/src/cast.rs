//! Who is who outside Senim. Every person and every bank here is invented.

use chrono::NaiveDate;
use senim_core::id::{Bin, Iin, Phone};
use serde::{Deserialize, Serialize};

/// The bank whose app asks for accounts at other banks.
pub const CONSUMER: Organisation =
    Organisation { bin: "190340012744", name: "Jetisu Pay", common_name: "jetisu-pay" };
/// Only a provider.
pub const QARLYGASH: Organisation =
    Organisation { bin: "040740003185", name: "Qarlygash Bank", common_name: "qarlygash-bank" };
/// A provider that is a consumer besides, with an application of its own.
pub const TULPAR: Organisation =
    Organisation { bin: "111040005626", name: "Tulpar Bank", common_name: "tulpar-bank" };

pub const PROVIDERS: [Organisation; 2] = [QARLYGASH, TULPAR];

/// `private_key_jwt`; the app at `consumer_url`.
pub const APPLICATION: &str = "jetisu-app";
/// `tls_client_auth`; for OAuth clients that we did not write.
pub const APPLICATION_MTLS: &str = "jetisu-mtls";
/// `private_key_jwt`; another participant's.
pub const APPLICATION_OTHER: &str = "tulpar-app";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub bin: &'static str,
    pub name: &'static str,
    pub common_name: &'static str,
}

impl Organisation {
    pub fn bin(&self) -> Bin {
        known(self.bin)
    }
}

/// Lives in the state register; `photo` names a file of the people's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Names the person in pages' addresses, where an IIN must not stand.
    pub key: &'static str,
    pub iin: &'static str,
    pub surname: &'static str,
    pub name: &'static str,
    pub patronymic: &'static str,
    pub birth_date: (i32, u32, u32),
    pub sex: Sex,
    pub civil: Civil,
    /// In the banks' applications; the register has no phones.
    pub phone: &'static str,
    /// The register's reference photo.
    pub photo: &'static str,
    /// Another picture of the same person, or a folder of frames: what the camera shows.
    pub camera: &'static str,
}

/// What decides who may be a client (IDX-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Three letters of ISO 3166-1.
    pub citizenship: &'static str,
    pub permanent_residence: bool,
    pub capable: bool,
}

pub const CITIZEN: Civil = Civil { citizenship: "KAZ", permanent_residence: false, capable: true };

impl Default for Civil {
    fn default() -> Self {
        CITIZEN
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    Female,
    Male,
}

/// Accounts at both providers.
pub const ALMAS: Person = Person {
    key: "almas",
    iin: "850614300420",
    surname: "Сейтқали",
    name: "Алмас",
    patronymic: "Ерланұлы",
    birth_date: (1985, 6, 14),
    sex: Sex::Male,
    civil: CITIZEN,
    phone: "+77010000001",
    photo: "person_a_1",
    camera: "person_a_2",
};

/// Accounts at both providers.
pub const AIGERIM: Person = Person {
    key: "aigerim",
    iin: "900922401134",
    surname: "Нұрпейісова",
    name: "Айгерім",
    patronymic: "Маратқызы",
    birth_date: (1990, 9, 22),
    sex: Sex::Female,
    civil: CITIZEN,
    phone: "+77010000002",
    photo: "person_b_1",
    camera: "person_b_2",
};

/// One account at Qarlygash Bank.
pub const DANIYAR: Person = Person {
    key: "daniyar",
    iin: "930227305198",
    surname: "Жақсылық",
    name: "Данияр",
    patronymic: "Болатұлы",
    birth_date: (1993, 2, 27),
    sex: Sex::Male,
    civil: CITIZEN,
    phone: "+77010000003",
    photo: "impostor_1",
    camera: "impostor_1",
};

/// No account anywhere.
pub const TEMIRLAN: Person = Person {
    key: "temirlan",
    iin: "820405301176",
    surname: "Оспан",
    name: "Темірлан",
    patronymic: "Асқарұлы",
    birth_date: (1982, 4, 5),
    sex: Sex::Male,
    civil: CITIZEN,
    phone: "+77010000004",
    photo: "impostor_2",
    camera: "impostor_2",
};

/// Accounts at both providers. The recorded one: tests and checks have her in the register, the plain demo has
/// no photo of her and does not list her.
pub const AINUR: Person = Person {
    key: "ainur",
    iin: "950418401193",
    surname: "Бекенова",
    name: "Айнұр",
    patronymic: "Серікқызы",
    birth_date: (1995, 4, 18),
    sex: Sex::Female,
    civil: CITIZEN,
    phone: "+77010000005",
    photo: "person_c_1",
    camera: "clip",
};

/// Sixteen in 2026: refused before the camera, so the photo is anybody's.
pub const ALIKHAN: Person = Person {
    key: "alikhan",
    iin: "100505501176",
    surname: "Серік",
    name: "Әлихан",
    patronymic: "Нұрланұлы",
    birth_date: (2010, 5, 5),
    sex: Sex::Male,
    civil: CITIZEN,
    phone: "+77010000006",
    photo: "impostor_1",
    camera: "impostor_1",
};

/// A foreigner without a residence permit: refused before the camera.
pub const RUSTAM: Person = Person {
    key: "rustam",
    iin: "880317302262",
    surname: "Каримов",
    name: "Рустам",
    patronymic: "Азизович",
    birth_date: (1988, 3, 17),
    sex: Sex::Male,
    civil: Civil { citizenship: "UZB", ..CITIZEN },
    phone: "+77010000007",
    photo: "impostor_2",
    camera: "impostor_2",
};

/// Declared incapable by a court: refused before the camera.
pub const SAULE: Person = Person {
    key: "saule",
    iin: "611102403352",
    surname: "Ахметова",
    name: "Сәуле",
    patronymic: "Бақытқызы",
    birth_date: (1961, 11, 2),
    sex: Sex::Female,
    civil: Civil { capable: false, ..CITIZEN },
    phone: "+77010000008",
    photo: "person_b_1",
    camera: "person_b_2",
};

pub const PEOPLE: [Person; 8] = [ALMAS, AIGERIM, DANIYAR, TEMIRLAN, AINUR, ALIKHAN, RUSTAM, SAULE];

impl Person {
    pub fn iin(&self) -> Iin {
        known(self.iin)
    }

    pub fn phone(&self) -> Phone {
        known(self.phone)
    }

    pub fn birth_date(&self) -> NaiveDate {
        let (year, month, day) = self.birth_date;
        NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
    }

    pub fn by_key(key: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|it| it.key == key)
    }
}

/// A made-up number that is valid: birth date, century and sex, `serial` (0–9999), check digit.
/// Some serials have no check digit; then the next is tried.
pub fn iin_for(birth_date: NaiveDate, sex: Sex, serial: u16) -> Option<Iin> {
    use chrono::Datelike as _;
    let century = match birth_date.year() {
        1800..1900 => 1,
        1900..2000 => 3,
        2000..2100 => 5,
        _ => return None,
    };
    let sex = match sex {
        Sex::Male => 0,
        Sex::Female => 1,
    };
    (0..10_000).find_map(|further| {
        let serial = (u32::from(serial) + further) % 10_000;
        let first = format!("{}{}{serial:04}", birth_date.format("%y%m%d"), century + sex);
        (0..10).find_map(|digit| format!("{first}{digit}").parse().ok())
    })
}

#[expect(clippy::unwrap_used, reason = "a constant of this file, which a test reads")]
fn known<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_valid_and_tells_birth_date_and_sex() {
        for person in PEOPLE {
            let serial = person.iin[7..11].parse().unwrap();
            let made = iin_for(person.birth_date(), person.sex, serial).unwrap();
            assert_eq!(made.expose(), person.iin, "{}", person.key);
            assert!(person.phone().expose().starts_with("+7701000"));
        }
        let bins: Vec<_> = [CONSUMER, QARLYGASH, TULPAR].iter().map(Organisation::bin).collect();
        assert!(bins.windows(2).all(|it| it[0] != it[1]));
    }

    #[test]
    fn every_day_and_sex_has_a_number() {
        for serial in [0, 1, 37, 9999] {
            for (year, century) in [(1850, '1'), (1999, '3'), (2004, '5')] {
                let day = NaiveDate::from_ymd_opt(year, 2, 28).unwrap();
                let made = iin_for(day, Sex::Male, serial).unwrap().expose();
                assert_eq!((made.as_bytes()[6] as char, &made[2..6]), (century, "0228"));
            }
        }
        assert!(iin_for(NaiveDate::from_ymd_opt(2150, 1, 1).unwrap(), Sex::Male, 0).is_none());
    }
}
