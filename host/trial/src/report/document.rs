//! What a report says, in blocks that every form of it renders: HTML and PDF can't differ.

use senim_core::trial::{
    Check, LivenessResult, MatchingResult, Outcome, PhotosResult, Report, SetResult, Share,
    trials_to_show,
};

use super::charts::{apcer, det, histogram};
use super::figure::Figure;

pub(super) enum Block {
    Title(String),
    Heading(String),
    Paragraph(String),
    /// The first row names the columns. From this column on cells are numbers.
    Table {
        rows: Vec<Vec<String>>,
        numbers_from: usize,
    },
    Figure {
        figure: Figure,
        caption: String,
    },
    /// What is judged, how it ended, what was seen.
    Outcomes(Vec<(String, Outcome, String)>),
    Code(Vec<String>),
}

pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let solution = &report.solution;
    let mut blocks = vec![
        Block::Title(format!("Trial of {} {}", solution.name, solution.version)),
        Block::Paragraph(format!(
            "Made {} on {}. Solution's digest {}. A new try of the same solution is not taken before {} (BIO-4: two \
             months after this protocol).",
            report.made_at.format("%Y-%m-%d %H:%M UTC"),
            report.machine,
            &solution.digest[..solution.digest.len().min(16)],
            report.next_try_not_before
        )),
        Block::Heading("Verdicts".to_owned()),
        Block::Outcomes(
            report
                .verdicts
                .iter()
                .map(|it| {
                    (format!("{}: {}", it.requirement, it.rule), it.outcome, it.measured.clone())
                })
                .collect(),
        ),
    ];
    if let Some(matching) = &report.matching {
        matching_blocks(matching, &mut blocks);
    }
    if let Some(liveness) = &report.liveness {
        liveness_blocks(liveness, &mut blocks);
    }
    if let Some(photos) = &report.photos {
        photos_blocks(photos, &mut blocks);
    }
    if !report.not_shown.is_empty() {
        blocks.push(Block::Heading("What was not shown".to_owned()));
        blocks.extend(report.not_shown.iter().cloned().map(Block::Paragraph));
    }
    if !report.commands.is_empty() {
        blocks.push(Block::Heading("How to repeat it".to_owned()));
        blocks.push(Block::Code(report.commands.clone()));
    }
    blocks
}

fn matching_blocks(matching: &MatchingResult, blocks: &mut Vec<Block>) {
    let data = &matching.data;
    blocks.push(Block::Heading("Matching".to_owned()));
    blocks.push(Block::Paragraph(format!(
        "{}: {} pictures of {} people, {}.{} Failed to enrol: {} of {} pictures ({}); rates are of the rest. The gate of \
         an identity session (head nearly straight, eyes open) is passed by {}.",
        data.name,
        counted(data.pictures),
        counted(data.people),
        matching.pairs,
        sentence(&data.source),
        counted(matching.failed_to_enrol.hits),
        counted(matching.failed_to_enrol.of),
        percent(matching.failed_to_enrol.value()),
        percent(matching.gate.value()),
    )));
    blocks.push(Block::Paragraph(
        "FNMR in per cent at the threshold that lets no more than the FMR of the column in; below it the 95 % interval \
         over people drawn again, threshold included (bootstrap)."
            .to_owned(),
    ));
    blocks.push(rates(&matching.sets));
    blocks.push(Block::Figure {
        figure: det(&matching.sets),
        caption:
            "Detection error trade-off. Dashed: the bounds of BIO-3, FMR 1e-6 and 5e-4, FNMR 1 %."
                .to_owned(),
    });
    blocks.push(Block::Paragraph(
        "The same with thresholds from other people: set on one half of the people, scored on the other, both ways added. \
         FNMR in per cent / FMR reached."
            .to_owned(),
    ));
    blocks.push(held_out(&matching.sets));
    for set in histograms(&matching.sets) {
        blocks.push(Block::Figure {
            figure: histogram(set),
            caption: format!(
                "Similarities, {}: {} genuine and {} impostor pairs, each a bin of .005, logarithmic. Upright: thresholds \
                 at FMR 5e-4 and 1e-6.",
                described(set),
                counted(set.genuine_pairs),
                counted(set.impostor_pairs)
            ),
        });
    }
    if !matching.groups.is_empty() {
        blocks.push(Block::Paragraph(
            "By group, at the thresholds of all. FNMR in per cent / FMR.".to_owned(),
        ));
        blocks.push(groups(matching));
    }
    blocks.push(Block::Paragraph(format!(
        "An error-free run over {} independent impostor pairs would prove FMR ≤ 1e-6 at 95 %, over {} FMR ≤ 5e-4.",
        counted(trials_to_show(1e-6)),
        counted(trials_to_show(5e-4)),
    )));
    blocks.extend(matching.remarks.iter().cloned().map(Block::Paragraph));
    let load = &matching.load;
    blocks.push(Block::Heading("Load".to_owned()));
    blocks.push(Block::Table {
        rows: vec![
            ["", "a minute", "median ms", "95 % ms", "99 % ms"].map(str::to_owned).to_vec(),
            timed("one after the other", load.a_minute_one_thread, load.one),
            timed("eight at once", load.a_minute_eight, load.eight),
        ],
        numbers_from: 1,
    });
    blocks.push(Block::Paragraph(format!(
        "{} matches of two files. The machine's load average was {:.1} when it began: other work slows it.",
        load.requests, load.load_before
    )));
    checks("Function", &matching.function, blocks);
    checks("Security", &matching.security, blocks);
}

