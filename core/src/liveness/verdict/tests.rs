use proptest::prelude::*;

use super::super::challenge::{Colour, Wishes};
use super::super::follow::Phase;
use super::super::performance::{Check, Person, challenge, check};
use super::super::synthetic::Head;
use super::*;
use crate::Timestamp;

const COLOURS: [Colour; 4] = [Colour::Red, Colour::Cyan, Colour::Green, Colour::Magenta];

#[test]
fn a_person_who_follows_is_live_whatever_is_drawn() {
    let all = [false, true];
    for seed in 0..8 {
        for (no_movement, no_flashing) in all.iter().flat_map(|a| all.map(|b| (*a, b))) {
            let wishes = Wishes { no_movement, no_flashing };
            let challenge = Challenge::draw([seed; 32], wishes, Timestamp::UNIX_EPOCH);
            let check = check(&challenge, Person::GENUINE);
            assert_eq!(check.phase, Phase::Done);
            let verdict = verdict(&check);
            assert_eq!(verdict.reasons, [], "{seed} {wishes:?} {:?}", challenge.steps);
            assert!(verdict.live && verdict.portraits.len() >= 3);
            assert!(check.seen.len() <= follow::KEPT_MAX, "{}", check.seen.len());
        }
    }
}

#[test]
fn each_fault_is_a_reason() {
    type Fault = fn(&mut Check);
    let rows: [(Reason, Fault); 23] = [
        (Reason::Incomplete, |it| it.seen.clear()),
        (Reason::Incomplete, |it| it.seen.retain(|it| it.kind != Kind::Peak)),
        (Reason::Incomplete, |it| it.seen.retain(|it| it.kind != Kind::Colour(2))),
        (Reason::Incomplete, |it| it.seen.swap(3, 4)),
        (Reason::Incomplete, |it| it.seen[5].at_ms = it.seen[4].at_ms),
        (Reason::Mistimed, |it| it.about.shown_at_ms[1] -= 400),
        (Reason::Mistimed, |it| it.about.done_at_ms[1] += 9_000),
        (Reason::Mistimed, |it| it.about.done_at_ms = Vec::new()),
        (Reason::Mistimed, |it| it.known.took_ms = Some(1_000)),
        (Reason::Mistimed, |it| colours_later(it, 700)),
        (Reason::NoFace, |it| it.seen[4].facts.face = None),
        (Reason::SeveralFaces, |it| it.seen[4].facts.faces = 2),
        (Reason::AnotherFace, |it| face(it, 4).likeness = 0.2),
        (Reason::AnotherFace, |it| shift(face(it, 4), 0.4)),
        (Reason::NoPortrait, |it| each(it, |face| face.yaw = 30.0)),
        (Reason::NotDone, |it| each(it, |face| face.eyes_open = [0.98; 2])),
        (Reason::Reproduced, |it| each(it, |face| face.live = vec![0.97, 0.1])),
        (Reason::Reproduced, |it| each(it, |face| face.live = Vec::new())),
        (Reason::Patterned, |it| each(it, |face| face.texture.pattern = 2.4)),
        (Reason::Patterned, |it| each(it, |face| face.texture.edges = [1.0, 1.0, 0.9, 0.0])),
        (Reason::Repeated, |it| it.known.repeated = 1),
        (Reason::Repeated, |it| it.seen[9].facts = it.seen[5].facts.clone()),
        (Reason::Injected, |it| {
            it.about.camera.repeated = it.about.camera.frames;
            it.about.camera.native = false;
            it.about.change = None;
        }),
    ];
    let asks = [Ask::Do(Action::Blink), Ask::Do(Action::TurnLeft), Ask::Colours(COLOURS.to_vec())];
    let genuine = check(&challenge(&asks), Person::GENUINE);
    assert!(verdict(&genuine).live);
    for (row, (reason, fault)) in rows.into_iter().enumerate() {
        let mut check = genuine.clone();
        fault(&mut check);
        let verdict = verdict(&check);
        assert!(!verdict.live && verdict.reasons.contains(&reason), "row {row}: {verdict:?}");
    }
}

#[test]
fn who_does_something_else_is_not_live() {
    for asked in Action::ALL {
        for done in Action::ALL.into_iter().filter(|it| *it != asked) {
            let person = Person { instead: Some(done), ..Person::GENUINE };
            let check = check(&challenge(&[Ask::Do(asked)]), person);
            assert_eq!(check.phase, Phase::TimedOut, "{asked:?} by {done:?}");
            assert!(!verdict(&check).live);
        }
    }
}

