//! The log that the journal's records are committed to: C2SP tlog-tiles in a folder, checkpoints cosigned by witnesses.
//!
//! ```text
//! records ──write──▶ files, synced ──▶ lock row, compared and set ──publish──▶ witnesses ──▶ checkpoint in the folder
//! ```
//!
//! A folder has one writer. The log is as long as the lock row says: what lies in the folder beyond it was never
//! committed. A folder that is shorter, or that says otherwise than the row, is refused at the start, and so is a row
//! that is behind what the folder or a witness has already seen.

mod ask;
mod examine;
mod folder;
mod publish;
mod segment;
pub mod serve;
mod write;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use senim_channel::Outbound;
use senim_core::Timestamp;
use senim_core::log::checkpoint::Checkpoint;
use senim_core::log::entry::{Entry, Pruned};
use senim_core::log::index::Index;
use senim_core::log::note::{KeyKind, Note, SigningKey, VerifierKey};
use senim_core::log::policy::Policy;
use senim_core::log::{Hash, LogError, tile, tree};
use senim_store::log::Lock;
use senim_store::segment::{self as segments, Pruning};
use senim_store::{self as store, Failure, Store, StoreError};

pub use examine::{Examined, Extent, Fault, examine, examine_published, examine_segments};
pub use folder::{Folder, minimum};
pub use write::Batch;

const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// Why the log does not go on.
#[derive(Debug, thiserror::Error)]
pub enum LogFailure {
    #[error("the log's folder: {0}")]
    Io(#[from] std::io::Error),
    #[error("another process writes this log; one folder has one writer")]
    Taken,
    #[error(transparent)]
    Read(#[from] LogError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the log's folder is damaged or older than the database: {0}")]
    Damaged(Fault),
    #[error(
        "a checkpoint of {published} entries was published and the database knows of {known}: it was restored from an \
         older backup, or belongs to another log"
    )]
    OldDatabase { published: u64, known: u64 },
    #[error("the published checkpoint is of another log, or was altered")]
    Checkpoint,
    #[error("another process wrote into the log; this one stops writing")]
    Overtaken,
    #[error(
        "the witness `{0}` has seen another or a longer log ({1} entries): this one was restored from an older backup"
    )]
    Fork(String, u64),
    #[error("too few witnesses cosigned the checkpoint; it is published when they answer")]
    Unwitnessed,
    #[error("the log was pruned while it was examined; begin again")]
    PrunedMeanwhile,
    #[error("the connection to witnesses can't be made: {0}")]
    Channel(#[from] senim_channel::ChannelError),
}

/// The log of this process.
pub struct Log {
    folder: Folder,
    key: SigningKey,
    policy: Policy,
    outbound: Outbound,
    state: Mutex<State>,
    published: RwLock<Option<Arc<Published>>>,
    witnessed: Mutex<ask::Witnessed>,
    /// Held while something is written: jobs take turns.
    writing: tokio::sync::Mutex<()>,
}

struct State {
    lock: Lock,
    index: Index,
    /// Each time that the log was pruned, in its order.
    prunings: Vec<Pruning>,
    /// Written into the folder; whether it was committed, the lock row says.
    pending: Option<Pending>,
    /// A fork was seen: nothing is written any more.
    forked: Option<(String, u64)>,
}

struct Pending {
    lock: Lock,
    index: Index,
    pruning: Option<Pruning>,
}

/// What everybody may read.
pub struct Published {
    /// With all signatures.
    pub note: Note,
    pub checkpoint: Checkpoint,
    /// Of the index's last entry, in Unix seconds.
    pub at: u64,
    /// As of the checkpoint.
    pub index: Index,
    /// Where the log of this checkpoint begins, if it was pruned.
    pub pruned: Option<Pruning>,
}

impl Published {
    /// The first entry that the log still has.
    pub fn minimum(&self) -> u64 {
        self.pruned.map_or(0, |it| it.pruned.minimum)
    }
}

impl Log {
    /// Examines all of the folder. A log is begun under the name `origin` where there is none yet.
    pub async fn open(
        store: &Store,
        folder: &Path,
        policy: Policy,
        origin: &str,
        fresh: (Hash, Timestamp),
    ) -> Result<Self, LogFailure> {
        let folder = Folder::open(folder)?;
        let (lock, key) = begin(store, origin, fresh).await?;
        let note = folder.checkpoint()?;
        let checkpoint = note.as_ref().map(|it| signed(it, key.public())).transpose()?;
        if let Some(it) = checkpoint.as_ref().filter(|it| it.size > lock.size) {
            return Err(LogFailure::OldDatabase { published: it.size, known: lock.size });
        }
        let published_size = checkpoint.as_ref().map_or(0, |it| it.size);
        let prunings = store.read("log.prunings", async |tx| segments::prunings(tx).await).await?;
        // Entries are deleted once a checkpoint says so, and not before.
        let begins = begins(&prunings, published_size);
        let extent = Extent { size: lock.size, root: lock.root, begins };
        let mut examined = examine(&folder, extent, published_size);
        if !examined.faults.is_empty() {
            return Err(LogFailure::Damaged(examined.faults.swap_remove(0)));
        }
        let published = match (note, checkpoint) {
            (Some(note), Some(checkpoint)) => {
                let root = folder.root(checkpoint.size)?;
                if root != checkpoint.root {
                    return Err(LogFailure::Checkpoint);
                }
                let at = folder.last_index(checkpoint.size)?;
                let (pruned, index) = (last_in(&prunings, checkpoint.size), examined.earlier);
                Some(Arc::new(Published { note, checkpoint, at, index, pruned }))
            }
            _ => None,
        };
        let outbound = Outbound::http_or_https(None, CONNECT_WITHIN)?;
        let log = Self {
            folder,
            key,
            policy,
            outbound,
            state: Mutex::new(State {
                lock,
                index: examined.index,
                prunings,
                pending: None,
                forked: None,
            }),
            published: RwLock::new(published),
            witnessed: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
        };
        log.restore_segments(store).await?;
        log.greet().await?;
        Ok(log)
    }

