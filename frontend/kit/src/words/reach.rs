//! What each node knows of something that was done.

use super::words;

words! {
    WAITING {
        kk: "Кейбір түйіндер әлі растаған жоқ. Ең кеш дегенде {time} олар не біледі, не барлық сұраудан бас тартады.",
        ru: "Некоторые узлы ещё не подтвердили. Не позднее {time} они либо узнают об этом, либо станут отклонять все запросы.",
        en: "Some nodes have not confirmed yet. By {time} at the latest they either know or refuse every request.",
    }
    NODE_CONFIRMED { kk: "Растады", ru: "Подтвердил", en: "Confirmed" }
    NODE_WAITING { kk: "Әлі растаған жоқ", ru: "Ещё не подтвердил", en: "Not confirmed yet" }
    NODE_SILENT {
        kk: "Растамады: не біледі, не барлық сұраудан бас тартады",
        ru: "Не подтвердил: либо знает, либо отклоняет все запросы",
        en: "Not confirmed: it knows, or refuses every request",
    }
}
