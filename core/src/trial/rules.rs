//! The rules of passing (BIO-2, BIO-3) and of repeating a trial (BIO-4).

use chrono::{Months, NaiveDate};

use super::rates::{Share, trials_to_show};
use super::report::{LivenessResult, Load, Outcome, SetResult, Verdict};

/// The FMR bounds of BIO-3: by NIST's method and by the operator's, and the FNMR bound of both.
pub const FMR_NIST: f64 = 1e-6;
pub const FMR_OPERATOR: f64 = 5e-4;
pub const FNMR_MAX: f64 = 0.01;
pub const MATCHES_A_MINUTE_MIN: f64 = 100.0;

/// The highest share of genuine people refused (BIO-2).
pub const BPCER_MAX: f64 = 0.15;
pub const LIVENESS_A_MINUTE_MIN: f64 = 10.0;
/// The fewest presentations for judging a species: 300 refused ones show an APCER of at most 1 %.
pub const APCER_SHOWN: u64 = 300;

/// The FMR at which every set is evaluated.
pub const FMR_GOALS: [f64; 5] = [1e-3, FMR_OPERATOR, 1e-4, 1e-5, FMR_NIST];

/// The first day on which the same solution may be tried again, two months after the protocol (BIO-4).
///
/// If the month has no such day, its last day.
pub fn next_try(protocol: NaiveDate) -> NaiveDate {
    protocol.checked_add_months(Months::new(2)).unwrap_or(NaiveDate::MAX)
}

/// BIO-3 for one set of pairs, and for the speed.
pub fn matching_verdicts(set: &SetResult, load: &Load) -> Vec<Verdict> {
    let bound = |fmr: f64, method: &str| {
        let enough = trials_to_show(fmr);
        let (outcome, measured) = match set.at(fmr) {
            _ if set.impostor_pairs < enough => (
                Outcome::NotShown,
                format!(
                    "{} impostor pairs; {enough} are the least that show it",
                    set.impostor_pairs
                ),
            ),
            None => (Outcome::NotShown, "no threshold could be set".to_owned()),
            Some(at) => {
                let fnmr = at.false_non_matches.value();
                let outcome = if fnmr <= FNMR_MAX { Outcome::Passed } else { Outcome::Failed };
                let (low, high) = (at.over_people.low * 100.0, at.over_people.high * 100.0);
                (outcome, format!("FNMR {:.2} % [{low:.2}–{high:.2}]", fnmr * 100.0))
            }
        };
        let what = described(set);
        let rule = format!("FMR ≤ {fmr:e} ({method}) at FNMR ≤ 1 %: {what}");
        Verdict { requirement: "BIO-3".to_owned(), rule, outcome, measured }
    };
    let mut verdicts = vec![bound(FMR_OPERATOR, "operator's"), bound(FMR_NIST, "NIST's")];
    verdicts.push(fast(
        "BIO-3",
        "≥ 100 matches a minute, one thread",
        MATCHES_A_MINUTE_MIN,
        load.a_minute_one_thread,
    ));
    verdicts
}

/// BIO-2.
pub fn liveness_verdicts(result: &LivenessResult) -> Vec<Verdict> {
    let verdict = |rule: String, outcome, measured| Verdict {
        requirement: "BIO-2".to_owned(),
        rule,
        outcome,
        measured,
    };
    let mut verdicts: Vec<Verdict> = result
        .species
        .iter()
        .map(|species| {
            let Share { hits, of } = species.accepted;
            let outcome = match hits {
                0 if of >= APCER_SHOWN => Outcome::Passed,
                0 => Outcome::NotShown,
                _ => Outcome::Failed,
            };
            let proven = species.apcer_at_most() * 100.0;
            let measured = format!("{hits} of {of} accepted; APCER ≤ {proven:.2} % at 95 %");
            verdict(format!("repels every attack: {}", species.name), outcome, measured)
        })
        .collect();
    let bpcer = result.genuine;
    let outcome = match () {
        () if bpcer.of == 0 || result.species.is_empty() => Outcome::NotShown,
        () if bpcer.value() <= BPCER_MAX => Outcome::Passed,
        () => Outcome::Failed,
    };
    let interval = bpcer.wilson();
    verdicts.push(verdict(
        "refuses ≤ 15 % of genuine people".to_owned(),
        outcome,
        format!(
            "{} of {} refused: {:.1} % [{:.1}–{:.1}]",
            bpcer.hits,
            bpcer.of,
            bpcer.value() * 100.0,
            interval.low * 100.0,
            interval.high * 100.0
        ),
    ));
    verdicts.push(fast(
        "BIO-2",
        "≥ 10 requests a minute, one thread",
        LIVENESS_A_MINUTE_MIN,
        result.a_minute_one_thread,
    ));
    verdicts
}

