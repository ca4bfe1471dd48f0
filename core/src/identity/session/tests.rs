use std::collections::HashSet;

use super::*;
use crate::identity::eligibility::Ineligible;
use crate::identity::requester::Allowance;
use crate::liveness::challenge::{Ask, Nonce};

mod phone;

#[test]
fn a_session_without_errors_passes() {
    let (session, effects) = play(authorization(), &upto_consent());
    assert!(matches!(session.step(), Step::Consent { .. }), "{effects:?}");
    let (session, effects) = step(session, Input::ConsentAnswered { approve: true }, at(10));
    assert!(matches!(session.step(), Step::Passed { .. }));
    assert_eq!(effects, [Effect::Finish]);
    assert_eq!(session.person().unwrap().phone, Some(named_phone()));
}

#[test]
fn a_sign_in_to_the_cabinet_ends_with_the_code_sent_to_the_number_confirmed_before() {
    let inputs = upto_consent();
    let (session, effects) = play(Session::start(Purpose::Cabinet, Language::Kk, at(0)), &inputs);
    assert!(matches!(session.step(), Step::Passed { .. }));
    assert_eq!(effects, [Effect::Finish]);
    assert_eq!(session.person().unwrap().phone, Some(confirmed_phone()));
}

/// Each way to end, and the consumer's problem code.
#[test]
fn every_failure_ends_with_its_problem() {
    let entered_iin = vec![accept(), Input::IinEntered(iin())];
    let liveness = upto_liveness();
    let code = [liveness.clone(), passing(1)].concat();
    let rows: Vec<(&str, Vec<Input>, Input)> = vec![
        ("identity.abandoned", liveness.clone(), Input::Abandoned),
        ("identity.agreement-withdrawn", liveness.clone(), Input::AgreementWithdrawn),
        ("identity.locked", liveness.clone(), Input::Locked),
        ("identity.locked", upto_consent(), Input::Locked),
        ("identity.agreement-refused", vec![], Input::AgreementAnswered { accept: false }),
        ("identity.iin-mismatch", vec![accept(), other(), other()], other()),
        ("identity.unknown-person", vec![accept(), Input::IinEntered(iin())], unknown()),
        ("identity.minor", entered_iin.clone(), found(Err(Ineligible::Minor), None)),
        ("identity.not-capable", entered_iin.clone(), found(Err(Ineligible::NotCapable), None)),
        ("identity.not-resident", entered_iin, found(Err(Ineligible::NotResident), None)),
        ("identity.too-many-codes", [code.clone(), vec![wrong(), wrong()]].concat(), wrong()),
        ("identity.blocked", four_checks()[..four_checks().len() - 1].to_vec(), not_live(4)),
        ("identity.blocked", vec![accept()], found_but_blocked()),
        ("identity.blocked", liveness.clone(), asked_but_blocked()),
        ("identity.blocked", liveness.clone(), asked_with(Allowance::Spent)),
        ("identity.blocked", liveness.clone(), asked_with(Allowance::SpentUntil(at(99)))),
        ("identity.blocked", [liveness.clone(), vec![asked(1)]].concat(), started_but_blocked()),
        ("identity.blocked", [liveness, forged_checks()].concat(), forged(4)),
        ("consent.refused", upto_consent(), Input::ConsentAnswered { approve: false }),
        (
            "participant.suspended",
            upto_consent(),
            Input::ApprovalWithheld(Problem::ParticipantSuspended),
        ),
    ];
    for (expected, before, last) in rows {
        let (session, _) = play(authorization(), &before);
        let (session, effects) = step(session, last, at(10));
        assert_eq!(session.failure().map(|it| it.problem().code()), Some(expected));
        assert!(effects.contains(&Effect::Finish), "{expected}");
    }
    let late = authorization().handle(Input::TimePassed, at(15 * 60)).unwrap().0;
    assert_eq!(late.failure(), Some(Failure::Expired));
    let (session, _) = play(authorization(), &[code, vec![ask()]].concat());
    let (session, _) = step(session, Input::TimePassed, at(10 + 180));
    assert_eq!(session.failure(), Some(Failure::SmsExhausted));
}

