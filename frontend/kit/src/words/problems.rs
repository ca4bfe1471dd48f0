//! Problems a client or an operator can meet, said so that they know what to do.

use senim_core::text::Language;

use super::{Word, words};

/// What a problem's code means to the reader; `None` where only machines meet it.
pub fn sentence(code: &str, language: Language) -> Option<&'static str> {
    WORDS.iter().find(|(known, _)| *known == code).map(|(_, word)| word.say(language))
}

const WORDS: &[(&str, Word)] = &[
    ("agreement.edition-changed", AGREEMENT_EDITION),
    ("agreement.withdrawn", AGREEMENT_BACK),
    ("authorization.expired", LINK_EXPIRED),
    ("authorization.unknown", LINK_UNKNOWN),
    ("authorization.used", LINK_USED),
    ("body.malformed", BODY),
    ("body.media-type", BODY),
    ("body.too-large", PHOTO_TOO_LARGE),
    ("body.too-slow", OFFLINE),
    ("busy", BUSY),
    ("case.closed", CASE_CLOSED),
    ("challenge.another-solution", CHALLENGE_ELSEWHERE),
    ("challenge.expired", CHALLENGE_EXPIRED),
    ("challenge.none-open", CHALLENGE_NONE),
    ("consent.changed", CONSENT_CHANGED),
    ("consent.ended", CONSENT_ENDED),
    ("consent.expired", CONSENT_EXPIRED),
    ("consent.frequency-exceeded", CONSENT_FREQUENCY),
    ("consent.not-narrower", CONSENT_NOT_NARROWER),
    ("consent.purpose-not-covered", CONSENT_PURPOSE),
    ("consent.refused", CONSENT_REFUSED),
    ("consent.unattended-not-covered", CONSENT_UNATTENDED),
    ("consent.text-changed", CONSENT_TEXT),
    ("consent.used-up", CONSENT_USED_UP),
    ("consent.withdrawn", CONSENT_WITHDRAWN),
    ("consent.account-not-covered", CONSENT_ACCOUNT),
    ("consent.data-not-covered", CONSENT_DATA),
    ("consent.provider-not-covered", CONSENT_PROVIDER),
    ("disown.own-session", DISOWN_OWN),
    ("disown.reported", DISOWN_TWICE),
    ("edge.stale", PLATFORM),
    ("forbidden", FORBIDDEN),
    ("frames.another-session", FRAMES_OTHER),
    ("frames.chain-broken", FRAMES_OTHER),
    ("frames.cut-off", FRAMES_CUT),
    ("frames.malformed", FRAMES_CUT),
    ("frames.out-of-order", FRAMES_OTHER),
    ("front.nothing-arrived", FRONT_NOTHING),
    ("identity.abandoned", ABANDONED),
    ("identity.agreement-refused", AGREEMENT),
    ("identity.agreement-withdrawn", AGREEMENT_WITHDRAWN),
    ("identity.blocked", BLOCKED),
    ("identity.code-expired", CODE_EXPIRED),
    ("identity.code-wrong", CODE_WRONG),
    ("identity.ended", ENDED),
    ("identity.expired", EXPIRED),
    ("identity.iin-mismatch", IIN_MISMATCH),
    ("identity.locked", LOCKED),
    ("identity.minor", MINOR),
    ("identity.moved", MOVED),
    ("identity.no-match", NO_MATCH),
    ("identity.no-more-time", NO_MORE_TIME),
    ("identity.no-phone", NO_PHONE),
    ("identity.no-session", NO_SESSION),
    ("identity.not-capable", NOT_CAPABLE),
    ("identity.not-live", NOT_LIVE),
    ("identity.not-resident", NOT_RESIDENT),
    ("identity.open-elsewhere", OPEN_ELSEWHERE),
    ("identity.other-session", OTHER_SESSION),
    ("identity.out-of-order", OUT_OF_ORDER),
    ("identity.phone-camera-only", PHONE_CAMERA_ONLY),
    ("identity.phone-has-camera", PHONE_HAS_CAMERA),
    ("identity.phone-link", PHONE_LINK),
    ("identity.phone-links-exhausted", PHONE_LINKS),
    ("identity.phone-number", PHONE_NUMBER),
    ("identity.sms-exhausted", SMS_EXHAUSTED),
    ("identity.source-down", SOURCE_DOWN),
    ("identity.source-photo", SOURCE_PHOTO),
    ("identity.too-many-codes", TOO_MANY_CODES),
    ("identity.unknown-person", UNKNOWN),
    ("iin.invalid", IIN_INVALID),
    ("internal", PLATFORM),
    ("not-found", NOT_FOUND),
    ("operator.sign-in", OPERATOR_SIGN_IN),
    ("participant.not-consumer", NOT_CONSUMER),
    ("participant.standing", STANDING),
    ("participant.suspended", SUSPENDED),
    ("passkey.already-added", PASSKEY_ADDED),
    ("passkey.camera-needed", PASSKEY_CAMERA),
    ("passkey.copied", PASSKEY_COPIED),
    ("passkey.invalid", PASSKEY_INVALID),
    // The device's own: no server answers it.
    ("passkey.locked", PASSKEY_LOCKED),
    ("passkey.not-shown", PASSKEY_NOT_SHOWN),
    ("passkey.too-late", PASSKEY_LATE),
    ("passkey.too-many", PASSKEY_TOO_MANY),
    ("passkey.unknown", PASSKEY_UNKNOWN),
    ("photo.animated", ANIMATED),
    ("photo.broken", BROKEN),
    ("photo.no-face", NO_FACE),
    ("photo.not-an-image", NOT_AN_IMAGE),
    ("photo.several-faces", SEVERAL_FACES),
    ("photo.too-few", TOO_FEW),
    ("photo.too-large", PHOTO_TOO_LARGE),
    ("photo.too-many-pixels", PHOTO_TOO_LARGE),
    ("photo.too-many", NOT_AN_IMAGE),
    ("photo.too-small", TOO_SMALL),
    ("provider.answer-invalid", PROVIDER_ANSWER),
    ("provider.failed", PROVIDER_DOWN),
    ("provider.rate-limited", PROVIDER_DOWN),
    ("provider.unavailable", PROVIDER_DOWN),
    ("provider.not-standing", PROVIDER_STANDING),
    ("provider.too-slow", PROVIDER_SLOW),
    ("provider.unreachable", PROVIDER_DOWN),
    ("rate.limited", RATE),
    ("rate.quota", RATE_QUOTA),
    ("request.malformed", LINK_UNKNOWN),
    ("signed-out", SIGNED_OUT),
    ("storage.full", STORAGE_FULL),
    ("solution.front-failed", FRONT_FAILED),
    ("solution.none-available", PLATFORM),
];