    /// For a policy: `name+id+key`.
    pub fn public_key(&self) -> &VerifierKey {
        self.key.public()
    }

    /// What a reader of this log trusts.
    pub fn readers_policy(&self) -> Policy {
        self.policy.of_readers(self.key.public())
    }

    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    pub fn published(&self) -> Option<Arc<Published>> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When the log began.
    pub fn began_at(&self) -> Timestamp {
        self.state().lock.began_at
    }

    /// Entries that are committed and not published yet.
    pub fn unpublished(&self) -> u64 {
        let size = self.state().lock.size;
        size - self.published().map_or(0, |it| it.checkpoint.size).min(size)
    }

    /// The turn to write. Whoever holds it alone writes.
    pub async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.writing.lock().await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a log that takes another's place: no other has it.
pub fn name_after(origin: &str, now: Timestamp) -> String {
    format!("{origin}/{}", now.format("%Y%m%dT%H%M%S"))
}

/// The log's lock row and key. They are made where there are none, of 32 random bytes and the present moment.
pub async fn begin(
    store: &Store,
    origin: &str,
    (seed, now): (Hash, Timestamp),
) -> Result<(Lock, SigningKey), LogFailure> {
    let now = Timestamp::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now);
    let begun = Lock {
        origin: origin.to_owned(),
        size: 0,
        root: tree::empty_root(),
        began_at: now,
        last_at: now,
    };
    let (lock, seed) = store
        .transact("log.begin", async |tx| {
            let lock = store::log::open(tx, begun.clone()).await?;
            Ok::<_, StoreError>((lock, store::log::key(tx, seed).await?))
        })
        .await?;
    let key = SigningKey::new(&lock.origin, KeyKind::Log, &seed)?;
    Ok((lock, key))
}

impl Failure for LogFailure {
    fn store(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

/// From where on the entries of a log are there of which `published` entries are published: they are deleted once a checkpoint
/// says so, and not before.
pub(crate) fn begins(prunings: &[Pruning], published: u64) -> Option<(u64, Pruned)> {
    let last =
        last_in(prunings, published).or_else(|| prunings.iter().rfind(|it| it.done).copied());
    last.map(|it| (it.number, it.pruned))
}

fn last_in(prunings: &[Pruning], size: u64) -> Option<Pruning> {
    prunings.iter().rfind(|it| it.number < size).copied()
}

/// The checkpoint, if this key signed it.
fn signed(note: &Note, key: &VerifierKey) -> Result<Checkpoint, LogFailure> {
    let checkpoint: Checkpoint = note.text.parse()?;
    if checkpoint.origin != key.name || note.signed_by(key)?.is_none() {
        return Err(LogFailure::Checkpoint);
    }
    Ok(checkpoint)
}

impl Folder {
    /// The root of the tree of `size` leaves, from its tiles.
    pub fn root(&self, size: u64) -> Result<Hash, LogFailure> {
        tree::root(size, &mut self.subtrees(size))
    }

    pub fn prove_inclusion(&self, number: u64, size: u64) -> Result<Vec<Hash>, LogFailure> {
        tree::prove_inclusion(number, size, &mut self.subtrees(size))
    }

    pub fn prove_consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LogFailure> {
        tree::prove_consistency(old, new, &mut self.subtrees(new))
    }

    fn subtrees(&self, size: u64) -> impl FnMut(u8, u64) -> Result<Hash, LogFailure> {
        let mut read = |it| self.hashes(it);
        move |level, index| tile::subtree(level, index, size, &mut read)
    }

    /// When the entry of the index that ends a log of `size` entries was made, in Unix seconds.
    fn last_index(&self, size: u64) -> Result<u64, LogFailure> {
        let last = size.checked_sub(1).ok_or(LogError::Entry("the log has none"))?;
        match Entry::decode(&self.entry(last, size)?)? {
            Entry::Index { at, .. } => Ok(at),
            Entry::Record { .. } | Entry::Pruned(_) => {
                Err(LogError::Entry("the log does not end with its index").into())
            }
        }
    }
}
