//! The ways to cheat that the workshop knows.

use serde::{Deserialize, Serialize};

/// Attack instrument species (ISO/IEC 30107-3 §3.1), and injections beside them.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Species {
    /// A printed portrait: raster, paper, tilt, a hand's movement, the sheet's edges.
    Print,
    /// A display: its grid and the moiré of it, bezel, glare, refresh band.
    Screen,
    /// A printed face with holes for a living person's eyes and mouth.
    CutOut,
    /// A still bent in three dimensions: it turns, nods, blinks and smiles as asked.
    Puppet,
    /// The victim's face on another living person's head.
    FaceSwap,
    /// One still, injected, with movement and noise of its own.
    Still,
    /// A recording of another session, injected round and round.
    Loop,
    /// Living actions with a screen's light of the wrong colours, or none.
    ColourOrder,
    /// The right actions at the wrong moments, or the wrong actions at the right ones.
    Shifted,
    /// Frames of an earlier session, bound to the new nonce or not.
    Resent,
    /// Pictures of real attacks, from a folder that the operator gives.
    Real,
}

impl Species {
    pub const ALL: [Self; 11] = [
        Self::Print,
        Self::Screen,
        Self::CutOut,
        Self::Puppet,
        Self::FaceSwap,
        Self::Still,
        Self::Loop,
        Self::ColourOrder,
        Self::Shifted,
        Self::Resent,
        Self::Real,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Print => "print",
            Self::Screen => "screen",
            Self::CutOut => "cut-out",
            Self::Puppet => "puppet",
            Self::FaceSwap => "face-swap",
            Self::Still => "still",
            Self::Loop => "loop",
            Self::ColourOrder => "colour-order",
            Self::Shifted => "shifted",
            Self::Resent => "resent",
            Self::Real => "real",
        }
    }
}
