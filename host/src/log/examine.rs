//! Whether a log's folder holds what its checkpoint says: every entry, every hash, every statement of the index, every sealed
//! month.

use std::{fmt, io};

use senim_core::log::entry::{Entry, Month, Pruned};
use senim_core::log::index::Index;
use senim_core::log::note::{Note, VerifierKey};
use senim_core::log::policy::{Policy, Trusted};
use senim_core::log::segment::Segment;
use senim_core::log::tile::{Kind, Tile, WIDTH};
use senim_core::log::{Hash, LogError, tree};
use senim_store::segment::Sealed;

use super::{Folder, LogFailure};

/// Faults that are told; a folder with more is not to be repaired by reading on.
const FAULTS_MAX: usize = 100;

/// Something in the folder that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A file below the folder, or `checkpoint`.
    pub place: String,
    pub why: String,
}

impl Fault {
    pub(crate) fn new(place: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self { place: place.to_string(), why: why.to_string() }
    }

    /// For whoever runs the host.
    fn what_to_do(&self) -> &'static str {
        if self.place.starts_with("tile/") {
            "stop the host and copy this file from a backup of the folder or from a reader's copy: a full one never changes"
        } else if self.place.starts_with("segments/") {
            "remove this file: the host writes it anew from its database at the next start; a reader's copy has it too"
        } else if self.place.starts_with("record") {
            "the log is right: restore the database (docs/operating.md, Backup)"
        } else {
            "do not delete anything: see docs/operating.md, Backup"
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} — {}", self.place, self.why, self.what_to_do())
    }
}

/// How long a log is, and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    pub size: u64,
    pub root: Hash,
    /// The number of the entry that pruned it, and what that says; entries before the minimum may be there or not.
    pub begins: Option<(u64, Pruned)>,
}

impl Extent {
    fn minimum(&self) -> u64 {
        self.begins.map_or(0, |(_, it)| it.minimum)
    }
}

/// What an examination found.
#[derive(Default)]
pub struct Examined {
    pub faults: Vec<Fault>,
    pub index: Index,
    /// The index as it was at the earlier size that was asked for.
    pub earlier: Index,
    /// Entries of records, from the minimum on.
    pub records: u64,
}

impl Examined {
    fn fault(&mut self, place: impl fmt::Display, why: impl fmt::Display) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault::new(place, why));
        }
    }
}

/// Reads all of a log, from where it begins.
pub fn examine(folder: &Folder, extent: Extent, earlier: u64) -> Examined {
    let mut examined = Examined::default();
    let Extent { size, root, .. } = extent;
    entries(folder, &extent, earlier, &mut examined);
    for level in 1..8 {
        hashes(folder, level, size, &mut examined);
    }
    if examined.faults.is_empty() {
        match folder.root(size) {
            Ok(found) if found == root => {}
            Ok(_) => examined.fault("checkpoint", "the tree has another root"),
            Err(error) => examined.fault("checkpoint", error),
        }
    }
    examined
}

/// The same of what a folder published; its checkpoint is judged by the policy.
pub fn examine_published(
    folder: &Folder,
    policy: &Policy,
) -> Result<(Trusted, Vec<Fault>), LogFailure> {
    let note = folder.checkpoint()?.ok_or_else(|| {
        std::io::Error::new(std::io::ErrorKind::NotFound, "there is no `checkpoint` in the folder")
    })?;
    let trusted = policy.check(&note)?;
    let (size, root) = (trusted.checkpoint.size, trusted.checkpoint.root);
    let extent = Extent { size, root, begins: folder.pruned()? };
    let mut faults = examine(folder, extent, 0).faults;
    for log in policy.logs.iter().filter(|it| it.name == trusted.checkpoint.origin) {
        faults.extend(examine_segments(folder, extent, log, None)?);
    }
    Ok((trusted, faults))
}

