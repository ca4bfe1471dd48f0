//! All that pages say, in three languages; a word without one of them does not compile.

use senim_core::text::Language;

pub mod cabinet;
pub mod camera;
pub mod common;
pub mod console;
pub mod identity;
pub mod problems;

/// The same thing said in Kazakh, Russian and English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    kk: &'static str,
    ru: &'static str,
    en: &'static str,
}

impl Word {
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
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { kk: $kk:literal, ru: $ru:literal, en: $en:literal $(,)? })+) => {
        $($(#[$doc])* pub const $name: $crate::words::Word =
            $crate::words::Word { kk: $kk, ru: $ru, en: $en };)+

        #[cfg(test)]
        pub(crate) const ALL: &[(&str, $crate::words::Word)] = &[$((stringify!($name), $name)),+];
    };
}
use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_languages_leave_the_same_places_to_fill() {
        for (name, word) in every() {
            let places = Language::ALL.map(|language| places(word.say(language)));
            assert_eq!(places[0], places[1], "{name}");
            assert_eq!(places[1], places[2], "{name}");
        }
    }

    #[test]
    fn nothing_is_said_with_an_empty_word() {
        for (name, word) in every() {
            assert!(Language::ALL.iter().all(|&it| !word.say(it).trim().is_empty()), "{name}");
        }
    }

    #[test]
    fn what_stands_between_braces_is_filled() {
        let word = Word { kk: "{a} {b}", ru: "{b}", en: "{a}{a}" };
        assert_eq!(word.fill(Language::Kk, &[("a", "1"), ("b", "2")]), "1 2");
        assert_eq!(word.fill(Language::En, &[("a", "1"), ("b", "2")]), "11");
    }

    fn every() -> impl Iterator<Item = (&'static str, Word)> {
        [cabinet::ALL, camera::ALL, common::ALL, console::ALL, identity::ALL, problems::ALL]
            .into_iter()
            .flatten()
            .copied()
    }

    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<_> =
            text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
        places.sort_unstable();
        places
    }
}
