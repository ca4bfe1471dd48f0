//! Uses on this node's own disk, from before their answers leave until the platform has acknowledged them.
//!
//! A segment is a file of JSON lines. One thread writes: it takes all waiting uses, writes them, syncs once, and
//! notifies their callers. After a crash the segments are read again at start. Uses that the platform rejects are set
//! aside and sent again later, since either side may have been updated.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use senim_core::usage::Use;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::memory::locked;

/// The most uses that may wait for the platform. Beyond it the node refuses requests.
const WAITING_MAX: usize = 100_000;
const SEGMENT_BYTES_MAX: usize = 1024 * 1024;
/// The file for uses that the platform rejects.
const REFUSED: &str = "refused.jsonl";
/// The most of these that are sent again at once: more could leave no room for new uses.
const OFFERED_MAX: usize = 10_000;
/// Uses written with one sync.
const GROUP_MAX: usize = 512;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Spool {
    writer: mpsc::Sender<Command>,
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    waiting: Mutex<VecDeque<(u64, Use)>>,
    arrived: Notify,
    /// How many uses are set aside. Locked while their file is read or written.
    refused: Mutex<usize>,
}

enum Command {
    Write(Box<Use>, oneshot::Sender<bool>),
    /// Queue the uses again that were set aside.
    OfferAgain(oneshot::Sender<io::Result<()>>),
    /// Begin another segment with the next use, so that this one can go.
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SpoolError {
    #[error("too many uses wait for the platform")]
    Full,
    #[error("can't write the use")]
    Disk,
}

impl Spool {
    /// Loads the unsent uses of the last run, and starts the writer.
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let next = segments(dir)?.last().map_or(0, |(number, _)| number + 1);
        let again = offer_again(dir, next)?;
        let (waiting, next) = recover(dir)?;
        if !waiting.is_empty() {
            tracing::info!(uses = waiting.len(), "found unsent uses of the last run");
        }
        let shared = Arc::new(Shared {
            dir: dir.to_owned(),
            waiting: Mutex::new(waiting),
            arrived: Notify::new(),
            refused: Mutex::new(again.left),
        });
        let (writer, commands) = mpsc::channel(GROUP_MAX);
        let segments = Segments { shared: Arc::clone(&shared), current: None, next };
        std::thread::Builder::new()
            .name("spool".to_owned())
            .spawn(move || write_all(commands, segments))?;
        Ok(Self { writer, shared })
    }

    pub(crate) fn has_room(&self) -> bool {
        locked(&self.shared.waiting).len() < WAITING_MAX
    }

    /// Returns when the use is on disk.
    pub(crate) async fn put(&self, entry: Use) -> Result<(), SpoolError> {
        if !self.has_room() {
            return Err(SpoolError::Full);
        }
        let (done, on_disk) = oneshot::channel();
        self.writer
            .send(Command::Write(Box::new(entry), done))
            .await
            .map_err(|_| SpoolError::Disk)?;
        match on_disk.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(SpoolError::Disk),
        }
    }

    /// The oldest waiting uses, at most `max`.
    pub(crate) fn oldest(&self, max: usize) -> Vec<Use> {
        locked(&self.shared.waiting).iter().take(max).map(|(_, entry)| entry.clone()).collect()
    }

    pub(crate) fn waiting(&self) -> usize {
        locked(&self.shared.waiting).len()
    }

    /// Removes the oldest `count`, which the platform has acknowledged.
    pub(crate) async fn acknowledged(&self, count: usize) {
        let (first_kept, all_gone) = {
            let mut waiting = locked(&self.shared.waiting);
            let count = count.min(waiting.len());
            let gone = waiting.drain(..count).next_back().map(|(segment, _)| segment);
            match waiting.front() {
                Some((segment, _)) => (*segment, false),
                None => (gone.map_or(0, |it| it + 1), true),
            }
        };
        if all_gone {
            // Only the writer knows whether a segment may still grow, so it removes the file.
            let _ = self.writer.send(Command::Close).await;
        } else {
            self.shared.remove_before(first_kept);
        }
    }

    /// Sets aside the oldest, which the platform rejects. Returns how many are set aside now.
    pub(crate) async fn set_aside(&self) -> io::Result<usize> {
        if let Some(entry) = self.oldest(1).first() {
            self.shared.set_aside(entry)?;
        }
        self.acknowledged(1).await;
        Ok(self.refused())
    }

    /// How many uses are set aside.
    pub(crate) fn refused(&self) -> usize {
        *locked(&self.shared.refused)
    }

    /// Queues the uses again that were set aside.
    pub(crate) async fn offer_again(&self) -> io::Result<()> {
        if self.refused() == 0 {
            return Ok(());
        }
        let (done, offered) = oneshot::channel();
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        self.writer.send(Command::OfferAgain(done)).await.map_err(|_| gone())?;
        offered.await.map_err(|_| gone())?
    }

    pub(crate) async fn arrival(&self) {
        self.shared.arrived.notified().await;
    }
}