/// IDX-4: the consumer learns what the last check failed by, and not the block that follows from it.
#[test]
fn the_mark_names_the_true_reason() {
    let no_match = |check| Input::CheckJudged {
        check,
        judgement: Judgement::Live { degree: 40.0 },
        code: digest(9),
    };
    let unlike = (1..=4).flat_map(|check| [asked(check), started(check), no_match(check)]);
    let unlike: Vec<_> = upto_liveness().into_iter().chain(unlike).collect();
    for (expected, inputs) in [
        (Problem::IdentityNoMatch, unlike),
        (Problem::IdentityNotLive, four_checks()),
        (Problem::IdentityBlocked, vec![accept(), found_but_blocked()]),
        (Problem::IdentityAbandoned, [upto_liveness(), vec![Input::Abandoned]].concat()),
    ] {
        let (session, _) = play(authorization(), &inputs);
        assert_eq!(session.mark(), Some(expected));
    }
    assert_eq!(authorization().mark(), None);
}

#[test]
fn the_moment_of_proof_is_when_the_code_was_accepted() {
    let (session, _) = play(authorization(), &[upto_liveness(), passing(1)].concat());
    assert_eq!(session.proved_at(), None);
    let (session, _) = step(session, entered(1), at(20));
    let (session, _) = step(session, Input::ConsentAnswered { approve: true }, at(30));
    assert_eq!(session.proved_at(), Some(at(20)));
}

#[test]
fn the_fourth_failing_check_blocks_the_person_for_fifteen_minutes() {
    let inputs = four_checks();
    let (session, effects) = play(authorization(), &inputs);
    let until = at(10) + BLOCK;
    assert_eq!(effects[0], Effect::Block { iin: iin(), until });
    assert_eq!(session.failure(), Some(Failure::Blocked { until }));
    let fifth = session.handle(asked(5), at(11)).unwrap_err();
    assert_eq!(fifth.problem(), Problem::IdentityEnded);
}

#[test]
fn a_failed_match_counts_as_the_check_it_belongs_to() {
    let (session, _) = play(authorization(), &[upto_liveness(), looking(1)].concat());
    let below = Judgement::Live { degree: 84.99 };
    let judged = Input::CheckJudged { check: 1, judgement: below, code: digest(1) };
    let (session, effects) = step(session, judged, at(10));
    assert_eq!(effects, [Effect::Refuse(Problem::IdentityNoMatch)]);
    assert_eq!(session.checks_left(), 3);
}

#[test]
fn a_check_that_failed_by_our_own_fault_is_given_back() {
    let ours = |check| Input::CheckJudged {
        check,
        judgement: Judgement::Refused(Problem::IdentitySourcePhoto),
        code: digest(check),
    };
    let (mut session, _) = play(authorization(), &upto_liveness());
    for check in 1..=RETURNED_MAX {
        let (judging, _) = play(session, &looking(check));
        let (after, effects) = step(judging, ours(check), at(10));
        assert_eq!(effects, [Effect::Refuse(Problem::IdentitySourcePhoto)], "check {check}");
        assert_eq!(after.checks_left(), CHECKS_MAX, "check {check}");
        session = after;
    }
    // Limited, because each one allows another challenge.
    let (judging, _) = play(session, &looking(RETURNED_MAX + 1));
    let (session, _) = step(judging, ours(RETURNED_MAX + 1), at(10));
    assert_eq!(session.checks_left(), CHECKS_MAX - 1);
}

#[test]
fn a_check_is_counted_when_its_challenge_is_handed_out() {
    let (session, effects) = play(authorization(), &[upto_liveness(), vec![asked(1)]].concat());
    assert_eq!(effects, [Effect::Challenged { check: 1 }]);
    assert_eq!((session.checks_left(), session.challenge()), (3, Some(&challenge(1))));
    let (again, effects) = step(session.clone(), asked(2), at(10 + 89));
    assert_eq!((effects.as_slice(), again.checks_left()), ([].as_slice(), 3));
    assert_eq!(again.challenge(), session.challenge(), "asking again until an easy one comes");
    let (late, effects) = step(again.clone(), Input::TimePassed, at(10 + 90));
    assert_eq!((effects.as_slice(), late.challenge()), ([].as_slice(), None));
    let (next, _) = step(again, asked(2), at(10 + 90));
    assert_eq!((next.checks_left(), next.challenge().map(|it| it.nonce)), (2, Some(nonce(2))));
}

