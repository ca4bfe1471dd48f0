//! The words of the outside world's pages in Kazakh, Russian and English.

use senim_core::text::Language;

/// Declares the words once, each with its three texts beside one another.
macro_rules! words {
    ($($name:ident: $kk:literal, $ru:literal, $en:literal;)+) => {
        pub(super) struct Words {
            $(pub(super) $name: &'static str,)+
            /// In the order of `Fault::ALL`.
            pub(super) faults: [&'static str; 8],
        }

        const KK: Words = Words { $($name: $kk,)+ faults: FAULTS_KK };
        const RU: Words = Words { $($name: $ru,)+ faults: FAULTS_RU };
        const EN: Words = Words { $($name: $en,)+ faults: FAULTS_EN };
    };
}

pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::Kk => &KK,
        Language::Ru => &RU,
        Language::En => &EN,
    }
}

words! {
    world: "Сыртқы әлем", "Внешний мир", "The outside world";
    sample: "Мұнда бәрі үлгі: адамдар, банктер мен тізілім ойдан шығарылған. Жазылғаны осы компьютерден шықпайды.",
        "Здесь всё — образцы: люди, банки и реестр выдуманы. Введённое не покидает этот компьютер.",
        "Everything here is a sample: people, banks and register are invented. What you type does not leave this computer.";
    back: "Артқа", "Назад", "Back";
    front_title: "Senim көрсетілімі", "Демонстрация Senim", "The Senim demo";
    front_text: "Адам браузерде өзін танытады, келісім береді, ал банкі оның басқа банктегі шоттарын платформа арқылы оқиды. Төмендегі қадамдармен жүріңіз.",
        "Человек подтверждает личность в браузере, даёт согласие, и его банк читает счета в другом банке через платформу. Пройдите по шагам.",
        "A person proves who they are in a browser, gives a consent, and their bank reads their accounts at another bank through the platform. Follow the steps.";
    steps_title: "Қайда басу керек", "Куда нажимать", "Where to click";
    step_register: "Алдымен веб-камерамен немесе суретпен тіркеліңіз: мемлекеттік тізілім сізді танитын болады.",
        "Сначала зарегистрируйтесь, с веб-камерой или фотографией: тогда государственный реестр будет вас знать.",
        "Register first, with a webcam or a picture: the state register will then know you.";
    step_bank_title: "Jetisu Pay — банк қолданбасы", "Jetisu Pay — приложение банка", "Jetisu Pay, a bank's app";
    step_bank: "Кім екеніңізді таңдап, «Басқа банктегі шотты қосу» түймесін басыңыз.",
        "Выберите, кто вы, и нажмите «Добавить счета из другого банка».",
        "Choose who you are, then “Add accounts from another bank”.";
    step_phone: "SMS кодтары осында келеді.", "Сюда приходят коды из SMS.", "Codes by SMS arrive here.";
    step_cabinet_title: "Senim кабинеті", "Кабинет Senim", "The Senim cabinet";
    step_cabinet: "Берген келісімдеріңіз, әр қолданылуы және кері қайтарып алу.",
        "Ваши согласия, каждое их использование и отзыв.",
        "Your consents, each use of them, and withdrawing them.";
    step_console_title: "Оператор консолі", "Консоль оператора", "The operator's console";
    step_console: "Қатысушылар, тоқтату мен жалғастыру, журнал.",
        "Участники, приостановка и возобновление, журнал.",
        "Participants, suspending and resuming them, the journal.";
    step_authenticator: "Консольге кіретін код.", "Код для входа в консоль.", "The code for signing in to the console.";
    step_faults: "Банк істен шыққанда не болатынын көріңіз.",
        "Посмотрите, что будет, когда банк неисправен.",
        "See what happens when a bank fails.";
    operator_title: "Оператордың кіруі", "Вход оператора", "The operator's sign-in";
    operator_text: "Нағыз жүйеде құпиясөз ешқашан осылай көрсетілмейді.",
        "В настоящей системе пароль так никогда не показывают.",
        "A real system would never show a password like this.";
    name: "Аты", "Имя", "Name";
    password: "Құпиясөз", "Пароль", "Password";
    people_title: "Үлгі адамдар", "Люди-образцы", "The sample people";
    people_text: "Олардың аттары мен нөмірлері ойдан шығарылған; суреттері еркін лицензиямен алынған. Камерада бетіңіз олардікіне сәйкес келмейді: өту үшін өзіңіз тіркеліңіз.",
        "Их имена и номера выдуманы; фотографии взяты по свободной лицензии. Ваше лицо с ними не совпадёт: чтобы пройти, зарегистрируйтесь сами.",
        "Their names and numbers are invented; the photographs are under free licences. Your face does not match theirs: to pass, register yourself.";
    credits: "Суреттердің авторлары", "Авторы фотографий", "Who took the photographs";
    iin: "ЖСН", "ИИН", "IIN";
    about_almas: "Екі банкте де шоттары бар.", "Счета в обоих банках.", "Accounts at both banks.";
    about_aigerim: "Екі банкте де шоттары бар.", "Счета в обоих банках.", "Accounts at both banks.";
    about_daniyar: "Qarlygash Bank-те бір шоты бар.", "Один счёт в Qarlygash Bank.", "One account at Qarlygash Bank.";
    about_temirlan: "Еш жерде шоты жоқ.", "Счетов нигде нет.", "No account anywhere.";
    about_alikhan: "Кәмелетке толмаған: оған қызмет көрсетілмейді.", "Несовершеннолетний: услуга ему не оказывается.",
        "Under age: not served.";
    about_rustam: "Шетелдік, тұруға рұқсаты жоқ: оған қызмет көрсетілмейді.",
        "Иностранец без вида на жительство: услуга ему не оказывается.",
        "A foreigner without a residence permit: not served.";
    about_saule: "Сот әрекетке қабілетсіз деп таныған: оған қызмет көрсетілмейді.",
        "Признана судом недееспособной: услуга ей не оказывается.",
        "Declared incapable by a court: not served.";
    about_ainur: "Екі банкте де шоттары бар.", "Счета в обоих банках.", "Accounts at both banks.";
    about_registered: "Осында тіркелген; әр банкте екі шоты бар.",
        "Регистрация здесь; по два счёта в каждом банке.",
        "Registered here; two accounts at each bank.";
    phone_title: "Телефон", "Телефон", "The phone";
    phone_text: "SMS шлюзі жіберген хабарлар, ең жаңасы жоғарыда. Бет өзі жаңарады.",
        "Сообщения SMS-шлюза, новые сверху. Страница обновляется сама.",
        "What the SMS gateway sent, newest first. The page refreshes itself.";
    no_messages: "Әзірге хабар жоқ.", "Сообщений пока нет.", "No messages yet.";
    somebody: "Біреу", "Кто-то", "Somebody";
    authenticator_title: "Аутентификатор", "Аутентификатор", "The authenticator";
    authenticator_text: "Оператордың телефонындағы қолданба көрсететін код.",
        "Код, который показало бы приложение на телефоне оператора.",
        "The code that an app on the operator's phone would show.";
    valid_for: "Жарамды", "Действует ещё", "Valid for";
    seconds: "с", "с", "s";
    to_console: "Консольге", "В консоль", "To the console";
    faults_title: "Банктердің ақаулары", "Неисправности банков", "Faults of the banks";
    faults_text: "Ақауды қосып, банк қолданбасында «Жаңарту» түймесін басыңыз.",
        "Включите неисправность и нажмите «Обновить» в приложении банка.",
        "Switch a fault on, then press “Refresh” in the bank's app.";
    consumer_text: "Келісім аяқталғанда, ол алған деректерін жоюға және жойғанын растауға міндетті.",
        "Когда согласие заканчивается, она обязана удалить полученные данные и подтвердить это.",
        "When a consent ends, it must delete the data it has received, and attest that.";
    consumer_deletes: "Жояды", "Удаляет", "Deletes them";
    consumer_keeps: "Хабарды алады, бірақ ештеңе жоймайды", "Принимает извещение, но ничего не удаляет",
        "Acknowledges the notice and deletes nothing";
    register_title: "Тіркелу", "Регистрация", "Register yourself";
    register_text: "Бұл — мемлекеттік тізілімнің үлгісі. Суретіңіз осы компьютерде қалады.",
        "Это образец государственного реестра. Ваше фото останется на этом компьютере.",
        "This is a sample of the state register. Your picture stays on this computer.";
    camera: "Камера", "Камера", "Camera";
    camera_text: "Бетіңіз сопақшаның ішінде, жарық алдыңыздан түссін.",
        "Лицо в овале, свет спереди.",
        "Your face inside the oval, light from the front.";
    picture: "Түсірілген сурет", "Сделанный снимок", "The picture taken";
    take: "Суретке түсіру", "Сделать снимок", "Take the picture";
    take_again: "Қайта түсіру", "Снять заново", "Take it again";
    surname: "Тегі", "Фамилия", "Surname";
    patronymic: "Әкесінің аты (болса)", "Отчество (если есть)", "Patronymic (if any)";
    birth_date: "Туған күні", "Дата рождения", "Birth date";
    sex: "Жынысы", "Пол", "Sex";
    female: "Әйел", "Женский", "Female";
    male: "Ер", "Мужской", "Male";
    phone: "Телефон", "Телефон", "Phone";
    send: "Тіркелу", "Зарегистрироваться", "Register";
    registered: "Тіркелдіңіз", "Вы зарегистрированы", "You are registered";
    your_iin: "Үлгі ЖСН-іңіз:", "Ваш ИИН-образец:", "Your sample IIN:";
    registered_text: "Оны есте сақтаңыз: Senim сұрайды. Енді банк қолданбасында өзіңізді таңдаңыз.",
        "Запомните его: Senim спросит. Теперь выберите себя в приложении банка.",
        "Keep it: Senim will ask. Now choose yourself in the bank's app.";
    to_bank: "Банк қолданбасына", "В приложение банка", "To the bank's app";
    unfit_name: "Тегіңіз бен атыңызды жазыңыз.", "Укажите фамилию и имя.", "Type your surname and name.";
    unfit_birth_date: "Туған күніңізді көрсетіңіз.", "Укажите дату рождения.", "Give your birth date.";
    unfit_phone: "Телефон: +77 және тоғыз цифр.", "Телефон: +77 и девять цифр.", "A phone is +77 and nine digits.";
    unfit_face: "Суретте дәл бір бет көрінуі керек. Қайта түсіңіз немесе басқа сурет жүктеңіз.",
        "На снимке должно быть видно ровно одно лицо. Снимите заново или загрузите другую фотографию.",
        "The picture must show exactly one face. Take it again, or upload another.";
    unfit_upload: "Бұл файлды сурет ретінде ашу мүмкін болмады. JPEG немесе PNG таңдаңыз.",
        "Этот файл не открылся как фотография. Выберите JPEG или PNG.",
        "This file can't be opened as a picture. Choose a JPEG or PNG.";
    upload: "Сурет жүктеу", "Загрузить фотографию", "Upload a picture";
    unfit_photo: "Алдымен суретке түсіңіз.", "Сначала сделайте снимок.", "Take the picture first.";
    unfit_other: "Сақтау мүмкін болмады. Қайталап көріңіз.", "Не удалось сохранить. Попробуйте ещё раз.", "It could not be kept. Try again.";
    no_camera: "Камера ашылмады: браузерге рұқсат беріңіз.", "Камера не открылась: разрешите её браузеру.", "The camera did not open: allow it in the browser.";
}

const FAULTS_KK: [&str; 8] = [
    "Дұрыс",
    "Қосылмайды",
    "30 секунд ойланады",
    "500 деп жауап береді",
    "Бұзылған JSON",
    "Стандарттан тыс",
    "Басқаның шоты",
    "Тым үлкен жауап",
];

const FAULTS_RU: [&str; 8] = [
    "Исправен",
    "Не отвечает",
    "Думает 30 секунд",
    "Отвечает 500",
    "Испорченный JSON",
    "Не по стандарту",
    "Чужой счёт",
    "Слишком большой ответ",
];

const FAULTS_EN: [&str; 8] = [
    "Healthy",
    "Down",
    "Thinks for 30 seconds",
    "Answers 500",
    "Broken JSON",
    "Beyond the standard",
    "Another's account",
    "Too large an answer",
];
