//! The client narrows a consent in the cabinet: fewer data, fewer providers, a shorter term, no reading without them (CNS-7).
//!
//! Never more: for that the consumer asks anew, and the client is authenticated. The old consent ends, the new one names it
//! and keeps its grant, so that the consumer's refresh token goes on for what is left.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Timelike as _};
use serde::{Deserialize, Serialize};

use super::unattended;
use super::view::ConsentView;
use super::words::{self, Agreed, Paragraph};
use super::{Consent, ConsentError, ConsentState, Data, EndedBy, Granted, Limits, TERM_DAYS_MAX};
use crate::Timestamp;
use crate::calendar;
use crate::exchange::{Day, present};
use crate::id::{Bin, ConsentId};
use crate::participant::view::ParticipantName;
use crate::text::Language;

/// `POST /api/cabinet/consents/{id}/change`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeConsent {
    pub left: Left,
    /// [`Texts::hash`] of what the page showed.
    pub text_hash: String,
    /// The page's language, in which it was read.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Language"))]
    pub language: Option<Language>,
}

/// What the client leaves of a consent; everything else of it stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Left {
    /// Some of the consent's.
    pub data: BTreeSet<Data>,
    /// Some of the consent's.
    pub providers: BTreeSet<Bin>,
    /// A new term, from the change on; absent: the consent's own end.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = TERM_DAYS_MAX)))]
    pub term_days: Option<u32>,
    /// Takes reading without the client away.
    #[serde(default)]
    pub attended_only: bool,
}

impl Consent {
    /// The old consent, ended, and the one that takes its place.
    pub fn narrow(
        self,
        left: &Left,
        (id, index, text_hash): (ConsentId, u64, String),
        now: Timestamp,
    ) -> Result<(Self, Self), ConsentError> {
        let granted = self.check(now)?.clone();
        let limits = narrowed(&self.limits, left)?;
        let inside = !left.providers.is_empty() && left.providers.is_subset(&self.providers);
        let expires_at = match left.term_days {
            Some(days @ 1..=TERM_DAYS_MAX) => Some(now + TimeDelta::days(i64::from(days))),
            Some(_) => return Err(ConsentError::NotNarrower),
            None => granted.expires_at,
        };
        let longer = granted.expires_at.is_some_and(|end| expires_at.is_none_or(|it| it > end));
        let same = limits == self.limits
            && left.providers == self.providers
            && expires_at == granted.expires_at;
        if !inside || longer || same {
            return Err(ConsentError::NotNarrower);
        }
        let new = Self {
            id,
            replaces: Some(self.id),
            providers: left.providers.clone(),
            limits,
            term_days: left.term_days.or(self.term_days),
            requested_at: now,
            state: ConsentState::Granted(Granted { granted_at: now, expires_at, index, text_hash }),
            ..self.clone()
        };
        Ok((self.end(EndedBy::Changed, now)?, new))
    }
}

fn narrowed(limits: &Limits, left: &Left) -> Result<Limits, ConsentError> {
    // Balances and transactions include the list of accounts, so that leaving out the list alone would change nothing.
    let list_alone = limits.data.contains(&Data::Accounts) && !left.data.contains(&Data::Accounts);
    if left.data.is_empty() || !left.data.is_subset(&limits.data) || list_alone {
        return Err(ConsentError::NotNarrower);
    }
    let transactions = left.data.contains(&Data::Transactions);
    Ok(Limits {
        data: left.data.clone(),
        accounts: limits.accounts.clone(),
        transactions_from: limits.transactions_from.filter(|_| transactions),
        unattended: limits.unattended.filter(|_| !left.attended_only),
    })
}

/// What the client agrees to: Kazakh and Russian, of equal force; English beside them as a help (OPS-8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    pub kazakh: Vec<Paragraph>,
    pub russian: Vec<Paragraph>,
    pub english: Vec<Paragraph>,
}

impl Texts {
    /// The texts that are kept with the new consent.
    pub fn agreed(&self) -> Agreed {
        Agreed { kk: self.kazakh.clone(), ru: self.russian.clone() }
    }

    pub fn hash(&self) -> String {
        self.agreed().hash()
    }
}

