//! Gates that loop, take all memory, recurse, trap or answer without end: each costs its own request only.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use senim_core::problem::Problem;
use senim_core::routing::{About, AnswerAbout, Decision, encode_verdict};
use senim_node::{Gate, GateEngine, GateError, NodeFacts};
use serde_json::json;

use crate::parity::{limits, nothing_known, plain_request};
use crate::tokens::{CONSUMER, OTHER, PATH};
use crate::world::{World, instant};

/// A request with this in its query gets what is hostile.
pub(crate) const MARK: &str = "hostile";

/// What the gate does, in WebAssembly text, after it has seen the mark.
const MANNERS: [(&str, &str); 7] = [
    ("loop", "(loop $again (br $again))"),
    ("memory", "(loop $again (drop (memory.grow (i32.const 16))) (br $again))"),
    ("recursion", "(call $deeper)"),
    ("trap", "(unreachable)"),
    ("division", "(drop (i32.div_s (i32.const 1) (i32.const 0)))"),
    // A pointer and a length beyond the memory.
    (
        "nowhere",
        "(i32.store (i32.const 8) (i32.const -16)) (i32.store (i32.const 12) (i32.const 4096))",
    ),
    // 32 MB, all within it.
    (
        "huge",
        "(drop (memory.grow (i32.const 600))) (i32.store (i32.const 8) (i32.const 0))
         (i32.store (i32.const 12) (i32.const 33554432))",
    ),
];

/// On one thread: what does not give the thread back would keep every other call from ending.
#[tokio::test]
async fn a_hostile_call_ends_alone_and_its_neighbours_go_on() {
    let folder = folder("neighbours");
    let engine = GateEngine::new().unwrap();
    for (name, manner) in MANNERS {
        let gate = Arc::new(opened(&engine, &folder, name, manner));
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let gate = Arc::clone(&gate);
                tokio::spawn(
                    async move { gate.decide(&plain_request(MARK), nothing_known()).await },
                )
            })
            .collect();
        tokio::task::yield_now().await;
        for _ in 0..100 {
            let decision = gate.decide(&plain_request(""), nothing_known()).await;
            let problem = decision.unwrap().outcome.unwrap_err().problem;
            assert_eq!(problem, Problem::ParticipantUnknown, "{name}");
        }
        if name == "loop" {
            assert!(calls.iter().all(|it| !it.is_finished()), "neighbours were answered meanwhile");
        }
        for call in calls {
            let error = call.await.unwrap().expect_err(name);
            let overrun = matches!(error, GateError::Overrun);
            assert_eq!(overrun, name == "loop", "{name}: {error}");
        }
        assert!(gate.decide(&plain_request(""), nothing_known()).await.is_ok(), "{name}");
    }
}

/// What an instance keeps from call to call is one participant's, and is gone after an error, a while or many calls.
#[tokio::test]
async fn an_instance_serves_one_participant_and_ends_with_its_first_error() {
    // Ends with an error at its second call.
    let manner = "(i32.store (i32.const 48) (i32.add (i32.load (i32.const 48)) (i32.const 1)))
        (if (i32.ge_u (i32.load (i32.const 48)) (i32.const 2)) (then (unreachable)))";
    let gate = opened(&GateEngine::new().unwrap(), &folder("kept"), "second", manner);
    let other = opened(&GateEngine::new().unwrap(), &folder("kept"), "other", manner);
    let ask = async |gate: &Gate, participant: Option<&str>| {
        let participant = participant.map(|it| it.parse().unwrap());
        let facts = NodeFacts { participant, ..nothing_known() };
        gate.decide(&plain_request(MARK), facts).await.is_ok()
    };
    for _ in 0..3 {
        assert!(ask(&gate, None).await, "strangers share nothing");
    }
    assert!(ask(&gate, Some(CONSUMER)).await);
    assert!(ask(&gate, Some(OTHER)).await, "another participant's");
    assert!(ask(&other, Some(CONSUMER)).await, "another gate");
    assert!(!ask(&gate, Some(CONSUMER)).await, "the same instance again");
    assert!(ask(&gate, Some(CONSUMER)).await, "a fresh one after the error");
}

/// However well it behaves.
#[tokio::test]
async fn an_instance_serves_so_many_calls() {
    let manner = "(i32.store (i32.const 48) (i32.add (i32.load (i32.const 48)) (i32.const 1)))
        (if (i32.gt_u (i32.load (i32.const 48)) (i32.const 128)) (then (unreachable)))";
    let gate = opened(&GateEngine::new().unwrap(), &folder("many"), "many", manner);
    for call in 1..=300 {
        let participant = Some(CONSUMER.parse().unwrap());
        let facts = NodeFacts { participant, ..nothing_known() };
        assert!(gate.decide(&plain_request(MARK), facts).await.is_ok(), "call {call}");
    }
}

