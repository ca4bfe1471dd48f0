//! The log's folder: tiles, entry bundles, sealed months and the published checkpoint, laid out as they are served.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use senim_core::log::entry::{Month, Pruned};
use senim_core::log::note::Note;
use senim_core::log::tile::{self, Kind, Tile};
use senim_core::log::{Hash, LogError, decimal};

use super::LogFailure;

const SEGMENTS: &str = "segments";
const MINIMUM: &str = "minimum";

pub struct Folder {
    path: PathBuf,
    /// Held as long as this process writes the log; absent where it only reads.
    _held: Option<File>,
}

impl Folder {
    /// For the one process that writes.
    pub fn open(path: &Path) -> Result<Self, LogFailure> {
        fs::create_dir_all(path)?;
        let held = File::options().create(true).append(true).open(path.join("writer.lock"))?;
        match flock(&held, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { path: path.to_owned(), _held: Some(held) }),
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => Err(LogFailure::Taken),
            Err(error) => Err(io::Error::from(error).into()),
        }
    }

    pub fn to_read(path: &Path) -> Self {
        Self { path: path.to_owned(), _held: None }
    }

    /// The published checkpoint.
    pub fn checkpoint(&self) -> Result<Option<Note>, LogFailure> {
        match fs::read_to_string(self.path.join("checkpoint")) {
            Ok(note) => Ok(Some(Note::parse(&note)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub fn publish(&self, note: &Note) -> io::Result<()> {
        write_synced(&self.path.join("checkpoint"), note.to_string().as_bytes())
    }

    /// Writes a tile so that a crash leaves the old file or the new one.
    pub fn write(&self, tile: Tile, bytes: &[u8]) -> io::Result<()> {
        write_synced(&self.path.join(tile.to_string()), bytes)
    }

    /// A tile's file; of a partial tile that is gone, the beginning of the full one.
    pub fn read(&self, tile: Tile) -> Result<Vec<u8>, LogFailure> {
        match fs::read(self.path.join(tile.to_string())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !tile.is_full() => {
                let full = fs::read(self.path.join(tile.full().to_string()))?;
                Ok(match tile.kind {
                    Kind::Hashes(_) => {
                        let hashes = tile::read_hashes(&full, tile.full().width)?;
                        tile::write_hashes(&hashes[..usize::from(tile.width)])
                    }
                    Kind::Entries => {
                        let entries = tile::read_entries(&full, tile.full().width)?;
                        tile::write_entries(&entries[..usize::from(tile.width)])?
                    }
                })
            }
            read => Ok(read?),
        }
    }

    pub fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, LogFailure> {
        Ok(tile::read_hashes(&self.read(tile)?, tile.width)?)
    }

    pub fn entries(&self, tile: Tile) -> Result<Vec<Vec<u8>>, LogFailure> {
        Ok(tile::read_entries(&self.read(tile)?, tile.width)?)
    }

    /// One entry of a log of `size` entries.
    pub fn entry(&self, number: u64, size: u64) -> Result<Vec<u8>, LogFailure> {
        let beyond = LogError::Tile("beyond the tree");
        let bundle = Tile::within(Kind::Entries, number / tile::WIDTH, size);
        let bundle = bundle.ok_or_else(|| beyond.clone())?;
        let place = usize::try_from(number % tile::WIDTH).unwrap_or(usize::MAX);
        let mut entries = self.entries(bundle)?;
        if place >= entries.len() {
            return Err(beyond.into());
        }
        Ok(entries.swap_remove(place))
    }

    /// The note of a sealed month.
    pub fn segment(&self, month: Month) -> Result<Note, LogFailure> {
        Ok(Note::parse(&fs::read_to_string(self.path.join(segment_path(month)))?)?)
    }

    /// The months that have a file, in their order.
    pub fn segments(&self) -> io::Result<Vec<Month>> {
        let names = match fs::read_dir(self.path.join(SEGMENTS)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            names => names?,
        };
        let mut months = Vec::new();
        for it in names {
            months.extend(it?.file_name().to_str().and_then(|it| it.parse::<Month>().ok()));
        }
        months.sort_unstable();
        Ok(months)
    }

    pub fn write_segment(&self, month: Month, note: &str) -> io::Result<()> {
        write_synced(&self.path.join(segment_path(month)), note.as_bytes())
    }

    /// Where the log begins since it was pruned, and the number of the entry that says so: what a reader of the folder
    /// begins with. That entry is what proves it.
    pub fn pruned(&self) -> Result<Option<(u64, Pruned)>, LogFailure> {
        let text = match fs::read_to_string(self.path.join(MINIMUM)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let read = || {
            let mut words = text.strip_suffix('\n')?.split(' ');
            let (minimum, from, number) = (words.next()?, words.next()?, words.next()?);
            let pruned = Pruned { minimum: decimal(minimum)?, from: from.parse().ok()? };
            words.next().is_none().then_some((decimal(number)?, pruned))
        };
        Ok(Some(read().ok_or(LogError::Segment("`minimum` is damaged"))?))
    }

    pub(super) fn write_pruned(&self, number: u64, pruned: &Pruned) -> io::Result<()> {
        write_synced(&self.path.join(MINIMUM), minimum(number, pruned).as_bytes())
    }

    /// Deletes the bundles whose entries all stand before `minimum`. Hashes stay (c2sp.org/tlog-tiles, "Pruning").
    pub(super) fn forget_entries(&self, minimum: u64) -> io::Result<()> {
        let whole = minimum / tile::WIDTH;
        for index in 0..whole {
            let bundle = Tile { kind: Kind::Entries, index, width: 256 };
            gone(fs::remove_file(self.path.join(bundle.to_string())))?;
            gone(fs::remove_dir_all(self.path.join(format!("{bundle}.p"))))?;
        }
        if whole > 0 {
            File::open(self.path.join("tile/entries"))?.sync_all()?;
        }
        Ok(())
    }

    /// Removes partial tiles whose full tile is published (tlog-tiles, "Partial Tiles").
    pub fn forget_partial(&self, old: u64, new: u64) -> io::Result<()> {
        for tile in Tile::of_growth(old, new).into_iter().filter(|it| it.is_full()) {
            gone(fs::remove_dir_all(self.path.join(format!("{tile}.p"))))?;
        }
        Ok(())
    }
}

/// Where the log begins, as [`Folder::pruned`] reads it: the minimum index, the first whole month, the entry that says so.
pub fn minimum(number: u64, pruned: &Pruned) -> String {
    format!("{} {} {number}\n", pruned.minimum, pruned.from)
}

fn segment_path(month: Month) -> String {
    format!("{SEGMENTS}/{month}")
}

/// What is not there need not go.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Through a file beside it: content and names are on the disk when this returns.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    if !folder.is_dir() {
        fs::create_dir_all(folder)?;
        // The names of new folders as well.
        for above in folder.ancestors().skip(1).take(5).filter(|it| it.is_dir()) {
            File::open(above)?.sync_all()?;
        }
    }
    let beside = path.with_extension("unfinished");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(folder)?.sync_all()
}
