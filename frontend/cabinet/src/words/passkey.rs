//! Said of passkeys.

use senim_kit::words;

words! {
    TITLE { kk: "Кіру кілттері", ru: "Ключи доступа", en: "Passkeys" }
    LEAD {
        kk: "Кіру кілті (passkey) кабинетті камерасыз, құрылғының өз құлпымен ашады: саусақ ізімен, бет-әлпетпен немесе PIN-кодпен. Онымен бәрін көруге және кері қайтарып алуға болады. Келісім беру үшін бұрынғыдай камера керек.",
        ru: "Ключ доступа (passkey) открывает кабинет без камеры, замком самого устройства: отпечатком, лицом или PIN-кодом. С ним можно всё видеть и отзывать. Чтобы дать согласие, по-прежнему нужна камера.",
        en: "A passkey opens the cabinet without the camera, with the device's own lock: fingerprint, face or PIN. You can see everything with it, and withdraw. Giving a consent still takes the camera.",
    }
    SIGN_IN { kk: "Кіру кілтімен ашу", ru: "Открыть ключом доступа", en: "Open with a passkey" }
    OFFER {
        kk: "Келесіде осы құрылғыда кіру кілтімен ашу",
        ru: "В следующий раз открыть ключом доступа на этом устройстве",
        en: "Open with a passkey on this device next time",
    }
    LOOKING {
        kk: "Кабинетті кіру кілтімен аштыңыз: бәрін көресіз, келісімдерді тарылтып, кері қайтарып аласыз және «Бұл мен емес» деп хабарлай аласыз. Кіру кілтін қосу және өңдеуге берген келісімді кері қайтарып алу үшін шығып, камерамен кіріңіз.",
        ru: "Вы открыли кабинет ключом доступа: видно всё, согласия можно сузить и отозвать, можно сообщить «Это был не я». Чтобы добавить ключ доступа или отозвать согласие на обработку, выйдите и войдите с камерой.",
        en: "You opened the cabinet with a passkey: you see everything, can narrow and withdraw consents, and report “It wasn't me”. To add a passkey, or to withdraw the consent to processing, sign out and sign in with the camera.",
    }
    NEEDS_CAMERA {
        kk: "Кіру кілтін камерамен кіргеннен кейін 15 минут ішінде қосуға болады. Қосу үшін шығып, камерамен қайта кіріңіз.",
        ru: "Ключ доступа можно добавить в течение 15 минут после входа с камерой. Чтобы добавить, выйдите и войдите с камерой снова.",
        en: "A passkey can be added within 15 minutes after you signed in with the camera. To add one, sign out and sign in with the camera again.",
    }
    UNSUPPORTED {
        kk: "Бұл браузерде кіру кілттері жоқ.",
        ru: "В этом браузере ключей доступа нет.",
        en: "This browser has no passkeys.",
    }
    FULL {
        kk: "Кіру кілттерінің саны шегіне жетті: {most}. Жаңасын қосу үшін біреуін жойыңыз.",
        ru: "Ключей доступа уже предельное число: {most}. Чтобы добавить новый, удалите один.",
        en: "There are as many passkeys as there may be: {most}. Remove one to add another.",
    }
    NONE {
        kk: "Кабинетіңізді ашатын кіру кілті жоқ.",
        ru: "Ключей доступа, которые открывают ваш кабинет, нет.",
        en: "No passkey opens your cabinet.",
    }
    DEVICE { kk: "Қай құрылғыда қосылды", ru: "Где добавлен", en: "Added in" }
    ADDED { kk: "Қосылды", ru: "Добавлен", en: "Added" }
    USED { kk: "Соңғы рет ашты", ru: "Открывал последний раз", en: "Opened last" }
    NEVER { kk: "әлі ашпаған", ru: "ещё не открывал", en: "not yet" }
    STANDS { kk: "Жарамдылығы", ru: "Действует", en: "Good" }
    OWN { kk: "Осы кіруді ашты", ru: "Открыл этот вход", en: "It opened this session" }
    REMOVE { kk: "Жою", ru: "Удалить", en: "Remove" }
    ACTED {
        kk: "Қосылған кіру кілттері",
        ru: "Добавленные ключи доступа",
        en: "Passkeys that were added",
    }
    BY_CLIENT { kk: "{at} сіз жойдыңыз", ru: "удалён вами {at}", en: "removed by you on {at}" }
    BY_REPORT {
        kk: "{at} «Бұл мен емес» хабарымен аяқталды",
        ru: "завершён сообщением «Это был не я» {at}",
        en: "ended by your report “It wasn't me” on {at}",
    }
    BY_AGREEMENT {
        kk: "{at} өңдеуге берген келісіммен бірге аяқталды",
        ru: "завершён вместе с согласием на обработку {at}",
        en: "ended with the consent to processing on {at}",
    }
    BY_COPY {
        kk: "{at} аяқталды: көшірілген болуы мүмкін",
        ru: "завершён {at}: возможно, скопирован",
        en: "ended on {at}: somebody may have copied it",
    }
    BY_TERM { kk: "{at} мерзімі өтті", ru: "срок истёк {at}", en: "its term ended on {at}" }
}