#[test]
fn other_wishes_cost_a_check_and_the_last_challenge_stays() {
    let still = |check| Input::ChallengeAsked {
        seed: seed(check),
        wishes: Wishes { no_movement: true, no_flashing: true },
        blocked_until: None,
        allowance: Allowance::Left,
    };
    let turns = [asked(1), still(2), still(3), asked(3), still(4), asked(5)];
    let (session, _) = play(authorization(), &[upto_liveness(), turns.to_vec()].concat());
    assert_eq!((session.checks_left(), session.challenge().unwrap().nonce), (0, nonce(4)));
    let last = session.challenge().unwrap().steps.last().map(|it| &it.ask);
    assert!(matches!(last, Some(Ask::Fades(_))), "as was wished: {last:?}");
}

#[test]
fn frames_for_an_expired_challenge_and_for_none_have_different_problems() {
    let (session, _) = play(authorization(), &upto_liveness());
    let none = session.clone().handle(started(1), at(10)).unwrap_err();
    assert_eq!(none.problem(), Problem::ChallengeNone);
    let (session, _) = step(session, asked(1), at(10));
    let other = session.clone().handle(started(2), at(10)).unwrap_err();
    assert_eq!(other, SessionError::NoChallenge, "another session's nonce");
    let (late, effects) = step(session.clone(), started(1), at(10 + 90));
    assert_eq!(effects, [Effect::Refuse(Problem::ChallengeExpired)]);
    assert_eq!(late.checks_left(), 3, "it was counted already");
    let (session, _) = step(session, started(1), at(11));
    let twice = session.handle(started(1), at(12)).unwrap_err();
    assert_eq!(twice, SessionError::NoChallenge, "a challenge is used once");
}

#[test]
fn forged_frames_end_the_check_that_they_were_sent_for() {
    let (session, _) = play(authorization(), &[upto_liveness(), vec![asked(1)]].concat());
    assert_eq!(session.clone().handle(forged(2), at(10)).unwrap_err(), SessionError::NoChallenge);
    let (session, effects) = step(session, forged(1), at(10));
    assert_eq!(effects, [Effect::Refuse(Problem::FramesChain)]);
    assert_eq!((session.challenge(), session.checks_left()), (None, 3));
    assert_eq!(session.handle(started(1), at(10)).unwrap_err(), SessionError::NoChallenge);
}

#[test]
fn a_check_given_up_for_a_newer_one_stays_counted_and_its_verdict_is_not() {
    let (session, _) = play(authorization(), &[upto_liveness(), looking(1), looking(2)].concat());
    assert_eq!(session.checks_left(), 2);
    assert_eq!(session.clone().handle(live(1), at(10)).unwrap_err(), SessionError::OutOfOrder);
    let (session, _) = step(session, live(2), at(10));
    assert!(matches!(session.step(), Step::Code { .. }));
}

/// Checks of other sessions reduce this session's allowance.
#[test]
fn other_sessions_checks_block_a_new_challenge_and_not_the_open_one() {
    let (session, _) = play(authorization(), &[upto_liveness(), vec![asked(1)]].concat());
    let (session, effects) = step(session, asked_with(Allowance::Spent), at(11));
    assert_eq!((effects.as_slice(), session.challenge().is_some()), ([].as_slice(), true));
    let (session, _) = step(session, Input::TimePassed, at(10 + 90));
    let (spent, effects) = step(session.clone(), asked_with(Allowance::Spent), at(100));
    assert_eq!(effects[0], Effect::Block { iin: iin(), until: at(100) + BLOCK });
    assert_eq!(spent.failure(), Some(Failure::Blocked { until: at(100) + BLOCK }));
    let until = at(2_000);
    let (waits, effects) = step(session, asked_with(Allowance::SpentUntil(until)), at(100));
    assert_eq!(waits.failure(), Some(Failure::Blocked { until }));
    assert!(
        !effects.iter().any(|it| matches!(it, Effect::Block { .. })),
        "the kind's, not its own"
    );
}

