//! Said while the camera looks.

use super::words;

words! {
    TITLE { kk: "Камераға қараңыз", ru: "Посмотрите в камеру", en: "Look at the camera" }
    LEAD {
        kk: "Бірнеше сурет түсіріп, мемлекеттік тіркелімдегі суретпен салыстырамыз. Суреттер тек осы тексеріске қолданылады.",
        ru: "Мы сделаем несколько снимков и сравним с фотографией в государственном реестре. Снимки нужны только для этой проверки.",
        en: "We take a few pictures and compare them with your photo in the state register. They are used for this check only.",
    }
    TIP_LIGHT {
        kk: "Жарық бетіңізге түссін, терезеге арқаңызды бермеңіз.",
        ru: "Свет должен падать на лицо: не стойте спиной к окну.",
        en: "Let the light fall on your face: don't stand with your back to a window.",
    }
    TIP_BARE {
        kk: "Бас киім, қара көзілдірік пен масканы шешіңіз.",
        ru: "Снимите головной убор, тёмные очки и маску.",
        en: "Take off headgear, dark glasses and mask.",
    }
    TIP_ALONE {
        kk: "Камера алдында жалғыз болыңыз.",
        ru: "Будьте перед камерой один.",
        en: "Be alone in front of the camera.",
    }
    START { kk: "Камераны қосу", ru: "Включить камеру", en: "Turn on the camera" }
    TAKE { kk: "Түсіру", ru: "Сделать снимки", en: "Take the pictures" }
    STOP { kk: "Камераны өшіру", ru: "Выключить камеру", en: "Turn the camera off" }
    CHECKS_LEFT {
        kk: "Қалған тексеріс саны: {count}",
        ru: "Осталось проверок: {count}",
        en: "Checks left: {count}",
    }
    PREVIEW {
        kk: "Камераның айнадағыдай көрінісі",
        ru: "Изображение с камеры, как в зеркале",
        en: "What the camera sees, as in a mirror",
    }
    ASKING {
        kk: "Браузер сұраса, камераға рұқсат беріңіз…",
        ru: "Разрешите доступ к камере, если браузер спросит…",
        en: "Allow the camera if the browser asks…",
    }
    PREPARING { kk: "Дайындап жатырмыз…", ru: "Готовим проверку…", en: "Getting ready…" }
    NO_GUIDANCE {
        kk: "Бұл браузерде кеңес бере алмаймыз. Бетіңізді сопақшаға орналастырып, «Түсіру» батырмасын басыңыз.",
        ru: "В этом браузере подсказки не работают. Поместите лицо в овал и нажмите «Сделать снимки».",
        en: "No guidance in this browser. Place your face in the oval and press “Take the pictures”.",
    }
    TAKING { kk: "Қозғалмаңыз: {count} / {total}", ru: "Не двигайтесь: {count} из {total}", en: "Hold still: {count} of {total}" }
    SENDING { kk: "Жіберілуде: {percent} %", ru: "Отправляем: {percent} %", en: "Sending: {percent} %" }
    JUDGING { kk: "Суреттер тексерілуде…", ru: "Проверяем снимки…", en: "Checking the pictures…" }

    HINT_GOOD { kk: "Жақсы, осылай тұрыңыз", ru: "Хорошо, так и оставайтесь", en: "Good, stay like this" }
    HINT_NO_FACE { kk: "Бетіңізді сопақшаға орналастырыңыз", ru: "Поместите лицо в овал", en: "Place your face in the oval" }
    HINT_SEVERAL { kk: "Кадрда бірнеше адам бар", ru: "В кадре несколько человек", en: "More than one person is in the picture" }
    HINT_DARK { kk: "Тым қараңғы: жарыққа бұрылыңыз", ru: "Слишком темно: повернитесь к свету", en: "Too dark: turn towards the light" }
    HINT_BRIGHT { kk: "Тым жарық: шағылысудан кетіңіз", ru: "Слишком ярко: уйдите от бликов", en: "Too bright: move out of the glare" }
    HINT_FAR { kk: "Жақынырақ келіңіз", ru: "Подойдите ближе", en: "Come closer" }
    HINT_CLOSE { kk: "Сәл алысырақ тұрыңыз", ru: "Отодвиньтесь немного", en: "Move back a little" }
    HINT_CENTRE { kk: "Бетіңізді ортаға қойыңыз", ru: "Сместитесь в центр", en: "Move to the centre" }
    HINT_TURNED { kk: "Камераға тура қараңыз", ru: "Смотрите прямо в камеру", en: "Look straight at the camera" }
    HINT_GLASSES { kk: "Қара көзілдірікті шешіңіз", ru: "Снимите тёмные очки", en: "Take off dark glasses" }
    HINT_SIDE_LIGHT { kk: "Жарық алдыңыздан түссін", ru: "Пусть свет падает спереди", en: "Let the light come from the front" }
    HINT_EYES { kk: "Көзіңізді ашыңыз", ru: "Откройте глаза", en: "Open your eyes" }
    HINT_GAZE { kk: "Көзіңізбен камераға қараңыз", ru: "Переведите взгляд на камеру", en: "Turn your eyes to the camera" }
    HINT_STILL { kk: "Қозғалмаңыз", ru: "Не двигайтесь", en: "Hold still" }

    DENIED {
        kk: "Браузерде камераға рұқсат жоқ. Мекенжай жолындағы камера белгісін басып, рұқсат беріңіз де, қайталаңыз.",
        ru: "Браузеру запрещена камера. Нажмите на значок камеры в адресной строке, разрешите доступ и повторите.",
        en: "The browser may not use the camera. Click the camera sign in the address bar, allow it, and try again.",
    }
    MISSING {
        kk: "Камера табылмады. Камераны қосыңыз немесе осы бетті телефоннан ашыңыз.",
        ru: "Камера не найдена. Подключите её или откройте эту страницу на телефоне.",
        en: "No camera was found. Connect one, or open this page on a phone.",
    }
    BUSY {
        kk: "Камераны басқа бағдарлама қолданып тұр. Оны жауып, қайталаңыз.",
        ru: "Камеру занимает другая программа. Закройте её и повторите.",
        en: "Another program is using the camera. Close it and try again.",
    }
    LOST {
        kk: "Камерамен байланыс үзілді. Оны тексеріп, қайталаңыз.",
        ru: "Связь с камерой прервалась. Проверьте её и повторите.",
        en: "The camera went away. Check it and try again.",
    }
    SMALL {
        kk: "Камера тек {size} береді, кемінде 640 × 360 керек. Басқа камера таңдаңыз немесе бетті телефоннан ашыңыз.",
        ru: "Камера даёт только {size}, а нужно не меньше 640 × 360. Выберите другую или откройте страницу на телефоне.",
        en: "The camera gives only {size}, and at least 640 × 360 is needed. Choose another, or open this page on a phone.",
    }
    UNSUPPORTED {
        kk: "Бұл браузер камераны аша алмайды. Соңғы Chrome, Safari немесе Firefox қолданыңыз.",
        ru: "Этот браузер не умеет открывать камеру. Возьмите свежий Chrome, Safari или Firefox.",
        en: "This browser can't open a camera. Use a current Chrome, Safari or Firefox.",
    }
}
