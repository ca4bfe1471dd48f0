//! Said of what happened in a client's name, and of "it wasn't me".

use senim_kit::words;

words! {
    TITLE { kk: "Не болды", ru: "Что происходило", en: "What happened" }
    LEAD {
        kk: "Сіздің атыңыздан өткен кірулер мен тексерулер, сізге жіберілген хабарлар және қабылданған редакциялар.",
        ru: "Входы и проверки от вашего имени, сообщения вам и принятые редакции соглашения.",
        en: "Sign-ins and sessions in your name, messages to you, and the editions that you accepted.",
    }
    SESSIONS { kk: "Өткен сессиялар", ru: "Пройденные сеансы", en: "Sessions that passed" }
    ATTEMPTS { kk: "Аяқталмаған талпыныстар", ru: "Непройденные попытки", en: "Attempts that did not pass" }
    ATTEMPTS_LEAD {
        kk: "Біреу сіздің ЖСН-іңізді терген болуы мүмкін: бет-әлпет пен кодсыз одан әрі өте алмайды.",
        ru: "Возможно, кто-то набрал ваш ИИН: без лица и кода дальше не пройти.",
        en: "Somebody may have typed your IIN: nobody gets further without your face and the code.",
    }
    ATTEMPTS_NONE {
        kk: "Сәтсіз талпыныс болған жоқ. Біреу сіздің ЖСН-іңізбен кіруге тырысса, осында көрінеді.",
        ru: "Неудачных попыток не было. Если кто-то попробует войти с вашим ИИН, это будет видно здесь.",
        en: "No attempt failed. If somebody tries with your IIN, it shows here.",
    }
    WHEN { kk: "Қашан", ru: "Когда", en: "When" }
    WHAT_FOR { kk: "Не үшін", ru: "Для чего", en: "What for" }
    DEVICE { kk: "Қайдан", ru: "Откуда", en: "Where from" }
    OUTCOME { kk: "Нәтиже", ru: "Итог", en: "Outcome" }
    FOR_CABINET { kk: "Кабинетке кіру", ru: "Вход в кабинет", en: "Sign-in to the cabinet" }
    FOR_CABINET_PASSKEY {
        kk: "Кабинетті кіру кілтімен ашу",
        ru: "Вход в кабинет ключом доступа",
        en: "The cabinet was opened with a passkey",
    }
    FOR_ACCOUNTS { kk: "{bank} үшін келісім", ru: "Согласие для {bank}", en: "Consent for {bank}" }
    FOR_AUTHENTICATION {
        kk: "{bank} үшін тұлғаны растау",
        ru: "Подтверждение личности для {bank}",
        en: "Confirming who you are for {bank}",
    }
    DEVICE_UNKNOWN { kk: "жазылмаған", ru: "не записано", en: "not recorded" }
    BROWSER_OTHER { kk: "басқа браузер", ru: "другой браузер", en: "another browser" }
    SYSTEM_OTHER { kk: "басқа жүйе", ru: "другая система", en: "another system" }
    OPEN { kk: "Аяқталмаған", ru: "Не завершён", en: "Not finished" }
    PASSED { kk: "Өтті", ru: "Пройден", en: "Passed" }
    FAILED { kk: "Өтпеді", ru: "Не пройден", en: "Did not pass" }
    OWN { kk: "Қазір осындасыз", ru: "Вы сейчас здесь", en: "You are here now" }
    SIGNED_IN { kk: "Кабинет әлі ашық", ru: "Кабинет ещё открыт", en: "Still signed in" }
    CASE_OPEN { kk: "Сіз хабарладыңыз: {case}", ru: "Вы сообщили: {case}", en: "You reported this: {case}" }
    CASE_CLOSED {
        kk: "Сіз хабарладыңыз, оператор өтінішті жапты: {case}",
        ru: "Вы сообщили, оператор закрыл обращение: {case}",
        en: "You reported this, and the operator has closed the case: {case}",
    }

    MESSAGES { kk: "Сізге жіберілген SMS", ru: "SMS вам", en: "Text messages to you" }
    MESSAGES_NONE {
        kk: "Әзірге хабар жіберілген жоқ. Кодтар мен ескертулер осында көрінеді.",
        ru: "Сообщений пока не было. Коды и уведомления будут видны здесь.",
        en: "No message was sent yet. Codes and alerts show here.",
    }
    ALERTS_LEAD {
        kk: "Кодтардан басқа мыналар туралы SMS жібереміз:",
        ru: "Кроме кодов мы присылаем SMS о том, что:",
        en: "Besides codes, a text message is sent to you when:",
    }
    ALERTS_NONE {
        kk: "Кодтардан басқа SMS жіберілмейді. Не болғаны осы бетте көрінеді.",
        ru: "Кроме кодов SMS не отправляются. Что произошло, видно на этой странице.",
        en: "No text messages are sent besides codes. This page shows what happened.",
    }
    MESSAGE { kk: "Не туралы", ru: "О чём", en: "What about" }
    PHONE { kk: "Нөмір", ru: "Номер", en: "Number" }
    DELIVERY { kk: "Жеткізілуі", ru: "Доставка", en: "Delivery" }
    KIND_CODE { kk: "бір реттік код", ru: "одноразовый код", en: "a one-time code" }
    KIND_GIVEN { kk: "келісім берілді", ru: "дано согласие", en: "a consent was given" }
    KIND_USED {
        kk: "келісім бойынша деректер алғаш рет алынды",
        ru: "данные по согласию получены впервые",
        en: "data was received under a consent for the first time",
    }
    KIND_CHANGED { kk: "келісім тарылтылды", ru: "согласие сужено", en: "a consent was narrowed" }
    KIND_WITHDRAWN {
        kk: "келісім кері қайтарып алынды",
        ru: "согласие отозвано",
        en: "a consent was withdrawn",
    }
    KIND_PASSKEY { kk: "кіру кілті қосылды", ru: "добавлен ключ доступа", en: "a passkey was added" }
    KIND_SIGNED_IN { kk: "кабинетке кірілді", ru: "выполнен вход в кабинет", en: "somebody signed in to the cabinet" }
    AGREEMENTS {
        kk: "Пайдаланушы келісімінің қабылданған редакциялары",
        ru: "Принятые редакции пользовательского соглашения",
        en: "Accepted editions of the user agreement",
    }
    WAITING { kk: "Күтуде", ru: "Ожидает", en: "Waiting" }
    SENT { kk: "Операторға берілді", ru: "Передано оператору связи", en: "Handed to the carrier" }
    GIVEN_UP { kk: "Жіберілмеді", ru: "Не отправлено", en: "Not sent" }

    DISOWN { kk: "Бұл мен емес", ru: "Это был не я", en: "It wasn't me" }
    DISOWN_TITLE {
        kk: "Мұны сіз жасамағаныңызды хабарлайсыз ба?",
        ru: "Сообщить, что это были не вы?",
        en: "Report that this wasn't you?",
    }
    DISOWN_SESSIONS {
        kk: "Сіздің атыңыздан ашылған барлық басқа сессия бірден аяқталады, ал қазіргі кіруді ашпаған кіру кілттері жұмысын тоқтатады.",
        ru: "Все другие сеансы от вашего имени сразу завершатся, а ключи доступа, кроме того, с которым вы сейчас здесь, перестанут действовать.",
        en: "All other sessions in your name end at once, and all passkeys but the one that you are here with stop working.",
    }
    DISOWN_LOCK {
        kk: "Келесі {hours} сағат ішінде ұйымдардың сіз туралы сұраулары қабылданбайды: жаңа келісім беру мүмкін болмайды.",
        ru: "Следующие {hours} ч запросы организаций о вас не принимаются: дать новое согласие будет нельзя.",
        en: "For the next {hours} hours organisations' requests about you are refused: no new consent can be given.",
    }
    DISOWN_CABINET {
        kk: "Кабинетке бет-әлпет пен код арқылы кіре бересіз және келісімдерді кері қайтарып ала аласыз.",
        ru: "Войти в кабинет по лицу и коду и отозвать согласия можно и дальше.",
        en: "You can still sign in to the cabinet with your face and a code, and withdraw consents.",
    }
    DISOWN_OPERATOR {
        kk: "Оператор бұл туралы біледі және тексереді.",
        ru: "Оператор узнает об этом и проверит.",
        en: "The operator is told, and looks into it.",
    }
    DISOWN_WITHDRAW {
        kk: "Сол сессияда берілген келісімдерді де кері қайтарып алу",
        ru: "Отозвать и согласия, данные в том сеансе",
        en: "Withdraw the consents that were given in that session as well",
    }
    DISOWN_YES { kk: "Иә, бұл мен емес", ru: "Да, это был не я", en: "Yes, it wasn't me" }
    DISOWN_NO { kk: "Болдырмау", ru: "Отмена", en: "Cancel" }
    DISOWNED {
        kk: "Хабарыңыз қабылданды: {case}. Аяқталған сессиялар: {sessions}. Кері қайтарып алынған келісімдер: {consents}. Жұмысын тоқтатқан кіру кілттері: {passkeys}. {until} уақытына дейін ұйымдардың сіз туралы сұраулары қабылданбайды.",
        ru: "Сообщение принято: {case}. Завершено сеансов: {sessions}. Отозвано согласий: {consents}. Прекращено ключей доступа: {passkeys}. До {until} запросы организаций о вас не принимаются.",
        en: "Your report is taken: {case}. Sessions ended: {sessions}. Consents withdrawn: {consents}. Passkeys stopped: {passkeys}. Until {until} organisations' requests about you are refused.",
    }
    NEXT_PHONE {
        kk: "Телефоныңыз бен SIM-картаңыз өзіңізде екенін тексеріңіз; болмаса, байланыс операторына хабарлап, нөмірді бұғаттатыңыз.",
        ru: "Проверьте, что телефон и SIM-карта у вас; если нет, попросите оператора связи заблокировать номер.",
        en: "Check that you have your phone and its SIM card; if not, have your carrier block the number.",
    }
    NEXT_BANK {
        kk: "Банктеріңізге хабарлаңыз және шоттарыңыздағы операцияларды қараңыз.",
        ru: "Сообщите своим банкам и просмотрите операции по счетам.",
        en: "Tell your banks, and look through the transactions of your accounts.",
    }
    NEXT_OPERATOR {
        kk: "Senim қолдау қызметіне жүгінгенде өтініштің нөмірін айтыңыз: {case}.",
        ru: "Обращаясь в поддержку Senim, назовите номер обращения: {case}.",
        en: "When you turn to Senim's support, give the number of the case: {case}.",
    }
    LOCKED {
        kk: "«Бұл мен емес» деп хабарладыңыз, сондықтан {until} уақытына дейін ұйымдардың сіз туралы сұраулары қабылданбайды. Оны мерзімінен бұрын тек оператор тоқтата алады.",
        ru: "Вы сообщили «Это был не я», поэтому до {until} запросы организаций о вас не принимаются. Раньше срока это может снять только оператор.",
        en: "You reported “It wasn't me”, so organisations' requests about you are refused until {until}. Only the operator can lift this earlier.",
    }
    REPORTED {
        kk: "Бұл келісімді бергеніңіз сіз емес екенін хабарладыңыз.",
        ru: "Вы сообщили, что это согласие дали не вы.",
        en: "You reported that it wasn't you who gave this consent.",
    }
}
