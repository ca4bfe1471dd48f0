//! What a client is asked to do before the camera: made by the server for one check, random, timed.
//!
//! A check is counted when its challenge is handed out (IDX-2), so that nobody can ask for challenges until an
//! easy one comes. Until it is used or has expired, asking again gives the same one.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// From the hand-out to the last byte of the frames.
pub const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::seconds(90);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    pub nonce: Nonce,
    /// In this order, each after the one before has been done.
    pub steps: Vec<Step>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// 32 bytes that nobody could foresee; base64url on the wire. Every frame is bound to them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(pub [u8; 32]);

impl std::fmt::Debug for Nonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonce(…)")
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub ask: Ask,
    /// The widget waits so long, after the step before is done, until it shows this one.
    pub after_ms: u16,
    /// From showing it, the client has so long.
    pub within_ms: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// Straight into the camera, still: the frames to match come from here.
    Look,
    Do(Action),
    /// The page shows these colours one after the other, each for [`COLOUR_MS`].
    Colours(Vec<Colour>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The client turns to their own left: the nose goes to the viewer's right in a picture that is not mirrored.
    TurnLeft,
    TurnRight,
    /// Chin down and up again.
    Nod,
    Blink,
    Smile,
    /// The face grows, and grows as a solid thing does.
    ComeCloser,
}

impl Action {
    pub const ALL: [Self; 6] =
        [Self::TurnLeft, Self::TurnRight, Self::Nod, Self::Blink, Self::Smile, Self::ComeCloser];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    Red,
    Green,
    Blue,
    Yellow,
    Cyan,
    Magenta,
}

impl Colour {
    pub const ALL: [Self; 6] =
        [Self::Red, Self::Green, Self::Blue, Self::Yellow, Self::Cyan, Self::Magenta];

    pub fn rgb(self) -> [u8; 3] {
        match self {
            Self::Red => [255, 0, 0],
            Self::Green => [0, 255, 0],
            Self::Blue => [0, 0, 255],
            Self::Yellow => [255, 255, 0],
            Self::Cyan => [0, 255, 255],
            Self::Magenta => [255, 0, 255],
        }
    }
}

/// Slow enough for light-sensitive people (WCAG 2.3.1: at most three flashes a second), long enough for a camera.
pub const COLOUR_MS: u16 = 700;

/// `POST …/challenge`: what the client can't or must not do.
///
/// An attacker may wish so too, therefore it is asked what a recording of the victim would be worth that happens to
/// hold the right deeds in the right order, each begun within the [`Step::within_ms`] of its prompt:
///
/// | wishes | to choose from | a film with fixed deeds fits by chance |
/// |---|---|---|
/// | none | 5 others before or after a blink; 750 orders of colours, of which one is guessed right 1 in 100 | 1 in 1,000 |
/// | no movement | 2 orders of blink and smile, the same colours | 1 in 200 |
/// | no flashing | 5 · 4 orders of others, a blink in any of 3 places | 1 in 60 |
/// | both | 30 sequences of five blinks and smiles, each at least once | 1 in 30 |
///
/// For the last, weakest row the moments count as well: a deed must not be there at its prompt, and waits of 0.5–3 s
/// (else 0.5–2 s) are drawn between them, so a film must hold still for as long as it takes. Whoever can cut the film as
/// the prompts come passes all of these by geometry alone; then passive net, patterns, repeated frames and the camera's
/// signals are left, and a session has four checks (IDX-2): one film's chance in all of them together is 1 in 8.
///
/// Until 2026-11-28 this row asked for four deeds, after waits like the others': of 300 recordings of other sessions
/// (`senim trial liveness --seed 4`, loop) two had the right order and were taken for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wishes {
    /// Nothing that needs the head or the body to move: blinking and smiling remain.
    pub no_movement: bool,
    /// No colours on the screen.
    pub no_flashing: bool,
}

impl Serialize for Nonce {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&crate::jose::to_base64(&self.0))
    }
}

impl<'de> Deserialize<'de> for Nonce {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <String as Deserialize>::deserialize(from)?;
        let bytes = crate::jose::from_base64(&text).ok().and_then(|it| it.try_into().ok());
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("not 32 bytes in base64url"))
    }
}