fn timed(name: &str, a_minute: f64, latency: senim_core::trial::Latency) -> Vec<String> {
    let ms = |it: f64| format!("{it:.0}");
    vec![
        name.to_owned(),
        ms(a_minute),
        ms(latency.median_ms),
        ms(latency.p95_ms),
        ms(latency.p99_ms),
    ]
}

fn checks(heading: &str, checks: &[Check], blocks: &mut Vec<Block>) {
    if !checks.is_empty() {
        blocks.push(Block::Heading(heading.to_owned()));
        let rows = checks.iter().map(|it| (it.name.clone(), it.outcome, it.seen.clone()));
        blocks.push(Block::Outcomes(rows.collect()));
    }
}

/// A line a set: FNMR at each FMR, with its interval.
fn rates(sets: &[SetResult]) -> Block {
    let mut rows = vec![head(sets, &["impostor pairs"])];
    for set in sets {
        let mut row = vec![described(set), counted(set.impostor_pairs)];
        let mut interval = vec![String::new(); 2];
        for at in &set.at {
            row.push(format!("{:.2}", at.false_non_matches.value() * 100.0));
            let people = at.over_people;
            interval.push(format!("{:.2}–{:.2}", people.low * 100.0, people.high * 100.0));
        }
        rows.extend([row, interval]);
    }
    Block::Table { rows: padded(rows), numbers_from: 1 }
}

fn held_out(sets: &[SetResult]) -> Block {
    let mut rows = vec![head(sets, &[])];
    for set in sets.iter().filter(|it| !it.held_out.is_empty()) {
        let mut row = vec![described(set)];
        row.extend(set.held_out.iter().map(|it| {
            format!(
                "{:.2} / {:.1e}",
                it.false_non_matches.value() * 100.0,
                it.false_matches.value()
            )
        }));
        rows.push(row);
    }
    Block::Table { rows: padded(rows), numbers_from: 1 }
}

fn groups(matching: &MatchingResult) -> Block {
    let mut rows = vec![head(&matching.sets, &["people"])];
    for group in &matching.groups {
        let mut row = vec![group.name.clone(), counted(group.people)];
        row.extend(group.at.iter().map(|it| {
            format!(
                "{:.2} / {:.1e}",
                it.false_non_matches.value() * 100.0,
                it.false_matches.value()
            )
        }));
        rows.push(row);
    }
    Block::Table { rows: padded(rows), numbers_from: 1 }
}

fn head(sets: &[SetResult], between: &[&str]) -> Vec<String> {
    let mut head = vec![String::new()];
    head.extend(between.iter().map(|it| (*it).to_owned()));
    let at = sets.iter().map(|it| &it.at).max_by_key(|it| it.len());
    head.extend(at.into_iter().flatten().map(|it| format!("{:.0e}", it.fmr_goal)));
    head
}

/// Every row as long as the first: where pairs do not suffice for a rate, a dash.
fn padded(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let columns = rows[0].len();
    for row in &mut rows {
        let filler = if row[0].is_empty() { "" } else { "–" };
        row.resize(columns, filler.to_owned());
    }
    rows
}

