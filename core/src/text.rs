//! The three languages of every page and message: Kazakh, Russian, English.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    Kk,
    Ru,
    En,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::Kk, Self::Ru, Self::En];

    pub fn code(self) -> &'static str {
        match self {
            Self::Kk => "kk",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// From a code such as `kk`, `ru-KZ`; `None` for other languages.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.split(['-', '_']).next().unwrap_or(code);
        Self::ALL.into_iter().find(|it| it.code().eq_ignore_ascii_case(code))
    }
}

/// A line of text from outside that people read, of 1 to `MAX` characters (Unicode scalar values).
///
/// It can't mislead its reader: it has no control characters, no line or paragraph separators, nothing that
/// changes the direction of writing, nothing invisible, no stacks of combining marks, and no space at either end
/// (RFC 8264 §9, UTS 39 §5).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ShownText<const MAX: usize>(String);

/// Combining marks allowed after one letter; more would overlap the lines above and below.
const MARKS_MAX: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("the text is empty or too long")]
    Length,
    #[error(
        "the text holds characters that are invisible, control the line or change the direction of writing"
    )]
    Character,
}

impl<const MAX: usize> std::str::FromStr for ShownText<MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        // No character has more than four bytes, so texts far too long are refused early.
        if text.is_empty() || text.len() > 4 * MAX || text.chars().count() > MAX {
            return Err(TextError::Length);
        }
        let mut marks = 0;
        for letter in text.chars() {
            marks = if is_mark(letter) { marks + 1 } else { 0 };
            if marks > MARKS_MAX || !is_shown(letter) {
                return Err(TextError::Character);
            }
        }
        if text.trim() != text || text.chars().next().is_some_and(is_mark) {
            return Err(TextError::Character);
        }
        Ok(Self(text.to_owned()))
    }
}

impl<const MAX: usize> std::ops::Deref for ShownText<MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> std::fmt::Display for ShownText<MAX> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> From<ShownText<MAX>> for String {
    fn from(text: ShownText<MAX>) -> Self {
        text.0
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for ShownText<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether the character is visible, or a plain space.
fn is_shown(letter: char) -> bool {
    !matches!(letter,
        // Controls, the soft hyphen.
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{AD}'
        // Invisible joiners and fillers.
        | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{2800}' | '\u{3164}' | '\u{FFA0}'
        // Direction of writing.
        | '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        // Spaces of other widths, zero width, line and paragraph separators, deprecated formats.
        | '\u{1680}' | '\u{2000}'..='\u{200D}' | '\u{2028}' | '\u{2029}' | '\u{202F}'
        | '\u{205F}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{3000}'
        // Variation selectors, byte order mark, annotations, replacement.
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        // Private use, noncharacters, tags, everything beyond.
        | '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}' | '\u{E0000}'..='\u{10FFFF}')
        && (u32::from(letter) & 0xFFFE) != 0xFFFE
}

fn is_mark(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_what_it_looks_like() {
        let read = |text: &str| text.parse::<ShownText<40>>().map(String::from);
        for text in
            ["Add accounts", "Барлық шоттар – «бір жерде»", "a\u{A0}b", "й e\u{301}", "1 000 ₸ 👍"]
        {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        assert_eq!(read(&"ә".repeat(40)).map(|it| it.chars().count()), Ok(40));
        for text in [String::new(), "ә".repeat(41), "a".repeat(161)] {
            assert_eq!(read(&text), Err(TextError::Length), "{text}");
        }
        for text in [" a", "a ", "a\u{A0}", "\u{301}a", "a\u{301}\u{301}\u{301}\u{301}"] {
            assert_eq!(read(text), Err(TextError::Character), "{text:?}");
        }
    }

    // nango#7481: U+202E, U+2066, U+200B and U+2028 in a consent's text.
    #[test]
    fn no_character_hides_or_turns_others() {
        for letter in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{1B}',
            '\u{7F}',
            '\u{85}',
            '\u{AD}',
            '\u{61C}',
            '\u{115F}',
            '\u{180E}',
            '\u{200B}',
            '\u{200D}',
            '\u{200E}',
            '\u{200F}',
            '\u{2028}',
            '\u{2029}',
            '\u{202A}',
            '\u{202E}',
            '\u{2060}',
            '\u{2064}',
            '\u{2066}',
            '\u{2069}',
            '\u{206A}',
            '\u{2800}',
            '\u{3000}',
            '\u{3164}',
            '\u{FE0F}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFF9}',
            '\u{FFFD}',
            '\u{FFFF}',
            '\u{E000}',
            '\u{1FFFE}',
            '\u{E0041}',
            '\u{F0000}',
            '\u{10FFFF}',
        ] {
            let text = format!("a{letter}b");
            assert_eq!(text.parse::<ShownText<40>>(), Err(TextError::Character), "{letter:?}");
            assert!(serde_json::from_value::<ShownText<40>>(text.into()).is_err(), "{letter:?}");
        }
    }
}
