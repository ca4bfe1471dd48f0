//! Where a host reads the stream: from the table of frames itself, or from etcd, which a host with the table keeps full.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use senim_channel::clock;
use senim_core::feed::Position;
use senim_core::feed::content::Content;
use senim_core::feed::frame::Frame;
use senim_core::status::StatusList;
use senim_store::{self as store, FeedNotices, StoreError, Tx};
use tokio::sync::Mutex;
use tokio::time::sleep;

use crate::app::App;
use crate::http::problem::Refusal;

/// How often to look where other processes' commits wake nobody (`SQLite`, or `PostgreSQL` that can't be listened to).
pub(super) const LOOK: Duration = Duration::from_millis(20);
/// How often to try again to listen.
const LISTEN: Duration = Duration::from_millis(500);

pub(super) trait Source: Send + Sync {
    /// What has come since this position.
    fn look<'a>(
        &'a self,
        app: &'a App,
        since: Option<Position>,
    ) -> BoxFuture<'a, Result<Seen, Refusal>>;

    /// Waits until something may have come. One at a time.
    fn woken<'a>(&'a self, app: &'a App) -> BoxFuture<'a, ()>;

    /// What the source itself has to do, for as long as the host serves nodes.
    fn keep<'a>(&'a self, app: &'a App) -> BoxFuture<'a, ()>;
}

pub(super) struct Seen {
    pub(super) found: Found,
    /// Everything that was committed before is in what was found, or was before it.
    pub(super) at: Instant,
}

pub(super) enum Found {
    Nothing,
    Frames(Vec<Frame>),
    /// More was missed than is kept, or the stream is another one.
    All(Box<(Position, Content)>),
}

/// The table of frames, which decides.
#[derive(Default)]
pub(super) struct Table {
    listening: Mutex<Listening>,
}

#[derive(Default)]
struct Listening {
    notices: Option<FeedNotices>,
    tried_at: Option<Instant>,
}

impl Source for Table {
    fn look<'a>(
        &'a self,
        app: &'a App,
        since: Option<Position>,
    ) -> BoxFuture<'a, Result<Seen, Refusal>> {
        Box::pin(async move {
            let at = clock::instant();
            let found = app.store.read("feed.look", async |tx| found(tx, app, since).await).await?;
            Ok(Seen { found, at })
        })
    }

    /// By a commit of this process or by `PostgreSQL`, and by looking where nobody wakes.
    fn woken<'a>(&'a self, app: &'a App) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let appended = app.store.appended();
            let mut listening = self.listening.lock().await;
            listening.listen(app).await;
            let notices = &mut listening.notices;
            let heard = tokio::select! {
                () = appended.notified() => Ok(()),
                heard = next(notices) => heard,
            };
            if heard.is_err() {
                *notices = None;
            }
        })
    }

    fn keep<'a>(&'a self, _: &'a App) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

impl Listening {
    /// A listener that broke is opened again.
    async fn listen(&mut self, app: &App) {
        let now = clock::instant();
        if self.notices.is_some() || self.tried_at.is_some_and(|it| now < it + LISTEN) {
            return;
        }
        self.tried_at = Some(now);
        match app.store.feed_notices().await {
            Ok(notices) => self.notices = notices,
            Err(error) => {
                tracing::warn!(%error, "PostgreSQL's notices can't be heard; looking instead");
            }
        }
    }
}

async fn next(notices: &mut Option<FeedNotices>) -> Result<(), StoreError> {
    let Some(notices) = notices else {
        sleep(LOOK).await;
        return Ok(());
    };
    notices.next().await
}

async fn found(tx: &mut Tx, app: &App, since: Option<Position>) -> Result<Found, StoreError> {
    let head = store::feed::head(tx).await?;
    if let Some(since) = since {
        if since == head {
            return Ok(Found::Nothing);
        }
        if since.at.epoch == head.at.epoch && since.at.seq < head.at.seq {
            let frames = store::feed::frames_after(tx, &since).await?;
            if lead(&frames, &since, &head) {
                return Ok(Found::Frames(frames));
            }
        }
    }
    let facts = store::consent::ended_indices(tx).await?;
    let list = StatusList::new(facts.size, facts.ended).with_changed(facts.changed);
    let content = Content {
        participants: Arc::new(store::participant::registry(tx).await?),
        keys: Arc::new(store::feed::keys(tx).await?),
        list: Arc::new(list),
        list_address: app.config.status_list_url().into(),
    };
    Ok(Found::All(Box::new((head, content))))
}

/// Whether frames, chained to `since`, lead from there towards this end of the stream.
pub(super) fn lead(frames: &[Frame], since: &Position, head: &Position) -> bool {
    let follow = frames.first().is_some_and(|it| it.seq == since.at.seq + 1);
    let gapless = frames.windows(2).all(|it| it[0].seq + 1 == it[1].seq);
    let ends_elsewhere =
        frames.last().is_some_and(|it| it.seq == head.at.seq && it.digest() != head.digest);
    follow && gapless && !ends_elsewhere
}
