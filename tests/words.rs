//! One word a thing on every page, message and document (ARCHITECTURE.md, lexicon; OPS-8), held by reading the texts of
//! the whole repository.

use std::path::PathBuf;
use std::process::Command;

/// Where people read: pages, messages, the sample bank and its world, documents.
const PAGES: &[&str] = &[
    "core/src/agreement/words.rs",
    "core/src/alert.rs",
    "core/src/consent/document.rs",
    "core/src/consent/words.rs",
    "core/src/retention/words.rs",
    "frontend/**/*.rs",
    "frontend/**/*.js",
    "frontend/**/*.json",
    "frontend/**/*.html",
    "tests/world/src/**/*.rs",
    "tests/world/src/**/*.js",
];
const DOCUMENTS: &[&str] = &["*.md", "**/*.md", "**/openapi/*.yaml", "**/*.toml", "pkg/*.ts"];

/// A consent is *келісім / согласие / consent* and nothing else. What a browser asks before it opens the camera, what a
/// file system grants and what a picture has (разрешение of pixels) are other things.
#[test]
fn a_consent_has_one_word_in_each_language() {
    const OTHER_THINGS: &[&str] = &[
        "камера",
        "камеру",
        "камере",
        "camera",
        "android.permission",
        "onpermissionrequest",
        "permissions-policy",
        "permissionspolicy",
        "mediacapturepermission",
        "640 × 360",
        // The residence permit (IDX-11).
        "тұруға рұқсат",
        // The lexicon names the word that is not used.
        "| permission, mandate |",
    ];
    for (file, line, text) in lines(&[PAGES, DOCUMENTS].concat()) {
        let text = text.to_lowercase();
        let named = ["рұқсат", "разреш", "permission"].iter().any(|it| text.contains(it));
        let other = OTHER_THINGS.iter().any(|it| text.contains(it));
        assert!(!named || other, "{file}:{line}: a consent is келісім, согласие, consent: {text}");
    }
}

/// The user agreement is *пайдаланушы келісімі / пользовательское соглашение / user agreement*: never the bare word, which
/// in Kazakh is the consent's.
#[test]
fn the_user_agreement_has_its_whole_name() {
    for (file, line, text) in lines(PAGES) {
        for (bare, whole) in [
            ("согласие пользователя", "пользовательское соглашение"),
            ("соглашение пользователя", "пользовательское соглашение"),
            ("terms of use", "user agreement"),
            ("terms of service", "user agreement"),
            ("қолданушы келісімі", "пайдаланушы келісімі"),
        ] {
            assert!(!text.to_lowercase().contains(bare), "{file}:{line}: {bare} is {whole}");
        }
    }
}

