//! The node beside proxies of others, each with one worker: what a request costs, how many there are a second, how late the
//! slowest of a hundred comes at a fixed rate.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures::future::try_join_all;
use reqwest::Client;
use senim_channel::{Identity, client_config};
use senim_tests::client::oauth::details;
use senim_tests::clock::Stopwatch;
use senim_tests::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

#[derive(clap::Args)]
pub(crate) struct Prepare {
    #[arg(long)]
    demo: PathBuf,
    /// Where it goes.
    #[arg(long)]
    dir: PathBuf,
    /// How many tokens that nobody has shown yet.
    #[arg(long, default_value_t = 20_000)]
    tokens: usize,
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Written by `prepare`, with `targets.json`.
    #[arg(long)]
    dir: PathBuf,
    /// How long each target is measured in each round and way.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    #[arg(long, default_value_t = 2)]
    rounds: usize,
    /// Requests at a time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Requests a second of the open loop.
    #[arg(long, default_value_t = 300)]
    rate: u32,
}

/// What the loader needs of the platform.
#[derive(Serialize, Deserialize)]
pub(crate) struct Prepared {
    pub(crate) ca: PathBuf,
    /// The consumer's.
    certificate: PathBuf,
    key: PathBuf,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) token: String,
}

/// Something that answers reads.
#[derive(Deserialize)]
struct Target {
    name: String,
    url: String,
    /// Whose processor time is counted, children included.
    pid: u32,
    /// Whether it looks at the token.
    verifies: bool,
}

pub(crate) async fn prepare(arguments: &Prepare) -> Result<()> {
    let platform = Platform::attach(&arguments.demo).await?;
    let person = platform.person()?;
    let client = platform.consumer_by_certificate()?;
    let asked = details(&person, &[&platform.material.provider_bin]);
    let tokens = client.tokens(&person, &asked).await?;
    let reading = client.reading(&tokens.access, "/accounts");
    let headers = ["x-fapi-auth-date", "x-fapi-customer-ip-address", "x-fapi-interaction-id"];
    let headers = headers
        .iter()
        .filter_map(|it| Some(((*it).to_owned(), reading.header(it)?.to_owned())))
        .collect();
    let write = |name: &str, bytes: &[u8]| {
        let path = arguments.dir.join(name);
        fs::write(&path, bytes).with_context(|| path.display().to_string())
    };
    let prepared = Prepared {
        ca: platform.material.ca_file.clone(),
        certificate: platform.material.by_certificate.certificate.clone(),
        key: platform.material.by_certificate.key.clone(),
        headers,
        token: tokens.access.clone(),
    };
    write("prepared.json", &serde_json::to_vec(&prepared)?)?;

    // What the upstream answers with: a sample bank's own answer.
    let node = platform.http_as(&platform.material.node)?;
    let answer = node
        .get(format!("{}/account-information/v1/accounts", platform.material.provider_url))
        .header("senim-client", &person.iin)
        .header("senim-consumer", &platform.material.consumer_bin)
        .header("senim-consent", &tokens.consent)
        .header("x-fapi-interaction-id", "bench")
        .send()
        .await?;
    ensure!(answer.status() == 200, "the bank answered {}", answer.status());
    write("answer.json", &answer.bytes().await?)?;

    // The claims of a good token under other names: each is seen for the first time.
    let claims = tokens.access.split('.').nth(1).context("no claims")?;
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    claims["exp"] = json!(claims["exp"].as_i64().context("no exp")? + 3_600);
    let key = platform.issuer_key().await?;
    let mut fresh = String::new();
    for number in 0..arguments.tokens {
        claims["jti"] = json!(format!("bench-{number}"));
        fresh.push_str(&key.sign(&claims)?);
        fresh.push('\n');
    }
    write("tokens.txt", fresh.as_bytes())?;

    // The platform's key in the two forms that proxies read.
    let keys = platform.http()?.get(client.at("/jwks")).send().await?.bytes().await?;
    write("jwks.json", &keys)?;
    let keys: Value = serde_json::from_slice(&keys)?;
    write("jwt.pem", spki(&keys["keys"][0])?.as_bytes())?;
    Ok(())
}

