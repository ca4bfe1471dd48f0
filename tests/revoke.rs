//! How long a withdrawal takes from its commit until each node refuses: a real host and real streams over mutual TLS.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures::future::try_join_all;
use senim_channel::clock::{Rng as _, SystemClock, SystemRng, instant, now};
use senim_core::agreement::RuleText;
use senim_core::consent::words::{Agreed, Shown};
use senim_core::consent::{Consent, ConsentState, Data, EndedBy, Limits, Purpose, PurposeCode};
use senim_core::id::{ConsentId, SessionId};
use senim_core::journal::Actor;
use senim_core::routing::Standing;
use senim_host::app::App;
use senim_host::consent::end;
use senim_host::http::problem::Refusal;
use senim_store::seal::Sealer;
use senim_store::{self as store, Store};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::hosted::{Certificates, Following, Hosted};

/// Of each node.
const BOUND: Duration = Duration::from_secs(5);
/// The goal for the 99th of a hundred.
const GOAL_P99_MS: f64 = 250.0;
const CONSUMER: &str = "960440000151";
/// Withdrawals under way; where the machine is too slow for more, the rate that is told is lower than the one asked for.
const WITHDRAWN_AT_ONCE: usize = 8;
/// Rows written in one transaction.
const AT_ONCE: u64 = 50_000;

#[derive(Clone, Debug)]
pub struct Load {
    pub nodes: usize,
    /// Consents in force.
    pub consents: u64,
    pub withdrawals_a_second: u32,
    pub seconds: u32,
    /// `postgres://…` of an empty database; without it, SQLite in a folder of its own.
    pub database: Option<String>,
}

/// One number a withdrawal and node: nanoseconds after the beginning, 0 for not yet.
struct Seen(Vec<AtomicU64>);

