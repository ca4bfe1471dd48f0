//! From templates and labels to rates: every label set, with and without the gate, one picture or several.

use std::collections::BTreeMap;

use senim_core::trial::bootstrap::{self, Rng};
use senim_core::trial::pairs::{
    Pairing, Sample, alike_across_labels, all_against_all, families_by_name, families_of_one,
    grouped, people, probes_against_references,
};
use senim_core::trial::{FMR_GOALS, Group, HeldOut, Operating, Scores, SetResult, Share};
use sha2::{Digest as _, Sha256};

use super::manifest::Manifest;
use super::templates::Made;

/// A draw of all people, so often, for an interval.
const DRAWS: usize = 400;
/// The same photograph: measured on LFW, where the next below are other pictures of the same scene.
const SAME_PHOTOGRAPH: f32 = 0.98;
/// At most so many pictures a person in the balanced set.
const CAP: usize = 10;

/// Rows of the report's table, in its order.
pub(super) struct Analysis {
    pub(super) sets: Vec<SetResult>,
    pub(super) groups: Vec<Group>,
    /// Pictures left out of the cleaned sets as the same photograph under two names.
    pub(super) duplicates: usize,
}

/// Who is on each picture, in numbers.
struct Labels {
    names: Vec<String>,
    /// For each picture; left out where there is none.
    people: Vec<Option<u32>>,
}

impl Labels {
    fn of(labels: &[Option<String>]) -> Self {
        let mut numbers = BTreeMap::new();
        for name in labels.iter().flatten() {
            numbers.entry(name.clone()).or_insert(0_u32);
        }
        for (number, slot) in (0..).zip(numbers.values_mut()) {
            *slot = number;
        }
        let people = labels.iter().map(|it| it.as_ref().map(|name| numbers[name])).collect();
        Self { names: numbers.into_keys().collect(), people }
    }

    /// Half of the people, the same ones in every run.
    fn half(&self, person: u32) -> usize {
        usize::from(Sha256::digest(&self.names[person as usize])[0] & 1)
    }
}

/// One row: a set, and both halves of its people.
struct Row {
    labels: &'static str,
    gated: bool,
    first: usize,
}

pub(super) fn analyse(
    manifest: &Manifest,
    corrected: Option<&[Option<String>]>,
    made: &[Made],
    seed: u64,
) -> Analysis {
    let raw: Vec<_> = manifest.pictures.iter().map(|it| Some(it.person.clone())).collect();
    let mut cleaned = corrected.unwrap_or(&raw).to_vec();
    let duplicates = duplicates(&cleaned, made);
    for place in &duplicates {
        cleaned[*place] = None;
    }
    let mut analysis = Analysis { sets: vec![], groups: vec![], duplicates: duplicates.len() };
    let plain = Labels::of(&raw);
    let families = families_of_one(plain.names.len());
    one_label(
        &plain,
        &families,
        made,
        &[("raw", false, usize::MAX)],
        seed,
        &mut analysis,
        manifest,
    );
    let clean = Labels::of(&cleaned);
    let families = families_of_one(clean.names.len());
    one_label(
        &clean,
        &families,
        made,
        &[("cleaned", false, usize::MAX)],
        seed,
        &mut analysis,
        manifest,
    );
    let apart = families_by_name(&clean.names);
    let kinds = [
        ("no same surname", false, usize::MAX),
        ("no same surname", true, usize::MAX),
        ("balanced", false, CAP),
        ("balanced", true, CAP),
    ];
    one_label(&clean, &apart, made, &kinds, seed, &mut analysis, manifest);
    analysis
}

