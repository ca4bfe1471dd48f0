//! Said where a client narrows a consent, and of reading without them.

use senim_kit::words;

words! {
    CHANGE { kk: "Келісімді өзгерту", ru: "Изменить согласие", en: "Change the consent" }
    TITLE { kk: "Нені қалдырасыз?", ru: "Что оставить?", en: "What should stay?" }
    LEAD {
        kk: "Мұнда тек азайтуға болады. Көбірек керек болса, банк сізден қайта сұрайды.",
        ru: "Здесь можно только сузить. Если понадобится больше, банк попросит вас снова.",
        en: "Here you can only leave less. For more, the bank asks you again.",
    }
    BANKS { kk: "Деректер қай ұйымдардан беріледі", ru: "Откуда передаются данные", en: "Where the data comes from" }
    DATA { kk: "Қандай деректер", ru: "Какие данные", en: "Which data" }
    TERM { kk: "Мерзімі", ru: "Срок", en: "Term" }
    TERM_AS_IT_IS { kk: "Өзгеріссіз", ru: "Без изменений", en: "As it is" }
    PRESENCE { kk: "Сіз жоқта", ru: "Без вашего участия", en: "Without you" }
    PRESENCE_STAY { kk: "Сіз жоқта оқу қалсын", ru: "Оставить чтение без вашего участия", en: "Reading without you may go on" }
    NEXT { kk: "Мәтінді көру", ru: "Показать текст", en: "Show the text" }
    TEXT { kk: "Сіз мынамен келісесіз", ru: "Вы соглашаетесь с этим", en: "This is what you agree to" }
    OTHER_LANGUAGES {
        kk: "Орысша мәтіні (күші бірдей)",
        ru: "Текст на казахском (равной силы)",
        en: "The Kazakh and Russian texts, which are what you agree to",
    }
    CONFIRM { kk: "Өзгерту", ru: "Изменить", en: "Change" }
    CANCEL { kk: "Болдырмау", ru: "Отменить", en: "Cancel" }
    NOTHING {
        kk: "Кемінде бір ұйым мен бір нәрсені қалдырып, бірдеңені азайтыңыз. Бәрін тоқтату үшін келісімді кері қайтарып алыңыз.",
        ru: "Оставьте хотя бы одну организацию и что-то сузьте. Чтобы прекратить всё, отзовите согласие.",
        en: "Keep at least one organisation, and take something away. To stop everything, withdraw the consent.",
    }
    CHANGED { kk: "Сіз өзгерттіңіз", ru: "Изменено вами", en: "Changed by you" }
    REPLACES { kk: "Мынаның орнына", ru: "Вместо", en: "Took the place of" }
    REPLACED_BY { kk: "Оның орнында", ru: "Вместо него", en: "Replaced by" }
    HASH { kk: "Мәтіннің бақылау сомасы", ru: "Контрольная сумма текста", en: "Checksum of the text" }
    ATTENDED_ONLY { kk: "Тек сіз болғанда", ru: "Только при вашем участии", en: "Only while you are there" }
    UNATTENDED {
        kk: "Сіз жоқта да: әр ұйымнан тәулігіне ең көбі {count}",
        ru: "И без вашего участия: в сутки к каждому поставщику не более {count}",
        en: "Also without you: a day from each provider at most {count}",
    }
    DELETION { kk: "{bank}: деректердің жойылуы", ru: "{bank}: удаление данных", en: "{bank}: deletion of the data" }
    ASKED {
        kk: "{at} сұралды. Ұйым хабарды алғанын әлі растаған жоқ. Жою мерзімі: {by}.",
        ru: "Запрошено {at}. Организация ещё не подтвердила, что узнала об этом. Срок удаления: {by}.",
        en: "Asked for on {at}. The organisation has not confirmed yet that it knows. To be deleted by {by}.",
    }
    ACKNOWLEDGED {
        kk: "Ұйым хабарды {at} алды. Жою мерзімі: {by}.",
        ru: "Организация узнала об этом {at}. Срок удаления: {by}.",
        en: "The organisation has known since {at}. To be deleted by {by}.",
    }
    DELETED {
        kk: "Ұйым деректерді {at} жойғанын қол қойып растады.",
        ru: "Организация подтвердила подписью, что удалила данные {at}.",
        en: "The organisation has attested, signed, that it deleted the data on {at}.",
    }
    OVERDUE {
        kk: "Мерзімі өтті: ұйым деректерді {by} дейін жойғанын растаған жоқ. Оператор бұл туралы біледі.",
        ru: "Просрочено: организация не подтвердила удаление до {by}. Оператор об этом знает.",
        en: "Overdue: the organisation has not attested the deletion by {by}. The operator knows.",
    }
    USE_PRESENCE { kk: "Сіз болдыңыз ба", ru: "Вы участвовали", en: "Were you there" }
    USE_ATTENDED { kk: "Сіздің қатысуыңызбен", ru: "При вашем участии", en: "While you were there" }
    USE_UNATTENDED { kk: "Сіз жоқта", ru: "Без вас", en: "Without you" }
    USE_UNKNOWN { kk: "—", ru: "—", en: "—" }
}