/// A P-256 key as PEM (RFC 5480).
fn spki(jwk: &Value) -> Result<String> {
    const HEAD: [u8; 27] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];
    let mut der = HEAD.to_vec();
    for member in ["x", "y"] {
        der.extend(URL_SAFE_NO_PAD.decode(jwk[member].as_str().context("no P-256 key")?)?);
    }
    Ok(format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der)))
}

/// How a target is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Over kept connections, with one token.
    Seen,
    /// Over kept connections, each request with a token of its own.
    New,
    /// Each request over a connection of its own.
    Connections,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Seen => "seen-token",
            Self::New => "new-token",
            Self::Connections => "new-connections",
        }
    }
}

#[derive(Default)]
struct Measured {
    requests: usize,
    seconds: f64,
    cpu_us: f64,
    /// Of the open loop, in microseconds.
    late: Vec<u64>,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let read = |name: &str| {
        let path = arguments.dir.join(name);
        fs::read(&path).with_context(|| path.display().to_string())
    };
    let prepared: Prepared = serde_json::from_slice(&read("prepared.json")?)?;
    let targets: Vec<Target> = serde_json::from_slice(&read("targets.json")?)?;
    let fresh = String::from_utf8(read("tokens.txt")?)?;
    let fresh: Vec<String> = fresh.lines().map(|it| format!("Bearer {it}")).collect();
    let mut next_fresh = vec![0; targets.len()];
    let time = Duration::from_secs(arguments.seconds);
    let load = load_average()?;
    for way in [Way::Seen, Way::New, Way::Connections] {
        let mut measured: Vec<Measured> = targets.iter().map(|_| Measured::default()).collect();
        // Turn by turn, so that none has the machine's better minute.
        for _ in 0..arguments.rounds {
            for (at, target) in targets.iter().enumerate() {
                if way == Way::New && !target.verifies {
                    continue;
                }
                let client = client(&prepared, way)?;
                let tokens = match way {
                    Way::Seen | Way::Connections => vec![format!("Bearer {}", prepared.token)],
                    // Each target sees each token once in all rounds.
                    Way::New => {
                        let share = fresh.len() / arguments.rounds;
                        let from = next_fresh[at];
                        next_fresh[at] += share;
                        fresh[from..from + share].to_vec()
                    }
                };
                let ask = |token: usize| {
                    let request = client
                        .get(&target.url)
                        .header("authorization", &tokens[token % tokens.len()]);
                    prepared
                        .headers
                        .iter()
                        .fold(request, |it, (name, value)| it.header(name, value))
                };
                if way != Way::New {
                    let answer = ask(0).send().await?;
                    ensure!(answer.status() == 200, "{}: {}", target.name, answer.status());
                }
                closed_loop(&ask, (tokens.len(), way), time, arguments, target, &mut measured[at])
                    .await?;
                if way == Way::Seen {
                    open_loop(&ask, time, arguments.rate, &mut measured[at].late).await?;
                }
            }
        }
        for (target, it) in targets.iter().zip(&mut measured) {
            if it.requests > 0 {
                tell(&target.name, way, it, load, arguments.rate);
            }
        }
    }
    Ok(())
}

pub(crate) fn client(prepared: &Prepared, way: Way) -> Result<Client> {
    let identity = Identity { certificate: &prepared.certificate, key: &prepared.key };
    let mut tls = client_config(&prepared.ca, Some(identity))?;
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    let mut builder = Client::builder().use_preconfigured_tls(tls).http1_only();
    if way == Way::Connections {
        builder = builder.pool_max_idle_per_host(0);
    }
    Ok(builder.build()?)
}

