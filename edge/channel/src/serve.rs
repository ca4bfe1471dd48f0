//! Serves connections over HTTP/1.1 and HTTP/2 within limits, and drains them at the end. The same for every listener.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue};
use http::uri::Authority;
use http::{Request, Response, StatusCode, Version};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use senim_core::problem::{Problem, ProblemDocument};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Time limit for HTTP/1.1 headers after the first request of a connection, and for replies to HTTP/2 pings.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Interval of HTTP/2 pings.
const PING: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug)]
pub struct ServeLimits {
    /// From the start of a connection until the headers of its first request have arrived.
    pub first_request: Duration,
    /// How long a connection stays open without a request.
    pub idle: Duration,
    /// Age after which a connection accepts no further requests.
    pub lifetime: Duration,
    /// Grace period of open requests when a connection is closed or the listener stops; then they are aborted.
    pub last_answers: Duration,
    /// Read limit of headers in bytes. Above the service's own limit, so that it can respond with 431.
    pub head_bytes: u32,
    /// Concurrent requests on one HTTP/2 connection.
    pub streams: u32,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            first_request: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            lifetime: Duration::from_hours(1),
            last_answers: Duration::from_secs(10),
            head_bytes: 64 * 1024,
            streams: 100,
        }
    }
}

/// Serves connections until `stop` resolves; returns when all open requests have been answered or aborted.
pub async fn serve<L, A, F, B>(
    mut listener: L,
    limits: ServeLimits,
    stop: impl Future<Output = ()>,
    answer: A,
) where
    L: Listener<Addr: Send + Sync + 'static>,
    A: Fn(Request<Incoming>, Arc<L::Addr>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: hyper::body::Body<Data = Bytes, Error: Into<axum::BoxError>> + Send + 'static,
{
    let builder = builder(&limits);
    let (stopping, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = &mut stop => break,
        };
        let (activity, peer, answer) = (Activity::begin(), Arc::new(peer), answer.clone());
        let seen = Arc::clone(&activity);
        let service = service_fn(move |request: Request<Incoming>| {
            let under_way = UnderWay::begin(&seen);
            let answering = names_its_host(&request).then(|| answer(request, Arc::clone(&peer)));
            async move {
                let answer = match answering {
                    Some(answering) => answering.await.map(|body| {
                        // The request is open until its response body has been sent or dropped.
                        Body::new(body.map_err(move |error| {
                            let _lasts = &under_way;
                            error.into()
                        }))
                    }),
                    None => without_host(),
                };
                Ok::<_, Infallible>(answer)
            }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let mut stopped = stopped.clone();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            let end = Instant::now() + limits.lifetime;
            let mut cut_off = None;
            loop {
                let wake = cut_off.unwrap_or_else(|| activity.look_at(&limits).min(end));
                tokio::select! {
                    ended = connection.as_mut() => {
                        if let Err(error) = ended {
                            tracing::debug!(error, "a connection broke");
                        }
                        return;
                    }
                    _ = stopped.changed(), if cut_off.is_none() => {}
                    () = tokio::time::sleep_until(wake) => {
                        if cut_off.is_some() {
                            tracing::debug!("a connection was aborted");
                            return;
                        }
                        if Instant::now() < end && !activity.is_over(&limits) {
                            continue;
                        }
                        if activity.is_fresh() {
                            tracing::debug!("closed an idle connection that had sent no request");
                            return;
                        }
                    }
                }
                connection.as_mut().graceful_shutdown();
                cut_off = Some(Instant::now() + limits.last_answers);
            }
        });
    }
    drop((listener, stopping));
    while connections.join_next().await.is_some() {}
}

/// The same for a router; handlers find the peer as `ConnectInfo`.
pub async fn serve_router<L: Listener<Addr: Clone + Send + Sync + 'static>>(
    listener: L,
    limits: ServeLimits,
    stop: impl Future<Output = ()>,
    router: Router,
) {
    let router = TowerToHyperService::new(router);
    serve(listener, limits, stop, move |mut request, peer: Arc<L::Addr>| {
        request.extensions_mut().insert(ConnectInfo(L::Addr::clone(&peer)));
        let answering = router.call(request.map(Body::new));
        async move {
            match answering.await {
                Ok(answer) => answer,
                Err(never) => match never {},
            }
        }
    })
    .await;
}

