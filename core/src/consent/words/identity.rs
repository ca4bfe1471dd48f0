//! The text of a consent to authentication, with or without personal data (IDX-14, CNS-5, CNS-8).

use super::{Paper, Paragraph, Parties, purpose, russian_days};
use crate::consent::AskedIdentity;
use crate::personal::Field;
use crate::text::Language;

/// The consent's paragraphs.
pub fn text(language: Language, asked: &AskedIdentity, parties: Parties<'_>) -> Vec<Paragraph> {
    match language {
        Language::Kk => kazakh(asked, parties),
        Language::Ru => russian(asked, parties),
        Language::En => english(asked, parties),
    }
}

/// A field as a phrase within a list.
pub fn field(language: Language, field: Field) -> &'static str {
    let [kk, ru, en] = match field {
        Field::Iin => ["ЖСН", "ИИН", "IIN"],
        Field::Surname => ["тегіңіз", "фамилия", "surname"],
        Field::Name => ["атыңыз", "имя", "name"],
        Field::Patronymic => ["әкеңіздің аты", "отчество", "patronymic"],
        Field::BirthDate => ["туған күніңіз", "дата рождения", "date of birth"],
        Field::Sex => ["жынысыңыз", "пол", "sex"],
        Field::Ethnicity => ["ұлтыңыз", "национальность", "ethnicity"],
        Field::Citizenship => ["азаматтығыңыз", "гражданство", "citizenship"],
        Field::Document => [
            "жеке басты куәландыратын құжат (нөмірі, берілген күні, мерзімі, берген орган)",
            "документ, удостоверяющий личность (номер, дата выдачи, срок действия, кем выдан)",
            "identity document (number, date of issue, date of expiry, issuer)",
        ],
        Field::PlaceOfBirth => ["туған жеріңіз", "место рождения", "place of birth"],
        Field::Address => ["тіркелген мекенжайыңыз", "адрес регистрации", "registered address"],
        Field::Phone => ["телефон нөміріңіз", "номер телефона", "phone number"],
    };
    match language {
        Language::Kk => kk,
        Language::Ru => ru,
        Language::En => en,
    }
}

fn fields(language: Language, asked: &AskedIdentity) -> String {
    asked.claims.iter().map(|it| field(language, *it)).collect::<Vec<_>>().join(", ")
}

fn from_register(asked: &AskedIdentity) -> bool {
    asked.claims.iter().any(|it| *it != Field::Phone)
}

fn kazakh(asked: &AskedIdentity, parties: Parties<'_>) -> Vec<Paragraph> {
    let Parties { giver, consumer, .. } = parties;
    let (name, bin, iin) = (&consumer.name, consumer.bin, asked.client.iin.expose());
    let mut text = Paper::default();
    text.say(format!("Келісім беруші: {giver} (ЖСН {iin})."));
    if asked.claims.is_empty() {
        text.say(format!(
            "«{name}» ұйымы (БСН {bin}) Senim-нен сіздің кім екеніңізді растауды сұрайды: ЖСН, бет-әлпет және телефонға келген код арқылы."
        ));
        text.say("Ол өзі атаған ЖСН мен телефон нөмірі сіздікі екенін, сондай-ақ тексерудің қашан және қалай өткенін ғана біледі. Дербес деректеріңіз берілмейді.");
    } else {
        text.say(format!(
            "«{name}» ұйымы (БСН {bin}) Senim-нен сіздің кім екеніңізді растауды (ЖСН, бет-әлпет және телефонға келген код арқылы) сұрайды және дербес деректеріңізді алуға келісіміңізді сұрайды."
        ));
        text.say(format!("Ол мыналарды алады: {}.", fields(Language::Kk, asked)));
        if from_register(asked) {
            text.say("Деректер жеке тұлғалардың мемлекеттік тізілімінен алынады.");
        }
        if asked.claims.contains(&Field::Phone) {
            text.say("Телефон нөмірі — код жіберілген нөмір.");
        }
    }
    text.say("Сіздің фотосуреттеріңіз бен бейнежазбаңыз берілмейді.");
    text.say(format!("Мақсаты: {}.", purpose(Language::Kk, asked.purpose.code)));
    text.quote(Language::Kk, &asked.purpose);
    if asked.claims.is_empty() {
        text.say("Бұл келісім тек осы жолғы растауға арналған.");
    } else {
        text.say(match asked.term_days {
            Some(days) => format!(
                "Мерзімі: мақұлдаған сәттен бастап {days} күн. Осы мерзім ішінде ұйым деректерді сіздің қатысуыңызсыз да, тізілімде сол кезде жазылған күйінде сұрай алады."
            ),
            None => "Деректер бір рет, мақұлдағаныңыздан кейін 10 минут ішінде беріледі. Келісім сіз кері қайтарып алғанша жарамды: оның негізінде ұйым алған деректерді сақтайды.".to_owned(),
        });
        text.say(format!(
            "Деректер сізге қызмет көрсету және сізбен шарт жасасу үшін қолданылады және сол қызметтер көрсетіліп тұрғанда ғана сақталады. «{name}» ұйымы оларды үшінші тұлғаларға беруге, шетелге жіберуге және жариялауға құқылы емес, оларды қорғауға міндетті және келтірілген зиян үшін, сондай-ақ келісім кері қайтарып алынғаннан кейін қолданғаны үшін сіздің алдыңызда жауап береді."
        ));
        text.say(format!(
            "Келісімді Senim кабинетінде кез келген уақытта, тегін әрі себебін айтпай кері қайтарып ала аласыз. Сонда деректер беру бірден тоқтайды, ал «{name}» ұйымы алған деректерін жоюға міндетті."
        ));
    }
    text.say(format!("Бас тартсаңыз, ештеңе берілмейді және сіз «{name}» ұйымына қайта ораласыз."));
    text.0
}

