//! Carries the table of frames to etcd. Any host may; the one that does goes on, the others watch whether it does.

use std::time::Duration;

use senim_channel::clock::{Rng as _, SystemRng};
use senim_core::feed::frame::Frame;
use senim_core::feed::{Place, Position};
use senim_core::jose::{sha256, to_base64};
use tokio::time::{sleep, timeout};

use super::client::EtcdError;
use super::{Base, Etcd, Head, KEYS_MAX, PART, RENEWED_EVERY, write_digest};
use crate::app::App;
use crate::routing::source::{Found, Seen, Source as _};

/// How long another host's head may stand before this one takes over.
const QUIET: Duration = Duration::from_millis(600);
/// Frames after a base before there is another.
const BASE_EVERY: u64 = 4096;

/// The head in etcd as this process knows it, and its key's revision.
type Carried = (Head, u64);

impl Etcd {
    /// For ever.
    pub(super) async fn carry(&self, app: &App) {
        let mut carried: Option<Carried> = None;
        let mut failing = false;
        loop {
            if carried.is_some() {
                drop(timeout(RENEWED_EVERY, self.table.woken(app)).await);
            }
            let outcome = match carried.take() {
                Some(known) => self.carry_on(app, Some(known)).await,
                None => self.take_over(app).await,
            };
            match outcome {
                Ok(now) => {
                    if std::mem::take(&mut failing) {
                        tracing::info!("the stream is carried to etcd again");
                    }
                    carried = now;
                }
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::error!(%error, "the stream can't be carried to etcd");
                    }
                    sleep(RENEWED_EVERY).await;
                }
            }
        }
    }

    /// `None`: another host carries.
    async fn take_over(&self, app: &App) -> Result<Option<Carried>, EtcdError> {
        let before = self.head(app).await;
        if let Ok(Some((head, _))) = &before {
            if head.by != self.id {
                sleep(QUIET).await;
            }
            match self.head(app).await? {
                Some((now, _)) if now.renewal != head.renewal || now.chain != head.chain => {
                    return Ok(None);
                }
                found => {
                    let carried = self.carry_on(app, found).await?;
                    if let Some((head, _)) = &carried {
                        tracing::info!(renewal = head.renewal, "carrying the stream to etcd");
                        self.sweep(head).await?;
                    }
                    return Ok(carried);
                }
            }
        }
        // What is not ours is replaced, not continued: the database has everything.
        match before {
            Ok(found) => self.carry_on(app, found).await,
            Err(EtcdError::Foreign(why)) => {
                tracing::error!(why, "what etcd holds is written anew");
                let revision = self.client.get(&self.head_key()).await?.map_or(0, |it| it.revision);
                self.begin(app, revision, None).await
            }
            Err(error) => Err(error),
        }
    }

    /// Adds what has come and renews the head; it began to look after the head that it knows was there.
    async fn carry_on(
        &self,
        app: &App,
        known: Option<Carried>,
    ) -> Result<Option<Carried>, EtcdError> {
        let Some((head, revision)) = known else { return self.begin(app, 0, None).await };
        let since = head.position()?;
        if since.at.seq - head.base.seq >= BASE_EVERY {
            return self.begin(app, revision, Some(head)).await;
        }
        let Seen { found, .. } = self.table(app, Some(since)).await?;
        let end = match found {
            Found::Nothing => since,
            Found::Frames(frames) => {
                for frame in &frames {
                    self.put(since.at.epoch, frame).await?;
                }
                let last = frames.last().map(|it| (it.seq, it.digest()));
                let (seq, digest) = last.unwrap_or((since.at.seq, since.digest));
                Position { at: Place { seq, ..since.at }, digest }
            }
            Found::All(all) if all.0.at < since.at => {
                let (there, here) = (since.at, all.0.at);
                return Err(EtcdError::Ahead(format!(
                    "{}.{} there, {}.{} here; after a restore run `senim node restored`",
                    there.epoch, there.seq, here.epoch, here.seq
                )));
            }
            Found::All(_) => return self.begin(app, revision, Some(head)).await,
        };
        let next = Head {
            renewal: head.renewal + 1,
            by: self.id.clone(),
            seq: end.at.seq,
            digest: write_digest(&end.digest),
            ..head
        };
        self.swap(app, next, revision).await
    }

    /// Writes a base of everything that the table has now, and a head after this one.
    async fn begin(
        &self,
        app: &App,
        revision: u64,
        before: Option<Head>,
    ) -> Result<Option<Carried>, EtcdError> {
        let Seen { found: Found::All(all), .. } = self.table(app, None).await? else {
            return Err(EtcdError::Host("the table has no content".into()));
        };
        let (position, content) = *all;
        let payload = content.snapshot().map_err(|error| EtcdError::Host(error.to_string()))?;
        let name = format!("{:032x}", SystemRng.id());
        let key = self.base_key(&name);
        let parts = payload.chunks(PART);
        let count = parts.len();
        if count > KEYS_MAX {
            return Err(EtcdError::Host("a snapshot is too long".into()));
        }
        for (number, part) in parts.enumerate() {
            self.client.put(&format!("{key}{number:02x}"), part).await?;
        }
        let digest = write_digest(&position.digest);
        let base = Base {
            name,
            parts: count,
            sha256: sha256(&payload),
            seq: position.at.seq,
            digest: digest.clone(),
        };
        let (chain, renewal, former) = match &before {
            Some(it) => (it.chain.clone(), it.renewal + 1, Some(it.base.name.clone())),
            None => (to_base64(&SystemRng.id().to_be_bytes()), 1, None),
        };
        let Place { epoch, seq } = position.at;
        let by = self.id.clone();
        let head = Head { chain, renewal, by, epoch, seq, digest, base, former };
        let carried = self.swap(app, head, revision).await?;
        // Who reads still follows the base before; the one before that is followed by nobody.
        if carried.is_some()
            && let Some(before) = before
        {
            if let Some(former) = &before.former {
                let key = self.base_key(former);
                self.client.delete(&key..&format!("{key}~")).await?;
            }
            let beginning = Place { epoch: 0, seq: 0 };
            let kept = Place { epoch: before.epoch, seq: before.base.seq + 1 };
            self.client.delete(&self.frame_key(beginning, 0)..&self.frame_key(kept, 0)).await?;
        }
        Ok(carried)
    }

    /// `None`: another host was faster.
    async fn swap(
        &self,
        app: &App,
        head: Head,
        revision: u64,
    ) -> Result<Option<Carried>, EtcdError> {
        let signed = app.keys.sign(Head::TYPE, &head, app.now());
        let signed = signed.map_err(|error| EtcdError::Host(error.problem().code().into()))?;
        let swapped = self.client.swap(&self.head_key(), revision, signed.as_bytes()).await?;
        Ok(swapped.map(|revision| (head, revision)))
    }

    async fn put(&self, epoch: u64, frame: &Frame) -> Result<(), EtcdError> {
        // A frame without payload has one part as well.
        let parts = frame.payload.chunks(PART).collect::<Vec<_>>();
        let parts = if parts.is_empty() { vec![&[][..]] } else { parts };
        let count = u8::try_from(parts.len()).ok().filter(|it| usize::from(*it) <= KEYS_MAX);
        let count = count.ok_or_else(|| EtcdError::Host("a frame is too long".into()))?;
        for (number, part) in parts.into_iter().enumerate() {
            let key = self.frame_key(Place { epoch, seq: frame.seq }, number);
            let value = [&[frame.kind.number(), count], part].concat();
            self.client.put(&key, &value).await?;
        }
        Ok(())
    }

    /// Bases that a host left which was not the one to name them.
    async fn sweep(&self, head: &Head) -> Result<(), EtcdError> {
        let (first, beyond) = (self.base_key(""), format!("{}base~", self.prefix));
        let kept = [Some(&head.base.name), head.former.as_ref()];
        for key in self.client.keys_between(&first[..first.len() - 1]..&beyond).await? {
            if kept.iter().flatten().all(|it| !key.starts_with(&self.base_key(it))) {
                self.client.delete(&key..&format!("{key}\0")).await?;
            }
        }
        Ok(())
    }

    async fn table(&self, app: &App, since: Option<Position>) -> Result<Seen, EtcdError> {
        let seen = self.table.look(app, since).await;
        seen.map_err(|error| EtcdError::Host(format!("the table: {}", error.problem().code())))
    }
}
