//! Said where the camera step goes to a phone.

use senim_kit::words;

words! {
    TITLE { kk: "Телефонда жалғастыру", ru: "Продолжить на телефоне", en: "Continue on a phone" }
    LEAD {
        kk: "Мұнда камера жоқ па, әлде телефон ыңғайлы ма? Камера қадамын телефонда орындап, осы жерде жалғастырасыз.",
        ru: "Здесь нет камеры или удобнее телефон? Пройдите шаг с камерой на телефоне и продолжите здесь.",
        en: "No camera here, or is your phone easier? Do the camera step on the phone, then go on here.",
    }
    OFFER { kk: "QR-кодты көрсету", ru: "Показать QR-код", en: "Show a QR code" }
    SCAN {
        kk: "Телефон камерасын осы кодқа бағыттап, сілтемені ашыңыз.",
        ru: "Наведите камеру телефона на этот код и откройте ссылку.",
        en: "Point your phone's camera at this code and open the link.",
    }
    CODE { kk: "Телефонға арналған сілтемесі бар QR-код", ru: "QR-код со ссылкой для телефона", en: "QR code with the link for the phone" }
    LEFT { kk: "Код тағы {time} жарамды, бір рет", ru: "Код действует ещё {time}, один раз", en: "The code works once, for {time} more" }
    GONE { kk: "Кодтың мерзімі өтті. Жаңасын көрсетіңіз.", ru: "Срок кода истёк. Покажите новый.", en: "The code has expired. Show a new one." }
    LINK_HIDDEN {
        kk: "Код көрсетілген, бірақ бет жаңартылғандықтан енді көрінбейді. Жаңасын көрсетіңіз.",
        ru: "Код был показан, но после обновления страницы его не видно. Покажите новый.",
        en: "A code was shown, and is out of sight since the page was loaded again. Show a new one.",
    }
    HERE_ALONE {
        kk: "Бұл мекенжай тек осы компьютерде ашылады: басқа браузер терезесін қолданыңыз.",
        ru: "Этот адрес открывается только на этом компьютере: используйте окно другого браузера.",
        en: "This address opens on this computer alone: use another browser's window.",
    }
    CANNOT_SCAN { kk: "Сканерлей алмаймын", ru: "Не получается сканировать", en: "I can't scan it" }
    TYPE {
        kk: "Осы мекенжайды телефон браузерінде ашыңыз. Оны ешкімге жібермеңіз.",
        ru: "Откройте этот адрес в браузере телефона. Никому его не пересылайте.",
        en: "Open this address in the phone's browser. Don't send it to anybody else.",
    }
    AGAIN { kk: "Жаңа код", ru: "Новый код", en: "New code" }
    HERE { kk: "Осы жерде жалғастыру", ru: "Продолжить здесь", en: "Continue here" }
    NO_MORE {
        kk: "Бұл сессияда телефонға арналған басқа код көрсетілмейді.",
        ru: "В этой сессии больше нельзя показать код для телефона.",
        en: "No more codes for a phone can be shown in this session.",
    }
    COMPARE { kk: "Телефонда осы сан тұр ма?", ru: "На телефоне то же число?", en: "Does your phone show this number?" }
    COMPARE_WHY {
        kk: "Басқа сан тұрса немесе телефонда ештеңе ашылмаса, кодты басқа біреу ашқан: «Жоқ» түймесін басыңыз.",
        ru: "Если число другое или на телефоне ничего не открылось, код открыл кто-то другой: нажмите «Нет».",
        en: "If it shows another number or nothing has opened there, somebody else has opened the code: press “No”.",
    }
    SAME { kk: "Иә, сол сан", ru: "Да, то же", en: "Yes, the same" }
    OTHER { kk: "Жоқ", ru: "Нет", en: "No" }
    ACTING {
        kk: "Камера қадамы телефонда. Ол біткенде, осы бет өзі жалғасады.",
        ru: "Шаг с камерой – на телефоне. Когда он закончится, эта страница продолжит сама.",
        en: "The camera step is on the phone. When it is done, this page goes on by itself.",
    }
    TAKE_BACK { kk: "Осы жерге қайтару", ru: "Вернуть сюда", en: "Bring it back here" }

    WITHOUT_TITLE { kk: "Менде камера мүлде жоқ", ru: "У меня совсем нет камеры", en: "I have no camera at all" }
    WITHOUT_BANK {
        kk: "Senim жеке басты тек камерамен растайды. Камерасыз бұл жерде жалғастыру мүмкін емес: {bank} бөлімшесіне немесе қолдау қызметіне жүгініп, басқа жолын сұраңыз. Сессияны тоқтатсаңыз, ештеңе берілмейді.",
        ru: "Senim подтверждает личность только с камерой. Без неё продолжить здесь нельзя: обратитесь в отделение или поддержку {bank} и спросите о другом способе. Если прервать сессию, ничего не будет передано.",
        en: "Senim confirms who you are with a camera only. Without one you can't go on here: ask {bank} at a branch or its support for another way. If you stop the session, nothing is passed on.",
    }
    WITHOUT_CABINET {
        kk: "Кабинет тек камерамен ашылады. Камерасыз келісімді тоқтату үшін оны берген ұйымның бөлімшесіне немесе қолдау қызметіне жүгініңіз: ұйым келісімнен өзі бас тарта алады.",
        ru: "Кабинет открывается только с камерой. Чтобы прекратить согласие без неё, обратитесь в отделение или поддержку организации, которой вы его дали: она может отказаться от него сама.",
        en: "The cabinet opens with a camera only. To end a consent without one, ask the organisation that you gave it to, at a branch or its support: it can give the consent up itself.",
    }

    OPEN_TITLE { kk: "Камера қадамын осы телефонда орындау", ru: "Шаг с камерой на этом телефоне", en: "The camera step on this phone" }
    OPEN_TEXT {
        kk: "Басқа құрылғыда басталған сессияның тек камера қадамы осында өтеді. Қалғаны сол құрылғыда жалғасады.",
        ru: "Здесь пройдёт только шаг с камерой сессии, начатой на другом устройстве. Остальное – на нём.",
        en: "Only the camera step of a session that began on another device is done here. The rest goes on there.",
    }
    OPEN_WARN {
        kk: "Сессияны өзіңіз бастасаңыз және код алдыңыздағы экранда тұрса ғана жалғастырыңыз. Сілтемені біреу жіберсе, бұл бетті жабыңыз.",
        ru: "Продолжайте, только если сами начали сессию и код стоит на экране перед вами. Если ссылку вам прислали, закройте страницу.",
        en: "Go on only if you began the session yourself and the code is on a screen before you. If somebody sent you the link, close this page.",
    }
    OPEN_GO { kk: "Жалғастыру", ru: "Продолжить", en: "Continue" }
    WAITS_TITLE { kk: "Сандарды салыстырыңыз", ru: "Сравните числа", en: "Compare the numbers" }
    WAITS_TEXT {
        kk: "Екінші экранда да осы сан тұрса, сонда растаңыз.",
        ru: "Если на другом экране то же число, подтвердите это там.",
        en: "If the other screen shows the same number, confirm it there.",
    }
    WAITS_FOR { kk: "Сессия: {bank} сұрауы бойынша жеке басты растау.", ru: "Сессия: подтверждение личности по запросу {bank}.", en: "The session: confirming who you are, requested by {bank}." }
    WAITS_CABINET { kk: "Сессия: Senim кабинетіне кіру.", ru: "Сессия: вход в кабинет Senim.", en: "The session: signing in to the Senim cabinet." }
    WAITING { kk: "Растауды күтіп тұрмыз…", ru: "Ждём подтверждения…", en: "Waiting for the confirmation…" }
    DONE_TITLE { kk: "Телефондағы бөлігі бітті", ru: "На телефоне всё", en: "That is all on the phone" }
    DONE_TEXT {
        kk: "Сессия басталған құрылғыға оралыңыз. Бұл бетті жабуға болады.",
        ru: "Вернитесь к устройству, где начата сессия. Эту страницу можно закрыть.",
        en: "Go back to the device where the session began. You can close this page.",
    }
}
