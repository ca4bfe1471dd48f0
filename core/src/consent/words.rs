//! The consent's text for the client: who gets which data from which provider, why, and for how long (CNS-5).
//!
//! The text depends only on the request, the participants' names and the language: the same
//! call later returns the same text, so the hash kept with a consent proves what the client saw.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Asked, AskedFor, Data, Purpose, PurposeCode, unattended};
use crate::agreement::{Hashes, RuleText};
use crate::exchange::Day;
use crate::participant::view::ParticipantName;
pub(super) use crate::retention::words::russian_days;
use crate::text::Language;

pub mod identity;

/// Who asks whom for what, and of whom: all that the consent's text says.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// The client's full name, from the Source (CNS-8).
    pub giver: &'a str,
    pub consumer: &'a ParticipantName,
    /// In the order of their BINs; none where no accounts are asked for.
    pub providers: &'a [ParticipantName],
}

/// The consent's paragraphs.
pub fn text(language: Language, asked: &AskedFor, parties: Parties<'_>) -> Vec<Paragraph> {
    match asked {
        AskedFor::Accounts(asked) => accounts(language, asked, parties),
        AskedFor::Identity(asked) => identity::text(language, asked, parties),
    }
}

fn accounts(language: Language, asked: &Asked, parties: Parties<'_>) -> Vec<Paragraph> {
    match language {
        Language::Kk => kazakh(asked, parties),
        Language::Ru => russian(asked, parties),
        Language::En => english(asked, parties),
    }
}

/// The consent as it is agreed to: Kazakh and Russian have equal force (OPS-8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Agreed {
    pub kk: Vec<Paragraph>,
    pub ru: Vec<Paragraph>,
}

impl Agreed {
    pub fn of(asked: &AskedFor, parties: Parties<'_>) -> Self {
        Self { kk: text(Language::Kk, asked, parties), ru: text(Language::Ru, asked, parties) }
    }

    /// SHA-256 of both texts' hashes, Kazakh first, a line each, in base64url.
    pub fn hash(&self) -> String {
        let Hashes { kk, ru } = self.hashes();
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{kk}\n{ru}")))
    }

    /// Of each text: [`hash`].
    pub fn hashes(&self) -> Hashes {
        Hashes { kk: hash(&self.kk), ru: hash(&self.ru) }
    }
}

/// What the client had before their eyes when they answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Whose edition: the form of a consent, or that of a change.
    #[serde(default)]
    pub rule: RuleText,
    /// Of the form: core/src/agreement (OPS-9). Absent in changes made before these had a published form.
    pub edition: Option<u32>,
    /// The language that was read, where it is known. English is a help and not what was agreed to.
    pub language: Option<Language>,
    pub agreed: Agreed,
    /// The help that stood beside them; empty in consents given before it was kept.
    #[serde(default)]
    pub english: Vec<Paragraph>,
}

/// The form of the consent, as its editions publish it (OPS-9): of each kind two samples, one with all that can be asked
/// for and the consumer's own words, one with the least. What differs between requests is left open.
pub fn form(language: Language) -> Vec<String> {
    const FULL: &str = r#"{"type":"account_information","client":{"iin":"900101300017","phone":"+77010000001"},
        "providers":["960440000151"],"data":["accounts","balances","transactions"],"accounts":["x"],"unattended":{"reads_a_day":24},
        "transactions_from":"2027-01-01","purpose":{"code":"account-aggregation","text":"…"},"term_days":90}"#;
    const LEAST: &str = r#"{"type":"account_information","client":{"iin":"900101300017","phone":"+77010000001"},
        "providers":["960440000151"],"data":["accounts"],"purpose":{"code":"credit-decision"}}"#;
    const IDENTITY: &str = r#"{"type":"identity","client":{"iin":"900101300017","phone":"+77010000001"},
        "claims":["iin","family_name","given_name","middle_name","birthdate","gender","ethnicity","nationalities",
        "identity_document","place_of_birth","address","phone_number"],
        "purpose":{"code":"account-aggregation","text":"…"},"term_days":90}"#;
    const AUTHENTICATION: &str = r#"{"type":"identity","client":{"iin":"900101300017","phone":"+77010000001"},
        "claims":[],"purpose":{"code":"sign-in"}}"#;
    let samples =
        [FULL, LEAST, IDENTITY, AUTHENTICATION].map(|it| serde_json::from_str::<AskedFor>(it).ok());
    let bin = "960440000151".parse().ok();
    let Some(name) = bin.map(|bin| ParticipantName { bin, name: "…".to_owned() }) else {
        return Vec::new();
    };
    let parties = Parties { giver: "…", consumer: &name, providers: std::slice::from_ref(&name) };
    let open = |text: String| text.replace("960440000151", "…").replace("900101300017", "…");
    let paragraphs = samples.iter().flatten().flat_map(|it| text(language, it, parties));
    paragraphs.map(|it| open(it.line())).collect()
}

