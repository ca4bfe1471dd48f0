//! Whether the screen's colours are reflected by the face: in their order, and as by a solid face.
//!
//! Skin multiplies the light: what the screen adds to the room's light is a share of it, the same for dark
//! and for light skin. So logarithms of the skin's red, green and blue are taken against their mean (brightness
//! cancels) and against the surroundings' (the camera's white balance cancels), and the changes from colour to
//! colour are compared with the displayed ones.

use super::challenge::Colour;
use super::facts::{FaceFacts, FrameFacts};
use super::pack::Kind;
use super::verdict::{Reason, Seen};

/// The correlation of the seen changes with the displayed ones.
const CORRELATION_MIN: f32 = 0.6;
/// The screen's share of the face's light. Sensor noise and JPEG are 0.002 over a cheek.
const SHARE_MIN: f32 = 0.008;
/// The greatest share of all orders of colours that may fit better. Another challenge's colours pass by chance about
/// once in 85 where colours come quickly, once in 57 where they come slowly, without red: the test below counts them.
const BETTER_MAX: f32 = 0.01;
/// Regions of a solid face see the screen at different angles, those of a flat one at the same. Only judged if the
/// reflection is strong enough to be measured by region.
const SPREAD_MIN: f32 = 0.06;
const SPREAD_SHARE_MIN: f32 = 0.04;
/// Surroundings darker than this give no white balance.
const AROUND_MIN: f32 = 12.0;

type Tint = [f32; 3];

/// `frames` are those of the step.
pub(super) fn reason(colours: &[Colour], frames: &[&Seen]) -> Option<Reason> {
    let tints: Option<Vec<Tint>> = (0..colours.len())
        .map(|index| mean_of(index, frames, |frame| tint(frame, |face| Some(face.skin))))
        .collect();
    let seen = centred(tints?);
    let fit = Fit::of(colours, &seen);
    // NaN passes no `>=`.
    if !(fit.share >= SHARE_MIN && fit.correlation >= CORRELATION_MIN) {
        let other = best_other(colours.len(), &seen);
        let wrong = other.share >= SHARE_MIN && other.correlation >= 0.9;
        return Some(if wrong { Reason::WrongReflection } else { Reason::NoReflection });
    }
    if better(colours, &seen, fit.correlation) > BETTER_MAX {
        return Some(Reason::WrongReflection);
    }
    if fit.share >= SPREAD_SHARE_MIN {
        let shares: Vec<f32> = (0..super::facts::REGIONS)
            .filter_map(|region| {
                let tints: Option<Vec<Tint>> = (0..colours.len())
                    .map(|index| {
                        mean_of(index, frames, |frame| {
                            tint(frame, |face| face.regions.get(region).copied())
                        })
                    })
                    .collect();
                Some(Fit::of(colours, &centred(tints?)).share)
            })
            .collect();
        let curved = spread(&shares) >= SPREAD_MIN;
        if !curved {
            return Some(Reason::WrongReflection);
        }
    }
    None
}

/// How well a sequence of colours explains a sequence of tints.
struct Fit {
    correlation: f32,
    share: f32,
}

impl Fit {
    fn of(colours: &[Colour], seen: &[Tint]) -> Self {
        let shown = centred(
            colours.iter().map(|it| level(it.rgb().map(|it| f32::from(it) / 255.0))).collect(),
        );
        let product = |a: &[Tint], b: &[Tint]| -> f32 {
            a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b).sum()
        };
        let both = product(&shown, seen);
        let all = product(&shown, &shown);
        Self { correlation: both / (all * product(seen, seen)).sqrt(), share: both / all }
    }
}

/// The share of all orders that explain the tints better than the displayed one.
fn better(shown: &[Colour], seen: &[Tint], correlation: f32) -> f32 {
    let (mut all, mut better) = (0.0_f32, 0.0_f32);
    orders(shown.len(), &mut |order| {
        all += 1.0;
        if order != shown && Fit::of(order, seen).correlation > correlation {
            better += 1.0;
        }
    });
    better / all
}

fn best_other(count: usize, seen: &[Tint]) -> Fit {
    let mut best = Fit { correlation: 0.0, share: 0.0 };
    orders(count, &mut |order| {
        let fit = Fit::of(order, seen);
        if fit.correlation > best.correlation {
            best = fit;
        }
    });
    best
}

