//! Said around the front part of another vendor's solution, which says the rest itself.

use senim_kit::words;

words! {
    BY {
        kk: "Бұл тексеруді {vendor} бағдарламасы жүргізеді. Ол төменде өз терезесінде ашылып, сізді камерамен түсіреді, суреттерді {vendor} көреді. Оған ЖСН-іңіз де, атыңыз да, тексеруді кім сұрағаны да айтылмайды.",
        ru: "Эту проверку проводит программа «{vendor}». Она откроется ниже в своём окне и снимет вас камерой, снимки увидит «{vendor}». Ваш ИИН, имя и то, кто попросил о проверке, ей не сообщаются.",
        en: "A program of {vendor} makes this check. It opens below in a window of its own and films you with the camera, and {vendor} sees the pictures. It is told neither your IIN nor your name nor who asked for the check.",
    }
    WISHES { kk: "Сізге қолайлы болсын", ru: "Чтобы вам было удобно", en: "To suit you" }
    NO_MOVEMENT {
        kk: "Басымды немесе денемді қозғалта алмаймын",
        ru: "Мне трудно двигать головой или телом",
        en: "I can't move my head or body",
    }
    NO_FLASHING {
        kk: "Экранда түстер баяу, жарқылсыз ауыссын",
        ru: "Менять цвета на экране медленно, без вспышек",
        en: "Slow colours on the screen, no flashing",
    }
    START { kk: "Тексеруді бастау", ru: "Начать проверку", en: "Start the check" }
    FRAME { kk: "{vendor}: камерамен тексеру", ru: "{vendor}: проверка камерой", en: "{vendor}: check with the camera" }
    LOADING {
        kk: "{vendor} терезесі ашылып жатыр. Ол {seconds} секундта ашылмаса, тексеру есепке алынбайды, келесісін басқа бағдарлама жүргізеді.",
        ru: "Открывается окно «{vendor}». Если за {seconds} секунд оно не откроется, проверка не засчитается, а следующую проведёт другая программа.",
        en: "The window of {vendor} is opening. If it has not opened within {seconds} seconds, the check does not count, and another program makes the next one.",
    }
    JUDGING {
        kk: "{vendor} суреттерді тексеріп жатыр",
        ru: "«{vendor}» проверяет снимки",
        en: "{vendor} is checking the pictures",
    }
}
