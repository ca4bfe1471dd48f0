//! What the journal and its log cost: records written into the log, proofs, the index, a client's history, and searches in
//! a long journal. One JSON line a metric; `cargo xtask bench journal` runs it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use senim_core::Timestamp;
use senim_core::id::{Bin, ConsentId, Iin, PhotoRequestId, UseId};
use senim_core::journal::{Actor, Event, Subject};
use senim_core::log::entry::{ClientKey, Entry, Month};
use senim_core::log::index::Index;
use senim_core::log::policy::Policy;
use senim_core::log::tree::{included, leaf_hash};
use senim_core::receipts::prove;
use senim_host::app::App;
use senim_host::config::Config;
use senim_host::journal::{advance, log_key, of_client};
use senim_store::find::{Sought, find};
use senim_store::{self as store, StoreError, Tx};
use senim_tests::clock::Stopwatch;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Records of the client whose history is measured.
const HISTORY: u64 = 1_000;
/// Records that wait when the clock starts.
const WRITTEN: u64 = 20_000;
const CLIENTS: u64 = 200;
const LEAVES: u64 = 1_000_000;
const PROOFS: u64 = 1_000;
/// Searches of each kind.
const SEARCHES: u64 = 200;
/// Rows of the long journal that are written in one transaction.
const ROWS_A_TRANSACTION: u64 = 50_000;
/// Of the long journal: participants, and records of one client and of one consent.
const BANKS: u64 = 40;
const OF_CLIENT: u64 = 1_000;
const OF_CONSENT: u64 = 250;

#[derive(Parser)]
#[command(about = "Measures the journal and its log")]
struct Arguments {
    /// A configuration made by `senim-world setup`; its database is empty or of an earlier run.
    #[arg(long)]
    config: PathBuf,
    /// Where the log, the history and its policy go.
    #[arg(long)]
    folder: PathBuf,
    /// Rows of the journal that is searched; 0: it is not searched.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
}

// One thread of the runtime: what is written is written on one core, but for the log's files.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    noise();
    index();
    let mut config = Config::read(&arguments.config)?;
    config.log_dir = Some(arguments.folder.join("log"));
    config.log_policy = None;
    let app = App::open(config).await?.with_log().await?;
    let clients = clients(&app).await?;
    written(&app, &clients).await?;
    proofs(&app)?;
    history(&app, &clients[0].1, &arguments.folder).await?;
    if arguments.rows > 0 {
        long(&app, arguments.rows).await?;
        searches(&app, arguments.rows).await?;
    }
    Ok(())
}

fn tell(metric: &str, value: f64, unit: &str, goal: Option<(&str, f64)>) {
    let rounded = (value * 1000.0).round() / 1000.0;
    let mut line = json!({ "bench": "journal", "metric": metric, "value": rounded, "unit": unit });
    if let Some((sign, goal)) = goal {
        line["goal"] = format!("{sign}{goal}").into();
        line["ok"] = (if sign == ">=" { value >= goal } else { value <= goal }).into();
    }
    println!("{line}");
}

/// How much slower the same work is at times: 1 on a quiet machine.
fn noise() {
    let block = vec![7_u8; 16 << 20];
    let mut took: Vec<f64> = (0..9)
        .map(|_| {
            let watch = Stopwatch::start();
            std::hint::black_box(Sha256::digest(&block));
            watch.elapsed().as_secs_f64()
        })
        .collect();
    took.sort_by(f64::total_cmp);
    tell("noise_median_to_best", took[4] / took[0], "ratio", None);
    tell("noise_worst_to_best", took[8] / took[0], "ratio", None);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    if let Some(load) = load.split(' ').next().and_then(|it| it.parse().ok()) {
        tell("noise_load_1min", load, "processes", None);
    }
}

fn micros(took: Duration, times: u64) -> f64 {
    took.as_secs_f64() * 1e6 / precise(times)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench are far below 2^53")]
fn precise(count: u64) -> f64 {
    count as f64
}

fn index() {
    let month = Month::of(Timestamp::UNIX_EPOCH);
    let entries: Vec<Vec<u8>> = (0..LEAVES)
        .map(|it| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&(it % (LEAVES / 20)).to_be_bytes());
            Entry::of_record(&it.to_string(), Some(ClientKey(key).pseudonym(month))).encode()
        })
        .collect();
    let watch = Stopwatch::start();
    let mut index = Index::default();
    for (number, entry) in (0..).zip(&entries) {
        if index.take(number, entry).is_err() {
            unreachable!("entries of records alone");
        }
    }
    std::hint::black_box(index.root());
    let rate = precise(LEAVES) / watch.elapsed().as_secs_f64();
    tell("index_rebuilt", rate, "leaves/s", Some((">=", 1e6)));
}