/// One paragraph of the text that the client approves. Each has one author, so that a consumer's words
/// can't be taken for the platform's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "by", content = "text", rename_all = "lowercase")]
pub enum Paragraph {
    Platform(String),
    /// The consumer's own words, shown as a quotation. They are unchecked.
    Consumer(String),
}

impl Paragraph {
    /// As it is hashed: `> ` before a consumer's.
    pub fn line(&self) -> String {
        match self {
            Self::Platform(text) => text.clone(),
            Self::Consumer(text) => format!("> {text}"),
        }
    }
}

/// SHA-256 of the paragraphs, an empty line between them and `> ` before a consumer's, in base64url.
pub fn hash(paragraphs: &[Paragraph]) -> String {
    let lines: Vec<_> = paragraphs.iter().map(Paragraph::line).collect();
    URL_SAFE_NO_PAD.encode(Sha256::digest(lines.join("\n\n")))
}

#[derive(Default)]
struct Paper(Vec<Paragraph>);

impl Paper {
    fn say(&mut self, text: impl Into<String>) {
        self.0.push(Paragraph::Platform(text.into()));
    }

    /// The purpose in the consumer's own words, if any.
    fn quote(&mut self, language: Language, purpose: &Purpose) {
        let Some(own) = &purpose.text else { return };
        self.say(match language {
            Language::Kk => "Келесі жолдағы сөздер ұйымның өзінікі, Senim оларды тексермеген:",
            Language::Ru => "Следующая строка — слова самой организации, Senim их не проверял:",
            Language::En => {
                "The next line is in the organisation's own words, which Senim has not checked:"
            }
        });
        self.0.push(Paragraph::Consumer(own.to_string()));
    }
}

/// The purpose as a phrase of its own.
pub fn purpose(language: Language, code: PurposeCode) -> &'static str {
    match (language, code) {
        (Language::Kk, PurposeCode::AccountAggregation) => "барлық шоттарыңызды бір жерден көрсету",
        (Language::Kk, PurposeCode::CreditDecision) => "несие беру туралы шешім қабылдау",
        (Language::Kk, PurposeCode::BudgetAdvice) => {
            "кірісіңіз бен шығысыңызды жоспарлауға көмектесу"
        }
        (Language::Kk, PurposeCode::IncomeProof) => "табысыңызды растау",
        (Language::Kk, PurposeCode::SignIn) => "сізді өз қызметіне кіргізу",
        (Language::Kk, PurposeCode::Identification) => "сізді клиент ретінде сәйкестендіру",
        (Language::Kk, PurposeCode::Contract) => "сізбен шарт жасасу",
        (Language::Ru, PurposeCode::AccountAggregation) => "показать все ваши счета в одном месте",
        (Language::Ru, PurposeCode::CreditDecision) => "принять решение о кредите",
        (Language::Ru, PurposeCode::BudgetAdvice) => "помочь вам планировать доходы и расходы",
        (Language::Ru, PurposeCode::IncomeProof) => "подтвердить ваш доход",
        (Language::Ru, PurposeCode::SignIn) => "дать вам войти в её сервис",
        (Language::Ru, PurposeCode::Identification) => "идентифицировать вас как клиента",
        (Language::Ru, PurposeCode::Contract) => "заключить с вами договор",
        (Language::En, PurposeCode::AccountAggregation) => "to show all your accounts in one place",
        (Language::En, PurposeCode::CreditDecision) => "to decide about a loan",
        (Language::En, PurposeCode::BudgetAdvice) => "to help you plan your income and spending",
        (Language::En, PurposeCode::IncomeProof) => "to confirm your income",
        (Language::En, PurposeCode::SignIn) => "to sign you in to its service",
        (Language::En, PurposeCode::Identification) => "to identify you as its client",
        (Language::En, PurposeCode::Contract) => "to conclude a contract with you",
    }
}

