//! Said of what clients reported as not theirs.

use senim_kit::words;

words! {
    TITLE { kk: "«Бұл мен емес»", ru: "«Это был не я»", en: "“It wasn't me”" }
    LEAD {
        kk: "Клиенттер өздері жасамағанын хабарлаған сессиялар. Мұнда ешкімнің аты аталмайды: сессия бойынша дәлелдер экспортталады.",
        ru: "Сеансы, о которых клиенты сообщили, что это были не они. Здесь никто не назван: по сеансу выгружаются материалы проверки.",
        en: "Sessions that clients reported as not theirs. Nobody is named here: the session leads to its evidence.",
    }
    NONE {
        kk: "Ешкім хабарлаған жоқ. Клиент кабинетте «Бұл мен емес» десе, өтініш осында пайда болады.",
        ru: "Сообщений нет. Когда клиент нажмёт в кабинете «Это был не я», обращение появится здесь.",
        en: "Nobody has reported anything. When a client says “It wasn't me” in the cabinet, the case appears here.",
    }
    CASE { kk: "Өтініш", ru: "Обращение", en: "Case" }
    SESSION { kk: "Сессия", ru: "Сеанс", en: "Session" }
    DONE { kk: "Не тоқтатылды", ru: "Что прекращено", en: "What was ended" }
    LOCK { kk: "Сұраулар қабылданбайды", ru: "Запросы не принимаются до", en: "Requests refused until" }
    STATE { kk: "Күйі", ru: "Состояние", en: "State" }
    OF_CABINET { kk: "Кабинетке кіру", ru: "Вход в кабинет", en: "Sign-in to the cabinet" }
    ENDED {
        kk: "Сессия: {sessions}, келісім: {consents}",
        ru: "Сеансов: {sessions}, согласий: {consents}",
        en: "Sessions: {sessions}, consents: {consents}",
    }
    OPEN { kk: "Ашық", ru: "Открыто", en: "Open" }
    CLOSED { kk: "Жабылды", ru: "Закрыто", en: "Closed" }
    CLOSE { kk: "Жабу", ru: "Закрыть", en: "Close" }
    CLOSE_TITLE { kk: "{case} өтінішін жабу", ru: "Закрыть обращение {case}", en: "Close the case {case}" }
    CLOSE_TEXT {
        kk: "Клиентпен хабарласып, оның өзі екенін платформадан тыс тексергеннен кейін ғана жабыңыз.",
        ru: "Закрывайте, только связавшись с клиентом и проверив вне платформы, что это он.",
        en: "Close it only after you have reached the client and checked outside the platform that it is them.",
    }
    NOTE { kk: "Не анықталды", ru: "Что выяснено", en: "What was found" }
    NOTE_HINT {
        kk: "Журналға жазылады. Ешкімнің аты мен нөмірін жазбаңыз.",
        ru: "Попадёт в журнал. Не пишите имён и номеров.",
        en: "It goes into the journal. Write no names and no numbers.",
    }
    NOTE_MISSING { kk: "Не анықталғанын жазыңыз", ru: "Напишите, что выяснено", en: "Enter what was found" }
    LIFT {
        kk: "Ұйымдардың сұрауларын қазірден бастап қабылдау",
        ru: "Снова принимать запросы организаций прямо сейчас",
        en: "Take organisations' requests again from now on",
    }
}
