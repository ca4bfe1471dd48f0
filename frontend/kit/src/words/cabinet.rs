//! Said in the client's cabinet.

use super::words;

words! {
    PAGE { kk: "Кабинет", ru: "Кабинет", en: "Cabinet" }
    HOME_TITLE {
        kk: "Деректеріңізге кім кіретінін өзіңіз шешесіз",
        ru: "Вы решаете, кто видит ваши данные",
        en: "You decide who sees your data",
    }
    HOME_LEAD {
        kk: "Кабинетте банктерге берген барлық рұқсатыңыз бен олардың әр пайдаланылуы көрінеді. Кез келгенін бір батырмамен кері аласыз.",
        ru: "В кабинете видны все разрешения, которые вы дали банкам, и каждое обращение по ним. Любое можно отозвать одной кнопкой.",
        en: "The cabinet shows every permission you gave to banks and each use of it. Any of them can be withdrawn with one button.",
    }
    HOME_SIGN_IN { kk: "Кабинетке кіру", ru: "Войти в кабинет", en: "Sign in to the cabinet" }
    HOME_HOW {
        kk: "Кіру үшін ЖСН, камера және телефон керек: шамамен екі минут.",
        ru: "Для входа нужны ИИН, камера и телефон: около двух минут.",
        en: "You need your IIN, a camera and your phone: about two minutes.",
    }
    POINT_SEE_TITLE { kk: "Бәрі көрініп тұр", ru: "Всё на виду", en: "All in sight" }
    POINT_SEE {
        kk: "Әр рұқсат: кімге, не үшін, қай мерзімге, қанша рет қолданылды.",
        ru: "Каждое разрешение: кому, зачем, на какой срок и сколько раз им пользовались.",
        en: "Each permission: to whom, why, for how long, and how often it was used.",
    }
    POINT_STOP_TITLE { kk: "Бірден тоқтайды", ru: "Останавливается сразу", en: "Stops at once" }
    POINT_STOP {
        kk: "Кері алынған рұқсат бойынша келесі сұраныс қабылданбайды.",
        ru: "По отозванному разрешению уже следующий запрос будет отклонён.",
        en: "After you withdraw, the very next request is refused.",
    }
    POINT_FACE_TITLE { kk: "Тек сіз ғана", ru: "Только вы", en: "Only you" }
    POINT_FACE {
        kk: "Кіру бет-әлпет пен телефон арқылы расталады, құпиясөз жоқ.",
        ru: "Вход подтверждают лицо и телефон, паролей нет.",
        en: "Your face and your phone open it. There is no password.",
    }

    CONSENTS_TITLE { kk: "Менің рұқсаттарым", ru: "Мои разрешения", en: "My permissions" }
    GREETING { kk: "Сәлеметсіз бе, {name}", ru: "Здравствуйте, {name}", en: "Hello, {name}" }
    ACTIVE { kk: "Қолданыста", ru: "Действуют", en: "In force" }
    ENDED { kk: "Аяқталған", ru: "Завершённые", en: "Ended" }
    NONE_TITLE { kk: "Әзірге рұқсат жоқ", ru: "Разрешений пока нет", en: "No permissions yet" }
    NONE_TEXT {
        kk: "Банкке алғаш рұқсат бергеніңізде, ол осында пайда болады.",
        ru: "Когда вы впервые дадите разрешение банку, оно появится здесь.",
        en: "When you first give a bank permission, it appears here.",
    }
    NONE_ACTIVE { kk: "Қазір ешкім деректеріңізді оқи алмайды.", ru: "Сейчас никто не может читать ваши данные.", en: "Nobody can read your data at the moment." }
    READS_FROM { kk: "{banks} банкінен оқиды", ru: "Читает из {banks}", en: "Reads from {banks}" }
    GIVEN { kk: "Берілді", ru: "Дано", en: "Given" }
    UNTIL { kk: "Мерзімі", ru: "Действует до", en: "Valid until" }
    UNTIL_WITHDRAWN { kk: "Кері алынғанша", ru: "До отзыва", en: "Until withdrawn" }
    USES { kk: "Пайдалану саны", ru: "Обращений", en: "Uses" }
    NEVER { kk: "Әлі қолданылмаған", ru: "Ещё не использовалось", en: "Not used yet" }
    STATUS_ACTIVE { kk: "Қолданыста", ru: "Действует", en: "In force" }
    STATUS_EXPIRED { kk: "Мерзімі өтті", ru: "Истекло", en: "Expired" }
    BY_CLIENT { kk: "Сіз кері алдыңыз", ru: "Отозвано вами", en: "Withdrawn by you" }
    BY_OPERATOR { kk: "Оператор тоқтатты", ru: "Прекращено оператором", en: "Ended by the operator" }
    BY_PLATFORM { kk: "Қауіпсіздік үшін тоқтатылды", ru: "Прекращено ради безопасности", en: "Ended for safety" }
    BY_CONSUMER { kk: "Банк өзі бас тартты", ru: "Банк отказался сам", en: "Given up by the bank" }
    BY_NEWER { kk: "Жаңасымен алмасты", ru: "Заменено новым", en: "Replaced by a newer one" }
    ENDED_AT { kk: "Аяқталды", ru: "Завершено", en: "Ended on" }

    CONSENT_TITLE { kk: "{bank} үшін рұқсат", ru: "Разрешение для {bank}", en: "Permission for {bank}" }
    BACK_TO_LIST { kk: "Барлық рұқсаттар", ru: "Все разрешения", en: "All permissions" }
    ACCOUNTS { kk: "Шоттар", ru: "Счета", en: "Accounts" }
    ACCOUNTS_ALL { kk: "Барлық шоттар", ru: "Все счета", en: "All accounts" }
    SINCE { kk: "{date} бастап", ru: "с {date}", en: "from {date}" }
    NUMBER { kk: "Рұқсат нөмірі", ru: "Номер разрешения", en: "Permission number" }
    USES_TITLE { kk: "Әр пайдалану", ru: "Каждое обращение", en: "Each use" }
    USES_NONE {
        kk: "Бұл рұқсат бойынша әлі ешкім ештеңе оқыған жоқ.",
        ru: "По этому разрешению ещё никто ничего не читал.",
        en: "Nobody has read anything under this permission yet.",
    }
    USE_WHEN { kk: "Қашан", ru: "Когда", en: "When" }
    USE_FROM { kk: "Қайдан", ru: "Откуда", en: "From" }
    USE_WHAT { kk: "Не", ru: "Что", en: "What" }
    USE_OUTCOME { kk: "Нәтиже", ru: "Итог", en: "Outcome" }
    USE_READ { kk: "Оқылды", ru: "Прочитано", en: "Read" }
    USE_REFUSED { kk: "Қабылданбады", ru: "Отклонено", en: "Refused" }
    USES_CAPPED { kk: "Соңғы 500 жазба көрсетілді.", ru: "Показаны последние 500 записей.", en: "The latest 500 are shown." }

    DATA_ACCOUNTS { kk: "Шоттар тізімі", ru: "Список счетов", en: "The list of accounts" }
    DATA_BALANCES { kk: "Қалдықтар", ru: "Остатки", en: "Balances" }
    DATA_TRANSACTIONS { kk: "Операциялар", ru: "Операции", en: "Transactions" }

    WITHDRAW { kk: "Рұқсатты кері алу", ru: "Отозвать разрешение", en: "Withdraw the permission" }
    WITHDRAW_TITLE { kk: "Рұқсатты кері аласыз ба?", ru: "Отозвать разрешение?", en: "Withdraw the permission?" }
    WITHDRAW_TEXT {
        kk: "{bank} деректеріңізді бұдан былай оқи алмайды және алғандарын жоюға міндетті. Мұны қайтару мүмкін емес: жаңа рұқсат керек болады.",
        ru: "{bank} больше не сможет читать ваши данные и обязан удалить полученные. Вернуть это нельзя: понадобится новое разрешение.",
        en: "{bank} can no longer read your data and must delete what it holds. This can't be undone: a new permission would be needed.",
    }
    WITHDRAW_YES { kk: "Иә, кері аламын", ru: "Да, отозвать", en: "Yes, withdraw" }
    WITHDRAWN { kk: "Рұқсат кері алынды. Ол енді жұмыс істемейді.", ru: "Разрешение отозвано и больше не действует.", en: "The permission is withdrawn and no longer works." }
}
