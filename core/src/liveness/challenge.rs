//! Challenges: what a client is asked to do before the camera. The server makes one per check, random and timed.
//!
//! A check is counted when its challenge is returned (IDX-2), so that nobody can request challenges until an
//! easy one comes. Until it is used or has expired, another request returns the same one.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// From the response with the challenge to the last byte of the frames.
pub const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::seconds(90);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    pub nonce: Nonce,
    /// In this order, each after the previous one is done.
    pub steps: Vec<Step>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// 32 unpredictable bytes; base64url on the wire. Every frame is bound to them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(pub [u8; 32]);

#[cfg(test)]
impl schemars::JsonSchema for Nonce {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Nonce".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{43}$" })
    }
}

impl std::fmt::Debug for Nonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonce(…)")
    }
}

/// One action or look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub ask: Ask,
    /// How long the widget waits after the previous step before it shows this one.
    pub after_ms: u16,
    /// How long the client has from the prompt.
    pub within_ms: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// Look straight into the camera, still: the portraits come from here.
    Look,
    Do(Action),
    /// The page shows these colours one after the other, each for [`COLOUR_MS`].
    Colours(Vec<Colour>),
    /// The same without flashing: each fades in over [`FADE_MS`], and then stays for as long as the quick ones.
    Fades(Vec<Colour>),
}

impl Ask {
    /// What the page shows, and how quickly.
    pub fn colours(&self) -> Option<(&[Colour], Pace)> {
        match self {
            Self::Look | Self::Do(_) => None,
            Self::Colours(colours) => Some((colours, Pace::QUICK)),
            Self::Fades(colours) => Some((colours, Pace::SLOW)),
        }
    }
}

/// How quickly colours follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The fade from the previous colour to this one.
    comes_ms: u16,
}

impl Pace {
    pub const QUICK: Self = Self { comes_ms: 0 };
    pub const SLOW: Self = Self { comes_ms: FADE_MS };

    /// The set of colours to draw from.
    pub fn palette(self) -> &'static [Colour] {
        if self == Self::SLOW { &Colour::GENTLE } else { &Colour::ALL }
    }

    /// The duration of each colour, including its fade.
    pub fn each_ms(self) -> u32 {
        self.stands_from_ms() + u32::from(COLOUR_MS)
    }

    /// Since the start of the colour's fade.
    pub fn stands_from_ms(self) -> u32 {
        self.comes_ms.into()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The client turns to their own left: the nose goes to the viewer's right in a picture that is not mirrored.
    TurnLeft,
    TurnRight,
    /// Chin down and up again.
    Nod,
    Blink,
    Smile,
    /// The face grows, as a solid object does.
    ComeCloser,
}