/// The form of a change, as its editions publish it (OPS-9): two samples, one where a bank and reading without the client go
/// and the term is shorter, one where the term stays. What differs between changes is left open.
pub fn form(language: Language) -> Vec<String> {
    const SAMPLE: &str = r#"{"id":"cns_00000000000000000000000000000000","consumer":{"bin":"960440000151","name":"…"},
        "providers":[{"bin":"960440000151","name":"…"},{"bin":"190340012744","name":"…"}],
        "data":["accounts","balances","transactions"],"accounts":null,"transactions_from":null,
        "unattended":{"reads_a_day":24},"purpose":{"code":"account-aggregation"},
        "granted_at":"2027-01-01T00:00:00Z","expires_at":null,"text_hash":"…","status":{"status":"active"},
        "replaces":null,"replaced_by":null,"uses":0,"last_used_at":null}"#;
    let Ok(sample) = serde_json::from_str::<ConsentView>(SAMPLE) else { return Vec::new() };
    let bins: Vec<Bin> = sample.providers.iter().map(|it| it.bin).collect();
    let least = Left {
        data: BTreeSet::from([Data::Accounts]),
        providers: bins.iter().copied().take(1).collect(),
        term_days: Some(7),
        attended_only: true,
    };
    let most = Left {
        data: sample.data.clone(),
        providers: bins.iter().copied().collect(),
        term_days: None,
        attended_only: false,
    };
    let open = |it: String| {
        let it = it.replace(&sample.id.to_string(), "…");
        bins.iter().fold(it, |it, bin| it.replace(&bin.to_string(), "…"))
    };
    [least, most].iter().flat_map(|it| text(language, &sample, it)).map(open).collect()
}

/// The same in the browser, which shows it, and on the host, which compares its hash.
pub fn texts(consent: &ConsentView, left: &Left) -> Texts {
    let of =
        |language| text(language, consent, left).into_iter().map(Paragraph::Platform).collect();
    Texts { kazakh: of(Language::Kk), russian: of(Language::Ru), english: of(Language::En) }
}

fn text(language: Language, consent: &ConsentView, left: &Left) -> Vec<String> {
    let ConsentView { id, consumer, text_hash, .. } = consent;
    let (name, bin) = (&consumer.name, consumer.bin);
    let (stay, go): (Vec<_>, Vec<_>) =
        consent.providers.iter().partition(|it| left.providers.contains(&it.bin));
    let unattended = consent.unattended.filter(|_| !left.attended_only);
    let mut text = vec![match language {
        Language::Kk => {
            format!("Сіз «{name}» ұйымына (БСН {bin}) берген {id} келісімін тарылтасыз.")
        }
        Language::Ru => {
            format!("Вы сужаете согласие {id}, данное организации «{name}» (БИН {bin}).")
        }
        Language::En => {
            format!("You narrow the consent {id} that you gave to “{name}” (BIN {bin}).")
        }
    }];
    text.push(match language {
        Language::Kk => format!("Деректерді енді беретіндер: {}.", named(&stay, "БСН")),
        Language::Ru => format!("Данные теперь передают: {}.", named(&stay, "БИН")),
        Language::En => format!("The data now comes from: {}.", named(&stay, "BIN")),
    });
    if !go.is_empty() {
        text.push(match language {
            Language::Kk => format!("Деректерді енді бермейтіндер: {}.", named(&go, "БСН")),
            Language::Ru => format!("Данные больше не передают: {}.", named(&go, "БИН")),
            Language::En => format!("The data no longer comes from: {}.", named(&go, "BIN")),
        });
    }
    let what = data(language, &left.data).join(", ");
    text.push(match language {
        Language::Kk => format!("Ұйым мыналарды көреді: {what}."),
        Language::Ru => format!("Организация увидит: {what}."),
        Language::En => format!("The organisation will see: {what}."),
    });
    text.push(term(language, consent, left));
    text.push(unattended::sentence(language, unattended));
    text.push(match language {
        Language::Kk => format!(
            "Бұрынғы келісімнің қалған шарттары өзгермейді (мәтінінің бақылау сомасы: {text_hash})."
        ),
        Language::Ru => format!(
            "Остальные условия прежнего согласия не меняются (контрольная сумма его текста: {text_hash})."
        ),
        Language::En => format!(
            "The other terms of the earlier consent do not change (the checksum of its text: {text_hash})."
        ),
    });
    text.push(match language {
        Language::Kk => format!(
            "Бұрынғы келісім өзгерісті растаған сәттен бастап қолданылмайды. «{name}» ұйымы енді келісімге кірмейтін деректерді жоюға міндетті."
        ),
        Language::Ru => format!(
            "Прежнее согласие перестаёт действовать с момента, когда вы подтвердите изменение. Организация «{name}» обязана удалить данные, на которые согласия больше нет."
        ),
        Language::En => format!(
            "The earlier consent ends at the moment you confirm the change. “{name}” must delete the data that the consent no longer covers."
        ),
    });
    text
}

