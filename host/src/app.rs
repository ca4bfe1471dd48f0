//! The application state: everything a use case can reach.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::{FromRequestParts, State};
use senim_core::Timestamp;
use senim_core::agreement::{Edition, Editions, RuleText, Texts, words as agreement};
use senim_core::consent::{change, words as consent};
use senim_core::journal::{Actor, Event, Subject};
use senim_core::retention::Terms;

use crate::budgets::Budgets;
use crate::config::Config;
use crate::evidence::judge::Judge;
use crate::http::problem::Refusal;
use crate::keys::Keys;
use crate::log::Log;
use crate::measures::Measures;
use crate::messages::Messages;
use crate::outside::soap::SoapRegister;
use crate::outside::source::Source;
use crate::routing::{Etcd, Feed};
use crate::solution::Solutions;
use senim_channel::clock::{Clock, Rng, SystemClock, SystemRng};
use senim_channel::{Identity, Outbound};
use senim_faces::Faces;
use senim_store::seal::Sealer;
use senim_store::{self as store, Store, StoreError};

const CONNECT_WITHIN: Duration = Duration::from_secs(3);

#[derive(Clone, FromRequestParts)]
#[from_request(via(State))]
pub struct App {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub config: Arc<Config>,
    pub keys: Keys,
    /// `None` where no images are judged: commands, and tests of other rooms.
    pub faces: Option<Arc<Faces>>,
    /// With the face models.
    pub judge: Option<Arc<Judge>>,
    pub source: Source,
    pub sealer: Sealer,
    pub messages: Messages,
    /// The way to consumers' endpoints for security events; `None` where nothing is pushed: tests of other rooms.
    pub receivers: Option<Outbound>,
    /// The log of the journal; `None` where this process writes none: commands, hosts without `log_dir`.
    pub log: Option<Arc<Log>>,
    /// What nodes are told.
    pub feed: Arc<Feed>,
    /// Biometric solutions and their health.
    pub solutions: Arc<Solutions>,
    /// Limits on what callers may hold at once.
    pub budgets: Arc<Budgets>,
    pub measures: Arc<Measures>,
    /// The texts that clients agree to now (OPS-9).
    pub editions: Arc<Editions>,
}

