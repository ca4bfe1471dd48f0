//! Words in the fonts that every PDF reader has: which bytes they are, how wide, and where lines break.

/// Helvetica, Helvetica-Bold, Symbol, with their encodings.
pub(super) fn fonts() -> [(&'static str, Option<&'static str>); 3] {
    let latin = Some("WinAnsiEncoding");
    [("Helvetica", latin), ("Helvetica-Bold", latin), ("Symbol", None)]
}

const SYMBOL: usize = 2;

/// Bytes of one font.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) font: usize,
    pub(super) bytes: Vec<u8>,
}

pub(super) fn pieces(text: &str, bold: bool) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for letter in text.chars() {
        let (font, byte) = coded(letter, bold);
        match pieces.last_mut().filter(|it| it.font == font) {
            Some(piece) => piece.bytes.push(byte),
            None => pieces.push(Piece { font, bytes: vec![byte] }),
        }
    }
    pieces
}

/// Font and byte; what neither has is a question mark.
fn coded(letter: char, bold: bool) -> (usize, u8) {
    let latin = |byte| (usize::from(bold), byte);
    match letter {
        ' '..='~' => latin(u8::try_from(letter).unwrap_or(b'?')),
        '\u{a0}'..='\u{ff}' => latin(u8::try_from(u32::from(letter)).unwrap_or(b'?')),
        '–' => latin(0x96),
        '—' => latin(0x97),
        '‘' => latin(0x91),
        '’' => latin(0x92),
        '“' => latin(0x93),
        '”' => latin(0x94),
        '…' => latin(0x85),
        '≤' => (SYMBOL, 0xa3),
        '≥' => (SYMBOL, 0xb3),
        '−' => (SYMBOL, 0x2d),
        '→' => (SYMBOL, 0xae),
        'ρ' => (SYMBOL, 0x72),
        _ => latin(b'?'),
    }
}

/// Thousandths of the size, from ' ' to '~' (Adobe's metrics of Helvetica).
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// In points. The bold letters are taken for a tenth wider, which no line here is close enough to notice.
pub(super) fn width(text: &str, size: f32, bold: bool) -> f32 {
    let letter = |it: char| {
        let place = u32::from(it).checked_sub(32).and_then(|it| usize::try_from(it).ok());
        f32::from(place.and_then(|it| WIDTHS.get(it)).copied().unwrap_or(556))
    };
    text.chars().map(letter).sum::<f32>() / 1000.0 * size * if bold { 1.1 } else { 1.0 }
}

/// Lines no wider than `room`; a word that is wider itself is cut.
pub(super) fn broken(text: &str, size: f32, bold: bool, room: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let mut word = word.to_owned();
        loop {
            let line = lines.last().map_or("", String::as_str);
            let longer = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
            if width(&longer, size, bold) <= room {
                lines.pop();
                lines.push(longer);
                break;
            }
            if !line.is_empty() {
                lines.push(String::new());
                continue;
            }
            let fits = (1..word.chars().count())
                .rev()
                .find(|count| {
                    width(&word.chars().take(*count).collect::<String>(), size, bold) <= room
                })
                .unwrap_or(1);
            let head: String = word.chars().take(fits).collect();
            let rest: String = word.chars().skip(fits).collect();
            lines.pop();
            lines.extend([head, String::new()]);
            word = rest;
            if word.is_empty() {
                break;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_another_font_are_pieces_of_their_own() {
        let told = pieces("a ≤ 1", false);
        let told: Vec<_> = told.iter().map(|it| (it.font, it.bytes.as_slice())).collect();
        assert_eq!(told, [(0, &b"a "[..]), (SYMBOL, &[0xa3][..]), (0, &b" 1"[..])]);
        assert_eq!(pieces("й", true), [Piece { font: 1, bytes: vec![b'?'] }]);
    }

    #[test]
    fn no_line_is_wider_than_its_room_and_no_letter_is_lost() {
        let text = "some words and one_that_is_far_too_long_for_any_line_of_this_room of them";
        for room in [20.0, 60.0, 200.0] {
            let lines = broken(text, 8.0, false, room);
            assert!(lines.iter().all(|it| width(it, 8.0, false) <= room), "{lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
        assert!((width("Helvetica", 10.0, false) - 41.12).abs() < 1e-3);
    }
}
