//! `senim-trial compare`: two matching solutions on the same pictures, with an interval on what they differ by.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use senim_core::trial::{Interval, MatchingResult, Report, SetResult, difference};

use super::report::{comparison, described, read};

#[derive(clap::Args)]
pub struct Options {
    /// `report.json` or `matching.json` of one solution
    one: PathBuf,
    /// That of the other
    other: PathBuf,
    /// A page of it as well
    #[arg(long)]
    html: Option<PathBuf>,
}

/// Two solutions at one FMR on one set.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Apart {
    fmr: f64,
    one: f64,
    other: f64,
    /// Of `one − other`.
    interval: Interval,
}

impl Apart {
    fn word(self) -> &'static str {
        match self.interval {
            Interval { low, .. } if low > 0.0 => "the second is better",
            Interval { high, .. } if high < 0.0 => "the first is better",
            Interval { .. } => "not told apart",
        }
    }
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let reports = [read(&options.one)?, read(&options.other)?];
    let [one, other] = &reports;
    let (first, second) = (matching(one)?, matching(other)?);
    ensure!(
        first.data.digest == second.data.digest,
        "they were tried on different pictures: {} and {}",
        first.data.name,
        second.data.name
    );
    let names = [&one.solution, &other.solution].map(|it| format!("{} {}", it.name, it.version));
    let mut rows = vec![
        ["", "FMR", "first, FNMR %", "second, FNMR %", "difference [95 %]", ""]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (set, same) in pairs(first, second) {
        rows.extend(apart(set, same).into_iter().map(|it| {
            let percent = |share: f64| format!("{:.2}", share * 100.0);
            vec![
                described(set),
                format!("{:.0e}", it.fmr),
                percent(it.one),
                percent(it.other),
                format!(
                    "{} [{} to {}]",
                    percent(it.one - it.other),
                    percent(it.interval.low),
                    percent(it.interval.high)
                ),
                it.word().to_owned(),
            ]
        }));
    }
    let lines = vec![
        format!(
            "First: {}, {:.0} matches a minute on one thread.",
            names[0], first.load.a_minute_one_thread
        ),
        format!(
            "Second: {}, {:.0} matches a minute on one thread.",
            names[1], second.load.a_minute_one_thread
        ),
        format!(
            "Failed to enrol: {} and {} of {} pictures. Each at its own thresholds. The interval takes both for \
             independent; they failed on the same people, so it is wider than need be.",
            first.failed_to_enrol.hits, second.failed_to_enrol.hits, first.failed_to_enrol.of
        ),
    ];
    for line in &lines {
        println!("{line}");
    }
    for row in &rows {
        println!("{}", row.join("  "));
    }
    if let Some(path) = &options.html {
        let mut sets = Vec::new();
        for (name, part) in names.iter().zip([first, second]) {
            let told = part.sets.iter().filter(|it| it.probes == 1 && !it.gated).rev().take(2);
            sets.extend(
                told.map(|it| SetResult { labels: format!("{name}, {}", it.labels), ..it.clone() }),
            );
        }
        let page = comparison(&format!("{} beside {}", names[0], names[1]), lines, rows, &sets);
        std::fs::write(path, page).with_context(|| format!("`{}`", path.display()))?;
    }
    Ok(())
}

fn matching(report: &Report) -> anyhow::Result<&MatchingResult> {
    report.matching.as_ref().context("it is no trial of matching")
}

/// The sets that both have.
fn pairs<'a>(
    one: &'a MatchingResult,
    other: &'a MatchingResult,
) -> impl Iterator<Item = (&'a SetResult, &'a SetResult)> {
    one.sets.iter().filter_map(|set| {
        let same = other
            .sets
            .iter()
            .find(|it| (it.probes, it.gated, &it.labels) == (set.probes, set.gated, &set.labels))?;
        Some((set, same))
    })
}

fn apart(one: &SetResult, other: &SetResult) -> Vec<Apart> {
    one.at
        .iter()
        .filter_map(|at| {
            let same = other.at(at.fmr_goal)?;
            let (a, b) = (at.false_non_matches.value(), same.false_non_matches.value());
            Some(Apart {
                fmr: at.fmr_goal,
                one: a,
                other: b,
                interval: difference((a, at.over_people), (b, same.over_people)),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_interval_shows_is_called_better() {
        let apart = |low, high| Apart {
            fmr: 1e-3,
            one: 0.02,
            other: 0.01,
            interval: Interval { low, high },
        };
        assert_eq!(apart(0.001, 0.02).word(), "the second is better");
        assert_eq!(apart(-0.02, -0.001).word(), "the first is better");
        assert_eq!(apart(-0.001, 0.02).word(), "not told apart");
    }
}
