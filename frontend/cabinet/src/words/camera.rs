//! Said around the liveness widget; what it says itself stands in `frontend/liveness/words.json`.

use senim_kit::words;

words! {
    TITLE { kk: "Камераға қараңыз", ru: "Посмотрите в камеру", en: "Look at the camera" }
    CHECKS_LEFT {
        kk: "Қалған талпыныс: {count}",
        ru: "Осталось попыток: {count}",
        en: "Tries left: {count}",
    }
}