/// More of them than may wait for their turn: the line's end is told at once, and neighbours are still served.
#[tokio::test]
async fn a_crowd_of_endless_calls_leaves_room_for_others() {
    let gate = opened(&GateEngine::new().unwrap(), &folder("crowd"), "loop", MANNERS[0].1);
    let gate = Arc::new(gate);
    let calls: Vec<_> = (0..300)
        .map(|_| {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move { gate.decide(&plain_request(MARK), nothing_known()).await })
        })
        .collect();
    tokio::task::yield_now().await;
    for _ in 0..20 {
        let decided = gate.decide(&plain_request(""), nothing_known()).await;
        assert!(decided.is_ok(), "{:?}", decided.err());
    }
    for call in calls {
        assert!(call.await.unwrap().is_err());
    }
}

#[tokio::test]
async fn a_hostile_check_of_an_answer_ends_as_well() {
    let folder = folder("answers");
    let engine = GateEngine::new().unwrap();
    for (name, manner) in MANNERS {
        let gate = opened(&engine, &folder, name, manner);
        let about = |content_type| AnswerAbout {
            path_and_query: PATH,
            limits: limits(),
            status: 200,
            content_type,
        };
        assert!(
            gate.check_answer(None, &about(Some(MARK)), &Bytes::new()).await.is_err(),
            "{name}"
        );
        assert!(
            gate.check_large_answer(&about(Some(MARK)), &Bytes::new()).await.is_err(),
            "{name}"
        );
        assert_eq!(
            gate.check_answer(None, &about(None), &Bytes::new()).await.unwrap(),
            Ok(()),
            "{name}"
        );
    }
}

/// Through a whole node: the request gets 500, its record is kept, and the node goes on.
#[tokio::test]
async fn a_node_with_a_hostile_gate_refuses_that_request_only() {
    let mut world = World::prepare("hostile").await;
    world.config.gate = Some(written(&world.dir, "loop", MANNERS[0].1));
    world.start_node().await;
    let hostile = world.get(&format!("{PATH}?cursor={MARK}"));
    let (ends, neighbours) = tokio::join!(world.outcome(hostile), async {
        let mut outcomes = Vec::new();
        for _ in 0..10 {
            outcomes.push(world.outcome(world.get(PATH)).await);
        }
        outcomes
    });
    assert_eq!(ends, (500, Some("internal".to_owned())));
    let refused = (403, Some("participant.unknown".to_owned()));
    assert!(neighbours.iter().all(|it| *it == refused), "{neighbours:?}");
    world.until(|it| it.platform.word(|word| word.uses.len() == 11)).await;
}

/// A call that is decided by what the platform said before keeps the acknowledgement of what it says now: who hears that a
/// withdrawal is acknowledged knows that nothing is allowed any more.
#[tokio::test]
async fn an_acknowledgement_waits_for_what_is_decided_by_an_older_snapshot() {
    let mut world = World::prepare("older").await;
    world.config.gate = Some(written(&world.dir, "loop", MANNERS[0].1));
    world.start_node().await;
    world.heard().await;
    let hostile = tokio::spawn(world.get(&format!("{PATH}?cursor={MARK}")).send());
    let begun = |it: &World| {
        let meters = it.node().meters();
        meters.iter().any(|it| &*it.name == "places.participant" && it.in_use == 1)
    };
    world.until(begun).await;
    world.platform.word(|it| it.ended.insert(7));
    world.heard().await;
    let ended = "senim_gate_seconds_count{name=\"decide\",outcome=\"failed\"} 1";
    assert!(world.node().metrics().contains(ended), "acknowledged while it still decides");
    assert_eq!(hostile.await.unwrap().unwrap().status().as_u16(), 500);
}

/// What `cargo xtask bench hostile` prints: how much longer neighbours wait while endless calls come, and how long after its
/// deadline such a call is ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo xtask bench hostile"]
async fn measured() {
    let gate = opened(&GateEngine::new().unwrap(), &folder("measured"), "loop", MANNERS[0].1);
    let gate = Arc::new(gate);
    neighbours(&gate).await;
    let (mut quiet, mut hostile, mut late) = (Vec::new(), Vec::new(), Vec::new());
    // In turn, so that the machine's noise falls on both.
    for _ in 0..5 {
        quiet.extend(neighbours(&gate).await);
        let calls: Vec<_> = (0..4)
            .map(|_| {
                let gate = Arc::clone(&gate);
                tokio::spawn(async move {
                    let start = instant();
                    let ended = gate.decide(&plain_request(MARK), nothing_known()).await;
                    assert!(ended.is_err());
                    start.elapsed().as_secs_f64() * 1e3 - 1000.0
                })
            })
            .collect();
        hostile.extend(neighbours(&gate).await);
        for call in calls {
            late.push(call.await.unwrap());
        }
    }
    let (quiet, hostile) = (p99(quiet), p99(hostile));
    for (metric, value, unit) in [
        ("neighbours_p99_quiet", quiet, "ms"),
        ("neighbours_p99_hostile", hostile, "ms"),
        ("neighbours_p99_ratio", hostile / quiet, "ratio"),
        ("ended_after_deadline_p99", p99(late), "ms"),
    ] {
        println!("{}", json!({"bench": "hostile", "metric": metric, "value": value, "unit": unit}));
    }
}

