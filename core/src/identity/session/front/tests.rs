use std::collections::{BTreeSet, HashSet};

use super::super::{CHECKS_MAX, CodeDigest, Input, Judgement, Purpose, Seed};
use super::*;
use crate::id::SolutionRequestId;
use crate::liveness::challenge::Wishes;
use crate::text::Language;

/// What a sequence of inputs did, counted apart from the session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Truth {
    challenged: usize,
    judging: bool,
    /// Solutions that failed a check which was being judged.
    failed: BTreeSet<String>,
    live: bool,
}

/// Every sequence of up to [`DEPTH`] inputs: nobody gets more than four checks and one for each solution that failed, and nobody
/// passes without a live verdict.
#[test]
fn no_sequence_of_inputs_wins_a_check() {
    const DEPTH: usize = 13;
    let mut seen = HashSet::new();
    let mut edge = vec![(at_camera(), 10, Truth::default())];
    let (mut most, mut passed) = (0, 0);
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for (session, second, truth) in edge {
            for (input, wait) in moves(&session, second) {
                let (session, second, truth) = apply(&session, &input, second + wait, &truth);
                most = most.max(truth.challenged);
                passed += u32::from(matches!(session.step(), Step::Code { .. }));
                let state = (serde_json::to_string(&session).unwrap(), second, truth.clone());
                if session.failure().is_none() && seen.insert(state) {
                    next.push((session, second, truth));
                }
            }
        }
        edge = next;
    }
    assert_eq!(most, 6, "four, and one for each of the two that failed");
    assert!(passed > 0);
}

fn apply(session: &Session, input: &Input, second: i64, truth: &Truth) -> (Session, i64, Truth) {
    let mut truth = truth.clone();
    let Ok((after, effects)) = session.clone().handle(input.clone(), at(second)) else {
        return (session.clone(), second, truth);
    };
    for effect in &effects {
        if let Effect::Challenged { .. } = effect {
            (truth.challenged, truth.judging) = (truth.challenged + 1, false);
        }
        if let Effect::Judge { .. } = effect {
            assert!(!truth.judging && session.front().is_some(), "used up once");
            truth.judging = true;
        }
    }
    if let Input::FrontFailed { solution, .. } = input {
        assert!(truth.judging, "a fault of a check that nobody began to judge");
        truth.judging = false;
        truth.failed.insert(solution.clone());
    }
    if let Input::CheckJudged { judgement, .. } = input {
        assert!(truth.judging, "a verdict on nothing");
        truth.judging = false;
        truth.live |= matches!(judgement, Judgement::Live { .. });
    }
    let allowed = usize::from(CHECKS_MAX) + truth.failed.len();
    assert!(truth.challenged <= allowed, "{truth:?}");
    assert!(usize::from(after.checks_left()) <= allowed - truth.challenged, "{truth:?}");
    if matches!(after.step(), Step::Code { .. }) {
        assert!(truth.live, "{truth:?}");
    }
    (after, second, truth)
}

fn moves(session: &Session, second: i64) -> Vec<(Input, i64)> {
    let (check, code) = (session.checks(), CodeDigest([1; 32]));
    let front = |solution: &str| opened(solution, check + 1, at(second + 90));
    let judged = |judgement| Input::CheckJudged { check, judgement, code };
    let open = session.front().map_or(SolutionRequestId(99), |it| it.request);
    vec![
        (front("a"), 0),
        (front("b"), 0),
        (Input::FrontStarted { request: open, blocked_until: None }, 0),
        (Input::FrontStarted { request: SolutionRequestId(98), blocked_until: None }, 0),
        (failed("a", check), 0),
        (failed("b", check), 0),
        (failed("a", check.saturating_sub(1)), 0),
        (judged(Judgement::Live { degree: 97.0 }), 0),
        (judged(Judgement::Refused(Problem::IdentityNotLive)), 0),
        (Input::TimePassed, 61),
    ]
}