impl Shared {
    fn set_aside(&self, entry: &Use) -> io::Result<()> {
        let mut count = locked(&self.refused);
        let mut file = OpenOptions::new().create(true).append(true).open(self.dir.join(REFUSED))?;
        let before = file.metadata()?.len();
        if let Err(error) = file.write_all(&line(entry)?).and_then(|()| file.sync_data()) {
            // The next line must not be appended to a torn one.
            let _ = file.set_len(before);
            return Err(error);
        }
        *count += 1;
        Ok(())
    }

    fn remove_before(&self, first_kept: u64) {
        for (number, path) in segments(&self.dir).unwrap_or_default() {
            if number < first_kept
                && let Err(error) = fs::remove_file(&path)
            {
                // It is sent again after the next start; the platform counts it once.
                tracing::warn!(%error, "can't remove an acknowledged segment");
            }
        }
    }
}

struct Segments {
    shared: Arc<Shared>,
    current: Option<(u64, File, usize)>,
    next: u64,
}

impl Segments {
    fn append(&mut self, lines: &[u8]) -> io::Result<u64> {
        if self.current.as_ref().is_none_or(|(.., size)| *size >= SEGMENT_BYTES_MAX) {
            let path = path_of(&self.shared.dir, self.next);
            let file = OpenOptions::new().create_new(true).append(true).open(path)?;
            // The directory entry must survive a crash too.
            File::open(&self.shared.dir)?.sync_all()?;
            self.current = Some((self.next, file, 0));
            self.next += 1;
        }
        let Some((number, file, size)) = &mut self.current else {
            return Err(io::ErrorKind::NotFound.into());
        };
        file.write_all(lines)?;
        file.sync_data()?;
        *size += lines.len();
        Ok(*number)
    }

    fn offer_again(&mut self) -> io::Result<()> {
        let segment = self.next;
        // New uses go to a later segment, even if this fails.
        self.current = None;
        self.next += 1;
        let mut refused = locked(&self.shared.refused);
        let again = offer_again(&self.shared.dir, segment)?;
        *refused = again.left;
        drop(refused);
        if again.offered > 0 {
            let read = read_segment(segment, &path_of(&self.shared.dir, segment))?;
            locked(&self.shared.waiting).extend(read.into_iter().map(|entry| (segment, entry)));
            self.shared.arrived.notify_one();
        }
        Ok(())
    }

    /// Called when everything was acknowledged; does nothing if a use has arrived since.
    fn close(&mut self) {
        if locked(&self.shared.waiting).is_empty() {
            self.current = None;
            self.shared.remove_before(self.next);
        }
    }
}

fn write_all(mut commands: mpsc::Receiver<Command>, mut segments: Segments) {
    let mut group = Vec::with_capacity(GROUP_MAX);
    while let Some(first) = commands.blocking_recv() {
        let mut next = Some(first);
        let mut after = None;
        while let Some(command) = next {
            match command {
                Command::Write(entry, done) => group.push((*entry, done)),
                Command::OfferAgain(_) | Command::Close => after = Some(command),
            }
            let full = after.is_some() || group.len() >= GROUP_MAX;
            next = if full { None } else { commands.try_recv().ok() };
        }
        if !group.is_empty() {
            write_group(&mut segments, &mut group);
        }
        match after {
            Some(Command::OfferAgain(done)) => {
                // The caller may be gone.
                let _ = done.send(segments.offer_again());
            }
            Some(Command::Close) => segments.close(),
            Some(Command::Write(..)) | None => {}
        }
    }
}

