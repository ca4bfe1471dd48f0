//! Said of notices to consumers.

use senim_kit::words;

words! {
    TITLE { kk: "Хабарламалар мен жою", ru: "Извещения и удаление", en: "Notices and deletion" }
    LEAD {
        kk: "Аяқталған келісімдер: кім хабарды растамады, кім деректерді жойғанын растамады.",
        ru: "Завершённые согласия: кто не подтвердил извещение и кто не подтвердил удаление данных.",
        en: "Ended consents: who has not acknowledged the notice, and who has not attested the deletion.",
    }
    NONE { kk: "Бәрі расталды.", ru: "Всё подтверждено.", en: "Everything is attested." }
    CONSUMER { kk: "Деректер алушы", ru: "Пользователь API", en: "Consumer" }
    CONSENT { kk: "Келісім", ru: "Согласие", en: "Consent" }
    ENDED { kk: "Аяқталды", ru: "Завершено", en: "Ended" }
    TOLD { kk: "Хабарлама", ru: "Извещение", en: "Notice" }
    DELETION { kk: "Жою", ru: "Удаление", en: "Deletion" }
    ACKNOWLEDGED { kk: "Расталды: {at}", ru: "Подтверждено: {at}", en: "Acknowledged: {at}" }
    UNACKNOWLEDGED { kk: "Расталмады, әрекет саны: {count}", ru: "Не подтверждено, попыток: {count}", en: "Not acknowledged, tries: {count}" }
    DUE { kk: "Мерзімі: {by}", ru: "Срок: {by}", en: "Due by {by}" }
    OVERDUE { kk: "Мерзімі өтті: {by}", ru: "Просрочено: {by}", en: "Overdue since {by}" }
}