/// SIGTERM or Ctrl-C.
pub async fn stop_asked() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

fn builder(limits: &ServeLimits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(limits.head_bytes as usize)
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(limits.head_bytes)
        .max_concurrent_streams(limits.streams)
        .keep_alive_interval(Some(PING))
        .keep_alive_timeout(HEAD_WITHIN);
    builder
}

/// What happens on a connection.
struct Activity(Mutex<Doing>);

struct Doing {
    under_way: u32,
    fresh: bool,
    /// The start of the connection, or the end of the last request.
    quiet_since: Instant,
}

impl Activity {
    fn begin() -> Arc<Self> {
        let doing = Doing { under_way: 0, fresh: true, quiet_since: Instant::now() };
        Arc::new(Self(Mutex::new(doing)))
    }

    /// When it is due to be closed as idle.
    fn look_at(&self, limits: &ServeLimits) -> Instant {
        let doing = self.locked();
        match (doing.under_way, doing.fresh) {
            (0, true) => doing.quiet_since + limits.first_request,
            (0, false) => doing.quiet_since + limits.idle,
            (1.., _) => Instant::now() + limits.idle,
        }
    }

    fn is_over(&self, limits: &ServeLimits) -> bool {
        let doing = self.locked();
        let quiet = if doing.fresh { limits.first_request } else { limits.idle };
        doing.under_way == 0 && doing.quiet_since.elapsed() >= quiet
    }

    /// Whether no request has arrived yet.
    fn is_fresh(&self) -> bool {
        self.locked().fresh
    }

    fn locked(&self) -> MutexGuard<'_, Doing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request from its headers to the end of its response body.
struct UnderWay(Arc<Activity>);

impl UnderWay {
    fn begin(activity: &Arc<Activity>) -> Self {
        let mut doing = activity.locked();
        doing.under_way += 1;
        doing.fresh = false;
        drop(doing);
        Self(Arc::clone(activity))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut doing = self.0.locked();
        doing.under_way = doing.under_way.saturating_sub(1);
        doing.quiet_since = Instant::now();
    }
}

/// RFC 9112 §3.2. In HTTP/2 the authority replaces it, which the library checks.
fn names_its_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => request.version() != Version::HTTP_11,
        (Some(one), None) => {
            one.to_str().is_ok_and(|it| !it.contains('@') && it.parse::<Authority>().is_ok())
        }
        (Some(_), Some(_)) => false,
    }
}

fn without_host() -> Response<Body> {
    let document = ProblemDocument::of(Problem::RequestMalformed)
        .detail(Some("send one Host header with the address that is asked"));
    let mut answer = Response::new(Body::from(document.body()));
    *answer.status_mut() = StatusCode::BAD_REQUEST;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(ProblemDocument::MEDIA_TYPE));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

#[cfg(test)]
mod tests {
    use std::io;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::sync::{mpsc, oneshot};

    use super::*;

    /// A connection still open after this counts as not closed.
    const FAILED: Duration = Duration::from_secs(5);
    const HEAD: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    #[tokio::test]
    async fn an_idle_connection_is_closed() {
        let (connect, _stop) = served(async |_| "well".to_owned());
        let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        let settings = format!("{preface}\0\0\0\x04\0\0\0\0\0");
        for said in ["", "G", &HEAD[..20], &preface[..16], preface, &settings] {
            let mut stream = connect();
            stream.write_all(said.as_bytes()).await.unwrap();
            rest(&mut stream).await;
        }
    }

    #[tokio::test]
    async fn a_connection_without_further_requests_is_closed() {
        let (connect, _stop) = served(async |_| "well".to_owned());
        let mut stream = connect();
        stream.write_all(HEAD.as_bytes()).await.unwrap();
        assert!(rest(&mut stream).await.contains("200 OK"));
    }

