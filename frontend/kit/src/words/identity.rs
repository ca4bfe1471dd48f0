//! Said in the identity session: agreement, IIN, code, consent, the end.

use super::words;

words! {
    PAGE { kk: "Жеке басты растау", ru: "Подтверждение личности", en: "Confirming who you are" }
    ASKED_BY { kk: "Сұраушы: {bank}", ru: "По запросу: {bank}", en: "Asked by {bank}" }
    STEPS { kk: "Қадамдар", ru: "Шаги", en: "Steps" }
    STEP_OF { kk: "{count}-қадам, барлығы {total}", ru: "Шаг {count} из {total}", en: "Step {count} of {total}" }
    STEP_AGREEMENT { kk: "Келісім", ru: "Соглашение", en: "Agreement" }
    STEP_IIN { kk: "ЖСН", ru: "ИИН", en: "IIN" }
    STEP_FACE { kk: "Бет", ru: "Лицо", en: "Face" }
    STEP_CODE { kk: "SMS-код", ru: "Код из SMS", en: "SMS code" }
    STEP_CONSENT { kk: "Рұқсат", ru: "Разрешение", en: "Permission" }

    AGREEMENT_TITLE { kk: "Алдымен келісіп алайық", ru: "Сначала договоримся", en: "First, let us agree" }
    AGREEMENT_LEAD {
        kk: "Шоттарыңыз туралы ақпаратты тек сіз аша алатыныңызға көз жеткізуіміз керек. Бұл шамамен екі минут алады.",
        ru: "Нам нужно убедиться, что доступ к вашим счетам открываете именно вы. Это займёт около двух минут.",
        en: "We need to be sure that it is you who opens access to your accounts. It takes about two minutes.",
    }
    AGREEMENT_TAP {
        kk: "«Келісемін» батырмасын басып, дербес деректеріңізді осы мақсатта өңдеуге келісім бересіз.",
        ru: "Нажимая «Согласен», вы разрешаете обработать ваши персональные данные для этой цели.",
        en: "By pressing “I agree” you allow your personal data to be processed for this purpose.",
    }
    ACCEPT { kk: "Келісемін", ru: "Согласен", en: "I agree" }
    REFUSE { kk: "Бас тартамын", ru: "Отказаться", en: "I refuse" }

    IIN_TITLE { kk: "ЖСН-іңізді енгізіңіз", ru: "Введите ваш ИИН", en: "Enter your IIN" }
    IIN_LEAD { kk: "Жеке куәлігіңіздегі 12 сан.", ru: "12 цифр из удостоверения личности.", en: "The 12 digits on your identity card." }
    IIN_KNOWN {
        kk: "Банкіңіз {iin} нөмірімен аяқталатын ЖСН туралы сұрады.",
        ru: "Ваш банк спросил об ИИН {iin}.",
        en: "Your bank asked about the IIN {iin}.",
    }
    IIN_LABEL { kk: "ЖСН", ru: "ИИН", en: "IIN" }
    IIN_HINT { kk: "Тағы {count} сан", ru: "Осталось цифр: {count}", en: "Digits to go: {count}" }
    IIN_GOOD { kk: "Бақылау саны дұрыс", ru: "Контрольная цифра сходится", en: "The check digit fits" }

    CODE_TITLE { kk: "SMS-тегі кодты енгізіңіз", ru: "Введите код из SMS", en: "Enter the code we sent" }
    CODE_LEAD { kk: "Код {phone} нөміріне жіберілді.", ru: "Код отправлен на номер {phone}.", en: "The code was sent to {phone}." }
    CODE_LABEL { kk: "6 саннан тұратын код", ru: "Код из 6 цифр", en: "Six-digit code" }
    CODE_LEFT { kk: "Код тағы {time} жарамды", ru: "Код действует ещё {time}", en: "The code is valid for {time}" }
    CODE_GONE { kk: "Кодтың мерзімі өтті", ru: "Срок кода истёк", en: "The code has expired" }
    CODE_TRIES { kk: "Қалған талпыныс: {count}", ru: "Осталось попыток: {count}", en: "Tries left: {count}" }
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
        en: "Tell this code to nobody, not even to your bank's staff.",
    }

    CONSENT_TITLE { kk: "Рұқсат бересіз бе?", ru: "Даёте разрешение?", en: "Do you give permission?" }
    CONSENT_LEAD {
        kk: "{bank} сіздің деректеріңізді оқуға рұқсат сұрайды.",
        ru: "{bank} просит разрешения читать ваши данные.",
        en: "{bank} asks to read your data.",
    }
    CONSENT_WHO { kk: "Кім алады", ru: "Кто получит", en: "Who gets it" }
    CONSENT_FROM { kk: "Қайдан", ru: "Откуда", en: "From whom" }
    CONSENT_WHAT { kk: "Не оқиды", ru: "Что прочитает", en: "What it reads" }
    CONSENT_WHY { kk: "Не үшін", ru: "Зачем", en: "Why" }
    CONSENT_HOW_LONG { kk: "Қанша уақыт", ru: "На какой срок", en: "How long" }
    CONSENT_TEXT { kk: "Келісімнің толық мәтіні", ru: "Полный текст согласия", en: "The consent in full" }
    CONSENT_OWN_WORDS { kk: "Ұйымның өз сөзі, Senim оны тексермеген:", ru: "Слова самой организации, Senim их не проверял:", en: "The organisation's own words, which Senim has not checked:" }
    CONSENT_CANNOT {
        kk: "Бұл рұқсатпен ақша аудару мүмкін емес. Оны кез келген уақытта кабинетте кері аласыз.",
        ru: "С этим разрешением нельзя переводить деньги. Отозвать его можно в кабинете в любой момент.",
        en: "This permission can't move money. You can withdraw it in the cabinet at any time.",
    }
    APPROVE { kk: "Рұқсат беремін", ru: "Разрешаю", en: "I give permission" }
    CONSENT_NO { kk: "Рұқсат бермеймін", ru: "Не разрешаю", en: "I refuse" }

    PASSED_TITLE { kk: "Бәрі дайын", ru: "Всё готово", en: "All done" }
    PASSED_TEXT { kk: "Сізді {bank} бетіне қайтарамыз…", ru: "Возвращаем вас в {bank}…", en: "Taking you back to {bank}…" }
    PASSED_CABINET { kk: "Кабинетіңізді ашып жатырмыз…", ru: "Открываем ваш кабинет…", en: "Opening your cabinet…" }
    PASSED_LINK { kk: "Күтпей-ақ өту", ru: "Перейти сразу", en: "Go there now" }

    FAILED_TITLE { kk: "Растау аяқталмады", ru: "Подтвердить не удалось", en: "The check was not completed" }
    REFUSED_TITLE { kk: "Сіз бас тарттыңыз", ru: "Вы отказались", en: "You refused" }
    BLOCKED_TITLE { kk: "Біраз үзіліс жасаңыз", ru: "Нужен перерыв", en: "Time for a pause" }
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
    NO_SESSION_TITLE { kk: "Ашық сессия жоқ", ru: "Открытой сессии нет", en: "No open session" }
}
