//! Comparison of all samples with each other, and which pairs are excluded.

use super::bootstrap::{Person, Rng};
use super::scores::Scores;

/// An image with its template, or several of one person with their mean direction.
#[derive(Clone, Debug)]
pub struct Sample {
    pub person: u32,
    /// Bit n: it belongs to set n.
    pub sets: u64,
    /// The similarity of two samples is the scalar product of their templates.
    pub template: Vec<f32>,
    /// The images in it; a probe is not compared with itself.
    pub pictures: Vec<u32>,
}

/// Pairs that are counted together.
#[derive(Clone, Debug)]
pub struct Pairing {
    pub scores: Scores,
    /// The family of each person: two of one family are never impostors.
    pub families: Vec<u32>,
}

/// Every sample with every other one, once. `progress` is called with the number done.
pub fn all_against_all(samples: &[Sample], sets: &mut [Pairing], progress: &mut dyn FnMut(usize)) {
    for (done, a) in samples.iter().enumerate() {
        for b in &samples[..done] {
            pair(a, b, sets);
        }
        progress(done + 1);
    }
}

/// Every probe with every reference that it does not contain.
pub fn probes_against_references(
    probes: &[Sample],
    references: &[Sample],
    sets: &mut [Pairing],
    progress: &mut dyn FnMut(usize),
) {
    for (done, probe) in probes.iter().enumerate() {
        for reference in references {
            let own = probe.person == reference.person
                && reference.pictures.iter().any(|it| probe.pictures.contains(it));
            if !own {
                pair(probe, reference, sets);
            }
        }
        progress(done + 1);
    }
}

#[inline]
fn pair(a: &Sample, b: &Sample, sets: &mut [Pairing]) {
    let mut common = a.sets & b.sets;
    if common == 0 {
        return;
    }
    let score = product(&a.template, &b.template);
    while common != 0 {
        let set = &mut sets[common.trailing_zeros() as usize];
        common &= common - 1;
        if a.person == b.person {
            set.scores.add_genuine(score, a.person);
        } else if set.families[a.person as usize] != set.families[b.person as usize] {
            set.scores.add_impostor(score, [a.person, b.person]);
        }
    }
}

/// Items similar to one of another label: their product is `least` or more. Items without a label are left
/// out.
pub fn alike_across_labels(items: &[&[f32]], labels: &[Option<u32>], least: f32) -> Vec<usize> {
    let mut found = std::collections::BTreeSet::new();
    for (a, one) in items.iter().enumerate() {
        for (b, other) in items[..a].iter().enumerate() {
            let apart = labels[a].is_some() && labels[b].is_some() && labels[a] != labels[b];
            if apart && product(one, other) >= least {
                found.extend([a, b]);
            }
        }
    }
    found.into_iter().collect()
}

