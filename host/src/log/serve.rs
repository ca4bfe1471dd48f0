//! `senim witness`: cosigns checkpoints of logs that it knows (c2sp.org/tlog-witness).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use senim_channel::budget::{Caller, Registry};
use senim_channel::clock::Clock;
use senim_channel::{
    ListenerLimits, Places, PlainListener, ServeLimits, read_secret_file, serve_router, stop_asked,
};
use senim_core::jose::sha256;
use senim_core::log::checkpoint::Checkpoint;
use senim_core::log::note::{KeyKind, Note, SigningKey, VerifierKey};
use senim_core::log::witness::{AddCheckpoint, Refused};
use tokio::net::TcpListener;

use super::folder::write_synced;

/// A checkpoint with its proof has about 4 KB.
const BODY_MAX: usize = 64 * 1024;
/// What another size is answered with (tlog-witness).
const SIZE: &str = "text/x.tlog.size";

/// What it signs with, whose logs it knows, and what it has signed last.
pub struct Witness {
    key: SigningKey,
    logs: Vec<VerifierKey>,
    folder: PathBuf,
    /// By origin. Held while a request is judged and what it changes is written.
    last: Mutex<BTreeMap<String, Note>>,
    clock: Arc<dyn Clock>,
}

/// The key in a file of 64 hexadecimal digits, under its owner's name.
pub fn read_key(name: &str, kind: KeyKind, file: &Path) -> anyhow::Result<SigningKey> {
    let text =
        read_secret_file(file).with_context(|| format!("`{}` can't be read", file.display()))?;
    let digits = text.trim();
    ensure!(
        digits.len() == 64 && digits.bytes().all(|it| it.is_ascii_hexdigit()),
        "`{}`: a key is 64 hexadecimal digits, such as `openssl rand -hex 32` makes",
        file.display()
    );
    let mut seed = [0; 32];
    for (at, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16)?;
    }
    Ok(SigningKey::new(name, kind, &seed)?)
}

impl Witness {
    /// `folder` keeps the last checkpoint of each log.
    pub fn open(
        key: SigningKey,
        logs: Vec<VerifierKey>,
        folder: &Path,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut last = BTreeMap::new();
        for log in &logs {
            ensure!(log.kind == KeyKind::Log, "`{}` is not a key of a log", log.name);
            let file = folder.join(file_name(&log.name));
            if file.exists() {
                let note = std::fs::read_to_string(&file)?;
                let note = Note::parse(&note)
                    .with_context(|| format!("`{}` is damaged", file.display()))?;
                let checkpoint: Checkpoint = note.text.parse()?;
                ensure!(checkpoint.origin == log.name, "`{}` is of another log", file.display());
                last.insert(log.name.clone(), note);
            }
        }
        Ok(Self { key, logs, folder: folder.to_owned(), last: Mutex::new(last), clock })
    }

    pub fn public_key(&self) -> &VerifierKey {
        self.key.public()
    }

    /// A cosignature line. The checkpoint is on the disk when this returns.
    fn add_checkpoint(&self, asked: &AddCheckpoint) -> Result<String, Failed> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |note: &Note| note.text.parse::<Checkpoint>().ok();
        let checkpoint = asked
            .judge(&self.logs, |origin| last.get(origin).and_then(read))
            .map_err(Failed::Refused)?;
        let file = self.folder.join(file_name(&checkpoint.origin));
        write_synced(&file, asked.note.to_string().as_bytes()).map_err(Failed::Disk)?;
        last.insert(checkpoint.origin, asked.note.clone());
        let at = u64::try_from(self.clock.now().timestamp()).unwrap_or(0);
        Ok(format!("{}\n", self.key.sign(&asked.note.text, at)))
    }
}

enum Failed {
    Refused(Refused),
    Disk(std::io::Error),
}

/// An origin may hold slashes.
fn file_name(origin: &str) -> String {
    format!("{}.checkpoint", sha256(origin.as_bytes()))
}

/// Runs until SIGTERM or Ctrl-C.
pub async fn serve(listen: SocketAddr, witness: Witness) -> anyhow::Result<()> {
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("can't listen on {listen}"))?;
    tracing::info!(address = %listener.local_addr()?, key = %witness.public_key(), "witnessing");
    let places = Places::open(
        &Registry::default(),
        "witness",
        ListenerLimits { behind_proxies: true, ..ListenerLimits::default() },
        |_| Caller::Participant,
    );
    let (listener, limits) = (PlainListener::new(listener, places), ServeLimits::default());
    serve_router(listener, limits, stop_asked(), routes(witness)).await;
    Ok(())
}

pub fn routes(witness: Witness) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/healthz", get(async || "ok"))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(Arc::new(witness))
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: String) -> Response {
    let Ok(asked) = body.parse::<AddCheckpoint>() else {
        return refused(Refused::Malformed);
    };
    // Signatures and a sync of the disk: not on the runtime's own threads.
    let signed = tokio::task::spawn_blocking(move || witness.add_checkpoint(&asked)).await;
    match signed {
        Ok(Ok(line)) => line.into_response(),
        Ok(Err(Failed::Refused(why))) => refused(why),
        Ok(Err(Failed::Disk(error))) => {
            tracing::error!(%error, "the checkpoint can't be kept, so it is not signed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(error) => {
            tracing::error!(%error, "internal error");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn refused(why: Refused) -> Response {
    tracing::info!(%why, "refused");
    let status = StatusCode::from_u16(why.status()).unwrap_or(StatusCode::BAD_REQUEST);
    match why {
        Refused::Stale(size) | Refused::Fork(size) => {
            (status, [(header::CONTENT_TYPE, SIZE)], format!("{size}\n")).into_response()
        }
        Refused::Malformed | Refused::UnknownLog | Refused::Unsigned | Refused::Inconsistent => {
            (status, format!("{why}\n")).into_response()
        }
    }
}