#[test]
fn a_sign_in_learns_whether_an_iin_is_registered_after_somebody_live_was_seen() {
    let cabinet = || Session::start(Purpose::Cabinet, Language::Kk, at(0));
    let before = vec![accept(), Input::IinEntered(iin()), unknown()];
    let (session, effects) = play(cabinet(), &before);
    let (registered, same) = play(cabinet(), &upto_liveness());
    assert_eq!(effects, same);
    assert!(matches!(session.step(), Step::Liveness { .. }));
    assert_eq!(session.checks_left(), registered.checks_left());
    let (session, effects) = play(session, &[looking(1), vec![not_live(1)]].concat());
    assert_eq!(effects, [Effect::Refuse(Problem::IdentityNotLive)]);
    let (session, _) = play(session, &looking(2));
    for (judgement, failure) in [
        // Another IIN may be entered: [`phone`].
        (Judgement::Refused(Problem::IdentityUnknown), None),
        (Judgement::Live { degree: 100.0 }, Some(Failure::NoPhone)),
    ] {
        let judged = Input::CheckJudged { check: 2, judgement, code: digest(1) };
        let (session, effects) = step(session.clone(), judged, at(10));
        assert_eq!(session.failure(), failure);
        assert!(!effects.iter().any(|it| matches!(it, Effect::SendCode { .. })));
    }
    let blocked = Input::PersonUnknown { iin: iin(), blocked_until: Some(at(99)) };
    let (session, _) = play(cabinet(), &[accept(), Input::IinEntered(iin()), blocked]);
    assert_eq!(session.failure(), Some(Failure::Blocked { until: at(99) }));
}

/// A stranger who knows an IIN learns nothing of its owner (IDX-11).
#[test]
fn a_sign_in_learns_that_it_is_no_clients_after_the_face_has_matched() {
    let cabinet = || Session::start(Purpose::Cabinet, Language::Kk, at(0));
    let before = [accept(), Input::IinEntered(iin()), found(Err(Ineligible::NotCapable), None)];
    let (session, effects) = play(cabinet(), &before);
    assert_eq!((&session, &effects), (&play(cabinet(), &upto_liveness()).0, &vec![]));
    let (session, _) = play(session, &looking(1));
    let judgement = Judgement::Ineligible(Ineligible::NotCapable);
    let judged = Input::CheckJudged { check: 1, judgement, code: digest(1) };
    let (session, effects) = step(session, judged, at(10));
    assert_eq!(session.failure(), Some(Failure::Ineligible(Ineligible::NotCapable)));
    assert_eq!(effects, [Effect::Finish, Effect::Refuse(Problem::IdentityNotCapable)]);
}

/// A host that crashes while judging must not grant extra checks (IDX-2).
#[test]
fn a_check_whose_verdict_never_came_counts() {
    let four = [upto_liveness(), looking(1), looking(2), looking(3), looking(4)].concat();
    let (session, _) = play(authorization(), &four);
    assert_eq!(session.clone().handle(asked(5), at(11)).unwrap_err(), SessionError::OutOfOrder);
    let (session, effects) = step(session, Input::TimePassed, at(10 + 60));
    assert!(matches!(effects[0], Effect::Block { .. }));
    assert!(matches!(session.failure(), Some(Failure::Blocked { .. })));
}

/// Nor a client that disconnects or never sends complete frames.
#[test]
fn an_unanswered_challenge_counts() {
    let three = [upto_liveness(), looking(1), looking(2), looking(3)].concat();
    let (session, _) = play(authorization(), &three);
    let (session, _) = step(session, asked(4), at(10));
    let (session, effects) = step(session, Input::TimePassed, at(10 + 90));
    assert!(matches!(effects[0], Effect::Block { .. }));
    assert_eq!(session.failure(), Some(Failure::Blocked { until: at(100) + BLOCK }));
}

