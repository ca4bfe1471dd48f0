//! Why an identity session failed (IDX-4), as the bank's app tells it: for accounts and for a sign-in alike.

/// In Kazakh, Russian and English.
pub(super) fn sentences(code: &str) -> Option<[&'static str; 3]> {
    Some(match code {
        "identity.abandoned" => [
            "Сіз Senim-дегі растауды тоқтаттыңыз. Біз ештеңе алған жоқпыз.",
            "Вы прервали подтверждение в Senim. Мы ничего не получили.",
            "You stopped the check at Senim. We received nothing.",
        ],
        "identity.agreement-refused" => [
            "Сіз Senim-нің пайдаланушы келісімін қабылдамадыңыз. Біз ештеңе алған жоқпыз.",
            "Вы не приняли пользовательское соглашение Senim. Мы ничего не получили.",
            "You did not accept Senim's user agreement. We received nothing.",
        ],
        "identity.agreement-withdrawn" => [
            "Сіз Senim-де деректерді өңдеуге келісімді кері қайтарып алдыңыз, сондықтан растау аяқталды.",
            "Вы отозвали в Senim согласие на обработку данных, поэтому подтверждение завершено.",
            "You withdrew the consent to processing at Senim, so the check has ended.",
        ],
        "consent.refused" => [
            "Сіз келісім бермедіңіз. Біз ештеңе алған жоқпыз.",
            "Вы не дали согласия. Мы ничего не получили.",
            "You did not give your consent. We received nothing.",
        ],
        "identity.expired" => [
            "Senim-дегі растауға берілген уақыт бітті. Қайта бастай аласыз.",
            "Время на подтверждение в Senim вышло. Можно начать заново.",
            "The time for the check at Senim ran out. You can start again.",
        ],
        "identity.blocked" => [
            "Senim камера тексерулерін уақытша тоқтатты. Кейінірек қайталап көріңіз.",
            "Senim приостановил проверки камерой. Попробуйте позже.",
            "Senim has paused camera checks. Try again later.",
        ],
        "identity.not-live" => [
            "Senim камера алдында тірі адам тұрғанына көз жеткізе алмады. Кейінірек жарық жерде қайталаңыз.",
            "Senim не смог убедиться, что перед камерой живой человек. Повторите позже при хорошем свете.",
            "Senim could not tell that a live person was before the camera. Try again later in good light.",
        ],
        "identity.locked" => [
            "Сіз Senim-де өз атыңыздан жасалған әрекетті танымайтыныңызды хабарлағансыз, сондықтан ұйымдардың сіз туралы сұраулары уақытша тоқтатылды. Жеке кабинетіңіз ашық.",
            "Вы сообщили Senim о действии от вашего имени, которого не совершали, поэтому запросы организаций о вас временно остановлены. Личный кабинет вам доступен.",
            "You reported to Senim something done in your name that was not you, so requests of organisations about you are stopped for a while. Your cabinet stays open to you.",
        ],
        "identity.no-match" => [
            "Бет-әлпет мемлекеттік тізілімдегі суретке сәйкес келмеді. Кейінірек қайталай аласыз.",
            "Лицо не совпало с фотографией в государственном реестре. Повторить можно позже.",
            "The face did not match the photo in the state register. You can try again later.",
        ],
        "identity.source-photo" => [
            "Мемлекеттік тізілімдегі суретіңіз салыстыруға жарамайды. Оны жаңартуға ХҚКО-ға жүгініңіз.",
            "Ваша фотография в государственном реестре не годится для сравнения. Обновите её в ЦОНе.",
            "Your photo in the state register can't be compared with. Ask a public service centre to renew it.",
        ],
        "challenge.expired" => [
            "Камера тексеруі уақытында аяқталмады. Кейінірек қайталай аласыз.",
            "Проверка камерой не завершилась вовремя. Повторить можно позже.",
            "The camera check was not finished in time. You can try again later.",
        ],
        "identity.too-many-codes" => [
            "SMS коды үш рет қате енгізілді. Қайта бастай аласыз.",
            "Код из SMS трижды введён неверно. Можно начать заново.",
            "The code from the text message was wrong three times. You can start again.",
        ],
        "identity.sms-exhausted" => [
            "Senim жіберген SMS кодтарының мерзімі өтті. Қайта бастай аласыз.",
            "Срок кодов из SMS, которые прислал Senim, истёк. Можно начать заново.",
            "The codes that Senim sent have expired. You can start again.",
        ],
        "identity.iin-mismatch" => [
            "Senim-де енгізілген ЖСН біздегі клиенттікі емес.",
            "В Senim введён ИИН не того клиента, который указан у нас.",
            "The IIN entered at Senim is not the one of our client.",
        ],
        "identity.unknown-person" => [
            "Мемлекеттік тізілімде біздегі ЖСН жоқ. Бөлімшеге жүгініңіз.",
            "В государственном реестре нет ИИН, который указан у нас. Обратитесь в отделение.",
            "The state register does not have the IIN that we hold. Come to a branch.",
        ],
        "identity.minor" => [
            "Бұл қызмет 18 жасқа толғандарға арналған. Заңды өкіліңізбен бөлімшеге келіңіз.",
            "Эта услуга – для тех, кому исполнилось 18 лет. Придите в отделение с законным представителем.",
            "This service is for people of 18 years and older. Come to a branch with your legal representative.",
        ],
        "identity.not-capable" => [
            "Мемлекеттік тізілім бойынша сіздің атыңыздан заңды өкіл әрекет етеді. Онымен бөлімшеге келіңіз.",
            "По данным государственного реестра за вас действует законный представитель. Придите с ним в отделение.",
            "According to the state register a legal representative acts for you. Come to a branch together.",
        ],
        "identity.not-resident" => [
            "Бұл қызмет Қазақстан азаматтары мен мұнда тұрақты тұратындарға арналған.",
            "Эта услуга – для граждан Казахстана и тех, кто постоянно здесь живёт.",
            "This service is for citizens of Kazakhstan and for people who live here permanently.",
        ],
        _ if code.starts_with("photo.") || code.starts_with("frames.") => [
            "Камера суреттері тексеруге жарамады. Кейінірек қайталай аласыз.",
            "Снимки камеры не подошли для проверки. Повторить можно позже.",
            "The camera's pictures could not be used for the check. You can try again later.",
        ],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use senim_core::problem::Problem;

    use super::*;

    /// IDX-4: who left, who was too late and who was refused read different sentences.
    #[test]
    fn each_mark_has_a_sentence_of_its_own() {
        // No session of a consumer ends by these.
        const NO_MARKS: [&str; 16] = [
            "identity.code-expired",
            "identity.code-wrong",
            "identity.ended",
            "identity.moved",
            "identity.no-more-time",
            "identity.no-phone",
            "identity.no-session",
            "identity.open-elsewhere",
            "identity.other-session",
            "identity.out-of-order",
            "identity.phone-camera-only",
            "identity.phone-has-camera",
            "identity.phone-link",
            "identity.phone-links-exhausted",
            "identity.phone-number",
            "identity.source-down",
        ];
        let mut said = std::collections::BTreeSet::new();
        let codes = Problem::ALL.iter().map(|it| it.code());
        for code in codes.filter(|it| it.starts_with("identity.") || *it == "consent.refused") {
            if NO_MARKS.contains(&code) {
                continue;
            }
            for sentence in sentences(code).unwrap_or_else(|| panic!("{code} has no sentence")) {
                assert!(said.insert(sentence), "{code}");
            }
        }
    }
}
