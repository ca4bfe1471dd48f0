//! What several frames of one clip add, beside several pictures of different days.
//!
//! Against strangers' pictures the score of a mean of m pictures spreads less than a single one's, the less the
//! more alike the m are. The share of a single score's variance that the pictures of a group have in common
//! (intraclass correlation) says how many independent pictures m are worth: `m / (1 + (m − 1)·ρ)`.

#![expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]

use std::path::Path;

use anyhow::{Context as _, ensure};
use senim_core::trial::bootstrap::Rng;
use senim_core::trial::pairs::product;

use super::manifest::{entries, is_picture};
use super::templates::{self, Made};
use senim_faces::Faces;

/// Strangers' pictures that a group is held against, and groups of different days.
const STRANGERS: usize = 2_000;
const GROUPS: usize = 300;
/// Frames taken from a clip, spread over it.
const FRAMES: usize = 12;

/// Sentences for the report.
pub(super) fn remarks(
    faces: &Faces,
    clips: &Path,
    people: &[String],
    made: &[Made],
    seed: u64,
) -> anyhow::Result<Vec<String>> {
    let mut folders: Vec<_> = entries(clips)?.into_iter().filter(|it| it.is_dir()).collect();
    if folders.is_empty() {
        folders.push(clips.to_owned());
    }
    let mut rng = Rng::new(seed);
    let mut order: Vec<usize> =
        (0..made.len()).filter(|it| !made[*it].template.is_empty()).collect();
    rng.shuffle(&mut order);
    let strangers: Vec<usize> = order.iter().copied().take(STRANGERS).collect();
    let mut shares = Vec::new();
    let mut likeness = Vec::new();
    for folder in &folders {
        let frames = clip(faces, folder)?;
        ensure!(frames.len() >= 3, "`{}` has fewer than 3 frames with a face", folder.display());
        let templates: Vec<&[f32]> = frames.iter().map(Vec::as_slice).collect();
        let against: Vec<&[f32]> =
            strangers.iter().map(|it| made[*it].template.as_slice()).collect();
        shares.push(common_share(&templates, &against));
        likeness.push(mean_likeness(&templates));
    }
    let (mut day_shares, mut day_likeness) = (Vec::new(), Vec::new());
    let mut by_person = std::collections::BTreeMap::<&str, Vec<usize>>::new();
    for place in order {
        by_person.entry(&people[place]).or_default().push(place);
    }
    for (person, own) in by_person.iter().filter(|(_, own)| own.len() >= 3).take(GROUPS) {
        let templates: Vec<&[f32]> =
            own.iter().take(FRAMES).map(|it| made[*it].template.as_slice()).collect();
        let others = strangers.iter().filter(|it| people[**it] != **person);
        let against: Vec<&[f32]> = others.map(|it| made[*it].template.as_slice()).collect();
        day_shares.push(common_share(&templates, &against));
        day_likeness.push(mean_likeness(&templates));
    }
    let (clip, days) = (mean(&shares), mean(&day_shares));
    let worth = |share: f64| 3.0 / (1.0 + 2.0 * share);
    Ok(vec![format!(
        "Frames of one clip against pictures of different days ({} clips, {} people with three pictures or more, each \
         against {} strangers' pictures): two frames of one clip are alike by {:.3} on average, two pictures of \
         different days by {:.3}; the frames of a clip have {:.0} % of the variance of a stranger's score in common, \
         pictures of different days {:.0} %. So three frames are worth {:.1} independent pictures and three pictures of \
         different days {:.1}: the gain of several pictures in the tables above is more than frames of one clip give.",
        shares.len(),
        day_shares.len(),
        strangers.len(),
        mean(&likeness),
        mean(&day_likeness),
        clip * 100.0,
        days * 100.0,
        worth(clip),
        worth(days),
    )])
}

/// Templates of frames spread evenly over a folder.
fn clip(faces: &Faces, folder: &Path) -> anyhow::Result<Vec<Vec<f32>>> {
    let files: Vec<_> = entries(folder)?.into_iter().filter(|it| is_picture(it)).collect();
    let mut made = Vec::new();
    for turn in 0..FRAMES.min(files.len()) {
        let file = &files[turn * files.len() / FRAMES.min(files.len())];
        let bytes = std::fs::read(file).with_context(|| format!("`{}`", file.display()))?;
        // A frame in which nobody is seen, or that the gate refuses, is none to match.
        made.extend(templates::one(faces, &bytes).filter(|it| it.gated).map(|it| it.template));
    }
    Ok(made)
}

/// The intraclass correlation of scores: strangers are classes, a group's pictures repeat the measurement
/// (Shrout and Fleiss 1979, ICC(3,1): a picture that is nearer to all strangers shifts no threshold between them).
fn common_share(group: &[&[f32]], strangers: &[&[f32]]) -> f64 {
    let (m, n) = (group.len() as f64, strangers.len() as f64);
    let rows: Vec<Vec<f64>> = strangers
        .iter()
        .map(|it| group.iter().map(|own| f64::from(product(own, it))).collect())
        .collect();
    let all = rows.iter().flatten().sum::<f64>() / (m * n);
    let row_means: Vec<f64> = rows.iter().map(|it| mean(it)).collect();
    let column_means: Vec<f64> =
        (0..group.len()).map(|own| rows.iter().map(|it| it[own]).sum::<f64>() / n).collect();
    let between = m * row_means.iter().map(|it| (it - all).powi(2)).sum::<f64>() / (n - 1.0);
    let mut rest = 0.0;
    for (row, row_mean) in rows.iter().zip(&row_means) {
        for (score, column_mean) in row.iter().zip(&column_means) {
            rest += (score - row_mean - column_mean + all).powi(2);
        }
    }
    let rest = rest / ((n - 1.0) * (m - 1.0));
    (between - rest) / (between + (m - 1.0) * rest)
}

fn mean_likeness(group: &[&[f32]]) -> f64 {
    let pairs = (0..group.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
    mean(&pairs.map(|(a, b)| f64::from(product(group[a], group[b]))).collect::<Vec<_>>())
}

fn mean(of: &[f64]) -> f64 {
    if of.is_empty() { 0.0 } else { of.iter().sum::<f64>() / of.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_picture_thrice_is_one_and_unrelated_ones_are_three() {
        let mut rng = Rng::new(3);
        let mut random = || -> Vec<f32> {
            (0..64).map(|_| (rng.word() >> 40) as f32 / 8_388_608.0 - 1.0).collect()
        };
        let strangers: Vec<Vec<f32>> = (0..400).map(|_| random()).collect();
        let strangers: Vec<&[f32]> = strangers.iter().map(Vec::as_slice).collect();
        let own = random();
        assert!((common_share(&[&own, &own, &own], &strangers) - 1.0).abs() < 1e-6);
        let others = [random(), random(), random()];
        let others: Vec<&[f32]> = others.iter().map(Vec::as_slice).collect();
        let share = common_share(&others, &strangers);
        assert!(share.abs() < 0.3, "{share}");
    }
}