/// A date for use in a sentence.
pub fn date(language: Language, day: Day) -> String {
    let (year, number) = (day.0.year(), day.0.day());
    match language {
        Language::Kk => format!("{year} жылғы {number} {}", month(day, &KAZAKH_MONTHS)),
        Language::Ru => format!("{number} {} {year} года", month(day, &RUSSIAN_MONTHS)),
        Language::En => format!("{number} {} {year}", month(day, &ENGLISH_MONTHS)),
    }
}

/// A text message with a code. Names the requester, never the person. Its last line binds the code to the pages' host, so
/// that browsers offer it on these pages alone (W3C, Origin-bound one-time codes).
pub fn code_message(language: Language, code: &str, consumer: Option<&str>, host: &str) -> String {
    let text = match (language, consumer) {
        (Language::Kk, Some(name)) => format!(
            "Senim: код {code}. «{name}» ұйымына келісім беру үшін. 3 минут жарамды. Кодты ешкімге айтпаңыз."
        ),
        (Language::Kk, None) => {
            format!(
                "Senim: код {code}. Кабинетке кіру үшін. 3 минут жарамды. Кодты ешкімге айтпаңыз."
            )
        }
        (Language::Ru, Some(name)) => format!(
            "Senim: код {code}. Для согласия организации «{name}». Действует 3 минуты. Никому его не сообщайте."
        ),
        (Language::Ru, None) => {
            format!(
                "Senim: код {code}. Для входа в кабинет. Действует 3 минуты. Никому его не сообщайте."
            )
        }
        (Language::En, Some(name)) => format!(
            "Senim: code {code}. For your consent to “{name}”. Valid for 3 minutes. Don't share it with anyone."
        ),
        (Language::En, None) => {
            format!(
                "Senim: code {code}. To sign in to your cabinet. Valid for 3 minutes. Don't share it with anyone."
            )
        }
    };
    format!("{text}\n@{host} #{code}")
}

fn kazakh(asked: &Asked, parties: Parties<'_>) -> Vec<Paragraph> {
    let Parties { giver, consumer, providers } = parties;
    let (name, iin) = (&consumer.name, asked.client.iin.expose());
    let mut text = Paper::default();
    text.say(format!(
        "«{name}» ұйымы (БСН {}) шоттарыңыз туралы деректерді оқуға келісіміңізді сұрайды.",
        consumer.bin
    ));
    text.say(format!(
        "Келісім беруші: {giver} (ЖСН {iin}). Келісім дербес деректеріңізге және банк құпиясына қатысты."
    ));
    text.say(format!(
        "Деректерді беретін {}: {}.",
        if providers.len() == 1 { "ұйым" } else { "ұйымдар" },
        named(providers, "БСН", GUILLEMETS)
    ));
    let mut what = vec!["шоттарыңыздың тізімі"];
    what.extend(asked.limits.data.contains(&Data::Balances).then_some("шоттардағы қалдықтар"));
    what.extend(
        asked.limits.data.contains(&Data::Transactions).then_some("шоттар бойынша операциялар"),
    );
    text.say(format!("Ол мыналарды көреді: {}.", what.join(", ")));
    if asked.limits.data.contains(&Data::Transactions) {
        text.say(match asked.limits.transactions_from {
            Some(day) => format!("Операциялар: {} бастап.", since_in_kazakh(day)),
            None => "Операциялар: сақталған барлық кезең үшін.".to_owned(),
        });
    }
    text.say(match &asked.limits.accounts {
        Some(accounts) => format!("Тек мына шоттар: {}.", listed(accounts)),
        None if providers.len() == 1 => {
            "Сол ұйымдағы барлық шоттарыңыз, кейін ашылатындары да.".to_owned()
        }
        None => "Сол ұйымдардағы барлық шоттарыңыз, кейін ашылатындары да.".to_owned(),
    });
    text.say(
        "Бұл келісім тек оқуға арналған: ақша аударуға немесе бірдеңені өзгертуге мүмкіндік бермейді."
            .to_owned(),
    );
    text.say(format!("Мақсаты: {}.", purpose(Language::Kk, asked.purpose.code)));
    text.quote(Language::Kk, &asked.purpose);
    text.say(
        "Деректер сізге банктік және өзге қызметтер көрсету, сондай-ақ сізбен осы қызметтер туралы шарт жасасу және оны орындау үшін ғана пайдаланылады. Олар сол қызметтер көрсетіліп тұрғанда ғана сақталады.",
    );
    text.say(
        "Деректерді үшінші тұлғаларға беруге, шетелге жіберуге және жариялауға тыйым салынады.",
    );
    text.say(format!(
        "«{name}» ұйымы деректерді қорғайды және келтірілген зиян үшін, сондай-ақ келісім кері қайтарып алынғаннан кейін деректерді пайдаланғаны үшін сіздің алдыңызда жауап береді."
    ));
    text.say(match asked.term_days {
        Some(days) => format!("Мерзімі: мақұлдаған сәттен бастап {days} күн."),
        None => "Мерзімі: сіз кері қайтарып алғанша.".to_owned(),
    });
    text.say(unattended::sentence(Language::Kk, asked.limits.unattended));
    text.say(format!(
        "Келісімді Senim кабинетінде кез келген уақытта, тегін әрі себебін айтпай кері қайтарып ала аласыз. Сонда деректер беру бірден тоқтайды, ал «{name}» ұйымы алған деректерін жоюға міндетті."
    ));
    text.say(format!("Бас тартсаңыз, ештеңе берілмейді және сіз «{name}» ұйымына қайта ораласыз."));
    text.0
}