#[test]
fn a_picture_of_a_head_neither_turns_nor_comes_closer() {
    for action in [Action::TurnLeft, Action::TurnRight, Action::Nod, Action::ComeCloser] {
        let check = check(&challenge(&[Ask::Do(action)]), Person { flat: true, ..Person::GENUINE });
        let reasons = verdict(&check).reasons;
        let told = [Reason::Flat, Reason::NotDone].iter().any(|it| reasons.contains(it));
        assert!(told, "{action:?} {reasons:?}");
    }
}

#[test]
fn colours_must_be_seen_in_their_order_and_on_a_solid_face() {
    let ask = Ask::Colours(COLOURS.to_vec());
    let reasons =
        |person: Person| verdict(&check(&challenge(std::slice::from_ref(&ask)), person)).reasons;
    assert_eq!(reasons(Person::GENUINE), []);
    assert_eq!(reasons(Person { reflects: 0.015, ..Person::GENUINE }), [], "a bright room");
    assert_eq!(reasons(Person { reflects: 0.0, ..Person::GENUINE }), [Reason::NoReflection]);
    assert_eq!(
        reasons(Person { other_colours: true, ..Person::GENUINE }),
        [Reason::WrongReflection]
    );
    assert_eq!(reasons(Person { evenly: true, ..Person::GENUINE }), [Reason::WrongReflection]);
}

#[test]
fn a_deed_before_its_prompt_is_no_answer() {
    let mut check = check(&challenge(&[Ask::Do(Action::Smile)]), Person::GENUINE);
    let smiling = Head { smile: 1.0, ..Head::default() }.facts();
    for seen in &mut check.seen {
        seen.facts = FrameFacts { face: smiling.face.clone(), ..seen.facts.clone() };
    }
    assert!(verdict(&check).reasons.contains(&Reason::NotDone));
}

proptest! {
    /// NaN passes nothing, wherever it is.
    #[test]
    fn numbers_that_are_none_make_nobody_live(field in 0..9_usize) {
        let asks = [Ask::Do(Action::Smile), Ask::Colours(COLOURS.to_vec())];
        let mut check = check(&challenge(&asks), Person::GENUINE);
        each(&mut check, |face| match field {
            0 => face.yaw = f32::NAN,
            1 => face.pitch = f32::NAN,
            2 => face.eyes_open = [f32::NAN; 2],
            3 => face.marks[30] = [f32::NAN; 2],
            4 => face.live = vec![f32::NAN; 2],
            5 => face.likeness = f32::NAN,
            6 => face.skin = [f32::NAN; 3],
            7 => face.texture.pattern = f32::NAN,
            _ => face.texture.edges = [f32::NAN; 4],
        });
        prop_assert!(!verdict(&check).live, "{}", field);
    }

    /// Frames left out turn nobody live who was not.
    #[test]
    fn leaving_frames_out_helps_nobody(
        asked in 0..6_usize, done in 0..6_usize, mask in any::<u64>(), flat in any::<bool>(),
    ) {
        prop_assume!(asked != done || (flat && asked < 3));
        let person = Person { instead: Some(Action::ALL[done]), flat, ..Person::GENUINE };
        let mut check = check(&challenge(&[Ask::Do(Action::ALL[asked])]), person);
        // A liar tells that it was done.
        check.about.done_at_ms.resize(2, check.seen.last().unwrap().at_ms);
        let mut at = 0;
        check.seen.retain(|_| {
            at += 1;
            mask >> (at % 64) & 1 == 1
        });
        prop_assert!(!verdict(&check).live);
    }

    /// No better a frame makes a verdict worse.
    #[test]
    fn surer_frames_are_never_less_live(live in 0.0_f32..1.0, likeness in 0.0_f32..1.0, more in 0.0_f32..0.5) {
        let mut check = check(&challenge(&[Ask::Do(Action::Blink)]), Person::GENUINE);
        each(&mut check, |face| (face.live, face.likeness) = (vec![live; 2], likeness));
        let before = verdict(&check).live;
        each(&mut check, |face| (face.live, face.likeness) = (vec![live + more; 2], likeness + more));
        prop_assert!(verdict(&check).live >= before);
    }
}

fn verdict(check: &Check) -> Verdict {
    judge(&check.challenge, &check.about, &check.seen, &check.known)
}

fn face(check: &mut Check, at: usize) -> &mut super::super::FaceFacts {
    check.seen[at].facts.face.as_mut().unwrap()
}

fn each(check: &mut Check, change: impl Fn(&mut super::super::FaceFacts)) {
    check.seen.iter_mut().filter_map(|it| it.facts.face.as_mut()).for_each(change);
}

fn shift(face: &mut super::super::FaceFacts, by: f32) {
    for mark in &mut face.marks {
        mark[0] += by;
    }
}

fn colours_later(check: &mut Check, by: u32) {
    for seen in &mut check.seen {
        if matches!(seen.kind, Kind::Colour(_)) {
            seen.at_ms += by;
        }
    }
}