/// Milliseconds of decisions, 500 a second for 0.8 s.
async fn neighbours(gate: &Arc<Gate>) -> Vec<f64> {
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(2));
    let mut calls = Vec::new();
    for _ in 0..400 {
        ticks.tick().await;
        let (gate, due) = (Arc::clone(gate), instant());
        calls.push(tokio::spawn(async move {
            assert!(gate.decide(&plain_request(""), nothing_known()).await.is_ok());
            due.elapsed().as_secs_f64() * 1e3
        }));
    }
    let mut took = Vec::new();
    for call in calls {
        took.push(call.await.unwrap());
    }
    took
}

fn p99(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() * 99 / 100]
}

fn opened(engine: &GateEngine, folder: &Path, name: &str, manner: &str) -> Gate {
    engine.open(&written(folder, name, manner), None, None).unwrap()
}

/// A gate of this manner, as a file.
pub(crate) fn written(folder: &Path, name: &str, manner: &str) -> PathBuf {
    let path = folder.join(format!("{name}.wasm"));
    fs::write(&path, wat::parse_str(component(manner)).unwrap()).unwrap();
    path
}

/// A component that refuses each request and passes each answer, but for those with the mark in them.
fn component(manner: &str) -> String {
    let about = About { route: About::OTHER.to_owned(), ..About::default() };
    let outcome = Err(Problem::ParticipantUnknown.into());
    let refused = Decision { about, left: vec![], outcome }.encode();
    let passed = encode_verdict(&Ok(()));
    let (mark, mark_length) = (data(MARK.as_bytes()), MARK.len());
    format!(
        r#"(component
  (core module $gate
    (memory (export "memory") 8)
    (data (i32.const 64) "{mark}")
    (data (i32.const 1024) "{refused}")
    (data (i32.const 4096) "{passed}")
    (global $free (mut i32) (i32.const 65536))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $free)
      (global.set $free (i32.add (global.get $free) (local.get 3))))
    (func $deeper (call $deeper) (call $deeper))
    (func $marked (param $at i32) (param $length i32) (result i32)
      (local $end i32) (local $place i32)
      (local.set $end (i32.sub (i32.add (local.get $at) (local.get $length)) (i32.const {mark_length})))
      (loop $next
        (if (i32.gt_s (local.get $at) (local.get $end)) (then (return (i32.const 0))))
        (local.set $place (i32.const 0))
        (block $differs
          (loop $same
            (br_if $differs (i32.ne
              (i32.load8_u (i32.add (local.get $at) (local.get $place)))
              (i32.load8_u (i32.add (i32.const 64) (local.get $place)))))
            (local.set $place (i32.add (local.get $place) (i32.const 1)))
            (br_if $same (i32.lt_u (local.get $place) (i32.const {mark_length}))))
          (return (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))
      (unreachable))
    (func $hostile {manner})
    (func (export "decide") (param i32 i32) (result i32)
      (i32.store (i32.const 8) (i32.const 1024))
      (i32.store (i32.const 12) (i32.const {refused_length}))
      (if (call $marked (local.get 0) (local.get 1)) (then (call $hostile)))
      (i32.const 8))
    (func (export "check-answer") (param i32 i32 i32 i32) (result i32)
      (i32.store (i32.const 8) (i32.const 4096))
      (i32.store (i32.const 12) (i32.const {passed_length}))
      (if (call $marked (local.get 0) (local.get 1)) (then (call $hostile)))
      (i32.const 8)))
  (core instance $gate (instantiate $gate))
  (func (export "decide") (param "request" (list u8)) (result (list u8))
    (canon lift (core func $gate "decide") (memory (core memory $gate "memory")) (realloc (core func $gate "realloc"))))
  (func (export "check-answer") (param "about" (list u8)) (param "body" (list u8)) (result (list u8))
    (canon lift (core func $gate "check-answer") (memory (core memory $gate "memory")) (realloc (core func $gate "realloc")))))"#,
        refused_length = refused.len(),
        passed_length = passed.len(),
        refused = data(&refused),
        passed = data(&passed),
    )
}

fn data(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text can't fail.
        let _ = write!(text, "\\{byte:02x}");
        text
    })
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