/// All rows that share labels and families, in one walk over the pairs; then several pictures against one.
fn one_label(
    labels: &Labels,
    families: &[u32],
    made: &[Made],
    kinds: &[(&'static str, bool, usize)],
    seed: u64,
    analysis: &mut Analysis,
    manifest: &Manifest,
) {
    let rows: Vec<Row> = (0..)
        .step_by(3)
        .zip(kinds)
        .map(|(first, (labels, gated, _))| Row { labels, gated: *gated, first })
        .collect();
    let samples = samples(labels, made, kinds, seed);
    let pairs = samples.len() * samples.len() / 2;
    let parts = made.iter().find(|it| !it.template.is_empty()).map(|it| it.parts.clone());
    let parts = parts.unwrap_or_default();
    let mut sets = pairings(families, 3 * kinds.len(), pairs);
    all_against_all(&samples, &mut sets, &mut told(rows[0].labels, samples.len()));
    for row in &rows {
        let result = result(row, 1, &samples, &samples, families, &mut sets, seed);
        analysis.sets.push(result);
    }
    if rows.len() > 1 {
        analysis.groups.extend(groups(labels, manifest, &samples, families, &sets[0].scores));
    }
    for (row, probes) in rows.iter().filter(|_| rows.len() > 1).flat_map(|it| [(it, 2), (it, 3)]) {
        let set = u32::try_from(row.first).unwrap_or_default();
        let mut groups = grouped(&samples, &parts, set, probes, seed);
        for group in &mut groups {
            group.sets = 1 << set | 1 << (row.first + 1 + labels.half(group.person));
        }
        let mut sets = pairings(families, 3 * kinds.len(), groups.len() * samples.len());
        probes_against_references(&groups, &samples, &mut sets, &mut |_| ());
        let result = result(row, probes, &groups, &samples, families, &mut sets, seed);
        analysis.sets.push(result);
    }
}

/// Each picture with a template and a label, in the sets it belongs to: a row's own, and its person's half.
fn samples(
    labels: &Labels,
    made: &[Made],
    kinds: &[(&str, bool, usize)],
    seed: u64,
) -> Vec<Sample> {
    let mut order: Vec<usize> = (0..made.len()).collect();
    Rng::new(seed).shuffle(&mut order);
    let mut taken = vec![vec![0_usize; labels.names.len()]; kinds.len()];
    let mut samples = Vec::new();
    for place in order {
        let (Some(person), false) = (labels.people[place], made[place].template.is_empty()) else {
            continue;
        };
        let mut sets = 0;
        for (kind, (_, gated, cap)) in kinds.iter().enumerate() {
            let taken = &mut taken[kind][person as usize];
            if (*gated && !made[place].gated) || *taken == *cap {
                continue;
            }
            *taken += 1;
            sets |= 1 << (3 * kind) | 1 << (3 * kind + 1 + labels.half(person));
        }
        if sets != 0 {
            let template = made[place].template.clone();
            let pictures = vec![u32::try_from(place).unwrap_or(u32::MAX)];
            samples.push(Sample { person, sets, template, pictures });
        }
    }
    samples
}

fn pairings(families: &[u32], count: usize, pairs: usize) -> Vec<Pairing> {
    // Twice what the greatest FMR lets in, so that a draw of other people has enough as well.
    let kept = (pairs / 500).max(2_000);
    (0..count)
        .map(|_| Pairing { scores: Scores::keeping(kept), families: families.to_vec() })
        .collect()
}

fn result(
    row: &Row,
    probes: usize,
    tried: &[Sample],
    references: &[Sample],
    families: &[u32],
    sets: &mut [Pairing],
    seed: u64,
) -> SetResult {
    for set in &mut sets[row.first..row.first + 3] {
        set.scores.finish();
    }
    let set = u32::try_from(row.first).unwrap_or_default();
    let scores = &sets[row.first].scores;
    let people = people(references, set, families);
    SetResult {
        labels: row.labels.to_owned(),
        probes: u32::try_from(probes).unwrap_or(u32::MAX),
        gated: row.gated,
        templates: tried.iter().filter(|it| it.sets >> set & 1 == 1).count() as u64,
        held_out: held_out(&sets[row.first + 1].scores, &sets[row.first + 2].scores),
        ..measured(scores, &people, seed)
    }
}

/// What one set of pairs says: one picture against one, under the labels as they are.
pub(super) fn measured(scores: &Scores, people: &[bootstrap::Person], seed: u64) -> SetResult {
    // Where not everyone is held against everyone, a draw has as small a share of all pairs.
    let scale = weight_scale(scores, people);
    let at = FMR_GOALS.into_iter().filter_map(|fmr_goal| {
        let threshold = scores.threshold(fmr_goal)?;
        let false_non_matches = scores.false_non_matches(threshold.similarity);
        Some(Operating {
            fmr_goal,
            similarity: threshold.similarity,
            false_matches: threshold.false_matches,
            false_non_matches,
            wilson: false_non_matches.wilson(),
            over_people: bootstrap::fnmr(scores, people, fmr_goal * scale, DRAWS, seed),
        })
    });
    let (genuine_histogram, impostor_histogram) = scores.histograms();
    SetResult {
        labels: "raw".to_owned(),
        probes: 1,
        gated: false,
        people: people.iter().filter(|it| it.pictures > 0).count() as u64,
        templates: people.iter().map(|it| u64::from(it.pictures)).sum(),
        genuine_pairs: scores.genuine().len() as u64,
        impostor_pairs: scores.impostor_pairs(),
        equal_error_rate: scores.equal_error_rate(),
        at: at.collect(),
        held_out: vec![],
        curve: scores.curve(),
        genuine_histogram,
        impostor_histogram,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn weight_scale(scores: &Scores, people: &[bootstrap::Person]) -> f64 {
    let all: f64 = people.iter().map(|it| f64::from(it.pictures)).sum();
    let mut family = BTreeMap::new();
    for person in people {
        *family.entry(person.family).or_insert(0.0) += f64::from(person.pictures);
    }
    let within: f64 = family.values().map(|it: &f64| it * it).sum();
    let expected = (all * all - within) / 2.0;
    if expected == 0.0 { 1.0 } else { scores.impostor_pairs() as f64 / expected }
}

/// Thresholds of each half scored on the other one, both added.
fn held_out(one: &Scores, other: &Scores) -> Vec<HeldOut> {
    let add = |a: Share, b: Share| Share::new(a.hits + b.hits, a.of + b.of);
    let both = |fmr_goal: f64| {
        let (a, b) = (one.threshold(fmr_goal)?.similarity, other.threshold(fmr_goal)?.similarity);
        Some(HeldOut {
            fmr_goal,
            false_matches: add(other.false_matches(a), one.false_matches(b)),
            false_non_matches: add(other.false_non_matches(a), one.false_non_matches(b)),
        })
    };
    FMR_GOALS.into_iter().filter_map(both).collect()
}

/// People who share a label, at the thresholds of all.
fn groups(
    labels: &Labels,
    manifest: &Manifest,
    samples: &[Sample],
    families: &[u32],
    all: &Scores,
) -> Vec<Group> {
    let mut members: BTreeMap<&str, Vec<Sample>> = BTreeMap::new();
    for sample in samples.iter().filter(|it| it.sets & 1 == 1) {
        for group in &manifest.pictures[sample.pictures[0] as usize].groups {
            members.entry(group).or_default().push(Sample { sets: 1, ..sample.clone() });
        }
    }
    let group = |(name, samples): (&str, Vec<Sample>)| {
        let mut sets = pairings(families, 1, samples.len() * samples.len() / 2);
        all_against_all(&samples, &mut sets, &mut |_| ());
        sets[0].scores.finish();
        let scores = &sets[0].scores;
        let at = FMR_GOALS.into_iter().filter_map(|fmr_goal| {
            let similarity = all.threshold(fmr_goal)?.similarity;
            Some(HeldOut {
                fmr_goal,
                false_matches: scores.false_matches(similarity),
                false_non_matches: scores.false_non_matches(similarity),
            })
        });
        let people = people(&samples, 0, &families_of_one(labels.names.len()));
        let people = people.iter().filter(|it| it.pictures > 0).count() as u64;
        Group { name: name.to_owned(), people, at: at.collect() }
    };
    members.into_iter().map(group).collect()
}

/// Pictures that are the same photograph as one of another label: at least one of the two labels is wrong.
fn duplicates(labels: &[Option<String>], made: &[Made]) -> Vec<usize> {
    let thumbs: Vec<&[f32]> = made.iter().map(|it| it.thumb.as_slice()).collect();
    alike_across_labels(&thumbs, &Labels::of(labels).people, SAME_PHOTOGRAPH)
}

/// A line on standard error ten times in all.
fn told(what: &str, all: usize) -> impl FnMut(usize) {
    move |done| {
        if done * 10 / all.max(1) != (done - 1) * 10 / all.max(1) {
            eprintln!("{what}: {done} of {all} held against all before them");
        }
    }
}
