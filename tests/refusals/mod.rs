//! What must be refused, with a clear answer and nothing lost: one table, asked of real processes.
//!
//! A row says what is done, which status and problem code must come, and what came.

use std::time::Duration;

use anyhow::Result;
use futures::future::join_all;

use crate::client::Answer;
use crate::clock::Stopwatch;
use crate::platform::Platform;

mod authorization;
mod budgets;
mod edge;
mod identity;
mod limits;
mod openid;
mod passkey;
mod phone;
mod pilot;
mod promise;
mod provider;
mod restart;
mod routes;
mod signals;
mod standing;
mod token;

#[derive(Clone, Debug)]
pub struct Row {
    pub group: &'static str,
    pub name: String,
    /// Status, OAuth error where there is one, problem code: `403 unauthorized_client participant.suspended`.
    pub expected: String,
    pub got: String,
    pub took: Duration,
}

impl Row {
    pub fn right(&self) -> bool {
        self.expected == self.got
    }

    pub fn line(&self) -> String {
        let mark = if self.right() { "ok  " } else { "FAIL" };
        let mut line = format!(
            "{mark} {:>6} ms  {:<13}  {:<66}  {}",
            self.took.as_millis(),
            self.group,
            self.name,
            self.expected
        );
        if !self.right() {
            line.push_str("  BUT CAME  ");
            line.push_str(&self.got);
        }
        line
    }
}

/// The groups in which the table is run; each leaves the platform as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Authorization,
    Openid,
    Token,
    Edge,
    Standing,
    Identity,
    Provider,
    Limits,
    Budgets,
    Restart,
    Routes,
    Signals,
    Promise,
    Pilot,
}

impl Group {
    pub const ALL: [Self; 14] = [
        Self::Authorization,
        Self::Openid,
        Self::Token,
        Self::Edge,
        Self::Standing,
        Self::Identity,
        Self::Provider,
        Self::Limits,
        Self::Budgets,
        Self::Restart,
        Self::Routes,
        Self::Signals,
        Self::Promise,
        Self::Pilot,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Openid => "openid",
            Self::Token => "token",
            Self::Edge => "edge",
            Self::Standing => "standing",
            Self::Identity => "identity",
            Self::Provider => "provider",
            Self::Limits => "limits",
            Self::Budgets => "budgets",
            Self::Restart => "restart",
            Self::Routes => "routes",
            Self::Signals => "signals",
            Self::Promise => "promises",
            Self::Pilot => "OAPI-24",
        }
    }

    /// Asks every row of the group; a row that could not be asked has come out wrong.
    pub async fn run(self, platform: &Platform) -> Vec<Row> {
        let mut table = Table { platform, group: self.name(), rows: Vec::new() };
        let done = match self {
            Self::Authorization => authorization::run(&mut table).await,
            Self::Openid => openid::run(&mut table).await,
            Self::Token => token::run(&mut table).await,
            Self::Edge => edge::run(&mut table).await,
            Self::Standing => standing::run(&mut table).await,
            Self::Identity => identity::run(&mut table).await,
            Self::Provider => provider::run(&mut table).await,
            Self::Limits => limits::run(&mut table).await,
            Self::Budgets => budgets::run(&mut table).await,
            Self::Restart => restart::run(&mut table).await,
            Self::Routes => routes::run(&mut table).await,
            Self::Signals => signals::run(&mut table).await,
            Self::Promise => promise::run(&mut table).await,
            Self::Pilot => pilot::run(&mut table).await,
        };
        if let Err(error) = done {
            table.add(
                "the rows below this one could not be asked",
                "",
                format!("{error:#}"),
                Duration::ZERO,
            );
        }
        table.rows
    }
}

/// Those that change nothing for others: they run at the same time, since people stand before the camera in all of them; not
/// more at once than inference has places for.
const SIDE_BY_SIDE: [&[Group]; 2] =
    [&[Group::Authorization, Group::Token, Group::Edge], &[Group::Openid, Group::Pilot]];

/// The whole table against one platform, each row printed as it comes.
pub async fn run(platform: &Platform) -> Vec<Row> {
    let mut rows = Vec::new();
    for groups in SIDE_BY_SIDE {
        let asked = groups.iter().map(|it| with_own_person(*it, platform));
        rows.extend(join_all(asked).await.concat());
    }
    for group in Group::ALL {
        if !SIDE_BY_SIDE.concat().contains(&group) {
            rows.extend(group.run(platform).await);
        }
    }
    rows
}

/// A newer consent of the same person for the same purpose would take an older one's place.
async fn with_own_person(group: Group, platform: &Platform) -> Vec<Row> {
    match platform.with_somebody_new().await {
        Ok(own) => group.run(&own).await,
        Err(error) => {
            let mut table = Table { platform, group: group.name(), rows: Vec::new() };
            table.add("somebody new", "", format!("{error:#}"), Duration::ZERO);
            table.rows
        }
    }
}

struct Table<'a> {
    platform: &'a Platform,
    group: &'static str,
    rows: Vec<Row>,
}

impl Table<'_> {
    /// A table for rows that are asked at the same time as others; [`Table::append`] brings them in.
    fn part(&self) -> Self {
        Self { platform: self.platform, group: self.group, rows: Vec::new() }
    }

    fn append<const N: usize>(&mut self, parts: [Self; N]) {
        self.rows.extend(parts.into_iter().flat_map(|it| it.rows));
    }

    /// Asks, and compares what is told with what was expected.
    async fn row(
        &mut self,
        name: &str,
        expected: &str,
        asking: impl AsyncFnOnce() -> Result<Answer>,
    ) {
        let watch = Stopwatch::start();
        let got = match asking().await {
            Ok(answer) => answer.told(),
            Err(error) => format!("{error:#}"),
        };
        self.add(name, expected, got, watch.elapsed());
    }

    /// The same for what is not an answer's status: a redirect's error, a fact of the store.
    async fn fact(
        &mut self,
        name: &str,
        expected: &str,
        asking: impl AsyncFnOnce() -> Result<String>,
    ) {
        let watch = Stopwatch::start();
        let got = asking().await.unwrap_or_else(|error| format!("{error:#}"));
        self.add(name, expected, got, watch.elapsed());
    }

    fn add(&mut self, name: &str, expected: &str, got: String, took: Duration) {
        let row = Row {
            group: self.group,
            name: name.to_owned(),
            expected: expected.to_owned(),
            got,
            took,
        };
        println!("{}", row.line());
        self.rows.push(row);
    }
}
