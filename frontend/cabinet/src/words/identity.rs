//! Said in the identity session: agreement, IIN, code, consent, the end.

use senim_kit::words;

words! {
    PAGE { kk: "Жеке басты растау", ru: "Подтверждение личности", en: "Confirming who you are" }
    ASKED_BY { kk: "Сұраушы: {bank}", ru: "Запрашивает: {bank}", en: "Requested by {bank}" }
    /// With a place to break the long word: five steps share the width.
    STEP_AGREEMENT { kk: "Пайдаланушы келісімі", ru: "Пользова\u{ad}тельское соглашение", en: "User agreement" }
    STEP_IIN { kk: "ЖСН", ru: "ИИН", en: "IIN" }
    STEP_FACE { kk: "Бет-әлпет", ru: "Лицо", en: "Face" }
    STEP_CODE { kk: "SMS-код", ru: "Код из SMS", en: "SMS code" }
    STEP_CONSENT { kk: "Келісім", ru: "Согласие", en: "Consent" }

    AGREEMENT_TITLE { kk: "Пайдаланушы келісімі", ru: "Пользовательское соглашение", en: "User agreement" }
    AGREEMENT_LEAD {
        kk: "Бұл сіз екеніңізге көз жеткізуіміз керек. Ол шамамен екі минут алады.",
        ru: "Нам нужно убедиться, что это именно вы. Это займёт около двух минут.",
        en: "We need to be sure that it is you. It takes about two minutes.",
    }
    AGREEMENT_TAP {
        kk: "«Қабылдаймын» түймесін басып, дербес деректеріңізді осы мақсатта өңдеуге келісім бересіз.",
        ru: "Нажимая «Принимаю», вы соглашаетесь на обработку ваших персональных данных для этой цели.",
        en: "By pressing “I accept” you agree that your personal data is processed for this purpose.",
    }
    ACCEPT { kk: "Қабылдаймын", ru: "Принимаю", en: "I accept" }
    REFUSE { kk: "Қабылдамаймын", ru: "Не принимаю", en: "I don't accept" }

    IIN_TITLE { kk: "ЖСН-іңізді енгізіңіз", ru: "Введите ваш ИИН", en: "Enter your IIN" }
    IIN_LEAD {
        kk: "Жеке сәйкестендіру нөмірі (ЖСН): жеке куәлігіңіздегі 12 цифр.",
        ru: "Индивидуальный идентификационный номер (ИИН): 12 цифр из удостоверения личности.",
        en: "Your individual identification number (IIN): the 12 digits on your identity card.",
    }
    IIN_KNOWN {
        kk: "Банкіңіз соңы {iin} болатын ЖСН бойынша сұрау жіберді.",
        ru: "Банк указал ИИН, оканчивающийся на {iin}.",
        en: "Your bank named the IIN that ends in {iin}.",
    }
    IIN_LABEL { kk: "ЖСН", ru: "ИИН", en: "IIN" }
    IIN_EMPTY { kk: "ЖСН енгізіңіз", ru: "Введите ИИН", en: "Enter your IIN" }
    IIN_SHORT { kk: "ЖСН-де 12 цифр болады: тағы {count} керек", ru: "В ИИН 12 цифр: не хватает {count}", en: "An IIN has 12 digits: {count} are missing" }
    IIN_LONG { kk: "ЖСН-де 12 цифр болады: {count} артық", ru: "В ИИН 12 цифр: лишних {count}", en: "An IIN has 12 digits: {count} are too many" }
    TRIES_LEFT { kk: "Қалған талпыныс: {count}", ru: "Осталось попыток: {count}", en: "Tries left: {count}" }

    CODE_TITLE { kk: "SMS-тегі кодты енгізіңіз", ru: "Введите код из SMS", en: "Enter the code we sent" }
    CODE_LEAD { kk: "Код {phone} нөміріне жіберілді.", ru: "Код отправлен на номер {phone}.", en: "The code was sent to {phone}." }
    CODE_LABEL { kk: "6 таңбалы код", ru: "Код из 6 цифр", en: "Six-digit code" }
    CODE_LEFT { kk: "Код тағы {time} жарамды", ru: "Код действует ещё {time}", en: "The code is valid for {time}" }
    CODE_GONE { kk: "Кодтың мерзімі өтті", ru: "Срок кода истёк", en: "The code has expired" }
    CODE_EMPTY { kk: "SMS-тегі кодты енгізіңіз", ru: "Введите код из SMS", en: "Enter the code from the text message" }
    CODE_SHORT { kk: "Кодта 6 цифр болады: тағы {count} керек", ru: "В коде 6 цифр: не хватает {count}", en: "The code has 6 digits: {count} are missing" }
    CODE_LONG { kk: "Кодта 6 цифр болады: {count} артық", ru: "В коде 6 цифр: лишних {count}", en: "The code has 6 digits: {count} are too many" }
    CODE_RESEND { kk: "Кодты қайта жіберу", ru: "Отправить код ещё раз", en: "Send the code again" }
    CODE_RESENT { kk: "Жаңа код жіберілді.", ru: "Новый код отправлен.", en: "A new code is on its way." }
    CODE_NO_MORE {
        kk: "Бұл сессияда басқа SMS жіберілмейді.",
        ru: "Больше SMS в этой сессии не будет.",
        en: "No further message can be sent in this session.",
    }
    CODE_WARN {
        kk: "Кодты ешкімге айтпаңыз, банк қызметкеріне де.",
        ru: "Никому не сообщайте код, даже сотруднику банка.",
        en: "Don't share this code with anyone, not even your bank's staff.",
    }

    CONSENT_TITLE { kk: "Келісім бересіз бе?", ru: "Даёте согласие?", en: "Do you give your consent?" }
    CONSENT_LEAD {
        kk: "{bank} деректеріңізді оқуға келісіміңізді сұрайды.",
        ru: "{bank} просит вашего согласия читать ваши данные.",
        en: "{bank} asks for your consent to read your data.",
    }
    PERSONAL_LEAD {
        kk: "{bank} сіздің кім екеніңізді білуге және дербес деректеріңізді алуға келісіміңізді сұрайды.",
        ru: "{bank} просит вашего согласия узнать, кто вы, и получить ваши персональные данные.",
        en: "{bank} asks for your consent to learn who you are and to receive your personal data.",
    }
    AUTHENTICATION_LEAD {
        kk: "{bank} сіздің кім екеніңізді растауға келісіміңізді сұрайды.",
        ru: "{bank} просит вашего согласия подтвердить, кто вы.",
        en: "{bank} asks for your consent to have it confirmed who you are.",
    }
    PERSONAL_CANNOT {
        kk: "Фотосуреттеріңіз бен бейнежазбаңыз берілмейді. Келісімді кез келген уақытта кабинетте кері қайтарып аласыз.",
        ru: "Ваши фотографии и видео не передаются. Отозвать согласие можно в кабинете в любой момент.",
        en: "Your photos and videos are not passed on. You can withdraw the consent in the cabinet at any time.",
    }
    AUTHENTICATION_CANNOT {
        kk: "Дербес деректеріңіз де, фотосуреттеріңіз бен бейнежазбаңыз да берілмейді.",
        ru: "Ни персональные данные, ни ваши фотографии и видео не передаются.",
        en: "Neither personal data nor your photos and videos are passed on.",
    }
    CONSENT_GETS { kk: "Не алады", ru: "Что получит", en: "What it gets" }
    CONSENT_THIS_TIME { kk: "Тек осы жолы", ru: "Только в этот раз", en: "This time only" }
    CONSENT_WHO { kk: "Кім алады", ru: "Кто получит", en: "Who gets it" }
    CONSENT_FROM { kk: "Қайдан", ru: "Откуда", en: "From whom" }
    CONSENT_WHAT { kk: "Не оқиды", ru: "Что прочитает", en: "What it reads" }
    CONSENT_WHY { kk: "Не үшін", ru: "Зачем", en: "Why" }
    CONSENT_HOW_LONG { kk: "Қанша уақыт", ru: "На какой срок", en: "How long" }
    CONSENT_TEXT { kk: "Келісімнің толық мәтіні", ru: "Полный текст согласия", en: "The consent in full" }
    CONSENT_OWN_WORDS { kk: "Ұйымның өз сөзі, Senim оны тексермеген:", ru: "Слова самой организации, Senim их не проверял:", en: "The organisation's own words, which Senim has not checked:" }
    CONSENT_CANNOT {
        kk: "Бұл келісіммен ақша аудару мүмкін емес. Оны кез келген уақытта кабинетте кері қайтарып аласыз.",
        ru: "По этому согласию нельзя переводить деньги. Отозвать его можно в кабинете в любой момент.",
        en: "This consent can't move money. You can withdraw it in the cabinet at any time.",
    }
    APPROVE { kk: "Келісім беремін", ru: "Даю согласие", en: "I give my consent" }
    CONSENT_NO { kk: "Келісім бермеймін", ru: "Не даю согласия", en: "I refuse" }

    PASSED_TITLE { kk: "Бәрі дайын", ru: "Всё готово", en: "All done" }
    PASSED_TEXT { kk: "Сізді {bank} бетіне қайтарамыз…", ru: "Возвращаем вас в {bank}…", en: "Taking you back to {bank}…" }
    PASSED_CABINET { kk: "Кабинетіңізді ашып жатырмыз…", ru: "Открываем ваш кабинет…", en: "Opening your cabinet…" }
    PASSED_LINK { kk: "Күтпей-ақ өту", ru: "Перейти сразу", en: "Go there now" }

    FAILED_TITLE { kk: "Растау аяқталмады", ru: "Подтвердить не удалось", en: "The check was not completed" }
    REFUSED_TITLE { kk: "Сіз бас тарттыңыз", ru: "Вы отказались", en: "You stopped" }
    BLOCKED_TITLE { kk: "Біраз үзіліс жасаңыз", ru: "Нужен перерыв", en: "Time for a pause" }
    EXPIRED_TITLE { kk: "Уақыт бітті", ru: "Время вышло", en: "The time is over" }
    LAST_CHECK { kk: "Соңғы тексеру: {why}", ru: "Последняя проверка: {why}", en: "The last check: {why}" }
    FAILED_CABINET {
        kk: "Бастапқы беттен кабинетке қайта кіріп көре аласыз.",
        ru: "Войти в кабинет можно снова, с главной страницы.",
        en: "You can sign in to the cabinet again from the start page.",
    }
    EXPIRY_TITLE { kk: "Уақыт бітуге жақын", ru: "Время почти вышло", en: "Your time is almost up" }
    EXPIRY_LEFT { kk: "Сессия аяқталуына {time} қалды", ru: "До конца сессии {time}", en: "The session ends in {time}" }
    EXPIRY_TEXT {
        kk: "Осында болсаңыз, сессияны ұзартыңыз: енгізгендеріңіз сақталады. Әйтпесе ол аяқталады, ештеңе берілмейді.",
        ru: "Если вы здесь, продлите сессию: введённое останется. Иначе она завершится и ничего не будет передано.",
        en: "If you are still here, stay: what you entered is kept. Otherwise the session ends and nothing is passed on.",
    }
    EXPIRY_LAST {
        kk: "Бұл сессияны енді ұзарту мүмкін емес. Үлгермесеңіз, ол аяқталады, ештеңе берілмейді, қайта бастай аласыз.",
        ru: "Эту сессию больше нельзя продлить. Если не успеете, она завершится, ничего не будет передано, и можно начать заново.",
        en: "This session can't be extended any more. If you don't finish in time it ends, nothing is passed on, and you can start again.",
    }
    EXPIRY_STAY { kk: "Сессияны ұзарту", ru: "Продлить сессию", en: "Stay" }
    EXPIRY_SEEN { kk: "Түсінікті", ru: "Понятно", en: "I understand" }
    MOVED_TITLE { kk: "Сессия басқа браузерде жалғасуда", ru: "Сессия продолжается в другом браузере", en: "The session goes on in another browser" }
    BLOCKED_LEFT { kk: "Қайталауға дейін: {time}", ru: "Снова можно через {time}", en: "You can try again in {time}" }
    BLOCKED_OVER { kk: "Енді қайта бастауға болады.", ru: "Теперь можно начать заново.", en: "You can start again now." }
    FAILED_HELP {
        kk: "Банкіңізге оралып, қайта бастаңыз. Ештеңе берілген жоқ және ештеңе өзгерген жоқ.",
        ru: "Вернитесь в банк и начните заново. Ничего не передано и ничего не изменилось.",
        en: "Go back to your bank and start again. Nothing was passed on and nothing has changed.",
    }
    BACK_TO { kk: "{bank} бетіне оралу", ru: "Вернуться в {bank}", en: "Back to {bank}" }
    BACK_TO_BANK { kk: "Оралу", ru: "Вернуться", en: "Go back" }
    GIVE_UP { kk: "Растауды тоқтату", ru: "Прервать", en: "Stop here" }
    GIVE_UP_TITLE { kk: "Растауды тоқтатасыз ба?", ru: "Прервать подтверждение?", en: "Stop the check?" }
    GIVE_UP_TEXT {
        kk: "Банкіңізге ештеңе берілмейді. Кейін қайта бастай аласыз.",
        ru: "Банк ничего не получит. Начать заново можно позже.",
        en: "Your bank gets nothing. You can start again later.",
    }
    LINK_TITLE { kk: "Бұл бетті ашу мүмкін болмады", ru: "Эту страницу открыть не удалось", en: "This page could not be opened" }
    ELSEWHERE_TITLE {
        kk: "Сессия басқа браузерде ашық",
        ru: "Сессия открыта в другом браузере",
        en: "The session is open in another browser",
    }
    ELSEWHERE_TEXT {
        kk: "Осы жерде жалғастырсаңыз, сессия басынан басталады, ал басқа браузерде жабылады.",
        ru: "Если продолжить здесь, сессия начнётся сначала, а в другом браузере закроется.",
        en: "If you continue here, the session starts from the beginning and closes in the other browser.",
    }
    ELSEWHERE_TAKE { kk: "Осы жерде жалғастыру", ru: "Продолжить здесь", en: "Continue here" }
    OTHER_SESSION_TITLE { kk: "Басқа сессия ашылды", ru: "Открыта другая сессия", en: "Another session was opened" }
    OTHER_SESSION_SHOW { kk: "Ашық сессияны көрсету", ru: "Показать открытую сессию", en: "Show the open session" }
    NO_SESSION_TITLE { kk: "Ашық сессия жоқ", ru: "Открытой сессии нет", en: "No open session" }
}
