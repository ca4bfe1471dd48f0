//! The two fonts that documents are set in: `DejaVu` Sans, Latin and Cyrillic with the Kazakh letters (`DejaVu.txt` says where
//! they come from, with the licence). Both are our own files, so what can't be read in them reads as nothing.

use std::collections::BTreeMap;
use std::sync::OnceLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Book,
    Bold,
}

impl Weight {
    pub(super) const ALL: [Self; 2] = [Self::Book, Self::Bold];

    /// In a page's resources.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Book => "F0",
            Self::Bold => "F1",
        }
    }

    /// With the tag of a subset (ISO 32000-1 §9.6.4).
    pub(super) fn post_script(self) -> &'static str {
        match self {
            Self::Book => "SENIMA+DejaVuSans",
            Self::Bold => "SENIMB+DejaVuSans-Bold",
        }
    }

    pub(super) fn stem(self) -> f32 {
        match self {
            Self::Book => 80.0,
            Self::Bold => 140.0,
        }
    }
}

/// A TrueType font, as far as setting text needs it. Lengths are in thousandths of the size.
pub(super) struct Font {
    bytes: &'static [u8],
    packed: Vec<u8>,
    letters: BTreeMap<char, u16>,
    advances: Vec<f32>,
    bounds: [f32; 4],
    ascent: f32,
    descent: f32,
}

pub(super) fn font(weight: Weight) -> &'static Font {
    static BOOK: OnceLock<Font> = OnceLock::new();
    static BOLD: OnceLock<Font> = OnceLock::new();
    match weight {
        Weight::Book => BOOK.get_or_init(|| Font::of(include_bytes!("DejaVuSans.ttf"))),
        Weight::Bold => BOLD.get_or_init(|| Font::of(include_bytes!("DejaVuSans-Bold.ttf"))),
    }
}

impl Font {
    fn of(bytes: &'static [u8]) -> Self {
        let [head, hhea, hmtx, maxp, cmap] =
            [*b"head", *b"hhea", *b"hmtx", *b"maxp", *b"cmap"].map(|it| table(bytes, it));
        let units = f32::from(unsigned(bytes, head + 18)).max(1.0);
        let scaled = |at| f32::from(signed(bytes, at)) * 1000.0 / units;
        let glyphs = unsigned(bytes, maxp + 4);
        let measured = unsigned(bytes, hhea + 34).max(1);
        let advance = |glyph: u16| {
            // Those beyond the measured ones are as wide as the last of these.
            let place = usize::from(glyph.min(measured - 1));
            f32::from(unsigned(bytes, hmtx + 4 * place)) * 1000.0 / units
        };
        Self {
            bytes,
            packed: super::deflated(bytes),
            letters: letters(bytes, cmap),
            advances: (0..glyphs).map(advance).collect(),
            bounds: [36, 38, 40, 42].map(|it| scaled(head + it)),
            ascent: scaled(hhea + 4),
            descent: scaled(hhea + 6),
        }
    }

    pub(super) fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// The same, deflated.
    pub(super) fn packed(&self) -> &[u8] {
        &self.packed
    }

    /// Letters with their glyphs.
    pub(super) fn letters(&self) -> impl Iterator<Item = (char, u16)> + '_ {
        self.letters.iter().map(|(letter, glyph)| (*letter, *glyph))
    }

    /// 0, an empty box, for a letter that the font does not have.
    pub(super) fn glyph(&self, letter: char) -> u16 {
        self.letters.get(&letter).copied().unwrap_or(0)
    }

    pub(super) fn advance(&self, glyph: u16) -> f32 {
        self.advances.get(usize::from(glyph)).copied().unwrap_or(600.0)
    }

    pub(super) fn advances(&self) -> impl ExactSizeIterator<Item = f32> + '_ {
        self.advances.iter().copied()
    }

    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|it| self.advance(self.glyph(it))).sum::<f32>() * size / 1000.0
    }

    /// Left, bottom, right, top.
    pub(super) fn bounds(&self) -> [f32; 4] {
        self.bounds
    }

    pub(super) fn ascent(&self) -> f32 {
        self.ascent
    }

    pub(super) fn descent(&self) -> f32 {
        self.descent
    }
}

/// Where a table begins (OpenType §4, "Table Directory").
fn table(bytes: &[u8], name: [u8; 4]) -> usize {
    let records = usize::from(unsigned(bytes, 4));
    let found = (0..records)
        .map(|it| 12 + 16 * it)
        .find(|at| bytes.get(*at..at + 4) == Some(name.as_slice()));
    found.map_or(0, |at| long(bytes, at + 8))
}

/// Of the subtable of format 4 for Windows, BMP (OpenType, `cmap`).
fn letters(bytes: &[u8], cmap: usize) -> BTreeMap<char, u16> {
    let subtables = usize::from(unsigned(bytes, cmap + 2));
    let mut found = BTreeMap::new();
    let unicode = (0..subtables)
        .map(|it| cmap + 4 + 8 * it)
        .find(|at| (unsigned(bytes, *at), unsigned(bytes, at + 2)) == (3, 1));
    let Some(record) = unicode else { return found };
    let at = cmap + long(bytes, record + 4);
    let twice = usize::from(unsigned(bytes, at + 6));
    let [ends, starts, deltas, offsets] =
        [14, 16 + twice, 16 + 2 * twice, 16 + 3 * twice].map(|it| at + it);
    for segment in (0..twice).step_by(2) {
        let (first, last) = (unsigned(bytes, starts + segment), unsigned(bytes, ends + segment));
        let delta = unsigned(bytes, deltas + segment);
        let offset = usize::from(unsigned(bytes, offsets + segment));
        for code in first..=last {
            let glyph = if offset == 0 {
                code.wrapping_add(delta)
            } else {
                let place = offsets + segment + offset + 2 * usize::from(code - first);
                match unsigned(bytes, place) {
                    0 => 0,
                    glyph => glyph.wrapping_add(delta),
                }
            };
            if let Some(letter) = char::from_u32(code.into()).filter(|_| glyph != 0) {
                found.insert(letter, glyph);
            }
        }
    }
    found
}

fn unsigned(bytes: &[u8], at: usize) -> u16 {
    let two = bytes.get(at..at + 2).and_then(|it| it.try_into().ok());
    two.map_or(0, u16::from_be_bytes)
}

fn signed(bytes: &[u8], at: usize) -> i16 {
    let two = bytes.get(at..at + 2).and_then(|it| it.try_into().ok());
    two.map_or(0, i16::from_be_bytes)
}

fn long(bytes: &[u8], at: usize) -> usize {
    usize::from(unsigned(bytes, at)) << 16 | usize::from(unsigned(bytes, at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_three_languages_is_there() {
        let letters = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ\
                       абвгдеёжзийклмнопрстуфхцчшщъыьэюяӘәҒғҚқҢңӨөҰұҮүҺһІі\
                       ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789«»“”—–…·№₸:;,.!?()/+-_'’";
        for weight in Weight::ALL {
            let font = font(weight);
            for letter in letters.chars() {
                assert_ne!(font.glyph(letter), 0, "{weight:?} {letter}");
                assert!(font.advance(font.glyph(letter)) > 100.0, "{weight:?} {letter}");
            }
            assert_eq!(font.glyph('漢'), 0);
            assert!(font.width("Келісім", 10.0) > 30.0);
        }
    }
}
