//! A consent as a document that can be printed and kept: number, dates, parties, what, why, term, and both texts with their
//! checksums (CNS-1, OPS-7, OPS-8). What stands on it is decided here; the host puts it on paper.

use super::change::moment;
use super::unattended;
use super::view::{ConsentStatus, ConsentTextView, ConsentView};
use super::words::{self, Paragraph, identity};
use super::{Data, EndedBy};
use crate::Timestamp;
use crate::agreement::RuleText;
use crate::id::Iin;
use crate::participant::view::ParticipantName;
use crate::text::Language;

/// What a document is made of.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    pub consent: &'a ConsentView,
    pub text: &'a ConsentTextView,
    /// Full name, from the Source.
    pub client: &'a str,
    pub iin: &'a Iin,
    pub made_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub language: Language,
    pub title: String,
    pub number: String,
    /// Name and value, in the order in which people read them.
    pub facts: Vec<(String, String)>,
    pub texts: Vec<Text>,
    /// Under every page.
    pub foot: String,
}

/// One text with its heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub heading: String,
    /// What it is and its checksum.
    pub note: String,
    pub paragraphs: Vec<Paragraph>,
}

/// The document with headings in `language`. Kazakh and Russian stand on it whole, as agreed; English beside them where it is
/// the reader's.
pub fn document(language: Language, of: Of<'_>) -> Document {
    let say = |words: [&'static str; 3]| said(language, words);
    Document {
        language,
        title: say(["Келісім", "Согласие", "Consent"]).to_owned(),
        number: of.consent.id.to_string(),
        facts: facts(language, of),
        texts: texts(language, of),
        foot: format!(
            "{} · {}",
            of.consent.id,
            filled(
                say(["Senim жасады: {at}", "Составлено Senim: {at}", "Made by Senim: {at}"]),
                &moment(language, of.made_at)
            )
        ),
    }
}

fn facts(language: Language, of: Of<'_>) -> Vec<(String, String)> {
    let Of { consent, text, .. } = of;
    let mut facts = Vec::new();
    let mut add = |name: [&'static str; 3], value: String| {
        facts.push((said(language, name).to_owned(), value));
    };
    add(["Нөмірі", "Номер", "Number"], consent.id.to_string());
    add(["Күйі", "Состояние", "State"], state(language, consent));
    add(["Берілді", "Дано", "Given"], moment(language, consent.granted_at));
    let until = consent.expires_at.map_or_else(
        || said(language, ["кері қайтарып алынғанша", "до отзыва", "until withdrawn"]).to_owned(),
        |end| moment(language, end),
    );
    add(["Мерзімі", "Срок", "Term"], until);
    let number = said(language, ["ЖСН", "ИИН", "IIN"]);
    add(
        ["Келісім беруші", "Кто даёт согласие", "Given by"],
        format!("{} ({number} {})", of.client, of.iin.expose()),
    );
    add(["Кімге", "Кому", "Given to"], named(language, std::slice::from_ref(&consent.consumer)));
    if let Some(disclosure) = &consent.identity {
        let fields: Vec<_> =
            disclosure.fields.iter().map(|it| identity::field(language, *it)).collect();
        let what = if fields.is_empty() {
            said(
                language,
                [
                    "дербес деректер берілмейді",
                    "персональные данные не передаются",
                    "no personal data",
                ],
            )
            .to_owned()
        } else {
            fields.join(", ")
        };
        add(["Не беріледі", "Что передаётся", "What is passed on"], what);
    } else {
        add(
            ["Деректер көзі", "Источник данных", "Where the data comes from"],
            named(language, &consent.providers),
        );
        let what: Vec<_> = consent.data.iter().map(|it| data(language, *it)).collect();
        add(["Қандай деректер", "Какие данные", "Which data"], what.join(", "));
        if let Some(day) = consent.transactions_from {
            add(
                ["Операциялар басталатын күн", "Операции начиная с", "Transactions from"],
                words::date(language, day),
            );
        }
        let accounts = consent.accounts.as_ref().map_or_else(
            || said(language, ["барлық шоттар", "все счета", "all accounts"]).to_owned(),
            |it| it.iter().cloned().collect::<Vec<_>>().join(", "),
        );
        add(["Шоттар", "Счета", "Accounts"], accounts);
        add(
            ["Сіз жоқта оқу", "Чтение без вас", "Reading without you"],
            unattended::sentence(language, consent.unattended),
        );
    }
    let purpose = &consent.purpose;
    let why = words::purpose(language, purpose.code).to_owned();
    add(["Мақсаты", "Цель", "Purpose"], why);
    if let Some(own) = &purpose.text {
        add(
            [
                "Ұйымның өз сөзі (тексерілмеген)",
                "Слова организации (не проверены)",
                "In its own words (not checked)",
            ],
            own.to_string(),
        );
    }
    if let Some(id) = consent.replaces {
        add(["Мынаның орнына", "Вместо", "Took the place of"], id.to_string());
    }
    if let Some(id) = consent.replaced_by {
        add(["Оның орнында", "Заменено на", "Replaced by"], id.to_string());
    }
    if let Some(it) = &text.edition {
        let form = match text.rule {
            RuleText::ConsentChange => [
                "Өзгеріс нысанының редакциясы",
                "Редакция формы изменения",
                "Edition of the form of the change",
            ],
            RuleText::Consent | RuleText::UserAgreement => {
                ["Келісім нысанының редакциясы", "Редакция формы согласия", "Edition of the form"]
            }
        };
        let since = said(language, ["күшіне енген уақыты", "действует с", "in force since"]);
        add(form, format!("{}, {since} {}", it.edition, moment(language, it.holds_from)));
    }
    add(HASH, consent.text_hash.clone());
    facts
}

const HASH: [&str; 3] = [
    "Екі мәтіннің бақылау сомасы (SHA-256)",
    "Контрольная сумма обоих текстов (SHA-256)",
    "Checksum of both texts (SHA-256)",
];

fn texts(language: Language, of: Of<'_>) -> Vec<Text> {
    let hashes = of.text.agreed.hashes();
    // A document that says which text was agreed to must not print another one in its place.
    let whole = of.text.is_of(of.consent);
    let agreed = |heading, hash: String, paragraphs: &[Paragraph]| {
        let note = if whole {
            ["Бақылау сомасы: {at}", "Контрольная сумма: {at}", "Checksum: {at}"]
        } else {
            [
                "Назар аударыңыз: бұл мәтіннің бақылау сомасы келісімдегіге сәйкес келмейді: {at}",
                "Внимание: контрольная сумма этого текста не совпадает с записанной в согласии: {at}",
                "Attention: the checksum of this text is not the one recorded with the consent: {at}",
            ]
        };
        Text {
            heading: said(language, heading).to_owned(),
            note: filled(said(language, note), &hash),
            paragraphs: paragraphs.to_vec(),
        }
    };
    let mut texts = vec![
        agreed(
            ["Қазақша мәтін", "Текст на казахском языке", "The Kazakh text"],
            hashes.kk,
            &of.text.agreed.kk,
        ),
        agreed(
            ["Орысша мәтін", "Текст на русском языке", "The Russian text"],
            hashes.ru,
            &of.text.agreed.ru,
        ),
    ];
    if language == Language::Ru {
        texts.swap(0, 1);
    }
    if language == Language::En && !of.text.english.is_empty() {
        let help = Text {
            heading: "The English text".to_owned(),
            note: "A help. What was agreed to are the Kazakh and the Russian text below."
                .to_owned(),
            paragraphs: of.text.english.clone(),
        };
        texts.insert(0, help);
    }
    texts
}

/// Whether it stands; where not, since when and why.
pub fn state(language: Language, consent: &ConsentView) -> String {
    match consent.status {
        ConsentStatus::Active => said(language, ["қолданыста", "действует", "in force"]).to_owned(),
        ConsentStatus::Expired => {
            let end = consent.expires_at.map(|it| moment(language, it)).unwrap_or_default();
            filled(
                said(language, ["мерзімі өтті: {at}", "срок истёк {at}", "its term ended on {at}"]),
                &end,
            )
        }
        ConsentStatus::Ended { ended_at, by } => {
            let at = filled(
                said(language, ["аяқталды: {at}", "завершено {at}", "ended on {at}"]),
                &moment(language, ended_at),
            );
            format!("{at}: {}", because(language, by))
        }
    }
}

/// Why a consent ended before its term, as the rest of a sentence.
pub fn because(language: Language, by: EndedBy) -> &'static str {
    said(
        language,
        match by {
            EndedBy::Client => {
                ["клиент кері қайтарып алды", "клиент отозвал согласие", "the client withdrew it"]
            }
            EndedBy::Operator => {
                ["оператор тоқтатты", "прекратил оператор", "the operator ended it"]
            }
            EndedBy::Platform => [
                "платформа қауіпсіздік үшін тоқтатты",
                "платформа прекратила его ради безопасности",
                "the platform ended it for safety",
            ],
            EndedBy::Consumer => [
                "ұйым өзі бас тартты",
                "организация отказалась от него сама",
                "the organisation gave it up",
            ],
            EndedBy::Superseded => [
                "орнына жаңа келісім берілді",
                "вместо него дано новое согласие",
                "a newer consent took its place",
            ],
            EndedBy::Changed => {
                ["клиент оны тарылтты", "клиент сузил его", "the client narrowed it"]
            }
        },
    )
}