fn write_group(segments: &mut Segments, group: &mut Vec<(Use, oneshot::Sender<bool>)>) {
    let lines: io::Result<Vec<u8>> = group.iter().try_fold(Vec::new(), |mut lines, (entry, _)| {
        lines.extend(line(entry)?);
        Ok(lines)
    });
    match lines.and_then(|lines| segments.append(&lines)) {
        Ok(segment) => {
            let mut waiting = locked(&segments.shared.waiting);
            for (entry, done) in group.drain(..) {
                waiting.push_back((segment, entry));
                // The caller may be gone; the use stays.
                let _ = done.send(true);
            }
            drop(waiting);
            segments.shared.arrived.notify_one();
        }
        Err(error) => {
            tracing::error!(%error, "can't write uses; requests are refused");
            // The file may end in a torn line, so the next use starts a new segment.
            segments.current = None;
            for (_, done) in group.drain(..) {
                let _ = done.send(false);
            }
        }
    }
}

fn line(entry: &Use) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    Ok(line)
}

fn path_of(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("uses-{number:012}.jsonl"))
}

/// In ascending order.
fn segments(dir: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        let number = name.strip_prefix("uses-").and_then(|it| it.strip_suffix(".jsonl"));
        if let Some(number) = number.and_then(|it| it.parse().ok()) {
            found.push((number, path));
        }
    }
    found.sort();
    Ok(found)
}

/// The uses that were set aside, after some were queued again.
struct Again {
    offered: usize,
    left: usize,
}

/// Moves the oldest uses that were set aside to a new segment.
fn offer_again(dir: &Path, segment: u64) -> io::Result<Again> {
    let refused = dir.join(REFUSED);
    let text = match fs::read(&refused) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    // A torn line was never counted as set aside: its use is still in a segment.
    let lines = text.split_inclusive(|&byte| byte == b'\n').filter(|it| it.ends_with(b"\n"));
    let lines: Vec<&[u8]> = lines.collect();
    let (offered, left) = lines.split_at(lines.len().min(OFFERED_MAX));
    if !offered.is_empty() {
        write_whole(dir, &path_of(dir, segment), &offered.concat())?;
        // A crash here leaves them in both files; the platform counts them once.
        if left.is_empty() {
            fs::remove_file(refused)?;
        } else {
            write_whole(dir, &refused, &left.concat())?;
        }
        tracing::warn!(uses = offered.len(), "sending uses again that the platform rejected");
    }
    Ok(Again { offered: offered.len(), left: left.len() })
}

/// Writes the file whole or not at all.
fn write_whole(dir: &Path, path: &Path, text: &[u8]) -> io::Result<()> {
    let part = dir.join("refused.part");
    let mut file = File::create(&part)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(part, path)?;
    File::open(dir)?.sync_all()
}

fn recover(dir: &Path) -> io::Result<(VecDeque<(u64, Use)>, u64)> {
    let mut waiting = VecDeque::new();
    let mut next = 0;
    for (number, path) in segments(dir)? {
        next = number + 1;
        waiting.extend(read_segment(number, &path)?.into_iter().map(|entry| (number, entry)));
    }
    Ok((waiting, next))
}

