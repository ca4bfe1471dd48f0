//! Who may be a client (IDX-11): of age and capable, and a citizen or a permanent resident.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// From the 18th birthday on (Civil Code of Kazakhstan, article 17).
const OF_AGE: Months = Months::new(18 * 12);
/// ISO 3166-1, three letters.
const KAZAKHSTAN: &str = "KAZ";

/// What the Source says about a person that decides whether they may be a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CivilStatus {
    pub birth_date: NaiveDate,
    /// Three letters of ISO 3166-1, `XXA` for a stateless person (ICAO 9303).
    pub citizenship: String,
    /// A residence permit of a foreigner, or a stateless person's certificate.
    pub has_permanent_residence: bool,
    /// No court has declared them incapable or of limited capacity.
    pub is_capable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ineligible {
    Minor,
    NotCapable,
    NotResident,
}

impl CivilStatus {
    /// `today` in Kazakhstan.
    pub fn check(&self, today: NaiveDate) -> Result<(), Ineligible> {
        // Who was born on 29 February comes of age on 1 March where the year has no such day.
        let of_age_on = self.birth_date.checked_add_months(OF_AGE).map(|day| {
            let moved = chrono::Datelike::day(&day) != chrono::Datelike::day(&self.birth_date);
            if moved { day.succ_opt().unwrap_or(day) } else { day }
        });
        if of_age_on.is_none_or(|day| today < day) {
            return Err(Ineligible::Minor);
        }
        if !self.is_capable {
            return Err(Ineligible::NotCapable);
        }
        if self.citizenship != KAZAKHSTAN && !self.has_permanent_residence {
            return Err(Ineligible::NotResident);
        }
        Ok(())
    }
}

impl Ineligible {
    pub fn problem(self) -> Problem {
        match self {
            Self::Minor => Problem::IdentityMinor,
            Self::NotCapable => Problem::IdentityNotCapable,
            Self::NotResident => Problem::IdentityNotResident,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_comes_of_age_on_their_eighteenth_birthday() {
        for (born, today, is_of_age) in [
            ("2008-11-29", "2026-11-28", false),
            ("2008-11-29", "2026-11-29", true),
            ("2008-02-29", "2026-02-28", false),
            ("2008-02-29", "2026-03-01", true),
            ("1950-01-01", "2026-11-29", true),
        ] {
            let status = CivilStatus { birth_date: day(born), ..citizen() };
            let expected = if is_of_age { Ok(()) } else { Err(Ineligible::Minor) };
            assert_eq!(status.check(day(today)), expected, "{born} on {today}");
        }
    }

    #[test]
    fn foreigners_and_stateless_persons_need_permanent_residence() {
        for (citizenship, has_permanent_residence, expected) in [
            ("KAZ", false, Ok(())),
            ("UZB", true, Ok(())),
            ("UZB", false, Err(Ineligible::NotResident)),
            ("XXA", true, Ok(())),
            ("XXA", false, Err(Ineligible::NotResident)),
        ] {
            let citizenship = citizenship.to_owned();
            let status = CivilStatus { citizenship, has_permanent_residence, ..citizen() };
            assert_eq!(status.check(day("2026-11-29")), expected, "{status:?}");
        }
    }

    #[test]
    fn who_is_not_capable_is_no_client() {
        let status = CivilStatus { is_capable: false, ..citizen() };
        assert_eq!(status.check(day("2026-11-29")), Err(Ineligible::NotCapable));
    }

    fn citizen() -> CivilStatus {
        CivilStatus {
            birth_date: day("1990-01-01"),
            citizenship: "KAZ".to_owned(),
            has_permanent_residence: false,
            is_capable: true,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
}