fn data(language: Language, data: Data) -> &'static str {
    said(
        language,
        match data {
            Data::Accounts => ["шоттар тізімі", "список счетов", "the list of accounts"],
            Data::Balances => ["қалдықтар", "остатки", "balances"],
            Data::Transactions => ["операциялар", "операции", "transactions"],
        },
    )
}

fn named(language: Language, participants: &[ParticipantName]) -> String {
    let number = said(language, ["БСН", "БИН", "BIN"]);
    let each = participants.iter().map(|it| format!("{} ({number} {})", it.name, it.bin));
    each.collect::<Vec<_>>().join(", ")
}

fn said(language: Language, [kk, ru, en]: [&'static str; 3]) -> &'static str {
    match language {
        Language::Kk => kk,
        Language::Ru => ru,
        Language::En => en,
    }
}

fn filled(text: &str, value: &str) -> String {
    text.replace("{at}", value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::words::{Agreed, Shown};

    #[test]
    fn the_document_says_number_dates_parties_and_both_texts_with_their_checksums() {
        let (consent, text) = sample();
        for language in Language::ALL {
            let it = document(language, of(&consent, &text));
            let facts: Vec<_> = it.facts.iter().map(|(_, value)| value.as_str()).collect();
            let facts = facts.join("\n");
            let hashes = text.agreed.hashes();
            for part in [
                "cns_000000000000000000000000000000ab",
                "Сейтова Айгүл",
                "900101300017",
                "Jetisu Pay",
                "Qarlygash Bank",
                "(UTC+5)",
                "Add accounts",
                consent.text_hash.as_str(),
            ] {
                assert!(facts.contains(part), "{language:?} {part}: {facts}");
            }
            let notes: Vec<_> = it.texts.iter().map(|it| it.note.as_str()).collect();
            let notes = notes.join("\n");
            assert!(notes.contains(&hashes.kk) && notes.contains(&hashes.ru), "{notes}");
            assert_eq!(it.texts.len(), if language == Language::En { 3 } else { 2 });
            assert!(it.foot.contains("cns_") && it.foot.contains("UTC+5"));
        }
    }

    /// A text that is not the one agreed to is never passed off as it.
    #[test]
    fn a_text_with_another_checksum_is_said_to_be_another() {
        let (consent, text) = sample();
        assert!(text.is_of(&consent));
        let mut other = text.clone();
        other.agreed.ru.pop();
        assert!(!other.is_of(&consent));
        for (language, said) in [
            (Language::Kk, "сәйкес келмейді"),
            (Language::Ru, "не совпадает"),
            (Language::En, "is not the one"),
        ] {
            let it = document(language, of(&consent, &other));
            assert!(it.texts.iter().any(|it| it.note.contains(said)));
            let it = document(language, of(&consent, &text));
            assert!(!it.texts.iter().any(|it| it.note.contains(said)));
        }
    }

    #[test]
    fn an_ended_consent_says_when_and_why() {
        let (mut consent, _) = sample();
        consent.status = ConsentStatus::Ended { ended_at: at(0), by: EndedBy::Client };
        assert_eq!(
            Language::ALL.map(|it| state(it, &consent)),
            [
                "аяқталды: 2027 жылғы 15 қаңтар, 13:00 (UTC+5): клиент кері қайтарып алды",
                "завершено 15 января 2027 года, 13:00 (UTC+5): клиент отозвал согласие",
                "ended on 15 January 2027, 13:00 (UTC+5): the client withdrew it",
            ]
        );
    }

    fn of<'a>(consent: &'a ConsentView, text: &'a ConsentTextView) -> Of<'a> {
        static IIN: std::sync::OnceLock<Iin> = std::sync::OnceLock::new();
        let iin = IIN.get_or_init(|| "900101300017".parse().unwrap());
        Of { consent, text, client: "Сейтова Айгүл", iin, made_at: at(60) }
    }

    fn sample() -> (ConsentView, ConsentTextView) {
        let say = |text: &str| vec![Paragraph::Platform(text.to_owned())];
        let agreed = Agreed { kk: say("қазақша"), ru: say("по-русски") };
        let consent = serde_json::from_value(serde_json::json!({
            "id": "cns_000000000000000000000000000000ab",
            "consumer": { "bin": "960440000151", "name": "Jetisu Pay" },
            "providers": [{ "bin": "190340012744", "name": "Qarlygash Bank" }],
            "data": ["accounts"], "accounts": null, "transactions_from": null, "unattended": null,
            "purpose": { "code": "account-aggregation", "text": "Add accounts" },
            "granted_at": "2027-01-15T08:00:00Z", "expires_at": null, "text_hash": agreed.hash(),
            "status": { "status": "active" }, "replaces": null, "replaced_by": null, "uses": 0,
            "last_used_at": null,
        }));
        let shown = Shown {
            rule: RuleText::Consent,
            edition: Some(1),
            language: Some(Language::Kk),
            agreed,
            english: say("in English"),
        };
        (consent.unwrap(), ConsentTextView::of(shown, Some(at(0))))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
