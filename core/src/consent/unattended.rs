//! Reading while the client is not there: never implied, a choice of its own in request, text and token (OAPI-25).

use serde::{Deserialize, Serialize};

use crate::text::Language;

/// The most requests a day to one provider that a consumer may ask for.
pub const READS_A_DAY_MAX: u16 = 200;

/// The client allows requests while they are not there. Without it each request must say that they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unattended {
    /// The most requests to each provider in a day of Kazakhstan's time (UTC+5), each page and account counted: 1 to
    /// [`READS_A_DAY_MAX`].
    #[cfg_attr(test, schemars(range(min = 1, max = READS_A_DAY_MAX)))]
    pub reads_a_day: u16,
}

impl Unattended {
    pub fn check(self) -> Result<(), &'static str> {
        if (1..=READS_A_DAY_MAX).contains(&self.reads_a_day) {
            return Ok(());
        }
        Err(
            "unattended.reads_a_day must be 1 to 200; leave unattended out for reading only while the client is there",
        )
    }
}

/// The sentence of the consent's text.
pub fn sentence(language: Language, unattended: Option<Unattended>) -> String {
    let Some(Unattended { reads_a_day: count }) = unattended else {
        return match language {
            Language::Kk => "Ұйым деректерді сіз оның қолданбасын пайдаланып отырғанда ғана сұрай алады.",
            Language::Ru => "Организация может запрашивать данные, только пока вы сами пользуетесь её приложением.",
            Language::En => "It can ask for the data only while you are using its application.",
        }
        .to_owned();
    };
    match language {
        Language::Kk => format!(
            "Ұйым деректерді сіз жоқта да сұрай алады: әр деректер берушіден тәулігіне ең көбі {count} сұрау."
        ),
        Language::Ru => format!(
            "Организация может запрашивать данные и без вашего участия: не более {count} {} в сутки к каждому поставщику данных.",
            if count % 10 == 1 && count % 100 != 11 {
                "запроса"
            } else {
                "запросов"
            }
        ),
        Language::En => format!(
            "It can also ask for the data while you are not there: at most {count} {} a day to each provider.",
            if count == 1 { "request" } else { "requests" }
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frequency_is_1_to_200() {
        for (reads_a_day, good) in [(0, false), (1, true), (200, true), (201, false)] {
            assert_eq!(Unattended { reads_a_day }.check().is_ok(), good, "{reads_a_day}");
        }
    }

    #[test]
    fn the_sentence_says_the_mode_and_the_number() {
        for language in [Language::Kk, Language::Ru, Language::En] {
            let said = sentence(language, Some(Unattended { reads_a_day: 21 }));
            assert!(said.contains("21") && said != sentence(language, None), "{said}");
        }
        let russian = |reads_a_day| sentence(Language::Ru, Some(Unattended { reads_a_day }));
        assert!(russian(1).contains("1 запроса в"), "{}", russian(1));
        assert!(russian(11).contains("11 запросов в"), "{}", russian(11));
    }
}
