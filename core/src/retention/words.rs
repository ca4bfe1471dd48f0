//! What people read about what is kept: every sentence is made from a line of the table.

use super::{End, Kind, Line, Reason, SeenBy, Term, Terms};
use crate::text::Language;

/// The name of a kind of data, as a phrase that begins a sentence.
pub fn kind(language: Language, kind: Kind) -> &'static str {
    let [kk, ru, en] = match kind {
        Kind::Request => [
            "Сұрау мен сессия: ЖСН, телефон нөмірі, аты-жөні, қадамдардың уақыты",
            "Запрос и сеанс: ИИН, номер телефона, имя, время шагов",
            "The request and the session: IIN, phone number, name, times of the steps",
        ],
        Kind::Result => [
            "Тексерудің нәтижесі, өлшемдері және суреттердің бақылау сомалары",
            "Итог и измерения проверки и контрольные суммы снимков",
            "The outcome and measurements of the check and the checksums of the pictures",
        ],
        Kind::Consent => ["Берген келісімдеріңіз", "Ваши согласия", "Your consents"],
        Kind::Use => [
            "Келісім бойынша жасалған әр сұрау",
            "Каждое обращение по согласию",
            "Each request under a consent",
        ],
        Kind::MatchedPhoto => [
            "Ұйым салыстыруға жіберетін фотосурет",
            "Фотография, которую организация присылает для сравнения",
            "A photo that an organisation sends for matching",
        ],
        Kind::Frames => [
            "Камерамен түсірілген суреттер, сәтсіз тексерулердікі де",
            "Снимки камерой, в том числе неудачных проверок",
            "The pictures of the camera, those of failed checks as well",
        ],
        Kind::Message => [
            "SMS-хабарлар, кодпен де, ескертумен де: нөмір, мәтін, жеткізілуі",
            "SMS-сообщения с кодами и уведомлениями: номер, текст, доставка",
            "Text messages with codes and alerts: number, text, delivery",
        ],
        Kind::Look => [
            "Мемлекеттік тізілімге жасалған сұраудың жазбасы",
            "Запись об обращении в государственный реестр",
            "The record of a look into the state register",
        ],
        Kind::Log => [
            "Әрекеттер журналы, онда адамның аты аталмайды",
            "Журнал действий, в котором человек не назван",
            "The journal of what was done, which names nobody",
        ],
        Kind::Case => [
            "«Бұл мен емес» деген хабарыңыз және оператордың ол туралы жазбасы",
            "Ваше сообщение «Это был не я» и заметка оператора о нём",
            "Your report “It wasn't me” and the operator's note on it",
        ],
        Kind::Passkey => [
            "Кабинетті камерасыз ашатын кіру кілті: ашық бөлігі, қай құрылғыда қосылғаны, қашан қолданылғаны",
            "Ключ доступа, который открывает кабинет без камеры: открытая часть, устройство, когда применялся",
            "A passkey that opens the cabinet without the camera: its public half, the device, when it was used",
        ],
        Kind::Agreement => [
            "Пайдаланушы келісімінің қай редакциясын қашан және қай тілде қабылдағаныңыз",
            "Какую редакцию пользовательского соглашения, когда и на каком языке вы приняли",
            "Which edition of the user agreement you accepted, when and in which language",
        ],
    };
    said(language, kk, ru, en)
}