/// Every order of this many colours without equal neighbours; of more than five colours, for the first five.
fn orders(count: usize, each: &mut impl FnMut(&[Colour])) {
    fn go(order: &mut Vec<Colour>, left: usize, each: &mut impl FnMut(&[Colour])) {
        if left == 0 {
            each(order);
            return;
        }
        for colour in Colour::ALL {
            if order.last() != Some(&colour) {
                order.push(colour);
                go(order, left - 1, each);
                order.pop();
            }
        }
    }
    go(&mut Vec::new(), count.min(5), each);
}

/// Of the nth colour's frames.
fn mean_of(
    index: usize,
    frames: &[&Seen],
    of: impl Fn(&FrameFacts) -> Option<Tint>,
) -> Option<Tint> {
    let kind = Kind::Colour(u8::try_from(index).ok()?);
    let tints: Vec<Tint> =
        frames.iter().filter(|it| it.kind == kind).filter_map(|it| of(&it.facts)).collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of frames")]
    let count = tints.len() as f32;
    let sum = tints.iter().fold([0.0; 3], |sum: Tint, it| add(sum, *it));
    (count > 0.0).then(|| sum.map(|it| it / count))
}

fn tint(frame: &FrameFacts, of: impl Fn(&FaceFacts) -> Option<[f32; 3]>) -> Option<Tint> {
    let logarithm = |rgb: [f32; 3]| level(rgb.map(|it| (it + 1.0).ln()));
    let skin = logarithm(of(frame.face.as_ref()?)?);
    let lit = frame.around.iter().all(|it| *it >= AROUND_MIN);
    let around = if lit { logarithm(frame.around) } else { [0.0; 3] };
    Some(add(skin, around.map(|it| -it)))
}

/// Without what all three have in common.
fn level(rgb: Tint) -> Tint {
    let mean = rgb.iter().sum::<f32>() / 3.0;
    rgb.map(|it| it - mean)
}

/// Without what all colours have in common.
fn centred(mut tints: Vec<Tint>) -> Vec<Tint> {
    #[expect(clippy::cast_precision_loss, reason = "a handful of colours")]
    let count = tints.len() as f32;
    let mean = tints.iter().fold([0.0; 3], |sum: Tint, it| add(sum, *it)).map(|it| it / count);
    for tint in &mut tints {
        *tint = add(*tint, mean.map(|it| -it));
    }
    tints
}

fn add(a: Tint, b: Tint) -> Tint {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

/// Standard deviation over mean.
fn spread(shares: &[f32]) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a handful of regions")]
    let count = shares.len() as f32;
    let mean = shares.iter().sum::<f32>() / count;
    (shares.iter().map(|it| (it - mean).powi(2)).sum::<f32>() / count).sqrt() / mean
}

#[cfg(test)]
mod tests {
    use super::super::challenge::Pace;
    use super::*;

    /// Verifies the probabilities at [`BETTER_MAX`]: some orders of colours on a face, and each that may have
    /// been displayed, without noise.
    #[test]
    fn the_reflections_of_another_challenge_pass_by_chance_once_in_85_or_57() {
        for (pace, every, once_in) in [(Pace::QUICK, 75, 70..=100), (Pace::SLOW, 10, 50..=65)] {
            let mut all: Vec<Vec<Colour>> = Vec::new();
            orders(4, &mut |order| all.push(order.to_vec()));
            all.retain(|it| it.iter().all(|it| pace.palette().contains(it)));
            let (mut tried, mut passed) = (0, 0);
            for order in all.iter().step_by(every) {
                let shown = order.iter().map(|it| level(it.rgb().map(|it| f32::from(it) / 255.0)));
                let seen = centred(shown.collect());
                for asked in &all {
                    let fit = Fit::of(asked, &seen);
                    tried += 1;
                    let fits = fit.correlation >= CORRELATION_MIN;
                    // Of two orders that explain it equally, neither is better.
                    let beaten = fits && better(asked, &seen, fit.correlation + 1e-5) > BETTER_MAX;
                    passed += usize::from(fits && !beaten);
                }
            }
            assert!(once_in.contains(&(tried / passed)), "{pace:?}: {passed} of {tried}");
        }
    }
}