fn fast(requirement: &str, rule: &str, least: f64, measured: f64) -> Verdict {
    Verdict {
        requirement: requirement.to_owned(),
        rule: rule.to_owned(),
        outcome: if measured >= least { Outcome::Passed } else { Outcome::Failed },
        measured: format!("{measured:.0} a minute"),
    }
}

fn described(set: &SetResult) -> String {
    let pictures = match set.probes {
        1 => "one picture against one".to_owned(),
        more => format!("{more} pictures against one"),
    };
    let gate = if set.gated { ", gated" } else { "" };
    format!("{pictures}{gate}, {}", set.labels)
}

#[cfg(test)]
mod tests {
    use Outcome::{Failed, NotShown, Passed};

    use super::*;
    use crate::trial::Interval;
    use crate::trial::report::{Latency, Operating, Species};

    #[test]
    fn a_new_try_waits_two_months_and_a_short_month_ends_on_its_last_day() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(next_try(day(2026, 11, 24)), day(2027, 1, 24));
        assert_eq!(next_try(day(2026, 12, 31)), day(2027, 2, 28));
        assert_eq!(next_try(day(2027, 12, 30)), day(2028, 2, 29));
    }

    #[test]
    fn both_bounds_are_judged_at_one_percent_and_only_where_the_pairs_suffice() {
        let outcomes = |fnmr: u64, pairs: u64| {
            let set = set(fnmr, pairs);
            matching_verdicts(&set, &load(100.0)).iter().map(|it| it.outcome).collect::<Vec<_>>()
        };
        assert_eq!(outcomes(100, 3_000_000), [Passed, Passed, Passed]);
        assert_eq!(outcomes(101, 3_000_000), [Failed, Failed, Passed]);
        assert_eq!(outcomes(0, 2_995_730), [Passed, NotShown, Passed]);
        assert_eq!(outcomes(0, 5_000), [NotShown, NotShown, Passed]);
        let slow = matching_verdicts(&set(0, 3_000_000), &load(99.9));
        assert_eq!(slow[2].outcome, Failed);
    }

    #[test]
    fn one_attack_accepted_fails_and_too_few_show_nothing() {
        let of = |accepted, presentations, refused| {
            let result = LivenessResult {
                source: String::new(),
                seed: 0,
                species: vec![Species {
                    name: "print".to_owned(),
                    accepted: Share::new(accepted, presentations),
                    reasons: vec![],
                }],
                genuine: Share::new(refused, 100),
                a_minute_one_thread: 10.0,
                remarks: vec![],
            };
            liveness_verdicts(&result).iter().map(|it| it.outcome).collect::<Vec<_>>()
        };
        assert_eq!(of(0, 300, 15), [Passed, Passed, Passed]);
        assert_eq!(of(1, 300, 16), [Failed, Failed, Passed]);
        assert_eq!(of(0, 299, 0), [NotShown, Passed, Passed]);
    }

    fn set(missed: u64, impostor_pairs: u64) -> SetResult {
        let whole = Interval { low: 0.0, high: 1.0 };
        let at = FMR_GOALS.map(|fmr_goal| Operating {
            fmr_goal,
            similarity: 0.5,
            false_matches: Share::new(0, impostor_pairs),
            false_non_matches: Share::new(missed, 10_000),
            wilson: whole,
            over_people: whole,
        });
        SetResult {
            labels: "raw".to_owned(),
            probes: 1,
            gated: false,
            people: 2,
            templates: 4,
            genuine_pairs: 10_000,
            impostor_pairs,
            equal_error_rate: 0.0,
            at: at.to_vec(),
            held_out: vec![],
            curve: vec![],
            genuine_histogram: vec![],
            impostor_histogram: vec![],
        }
    }

    fn load(a_minute: f64) -> Load {
        Load {
            a_minute_one_thread: a_minute,
            one: Latency::default(),
            a_minute_eight: a_minute,
            eight: Latency::default(),
            requests: 1,
            load_before: 0.0,
        }
    }
}
