//! A document of core on A4, as PDF: plain text that can be searched and copied, in a font that has every Kazakh letter.

#![expect(clippy::cast_precision_loss, reason = "places on paper")]

mod font;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};
use senim_core::consent::document::Document;
use senim_core::consent::words::Paragraph;

use font::{Font, Weight, font};

const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 56.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Names of facts stand in a column of this width.
const NAMES: f32 = 150.0;
const FOOT: f32 = 34.0;
const BODY: f32 = 10.0;
const SMALL: f32 = 8.0;
/// Baseline to baseline, in sizes.
const LINE: f32 = 1.42;
const INK: f32 = 0.08;
const FAINT: f32 = 0.36;

/// The file.
pub(crate) fn pdf(document: &Document) -> Vec<u8> {
    let mut sheets = Sheets::default();
    sheets.paragraph(&document.title, (20.0, Weight::Bold, INK), 0.0);
    sheets.down(10.0);
    for (name, value) in &document.facts {
        sheets.fact(name, value);
    }
    for text in &document.texts {
        sheets.down(14.0);
        // Not alone at the foot.
        sheets.room(80.0);
        sheets.paragraph(&text.heading, (13.0, Weight::Bold, INK), 0.0);
        sheets.paragraph(&text.note, (SMALL, Weight::Book, FAINT), 0.0);
        sheets.down(4.0);
        for it in &text.paragraphs {
            match it {
                Paragraph::Platform(text) => {
                    sheets.paragraph(text, (BODY, Weight::Book, INK), 0.0);
                }
                // Set in, as on the page: nothing of the platform's stands so.
                Paragraph::Consumer(text) => sheets.quotation(text),
            }
            sheets.down(4.0);
        }
    }
    file(document, sheets.finish())
}

/// Pages as they fill; `y` is how far from below the present one is written.
struct Sheets {
    done: Vec<Content>,
    content: Content,
    y: f32,
}

impl Default for Sheets {
    fn default() -> Self {
        Self { done: Vec::new(), content: Content::new(), y: PAGE.1 - MARGIN }
    }
}

impl Sheets {
    fn finish(mut self) -> Vec<Content> {
        self.turn();
        self.done
    }

    fn turn(&mut self) {
        self.done.push(std::mem::replace(&mut self.content, Content::new()));
        self.y = PAGE.1 - MARGIN;
    }

    /// Turns the page where less than this is left of it.
    fn room(&mut self, height: f32) {
        if self.y - height < MARGIN {
            self.turn();
        }
    }

    fn down(&mut self, height: f32) {
        self.y -= height;
    }

    fn paragraph(&mut self, text: &str, (size, weight, grey): (f32, Weight, f32), indent: f32) {
        for line in broken(text, font(weight), size, WIDTH - indent) {
            self.room(size * LINE);
            self.down(size * LINE);
            say(&mut self.content, (MARGIN + indent, self.y), (size, weight, grey), &line);
        }
    }

    fn quotation(&mut self, text: &str) {
        let lines = broken(text, font(Weight::Book), BODY, WIDTH - 14.0);
        for line in lines {
            self.room(BODY * LINE);
            self.down(BODY * LINE);
            let (x, y) = (MARGIN + 3.0, self.y - 3.0);
            self.content.set_fill_gray(FAINT).rect(x, y, 1.5, BODY * LINE).fill_nonzero();
            let style = (BODY, Weight::Book, INK);
            say(&mut self.content, (MARGIN + 14.0, self.y), style, &line);
        }
    }

    fn fact(&mut self, name: &str, value: &str) {
        let names = broken(name, font(Weight::Book), BODY, NAMES - 12.0);
        let values = broken(value, font(Weight::Bold), BODY, WIDTH - NAMES);
        let lines = names.len().max(values.len());
        self.room(lines as f32 * BODY * LINE + 6.0);
        for number in 0..lines {
            self.down(BODY * LINE);
            if let Some(line) = names.get(number) {
                say(&mut self.content, (MARGIN, self.y), (BODY, Weight::Book, FAINT), line);
            }
            if let Some(line) = values.get(number) {
                let style = (BODY, Weight::Bold, INK);
                say(&mut self.content, (MARGIN + NAMES, self.y), style, line);
            }
        }
        self.down(5.0);
        let (x, y) = (MARGIN, self.y);
        self.content.set_fill_gray(0.86).rect(x, y, WIDTH, 0.6).fill_nonzero();
        self.down(1.0);
    }
}

/// Lines that fit the width; a word that does not fit a line of its own is cut.
fn broken(text: &str, font: &Font, size: f32, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().filter(|it| !it.is_empty());
        if let Some(line) = line {
            let longer = format!("{line} {word}");
            if font.width(&longer, size) <= width {
                *line = longer;
                continue;
            }
            lines.push(String::new());
        }
        for letter in word.chars() {
            let Some(line) = lines.last_mut() else { continue };
            let mut longer = line.clone();
            longer.push(letter);
            if line.is_empty() || font.width(&longer, size) <= width {
                *line = longer;
            } else {
                lines.push(letter.to_string());
            }
        }
    }
    lines
}

