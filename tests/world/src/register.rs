//! A sample of the state register: who is who, with a reference photo (IDX-1's Source).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{Datelike as _, NaiveDate};
use rand::Rng as _;
use senim_core::id::{Iin, Phone};
use serde::{Deserialize, Serialize};

use crate::cast::{self, Sex};
use crate::face::Detector;
use crate::setup::files::{self, Secrecy};

/// The host reads answers of up to 3 MB, and base64 makes a third more of it.
pub const PHOTO_BYTES_MAX: usize = 2 * 1000 * 1000;
const NAME_MAX: usize = 60;
const PHOTO_WIDTH_MIN: u32 = 160;
const PHOTO_HEIGHT_MIN: u32 = 160;

/// Those of the cast, and those who registered themselves at a webcam.
pub struct People {
    photos: PathBuf,
    kept: PathBuf,
    registered: Mutex<Vec<Person>>,
    detector: Option<Detector>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Names the person in addresses, where an IIN must not stand.
    pub key: String,
    pub iin: Iin,
    pub surname: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patronymic: Option<String>,
    pub birth_date: NaiveDate,
    pub sex: Sex,
    /// Who registers here is a citizen.
    #[serde(skip)]
    pub civil: cast::Civil,
    /// In the banks' applications; the register tells none.
    pub phone: Phone,
}

/// `POST /register`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Register {
    pub surname: String,
    pub name: String,
    #[serde(default)]
    pub patronymic: String,
    pub birth_date: NaiveDate,
    pub sex: Sex,
    /// With or without spaces, hyphens and brackets; `8…` is read as `+7…`.
    pub phone: String,
    /// JPEG in base64.
    pub photo: String,
}

/// What is wrong with a registration; the page has words for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Unfit {
    #[error("surname and name are needed, each at most 60 letters")]
    Name,
    #[error("the birth date lies before 1900 or in the future")]
    BirthDate,
    #[error("a phone is +77 and nine digits")]
    Phone,
    #[error("the photo is not a JPEG of at least 160 × 160 and at most 2 MB")]
    Photo,
    #[error("the photo does not show exactly one face")]
    Face,
    #[error("the register could not keep it")]
    NotKept,
}

impl People {
    pub fn open(photos: &Path, data_dir: &Path) -> Result<Self> {
        let kept = data_dir.join("people");
        fs::create_dir_all(&kept).with_context(|| kept.display().to_string())?;
        let list = kept.join("people.json");
        let registered = match fs::read(&list) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).with_context(|| list.display().to_string())?
            }
            Err(_) => Vec::new(),
        };
        Ok(Self {
            photos: photos.to_owned(),
            kept,
            registered: Mutex::new(registered),
            detector: None,
        })
    }

    /// Without a detector a photo is taken unseen.
    #[must_use]
    pub fn looking_by(self, detector: Option<Detector>) -> Self {
        Self { detector, ..self }
    }

    /// The latest registered first, then the cast; nobody without a photo, for they could never pass.
    pub fn all(&self) -> Vec<Person> {
        let registered = self.registered.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let cast = cast::PEOPLE.iter().filter(|it| self.cast_photo(it).exists());
        registered.into_iter().rev().chain(cast.map(Person::from)).collect()
    }

    fn cast_photo(&self, person: &cast::Person) -> PathBuf {
        self.photos.join(format!("{}.jpg", person.photo))
    }

    pub fn by_key(&self, key: &str) -> Option<Person> {
        self.all().into_iter().find(|it| it.key == key)
    }

    pub fn by_iin(&self, iin: &Iin) -> Option<Person> {
        self.all().into_iter().find(|it| it.iin == *iin)
    }

    /// JPEG; `None` where the file is missing.
    pub fn photo(&self, person: &Person) -> Option<Vec<u8>> {
        let path = match cast::Person::by_key(&person.key) {
            Some(known) => self.cast_photo(known),
            None => self.kept.join(format!("{}.jpg", person.key)),
        };
        fs::read(path).ok()
    }

    /// Blocking work: looks for a face.
    pub fn register(&self, asked: &Register, today: NaiveDate) -> Result<Person, Unfit> {
        let is_name =
            |text: &str| text.chars().count() <= NAME_MAX && !text.chars().any(char::is_control);
        let [surname, name, patronymic] =
            [&asked.surname, &asked.name, &asked.patronymic].map(|it| it.trim().to_owned());
        let all = [&surname, &name, &patronymic].into_iter().all(|it| is_name(it));
        if surname.is_empty() || name.is_empty() || !all {
            return Err(Unfit::Name);
        }
        if asked.birth_date.year() < 1900 || asked.birth_date > today {
            return Err(Unfit::BirthDate);
        }
        let phone = phone(&asked.phone).ok_or(Unfit::Phone)?;
        let photo = STANDARD.decode(&asked.photo).map_err(|_| Unfit::Photo)?;
        if !is_photo(&photo) {
            return Err(Unfit::Photo);
        }
        if let Some(detector) = &self.detector
            && !detector.sees_one_face(&photo).map_err(|_| Unfit::Photo)?
        {
            return Err(Unfit::Face);
        }

        let mut registered = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        let iin = loop {
            let serial = rand::rng().random_range(1000..10_000);
            let iin = cast::iin_for(asked.birth_date, asked.sex, serial).ok_or(Unfit::BirthDate)?;
            let taken = registered.iter().any(|it| it.iin == iin);
            if !taken && !cast::PEOPLE.iter().any(|it| it.iin() == iin) {
                break iin;
            }
        };
        let person = Person {
            key: format!("p{:012x}", rand::rng().random::<u64>() >> 16),
            iin,
            surname,
            name,
            patronymic: Some(patronymic).filter(|it| !it.is_empty()),
            birth_date: asked.birth_date,
            sex: asked.sex,
            civil: cast::CITIZEN,
            phone,
        };
        let mut list = registered.clone();
        list.push(person.clone());
        self.keep(&person, &photo, &list).map_err(|error| {
            tracing::error!(%error, "a registration could not be kept");
            Unfit::NotKept
        })?;
        *registered = list;
        Ok(person)
    }

    fn keep(&self, person: &Person, photo: &[u8], list: &[Person]) -> Result<()> {
        files::write(&self.kept.join(format!("{}.jpg", person.key)), photo, Secrecy::Secret)?;
        files::write(
            &self.kept.join("people.json"),
            &serde_json::to_vec_pretty(list)?,
            Secrecy::Secret,
        )
    }
}