impl Action {
    pub const ALL: [Self; 6] =
        [Self::TurnLeft, Self::TurnRight, Self::Nod, Self::Blink, Self::Smile, Self::ComeCloser];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// Without pure red, which is the worst for light-sensitive people (WCAG 2.3.1 counts it by itself).
    pub const GENTLE: [Self; 5] =
        [Self::Green, Self::Blue, Self::Yellow, Self::Cyan, Self::Magenta];

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

/// Slow enough for most people (WCAG 2.3.1: at most three flashes a second), long enough for a camera.
pub const COLOUR_MS: u16 = 700;
/// A fade of nearly the second in which WCAG 2.3.1 counts three flashes: with the time it stands, less than one change.
pub const FADE_MS: u16 = 900;
/// The colours of one challenge.
const COLOURS: usize = 4;

// An attacker can choose the wishes too. So here is how likely a recording of the victim passes that happens to
// have the right actions in the right order, each begun within the `Step::within_ms` of its prompt, in the light of
// some colours. Colours of another challenge pass as the right ones once in 85, or 57 without red (colours.rs):
//
// | wishes | actions | colours | a film fits by chance |
// |---|---|---|---|
// | none | one of 5, before or after a blink | 750 orders | 1 in 850 |
// | no movement | 6 orders of three blinks and smiles, each at least once | 750 orders | 1 in 510 |
// | no flashing | as without wishes | 320 orders, slowly | 1 in 570 |
// | both | 6 orders, as for no movement | 320 orders, slowly | 1 in 340 |
//
// An attacker who lights the film like the page, and cuts it to the prompts, defeats all of these;
// then the passive net, patterns, repeated frames and the camera's signals remain, and a session has four checks
// (IDX-2): one film's chance in all of them together is 1 in 85.
//
// Without flashing there are colours too, slow ones: actions alone are not enough. Of 300 recordings of other sessions
// (`senim-trial liveness --seed 4` and `6`, loop) two and one had five blinks and smiles in the right order and were taken
// for a person; and a film of somebody alternately blinking and smiling soon shows the next action, whatever the order
// is. A film can't predict the light, and the light needs no effort from the client.
/// `POST …/challenge`: what the client can't do or must avoid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Wishes {
    /// No movements of head or body: blinking and smiling remain.
    pub no_movement: bool,
    /// No flashing: the screen's colours fade slowly, and none is red.
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
    /// `seed` determines all random choices; the host draws it.
    pub fn draw(seed: [u8; 32], wishes: Wishes, now: Timestamp) -> Self {
        let mut dice = Dice { seed, rolls: 0 };
        let nonce = Nonce(dice.roll());
        let mut steps = vec![Step { ask: Ask::Look, after_ms: 0, within_ms: 8_000 }];
        let mut ask = |dice: &mut Dice, it: Ask, within_ms| {
            steps.push(Step { ask: it, after_ms: 500 + dice.below(1_501), within_ms });
        };
        if wishes.no_movement {
            // Only two kinds of action, so more of them, and each at least once: a forgery that can only blink (a sheet
            // with holes for the eyes) or only smile (a mask that hides the lids) never passes.
            let mut left = [Action::Blink, Action::Smile].map(|it| (it, 2_u8));
            for _ in 0..3 {
                let mut at = usize::from(dice.below(2));
                if left[at].1 == 0 {
                    at = 1 - at;
                }
                left[at].1 -= 1;
                ask(&mut dice, Ask::Do(left[at].0), 6_000);
            }
        } else {
            // Always with a blink: lids come down over the eyes, and a still that is bent or worn by
            // another person has no eyelid skin.
            let blink = dice.below(2);
            for at in 0..2 {
                let mut others = Action::ALL.into_iter().filter(|it| *it != Action::Blink);
                let other = others.nth(usize::from(dice.below(5)));
                let tracker = other.filter(|_| at != blink).unwrap_or(Action::Blink);
                ask(&mut dice, Ask::Do(tracker), 6_000);
            }
        }
        if wishes.no_flashing {
            let colours = dice.colours(Pace::SLOW);
            ask(&mut dice, Ask::Fades(colours), 9_000);
        } else {
            let colours = dice.colours(Pace::QUICK);
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

    /// No two consecutive ones are equal.
    fn colours(&mut self, pace: Pace) -> Vec<Colour> {
        let palette = pace.palette();
        let mut colours: Vec<Colour> = Vec::new();
        while colours.len() < COLOURS {
            let at = self.below(u16::try_from(palette.len()).unwrap_or(1));
            let colour = palette.get(usize::from(at)).filter(|it| colours.last() != Some(it));
            colours.extend(colour);
        }
        colours
    }

    fn below(&mut self, limit: u16) -> u16 {
        let [a, b, c, d, ..] = self.roll();
        // 2^32 is so much greater than any limit here that the bias of the remainder is negligible.
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
                let shown: Vec<&[Colour]> =
                    asks.iter().filter_map(|it| it.colours()).map(|it| it.0).collect();
                let [colours] = shown[..] else { panic!("{asks:?}") };
                assert_eq!(colours.len(), COLOURS);
                assert!(colours.windows(2).all(|it| it[0] != it[1]));
                assert!(!no_flashing || !colours.contains(&Colour::Red));
                assert_eq!(no_flashing, matches!(asks.last(), Some(Ask::Fades(_))));
            }
        }
    }

    #[test]
    fn every_colour_has_time_to_come_and_to_stand() {
        for seed in 0..=50 {
            for no_flashing in [false, true] {
                let wishes = Wishes { no_movement: false, no_flashing };
                let drawn = Challenge::draw([seed; 32], wishes, Timestamp::UNIX_EPOCH);
                let step = drawn.steps.last().unwrap();
                let (colours, pace) = step.ask.colours().unwrap();
                let all = u32::try_from(colours.len()).unwrap() * pace.each_ms();
                assert!(all + 1_000 < u32::from(step.within_ms));
                // Less than one change a second without flashing.
                assert!(!no_flashing || pace.each_ms() > 1_000);
            }
        }
    }

    /// Found on 2026-11-28 (`senim-trial liveness --seed 4`, and again `--seed 6`): a recording of another session had
    /// the right order of blinks and smiles.
    #[test]
    fn without_movement_and_flashing_few_recordings_fit_a_challenge() {
        let both = Wishes { no_movement: true, no_flashing: true };
        let mut actions = std::collections::BTreeSet::new();
        let mut colours = std::collections::BTreeSet::new();
        for seed in 0..4_000_u32 {
            let bytes = std::array::from_fn(|at| seed.to_be_bytes()[at % 4]);
            let drawn = Challenge::draw(bytes, both, Timestamp::UNIX_EPOCH);
            let asks = |steps: &[Step]| {
                format!("{:?}", steps.iter().map(|it| &it.ask).collect::<Vec<_>>())
            };
            actions.insert(asks(&drawn.steps[1..4]));
            colours.insert(asks(&drawn.steps[4..]));
        }
        assert_eq!((actions.len(), colours.len()), (6, 5 * 4 * 4 * 4));
    }
}
