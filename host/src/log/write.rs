//! Records become entries: their files are written and synced, then the lock row may be set to them.

use std::collections::BTreeMap;

use senim_core::Timestamp;
use senim_core::log::entry::{Entry, Month, Pruned};
use senim_core::log::tile::{self, Kind, Tile};
use senim_core::log::{Hash, LogError, tree};
use senim_store::log::{Lock, Waiting};
use senim_store::segment::Pruning;

use super::{Log, LogFailure, Pending};

/// What was written and waits for the lock row.
pub struct Batch {
    pub old: Lock,
    pub new: Lock,
    /// Of the pseudonyms in it.
    pub month: Month,
}

impl Log {
    /// Whether the log is where the row says. `Overtaken` if somebody else has written.
    pub fn follow(&self, row: &Lock) -> Result<(), LogFailure> {
        let mut state = self.state();
        if let Some((witness, size)) = state.forked.clone() {
            return Err(LogFailure::Fork(witness, size));
        }
        // The answer to the last commit may have been lost.
        if let Some(it) = state.pending.take().filter(|it| it.lock == *row) {
            (state.lock, state.index) = (it.lock, it.index);
            state.prunings.extend(it.pruning);
        }
        if state.lock == *row { Ok(()) } else { Err(LogFailure::Overtaken) }
    }

    /// Writes entries of `records`, and that of the index behind them. Nothing counts until the row is set to `new`:
    /// [`Log::follow`] then takes it over.
    pub fn write(&self, records: &[Waiting], now: Timestamp) -> Result<Batch, LogFailure> {
        self.write_behind(None, records, now)
    }

    /// Writes the entry that gives up what stands before a minimum index, in the same way.
    pub fn write_pruned(&self, pruned: Pruned, now: Timestamp) -> Result<Batch, LogFailure> {
        self.write_behind(Some(pruned), &[], now)
    }

    fn write_behind(
        &self,
        pruned: Option<Pruned>,
        records: &[Waiting],
        now: Timestamp,
    ) -> Result<Batch, LogFailure> {
        let mut state = self.state();
        let old = state.lock.clone();
        // The clock may have been set back; months never are.
        let now = Timestamp::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now);
        let now = now.max(old.last_at);
        let (at, month) = (u64::try_from(now.timestamp()).unwrap_or(0), Month::of(now));
        let mut index = state.index.clone();
        let mut entries = Vec::new();
        let mut number = old.size;
        if let Some(pruned) = pruned {
            let entry = Entry::Pruned(pruned).encode();
            index.take(number, &entry)?;
            entries.push(entry);
            number += 1;
        }
        for it in records {
            let pseudonym = it.client.as_ref().map(|client| client.key.pseudonym(month));
            let entry = Entry::of_record(&it.record, pseudonym).encode();
            index.take(number, &entry)?;
            entries.push(entry);
            number += 1;
        }
        entries.push(Entry::Index { size: number, at, root: index.root() }.encode());
        let root = self.write_files(old.size, &entries)?;
        let new = Lock { size: number + 1, root, last_at: now, ..old.clone() };
        let pruning =
            pruned.map(|pruned| Pruning { number: old.size, pruned, pruned_at: now, done: false });
        state.pending = Some(Pending { lock: new.clone(), index, pruning });
        Ok(Batch { old, new, month })
    }

    /// The tiles and bundles that grow by `entries`; the root of the whole tree.
    fn write_files(&self, old: u64, entries: &[Vec<u8>]) -> Result<Hash, LogFailure> {
        let new = old + u64::try_from(entries.len()).unwrap_or(0);
        let leaves: Vec<Hash> = entries.iter().map(|it| tree::leaf_hash(it)).collect();
        let added = |place: u64| usize::try_from(place - old).ok();
        let missing = || LogFailure::from(LogError::Tile("a tile below is missing"));
        let mut made = BTreeMap::<Tile, Vec<Hash>>::new();
        for tile in Tile::of_growth(old, new) {
            let places = tile.index * tile::WIDTH..tile.index * tile::WIDTH + u64::from(tile.width);
            let before = Tile::within(tile.kind, tile.index, old);
            let bytes = match tile.kind {
                Kind::Hashes(level) => {
                    let mut hashes = before.map_or(Ok(Vec::new()), |it| self.folder.hashes(it))?;
                    for place in places.skip(hashes.len()) {
                        let hash = match level.checked_sub(1) {
                            None => added(place).and_then(|it| leaves.get(it)).copied(),
                            Some(below) => {
                                let kind = Kind::Hashes(below);
                                let below = Tile { kind, index: place, width: 256 };
                                made.get(&below).and_then(|it| tree::fold(it))
                            }
                        };
                        hashes.push(hash.ok_or_else(missing)?);
                    }
                    let bytes = tile::write_hashes(&hashes);
                    made.insert(tile, hashes);
                    bytes
                }
                Kind::Entries => {
                    let mut all = before.map_or(Ok(Vec::new()), |it| self.folder.entries(it))?;
                    for place in places.skip(all.len()) {
                        let entry = added(place).and_then(|it| entries.get(it));
                        all.push(entry.ok_or_else(missing)?.clone());
                    }
                    tile::write_entries(&all)?
                }
            };
            self.folder.write(tile, &bytes)?;
        }
        self.folder.root(new)
    }
}