/// The scalar product, in eight sums for SIMD.
pub fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (chunks_a, chunks_b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = chunks_a.remainder().iter().zip(chunks_b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in chunks_a.zip(chunks_b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Groups of `of` samples of one person in one set, drawn by chance, each picture in one group at most.
///
/// `parts`: how many numbers of a template each net has. A group's template has each net's mean direction, as
/// long as one picture's: what the engine makes of several portraits.
pub fn grouped(samples: &[Sample], parts: &[usize], set: u32, of: usize, seed: u64) -> Vec<Sample> {
    let mut rng = Rng::new(seed);
    let mut own: Vec<&Sample> = samples.iter().filter(|it| it.sets >> set & 1 == 1).collect();
    own.sort_by_key(|it| (it.person, it.pictures.first().copied()));
    let mut groups = Vec::new();
    for person in own.chunk_by_mut(|a, b| a.person == b.person) {
        rng.shuffle(person);
        groups.extend(person.chunks_exact(of).map(|members| together(members, parts, set)));
    }
    groups
}

fn together(members: &[&Sample], parts: &[usize], set: u32) -> Sample {
    let length = |of: &[f32]| product(of, of).sqrt();
    let mut template = vec![0.0; members[0].template.len()];
    for member in members {
        for (sum, value) in template.iter_mut().zip(&member.template) {
            *sum += value;
        }
    }
    let (mut rest, mut one) = (template.as_mut_slice(), members[0].template.as_slice());
    for part in parts {
        let (sum, others) = rest.split_at_mut(*part);
        let scale = length(&one[..*part]) / length(sum);
        for value in sum {
            *value *= scale;
        }
        (rest, one) = (others, &one[*part..]);
    }
    Sample {
        person: members[0].person,
        sets: 1 << set,
        template,
        pictures: members.iter().flat_map(|it| it.pictures.iter().copied()).collect(),
    }
}

/// How many samples each person has in a set, for [`super::bootstrap`].
pub fn people(samples: &[Sample], set: u32, families: &[u32]) -> Vec<Person> {
    let mut people: Vec<Person> =
        families.iter().map(|family| Person { pictures: 0, family: *family }).collect();
    for sample in samples.iter().filter(|it| it.sets >> set & 1 == 1) {
        people[sample.person as usize].pictures += 1;
    }
    people
}

/// Families by names alone, whoever is in the pictures: people whose names end in the same word, whose names
/// have the same words or all of each other's words, or are written almost alike. Names are words with `_` or
/// a space between. Such people may be relatives, or one person spelt in two ways, so pairs of them show neither
/// a false match nor a true one.
pub fn families_by_name(names: &[String]) -> Vec<u32> {
    let words: Vec<Vec<String>> = names
        .iter()
        .map(|it| {
            it.to_lowercase()
                .split(['_', ' '])
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect()
        })
        .collect();
    let mut families = Families::of(names.len());
    let mut by_surname = std::collections::BTreeMap::new();
    for (place, words) in words.iter().enumerate() {
        if let Some(surname) = words.last() {
            families.join(place, *by_surname.entry(surname).or_insert(place));
        }
    }
    for a in 0..names.len() {
        for b in 0..a {
            if within(&words[a], &words[b])
                || within(&words[b], &words[a])
                || alike(&names[a], &names[b])
            {
                families.join(a, b);
            }
        }
    }
    families.numbered()
}

/// Every person is a family of their own: only images with the same label belong together.
pub fn families_of_one(people: usize) -> Vec<u32> {
    (0..u32::try_from(people).unwrap_or(u32::MAX)).collect()
}

/// Whether all words of `small`, two at least, are in `large`.
fn within(small: &[String], large: &[String]) -> bool {
    small.len() >= 2 && small.len() <= large.len() && small.iter().all(|it| large.contains(it))
}

/// Whether one letter changed, added or left out makes one name of the other.
fn alike(a: &str, b: &str) -> bool {
    const SHORTEST: usize = 8;
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().min(b.len()) < SHORTEST || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same_head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let same_tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    same_head + same_tail + 1 >= a.len().max(b.len())
}

/// Disjoint sets.
struct Families(Vec<usize>);

impl Families {
    fn of(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn head(&self, mut of: usize) -> usize {
        while self.0[of] != of {
            of = self.0[of];
        }
        of
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.head(a), self.head(b));
        self.0[a.max(b)] = a.min(b);
    }

    fn numbered(&self) -> Vec<u32> {
        let heads = (0..self.0.len()).map(|it| self.head(it));
        heads.map(|it| u32::try_from(it).unwrap_or(u32::MAX)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_meets_everyone_once_and_no_family_of_theirs() {
        // Three pictures of person 0, two of 1, one of 2; 1 and 2 are one family in the second set.
        let samples: Vec<Sample> = (0..).zip([0, 0, 0, 1, 1, 2]).map(sample).collect();
        let set = |families: [u32; 3]| Pairing {
            scores: Scores::keeping(100),
            families: families.to_vec(),
        };
        let mut sets = [set([0, 1, 2]), set([0, 1, 1])];
        all_against_all(&samples, &mut sets, &mut |_| ());
        let counts = |it: &Pairing| {
            (it.scores.histograms().0.iter().sum::<u64>(), it.scores.impostor_pairs())
        };
        assert_eq!(counts(&sets[0]), (3 + 1, 6 + 3 + 2));
        assert_eq!(counts(&sets[1]), (3 + 1, 6 + 3));
    }

    #[test]
    fn a_probe_of_two_pictures_is_their_direction_in_each_net_and_never_meets_itself() {
        let long = |person: u32, place: usize, template: [f32; 4]| Sample {
            person,
            sets: 1,
            template: template.to_vec(),
            pictures: vec![u32::try_from(place).unwrap()],
        };
        // Two nets, the second of half the weight: both pictures are as long in each.
        let samples = [
            long(0, 0, [1.0, 0.0, 0.0, 0.5]),
            long(0, 1, [0.0, 1.0, 0.0, 0.5]),
            long(0, 2, [1.0, 0.0, 0.0, 0.5]),
            long(1, 3, [1.0, 0.0, 0.5, 0.0]),
        ];
        let probes = grouped(&samples[..2], &[2, 2], 0, 2, 5);
        let half = std::f32::consts::FRAC_1_SQRT_2;
        for (got, wanted) in probes[0].template.iter().zip([half, half, 0.0, 0.5]) {
            assert!((got - wanted).abs() < 1e-6, "{:?}", probes[0].template);
        }
        let probes = grouped(&samples, &[2, 2], 0, 2, 5);
        assert_eq!(probes.len(), 1, "three pictures make one group of two, one makes none");
        let mut sets = [Pairing { scores: Scores::keeping(10), families: vec![0, 1] }];
        probes_against_references(&probes, &samples, &mut sets, &mut |_| ());
        let scores = &mut sets[0].scores;
        scores.finish();
        assert_eq!((scores.genuine().len(), scores.impostor_pairs()), (1, 1));
        let stranger = product(&probes[0].template, &samples[3].template);
        assert!((scores.impostors()[0].score - stranger).abs() < 1e-6);
    }

    #[test]
    fn names_that_may_be_one_family_or_one_person_are_kept_apart_from_impostors() {
        let names = [
            "George_W_Bush",
            "Jeb_Bush",
            "Wang_Nan",
            "Nan_Wang",
            "Jon_Gruden",
            "John_Gruder",
            "Anna_Smith_Jones",
            "Anna_Smith",
            "Ed_Low",
            "Al_Low2",
        ]
        .map(str::to_owned);
        let families = families_by_name(&names);
        let together = |a: usize, b: usize| families[a] == families[b];
        assert!(together(0, 1) && together(2, 3) && together(6, 7));
        assert!(!together(4, 5) && !together(0, 2) && !together(8, 9) && !together(4, 6));
        assert!(alike("John_Gruden", "Jon_Gruden") && alike("Elisabeth_X", "Elizabeth_X"));
        assert!(!alike("Mary_Lee", "Gary_Lea") && !alike("Li_Na", "Li_Ni"));
    }

    #[test]
    fn only_similar_items_of_two_labels_are_found() {
        let (x, y) = (&[1.0, 0.0][..], &[0.0, 1.0][..]);
        let labels = [Some(0), Some(0), Some(1), Some(2), None];
        assert_eq!(alike_across_labels(&[x, x, y, x, x], &labels, 0.98), [0, 1, 3]);
    }

    #[test]
    fn a_product_is_a_product() {
        let numbers: Vec<f32> = (0_u8..19).map(f32::from).collect();
        let expected: f32 = (0_u16..19).map(|it| f32::from(it * it)).sum();
        assert!((product(&numbers, &numbers) - expected).abs() < 1e-3);
    }

    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn sample((picture, person): (u32, u32)) -> Sample {
        let template = vec![0.1 * picture as f32, 0.5, 0.2];
        Sample { person, sets: 0b11, template, pictures: vec![picture] }
    }
}
