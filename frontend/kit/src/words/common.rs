//! Said on every page.

use super::words;

words! {
    SENIM { kk: "Senim", ru: "Senim", en: "Senim" }
    SLOGAN {
        kk: "Ұлттық сенім платформасы",
        ru: "Национальная платформа доверия",
        en: "The national trust platform",
    }
    SKIP { kk: "Мазмұнға өту", ru: "Перейти к содержанию", en: "Skip to content" }
    LANGUAGE { kk: "Тіл", ru: "Язык", en: "Language" }
    THEME_DARK { kk: "Қараңғы көрініс", ru: "Тёмная тема", en: "Dark theme" }
    THEME_LIGHT { kk: "Жарық көрініс", ru: "Светлая тема", en: "Light theme" }
    BIN { kk: "БСН", ru: "БИН", en: "BIN" }
    BIN_WHOLE {
        kk: "БСН: бизнес-сәйкестендіру нөмірі",
        ru: "БИН: бизнес-идентификационный номер",
        en: "BIN: business identification number",
    }
    STEPS { kk: "Қадамдар", ru: "Шаги", en: "Steps" }
    STEP_OF { kk: "{count}-қадам, барлығы {total}", ru: "Шаг {count} из {total}", en: "Step {count} of {total}" }
    LOADING { kk: "Жүктелуде…", ru: "Загружаем…", en: "Loading…" }
    WORKING { kk: "Күте тұрыңыз…", ru: "Подождите…", en: "One moment…" }
    TRY_AGAIN { kk: "Қайталап көру", ru: "Попробовать ещё раз", en: "Try again" }
    CANCEL { kk: "Болдырмау", ru: "Отмена", en: "Cancel" }
    CONTINUE { kk: "Жалғастыру", ru: "Продолжить", en: "Continue" }
    SIGN_OUT { kk: "Шығу", ru: "Выйти", en: "Sign out" }
    NOT_FOUND_TITLE { kk: "Мұндай бет жоқ", ru: "Такой страницы нет", en: "There is no such page" }
    NOT_FOUND_TEXT {
        kk: "Мекенжай қате жазылған немесе бет көшірілген.",
        ru: "Адрес набран с ошибкой, или страница переехала.",
        en: "The address has a mistake in it, or the page has moved.",
    }
    TO_START { kk: "Бастапқы бетке", ru: "На главную", en: "To the start page" }
    ERROR { kk: "Қате", ru: "Ошибка", en: "Error" }
    ERROR_SUMMARY { kk: "Түзету керек", ru: "Нужно исправить", en: "There is a problem" }
    HELP { kk: "Көмек", ru: "Помощь", en: "Help" }
    ACCESSIBILITY { kk: "Қолжетімділік", ru: "Доступность", en: "Accessibility" }
    EDITIONS { kk: "Редакциялар", ru: "Редакции", en: "Editions" }
    CONTACT { kk: "Қолдау қызметі", ru: "Служба поддержки", en: "Support" }
    AGREEMENT { kk: "Пайдаланушы келісімі", ru: "Пользовательское соглашение", en: "User agreement" }
    PRIVACY { kk: "Қандай деректер сақталады", ru: "Какие данные хранятся", en: "What data is kept" }
    /// Once on each page (OPS-7).
    CLOCK {
        kk: "Уақыт барлық жерде Қазақстан уақытымен (UTC+5) көрсетілген.",
        ru: "Время везде указано казахстанское (UTC+5).",
        en: "All times are Kazakhstan's (UTC+5).",
    }
    FOOTER {
        kk: "Сіздің деректеріңіз тек келісіміңізбен беріледі және әр қолданылуы осында көрінеді.",
        ru: "Ваши данные передаются только с вашего согласия, и каждое обращение к ним видно здесь.",
        en: "Your data moves only with your consent, and every use of it can be seen here.",
    }
}