/// A line that can't be parsed was never acknowledged: the crash came before its sync.
fn read_segment(number: u64, path: &Path) -> io::Result<Vec<Use>> {
    let mut read = Vec::new();
    for line in fs::read(path)?.split(|&byte| byte == b'\n').filter(|it| !it.is_empty()) {
        if let Ok(entry) = serde_json::from_slice(line) {
            read.push(entry);
        } else {
            tracing::warn!(segment = number, "skipped a torn line");
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use senim_core::Timestamp;
    use senim_core::id::UseId;

    use super::*;

    #[tokio::test]
    async fn a_use_survives_a_crash_and_is_gone_once_acknowledged() {
        let dir = fresh_dir();
        let spool = Spool::open(&dir).unwrap();
        for number in 0..5 {
            spool.put(entry(number)).await.unwrap();
        }
        spool.acknowledged(2).await;
        drop(spool);

        let spool = Spool::open(&dir).unwrap();
        // The first two are sent again: one file holds all five.
        assert_eq!(ids(&spool), [0, 1, 2, 3, 4]);
        spool.put(entry(5)).await.unwrap();
        spool.acknowledged(5).await;
        assert_eq!(ids(&spool), [5]);
        assert_eq!(segments(&dir).unwrap().len(), 1);
        spool.acknowledged(1).await;
        spool.put(entry(6)).await.unwrap();
        drop(spool);
        assert_eq!(ids(&Spool::open(&dir).unwrap()), [6]);
    }

    #[tokio::test]
    async fn many_at_once_are_all_on_disk() {
        let dir = fresh_dir();
        let spool = Spool::open(&dir).unwrap();
        let puts: Vec<_> = (0..300)
            .map(|number| {
                let spool = spool.clone();
                tokio::spawn(async move { spool.put(entry(number)).await })
            })
            .collect();
        for put in puts {
            put.await.unwrap().unwrap();
        }
        drop(spool);
        let mut found = ids(&Spool::open(&dir).unwrap());
        found.sort_unstable();
        assert_eq!(found, (0..300).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_torn_line_is_passed_over() {
        let dir = fresh_dir();
        fs::create_dir_all(&dir).unwrap();
        let mut text = line(&entry(1)).unwrap();
        text.extend(&line(&entry(2)).unwrap()[..20]);
        fs::write(path_of(&dir, 7), text).unwrap();
        let spool = Spool::open(&dir).unwrap();
        assert_eq!(ids(&spool), [1]);
        spool.put(entry(3)).await.unwrap();
        assert_eq!(segments(&dir).unwrap().last().unwrap().0, 8);
    }

    #[tokio::test]
    async fn uses_that_the_platform_rejects_are_set_aside() {
        let dir = fresh_dir();
        let spool = Spool::open(&dir).unwrap();
        spool.put(entry(1)).await.unwrap();
        spool.set_aside().await.unwrap();
        assert!(ids(&spool).is_empty());
        assert!(fs::read_to_string(dir.join("refused.jsonl")).unwrap().contains("/accounts"));
        drop(spool);
        let spool = Spool::open(&dir).unwrap();
        // Twice, where the first was not off the disk yet; the platform counts it once.
        let mut again = ids(&spool);
        again.dedup();
        assert_eq!(again, [1], "offered again after the next start");
        assert!(!dir.join("refused.jsonl").exists());
    }

    #[tokio::test]
    async fn uses_that_were_set_aside_are_queued_again_behind_the_waiting_ones() {
        let dir = fresh_dir();
        let spool = Spool::open(&dir).unwrap();
        for number in 1..=3 {
            spool.put(entry(number)).await.unwrap();
        }
        assert_eq!(spool.set_aside().await.unwrap(), 1);
        assert_eq!(spool.set_aside().await.unwrap(), 2);
        assert_eq!((spool.refused(), ids(&spool)), (2, vec![3]));

        spool.offer_again().await.unwrap();
        assert_eq!((spool.refused(), ids(&spool)), (0, vec![3, 1, 2]));
        assert!(!dir.join(REFUSED).exists());
        spool.put(entry(4)).await.unwrap();
        assert_eq!(ids(&spool), [3, 1, 2, 4]);
        spool.acknowledged(1).await;
        assert_eq!(spool.set_aside().await.unwrap(), 1);
        spool.acknowledged(1).await;
        drop(spool);

        let spool = Spool::open(&dir).unwrap();
        let mut left = ids(&spool);
        left.sort_unstable();
        left.dedup();
        assert!(left.ends_with(&[4]) && left.contains(&1), "{left:?}");
        assert_eq!(spool.refused(), 0);
        spool.offer_again().await.unwrap();
    }

    #[tokio::test]
    async fn uses_that_are_sent_again_leave_room_for_new_ones() {
        let dir = fresh_dir();
        fs::create_dir_all(&dir).unwrap();
        let lines = (0..OFFERED_MAX as u128 + 2).map(|it| line(&entry(it)).unwrap());
        fs::write(dir.join(REFUSED), lines.collect::<Vec<_>>().concat()).unwrap();
        let spool = Spool::open(&dir).unwrap();
        assert_eq!((spool.waiting(), spool.refused()), (OFFERED_MAX, 2));
        spool.acknowledged(OFFERED_MAX).await;
        spool.offer_again().await.unwrap();
        assert_eq!(ids(&spool), [OFFERED_MAX as u128, OFFERED_MAX as u128 + 1]);
        assert_eq!(spool.refused(), 0);
    }

    fn ids(spool: &Spool) -> Vec<u128> {
        spool.oldest(usize::MAX).iter().map(|it| it.id.0).collect()
    }

    fn entry(number: u128) -> Use {
        Use {
            id: UseId(number),
            at: Timestamp::from_timestamp(1_800_000_000, 0).unwrap(),
            consent: None,
            consumer: None,
            provider: None,
            data: None,
            attended: Some(true),
            route: "/accounts".to_owned(),
            status: 200,
            problem: None,
            request_bytes: 1,
            answer_bytes: 2,
            total_ms: 3,
            upstream_ms: None,
            gate: None,
        }
    }

    fn fresh_dir() -> PathBuf {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let dir = std::env::temp_dir().join(format!("senim-spool-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        dir
    }
}