    #[tokio::test]
    async fn a_connection_ends_with_its_lifetime_however_busy_it_is() {
        let (connect, _stop) = served(async |_| "well".to_owned());
        let mut stream = connect();
        let mut answer = [0; 4096];
        let busy = async {
            while stream.write_all(HEAD.as_bytes()).await.is_ok() {
                if matches!(stream.read(&mut answer).await, Ok(0) | Err(_)) {
                    break;
                }
            }
        };
        tokio::time::timeout(FAILED, busy).await.unwrap();
    }

    #[tokio::test]
    async fn a_request_under_way_outlasts_the_idle_time_and_the_stop() {
        let (begun, mut begins) = mpsc::unbounded_channel();
        let (connect, stop) = served(move |_| {
            begun.send(()).unwrap();
            async {
                tokio::time::sleep(limits().idle * 2).await;
                "late".to_owned()
            }
        });
        let mut stream = connect();
        stream.write_all(HEAD.as_bytes()).await.unwrap();
        begins.recv().await.unwrap();
        stop.send(()).unwrap();
        assert!(rest(&mut stream).await.ends_with("late"));
    }

    #[tokio::test]
    async fn a_request_that_does_not_end_is_cut_off_after_the_stop() {
        let (begun, mut begins) = mpsc::unbounded_channel();
        let (connect, stop) = served(move |_| {
            begun.send(()).unwrap();
            std::future::pending()
        });
        let mut stream = connect();
        stream.write_all(HEAD.as_bytes()).await.unwrap();
        begins.recv().await.unwrap();
        stop.send(()).unwrap();
        assert_eq!(rest(&mut stream).await, "");
    }

    #[tokio::test]
    async fn a_request_of_http_1_1_names_one_host() {
        let (connect, _stop) = served(async |_| "well".to_owned());
        for (hosts, status) in [
            ("Host: localhost:8443\r\n", "200"),
            ("host: 127.0.0.1\r\n", "200"),
            ("", "400"),
            ("Host:\r\n", "400"),
            ("Host: a b\r\n", "400"),
            ("Host: a@b\r\n", "400"),
            ("Host: a\r\nHost: a\r\n", "400"),
        ] {
            let mut stream = connect();
            let head = format!("GET / HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            let answer = rest(&mut stream).await;
            assert_eq!(answer.split(' ').nth(1), Some(status), "{hosts:?}: {answer}");
            assert_eq!(answer.contains("request.malformed"), status == "400");
        }
    }

    /// Far below the limit at which the library itself closes a connection.
    fn limits() -> ServeLimits {
        ServeLimits {
            first_request: Duration::from_millis(60),
            idle: Duration::from_millis(80),
            lifetime: Duration::from_millis(400),
            last_answers: Duration::from_millis(300),
            ..ServeLimits::default()
        }
    }

    /// In-memory connections to a listener with this service.
    fn served<F: Future<Output = String> + Send + 'static>(
        answer: impl Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    ) -> (impl Fn() -> DuplexStream, oneshot::Sender<()>) {
        let (connect, streams) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            // A test that does not stop it drops the sender.
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::spawn(serve(InMemory(streams), limits(), stopped, move |request, _| {
            let answer = answer(request);
            async move { Response::new(http_body_util::Full::<Bytes>::from(answer.await)) }
        }));
        let connect = move || {
            let (ours, theirs) = duplex(64 * 1024);
            connect.send(theirs).unwrap();
            ours
        };
        (connect, stop)
    }

    async fn rest(stream: &mut DuplexStream) -> String {
        let mut all = Vec::new();
        // An aborted connection may end in an error.
        let _ = tokio::time::timeout(FAILED, stream.read_to_end(&mut all)).await.unwrap();
        String::from_utf8_lossy(&all).into_owned()
    }

    struct InMemory(mpsc::UnboundedReceiver<DuplexStream>);

    impl Listener for InMemory {
        type Io = DuplexStream;
        type Addr = ();

        async fn accept(&mut self) -> (DuplexStream, ()) {
            match self.0.recv().await {
                Some(stream) => (stream, ()),
                None => std::future::pending().await,
            }
        }

        fn local_addr(&self) -> io::Result<()> {
            Ok(())
        }
    }
}
