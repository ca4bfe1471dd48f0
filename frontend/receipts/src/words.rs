//! What a record of a client says, in one line: Kazakh, Russian, English.

/// `None`: an event that no client's record has, or that is newer than this page.
#[expect(clippy::too_many_lines, reason = "an arm an event")]
pub(crate) fn of(event: &str) -> Option<[&'static str; 3]> {
    Some(match event {
        "agreement.accepted" => [
            "Пайдаланушы келісімі қабылданды",
            "Принято пользовательское соглашение",
            "The user agreement was accepted",
        ],
        "agreement.withdrawn" => [
            "Деректерді өңдеуге келісім кері қайтарып алынды",
            "Отозвано согласие на обработку данных",
            "The consent to processing was taken back",
        ],
        "authentication.pushed" => [
            "Ұйым сіздің кім екеніңізді растауды сұрады",
            "Организация запросила подтверждение личности",
            "An organisation asked who you are",
        ],
        "authorization.pushed" => [
            "Ұйым сіздің деректеріңізді оқуды сұрады",
            "Организация запросила чтение ваших данных",
            "An organisation asked to read your data",
        ],
        "authorization.refused" => [
            "Ұйымның сұрауы қабылданбады",
            "Запрос организации отклонён",
            "An organisation's request was refused",
        ],
        "cabinet.disowned" => [
            "Сіз сессия сіздікі емес деп хабарладыңыз",
            "Вы сообщили, что сеанс не ваш",
            "You reported a session as not yours",
        ],
        "cabinet.extended" => ["Кабинет ұзартылды", "Кабинет продлён", "The cabinet stayed open"],
        "cabinet.signed-out" => ["Кабинеттен шықтыңыз", "Выход из кабинета", "You signed out"],
        "case.closed" => [
            "Оператор өтінішіңізді жапты",
            "Оператор закрыл ваше обращение",
            "The operator closed your case",
        ],
        "code.issued" => [
            "Ұйымға оқуға кілт коды берілді",
            "Организации выдан код для чтения",
            "An organisation received a code for reading",
        ],
        "code.replayed" => [
            "Код екінші рет ұсынылды, оқу тоқтатылды",
            "Код предъявлен второй раз, чтение остановлено",
            "A code was used twice, so reading was stopped",
        ],
        "consent.abandoned" => [
            "Келісім шешімсіз қалды",
            "Согласие осталось без решения",
            "A consent was left undecided",
        ],
        "consent.changed" => ["Келісім тарылтылды", "Согласие сужено", "A consent was narrowed"],
        "consent.ended" => ["Келісім аяқталды", "Согласие прекращено", "A consent ended"],
        "consent.expired" => {
            ["Келісімнің мерзімі бітті", "Срок согласия истёк", "A consent's term ended"]
        }
        "consent.granted" => ["Келісім берілді", "Дано согласие", "A consent was given"],
        "consent.identity-granted" => [
            "Тұлғаны растауға келісім берілді",
            "Дано согласие на подтверждение личности",
            "A consent to confirming who you are was given",
        ],
        "consent.refused" => ["Келісім берілмеді", "Согласие не дано", "A consent was refused"],
        "data.read" => ["Деректеріңіз оқылды", "Ваши данные прочитаны", "Your data were read"],
        "data.refused" => [
            "Деректеріңізді оқу тоқтатылды",
            "Чтение ваших данных отклонено",
            "A read of your data was refused",
        ],
        "deletion.attested" => [
            "Ұйым деректеріңізді жойғанын растады",
            "Организация подтвердила удаление ваших данных",
            "An organisation attested that it deleted your data",
        ],
        "deletion.overdue" => [
            "Ұйым деректеріңізді жоюды мерзімінде растамады",
            "Организация не подтвердила удаление в срок",
            "An organisation did not attest the deletion in time",
        ],
        "evidence.destroyed" => [
            "Тексеру суреттері жойылды",
            "Снимки проверки уничтожены",
            "The pictures of a check were destroyed",
        ],
        "evidence.exported" => [
            "Оператор тексеру дәлелдемесін алды",
            "Оператор получил материалы проверки",
            "An operator took the evidence of a check",
        ],
        "evidence.held" => [
            "Тексеру дәлелдемесін сақтау ұзартылды",
            "Хранение материалов проверки продлено",
            "The evidence of a check is kept longer",
        ],
        "evidence.released" => [
            "Тексеру дәлелдемесін ұзақ сақтау аяқталды",
            "Продлённое хранение материалов окончено",
            "The longer keeping of evidence ended",
        ],
        "identity.blocked" => [
            "Талпыныстар уақытша тоқтатылды",
            "Попытки временно остановлены",
            "Attempts were stopped for a while",
        ],
        "identity.challenged" => {
            ["Камера тексеруі басталды", "Начата проверка камерой", "A camera check began"]
        }
        "identity.checked" => ["Бет-әлпет тексерілді", "Лицо проверено", "A face was checked"],
        "identity.code-sent" => {
            ["SMS-код жіберілді", "Отправлен код SMS", "A code was sent by text message"]
        }
        "identity.extended" => ["Сессия ұзартылды", "Сеанс продлён", "A session was extended"],
        "identity.failed" => {
            ["Сессия сәтсіз аяқталды", "Сеанс не пройден", "A session did not pass"]
        }
        "identity.forged" => [
            "Камераның жалған кадрлары қайтарылды",
            "Отклонены поддельные кадры",
            "Forged camera frames were refused",
        ],
        "identity.front-checked" => [
            "Бет-әлпет басқа шешіммен тексерілді",
            "Лицо проверено другим решением",
            "A face was checked by another solution",
        ],
        "identity.passed" => {
            ["Тұлға расталды", "Личность подтверждена", "Who you are was confirmed"]
        }
        "identity.phone-compared" => [
            "Екі құрылғыдағы сан салыстырылды",
            "Числа на двух устройствах сверены",
            "The numbers on two devices were compared",
        ],
        "identity.phone-offered" => [
            "Телефонға сілтеме көрсетілді",
            "Показана ссылка для телефона",
            "A link for a phone was shown",
        ],
        "identity.phone-opened" => [
            "Сілтеме телефонда ашылды",
            "Ссылка открыта на телефоне",
            "The link was opened on a phone",
        ],
        "identity.phone-taken-back" => [
            "Тексеру бірінші құрылғыға қайтарылды",
            "Проверка возвращена на первое устройство",
            "The check returned to the first device",
        ],
        "identity.restarted" => {
            ["Сессия қайта басталды", "Сеанс начат заново", "A session was started again"]
        }
        "identity.started" => ["Сессия басталды", "Начат сеанс", "A session began"],
        "notice.acknowledged" => [
            "Ұйым келісімнің аяқталғанын білді",
            "Организация узнала о прекращении согласия",
            "An organisation knows that a consent ended",
        ],
        "notice.refused" => [
            "Ұйым келісімнің аяқталуы туралы хабарды қабылдамады",
            "Организация не приняла извещение о прекращении согласия",
            "An organisation did not take the notice of an ended consent",
        ],
        "message.given-up" => {
            ["SMS жеткізілмеді", "SMS не доставлено", "A text message was not delivered"]
        }
        "message.sent" => ["SMS жіберілді", "SMS отправлено", "A text message was sent"],
        "personal-data.given" => [
            "Жеке деректеріңіз берілді",
            "Ваши персональные данные переданы",
            "Your personal data were passed on",
        ],
        "personal-data.refused" => [
            "Жеке деректеріңізді беру тоқтатылды",
            "В передаче ваших персональных данных отказано",
            "Passing on your personal data was refused",
        ],
        "photo.accepted" => {
            ["Фото сәйкестігі қабылданды", "Совпадение фото принято", "A photo match was accepted"]
        }
        "photo.checked-offline" => {
            ["Тұлға офлайн тексерілді", "Личность проверена офлайн", "You were checked offline"]
        }
        "photo.data-given" => [
            "Фото бойынша деректер берілді",
            "По фото переданы данные",
            "Data were passed on after a photo match",
        ],
        "photo.failed" => {
            ["Фото салыстырылмады", "Фото не сравнено", "A photo could not be compared"]
        }
        "photo.matched" => ["Фото сәйкес келді", "Фото совпало", "A photo matched"],
        "photo.refused" => ["Фото қабылданбады", "Фото отклонено", "A photo was refused"],
        "photo.unmatched" => ["Фото сәйкес келмеді", "Фото не совпало", "A photo did not match"],
        "source.asked" => [
            "Мемлекеттік тізілімге сұрау жіберілді",
            "Запрошен государственный реестр",
            "The state register was asked",
        ],
        "passkey.added" => [
            "Кабинетке кіру кілті (passkey) қосылды",
            "В кабинет добавлен ключ доступа (passkey)",
            "A passkey was added to the cabinet",
        ],
        "passkey.ended" => [
            "Кабинеттің кіру кілті (passkey) тоқтатылды",
            "Ключ доступа (passkey) кабинета прекращён",
            "A passkey of the cabinet was ended",
        ],
        "passkey.used" => [
            "Кабинет кіру кілтімен (passkey) ашылды",
            "Кабинет открыт ключом доступа (passkey)",
            "The cabinet was opened with a passkey",
        ],
        "token.issued" => [
            "Ұйымға оқу кілті берілді",
            "Организации выдан ключ чтения",
            "An organisation received a key for reading",
        ],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use senim_core::journal::Event;

    /// What is done to the platform itself, to its operators, participants, nodes and keys.
    const NEVER_A_CLIENTS: [&str; 17] = [
        "agreement.published",
        "feed.restored",
        "key.rotated",
        "log.pruned",
        "log.restarted",
        "log.sealed",
        "master-key.rotated",
        "node.registered",
        "node.resumed",
        "node.suspended",
        "operator.added",
        "operator.locked",
        "operator.signed-in",
        "participant.allowance-set",
        "participant.registered",
        "participant.resumed",
        "participant.suspended",
    ];

    #[test]
    fn every_event_of_a_client_has_words_and_no_two_the_same() {
        let mut said = BTreeSet::new();
        for event in Event::NAMES {
            let words = super::of(event);
            assert_ne!(words.is_some(), NEVER_A_CLIENTS.contains(event), "{event}");
            for text in words.into_iter().flatten() {
                assert!(said.insert(text), "{event}: {text}");
            }
        }
    }
}
