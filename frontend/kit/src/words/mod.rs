//! What pages say, in three languages; a word without one of them does not compile. Here stands what both apps say.

use senim_core::text::Language;

pub mod common;
pub mod problems;
pub mod reach;

/// The same thing said in Kazakh, Russian and English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    kk: &'static str,
    ru: &'static str,
    en: &'static str,
}

impl Word {
    pub const fn new(kk: &'static str, ru: &'static str, en: &'static str) -> Self {
        Self { kk, ru, en }
    }

    pub fn say(self, language: Language) -> &'static str {
        match language {
            Language::Kk => self.kk,
            Language::Ru => self.ru,
            Language::En => self.en,
        }
    }

    /// With what stands between braces replaced: `("bank", "Tulpar Bank")` fills `{bank}`.
    pub fn fill(self, language: Language, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.say(language).to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }
}

/// Declares words: a name, then what it says in each language, none left out.
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { kk: $kk:literal, ru: $ru:literal, en: $en:literal $(,)? })+) => {
        $($(#[$doc])* pub const $name: $crate::words::Word =
            $crate::words::Word::new($kk, $ru, $en);)+

        #[cfg(test)]
        pub(crate) const ALL: &[(&str, $crate::words::Word)] = &[$((stringify!($name), $name)),+];
    };
}
use words;

/// Names of the words that say nothing in a language, or whose languages leave different places to fill; for tests.
pub fn unfinished<'a>(words: &[(&'a str, Word)]) -> Vec<&'a str> {
    let whole = |word: Word| {
        let places = Language::ALL.map(|language| places(word.say(language)));
        let said = Language::ALL.iter().all(|&it| !word.say(it).trim().is_empty());
        said && places[0] == places[1] && places[1] == places[2]
    };
    words.iter().filter(|(_, word)| !whole(*word)).map(|(name, _)| *name).collect()
}

fn places(text: &str) -> Vec<&str> {
    let mut places: Vec<_> =
        text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_whole_in_three_languages() {
        for words in [common::ALL, problems::ALL, reach::ALL] {
            assert_eq!(unfinished(words), <[&str; 0]>::default());
        }
    }

    #[test]
    fn a_word_that_leaves_other_places_or_nothing_is_unfinished() {
        let words = [
            ("WHOLE", Word::new("{a} {b}", "{b} {a}", "{a}{b}")),
            ("PLACES", Word::new("{a}", "{b}", "{a}")),
            ("EMPTY", Word::new("a", " ", "a")),
        ];
        assert_eq!(unfinished(&words), ["PLACES", "EMPTY"]);
    }

    #[test]
    fn what_stands_between_braces_is_filled() {
        let word = Word::new("{a} {b}", "{b}", "{a}{a}");
        assert_eq!(word.fill(Language::Kk, &[("a", "1"), ("b", "2")]), "1 2");
        assert_eq!(word.fill(Language::En, &[("a", "1"), ("b", "2")]), "11");
    }
}
