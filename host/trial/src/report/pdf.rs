//! The report on A4, drawn from the same blocks and figures as the page. Helvetica, as every reader has it.

#![expect(clippy::cast_precision_loss, reason = "places on paper")]

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};
use senim_core::trial::Outcome;

use super::document::Block;
use super::figure::{Anchor, Colour, Figure, Item};
use super::words::{Piece, broken, fonts, width};

const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 48.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const GOOD: [u8; 3] = [26, 127, 75];
const BAD: [u8; 3] = [179, 38, 30];
const OPEN: [u8; 3] = [138, 97, 0];

/// `foot` stands under every page.
pub(super) fn paper(title: &str, foot: &str, blocks: &[Block]) -> Vec<u8> {
    let mut sheets = Sheets { done: Vec::new(), content: Content::new(), y: PAGE.1 - MARGIN };
    for block in blocks {
        sheets.block(block);
    }
    sheets.turn();
    file(title, foot, sheets.done)
}

fn file(title: &str, foot: &str, sheets: Vec<Content>) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let (catalog, tree, info) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let type_of = |number: usize| Ref::new(4 + counted(number));
    let sheet = |number: usize| Ref::new(10 + 2 * counted(number));
    let inside = |number: usize| Ref::new(11 + 2 * counted(number));
    pdf.catalog(catalog).pages(tree).lang(TextStr("en"));
    pdf.document_info(info).title(TextStr(title)).producer(TextStr("senim-trial"));
    pdf.pages(tree).kids((0..sheets.len()).map(sheet)).count(counted(sheets.len()));
    for (number, (name, encoding)) in fonts().into_iter().enumerate() {
        let mut written = pdf.type1_font(type_of(number));
        written.base_font(Name(name.as_bytes()));
        if let Some(encoding) = encoding {
            written.encoding_predefined(Name(encoding.as_bytes()));
        }
    }
    let count = sheets.len();
    for (number, mut content) in sheets.into_iter().enumerate() {
        let mut page = pdf.page(sheet(number));
        page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(inside(number));
        let mut resources = page.resources();
        let mut named = resources.fonts();
        for place in 0..fonts().len() {
            named.pair(Name(font_name(place).as_bytes()), type_of(place));
        }
        named.finish();
        resources.finish();
        page.finish();
        let faint = Colour::Faint.on_paper();
        say(&mut content, (MARGIN, 24.0), 7.5, false, faint, foot);
        let told = format!("{} / {count}", number + 1);
        let x = PAGE.0 - MARGIN - width(&told, 7.5, false);
        say(&mut content, (x, 24.0), 7.5, false, faint, &told);
        let bytes = content.finish();
        pdf.stream(inside(number), bytes.as_slice());
    }
    pdf.finish()
}