fn russian(asked: &Asked, parties: Parties<'_>) -> Vec<Paragraph> {
    let Parties { giver, consumer, providers } = parties;
    let (name, iin) = (&consumer.name, asked.client.iin.expose());
    let mut text = Paper::default();
    text.say(format!(
        "Организация «{name}» (БИН {}) просит вашего согласия читать данные о ваших счетах.",
        consumer.bin
    ));
    text.say(format!(
        "Согласие даёт {giver} (ИИН {iin}). Оно касается ваших персональных данных и банковской тайны."
    ));
    text.say(format!(
        "Данные {}: {}.",
        if providers.len() == 1 { "передаст" } else { "передадут" },
        named(providers, "БИН", GUILLEMETS)
    ));
    let mut what = vec!["список ваших счетов"];
    what.extend(asked.limits.data.contains(&Data::Balances).then_some("остатки на них"));
    what.extend(asked.limits.data.contains(&Data::Transactions).then_some("операции по ним"));
    text.say(format!("Она увидит: {}.", what.join(", ")));
    if asked.limits.data.contains(&Data::Transactions) {
        text.say(match asked.limits.transactions_from {
            Some(day) => format!("Операции — начиная с {}.", date(Language::Ru, day)),
            None => "Операции — за всё время, за которое они хранятся.".to_owned(),
        });
    }
    text.say(match &asked.limits.accounts {
        Some(accounts) => format!("Только эти счета: {}.", listed(accounts)),
        None => "Все ваши счета там, включая те, что вы откроете позже.".to_owned(),
    });
    text.say(
        "Только чтение: переводить деньги или что-либо менять это согласие не позволяет."
            .to_owned(),
    );
    text.say(format!("Цель: {}.", purpose(Language::Ru, asked.purpose.code)));
    text.quote(Language::Ru, &asked.purpose);
    text.say(
        "Данные служат только тому, чтобы оказывать вам банковские и иные услуги, заключать с вами договоры о них и исполнять эти договоры. Они хранятся лишь до тех пор, пока такие услуги оказываются.",
    );
    text.say("Передавать данные третьим лицам, отправлять их за границу и публиковать запрещено.");
    text.say(format!(
        "Организация «{name}» защищает данные и отвечает перед вами за вред, а также за использование данных после отзыва согласия."
    ));
    text.say(match asked.term_days {
        Some(days) => format!("Срок: {days} {} с момента одобрения.", russian_days(days)),
        None => "Срок: пока вы не отзовёте согласие.".to_owned(),
    });
    text.say(unattended::sentence(Language::Ru, asked.limits.unattended));
    text.say(format!(
        "Отозвать согласие можно в кабинете Senim в любой момент, бесплатно и не объясняя причин. Передача данных сразу прекратится, а организация «{name}» обязана удалить то, что получила."
    ));
    text.say(format!("Если вы откажетесь, ничего передано не будет и вы вернётесь в «{name}»."));
    text.0
}

