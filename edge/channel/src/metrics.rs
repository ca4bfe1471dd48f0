//! What an operator measures of a process, as the text that Prometheus reads, on a listener of its own: nobody who is
//! served can ask for it, and what is measured names no person, participant or key.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use tokio::net::TcpListener;

use crate::budget;
use crate::serve::{ServeLimits, serve_router};

/// <https://prometheus.io/docs/specs/om/open_metrics_spec/>
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All that a process measures. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Mutex<Registry>>);

/// How often something was done, how it ended and how long it took: a histogram of seconds for each name and outcome.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Timings(Family<Done, Histogram>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Done {
    name: String,
    outcome: String,
}

impl Default for Timings {
    fn default() -> Self {
        // From half a millisecond to 16 seconds.
        Self(Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.0005, 2.0, 16))))
    }
}

impl Timings {
    /// `name` and `outcome` come from the program, never from a request: each pair is kept for as long as it runs.
    pub fn add(&self, name: &str, outcome: &str, took: Duration) {
        let done = Done { name: name.to_owned(), outcome: outcome.to_owned() };
        self.0.get_or_create(&done).observe(took.as_secs_f64());
    }
}

impl Metrics {
    /// Every name begins with `senim_`.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Registry::with_prefix("senim"))))
    }

    /// `senim_NAME_seconds`.
    pub fn timings(&self, name: &str, help: &str, timings: &Timings) {
        self.registry(|it| it.register_with_unit(name, help, Unit::Seconds, timings.0.clone()));
    }

    /// Limit, use and refusals of each budget, by its name.
    pub fn budgets(&self, budgets: &budget::Registry) {
        let budgets = Budgets(budgets.clone());
        self.registry(|it| it.register_collector(Box::new(budgets)));
    }

    /// A number for each label, read when somebody asks: lengths of queues, ages.
    pub fn gauges(
        &self,
        name: &'static str,
        help: &'static str,
        label: &'static str,
        read: impl Fn() -> Vec<(String, f64)> + Send + Sync + 'static,
    ) {
        let gauges = Gauges { name, help, label, read: Box::new(read) };
        self.registry(|it| it.register_collector(Box::new(gauges)));
    }

    /// All of it now, in the text format of OpenMetrics 1.0.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        self.registry(|it| encode(&mut text, it)).unwrap_or_default();
        text
    }

    fn registry<T>(&self, work: impl FnOnce(&mut Registry) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Metrics")
    }
}

/// Binds before the process says that it serves. Whoever reaches the address may read: it belongs in the operator's network.
pub async fn metrics_listener(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// `GET /metrics`, until `stop` comes.
pub async fn serve_metrics(
    listener: TcpListener,
    metrics: Metrics,
    stop: impl Future<Output = ()>,
) {
    let answer = move || async move { ([(header::CONTENT_TYPE, MEDIA_TYPE)], metrics.text()) };
    let router = Router::new().route("/metrics", get(answer));
    serve_router(listener, ServeLimits::default(), stop, router).await;
}

#[derive(Debug)]
struct Budgets(budget::Registry);

impl Collector for Budgets {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let meters = self.0.meters();
        let mut gauge = |name, help, of: fn(&budget::Meter) -> u64| {
            let mut family = to.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for it in &meters {
                let value = i64::try_from(of(it)).unwrap_or(i64::MAX);
                ConstGauge::new(value).encode(family.encode_family(&[("budget", &*it.name)])?)?;
            }
            Ok(())
        };
        gauge("budget_limit", "What may be held or done, by budget", |it| it.limit)?;
        let help = "What is held; of a budget by key, what its busiest key holds";
        gauge("budget_in_use", help, |it| it.in_use)?;
        let help = "Refused since the start, by budget";
        let mut family = to.encode_descriptor("budget_refused", help, None, MetricType::Counter)?;
        for it in &meters {
            let counter = ConstCounter::new(it.refused);
            counter.encode(family.encode_family(&[("budget", &*it.name)])?)?;
        }
        Ok(())
    }
}

type Read = Box<dyn Fn() -> Vec<(String, f64)> + Send + Sync>;

struct Gauges {
    name: &'static str,
    help: &'static str,
    label: &'static str,
    read: Read,
}

impl fmt::Debug for Gauges {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.name)
    }
}

impl Collector for Gauges {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let mut family = to.encode_descriptor(self.name, self.help, None, MetricType::Gauge)?;
        for (label, value) in (self.read)() {
            ConstGauge::new(value).encode(family.encode_family(&[(self.label, &*label)])?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn what_is_measured_is_read_as_text_and_nothing_else_is_served() {
        let metrics = Metrics::new();
        let timings = Timings::default();
        metrics.timings("transaction", "Transactions", &timings);
        timings.add("consent.grant", "committed", Duration::from_millis(3));
        let budgets = budget::Registry::default();
        let memory = budgets.budget("memory", 10);
        let _held = memory.take(7).unwrap();
        assert!(memory.take(7).is_err());
        metrics.budgets(&budgets);
        metrics.gauges("queue_length", "Waiting", "queue", || vec![("outbox".to_owned(), 2.0)]);

        let listener = metrics_listener(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve_metrics(listener, metrics, std::future::pending()));
        let get = async |path: &str| {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let text = get("/metrics").await;
        assert!(text.starts_with("HTTP/1.1 200 ") && text.contains(MEDIA_TYPE), "{text}");
        for line in [
            "# TYPE senim_transaction_seconds histogram",
            "senim_transaction_seconds_count{name=\"consent.grant\",outcome=\"committed\"} 1",
            "senim_transaction_seconds_bucket{le=\"0.004\",name=\"consent.grant\",outcome=\"committed\"} 1",
            "senim_budget_limit{budget=\"memory\"} 10",
            "senim_budget_in_use{budget=\"memory\"} 7",
            "senim_budget_refused_total{budget=\"memory\"} 1",
            "senim_queue_length{queue=\"outbox\"} 2.0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
        assert!(get("/").await.starts_with("HTTP/1.1 404 "));
    }
}
