//! `cargo xtask bench hostile`: what an endless call of a gate costs its neighbours, one JSON line a metric.

use anyhow::Result;

use crate::command;
use crate::place::Place;
use crate::say;

pub(crate) fn run(place: &Place, json: bool) -> Result<()> {
    if json {
        say::be_quiet();
    }
    say::chapter("an edge's gate that loops, and its neighbours");
    let mut cargo = place.cargo("test");
    cargo.args(["--test", "edge", "--", "--ignored", "--exact", "hostile::measured"]);
    cargo.args(["--nocapture", "--test-threads", "1"]);
    let said = command::output(&mut cargo)?;
    say::chapter("measured");
    for line in said.lines().filter(|it| it.starts_with('{')) {
        println!("{line}");
    }
    Ok(())
}
