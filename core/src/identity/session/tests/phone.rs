//! The camera step on a phone, and time that a client adds.

use std::collections::HashSet;

use super::*;

/// What a sequence of inputs did, counted apart from the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Truth {
    links: u8,
    /// The number that a phone shows.
    shown: Option<u8>,
    confirmed: bool,
}

/// Every sequence of up to seven inputs: no phone acts whose number was not confirmed, and none after its time.
#[test]
fn no_phone_acts_without_its_number_confirmed() {
    let (start, _) = play(authorization(), &upto_liveness());
    let mut seen = HashSet::new();
    let mut edge = vec![(start, 10, Truth::default())];
    let mut acted = 0_u32;
    for _ in 0..7 {
        let mut next = Vec::new();
        for (session, second, truth) in edge {
            for (input, wait) in moves() {
                let now = second + wait;
                let Ok((after, _)) = session.clone().handle(input.clone(), at(now)) else {
                    continue;
                };
                let truth = counted(&session, &input, now, truth);
                let state = after.handoff(at(now));
                assert_eq!(state == HandoffState::Acting, truth.confirmed, "{input:?}: {state:?}");
                assert!(truth.links <= LINKS_MAX && after.links_left() == LINKS_MAX - truth.links);
                if !matches!(after.step(), Step::Liveness { .. }) {
                    assert_eq!(state, HandoffState::None);
                }
                acted += u32::from(truth.confirmed);
                let known = (serde_json::to_string(&after).unwrap(), now, truth);
                if seen.insert(known) {
                    next.push((after, now, truth));
                }
            }
        }
        edge = next;
    }
    assert!(acted > 0, "no phone ever acts");
}