pub async fn run(load: &Load) -> Result<Vec<Value>> {
    let folder = std::env::temp_dir().join(format!("senim-revoke-{:x}", rand::random::<u64>()));
    std::fs::create_dir_all(&folder)?;
    // Each node has a disk of its own, and this machine has one: what nodes keep goes into memory where that is a folder.
    let memory = Path::new("/dev/shm");
    let nodes_folder = if memory.is_dir() {
        memory.join(folder.file_name().unwrap_or_default())
    } else {
        folder.join("nodes")
    };
    let certificates = Certificates::make(&nodes_folder)?;
    let sqlite = format!("sqlite:{}", folder.join("revoke.db").display());
    let app = opened(load.database.as_deref().unwrap_or(&sqlite)).await?;
    let count = load.withdrawals_a_second * load.seconds;
    let ids = fill(&app, u64::from(count), load.consents).await?;
    let host = Hosted::serve(app.clone(), &certificates, 0).await?;
    let mut nodes = Vec::new();
    for number in 0..load.nodes {
        let name = format!("edge-{number}");
        nodes.push(Following::start(&host, &certificates, &name, BOUND).await?);
    }
    for node in &nodes {
        until(|| node.feed.fresh().is_some()).await.context("a node is never told anything")?;
    }

    let started = instant();
    let since = move || u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let empty = || (0..count).map(|_| AtomicU64::new(0)).collect();
    let committed = Arc::new(Seen(empty()));
    let seen: Vec<_> = nodes.iter().map(|_| Arc::new(Seen(empty()))).collect();
    let watching: Vec<_> = nodes
        .iter()
        .zip(&seen)
        .map(|(node, seen)| {
            let (feed, seen) = (Arc::clone(&node.feed), Arc::clone(seen));
            let list = app.config.status_list_url();
            tokio::spawn(async move {
                let (mut places, mut first) = (feed.places(), 0);
                while places.changed().await.is_ok() {
                    let Some(snapshot) = feed.fresh() else { continue };
                    let at = since().max(1);
                    for (index, cell) in (0_u64..).zip(&seen.0).skip(first) {
                        if cell.load(Ordering::Relaxed) == 0
                            && snapshot.standing(&list, index) == Standing::Ended
                        {
                            cell.store(at, Ordering::Relaxed);
                        }
                    }
                    while seen.0.get(first).is_some_and(|it| it.load(Ordering::Relaxed) > 0) {
                        first += 1;
                    }
                }
            })
        })
        .collect();

    let mut ticks = interval(Duration::from_secs(1) / load.withdrawals_a_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let at_once = Arc::new(Semaphore::new(WITHDRAWN_AT_ONCE));
    let mut withdrawing = Vec::new();
    for (index, id) in ids.into_iter().enumerate() {
        ticks.tick().await;
        let place = Arc::clone(&at_once).acquire_owned().await?;
        let (app, committed) = (app.clone(), Arc::clone(&committed));
        withdrawing.push(tokio::spawn(async move {
            withdraw(&app, id).await?;
            committed.0[index].store(since().max(1), Ordering::Relaxed);
            drop(place);
            anyhow::Ok(())
        }));
    }
    for done in try_join_all(withdrawing).await? {
        done?;
    }
    let took = started.elapsed();
    let complete = |it: &Arc<Seen>| it.0.iter().all(|it| it.load(Ordering::Relaxed) > 0);
    until(|| seen.iter().all(complete)).await.context("a node never refuses")?;
    watching.iter().for_each(tokio::task::JoinHandle::abort);

    let mut latencies = Vec::new();
    for seen in &seen {
        for (seen, committed) in seen.0.iter().zip(&committed.0) {
            let later = seen.load(Ordering::Relaxed);
            latencies.push(later.saturating_sub(committed.load(Ordering::Relaxed)));
        }
    }
    latencies.sort_unstable();
    drop(nodes);
    host.kill().await;
    app.store.close().await;
    for folder in [folder, nodes_folder] {
        let _ = std::fs::remove_dir_all(folder);
    }
    report(load, &latencies, f64::from(count) / took.as_secs_f64())
}

fn report(load: &Load, sorted: &[u64], a_second: f64) -> Result<Vec<Value>> {
    ensure!(!sorted.is_empty(), "nothing was withdrawn");
    let at = |share: usize| sorted[(sorted.len() - 1) * share / 100];
    let milliseconds = |nanoseconds: u64| {
        (Duration::from_nanos(nanoseconds).as_secs_f64() * 10_000.0).round() / 10.0
    };
    let (p50, p99, max) = (milliseconds(at(50)), milliseconds(at(99)), milliseconds(at(100)));
    let beyond = sorted.iter().filter(|it| Duration::from_nanos(**it) > BOUND).count();
    let machine = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let machine = machine.split(' ').next().unwrap_or_default();
    let line = |metric: &str, value: f64, unit: &str| {
        json!({
            "bench": "revoke", "metric": metric, "value": value, "unit": unit,
            "nodes": load.nodes, "consents": load.consents, "machine_load": machine,
        })
    };
    let mut p99_line = line("commit_to_refusal_p99", p99, "ms");
    p99_line["ok"] = json!(p99 <= GOAL_P99_MS);
    let mut beyond_line = line("beyond_the_bound", f64::from(u32::try_from(beyond)?), "refusals");
    beyond_line["ok"] = json!(beyond == 0);
    Ok(vec![
        line("commit_to_refusal_p50", p50, "ms"),
        p99_line,
        line("commit_to_refusal_max", max, "ms"),
        beyond_line,
        line("withdrawals", (a_second * 10.0).round() / 10.0, "1/s"),
    ])
}

async fn opened(database: &str) -> Result<App> {
    let config = toml::from_str(&format!(
        "database = \"{database}\"\npages_listen = \"127.0.0.1:0\"\npages_url = \"http://localhost:1\"\n\
         servers_listen = \"127.0.0.1:0\"\nissuer = \"https://localhost:2\"\nedge_url = \"https://localhost:3\"\n\
         tls_certificate = \"x\"\ntls_key = \"x\"\nclient_ca = \"x\"\nmaster_key_file = \"x\"\n\
         source_url = \"http://localhost:4\"\nmodels_dir = \"x\"\njudge = \"x\"\n"
    ))?;
    let mut key = [0; 32];
    SystemRng.fill(&mut key);
    let rng = Arc::new(SystemRng);
    let store = Store::open(database, Sealer::new(&key), rng.clone()).await?;
    App::assemble(config, store, Arc::new(SystemClock), rng).await
}

/// Puts consents into the register: `to_withdraw` as the platform writes them, in the first places of the status list, and
/// after them copies of the last one's row, which nobody opens.
async fn fill(app: &App, to_withdraw: u64, all: u64) -> Result<Vec<ConsentId>> {
    let mut ids = Vec::new();
    while (ids.len() as u64) < to_withdraw {
        let some = (to_withdraw - ids.len() as u64).min(500);
        let added = app.store.transact("bench.add", async |tx| {
            let mut added = Vec::new();
            for _ in 0..some {
                let id = ConsentId(SystemRng.id());
                let index = store::consent::allocate_index(tx, now()).await?;
                let consent = requested(id)?.grant(index, "hash".to_owned(), now())?;
                let shown = Shown {
                    rule: RuleText::Consent,
                    edition: Some(1),
                    language: None,
                    agreed: Agreed { kk: Vec::new(), ru: Vec::new() },
                    english: Vec::new(),
                };
                store::consent::add(tx, &consent, SessionId(1), &shown).await?;
                added.push(id);
            }
            Ok::<_, Refusal>(added)
        });
        ids.extend(added.await?);
    }
    let template = ids.last().context("nothing is to be withdrawn")?.to_string();
    let mut next = to_withdraw;
    while next < all {
        let end = (next + AT_ONCE).min(all);
        let copies = format!(
            "WITH RECURSIVE number (i) AS (
                 SELECT CAST({next} AS BIGINT)
                 UNION ALL
                 SELECT i + 1 FROM number WHERE i + 1 < {end}
             )
             INSERT INTO consent (id, grant_id, application, consumer, iin_index, iin_sealed, providers, limits,
                 purpose_code, term_days, requested_at, session_id, shown_sealed, state, granted_at, expires_at,
                 status_index, text_hash)
             SELECT 'copy-' || i, grant_id, application, consumer, iin_index, iin_sealed, providers, limits,
                 purpose_code, term_days, requested_at, session_id, shown_sealed, state, granted_at, expires_at,
                 i, text_hash
               FROM consent, number
              WHERE id = '{template}'"
        );
        let counted = format!("UPDATE consent_index SET next = {end} WHERE name = 'status-list'");
        app.store
            .transact("bench.copy", async |tx| {
                for statement in [&copies, &counted] {
                    sqlx::query(sqlx::AssertSqlSafe(statement.clone()))
                        .execute(tx.conn())
                        .await
                        .map_err(store::StoreError::from)?;
                }
                Ok::<_, store::StoreError>(())
            })
            .await?;
        next = end;
    }
    Ok(ids)
}