#[test]
fn a_front_part_is_opened_before_it_is_counted_and_only_where_a_check_is_left() {
    let asked = |allowance| Input::FrontAsked { blocked_until: None, allowance };
    let (session, effects) = step(at_camera(), asked(Allowance::Left));
    assert_eq!((effects.as_slice(), session.checks()), ([Effect::OpenFront].as_slice(), 0));
    let (session, effects) = step(session, opened("a", 1, at(100)));
    assert_eq!(effects, [Effect::Challenged { check: 1 }]);
    let (session, effects) = step(session, asked(Allowance::Left));
    assert_eq!(
        (effects.as_slice(), session.front().map(|it| it.request.0)),
        ([].as_slice(), Some(1))
    );
    let (session, _) = step(session, opened("b", 7, at(100)));
    assert_eq!(session.front().map(|it| it.request.0), Some(1), "the first stays");
    let (spent, _) = step(at_camera(), asked(Allowance::Spent));
    assert!(matches!(spent.failure(), Some(Failure::Blocked { .. })));
    let blocked = Input::FrontAsked { blocked_until: Some(at(99)), allowance: Allowance::Left };
    assert_eq!(step(at_camera(), blocked).0.failure(), Some(Failure::Blocked { until: at(99) }));
    // A challenge of the widget's is open: this check is not another's.
    let challenge = Input::ChallengeAsked {
        seed: Seed([1; 32]),
        wishes: Wishes::default(),
        blocked_until: None,
        allowance: Allowance::Left,
    };
    let (widget, _) = step(at_camera(), challenge);
    let elsewhere = widget.handle(asked(Allowance::Left), at(10)).unwrap_err();
    assert_eq!(elsewhere, SessionError::Elsewhere);
}

#[test]
fn a_solution_that_fails_is_out_and_its_check_is_given_back_once() {
    let mut session = at_camera();
    for (check, left) in [(1, 4), (2, 3)] {
        (session, _) = step(session, opened("a", check, at(100)));
        let request = SolutionRequestId(u128::from(check));
        (session, _) = step(session, Input::FrontStarted { request, blocked_until: None });
        let (after, effects) = step(session, failed("a", check));
        assert_eq!(effects, [Effect::Refuse(Problem::SolutionFront)]);
        assert!(after.has_failed("a") && !after.has_failed("b"));
        assert_eq!(after.checks_left(), left, "check {check}");
        session = after;
    }
    let (session, _) = step(session, Input::FrontsFailed { failed: vec!["b".to_owned()] });
    assert!(session.has_failed("b"));
    assert_eq!(session.checks_left(), 3);
    let saved = serde_json::to_string(&session).unwrap();
    assert_eq!(serde_json::from_str::<Session>(&saved).unwrap(), session);
}

#[test]
fn what_a_front_part_is_given_is_not_printed() {
    let (session, _) = step(at_camera(), opened("a", 1, at(100)));
    let printed = format!("{session:?}");
    assert!(printed.contains("Front(a, ") && !printed.contains("secret"), "{printed}");
}

fn opened(solution: &str, check: u8, expires_at: Timestamp) -> Input {
    Input::FrontOpened {
        front: Front {
            solution: solution.to_owned(),
            request: SolutionRequestId(check.into()),
            session: "secret-session".to_owned(),
            challenge: "secret-challenge".to_owned(),
            opened_at: at(10),
            expires_at,
        },
        failed: Vec::new(),
        blocked_until: None,
        allowance: Allowance::Left,
    }
}

fn failed(solution: &str, check: u8) -> Input {
    let problem = Problem::SolutionFront;
    Input::FrontFailed { check, solution: solution.to_owned(), problem }
}

fn at_camera() -> Session {
    let iin: crate::id::Iin = "900101300017".parse().unwrap();
    let phone: crate::id::Phone = "+77010000001".parse().unwrap();
    let purpose = Purpose::Authorization { iin: iin.clone(), phone: phone.clone() };
    let inputs = [
        Input::AgreementAnswered { accept: true },
        Input::IinEntered(iin.clone()),
        Input::PersonFound { iin, phone: Some(phone), eligible: Ok(()), blocked_until: None },
    ];
    inputs
        .into_iter()
        .fold(Session::start(purpose, Language::Kk, at(0)), |it, input| step(it, input).0)
}

fn step(session: Session, input: Input) -> (Session, Vec<Effect>) {
    session.handle(input, at(10)).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_700_000_000 + second, 0).unwrap()
}