#[test]
fn only_the_newest_code_works_once_and_for_180_seconds() {
    let (session, _) = play(authorization(), &[upto_liveness(), passing(1)].concat());
    let (late, effects) = step(session.clone(), entered(1), at(10 + 180));
    assert_eq!(effects, [Effect::Refuse(Problem::IdentityCodeExpired)]);
    assert_eq!(late.code_tries_left(), 3);
    let (session, effects) = step(late, ask(), at(200));
    assert_eq!(effects, [Effect::SendCode { to: named_phone() }]);
    assert_eq!(session.clone().handle(ask(), at(201)).unwrap_err(), SessionError::SmsExhausted);
    let (session, effects) = step(session, entered(1), at(201));
    assert_eq!(effects, [Effect::Refuse(Problem::IdentityCodeWrong)]);
    let (session, _) = step(session, entered(2), at(202));
    assert!(matches!(session.step(), Step::Consent { .. }));
    assert_eq!(session.handle(entered(2), at(203)).unwrap_err(), SessionError::OutOfOrder);
}

#[test]
fn a_session_that_was_saved_goes_on_where_it_was() {
    let (session, _) = play(authorization(), &[upto_liveness(), passing(1)].concat());
    let saved = serde_json::to_string(&session).unwrap();
    assert_eq!(serde_json::from_str::<Session>(&saved).unwrap(), session);
    let (session, _) = play(authorization(), &[upto_liveness(), vec![asked(1)]].concat());
    let saved = serde_json::to_string(&session).unwrap();
    assert_eq!(serde_json::from_str::<Session>(&saved).unwrap(), session, "with its challenge");
}

#[test]
fn nothing_that_names_a_person_or_opens_a_door_is_printed() {
    let (session, effects) = play(authorization(), &[upto_liveness(), passing(1)].concat());
    let (before, _) = play(authorization(), &[upto_liveness(), vec![asked(1)]].concat());
    let printed = format!("{session:?} {before:?} {effects:?} {:?} {:?}", entered(1), asked(1));
    let nonce = format!("{:?}", nonce(1).0);
    for secret in [iin().expose().as_str(), named_phone().expose(), "[1, 1, 1", &nonce] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

/// The model: what a sequence of inputs did, counted apart from the session.
#[expect(clippy::struct_excessive_bools, reason = "four facts, each by itself")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Truth {
    checks: u8,
    sms: u8,
    wrong_codes: u8,
    /// A challenge is open and has no frames yet.
    open: bool,
    /// Its frames have arrived, and no verdict has come yet.
    judging: bool,
    live_and_matched: bool,
    code_right: bool,
    approved: bool,
    ended: bool,
}

/// Every sequence of up to [`DEPTH`] inputs; sequences that lead to the same state are merged.
#[test]
fn no_sequence_of_inputs_gets_around_the_rules() {
    const DEPTH: usize = 12;
    for start in [authorization(), Session::start(Purpose::Cabinet, Language::Ru, at(0))] {
        let mut seen = HashSet::new();
        let mut edge = vec![(start, 0, Truth::default())];
        let mut passed = 0_u32;
        for _ in 0..DEPTH {
            let mut next = Vec::new();
            for (session, second, truth) in edge {
                for (input, wait) in moves(&session) {
                    let (session, second, truth) = apply(&session, &input, second + wait, truth);
                    passed += u32::from(matches!(session.step(), Step::Passed { .. }));
                    if seen.insert((serde_json::to_string(&session).unwrap(), second, truth)) {
                        next.push((session, second, truth));
                    }
                }
            }
            edge = next;
        }
        assert!(passed > 0, "no sequence passes at all");
    }
}