fn term(language: Language, consent: &ConsentView, left: &Left) -> String {
    match (language, left.term_days, consent.expires_at) {
        (Language::Kk, Some(days), _) => {
            format!("Мерзімі: өзгерісті растаған сәттен бастап {days} күн.")
        }
        (Language::Ru, Some(days), _) => format!(
            "Срок: {days} {} с момента, когда вы подтвердите изменение.",
            words::russian_days(days)
        ),
        (Language::En, Some(days), _) => format!(
            "Term: {days} {} from the moment you confirm the change.",
            if days == 1 { "day" } else { "days" }
        ),
        (Language::Kk, None, Some(end)) => {
            format!("Мерзімі өзгермейді: {} дейін.", moment(language, end))
        }
        (Language::Ru, None, Some(end)) => {
            format!("Срок не меняется: до {}.", moment(language, end))
        }
        (Language::En, None, Some(end)) => {
            format!("The term does not change: until {}.", moment(language, end))
        }
        (Language::Kk, None, None) => "Мерзімі өзгермейді: сіз кері қайтарып алғанша.".to_owned(),
        (Language::Ru, None, None) => "Срок не меняется: пока вы не отзовёте согласие.".to_owned(),
        (Language::En, None, None) => "The term does not change: until you withdraw it.".to_owned(),
    }
}

/// In Kazakhstan's time.
pub(super) fn moment(language: Language, at: Timestamp) -> String {
    let at = calendar::local(at);
    let day = words::date(language, Day(at.date()));
    format!("{day}, {:02}:{:02} (UTC+5)", at.hour(), at.minute())
}

fn named(participants: &[&ParticipantName], number: &str) -> String {
    let all = participants.iter().map(|it| format!("{} ({number} {})", it.name, it.bin));
    all.collect::<Vec<_>>().join(", ")
}

