//! The connected solutions and how each has been doing.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::join_all;
use senim_core::Timestamp;
use senim_core::solution::{Candidate, Circuit, Fault, Maintenance, order};
use tokio::sync::Semaphore;

use super::builtin::{Builtin, judges};
use super::config::{SolutionConfig, check};
use super::{HttpSolution, Solution};
use crate::app::App;

/// What the configuration connects. Health is this process's own: each finds out for itself.
pub struct Solutions {
    connected: Vec<Connected>,
    judges: Arc<Semaphore>,
}

pub(super) struct Connected {
    pub(super) config: SolutionConfig,
    maintenance: Maintenance,
    /// Absent: the built-in engine, which the app brings.
    http: Option<Arc<HttpSolution>>,
    circuit: Mutex<Circuit>,
}

impl Solutions {
    /// A complaint names the solution and the key.
    pub fn open(solutions: &[SolutionConfig], price_cap_tiyn: u64) -> Result<Self, String> {
        let maintenance = check(solutions, price_cap_tiyn)?;
        let connected = solutions.iter().zip(maintenance).map(|(config, maintenance)| {
            let http = config.url.as_deref().map(|url| {
                HttpSolution::open(url, config.ca.as_deref(), config.timeout())
                    .map_err(|error| format!("`{}`: {error}", config.name))
            });
            Ok(Connected {
                config: config.clone(),
                maintenance,
                http: http.transpose()?.map(Arc::new),
                circuit: Mutex::default(),
            })
        });
        Ok(Self { connected: connected.collect::<Result<_, String>>()?, judges: judges() })
    }

    pub(super) fn get(&self, index: usize) -> Option<&Connected> {
        self.connected.get(index)
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&Connected> {
        self.connected.iter().find(|it| it.config.name == name)
    }

    /// Whom to ask now, and whom next.
    pub(super) fn order(&self, rng: [u8; 32], now: Timestamp) -> Vec<usize> {
        let candidates: Vec<Candidate> = self
            .connected
            .iter()
            .map(|it| Candidate { weight: it.config.weight, ready: it.is_ready(now) })
            .collect();
        order(&candidates, rng)
    }

    /// Whether a solution of this name is connected.
    pub fn has(&self, name: &str) -> bool {
        self.by_name(name).is_some()
    }

    /// Whoever works on pictures waits here.
    pub(crate) fn judges(&self) -> Arc<Semaphore> {
        Arc::clone(&self.judges)
    }
}

impl Connected {
    pub(super) fn is_ready(&self, now: Timestamp) -> bool {
        !self.maintenance.is_on(now) && self.circuit().asked()
    }

    /// The solution itself; the built-in one is not there where no face models were opened.
    pub(super) fn solution(&self, app: &App) -> Result<Arc<dyn Solution>, Fault> {
        if let Some(http) = &self.http {
            return Ok(Arc::clone(http) as Arc<dyn Solution>);
        }
        let faces = app.faces.clone().ok_or(Fault::Unavailable)?;
        Ok(Arc::new(Builtin {
            faces,
            models_dir: app.config.models_dir.clone(),
            clock: Arc::clone(&app.clock),
            rng: Arc::clone(&app.rng),
            judges: app.solutions.judges(),
        }))
    }

    pub(super) fn circuit(&self) -> Circuit {
        *self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn turn(&self, turn: impl FnOnce(Circuit) -> Circuit) {
        let mut circuit = self.circuit.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *circuit;
        *circuit = turn(before);
        if before.asked() != circuit.asked() {
            let (solution, asked) = (self.config.name.as_str(), circuit.asked());
            tracing::warn!(solution, asked, "a biometric solution's health has changed");
        }
    }
}

/// Asks every solution that is not under maintenance how it is.
pub async fn probe(app: &App) {
    let now = app.now();
    let probes = app.solutions.connected.iter().map(async |it| {
        if it.maintenance.is_on(now) {
            return;
        }
        let well = match it.solution(app) {
            Ok(solution) => solution.well().await.is_ok(),
            Err(_) => false,
        };
        it.turn(|circuit| circuit.probed(well, app.now()));
    });
    join_all(probes).await;
}