fn russian(asked: &AskedIdentity, parties: Parties<'_>) -> Vec<Paragraph> {
    let Parties { giver, consumer, .. } = parties;
    let (name, bin, iin) = (&consumer.name, consumer.bin, asked.client.iin.expose());
    let mut text = Paper::default();
    text.say(format!("Согласие даёт {giver} (ИИН {iin})."));
    if asked.claims.is_empty() {
        text.say(format!(
            "Организация «{name}» (БИН {bin}) просит Senim подтвердить, кто вы: по ИИН, лицу и коду, который пришёл на ваш телефон."
        ));
        text.say("Она узнает только, что названные ею ИИН и номер телефона — ваши, а также когда и как это проверено. Персональные данные переданы не будут.");
    } else {
        text.say(format!(
            "Организация «{name}» (БИН {bin}) просит Senim подтвердить, кто вы (по ИИН, лицу и коду, который пришёл на ваш телефон), и просит вашего согласия получить ваши персональные данные."
        ));
        text.say(format!("Она получит: {}.", fields(Language::Ru, asked)));
        if from_register(asked) {
            text.say("Данные берутся из государственного реестра физических лиц.");
        }
        if asked.claims.contains(&Field::Phone) {
            text.say("Номер телефона — тот, на который отправлен код.");
        }
    }
    text.say("Ваши фотографии и видео не передаются.");
    text.say(format!("Цель: {}.", purpose(Language::Ru, asked.purpose.code)));
    text.quote(Language::Ru, &asked.purpose);
    if asked.claims.is_empty() {
        text.say("Это согласие — только на это подтверждение.");
    } else {
        text.say(match asked.term_days {
            Some(days) => format!(
                "Срок: {days} {} с момента одобрения. Всё это время организация может запрашивать данные и без вашего участия — такими, какими они тогда записаны в реестре.",
                russian_days(days)
            ),
            None => "Данные передаются один раз, в течение 10 минут после одобрения. Согласие действует, пока вы его не отзовёте: на его основании организация хранит полученное.".to_owned(),
        });
        text.say(format!(
            "Данные служат для оказания вам услуг и заключения с вами договоров и хранятся только пока эти услуги оказываются. Организация «{name}» не вправе передавать их третьим лицам, отправлять за границу и публиковать, обязана их защищать и отвечает перед вами за причинённый вред и за использование после отзыва."
        ));
        text.say(format!(
            "Отозвать согласие можно в кабинете Senim в любой момент, бесплатно и не объясняя причин. Передача данных сразу прекратится, а организация «{name}» обязана удалить то, что получила."
        ));
    }
    text.say(format!("Если вы откажетесь, ничего передано не будет и вы вернётесь в «{name}»."));
    text.0
}

