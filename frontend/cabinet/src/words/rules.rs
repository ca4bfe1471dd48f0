//! Said of the texts that clients agree to, of their editions, and of what is kept. What is kept, how long and why stands
//! in core/src/retention/words.rs.

use senim_kit::words;

words! {
    AGREEMENT { kk: "Пайдаланушы келісімі", ru: "Пользовательское соглашение", en: "User agreement" }
    CONSENT_FORM { kk: "Келісім нысаны", ru: "Форма согласия", en: "Form of the consent" }
    CHANGE_FORM { kk: "Келісімді өзгерту нысаны", ru: "Форма изменения согласия", en: "Form of a change of a consent" }
    EDITIONS { kk: "Барлық редакция", ru: "Все редакции", en: "All editions" }
    EDITION {
        kk: "{number}-редакция, {since} күшінде",
        ru: "Редакция {number}, действует {since}",
        en: "Edition {number}, in force {since}",
    }
    FORM {
        kk: "Бұл — екі үлгі: ең толығы және ең қысқасы. «…» белгісінің орнында әр сұраудың өз деректері тұрады.",
        ru: "Это два образца: самый полный и самый краткий. На месте «…» стоят данные каждого запроса.",
        en: "These are two samples, the fullest and the shortest. In place of “…” stand each request's own data.",
    }
    HELP {
        kk: "Ағылшын мәтіні түсінуге көмектеседі. Қазақ және орыс мәтіндеріне келісесіз: олар төменде.",
        ru: "Английский текст помогает понять. Соглашаетесь вы с казахским и русским текстами: они ниже.",
        en: "This English text is a help. What you agree to are the Kazakh and the Russian text below.",
    }
    IN_KAZAKH { kk: "Қазақша мәтін", ru: "Текст на казахском", en: "The Kazakh text" }
    IN_RUSSIAN { kk: "Орысша мәтін", ru: "Текст на русском", en: "The Russian text" }
    HASH_KK {
        kk: "Қазақша мәтіннің бақылау сомасы (хэш)",
        ru: "Контрольная сумма текста на казахском",
        en: "Checksum of the Kazakh text",
    }
    HASH_RU {
        kk: "Орысша мәтіннің бақылау сомасы (хэш)",
        ru: "Контрольная сумма текста на русском",
        en: "Checksum of the Russian text",
    }

    PRIVACY { kk: "Қандай деректер сақталады", ru: "Какие данные хранятся", en: "What data is kept" }
    PRIVACY_LEAD {
        kk: "Бұл кесте платформаның баптауынан жасалады және деректер дәл осы кесте бойынша жойылады.",
        ru: "Эта таблица составлена по настройкам платформы, и данные удаляются по ней же.",
        en: "This table is made from the platform's configuration, and data is deleted by the same table.",
    }
    PRIVACY_BACK {
        kk: "Өңдеуге берген келісіміңізді кабинетте кері қайтарып ала аласыз: сонда суреттер мерзімінен бұрын жойылады.",
        ru: "Согласие на обработку можно отозвать в кабинете: тогда снимки уничтожаются раньше срока.",
        en: "You can take the consent to processing back in the cabinet: the pictures are then destroyed before their term.",
    }
    KEPT_WHAT { kk: "Не", ru: "Что", en: "What" }
    KEPT_TERM { kk: "Қанша уақыт", ru: "Сколько", en: "How long" }
    KEPT_WHY { kk: "Не үшін", ru: "Зачем", en: "Why" }
    KEPT_WHO { kk: "Кім көреді", ru: "Кто видит", en: "Who sees it" }
    KEPT_END { kk: "Соңында", ru: "В конце", en: "At the end" }

    OWN_TITLE {
        kk: "Қабылдаған пайдаланушы келісімім",
        ru: "Принятое пользовательское соглашение",
        en: "The user agreement you accepted",
    }
    STANDS {
        kk: "Деректеріңізді өңдеуге берген келісіміңіз күшінде.",
        ru: "Ваше согласие на обработку данных действует.",
        en: "Your consent to the processing of your data is in force.",
    }
    ACCEPTED { kk: "Қашан қабылдадыңыз", ru: "Когда вы его приняли", en: "When you accepted it" }
    READ_KK { kk: "қазақша оқылды", ru: "прочитано на казахском", en: "read in Kazakh" }
    READ_RU { kk: "орысша оқылды", ru: "прочитано на русском", en: "read in Russian" }
    READ_EN { kk: "ағылшынша оқылды", ru: "прочитано на английском", en: "read in English" }
    WITHDRAW {
        kk: "Өңдеуге келісімді кері қайтарып алу",
        ru: "Отозвать согласие на обработку",
        en: "Withdraw the consent to processing",
    }
    WITHDRAW_TITLE {
        kk: "Өңдеуге келісімді кері қайтарып аласыз ба?",
        ru: "Отозвать согласие на обработку?",
        en: "Withdraw the consent to processing?",
    }
    WITHDRAW_TEXT {
        kk: "Ашық сессияларыңыз аяқталады, кіру кілттеріңіз жұмысын тоқтатады. Пайдаланушы келісімін қайта қабылдамайынша жаңа тексеру болмайды.",
        ru: "Ваши открытые сеансы завершатся, ключи доступа перестанут действовать. Новых проверок не будет, пока вы не примете пользовательское соглашение снова.",
        en: "Your open sessions end, and your passkeys stop working. No check is made until you accept the user agreement again.",
    }
    WILL_DESTROY {
        kk: "Суреттері жойылатын тексеру саны: {count}.",
        ru: "Проверок, снимки которых будут уничтожены: {count}.",
        en: "Checks whose pictures will be destroyed: {count}.",
    }
    CONSENTS_STAY {
        kk: "Ұйымдарға берген келісімдеріңіз қолданыста қалады. Оларды кері қайтарып алғыңыз келсе, алдымен соны жасаңыз: кейін кабинетке кіру үшін пайдаланушы келісімін қайта қабылдау керек болады.",
        ru: "Согласия, которые вы дали организациям, останутся в силе. Если хотите их отозвать, сделайте это сначала: потом для входа в кабинет понадобится снова принять пользовательское соглашение.",
        en: "Consents that you gave to organisations stay in force. If you want to withdraw them, do that first: later you must accept the user agreement again to sign in to the cabinet.",
    }
    WITHDRAWN {
        kk: "Өңдеуге келісім кері қайтарып алынды: {when}. Жаңа тексеру үшін пайдаланушы келісімін қайта қабылдау керек.",
        ru: "Согласие на обработку отозвано {when}. Для новой проверки нужно снова принять пользовательское соглашение.",
        en: "The consent to processing was withdrawn on {when}. A new check needs the user agreement accepted again.",
    }
    DESTROYED {
        kk: "Суреттері жойылған тексеру саны: {count}.",
        ru: "Проверок, снимки которых уничтожены: {count}.",
        en: "Checks whose pictures were destroyed: {count}.",
    }
    KEPT_NONE { kk: "Басқа сурет сақталмайды.", ru: "Других снимков не хранится.", en: "No other pictures are kept." }
    KEPT_FOR_CONSENT {
        kk: "Суреттері {until} сақталатын тексеру саны: {count}. Олар қолданыстағы келісімді кім бергенін дәлелдейді.",
        ru: "Проверок, снимки которых хранятся {until}: {count}. Они подтверждают, кто дал согласие, которое действует.",
        en: "Checks whose pictures are kept {until}: {count}. They prove who gave a consent that is in force.",
    }
    KEPT_FOR_DISPUTE {
        kk: "Суреттері {until} сақталатын тексеру саны: {count}. Олар бойынша дау ашық.",
        ru: "Проверок, снимки которых хранятся {until}: {count}. По ним открыт спор.",
        en: "Checks whose pictures are kept {until}: {count}. A dispute about them is open.",
    }
    KEPT_FOR_LAW {
        kk: "Суреттері {until} сақталатын тексеру саны: {count}. Мұны заң талап етеді.",
        ru: "Проверок, снимки которых хранятся {until}: {count}. Этого требует закон.",
        en: "Checks whose pictures are kept {until}: {count}. A law asks for it.",
    }
    RECORDS_STAY {
        kk: "Тексерулердің нәтижелері мен сұраулар қағидаларда белгіленген мерзімге сақталады (жыл саны: {years}).",
        ru: "Итоги проверок и запросы хранятся до конца срока, установленного правилами (лет: {years}).",
        en: "Outcomes of checks and requests are kept until the term of the rules is over (years: {years}).",
    }
}