/// How long, such as `90 days`.
pub fn term(language: Language, term: Term) -> String {
    match (language, term) {
        (Language::Kk, Term::None) => "сақталмайды".to_owned(),
        (Language::Ru, Term::None) => "не хранится".to_owned(),
        (Language::En, Term::None) => "not kept".to_owned(),
        (Language::Kk, Term::Days(days)) => format!("{days} күн"),
        (Language::Ru, Term::Days(days)) => format!("{days} {}", russian_days(days.into())),
        (Language::En, Term::Days(1)) => "1 day".to_owned(),
        (Language::En, Term::Days(days)) => format!("{days} days"),
        (Language::Kk, Term::Years(years)) => format!("{years} жыл"),
        (Language::Ru, Term::Years(years)) => format!("{years} {}", russian_years(years)),
        (Language::En, Term::Years(years)) => format!("{years} years"),
        (Language::Kk, Term::YearsAfterEnd(years)) => {
            format!("қолданылып тұрғанда және аяқталғаннан кейін {years} жыл")
        }
        (Language::Ru, Term::YearsAfterEnd(years)) => {
            format!("пока действует и {years} {} после окончания", russian_years(years))
        }
        (Language::En, Term::YearsAfterEnd(years)) => {
            format!("while in force and {years} years after the end")
        }
        (Language::Kk, Term::YearsAndMonth(years)) => {
            format!("{years} жыл және жазылған айының соңына дейін")
        }
        (Language::Ru, Term::YearsAndMonth(years)) => {
            format!("{years} {} и до конца месяца, в котором сделана запись", russian_years(years))
        }
        (Language::En, Term::YearsAndMonth(years)) => {
            format!("{years} years and until the end of the month of the record")
        }
    }
}

pub fn reason(language: Language, reason: Reason) -> &'static str {
    let [kk, ru, en] = match reason {
        Reason::Rules => [
            "сәйкестендіру деректерімен алмасу қағидалары осыны талап етеді",
            "этого требуют правила обмена идентификационными данными",
            "the rules of the identity exchange ask for it",
        ],
        Reason::Dispute => [
            "тексеру туралы дауды шешу үшін",
            "чтобы рассмотреть спор о проверке",
            "to settle a dispute about a check",
        ],
        Reason::Proof => [
            "неге келіскеніңізді дәлелдеу үшін",
            "чтобы доказать, на что вы согласились",
            "to prove what you agreed to",
        ],
        Reason::Trace => [
            "деректермен не істелгені көрініп тұруы үшін",
            "чтобы было видно, что делали с данными",
            "to show what was done with the data",
        ],
        Reason::Entry => [
            "сіз осылай кіруді таңдадыңыз",
            "вы выбрали такой вход",
            "you chose to open the cabinet with it",
        ],
        Reason::Match => {
            ["тек салыстыру үшін қажет", "нужна только для сравнения", "needed for the match alone"]
        }
    };
    said(language, kk, ru, en)
}

/// Who sees it, apart from the client.
pub fn seen_by(language: Language, seen_by: SeenBy) -> &'static str {
    let [kk, ru, en] = match seen_by {
        SeenBy::ParticipantAndDispute => [
            "сұрау жіберген ұйым; дау болса, оператор қызметкері, әр қарауы журналға жазылады",
            "организация, которая прислала запрос; при споре — сотрудник оператора, каждый просмотр записывается в журнал",
            "the organisation that asked; in a dispute the operator's staff, and each look is journalled",
        ],
        SeenBy::Dispute => [
            "тек дау болса, оператор қызметкері, әр қарауы журналға жазылады",
            "только при споре — сотрудник оператора, каждый просмотр записывается в журнал",
            "the operator's staff in a dispute alone, and each look is journalled",
        ],
        SeenBy::DisputeAndVendor => [
            "дау болса, оператор қызметкері, әр қарауы журналға жазылады; тексеруді басқа әзірлеушінің бағдарламасы жүргізсе, \
             суреттерді сол әзірлеуші де көреді: оның аты камера алдында айтылады",
            "при споре — сотрудник оператора, каждый просмотр записывается в журнал; если проверку проводит программа другого \
             разработчика, снимки видит и он: его имя названо перед камерой",
            "the operator's staff in a dispute, and each look is journalled; where another vendor's program makes the check, that \
             vendor sees the pictures too, and is named before the camera",
        ],
        SeenBy::Parties => [
            "сіз және келісімде аталған ұйымдар",
            "вы и организации, названные в согласии",
            "you and the organisations that the consent names",
        ],
        SeenBy::Solution => [
            "тек салыстыратын бағдарлама",
            "только программа, которая сравнивает",
            "the program that compares, and nobody else",
        ],
        SeenBy::Nobody => ["тек сіз", "только вы", "you alone"],
        SeenBy::Staff => ["оператор қызметкерлері", "сотрудники оператора", "the operator's staff"],
    };
    said(language, kk, ru, en)
}

