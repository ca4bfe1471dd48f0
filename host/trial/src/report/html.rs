//! The report as one page that needs nothing beside it: light, dark and printed.

use senim_core::trial::Outcome;

use super::document::Block;
use super::figure::escaped;

const STYLE: &str = include_str!("report.css");

pub(super) fn page(title: &str, blocks: &[Block]) -> String {
    let title = escaped(title);
    let body: String = blocks.iter().map(block).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n<main>\n{body}</main>\n</html>\n"
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Title(text) => format!("<h1>{}</h1>\n", escaped(text)),
        Block::Heading(text) => format!("<h2>{}</h2>\n", escaped(text)),
        Block::Paragraph(text) => format!("<p>{}</p>\n", escaped(text)),
        Block::Table { rows, numbers_from } => table(rows, *numbers_from),
        Block::Figure { figure, caption } => format!(
            "<figure>{}<figcaption>{}</figcaption></figure>\n",
            figure.svg(caption),
            escaped(caption)
        ),
        Block::Outcomes(rows) => outcomes(rows),
        Block::Code(lines) => format!("<pre>{}</pre>\n", escaped(&lines.join("\n"))),
    }
}

fn table(rows: &[Vec<String>], numbers_from: usize) -> String {
    let cell = |tag: &str, place: usize, text: &str| {
        let class = if place >= numbers_from { " class=\"n\"" } else { "" };
        format!("<{tag}{class}>{}</{tag}>", escaped(text))
    };
    let row = |tag: &str, cells: &[String]| {
        let class = if cells[0].is_empty() && tag == "td" { " class=\"under\"" } else { "" };
        let cells: String =
            cells.iter().enumerate().map(|(place, text)| cell(tag, place, text)).collect();
        format!("<tr{class}>{cells}</tr>\n")
    };
    let Some((head, body)) = rows.split_first() else { return String::new() };
    let body: String = body.iter().map(|it| row("td", it)).collect();
    format!(
        "<div class=\"wide\"><table><thead>{}</thead><tbody>{body}</tbody></table></div>\n",
        row("th", head)
    )
}

fn outcomes(rows: &[(String, Outcome, String)]) -> String {
    let row = |(what, outcome, seen): &(String, Outcome, String)| {
        let (class, word) = match outcome {
            Outcome::Passed => ("passed", "passed"),
            Outcome::Failed => ("failed", "failed"),
            Outcome::NotShown => ("open", "not shown"),
        };
        format!(
            "<tr><td>{}</td><td><span class=\"{class}\">{word}</span></td><td>{}</td></tr>\n",
            escaped(what),
            escaped(seen)
        )
    };
    let rows: String = rows.iter().map(row).collect();
    format!("<div class=\"wide\"><table class=\"outcomes\"><tbody>{rows}</tbody></table></div>\n")
}