fn requested(id: ConsentId) -> Result<Consent, Refusal> {
    let wrong = || Refusal::internal("a constant of the bench is wrong");
    Ok(Consent {
        id,
        grant: id,
        replaces: None,
        application: "bench".to_owned(),
        consumer: CONSUMER.parse().map_err(|_| wrong())?,
        iin: "900101300017".parse().map_err(|_| wrong())?,
        providers: BTreeSet::from([CONSUMER.parse().map_err(|_| wrong())?]),
        limits: Limits { data: BTreeSet::from([Data::Accounts]), ..Limits::default() },
        identity: None,
        purpose: Purpose { code: PurposeCode::AccountAggregation, text: None },
        term_days: Some(90),
        requested_at: now(),
        state: ConsentState::Requested,
    })
}

async fn withdraw(app: &App, id: ConsentId) -> Result<()> {
    app.store
        .transact("bench.withdraw", async |tx| {
            let consent = store::consent::load(tx, id).await?;
            let consent = consent.ok_or_else(|| Refusal::internal("the consent is gone"))?;
            end::end(tx, app, consent, (EndedBy::Client, None), Actor::Client, now()).await
        })
        .await?;
    Ok(())
}

async fn until(holds: impl Fn() -> bool) -> Result<()> {
    for _ in 0..6000 {
        if holds() {
            return Ok(());
        }
        sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("it did not come about in a minute")
}