fn say(
    content: &mut Content,
    (x, y): (f32, f32),
    (size, weight, grey): (f32, Weight, f32),
    text: &str,
) {
    let glyphs: Vec<u8> =
        text.chars().flat_map(|it| font(weight).glyph(it).to_be_bytes()).collect();
    content.begin_text();
    content.set_fill_gray(grey);
    content.set_font(Name(weight.name().as_bytes()), size);
    content.next_line(x, y);
    content.show(Str(&glyphs));
    content.end_text();
}

/// References: one to three for the file, then five a font, then two a page.
fn file(document: &Document, sheets: Vec<Content>) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let (catalog, tree, info) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let sheet = |number: usize| Ref::new(20 + 2 * counted(number));
    let inside = |number: usize| Ref::new(21 + 2 * counted(number));
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr(document.language.code()));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    let title = format!("{} {}", document.title, document.number);
    pdf.document_info(info).title(TextStr(&title)).producer(TextStr("Senim"));
    let count = sheets.len();
    pdf.pages(tree).kids((0..count).map(sheet)).count(counted(count));
    for (number, weight) in Weight::ALL.into_iter().enumerate() {
        embed(&mut pdf, weight, 4 + 5 * counted(number));
    }
    for (number, mut content) in sheets.into_iter().enumerate() {
        let mut page = pdf.page(sheet(number));
        page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(inside(number));
        let mut resources = page.resources();
        let mut named = resources.fonts();
        for (place, weight) in Weight::ALL.into_iter().enumerate() {
            named.pair(Name(weight.name().as_bytes()), Ref::new(4 + 5 * counted(place)));
        }
        named.finish();
        resources.finish();
        page.finish();
        let style = (7.5, Weight::Book, FAINT);
        say(&mut content, (MARGIN, FOOT), style, &document.foot);
        let told = format!("{} / {count}", number + 1);
        let x = PAGE.0 - MARGIN - font(Weight::Book).width(&told, 7.5);
        say(&mut content, (x, FOOT), style, &told);
        pdf.stream(inside(number), &deflated(&content.finish())).filter(Filter::FlateDecode);
    }
    pdf.finish()
}

/// ISO 32000-1 §9.7: a composite font whose codes are glyphs, with the way back to letters for search and copying.
fn embed(pdf: &mut Pdf, weight: Weight, first: i32) {
    let font = font(weight);
    let at = |place: i32| Ref::new(first + place);
    let (base, descendant, descriptor, program, unicode) = (at(0), at(1), at(2), at(3), at(4));
    let name = Name(weight.post_script().as_bytes());
    let info = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    pdf.type0_font(base)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(descendant)
        .to_unicode(unicode);
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type2)
        .base_font(name)
        .system_info(info)
        .font_descriptor(descriptor)
        .default_width(font.advance(0))
        .cid_to_gid_map_predefined(Name(b"Identity"));
    cid.widths().consecutive(0, font.advances());
    cid.finish();
    let [left, bottom, right, top] = font.bounds();
    pdf.font_descriptor(descriptor)
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(0.0)
        .ascent(font.ascent())
        .descent(font.descent())
        .cap_height(729.0)
        .stem_v(weight.stem())
        .font_file2(program);
    let mut file = pdf.stream(program, font.packed());
    file.filter(Filter::FlateDecode);
    file.pair(Name(b"Length1"), counted(font.bytes().len()));
    file.finish();
    let mut map = UnicodeCmap::new(Name(b"Senim"), info);
    for (letter, glyph) in font.letters() {
        map.pair(glyph, letter);
    }
    pdf.cmap(unicode, &map.finish());
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    // A vector takes everything.
    let _ = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}

/// PDF counts in 31 bits; a document has a few pages.
fn counted(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use senim_core::consent::document::Text;
    use senim_core::text::Language;

    use super::*;

    #[test]
    fn a_line_keeps_to_its_width_and_loses_nothing() {
        let font = font(Weight::Book);
        let text = "Келісім беруші: Сейтова Айгүл Маратқызы (ЖСН 900101300017) cns_0123456789abcdef0123456789abcdef";
        for width in [60.0, 120.0, 400.0] {
            let lines = broken(text, font, BODY, width);
            assert!(lines.iter().all(|it| font.width(it, BODY) <= width), "{lines:?}");
            let together = |it: &str| it.replace(' ', "");
            assert_eq!(together(&lines.concat()), together(text));
        }
    }

    #[test]
    fn a_long_document_turns_pages_and_ends_as_a_file() {
        let say = |text: &str| Paragraph::Platform(text.to_owned());
        let document = Document {
            language: Language::Kk,
            title: "Келісім".to_owned(),
            number: "cns_00".to_owned(),
            facts: vec![("Нөмірі".to_owned(), "cns_00".to_owned())],
            texts: vec![Text {
                heading: "Мәтін".to_owned(),
                note: "хэш".to_owned(),
                paragraphs: vec![
                    say("Ұзақ мәтін. ".repeat(800).trim()),
                    Paragraph::Consumer("ok".to_owned()),
                ],
            }],
            foot: "foot".to_owned(),
        };
        let file = pdf(&document);
        assert!(file.starts_with(b"%PDF-1.7") && file.ends_with(b"%%EOF"));
        let pages = file.windows(11).filter(|it| it == b"/Type /Page").count();
        assert!(pages > 2, "{pages}");
        assert!(file.len() < 150_000, "{}", file.len());
    }
}
