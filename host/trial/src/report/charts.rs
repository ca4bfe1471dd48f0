//! The pictures of a report: DET curves, histograms of similarities, APCER bars.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "places on paper"
)]

use senim_core::trial::{FMR_NIST, FMR_OPERATOR, FNMR_MAX, SetResult, Species};

use super::document::described;
use super::figure::{Anchor, Colour, Figure, Place};

/// A plot's frame within its figure.
struct Plot {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
    /// What both ends of the axes mean: decades, or similarities.
    x: (f32, f32),
    y: (f32, f32),
}

impl Plot {
    fn at(&self, x: f32, y: f32) -> Place {
        let share = |of: f32, (from, to): (f32, f32)| ((of - from) / (to - from)).clamp(0.0, 1.0);
        (
            self.left + share(x, self.x) * self.width,
            self.top + (1.0 - share(y, self.y)) * self.height,
        )
    }
}

/// Both axes logarithmic, as far down as FMR 1e-7 and FNMR .01 %.
pub(super) fn det(sets: &[SetResult]) -> Figure {
    const SHOWN: usize = 6;

    let mut figure = Figure { width: 640.0, height: 420.0, items: vec![] };
    let plot = Plot {
        left: 58.0,
        top: 14.0,
        width: 560.0,
        height: 290.0,
        x: (-7.0, -1.0),
        y: (-4.0, 0.0),
    };
    for decade in -7_i8..=-1 {
        let (x, bottom) = plot.at(f32::from(decade), -4.0);
        figure.line(vec![(x, plot.top), (x, bottom)], Colour::Rule, 1.0);
        figure.words((x, bottom + 16.0), Anchor::Middle, Colour::Faint, format!("1e{decade}"));
    }
    for (decade, name) in (-4_i8..=0).zip(["0.01 %", "0.1 %", "1 %", "10 %", "100 %"]) {
        let (left, y) = plot.at(-7.0, f32::from(decade));
        figure.line(vec![(left, y), (left + plot.width, y)], Colour::Rule, 1.0);
        figure.words((left - 6.0, y + 4.0), Anchor::End, Colour::Faint, name);
    }
    figure.words(
        (plot.left + plot.width / 2.0, plot.top + plot.height + 34.0),
        Anchor::Middle,
        Colour::Ink,
        "FMR",
    );
    figure.words((plot.left + 6.0, plot.top + 12.0), Anchor::Start, Colour::Ink, "FNMR");
    for fmr in [FMR_NIST, FMR_OPERATOR] {
        let (x, bottom) = plot.at(fmr.log10() as f32, -4.0);
        figure.dashed(vec![(x, plot.top), (x, bottom)], Colour::Ink);
    }
    let (left, y) = plot.at(-7.0, FNMR_MAX.log10() as f32);
    figure.dashed(vec![(left, y), (left + plot.width, y)], Colour::Ink);
    for (number, set) in shown(sets, SHOWN).into_iter().enumerate() {
        let colour = Colour::Series(number);
        let points = set
            .curve
            .iter()
            .filter(|it| it.fmr > 0.0 && it.fmr <= 0.1)
            .map(|it| plot.at(it.fmr.log10() as f32, it.fnmr.max(1e-9).log10() as f32));
        figure.line(points.collect(), colour, 1.8);
        let (column, line) = (number % 2, number / 2);
        let (x, y) =
            (plot.left + column as f32 * 290.0, plot.top + plot.height + 62.0 + line as f32 * 18.0);
        figure.line(vec![(x, y - 4.0), (x + 22.0, y - 4.0)], colour, 2.5);
        figure.words((x + 28.0, y), Anchor::Start, Colour::Ink, described(set));
    }
    figure
}

/// One picture against one under all labels, and an identity session.
fn shown(sets: &[SetResult], most: usize) -> Vec<&SetResult> {
    let single = sets.iter().filter(|it| it.probes == 1 && !it.gated);
    let gated = sets.iter().rev().find(|it| it.probes == 1 && it.gated);
    let session = sets.iter().rev().find(|it| it.probes == 3 && it.gated);
    single.chain(gated).chain(session).take(most).collect()
}