impl Person {
    /// Invented: no camera shows the face of the photo.
    pub fn is_sample(&self) -> bool {
        cast::Person::by_key(&self.key).is_some()
    }

    pub fn full_name(&self) -> String {
        let patronymic = self.patronymic.as_deref().unwrap_or_default();
        format!("{} {} {patronymic}", self.surname, self.name).trim().to_owned()
    }
}

impl From<&cast::Person> for Person {
    fn from(person: &cast::Person) -> Self {
        Self {
            key: person.key.to_owned(),
            iin: person.iin(),
            surname: person.surname.to_owned(),
            name: person.name.to_owned(),
            patronymic: Some(person.patronymic.to_owned()),
            birth_date: person.birth_date(),
            sex: person.sex,
            civil: person.civil,
            phone: person.phone(),
        }
    }
}

/// As people write it.
fn phone(text: &str) -> Option<Phone> {
    let plain: String = text.chars().filter(|it| !matches!(it, ' ' | '-' | '(' | ')')).collect();
    let plain = match plain.strip_prefix('8') {
        Some(rest) if plain.len() == 11 => format!("+7{rest}"),
        Some(_) | None => plain,
    };
    plain.parse().ok()
}

fn is_photo(bytes: &[u8]) -> bool {
    if bytes.len() > PHOTO_BYTES_MAX || !bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return false;
    }
    let size =
        image::ImageReader::with_format(std::io::Cursor::new(bytes), image::ImageFormat::Jpeg)
            .into_dimensions();
    size.is_ok_and(|(width, height)| {
        width >= PHOTO_WIDTH_MIN && height >= PHOTO_HEIGHT_MIN && width.max(height) <= 6000
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_registers_is_found_again_after_a_restart() {
        let dir = folder();
        let people = People::open(&dir, &dir).unwrap();
        let person = people.register(&asked(), today()).unwrap();
        assert_eq!(&person.iin.expose()[..7], "0002295");
        assert_eq!(person.phone.expose(), "+77017654321");
        let again = People::open(&dir, &dir).unwrap();
        let found = again.by_iin(&person.iin).unwrap();
        assert_eq!((found.full_name(), found.key.clone()), ("Сынақ Адам".to_owned(), person.key));
        assert!(again.photo(&found).unwrap().starts_with(&[0xff, 0xd8]));
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn nobody_is_listed_whose_photo_is_missing() {
        let dir = folder();
        let people = People::open(&dir, &dir).unwrap();
        fs::write(people.cast_photo(&cast::ALMAS), jpeg(640, 480)).unwrap();
        let person = people.register(&asked(), today()).unwrap();
        let listed: Vec<_> = people.all().into_iter().map(|it| (it.is_sample(), it.key)).collect();
        assert_eq!(listed, [(false, person.key), (true, cast::ALMAS.key.to_owned())]);
        assert_eq!(people.by_iin(&cast::AINUR.iin()), None);
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn an_unfit_registration_is_refused_by_what_is_wrong() {
        type Spoil = fn(&mut Register);
        let dir = folder();
        let people = People::open(&dir, &dir).unwrap();
        let rows: [(Unfit, Spoil); 8] = [
            (Unfit::Name, |it| it.surname = "  ".to_owned()),
            (Unfit::Name, |it| it.name = "а".repeat(61)),
            (Unfit::BirthDate, |it| it.birth_date = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap()),
            (Unfit::BirthDate, |it| it.birth_date = NaiveDate::from_ymd_opt(1899, 12, 31).unwrap()),
            (Unfit::Phone, |it| it.phone = "701 765 43 21".to_owned()),
            (Unfit::Photo, |it| it.photo = "not base64".to_owned()),
            (Unfit::Photo, |it| it.photo = STANDARD.encode("no picture")),
            (Unfit::Photo, |it| it.photo = STANDARD.encode(jpeg(64, 64))),
        ];
        for (number, (unfit, spoil)) in rows.into_iter().enumerate() {
            let mut register = asked();
            spoil(&mut register);
            assert_eq!(people.register(&register, today()).unwrap_err(), unfit, "row {number}");
        }
        assert_eq!(people.all(), []);
        fs::remove_dir_all(dir).unwrap();
    }

    fn asked() -> Register {
        Register {
            surname: "Сынақ".to_owned(),
            name: "Адам ".to_owned(),
            patronymic: String::new(),
            birth_date: NaiveDate::from_ymd_opt(2000, 2, 29).unwrap(),
            sex: Sex::Male,
            phone: "8 (701) 765-43-21".to_owned(),
            photo: STANDARD.encode(jpeg(640, 480)),
        }
    }

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(width, height)
            .write_to(&mut bytes, image::ImageFormat::Jpeg)
            .unwrap();
        bytes.into_inner()
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
    }

    fn folder() -> PathBuf {
        std::env::temp_dir().join(format!("senim-register-{:016x}", rand::random::<u64>()))
    }
}
