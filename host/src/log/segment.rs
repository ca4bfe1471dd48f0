//! Sealing a month: its note is signed, written and synced before its row is committed. A missing file comes back from its row.

use senim_core::log::entry::{Entry, Month};
use senim_core::log::note::Note;
use senim_core::log::segment::Segment;
use senim_core::log::tile::{Kind, Tile, WIDTH};
use senim_core::log::{Hash, LogError};
use senim_store::Store;
use senim_store::segment::{self as segments, Pruning};
use sha2::{Digest as _, Sha256};

use super::{Folder, Log, LogFailure};

impl Log {
    /// The month that begins with the entry `first`, signed and in the folder, if the published log has gone into a later
    /// month. No entry joins a month once there is one of a later month.
    pub fn seal(&self, first: u64) -> Result<Option<(Segment, String)>, LogFailure> {
        let Some(published) = self.published() else { return Ok(None) };
        let last = Month::of_seconds(published.at).ok_or(LogError::Entry("beyond the calendar"))?;
        let Some(month) = self.folder.month(first, published.checkpoint.size, last)? else {
            return Ok(None);
        };
        let segment = Segment {
            origin: self.key.public().name.clone(),
            month: month.month,
            first,
            size: month.size,
            root: self.folder.root(month.size)?,
            index: month.index,
            entries: month.entries,
        };
        let text = segment.to_string();
        let note = Note { signatures: vec![self.key.sign(&text, 0)], text }.to_string();
        self.folder.write_segment(segment.month, &note)?;
        Ok(Some((segment, note)))
    }

    /// Files of sealed months that are missing are written anew from their rows.
    pub(super) async fn restore_segments(&self, store: &Store) -> Result<(), LogFailure> {
        let rows = store.read("log.segments", async |tx| segments::all(tx).await).await?;
        let there = self.folder.segments()?;
        for it in rows.iter().filter(|it| !there.contains(&it.month)) {
            tracing::warn!(month = %it.month, "the file of a sealed month was missing and is written anew");
            self.folder.write_segment(it.month, &it.note)?;
        }
        Ok(())
    }

    /// What was given up goes, once the published checkpoint says so. Another time it finds less to do, or nothing.
    pub(crate) fn forget(&self, pruning: &Pruning) -> Result<(), LogFailure> {
        self.folder.write_pruned(pruning.number, &pruning.pruned)?;
        self.folder.forget_entries(pruning.pruned.minimum)?;
        Ok(())
    }
}

/// All entries of one month.
pub(super) struct MonthEntries {
    pub(super) month: Month,
    pub(super) size: u64,
    pub(super) index: Hash,
    pub(super) entries: Hash,
}

/// Entries of a log one after another, each bundle read once.
struct Reader<'a> {
    folder: &'a Folder,
    size: u64,
    bundle: Option<(u64, Vec<Vec<u8>>)>,
}

impl Reader<'_> {
    fn entry(&mut self, number: u64) -> Result<&[u8], LogFailure> {
        let beyond = || LogFailure::from(LogError::Tile("beyond the tree"));
        let place = number / WIDTH;
        if self.bundle.as_ref().is_none_or(|(at, _)| *at != place) {
            let tile = Tile::within(Kind::Entries, place, self.size).ok_or_else(beyond)?;
            self.bundle = Some((place, self.folder.entries(tile)?));
        }
        let entries = self.bundle.as_ref().map(|(_, entries)| entries);
        let at = usize::try_from(number % WIDTH).unwrap_or(usize::MAX);
        entries.and_then(|it| it.get(at)).map(Vec::as_slice).ok_or_else(beyond)
    }
}

impl Folder {
    /// The month of the entry `first` in a log of `size` entries; `None` if it is `last` or has not ended in it.
    fn month(
        &self,
        first: u64,
        size: u64,
        last: Month,
    ) -> Result<Option<MonthEntries>, LogFailure> {
        let mut reader = Reader { folder: self, size, bundle: None };
        let (mut digest, mut ended) = (Sha256::new(), None::<MonthEntries>);
        for number in first..size {
            let entry = reader.entry(number)?;
            let length = u16::try_from(entry.len()).map_err(|_| LogError::Entry("too long"))?;
            digest.update(length.to_be_bytes());
            digest.update(entry);
            let Entry::Index { at, root, .. } = Entry::decode(entry)? else { continue };
            let of = Month::of_seconds(at).ok_or(LogError::Entry("beyond the calendar"))?;
            match ended {
                Some(ended) if ended.month != of => return Ok(Some(ended)),
                _ if of >= last => return Ok(None),
                _ => {}
            }
            let entries = digest.clone().finalize().into();
            ended = Some(MonthEntries { month: of, size: number + 1, index: root, entries });
        }
        Ok(None)
    }

    /// SHA-256 over the entries from `first` on and before `end`, in a log of `size` entries.
    pub(super) fn digest(&self, first: u64, end: u64, size: u64) -> Result<Hash, LogFailure> {
        let mut reader = Reader { folder: self, size, bundle: None };
        let mut digest = Sha256::new();
        for number in first..end {
            let entry = reader.entry(number)?;
            let length = u16::try_from(entry.len()).map_err(|_| LogError::Entry("too long"))?;
            digest.update(length.to_be_bytes());
            digest.update(entry);
        }
        Ok(digest.finalize().into())
    }
}