fn english(asked: &Asked, parties: Parties<'_>) -> Vec<Paragraph> {
    let Parties { giver, consumer, providers } = parties;
    let (name, iin) = (&consumer.name, asked.client.iin.expose());
    let mut text = Paper::default();
    text.say(format!(
        "“{name}”, business identification number (BIN) {}, asks for your consent to read data about your accounts.",
        consumer.bin
    ));
    text.say(format!(
        "The consent is given by {giver}, individual identification number (IIN) {iin}. It covers your personal data and bank secrecy."
    ));
    text.say(format!("The data will come from {}.", named(providers, "BIN", ["“", "”"])));
    let mut what = vec!["the list of your accounts"];
    what.extend(asked.limits.data.contains(&Data::Balances).then_some("their balances"));
    what.extend(asked.limits.data.contains(&Data::Transactions).then_some("their transactions"));
    text.say(format!("It will see: {}.", what.join(", ")));
    if asked.limits.data.contains(&Data::Transactions) {
        text.say(match asked.limits.transactions_from {
            Some(day) => format!("Transactions: from {} on.", date(Language::En, day)),
            None => "Transactions: as far back as they are kept.".to_owned(),
        });
    }
    text.say(match &asked.limits.accounts {
        Some(accounts) => format!("Only these accounts: {}.", listed(accounts)),
        None => "All your accounts there, also those you open later.".to_owned(),
    });
    text.say("It can only read: this consent moves no money and changes nothing.".to_owned());
    text.say(format!("Purpose: {}.", purpose(Language::En, asked.purpose.code)));
    text.quote(Language::En, &asked.purpose);
    text.say(
        "The data serves only bank and other services to you, and contracts with you about them. It is kept only as long as those services last.",
    );
    text.say(
        "Passing the data on to third parties, sending it abroad and publishing it are forbidden.",
    );
    text.say(format!(
        "“{name}” protects the data and answers to you for harm, and for any use of it after a withdrawal."
    ));
    text.say(match asked.term_days {
        Some(days) => format!(
            "Term: {days} {} from the moment you approve.",
            if days == 1 { "day" } else { "days" }
        ),
        None => "Term: until you withdraw it.".to_owned(),
    });
    text.say(unattended::sentence(Language::En, asked.limits.unattended));
    text.say(format!(
        "You can withdraw the consent in your Senim cabinet at any moment, free of charge and without giving a reason. The data stops at once, and “{name}” must delete what it has received."
    ));
    text.say(format!("If you refuse, nothing is passed on and you go back to “{name}”."));
    text.0
}

const GUILLEMETS: [&str; 2] = ["«", "»"];

fn named(participants: &[ParticipantName], number: &str, [open, close]: [&str; 2]) -> String {
    let each: Vec<_> = participants
        .iter()
        .map(|it| format!("{open}{}{close} ({number} {})", it.name, it.bin))
        .collect();
    each.join(", ")
}

