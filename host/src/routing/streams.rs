//! The streams that are open to nodes, one each, and what nodes have acknowledged lately.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::feed::Place;
use senim_core::feed::reach::NodeHeard;
use tokio::sync::oneshot;

use crate::app::App;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

/// How often an open stream is noted in the table.
const NOTED_EVERY: TimeDelta = TimeDelta::seconds(1);
/// By how much what other hosts noted may be late, their transactions included.
const NOTED_LATE: TimeDelta = TimeDelta::seconds(2);

#[derive(Debug, Default)]
pub(super) struct Streams {
    nodes: Mutex<BTreeMap<String, Node>>,
    number: AtomicU64,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Node {
    /// Its number, and what ends it.
    open: Option<(u64, oneshot::Sender<()>)>,
    acknowledged: Option<(Place, TimeDelta)>,
    /// Whether the table has what it acknowledged.
    saved: bool,
    noted_at: Option<Timestamp>,
}

/// What is to be written of one node.
type Heard = (String, Option<(Place, TimeDelta)>);

impl Streams {
    /// Notes a stream to this node and ends any before; it is to end when the receiver says so or is closed.
    pub(super) fn open(&self, node: &str) -> (u64, oneshot::Receiver<()>) {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let (cut, is_cut) = oneshot::channel();
        if !self.closed.load(Ordering::SeqCst) {
            self.lock().entry(node.to_owned()).or_default().open = Some((number, cut));
        }
        (number, is_cut)
    }

    /// The stream has ended.
    pub(super) fn ended(&self, node: &str, number: u64) {
        if let Some(node) = self.lock().get_mut(node)
            && node.open.as_ref().is_some_and(|it| it.0 == number)
        {
            node.open = None;
        }
    }

    pub(super) fn acknowledged(&self, node: &str, place: Place, bound: TimeDelta) {
        let mut nodes = self.lock();
        let node = nodes.entry(node.to_owned()).or_default();
        // Requests may overtake each other.
        if node.acknowledged.is_none_or(|it| it.0 < place || it.1 != bound) {
            node.acknowledged = Some((place, bound));
            node.saved = false;
        }
    }

    pub(super) fn cut(&self, node: &str) {
        if let Some(node) = self.lock().get_mut(node) {
            node.open = None;
        }
    }

    pub(super) fn cut_all(&self) {
        self.lock().values_mut().for_each(|it| it.open = None);
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.cut_all();
    }

    /// The nodes to which a stream is open.
    pub(super) fn names(&self) -> Vec<String> {
        let nodes = self.lock();
        nodes.iter().filter(|it| it.1.open.is_some()).map(|it| it.0.clone()).collect()
    }

    /// Writes down what other hosts must know: acknowledgements, and which streams are open.
    pub(super) async fn save(&self, app: &App) -> Result<(), Refusal> {
        let now = app.now();
        let heard: Vec<Heard> = {
            let mut nodes = self.lock();
            let due = nodes.iter_mut().filter_map(|(name, node)| {
                let lately = node.noted_at.is_some_and(|it| now >= it && now - it < NOTED_EVERY);
                let news = !std::mem::replace(&mut node.saved, true) && node.acknowledged.is_some();
                let is_due = news || (node.open.is_some() && !lately);
                is_due.then(|| {
                    node.noted_at = Some(now);
                    (name.clone(), node.acknowledged)
                })
            });
            due.collect()
        };
        if heard.is_empty() {
            return Ok(());
        }
        app.store
            .transact("feed.save_heard", async |tx| {
                for (node, acknowledged) in &heard {
                    store::feed::save_heard(tx, node, *acknowledged, now).await?;
                }
                Ok::<_, Refusal>(())
            })
            .await
    }

    /// The nodes as the table and this host know them. Those that have been suspended for longer than `ago` are left out.
    pub(super) async fn heard(
        &self,
        tx: &mut Tx,
        ago: TimeDelta,
        now: Timestamp,
    ) -> Result<Vec<NodeHeard>, Refusal> {
        let mut nodes = store::feed::nodes(tx, now - ago).await?;
        let here = self.lock();
        for node in &mut nodes {
            node.connected_at = node.connected_at.map(|it| (it + NOTED_LATE).min(now));
            let Some(known) = here.get(&node.name) else { continue };
            if known.open.is_some() {
                node.connected_at = Some(now);
            }
            if let Some((place, bound)) = known.acknowledged
                && node.acknowledged.is_none_or(|it| it <= place)
            {
                node.acknowledged = Some(place);
                node.bound = bound;
            }
        }
        Ok(nodes)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Node>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