async fn closed_loop(
    ask: &(dyn Fn(usize) -> reqwest::RequestBuilder + Sync),
    (tokens, way): (usize, Way),
    time: Duration,
    arguments: &Arguments,
    target: &Target,
    into: &mut Measured,
) -> Result<()> {
    let before = cpu_us(target.pid)?;
    let watch = Stopwatch::start();
    let mut workers = Vec::new();
    for worker in 0..arguments.connections {
        workers.push(async move {
            let mut done = 0;
            let mut token = worker;
            while watch.elapsed() < time {
                // Tokens that were not shown yet come to an end.
                if way == Way::New && token >= tokens {
                    break;
                }
                let answer = ask(token).send().await?;
                ensure!(answer.status() == 200, "{} answered {}", target.name, answer.status());
                answer.bytes().await?;
                done += 1;
                token += arguments.connections;
            }
            Ok::<_, anyhow::Error>(done)
        });
    }
    let done: usize = try_join_all(workers).await?.into_iter().sum();
    into.requests += done;
    into.seconds += watch.elapsed().as_secs_f64();
    into.cpu_us += cpu_us(target.pid)? - before;
    Ok(())
}

/// Connections of the open loop; a request that finds none free waits for it.
const OPEN_CONNECTIONS: usize = 64;

/// Requests at fixed moments, whether earlier ones were answered or not: a wait counts from when its request was due.
pub(crate) async fn open_loop(
    ask: &(dyn Fn(usize) -> reqwest::RequestBuilder + Sync),
    time: Duration,
    rate: u32,
    into: &mut Vec<u64>,
) -> Result<()> {
    let watch = Stopwatch::start();
    let mut answers = JoinSet::new();
    let connections = Arc::new(Semaphore::new(OPEN_CONNECTIONS));
    let step = Duration::from_secs(1) / rate;
    let mut due = Duration::ZERO;
    let mut ticks = tokio::time::interval(step);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    while due < time {
        ticks.tick().await;
        let (request, at, connections) = (ask(0), due, Arc::clone(&connections));
        answers.spawn(async move {
            let _connection = connections.acquire().await?;
            let answer = request.send().await?;
            ensure!(answer.status() == 200, "a read answered {}", answer.status());
            answer.bytes().await?;
            Ok(u64::try_from((watch.elapsed().saturating_sub(at)).as_micros())?)
        });
        due += step;
    }
    while let Some(it) = answers.join_next().await {
        into.push(it??);
    }
    Ok(())
}

/// Processor time of a process and its children, in microseconds.
fn cpu_us(pid: u32) -> Result<f64> {
    let mut total = ticks(pid)?;
    let children = format!("/proc/{pid}/task/{pid}/children");
    for child in fs::read_to_string(children).unwrap_or_default().split_whitespace() {
        total += ticks(child.parse()?)?;
    }
    // Linux counts in hundredths of a second.
    #[expect(clippy::cast_precision_loss, reason = "hundredths of seconds of a bench")]
    Ok(total as f64 * 10_000.0)
}

fn ticks(pid: u32) -> Result<u64> {
    let text = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"))?;
    let after = text.rsplit_once(')').context("stat")?.1;
    let fields: Vec<&str> = after.split_whitespace().collect();
    Ok(fields[11].parse::<u64>()? + fields[12].parse::<u64>()?)
}

pub(crate) fn load_average() -> Result<f64> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').next().context("loadavg")?.parse()?)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
fn tell(name: &str, way: Way, measured: &mut Measured, load: f64, rate: u32) {
    let Measured { requests, seconds, cpu_us, late } = measured;
    let rounded = |it: f64| (it * 10.0).round() / 10.0;
    let mut line = json!({
        "bench": "edge",
        "target": name,
        "way": way.name(),
        "cpu_us_per_request": rounded(*cpu_us / *requests as f64),
        "requests_per_s": rounded(*requests as f64 / *seconds),
        "load_before": load,
    });
    if !late.is_empty() {
        late.sort_unstable();
        let at = late.len() * 99 / 100;
        line["open_loop_p99_ms"] = json!(rounded(late[at.min(late.len() - 1)] as f64 / 1_000.0));
        line["open_loop_rate"] = json!(rate);
    }
    println!("{line}");
}
