//! Said in the client's cabinet.

use senim_kit::words;

words! {
    PAGE { kk: "Кабинет", ru: "Кабинет", en: "Cabinet" }
    HOME_TITLE {
        kk: "Деректеріңізді кім көретінін өзіңіз шешесіз",
        ru: "Вы решаете, кто видит ваши данные",
        en: "You decide who sees your data",
    }
    HOME_LEAD {
        kk: "Кабинетте банктерге берген барлық келісіміңіз бен олардың әр қолданылуы көрінеді. Кез келгенін бір түймемен кері қайтарып аласыз.",
        ru: "В кабинете видны все согласия, которые вы дали банкам, и каждое обращение по ним. Любое можно отозвать одной кнопкой.",
        en: "The cabinet shows every consent you gave to banks and each use of it. Any of them can be withdrawn with one button.",
    }
    HOME_SIGN_IN { kk: "Кабинетке кіру", ru: "Войти в кабинет", en: "Sign in to the cabinet" }
    HOME_HOW {
        kk: "Кіру үшін жеке сәйкестендіру нөмірі (ЖСН), камера және телефон керек: шамамен екі минут.",
        ru: "Для входа нужны индивидуальный идентификационный номер (ИИН), камера и телефон: около двух минут.",
        en: "You need your individual identification number (IIN), a camera and your phone: about two minutes.",
    }
    POINT_SEE_TITLE { kk: "Бәрі көрініп тұр", ru: "Всё на виду", en: "All in sight" }
    POINT_SEE {
        kk: "Әр келісім: кімге, не үшін, қай мерзімге, қанша рет қолданылды.",
        ru: "Каждое согласие: кому, зачем, на какой срок и сколько раз им пользовались.",
        en: "Each consent: to whom, why, for how long, and how often it was used.",
    }
    POINT_STOP_TITLE { kk: "Бірден тоқтайды", ru: "Останавливается сразу", en: "Stops at once" }
    POINT_STOP {
        kk: "Кері қайтарып алынған келісім бойынша келесі сұрау қабылданбайды.",
        ru: "По отозванному согласию уже следующий запрос будет отклонён.",
        en: "After you withdraw, the very next request is refused.",
    }
    POINT_FACE_TITLE { kk: "Тек сіз ғана", ru: "Только вы", en: "Only you" }
    POINT_FACE {
        kk: "Кіру бет-әлпет пен телефон арқылы расталады, құпиясөз жоқ.",
        ru: "Вход подтверждают лицо и телефон, паролей нет.",
        en: "Your face and your phone open it. There is no password.",
    }

    CONSENTS_TITLE { kk: "Менің келісімдерім", ru: "Мои согласия", en: "My consents" }
    GREETING { kk: "Сәлеметсіз бе, {name}", ru: "Здравствуйте, {name}", en: "Hello, {name}" }
    ACTIVE { kk: "Қолданыста", ru: "Действуют", en: "In force" }
    ENDED { kk: "Аяқталған", ru: "Завершённые", en: "Ended" }
    NONE_TITLE { kk: "Әзірге келісім жоқ", ru: "Согласий пока нет", en: "No consents yet" }
    NONE_TEXT {
        kk: "Банкке алғаш келісім бергеніңізде, ол осында пайда болады.",
        ru: "Когда вы впервые дадите согласие банку, оно появится здесь.",
        en: "When you first give a bank your consent, it appears here.",
    }
    NONE_ACTIVE { kk: "Қазір ешкім деректеріңізді оқи алмайды.", ru: "Сейчас никто не может читать ваши данные.", en: "Nobody can read your data at the moment." }
    READS_FROM { kk: "{banks} деректерін оқиды", ru: "Получает данные из {banks}", en: "Reads from {banks}" }
    READS_PERSONAL { kk: "Дербес деректеріңізді алады", ru: "Получает персональные данные", en: "Receives personal data" }
    SIGNED_IN { kk: "Жеке басыңызды растады", ru: "Подтверждение личности", en: "Confirmed who you are" }
    FROM_REGISTER { kk: "Senim, мемлекеттік тізілімнен", ru: "Senim, из государственного реестра", en: "Senim, from the state register" }
    DATA_PERSONAL { kk: "Дербес деректер", ru: "Персональные данные", en: "Personal data" }
    DATA_NONE { kk: "Дербес деректер берілмейді", ru: "Персональные данные не передаются", en: "No personal data" }
    ONCE { kk: "Бір рет, мақұлдағаннан кейін 10 минут ішінде", ru: "Один раз, в течение 10 минут после одобрения", en: "Once, within 10 minutes of the approval" }
    GIVEN { kk: "Берілді", ru: "Дано", en: "Given" }
    UNTIL { kk: "Мерзімі", ru: "Действует до", en: "Valid until" }
    /// After the moment's own "until".
    VALID { kk: "{until} жарамды", ru: "Действует {until}", en: "Valid {until}" }
    UNTIL_WITHDRAWN { kk: "Кері қайтарып алынғанша", ru: "До отзыва", en: "Until withdrawn" }
    USES { kk: "Қолданылу саны", ru: "Обращений", en: "Uses" }
    NEVER { kk: "Әлі қолданылмаған", ru: "Ещё не использовалось", en: "Not used yet" }
    STATUS_ACTIVE { kk: "Қолданыста", ru: "Действует", en: "In force" }
    STATUS_EXPIRED { kk: "Мерзімі өтті", ru: "Истекло", en: "Expired" }
    BY_CLIENT { kk: "Сіз кері қайтарып алдыңыз", ru: "Отозвано вами", en: "Withdrawn by you" }
    BY_OPERATOR { kk: "Оператор тоқтатты", ru: "Прекращено оператором", en: "Ended by the operator" }
    BY_PLATFORM { kk: "Қауіпсіздік үшін тоқтатылды", ru: "Прекращено ради безопасности", en: "Ended for safety" }
    BY_CONSUMER { kk: "Банк өзі бас тартты", ru: "Банк отказался сам", en: "Given up by the bank" }
    BY_NEWER { kk: "Жаңасымен алмасты", ru: "Заменено новым", en: "Replaced by a newer one" }
    ENDED_AT { kk: "Аяқталды", ru: "Завершено", en: "Ended on" }

    CONSENT_TITLE { kk: "{bank} үшін келісім", ru: "Согласие для {bank}", en: "Consent for {bank}" }
    BACK_TO_LIST { kk: "Барлық келісімдер", ru: "Все согласия", en: "All consents" }
    ACCOUNTS { kk: "Шоттар", ru: "Счета", en: "Accounts" }
    ACCOUNTS_ALL { kk: "Барлық шоттар", ru: "Все счета", en: "All accounts" }
    NUMBER { kk: "Келісім нөмірі", ru: "Номер согласия", en: "Consent number" }
    USES_TITLE { kk: "Пайдалану тарихы", ru: "История обращений", en: "History of use" }
    USES_NONE {
        kk: "Бұл келісім бойынша әлі ешкім ештеңе оқыған жоқ.",
        ru: "По этому согласию ещё никто ничего не читал.",
        en: "Nobody has read anything under this consent yet.",
    }
    USE_WHEN { kk: "Қашан", ru: "Когда", en: "When" }
    USE_FROM { kk: "Қайдан", ru: "Откуда", en: "From" }
    USE_WHAT { kk: "Не оқылды", ru: "Что", en: "What" }
    USE_OUTCOME { kk: "Нәтиже", ru: "Итог", en: "Outcome" }
    USE_READ { kk: "Оқылды", ru: "Прочитано", en: "Read" }
    USE_REFUSED { kk: "Қабылданбады", ru: "Отклонено", en: "Refused" }
    USES_CAPPED { kk: "Соңғы 500 жазба көрсетілді.", ru: "Показаны последние 500 записей.", en: "The latest 500 are shown." }

    DATA_ACCOUNTS { kk: "Шоттар тізімі", ru: "Список счетов", en: "The list of accounts" }
    DATA_BALANCES { kk: "Қалдықтар", ru: "Остатки", en: "Balances" }
    DATA_TRANSACTIONS { kk: "Операциялар", ru: "Операции", en: "Transactions" }

    WITHDRAW { kk: "Келісімді кері қайтарып алу", ru: "Отозвать согласие", en: "Withdraw the consent" }
    WITHDRAW_TITLE { kk: "Келісімді кері қайтарып аласыз ба?", ru: "Отозвать согласие?", en: "Withdraw the consent?" }
    WITHDRAW_TEXT {
        kk: "{bank} деректеріңізді бұдан былай оқи алмайды және алғандарын жоюға міндетті. Мұны болдырмау мүмкін емес: жаңа келісім керек болады.",
        ru: "{bank} больше не сможет читать ваши данные. Организация обязана удалить полученные. Вернуть это нельзя: понадобится новое согласие.",
        en: "{bank} can no longer read your data and must delete what it holds. This can't be undone: a new consent would be needed.",
    }
    WITHDRAW_YES { kk: "Иә, кері қайтарып аламын", ru: "Да, отозвать", en: "Yes, withdraw" }
    WITHDRAW_NO { kk: "Болдырмау", ru: "Оставить", en: "Keep it" }
    WITHDRAWN { kk: "Келісім кері қайтарып алынды. Ол енді жұмыс істемейді.", ru: "Согласие отозвано и больше не действует.", en: "The consent is withdrawn and no longer works." }
}
