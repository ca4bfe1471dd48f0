//! A drawing of lines, boxes and words, that becomes SVG in a page and operators in a PDF.

use std::fmt::Write as _;

/// x to the right, y down.
pub(super) type Place = (f32, f32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    Ink,
    Faint,
    Rule,
    Series(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    Line { points: Vec<Place>, colour: Colour, width: f32, dashed: bool },
    Box { from: Place, size: Place, colour: Colour },
    Words { at: Place, size: f32, anchor: Anchor, colour: Colour, text: String },
}

#[derive(Clone, Debug, Default)]
pub(super) struct Figure {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) items: Vec<Item>,
}

/// On paper; a page in the dark has its own (html.rs). Told apart by people who see no red or green
/// (Okabe and Ito 2008).
pub(super) const SERIES: [[u8; 3]; 6] =
    [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [86, 180, 233], [150, 110, 0]];

impl Colour {
    pub(super) fn on_paper(self) -> [u8; 3] {
        match self {
            Self::Ink => [25, 30, 38],
            Self::Faint => [110, 118, 129],
            Self::Rule => [221, 225, 230],
            Self::Series(number) => SERIES[number % SERIES.len()],
        }
    }

    fn class(self) -> String {
        match self {
            Self::Ink => "ink".to_owned(),
            Self::Faint => "faint".to_owned(),
            Self::Rule => "rule".to_owned(),
            Self::Series(number) => format!("s{}", number % SERIES.len()),
        }
    }
}

impl Figure {
    pub(super) fn line(&mut self, points: Vec<Place>, colour: Colour, width: f32) {
        self.items.push(Item::Line { points, colour, width, dashed: false });
    }

    pub(super) fn dashed(&mut self, points: Vec<Place>, colour: Colour) {
        self.items.push(Item::Line { points, colour, width: 1.0, dashed: true });
    }

    pub(super) fn area(&mut self, from: Place, size: Place, colour: Colour) {
        self.items.push(Item::Box { from, size, colour });
    }

    pub(super) fn words(
        &mut self,
        at: Place,
        anchor: Anchor,
        colour: Colour,
        text: impl Into<String>,
    ) {
        self.items.push(Item::Words { at, size: 11.0, anchor, colour, text: text.into() });
    }

    /// `title` is what a screen reader says.
    pub(super) fn svg(&self, title: &str) -> String {
        let mut svg = format!(
            "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
            self.width,
            self.height,
            escaped(title)
        );
        for item in &self.items {
            // Writing to a string can't fail.
            let _ = match item {
                Item::Line { points, colour, width, dashed } => {
                    let points: Vec<_> =
                        points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
                    let dashes = if *dashed { " stroke-dasharray=\"5 4\"" } else { "" };
                    write!(
                        svg,
                        "<polyline class=\"l {}\" stroke-width=\"{width}\"{dashes} points=\"{}\"/>",
                        colour.class(),
                        points.join(" ")
                    )
                }
                Item::Box { from: (x, y), size: (width, height), colour } => write!(
                    svg,
                    "<rect class=\"b {}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>",
                    colour.class()
                ),
                Item::Words { at: (x, y), size, anchor, colour, text } => {
                    let anchor = match anchor {
                        Anchor::Start => "start",
                        Anchor::Middle => "middle",
                        Anchor::End => "end",
                    };
                    write!(
                        svg,
                        "<text class=\"t {}\" x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\">{}</text>",
                        colour.class(),
                        escaped(text)
                    )
                }
            };
        }
        svg.push_str("</svg>");
        svg
    }
}

/// For text and attributes of HTML: what a solution says of itself is a stranger's word.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_name_stays_text() {
        let mut figure = Figure { width: 10.0, height: 10.0, items: vec![] };
        figure.words((1.0, 2.0), Anchor::End, Colour::Ink, "<script>\"&");
        let svg = figure.svg("a \"title\"");
        assert!(
            svg.contains(">&lt;script&gt;&quot;&amp;</text>")
                && svg.contains("a &quot;title&quot;")
        );
    }
}