impl Challenge {
    /// `seed` decides everything that is left to chance; the host draws it.
    pub fn draw(seed: [u8; 32], wishes: Wishes, now: Timestamp) -> Self {
        let mut dice = Dice { seed, rolls: 0 };
        let nonce = Nonce(dice.roll());
        let mut steps = vec![Step { ask: Ask::Look, after_ms: 0, within_ms: 8_000 }];
        let both = wishes.no_movement && wishes.no_flashing;
        let longest = if both { 3_000 } else { 2_000 };
        let mut ask = |dice: &mut Dice, it: Ask, within_ms| {
            steps.push(Step { ask: it, after_ms: 500 + dice.below(longest - 499), within_ms });
        };
        if wishes.no_movement {
            // Two deeds to choose from, so more of them, and each at least once: what can only blink (a sheet
            // with holes for the eyes) or only smile (a mask that hides the lids) never follows.
            let count = if wishes.no_flashing { 5 } else { 2 };
            let mut left = [Action::Blink, Action::Smile].map(|it| (it, count - 1));
            for _ in 0..count {
                let mut at = usize::from(dice.below(2));
                if left[at].1 == 0 {
                    at = 1 - at;
                }
                left[at].1 -= 1;
                ask(&mut dice, Ask::Do(left[at].0), 6_000);
            }
        } else {
            // A blink is among them always: lids come down over eyes, and no still that is bent or worn by
            // another has the skin of lids. Of the others none comes twice.
            let count = if wishes.no_flashing { 3 } else { 2 };
            let blink = dice.below(count);
            let mut left: Vec<Action> =
                Action::ALL.into_iter().filter(|it| *it != Action::Blink).collect();
            for at in 0..count {
                let deed = if at == blink {
                    Action::Blink
                } else {
                    left.remove(usize::from(dice.below(left.len().try_into().unwrap_or(1))))
                };
                ask(&mut dice, Ask::Do(deed), 6_000);
            }
        }
        if !wishes.no_flashing {
            let mut colours: Vec<Colour> = Vec::new();
            while colours.len() < 4 {
                let colour = Colour::ALL[usize::from(dice.below(6))];
                if colours.last() != Some(&colour) {
                    colours.push(colour);
                }
            }
            ask(&mut dice, Ask::Colours(colours), 6_000);
        }
        Self { nonce, steps, issued_at: now, expires_at: now + CHALLENGE_LIFETIME }
    }
}

/// SHA-256 of the seed and a counter.
struct Dice {
    seed: [u8; 32],
    rolls: u32,
}

impl Dice {
    fn roll(&mut self) -> [u8; 32] {
        use sha2::Digest as _;
        self.rolls += 1;
        sha2::Sha256::new()
            .chain_update(self.seed)
            .chain_update(self.rolls.to_be_bytes())
            .finalize()
            .into()
    }

    fn below(&mut self, limit: u16) -> u16 {
        let [a, b, c, d, ..] = self.roll();
        // 2^32 is so much more than any limit here that the remainder is as good as even.
        (u32::from_be_bytes([a, b, c, d]) % u32::from(limit.max(1))).try_into().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_draw_asks_what_no_still_can_show_and_nothing_that_was_wished_away() {
        for seed in 0..=255 {
            for (no_movement, no_flashing) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let wishes = Wishes { no_movement, no_flashing };
                let drawn = Challenge::draw([seed; 32], wishes, Timestamp::UNIX_EPOCH);
                assert_eq!(drawn, Challenge::draw([seed; 32], wishes, Timestamp::UNIX_EPOCH));
                let asks: Vec<&Ask> = drawn.steps.iter().map(|it| &it.ask).collect();
                let asked = |action: Action| asks.contains(&&Ask::Do(action));
                assert_eq!(asks[0], &Ask::Look);
                assert!(asked(Action::Blink));
                let moved = [Action::TurnLeft, Action::TurnRight, Action::Nod, Action::ComeCloser];
                assert!(!no_movement || (asked(Action::Smile) && !moved.into_iter().any(asked)));
                let colours = asks.iter().find_map(|it| match it {
                    Ask::Colours(colours) => Some(colours),
                    Ask::Look | Ask::Do(_) => None,
                });
                assert_eq!(colours.is_none(), no_flashing);
                assert!(colours.is_none_or(|it| it.windows(2).all(|it| it[0] != it[1])));
            }
        }
    }

    /// Found on 2026-11-28 (`senim trial liveness --seed 4`): a recording of another session had the right order of
    /// four blinks and smiles.
    #[test]
    fn who_can_neither_move_nor_bear_flashing_is_asked_for_one_of_thirty_orders_after_uneven_waits()
    {
        let both = Wishes { no_movement: true, no_flashing: true };
        let mut orders = std::collections::BTreeSet::new();
        let mut waits = Vec::new();
        for seed in 0..600_u32 {
            let bytes = std::array::from_fn(|at| seed.to_be_bytes()[at % 4]);
            let drawn = Challenge::draw(bytes, both, Timestamp::UNIX_EPOCH);
            let deeds = &drawn.steps[1..];
            assert_eq!(deeds.len(), 5);
            orders.insert(deeds.iter().map(|it| format!("{:?}", it.ask)).collect::<Vec<_>>());
            waits.extend(deeds.iter().map(|it| it.after_ms));
        }
        assert_eq!(orders.len(), 30);
        assert!(waits.iter().all(|it| (500..=3_000).contains(it)));
        assert!(waits.iter().any(|it| *it < 700) && waits.iter().any(|it| *it > 2_800));
    }
}
