//! Said on the pages of help and accessibility. Numbers are filled from core's rules.

use senim_kit::words;

words! {
    LEAD {
        kk: "Senim жеке басыңызды растайды және деректеріңізге берген келісімдеріңізді сақтайды.",
        ru: "Senim подтверждает, кто вы, и хранит согласия на доступ к вашим данным.",
        en: "Senim confirms who you are and keeps the consents that you give to reading your data.",
    }
    WHAT_TITLE { kk: "Бұл не үшін керек", ru: "Зачем это нужно", en: "What this is for" }
    WHAT {
        kk: "Ұйым сіздің келісіміңізсіз деректеріңізді ала алмайды. Келісімді тек сіз бере алатыныңызға көз жеткізу үшін Senim бет-әлпетіңізді мемлекеттік тізілімдегі суретпен салыстырып, телефоныңызға код жібереді.",
        ru: "Без вашего согласия организация не получит ваших данных. Чтобы согласие не дал за вас кто-то другой, Senim сравнивает лицо с фотографией в государственном реестре и отправляет код на телефон.",
        en: "Without your consent no organisation gets your data. So that nobody else can give it for you, Senim compares your face with the photo in the state register and sends a code to your phone.",
    }
    NEED_TITLE { kk: "Не керек", ru: "Что понадобится", en: "What you need" }
    NEED {
        kk: "ЖСН, камера және ұйым сұрауында көрсетілген нөмірі бар телефон. Кабинетке кіргенде код соңғы рет расталған нөмірге жіберіледі.",
        ru: "ИИН, камера и телефон с номером, который указан в запросе организации. При входе в кабинет код приходит на номер, подтверждённый последним.",
        en: "Your IIN, a camera, and the phone whose number stands in the organisation's request. For a sign-in to the cabinet the code goes to the number that was confirmed last.",
    }
    TIME_TITLE { kk: "Қанша уақыт бар", ru: "Сколько есть времени", en: "How much time there is" }
    TIME {
        kk: "Сессия {lifetime} минут созылады. Аяқталуына {warning} минут қалғанда бет сізден сұрайды: әр жауап {extension} минут қосады, ең көбі {extensions} рет. Басталған камера тексеруі де сессияны ұзартуы мүмкін.",
        ru: "Сессия длится {lifetime} минут. За {warning} минуты до конца страница спросит, здесь ли вы: каждый ответ добавляет {extension} минут, не больше {extensions} раз. Начатая проверка камерой тоже может продлить сессию.",
        en: "A session lasts {lifetime} minutes. {warning} minutes before its end the page asks whether you stay: each answer adds {extension} minutes, at most {extensions} times. A camera check that begins may extend it as well.",
    }
    CAMERA_TITLE { kk: "Камера тексеруі өтпесе", ru: "Если проверка камерой не проходит", en: "If the camera check fails" }
    CAMERA {
        kk: "Жарық бөлмеге өтіңіз, терезеге арқаңызды бермеңіз, экранды жарық етіңіз, көзілдірік пен бас киімді шешіңіз. Бет әр сәтсіз тексерудің себебін айтады. Сессияда {checks} талпыныс бар.",
        ru: "Перейдите в светлую комнату, не стойте спиной к окну, сделайте экран ярче, снимите очки и головной убор. Страница говорит, почему не прошла каждая проверка. В сессии {checks} попытки.",
        en: "Go into a light room, don't stand with your back to a window, make the screen bright, take off glasses and headgear. The page says why each check failed. A session has {checks} tries.",
    }
    PHONE_TITLE { kk: "Бұл құрылғыда камера болмаса", ru: "Если на этом устройстве нет камеры", en: "If this device has no camera" }
    PHONE {
        kk: "Камера қадамында QR-кодты көрсетіп, телефонмен сканерлеңіз. Код бір рет, {link} минут ішінде ашылады. Екі экранда бір сан тұрғанын растағаннан кейін телефонда тек камера қадамы өтеді.",
        ru: "На шаге с камерой покажите QR-код и сканируйте его телефоном. Код открывается один раз, в течение {link} минут. После того как вы подтвердите, что на обоих экранах одно число, телефон проходит только шаг с камерой.",
        en: "At the camera step show the QR code and scan it with a phone. It opens once, within {link} minutes. After you have confirmed that both screens show one number, the phone does the camera step and nothing else.",
    }
    CODE_TITLE { kk: "Код келмесе", ru: "Если код не приходит", en: "If the code does not come" }
    CODE {
        kk: "Код {code} минут жарамды, енгізуге {tries} талпыныс бар, сессияда {messages} SMS-ке дейін жіберіледі. Нөмір ескірген болса, оны ұйым қолданбасында жаңартып, сол жерден қайта бастаңыз.",
        ru: "Код действует {code} минуты, ввести его можно за {tries} попытки, в сессии отправляется до {messages} SMS. Если номер устарел, обновите его в приложении организации и начните оттуда заново.",
        en: "A code is valid for {code} minutes and may be entered in {tries} tries; a session sends up to {messages} text messages. If the number is out of date, change it in the organisation's app and start again from there.",
    }
    BLOCK_TITLE { kk: "Тексеру уақытша тоқтатылса", ru: "Если проверки приостановлены", en: "If checks are paused" }
    BLOCK {
        kk: "{checks} сәтсіз талпыныстан кейін камера тексеруі {block} минутқа тоқтатылады. Бет қанша қалғанын көрсетеді.",
        ru: "После {checks} неудачных попыток проверки камерой приостанавливаются на {block} минут. Страница показывает, сколько осталось.",
        en: "After {checks} failed tries camera checks are paused for {block} minutes. The page shows how long is left.",
    }
    WITHOUT_TITLE { kk: "Камерасыз", ru: "Без камеры", en: "Without a camera" }
    WITHOUT {
        kk: "Senim жеке басты тек камерамен растайды. Камера мүлде болмаса, ұйымның бөлімшесіне немесе қолдау қызметіне жүгініңіз. Берілген келісімнен ұйым өзі де бас тарта алады.",
        ru: "Senim подтверждает личность только с камерой. Если её нет совсем, обратитесь в отделение или поддержку организации. От данного согласия организация может отказаться и сама.",
        en: "Senim confirms who you are with a camera only. If you have none at all, go to a branch of the organisation or ask its support. An organisation can also give up a consent itself.",
    }
    SAFE_TITLE { kk: "Сақ болыңыз", ru: "Будьте осторожны", en: "Stay safe" }
    SAFE {
        kk: "Кодты ешкімге айтпаңыз. Біреу жіберген сілтеме немесе QR-код арқылы камера тексеруінен өтпеңіз: тек өзіңіз бастаған сессияны жалғастырыңыз.",
        ru: "Никому не сообщайте код. Не проходите проверку камерой по ссылке или QR-коду, которые вам прислали: продолжайте только сессию, которую начали сами.",
        en: "Don't share the code with anyone. Don't do a camera check by a link or QR code that somebody sent you: go on only with a session that you began yourself.",
    }

    ACCESS_LEAD {
        kk: "Бұл беттерді барлығы қолдана алуы керек. Төменде не жасалғаны және нені әлі істей алмайтынымыз айтылған.",
        ru: "Этими страницами должны пользоваться все. Ниже – что сделано и чего мы не можем.",
        en: "Everybody should be able to use these pages. Here is what has been done, and what we can't do.",
    }
    ACCESS_PAGES_TITLE { kk: "Беттер", ru: "Страницы", en: "The pages" }
    ACCESS_PAGES {
        kk: "Беттер үш тілде, жарық және қараңғы көріністе, пернетақтамен басқарылады және ені 320 пиксель экранға сыяды. Пішіндегі қате беттің тақырыбында, жоғарғы жағында және өрістің жанында айтылады. Түймелер мен хабарлардың экран оқу бағдарламасына арналған атауы бар.",
        ru: "Страницы есть на трёх языках, в светлой и тёмной теме, управляются с клавиатуры и помещаются на экран шириной 320 пикселей. Об ошибке в форме говорят заголовок страницы, сводка сверху и текст у поля. У кнопок и сообщений есть имена для программ чтения с экрана.",
        en: "The pages are in three languages, light and dark, work by keyboard and fit a screen 320 pixels wide. An error in a form is told in the page's title, in a summary on top and beside the field. Buttons and messages have names for screen readers.",
    }
    ACCESS_TIME_TITLE { kk: "Уақыт", ru: "Время", en: "Time" }
    ACCESS_TIME {
        kk: "Сессия аяқталуына {warning} минут қалғанда бет ескертеді, оны {extensions} рет ұзартуға болады.",
        ru: "За {warning} минуты до конца сессии страница предупреждает, и её можно продлить до {extensions} раз.",
        en: "The page warns you {warning} minutes before a session ends, and you can extend it up to {extensions} times.",
    }
    ACCESS_CAMERA_TITLE { kk: "Камера", ru: "Камера", en: "The camera" }
    ACCESS_CAMERA {
        kk: "Кіріктірілген камера тексеруінде басты немесе денені қозғалтпайтын тапсырмаларды және түстердің баяу, жарқылсыз ауысуын таңдауға болады. Тапсырмалар мәтінмен, суретпен көрсетіледі және экран оқу бағдарламасына хабарланады.",
        ru: "Во встроенной проверке камерой можно выбрать задания без движений головой и телом и медленную смену цветов без вспышек. Задания показаны словами и рисунком и сообщаются программе чтения с экрана.",
        en: "In the built-in camera check you can choose tasks without moving head or body, and colours that change slowly without flashing. Tasks are shown in words and as a drawing, and told to screen readers.",
    }
    ACCESS_LIMITS_TITLE { kk: "Нені істей алмаймыз", ru: "Чего мы не можем", en: "What we can't do" }
    ACCESS_LIMITS {
        kk: "Камерасыз жеке басты растау мүмкін емес, тексеру экранның түрлі түсті жарығын қолданады, ал SMS кодының мерзімін ({code} минут) ұзарту мүмкін емес: орнына жаңасын сұрауға болады.",
        ru: "Подтвердить личность без камеры нельзя, проверка использует цветной свет экрана, а срок кода из SMS ({code} минуты) нельзя продлить: вместо него можно запросить новый.",
        en: "Nobody can be confirmed without a camera, the check uses coloured light of the screen, and the code's {code} minutes can't be extended: you can ask for another one instead.",
    }
}