fn moves() -> Vec<(Input, i64)> {
    let compared = |number, same| Input::Phone(PhoneInput::NumberCompared { number, same });
    vec![
        (Input::Phone(PhoneInput::LinkAsked), 0),
        (Input::Phone(PhoneInput::LinkOpened { number: 47 }), 0),
        (Input::Phone(PhoneInput::LinkOpened { number: 48 }), 0),
        (compared(47, true), 0),
        (compared(47, false), 0),
        (compared(48, true), 0),
        (Input::Phone(PhoneInput::TakenBack), 0),
        (Input::Restarted, 0),
        (Input::Abandoned, 0),
        (Input::TimePassed, 119),
        (Input::TimePassed, 121),
    ]
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other input has to do with a phone")]
fn counted(before: &Session, input: &Input, now: i64, truth: Truth) -> Truth {
    let none = Truth { shown: None, confirmed: false, ..truth };
    match *input {
        Input::Phone(PhoneInput::LinkAsked) => Truth { links: truth.links + 1, ..none },
        Input::Phone(PhoneInput::LinkOpened { number }) => {
            let HandoffState::Offered { until } = before.handoff(at(now)) else {
                panic!("a link was opened that nobody offered")
            };
            assert!(at(now) < until);
            Truth { shown: Some(number), ..truth }
        }
        Input::Phone(PhoneInput::NumberCompared { number, same }) => {
            assert_eq!(truth.shown, Some(number), "a number that no phone shows");
            assert!(matches!(before.handoff(at(now)), HandoffState::Opened { .. }));
            Truth { confirmed: same, ..none }
        }
        Input::Phone(PhoneInput::TakenBack) | Input::Restarted | Input::Abandoned => none,
        _ if matches!(before.handoff(at(now)), HandoffState::None) => none,
        _ => truth,
    }
}

#[test]
fn a_link_lives_two_minutes_and_opens_once() {
    let (session, _) = play(
        authorization(),
        &[upto_liveness(), vec![Input::Phone(PhoneInput::LinkAsked)]].concat(),
    );
    assert_eq!(session.handoff(at(129)), HandoffState::Offered { until: at(130) });
    let opened = Input::Phone(PhoneInput::LinkOpened { number: 47 });
    let late = session.clone().handle(opened.clone(), at(130)).unwrap_err();
    assert_eq!(late.problem(), Problem::IdentityPhoneLink);
    let (session, _) = step(session, opened.clone(), at(129));
    let again = session.clone().handle(opened, at(129)).unwrap_err();
    assert_eq!(again.problem(), Problem::IdentityPhoneLink);
    let other = Input::Phone(PhoneInput::NumberCompared { number: 48, same: true });
    let other = session.clone().handle(other, at(130)).unwrap_err();
    assert_eq!(other.problem(), Problem::IdentityPhoneNumber);
    let same = Input::Phone(PhoneInput::NumberCompared { number: 47, same: true });
    let late = session.clone().handle(same.clone(), at(129 + 120)).unwrap_err();
    assert_eq!(late.problem(), Problem::IdentityPhoneNumber);
    let (session, _) = step(session, same, at(130));
    assert_eq!(session.handoff(at(700)), HandoffState::Acting);
}

#[test]
fn five_links_and_no_more() {
    let asked = vec![Input::Phone(PhoneInput::LinkAsked); usize::from(LINKS_MAX)];
    let (session, _) = play(authorization(), &[upto_liveness(), asked].concat());
    let sixth = session.handle(Input::Phone(PhoneInput::LinkAsked), at(11)).unwrap_err();
    assert_eq!(sixth.problem(), Problem::IdentityPhoneLinksExhausted);
}

#[test]
fn the_phones_part_is_over_when_the_face_has_matched() {
    let phone = vec![
        Input::Phone(PhoneInput::LinkAsked),
        Input::Phone(PhoneInput::LinkOpened { number: 47 }),
        Input::Phone(PhoneInput::NumberCompared { number: 47, same: true }),
    ];
    let (session, _) = play(authorization(), &[upto_liveness(), phone].concat());
    let (session, _) = play(session, &passing(1));
    assert!(matches!(session.step(), Step::Code { .. }));
    assert_eq!(session.handoff(at(10)), HandoffState::None);
    assert!(
        session.handle(Input::Phone(PhoneInput::LinkAsked), at(11)).is_err(),
        "nor is there one for the code"
    );
}

#[test]
fn a_client_who_stays_gets_five_minutes_ten_times() {
    let (mut session, _) = step(authorization(), Input::Stayed, at(12 * 60));
    assert_eq!((session.ends_at(), session.extensions_left()), (Some(at(900)), EXTENSIONS_MAX));
    let mut ends = 15 * 60;
    for left in (0..EXTENSIONS_MAX).rev() {
        session = step(session, Input::Stayed, at(ends - 120)).0;
        ends += 5 * 60;
        assert_eq!((session.ends_at(), session.extensions_left()), (Some(at(ends)), left));
    }
    assert_eq!(ends, 65 * 60);
    let more = session.clone().handle(Input::Stayed, at(ends - 1)).unwrap_err();
    assert_eq!(more.problem(), Problem::IdentityNoMoreTime);
    let (session, effects) = session.handle(Input::Stayed, at(ends)).unwrap();
    assert_eq!(effects, [Effect::Finish, Effect::Refuse(Problem::IdentityExpired)]);
    assert_eq!((session.failure(), session.ends_at()), (Some(Failure::Expired), None));
}

#[test]
fn a_check_that_begins_late_is_not_cut_off() {
    let (session, _) = play(authorization(), &upto_liveness());
    let (early, _) = step(session.clone(), asked(1), at(100));
    assert_eq!(early.extensions(), 0);
    let (late, _) = step(session, asked(1), at(895));
    assert_eq!((late.extensions(), late.ends_at()), (1, Some(at(20 * 60))));
    assert!(late.challenge().unwrap().expires_at + CHECK_TIME + WARNING <= late.ends_at().unwrap());
}

/// S12: not before a live person was seen; then a wrong digit can be put right, as long as checks are left.
#[test]
fn a_sign_in_whose_iin_nobody_has_may_enter_another() {
    let entered = [Input::IinEntered(iin()), unknown()];
    let (mut session, _) = play(Session::start(Purpose::Cabinet, Language::Kk, at(0)), &[accept()]);
    for check in 1..=IIN_TRIES_MAX {
        session = play(session, &entered).0;
        session = play(session, &looking(check)).0;
        let judgement = Judgement::Refused(Problem::IdentityUnknown);
        let judged = Input::CheckJudged { check, judgement, code: digest(1) };
        let (after, effects) = step(session, judged, at(10));
        assert!(effects.contains(&Effect::Refuse(Problem::IdentityUnknown)));
        assert_eq!(after.iin_tries_left(), IIN_TRIES_MAX - check);
        session = after;
        if check < IIN_TRIES_MAX {
            assert_eq!((session.step(), session.person()), (&Step::Iin, None));
        }
    }
    assert_eq!(session.failure(), Some(Failure::UnknownPerson));
    // One whose checks ran out meanwhile is over as well.
    let (session, _) = play(Session::start(Purpose::Cabinet, Language::Kk, at(0)), &[accept()]);
    let (session, _) = play(session, &entered);
    let (session, _) = play(session, &four_checks()[upto_liveness().len()..][..10]);
    let judgement = Judgement::Refused(Problem::IdentityUnknown);
    let judged = Input::CheckJudged { check: 4, judgement, code: digest(1) };
    let (session, _) = play(session, &[started(4), judged]);
    assert_eq!(session.failure(), Some(Failure::UnknownPerson));
}
