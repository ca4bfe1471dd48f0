//! The connected solutions and their health.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::join_all;
use senim_core::Timestamp;
use senim_core::solution::{Candidate, Circuit, Fault, Maintenance, Purpose, order};

use super::builtin::{Builtin, WhoseTurn};
use super::config::{SolutionConfig, check};
use super::{HttpSolution, Solution};
use crate::app::App;

/// The configured solutions. Each process tracks health on its own.
pub struct Solutions {
    connected: Vec<Connected>,
}

pub(super) struct Connected {
    pub(super) config: SolutionConfig,
    maintenance: Maintenance,
    /// `None`: the built-in engine, which the app provides.
    http: Option<Arc<HttpSolution>>,
    circuits: Mutex<Circuits>,
}

/// One per purpose, so that failures in photo matching don't close a solution to identity sessions.
#[derive(Clone, Copy, Default)]
struct Circuits {
    session: Circuit,
    liveness: Circuit,
    photo: Circuit,
}

impl Circuits {
    fn of(&mut self, purpose: Purpose) -> &mut Circuit {
        match purpose {
            Purpose::Session => &mut self.session,
            Purpose::Liveness => &mut self.liveness,
            Purpose::Photo => &mut self.photo,
        }
    }
}

impl Solutions {
    /// Errors name the solution and the key.
    pub fn open(solutions: &[SolutionConfig], price_cap_tiyn: u64) -> Result<Self, String> {
        let maintenance = check(solutions, price_cap_tiyn)?;
        let connected = solutions.iter().zip(maintenance).map(|(config, maintenance)| {
            let http = config.url.as_deref().map(|url| {
                HttpSolution::open(url, config.ca.as_deref(), config.timeout())
                    .map_err(|error| format!("`{}`, key `ca`: {error}", config.name))
            });
            Ok(Connected {
                config: config.clone(),
                maintenance,
                http: http.transpose()?.map(Arc::new),
                circuits: Mutex::default(),
            })
        });
        Ok(Self { connected: connected.collect::<Result<_, String>>()? })
    }

    pub(super) fn get(&self, index: usize) -> Option<&Connected> {
        self.connected.get(index)
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&Connected> {
        self.connected.iter().find(|it| it.config.name == name)
    }

    /// The ready solutions in the order to try them.
    pub(super) fn order(&self, purpose: Purpose, rng: [u8; 32], now: Timestamp) -> Vec<usize> {
        let candidates: Vec<Candidate> = self
            .connected
            .iter()
            .map(|it| Candidate { weight: it.config.weight, ready: it.is_ready(purpose, now) })
            .collect();
        order(&candidates, rng)
    }

    /// The solutions to which the next liveness check of a session may go, in the order to try them; `without`: those that
    /// are not asked. `None`: nobody is configured for it, so the built-in engine checks.
    pub(super) fn liveness_order(
        &self,
        without: impl Fn(&str) -> bool,
        rng: [u8; 32],
        now: Timestamp,
    ) -> Option<Vec<usize>> {
        let candidates: Vec<Candidate> = self
            .connected
            .iter()
            .map(|it| Candidate {
                weight: it.config.liveness_weight(),
                ready: it.is_ready(Purpose::Liveness, now) && !without(&it.config.name),
            })
            .collect();
        candidates.iter().any(|it| it.weight > 0).then(|| order(&candidates, rng))
    }

    pub(super) fn builtin(&self) -> Option<&Connected> {
        self.connected.iter().find(|it| it.is_builtin())
    }

    /// The origins of all front parts that may be asked, each once.
    pub fn front_origins(solutions: &[SolutionConfig]) -> Vec<String> {
        let offered = solutions.iter().filter(|it| it.liveness_weight() > 0);
        let mut origins: Vec<String> = offered.filter_map(SolutionConfig::front_origin).collect();
        origins.sort_unstable();
        origins.dedup();
        origins
    }

    /// Whether a solution of this name is connected.
    pub fn has(&self, name: &str) -> bool {
        self.by_name(name).is_some()
    }
}

impl Connected {
    pub(super) fn is_ready(&self, purpose: Purpose, now: Timestamp) -> bool {
        !self.maintenance.is_on(now) && self.circuits().of(purpose).asked()
    }

    /// Whether it runs in this process.
    pub(super) fn is_builtin(&self) -> bool {
        self.http.is_none()
    }

    /// The solution itself; the built-in one is `None` if no face models were opened.
    pub(super) fn solution(&self, app: &App, turn: WhoseTurn) -> Result<Arc<dyn Solution>, Fault> {
        if let Some(http) = &self.http {
            return Ok(Arc::clone(http) as Arc<dyn Solution>);
        }
        let faces = app.faces.clone().ok_or(Fault::Unavailable)?;
        Ok(Arc::new(Builtin {
            faces,
            models_dir: app.config.models_dir.clone(),
            clock: Arc::clone(&app.clock),
            rng: Arc::clone(&app.rng),
            turn,
        }))
    }

    fn circuits(&self) -> Circuits {
        *self.circuits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn turn(&self, purpose: Purpose, turn: impl FnOnce(Circuit) -> Circuit) {
        let mut circuits = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        let circuit = circuits.of(purpose);
        let before = *circuit;
        *circuit = turn(before);
        if before.asked() != circuit.asked() {
            let (solution, ready) = (self.config.name.as_str(), circuit.asked());
            let purpose = purpose.name();
            tracing::warn!(solution, purpose, ready, "a biometric solution's health has changed");
        }
    }
}

/// Probes every solution that is not under maintenance.
pub async fn probe(app: &App) {
    let now = app.now();
    let probes = app.solutions.connected.iter().map(async |it| {
        if it.maintenance.is_on(now) {
            return;
        }
        let turn = WhoseTurn::Waits(app.budgets.inference.clone());
        let well = match it.solution(app, turn) {
            Ok(solution) => solution.well().await.is_ok(),
            Err(_) => false,
        };
        for purpose in Purpose::ALL {
            it.turn(purpose, |circuit| circuit.probed(well, app.now()));
        }
    });
    join_all(probes).await;
}
