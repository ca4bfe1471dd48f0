//! The user agreement (IDX-1, IDX-12, IDX-13, IDX-15). What it says of storage is made from the table of what is kept.

use super::Texts;
use crate::retention::{Terms, words as retention};
use crate::text::Language;

/// The user agreement as the host publishes it.
pub fn texts(terms: Terms) -> Texts {
    Texts::of(|language| text(language, terms))
}

pub fn text(language: Language, terms: Terms) -> Vec<String> {
    let (before, after) = match language {
        Language::Kk => (KAZAKH, KAZAKH_RIGHTS),
        Language::Ru => (RUSSIAN, RUSSIAN_RIGHTS),
        Language::En => (ENGLISH, ENGLISH_RIGHTS),
    };
    let kept = retention::sentences(language, terms);
    let fixed = |text: &[&str]| text.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    [fixed(before), kept, fixed(after)].concat()
}

const KAZAKH: &[&str] = &[
    "Senim сіздің кім екеніңізді тексереді. Ол үшін ЖСН сұралады, камерамен бірнеше сурет түсіріледі және телефоныңызға код жіберіледі.",
    "Суреттер камера алдында тірі адам тұрғанын білу үшін және мемлекеттік тізілімдегі фотосуретпен салыстыру үшін қолданылады.",
    "Келісімді толығымен, бір рет басып қабылдайсыз. Сонымен бірге осы тексеру үшін дербес деректеріңізді, соның ішінде биометриялық деректеріңізді жинауға және өңдеуге келісім бересіз.",
    "Тек өз атыңыздан әрекет етесіз: кодтарды ешкімге бермейсіз, басқа адам болып көрінбейсіз, платформаның жұмысына кедергі жасамайсыз. Осындай белгілер болса, Senim сессиядан бас тарта алады.",
    "Төменде не сақталатыны, не үшін, қанша уақыт, кім көретіні және қалай аяқталатыны жазылған.",
];

const KAZAKH_RIGHTS: &[&str] = &[
    "Тексеруді кез келген сәтте тоқтата аласыз.",
    "Өңдеуге берген келісіміңізді кабинетте кез келген уақытта кері қайтарып ала аласыз. Сонда ашық сессияларыңыз аяқталады, кіру кілттеріңіз жұмысын тоқтатады, осы келісімді қайта қабылдамайынша жаңа тексеру болмайды, ал суреттер жойылады. Тек қолданыстағы келісімді дәлелдейтін, ашық дау немесе заң бойынша қажет суреттер қалады, қайсысы екенін кабинет көрсетеді. Мерзімін қағидалар белгілеген жазбалар сол мерзім өткенше қалады. Ұйымдарға берген келісімдеріңіз сіз оларды кері қайтарып алғанша қолданыста болады.",
    "Қазақ және орыс мәтіндерінің күші бірдей. Ағылшын мәтіні түсінуге көмектеседі, бірақ келісім соған берілмейді.",
    "Қабылдамасаңыз, ештеңе тексерілмейді және ешкімге ештеңе берілмейді.",
];

const RUSSIAN: &[&str] = &[
    "Senim проверит, что вы — это вы. Для этого мы спросим ваш ИИН, сделаем несколько снимков камерой и отправим код на ваш телефон.",
    "Снимки нужны, чтобы убедиться, что перед камерой живой человек, и сравнить лицо с фотографией в государственном реестре.",
    "Соглашение принимается целиком, одним нажатием. Вместе с ним вы даёте согласие на сбор и обработку ваших персональных данных, в том числе биометрических, для этой проверки.",
    "Вы действуете только от своего имени: никому не передаёте коды, не выдаёте себя за другого и не мешаете работе платформы. При таких признаках Senim может отказать в сеансе.",
    "Ниже сказано, что хранится, зачем, сколько времени, кто это видит и чем хранение заканчивается.",
];

const RUSSIAN_RIGHTS: &[&str] = &[
    "Прервать проверку можно в любой момент.",
    "Согласие на обработку можно отозвать в кабинете в любое время. Тогда открытые сеансы завершатся, ключи доступа перестанут действовать, новых проверок не будет, пока вы не примете соглашение снова, а снимки будут уничтожены. Останутся только снимки, которые подтверждают действующее согласие или нужны для открытого спора или по закону; какие именно, покажет кабинет. Записи, срок которых установлен правилами, остаются до его конца. Согласия, которые вы дали организациям, действуют, пока вы их не отзовёте.",
    "Тексты на казахском и русском имеют равную силу. Английский текст помогает понять, но соглашаетесь вы не с ним.",
    "Если вы не примете соглашение, проверки не будет и никто ничего о вас не получит.",
];

const ENGLISH: &[&str] = &[
    "Senim will check that you are who you say you are. It asks for your IIN, takes a few pictures with the camera and sends a code to your phone.",
    "The pictures serve to see that a live person is in front of the camera and to compare the face with the photo in the state register.",
    "You accept the agreement as a whole, with one press. With it you consent to the collecting and processing of your personal data, biometric data included, for this check.",
    "You act only for yourself: you pass no codes on, do not pose as somebody else and do not disturb the platform. Where there are signs of that, Senim may refuse a session.",
    "What is kept, why, for how long, who sees it and how it ends:",
];

const ENGLISH_RIGHTS: &[&str] = &[
    "You can stop the check at any moment.",
    "You can take the consent to processing back in the cabinet at any time. Your open sessions then end, your passkeys stop working, no check is made until you accept the agreement again, and the pictures are destroyed. Only pictures that prove a consent in force, or that an open dispute or a law needs, stay; the cabinet shows which. Records whose term the rules set stay until it is over. Consents that you gave to organisations stay in force until you withdraw them.",
    "The Kazakh and the Russian text have equal force. The English text is a help; it is not what you agree to.",
    "If you do not accept the agreement, nothing is checked and nobody receives anything about you.",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::words as kept;

    /// IDX-12: what the agreement says of storage is the table, line by line.
    #[test]
    fn the_agreement_says_every_line_of_the_table() {
        for frames_days in [1, 42, 90] {
            let terms = Terms { frames_days, records_years: 5, fronts: false };
            for language in Language::ALL {
                let text = text(language, terms);
                for line in terms.table() {
                    assert!(text.contains(&kept::sentence(language, &line)), "{line:?}");
                }
                assert!(text.contains(&kept::hold(language).to_owned()));
            }
        }
    }

    #[test]
    fn other_terms_make_another_edition() {
        let terms = Terms { frames_days: 90, records_years: 5, fronts: false };
        let other = Terms { frames_days: 91, ..terms };
        assert_ne!(texts(terms).hashes().kk, texts(other).hashes().kk);
        assert_ne!(texts(terms).hashes().ru, texts(other).hashes().ru);
        // That another vendor's program may see the pictures is said where it is so, and only there.
        let with_fronts = Terms { fronts: true, ..terms };
        assert_ne!(texts(terms).hashes().kk, texts(with_fronts).hashes().kk);
        assert_ne!(texts(terms).hashes().ru, texts(with_fronts).hashes().ru);
    }
}
