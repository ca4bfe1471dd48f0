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
        kk: "Кіру бет-әлпет пен телефон арқылы расталады, ал көру үшін өз құрылғыңыздағы кіру кілті жеткілікті. Құпиясөз жоқ.",
        ru: "Вход подтверждают лицо и телефон, а чтобы смотреть и отзывать, хватит ключа доступа на вашем устройстве. Паролей нет.",
        en: "Your face and your phone open it; for looking and withdrawing a passkey on your device will do. There is no password.",
    }

    STAY_TEXT {
        kk: "Осында болсаңыз, кабинетте қалыңыз. Әйтпесе қауіпсіздігіңіз үшін кабинеттен шығасыз.",
        ru: "Если вы здесь, останьтесь в кабинете. Иначе ради вашей безопасности вход завершится.",
        en: "If you are still here, stay in the cabinet. Otherwise you are signed out, for your safety.",
    }
    STAY_LAST {
        kk: "Кабинетте бұдан ұзақ қалу мүмкін емес. Осыдан кейін қайта кіруге болады.",
        ru: "Дольше оставаться в кабинете нельзя. Потом можно войти снова.",
        en: "You can't stay in the cabinet any longer. You can sign in again after that.",
    }
    STAY { kk: "Кабинетте қалу", ru: "Остаться в кабинете", en: "Stay in the cabinet" }
    TIME_OVER_TITLE { kk: "Кабинеттен шықтыңыз", ru: "Вход в кабинет завершён", en: "You were signed out" }
    TIME_OVER {
        kk: "Кабинеттегі уақыт бітті, сондықтан қауіпсіздігіңіз үшін одан шықтыңыз. Келісімдеріңіз өзгерген жоқ.",
        ru: "Время в кабинете вышло, поэтому ради вашей безопасности вход завершён. Ваши согласия не изменились.",
        en: "Your time in the cabinet is over, so you were signed out for your safety. Your consents have not changed.",
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
    WAS_UNTIL { kk: "Осы уақытқа дейін жарамды болды", ru: "Действовало до", en: "Was valid until" }
    ENDED_BECAUSE { kk: "Неге аяқталды", ru: "Почему завершилось", en: "Why it ended" }
    /// Of one that is over: before its provider's names, and where personal data was received.
    READ_FROM { kk: "{banks} деректерін оқыған", ru: "Получало данные из {banks}", en: "Read from {banks}" }
    HAD_PERSONAL { kk: "Дербес деректеріңізді алған", ru: "Получало персональные данные", en: "Received personal data" }
    HAD_WHO { kk: "Кімге берілген еді", ru: "Кому было дано", en: "Who had it" }
    HAD_GETS { kk: "Не ала алатын еді", ru: "Что можно было получить", en: "What it could get" }
    HAD_WHAT { kk: "Не оқи алатын еді", ru: "Что можно было прочитать", en: "What it could read" }
    /// Before the moment when it ended.
    ENDED_ON { kk: "{at} аяқталды: {why}", ru: "завершено {at}: {why}", en: "ended on {at}: {why}" }
    EXPIRED_ON { kk: "{at} мерзімі өтті", ru: "срок истёк {at}", en: "its term ended on {at}" }
    DOWNLOAD { kk: "PDF түрінде жүктеп алу", ru: "Скачать PDF", en: "Download as PDF" }
    PRINT { kk: "Басып шығару", ru: "Напечатать", en: "Print" }
    AGREED_TITLE { kk: "Келіскен мәтініңіз", ru: "Текст, с которым вы согласились", en: "The text that you agreed to" }
    AGREED_GENUINE {
        kk: "Бұл сіз келіскен мәтіннің дәл өзі: бақылау сомалары қайта есептелді және келісімде жазылғанына сәйкес.",
        ru: "Это тот самый текст: контрольные суммы посчитаны заново и совпадают с записанной в согласии.",
        en: "These are the very texts: their checksums were computed anew and fit the one recorded with the consent.",
    }
    AGREED_OTHER {
        kk: "Назар аударыңыз: осы мәтіннің бақылау сомасы келісімде жазылғанына сәйкес келмейді. Операторға хабарлаңыз.",
        ru: "Внимание: контрольная сумма этого текста не совпадает с записанной в согласии. Сообщите оператору.",
        en: "Attention: the checksum of this text is not the one recorded with the consent. Tell the operator.",
    }
    AGREED_HELP {
        kk: "Ағылшын мәтіні түсінуге көмектеседі. Келіскеніңіз — қазақ және орыс мәтіндері.",
        ru: "Английский текст помогает понять. Вы согласились с казахским и русским текстами.",
        en: "The English text is a help. What you agreed to are the Kazakh and the Russian text.",
    }
    IN_ENGLISH { kk: "Ағылшынша мәтін", ru: "Текст на английском", en: "The English text" }
    CHECKSUM { kk: "Бақылау сомасы (SHA-256):", ru: "Контрольная сумма (SHA-256):", en: "Checksum (SHA-256):" }

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
    REACH_TITLE { kk: "Деректер өтетін түйіндер", ru: "Узлы, через которые идут данные", en: "The nodes that data pass through" }
    REACH_DONE {
        kk: "Осы келісім бойынша енді бірде-бір түйін деректерді өткізбейді.",
        ru: "По этому согласию больше ни один узел не пропускает данные.",
        en: "No node lets data through under this consent any more.",
    }
    WITHDRAWN { kk: "Келісім кері қайтарып алынды. Ол енді жұмыс істемейді.", ru: "Согласие отозвано и больше не действует.", en: "The consent is withdrawn and no longer works." }
}
