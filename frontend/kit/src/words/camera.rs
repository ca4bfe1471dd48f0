//! Said around the liveness widget; what it says itself stands in `frontend/liveness/words.json`.

use super::words;

words! {
    TITLE { kk: "Камераға қараңыз", ru: "Посмотрите в камеру", en: "Look at the camera" }
    CHECKS_LEFT {
        kk: "Қалған тексеріс саны: {count}",
        ru: "Осталось проверок: {count}",
        en: "Checks left: {count}",
    }
}