fn listed<'a>(accounts: impl IntoIterator<Item = &'a String>) -> String {
    accounts.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The month in the ablative, as `бастап` wants it.
fn since_in_kazakh(day: Day) -> String {
    let year = day.0.year();
    format!("{year} жылғы {} {}", day.0.day(), month(day, &KAZAKH_MONTHS_SINCE))
}

fn month(day: Day, names: &[&'static str; 12]) -> &'static str {
    names.get(day.0.month0() as usize).copied().unwrap_or_default()
}

const KAZAKH_MONTHS: [&str; 12] = [
    "қаңтар",
    "ақпан",
    "наурыз",
    "сәуір",
    "мамыр",
    "маусым",
    "шілде",
    "тамыз",
    "қыркүйек",
    "қазан",
    "қараша",
    "желтоқсан",
];

const KAZAKH_MONTHS_SINCE: [&str; 12] = [
    "қаңтардан",
    "ақпаннан",
    "наурыздан",
    "сәуірден",
    "мамырдан",
    "маусымнан",
    "шілдеден",
    "тамыздан",
    "қыркүйектен",
    "қазаннан",
    "қарашадан",
    "желтоқсаннан",
];

const RUSSIAN_MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_english_text_names_parties_data_purpose_and_term() {
        assert_eq!(
            lines(&shown(Language::En, &asked(ALL))).join("\n"),
            "“Jetisu Pay”, business identification number (BIN) 960440000151, asks for your consent to read data about your accounts.\n\
             The consent is given by Сейтова Айгүл Маратқызы, individual identification number (IIN) 900101300017. It covers your personal data and bank secrecy.\n\
             The data will come from “Qarlygash Bank” (BIN 960440000151).\n\
             It will see: the list of your accounts, their balances, their transactions.\n\
             Transactions: from 1 March 2026 on.\n\
             All your accounts there, also those you open later.\n\
             It can only read: this consent moves no money and changes nothing.\n\
             Purpose: to show all your accounts in one place.\n\
             The next line is in the organisation's own words, which Senim has not checked:\n\
             > Add accounts\n\
             The data serves only bank and other services to you, and contracts with you about them. It is kept only as long as those services last.\n\
             Passing the data on to third parties, sending it abroad and publishing it are forbidden.\n\
             “Jetisu Pay” protects the data and answers to you for harm, and for any use of it after a withdrawal.\n\
             Term: 90 days from the moment you approve.\n\
             It can ask for the data only while you are using its application.\n\
             You can withdraw the consent in your Senim cabinet at any moment, free of charge and without giving a reason. The data stops at once, and “Jetisu Pay” must delete what it has received.\n\
             If you refuse, nothing is passed on and you go back to “Jetisu Pay”."
        );
    }

    #[test]
    fn every_language_names_the_parties_the_dates_and_the_term() {
        for language in Language::ALL {
            let text = lines(&shown(language, &asked(ALL))).join("\n");
            for word in [
                "Jetisu Pay",
                "Qarlygash Bank",
                "960440000151",
                "2026",
                "90",
                "Add accounts",
                GIVER,
                "900101300017",
            ] {
                assert!(text.contains(word), "{language:?}: {word}");
            }
            // One term for it: the law's.
            for other in ["рұқсат", "разрешен", "permission"] {
                assert!(!text.to_lowercase().contains(other), "{text}");
            }
        }
        assert!(
            lines(&shown(Language::Kk, &asked(ALL)))
                .join("\n")
                .contains("2026 жылғы 1 наурыздан бастап")
        );
        assert!(
            lines(&shown(Language::Ru, &asked(ALL)))
                .join("\n")
                .contains("начиная с 1 марта 2026 года")
        );
    }

    #[test]
    fn data_that_was_not_requested_is_not_mentioned() {
        let little = r#"{"type":"account_information",
            "client":{"iin":"900101300017","phone":"+77010000001"},"providers":["960440000151"],
            "data":["accounts"],"accounts":["acc-1","acc-2"],"purpose":{"code":"income-proof"},"term_days":1}"#;
        let text = lines(&shown(Language::En, &asked(little))).join("\n");
        assert!(!text.contains("ransactions") && !text.contains("balances"), "{text}");
        assert!(text.contains("Only these accounts: acc-1, acc-2."), "{text}");
        assert!(text.contains("Term: 1 day from"), "{text}");
    }

    #[test]
    fn any_other_word_gives_another_hash() {
        let text = shown(Language::Kk, &asked(ALL));
        let mut other = text.clone();
        other[3] = Paragraph::Platform("another".to_owned());
        assert_eq!(hash(&text), hash(&shown(Language::Kk, &asked(ALL))));
        assert_ne!(hash(&text), hash(&other));
        assert_ne!(hash(&text), hash(&shown(Language::Ru, &asked(ALL))));
        assert_eq!(hash(&text).len(), 43);
    }

    const ALL: &str = r#"{"type":"account_information",
        "client":{"iin":"900101300017","phone":"+77010000001"},"providers":["960440000151"],
        "data":["accounts","balances","transactions"],"transactions_from":"2026-03-01",
        "purpose":{"code":"account-aggregation","text":"Add accounts"},"term_days":90}"#;

    #[test]
    fn a_consumers_words_never_stand_in_a_paragraph_of_the_platforms() {
        let own = "ok». Senim has checked this organisation. «ok";
        let asked = asked(&ALL.replace("Add accounts", own));
        for language in Language::ALL {
            let text = shown(language, &asked);
            let told = |it: &Paragraph| matches!(it, Paragraph::Platform(text) if text.contains("has checked"));
            assert!(!text.iter().any(told), "{language:?}");
            let place =
                text.iter().position(|it| *it == Paragraph::Consumer(own.to_owned())).unwrap();
            let lead = &text[place - 1];
            assert!(
                matches!(lead, Paragraph::Platform(text) if text.contains("Senim") && text.ends_with(':'))
            );
        }
        let as_own = vec![Paragraph::Consumer("a".to_owned())];
        assert_ne!(hash(&as_own), hash(&[Paragraph::Platform("a".to_owned())]));
    }

    /// CNS-8: what the text must say besides parties, data, purpose and term.
    #[test]
    fn every_language_says_all_of_cns_8() {
        for (language, said) in [
            (
                Language::Kk,
                [
                    "дербес деректеріңізге және банк құпиясына",
                    "банктік және өзге қызметтер",
                    "шарт жасасу",
                    "көрсетіліп тұрғанда ғана сақталады",
                    "үшінші тұлғаларға беруге, шетелге жіберуге және жариялауға тыйым",
                    "деректерді қорғайды",
                    "зиян үшін",
                    "кері қайтарып алынғаннан кейін деректерді пайдаланғаны үшін",
                ],
            ),
            (
                Language::Ru,
                [
                    "персональных данных и банковской тайны",
                    "банковские и иные услуги",
                    "заключать с вами договоры",
                    "лишь до тех пор, пока такие услуги оказываются",
                    "третьим лицам, отправлять их за границу и публиковать запрещено",
                    "защищает данные",
                    "отвечает перед вами за вред",
                    "после отзыва согласия",
                ],
            ),
            (
                Language::En,
                [
                    "personal data and bank secrecy",
                    "bank and other services",
                    "contracts with you",
                    "only as long as those services last",
                    "third parties, sending it abroad and publishing it are forbidden",
                    "protects the data",
                    "answers to you for harm",
                    "after a withdrawal",
                ],
            ),
        ] {
            let text = lines(&shown(language, &asked(ALL))).join("\n");
            for part in said {
                assert!(text.contains(part), "{language:?}: {part}");
            }
        }
    }

    /// OPS-8: a change of either text is another consent.
    #[test]
    fn kazakh_and_russian_are_hashed_together() {
        let both =
            Agreed { kk: shown(Language::Kk, &asked(ALL)), ru: shown(Language::Ru, &asked(ALL)) };
        for change in [
            Agreed { kk: both.ru.clone(), ..both.clone() },
            Agreed { ru: both.kk.clone(), ..both.clone() },
            Agreed { kk: both.ru.clone(), ru: both.kk.clone() },
        ] {
            assert_ne!(change.hash(), both.hash());
        }
    }

    #[test]
    fn the_form_leaves_open_what_differs_between_requests() {
        for language in Language::ALL {
            let form = form(language);
            assert!(form.len() > 15, "{form:?}");
            let text = form.join("\n");
            assert!(!text.contains("900101300017") && !text.contains("960440000151"), "{text}");
            assert!(text.contains("> …"), "{text}");
        }
    }

    fn lines(text: &[Paragraph]) -> Vec<String> {
        text.iter().map(Paragraph::line).collect()
    }

    fn asked(text: &str) -> Asked {
        serde_json::from_str(text).unwrap()
    }

    fn shown(language: Language, asked: &Asked) -> Vec<Paragraph> {
        let bin = "960440000151".parse().unwrap();
        let consumer = ParticipantName { bin, name: "Jetisu Pay".to_owned() };
        let providers = [ParticipantName { bin, name: "Qarlygash Bank".to_owned() }];
        accounts(
            language,
            asked,
            Parties { giver: GIVER, consumer: &consumer, providers: &providers },
        )
    }

    const GIVER: &str = "Сейтова Айгүл Маратқызы";
}