/// Pairs a bin, logarithmic.
pub(super) fn histogram(set: &SetResult) -> Figure {
    let mut figure = Figure { width: 640.0, height: 290.0, items: vec![] };
    let used = |bins: &[u64]| {
        let first = bins.iter().position(|it| *it > 0).unwrap_or(0);
        let last = bins.iter().rposition(|it| *it > 0).unwrap_or(bins.len().saturating_sub(1));
        (first, last)
    };
    let (genuine, impostor) = (used(&set.genuine_histogram), used(&set.impostor_histogram));
    let edge = |bin: usize| bin as f32 * 0.005 - 1.0;
    let x = (edge(genuine.0.min(impostor.0)), edge(genuine.1.max(impostor.1) + 1));
    let most =
        set.impostor_histogram.iter().chain(&set.genuine_histogram).max().copied().unwrap_or(1);
    let top = (most.max(10) as f32).log10();
    let plot = Plot { left: 58.0, top: 14.0, width: 560.0, height: 220.0, x, y: (0.0, top) };
    for decade in 0_u8..=9 {
        if f32::from(decade) <= top {
            let (left, y) = plot.at(x.0, f32::from(decade));
            figure.line(vec![(left, y), (left + plot.width, y)], Colour::Rule, 1.0);
            figure.words((left - 6.0, y + 4.0), Anchor::End, Colour::Faint, format!("1e{decade}"));
        }
    }
    for tenth in -10_i8..=10 {
        let value = f32::from(tenth) / 10.0;
        if value >= x.0 && value <= x.1 && tenth % 2 == 0 {
            let (x, y) = plot.at(value, 0.0);
            figure.words((x, y + 16.0), Anchor::Middle, Colour::Faint, format!("{value:.1}"));
        }
    }
    for (number, bins, name) in
        [(1, &set.impostor_histogram, "impostors"), (0, &set.genuine_histogram, "genuine")]
    {
        let colour = Colour::Series(number);
        let steps = bins.iter().enumerate().flat_map(|(bin, count)| {
            let height = (*count as f32).max(1.0).log10();
            [plot.at(edge(bin), height), plot.at(edge(bin + 1), height)]
        });
        let steps = steps.filter(|(at, _)| *at > plot.left && *at < plot.left + plot.width);
        figure.line(steps.collect(), colour, 1.6);
        let y = plot.top + plot.height + 46.0;
        let legend = plot.left + if number == 1 { 0.0 } else { 130.0 };
        figure.line(vec![(legend, y - 4.0), (legend + 22.0, y - 4.0)], colour, 2.5);
        figure.words((legend + 28.0, y), Anchor::Start, Colour::Ink, name);
    }
    for fmr in [FMR_OPERATOR, FMR_NIST] {
        if let Some(at) = set.at(fmr) {
            let (x, bottom) = plot.at(at.similarity, 0.0);
            figure.dashed(vec![(x, plot.top), (x, bottom)], Colour::Ink);
            figure.words(
                (x + 4.0, plot.top + 10.0),
                Anchor::Start,
                Colour::Ink,
                format!("{fmr:.0e}"),
            );
        }
    }
    figure
}

/// A bar a species: what was accepted, and how far the truth may lie at 95 %.
pub(super) fn apcer(species: &[Species]) -> Figure {
    const ROW: f32 = 22.0;

    let height = species.len() as f32 * ROW;
    let mut figure = Figure { width: 640.0, height: height + 44.0, items: vec![] };
    let worst = species.iter().map(Species::apcer_at_most).fold(0.02, f64::max);
    let plot = Plot {
        left: 190.0,
        top: 10.0,
        width: 400.0,
        height,
        x: (0.0, worst as f32),
        y: (0.0, 1.0),
    };
    for step in 0_u8..=4 {
        let share = worst as f32 * f32::from(step) / 4.0;
        let (x, bottom) = plot.at(share, 0.0);
        figure.line(vec![(x, plot.top), (x, bottom)], Colour::Rule, 1.0);
        figure.words(
            (x, bottom + 16.0),
            Anchor::Middle,
            Colour::Faint,
            format!("{:.1} %", share * 100.0),
        );
    }
    for (row, one) in species.iter().enumerate() {
        let y = plot.top + row as f32 * ROW + ROW / 2.0;
        figure.words((plot.left - 8.0, y + 4.0), Anchor::End, Colour::Ink, one.name.clone());
        let (seen, _) = plot.at(one.accepted.value() as f32, 0.0);
        figure.area((plot.left, y - 6.0), (seen - plot.left, 12.0), Colour::Series(1));
        let (possible, _) = plot.at(one.apcer_at_most() as f32, 0.0);
        figure.line(vec![(seen, y), (possible, y)], Colour::Series(0), 1.5);
        figure.line(vec![(possible, y - 5.0), (possible, y + 5.0)], Colour::Series(0), 1.5);
        figure.words(
            (possible + 5.0, y + 4.0),
            Anchor::Start,
            Colour::Faint,
            format!("{}/{}", one.accepted.hits, one.accepted.of),
        );
    }
    figure
}
