//! Everything outside Senim that the demo and the tests need: sample banks, a state register, an SMS
//! gateway, a vendor's biometric solution. Each speaks its real protocol and says that it is a sample.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use senim_channel::budget::{Caller, Registry};
use senim_channel::{ListenerLimits, Places, PlainListener, ServeLimits, serve_router};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::consumer::Keeping;
use crate::provider::Faults;
use crate::register::People;
use crate::settings::Settings;
use crate::sms::Outbox;

pub mod cast;
pub(crate) mod civil;
pub mod clock;
pub(crate) mod consumer;
pub(crate) mod face;
pub(crate) mod outside;
pub(crate) mod page;
pub mod provider;
pub mod register;
pub mod settings;
pub mod setup;
pub mod sms;
pub mod vendor;

/// The world as it runs; it stops when this is dropped.
pub struct World {
    pub outside: SocketAddr,
    pub consumer: SocketAddr,
    pub solution: SocketAddr,
    /// In the order of the settings.
    pub providers: Vec<SocketAddr>,
    servers: JoinSet<std::io::Result<()>>,
}

impl World {
    /// Returns only when one of the servers ended.
    pub async fn stopped(mut self) -> Result<()> {
        match self.servers.join_next().await {
            Some(ended) => ended?.context("a server of the world ended"),
            None => Ok(()),
        }
    }
}

/// Binds every address of the settings; port 0 takes a free one, which [`World`] tells.
pub async fn start(settings: Settings) -> Result<World> {
    let settings = Arc::new(settings);
    let detector = match &settings.models_dir {
        Some(models) => face::Detector::open(models)?,
        None => None,
    };
    let people = People::open(&settings.people_dir, &settings.data_dir)?.looking_by(detector);
    let people = Arc::new(people);
    let (faults, keeping) = (Faults::default(), Keeping::default());
    let mut servers = JoinSet::new();

    let mut providers = Vec::new();
    for bank in &settings.providers {
        let (address, server) = provider::serve(bank, &settings.ca, faults.clone()).await?;
        tracing::info!(bank = bank.name, %address, "provider bank listens");
        providers.push(address);
        servers.spawn(server);
    }

    let outside = bind(settings.outside_listen).await?;
    let outside_address = outside.local_addr()?;
    let switches = outside::Switches { faults, keeping: keeping.clone() };
    let app =
        outside::router(Arc::clone(&settings), Arc::clone(&people), Outbox::default(), switches);
    servers.spawn(plain(outside, app));

    let solution = bind(settings.solution_listen).await?;
    let solution_address = solution.local_addr()?;
    let app = vendor::router(&settings.pages_url, vendor::Faults::default());
    servers.spawn(plain(solution, app));

    let consumer = bind(settings.consumer_listen).await?;
    let consumer_address = consumer.local_addr()?;
    let app = consumer::router(&settings, people, keeping)?;
    servers.spawn(plain(consumer, app));
    tracing::info!(outside = %outside_address, consumer = %consumer_address, "the world is up");

    Ok(World {
        outside: outside_address,
        consumer: consumer_address,
        solution: solution_address,
        providers,
        servers,
    })
}

async fn plain(listener: TcpListener, app: Router) -> std::io::Result<()> {
    let limits = ListenerLimits { behind_proxies: true, ..ListenerLimits::default() };
    let places = Places::open(&Registry::default(), "world", limits, |_| Caller::Participant);
    let listener = PlainListener::new(listener, places);
    serve_router(listener, ServeLimits::default(), pending(), app).await;
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{address} can't be listened on"))
}

#[cfg(test)]
mod tests;