fn english(asked: &AskedIdentity, parties: Parties<'_>) -> Vec<Paragraph> {
    let Parties { giver, consumer, .. } = parties;
    let (name, bin, iin) = (&consumer.name, consumer.bin, asked.client.iin.expose());
    let mut text = Paper::default();
    text.say(format!(
        "The consent is given by {giver}, individual identification number (IIN) {iin}."
    ));
    if asked.claims.is_empty() {
        text.say(format!(
            "“{name}”, business identification number (BIN) {bin}, asks Senim to confirm who you are: by your IIN, your face and the code that came to your phone."
        ));
        text.say("It learns only that the IIN and the phone number that it named are yours, and when and how this was checked. No personal data are passed on.");
    } else {
        text.say(format!(
            "“{name}”, business identification number (BIN) {bin}, asks Senim to confirm who you are (by your IIN, your face and the code that came to your phone) and asks for your consent to receive your personal data."
        ));
        text.say(format!("It will receive: {}.", fields(Language::En, asked)));
        if from_register(asked) {
            text.say("The data come from the state register of natural persons.");
        }
        if asked.claims.contains(&Field::Phone) {
            text.say("The phone number is the one to which the code was sent.");
        }
    }
    text.say("Your photos and videos are not passed on.");
    text.say(format!("Purpose: {}.", purpose(Language::En, asked.purpose.code)));
    text.quote(Language::En, &asked.purpose);
    if asked.claims.is_empty() {
        text.say("This consent is for this one confirmation.");
    } else {
        text.say(match asked.term_days {
            Some(days) => format!(
                "Term: {days} {} from the moment you approve. During that time it may ask for the data without you being there, as they then stand in the register.",
                if days == 1 { "day" } else { "days" }
            ),
            None => "The data are passed on once, within 10 minutes of your approval. The consent is valid until you withdraw it: it is the reason for which the organisation keeps what it received.".to_owned(),
        });
        text.say(format!(
            "The data serve its services to you and contracts with you, and are kept only as long as those services last. “{name}” may not pass them to third parties, send them abroad or publish them; it must protect them, and answers to you for harm and for use after you withdraw."
        ));
        text.say(format!(
            "You can withdraw the consent in your Senim cabinet at any moment, free of charge and without giving a reason. The data stops at once, and “{name}” must delete what it has received."
        ));
    }
    text.say(format!("If you refuse, nothing is passed on and you go back to “{name}”."));
    text.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::words::hash;
    use crate::participant::view::ParticipantName;

    #[test]
    fn the_text_without_data_says_that_none_are_passed_on() {
        let text = lines(&shown(Language::En, "", None));
        assert_eq!(
            text.join("\n"),
            "The consent is given by Серікқызы Айгүл, individual identification number (IIN) 900101300017.\n\
             “Jetisu Pay”, business identification number (BIN) 960440000151, asks Senim to confirm who you are: by your IIN, your face and the code that came to your phone.\n\
             It learns only that the IIN and the phone number that it named are yours, and when and how this was checked. No personal data are passed on.\n\
             Your photos and videos are not passed on.\n\
             Purpose: to sign you in to its service.\n\
             The next line is in the organisation's own words, which Senim has not checked:\n\
             > Welcome\n\
             This consent is for this one confirmation.\n\
             If you refuse, nothing is passed on and you go back to “Jetisu Pay”."
        );
    }

    #[test]
    fn each_field_that_is_asked_for_is_named_and_no_other() {
        for language in Language::ALL {
            for &asked in Field::ALL {
                let text =
                    lines(&shown(language, &format!("\"{}\"", asked.claim()), None)).join("\n");
                for &other in Field::ALL {
                    let list = text.lines().nth(2).unwrap();
                    // A name is part of the word for another in no list of one.
                    let named = list.ends_with(&format!(": {}.", field(language, other)));
                    assert_eq!(named, other == asked, "{language:?} {other:?}: {list}");
                }
                assert!(!text.contains("+7701"));
            }
        }
    }

    #[test]
    fn once_and_a_term_are_said_and_hash_differently() {
        for language in Language::ALL {
            let (once, term) =
                (shown(language, "\"iin\"", None), shown(language, "\"iin\"", Some(41)));
            assert!(lines(&once).join("\n").contains(" 10 "));
            assert!(
                lines(&term).join("\n").contains(" 41 ")
                    && !lines(&term).join("\n").contains(" 10 ")
            );
            assert_ne!(hash(&once), hash(&term));
            for other in ["рұқсат", "разрешен", "permission"] {
                assert!(!lines(&once).join("\n").to_lowercase().contains(other));
            }
        }
        assert!(lines(&shown(Language::Ru, "\"iin\"", Some(41))).join("\n").contains("41 день"));
    }

    fn shown(language: Language, claims: &str, term_days: Option<u32>) -> Vec<Paragraph> {
        let asked = format!(
            r#"{{"type":"identity","client":{{"iin":"900101300017","phone":"+77010000001"}},
            "claims":[{claims}],"purpose":{{"code":"sign-in","text":"Welcome"}}}}"#
        );
        let asked = AskedIdentity { term_days, ..serde_json::from_str(&asked).unwrap() };
        let bin = "960440000151".parse().unwrap();
        let consumer = ParticipantName { bin, name: "Jetisu Pay".to_owned() };
        text(
            language,
            &asked,
            Parties { giver: "Серікқызы Айгүл", consumer: &consumer, providers: &[] },
        )
    }

    fn lines(text: &[Paragraph]) -> Vec<String> {
        text.iter()
            .map(|it| match it {
                Paragraph::Platform(text) => text.clone(),
                Paragraph::Consumer(text) => format!("> {text}"),
            })
            .collect()
    }
}
