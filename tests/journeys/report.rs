//! What was done, how long it took and whether it came out right: for a reader, and as JSON for the bench.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use senim_tests::clock::Stopwatch;
use senim_tests::refusals::Row;
use serde_json::{Value, json};

#[derive(Default)]
pub(crate) struct Report {
    chapter: Option<String>,
    steps: Vec<Step>,
    rows: Vec<Row>,
    leaks: Vec<String>,
}

struct Step {
    name: String,
    took: Duration,
    error: Option<String>,
}

impl Report {
    /// Runs one step and prints it. A failed step does not stop those that do not need it.
    pub(crate) async fn step<T>(
        &mut self,
        name: &str,
        doing: impl AsyncFnOnce() -> Result<T>,
    ) -> Option<T> {
        let watch = Stopwatch::start();
        let done = doing().await;
        let took = watch.elapsed();
        let (value, error) = match done {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(format!("{error:#}"))),
        };
        println!("{} {:>8} ms  {name}", mark(error.is_none()), took.as_millis());
        if let Some(error) = &error {
            println!("              {error}");
        }
        let name = match &self.chapter {
            Some(chapter) => format!("{chapter}: {name}"),
            None => name.to_owned(),
        };
        self.steps.push(Step { name, took, error });
        value
    }

    /// Steps that follow are told under this name.
    pub(crate) fn chapter(&mut self, name: &str) {
        println!("\n{name}");
        self.chapter = Some(name.to_owned());
    }

    pub(crate) fn rows(&mut self, rows: Vec<Row>) {
        self.rows = rows;
    }

    pub(crate) fn leaks(&mut self, leaks: Vec<String>) {
        for leak in &leaks {
            println!("{} in a log: {leak}", mark(false));
        }
        self.leaks = leaks;
    }

    pub(crate) fn right(&self) -> bool {
        self.leaks.is_empty()
            && self.steps.iter().all(|it| it.error.is_none())
            && self.rows.iter().all(Row::right)
    }

    pub(crate) fn summary(&self) -> String {
        let mut text = String::new();
        let steps = self.steps.iter().filter(|it| it.error.is_none()).count();
        let rows = self.rows.iter().filter(|it| it.right()).count();
        let _ = write!(
            text,
            "{steps} of {} steps, {rows} of {} refusals, {} leaks in logs: {}",
            self.steps.len(),
            self.rows.len(),
            self.leaks.len(),
            if self.right() { "all right" } else { "NOT right" }
        );
        text
    }

    pub(crate) fn write(&self, to: &Path) -> Result<()> {
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|it| json!({ "name": it.name, "ms": millis(it.took), "ok": it.error.is_none() }))
            .collect();
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|it| {
                json!({ "group": it.group, "name": it.name, "expected": it.expected, "got": it.got,
                    "ms": millis(it.took), "ok": it.right() })
            })
            .collect();
        let report = json!({ "steps": steps, "refusals": rows, "leaks": self.leaks.len(), "ok": self.right() });
        Ok(std::fs::write(to, serde_json::to_vec_pretty(&report)?)?)
    }
}

pub(crate) fn mark(right: bool) -> &'static str {
    if right { "ok  " } else { "FAIL" }
}

fn millis(it: Duration) -> u64 {
    u64::try_from(it.as_millis()).unwrap_or(u64::MAX)
}