fn apply(session: &Session, input: &Input, second: i64, truth: Truth) -> (Session, i64, Truth) {
    let now = at(second);
    let Ok((after, effects)) = session.clone().handle(input.clone(), now) else {
        return (session.clone(), second, truth);
    };
    assert!(!truth.ended, "an ended session took {input:?}");
    let mut truth = truth;
    for effect in &effects {
        match effect {
            Effect::Challenged { .. } => {
                truth.checks += 1;
                (truth.open, truth.judging) = (true, false);
            }
            Effect::Judge { .. } => {
                assert!(truth.open, "frames met no challenge");
                (truth.open, truth.judging) = (false, true);
            }
            Effect::SendCode { .. } => truth.sms += 1,
            Effect::Refuse(Problem::IdentityCodeWrong | Problem::IdentityTooManyCodes) => {
                truth.wrong_codes += 1;
            }
            Effect::Finish => truth.ended = true,
            Effect::AskSource | Effect::OpenFront | Effect::Block { .. } | Effect::Refuse(_) => {}
        }
    }
    let moved = session.step() != after.step();
    if *input == Input::Restarted {
        let (open, judging) = (false, false);
        truth = Truth { live_and_matched: false, code_right: false, open, judging, ..truth };
    }
    if let Input::CheckJudged { judgement, .. } = *input {
        assert!(truth.judging, "a verdict on frames that never came");
        truth.judging = false;
        if let Judgement::Live { degree } = judgement {
            truth.live_and_matched |= moved && degree >= DEGREE_MIN;
        }
    }
    truth.open &= after.challenge().is_some();
    assert_eq!(truth.open, after.challenge().is_some(), "a challenge that was not counted");
    if let Input::CodeEntered { code } = *input {
        truth.code_right |= moved && code == newest(session);
    }
    if let Input::ConsentAnswered { approve } = *input {
        truth.approved |= moved && approve;
    }
    assert!(truth.checks <= 4 && truth.sms <= 2 && truth.wrong_codes <= 3, "{truth:?}");
    assert_eq!(truth.ended, after.ended_at().is_some());
    assert_eq!(after.deadline().is_none(), truth.ended);
    assert!(after.deadline().is_none_or(|deadline| deadline > now), "{after:?}");
    if matches!(after.step(), Step::Passed { .. }) {
        let consent = truth.approved || *after.purpose() == Purpose::Cabinet;
        assert!(truth.live_and_matched && truth.code_right && consent, "{truth:?}");
    }
    (after, second, truth)
}

fn moves(session: &Session) -> Vec<(Input, i64)> {
    let check = CHECKS_MAX - session.checks_left();
    let open = session.challenge().map_or(nonce(9), |it| it.nonce);
    let code = digest(session.sms + 1);
    let live = Judgement::Live { degree: 85.0 };
    vec![
        (accept(), 0),
        (Input::AgreementAnswered { accept: false }, 0),
        (Input::IinEntered(iin()), 0),
        (other(), 0),
        (found(Ok(()), None), 0),
        (found(Err(Ineligible::NotCapable), None), 0),
        (unknown(), 0),
        (asked(check + 1), 0),
        (asked_with(Allowance::Spent), 0),
        (Input::CheckStarted { nonce: open, blocked_until: None }, 0),
        (started(9), 0),
        (Input::CheckForged { nonce: open, problem: Problem::FramesChain }, 0),
        (Input::CheckJudged { check, judgement: live, code }, 0),
        (not_live(check), 0),
        (not_live(check.saturating_sub(1)), 0),
        (Input::CodeAsked { code }, 0),
        (Input::CodeEntered { code: digest(session.sms) }, 0),
        (wrong(), 0),
        (Input::ConsentAnswered { approve: true }, 0),
        (Input::ConsentAnswered { approve: false }, 0),
        (Input::Abandoned, 0),
        (Input::Restarted, 0),
        (Input::TimePassed, 61),
        (Input::TimePassed, 91),
        (Input::TimePassed, 181),
    ]
}

fn newest(session: &Session) -> CodeDigest {
    digest(session.sms)
}

fn four_checks() -> Vec<Input> {
    let checks = (1..=4).flat_map(|check| [asked(check), started(check), not_live(check)]);
    upto_liveness().into_iter().chain(checks).collect()
}

fn upto_consent() -> Vec<Input> {
    [upto_liveness(), passing(1), vec![entered(1)]].concat()
}

