//! Said of what the browser verifies itself: records, the log, its witnesses.

use senim_kit::words;

words! {
    TITLE { kk: "Дәлел", ru: "Доказательство", en: "Proof" }
    LEAD {
        kk: "Сіздің атыңыздан жасалғанның бәрі журналға жазылады, оны байқатпай өзгертуге болмайды. Браузеріңіз мұны өзі тексереді: бізге сенудің қажеті жоқ.",
        ru: "Всё, что сделано от вашего имени, записано в журнал, который нельзя изменить незаметно. Ваш браузер проверяет это сам: верить нам на слово не нужно.",
        en: "Everything done in your name is written into a log that can't be changed unnoticed. Your browser checks this itself: you don't have to take our word for it.",
    }
    CHECKING { kk: "Браузеріңіз тексеріп жатыр…", ru: "Браузер проверяет…", en: "Your browser is checking…" }
    CHECKING_SHORT { kk: "Тексерілуде…", ru: "Проверяется…", en: "Checking…" }
    NO_LOG {
        kk: "Тексеретін журнал әлі жарияланбаған. Біраздан кейін қайталап көріңіз.",
        ru: "Журнал для проверки ещё не опубликован. Попробуйте чуть позже.",
        en: "No log has been published yet that could be checked. Try again a little later.",
    }
    UNABLE {
        kk: "Бұл браузер тексере алмады. Оны жаңартып, қайталап көріңіз немесе файлдарды басқа құрылғыда тексеріңіз.",
        ru: "Этот браузер не смог провести проверку. Обновите его и попробуйте снова или проверьте файлы на другом устройстве.",
        en: "This browser could not run the check. Update it and try again, or check the files on another device.",
    }

    HOLDS {
        kk: "Тексерілді: сіз туралы жазбалардың бәрі ({count}) журналда бар, ешқайсысы өзгертілмеген және ешқайсысы түсіп қалмаған.",
        ru: "Проверено: все записи о вас ({count}) есть в журнале, ни одна не изменена и ни одна не пропущена.",
        en: "Verified: all records about you ({count}) are in the log, none was altered and none is left out.",
    }
    UNTIL {
        kk: "Журналдың соңғы жазбасы: {until}.",
        ru: "Последняя запись журнала: {until}.",
        en: "The log's last entry was made on {until}.",
    }
    PRUNED {
        kk: "Журнал {from} айынан басталады: одан бұрынғы жазбалардың сақтау мерзімі бітті, олар жарияланған ереже бойынша жойылды. Бұл журналдың өзінде жазылған.",
        ru: "Журнал начинается с месяца {from}: срок хранения более ранних записей истёк, и они удалены по опубликованному правилу. Об этом говорит сам журнал.",
        en: "The log begins with the month {from}: the term of earlier records was over, and they were deleted by the published rule. The log itself says so.",
    }
    RULE { kk: "Сақтау ережесі", ru: "Правило хранения", en: "Retention policy" }
    COMPLETE { kk: "Толықтығы", ru: "Полнота", en: "Complete" }
    COMPLETE_TEXT {
        kk: "Журналдың көрсеткіші жазбаларыңыздың санын және қандай екенін дәлелдейді: біреуі жасырылса, тексеру өтпейді.",
        ru: "Указатель журнала доказывает, сколько у вас записей и какие они: если скрыть хотя бы одну, проверка не пройдёт.",
        en: "The log's index proves how many records you have and which: with one of them hidden the check would fail.",
    }
    CONTINUES { kk: "Өткен жолдан бері", ru: "С прошлого раза", en: "Since last time" }
    GROWN {
        kk: "Журнал тек өсті: {older} жазбадан {size} жазбаға дейін. Бұрынғының ешқайсысы өзгермеген.",
        ru: "Журнал только вырос: с {older} до {size} записей. Ничто прежнее не изменилось.",
        en: "The log only grew, from {older} to {size} entries. Nothing that stood there was changed.",
    }
    SAME {
        kk: "Журнал осы браузер соңғы рет көргендей: {size} жазба.",
        ru: "Журнал такой же, каким этот браузер видел его в последний раз: {size} записей.",
        en: "The log is as this browser last saw it: {size} entries.",
    }
    FIRST {
        kk: "Бұл браузердегі алғашқы тексеру. Браузер журналдың күйін есте сақтады және журнал қайта жазылса, байқайды.",
        ru: "Это первая проверка в этом браузере. Он запомнил состояние журнала и заметит, если журнал перепишут.",
        en: "This was the first check in this browser. It has remembered the state of the log and will notice if the log is rewritten.",
    }
    WITNESSES { kk: "Куәлар", ru: "Свидетели", en: "Witnesses" }
    WITNESSED {
        kk: "Журналдың осы күйін тәуелсіз куәлар растады: {names}, {at}.",
        ru: "Это состояние журнала подтвердили независимые свидетели: {names}, {at}.",
        en: "Independent witnesses confirmed this state of the log: {names}, {at}.",
    }
    NO_WITNESS {
        kk: "Бұл журналды тәуелсіз куә бақыламайды. Жазбаларыңыздың толық екені тексерілді, бірақ басқаларға дәл осы журнал көрсетілетіні тексерілмеді.",
        ru: "За этим журналом не следит ни один независимый свидетель. Проверено, что ваши записи целы, но не то, что другим показан тот же журнал.",
        en: "No independent witness watches this log. It was checked that your records are whole, but not that others are shown the same log.",
    }
    ALLOWED { kk: "Келісімдер", ru: "Согласия", en: "Consents" }
    ALLOWED_TEXT {
        kk: "Деректеріңіздің әр оқылуына сол сәтте күшінде болған келісім сәйкес келеді.",
        ru: "Каждому чтению ваших данных соответствует согласие, действовавшее в тот момент.",
        en: "Each read of your data had a consent in force at that moment.",
    }
    NOT_ALLOWED_TEXT {
        kk: "Кейбір оқулардың сол сәтте келісімі болмаған: төмендегі тізімді қараңыз.",
        ru: "Для некоторых чтений согласия в тот момент не было: смотрите список ниже.",
        en: "Some reads had no consent at that moment: see the list below.",
    }
    UNCOVERED {
        kk: "Келісімсіз оқу саны: {count}. Олар тізімде қызылмен белгіленген. Қолдау қызметіне хабарлаңыз.",
        ru: "Чтений без согласия: {count}. В списке они отмечены красным. Сообщите в службу поддержки.",
        en: "Reads without a consent: {count}. They are marked red in the list. Tell the support service.",
    }
    TOOK { kk: "Уақыты", ru: "Время проверки", en: "Time taken" }
    TOOK_TEXT {
        kk: "Браузеріңізде {ms} миллисекунд",
        ru: "{ms} миллисекунд в вашем браузере",
        en: "{ms} milliseconds in your browser",
    }

    ALTERED {
        kk: "Сіз туралы жазба өзгертілген.",
        ru: "Запись о вас изменена.",
        en: "A record about you was altered.",
    }
    ALTERED_TEXT {
        kk: "Платформа көрсеткен нәрсе журналда басқаша жазылған. Осы тізімге сенбеңіз.",
        ru: "То, что показала платформа, в журнале записано иначе. Не полагайтесь на этот список.",
        en: "What the platform showed stands otherwise in the log. Don't rely on this list.",
    }
    MISSING {
        kk: "Сіз туралы жазба жетіспейді.",
        ru: "Не хватает записи о вас.",
        en: "A record about you is missing.",
    }
    MISSING_TEXT {
        kk: "Журналда сіз туралы платформа көрсеткеннен көп жазба бар: бірдеңе жасырылған.",
        ru: "В журнале о вас больше записей, чем показала платформа: что-то скрыто.",
        en: "The log has more records about you than the platform showed: something is being hidden.",
    }
    REWRITTEN {
        kk: "Журнал қайта жазылған.",
        ru: "Журнал переписан.",
        en: "The log was rewritten.",
    }
    REWRITTEN_TEXT {
        kk: "Журнал осы браузер өткен жолы көргенді жалғастырмайды: бұрынғы жазбалар ауыстырылған немесе алынып тасталған.",
        ru: "Журнал не продолжает того, что этот браузер видел в прошлый раз: прежние записи заменены или убраны.",
        en: "The log does not continue what this browser saw last time: earlier entries were replaced or taken away.",
    }
    UNWITNESSED {
        kk: "Журналды куәлар растамаған.",
        ru: "Журнал не подтверждён свидетелями.",
        en: "The log's witnesses have not confirmed it.",
    }
    UNWITNESSED_TEXT {
        kk: "Тәуелсіз куәлардың қолдары жетіспейді, сондықтан басқаларға басқа журнал көрсетілуі мүмкін.",
        ru: "Подписей независимых свидетелей недостаточно, поэтому другим мог быть показан другой журнал.",
        en: "Too few independent witnesses have signed, so others may have been shown another log.",
    }
    STRANGER {
        kk: "Журналға бөтен кілтпен қол қойылған.",
        ru: "Журнал подписан чужим ключом.",
        en: "The log is signed with a strange key.",
    }
    STRANGER_TEXT {
        kk: "Қол осы браузер есте сақтаған кілтке сәйкес келмейді: бұл басқа журнал.",
        ru: "Подпись не соответствует ключу, который помнит этот браузер: это другой журнал.",
        en: "The signature is not by the key that this browser remembers: it is another log.",
    }
    RESTARTED {
        kk: "Платформа басқа журнал бастады.",
        ru: "Платформа начала другой журнал.",
        en: "The platform has begun another log.",
    }
    RESTARTED_TEXT {
        kk: "Бұрынғы журнал жоғалған, сондықтан оны жалғастыру мүмкін емес. Бұл — жасанды журнал емес: жаңасын сол куәлар растады және оның бірінші жазбасы бұрынғысы туралы айтады.",
        ru: "Прежний журнал утрачен, и продолжить его нельзя. Это не подделка: новый подтвердили те же свидетели, и первая его запись говорит о прежнем.",
        en: "The former log was lost and can't be continued. This is not a forgery: the same witnesses have confirmed the new one, and its first record tells of the former.",
    }
    RESTARTED_ALONE {
        kk: "Бұрынғы журнал жоғалған, сондықтан оны жалғастыру мүмкін емес деп оператордың өзі ғана айтады: бұл журналды ешбір куә бақыламайды. Жаңа журналдың бірінші жазбасы бұрынғысы туралы айтады.",
        ru: "О том, что прежний журнал утрачен и его нельзя продолжить, говорит только оператор: за журналом не следит ни один свидетель. Первая запись нового журнала говорит о прежнем.",
        en: "That the former log was lost and can't be continued is said by the operator alone: no witness watches this log. The new log's first record tells of the former.",
    }
    RESTARTED_FACTS {
        kk: "Басталған уақыты: {at}. Оператордың түсіндірмесі: «{reason}». Бұрынғы журналдың соңғы белгілі күйі: {size} жазба.",
        ru: "Начат: {at}. Объяснение оператора: «{reason}». Последнее известное состояние прежнего журнала: {size} записей.",
        en: "It began on {at}. The operator's reason: “{reason}”. The last known state of the former log: {size} entries.",
    }
    RESTARTED_LOST {
        kk: "Осы браузер одан {lost} жазба артық көрген: олар жоғалды.",
        ru: "Этот браузер видел на {lost} записей больше: они утрачены.",
        en: "This browser had seen {lost} entries more: they are lost.",
    }
    RESTARTED_WHAT_TO_DO {
        kk: "Бұл хабарды оператордың хабарландыруымен салыстырыңыз. Бұрын сақтаған файлдарыңыз бұрынғы кілттер тізімімен дәлел болып қала береді. Содан кейін төменде жаңа журналды қабылдай аласыз; жетіспейтін жазбаны байқасаңыз, қолдау қызметіне хабарлаңыз.",
        ru: "Сверьте это с объявлением оператора. Файлы, которые вы сохранили раньше, остаются доказательством по прежнему списку ключей. Затем ниже можно принять новый журнал; если какой-то записи не хватает, сообщите в службу поддержки.",
        en: "Compare this with what the operator has announced. Files that you saved earlier stay proof by the former list of keys. Then you can take over the new log below; if you miss a record, tell the support service.",
    }
    OTHER_LOG_OFFERED {
        kk: "Платформа жаңа журналдың тізімін ұсынады, куәлар сол күйінде. Қабылдамас бұрын бақылау сомасын куәлар жариялағанмен салыстырыңыз. Қабылданғаннан кейін браузер бұрынғы журналды ұмытады.",
        ru: "Платформа предлагает список с новым журналом, свидетели те же. Прежде чем принять его, сверьте контрольную сумму с той, которую публикуют свидетели. После этого браузер забудет прежний журнал.",
        en: "The platform offers a list with the new log; the witnesses are the same. Before you take it over, compare its checksum with the one that the witnesses publish. The browser then forgets the former log.",
    }
    UNREADABLE {
        kk: "Жауапты тексеру мүмкін болмады.",
        ru: "Ответ не удалось проверить.",
        en: "The answer could not be checked.",
    }
    UNREADABLE_TEXT {
        kk: "Келген деректерді оқу мүмкін емес. Бетті жаңартыңыз; қайталанса, хабарлаңыз.",
        ru: "Пришедшие данные нельзя прочитать. Обновите страницу; если повторится, сообщите.",
        en: "What came can't be read. Load the page again; if it happens again, report it.",
    }
    WHAT_TO_DO {
        kk: "Файлды сақтаңыз: ол сізге не көрсетілгенін дәлелдейді. Содан кейін қолдау қызметіне хабарлаңыз.",
        ru: "Сохраните файл: он доказывает, что вам показали. Затем сообщите в службу поддержки.",
        en: "Save the file: it proves what you were shown. Then tell the support service.",
    }
    MORE { kk: "Толығырақ", ru: "Подробнее", en: "More about this" }

    KEYS { kk: "Тексеру неге сүйенеді", ru: "На что опирается проверка", en: "What the check rests on" }
    KEYS_FIRST {
        kk: "Журнал мен куәлар кілттерінің тізімін браузеріңіз қазір платформаның өзінен алып, сақтап қойды. Тізімнің бақылау сомасын куәлар жариялағанмен салыстырыңыз: сонда платформаға сенудің қажеті болмайды.",
        ru: "Список ключей журнала и свидетелей браузер сейчас взял у самой платформы и сохранил. Сравните контрольную сумму списка с той, которую публикуют свидетели: тогда платформе можно не верить.",
        en: "Your browser has just taken the list of the log's and the witnesses' keys from the platform itself, and has kept it. Compare the list's checksum with the one that the witnesses publish: then you need not trust the platform.",
    }
    KEYS_KEPT {
        kk: "Браузеріңіз журнал мен куәлар кілттерінің алғашқы тексеруде сақталған тізіміне сүйенеді; платформа оны ауыстыра алмайды. Бақылау сомасын куәлар жариялағанмен салыстырыңыз.",
        ru: "Браузер опирается на список ключей журнала и свидетелей, сохранённый при первой проверке; платформа его подменить не может. Сравните контрольную сумму с той, которую публикуют свидетели.",
        en: "Your browser relies on the list of the log's and the witnesses' keys that it kept at its first check; the platform can't replace it. Compare its checksum with the one that the witnesses publish.",
    }
    FINGERPRINT {
        kk: "Тізімнің бақылау сомасы (SHA-256):",
        ru: "Контрольная сумма списка (SHA-256):",
        en: "Checksum of the list (SHA-256):",
    }
    CHANGED {
        kk: "Платформа енді басқа куәларды атайды. Браузеріңіз өз тізімін сақтап отыр. Жаңа тізімді тек бақылау сомасын басқа жерден салыстырғаннан кейін қабылдаңыз.",
        ru: "Платформа называет теперь других свидетелей. Браузер пользуется своим списком. Принимайте новый, только сверив его контрольную сумму с другим источником.",
        en: "The platform now names other witnesses. Your browser goes on with its own list. Take over the new one only after you have compared its checksum with another source.",
    }
    TAKE_OVER { kk: "Жаңа тізімді қабылдау", ru: "Принять новый список", en: "Take over the new list" }
    OTHER_LOG {
        kk: "Платформа басқа журналды атап отыр. Журнал кілтін ешқашан ауыстырмайды, ал бұрынғысының жоғалғанын ешбір куә растамайды: қолдау қызметіне хабарлаңыз.",
        ru: "Платформа называет другой журнал. Журнал никогда не меняет ключа, и ни один свидетель не подтвердил, что прежний утрачен: сообщите в службу поддержки.",
        en: "The platform names another log. A log never changes its key, and no witness vouches for it that the former one was lost: tell the support service.",
    }
    OFFLINE {
        kk: "Бұл бетті де платформа береді. Оған да сенгіңіз келмесе, файлдарды сақтап, оларды басқа бағдарламамен интернетсіз тексеріңіз:",
        ru: "Эту страницу тоже отдаёт платформа. Если не хотите верить и ей, сохраните файлы и проверьте их другой программой без интернета:",
        en: "This page comes from the platform as well. If you don't want to trust even that, save the files and check them with another program, offline:",
    }
    SAVE_POLICY { kk: "Кілттер тізімі", ru: "Список ключей", en: "List of keys" }
    SAVE_HISTORY { kk: "Жазбаларым", ru: "Мои записи", en: "My records" }
    SAVE_CHECKPOINT { kk: "Журналдың күйі", ru: "Состояние журнала", en: "State of the log" }
    HISTORY_SECRET {
        kk: "«Жазбаларым» файлын ешкімге бермеңіз: онымен журналдан сіздің жазбаларыңызды тануға болады.",
        ru: "Никому не передавайте файл «Мои записи»: по нему можно узнать ваши записи в журнале.",
        en: "Give the file “My records” to nobody: with it your records can be recognised in the log.",
    }

    RECORDS { kk: "Сіз туралы жазбалар", ru: "Записи о вас", en: "Records about you" }
    WHAT { kk: "Не болды", ru: "Что произошло", en: "What happened" }
    RECORD_HEAD { kk: "Жазба", ru: "Запись", en: "Record" }
    RECORD { kk: "№ {number}", ru: "№ {number}", en: "No. {number}" }
    RECEIPT { kk: "түбіртек", ru: "квитанция", en: "receipt" }
    CAPPED {
        kk: "Соңғы {count} жазба көрсетілген; файлда бәрі бар.",
        ru: "Показаны последние {count} записей; в файле есть все.",
        en: "The last {count} records are shown; the file has all of them.",
    }

    USE_PROOF { kk: "Дәлелі", ru: "Доказательство", en: "Proof" }
    VERIFIED { kk: "Тексерілді", ru: "Проверено", en: "Verified" }
    NOT_VERIFIED { kk: "Тексеруден өтпеді", ru: "Не прошло проверку", en: "Failed the check" }
    NOT_CHECKED { kk: "Тексерілмеді", ru: "Не проверено", en: "Not checked" }
    PENDING { kk: "Журналға жазылуда", ru: "Записывается в журнал", en: "Being written into the log" }
    NOT_IN_LOG { kk: "Журналда жоқ", ru: "Нет в журнале", en: "Not in the log" }
    BEYOND {
        kk: "Журналда осы келісім бойынша тағы {count} оқу бар.",
        ru: "В журнале есть ещё чтения по этому согласию: {count}.",
        en: "The log has {count} more reads under this consent.",
    }
    UNJUDGED {
        kk: "Келісім журналдың басынан ескі",
        ru: "Согласие старше начала журнала",
        en: "The consent is older than the log's beginning",
    }
    NO_CONSENT { kk: "Келісім болмаған", ru: "Согласия не было", en: "There was no consent" }
    OTHER_CONSUMER {
        kk: "Келісім басқа ұйымға берілген",
        ru: "Согласие дано другой организации",
        en: "The consent is another organisation's",
    }
    OTHER_PROVIDER {
        kk: "Келісімде бұл банк аталмаған",
        ru: "Этот банк в согласии не назван",
        en: "The consent does not name this bank",
    }
    WITHOUT_CLIENT {
        kk: "Сіз болмағанда оқуға келісім берілмеген",
        ru: "Согласия на чтение без вас не было",
        en: "The consent is for reads while you are there",
    }
    EARLY { kk: "Келісімнен бұрын оқылған", ru: "Прочитано до согласия", en: "Read before the consent" }
    LATE { kk: "Келісім біткеннен кейін оқылған", ru: "Прочитано после конца согласия", en: "Read after the consent had ended" }
}