words! {
    LINK_EXPIRED {
        kk: "Банкіңізден келген сілтеменің мерзімі өтті. Банк қолданбасына оралып, қайта бастаңыз.",
        ru: "Срок ссылки из банка истёк. Вернитесь в приложение банка и начните заново.",
        en: "The link from your bank has expired. Go back to your bank's app and start again.",
    }
    LINK_UNKNOWN {
        kk: "Бұл сілтеме жұмыс істемейді. Банк қолданбасына оралып, қайта бастаңыз.",
        ru: "Эта ссылка не работает. Вернитесь в приложение банка и начните заново.",
        en: "This link does not work. Go back to your bank's app and start again.",
    }
    LINK_USED {
        kk: "Бұл сілтеме бұрын пайдаланылған. Банк қолданбасына оралып, қайта бастаңыз.",
        ru: "Эта ссылка уже использована. Вернитесь в приложение банка и начните заново.",
        en: "This link has been used. Go back to your bank's app and start again.",
    }
    BUSY {
        kk: "Қазір сұраныс тым көп. Бір минуттан кейін қайталап көріңіз.",
        ru: "Сейчас слишком много обращений. Попробуйте ещё раз через минуту.",
        en: "Too many people are here at the moment. Try again in a minute.",
    }
    CASE_CLOSED {
        kk: "Бұл өтініш жабылып қойған.",
        ru: "Это обращение уже закрыто.",
        en: "This case is closed already.",
    }
    DISOWN_OWN {
        kk: "Бұл қазір өзіңіз отырған сессияда жасалған. Оның орнына келісімді кері қайтарып алыңыз.",
        ru: "Это сделано в том сеансе, в котором вы сейчас. Вместо этого отзовите согласие.",
        en: "This was done in the session that you are in now. Withdraw the consent instead.",
    }
    DISOWN_TWICE {
        kk: "Бұл туралы хабарлап қойғансыз. Өтініштің нөмірі «Не болды» бетінде.",
        ru: "Вы об этом уже сообщили. Номер обращения — на странице «Что происходило».",
        en: "You have reported this already. The number of the case is on the page “What happened”.",
    }
    LOCKED {
        kk: "Осы ЖСН иесі өз атынан жасалған әрекет туралы «бұл мен емес» деп хабарлаған, сондықтан ұйымдардың сұрауы уақытша қабылданбайды. Кабинетке кіруге болады.",
        ru: "Владелец этого ИИН сообщил о действии от его имени: «это был не я». Поэтому запросы организаций о нём временно не принимаются. Войти в кабинет можно.",
        en: "The person with this IIN has reported something done in their name as not theirs, so organisations' requests about them are refused for a while. The cabinet stays open.",
    }
    CHALLENGE_EXPIRED {
        kk: "Тапсырмаға берілген уақыт бітті. Тексеруді қайта бастаңыз.",
        ru: "Время на задания вышло. Начните проверку ещё раз.",
        en: "The time for what was asked is over. Start the check again.",
    }
    CHALLENGE_NONE {
        kk: "Бұл тексеру аяқталған немесе басталмаған. Тексеруді қайта бастаңыз.",
        ru: "Эта проверка уже закончена или не начата. Начните проверку ещё раз.",
        en: "This check is over or was never begun. Start the check again.",
    }
    CONSENT_CHANGED {
        kk: "Бұл келісімді сіз өзгерттіңіз: орнында тарылтылғаны бар.",
        ru: "Вы изменили это согласие: вместо него действует более узкое.",
        en: "You have changed this consent: a narrower one has taken its place.",
    }
    CONSENT_FREQUENCY {
        kk: "Сіз жоқта оқудың тәуліктік саны таусылды.",
        ru: "Число чтений без вашего участия за сутки исчерпано.",
        en: "The day's number of reads without you is used up.",
    }
    CONSENT_NOT_NARROWER {
        kk: "Келісімді мұнда тек тарылтуға болады. Ештеңе өзгерген жоқ.",
        ru: "Здесь согласие можно только сузить. Ничего не изменилось.",
        en: "Here a consent can only be narrowed. Nothing has changed.",
    }
    CONSENT_UNATTENDED {
        kk: "Келісім сіз жоқта оқуды қамтымайды.",
        ru: "Согласие не распространяется на чтение без вашего участия.",
        en: "The consent does not cover reading without you.",
    }
    AGREEMENT_EDITION {
        kk: "Пайдаланушы келісімінің жаңа редакциясы күшіне енді. Бетті жаңартып, оны оқыңыз.",
        ru: "Действует новая редакция пользовательского соглашения. Обновите страницу и прочтите её.",
        en: "A new edition of the user agreement is in force. Reload the page and read it.",
    }
    AGREEMENT_BACK {
        kk: "Өңдеуге келісім бұрын кері қайтарып алынған.",
        ru: "Согласие на обработку уже отозвано.",
        en: "The consent to processing was already withdrawn.",
    }
    AGREEMENT_WITHDRAWN {
        kk: "Өңдеуге келісімді кері қайтарып алдыңыз, сондықтан сессия аяқталды. Жаңасын бастап, пайдаланушы келісімін қабылдаңыз.",
        ru: "Вы отозвали согласие на обработку, поэтому сессия завершена. Начните новую и примите пользовательское соглашение.",
        en: "You withdrew the consent to processing, so the session has ended. Start a new one and accept the user agreement.",
    }
    CONSENT_TEXT {
        kk: "Мәтін өзгерді. Оны қайта оқып, жауап беріңіз.",
        ru: "Текст изменился. Прочтите его ещё раз и ответьте.",
        en: "The text has changed. Read it again, then answer.",
    }
    OPEN_ELSEWHERE {
        kk: "Сессия басқа браузерде ашық.",
        ru: "Сессия открыта в другом браузере.",
        en: "The session is open in another browser.",
    }
    OTHER_SESSION {
        kk: "Бұл браузердің басқа бетінде басқа сессия ашылды, сондықтан мұндағы жауабыңыз қабылданбады. Ештеңе өзгерген жоқ.",
        ru: "На другой вкладке этого браузера открыта другая сессия, поэтому ваш ответ здесь не принят. Ничего не изменилось.",
        en: "Another tab of this browser has opened another session, so your answer here was not taken. Nothing has changed.",
    }
    STORAGE_FULL {
        kk: "Қазір жаңа сессия ашу мүмкін емес. Кейінірек қайталап көріңіз.",
        ru: "Сейчас новые сессии не открываются. Попробуйте позже.",
        en: "No new session can be opened at the moment. Try again later.",
    }
    MINOR {
        kk: "Бұл қызмет 18 жасқа толған адамдарға арналған. Банктің бөлімшесіне заңды өкіліңізбен барыңыз.",
        ru: "Эта услуга – для тех, кому исполнилось 18 лет. Придите в отделение банка с законным представителем.",
        en: "This service is for people of 18 years and older. Go to a branch of the bank with your legal representative.",
    }
    NOT_CAPABLE {
        kk: "Мемлекеттік дерекқордың мәліметі бойынша сіздің атыңыздан заңды өкіліңіз әрекет етеді. Мәлімет қате болса, мемлекеттік дерекқорға жүгініңіз.",
        ru: "По данным государственного регистра от вашего имени действует законный представитель. Если это ошибка, обратитесь в регистр.",
        en: "According to the state register a legal representative acts for you. If that is wrong, apply to the register.",
    }
    NOT_RESIDENT {
        kk: "Бұл қызмет Қазақстан азаматтарына және мұнда тұрақты тұратын шетелдіктер мен азаматтығы жоқ адамдарға арналған.",
        ru: "Эта услуга – для граждан Казахстана и для иностранцев и лиц без гражданства, которые постоянно здесь живут.",
        en: "This service is for citizens of Kazakhstan, and for foreigners and stateless people who live here permanently.",
    }
    NO_PHONE {
        kk: "Сіз әлі бірде-бір сұрауды растаған жоқсыз, сондықтан кабинетте сіздің келісімдеріңіз де, код жіберетін нөміріңіз де жоқ. Банк қолданбасынан бастаңыз.",
        ru: "Вы ещё не подтвердили ни одного запроса, поэтому здесь нет ни ваших согласий, ни номера, на который отправить код. Начните с приложения банка.",
        en: "You have not confirmed any request yet, so there is no consent of yours here, and no number to send a code to. Begin in your bank's app.",
    }
    FRAMES_CUT {
        kk: "Камера кадрлары толық жетпеді. Байланысты тексеріп, қайта жіберіңіз.",
        ru: "Кадры камеры дошли не целиком. Проверьте связь и отправьте ещё раз.",
        en: "The camera's pictures did not arrive whole. Check your network and send them again.",
    }
    FRAMES_OTHER {
        kk: "Камера кадрлары осы тексеруге сәйкес емес. Тексеруді қайта бастаңыз.",
        ru: "Кадры камеры не подходят к этой проверке. Начните проверку ещё раз.",
        en: "The camera's pictures don't belong to this check. Start the check again.",
    }
    OFFLINE {
        kk: "Байланыс жоқ. Интернетті тексеріп, қайталап көріңіз.",
        ru: "Нет связи. Проверьте интернет и попробуйте ещё раз.",
        en: "No connection. Check your network and try again.",
    }
    UNREADABLE {
        kk: "Жауапты оқу мүмкін болмады. Бетті жаңартып көріңіз.",
        ru: "Не удалось прочитать ответ. Обновите страницу.",
        en: "The answer could not be read. Load the page again.",
    }
    BODY {
        kk: "Енгізілген мәліметті тексеріңіз.",
        ru: "Проверьте введённые данные.",
        en: "Check what you entered.",
    }
    CONSENT_ENDED {
        kk: "Бұл келісім бұрын аяқталған.",
        ru: "Это согласие уже завершено.",
        en: "This consent has already ended.",
    }
    CONSENT_EXPIRED {
        kk: "Келісімнің мерзімі өткен.",
        ru: "Срок согласия истёк.",
        en: "The consent has expired.",
    }
    CONSENT_USED_UP {
        kk: "Деректерді бір рет, 10 минут ішінде алуға болатын еді.",
        ru: "Данные можно было получить один раз, в течение 10 минут.",
        en: "The data could be read once, within ten minutes.",
    }
    CONSENT_WITHDRAWN {
        kk: "Келісім кері қайтарып алынған.",
        ru: "Согласие отозвано.",
        en: "The consent was withdrawn.",
    }
    CONSENT_ACCOUNT {
        kk: "Бұл шот келісімге кірмейді.",
        ru: "Этот счёт не входит в согласие.",
        en: "The consent does not cover this account.",
    }
    CONSENT_DATA {
        kk: "Бұл деректер немесе күндер келісімге кірмейді.",
        ru: "Эти данные или даты не входят в согласие.",
        en: "The consent does not cover these data or dates.",
    }
    CONSENT_PROVIDER {
        kk: "Бұл банк келісімге кірмейді.",
        ru: "Этот банк не входит в согласие.",
        en: "The consent does not cover this bank.",
    }
    CONSENT_PURPOSE {
        kk: "Келісім басқа мақсатқа берілген.",
        ru: "Согласие дано на другую цель.",
        en: "The consent was given for another purpose.",
    }
    CONSENT_REFUSED {
        kk: "Сіз келісім бермедіңіз. Ешқандай дерек берілген жоқ.",
        ru: "Вы не дали согласия. Никакие данные не переданы.",
        en: "You did not give your consent. No data was passed on.",
    }
    FORBIDDEN {
        kk: "Бұл әрекетке құқығыңыз жоқ.",
        ru: "У вас нет права на это действие.",
        en: "You may not do this.",
    }
    ABANDONED {
        kk: "Сіз растауды тоқтаттыңыз. Ешқандай дерек берілген жоқ.",
        ru: "Вы прервали подтверждение. Никакие данные не переданы.",
        en: "You stopped the check. No data was passed on.",
    }
    AGREEMENT {
        kk: "Пайдаланушы келісімі қабылданбады, сондықтан растау аяқталды. Ешқандай дерек берілген жоқ.",
        ru: "Пользовательское соглашение не принято, поэтому подтверждение завершено. Никакие данные не переданы.",
        en: "The user agreement was not accepted, so the check has ended. No data was passed on.",
    }
    BLOCKED {
        kk: "Камерамен тексеру тым көп болды. Сіздің қауіпсіздігіңіз үшін ол уақытша тоқтатылды.",
        ru: "Слишком много проверок камерой. Ради вашей безопасности они на время остановлены.",
        en: "Too many camera checks. For your safety they are paused for a while.",
    }
    CODE_EXPIRED {
        kk: "Кодтың мерзімі өтті. Жаңасын сұраңыз.",
        ru: "Срок кода истёк. Запросите новый.",
        en: "The code has expired. Ask for a new one.",
    }
    CODE_WRONG {
        kk: "Код сәйкес келмеді. Соңғы SMS-тегі цифрларды тексеріңіз.",
        ru: "Код не подошёл. Сверьте цифры с последним SMS.",
        en: "That is not the code. Compare the digits with the latest text message.",
    }
    ENDED {
        kk: "Бұл сессия аяқталды. Банкіңізден қайта бастаңыз.",
        ru: "Эта сессия завершена. Начните заново из своего банка.",
        en: "This session has ended. Start again from your bank.",
    }
    EXPIRED {
        kk: "Растауға берілген уақыт бітті, сондықтан сессия аяқталды. Ешқандай дерек берілген жоқ.",
        ru: "Время на подтверждение вышло, поэтому сессия завершена. Никакие данные не переданы.",
        en: "The time for the check is over, so the session has ended. No data was passed on.",
    }
    IIN_MISMATCH {
        kk: "Банкіңіз басқа ЖСН бойынша сұрау жіберген. Өз ЖСН-іңізді тексеріңіз.",
        ru: "Банк указал другой ИИН. Проверьте, что вводите свой.",
        en: "Your bank named another IIN. Check that you entered your own.",
    }
    NO_MATCH {
        kk: "Бет-әлпет мемлекеттік тізілімдегі суретке сәйкес келмеді. Көзілдірік пен бас киімді шешіп, жарық жерде қайталаңыз.",
        ru: "Лицо не совпало с фотографией в государственном реестре. Снимите очки и головной убор и повторите при хорошем свете.",
        en: "The face does not match the photo in the state register. Take off glasses and headgear and try again in good light.",
    }
    MOVED {
        kk: "Сессияны басқа браузерде аштыңыз, ол сонда жалғасады. Бұл бетте енді ештеңе істеуге болмайды. Оны сіз ашпасаңыз, банкіңізге хабарлаңыз.",
        ru: "Сессию открыли в другом браузере, и она продолжается там. На этой странице больше ничего сделать нельзя. Если это были не вы, сообщите своему банку.",
        en: "The session was opened in another browser and goes on there. Nothing more can be done on this page. If that was not you, tell your bank.",
    }
    NO_MORE_TIME {
        kk: "Бұл сессияны енді ұзарту мүмкін емес.",
        ru: "Эту сессию больше нельзя продлить.",
        en: "This session can't be extended any more.",
    }
    PHONE_CAMERA_ONLY {
        kk: "Бұл телефонда тек камера қадамы өтеді, ал ол бітті немесе әлі басталмады. Сессия басталған құрылғыға оралыңыз.",
        ru: "На этом телефоне проходит только шаг с камерой, и он закончен или ещё не начат. Вернитесь к устройству, где начата сессия.",
        en: "This phone does the camera step only, and that is over or has not begun. Go back to the device where the session began.",
    }
    PHONE_HAS_CAMERA {
        kk: "Камера қадамы телефонда. Оны сонда аяқтаңыз немесе осы жерге қайтарыңыз.",
        ru: "Шаг с камерой – на телефоне. Закончите его там или верните сюда.",
        en: "The camera step is on the phone. Finish it there, or bring it back here.",
    }
    PHONE_LINK {
        kk: "Бұл код пайдаланылған, мерзімі өткен немесе орнына жаңасы көрсетілген. Екінші экранда жаңасын көрсетіңіз. Оны сіз ашпасаңыз, сандарды растамаңыз.",
        ru: "Этот код использован, истёк или заменён новым. Покажите новый на другом экране. Если его открыли не вы, не подтверждайте число.",
        en: "This code was used, has expired or was replaced. Show a new one on the other screen. If it was not you who opened it, don't confirm a number.",
    }
    PHONE_LINKS {
        kk: "Бұл сессияда телефонға арналған басқа код көрсетілмейді.",
        ru: "В этой сессии больше нельзя показать код для телефона.",
        en: "No more codes for a phone can be shown in this session.",
    }
    PHONE_NUMBER {
        kk: "Бұл санды күтіп тұрған телефон жоқ. Бет жаңартылды.",
        ru: "Ни один телефон не ждёт этого числа. Страница обновлена.",
        en: "No phone waits with this number. The page has been brought up to date.",
    }
    NO_SESSION {
        kk: "Бұл браузерде ашық сессия жоқ. Банкіңізден немесе кабинеттен бастаңыз.",
        ru: "В этом браузере нет открытой сессии. Начните из своего банка или из кабинета.",
        en: "There is no open session in this browser. Start from your bank or from the cabinet.",
    }
    NOT_LIVE {
        kk: "Камера алдында тірі адам тұрғанын анықтай алмадық. Күн түспейтін жарық бөлмеге өтіп, экранды жарық етіңіз де, камераға тура қараңыз.",
        ru: "Не удалось убедиться, что перед камерой живой человек. Перейдите в светлую комнату без солнца, сделайте экран ярче и смотрите прямо в камеру.",
        en: "We could not tell that a live person is in front of the camera. Go into a light room out of the sun, make the screen bright, and look straight at the camera.",
    }
    OUT_OF_ORDER {
        kk: "Сессия басқа қадамда тұр. Бет жаңартылды.",
        ru: "Сессия уже на другом шаге. Страница обновлена.",
        en: "The session is at another step. The page has been brought up to date.",
    }
    SMS_EXHAUSTED {
        kk: "Бұл сессияда SMS енді жіберілмейді.",
        ru: "В этой сессии больше нельзя отправить SMS.",
        en: "No more text messages can be sent in this session.",
    }
    SOURCE_DOWN {
        kk: "Мемлекеттік тізілім қазір жауап бермейді. Бір минуттан кейін қайталаңыз: әрекеттеріңіз жоғалмайды.",
        ru: "Государственный реестр сейчас не отвечает. Повторите через минуту: попытка не потеряна.",
        en: "The state register does not answer at the moment. Try again in a minute: nothing is lost.",
    }
    SOURCE_PHOTO {
        kk: "Мемлекеттік тізілімдегі суретіңіз салыстыруға жарамайды. Оны жаңарту үшін ХҚКО-ға жүгініңіз.",
        ru: "Ваша фотография в государственном реестре не годится для сравнения. Обратитесь в ЦОН, чтобы её обновить.",
        en: "Your photo in the state register can't be compared with. Ask a public service centre to renew it.",
    }
    TOO_MANY_CODES {
        kk: "Код үш рет қате енгізілді, сессия аяқталды. Банкіңізден қайта бастаңыз.",
        ru: "Код трижды введён неверно, сессия завершена. Начните заново из своего банка.",
        en: "Three wrong codes: the session has ended. Start again from your bank.",
    }
    UNKNOWN {
        kk: "Мемлекеттік тізілімде мұндай ЖСН табылмады. Цифрларды тексеріңіз.",
        ru: "В государственном реестре нет такого ИИН. Проверьте цифры.",
        en: "The state register has no such IIN. Check the digits.",
    }
    IIN_INVALID {
        kk: "ЖСН-де қате бар: соңғы цифр сәйкес келмейді. Цифрларды тексеріңіз.",
        ru: "В ИИН ошибка: последняя цифра не сходится. Проверьте цифры.",
        en: "There is a mistake in the IIN: its last digit does not fit. Check the digits.",
    }
    PLATFORM {
        kk: "Біздің тарапта ақау болды. Сәлден кейін қайталаңыз.",
        ru: "Сбой на нашей стороне. Повторите немного позже.",
        en: "Something went wrong on our side. Try again shortly.",
    }
    NOT_FOUND { kk: "Ештеңе табылмады.", ru: "Ничего не найдено.", en: "Nothing found." }
    OPERATOR_SIGN_IN {
        kk: "Аты, құпиясөз немесе код қате.",
        ru: "Неверны имя, пароль или код.",
        en: "The name, the password or the code is wrong.",
    }
    NOT_CONSUMER {
        kk: "Бұл ұйымның деректерді сұрауға құқығы жоқ.",
        ru: "У этой организации нет права запрашивать данные.",
        en: "This organisation may not ask for data.",
    }
    STANDING {
        kk: "Қатысушы бұрыннан осы күйде.",
        ru: "Участник уже в этом состоянии.",
        en: "The participant already has this standing.",
    }
    SUSPENDED {
        kk: "Бұл ұйымның жұмысы оператор шешімімен тоқтатылған. Деректер берілмейді.",
        ru: "Работа этой организации приостановлена оператором. Данные не передаются.",
        en: "The operator has suspended this organisation. No data is passed on.",
    }
    NO_FACE {
        kk: "Суретте бет көрінбейді. Камераға тура қараңыз.",
        ru: "На снимке не видно лица. Смотрите прямо в камеру.",
        en: "No face was found in the picture. Look straight at the camera.",
    }
    NOT_AN_IMAGE {
        kk: "Камерадан сурет алынбады. Қайталап көріңіз.",
        ru: "Не удалось получить снимок с камеры. Попробуйте ещё раз.",
        en: "The camera gave no usable picture. Try again.",
    }
    SEVERAL_FACES {
        kk: "Суретте бірнеше адам бар. Жаныңызда басқа адам болмасын.",
        ru: "На снимке несколько человек. Рядом не должно быть других людей.",
        en: "More than one face is in the picture. Nobody else should be beside you.",
    }
    TOO_FEW {
        kk: "Суреттер жеткіліксіз. Түсірілім біткенше қозғалмаңыз.",
        ru: "Снимков не хватило. Не двигайтесь до конца съёмки.",
        en: "Too few pictures arrived. Stay in place until they are taken.",
    }
    CHALLENGE_ELSEWHERE {
        kk: "Бұл тексеруді басқа бағдарлама жүргізеді. Төменде соны бастаңыз.",
        ru: "Эту проверку проводит другая программа. Начните её ниже.",
        en: "Another program makes this check. Start it below.",
    }
    FRONT_NOTHING {
        kk: "Суреттер тексеретін бағдарламаға жетпеді, сондықтан бір талпыныс кетті. Қайта бастап, суреттер жіберілгенше күтіңіз.",
        ru: "Снимки не дошли до проверяющей программы, и попытка засчитана. Начните снова и дождитесь отправки снимков.",
        en: "No pictures reached the program that checks, and the try counts. Start again and wait until the pictures are sent.",
    }
    FRONT_FAILED {
        kk: "Тексеретін бағдарлама істен шықты, бұл сіздің кінәңіз емес. Талпыныс есепке алынбады, келесі тексеруді басқа бағдарлама жүргізеді.",
        ru: "Проверяющая программа дала сбой, вашей вины в этом нет. Попытка не засчитана, следующую проверку проведёт другая программа.",
        en: "The program that checks has failed, and not by your fault. The try does not count, and another program makes the next check.",
    }
    PHOTO_TOO_LARGE {
        kk: "Суреттер тым үлкен. Қайталап көріңіз.",
        ru: "Снимки слишком большие. Попробуйте ещё раз.",
        en: "The pictures are too large. Try again.",
    }
    ANIMATED {
        kk: "Сурет қозғалмалы. Жай фотосурет жіберіңіз.",
        ru: "Изображение анимированное. Пришлите обычную фотографию.",
        en: "The picture is animated. Send a plain photograph.",
    }
    BROKEN {
        kk: "Сурет толық келмеді. Қайтадан жіберіңіз.",
        ru: "Снимок пришёл не полностью. Отправьте его ещё раз.",
        en: "The picture arrived incomplete. Send it again.",
    }
    TOO_SMALL {
        kk: "Камераның анықтығы төмен: кемінде 640 × 360 керек.",
        ru: "Разрешение камеры мало: нужно не меньше 640 × 360.",
        en: "The camera's resolution is too low: at least 640 × 360 is needed.",
    }
    PASSKEY_ADDED {
        kk: "Осы құрылғыдағы кіру кілті кабинетіңізді онсыз да ашады.",
        ru: "Ключ доступа на этом устройстве уже открывает ваш кабинет.",
        en: "A passkey on this device opens your cabinet already.",
    }
    PASSKEY_CAMERA {
        kk: "Ол үшін камера керек: шығып, камерамен кіріңіз. Кіру кілті содан кейін 15 минут ішінде қосылады.",
        ru: "Для этого нужна камера: выйдите и войдите с камерой. Ключ доступа добавляют в течение 15 минут после этого.",
        en: "This takes the camera: sign out and sign in with it. A passkey is added within 15 minutes after that.",
    }
    PASSKEY_COPIED {
        kk: "Бұл кіру кілтін біреу көшіріп алған болуы мүмкін, сондықтан ол кабинетті енді ашпайды. Камерамен кіріп, не болғанын қараңыз.",
        ru: "Возможно, этот ключ доступа кто-то скопировал, поэтому он больше не открывает кабинет. Войдите с камерой и посмотрите, что происходило.",
        en: "Somebody may have copied this passkey, so it opens the cabinet no more. Sign in with the camera and look at what happened.",
    }
    PASSKEY_INVALID {
        kk: "Кіру кілті осы бетке сай жауап бермеді. Қайталап көріңіз немесе камерамен кіріңіз.",
        ru: "Ключ доступа ответил не так, как ждёт эта страница. Попробуйте ещё раз или войдите с камерой.",
        en: "The passkey did not answer as this page expects. Try again, or sign in with the camera.",
    }
    PASSKEY_NOT_SHOWN {
        kk: "Құрылғы кіру кілтін бермеді: бас тартылды, уақыт өтті немесе онда Senim кілті жоқ. Қайталап көріңіз немесе камерамен кіріңіз.",
        ru: "Устройство не дало ключ доступа: отказ, вышло время или ключа Senim на нём нет. Попробуйте ещё раз или войдите с камерой.",
        en: "The device gave no passkey: it was stopped, took too long, or has none for Senim. Try again, or sign in with the camera.",
    }
    PASSKEY_LATE {
        kk: "Кіру кілті тым кеш көрсетілді. Қайталап көріңіз.",
        ru: "Ключ доступа показан слишком поздно. Попробуйте ещё раз.",
        en: "The passkey was shown too late. Try again.",
    }
    PASSKEY_LOCKED {
        kk: "«Бұл мен емес» деп хабарладыңыз, сондықтан «Не болды» бетінде көрсетілген уақытқа дейін кіру кілті қосылмайды.",
        ru: "Вы сообщили «Это был не я», поэтому до времени на странице «Что происходило» ключ доступа добавить нельзя.",
        en: "You reported “It wasn't me”, so no passkey can be added until the time that the page “What happened” shows.",
    }
    PASSKEY_TOO_MANY {
        kk: "Кіру кілттері тым көп. Жаңасын қосу үшін біреуін жойыңыз.",
        ru: "Ключей доступа слишком много. Чтобы добавить новый, удалите один.",
        en: "There are too many passkeys. Remove one to add another.",
    }
    PASSKEY_UNKNOWN {
        kk: "Бұл кіру кілті ешбір кабинетті ашпайды: ол жойылған немесе мерзімі өткен. Камерамен кіріңіз.",
        ru: "Этот ключ доступа не открывает ни один кабинет: он удалён, или его срок истёк. Войдите с камерой.",
        en: "This passkey opens no cabinet: it was removed, or its term is over. Sign in with the camera.",
    }
    PROVIDER_ANSWER {
        kk: "Банк стандартқа сай емес жауап берді.",
        ru: "Банк ответил не по стандарту.",
        en: "The bank answered what the standard does not allow.",
    }
    PROVIDER_DOWN {
        kk: "Банк жауап бермеді.",
        ru: "Банк не ответил.",
        en: "The bank did not answer.",
    }
    PROVIDER_SLOW {
        kk: "Банк уақытында жауап бермеді.",
        ru: "Банк не ответил вовремя.",
        en: "The bank did not answer in time.",
    }
    PROVIDER_STANDING {
        kk: "Банктің жұмысы тоқтатылған.",
        ru: "Работа банка приостановлена.",
        en: "The bank is suspended.",
    }
    RATE {
        kk: "Сұраныс тым көп. Бір минут күтіңіз.",
        ru: "Слишком много запросов. Подождите минуту.",
        en: "Too many requests. Wait a minute.",
    }
    RATE_QUOTA {
        kk: "Ұйым қолданбасының тәуліктік сұраныс саны таусылды.",
        ru: "Суточное число запросов приложения организации исчерпано.",
        en: "The day's number of requests of the organisation's application is used up.",
    }
    SIGNED_OUT {
        kk: "Сіз жүйеден шықтыңыз. Қайта кіріңіз.",
        ru: "Вы вышли из системы. Войдите снова.",
        en: "You are not signed in. Sign in again.",
    }
}

#[cfg(test)]
mod tests {
    use senim_core::problem::Problem;

    use super::*;

    /// What the matching service answers a participant's system: no page shows it.
    const FOR_SYSTEMS: [Problem; 7] = [
        Problem::PhotoCheckOffline,
        Problem::PhotoConfirmation,
        Problem::PhotoNotMatched,
        Problem::PhotoPersonalData,
        Problem::PhotoRulesFailed,
        Problem::PhotoTooLate,
        Problem::PhotoUsername,
    ];

    #[test]
    fn whatever_can_end_a_session_has_words() {
        for problem in Problem::ALL {
            let code = problem.code();
            let met = code.starts_with("identity.") || code.starts_with("photo.");
            if met && !FOR_SYSTEMS.contains(problem) {
                assert!(sentence(code, Language::Kk).is_some(), "{code}");
            }
        }
    }
}