/// What native readers have corrected, with the better word. None comes back.
#[test]
fn corrected_words_do_not_come_back() {
    const CORRECTED: &[(&str, &str)] = &[
        // kk
        ("\"12 сан\"", "12 цифр"),
        ("6 саннан тұратын", "6 таңбалы"),
        ("тағы 12 сан", "тағы 12 цифр"),
        ("бақылау саны дұрыс", "ЖСН пішімі дұрыс"),
        ("тіркелім", "тізілім"),
        ("батырма", "түйме"),
        ("банкінен оқиды", "деректерін оқиды"),
        ("әр пайдалану\"", "пайдалану тарихы"),
        ("олардың әр пайдаланылуы", "әр қолданылуы"),
        ("деректеріңізге кім кіретінін", "деректеріңізді кім көретінін"),
        ("нөмірімен аяқталатын жсн", "соңы … болатын ЖСН"),
        ("қалған тексеріс", "қалған талпыныс"),
        ("тексеріс", "тексеру"),
        ("цифрлық ізі", "бақылау сомасы (хэш)"),
        ("сағатына сұраныс", "соңғы сағаттағы сұраулар"),
        ("ескірек жазбалар", "ертеректегі жазбалар"),
        ("қайтарып ала аласыз\", \"кері", "кері қайтарып алу"),
        ("жыл 1 наурыз бастап", "1 наурыздан бастап"),
        // ru
        ("\"согласен\"", "принимаю"),
        ("будьте в кадре один", "рядом не должно быть других людей"),
        ("останьтесь в кадре один", "рядом не должно быть других людей"),
        ("цифровые отпечатки", "контрольные суммы"),
        ("сначала договоримся", "пользовательское соглашение"),
        ("словами просящего", "как формулирует …"),
        ("ваш банк спросил об иин", "банк указал ИИН, оканчивающийся на …"),
        ("\"по запросу:", "запрашивает:"),
        ("читает из {", "получает данные из"),
        ("осталось проверок", "осталось попыток"),
        ("контрольная цифра сходится", "nothing"),
        ("\"каждое обращение\"", "история обращений"),
        ("\"с чем\"", "объект"),
        ("\"свежий\"", "актуален"),
        ("\"отстал\"", "отстаёт"),
        ("ещё не брал реестр", "не получал реестр"),
        ("за последний час тихо", "событий не было"),
        ("её сообщат участнику", "причина будет сообщена участнику"),
        // en
        ("\"asked by", "requested by"),
        ("asker's own words", "in …'s words"),
        ("tell it to nobody", "don't share it with anyone"),
        ("there is no such thing", "nothing found"),
        ("\"say why.\"", "enter a reason"),
        ("first, let us agree", "user agreement"),
        ("\"you refused\"", "you stopped"),
        ("digital fingerprints", "checksums"),
        ("the check digit fits", "nothing"),
        ("has fetched the registry", "received the registry"),
    ];
    for (file, line, text) in lines(PAGES) {
        let text = text.to_lowercase();
        for (word, better) in CORRECTED {
            assert!(!text.contains(word), "{file}:{line}: {word} is {better}");
        }
        // The law's verb.
        let (bare, whole) = ("қайтарып ал", "кері қайтарып ал");
        let (taken, back) = (text.matches(bare).count(), text.matches(whole).count());
        assert_eq!(taken, back, "{file}:{line}: {bare} is {whole}");
        assert!(!text.contains("кері ал"), "{file}:{line}: кері алу is кері қайтарып алу");
    }
}

/// IDX-12: no text says that nothing is kept of the pictures, or for how long anything is, but from the table of what is
/// kept: core/src/retention.
#[test]
fn no_page_says_for_how_long_anything_is_kept_but_the_table() {
    let pages = PAGES.iter().filter(|it| !it.contains("retention"));
    let pages: Vec<&str> = pages.copied().collect();
    for (file, line, text) in lines(&pages) {
        let said = text.to_lowercase();
        let said = said.split("//").next().unwrap_or_default();
        // The sample world's people and bank speak of themselves.
        if file.starts_with("tests/world") {
            continue;
        }
        for untrue in [
            "суреттер сақталмайды",
            "снимки не хранятся",
            "снимки не сохраняются",
            "pictures are not kept",
            "images are not stored",
            "бес жыл",
            "пять лет",
            "five years",
            "90 дней",
            "90 days",
            "90 күн",
        ] {
            let of_a_term = file == "core/src/consent/words.rs" || file.ends_with("moment.rs");
            assert!(of_a_term || !said.contains(untrue), "{file}:{line}: {untrue}: {text}");
        }
    }
}

/// Every line of the files that match, tests of these files aside: they may name what must not be said.
fn lines(patterns: &[&str]) -> Vec<(String, usize, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"])
        .args(patterns.iter().map(|it| format!(":(glob){it}")))
        .current_dir(&root)
        .output()
        .expect("git runs");
    let names = String::from_utf8(listed.stdout).expect("names are text");
    let mut all = Vec::new();
    for name in names.split('\0').filter(|it| !it.is_empty() && !it.ends_with("tests.rs")) {
        let Ok(text) = std::fs::read_to_string(root.join(name)) else { continue };
        let said = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for (number, line) in said.lines().enumerate() {
            all.push((name.to_owned(), number + 1, line.to_owned()));
        }
    }
    assert!(all.len() > 100, "the texts are there");
    all
}