/// Those that a reader looks at: one picture and several, of the strictest labels.
fn histograms(sets: &[SetResult]) -> Vec<&SetResult> {
    let strictest = sets.iter().rev().find(|it| it.probes == 1 && !it.gated);
    let session = sets.iter().rev().find(|it| it.probes == 3 && it.gated);
    strictest.into_iter().chain(session).collect()
}

/// With a space before it and a full stop behind; nothing for nothing.
fn sentence(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" {}.", text.trim_end_matches('.')) }
}

fn liveness_blocks(liveness: &LivenessResult, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading("Liveness".to_owned()));
    let genuine = liveness.genuine.wilson();
    blocks.push(Block::Paragraph(format!(
        "{} Genuine sessions refused (BPCER): {} of {}, {} [{}–{}]. {:.0} verdicts a minute on one thread.",
        sentence(&liveness.source).trim_start(),
        liveness.genuine.hits,
        liveness.genuine.of,
        percent(liveness.genuine.value()),
        percent(genuine.low),
        percent(genuine.high),
        liveness.a_minute_one_thread
    )));
    let mut rows = vec![
        ["species", "presentations", "accepted", "APCER at most, 95 %", "refused for"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend(liveness.species.iter().map(|it| {
        let reasons: Vec<_> =
            it.reasons.iter().take(3).map(|(reason, count)| format!("{reason} {count}")).collect();
        vec![
            it.name.clone(),
            it.accepted.of.to_string(),
            it.accepted.hits.to_string(),
            percent(it.apcer_at_most()),
            reasons.join(", "),
        ]
    }));
    blocks.push(Block::Table { rows, numbers_from: 1 });
    blocks.push(Block::Figure {
        figure: apcer(&liveness.species),
        caption: "APCER a species: accepted (filled) and what the number of presentations still leaves possible at 95 % \
                  (line). None of 300 shows 1 %."
            .to_owned(),
    });
    blocks.extend(liveness.remarks.iter().cloned().map(Block::Paragraph));
}

fn photos_blocks(photos: &PhotosResult, blocks: &mut Vec<Block>) {
    let data = &photos.data;
    blocks.push(Block::Heading("Refusals by skin tone".to_owned()));
    blocks.push(Block::Paragraph(format!(
        "{}: {} pictures of {} people.{} Tones are classes of the cheeks' individual typology angle in the picture, which \
         its light moves as well. Of each tone: how many pictures each photo rule and each passive signal refuses, and \
         the 95 % interval as if pictures were independent. {} pictures have no face that can be looked at.",
        data.name,
        counted(data.pictures),
        counted(data.people),
        sentence(&data.source),
        counted(photos.unread),
    )));
    let mut head = vec![String::new()];
    head.extend(photos.tones.iter().map(|it| {
        let (pictures, people) = (counted(it.pictures), counted(it.people));
        format!("{}: {pictures} of {people}", it.tone.name())
    }));
    let mut rows = vec![head];
    let names = photos.tones.first().into_iter().flat_map(|it| &it.refused);
    for (at, (what, _)) in names.enumerate() {
        let shares: Vec<Share> =
            photos.tones.iter().filter_map(|it| Some(it.refused.get(at)?.1)).collect();
        if shares.iter().all(|it| it.hits == 0) {
            continue;
        }
        let mut row = vec![what.clone()];
        row.extend(shares.iter().map(|it| {
            let interval = it.wilson();
            let [low, high] = [interval.low, interval.high].map(|it| it * 100.0);
            format!("{} [{low:.0}–{high:.0} %]", it.hits)
        }));
        rows.push(row);
    }
    blocks.push(Block::Table { rows, numbers_from: 1 });
}

/// A row's name.
pub(in super::super) fn described(set: &SetResult) -> String {
    let gate = if set.gated { ", gated" } else { "" };
    format!("{}{gate}, {} : 1", set.labels, set.probes)
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// Thousands apart.
pub(super) fn counted(count: u64) -> String {
    let digits = count.to_string();
    let mut told = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push(' ');
        }
        told.push(digit);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([7, 1_000, 87_000_000].map(counted), ["7", "1 000", "87 000 000"]);
    }
}
