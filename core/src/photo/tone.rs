//! Skin tone in an image: only to measure whether any rule depends on it (ISO/IEC 29794-5 §7), never to decide.

use serde::{Deserialize, Serialize};

/// By the individual typology angle, the classes of Chardon et al. 1991. A picture's light moves it: the same person
/// is a class lighter or darker elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    VeryLight,
    Light,
    Intermediate,
    Tan,
    Brown,
    Dark,
}

impl Tone {
    pub const ALL: [Self; 6] =
        [Self::VeryLight, Self::Light, Self::Intermediate, Self::Tan, Self::Brown, Self::Dark];

    pub fn of(angle: f32) -> Self {
        match angle {
            _ if angle > 55.0 => Self::VeryLight,
            _ if angle > 41.0 => Self::Light,
            _ if angle > 28.0 => Self::Intermediate,
            _ if angle > 10.0 => Self::Tan,
            _ if angle > -30.0 => Self::Brown,
            _ => Self::Dark,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::VeryLight => "very light",
            Self::Light => "light",
            Self::Intermediate => "intermediate",
            Self::Tan => "tan",
            Self::Brown => "brown",
            Self::Dark => "dark",
        }
    }
}

/// The individual typology angle of a colour of sRGB, 0–255, in degrees: arctan((L* − 50) / b*).
pub fn typology_angle(rgb: [f32; 3]) -> f32 {
    let linear = rgb.map(|it| {
        let it = it / 255.0;
        if it <= 0.040_45 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) }
    });
    // IEC 61966-2-1, to the white of D65.
    let row = |row: [f32; 3]| row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2];
    let y = row([0.2126, 0.7152, 0.0722]);
    let z = row([0.0193, 0.1192, 0.9505]) / 1.089;
    let cube = |it: f32| {
        if it > 0.008_856 { it.cbrt() } else { 7.787 * it + 16.0 / 116.0 }
    };
    let (lightness, yellow) = (116.0 * cube(y) - 16.0, 200.0 * (cube(y) - cube(z)));
    // Under blue light skin has no yellow left; its lightness decides.
    (lightness - 50.0).atan2(yellow.max(0.1)).to_degrees()
}

/// The ten tones of the Monk scale (Google, 2022), lightest first; red, green and blue of 255.
#[cfg(test)]
pub(super) const MONK: [[f32; 3]; 10] = [
    [246.0, 237.0, 228.0],
    [243.0, 231.0, 219.0],
    [247.0, 234.0, 208.0],
    [234.0, 218.0, 186.0],
    [215.0, 189.0, 150.0],
    [160.0, 126.0, 86.0],
    [130.0, 92.0, 67.0],
    [96.0, 65.0, 52.0],
    [58.0, 49.0, 42.0],
    [41.0, 36.0, 32.0],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_monk_scale_grows_darker_step_by_step() {
        let tones = MONK.map(|it| Tone::of(typology_angle(it)));
        assert!(tones.is_sorted(), "{tones:?}");
        assert_eq!((tones[0], tones[9]), (Tone::VeryLight, Tone::Dark));
        assert!(Tone::ALL.iter().filter(|it| tones.contains(it)).count() >= 4, "{tones:?}");
        assert!((typology_angle([215.0, 189.0, 150.0]) - 48.0).abs() < 6.0);
    }
}
