//! C2SP tlog-tiles: where the hashes of a tree and its entries lie, and how they are written.

use std::fmt;
use std::str::FromStr;

use super::{Hash, LogError, decimal, tree};

/// Hashes of a full tile, entries of a full bundle.
pub const WIDTH: u64 = 256;
/// An entry's length is written in 16 bits.
pub const ENTRY_BYTES_MAX: usize = 65_535;
const HASH_BYTES: usize = 32;
/// Tree levels in one level of tiles.
const HEIGHT: u8 = 8;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Hashes of complete subtrees of `256^level` leaves.
    Hashes(u8),
    /// The entries of 256 leaves.
    Entries,
}

/// A file of the log. Printed as its path below the log's prefix, such as `tile/0/x001/234.p/56`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    pub kind: Kind,
    pub index: u64,
    /// 1 to 256; below 256 the tile is partial.
    pub width: u16,
}

impl Tile {
    /// The tile of this place in a tree of `size` leaves; `None` if it would be empty.
    pub fn within(kind: Kind, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(shift(kind)).unwrap_or(0);
        let width = hashes.checked_sub(index.checked_mul(WIDTH)?)?.min(WIDTH);
        let width = u16::try_from(width).ok().filter(|it| *it > 0)?;
        Some(Self { kind, index, width })
    }

    /// The tiles that are new or wider in a tree of `new` leaves than in one of `old` leaves.
    pub fn of_growth(old: u64, new: u64) -> Vec<Self> {
        let mut tiles = Vec::new();
        let levels = (0..8).map(Kind::Hashes).chain([Kind::Entries]);
        for kind in levels {
            let (before, after) = (old >> shift(kind), new >> shift(kind));
            if after > before {
                let places = before / WIDTH..=(after - 1) / WIDTH;
                tiles.extend(places.filter_map(|index| Self::within(kind, index, new)));
            }
        }
        tiles
    }

    /// Where a complete subtree's hash is computed from in a tree of `size` leaves: the tile, and which of its hashes.
    pub fn of_subtree(level: u8, index: u64, size: u64) -> Option<(Self, std::ops::Range<usize>)> {
        let (tiles_level, rest) = (level / HEIGHT, level % HEIGHT);
        let first = index.checked_shl(u32::from(rest))?;
        let tile = Self::within(Kind::Hashes(tiles_level), first / WIDTH, size)?;
        let start = usize::try_from(first % WIDTH).ok()?;
        let end = start + (1 << rest);
        (end <= usize::from(tile.width)).then_some((tile, start..end))
    }

    pub fn is_full(self) -> bool {
        u64::from(self.width) == WIDTH
    }

    /// The full tile in this place.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: 256, ..self }
    }

    /// Of a bundle: one more than its last entry.
    pub fn end(self) -> u64 {
        self.index.saturating_mul(WIDTH).saturating_add(u64::from(self.width))
    }

    /// Whether a tree of `size` leaves has all that this tile holds.
    pub fn is_in(self, size: u64) -> bool {
        Self::within(self.kind, self.index, size).is_some_and(|it| self.width <= it.width)
    }
}

/// Binary orders of magnitude of leaves that one place of such a tile stands for.
fn shift(kind: Kind) -> u32 {
    match kind {
        Kind::Hashes(level) => u32::from(HEIGHT) * u32::from(level),
        Kind::Entries => 0,
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Hashes(level) => write!(f, "tile/{level}")?,
            Kind::Entries => f.write_str("tile/entries")?,
        }
        let (mut groups, mut rest) = (vec![self.index % 1000], self.index / 1000);
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for (left, group) in groups.iter().enumerate().rev() {
            write!(f, "/{}{group:03}", if left > 0 { "x" } else { "" })?;
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for Tile {
    type Err = LogError;

    fn from_str(path: &str) -> Result<Self, LogError> {
        let wrong = LogError::Tile("not a path of a tile");
        let rest = path.strip_prefix("tile/").ok_or(wrong.clone())?;
        let (level, rest) = rest.split_once('/').ok_or(wrong.clone())?;
        let kind = if level == "entries" {
            Kind::Entries
        } else {
            let level = decimal(level).filter(|it| *it < 64).and_then(|it| u8::try_from(it).ok());
            Kind::Hashes(level.ok_or(wrong.clone())?)
        };
        let (place, width) =
            rest.split_once(".p/").map_or((rest, "256"), |(it, width)| (it, width));
        let width = decimal(width).and_then(|it| u16::try_from(it).ok()).ok_or(wrong.clone())?;
        let index = place.split('/').map(|it| it.trim_start_matches('x')).try_fold(
            0_u64,
            |index, group| {
                let group: u64 = group.parse().ok()?;
                index.checked_mul(1000)?.checked_add(group)
            },
        );
        let tile = Self { kind, index: index.ok_or(wrong.clone())?, width };
        // One spelling only.
        if tile.to_string() == path { Ok(tile) } else { Err(wrong) }
    }
}

/// A tile's hashes as bytes.
pub fn write_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.concat()
}

/// The hashes of a tile of this width.
pub fn read_hashes(bytes: &[u8], width: u16) -> Result<Vec<Hash>, LogError> {
    if bytes.len() != usize::from(width) * HASH_BYTES {
        return Err(LogError::Tile("another length than its width says"));
    }
    Ok(bytes.chunks_exact(HASH_BYTES).filter_map(|it| it.try_into().ok()).collect())
}

/// An entry bundle: each entry behind its length.
pub fn write_entries<T: AsRef<[u8]>>(entries: &[T]) -> Result<Vec<u8>, LogError> {
    let mut bundle = Vec::new();
    for entry in entries.iter().map(AsRef::as_ref) {
        let length = u16::try_from(entry.len()).map_err(|_| LogError::Entry("too long"))?;
        bundle.extend(length.to_be_bytes());
        bundle.extend(entry);
    }
    Ok(bundle)
}

/// The entries of a bundle of this width.
pub fn read_entries(mut bytes: &[u8], width: u16) -> Result<Vec<Vec<u8>>, LogError> {
    let mut entries = Vec::new();
    for _ in 0..width {
        let broken = LogError::Tile("the bundle of entries breaks off");
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(broken.clone())?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length).ok_or(broken)?;
        entries.push(entry.to_vec());
        bytes = rest;
    }
    if bytes.is_empty() {
        Ok(entries)
    } else {
        Err(LogError::Tile("more entries than its width says"))
    }
}

/// The hash of a complete subtree in a tree of `size` leaves, from the tile that `read` gives.
pub fn subtree<E: From<LogError>>(
    level: u8,
    index: u64,
    size: u64,
    read: &mut impl FnMut(Tile) -> Result<Vec<Hash>, E>,
) -> Result<Hash, E> {
    let beyond = LogError::Tile("beyond the tree");
    let (tile, places) = Tile::of_subtree(level, index, size).ok_or_else(|| beyond.clone())?;
    let hashes = read(tile)?;
    let hash = hashes.get(places).and_then(tree::fold);
    hash.ok_or_else(|| beyond.into())
}