pub fn end(language: Language, end: End) -> &'static str {
    let [kk, ru, en] = match end {
        End::Deleted => ["жойылады", "удаляется", "it is deleted"],
        End::KeyDestroyed => [
            "шифрының кілті жойылады, содан кейін оларды ешкім аша алмайды",
            "ключ шифра уничтожается, и открыть их больше нельзя",
            "the key that they are encrypted with is destroyed, and nobody can open them",
        ],
        End::NotStored => [
            "жауап берілгенде жадтан өшеді",
            "исчезает из памяти, когда дан ответ",
            "it leaves the memory once the answer is given",
        ],
    };
    said(language, kk, ru, en)
}

/// A line of the table as one sentence or two.
pub fn sentence(language: Language, line: &Line) -> String {
    let (what, long) = (kind(language, line.kind), term(language, line.term));
    let (why, who, end) =
        (reason(language, line.reason), seen_by(language, line.seen_by), end(language, line.end));
    match language {
        Language::Kk => {
            format!(
                "{what}. Сақтау мерзімі: {long}. Себебі: {why}. Кім көреді: {who}. Соңында: {end}."
            )
        }
        Language::Ru => {
            format!(
                "{what}. Срок хранения: {long}. Зачем: {why}. Кто видит: {who}. В конце: {end}."
            )
        }
        Language::En => {
            format!("{what}. Kept: {long}. Why: {why}. Who sees it: {who}. At the end: {end}.")
        }
    }
}

/// When evidence stays longer than its term (DSP-2).
pub fn hold(language: Language) -> &'static str {
    said(
        language,
        "Дау ашық болса немесе заң талап етсе, соған қатысты деректер ұзағырақ сақталады.",
        "Пока открыт спор или если этого требует закон, связанные с этим данные хранятся дольше.",
        "While a dispute is open, or where a law asks for it, the data concerned is kept longer.",
    )
}

/// The log's retention policy, without which nothing of it may be pruned (c2sp.org/tlog-tiles, "Retention Policies").
pub fn log_policy(language: Language, terms: Terms) -> String {
    let years = terms.records_years;
    match language {
        Language::Kk => format!(
            "Журналды сақтау ережесі\n\n\
             Журналдың әр жазбасы {years} күнтізбелік жыл сақталады, содан кейін жазылған айымен (Қазақстан уақыты, UTC+5) бірге жойылады: \
             жазбаның өзі де, журналдағы енгізілімі де. Ай толық жойылады немесе толық қалады.\n\n\
             Дау ашық болса немесе заң талап етсе, соған қатысты ай және одан кейінгі айлардың бәрі сол себеп біткенше қалады.\n\n\
             Жойылғаны журналдың өзінде куәлар қол қойған жолмен жазылады. Журналдың қалған бөлігі қай нөмірден басталатынын \
             /log/minimum көрсетеді; одан бұрынғы енгізілімдерге сұрау «log.pruned» деген жауап алады. Хэш ағашы толық сақталады, сондықтан \
             қалған жазбалардың дәлелдері мен бұрынғы бақылау нүктелерінің жалғасуы тексеріле береді. Мөрленген айлардың тізімі: \
             /log/segments/ЖЫЛ-АЙ.\n"
        ),
        Language::Ru => format!(
            "Правило хранения журнала\n\n\
             Каждая запись журнала хранится {years} {} по календарю, затем удаляется вместе с месяцем, в котором она сделана (время \
             Казахстана, UTC+5): и сама запись, и её место в журнале. Месяц удаляется или остаётся только целиком.\n\n\
             Пока открыт спор или если этого требует закон, месяц, которого это касается, и все месяцы после него остаются, пока \
             причина не отпадёт.\n\n\
             Об удалении говорит сам журнал, строкой, которую подписали свидетели. С какого номера журнал начинается теперь, показывает \
             /log/minimum; на запрос более ранних строк отвечают «log.pruned». Дерево хешей остаётся целым, поэтому доказательства того, что \
             осталось, и продолжение прежних контрольных точек проверяются по-прежнему. Запечатанные месяцы: /log/segments/ГОД-МЕСЯЦ.\n",
            russian_years(years)
        ),
        Language::En => format!(
            "Retention policy of the log\n\n\
             Each record of the journal is kept for {years} calendar years and is then deleted with all of the month in which it was written \
             (time of Kazakhstan, UTC+5): the record and its entry in the log. A month goes as a whole or stays as a whole.\n\n\
             While a dispute is open, or where a law asks for it, the month concerned and all months after it stay until the reason is \
             gone.\n\n\
             The log itself says that it was pruned, in an entry that the witnesses have cosigned. /log/minimum names the first entry that \
             is left; a request for an earlier one is answered by \"log.pruned\". The tree of hashes stays whole, so proofs of what is left, and \
             that the log continues an earlier checkpoint, hold as before. Sealed months: /log/segments/YEAR-MONTH.\n"
        ),
    }
}