fn upto_liveness() -> Vec<Input> {
    vec![accept(), Input::IinEntered(iin()), found(Ok(()), None)]
}

fn found(eligible: Result<(), Ineligible>, blocked_until: Option<Timestamp>) -> Input {
    Input::PersonFound { iin: iin(), phone: Some(confirmed_phone()), eligible, blocked_until }
}

fn accept() -> Input {
    Input::AgreementAnswered { accept: true }
}

fn other() -> Input {
    Input::IinEntered("900101300027".parse().unwrap())
}

fn found_but_blocked() -> Input {
    found(Ok(()), Some(at(99)))
}

fn asked_but_blocked() -> Input {
    let (seed, wishes) = (seed(1), Wishes::default());
    let allowance = Allowance::Left;
    Input::ChallengeAsked { seed, wishes, blocked_until: Some(at(99)), allowance }
}

fn started_but_blocked() -> Input {
    Input::CheckStarted { nonce: nonce(1), blocked_until: Some(at(99)) }
}

fn forged_checks() -> Vec<Input> {
    vec![asked(1), forged(1), asked(2), forged(2), asked(3), forged(3), asked(4)]
}

/// A check whose frames have arrived.
fn looking(check: u8) -> Vec<Input> {
    vec![asked(check), started(check)]
}

fn passing(check: u8) -> Vec<Input> {
    vec![asked(check), started(check), live(check)]
}

fn asked(check: u8) -> Input {
    let (seed, wishes) = (seed(check), Wishes::default());
    let allowance = Allowance::Left;
    Input::ChallengeAsked { seed, wishes, blocked_until: None, allowance }
}

fn asked_with(allowance: Allowance) -> Input {
    let (seed, wishes) = (seed(9), Wishes::default());
    Input::ChallengeAsked { seed, wishes, blocked_until: None, allowance }
}

fn unknown() -> Input {
    Input::PersonUnknown { iin: iin(), blocked_until: None }
}

fn started(check: u8) -> Input {
    Input::CheckStarted { nonce: nonce(check), blocked_until: None }
}

fn forged(check: u8) -> Input {
    Input::CheckForged { nonce: nonce(check), problem: Problem::FramesChain }
}

/// The one that [`asked`] leads to at second 10.
fn challenge(check: u8) -> Challenge {
    Challenge::draw(seed(check).0, Wishes::default(), at(10))
}

fn nonce(check: u8) -> Nonce {
    challenge(check).nonce
}

fn seed(check: u8) -> Seed {
    Seed([0x40 + check; 32])
}

fn live(check: u8) -> Input {
    Input::CheckJudged { check, judgement: Judgement::Live { degree: 97.0 }, code: digest(1) }
}

fn not_live(check: u8) -> Input {
    let judgement = Judgement::Refused(Problem::IdentityNotLive);
    Input::CheckJudged { check, judgement, code: digest(9) }
}

fn ask() -> Input {
    Input::CodeAsked { code: digest(2) }
}

fn entered(which: u8) -> Input {
    Input::CodeEntered { code: digest(which) }
}

fn wrong() -> Input {
    Input::CodeEntered { code: digest(77) }
}

fn digest(which: u8) -> CodeDigest {
    CodeDigest([which; 32])
}

fn play(session: Session, inputs: &[Input]) -> (Session, Vec<Effect>) {
    inputs
        .iter()
        .fold((session, Vec::new()), |(session, _), input| step(session, input.clone(), at(10)))
}

fn step(session: Session, input: Input, now: Timestamp) -> (Session, Vec<Effect>) {
    session.handle(input, now).unwrap()
}

fn authorization() -> Session {
    let purpose = Purpose::Authorization { iin: iin(), phone: named_phone() };
    Session::start(purpose, Language::Kk, at(0))
}

fn iin() -> Iin {
    "900101300017".parse().unwrap()
}

fn named_phone() -> Phone {
    "+77010000001".parse().unwrap()
}

fn confirmed_phone() -> Phone {
    "+77010000002".parse().unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_700_000_000 + second, 0).unwrap()
}