fn data(language: Language, covered: &BTreeSet<Data>) -> Vec<&'static str> {
    let word = |data| match (language, data) {
        (Language::Kk, Data::Accounts) => "шоттарыңыздың тізімі",
        (Language::Kk, Data::Balances) => "шоттардағы қалдықтар",
        (Language::Kk, Data::Transactions) => "шоттар бойынша операциялар",
        (Language::Ru, Data::Accounts) => "список ваших счетов",
        (Language::Ru, Data::Balances) => "остатки на них",
        (Language::Ru, Data::Transactions) => "операции по ним",
        (Language::En, Data::Accounts) => "the list of your accounts",
        (Language::En, Data::Balances) => "their balances",
        (Language::En, Data::Transactions) => "their transactions",
    };
    // The list is always part of it.
    let mut shown = BTreeSet::from([Data::Accounts]);
    shown.extend(covered);
    shown.into_iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::unattended::Unattended;
    use crate::consent::{Purpose, PurposeCode};

    const EVERY: [Data; 3] = [Data::Accounts, Data::Balances, Data::Transactions];
    const BANKS: [&str; 3] = ["960440000151", "190340012744", "040740003185"];

    /// Every consent of three kinds and three banks against every wish: what comes out is never more, and never the same.
    #[test]
    fn a_change_only_ever_narrows() {
        let mut done = 0;
        for (data, banks) in (1..8).flat_map(|data| (1..8).map(move |banks| (data, banks))) {
            for (term, unattended) in [(None, None), (Some(10), Some(4)), (Some(10), None)] {
                let old = consent(data, banks, term, unattended);
                for wish in 0..8 * 8 * 4 * 2_u32 {
                    let left = Left {
                        data: some(&EVERY, wish % 8),
                        providers: some(&bins(), wish / 8 % 8),
                        term_days: [None, Some(1), Some(9), Some(12)][(wish / 64 % 4) as usize],
                        attended_only: wish / 256 == 1,
                    };
                    let new_one = (ConsentId(2), 9, "new".to_owned());
                    let Ok((ended, new)) = old.clone().narrow(&left, new_one, at(86_400)) else {
                        continue;
                    };
                    done += 1;
                    check(&old, &ended, &new);
                }
            }
        }
        assert!(done > 1000, "{done}");
    }

    fn check(old: &Consent, ended: &Consent, new: &Consent) {
        let now = at(86_400);
        assert_eq!(ended.check(now), Err(ConsentError::Ended(EndedBy::Changed)));
        let (before, after) = (old.check(now).unwrap(), new.check(now).unwrap());
        assert_eq!((new.replaces, new.grant), (Some(old.id), old.grant));
        assert_ne!((new.id, after.index), (old.id, before.index));
        assert_eq!((&new.iin, new.consumer, &new.purpose), (&old.iin, old.consumer, &old.purpose));
        assert!(new.providers.is_subset(&old.providers) && !new.providers.is_empty());
        assert!(new.limits.data.is_subset(&old.limits.data) && !new.limits.data.is_empty());
        assert_eq!(new.limits.accounts, old.limits.accounts);
        assert!(new.limits.unattended.is_none() || new.limits.unattended == old.limits.unattended);
        let end = |it: &Granted| it.expires_at.unwrap_or(Timestamp::MAX_UTC);
        assert!(end(after) <= end(before));
        let (limits, providers) = (&new.limits, &new.providers);
        let same =
            limits == &old.limits && providers == &old.providers && end(after) == end(before);
        assert!(!same, "{new:?}");
    }

    #[test]
    fn what_is_over_can_not_be_changed() {
        let left = Left {
            data: some(&EVERY, 1),
            providers: some(&bins(), 1),
            term_days: None,
            attended_only: false,
        };
        let new = || (ConsentId(2), 9, String::new());
        let old = consent(7, 7, Some(10), None);
        assert!(old.clone().narrow(&left, new(), at(5)).is_ok());
        let late = old.clone().narrow(&left, new(), at(10 * 86_400));
        assert_eq!(late, Err(ConsentError::Expired));
        let (ended, next) = old.narrow(&left, new(), at(5)).unwrap();
        let again = ended.narrow(&left, new(), at(6));
        assert_eq!(again, Err(ConsentError::Ended(EndedBy::Changed)));
        assert_eq!(
            next.narrow(&left, new(), at(6)),
            Err(ConsentError::NotNarrower),
            "the same again"
        );
    }

    #[test]
    fn the_form_of_a_change_leaves_open_what_differs() {
        for language in Language::ALL {
            let text = form(language).join("\n");
            assert!(text.lines().count() > 10, "{text}");
            assert!(text.contains('…') && !text.contains("960440000151"), "{text}");
            assert!(!text.contains("cns_0"), "{text}");
        }
    }

    #[test]
    fn the_text_says_what_stays_and_what_goes() {
        let left = Left {
            data: [Data::Accounts].into(),
            providers: some(&bins(), 1),
            term_days: None,
            attended_only: true,
        };
        let texts = texts(&view(), &left);
        let said = |text: &[Paragraph]| {
            let line = |it: &Paragraph| match it {
                Paragraph::Platform(text) | Paragraph::Consumer(text) => text.clone(),
            };
            text.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        let english = said(&texts.english);
        for part in [
            "now comes from: Bank 960440000151",
            "no longer comes from: Bank 190340012744",
            "The organisation will see: the list of your accounts.",
            "until 15 January 2027, 13:00 (UTC+5)",
            "only while you are using its application",
            "checksum of its text: hash",
        ] {
            assert!(english.contains(part), "{part} in {english}");
        }
        for text in [&texts.kazakh, &texts.russian] {
            assert_eq!(text.len(), texts.english.len());
            assert!(said(text).contains("190340012744"));
        }
        let other = super::texts(&view(), &Left { term_days: Some(1), ..left });
        assert_ne!(other.hash(), texts.hash());
    }

    fn view() -> ConsentView {
        let name =
            |bin: &str| ParticipantName { bin: bin.parse().unwrap(), name: format!("Bank {bin}") };
        ConsentView {
            id: ConsentId(1),
            consumer: name(BANKS[2]),
            providers: vec![name(BANKS[0]), name(BANKS[1])],
            data: EVERY.into(),
            accounts: None,
            transactions_from: None,
            unattended: Some(Unattended { reads_a_day: 4 }),
            purpose: Purpose { code: PurposeCode::BudgetAdvice, text: None },
            granted_at: at(0),
            expires_at: Some(at(100_000_000)),
            text_hash: "hash".to_owned(),
            status: crate::consent::view::ConsentStatus::Active,
            replaces: None,
            identity: None,
            replaced_by: None,
            uses: 0,
            last_used_at: None,
        }
    }

    fn consent(data: u32, banks: u32, term_days: Option<u32>, reads: Option<u16>) -> Consent {
        let consent = Consent {
            id: ConsentId(1),
            grant: ConsentId(1),
            replaces: None,
            identity: None,
            application: "app".to_owned(),
            consumer: "960440000151".parse().unwrap(),
            iin: "850614300420".parse().unwrap(),
            providers: some(&bins(), banks),
            limits: Limits {
                data: some(&EVERY, data),
                accounts: Some(["a-1".to_owned()].into()),
                transactions_from: None,
                unattended: reads.map(|reads_a_day| Unattended { reads_a_day }),
            },
            purpose: Purpose { code: PurposeCode::AccountAggregation, text: None },
            term_days,
            requested_at: at(0),
            state: ConsentState::Requested,
        };
        consent.grant(7, "old".to_owned(), at(0)).unwrap()
    }

    fn some<T: Copy + Ord>(all: &[T], bits: u32) -> BTreeSet<T> {
        all.iter().enumerate().filter(|(at, _)| bits & 1 << at != 0).map(|(_, it)| *it).collect()
    }

    fn bins() -> [Bin; 3] {
        BANKS.map(|it| it.parse().unwrap())
    }

    /// 100,000,000 s later it is 15 January 2027, 08:00 UTC.
    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }
}