/// The whole table as sentences.
pub fn sentences(language: Language, terms: Terms) -> Vec<String> {
    let lines = terms.table().map(|line| sentence(language, &line));
    lines.into_iter().chain([hold(language).to_owned()]).collect()
}

pub fn russian_days(days: u32) -> &'static str {
    match (days % 10, days % 100) {
        (_, 11..=14) => "дней",
        (1, _) => "день",
        (2..=4, _) => "дня",
        _ => "дней",
    }
}

fn russian_years(years: u8) -> &'static str {
    match (years % 10, years % 100) {
        (_, 11..=14) => "лет",
        (1, _) => "год",
        (2..=4, _) => "года",
        _ => "лет",
    }
}

fn said(language: Language, kk: &'static str, ru: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Kk => kk,
        Language::Ru => ru,
        Language::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_says_its_term_in_every_language() {
        for (frames_days, records_years, fronts) in [(1, 5, false), (42, 7, true), (90, 21, false)]
        {
            let terms = Terms { frames_days, records_years, fronts };
            for language in Language::ALL {
                for line in terms.table() {
                    let text = sentence(language, &line);
                    assert!(text.contains(&term(language, line.term)), "{text}");
                    assert!(text.contains(kind(language, line.kind)), "{text}");
                    let number = match line.term {
                        Term::Days(days) => Some(days.to_string()),
                        Term::Years(years)
                        | Term::YearsAfterEnd(years)
                        | Term::YearsAndMonth(years) => Some(years.to_string()),
                        Term::None => None,
                    };
                    assert!(number.is_none_or(|it| text.contains(&format!(" {it} "))), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_log_s_policy_says_its_term_in_every_language() {
        for records_years in [5, 21] {
            let terms = Terms { frames_days: 90, records_years, fronts: false };
            for language in Language::ALL {
                let text = log_policy(language, terms);
                assert!(text.contains(&format!(" {records_years} ")), "{text}");
                assert!(text.contains("/log/minimum") && text.contains("log.pruned"), "{text}");
            }
        }
    }

    #[test]
    fn russian_counts_as_russian_does() {
        let days: Vec<_> = [1, 2, 5, 11, 12, 21, 22, 90, 111, 121].map(russian_days).into();
        let right = ["день", "дня", "дней", "дней", "дней", "день", "дня", "дней", "дней", "день"];
        assert_eq!(days, right);
        assert_eq!([5, 11, 21, 22].map(russian_years), ["лет", "лет", "год", "года"]);
    }
}
