//! What the operator's console says.

use senim_kit::words;

pub(crate) mod cases;
pub(crate) mod notices;

words! {
    PAGE { kk: "Оператор консолі", ru: "Консоль оператора", en: "Operator's console" }
    SIGN_IN_TITLE { kk: "Консольге кіру", ru: "Вход в консоль", en: "Sign in to the console" }
    NAME { kk: "Аты", ru: "Имя", en: "Name" }
    PASSWORD { kk: "Құпиясөз", ru: "Пароль", en: "Password" }
    CODE { kk: "Аутентификатор коды", ru: "Код из аутентификатора", en: "Code from the authenticator" }
    CODE_HINT { kk: "6 цифр", ru: "6 цифр", en: "Six digits" }
    SIGN_IN { kk: "Кіру", ru: "Войти", en: "Sign in" }
    OVERVIEW { kk: "Шолу", ru: "Обзор", en: "Overview" }
    NOTICES { kk: "Хабарламалар", ru: "Извещения", en: "Notices" }
    JOURNAL { kk: "Журнал", ru: "Журнал", en: "Journal" }
    PARTICIPANT { kk: "Қатысушы", ru: "Участник", en: "Participant" }
    PARTICIPANTS { kk: "Қатысушылар", ru: "Участники", en: "Participants" }

    LAST_HOUR { kk: "Соңғы сағат", ru: "Последний час", en: "The last hour" }
    UPDATED { kk: "Жаңартылған уақыты: {time}", ru: "Обновлено в {time}", en: "Updated at {time}" }
    STALE { kk: "Жаңарту мүмкін болмады; {time} күйі көрсетілген.", ru: "Не удалось обновить; показано на {time}.", en: "Could not refresh; shown as of {time}." }
    SESSIONS { kk: "Сессиялар", ru: "Сессии", en: "Sessions" }
    SESSIONS_PASSED { kk: "Өтті", ru: "Пройдено", en: "Passed" }
    SESSIONS_FAILED { kk: "Өтпеді", ru: "Не пройдено", en: "Failed" }
    REQUESTS { kk: "Сұраулар", ru: "Запросы", en: "Requests" }
    REQUESTS_ANSWERED { kk: "Жауап берілді", ru: "Отвечено", en: "Answered" }
    REQUESTS_REFUSED { kk: "Қабылданбады", ru: "Отклонено", en: "Refused" }
    CONSENTS_ACTIVE { kk: "Қолданыстағы келісімдер", ru: "Действующие согласия", en: "Consents in force" }
    PER_MINUTE { kk: "минутына", ru: "в минуту", en: "per minute" }
    MINUTES_AGO { kk: "{count} мин бұрын", ru: "{count} мин назад", en: "{count} min ago" }
    NOW { kk: "қазір", ru: "сейчас", en: "now" }
    AS_TABLE { kk: "Кесте түрінде", ru: "Таблицей", en: "As a table" }
    MINUTE { kk: "Минут", ru: "Минута", en: "Minute" }
    QUIET { kk: "Соңғы сағатта оқиға болған жоқ.", ru: "За последний час событий не было.", en: "Nothing happened in the last hour." }
    EDGES { kk: "Шеткі түйіндер", ru: "Узлы", en: "Edges" }
    EDGES_NONE { kk: "Бірде-бір түйін қосылған жоқ.", ru: "Ни один узел ещё не подключался.", en: "No edge has connected yet." }
    NODES_DONE {
        kk: "Осы уақытқа дейін тоқтатылған мен кері қайтарып алынғанның бәрі барлық түйінде күшінде.",
        ru: "Всё, что приостановлено или отозвано до сих пор, действует на всех узлах.",
        en: "All that was suspended or withdrawn until now has taken effect at every node.",
    }
    EDGE_SET_ASIDE { kk: "Қабылданбаған есептер", ru: "Непринятые отчёты", en: "Reports not taken" }
    EDGE_GATE { kk: "Шешім модулі", ru: "Модуль решений", en: "Gate" }
    EDGE_FRESH { kk: "Өзекті", ru: "Актуален", en: "Up to date" }
    EDGE_STALE { kk: "Ескірген", ru: "Отстаёт", en: "Behind" }

    ROLE_PROVIDER { kk: "деректер беруші", ru: "поставщик", en: "provider" }
    ROLE_CONSUMER { kk: "деректер алушы", ru: "пользователь API", en: "consumer" }
    APPLICATIONS { kk: "Қолданбалар", ru: "Приложения", en: "Applications" }
    CONSENTS { kk: "Келісімдер", ru: "Согласия", en: "Consents" }
    REQUESTS_HOUR { kk: "Соңғы сағаттағы сұраулар", ru: "Запросов за час", en: "Requests in the last hour" }
    STANDING { kk: "Күйі", ru: "Состояние", en: "Standing" }
    ACTIVE { kk: "Жұмыс істейді", ru: "Работает", en: "Active" }
    SUSPENDED { kk: "Тоқтатылған", ru: "Приостановлен", en: "Suspended" }
    SUSPENDED_WHY { kk: "{since}: {reason}", ru: "{since}: {reason}", en: "{since}: {reason}" }
    ACTION { kk: "Әрекет", ru: "Действие", en: "Action" }
    ALLOWANCE { kk: "Шектер", ru: "Лимиты", en: "Allowance" }
    ALLOWANCE_TITLE { kk: "{bank}: сұраныс шектері", ru: "{bank}: лимиты запросов", en: "{bank}: how many requests" }
    ALLOWANCE_TEXT {
        kk: "Алушы ретінде әр шеткі түйінде қанша сұраныс жібере алатыны. Түйіндер бірнеше секундта біледі; қайсысы біліп үлгергені шолуда көрінеді.",
        ru: "Сколько запросов участник может отправить как получатель на каждом узле. Узлы узнают за секунды; в обзоре видно, какие уже знают.",
        en: "How many requests it may send as a consumer at each edge node. Nodes know within seconds; the overview shows which do.",
    }
    ALLOWANCE_PARTICIPANT { kk: "Қатысушы, минутына", ru: "Участник, в минуту", en: "Participant, a minute" }
    ALLOWANCE_CONSENT { kk: "Бір келісім, минутына", ru: "Одно согласие, в минуту", en: "One consent, a minute" }
    ALLOWANCE_APPLICATION { kk: "Қолданба, минутына", ru: "Приложение, в минуту", en: "Application, a minute" }
    ALLOWANCE_DAY { kk: "Қолданба, тәулігіне", ru: "Приложение, в сутки", en: "Application, a day" }
    ALLOWANCE_WRONG { kk: "1-ден 100 000 000-ға дейінгі сан", ru: "Число от 1 до 100 000 000", en: "A number from 1 to 100,000,000" }
    ALLOWANCE_YES { kk: "Сақтау", ru: "Сохранить", en: "Save" }
    ALLOWANCE_DONE { kk: "{bank}: шектер сақталды.", ru: "{bank}: лимиты сохранены.", en: "{bank}: the allowance is saved." }
    SUSPEND { kk: "Тоқтату", ru: "Приостановить", en: "Suspend" }
    RESUME { kk: "Қайта қосу", ru: "Возобновить", en: "Resume" }
    SUSPEND_TITLE { kk: "{bank} тоқтатылсын ба?", ru: "Приостановить {bank}?", en: "Suspend {bank}?" }
    SUSPEND_TEXT {
        kk: "Жаңа токендер берілмейді, шеткі түйіндер сұраныстарын қабылдамайды. Бірнеше секундта күшіне енеді; қай түйін біліп үлгергені шолуда көрінеді.",
        ru: "Новые токены не выдаются, узлы отклоняют запросы. Вступает в силу за секунды; в обзоре видно, какие узлы уже знают.",
        en: "No new tokens, and the edges refuse its requests. It takes effect within seconds; the overview shows which nodes know.",
    }
    REASON { kk: "Себебі", ru: "Причина", en: "Reason" }
    REASON_HINT { kk: "Журналда және осы кестеде сақталады", ru: "Останется в журнале и в этой таблице", en: "It stays in the journal and in this table" }
    REASON_MISSING { kk: "Себебін жазыңыз.", ru: "Напишите причину.", en: "Enter a reason." }
    SUSPEND_YES { kk: "Тоқтату", ru: "Приостановить", en: "Suspend" }
    SUSPEND_DONE { kk: "{bank} тоқтатылды.", ru: "{bank}: работа приостановлена.", en: "{bank} is suspended." }
    RESUME_TITLE { kk: "{bank} қайта қосылсын ба?", ru: "Возобновить работу {bank}?", en: "Resume {bank}?" }
    RESUME_TEXT {
        kk: "Ол қайтадан токен алып, деректер сұрай алады. Бірнеше секундта күшіне енеді.",
        ru: "Участник снова сможет получать токены и запрашивать данные. Вступает в силу за секунды.",
        en: "It can get tokens and ask for data again. It takes effect within seconds.",
    }
    RESUME_YES { kk: "Қайта қосу", ru: "Возобновить", en: "Resume" }
    RESUME_DONE { kk: "{bank} қайта қосылды.", ru: "{bank}: работа возобновлена.", en: "{bank} is active again." }

    SEARCH { kk: "Іздеу", ru: "Поиск", en: "Search" }
    SEARCH_HINT { kk: "Әрекет, кім, нөмір немесе мәліметтердегі сөз", ru: "Действие, кто, номер или слово из подробностей", en: "Action, actor, ID or a word of the facts" }
    WHEN { kk: "Қашан", ru: "Когда", en: "When" }
    WHO { kk: "Кім", ru: "Кто", en: "Who" }
    SUBJECT { kk: "Неге қатысты", ru: "Объект", en: "Subject" }
    FIELDS { kk: "Мәліметтер", ru: "Подробности", en: "Facts" }
    FOUND_NONE { kk: "Ештеңе табылмады.", ru: "Ничего не найдено.", en: "Nothing found." }
    OLDER { kk: "Ертеректегі жазбалар", ru: "Более ранние", en: "Older" }
    NEWER { kk: "Жаңа жазбаларды көрсету", ru: "Показать новые записи", en: "Show new records" }
    NEWEST { kk: "Ең соңғылары", ru: "К последним", en: "Newest" }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_word_is_whole_in_three_languages() {
        for words in [super::ALL, super::cases::ALL, super::notices::ALL] {
            assert_eq!(senim_kit::words::unfinished(words), <[&str; 0]>::default());
        }
    }
}