impl App {
    /// Opens everything that the configuration names except the face models. Errors name the key.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        let sealer = Sealer::open(&config.master_key_file).context("key `master_key_file`")?;
        let rng = Arc::new(SystemRng);
        let database = config.database_with_password()?;
        let store = Store::open(&database, sealer, rng.clone()).await.map_err(|error| {
            let key = match error {
                StoreError::Sealed { .. } => "key `master_key_file`",
                StoreError::Database(_)
                | StoreError::Migration(_)
                | StoreError::Inconsistent { .. } => "key `database`",
            };
            anyhow::Error::new(error).context(key)
        })?;
        let identity = Identity { certificate: &config.tls_certificate, key: &config.tls_key };
        let receivers = Outbound::https(&config.client_ca, Some(identity), CONNECT_WITHIN)
            .context("keys `client_ca`, `tls_certificate` and `tls_key`")?;
        let app = Self::assemble(config, store, Arc::new(SystemClock), rng).await?;
        Ok(Self { receivers: Some(receivers), ..app })
    }

    pub async fn assemble(
        config: Config,
        store: Store,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> anyhow::Result<Self> {
        let sealer = store.sealer().clone();
        let keys = Keys::open(&store, &sealer, &*rng, clock.now()).await.context(
            "can't unseal the signing keys; check that `master_key_file` is the right one",
        )?;
        let solutions = Solutions::open(&config.solutions, config.solution_price_cap_tiyn)
            .map_err(|why| anyhow::anyhow!("key `solutions`: {why}"))?;
        let editions = publish_rules(&store, config.retention(), clock.now()).await?;
        let tls = config.source_tls.as_ref();
        let source = match &config.source_soap {
            None => Source::open(&config.source_url, tls)
                .context("keys `source_url` and `source_tls`")?,
            Some(soap) => {
                let own = (Arc::clone(&clock), Arc::clone(&rng));
                let register = SoapRegister::open(&config.source_url, tls, soap, own);
                Source::Soap(Arc::new(register.context("key `source_soap`")?))
            }
        };
        let feed = match &config.stream_etcd {
            None => Feed::default(),
            Some(etcd) => Feed::through(Etcd::open(etcd).context("key `stream_etcd`")?),
        };
        Ok(Self {
            editions: Arc::new(editions),
            solutions: Arc::new(solutions),
            source,
            messages: Messages::open(config.sms_url.as_deref(), config.sms_tls.as_ref())
                .context("keys `sms_url` and `sms_tls`")?,
            receivers: None,
            config: Arc::new(config),
            feed: Arc::new(feed),
            budgets: Arc::default(),
            measures: Arc::default(),
            faces: None,
            judge: None,
            log: None,
            store,
            clock,
            rng,
            keys,
            sealer,
        })
    }

    /// Loads the face models and the judge: some seconds of work.
    pub async fn with_faces(mut self) -> anyhow::Result<Self> {
        let config = Arc::clone(&self.config);
        let faces = tokio::task::spawn_blocking(move || {
            Faces::open_with(&config.models_dir, &config.faces_options())
        });
        let faces = faces.await?.context("keys `models_dir`, `onnxruntime` and `faces`")?;
        tracing::info!(runtime = faces.runtime(), "loaded the face models");
        self.faces = Some(Arc::new(faces));
        let config = Arc::clone(&self.config);
        let judge = tokio::task::spawn_blocking(move || {
            Judge::open(&config.judge, config.judge_sha256.as_deref())
        });
        self.judge = Some(Arc::new(judge.await?.context("key `judge`")?));
        Ok(self)
    }

    /// Opens the log and examines all of it; nothing without `log_dir`.
    pub async fn with_log(mut self) -> anyhow::Result<Self> {
        let Some(folder) = &self.config.log_dir else { return Ok(self) };
        let policy = self.config.log_policy()?;
        let origin = self.config.log_origin();
        let mut seed = [0; 32];
        self.rng.fill(&mut seed);
        let log = Log::open(&self.store, folder, policy, &origin, (seed, self.now())).await;
        self.log = Some(Arc::new(log.context("key `log_dir`")?));
        Ok(self)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn faces(&self) -> Result<Arc<Faces>, Refusal> {
        self.faces.clone().ok_or_else(|| Refusal::internal("no face models were opened"))
    }

    pub fn judge(&self) -> Result<Arc<Judge>, Refusal> {
        self.judge.clone().ok_or_else(|| Refusal::internal("no judge was opened"))
    }
}

/// The editions of the texts as this host makes them. What differs from the last edition is a new one, which holds from
/// now on (OPS-9); the journal says so.
pub async fn publish_rules(
    store: &Store,
    terms: Terms,
    now: Timestamp,
) -> Result<Editions, StoreError> {
    let agreement = publish(store, RuleText::UserAgreement, &agreement::texts(terms), now).await?;
    let form = Texts::of(consent::form);
    let consent = publish(store, RuleText::Consent, &form, now).await?;
    let form = Texts::of(change::form);
    let change = publish(store, RuleText::ConsentChange, &form, now).await?;
    Ok(Editions { agreement, consent, change })
}

async fn publish(
    store: &Store,
    rule: RuleText,
    texts: &Texts,
    now: Timestamp,
) -> Result<Edition, StoreError> {
    store
        .transact("agreement.publish", async |tx| {
            let (edition, new) = store::agreement::publish(tx, rule, texts.clone(), now).await?;
            if new {
                let hashes = edition.texts.hashes();
                let event = Event::AgreementPublished { rule, edition: edition.number, hashes };
                let subject = Subject::RuleText(rule);
                store::journal::append(tx, Actor::Platform, subject, event, now).await?;
            }
            Ok(edition)
        })
        .await
}