/// PDF counts in 31 bits; a report has a few pages.
fn counted(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn font_name(place: usize) -> String {
    format!("F{place}")
}

/// Pages as they fill; `y` is how far down the present one is written, from below.
struct Sheets {
    done: Vec<Content>,
    content: Content,
    y: f32,
}

impl Sheets {
    fn turn(&mut self) {
        self.done.push(std::mem::replace(&mut self.content, Content::new()));
        self.y = PAGE.1 - MARGIN;
    }

    /// Moves down; to the next page where there is no room.
    fn room(&mut self, height: f32) {
        if self.y - height < MARGIN {
            self.turn();
        }
        self.y -= height;
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Title(text) => self.paragraph(text, 19.0, true, Colour::Ink),
            Block::Heading(text) => {
                // Not alone at the foot.
                if self.y - 70.0 < MARGIN {
                    self.turn();
                }
                self.y -= 8.0;
                self.paragraph(text, 13.0, true, Colour::Ink);
            }
            Block::Paragraph(text) => self.paragraph(text, 9.5, false, Colour::Ink),
            Block::Code(lines) => {
                for line in lines {
                    self.paragraph(line, 8.0, false, Colour::Ink);
                }
            }
            Block::Table { rows, numbers_from } => self.table(rows, *numbers_from),
            Block::Figure { figure, caption } => {
                self.figure(figure);
                self.paragraph(caption, 8.5, false, Colour::Faint);
            }
            Block::Outcomes(rows) => self.outcomes(rows),
        }
    }

    fn paragraph(&mut self, text: &str, size: f32, bold: bool, colour: Colour) {
        for line in broken(text, size, bold, WIDTH) {
            self.room(size * 1.35);
            say(&mut self.content, (MARGIN, self.y), size, bold, colour.on_paper(), &line);
        }
        self.y -= size * 0.6;
    }

    fn table(&mut self, rows: &[Vec<String>], numbers_from: usize) {
        const SIZE: f32 = 8.0;
        const GAP: f32 = 9.0;

        let Some(head) = rows.first() else { return };
        let mut widths: Vec<f32> = (0..head.len())
            .map(|column| rows.iter().map(|it| width(&it[column], SIZE, false)).fold(0.0, f32::max))
            .collect();
        // What is too wide is broken in the last column of words, or in the last one.
        let elastic = if numbers_from == 0 { 0 } else { numbers_from - 1 };
        let elastic = if widths.last().is_some_and(|it| *it > WIDTH / 3.0) {
            widths.len() - 1
        } else {
            elastic
        };
        let spare = WIDTH - GAP * (widths.len() - 1) as f32 - widths.iter().sum::<f32>();
        widths[elastic] = (widths[elastic] + spare).max(60.0);
        for (number, row) in rows.iter().enumerate() {
            let under = number > 0 && row[0].is_empty();
            let colour = if number == 0 || under { Colour::Faint } else { Colour::Ink };
            let lines: Vec<Vec<String>> = row
                .iter()
                .zip(&widths)
                .map(|(it, width)| broken(it, SIZE, false, *width))
                .collect();
            let height = lines.iter().map(Vec::len).max().unwrap_or(1) as f32 * SIZE * 1.3;
            self.room(height + if under { 0.0 } else { 3.0 });
            if number > 0 && !under {
                self.rule(self.y + height + 1.0);
            }
            let mut x = MARGIN;
            for (column, (lines, cell)) in lines.iter().zip(&widths).enumerate() {
                for (place, line) in lines.iter().enumerate() {
                    let right = column >= numbers_from && column != elastic;
                    let inset = if right { cell - width(line, SIZE, false) } else { 0.0 };
                    let y = self.y + height - SIZE * (1.0 + 1.3 * place as f32);
                    say(&mut self.content, (x + inset, y), SIZE, false, colour.on_paper(), line);
                }
                x += cell + GAP;
            }
        }
        self.y -= 10.0;
    }

    fn outcomes(&mut self, rows: &[(String, Outcome, String)]) {
        const SIZE: f32 = 8.0;
        const COLUMNS: (f32, f32) = (250.0, 300.0);

        for (what, outcome, seen) in rows {
            let (word, colour) = match outcome {
                Outcome::Passed => ("passed", GOOD),
                Outcome::Failed => ("failed", BAD),
                Outcome::NotShown => ("not shown", OPEN),
            };
            let left = broken(what, SIZE, false, COLUMNS.0 - 10.0);
            let right = broken(seen, SIZE, false, WIDTH - COLUMNS.1);
            let height = left.len().max(right.len()) as f32 * SIZE * 1.3;
            self.room(height + 3.0);
            self.rule(self.y + height + 1.0);
            let ink = Colour::Ink.on_paper();
            for (x, lines) in [(MARGIN, &left), (MARGIN + COLUMNS.1, &right)] {
                for (place, line) in lines.iter().enumerate() {
                    let y = self.y + height - SIZE * (1.0 + 1.3 * place as f32);
                    say(&mut self.content, (x, y), SIZE, false, ink, line);
                }
            }
            say(
                &mut self.content,
                (MARGIN + COLUMNS.0, self.y + height - SIZE),
                SIZE,
                true,
                colour,
                word,
            );
        }
        self.y -= 10.0;
    }

    fn rule(&mut self, y: f32) {
        let [red, green, blue] = shares(Colour::Rule.on_paper());
        self.content.set_stroke_rgb(red, green, blue).set_line_width(0.5);
        self.content.move_to(MARGIN, y).line_to(MARGIN + WIDTH, y).stroke();
    }

    fn figure(&mut self, figure: &Figure) {
        let scale = WIDTH / figure.width;
        self.room(figure.height * scale);
        let top = self.y + figure.height * scale;
        let at = |(x, y): (f32, f32)| (MARGIN + x * scale, top - y * scale);
        for item in &figure.items {
            match item {
                Item::Line { points, colour, width, dashed } => {
                    let [red, green, blue] = shares(colour.on_paper());
                    self.content.set_stroke_rgb(red, green, blue).set_line_width(width * scale);
                    let dashes: &[f32] = if *dashed { &[4.0, 3.0] } else { &[] };
                    self.content.set_dash_pattern(dashes.iter().copied(), 0.0);
                    for (number, point) in points.iter().enumerate() {
                        let (x, y) = at(*point);
                        if number == 0 {
                            self.content.move_to(x, y);
                        } else {
                            self.content.line_to(x, y);
                        }
                    }
                    self.content.stroke().set_dash_pattern([], 0.0);
                }
                Item::Box { from, size, colour } => {
                    let [red, green, blue] = shares(colour.on_paper());
                    let (x, y) = at((from.0, from.1 + size.1));
                    self.content.set_fill_rgb(red, green, blue);
                    self.content.rect(x, y, size.0 * scale, size.1 * scale).fill_nonzero();
                }
                Item::Words { at: place, size, anchor, colour, text } => {
                    let size = size * scale;
                    let (x, y) = at(*place);
                    let inset = match anchor {
                        Anchor::Start => 0.0,
                        Anchor::Middle => width(text, size, false) / 2.0,
                        Anchor::End => width(text, size, false),
                    };
                    say(&mut self.content, (x - inset, y), size, false, colour.on_paper(), text);
                }
            }
        }
    }
}

fn say(
    content: &mut Content,
    (x, y): (f32, f32),
    size: f32,
    bold: bool,
    colour: [u8; 3],
    text: &str,
) {
    let [red, green, blue] = shares(colour);
    content.set_fill_rgb(red, green, blue).begin_text().next_line(x, y);
    for Piece { font, bytes } in super::words::pieces(text, bold) {
        content.set_font(Name(font_name(font).as_bytes()), size).show(Str(&bytes));
    }
    content.end_text();
}

fn shares(colour: [u8; 3]) -> [f32; 3] {
    colour.map(|it| f32::from(it) / 255.0)
}