/// Somebody with a request for photo matching each, so that a record has to be asked whose it is.
async fn clients(app: &App) -> Result<Vec<(PhotoRequestId, Iin)>> {
    let mut clients = Vec::new();
    let mut serial = 0_u64;
    while u64::try_from(clients.len())? < CLIENTS {
        serial += 1;
        if let Ok(iin) = format!("900101{:06}", 300_000 + serial).parse::<Iin>() {
            clients.push((PhotoRequestId(rand::random()), iin));
        }
    }
    let now = app.now();
    let rows = &clients;
    app.store
        .transact("bench.clients", async |tx| {
            for (id, iin) in rows {
                let started = store::matching::Started {
                    id: *id,
                    bin: bin(0),
                    system: "bench".to_owned(),
                    iin: iin.clone(),
                    photo_digest: String::new(),
                    solution: "builtin".to_owned(),
                    personal_data: false,
                    asked_at: now,
                };
                store::matching::add(tx, &started).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(clients)
}

fn bin(number: u64) -> Bin {
    // A check digit that no weight gives is no BIN.
    let mut found = (0..10_000_u64)
        .filter_map(|it| format!("{:012}", 190_340_000_000 + number * 10_000 + it).parse().ok());
    found.next().unwrap_or_else(|| unreachable!("one in eleven has its check digit"))
}

fn used(number: u64, at: Timestamp) -> Event {
    Event::DataRead {
        interaction: UseId(rand::random()),
        at,
        consumer: Some(bin(number % BANKS)),
        provider: Some(bin(number / BANKS % BANKS)),
        attended: Some(true),
        route: "/accounts/{accountId}/transactions".to_owned(),
        status: 200,
        answer_bytes: 4_096 + number % 1_000,
        total_ms: 12,
        upstream_ms: Some(9),
        gate: None,
    }
}

/// Numbered, integrated, synced, in the lock row and published: all that the host's job does.
async fn written(app: &App, clients: &[(PhotoRequestId, Iin)]) -> Result<()> {
    advance(app).await?;
    for from in (0..WRITTEN).step_by(1_000) {
        let now = app.now();
        app.store
            .transact("bench.append", async |tx| {
                for number in from..from + 1_000 {
                    // The first client has a record in each twenty.
                    let of = if number % (WRITTEN / HISTORY) == 0 {
                        0
                    } else {
                        1 + number % (CLIENTS - 1)
                    };
                    let (id, _) = &clients[usize::try_from(of).unwrap_or_default()];
                    let edge = Actor::Edge("edge-1".to_owned());
                    let event = used(number, now);
                    store::journal::append(tx, edge, Subject::PhotoRequest(*id), event, now)
                        .await?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    let watch = Stopwatch::start();
    advance(app).await?;
    let rate = precise(WRITTEN) / watch.elapsed().as_secs_f64();
    tell("records_integrated_and_synced", rate, "records/s", Some((">=", 10_000.0)));
    // One alone: how long it waits for the log.
    let mut alone = Vec::new();
    for number in 0..20 {
        let (now, id) = (app.now(), clients[1].0);
        app.store
            .transact("bench.append", async |tx| {
                let edge = Actor::Edge("edge-1".to_owned());
                let subject = Subject::PhotoRequest(id);
                store::journal::append(tx, edge, subject, used(number, now), now).await
            })
            .await?;
        let watch = Stopwatch::start();
        advance(app).await?;
        alone.push(watch.elapsed().as_secs_f64() * 1e3);
    }
    alone.sort_by(f64::total_cmp);
    tell("one_record_integrated_p50", alone[10], "ms", Some(("<=", 1_000.0)));
    Ok(())
}

fn proofs(app: &App) -> Result<()> {
    let log = app.log.as_ref().context("a log")?;
    let published = log.published().context("a checkpoint")?;
    let (size, root) = (published.checkpoint.size, published.checkpoint.root);
    let numbers: Vec<u64> = (0..PROOFS).map(|it| it * 7_919 % size).collect();
    let watch = Stopwatch::start();
    let made: Vec<_> = numbers
        .iter()
        .map(|it| log.folder().prove_inclusion(*it, size))
        .collect::<Result<_, _>>()?;
    tell("inclusion_proof", micros(watch.elapsed(), PROOFS) / 1e3, "ms", Some(("<=", 1.0)));
    let entries: Vec<_> =
        numbers.iter().map(|it| log.folder().entry(*it, size)).collect::<Result<_, _>>()?;
    let watch = Stopwatch::start();
    let good = numbers.iter().zip(&made).zip(&entries).filter(|((number, proof), entry)| {
        included(&leaf_hash(entry), **number, size, proof, &root)
    });
    let good = good.count();
    tell("inclusion_verified", micros(watch.elapsed(), PROOFS), "us", Some(("<=", 20.0)));
    ensure!(u64::try_from(good)? == PROOFS, "{good} proofs hold");
    Ok(())
}

/// Left in the folder for the browser.
async fn history(app: &App, iin: &Iin, folder: &Path) -> Result<()> {
    let history = of_client(app, iin, None).await.ok().context("a history")?;
    let text = serde_json::to_string(&history)?;
    let policy: Policy = "quorum none\n".parse()?;
    let policy = policy.of_readers(&log_key(app).await?);
    let watch = Stopwatch::start();
    let proven = prove(&serde_json::from_str(&text)?, &policy, None)?;
    let took = watch.elapsed().as_secs_f64() * 1e3;
    tell("history_records", precise(u64::try_from(proven.records.len())?), "records", None);
    tell("history_verified_natively", took, "ms", None);
    std::fs::write(folder.join("history.json"), text)?;
    std::fs::write(folder.join("policy"), policy.to_string())?;
    Ok(())
}

/// Rows as the log's job leaves them, written without it: a row's client, consent and participants follow from its number.
async fn long(app: &App, rows: u64) -> Result<()> {
    let there = app
        .store
        .read("bench.rows", async |tx| {
            let rows = "SELECT COUNT(*) FROM journal WHERE id LIKE 'bench-%'";
            Ok::<_, StoreError>(sqlx::query_scalar::<_, i64>(rows).fetch_one(tx.conn()).await?)
        })
        .await?;
    let there = u64::try_from(there)?;
    let watch = Stopwatch::start();
    let mut from = there;
    while from < rows {
        let until = (from + ROWS_A_TRANSACTION).min(rows);
        app.store.transact("bench.rows", async |tx| insert(tx, from, until).await).await?;
        from = until;
        eprintln!("{from} of {rows} rows");
    }
    if there < rows {
        let rate = precise(rows - there) / watch.elapsed().as_secs_f64();
        tell("rows_generated", rate, "rows/s", None);
    }
    tell("journal_rows", precise(rows), "rows", None);
    Ok(())
}

/// The first row's moment, and how much later each further one comes.
const BEGIN_MS: i64 = 1_700_000_000_000;
const EACH_MS: i64 = 20;

fn moment(number: u64) -> i64 {
    BEGIN_MS + EACH_MS * i64::try_from(number).unwrap_or(i64::MAX)
}

/// Made by the database itself, which is ten times faster than to send them.
async fn insert(tx: &mut Tx, from: u64, until: u64) -> Result<(), StoreError> {
    let cases: Vec<String> = (0..BANKS).map(|it| format!("WHEN {it} THEN '{}'", bin(it))).collect();
    let bank = |number: &str| format!("CASE {number} % {BANKS} {} END", cases.join(" "));
    let statement = format!(
        "-- bench.rows
         INSERT INTO journal (id, at, event, actor, subject, record, consumer, provider, log_number, log_client)
         WITH RECURSIVE numbers(n) AS (
                  SELECT CAST($1 AS BIGINT)
                   UNION ALL
                  SELECT n + 1 FROM numbers WHERE n + 1 < CAST($2 AS BIGINT)
              ), named AS (
                  SELECT n
                       , 'cns_{ZEROES}' || CAST({consent} AS TEXT) AS consent
                       , {consumer} AS consumer
                       , {provider} AS provider
                    FROM numbers
              )
         SELECT 'bench-' || CAST(n AS TEXT)
              , {BEGIN_MS} + n * {EACH_MS}
              , 'data.read'
              , 'edge:edge-1'
              , consent
              , '{{\"v\":1,\"id\":\"bench-' || CAST(n AS TEXT) || '\",\"at\":\"2026-11-01T00:00:00Z\",\"actor\":{{\"edge\":\"edge-1\"}},'
                || '\"subject\":{{\"consent\":\"' || consent || '\"}},\"event\":\"data.read\",\"fields\":{{\"interaction\":\"use_{ZEROES}'
                || CAST(1000000000 + n AS TEXT) || '\",\"at\":\"2026-11-01T00:00:00Z\",\"consumer\":\"' || consumer
                || '\",\"provider\":\"' || provider || '\",\"attended\":true,\"route\":\"/accounts/{{accountId}}/transactions\",'
                || '\"status\":200,\"answer_bytes\":4096,\"total_ms\":12,\"upstream_ms\":9}}}}'
              , consumer
              , provider
              , {BEYOND} + n
              , 'bench-' || CAST({client} AS TEXT)
           FROM named",
        consent = scattered_sql(OF_CONSENT),
        client = scattered_sql(OF_CLIENT),
        consumer = bank("n"),
        provider = bank(&format!("(n / {BANKS})")),
    );
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(i64::try_from(from).unwrap_or(i64::MAX))
        .bind(i64::try_from(until).unwrap_or(i64::MAX))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Before ten digits, in the 32 of an identifier.
const ZEROES: &str = "0000000000000000000000";
/// Numbers in the log beyond those of the real one beside it.
const BEYOND: u64 = 1 << 40;
/// A prime: multiples of another one visit all of its residues, so that neighbours in time are not neighbours in an index.
const PRIME: u64 = 999_999_937;

fn scattered(number: u64, each: u64) -> u64 {
    1_000_000_000 + number / each * 7_919 % PRIME
}

fn scattered_sql(each: u64) -> String {
    format!("(1000000000 + (n / {each}) * 7919 % {PRIME})")
}

fn consent(number: u64) -> Option<ConsentId> {
    format!("cns_{ZEROES}{}", scattered(number, OF_CONSENT)).parse().ok()
}

fn client_index(number: u64) -> String {
    format!("bench-{}", scattered(number, OF_CLIENT))
}

/// Its name, and what is looked for, made of a row's number.
type Kind<'a> = (&'a str, Box<dyn Fn(u64) -> Sought + 'a>);

/// Each kind of search for something else each time.
async fn searches(app: &App, rows: u64) -> Result<()> {
    let time = |number: u64| Timestamp::from_timestamp_millis(moment(number)).unwrap_or_default();
    let all = Sought { limit: 100, ..Sought::default() };
    let kinds: [Kind<'_>; 5] = [
        ("by_consent", Box::new(|it| Sought { consent: consent(it), ..all.clone() })),
        (
            "by_participant",
            Box::new(|it| Sought { participant: Some(bin(it % BANKS)), ..all.clone() }),
        ),
        (
            "by_participant_and_time",
            Box::new(|it| Sought {
                participant: Some(bin(it % BANKS)),
                from: Some(time(it)),
                until: Some(time(it + 100_000)),
                ..all.clone()
            }),
        ),
        (
            "by_time",
            Box::new(|it| Sought {
                from: Some(time(it)),
                until: Some(time(it + 1_000)),
                ..all.clone()
            }),
        ),
        (
            "by_consent_participant_and_time",
            Box::new(|it| Sought {
                consent: consent(it),
                participant: Some(bin(it % BANKS)),
                from: Some(time(it)),
                ..all.clone()
            }),
        ),
    ];
    for (kind, sought) in &kinds {
        let mut took = Vec::new();
        for search in 0..SEARCHES {
            let sought = sought(search.wrapping_mul(0x9e37_79b9_7f4a_7c15) % rows);
            let watch = Stopwatch::start();
            let found = app.store.read("bench.find", async |tx| find(tx, &sought).await).await?;
            took.push(watch.elapsed().as_secs_f64() * 1e3);
            ensure!(!found.is_empty() || sought.participant.is_some(), "nothing found {kind}");
        }
        told(kind, took);
    }
    // A client's index is a keyed hash: the bench's own are looked for by the column.
    let mut took = Vec::new();
    for search in 0..SEARCHES {
        let client = client_index(search.wrapping_mul(0x9e37_79b9_7f4a_7c15) % rows);
        let watch = Stopwatch::start();
        let found = app
            .store
            .read("bench.find", async |tx| store::find::find_indexed(tx, &all, &client).await)
            .await?;
        took.push(watch.elapsed().as_secs_f64() * 1e3);
        ensure!(!found.is_empty(), "nothing found by client");
    }
    told("by_client", took);
    Ok(())
}

fn told(kind: &str, mut took: Vec<f64>) {
    took.sort_by(f64::total_cmp);
    tell(&format!("find_{kind}_p50"), took[took.len() / 2], "ms", None);
    tell(&format!("find_{kind}_max"), took[took.len() - 1], "ms", Some(("<=", 200.0)));
}