/// Sealed months: each is signed by the log, they follow each other from its first entry on, and what they say is what bundles
/// and tiles hold. `rows`: what the database has of them; without it all files that are there.
pub fn examine_segments(
    folder: &Folder,
    extent: Extent,
    log: &VerifierKey,
    rows: Option<&[Sealed]>,
) -> Result<Vec<Fault>, LogFailure> {
    let months: Vec<(Month, Option<&str>)> = match rows {
        Some(rows) => rows.iter().map(|it| (it.month, Some(it.note.as_str()))).collect(),
        None => folder.segments()?.into_iter().map(|it| (it, None)).collect(),
    };
    let (mut faults, mut next) = (Vec::new(), 0);
    for (month, row) in months {
        let place = format!("segments/{month}");
        let note = match folder.segment(month) {
            Ok(note) => note,
            Err(LogFailure::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                faults.push(Fault::new(&place, "the file of a sealed month is missing"));
                // What it would say is in the row.
                let row = row.and_then(|it| Note::parse(it).ok());
                next = row.and_then(|it| it.text.parse().ok()).map_or(next, |it: Segment| it.size);
                continue;
            }
            Err(error) => {
                faults.push(Fault::new(&place, error));
                continue;
            }
        };
        let segment = match Segment::signed(&note, log) {
            Ok(segment) if segment.month == month => segment,
            Ok(_) => {
                faults.push(Fault::new(&place, "it is another month's"));
                continue;
            }
            Err(error) => {
                faults.push(Fault::new(&place, format!("the log did not sign it so: {error}")));
                continue;
            }
        };
        if row.is_some_and(|it| it != note.to_string()) {
            faults.push(Fault::new(&place, "the database has another note of this month"));
        }
        if segment.first != next {
            let why = format!(
                "it begins with entry {}, and the month before ends at {next}: one is missing",
                segment.first
            );
            faults.push(Fault::new(&place, why));
        }
        next = segment.size;
        if let Some(why) = differs(folder, extent, &segment) {
            faults.push(Fault::new(&place, why));
        }
    }
    Ok(faults)
}

/// What a segment says otherwise than the files. Files that can't be read are told elsewhere.
fn differs(folder: &Folder, extent: Extent, segment: &Segment) -> Option<&'static str> {
    if segment.size > extent.size {
        return Some("it has more entries than the log");
    }
    if folder.root(segment.size).is_ok_and(|it| it != segment.root) {
        return Some("the tree at its end has another root");
    }
    if segment.first < extent.minimum() {
        return None;
    }
    let entries = folder.digest(segment.first, segment.size, extent.size);
    if entries.is_ok_and(|it| it != segment.entries) {
        return Some("its entries are not the ones that were sealed");
    }
    None
}

/// Entries against the hashes of level 0, and the index that they make.
fn entries(folder: &Folder, extent: &Extent, earlier: u64, examined: &mut Examined) {
    let (size, minimum) = (extent.size, extent.minimum());
    for place in minimum / WIDTH..size.div_ceil(WIDTH) {
        let (Some(bundle), Some(tile)) =
            (Tile::within(Kind::Entries, place, size), Tile::within(Kind::Hashes(0), place, size))
        else {
            return;
        };
        let entries = match folder.entries(bundle) {
            Ok(entries) => entries,
            Err(error) => {
                examined.fault(bundle, error);
                continue;
            }
        };
        let hashes = folder.hashes(tile).unwrap_or_else(|error| {
            examined.fault(tile, error);
            Vec::new()
        });
        for (number, (at, entry)) in (place * WIDTH..).zip(entries.iter().enumerate()) {
            let differs = hashes.get(at).is_some_and(|it| *it != tree::leaf_hash(entry));
            if differs {
                examined.fault(bundle, format!("entry {number} is not the one of its hash"));
            }
            if number < minimum {
                continue;
            }
            if let Err(error) = follow(examined, extent, number, entry)
                && !differs
            {
                examined.fault(bundle, format!("entry {number}: {error}"));
            }
            if number + 1 == earlier {
                examined.index.root();
                examined.earlier = examined.index.clone();
            }
        }
    }
    examined.index.root();
}

/// The index takes an entry, from the minimum on.
fn follow(
    examined: &mut Examined,
    extent: &Extent,
    number: u64,
    entry: &[u8],
) -> Result<(), LogError> {
    let decoded = Entry::decode(entry)?;
    if matches!(decoded, Entry::Record { .. }) {
        examined.records += 1;
    }
    if let Some((pruned_by, pruned)) = extent.begins {
        // Until the log was pruned, its index was also of what is gone.
        if number < pruned_by && matches!(decoded, Entry::Index { .. }) {
            return Ok(());
        }
        if number == pruned_by && decoded != Entry::Pruned(pruned) {
            return Err(LogError::Refuted("the log was not pruned here as it is said to be"));
        }
    }
    examined.index.take(number, entry)
}

/// Hashes of a level against the full tiles below.
fn hashes(folder: &Folder, level: u8, size: u64, examined: &mut Examined) {
    let mut place = 0;
    while let Some(tile) = Tile::within(Kind::Hashes(level), place, size) {
        match folder.hashes(tile) {
            Err(error) => examined.fault(tile, error),
            Ok(hashes) => {
                for (index, hash) in (place * WIDTH..).zip(hashes) {
                    let below = Tile { kind: Kind::Hashes(level - 1), index, width: 256 };
                    // One that can't be read was told a level below.
                    let expected = folder.hashes(below).ok().and_then(|it| tree::fold(&it));
                    if expected.is_some_and(|it| it != hash) {
                        examined.fault(tile, format!("its hash {index} is not that of {below}"));
                    }
                }
            }
        }
        place += 1;
    }
}
